"""`key.csv` and `manifest.json` say what the papers say, and no spreadsheet runs a cell of them."""

import csv
import io
import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.answers import (
    KIND_NAMES,
    FormulaAnswer,
    MultipleSelect,
    Numeric,
    Option,
    ShortAnswer,
    SingleChoice,
    Tolerance,
    option_letter,
)
from qgen.document.exam import ExamDocument, Item, Paper, Pool, Section
from qgen.document.formula import Number, Product, Symbol, evaluate
from qgen.document.richtext import passage_of
from qgen.earlier_build import KEYS, MANIFEST
from qgen.marking.formula_reader import Refusal, parse_formula
from qgen.records import ItemRecorder, KeyTable, manifest
from qgen.renderers.keys import key_text
from tests import samples
from tests.written import written

EXACTLY = Tolerance("absolute", Fraction(0))


def exam_of(*items: Item, label: str = "A") -> ExamDocument:
    papers = (Paper(label, None, (Section("Only one", None, items),)),)
    return replace(samples.exam(), papers=papers)


def rows(exam: ExamDocument) -> list[dict[str, str]]:
    return list(
        csv.DictReader(
            io.StringIO(written(KeyTable(), exam).files[KEYS].decode("utf-8"), newline="")
        )
    )


def options(*right: bool) -> tuple[Option, ...]:
    return tuple(Option(passage_of(f"{number}"), each, None) for number, each in enumerate(right))


class TestKeyTable:
    def test_a_row_for_each_answer_of_each_paper(self) -> None:
        table = rows(samples.exam())
        kinds = [KIND_NAMES[type(answer)] for answer in samples.ANSWERS.values()]
        expected = [(str(n), "", kind) for n, kind in enumerate(kinds, 1)]
        last = str(len(kinds) + 1)
        expected += [(last, "abcdefghij"[n], kind) for n, kind in enumerate(kinds)]
        for label in "AB":
            here = [row for row in table if row["version"] == label]
            assert [(row["number"], row["part"], row["kind"]) for row in here] == expected
        assert len(table) == 2 * len(expected)

    def test_keys_and_points_as_a_person_reads_them(self) -> None:
        count = len(samples.ANSWERS)
        keys = [row["key"] for row in rows(samples.exam())[:count]]
        assert keys == [
            "A",
            "A C",
            "1/17 (0.0588235294117647)",
            "(3*x_1 - 4*x_2 - 2)/26",
            "2 -1/3; 0 1.25",
            "evidence lower bound",
            "1-C, 2-A",
            "B, C, A",
            "marked by a person",
            "1/3-2i (0.333333333333333-2i)",
        ]
        assert [row["points"] for row in rows(samples.exam())[count : 2 * count]] == [
            str(Fraction(number, 2)) for number in range(1, count + 1)
        ]

    @pytest.mark.parametrize(
        ("answer", "text"),
        [
            (SingleChoice(options(False, False, True)), "C"),
            (MultipleSelect(options(False, False), "per_option"), "none"),
            (MultipleSelect(options(*[False] * 26, True, True), "per_option"), "AA AB"),
            (Numeric(-3, EXACTLY), "-3"),
            (Numeric(Fraction(1, 3), EXACTLY), "1/3 (0.333333333333333)"),
            (Numeric(0.1 + 0.2, EXACTLY), "0.3"),
            (FormulaAnswer(Product((Number(-1), Symbol("x"))), {"x": "real"}), "-x"),
        ],
    )
    def test_one_line_for_every_key(self, answer: object, text: str) -> None:
        assert key_text(answer) == text  # type: ignore[arg-type]

    def test_letters(self) -> None:
        assert [option_letter(index) for index in (0, 1, 25, 26, 29)] == ["A", "B", "Z", "AA", "AD"]

    def test_a_formula_key_can_be_typed_back(self) -> None:
        answer = samples.ANSWERS["formula"]
        assert isinstance(answer, FormulaAnswer)
        typed = parse_formula(key_text(answer), set(answer.variables))
        assert not isinstance(typed, Refusal)
        values = {"x_1": 2.0, "x_2": -5.5}
        assert evaluate(typed, values) == pytest.approx(evaluate(answer.key, values))


class TestSpreadsheets:
    """A cell that begins like a formula is run when the file is opened."""

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n @"])
    def test_a_cell_that_starts_like_a_formula_is_made_text(self, start: str) -> None:
        word = f'{start}HYPERLINK("x")'
        short = replace(samples.item("short_answer"), parts=samples.sole(ShortAnswer((word,))))
        ((row,)) = rows(exam_of(short, label=word))
        assert row["key"] == row["version"] == f"'{word.strip()}"

    @pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\u2028", "\x85"])
    def test_no_text_starts_a_row_of_its_own(self, end: str) -> None:
        short = replace(
            samples.item("short_answer"), parts=samples.sole(ShortAnswer((f"x{end}=y",)))
        )
        assert [row["key"] for row in rows(exam_of(short))] == ["x =y"]

    def test_numbers_stay_numbers(self) -> None:
        numbers = [
            replace(samples.item("numeric"), parts=samples.sole(Numeric(n, EXACTLY)))
            for n in (-3, -2.5)
        ]
        assert [row["key"] for row in rows(exam_of(*numbers))] == ["-3", "-2.5"]

    def test_a_negative_formula_is_text(self) -> None:
        answer = FormulaAnswer(Product((Number(-1), Symbol("x"))), {"x": "real"})
        item = replace(samples.item("formula"), parts=samples.sole(answer))
        assert rows(exam_of(item))[0]["key"] == "'-x"

    @pytest.mark.slow
    @given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
    def test_any_text_is_one_cell_that_runs_nothing(self, word: str) -> None:
        short = replace(samples.item("short_answer"), parts=samples.sole(ShortAnswer((word,))))
        (row,) = rows(exam_of(short))
        assert row["key"].removeprefix("'").split() == word.removeprefix("'").split()
        if row["key"].startswith(("=", "+", "-", "@")):
            float(row["key"])


def recorded(items: list[Item], head: dict[str, object] | None = None) -> dict[str, object]:
    """The manifest of a paper with these items."""
    record = written(ItemRecorder(0), exam_of(*items)).files.get(MANIFEST, b"")
    chunks = manifest(head or {"seed": 1}, io.BytesIO(record), {"b": "2", "a": "1"}, ["lost ≤"])
    data = json.loads(b"".join(chunks).decode("utf-8"))
    assert isinstance(data, dict)
    return data


class TestManifest:
    def test_every_kind_is_recorded_with_values_and_answers(self) -> None:
        values = {
            "n": 3,
            "p": Fraction(1, 3),
            "w": (1, (Fraction(1, 2), "red")),
            "f": 0.1,
            "is_larger": True,
            "e": Symbol("x"),
        }
        items = [replace(samples.item(kind), values=values) for kind in samples.KINDS]
        data = recorded(items)
        assert isinstance(data["items"], list)
        assert [each["question"] for each in data["items"]] == [
            item.header.identifier for item in items
        ]
        for each in data["items"]:
            assert each["values"] == {
                "n": 3,
                "p": "1/3",
                "w": [1, ["1/2", "red"]],
                "f": "0.1",
                "is_larger": True,
                "e": "x",
            }
        assert [len(each["answers"]) for each in data["items"]] == [
            len(item.parts) for item in items
        ]

    @pytest.mark.parametrize("number", [0, 1, 3])
    def test_it_is_json_with_any_number_of_items(self, number: int) -> None:
        data = recorded([samples.item("open")] * number, {"title": 'A "title"\n', "seed": 7})
        assert list(data) == ["qgen", "title", "seed", "items", "losses", "runs", "files"]
        assert data["title"] == 'A "title"\n'
        assert len(data["items"]) == number  # type: ignore[arg-type]
        assert data["losses"] == ["lost ≤"]
        assert list(data["files"]) == ["a", "b"]  # type: ignore[call-overload]

    def test_papers_and_variants_are_recorded_with_where_they_went(self) -> None:
        variants = tuple(samples.item("open", number) for number in (1, 2, 3))
        pool = Pool(samples.header("open"), "S", Fraction(1), True)
        exam = replace(
            exam_of(replace(samples.item("open"), slot="S#1"), label="ada"),
            pools=(pool,),
            variants=(variants,),
        )
        record = b"[" + written(ItemRecorder(2), exam).files[MANIFEST] + b"]"
        assert [(each["copy"], each["slot"], each["variant"]) for each in json.loads(record)] == [
            ("ada", "S#1", 1),
            ("variant 1", "", 1),
            ("variant 2", "", 2),
        ]
