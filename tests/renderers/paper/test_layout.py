"""How papers are laid out for an exams office: rules in words, covers, sides, files to print."""

import re
import subprocess
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest

from qgen import typesetting
from qgen.document.answers import (
    Matching,
    MultipleSelect,
    Open,
    Option,
    Ordering,
    Pair,
    Part,
    RubricLine,
    ScoringRule,
    SingleChoice,
    Space,
)
from qgen.document.exam import Asset, Item, Paper, Section
from qgen.document.formats import LatexOptions, PaperOptions
from qgen.document.richtext import passage_of
from qgen.marking.rules import matching_credit, multiple_select_credit
from qgen.renderers.labels import LABELS, labels_for
from qgen.renderers.paper.writer import MOST_TOGETHER
from qgen.renderers.scoring_words import scoring_sentences
from tests import samples
from tests.renderers.paper.pages import needs_poppler
from tests.renderers.paper.test_writer import exam_with, pdfs, typeset
from tests.samples import SampleExam
from tests.written import render

RULES: tuple[ScoringRule, ...] = get_args(ScoringRule)
ENGLISH = labels_for("en")
PAPERS = PaperOptions(solutions=False)
LOGO = Asset("logo", {"png": samples.PNG})


def pages_of(pdf: bytes) -> list[str]:
    """What each page prints, with one blank between words."""
    done = subprocess.run(
        ["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True, timeout=120
    )
    return [" ".join(page.split()) for page in done.stdout.decode().split("\f")[:-1]]


def ticks(rule: ScoringRule) -> Part:
    options = (Option(passage_of("yes"), True, None), Option(passage_of("no"), False, None))
    return samples.sole(MultipleSelect(options, rule))[0]


def letters(rule: ScoringRule) -> Part:
    texts = passage_of("one"), passage_of("two")
    pairs = tuple(Pair(text, index, None) for index, text in enumerate(texts))
    return samples.sole(Matching(pairs, texts, rule))[0]


def paper_of(*parts: Part) -> Paper:
    item = replace(samples.item("open"), parts=parts)
    return Paper("A", None, (Section("Questions", None, (item,)),))


def long_answer(lines: int) -> Item:
    rubric = (RubricLine(Fraction(1), passage_of("Says it.")),)
    item = samples.item("open", stem=passage_of("Explain."))
    return replace(item, parts=samples.sole(Open(rubric, lines)), explanation=None)


# The scoring rule in words.


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_its_words_and_only_what_a_paper_asks_is_told(rule: ScoringRule) -> None:
    told = scoring_sentences(paper_of(ticks(rule), letters(rule), ticks(rule)), ENGLISH)
    assert told == (getattr(ENGLISH, f"ticks_{rule}"), getattr(ENGLISH, f"letters_{rule}"))
    assert scoring_sentences(paper_of(samples.item("numeric").parts[0]), ENGLISH) == ()


def test_the_words_are_of_the_rules_that_mark() -> None:
    """What the sentences say, computed by the rules themselves for four options, two right."""
    right, shown = {0, 1}, 4
    # A right tick, and a wrong option without one, earn a quarter each.
    assert multiple_select_credit("per_option", right, {0, 2}, shown) == Fraction(1, 2)
    assert "each right tick and each wrong answer left" in ENGLISH.ticks_per_option
    # A wrong tick takes away what a right one earns; nothing is below zero.
    assert multiple_select_credit("right_minus_wrong", right, {0, 2}, shown) == 0
    assert multiple_select_credit("right_minus_wrong", right, {2, 3}, shown) == 0
    assert multiple_select_credit("right_minus_wrong", set(), set(), shown) == 1
    assert multiple_select_credit("right_minus_wrong", set(), {1}, shown) == 0
    assert "Where no answer is right, only to tick none" in ENGLISH.ticks_right_minus_wrong
    assert matching_credit("right_minus_wrong", 1, 1, 2) == 0
    assert matching_credit("per_option", 1, 1, 2) == Fraction(1, 2)


@pytest.mark.parametrize("credit", ["all_or_nothing", "adjacent"])
def test_orders_have_words_of_their_own(credit: str) -> None:
    (part,) = samples.item("ordering").parts
    assert isinstance(part.answer, Ordering)
    answer = replace(part.answer, credit=credit)
    told = scoring_sentences(paper_of(replace(part, answer=answer)), ENGLISH)
    assert told == (getattr(ENGLISH, f"order_{credit}"),)


def test_rules_that_differ_name_their_questions() -> None:
    (part,) = samples.item("ordering").parts
    assert isinstance(part.answer, Ordering)
    whole, adjacent = (
        replace(part, answer=replace(part.answer, credit=credit))
        for credit in ("all_or_nothing", "adjacent")
    )
    first, *_ = paper_of(whole).items()
    second = replace(first, parts=(replace(adjacent, label="a"), replace(whole, label="b")))
    paper = Paper("A", None, (Section("Questions", None, (first, second)),))
    assert scoring_sentences(paper, ENGLISH) == (
        f"Questions 1, 2 (b): {ENGLISH.order_all_or_nothing}",
        f"Question 2 (a): {ENGLISH.order_adjacent}",
    )


@pytest.mark.parametrize(
    ("language", "options"),
    [*((language, PaperOptions()) for language in LABELS), ("en", LatexOptions())],
)
def test_papers_tell_the_rules_and_the_aids_and_solutions_do_not(
    language: str, options: PaperOptions | LatexOptions
) -> None:
    labels = labels_for(language)
    exam = replace(samples.exam(), language=language, aids=("a ruler", "a pencil"))
    ending = "typ" if isinstance(options, PaperOptions) else "tex"
    written = render(exam, options).files
    files = {  # where long words without blanks may be broken
        name: each.decode().replace("\u200b", "")
        for name, each in written.items()
        if name.endswith(ending)
    }
    told = (labels.scoring, labels.ticks_per_option, labels.aids, "a ruler; a pencil")
    for each in told:
        assert each in files[f"paper-A.{ending}"]
    assert labels.ticks_per_option not in files[f"solutions-A.{ending}"]
    nothing = render(replace(exam, aids=()), options).files[f"paper-A.{ending}"].decode()
    assert labels.no_aids in nothing
    silent = render(replace(exam, aids=None), options).files[f"paper-A.{ending}"].decode()
    assert labels.aids not in silent


# Pages.


@needs_poppler
@pytest.mark.tex
@pytest.mark.parametrize(("sides", "turning"), [("one", {1, 2, 3, 4}), ("two", {1, 3})])
def test_a_page_says_turn_over_where_another_follows_behind_it(
    sides: str, turning: set[int], tmp_path: Path
) -> None:
    exam = exam_with(*(long_answer(16) for _ in range(5)))
    (pdf,) = pdfs(exam, tmp_path, replace(PAPERS, sides=sides))
    pages = pages_of(pdf)
    assert len(pages) == 5
    found = {number for number, page in enumerate(pages, 1) if ENGLISH.turn_over in page}
    assert found == turning
    assert [page[-11:] for page in pages if ENGLISH.turn_over not in page][-1] == "Page 5 of 5"


@needs_poppler
@pytest.mark.tex
def test_solutions_do_not_ask_to_turn_over(tmp_path: Path) -> None:
    _, solutions, _ = pdfs(exam_with(*(map(samples.item, samples.KINDS))), tmp_path)
    assert len(pages_of(solutions)) > 1
    assert ENGLISH.turn_over not in " ".join(pages_of(solutions))


@needs_poppler
@pytest.mark.tex
def test_a_cover_holds_the_front_and_no_question(tmp_path: Path) -> None:
    exam = replace(exam_with(samples.item("multiple_select")), aids=("a ruler",), logo=LOGO)
    for has_cover in (True, False):
        (pdf,) = pdfs(exam, tmp_path, replace(PAPERS, cover=has_cover))
        first = pages_of(pdf)[0]
        for told in (exam.title, "Name:", "Reached", "a ruler", ENGLISH.ticks_per_option):
            assert told in first
        assert ("Question 1" in first) != has_cover


def test_the_logo_stands_above_the_title_and_is_written_once() -> None:
    exam = replace(samples.exam(), logo=LOGO)
    for options, name, call in (
        (PaperOptions(), "paper-B.typ", '#logo("/assets/logo.png");'),
        (LatexOptions(), "paper-B.tex", r"\examlogo{logo}"),
    ):
        files = render(exam, options).files
        assert files["assets/logo.png"] == samples.PNG
        written = files[name].decode()
        assert written.count(call) == 1
        title = "#title-block" if options == PaperOptions() else r"\examtitle{Course 1}"
        assert 0 < written.index(call) < written.index(title)
        assert call not in render(samples.exam(), options).files[name].decode()


def test_a_logo_that_cannot_be_shown_is_a_loss() -> None:
    exam = replace(samples.exam(), logo=Asset("logo", {"eps": b""}))
    assert [each.code for each in render(exam, PaperOptions()).problems] == ["paper-image"]
    exam = replace(samples.exam(), logo=Asset("logo", {"svg": b""}))
    assert [each.code for each in render(exam, LatexOptions()).problems] == ["latex-image"]
    assert render(exam, PaperOptions()).problems == ()


def test_a_logo_is_nothing_for_those_who_listen(tmp_path: Path) -> None:
    exam = exam_with(long_answer(3))
    (plain,) = pdfs(exam, tmp_path, PAPERS)
    (shown,) = pdfs(replace(exam, logo=LOGO), tmp_path, PAPERS)
    assert shown.count(b"/Subtype/Image") > plain.count(b"/Subtype/Image")
    assert shown.count(b"/S/Figure") == plain.count(b"/S/Figure")


@needs_poppler
@pytest.mark.tex
def test_a_last_page_never_holds_a_line_or_two(tmp_path: Path) -> None:
    """Some of the solutions, of growing length, would: they are set a little more tightly."""
    lengths = range(20, 62)
    words = "In the long run the gradient of this loss is what the estimate says it is, no more. "
    explanations = [passage_of(words * length) for length in lengths]
    items = (replace(long_answer(3), explanation=each) for each in explanations)
    papers = tuple(
        Paper(str(length), None, (Section("Questions", None, (item,)),))
        for length, item in zip(lengths, items, strict=True)
    )
    exam: SampleExam = replace(exam_with(), papers=papers)
    last: list[int] = []
    for typed in typeset(exam, tmp_path):
        assert typed.pdf is not None
        if typed.name.startswith("solutions"):
            pages = pages_of(typed.pdf)
            last.append(len(pages[-1]) if len(pages) > 1 else 0)
    feet = len("Course 1 · Samples & more Version 20 · Solutions ABCDE Page 2 of 2")
    assert last[0] == 0 < last[-1]
    assert min(length for length in last if length) > feet + 200


# One file for the printer.


def test_all_papers_are_bound_in_files_of_so_many() -> None:
    sections = exam_with(long_answer(1)).papers[0].sections
    labels = [f"s{number}" for number in range(MOST_TOGETHER + 1)]
    exam = replace(exam_with(), papers=tuple(Paper(label, None, sections) for label in labels))
    files = render(exam, replace(PAPERS, together=True)).files
    bound = [
        name
        for file in ("all.typ", "all-2.typ")
        for name in re.findall(r'"/(paper-\w+\.typ)"', files[file].decode())
    ]
    assert bound == [f"paper-{label}.typ" for label in labels]
    assert "all.typ" not in render(exam, PAPERS).files


@needs_poppler
@pytest.mark.tex
@pytest.mark.parametrize(("sides", "starts"), [("one", [1, 4, 5]), ("two", [1, 5, 7])])
def test_bound_papers_count_their_own_pages_and_begin_on_right_pages(
    sides: str, starts: list[int], tmp_path: Path
) -> None:
    lengths = {"A": 3, "B": 1, "C": 2}
    papers = tuple(
        Paper(label, None, (Section("Questions", None, (long_answer(16),) * pages),))
        for label, pages in lengths.items()
    )
    options = replace(PAPERS, together=True, sides=sides)
    made = typeset(replace(exam_with(), papers=papers), tmp_path, options)
    (bound,) = (each.pdf for each in made if each.name == "all.typ")
    assert bound is not None
    pages = pages_of(bound)
    feet = [re.findall(r"Version (\w) \w{5} Page (\d) of (\d)", page) for page in pages]
    for start, (label, count) in zip(starts, lengths.items(), strict=True):
        for number in range(count):
            assert feet[start - 1 + number] == [(label, str(number + 1), str(count))]
    blank = [number for number, page in enumerate(pages, 1) if not page]
    assert blank == ([] if sides == "one" else [4, 6])
    assert b"/Lang(en)" in bound
    assert re.findall(rb"<dc:title>.*?>([^<>]+)</rdf:li>", bound) == [
        b"Course 1 \xc2\xb7 Samples &amp; more"
    ]


# Room to answer, measured on the page.

DOTS = 100 / 25.4  # a millimetre


def page_pixels(pdf: bytes, folder: Path) -> list[list[int]]:
    """The first page in shades of grey, at 100 dots an inch."""
    (folder / "page.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", "100", "-gray", "-singlefile", "page.pdf", "page"]
    subprocess.run(command, cwd=folder, check=True, timeout=120)
    head, size, _, pixels = (folder / "page.pgm").read_bytes().split(b"\n", 3)
    assert head == b"P5"
    width, height = map(int, size.split())
    return [list(pixels[row * width : (row + 1) * width]) for row in range(height)]


def lines_across(rows: list[list[int]]) -> list[float]:
    """The heights in millimetres of the lines that reach across the page, the foot's left out."""
    left, right = round(26 * DOTS), round(180 * DOTS)
    is_line = [max(row[left:right]) < 235 for row in rows[: round(265 * DOTS)]]
    starts = [y for y in range(1, len(is_line)) if is_line[y] and not is_line[y - 1]]
    return [start / DOTS for start in starts]


@needs_poppler
@pytest.mark.tex
@pytest.mark.parametrize(
    ("space", "distances"),
    [
        (Space("lines", Fraction(4)), [9.0] * 3),
        (Space("box", Fraction(50)), [50.0]),
        (Space("squared", Fraction(41)), [5.0] * 9),
        (Space("none", Fraction(0)), []),
    ],
)
def test_the_room_is_as_large_as_was_asked_for(
    space: Space, distances: list[float], tmp_path: Path
) -> None:
    item = long_answer(7)
    item = replace(item, parts=(replace(item.parts[0], space=space),))
    (pdf,) = pdfs(exam_with(item), tmp_path, PAPERS)
    found = lines_across(page_pixels(pdf, tmp_path))[1:]  # the first is below the title
    assert [below - above for above, below in pairwise(found)] == pytest.approx(distances, abs=0.4)


@pytest.mark.parametrize("kind", samples.KINDS)
def test_every_kind_can_have_room_in_both_formats(kind: str) -> None:
    sole = samples.item(kind)
    for space in (
        Space("lines", Fraction(3)),
        Space("box", Fraction(30)),
        Space("none", Fraction(0)),
    ):
        parts = tuple(replace(part, space=space) for part in sole.parts)
        exam = exam_with(replace(sole, parts=parts))
        written = render(exam, PaperOptions()).files["paper-A.typ"].decode()
        tex = render(exam, LatexOptions()).files["paper-A.tex"].decode().partition("begin{doc")[2]
        counts = {
            "lines": (written.count("#answer-lines(3);"), tex.count(r"\examline") // 3),
            "box": (written.count("#room-box(30mm);"), tex.count(r"\examframe{30mm}")),
            "none": (len(parts), len(parts)),
        }
        assert counts[space.kind] == (len(parts), len(parts))
        assert "#working(" not in written


@pytest.mark.parametrize("minutes", [None, 1, 7, 90])
def test_room_to_work_goes_by_minutes_and_is_the_same_in_both_formats(minutes: int | None) -> None:
    for kind in samples.KINDS:
        item = samples.item(kind)
        exam = exam_with(replace(item, header=replace(item.header, minutes=minutes)))
        typst = render(exam, PAPERS).files["paper-A.typ"].decode()
        tex = render(exam, LatexOptions()).files["paper-A.tex"].decode().partition("begin{doc")[2]
        rooms = re.findall(r"#working\(([\d.]+)mm\)", typst)
        assert rooms == re.findall(r"\\examworking{([\d.]+)mm}", tex)
        if kind in ("numeric", "formula", "matrix"):
            assert rooms == [{None: "25", 1: "15", 7: "35", 90: "60"}[minutes]]


@pytest.mark.parametrize("kind", samples.KINDS)
def test_short_options_stand_in_columns_in_both_formats(kind: str) -> None:
    exam = exam_with(samples.item(kind))
    typst = render(exam, PAPERS).files["paper-A.typ"].decode()
    tex = render(exam, LatexOptions()).files["paper-A.tex"].decode().partition("begin{doc")[2]
    assert tex.count(r"\examshortoptions{") == typst.count("#short-options(")
    assert (r"\begin{examoptions}" in tex) == ("#option-list(" in typst)


@needs_poppler
@pytest.mark.tex
def test_columns_by_latex_are_read_in_order_and_none_is_wider_than_its_own(tmp_path: Path) -> None:
    def asked(*texts: str) -> Item:
        options = tuple(
            Option(passage_of(text), not index, None) for index, text in enumerate(texts)
        )
        item = samples.item("single_choice", stem=passage_of("Which?"))
        return replace(item, parts=samples.sole(SingleChoice(options)))

    short, middle, long = (
        "x",
        "some words here",
        "so many words that two of them fill no line at all",
    )
    exam = exam_with(
        *(asked(*(f"{text} {letter}" for letter in "abcdef")) for text in (short, middle, long))
    )
    for name, content in render(exam, LatexOptions(solutions=False)).files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (made,) = typesetting.compile_papers(tmp_path, ["paper-A.tex"])
    assert made.problems == ()
    assert made.pdf is not None
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"],
        input=made.pdf,
        capture_output=True,
        check=True,
        timeout=120,
    )
    lines = [line.split() for line in done.stdout.decode().splitlines()]
    ends = [[word for word in line if word in "abcdef"] for line in lines]
    assert [end for end in ends if end] == [
        ["a", "b", "c", "d", "e"], ["f"],
        ["a", "b", "c"], ["d", "e", "f"],
        *([letter] for letter in "abcdef"),
    ]  # fmt: skip
