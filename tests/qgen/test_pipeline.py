"""From a spec to a folder of files: what a build does, and how it fails."""

import csv
import gc
import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from qgen.banks import bank_path
from qgen.document.exam import Item, Pool
from qgen.document.formats import FORMATS
from qgen.progress import Steps
from qgen.renderers.gift.writer import GiftWriter
from qgen.renderers.writer import Chunk
from qgen.report import build_text
from tests.qgen.course import (
    Course,
    choice,
    digests,
    formula,
    manifest,
    numeric,
)
from tests.renderers.gift_reader import read as read_gift
from tests.renderers.moodle.moodle_reader import read as read_moodle

Item_ = dict[str, Any]
SEVERAL = {"moodle": {"variants": 5}, "gift": {"variants": 3}, "csv": {"variants": 1}}


def items(folder: Path) -> dict[tuple[str, str], Item_]:
    """The manifest's items by slot and copy."""
    listed = manifest(folder)["items"]
    found = {(each["slot"], each["copy"]): each for each in listed}
    assert len(found) == len(listed)
    return found


class TestABuild:
    def test_writes_the_formats_that_the_spec_asks_for(self, course: Course) -> None:
        course.bank(numeric("square"), choice("which"))
        course.exam(
            "square",
            "which",
            outputs={"latex": {"pdf": "never"}, "moodle": {"variants": 3}, "html": {}},
        )
        assert set(digests(course.built())) == {
            "html/exam-A.html",
            "html/exam-B.html",
            "html/index.html",
            "key.csv",
            "marking.jsonl",
            "latex/paper-A.tex",
            "latex/paper-B.tex",
            "latex/solutions-A.tex",
            "latex/solutions-B.tex",
            "manifest.json",
            "moodle/exam.xml",
            *(f"moodle/settings.{form}" for form in ("html", "md", "txt")),
        }

    def test_writes_other_formats_when_asked(self, course: Course) -> None:
        course.bank(choice("which"))
        course.exam("which", outputs={"latex": {"pdf": "never", "solutions": False}})
        assert set(digests(course.built(formats=("moodle", "latex")))) == {
            *("key.csv", "manifest.json", "marking.jsonl"),
            *("latex/paper-A.tex", "latex/paper-B.tex", "moodle/exam.xml"),
            *(f"moodle/settings.{form}" for form in ("html", "md", "txt")),
        }
        assert "html/exam-A.html" in digests(course.built(formats=("html",)))

    def test_warns_of_two_questions_that_give_each_other_away(self, course: Course) -> None:
        course.bank(choice("which", not_with="square"), numeric("square"))
        course.exam("square", "which", outputs={"csv": {"variants": 1}})
        report = course.build()
        assert not report.failed
        (line,) = (line for line in build_text(report).splitlines() if "[given-away]" in line)
        assert re.search(r"exam\.yaml:(\d+):5: warning: 'which' and 'square' \(line \d+\) ", line)

    def test_reports_what_it_counted(self, course: Course) -> None:
        course.bank(numeric("square"), choice("which"), formula("divergence"))
        course.exam("square", "which", "divergence", outputs={"moodle": {"variants": 3}})
        report = course.build()
        assert not report.failed
        # Two papers of three questions; pools of three variants, and one of the plain question.
        assert report.tally.items == 2 * 3 + 3 + 1 + 3
        assert dict(report.tally.provenances) == {"verified": 10, "stated": 3}
        assert (report.questions, report.papers, report.pools) == (3, 2, 3)
        assert report.guess == Fraction(1, 3) / 3
        text = build_text(report).splitlines()
        assert re.fullmatch(r".*bank\.yaml:\d+:\d+: loss: .*formula.*", text[0])
        assert text[1].startswith("loss: questions that ask for numbers: 2")
        assert text[2:4] == [
            "3 questions, 2 papers, 13 variants in all",
            "answers: 10 verified, 0 computed, 3 stated",
        ]
        assert text[5] == "blind guessing scores 11.1% (multiple-select: per option)"
        assert text[6] == "moodle: 3 of 3 marks by machine"
        assert text[7] == f"7 files in {course.output}/exam/, 2 losses (above)"

    def test_another_seed_is_the_spec_with_that_seed(self, course: Course) -> None:
        course.bank(*[numeric(f"question-{n}") for n in range(6)])
        picked = [{"title": "Some", "pick": 3, "from": {"topics": ["numbers"]}}]
        shuffled = {"questions": True}
        course.exam(sections=picked, shuffle=shuffled, seed=2)
        expected = digests(course.built())
        course.exam(sections=picked, shuffle=shuffled, seed=1)
        assert digests(course.built()) != expected
        other = digests(course.built(seed=2))
        # The manifest tells the specs apart.
        assert other.pop("manifest.json") != expected.pop("manifest.json")
        assert other == expected

    def test_progress_hears_of_every_item(self, course: Course) -> None:
        course.bank(numeric("square"))
        course.exam("square", outputs={"moodle": {"variants": 3}})
        steps: list[str] = []
        expected: list[tuple[str, int]] = []
        course.built(steps=Steps(steps.append, lambda *told: expected.append(told)))
        assert steps == ["item"] * 5
        assert expected == [("item", 5)]

    def test_a_roster_gives_each_student_a_paper_with_the_name(self, course: Course) -> None:
        course.bank(numeric("square"))
        course.write("roster.csv", "id,name\ns1,Ada O'Neil\n=cmd(),Émile\ns3,\n")
        course.exam(
            "square",
            versions=None,
            students="roster.csv",
            outputs={"latex": {"pdf": "never"}, "html": {"mode": "exam"}},
        )
        folder = course.built()
        pages = [path.read_text("utf-8") for path in sorted((folder / "html").glob("exam-*"))]
        papers = [path.read_text("utf-8") for path in sorted((folder / "latex").glob("paper-*"))]
        assert len(pages) == len(papers) == 3
        for name in ("Neil", "Émile"):
            assert sum(name in page for page in pages) == 1
            assert sum(name in paper for paper in papers) == 1
        squares = {each["values"]["a"] for each in items(folder).values()}
        assert len(squares) == 3
        assert "\n'=cmd(),1," in (folder / "key.csv").read_text("utf-8")


class TestTheManifest:
    def test_lists_each_item_once_with_its_values_and_answers(self, course: Course) -> None:
        course.bank(numeric("square"), choice("which"))
        course.exam("square", "which", "square", outputs={"moodle": {"variants": 4}})
        folder = course.built()
        found = items(folder)
        pool = [f"variant {number}" for number in range(1, 5)]
        assert {slot: [copy for s, copy in found if s == slot] for slot, _ in found} == {
            "square#1": ["A", "B", *pool],
            "which#1": ["A", "B", "variant 1"],
            "square#2": ["A", "B", *pool],
        }
        for each in found.values():
            if each["question"] == "square":
                assert each["answers"] == [str(each["values"]["a"] ** 2)]

    def test_has_the_digest_of_every_other_file(self, course: Course) -> None:
        course.bank(numeric("square"))
        course.exam("square", outputs={"moodle": {}, "html": {}, "latex": {"pdf": "never"}})
        folder = course.built()
        expected = digests(folder)
        del expected["manifest.json"]
        assert manifest(folder)["files"] == expected

    def test_says_what_was_asked(self, course: Course) -> None:
        course.bank(formula("divergence"))
        course.exam("divergence", outputs={"moodle": {"variants": 5}})
        data = manifest(course.built(seed=77, verify="never"))
        assert (data["title"], data["seed"], data["verify"]) == ("An exam", 77, "never")
        assert data["versions"] == ["A", "B"]
        assert data["answers"] == {"computed": 7}
        loss, numbers = data["losses"]
        assert numbers.startswith("loss: ")
        # The file is named from the spec's folder, wherever the build ran.
        assert loss.startswith("questions/bank.yaml:2:2: loss: ")


class TestSeveralFormatsWithOwnNumbersOfVariants:
    def test_each_file_holds_its_own_number_of_the_same_items(self, course: Course) -> None:
        course.bank(numeric("square"), choice("which"))
        course.exam("square", "which", outputs=SEVERAL)
        folder = course.built()
        found = items(folder)
        pool = [f"variant {number}" for number in range(1, 6)]
        assert [copy for slot, copy in found if "square" in slot] == ["A", "B", *pool]
        assert [copy for slot, copy in found if "which" in slot] == ["A", "B", "variant 1"]
        keys = [found["square#1", copy]["answers"][0] for copy in pool]
        assert len(set(keys)) == 5
        moodle, alone = read_moodle((folder / "moodle" / "exam.xml").read_bytes()).values()
        assert [question.answers[0].text for question in moodle] == keys
        assert len(alone) == 1
        gift = read_gift((folder / "gift" / "exam.gift.txt").read_bytes())
        assert [each.kind for each in gift] == [*["numerical"] * 3, "multichoice"]
        assert [each.answers[0].text for each in gift[:3]] == keys[:3]
        with (folder / "csv" / "questions.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [(row["question"], row["variant"]) for row in rows] == [
            ("square", "1"),
            ("which", "1"),
        ]
        assert rows[0]["key"] == keys[0]
        options = [answer.text for answer in gift[3].answers]
        assert [rows[1][f"option {number}"] for number in (1, 2, 3)] == options
        assert [answer.text for answer in alone[0].answers] == options

    def test_a_format_holds_the_same_when_it_is_built_alone(self, course: Course) -> None:
        course.bank(numeric("square"), choice("which"))
        course.exam("square", "which", outputs=SEVERAL)
        together = digests(course.built())
        for name in SEVERAL:
            alone = digests(course.built(formats=(name,)))
            files = {file for file in together if file.startswith(f"{name}/")}
            assert files
            assert {file: alone[file] for file in files} == {f: together[f] for f in files}

    def test_a_writer_that_raises_in_the_middle_leaves_the_last_good_build(
        self, course: Course, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        course.bank(numeric("square"))
        course.exam("square", outputs=SEVERAL)
        before = digests(course.built())
        written = GiftWriter.variant

        def failing(writer: GiftWriter, pool: Pool, item: Item) -> Iterable[Chunk]:
            if item.variant == 2:
                raise RuntimeError("in the middle")
            return written(writer, pool, item)

        monkeypatch.setattr(GiftWriter, "variant", failing)
        with pytest.raises(RuntimeError, match="in the middle"):
            course.built(seed=2)
        assert digests(course.output / "exam") == before
        assert list(course.output.iterdir()) == [course.output / "exam"]

    @pytest.mark.slow
    def test_no_item_is_kept_once_it_is_written(
        self, course: Course, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        course.bank(numeric("square"))
        course.exam("square", versions=1, outputs={name: {"variants": 190} for name in SEVERAL})
        written = GiftWriter.variant
        alive: list[int] = []

        def counting(writer: GiftWriter, pool: Pool, item: Item) -> Iterable[Chunk]:
            if item.variant % 60 == 1:
                alive.append(sum(type(each) is Item for each in gc.get_objects(0)))
            return written(writer, pool, item)

        monkeypatch.setattr(GiftWriter, "variant", counting)
        gc.collect(0)
        # What is made from now on stays young, and is told from what earlier tests have kept.
        monkeypatch.setattr(gc, "collect", lambda *_: 0)
        gc.disable()
        try:
            course.built(verify="never")
        finally:
            gc.enable()
        assert len(alive) == 4
        assert all(1 <= each < 60 for each in alive)


class TestNumbersStay:
    def test_a_new_question_in_the_bank_moves_nothing(self, course: Course) -> None:
        course.bank(*[numeric(f"question-{n}") for n in range(4)])
        course.exam("question-1", "question-3", outputs={"moodle": {"variants": 5}})
        before = digests(course.built())
        course.bank(numeric("added", topic="other"), name="earlier-file")
        course.bank(*[numeric(f"question-{n}") for n in (0, 7, 1, 2, 3)])
        after = digests(course.built())
        assert before == after

    def test_a_new_question_in_the_exam_moves_no_other(self, course: Course) -> None:
        course.bank(*[numeric(f"question-{n}") for n in range(4)])
        course.exam("question-1", "question-3")
        before = items(course.built())
        course.exam(
            sections=[
                {"title": "New", "questions": ["question-2"]},
                {"title": "Only one", "questions": ["question-0", "question-1", "question-3"]},
            ]
        )
        after = items(course.built())
        assert before.items() <= after.items()
        assert len(after) == len(before) + 4

    @pytest.mark.slow
    def test_a_pick_stays_unless_it_is_outranked(self, course: Course) -> None:
        old = [f"question-{n}" for n in range(8)]
        pick = [{"title": "Some", "pick": 4, "from": {"topics": ["numbers"]}}]
        course.exam(sections=pick)

        def picked(*identifiers: str) -> set[str]:
            course.bank(*map(numeric, identifiers))
            return {each["question"] for each in items(course.built()).values()}

        before = picked(*old)
        assert len(before) == 4
        moved = 0
        for number in range(10):
            new = f"new-{number}"
            after = picked(new, *old)
            gone = before - after
            assert after - before == ({new} if gone else set())
            assert len(gone) <= 1
            moved += len(gone)
        assert 0 < moved < 10

    def test_a_question_that_stands_twice_has_other_numbers(self, course: Course) -> None:
        course.bank(numeric("square"))
        course.exam("square", "square", versions=1)
        first, second = items(course.built()).values()
        assert first["values"] != second["values"]


def test_the_options_of_the_spec_reach_the_formats(course: Course) -> None:
    course.bank(numeric("square"))
    course.exam("square", versions=1, outputs={"html": {"mode": "exam"}})
    exam = (course.built() / "html" / "exam-A.html").read_text("utf-8")
    course.exam("square", versions=1, outputs={"html": {"mode": "practice"}})
    practice = (course.built() / "html" / "exam-A.html").read_text("utf-8")
    assert "twice the number" not in exam
    assert "twice the number" in practice


@pytest.mark.slow
def test_every_format_of_the_table_is_built(course: Course) -> None:
    course.bank(choice("which"))
    by_latex = {name: {"pdf": "never"} for name in ("latex", "guide")}
    course.exam("which", outputs={**{name: {} for name in FORMATS}, **by_latex})
    folders = {path.name for path in course.built().iterdir() if path.is_dir()}
    assert folders == set(FORMATS)


def test_a_format_with_nothing_behind_it_is_built_as_it_comes(course: Course) -> None:
    course.bank(choice("which"))
    course.exam("which", outputs={"html": {}, "moodle": None})
    assert "moodle/exam.xml" in digests(course.built())


def test_the_shipped_bank_is_found_from_anywhere() -> None:
    path = bank_path("builtin", Path("/nowhere"))
    assert path.shown == "builtin"
    assert path.path.is_dir()
    assert any(_files(path.path))


def _files(folder: Path) -> Iterator[Path]:
    return folder.rglob("*.yaml")
