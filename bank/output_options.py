"""`outputs:` of an exam spec: the formats to write, each with what it lets an author choose.

The models are made from the one table of formats, so that a new format needs none of its own.
"""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

from pydantic import BeforeValidator, Field, create_model

from qgen.bank.author_model import AuthorModel, FixedText, Identifier, WholeNumber
from qgen.document.formats import FORMATS

_AUTHOR_TYPES: Mapping[Any, Any] = {
    int: WholeNumber,
    str: FixedText,
    Mapping[str, str]: dict[Identifier, FixedText],
}
"""What an author writes for an option's type, where that is more than the type itself says."""


class OutputsModel(AuthorModel):
    """The formats to write. Naming one asks for it."""

    @property
    def formats(self) -> tuple[str, ...]:
        """The names of the formats asked for."""
        return tuple(name for name, value in self if value is not None)

    def options(self, name: str) -> Any:
        """The options of a format: those that the author chose, or the format's own."""
        chosen = getattr(self, name)
        return FORMATS[name].options(**({} if chosen is None else dict(chosen)))


def _present(value: object) -> object:
    """`html:` with nothing behind it asks for that output as it comes."""
    return {} if value is None else value


def _options_model(options: type[Any]) -> type[AuthorModel]:
    """The model of one format's options, strict as everything that an author writes."""
    hints = get_type_hints(options)
    fields: dict[str, Any] = {}
    for each in dataclasses.fields(options):
        says = Field(
            description=each.metadata["says"],
            ge=each.metadata.get("least"),
            le=each.metadata.get("most"),
        )
        default = each.default
        if each.default_factory is not dataclasses.MISSING:
            default = each.default_factory()
        hint = _AUTHOR_TYPES.get(hints[each.name], hints[each.name])
        fields[each.name] = (Annotated[hint, says], default)
    return create_model(options.__name__, __base__=AuthorModel, __doc__=options.__doc__, **fields)


if TYPE_CHECKING:
    Outputs = OutputsModel
else:
    Outputs = create_model(
        "Outputs",
        __base__=OutputsModel,
        __doc__=OutputsModel.__doc__,
        **{
            name: (
                Annotated[_options_model(each.options) | None, BeforeValidator(_present)],
                Field(default=None, description=each.summary),
            )
            for name, each in FORMATS.items()
        },
    )
