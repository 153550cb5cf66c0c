"""Random formulas for property tests."""

from fractions import Fraction
from typing import get_args

from hypothesis import strategies

from qgen.document.formula import (
    Call,
    Formula,
    FunctionName,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
)

VARIABLES = ("x", "x_1", "x_12", "alpha", "sigma", "mu_i", "loss")

_numbers = strategies.one_of(
    strategies.integers(-12, 12),
    strategies.fractions(-5, 5, max_denominator=12),
    # At most six digits, which is what a float shows in TeX.
    strategies.sampled_from([0.25, -0.1, 1.5e-9, -3e-20, 2.5e14, 12.345]),
).map(Number)
_leaves = strategies.one_of(_numbers, strategies.sampled_from((*VARIABLES, "pi")).map(Symbol))
_exponents = strategies.one_of(
    strategies.integers(-3, 4).map(Number),
    strategies.sampled_from([Number(Fraction(1, 2)), Symbol("x"), Number(Fraction(-3, 2))]),
)
_one_argument = [name for name in get_args(FunctionName) if name not in ("max", "min")]


def _larger(
    inner: strategies.SearchStrategy[Formula],
) -> strategies.SearchStrategy[Formula]:
    several = strategies.lists(inner, min_size=1, max_size=3).map(tuple)
    pairs = strategies.lists(inner, min_size=2, max_size=3).map(tuple)
    return strategies.one_of(
        several.map(Sum),
        several.map(Product),
        strategies.builds(Quotient, inner, inner),
        strategies.builds(Power, inner, _exponents),
        strategies.builds(Power, inner, inner),
        strategies.builds(Call, strategies.sampled_from(_one_argument), strategies.tuples(inner)),
        strategies.builds(Call, strategies.sampled_from(["max", "min"]), pairs),
    )


EXPRESSIONS = strategies.recursive(_leaves, _larger, max_leaves=8)
