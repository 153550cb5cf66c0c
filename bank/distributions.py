"""The families of distributions that expressions know: their parameters and their functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from qgen.bank.entries import ExpressionError
from qgen.bank.exact_arithmetic import NUMBERS
from qgen.bank.number_functions import entrywise
from qgen.bank.probability_laws import Law
from qgen.document.values import Value

LARGEST = 10**12
"""Values are smaller."""
Domain: TypeAlias = Literal["real", "scale", "shape", "count", "share"]
_DOMAINS: dict[Domain, tuple[Fraction | int, Fraction | int, str]] = {
    "real": (-LARGEST, LARGEST, "a number"),
    "scale": (Fraction(1, LARGEST), LARGEST, "a number above 0"),
    "shape": (Fraction(1, 1000), 10**6, "a number from 0.001 to 10**6"),
    "count": (0, 10**6, "a whole number from 0 to 10**6"),
    "share": (0, 1, "a number from 0 to 1"),
}
"""What a parameter may be: the least and the most, between which every digit holds, in words."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A family: what it is called, and its parameters with what they may be.

    `defaults` are the parameters where none is given; `gives` says whether its functions of exact
    numbers are exact.
    """

    title: str
    parameters: Mapping[str, Domain]
    is_discrete: bool = False
    defaults: tuple[int, ...] = ()
    gives: Literal["exact", "rounded"] = "rounded"


DISTRIBUTIONS: Mapping[str, Distribution] = {
    "normal": Distribution(
        "the normal distribution", {"mean": "real", "deviation": "scale"}, defaults=(0, 1)
    ),
    "t": Distribution("Student's t distribution", {"freedom": "shape"}),
    "chi2": Distribution("the χ² distribution", {"freedom": "shape"}),
    "f": Distribution("the F distribution", {"freedom_1": "shape", "freedom_2": "shape"}),
    "binomial": Distribution(
        "the binomial distribution", {"n": "count", "p": "share"}, is_discrete=True
    ),
    "poisson": Distribution("the Poisson distribution", {"mean": "shape"}, is_discrete=True),
    "exponential": Distribution("the exponential distribution", {"rate": "scale"}),
    "uniform": Distribution(
        "the uniform distribution", {"low": "real", "high": "real"}, gives="exact"
    ),
    "beta": Distribution("the beta distribution", {"a": "shape", "b": "shape"}),
    "gamma": Distribution("the gamma distribution", {"shape": "shape", "rate": "scale"}),
}
"""The families, by the names that their functions begin with."""


def checked(name: str, family: Distribution, law: Law, *, of_share: bool) -> Law:
    """A function of a family for authors: of numbers in their domains, or of vectors of them."""

    # One template asks for the same quantiles in all its variants.
    @lru_cache(maxsize=1024, typed=True)
    def computed(*arguments: Any) -> Value:
        for (parameter, domain), value in zip(
            family.parameters.items(), arguments[1:], strict=True
        ):
            least, most, says = _DOMAINS[domain]
            if not least <= value <= most or (domain == "count" and type(value) is not int):
                raise ExpressionError(f"'{name}' takes as {parameter} {says}")
        if of_share and not 0 < arguments[0] < 1:
            raise ExpressionError(f"'{name}' takes a share between 0 and 1, not the ends")
        return law(*arguments)  # type: ignore[no-any-return]  # a number

    def apply(*arguments: Any) -> Value:
        given = (*arguments, *family.defaults) if len(arguments) == 1 else arguments
        for value in given:
            if type(value) not in NUMBERS or not -LARGEST < value < LARGEST:
                raise ExpressionError(f"'{name}' takes numbers below 10**12")
        return computed(*given)

    return entrywise(apply)
