"""Pairs and orders on papers and pages: what students see, what solutions say, and no key."""

import csv
import io
from dataclasses import replace
from typing import Any

import lxml.html
import pytest

from qgen.document.answers import Answer, Matching, Ordering
from qgen.document.exam import Item, Paper, Pool, Section
from qgen.document.formats import CsvOptions, GiftOptions, HtmlOptions, LatexOptions
from qgen.document.richtext import passage_of
from tests import samples
from tests.written import losses, render

PAIRS, ORDER = samples.ANSWERS["matching"], samples.ANSWERS["ordering"]
assert isinstance(PAIRS, Matching)
assert isinstance(ORDER, Ordering)
KEYS: list[tuple[Answer, Answer]] = [
    (
        PAIRS,
        replace(
            PAIRS,
            pairs=(
                PAIRS.pairs[0]._replace(right=1, feedback=None),
                PAIRS.pairs[1]._replace(right=2, feedback=passage_of("Another word.")),
            ),
        ),
    ),
    (ORDER, replace(ORDER, key=(2, 0, 1))),
]


def asking(answer: Answer, *, part: bool) -> Item:
    parts = samples.steps(answer) if part else samples.sole(answer)
    asked = samples.item("open", stem=passage_of("Stem."))
    return replace(asked, parts=parts, explanation=None, assets={})


def files(item: Item, options: Any) -> dict[str, str]:
    papers = (Paper("A", None, (Section("Only one", None, (item,)),)),)
    exam = replace(samples.exam(), papers=papers)
    return {name: content.decode() for name, content in render(exam, options).files.items()}


def page(item: Item, mode: Any) -> lxml.html.HtmlElement:
    (content,) = files(item, HtmlOptions(mode)).values()
    return lxml.html.document_fromstring(content)


def words(element: Any) -> str:
    return " ".join(element.text_content().split())


@pytest.mark.parametrize("part", [False, True])
@pytest.mark.parametrize(("one", "other"), KEYS, ids=["matching", "ordering"])
def test_papers_and_exam_pages_are_the_same_whatever_the_key(
    one: Answer, other: Answer, part: bool
) -> None:
    for options in (LatexOptions(pdf="never", solutions=False), HtmlOptions("exam")):
        assert files(asking(one, part=part), options) == files(asking(other, part=part), options)
    for telling in (LatexOptions(pdf="never"), HtmlOptions("practice")):
        assert files(asking(one, part=part), telling) != files(asking(other, part=part), telling)


@pytest.mark.parametrize("part", [False, True])
def test_each_left_item_has_a_list_of_letters_named_by_it(part: bool) -> None:
    found = page(asking(PAIRS, part=part), "exam")
    lists = found.xpath("//select")
    assert len(lists) == 2
    for select, name in zip(lists, ("1 the first <left> one", "2 y<3"), strict=True):
        assert [words(option) for option in select] == ["–", "A", "B", "C"]
        assert [option.get("value") for option in select] == ["", None, None, None]
        assert not select.xpath("option[@selected]")
        named = [found.get_element_by_id(each) for each in select.get("aria-labelledby").split()]
        assert words(named[0]).startswith("Part a" if part else "Question 1")
        assert " ".join(map(words, named[1:])) == name
    shown = [words(row) for row in found.xpath("//*[@class='lettered']")]
    assert shown == ["A partner & friend", "B nobody's partner", "C a third"]


def test_each_position_has_a_list_of_letters() -> None:
    found = page(asking(ORDER, part=False), "exam")
    assert [words(label) for label in found.xpath("//*[@class='position']/label")] == [
        "Position 1",
        "Position 2",
        "Position 3",
    ]
    for select in found.xpath("//select"):
        assert [words(option) for option in select] == ["–", "A", "B", "C"]
    assert words(found.xpath("//legend")[0]) == "Give the letters in the right order."


def test_practice_pages_tell_the_key_and_what_was_said_about_pairs() -> None:
    solution = words(page(asking(PAIRS, part=False), "practice").find(".//details"))
    assert "Key: 1-C, 2-A" in solution
    assert "1-C They belong together." in solution
    assert "Key: B, C, A" in words(page(asking(ORDER, part=False), "practice").find(".//details"))


def test_solutions_on_paper() -> None:
    tex = files(asking(PAIRS, part=False), LatexOptions(pdf="never"))["solutions-A.tex"]
    assert r"\examoption{\examletter{C}}{1} the first " in tex
    assert r"\examkey{Key: }1-C, 2-A" in tex
    assert "They belong together." in tex
    tex = files(asking(ORDER, part=True), LatexOptions(pdf="never"))["solutions-A.tex"]
    assert r"\examkey{Key: }B, C, A" in tex


def test_papers_leave_room_for_the_letters() -> None:
    tex = files(asking(PAIRS, part=False), LatexOptions(pdf="never"))["paper-A.tex"]
    assert tex.count(r"\examoption{\examletter{}}") == 2
    tex = files(asking(ORDER, part=False), LatexOptions(pdf="never"))["paper-A.tex"]
    assert tex.count(r"\examletter{}") == 3


@pytest.mark.parametrize("solutions", [True, False])
def test_a_paper_looks_at_every_text_for_what_it_cannot_print(solutions: bool) -> None:
    strange = passage_of("\u2603")
    answers = [
        replace(PAIRS, rights=(*PAIRS.rights[:2], strange)),
        replace(PAIRS, pairs=(PAIRS.pairs[0], PAIRS.pairs[1]._replace(left=strange))),
        replace(ORDER, items=(strange, *ORDER.items[1:])),
    ]
    options = LatexOptions(pdf="never", solutions=solutions)
    for answer in answers:
        (problem,) = losses(asking(answer, part=False), options)
        assert problem.code == "latex-character"
    noted = replace(PAIRS, pairs=(PAIRS.pairs[0]._replace(feedback=strange), PAIRS.pairs[1]))
    assert len(losses(asking(noted, part=False), options)) == solutions


WORDS = replace(PAIRS, pairs=(PAIRS.pairs[0], PAIRS.pairs[1]._replace(left=passage_of("b"))))


def text_of(item: Item, options: Any) -> str:
    pool = Pool(item.header, "Section", item.points, True)
    exam = replace(samples.exam(), pools=(pool,), variants=((item,),))
    (content,) = render(exam, options).files.values()
    return content.decode()


def codes(item: Item, options: Any) -> list[str]:
    return [problem.code for problem in losses(item, options)]


def test_gift_has_pairs_where_moodles_matching_can_show_them() -> None:
    item = asking(WORDS, part=False)
    text = text_of(item, GiftOptions(1))
    assert "=b -> partner &amp; friend\n= -> nobody's partner\n" in text
    assert "=the first &lt;left&gt; one -> a third\n" in text
    assert codes(item, GiftOptions(1)) == ["gift-feedback"]
    item = asking(replace(WORDS, rule="right_minus_wrong"), part=False)
    assert codes(item, GiftOptions(1)) == ["gift-scoring", "gift-feedback"]


def test_gift_matches_items_with_positions() -> None:
    item = asking(ORDER, part=False)
    text = text_of(item, GiftOptions(1))
    assert "=what comes last -> 3\n" in text
    assert "=what comes between -> 2\n" in text
    assert codes(item, GiftOptions(1)) == ["gift-ordering"]


@pytest.mark.parametrize(
    ("answer", "shown", "key", "code"),
    [
        (
            replace(WORDS, rights=(*WORDS.rights[:2], ORDER.items[1])),
            ["<li>b</li>", "<li>nobody's partner</li>"],
            "1-C, 2-A",
            "gift-matching",
        ),
        (
            Ordering(ORDER.items[::2], (1, 0), "adjacent"),
            ["<li>what comes last</li>"],
            "B, A",
            "gift-ordering",
        ),
    ],
)
def test_gift_asks_in_words_for_what_it_has_no_type_for(
    answer: Answer, shown: list[str], key: str, code: str
) -> None:
    item = asking(answer, part=False)
    stem, _, rest = text_of(item, GiftOptions(1)).partition("::[html]")[2].partition("{####")
    for text in shown:
        assert text in stem
    assert key in rest
    assert codes(item, GiftOptions(1)) == [code]


def test_a_table_has_numbers_of_options() -> None:
    (row,) = csv.DictReader(io.StringIO(text_of(asking(WORDS, part=False), CsvOptions(1))))
    assert row["key"] == "1-3,2-1"
    assert row["text"] == "Stem. 1. the first <left> one 2. b"
    assert [row[f"option {number}"] for number in (1, 2, 3, 4)] == [
        "partner & friend",
        "nobody's partner",
        "a third",
        "",
    ]
    assert codes(asking(WORDS, part=False), CsvOptions(1)) == ["csv-feedback"]
    (row,) = csv.DictReader(io.StringIO(text_of(asking(ORDER, part=False), CsvOptions(1))))
    assert (row["key"], row["option 1"]) == ("2,3,1", "what comes last")
    assert codes(asking(ORDER, part=False), CsvOptions(1)) == []
