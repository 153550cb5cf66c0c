"""Formulas as people write them, for solvers that build them from drawn numbers."""

from fractions import Fraction

from qgen.document.formula import Call, Formula, Number, Product


def logarithm(value: int | Fraction) -> Formula:
    """The formula ln value of a number above zero: −ln 4 for 1/4."""
    exact = Fraction(value)
    if exact.numerator == 1 and exact.denominator > 1:
        return Product((Number(-1), Call("ln", (Number(exact.denominator),))))
    return Call("ln", (Number(exact.numerator if exact.denominator == 1 else exact),))
