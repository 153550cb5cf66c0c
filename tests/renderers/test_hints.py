"""Hints in files: where a format can show them they stand there, and never in what is asked."""

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from qgen.document.answers import Hint, Open
from qgen.document.exam import Item, Paper, Pool, Section
from qgen.document.formats import (
    AnkiOptions,
    BrightspaceOptions,
    HtmlOptions,
    LatexOptions,
    MoodleOptions,
    PaperOptions,
)
from qgen.document.richtext import passage_of
from tests import samples
from tests.renderers.moodle import moodle_reader
from tests.written import render

HINT = "Think of the"


def exam_of(*items: Item) -> samples.SampleExam:
    return replace(
        samples.exam(),
        papers=(Paper("A", None, (Section("One", None, items),)),),
        pools=tuple(Pool(item.header, "One", item.points, True) for item in items),
        variants=tuple([item] for item in items),
    )


def files(options: Any, *kinds: str) -> Mapping[str, bytes]:
    return render(exam_of(*map(samples.item, kinds or samples.KINDS)), options).files


def moodle(item: Item) -> list[moodle_reader.Question]:
    (content,) = (
        content
        for name, content in render(exam_of(item), MoodleOptions(variants=1)).files.items()
        if name.endswith(".xml")
    )
    return [each for questions in moodle_reader.read(content).values() for each in questions]


class TestMoodle:
    @pytest.mark.parametrize("kind", [kind for kind in samples.ANSWERS if kind != "open"])
    def test_shows_them_in_their_order_after_wrong_tries(self, kind: str) -> None:
        (question,) = moodle(samples.item(kind))
        first, second = question.hints
        assert "Think of the &lt;joint&gt; law" in first
        assert r"\(w &lt; 5\)" in second
        # Moodle has one penalty for a question: half of what both hints cost.
        assert question.penalty == 0.05

    def test_parts_share_the_hints_of_their_question(self) -> None:
        cloze, essay = moodle(samples.item("derivation"))
        assert (cloze.kind, essay.kind) == ("cloze", "essay")
        hinted = [
            part.label
            for part in samples.parts("derivation")
            if part.hints and not isinstance(part.answer, Open)
        ]
        assert len(cloze.hints) == 2 * len(hinted)
        assert all(
            f"Part {label}" in hint for label, hint in zip(hinted, cloze.hints[::2], strict=True)
        )
        assert (essay.hints, essay.penalty) == ([], 0)

    def test_an_essay_has_none(self) -> None:
        (essay,) = moodle(samples.item("open"))
        assert (essay.hints, essay.penalty) == ([], 0)

    def test_the_sheet_names_the_behaviour(self) -> None:
        def behaviour(item: Item) -> str:
            sheet = render(exam_of(item), MoodleOptions(variants=1)).files["settings.txt"].decode()
            (line,) = (line for line in sheet.splitlines() if "How questions behave" in line)
            return line

        item = samples.item("numeric")
        plain = replace(item, parts=samples.sole(item.parts[0].answer))
        assert behaviour(plain).endswith("deferred feedback")
        assert "interactive with multiple tries, since 1 question has hints" in behaviour(item)
        assert behaviour(samples.item("open")).endswith("deferred feedback")


def test_brightspace_has_one_place_for_all() -> None:
    (content,) = files(BrightspaceOptions(variants=1), "single_choice").values()
    rows = [row for row in csv.reader(io.StringIO(content.decode())) if row and row[0] == "Hint"]
    ((_, html, kind, *_),) = rows
    assert kind == "HTML"
    assert html.index("Hint 1") < html.index("&lt;joint&gt;") < html.index("Hint 2")


def test_a_card_unfolds_them_on_its_front() -> None:
    (package,) = files(AnkiOptions(variants=1), "numeric").values()
    assert b"<details><summary>Hint 1</summary>" in package
    assert package.index(b"<summary>Hint 2") < package.index(b"The worked solution")


@pytest.mark.parametrize("options", [PaperOptions(pdf="never"), LatexOptions(pdf="never")])
def test_papers_print_none_and_solutions_all(options: Any) -> None:
    written = files(options)
    papers = [text.decode() for name, text in written.items() if "paper-" in name]
    solutions = [text.decode() for name, text in written.items() if "solutions-" in name]
    assert (len(papers), len(solutions)) == (1, 1)
    assert HINT not in papers[0]
    offered = sum(bool(part.hints) for kind in samples.KINDS for part in samples.parts(kind))
    assert solutions[0].count(HINT) == offered
    assert "Hint 2 (" in solutions[0]


def test_an_exam_page_holds_none() -> None:
    (content,) = files(HtmlOptions("exam")).values()
    assert HINT.encode() not in content


def test_a_penalty_prints_as_its_language_writes_it() -> None:
    item = samples.item("numeric")
    hints = (Hint(passage_of("Denk nach."), Fraction(1, 8)),)
    part = replace(item.parts[0], hints=hints)
    german = replace(exam_of(replace(item, parts=(part,))), language="de")
    (content,) = render(german, HtmlOptions("practice")).files.values()
    assert "Hinweis 1 (−12,5\N{NO-BREAK SPACE}%)" in content.decode()
