"""What all parameter domains share: a shape, and numbers that may read earlier parameters."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self, TypeAlias

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from qgen.bank.author_model import AuthorModel, WholeNumber, is_number

MAX_GRID = 1_000_000
MAX_ENTRIES = 400

Count: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=MAX_ENTRIES)]
Shape: TypeAlias = Annotated[tuple[Count, ...], Field(min_length=1, max_length=2)]
_COUNT = {"anyOf": [{"type": "integer", "minimum": 1, "maximum": MAX_ENTRIES}, {"type": "string"}]}
WrittenCount: TypeAlias = Annotated[Count, WithJsonSchema(_COUNT)]
"""A count that an author may write as an expression."""
WrittenWhole: TypeAlias = Annotated[
    WholeNumber, WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string"}]})
]
"""A whole number that an author may write as an expression."""


class Domain(AuthorModel):
    """What all domains share: a vector of so many draws (`length`), or a matrix (`shape`).

    Where an author writes an expression for a number, as in `length: n`, the model holds a
    placeholder: `expressions` are the texts by their keys, and `with_values` the domain that they
    make with the values of earlier parameters.
    """

    placeholders: ClassVar[Mapping[str, object]] = {"length": 1}
    """What may be an expression, with a value that is right in its place for certain."""

    length: WrittenCount | None = Field(
        default=None, description="So many draws, as a vector; or an expression for their number."
    )
    shape: Shape | None = Field(default=None, description="Rows and columns of draws.")

    _expressions: dict[str, str] = PrivateAttr(default_factory=dict)
    _written: dict[str, Any] = PrivateAttr(default_factory=dict)

    @property
    def expressions(self) -> Mapping[str, str]:
        """The expressions that stand for numbers, by their keys."""
        return self._expressions

    def with_values(self, values: Mapping[str, object]) -> Self:
        """The domain with values for its expressions. Raises pydantic's ValidationError."""
        return self.model_validate({**self._written, **values})

    @property
    def dimensions(self) -> tuple[int, ...]:
        """`()` for one draw, `(n,)` for a vector, `(rows, columns)` for a matrix."""
        if self.length is not None:
            return (self.length,)
        return self.shape or ()

    @model_validator(mode="wrap")
    @classmethod
    def _with_expressions(
        cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        """Sets expressions aside and checks the rest of the domain with placeholders."""
        if not isinstance(data, dict):
            return handler(data)
        texts = {
            key: " ".join(value.split())
            for key, value in data.items()
            if key in cls.placeholders and isinstance(value, str) and not is_number(value)
        }
        if not texts:
            return handler(data)
        known = cls.set_unknown_keys_aside(data, info)
        domain = handler({**known, **cls._places(texts, known)})
        # The subclasses' own validators come after this one, and know by it what is a placeholder.
        domain._expressions = texts
        domain._written = known
        return domain

    @classmethod
    def _places(cls, texts: Mapping[str, str], written: Mapping[str, Any]) -> dict[str, Any]:
        """Placeholders; an end of a range that is an expression stands where the other end is."""
        places = {key: cls.placeholders[key] for key in texts}
        for end, other in (("from", "to"), ("to", "from")):
            if end in texts and other in written and other not in texts:
                places[end] = written[other]
        return places

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
