"""Answers that stand in the text: a box there where a format can, a gap everywhere."""

import re

import pytest

from qgen.document.formats import (
    AnkiOptions,
    CanvasOptions,
    GiftOptions,
    LatexOptions,
    PaperOptions,
    QtiOptions,
)
from qgen.document.richtext import plain_text
from tests import samples
from tests.renderers import blanks
from tests.renderers.canvas.test_canvas import exam_of as pool_of
from tests.renderers.html.html_written import EXAM, MODES, PRACTICE, page_of, words
from tests.renderers.html.html_written import exam_of as paper_of
from tests.renderers.moodle.moodle_written import by_category
from tests.renderers.qti.qti_reader import read
from tests.written import render


@MODES
def test_a_page_has_the_boxes_in_the_text_with_their_labels(options):
    page = page_of(blanks.ITEM, options=options)
    (stem,) = page.xpath("//article/div[@class='text']")
    boxes = stem.xpath(".//input | .//select")
    assert [box.get("id") for box in boxes] == ["q1-1-answer", "q1-2-answer", "q1-3-answer"]
    for box, label in zip(boxes, "abc", strict=True):
        (named,) = page.xpath("//label[@for=$name]", name=box.get("id"))
        assert named.text == f"({label})"
        for name in box.get("aria-labelledby").split():
            assert len(page.xpath("//*[@id=$name]", name=name)) == 1
    assert boxes[2].xpath("ancestor::table")
    assert [each.text for each in boxes[1]] == ["–", "rising", "falling"]
    assert not page.xpath("//input[@type='radio']")
    assert len(page.xpath("//section[@class='part']")) == 4


def test_an_exam_page_does_not_tell_which_word_is_right():
    other = blanks.asking(blanks.WAYS)
    swapped = tuple(
        option._replace(correct=not option.correct, feedback=None) for option in blanks.WAYS.options
    )
    pages = [
        render(paper_of(item), EXAM).files
        for item in (other, blanks.asking(type(blanks.WAYS)(swapped)))
    ]
    assert pages[0] == pages[1]


def test_options_with_formulas_stay_below_with_a_gap_in_the_text():
    page = page_of(blanks.asking(blanks.FORMULAS), options=PRACTICE)
    assert len(page.xpath("//section//input[@type='radio']")) == 2
    assert not page.xpath("//select")
    shown = words(page.xpath("//article/div[@class='text']")[0])
    assert "the line is (b) ____" in shown


def test_moodle_marks_the_boxes_in_the_text_by_the_parts_points():
    machine, person = by_category(blanks.ITEM)
    (cloze,), (essay,) = machine, person
    assert [(blank.kind, blank.grade) for blank in cloze.blanks] == [
        ("numerical", 1),
        ("multichoice", 1),
        ("shortanswer", 1),
    ]
    assert cloze.mark([5, 0, "elbo"])[0] == 1
    assert cloze.mark([7, 0, "elbo"])[0] == pytest.approx(2 / 3)
    assert "Not seven." in cloze.blanks[0].mark(7)[1]
    assert cloze.mark([5, 1, "x"])[0] == pytest.approx(1 / 3)
    before, _, after = cloze.text.partition("<table")
    assert before.count("{#}") == 2
    assert after.partition("</table>")[0].count("{#}") == 1
    assert "{1:NM:=5}" in re.sub("&#123;", "{", cloze.text)
    assert "(a)" in essay.text
    assert "____" in essay.text


def test_moodle_lists_no_formulas_in_the_text():
    machine, _ = by_category(blanks.asking(blanks.FORMULAS))
    (cloze,) = machine
    assert "<strong>(b)</strong>&nbsp;____" in cloze.text
    assert [blank.kind for blank in cloze.blanks] == ["numerical", "shortanswer", "multichoice"]
    assert cloze.mark([5, "ELBO", 0])[0] == 1


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_qti_marks_the_boxes_in_the_text(version):
    rendered = render(pool_of(blanks.ITEM), QtiOptions(1, version))
    (item,) = read(rendered.files["samples.zip"]).items
    body = item.root.find("itemBody")
    stem = body[0]
    entries = [each.get("responseIdentifier") for each in stem.iter("textEntryInteraction")]
    assert entries == ["R1", "R3"]
    (inline,) = stem.iter("inlineChoiceInteraction")
    assert inline.get("responseIdentifier") == "R2"
    shown = {each.get("identifier"): each.text for each in inline}
    assert sorted(shown.values()) == ["falling", "rising"]
    (right,) = (name for name, word in shown.items() if word == "rising")
    assert not list(body.iter("choiceInteraction"))
    assert item.run({"R1": "5", "R2": right, "R3": "elbo"})["SCORE"] == 3
    assert item.run({"R1": "7", "R2": right})["SCORE"] == 1


@pytest.mark.parametrize(
    "options", [CanvasOptions(1), GiftOptions(1), AnkiOptions(1)], ids=["canvas", "gift", "anki"]
)
def test_other_platforms_are_written_without_an_error(options):
    rendered = render(pool_of(blanks.ITEM), options)
    assert not [each for each in rendered.problems if each.severity == "error"]


def test_papers_rule_a_gap_in_the_text_and_no_line_below():
    exam = paper_of(blanks.ITEM)
    typst = render(exam, PaperOptions("never")).files
    (source,) = (text.decode() for name, text in typst.items() if name.startswith("paper-A"))
    assert source.count("#text-gap[") == 3
    assert "#blank(" not in source
    latex = render(exam, LatexOptions("never")).files
    (source,) = (text.decode() for name, text in latex.items() if name.startswith("paper-A"))
    body = source.partition(r"\begin{document}")[2]
    assert body.count(r"\examtextgap{") == 3
    assert r"\examblank{" not in body


def test_plain_characters_show_a_gap():
    assert "is (a) ____, the line is (b) ____" in plain_text(blanks.ITEM.stem)
    assert samples.EVERY_NODE.text.blocks
