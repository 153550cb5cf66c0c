"""Densities, probabilities and quantiles of the known distributions, to 12 digits.

Incomplete beta and gamma functions and their inverses are SciPy's. Densities are computed by
mpmath, whose gamma function neither overflows nor cancels. Arguments are in their domains; what is
rational on exact numbers (the uniform distribution) stays exact.
"""

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from typing import Any, TypeAlias

from qgen.bank.entries import ExpressionError
from qgen.bank.exact_arithmetic import add, divide, multiply, subtract
from qgen.document.values import Value

Real: TypeAlias = Any
"""An int, a fraction or a float, checked when it came in."""
Law: TypeAlias = Callable[..., Any]
"""A function of a value or a share, and of the parameters."""

DIGITS = 30
_REACHED = 1 - 1e-13
"""A share that a discrete distribution reaches but for rounding counts as reached."""
_TINY = 1e-200


@cache
def _precise() -> Any:
    """Arithmetic of floats with digits to spare, apart from what other code sets."""
    from mpmath import MPContext

    context = MPContext()
    context.dps = DIGITS
    return context


def _long(value: Real) -> Any:
    """A number with digits to spare."""
    above, below = value.as_integer_ratio()
    return _precise().mpf(above) / below


def _special() -> Any:
    from scipy import special

    return special


def _product(first: Real, second: Real) -> float:
    """A product that is rounded once."""
    exact: Any = multiply(first, second)
    return float(exact)


def _score(x: Real, mean: Real, deviation: Real) -> float:
    """By how many deviations a value lies above the mean."""
    exact: Any = divide(subtract(x, mean), deviation)
    return float(exact)


# Normal


def _normal_density(x: Real, mean: Real, deviation: Real) -> float:
    score = _score(x, mean, deviation)
    return math.exp(-score * score / 2) / (math.sqrt(2 * math.pi) * float(deviation))


def _normal_cumulative(x: Real, mean: Real, deviation: Real) -> float:
    score = _score(x, mean, deviation)
    return math.erfc(-score / math.sqrt(2)) / 2


def _normal_quantile(share: Real, mean: Real, deviation: Real) -> float:
    from statistics import NormalDist

    # Near 1 a float lacks the digits that an exact share has beside 0.
    low = share if share <= Fraction(1, 2) else 1 - share
    score = NormalDist().inv_cdf(float(low))
    return float(mean) + float(deviation) * (score if low == share else -score)


# Beta, and what follows from it: F, t, binomial


def _beta_density(x: Real, a: Real, b: Real) -> float:
    if not 0 <= x <= 1:
        return 0.0
    if x in {0, 1}:
        return _at_the_end(a if x == 0 else b, b if x == 0 else a)
    left, right = _long(a), _long(b)
    power = _long(x) ** (left - 1) * _long(1 - x) ** (right - 1)
    return float(power / _precise().beta(left, right))


def _at_the_end(shape: Real, at_one: Real) -> float:
    """A density at an end of its support, where its shape decides; `at_one` is it at shape 1."""
    if shape < 1:
        raise ExpressionError("the density is infinite there")
    return 0.0 if shape > 1 else float(at_one)


def _beta_sides(x: Real, a: Real, b: Real) -> tuple[float, float]:
    """The probabilities below and above a value, each with all its digits."""
    special, left, right = _special(), float(a), float(b)
    if x <= Fraction(1, 2):
        inner = float(x)
        below, above = special.betainc, special.betaincc
    else:
        left, right, inner = right, left, float(1 - x)
        below, above = special.betaincc, special.betainc
    return float(below(left, right, inner)), float(above(left, right, inner))


def _beta_cumulative(x: Real, a: Real, b: Real) -> float:
    if x <= 0:
        return 0.0
    return 1.0 if x >= 1 else _beta_sides(x, a, b)[0]


def _beta_inverse(share: Real, a: Real, b: Real) -> tuple[float, float]:
    """The value that has a share below it, and what it lacks to 1, each with all its digits."""
    low = float(_special().betaincinv(float(a), float(b), float(share)))
    if low <= 0.5:
        low = _improved(low, share, a, b)
        return low, 1 - low
    high = _improved(
        float(_special().betaincinv(float(b), float(a), float(1 - share))), 1 - share, b, a
    )
    return 1 - high, high


def _improved(value: float, share: Real, a: Real, b: Real) -> float:
    """A quantile of a beta distribution after one step of Newton's: SciPy's has 11 digits."""
    if not _TINY < value < 1:
        return value
    below, above = _beta_sides(value, a, b)
    too_much = below - float(share) if share <= Fraction(1, 2) else float(1 - share) - above
    return value - too_much / _beta_density(value, a, b)


def _beta_quantile(share: Real, a: Real, b: Real) -> float:
    return _beta_inverse(share, a, b)[0]


def _f_density(x: Real, first: Real, second: Real) -> float:
    if x < 0:
        return 0.0
    if x == 0:
        return _at_the_end(divide(first, 2), 1)
    a, b, ratio = _long(first) / 2, _long(second) / 2, _long(first) * _long(x) / _long(second)
    return float(ratio**a / (1 + ratio) ** (a + b) / _precise().beta(a, b) / _long(x))


def _f_cumulative(x: Real, first: Real, second: Real) -> float:
    if x <= 0:
        return 0.0
    part: Real = divide(multiply(first, x), second)
    halves = divide(first, 2), divide(second, 2)
    if part <= 1:
        return _beta_sides(divide(part, add(part, 1)), *halves)[0]
    return _beta_sides(divide(1, add(part, 1)), *reversed(halves))[1]


def _f_quantile(share: Real, first: Real, second: Real) -> float:
    low, high = _beta_inverse(share, divide(first, 2), divide(second, 2))
    return low / high * float(second) / float(first)


def _t_density(x: Real, freedom: Real) -> float:
    degrees, half = _long(freedom), _precise().mpf(1) / 2
    shape = (1 + _long(x) ** 2 / degrees) ** (-(degrees + 1) / 2)
    return float(shape / _precise().sqrt(degrees) / _precise().beta(degrees / 2, half))


def _t_cumulative(x: Real, freedom: Real) -> float:
    ratio: Real = divide(multiply(x, x), freedom)
    halves = Fraction(1, 2), divide(freedom, 2)
    if ratio <= 1:
        tail = _beta_sides(divide(ratio, add(ratio, 1)), *halves)[1] / 2
    else:
        tail = _beta_sides(divide(1, add(ratio, 1)), *reversed(halves))[0] / 2
    return 1 - tail if x > 0 else tail


def _t_quantile(share: Real, freedom: Real) -> float:
    low = min(share, 1 - share)
    outside, inside = _beta_inverse(multiply(2, low), divide(freedom, 2), Fraction(1, 2))
    size = math.sqrt(float(freedom) * inside / outside)
    return -size if share < Fraction(1, 2) else size


def _binomial_density(k: Real, n: Real, p: Real) -> float:
    if not 0 <= _whole("binomial_pmf", k) <= n:
        return 0.0
    ways = 1 / _precise().beta(_long(k + 1), _long(n - k + 1)) / (n + 1)
    return float(ways * _long(p) ** k * _long(1 - p) ** (n - k))


def _whole(name: str, value: Real) -> int:
    if value != int(value):
        raise ExpressionError(f"'{name}' takes a whole number first: others have no probability")
    return int(value)


def _binomial_cumulative(k: Real, n: Real, p: Real) -> float:
    below = math.floor(k)
    if below < 0 or p == 1:
        return float(below >= n)
    return 1.0 if below >= n or p == 0 else _beta_sides(p, below + 1, n - below)[1]


def _binomial_quantile(share: Real, n: Real, p: Real) -> int:
    return _first_reaching(share, n, lambda k: _binomial_cumulative(k, n, p))


def _first_reaching(share: Real, most: int, cumulative: Callable[[int], float]) -> int:
    """The smallest whole number at which a discrete distribution reaches a share."""
    low, high, wanted = 0, most, float(share) * _REACHED
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if cumulative(middle) >= wanted else (middle + 1, high)
    return low


# Gamma, and what follows from it: chi-squared, Poisson


def _gamma_density(x: Real, shape: Real, rate: Real) -> float:
    if x < 0:
        return 0.0
    if x == 0:
        return _at_the_end(shape, rate)
    scaled, power = _long(rate) * _long(x), _long(shape)
    context = _precise()
    return float(scaled**power * context.exp(-scaled) / context.gamma(power) / _long(x))


def _gamma_cumulative(x: Real, shape: Real, rate: Real) -> float:
    return 0.0 if x <= 0 else float(_special().gammainc(float(shape), _product(rate, x)))


def _gamma_quantile(share: Real, shape: Real, rate: Real) -> float:
    special = _special()
    if share <= Fraction(1, 2):
        scaled = special.gammaincinv(float(shape), float(share))
    else:
        scaled = special.gammainccinv(float(shape), float(1 - share))
    return float(scaled) / float(rate)


def _chi2_density(x: Real, freedom: Real) -> float:
    return _gamma_density(x, divide(freedom, 2), Fraction(1, 2))


def _chi2_cumulative(x: Real, freedom: Real) -> float:
    return _gamma_cumulative(x, divide(freedom, 2), Fraction(1, 2))


def _chi2_quantile(share: Real, freedom: Real) -> float:
    return _gamma_quantile(share, divide(freedom, 2), Fraction(1, 2))


def _poisson_density(k: Real, mean: Real) -> float:
    if _whole("poisson_pmf", k) < 0:
        return 0.0
    context, rate = _precise(), _long(mean)
    return float(rate ** int(k) * context.exp(-rate) / context.gamma(int(k) + 1))


def _poisson_cumulative(k: Real, mean: Real) -> float:
    below = math.floor(k)
    return 0.0 if below < 0 else float(_special().gammaincc(below + 1, float(mean)))


def _poisson_quantile(share: Real, mean: Real) -> int:
    high = 1
    while _poisson_cumulative(high, mean) < float(share):
        high *= 2
    return _first_reaching(share, high, lambda k: _poisson_cumulative(k, mean))


# Exponential and uniform


def _exponential_density(x: Real, rate: Real) -> float:
    return 0.0 if x < 0 else float(rate) * math.exp(-_product(rate, x))


def _exponential_cumulative(x: Real, rate: Real) -> float:
    return 0.0 if x <= 0 else -math.expm1(-_product(rate, x))


def _exponential_quantile(share: Real, rate: Real) -> float:
    # An exact share above a half has more digits beside 1 than beside 0.
    log_above = math.log1p(-float(share)) if share < 0.5 else math.log(1 - share)
    return -log_above / float(rate)


def _uniform_width(low: Real, high: Real) -> Value:
    if low >= high:
        raise ExpressionError("the ends of a uniform distribution rise")
    return subtract(high, low)


def _uniform_density(x: Real, low: Real, high: Real) -> Value:
    width = _uniform_width(low, high)
    return divide(1, width) if low <= x <= high else 0


def _uniform_cumulative(x: Real, low: Real, high: Real) -> Value:
    width = _uniform_width(low, high)
    return divide(subtract(min(max(x, low), high), low), width)


def _uniform_quantile(share: Real, low: Real, high: Real) -> Value:
    width = _uniform_width(low, high)
    return subtract(multiply(share, width), -low)


LAWS: Mapping[str, tuple[Law, Law, Law]] = {
    "normal": (_normal_density, _normal_cumulative, _normal_quantile),
    "t": (_t_density, _t_cumulative, _t_quantile),
    "chi2": (_chi2_density, _chi2_cumulative, _chi2_quantile),
    "f": (_f_density, _f_cumulative, _f_quantile),
    "binomial": (_binomial_density, _binomial_cumulative, _binomial_quantile),
    "poisson": (_poisson_density, _poisson_cumulative, _poisson_quantile),
    "exponential": (_exponential_density, _exponential_cumulative, _exponential_quantile),
    "uniform": (_uniform_density, _uniform_cumulative, _uniform_quantile),
    "beta": (_beta_density, _beta_cumulative, _beta_quantile),
    "gamma": (_gamma_density, _gamma_cumulative, _gamma_quantile),
}
"""Density (or probability), distribution function and quantile, by the family's name."""
