"""`space:` as authors write it: the room on paper for working, or for an open answer."""

import re
from fractions import Fraction
from typing import Annotated, TypeAlias

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from qgen.document.answers import Space

_SPACE = re.compile(
    r"none|lines +(?P<lines>[0-9]{1,3})"
    r"|(?P<frame>box|squared) +(?P<height>[0-9]{1,3}(?:\.[0-9]{1,2})?) ?(?P<unit>mm|cm)"
)
_MOST_LINES, _MOST_HEIGHT = 60, 230  # millimetres: what a page has room for


def _space(value: object) -> Space:
    found = _SPACE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        message = "expected a space such as lines 6, box 5 cm, squared 80 mm or none"
        raise PydanticCustomError("space", message)
    if found["lines"]:
        lines = int(found["lines"])
        if not 1 <= lines <= _MOST_LINES:
            raise PydanticCustomError("space", f"a space has 1 to {_MOST_LINES} lines")
        return Space("lines", Fraction(lines))
    if found["frame"] is None:
        return Space("none", Fraction(0))
    height = Fraction(found["height"]) * (10 if found["unit"] == "cm" else 1)
    if not 5 <= height <= _MOST_HEIGHT:
        raise PydanticCustomError("space", f"a space is 5 mm to {_MOST_HEIGHT // 10} cm high")
    return Space("box" if found["frame"] == "box" else "squared", height)


SpaceText: TypeAlias = Annotated[
    Space,
    PlainValidator(_space, json_schema_input_type=str),
    Field(description="room on paper: lines 6, box 5 cm, squared 8 cm, or none"),
]
