"""What a section begins with stands before its questions, where a format has a place for it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from qgen.document.exam import Pool
from qgen.document.formats import CanvasOptions, GiftOptions, MoodleOptions, QtiOptions
from qgen.document.richtext import Passage, passage_of
from qgen.renderers.canvas.writer import CanvasWriter
from tests import samples
from tests.renderers.canvas import canvas_reader
from tests.renderers.gift_marking import shown
from tests.renderers.gift_reader import read as read_gift
from tests.renderers.moodle.moodle_reader import read as read_moodle
from tests.renderers.moodle.test_hostile import HOSTILE
from tests.renderers.qti.qti_reader import read as read_qti
from tests.renderers.test_gift import in_words
from tests.written import render, written

ASKED = ("numeric", "short_answer", "single_choice", "open")


def exam_in(*sections: tuple[str, Passage | None], varies: bool = True) -> samples.SampleExam:
    """A question for each (title, instructions), in this order."""
    items = [samples.item(kind) for kind, _ in zip(ASKED, sections, strict=False)]
    pools = tuple(
        Pool(item.header, title, item.points, varies, told)
        for item, (title, told) in zip(items, sections, strict=True)
    )
    return replace(samples.exam(), pools=pools, variants=tuple([item] for item in items))


def told_in_gift(exam: samples.SampleExam) -> Iterator[str]:
    """Descriptions, and the kinds of questions, in order."""
    for each in read_gift(render(exam, GiftOptions(1)).files["samples.gift.txt"]):
        yield shown(each.text) if each.kind == "description" else each.kind


def told_in_moodle(exam: samples.SampleExam) -> Iterator[str]:
    files = render(exam, MoodleOptions(1)).files
    for questions in read_moodle(files["samples.xml"]).values():
        for each in questions:
            yield shown(each.text) if each.kind == "description" else each.kind


def told_in_canvas(exam: samples.SampleExam) -> Iterator[str]:
    files = render(exam, CanvasOptions(1)).files
    for each in canvas_reader.read(files["samples.zip"]).items:
        yield canvas_reader.shown(each.stem) if each.kind == "text_only" else each.kind


def told_in_qti(exam: samples.SampleExam, options: QtiOptions) -> Iterator[str]:
    """The texts in front of each section's references, and how many there are."""
    files = read_qti(render(exam, options).files["samples.zip"]).files
    root: Any = etree.fromstring(files["test.xml"])
    for section in root.iter("{*}assessmentSection", "{*}qti-assessment-section"):
        if section.get("visible") != "true":
            continue
        names = [etree.QName(child).localname.removeprefix("qti-") for child in section]
        rubrics = [each for each in names if each.startswith("rubric")]
        assert names[: len(rubrics)] == rubrics
        yield from ("".join(each.itertext()) for each in section[: len(rubrics)])
        yield str(len(names) - len(rubrics))


READ, WRITE = passage_of("Read this."), passage_of("Write that.")
SECTIONS = (("First", READ), ("First", READ), ("Second", None), ("Second", WRITE))


def test_moodle_gift_and_canvas_have_it_where_its_section_begins() -> None:
    exam = exam_in(*SECTIONS)
    wanted = ["Read this.", "numerical", "shortanswer", "multichoice", "Write that.", "essay"]
    assert list(told_in_gift(exam)) == wanted
    assert sorted(told_in_moodle(exam)) == sorted(wanted)
    for one in (exam, exam_in(*SECTIONS, varies=False)):
        assert list(told_in_canvas(one)) == [
            *("Read this.", "numerical", "short_answer", "multiple_choice", "Write that."),
            "essay",
        ]


@pytest.mark.parametrize("options", [QtiOptions(1), QtiOptions(1, "3.0")])
def test_qti_has_it_in_the_section_behind_the_exam_s_own(options: QtiOptions) -> None:
    exam = replace(exam_in(*SECTIONS), instructions=passage_of("Be brief."))
    assert list(told_in_qti(exam, options)) == [
        *("Be brief.", "Read this.", "2"),
        "1",
        *("Write that.", "1"),
    ]


def test_each_package_of_canvas_has_it() -> None:
    exam = exam_in(("First", READ))
    items = [samples.item("numeric", number) for number in (1, 2)]
    writer = CanvasWriter(CanvasOptions(variants=2), items_in_a_package=1)
    files = written(writer, replace(exam, variants=(items,))).files
    assert len(files) == 2
    for content in files.values():
        kinds = [each.kind for each in canvas_reader.read(content).items]
        assert kinds == ["text_only", "numerical"]


@pytest.mark.parametrize("name", HOSTILE)
def test_any_text_arrives_in_each(name: str) -> None:
    text = HOSTILE[name]
    exam = exam_in((text[:100], passage_of(text)))
    in_qti = [told_in_qti(exam, options) for options in (QtiOptions(1), QtiOptions(1, "3.0"))]
    for told in (told_in_gift(exam), told_in_moodle(exam), told_in_canvas(exam), *in_qti):
        assert in_words(text) in map(in_words, told)
