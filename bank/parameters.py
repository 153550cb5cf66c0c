"""Parameter domains: what a question may draw, declared beside its name."""

from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Self, TypeAlias

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from qgen.bank.author_model import AuthorModel, ExactNumber, Name, PositiveNumber, WholeNumber

MAX_GRID = 1_000_000
MAX_RANGE = 10**12
MAX_ENTRIES = 400

Count: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=MAX_ENTRIES)]
Shape: TypeAlias = Annotated[tuple[Count, ...], Field(min_length=1, max_length=2)]
Choice: TypeAlias = int | Decimal | Fraction | str | bool


class Domain(AuthorModel):
    """What all domains share: a vector of so many draws (`length`), or a matrix (`shape`)."""

    length: Count | None = None
    shape: Shape | None = None

    @property
    def dimensions(self) -> tuple[int, ...]:
        """`()` for one draw, `(n,)` for a vector, `(rows, columns)` for a matrix."""
        if self.length is not None:
            return (self.length,)
        return self.shape or ()

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        if self.length is not None and self.shape is not None:
            raise PydanticCustomError("shape", "give 'length' or 'shape', not both")
        entries = 1
        for size in self.dimensions:
            entries *= size
        if entries > MAX_ENTRIES:
            raise PydanticCustomError("shape", f"at most {MAX_ENTRIES} entries can be drawn")
        return self


class Integers(Domain):
    """Whole numbers from `from` to `to`, both included, without those in `not`."""

    first: WholeNumber = Field(alias="from")
    last: WholeNumber = Field(alias="to")
    excluded: tuple[WholeNumber, ...] = Field(default=(), alias="not")

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.first > self.last:
            raise PydanticCustomError("empty-domain", "'from' is more than 'to'")
        if self.last - self.first > MAX_RANGE or self.first < -MAX_RANGE or self.last > MAX_RANGE:
            raise PydanticCustomError("grid", f"more than {MAX_RANGE}, which no question needs")
        if self.last - self.first < MAX_GRID and not self.values:
            raise PydanticCustomError("empty-domain", "'not' leaves nothing to draw")
        return self

    @cached_property
    def values(self) -> tuple[int, ...]:
        """All values in order."""
        excluded = frozenset(self.excluded)
        return tuple(n for n in range(self.first, self.last + 1) if n not in excluded)


class Decimals(Domain):
    """Decimals on a grid: `from`, `from + step`, … up to `to`, without those in `not`."""

    first: ExactNumber = Field(alias="from")
    last: ExactNumber = Field(alias="to")
    step: PositiveNumber
    excluded: tuple[ExactNumber, ...] = Field(default=(), alias="not")

    @model_validator(mode="after")
    def _on_a_grid(self) -> Self:
        steps = (self.last - self.first) / self.step
        if steps < 0:
            raise PydanticCustomError("empty-domain", "'from' is more than 'to'")
        if steps.denominator != 1:
            raise PydanticCustomError("grid", "'to' cannot be reached from 'from' in whole steps")
        if steps > MAX_GRID:
            raise PydanticCustomError("grid", f"more than {MAX_GRID} steps")
        for number in (self.first, self.step):
            if 10**12 % number.denominator:
                raise PydanticCustomError("grid", "'from' and 'step' must be finite decimals")
        if not self.values:
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


def _choices(value: object) -> tuple[Choice, ...]:
    if not isinstance(value, (list, tuple)) or not value:
        raise PydanticCustomError("choices", "expected a list of values to choose from")
    if len(value) > MAX_GRID:
        raise PydanticCustomError("choices", f"more than {MAX_GRID} values")
    chosen = tuple(_choice(entry) for entry in value)
    if len(set(map(_plain, chosen))) < len(chosen):
        raise PydanticCustomError("choices", "a value stands twice in the list")
    return chosen


def _choice(value: object) -> Choice:
    if isinstance(value, str):
        if "{{" in value:
            raise PydanticCustomError("hole_place", "a value to choose is no text with holes")
        try:
            return Fraction(value.replace(" ", "")) if "/" in value else value
        except (ValueError, ZeroDivisionError):
            return value
    if isinstance(value, (bool, int, Decimal)):
        return value
    raise PydanticCustomError("choices", "a value to choose must be a number or a text")


def _plain(value: Choice) -> object:
    return (type(value) is bool, type(value) is str, value)


Choices: TypeAlias = Annotated[
    tuple[Any, ...],
    BeforeValidator(_choices),
    Field(json_schema_extra={"minItems": 1}),
]


class OneOf(Domain):
    """One of the listed values, each as likely."""

    of: Choices


class Subset(Domain):
    """`size` different values of the list, in the list's order."""

    of: Choices
    size: Count

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.size > len(self.of):
            raise PydanticCustomError("subset", "'size' is more than the list holds")
        return self


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


def _as_choices(value: object) -> object:
    return {"of": value} if isinstance(value, list) else value


class ParameterEntry(AuthorModel):
    """Exactly one domain, by its name."""

    integers: Integers | None = None
    decimals: Decimals | None = None
    one_of: Annotated[
        OneOf | None,
        BeforeValidator(_as_choices, json_schema_input_type=OneOf | tuple[Any, ...] | None),
    ] = None
    subset: Subset | None = None
    probabilities: Probabilities | None = None
    spd: PositiveDefinite | None = None
    generator: Generated | None = None

    @property
    def domain(self) -> Domain:
        """The one domain that was given."""
        return next(value for _, value in self if isinstance(value, Domain))

    @model_validator(mode="before")
    @classmethod
    def _with_generator(cls, data: Any) -> Any:
        """`{generator: tables.joint, with: {…}}` in one mapping reads best."""
        if isinstance(data, dict) and isinstance(data.get("generator"), str):
            return {"generator": data}
        return data

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name, value in self if value is not None]
        if len(given) != 1:
            names = ", ".join(type(self).model_fields)
            raise PydanticCustomError("domain", f"give exactly one domain: {names}")
        return self


def prints_decimals(domain: object) -> bool:
    """Whether the values of a domain are written with a decimal point by the author."""
    match domain:
        case Decimals() | Probabilities():
            return True
        case OneOf() | Subset():
            return any(isinstance(value, Decimal) for value in domain.of)
        case _:
            return False
