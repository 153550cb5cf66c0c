"""What only some numbers lose is told when they are drawn: no mark goes to a person unsaid."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from qgen.document.answers import Answer, MultipleSelect, Option, ShortAnswer
from qgen.document.exam import Item
from qgen.document.formats import MoodleOptions
from qgen.document.problem import Problem
from qgen.document.richtext import passage_of
from qgen.renderers.carriage import MARKED_BY
from qgen.renderers.moodle.writer import MoodleWriter
from qgen.renderers.writer import Writer
from qgen.writers import default_writer
from tests import samples
from tests.renderers.canvas.test_canvas import exam_of


def ticks(*correct: bool) -> MultipleSelect:
    options = (Option(passage_of(f"option {n}"), right, None) for n, right in enumerate(correct))
    return MultipleSelect(tuple(options), "right_minus_wrong")


def asking(answer: Answer, variant: int, label: str) -> Item:
    parts = tuple(replace(part, label=label) for part in samples.sole(answer))
    return replace(samples.item("numeric", variant), parts=parts, points=parts[0].points)


def told(writer: Writer, outline: Item, variants: list[Item]) -> Iterator[Problem]:
    """What is told while the variants are written, beside what was told of the outline."""
    exam = exam_of(*variants)
    known = writer.losses(outline)
    list(writer.begin(exam))
    before = list(writer.problems)
    for item in variants:
        list(writer.variant(exam.pools[0], item))
    return (each for each in writer.problems if each not in [*known, *before])


# What is shown on the outline, what is drawn, and the code in each format that tells of it.
NONE_RIGHT = (ticks(True, False, False), ticks(False, False, False))
WITH_A_SIGN = (ShortAnswer(("0",)), ShortAnswer(("-3",)))
WITH_AN_ARROW = (ShortAnswer(("0",)), ShortAnswer(("a -> b",)))
CASES = [
    ("gift", NONE_RIGHT, "gift-ticks"),
    ("canvas", NONE_RIGHT, "canvas-judged"),
    ("blackboard", NONE_RIGHT, "blackboard-essay"),
    ("brightspace", NONE_RIGHT, "brightspace-written"),
    ("brightspace", WITH_A_SIGN, "brightspace-written"),
    ("gift", WITH_AN_ARROW, "gift-words"),
    ("canvas", WITH_AN_ARROW, "canvas-blanks"),
    ("qti", (ShortAnswer(("0",)), ShortAnswer(("Maß",))), "qti-case"),
    ("moodle", NONE_RIGHT, "moodle-judged"),
    ("moodle", WITH_AN_ARROW, "moodle-blanks"),
]


@pytest.mark.parametrize(("name", "answers", "code"), CASES)
@pytest.mark.parametrize("label", ["", "b"])
def test_what_only_a_variant_loses_is_told_once(
    name: str, answers: tuple[Answer, Answer], code: str, label: str
) -> None:
    shown, drawn = answers
    variants = [asking(shown, 1, label), *(asking(drawn, number, label) for number in (2, 3))]
    (problem,) = told(default_writer(name), asking(shown, 1, label), variants)
    assert (problem.code, problem.severity) == (code, "loss")
    where = ", part b" if label else ""
    assert problem.message.startswith(f"variant 2{where} (others may be like it): ")
    assert problem.place == variants[0].header.place


@pytest.mark.parametrize("name", MARKED_BY)
@pytest.mark.parametrize("kind", samples.KINDS)
def test_what_the_outline_showed_is_not_told_again(name: str, kind: str) -> None:
    item = samples.item(kind)
    assert list(told(default_writer(name), item, [item])) == []


def test_nothing_is_told_of_what_a_person_marks_anyway() -> None:
    """A derivation with an open part is one essay, whatever its other parts are."""
    shown, drawn = (
        replace(samples.item("numeric"), parts=samples.steps(answer, samples.ANSWERS["open"]))
        for answer in NONE_RIGHT
    )
    writer = MoodleWriter(MoodleOptions(variants=1, derivations="essay"))
    assert list(told(writer, shown, [drawn])) == []
