r"""A small evaluator of TeX formulas, to see that what is printed means what was meant.

It knows what readers know: blanks do not part digits, `x^12` raises to the power one, no two signs
stand side by side. Powers (but for those of ten) and roots are opaque functions, so that only
their operands matter.
"""

import re
from collections.abc import Mapping
from fractions import Fraction

TOKEN = re.compile(
    r"\s+|(?P<word>\\left\(|\\right\)|\\[A-Za-z]+|[0-9]+(?:\.[0-9]+)?|[^\W\d_]|[-+/^(){}]|[\ue000-\uf8ff])"
)


class Misprint(Exception):
    """A formula that readers cannot read."""


def power(base: Fraction, exponent: Fraction) -> Fraction:
    """Another number for every power; but a first power is printed as its base."""
    if exponent == 1:
        return base
    if base == 10 and exponent.denominator == 1 and abs(exponent) < 400:
        return base ** int(exponent)
    return 1009 * base + 31 * exponent + base * exponent + Fraction(5, 7)


def root(value: Fraction) -> Fraction:
    return value * value + Fraction(13, 11)


def tex_value(source: str, values: Mapping[str, Fraction]) -> Fraction:
    """The value of a formula; letters and private-use characters have theirs in `values`."""
    parser = _Parser(source, values)
    result = parser.sum()
    if parser.token:
        raise Misprint(f"{parser.token!r} in {source!r}")
    return result


class _Parser:
    def __init__(self, source: str, values: Mapping[str, Fraction]) -> None:
        # Blanks vanish before digits are read: 2 3 shows as 23.
        source = re.sub(r"(?<=[0-9.])\s+(?=[0-9.])", "", source)
        self._source = source
        self._values = values
        self._tokens: list[str] = []
        position = 0
        while position < len(source):
            match = TOKEN.match(source, position)
            if match is None:
                raise Misprint(f"{source[position]!r} in {source!r}")
            if match["word"]:
                self._tokens.append(match["word"])
            position = match.end()
        self._tokens.reverse()

    @property
    def token(self) -> str:
        return self._tokens[-1] if self._tokens else ""

    def take(self, expected: str = "") -> str:
        if not self._tokens or (expected and self.token != expected):
            raise Misprint(f"{self.token!r} for {expected!r} in {self._source!r}")
        return self._tokens.pop()

    def sum(self) -> Fraction:
        sign = self.take() if self.token in ("+", "-") else "+"
        total = Fraction(0)
        while True:
            term = self.product()
            total += term if sign == "+" else -term
            if self.token not in ("+", "-"):
                return total
            sign = self.take()

    def product(self) -> Fraction:
        result = self.factor()
        while self.token not in ("", "+", "-", ")", "\\right)", "}"):
            divided = self.token in ("/", "\\cdot", "\\times") and self.take() == "/"
            factor = self.factor()
            result = result / factor if divided else result * factor
        return result

    def factor(self) -> Fraction:
        base = self.atom()
        if self.token != "^":
            return base
        self.take()
        result = power(base, self.argument())
        if self.token == "^":
            raise Misprint(f"two exponents in {self._source!r}")
        return result

    def argument(self) -> Fraction:
        """What a command or an exponent takes: a group, or a single sign."""
        if self.token == "{":
            return self.group()
        word = self.take()
        if word[0].isdigit() and len(word) > 1:
            self._tokens.append(word[1:])
            word = word[0]
        self._tokens.append(word)
        return self.atom()

    def group(self) -> Fraction:
        self.take("{")
        result = self.sum()
        self.take("}")
        return result

    def atom(self) -> Fraction:
        word = self.token
        if word == "{":
            return self.group()
        self.take()
        if word in ("(", "\\left("):
            result = self.sum()
            self.take(")" if word == "(" else "\\right)")
            return result
        if word in ("\\frac", "\\dfrac"):
            above, below = self.argument(), self.argument()
            return above / below
        if word == "\\sqrt":
            return root(self.argument())
        if word[0].isdigit():
            return Fraction(word)
        if word in self._values:
            return self._values[word]
        raise Misprint(f"{word!r} in {self._source!r}")
