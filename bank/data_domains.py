"""Domains that draw data: random numbers of a distribution, on the grid on which they print."""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil
from typing import Annotated, ClassVar, Self

from pydantic import Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from qgen.bank.author_model import ExactNumber, PositiveNumber
from qgen.bank.domain import MAX_GRID, Domain

MOST_TRIALS = 1_000
"""So many trials of a binomial draw, and so large a mean of a Poisson one."""
FARTHEST = 8
"""No normal draw lies farther from the mean than so many deviations and a little."""

_COUNT = {"anyOf": [{"type": "integer", "minimum": 1, "maximum": MOST_TRIALS}, {"type": "string"}]}


class _Gridded(Domain):
    """What all data on a decimal grid share."""

    step: PositiveNumber = Field(description="The grid: what is drawn is rounded to its multiples.")

    @model_validator(mode="after")
    def _decimal(self) -> Self:
        if 10**12 % self.step.denominator:
            raise PydanticCustomError("grid", "'step' must be a finite decimal")
        return self


class NormalData(_Gridded):
    """Numbers of a normal distribution, rounded to multiples of `step`."""

    placeholders: ClassVar[Mapping[str, object]] = {"length": 1, "mean": 0, "deviation": 1}

    mean: ExactNumber = Field(default=Fraction(0), description="Its mean, or an expression.")
    deviation: PositiveNumber = Field(
        default=Fraction(1), description="Its standard deviation, or an expression."
    )

    @model_validator(mode="after")
    def _not_too_fine(self) -> Self:
        if not self.expressions and FARTHEST * self.deviation > MAX_GRID * self.step:
            raise PydanticCustomError("grid", f"more than {MAX_GRID} steps")
        return self


class UniformData(_Gridded):
    """Numbers between `from` and `to`, rounded to multiples of `step`."""

    placeholders: ClassVar[Mapping[str, object]] = {"length": 1, "from": 0, "to": 0}

    first: ExactNumber = Field(alias="from", description="The lower end, or an expression.")
    last: ExactNumber = Field(alias="to", description="The upper end, or an expression.")

    @model_validator(mode="after")
    def _some_multiples(self) -> Self:
        if self.first > self.last:
            raise PydanticCustomError("empty-domain", "'from' is more than 'to'")
        if self.last - self.first > MAX_GRID * self.step:
            raise PydanticCustomError("grid", f"more than {MAX_GRID} steps")
        if not self.expressions and ceil(self.first / self.step) * self.step > self.last:
            message = "no multiple of 'step' lies between 'from' and 'to'"
            raise PydanticCustomError("empty-domain", message)
        return self


class ExponentialData(_Gridded):
    """Numbers of an exponential distribution, rounded to multiples of `step`."""

    placeholders: ClassVar[Mapping[str, object]] = {"length": 1, "rate": 1}

    rate: PositiveNumber = Field(default=Fraction(1), description="Its rate, or an expression.")


class BinomialData(Domain):
    """How often something of probability `p` happens in `n` trials."""

    placeholders: ClassVar[Mapping[str, object]] = {"length": 1, "n": 1, "p": 0}

    n: Annotated[int, Field(strict=True, ge=1, le=MOST_TRIALS), WithJsonSchema(_COUNT)] = Field(
        description="The number of trials, or an expression for it."
    )
    p: ExactNumber = Field(description="The probability from 0 to 1, or an expression for it.")

    @model_validator(mode="after")
    def _is_probability(self) -> Self:
        if not 0 <= self.p <= 1:
            raise PydanticCustomError("probability", "'p' must be from 0 to 1")
        return self


class PoissonData(Domain):
    """Counts of a Poisson distribution."""

    placeholders: ClassVar[Mapping[str, object]] = {"length": 1, "mean": 1}

    mean: PositiveNumber = Field(description="Its mean, or an expression for it.")

    @model_validator(mode="after")
    def _not_too_large(self) -> Self:
        if self.mean > MOST_TRIALS:
            raise PydanticCustomError("poisson", f"'mean' must be at most {MOST_TRIALS}")
        return self
