"""Formulas as students type them, read into the closed tree or refused with a sentence.

A hand-written parser over a fixed list of words: nothing is evaluated. Where mathematicians
would disagree on the meaning (`1/2x`, `x^2y`), it refuses and says how to write it. `log` and
`ln` are the natural logarithm; `log2`, `log10` and `log_2` have the base that they name. `e` is
Euler's number and `pi` the circle's, unless they are declared as variables.
"""

from collections.abc import Collection, Sequence
from fractions import Fraction

from qgen.document.formula import (
    Call,
    Formula,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
)
from qgen.marking.formula_names import FUNCTIONS, LOGARITHM, resolve
from qgen.marking.formula_tokens import Token, tokens_of
from qgen.marking.number_reader import Refusal

_DEEPEST = 20
_LONGEST_NUMBER = 30
_MOST_ARGUMENTS = 20
_PARTNER = {"(": ")", "[": "]", "{": "}"}
_EULER = Call("exp", (Number(1),))
_COMMA = "write decimals with a point, as in 0.5"


def parse_formula(text: str, variables: Collection[str]) -> Formula | Refusal:
    """The formula that a text means in the given variables, or why it is refused.

    Variables match with or without underscore and braces (`x_1`, `x1`, `x_{1}`) and as Greek
    letters or names. Products need no sign (`2 x_1 x_2`, `x(y+1)`); powers associate to the
    right and bind stronger than a leading minus.
    """
    tokens = tokens_of(text)
    if isinstance(tokens, Refusal):
        return tokens
    if len(tokens) == 1:
        return Refusal("Nothing was typed: write a formula.")
    words = resolve(tokens, frozenset(variables))
    if isinstance(words, Refusal):
        return words
    try:
        return _Parser(words).whole()
    except _Unreadable as unreadable:
        return Refusal(unreadable.sentence)


class _Unreadable(Exception):
    """Leaves the parser from any depth; never leaves this module."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class _Parser:
    """Recursive descent over resolved tokens; `depth` bounds the recursion.

    `in_bars` says that a bar would close, because one was opened since the last bracket.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.index = 0
        self.depth = 0
        self.in_bars = False

    @property
    def here(self) -> Token:
        return self.tokens[self.index]

    def take(self) -> Token:
        token = self.here
        self.index += 1
        return token

    def at(self, *operators: str) -> bool:
        return self.here.kind == "operator" and self.here.text in operators

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _Unreadable("This formula is nested too deeply: write it more simply.")

    def whole(self) -> Formula:
        expression = self.sum()
        token = self.here
        if token.kind in ("close", "bar"):
            raise _Unreadable(f"The bracket at character {token.position} closes nothing.")
        if token.kind != "end":
            raise self.unexpected()
        return expression

    def unexpected(self) -> _Unreadable:
        token = self.here
        if token.kind == "end":
            return _Unreadable("The formula ends too early: something is missing at its end.")
        if token.text == ",":
            return _Unreadable(f"The comma at character {token.position} is unclear: {_COMMA}.")
        return _Unreadable(f"Something is missing before character {token.position}.")

    def sum(self) -> Formula:
        terms = [self.term(self.signs())]
        while self.at("+", "-"):
            terms.append(self.term(self.signs()))
        return terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def signs(self) -> bool:
        """Takes any number of signs; True if they make a minus."""
        negative = False
        while self.at("+", "-"):
            negative ^= self.take().text == "-"
        return negative

    def term(self, negative: bool) -> Formula:
        above, below = _signed(negative, self.power()), list[Formula]()
        divided = False
        while True:
            if self.at("*", "/"):
                divided = self.take().text == "/"
                (below if divided else above).extend(_signed(self.signs(), self.power()))
            elif self.starts_factor():
                self.check_unsigned_product(divided)
                above.append(self.power())
            else:
                break
        top = _product(above)
        return Quotient(top, _product(below)) if below else top

    def check_unsigned_product(self, divided: bool) -> None:
        token = self.here
        if divided:
            raise _Unreadable(
                f"It is unclear whether character {token.position} still belongs to the divisor: "
                "write 1/(2x) or (1/2)x instead of 1/2x."
            )
        if token.kind == "number":
            raise _Unreadable(f"A sign is missing before the number at character {token.position}.")

    def starts_factor(self) -> bool:
        match self.here.kind:
            case "number" | "variable" | "function" | "constant" | "open" | "fraction":
                return True
            case "bar":
                return self.here.text == "|(" or (self.here.text == "|" and not self.in_bars)
            case _:
                return self.at("√")

    def power(self) -> Formula:
        self.deeper()
        base = self.primary()
        while True:
            if self.here.kind == "raised":
                base = Power(base, Number(_whole_number(self.take())))
            elif self.at("^"):
                self.take()
                sign = self.signs()
                exponent = _product(_signed(sign, self.power()))
                self.check_end_of_exponent()
                base = Call("exp", (exponent,)) if base == _EULER else Power(base, exponent)
            else:
                break
        self.depth -= 1
        return base

    def check_end_of_exponent(self) -> None:
        """Refuses `x^2y` and `e^2x`, where the exponent may go on; `x^2(y+1)` is clear."""
        last, token = self.tokens[self.index - 1], self.here
        if token.spaced or not self.starts_factor() or last.kind in ("close", "bar", "raised"):
            return
        if not (last.kind == "number" and token.kind == "open"):
            raise _Unreadable(
                f"It is unclear whether character {token.position} still belongs to the exponent: "
                "write x^(2y) or x^2*y instead of x^2y."
            )

    def primary(self) -> Formula:
        token = self.here
        if token.kind == "function" or self.at("√"):
            return self.function(self.take())
        match token.kind:
            case "number":
                return _number(self.take())
            case "variable":
                return Symbol(self.take().text)
            case "constant":
                return _EULER if self.take().text == "e" else Symbol("pi")
            case "open":
                (inner,) = self.bracketed(1)
                return inner
            case "bar" if token.text != "|)":
                return self.bars()
            case "fraction":
                self.take()
                if self.here.text != "{":
                    raise _Unreadable("Write a fraction as \\frac{1}{2}, with both brackets.")
                (top,) = self.bracketed(1)
                if self.here.text != "{":
                    raise _Unreadable("Write a fraction as \\frac{1}{2}, with both brackets.")
                (bottom,) = self.bracketed(1)
                return Quotient(top, bottom)
            case _:
                raise self.unexpected()

    def bracketed(self, most: int) -> list[Formula]:
        """At most so many formulas between brackets, with commas between them."""
        opening, outer = self.take(), self.in_bars
        self.in_bars = False
        entries, tight = [self.sum()], False
        while self.at(",") and len(entries) < most:
            before, after = self.tokens[self.index - 1], self.tokens[self.index + 1]
            tight |= before.kind == after.kind == "number" and not after.spaced
            self.take()
            entries.append(self.sum())
        if tight and len(entries) > 2:
            raise _Unreadable(f"Put a blank after each comma, and {_COMMA}.")
        self.close(opening)
        self.in_bars = outer
        return entries

    def bars(self) -> Formula:
        opening, outer = self.take(), self.in_bars
        self.in_bars = True
        inner = self.sum()
        self.close(opening)
        self.in_bars = outer
        return Call("abs", (inner,))

    def close(self, opening: Token) -> None:
        closers = ("|", "|)") if opening.kind == "bar" else (_PARTNER[opening.text],)
        if self.here.text in closers:
            self.take()
        elif self.here.kind in ("end", "close", "bar"):
            raise _Unreadable(f"The bracket at character {opening.position} is not closed.")
        else:
            raise self.unexpected()

    def function(self, word: Token) -> Formula:
        name = "sqrt" if word.text == "√" else word.text
        if self.at("^") or self.here.kind == "raised":
            raise _Unreadable(f"Write the power of a function as ({name}(x))^2.")
        root = self.here.text == "["
        if self.here.kind == "open":
            arguments = self.bracketed(_MOST_ARGUMENTS)
            if root and self.here.text == "{":
                raise _Unreadable("Write a root as a power, as in x^(1/3).")
        else:
            arguments = [self.bare_argument(name)]
        return _call(name, arguments)

    def bare_argument(self, name: str) -> Formula:
        """The argument of a function without brackets: one factor, and nothing behind it."""
        if not self.starts_factor():
            raise _Unreadable(f"Write brackets around what {name} is taken of: {name}(x).")
        argument = self.power()
        closed = self.tokens[self.index - 1].kind in ("close", "bar")
        if not closed and (self.starts_factor() or self.at("*", "/")):
            raise _Unreadable(
                f"It is unclear where the argument of {name} ends: write brackets, {name}(x)."
            )
        return argument


def _signed(negative: bool, factor: Formula) -> list[Formula]:
    """The factors of a formula with its sign."""
    if not negative:
        return [factor]
    return [Number(-factor.value)] if isinstance(factor, Number) else [Number(-1), factor]


def _product(factors: list[Formula]) -> Formula:
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _number(token: Token) -> Number:
    if len(token.text) > _LONGEST_NUMBER:
        raise _Unreadable(f"The number at character {token.position} is too long.")
    value = Fraction(token.text.rstrip("."))
    return Number(value.numerator if value.denominator == 1 else value)


def _whole_number(token: Token) -> int:
    if len(token.text) > _LONGEST_NUMBER:
        raise _Unreadable(f"The number at character {token.position} is too long.")
    return int(token.text)


def _call(name: str, arguments: list[Formula]) -> Formula:
    logarithm = LOGARITHM.fullmatch(name)
    function = "ln" if logarithm else FUNCTIONS[name]
    if function in ("max", "min"):
        if len(arguments) < 2:
            raise _Unreadable(f"{name} needs at least two arguments, as in {name}(0, x).")
    elif len(arguments) > 1:
        raise _Unreadable(f"{name} has one argument; {_COMMA}.")
    if logarithm is None:
        return Call(function, tuple(arguments))
    base = int(logarithm[1])
    if base == 1:
        raise _Unreadable("There is no logarithm with base one.")
    return Quotient(Call("ln", tuple(arguments)), Call("ln", (Number(base),)))
