"""Domains that draw from a list: one value, some, all in another order, or a row of a table."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from math import gcd
from typing import Annotated, Any, ClassVar, Self, TypeAlias

from pydantic import BeforeValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from qgen.bank.author_model import Name, PositiveNumber
from qgen.bank.domain import MAX_ENTRIES, MAX_GRID, Domain, WrittenCount

MOST_ROWS = 1_000
MOST_WEIGHT = 10**9
Choice: TypeAlias = int | Decimal | Fraction | str | bool


def read_choices(value: object) -> tuple[Choice, ...]:
    """The values of a list to choose from."""
    if not isinstance(value, (list, tuple)) or not value:
        raise PydanticCustomError("choices", "expected a list of values to choose from")
    if len(value) > MAX_GRID:
        raise PydanticCustomError("choices", f"more than {MAX_GRID} values")
    chosen = tuple(read_choice(entry) for entry in value)
    if len(set(map(_plain, chosen))) < len(chosen):
        raise PydanticCustomError("choices", "a value stands twice in the list")
    return chosen


def read_choice(value: object) -> Choice:
    """One value to choose: a number, a fraction, a text or a truth value."""
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
    BeforeValidator(read_choices),
    Field(json_schema_extra={"minItems": 1}),
]


class OneOf(Domain):
    """One of the listed values, each as likely."""

    of: Choices = Field(description="The values.")


class Subset(Domain):
    """`size` different values of the list, in the list's order."""

    placeholders: ClassVar[Mapping[str, object]] = {"length": 1, "size": 1}

    of: Choices
    size: WrittenCount = Field(description="How many, or an expression for it.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.size > len(self.of):
            raise PydanticCustomError("subset", "'size' is more than the list holds")
        return self


class WeightedChoice(Domain):
    """One of the listed values, each as likely as its weight says beside the others."""

    of: Choices = Field(description="The values.")
    weights: tuple[PositiveNumber, ...] = Field(description="A weight for each value, above 0.")

    @model_validator(mode="after")
    def _one_weight_each(self) -> Self:
        if len(self.weights) != len(self.of):
            message = f"{len(self.of)} values have {len(self.weights)} weights"
            raise PydanticCustomError("weights", message)
        if self.cumulative[-1] > MOST_WEIGHT:
            raise PydanticCustomError(
                "weights", "the weights have more digits than a draw can tell"
            )
        return self

    @property
    def cumulative(self) -> tuple[int, ...]:
        """The running sums of the weights as whole numbers in the same proportion."""
        scale = 1
        for weight in self.weights:
            scale = scale * weight.denominator // gcd(scale, weight.denominator)
        return tuple(accumulate(int(weight * scale) for weight in self.weights))


class Permutation(Domain):
    """All values of the list, in random order."""

    of: Choices = Field(description="The values.")

    @model_validator(mode="after")
    def _not_too_long(self) -> Self:
        if len(self.of) > MAX_ENTRIES:
            message = f"at most {MAX_ENTRIES} entries can be drawn"
            raise PydanticCustomError("permutation", message)
        return self


def as_choices(value: object) -> object:
    """A list for a mapping that holds nothing else."""
    return {"of": value} if isinstance(value, list) else value


def _cells(value: object) -> tuple[tuple[Choice, ...], ...]:
    if not isinstance(value, (list, tuple)) or not value:
        raise PydanticCustomError("rows", "expected a list of rows, each a list of cells")
    if len(value) > MOST_ROWS:
        raise PydanticCustomError("rows", f"more than {MOST_ROWS} rows")
    if not all(isinstance(row, (list, tuple)) for row in value):
        raise PydanticCustomError("rows", "expected a list of rows, each a list of cells")
    return tuple(tuple(read_choice(cell) for cell in row) for row in value)


class Rows(Domain):
    """A row of a table, whose cells are read by their column: `c.iso` of the parameter `c`.

    With `size`, so many different rows in random order: each column is then a vector.
    """

    placeholders: ClassVar[Mapping[str, object]] = {"size": 1}

    names: Annotated[tuple[Name, ...], Field(min_length=1, max_length=20)] = Field(
        description="The names of the columns."
    )
    of: Annotated[tuple[Any, ...], BeforeValidator(_cells)] = Field(
        description="The rows, each with a cell a column.",
        json_schema_extra={"items": {"type": "array"}, "minItems": 1},
    )
    tex: tuple[Name, ...] = Field(
        default=(), description="Columns whose cells are TeX and print as such inside formulas."
    )
    picture: tuple[Name, ...] = Field(
        default=(), description="Columns whose cells are files of pictures that texts show."
    )
    size: WrittenCount | None = Field(
        default=None, description="So many different rows, or an expression for their number."
    )

    @field_validator("of")
    @classmethod
    def _of_one_width(cls, rows: tuple[tuple[Choice, ...], ...]) -> tuple[tuple[Choice, ...], ...]:
        if len(set(rows)) < len(rows):
            raise PydanticCustomError("rows", "a row stands twice in the table")
        return rows

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for number, row in enumerate(self.of, 1):
            if len(row) != len(self.names):
                message = f"row {number} has {len(row)} cells for {len(self.names)} columns"
                raise PydanticCustomError("rows", message)
        if len(set(self.names)) < len(self.names):
            raise PydanticCustomError("rows", "a column's name stands twice")
        for name in self.tex:
            if name not in self.names:
                raise PydanticCustomError("rows", f"there is no column '{name}' that could be TeX")
        for name in self.picture:
            if name not in self.names or name in self.tex:
                message = f"there is no column '{name}' that could hold pictures"
                raise PydanticCustomError("rows", message)
        if self.picture and "size" in self.model_fields_set:
            message = "a text shows the picture of one row: 'size' does not go with 'picture'"
            raise PydanticCustomError("rows", message)
        if self.length is not None or self.shape is not None:
            message = "rows have no 'length' and no 'shape': 'size' draws so many different ones"
            raise PydanticCustomError("rows", message)
        if self.size is not None and self.size > len(self.of):
            raise PydanticCustomError("rows", "'size' is more than the table holds")
        return self
