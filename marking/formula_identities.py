"""Proves identities between rational formulas by exact arithmetic on polynomials.

Each formula becomes a fraction of two polynomials with exact coefficients. What is not rational
(`ln(x + 1)`, `sqrt(x)`) counts as one more unknown; two such are the same unknown if their
arguments are the same rational function. Exponentials are split: exp(2a + b) = exp(a)^2 exp(b).
A difference that comes out as the zero polynomial is a proof of equality wherever both formulas
have a value; anything else proves nothing.

SymPy proves these identities too, and is asked for what is left. For the shipped bank's formulas
it needs 0.25 s of processor instead of 0.09 s, after 0.5 s to start its own process
(`benchmarks/equivalence.py`), and its proofs end by a clock, where these count steps and so come
out the same on a busy machine.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import Literal, TypeAlias, assert_never

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
from qgen.document.numbers import exact_value

Monomial: TypeAlias = tuple[tuple[int, int], ...]
"""Pairs of an unknown's number and its exponent, by number."""
Polynomial: TypeAlias = dict[Monomial, Fraction]

_MOST_STEPS = 50_000
_MOST_BITS = 4000
_LARGEST_EXPONENT = 64
_ONE: Polynomial = {(): Fraction(1)}


class _TooLong(Exception):
    """The polynomials have grown beyond what is worth trying."""


@dataclass(frozen=True, slots=True)
class _Ratio:
    top: Polynomial
    bottom: Polynomial


@dataclass(frozen=True, slots=True)
class _Need:
    """What must hold of a value inside a formula; `unsure` of the base of an unknown power."""

    kind: Literal["nonzero", "nonnegative", "positive", "unsure"]
    ratio: _Ratio

    def is_met_by(self, value: Fraction) -> bool:
        match self.kind:
            case "nonzero":
                return value != 0
            case "nonnegative":
                return value >= 0
            case "positive" | "unsure":
                return value > 0
            case _:
                assert_never(self.kind)


def identical(first: Formula, second: Formula) -> bool:
    """True if the formulas are proved to be the same rational function; False says nothing."""
    work = _Reader()
    try:
        return work.same(work.ratio(first), work.ratio(second))
    except (_TooLong, ZeroDivisionError):
        return False


def inseparable(first: Formula, second: Formula) -> bool:
    """True if it is proved that the formulas have the same value, or none, at every point.

    They are identical, and what the one divides by, or takes a root or a logarithm of, is a
    multiple of what the other does; False says nothing.
    """
    work = _Reader()
    try:
        one, needed = work.ratio(first), work.needs
        work.needs = []
        return work.same(one, work.ratio(second)) and work.are_met_together(needed, work.needs)
    except (_TooLong, ZeroDivisionError):
        return False


def _add(left: Polynomial, right: Polynomial) -> Polynomial:
    total = dict(left)
    for monomial, coefficient in right.items():
        value = total.get(monomial, Fraction(0)) + coefficient
        if value:
            total[monomial] = value
        else:
            del total[monomial]
    return total


def _joined(first: Monomial, second: Monomial) -> Monomial:
    if not first or not second:
        return first or second
    exponents = dict(first)
    for unknown, exponent in second:
        exponents[unknown] = exponents.get(unknown, 0) + exponent
    return tuple(sorted(exponents.items()))


def _constant(value: Fraction) -> _Ratio:
    return _Ratio({(): value} if value else {}, _ONE)


_UNIT = _constant(Fraction(1))


def _value(ratio: _Ratio) -> Fraction | None:
    """The number that a ratio is, if it has no unknowns."""
    if ratio.top.keys() <= {()} and ratio.bottom.keys() == {()}:
        return ratio.top.get((), Fraction(0)) / ratio.bottom[()]
    return None


class _Arithmetic:
    """Adds and multiplies ratios, with a limit on all the work together."""

    def __init__(self) -> None:
        self._steps = 0

    def multiply(self, left: Polynomial, right: Polynomial) -> Polynomial:
        self._steps += len(left) * len(right)
        if self._steps > _MOST_STEPS:
            raise _TooLong
        total: Polynomial = {}
        for first, one in left.items():
            for second, other in right.items():
                monomial = _joined(first, second)
                coefficient = total.get(monomial, Fraction(0)) + one * other
                if coefficient.numerator.bit_length() > _MOST_BITS:
                    raise _TooLong
                total[monomial] = coefficient
        return {monomial: value for monomial, value in total.items() if value}

    def same(self, left: _Ratio, right: _Ratio) -> bool:
        return self.multiply(left.top, right.bottom) == self.multiply(right.top, left.bottom)

    def share(self, left: _Ratio, right: _Ratio) -> Fraction | None:
        """The number by which the right one is multiplied to give the left one, if there is one."""
        one = self.multiply(left.top, right.bottom)
        other = self.multiply(right.top, left.bottom)
        if not one or one.keys() != other.keys():
            return None
        shares = {value / other[monomial] for monomial, value in one.items()}
        return shares.pop() if len(shares) == 1 else None

    def product(self, left: _Ratio, right: _Ratio) -> _Ratio:
        return _Ratio(self.multiply(left.top, right.top), self.multiply(left.bottom, right.bottom))

    def quotient(self, left: _Ratio, right: _Ratio) -> _Ratio:
        if not right.top:
            raise ZeroDivisionError
        return self.product(left, _Ratio(right.bottom, right.top))

    def sum(self, left: _Ratio, right: _Ratio) -> _Ratio:
        if left.bottom == right.bottom:
            return _Ratio(_add(left.top, right.top), left.bottom)
        top = _add(self.multiply(left.top, right.bottom), self.multiply(right.top, left.bottom))
        return _Ratio(top, self.multiply(left.bottom, right.bottom))

    def power(self, base: _Ratio, exponent: int) -> _Ratio:
        if abs(exponent) > _LARGEST_EXPONENT:
            raise _TooLong
        result = _UNIT
        for _ in range(abs(exponent)):
            result = self.product(result, base)
        return self.quotient(_UNIT, result) if exponent < 0 else result


class _Reader(_Arithmetic):
    """Numbers the unknowns of two formulas: their symbols, and what is not rational in them."""

    def __init__(self) -> None:
        super().__init__()
        self._symbols: dict[str, int] = {}
        self._calls: list[tuple[int, str, tuple[_Ratio, ...]]] = []
        self.needs: list[_Need] = []
        """What must hold where what was read has a value."""

    def are_met_together(self, first: list[_Need], second: list[_Need]) -> bool:
        """Whether all needs of the one list are met exactly where those of the other are."""
        return all(
            any(self._are_alike(need, other) for other in others)
            for needs, others in ((first, second), (second, first))
            for need in needs
        )

    def _are_alike(self, need: _Need, other: _Need) -> bool:
        if need.kind != other.kind or need.kind == "unsure":
            return False
        share = self.share(need.ratio, other.ratio)
        return share is not None and (share > 0 or need.kind == "nonzero")

    def _must(self, need: _Need) -> None:
        value = _value(need.ratio)
        if value is None or not need.is_met_by(value):
            self.needs.append(need)

    def ratio(self, expression: Formula) -> _Ratio:
        match expression:
            case Number():
                return _constant(exact_value(expression.value))
            case Symbol():
                number = self._symbols.setdefault(expression.name, self._next())
                return _Ratio({((number, 1),): Fraction(1)}, _ONE)
            case Sum():
                total = _constant(Fraction(0))
                for term in expression.terms:
                    total = self.sum(total, self.ratio(term))
                return total
            case Product():
                total = _UNIT
                for factor in expression.factors:
                    total = self.product(total, self.ratio(factor))
                return total
            case Quotient():
                top, bottom = self.ratio(expression.numerator), self.ratio(expression.denominator)
                self._must(_Need("nonzero", bottom))
                return self.quotient(top, bottom)
            case Power():
                return self._raised(self.ratio(expression.base), self.ratio(expression.exponent))
            case Call():
                return self._applied(expression)
            case _:
                assert_never(expression)

    def _next(self) -> int:
        return len(self._symbols) + len(self._calls)

    def _unknown(self, name: str, *arguments: _Ratio) -> _Ratio:
        """The unknown for a function of these arguments, an old one if it has been met."""
        for number, known, values in self._calls:
            if (
                known == name
                and len(values) == len(arguments)
                and all(self.same(a, b) for a, b in zip(values, arguments, strict=True))
            ):
                return _Ratio({((number, 1),): Fraction(1)}, _ONE)
        number = self._next()
        self._calls.append((number, name, arguments))
        return _Ratio({((number, 1),): Fraction(1)}, _ONE)

    def _raised(self, base: _Ratio, exponent: _Ratio) -> _Ratio:
        value = _value(exponent)
        if value is None:
            self._must(_Need("unsure", base))
            return self._unknown("power", base, exponent)
        if value < 0:
            self._must(_Need("nonzero", base))
        if value.denominator == 1:
            return self.power(base, value.numerator)
        self._must(_Need("nonnegative", base))
        # base^(p/q) is (base^(1/q))^p wherever it is real.
        root = self._unknown("power", base, _constant(Fraction(1, value.denominator)))
        return self.power(root, value.numerator)

    def _applied(self, call: Call) -> _Ratio:
        arguments = [self.ratio(argument) for argument in call.arguments]
        match call.function:
            case "exp":
                return self._exponential(arguments[0])
            case "sqrt":
                return self._raised(arguments[0], _constant(Fraction(1, 2)))
            case "sigmoid":
                growth = self._exponential(arguments[0])
                return self.quotient(growth, self.sum(growth, _UNIT))
            case "tanh":
                growth = self.power(self._exponential(arguments[0]), 2)
                return self.quotient(
                    self.sum(growth, _constant(Fraction(-1))), self.sum(growth, _UNIT)
                )
            case "ln":
                self._must(_Need("positive", arguments[0]))
                return self._unknown("ln", *arguments)
            case "abs" | "sin" | "cos" | "max" | "min":
                return self._unknown(call.function, *arguments)
            case _:
                assert_never(call.function)

    def _exponential(self, argument: _Ratio) -> _Ratio:
        """exp of a sum as a product of powers, one for each term with its number taken out."""
        if not argument.top:
            return _UNIT
        result = _UNIT
        divisor = _value(_Ratio(argument.bottom, _ONE))
        if divisor is None:
            content = _content(argument.top)
            inner = _Ratio(_scaled(argument.top, 1 / content), argument.bottom)
            return self._exponential_power(inner, content)
        for monomial, coefficient in argument.top.items():
            inner = _Ratio({monomial: Fraction(1)}, _ONE)
            result = self.product(result, self._exponential_power(inner, coefficient / divisor))
        return result

    def _exponential_power(self, argument: _Ratio, factor: Fraction) -> _Ratio:
        """exp(factor * argument) as a whole power of exp(argument / factor's denominator).

        Where that is too large a power, it is an unknown of its own, or one over such.
        """
        step, times = Fraction(1, factor.denominator), factor.numerator
        if abs(times) > _LARGEST_EXPONENT:
            step, times = abs(factor), 1 if times > 0 else -1
        inner = _Ratio(_scaled(argument.top, step), argument.bottom)
        return self.power(self._unknown("exp", inner), times)


def _scaled(polynomial: Polynomial, factor: Fraction) -> Polynomial:
    return {monomial: value * factor for monomial, value in polynomial.items()}


def _content(polynomial: Polynomial) -> Fraction:
    """The number that can be taken out of all terms, with the sign of the first one."""
    values = list(polynomial.values())
    numerators = gcd(*(value.numerator for value in values))
    denominators = lcm(*(value.denominator for value in values))
    first = polynomial[min(polynomial)]
    return Fraction(numerators if first > 0 else -numerators, denominators)
