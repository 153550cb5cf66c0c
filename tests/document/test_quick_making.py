"""Objects made by a quick maker are what their class itself makes, frozen as those are."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, replace
from fractions import Fraction
from typing import Any

import pytest

from qgen.document.answers import Numeric, Tolerance
from qgen.document.quick_making import quick_maker

WITHIN = Tolerance("absolute", Fraction(1, 10))
make = quick_maker(Numeric)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (make(3, WITHIN), Numeric(3, WITHIN)),
        (make(3, WITHIN, "m"), Numeric(3, WITHIN, "m")),
        (
            make(key=3, tolerance=WITHIN, worked_out=True),
            Numeric(3, WITHIN, worked_out=True),
        ),
    ],
)
def test_they_are_those_of_the_class(made: Numeric, expected: Numeric) -> None:
    assert type(made) is Numeric
    assert made == expected
    assert hash(made) == hash(expected)
    assert repr(made) == repr(expected)
    assert copy.copy(made) == expected
    assert pickle.loads(pickle.dumps(made)) == expected
    assert replace(made, key=4) == replace(expected, key=4)


@pytest.mark.parametrize("name", ["key", "unit"])
def test_they_are_frozen(name: str) -> None:
    made = make(3, WITHIN)
    with pytest.raises(FrozenInstanceError):
        setattr(made, name, 4)
    with pytest.raises(FrozenInstanceError):
        delattr(made, name)
    assert made == Numeric(3, WITHIN)


def test_a_field_without_a_default_must_be_given() -> None:
    unchecked: Any = make
    with pytest.raises(TypeError):
        unchecked(3)


def test_what_a_class_looks_at_is_not_passed_over() -> None:
    @dataclass(frozen=True, slots=True)
    class Positive:
        value: int

        def __post_init__(self) -> None:
            assert self.value > 0

    with pytest.raises(TypeError, match="Positive looks at what it is made of"):
        quick_maker(Positive)
