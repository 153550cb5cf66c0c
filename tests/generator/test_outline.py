"""Outlines: the shape of a question, seen before anything is drawn."""

from fractions import Fraction
from typing import Any

import pytest

from qgen.document.answers import KINDS as ANSWERS
from qgen.document.answers import MultipleSelect
from qgen.document.richtext import plain_text
from qgen.generator.outline import outline
from tests.bank.written import KINDS, question, template
from tests.generator.filled import choice


def outlined(found: Any, points: Fraction = Fraction(1)) -> Any:
    return outline(found, points, "all_or_nothing")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind(kind: str) -> None:
    item = outlined(template(question(kind, explanation="Because.")), Fraction(5, 2))
    assert item.is_derivation is (kind == "derivation")
    if kind in ANSWERS:
        assert isinstance(item.parts[0].answer, ANSWERS[kind])
    assert (item.header.kind, item.points, item.variant) == (kind, Fraction(5, 2), 1)
    assert plain_text(item.stem) == "A stem."
    assert plain_text(item.explanation) == "Because."
    assert ({part.provenance for part in item.parts}, item.values) == ({"stated"}, {})


def test_holes_read_zero() -> None:
    found = template(question(stem="{{ a }} $x - {{ a }}$", parameters={"a": {"one_of": [1]}}))
    assert plain_text(outlined(found).stem) == "0 $x0$"


def test_all_options_are_there() -> None:
    found = choice(
        {"text": "a", "correct": True, "feedback": "Yes."},
        {"text": "b", "correct": "p > q"},
        {"text": "c"},
        kind="multiple_select", draw=2, solver="x.y",
    )  # fmt: skip
    answer = outlined(found).parts[0].answer
    assert isinstance(answer, MultipleSelect)
    assert answer.rule == "all_or_nothing"
    assert [(plain_text(each.text), each.correct) for each in answer.options] == [
        ("a", True),
        ("b", True),
        ("c", False),
    ]
    assert answer.options[0].feedback is not None


def test_mistakes_are_there_and_no_solver_is_asked() -> None:
    mistakes = [{"answer": "p", "feedback": "No."}, {"answer": "q", "feedback": "Neither."}]
    for kind in ("numeric", "formula"):
        data = {**question(kind, mistakes=mistakes, answer="r"), "solver": "x.y"}
        answer = outlined(template(data)).parts[0].answer
        assert [plain_text(each.feedback) for each in answer.mistakes] == ["No.", "Neither."]
    answer = (
        outlined(template(question("short_answer", mistakes=[{"text": "KL", "feedback": "No."}])))
        .parts[0]
        .answer
    )
    assert [each.text for each in answer.mistakes] == ["KL"]


def test_the_key_of_an_outline_is_none_of_its_mistakes() -> None:
    mistakes = [{"answer": "p", "feedback": "No."}]
    answer = outlined(template(question(mistakes=mistakes, solver="x.y"))).parts[0].answer
    assert answer.key not in [each.value for each in answer.mistakes]


def test_points_of_parts_are_scaled() -> None:
    parts = [
        {"kind": "numeric", "prompt": "?", "points": points, "answer": 1,
         "tolerance": {"absolute": 0}}
        for points in (1, 3)
    ]  # fmt: skip
    parts = outlined(template(question("derivation", parts=parts)), Fraction(2)).parts
    assert [part.points for part in parts] == [Fraction(1, 2), Fraction(3, 2)]
    assert [part.label for part in parts] == ["a", "b"]


def test_figures_are_there_before_they_are_drawn() -> None:
    found = template(
        question(
            stem="![a line](figure:curve)", figures={"curve": {"figure": "line", "with": {"k": 1}}}
        )
    )
    assert set(outlined(found).assets) == {"figure-curve"}
