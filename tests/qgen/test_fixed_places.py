"""An option with a place of its own stays there where a platform mixes them, or a line says so."""

from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from qgen.document.answers import MultipleSelect, Option, SingleChoice
from qgen.document.exam import Item
from qgen.document.formats import CanvasOptions, MoodleOptions, QtiOptions
from qgen.document.richtext import passage_of
from qgen.extra_losses import extra_losses
from qgen.writers import default_writer
from tests import samples
from tests.qgen.course import Course, choice
from tests.renderers.canvas import canvas_reader
from tests.renderers.canvas.test_canvas import exam_of
from tests.renderers.moodle.moodle_reader import read as read_moodle
from tests.renderers.qti import qti_reader
from tests.written import render

FREE = tuple(Option(passage_of(text), text == "a", None) for text in ("a", "b", "c"))
LAST = Option(passage_of("None of these"), False, None, stays=True)
KINDS = {
    "single": SingleChoice,
    "ticks": lambda options: MultipleSelect(options, "right_minus_wrong"),
}
every_kind = pytest.mark.parametrize("kind", KINDS)
with_and_without = pytest.mark.parametrize("options", [FREE, (*FREE, LAST)])


def asking(kind: str, options: tuple[Option, ...]) -> Item:
    return replace(samples.item("numeric"), parts=samples.sole(KINDS[kind](options)))


@every_kind
@with_and_without
def test_moodle_mixes_all_options_or_none(kind: str, options: tuple[Option, ...]) -> None:
    alone = asking(kind, options)
    within = replace(alone, parts=samples.steps(alone.parts[0].answer))
    for item in (alone, within):
        files = render(exam_of(item), MoodleOptions(1)).files
        ((question,),) = read_moodle(files["samples.xml"]).values()
        asked = question.blanks[0] if question.blanks else question
        assert asked.shuffle == (LAST not in options)


@every_kind
@with_and_without
@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_qti_keeps_its_place(kind: str, options: tuple[Option, ...], version: Any) -> None:
    files = render(exam_of(asking(kind, options)), QtiOptions(1, version)).files
    (item,) = qti_reader.read(files["samples.zip"]).items
    choices = list(item.root.iter("simpleChoice"))
    assert [each.get("fixed") == "true" for each in choices] == [each.stays for each in options]


@every_kind
@with_and_without
def test_new_quizzes_keep_its_place(kind: str, options: tuple[Option, ...]) -> None:
    files = render(exam_of(asking(kind, options)), CanvasOptions(1)).files
    quiz = canvas_reader.read(files["samples.zip"])
    (written,) = (each for each in quiz.files.values() if b"<presentation>" in each)
    labels = etree.fromstring(written).iter("{*}response_label")
    assert [each.get("lock") == "yes" for each in labels] == [each.stays for each in options]


@every_kind
@with_and_without
@pytest.mark.parametrize("name", ["moodle", "canvas", "gift", "blackboard", "brightspace", "qti"])
def test_what_becomes_of_it_is_told(name: str, kind: str, options: tuple[Option, ...]) -> None:
    writer = default_writer(name)
    told = {each.code for each in extra_losses(name, writer, asking(kind, options))}
    assert ("place" in told) == (LAST in options and name != "qti")


def test_what_an_author_puts_last_has_a_place_of_its_own(course: Course) -> None:
    question = choice("one")
    question["options"].append({"text": "None of these", "position": "last"})
    course.bank(question)
    course.exam("one", outputs={"moodle": {}, "gift": {}})
    report = course.build()
    assert not report.failed, report.problems
    told = [each.message for each in report.problems if each.code == "place"]
    assert ["'moodle'" in each for each in told] == [False, True]
    written = (course.output / "exam" / "moodle" / "exam.xml").read_text("utf-8")
    assert "<shuffleanswers>false</shuffleanswers>" in written
