"""Random numbers of distributions, on the grids on which they print.

A uniform number goes through the inverse of the distribution function. Tables of counts are
computed with integers and decimals alone, so that they are the same on every machine.
"""

import math
from bisect import bisect_right
from collections.abc import Callable
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from statistics import NormalDist
from typing import TypeAlias, assert_never

from qgen.bank.parameters import (
    BinomialData,
    ExponentialData,
    NormalData,
    PoissonData,
    UniformData,
)
from qgen.document.numbers import fraction
from qgen.document.values import Value
from qgen.generator.seeds import RandomSource, index_below

Data: TypeAlias = NormalData | UniformData | ExponentialData | BinomialData | PoissonData

_HALF_STEP = 2.0**-54
"""Random numbers are even in [0, 1) in steps of 2**-53; this one more is never 0."""
_WHOLE = 2**53
_ROUGHLY = 10**6
_NO_DOUBT = 0.49
_DIGITS = Context(prec=40)


def data_sampler(domain: Data) -> Callable[[RandomSource], Value]:
    """What draws one number of a distribution."""
    match domain:
        case NormalData():
            step, score = domain.step, NormalDist().inv_cdf
            steps = _whole_steps(domain.mean / step, domain.deviation / step)
            return lambda random_source: _multiple(steps(score(_inside(random_source))), step)
        case ExponentialData():
            step = domain.step
            waits = _whole_steps(Fraction(0), -1 / (domain.rate * step))
            return lambda random_source: _multiple(waits(math.log(_inside(random_source))), step)
        case UniformData():
            return _uniform(domain.first, domain.last, domain.step)
        case BinomialData():
            return _counted(_binomial_table(domain.n, domain.p))
        case PoissonData():
            return _counted(_poisson_table(domain.mean))
        case _:
            assert_never(domain)


def _inside(random_source: RandomSource) -> float:
    return random_source() + _HALF_STEP


def _whole_steps(start: Fraction, width: Fraction) -> Callable[[float], int]:
    """Rounds start + width x to a whole number, by floats where they leave no doubt of it."""
    if max(abs(start), abs(width)) > _ROUGHLY:
        return lambda x: round(start + width * Fraction(x))
    rough_start, rough_width = float(start), float(width)

    def rounded(x: float) -> int:
        farther = rough_width * x
        rough = rough_start + farther
        whole = round(rough)
        # Four roundings of numbers below a million are off by less than 10**-9.
        if abs(farther) < _ROUGHLY and abs(rough - whole) < _NO_DOUBT:
            return whole
        return round(start + width * Fraction(x))

    return rounded


def _multiple(count: int, step: Fraction) -> Value:
    """So many steps, as an integer where it is one."""
    value = fraction(count * step.numerator, step.denominator)
    return value.numerator if value.denominator == 1 else value


def _uniform(first: Fraction, last: Fraction, step: Fraction) -> Callable[[RandomSource], Value]:
    """The multiples of the step between both ends, each as likely."""
    low, high = math.ceil(first / step), math.floor(last / step)

    def uniform(random_source: RandomSource) -> Value:
        return _multiple(low + index_below(random_source, high - low + 1), step)

    return uniform


def _counted(table: tuple[int, ...]) -> Callable[[RandomSource], Value]:
    return lambda random_source: bisect_right(table, int(random_source() * _WHOLE))


@lru_cache(maxsize=256)
def _binomial_table(n: int, p: Fraction) -> tuple[int, ...]:
    """For each count the probability of it or less, in steps of 2**-53."""
    above, below = p.numerator, p.denominator
    total, reached, table = below**n, 0, []
    for k in range(n + 1):
        reached += math.comb(n, k) * above**k * (below - above) ** (n - k)
        table.append(reached * _WHOLE // total)
    return tuple(table)


@lru_cache(maxsize=256)
def _poisson_table(mean: Fraction) -> tuple[int, ...]:
    """For each count the probability of it or less, in steps of 2**-53, until none is left."""
    rate = _DIGITS.divide(Decimal(mean.numerator), Decimal(mean.denominator))
    likely = reached = _DIGITS.exp(_DIGITS.minus(rate))
    table = [int(_DIGITS.multiply(reached, _WHOLE))]
    while table[-1] < _WHOLE - 1:
        likely = _DIGITS.divide(_DIGITS.multiply(likely, rate), Decimal(len(table)))
        reached = _DIGITS.add(reached, likely)
        table.append(int(_DIGITS.multiply(reached, _WHOLE)))
    return tuple(table)
