"""Fractions between bounds, drawn some ten times as fast as by Hypothesis' own strategy."""

from fractions import Fraction
from functools import cache, partial
from math import ceil, floor

from hypothesis import strategies as draw


@cache
def fractions(min_value, max_value, *, max_denominator):
    """A denominator first, then what fits over it, as `hypothesis.strategies.fractions` draws.

    That one makes and checks a new strategy of numerators for each fraction.
    """
    numerators = (
        (ceil(min_value * below), floor(max_value * below), below)
        for below in range(1, max_denominator + 1)
    )
    return draw.one_of(
        [
            draw.integers(least, most).map(partial(_over, below))
            for least, most, below in numerators
            if least <= most
        ]
    )


def _over(below, above):
    return Fraction(above, below)
