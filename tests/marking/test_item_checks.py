"""What the checks of an item find where a grader is wrong: numbers and choices."""

from collections.abc import Set
from dataclasses import replace
from fractions import Fraction

import pytest

from qgen.document.answers import Answer, MultipleSelect, Numeric, Option, SingleChoice, Tolerance
from qgen.document.richtext import passage_of
from qgen.marking.grader import THE_KEY, Mark, NumberMarker
from qgen.marking.item_checks import _choice_faults, item_faults
from tests import samples

NUMBERS = [
    Numeric(key, Tolerance(kind, amount), None, ())
    for key in (Fraction(-1, 3), Fraction(7, 4), 12, 0.1234, -2.5e-9)
    for kind, amount in (
        ("absolute", Fraction(1, 7)),
        ("absolute", Fraction(0)),
        ("relative", Fraction(1, 100)),
        ("significant_digits", Fraction(3)),
    )
    if amount or key != Fraction(-1, 3)  # no decimal is a third
]
OPTIONS = tuple(
    Option(passage_of(text), text in ("first", "third"), None)
    for text in ("first", "second", "third")
)
MULTIPLE = MultipleSelect(OPTIONS, "per_option")
SINGLE = SingleChoice(OPTIONS[:2])


def faults(answer: Answer) -> list[str]:
    item = replace(samples.item("open"), parts=samples.sole(answer))
    return [message for _, message in item_faults(item, with_formulas=False)]


@pytest.mark.parametrize("answer", [*NUMBERS, MULTIPLE, SINGLE], ids=str)
def test_what_is_marked_rightly_has_no_fault(answer: Answer) -> None:
    assert faults(answer) == []


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("answer", NUMBERS, ids=str)
def test_a_number_marked_right_on_the_wrong_side_of_an_end_is_found(
    monkeypatch: pytest.MonkeyPatch, answer: Numeric, side: int
) -> None:
    def taken_for(marker: NumberMarker, above: int, below: int) -> int | None:
        beyond = (Fraction(above, below) - Fraction(answer.key)) * side > 0
        return THE_KEY if beyond else honest(marker, above, below)

    honest = NumberMarker.taken_for
    monkeypatch.setattr(NumberMarker, "taken_for", taken_for)
    (found,) = faults(answer)
    outside = Fraction(found.partition(" ")[0])
    assert "lies outside the tolerance" in found
    assert (outside - Fraction(answer.key)) * side > 0


def test_a_key_that_earns_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NumberMarker, "taken_for", lambda marker, above, below: None)
    for answer in NUMBERS:
        assert any("earns no marks" in message for message in faults(answer)), answer


@pytest.mark.parametrize(
    ("answer", "earned", "told"),
    [
        (MULTIPLE, 1, ["option A", "option B", "option C", "a blank"]),
        (MULTIPLE, 0, ["ticking exactly the right options"]),
        (SINGLE, 1, ["option B earns 1", "a blank"]),
        (SINGLE, 0, ["option A earns 0"]),
    ],
)
def test_choices_marked_wrongly_are_found(
    monkeypatch: pytest.MonkeyPatch,
    answer: SingleChoice | MultipleSelect,
    earned: int,
    told: list[str],
) -> None:
    def mark(answer: SingleChoice | MultipleSelect, ticked: Set[int]) -> Mark:
        return Mark(Fraction(earned))

    monkeypatch.setattr("qgen.marking.item_checks.mark_choice", mark)
    _choice_faults.cache_clear()  # what the honest grader gave
    found = faults(answer)
    _choice_faults.cache_clear()  # what this one gave
    assert len(found) == len(told)
    for message, words in zip(found, told, strict=True):
        assert words in message
