"""`space:` as authors write it."""

from fractions import Fraction

import pytest
from pydantic import TypeAdapter, ValidationError

from qgen.bank.answer_space import SpaceText
from qgen.document.answers import Space

SPACE: TypeAdapter[Space] = TypeAdapter(SpaceText)


@pytest.mark.parametrize(
    ("written", "space"),
    [
        ("lines 6", Space("lines", Fraction(6))),
        ("lines  60", Space("lines", Fraction(60))),
        (" box 5 cm ", Space("box", Fraction(50))),
        ("box 5.5cm", Space("box", Fraction(55))),
        ("squared 80 mm", Space("squared", Fraction(80))),
        ("none", Space("none", Fraction(0))),
    ],
)
def test_spaces(written: str, space: Space) -> None:
    assert SPACE.validate_python(written) == space


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("6 lines", "expected a space such as lines 6, box 5 cm, squared 80 mm or none"),
        ("lines", "expected a space such as lines 6, box 5 cm, squared 80 mm or none"),
        ("lines 6 cm", "expected a space such as lines 6, box 5 cm, squared 80 mm or none"),
        ("box 5", "expected a space such as lines 6, box 5 cm, squared 80 mm or none"),
        ("box 5 in", "expected a space such as lines 6, box 5 cm, squared 80 mm or none"),
        ("None", "expected a space such as lines 6, box 5 cm, squared 80 mm or none"),
        (6, "expected a space such as lines 6, box 5 cm, squared 80 mm or none"),
        (None, "expected a space such as lines 6, box 5 cm, squared 80 mm or none"),
        ("lines 0", "a space has 1 to 60 lines"),
        ("lines 61", "a space has 1 to 60 lines"),
        ("box 4 mm", "a space is 5 mm to 23 cm high"),
        ("squared 231 mm", "a space is 5 mm to 23 cm high"),
    ],
)
def test_other_spaces_are_refused_with_what_to_write(written: object, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        SPACE.validate_python(written)
    assert [error["msg"] for error in caught.value.errors()] == [message]
