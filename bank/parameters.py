"""Parameter domains: what a question may draw, declared beside its name."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, ClassVar, Self, TypeAlias, get_args

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from qgen.bank.author_model import AuthorModel, ExactNumber, Name, PositiveNumber, WholeNumber
from qgen.bank.data_domains import (
    BinomialData,
    ExponentialData,
    NormalData,
    PoissonData,
    UniformData,
)
from qgen.bank.domain import MAX_GRID, Domain, WrittenWhole
from qgen.bank.table_domains import (
    OneOf,
    Permutation,
    Rows,
    Subset,
    WeightedChoice,
    as_choices,
)

__all__ = [
    "BinomialData",
    "Decimals",
    "ExponentialData",
    "Generated",
    "Integers",
    "NormalData",
    "ParameterEntry",
    "PoissonData",
    "PositiveDefinite",
    "Probabilities",
    "UniformData",
    "WrittenParameter",
    "may_be_expression",
    "prints_decimals",
]

MAX_RANGE = 10**12
_UNREACHED = "'to' cannot be reached from 'from' in whole steps"


class Integers(Domain):
    """Whole numbers `from`, `from + step`, … up to `to`, without those in `not`."""

    placeholders: ClassVar[Mapping[str, object]] = {"from": 0, "to": 0, "length": 1}

    first: WrittenWhole = Field(alias="from", description="The least, or an expression for it.")
    last: WrittenWhole = Field(alias="to", description="The most, or an expression for it.")
    step: Annotated[WholeNumber, Field(ge=1, description="The distance of neighbours.")] = 1
    excluded: tuple[WholeNumber, ...] = Field(default=(), alias="not")

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.first > self.last:
            raise PydanticCustomError("empty-domain", "'from' is more than 'to'")
        if self.last - self.first > MAX_RANGE or self.first < -MAX_RANGE or self.last > MAX_RANGE:
            raise PydanticCustomError("grid", f"more than {MAX_RANGE}, which no question needs")
        if self.grid[-1] != self.last:
            raise PydanticCustomError("grid", _UNREACHED)
        if not self.expressions and len(self.grid) <= MAX_GRID and not self.values:
            raise PydanticCustomError("empty-domain", "'not' leaves nothing to draw")
        return self

    @property
    def grid(self) -> range:
        """All values in order, with those that `not` leaves out."""
        return range(self.first, self.last + 1, self.step)

    @cached_property
    def values(self) -> tuple[int, ...]:
        """All values in order."""
        excluded = frozenset(self.excluded)
        return tuple(n for n in self.grid if n not in excluded)


class Decimals(Domain):
    """Decimals on a grid: `from`, `from + step`, … up to `to`, without those in `not`."""

    placeholders: ClassVar[Mapping[str, object]] = {"from": 0, "to": 0, "length": 1}

    first: ExactNumber = Field(alias="from", description="The least, or an expression for it.")
    last: ExactNumber = Field(alias="to", description="The most, or an expression for it.")
    step: PositiveNumber = Field(description="The distance of neighbours.")
    excluded: tuple[ExactNumber, ...] = Field(default=(), alias="not")

    @model_validator(mode="after")
    def _on_a_grid(self) -> Self:
        steps = (self.last - self.first) / self.step
        if steps < 0:
            raise PydanticCustomError("empty-domain", "'from' is more than 'to'")
        if steps.denominator != 1:
            raise PydanticCustomError("grid", _UNREACHED)
        if steps > MAX_GRID:
            raise PydanticCustomError("grid", f"more than {MAX_GRID} steps")
        for number in (self.first, self.step):
            if 10**12 % number.denominator:
                raise PydanticCustomError("grid", "'from' and 'step' must be finite decimals")
        if not self.expressions and not self.values:
            raise PydanticCustomError("empty-domain", "'not' leaves nothing to draw")
        return self

    @cached_property
    def values(self) -> tuple[Fraction, ...]:
        """All values in order."""
        steps = int((self.last - self.first) / self.step)
        grid = (self.first + number * self.step for number in range(steps + 1))
        if not self.excluded:
            return tuple(grid)
        excluded = frozenset(self.excluded)
        return tuple(value for value in grid if value not in excluded)


class Probabilities(Domain):
    """Positive probabilities that sum to one, on a grid of `step`; a row of `length` outcomes.

    With `shape: [rows, columns]`, every row sums to one. `minimum` is the least of them.
    """

    step: PositiveNumber = Fraction(1, 10)
    minimum: ExactNumber | None = None

    @property
    def outcomes(self) -> int:
        """How many probabilities sum to one."""
        return self.dimensions[-1]

    @property
    def least_steps(self) -> int:
        """The smallest probability, in steps."""
        least = self.step if self.minimum is None else self.minimum
        return int(least / self.step)

    @model_validator(mode="after")
    def _on_a_grid(self) -> Self:
        if not self.dimensions:
            raise PydanticCustomError("probabilities", "'length' or 'shape' is missing")
        if (1 / self.step).denominator != 1:
            raise PydanticCustomError("grid", "1 is not a whole number of steps")
        if 1 / self.step > MAX_GRID:
            raise PydanticCustomError("grid", f"more than {MAX_GRID} steps")
        if self.minimum is not None and (self.minimum / self.step).denominator != 1:
            raise PydanticCustomError("grid", "'minimum' is not a whole number of steps")
        if self.least_steps < 0 or self.least_steps * self.outcomes > 1 / self.step:
            message = "so many probabilities of at least the minimum do not sum to one"
            raise PydanticCustomError("empty-domain", message)
        return self


class PositiveDefinite(Domain):
    """Symmetric positive definite integer matrices `L Lᵀ`, `L` lower triangular.

    The diagonal of `L` is drawn from 1 to `largest`, the entries below it from -largest to
    largest; `size` is the number of rows.
    """

    size: Annotated[int, Field(strict=True, ge=1, le=6)]
    largest: Annotated[int, Field(strict=True, ge=1, le=20)] = 2


class Generated(Domain):
    """Values from a registered generator, for laws that no domain here expresses."""

    generator: str
    arguments: dict[Name, ExactNumber] = Field(default_factory=dict, alias="with")
    decimals: bool = Field(default=False, description="Whether its fractions print as decimals.")


class ParameterEntry(AuthorModel):
    """Exactly one domain, by its name."""

    integers: Integers | None = None
    decimals: Decimals | None = None
    one_of: Annotated[
        OneOf | None,
        BeforeValidator(as_choices, json_schema_input_type=OneOf | tuple[Any, ...] | None),
    ] = None
    choice: WeightedChoice | None = None
    subset: Subset | None = None
    permutation: Annotated[
        Permutation | None,
        BeforeValidator(as_choices, json_schema_input_type=Permutation | tuple[Any, ...] | None),
    ] = None
    rows: Rows | None = None
    probabilities: Probabilities | None = None
    normal: NormalData | None = None
    uniform: UniformData | None = None
    binomial: BinomialData | None = None
    poisson: PoissonData | None = None
    exponential: ExponentialData | None = None
    spd: PositiveDefinite | None = None
    generator: Generated | None = None

    @property
    def domain(self) -> Domain:
        """The one domain that was given."""
        return next(value for _, value in self if isinstance(value, Domain))

    @property
    def domain_name(self) -> str:
        """Its name."""
        return next(name for name, value in self if isinstance(value, Domain))

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name, value in self if value is not None]
        if len(given) != 1:
            names = ", ".join(type(self).model_fields)
            raise PydanticCustomError("domain", f"give exactly one domain: {names}")
        return self


def _with_generator(written: object) -> object:
    """`{generator: tables.joint, with: {…}}` in one mapping reads best."""
    if isinstance(written, dict) and isinstance(written.get("generator"), str):
        return {"generator": written}
    return written


WrittenParameter: TypeAlias = Annotated[
    ParameterEntry,
    BeforeValidator(_with_generator, json_schema_input_type=ParameterEntry | Generated),
]


def may_be_expression(domain: str, key: str) -> bool:
    """Whether an author may write an expression for a number of a domain."""
    known = ParameterEntry.model_fields.get(domain)
    kinds = get_args(known.annotation) if known is not None else ()
    return any(key in kind.placeholders for kind in kinds if kind is not type(None))


def prints_decimals(domain: object) -> bool:
    """Whether the values of a domain are written with a decimal point by the author."""
    match domain:
        case Decimals() | Probabilities() | NormalData() | UniformData() | ExponentialData():
            return True
        case Generated():
            return domain.decimals
        case Rows():
            return any(isinstance(cell, Decimal) for row in domain.of for cell in row)
        case OneOf() | Subset() | Permutation() | WeightedChoice():
            return any(isinstance(value, Decimal) for value in domain.of)
        case _:
            return False
