"""Values read back from their print: numbers, vectors, matrices, formulas at points.

Numbers are read exactly. A formula is read as a person reads it, at a point: products without a
sign between the factors, powers before products, products before sums.
"""

import cmath
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from hashlib import blake2b
from typing import TypeAlias

from qgen.document.numbers import decimal_value
from qgen.marking.printed_tokens import CLOSE_ARRAY, CLOSE_GROUP, OPEN_ARRAY, OPEN_GROUP, Sign

Read: TypeAlias = Fraction | complex
Point: TypeAlias = Mapping[str, Read | float]

_HATS, _TILDES = frozenset({"hat", "ˆ", "^"}), frozenset({"sim", "∼", "~"})
_MINUS = Sign("operator", "-")
LARGEST_EXPONENT = 400
"""Powers beyond this are not computed exactly."""


class Unreadable(ValueError):
    """Signs that are no value."""


def read_number(signs: Sequence[Sign]) -> Fraction:
    """The number that the signs print, exactly. Raises Unreadable."""
    # Nearly all: numbers alone, which need no reader of formulas.
    if signs and signs[-1].kind == "number":
        if len(signs) == 1:
            return decimal_value(signs[0].text)
        if len(signs) == 2 and signs[0] == _MINUS:
            return -decimal_value(signs[1].text)
    value = read_at(signs, {})
    if isinstance(value, Fraction):
        return value
    raise Unreadable("it is no number")


def read_at(signs: Sequence[Sign], point: Point, *, anywhere: bool = False) -> Read:
    """What the signs are at a point; `anywhere` gives each other symbol a value of its own.

    Raises Unreadable where they are no formula, or one without a value there.
    """
    reader = _Reader(signs, point, anywhere)
    try:
        value = reader.sum()
    except (ArithmeticError, ValueError) as error:
        raise Unreadable(str(error)) from None
    if reader.place < len(signs):
        raise Unreadable(f"'{signs[reader.place].text}' is not expected there")
    return value


def read_words(signs: Sequence[Sign]) -> str:
    """The words that the signs print. Raises Unreadable."""
    text = ""
    for sign in signs:
        if sign.kind == "style" and sign.text in _HATS:
            text += "^"
        elif sign.kind == "separator" and sign.text in _TILDES:
            text += "~"
        elif sign.kind in ("words", "postfix"):
            # A hat stands above a blank of its own.
            text += "" if text.endswith("^") and sign.text.isspace() else sign.text
        elif sign.kind != "brace" and sign.text != "mathord":
            raise Unreadable(f"'{sign.text}' is not among words")
    return text


def read_entries(signs: Sequence[Sign]) -> list[list[Sign]]:
    """The entries of a printed vector, or the rows of a table as vectors. Raises Unreadable."""
    if len(signs) < 2 or signs[0].kind != "open" or signs[-1].kind != "close":
        raise Unreadable("no brackets stand around it")
    inner = list(signs[1:-1])
    if inner[:1] == [OPEN_ARRAY] and inner[-1:] == [CLOSE_ARRAY]:
        rows = _split(inner[1:-1], "row")
        if all(len(_split(row, "cell")) == 1 for row in rows):
            return rows
        return [[Sign("open", "("), *_commas(row), Sign("close", ")")] for row in rows]
    return _split(inner, "separator", ",", ";") if inner else []


def _commas(row: Sequence[Sign]) -> list[Sign]:
    return [Sign("separator", ",") if sign.kind == "cell" else sign for sign in row]


def _split(signs: Sequence[Sign], kind: str, *texts: str) -> list[list[Sign]]:
    found: list[list[Sign]] = [[]]
    depth = 0
    for sign in signs:
        depth += _step(sign)
        if not depth and sign.kind == kind and (not texts or sign.text in texts):
            found.append([])
        else:
            found[-1].append(sign)
    return found


def _step(sign: Sign) -> int:
    """By how much a sign changes the depth of brackets, groups and tables."""
    if sign.kind == "open" or sign in (OPEN_GROUP, OPEN_ARRAY):
        return 1
    return -1 if sign.kind == "close" or sign in (CLOSE_GROUP, CLOSE_ARRAY) else 0


_BREAKS = frozenset({"separator", "bar", "words", "cell", "row"})


def surroundings(before: Sequence[Sign], after: Sequence[Sign]) -> tuple[list[Sign], list[Sign]]:
    """How far what stands around a value belongs to the same term or sum, on either side.

    A tie is a space there, as it is in TeX, and no words.
    """
    left: list[Sign] = []
    depth = 0
    for sign in filter(_is_no_space, reversed(before)):
        depth -= _step(sign)
        if depth < 0 or (depth == 0 and sign.kind in _BREAKS):
            break
        left.insert(0, sign)
    right: list[Sign] = []
    depth = 0
    for sign in filter(_is_no_space, after):
        depth += _step(sign)
        if depth < 0 or (depth == 0 and sign.kind in _BREAKS):
            break
        right.append(sign)
    return left, right


def _is_no_space(sign: Sign) -> bool:
    return sign.kind != "words" or bool(sign.text.strip())


def is_index(before: Sequence[Sign]) -> bool:
    """Whether what follows stands in a subscript."""
    depth = 0
    for place in range(len(before) - 1, -1, -1):
        depth -= _step(before[place])
        if depth < 0:
            if place and before[place - 1] == Sign("script", "_"):
                return True
            depth = 0
    return before[-1:] == [Sign("script", "_")]


def _chance(text: str) -> float:
    """A number between 1/3 and 4/3 that belongs to a text."""
    digest = int.from_bytes(blake2b(text.encode(), digest_size=6).digest())
    return 1 / 3 + digest / 2**48


_FUNCTIONS: Mapping[str, Callable[..., complex]] = {
    "exp": cmath.exp,
    "ln": cmath.log,
    "log": cmath.log,
    "sqrt": cmath.sqrt,
    "abs": abs,
    "sin": cmath.sin,
    "cos": cmath.cos,
    "tan": cmath.tan,
    "tanh": cmath.tanh,
    "sigmoid": lambda x: 1 / (1 + cmath.exp(-x)),
    "max": lambda *all: max(all, key=lambda each: complex(each).real),
    "min": lambda *all: min(all, key=lambda each: complex(each).real),
}


class _Reader:
    """Reads signs from the left; `place` is the next one."""

    def __init__(self, signs: Sequence[Sign], point: Point, anywhere: bool) -> None:
        self._signs = signs
        self._point = point
        self._anywhere = anywhere
        self.place = 0

    def _next(self) -> Sign | None:
        return self._signs[self.place] if self.place < len(self._signs) else None

    def _take(self, kind: str, *texts: str) -> Sign | None:
        sign = self._next()
        if sign is None or sign.kind != kind or (texts and sign.text not in texts):
            return None
        self.place += 1
        return sign

    def _need(self, wanted: Sign) -> None:
        if self._next() != wanted:
            raise Unreadable(f"'{wanted.text}' is missing")
        self.place += 1

    def sum(self) -> Read:
        """Terms with signs between them, the first of which may have one, too."""
        sign = self._take("operator", "+", "-")
        value = self._product()
        if sign is not None and sign.text == "-":
            value = -value
        while (sign := self._take("operator", "+", "-")) is not None:
            term = self._product()
            value = _sum(value, term if sign.text == "+" else -term)
        return value

    def _product(self) -> Read:
        """Factors, with or without a sign between them."""
        value = self._factor()
        while True:
            sign = self._take("operator", "*", "/")
            if sign is not None:
                factor = self._factor()
                value = _product(value, factor if sign.text == "*" else _inverse(factor))
            elif self._begins_factor():
                value = _product(value, self._beside())
            else:
                return value

    def _begins_factor(self) -> bool:
        sign = self._next()
        return sign is not None and (
            sign.kind in ("number", "symbol", "name", "open", "fraction", "root", "style")
            or sign == OPEN_GROUP
        )

    def _beside(self) -> Read:
        before, sign = self._signs[self.place - 1], self._next()
        assert sign is not None
        is_script = self.place > 1 and self._signs[self.place - 2].kind == "script"
        if before.kind == "number" and not is_script and sign.kind in ("number", "fraction"):
            raise Unreadable("two numbers stand side by side")
        return self._factor()

    def _factor(self) -> Read:
        is_fraction = (first := self._next()) is not None and first.kind == "fraction"
        value = self._atom()
        while True:
            if self._take("script", "^"):
                if is_fraction:
                    raise Unreadable("an exponent stands beside a fraction without brackets")
                value = _power(value, self._argument())
            elif (sign := self._take("postfix")) is not None:
                value = value / 100 if sign.text == "%" else value * value + Fraction(7, 10)
            else:
                return value

    def _atom(self) -> Read:
        sign = self._next()
        if sign is None:
            raise Unreadable("something is missing at its end")
        self.place += 1
        match sign.kind:
            case "number":
                return decimal_value(sign.text)
            case "symbol":
                return self._symbol(sign.text)
            case "name":
                return self._call(sign.text)
            case "open":
                return self._bracket(sign)
            case "fraction":
                top = self._argument()
                return _product(top, _inverse(self._argument()))
            case "root":
                return cmath.sqrt(self._argument())
            case "style":
                start = self.place
                self._skip_argument()
                return complex(_chance(f"{sign.text} {self._signs[start : self.place]}"))
            case _ if sign == OPEN_GROUP:
                value = self.sum()
                self._need(CLOSE_GROUP)
                return value
            case _:
                raise Unreadable(f"'{sign.text}' is not expected there")

    def _argument(self) -> Read:
        """A group, or one sign, as TeX takes it."""
        if self._next() == OPEN_GROUP:
            return self._atom()
        sign = self._next()
        if sign is not None and sign.kind in ("number", "symbol"):
            self.place += 1
            return decimal_value(sign.text) if sign.kind == "number" else self._value(sign.text)
        if sign is not None and sign.kind == "open" and sign.text == "(":
            return self._atom()  # among words: 10^(-3)
        raise Unreadable("no value stands there")

    def _skip_argument(self) -> str:
        start, depth = self.place, 0
        while self.place < len(self._signs):
            depth += _step(self._signs[self.place])
            self.place += 1
            if depth <= 0:
                break
        return "".join(
            sign.text for sign in self._signs[start : self.place] if sign.kind != "brace"
        )

    def _symbol(self, name: str) -> Read:
        if self._take("script", "_"):
            name = f"{name}_{self._skip_argument()}"
        return self._value(name)

    def _value(self, name: str) -> Read:
        if name in self._point:
            value = self._point[name]
            return value if isinstance(value, Fraction) else complex(value)
        if self._anywhere:
            return complex(_chance(name))
        if name == "pi":
            return complex(cmath.pi)
        raise Unreadable(f"'{name}' is none of the variables")

    def _call(self, name: str) -> Read:
        function = _FUNCTIONS.get(name)
        if function is None:
            return self._symbol(name)
        subscript = ""
        if self._take("script", "_"):
            subscript = self._skip_argument()
        sign = self._next()
        if sign is not None and sign.kind == "open":
            self.place += 1
            arguments = [self.sum()]
            while self._take("separator", ","):
                arguments.append(self.sum())
            if self._take("close") is None:
                raise Unreadable("a bracket is not closed")
        else:
            arguments = [self._factor()]
            while self._begins_factor():
                arguments[0] = _product(arguments[0], self._beside())
        value = complex(function(*arguments))
        return value * _chance(subscript) if subscript else value

    def _bracket(self, opening: Sign) -> Read:
        """What stands in brackets; where that is no sum, it is as a whole like a symbol."""
        start = self.place
        try:
            value: Read = self.sum()
            if self._take("close") is None:
                raise Unreadable("a bracket is not closed")
        except ValueError:
            if not self._anywhere:
                raise
            self.place = start - 1
            return complex(_chance(self._skip_argument()))
        if opening.text != "|":
            return value
        return abs(value) if isinstance(value, Fraction) else complex(abs(value))


def _sum(one: Read, other: Read) -> Read:
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return one + other
    return complex(one) + complex(other)


def _product(one: Read, other: Read) -> Read:
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return one * other
    return complex(one) * complex(other)


def _inverse(value: Read) -> Read:
    return 1 / value


def _power(base: Read, exponent: Read) -> Read:
    if (
        isinstance(base, Fraction)
        and isinstance(exponent, Fraction)
        and exponent.denominator == 1
        and abs(exponent) <= LARGEST_EXPONENT
    ):
        return Fraction(base**exponent.numerator)
    result: complex = complex(base) ** complex(exponent)
    return result
