"""Exam specs: what may be written, how it is read, and what is said of the rest."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from qgen.bank.exam_spec import ExamSpec
from qgen.bank.loader import load_exam
from qgen.document.answers import KINDS
from qgen.document.formats import FORMATS
from qgen.document.problem import Place
from qgen.document.richtext import Passage, plain_text
from tests.bank.written import exam, exam_problems, load_exam_text, messages, written
from tests.samples import PNG

SMALL = """title: An exam
seed: 1
bank: builtin
sections: [{title: S, questions: [q]}]
outputs: {csv: {}}
"""


def spec(**changes: Any) -> ExamSpec:
    loaded, problems = load_exam_text(written(exam(**changes)))
    assert loaded is not None, "\n".join(map(str, problems))
    return loaded.spec


def complaints(**changes: Any) -> list[str]:
    return messages(exam_problems(exam(**changes)))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("90 min", 90), ("2 h", 120), ("2h", 120), ("1 d", 1440), (" 5 min ", 5)],
)
def test_durations(text: str, minutes: int) -> None:
    assert spec(duration=text).duration == minutes
    attempts = spec(attempts={"allowed": 3, "every": text}).attempts
    assert attempts is not None
    assert (attempts.allowed, attempts.every) == (3, minutes)


@pytest.mark.parametrize(
    "text", [90, "90", "0 min", "1.5 h", "-1 h", "an hour", "90 minutes", "1 h 30 min", None, []]
)
def test_what_is_no_duration(text: object) -> None:
    expected = "expected a time such as 90 min, 2 h or 1 d"
    assert complaints(attempts={"allowed": 1, "every": text}) == (
        [expected] if text is not None else []
    )


@pytest.mark.parametrize(
    ("value", "range_"), [("1-3", (1, 3)), ("2 - 4", (2, 4)), (3, (3, 3)), ("5", (5, 5))]
)
def test_difficulties(value: object, range_: tuple[int, int]) -> None:
    section = {"title": "A", "pick": 1, "from": {"difficulty": value}}
    selection = spec(sections=[section]).sections[0].selection
    assert selection is not None
    assert selection.difficulty == range_


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("3-1", "the range begins with its larger number"),
        ("0-3", "expected 1 to 5, or a range such as 1-3"),
        ("1-6", "expected 1 to 5, or a range such as 1-3"),
        (0, "expected 1 to 5, or a range such as 1-3"),
        (2.5, "expected 1 to 5, or a range such as 1-3"),
        (True, "expected 1 to 5, or a range such as 1-3"),
        ([1, 3], "expected 1 to 5, or a range such as 1-3"),
    ],
)
def test_what_is_no_range_of_difficulties(value: object, message: str) -> None:
    section = {"title": "A", "pick": 1, "from": {"difficulty": value}}
    assert complaints(sections=[section]) == [message]


@pytest.mark.parametrize("value", ["2026-12-04", "20261204", 20261204])
def test_dates(value: object) -> None:
    assert spec(date=value).date == "2026-12-04"


@pytest.mark.parametrize("value", ["2026-13-04", "2026-02-30", "4.12.2026", "soon", 2026, [], True])
def test_what_is_no_date(value: object) -> None:
    assert complaints(date=value) == ["expected a date such as 2026-12-04"]


@pytest.mark.parametrize(
    ("value", "share"),
    [("80%", Fraction(4, 5)), ("62.5 %", Fraction(5, 8)), (0.8, Fraction(4, 5)), (1, 1), (0, 0),
     ("4/5", Fraction(4, 5)), ("1 / 3", Fraction(1, 3)), ("1e-1", Fraction(1, 10))],
)  # fmt: skip
def test_pass_marks(value: object, share: Fraction) -> None:
    assert spec(pass_mark=value).pass_mark == share


@pytest.mark.parametrize("value", [80, "101%", -0.1])
def test_pass_marks_are_shares(value: object) -> None:
    assert complaints(pass_mark=value) == ["must lie between 0 and 100%"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [("most", "'most'"), ("1/0", "'1/0'"), ([], "a list"), ("1e999999999", "'1e999999999'"),
     ("%", "'%'"), ("1 000", "'1 000'")],
)  # fmt: skip
def test_what_is_no_number(value: object, shown: str) -> None:
    assert complaints(pass_mark=value) == [
        f"expected a number such as 2, 0.25, 1/3 or 5%, got {shown}"
    ]
    assert complaints(pass_mark=True) == ["expected a number, got a truth value"]


def test_numbers_have_an_end() -> None:
    for value in ("1e99", 10**99):
        section = {"title": "A", "questions": ["q"], "points": value}
        assert complaints(sections=[section]) == []
    for value in ("1" * 60 + "e60", 10**100, 10**3000):
        section = {"title": "A", "questions": ["q"], "points": value}
        assert complaints(sections=[section]) == ["a number has at most 100 digits"]


def test_versions_or_students() -> None:
    assert spec(versions=4).versions == 4
    assert spec(students="roster.csv").students == "roster.csv"
    assert spec().versions is None
    assert complaints(versions=2, students="roster.csv") == [
        "give 'versions' or 'students', not both"
    ]
    assert complaints(versions=0) == ["must be at least 1, got 0"]
    assert complaints(versions=27) == ["must be at most 26, got 27"]
    assert complaints(versions="4") == ["expected a whole number, got '4'"]
    assert complaints(versions=True) == ["expected a whole number, got true"]


class TestSections:
    def test_listed_questions(self) -> None:
        (section,) = spec(
            sections=[{"title": "A", "questions": ["one", {"id": "two", "points": "1/2"}]}]
        ).sections
        assert [(each.id, each.points) for each in section.questions] == [
            ("one", None),
            ("two", Fraction(1, 2)),
        ]

    @pytest.mark.parametrize(
        ("section", "message"),
        [
            ({}, "give 'questions', or 'pick' with 'from'"),
            ({"pick": 2}, "give 'questions', or 'pick' with 'from'"),
            ({"from": {}}, "give 'questions', or 'pick' with 'from'"),
            ({"questions": []}, "give 'questions', or 'pick' with 'from'"),
            ({"questions": ["q"], "pick": 1}, "give 'questions', or 'pick' with 'from', not both"),
            ({"questions": ["q"], "from": {}}, "give 'questions', or 'pick' with 'from', not both"),
            ({"questions": "q"}, "expected a list, got 'q'"),
            ({"questions": [3]}, "expected a mapping, got 3"),
            ({"questions": ["No Id"]}, "an id is made of small letters, digits and single hyphens, "
                                       "got 'No Id'"),
            ({"pick": 0, "from": {}}, "must be at least 1, got 0"),
            ({"pick": 1, "from": {"kinds": ["essay"]}},
             f"expected {', '.join(map(repr, KINDS))} or 'derivation', got 'essay'"),
            ({"questions": ["q"], "points": 0}, "must be more than 0"),
        ],
    )  # fmt: skip
    def test_mistakes(self, section: dict[str, Any], message: str) -> None:
        assert complaints(sections=[{"title": "A", **section}]) == [message]

    def test_one_word_stands_for_a_list(self) -> None:
        chosen = {"topics": "vae", "kinds": "open", "tags": "a tag", "ids": "q", "sources": "CS"}
        (section,) = spec(sections=[{"title": "A", "pick": 1, "from": chosen}]).sections
        assert section.selection is not None
        assert {key: getattr(section.selection, key) for key in chosen} == {
            key: (word,) for key, word in chosen.items()
        }

    def test_there_is_one(self) -> None:
        assert complaints(sections=[]) == ["needs at least 1 entry"]


class TestOutputs:
    def test_naming_one_asks_for_it(self) -> None:
        assert spec(outputs={"html": None, "moodle": {}}).outputs.formats == ("moodle", "html")

    @pytest.mark.parametrize(
        ("outputs", "message"),
        [
            ({}, "'outputs' names no format; there are " + ", ".join(FORMATS)),
            ({"latex": {"pdf": True}}, "expected 'auto', 'always' or 'never', got true"),
            ({"latex": {"pdf": "allways"}}, "expected 'auto', 'always' or 'never', got 'allways' "
                                            "(did you mean 'always'?)"),
            ({"latex": {"solutions": "maybe"}}, "expected true or false, got 'maybe'"),
            ({"moodle": {"variants": 0}}, "must be at least 1, got 0"),
            ({"moodle": {"variants": 100_001}}, "must be at most 100000, got 100001"),
            ({"html": {"mode": "test"}}, "expected 'practice' or 'exam', got 'test'"),
            ({"html": "yes"}, "expected a mapping, got 'yes'"),
            ({"pdf": {}, "html": {}}, f"unknown key 'pdf'; known keys: {', '.join(FORMATS)}"),
        ],
    )  # fmt: skip
    def test_mistakes(self, outputs: object, message: str) -> None:
        assert complaints(outputs=outputs) == [message]


def test_what_must_be_there() -> None:
    assert messages(exam_problems("course: CS 726\n")) == [
        "'outputs' is missing",
        "'sections' is missing",
        "'seed' is missing",
        "'title' is missing",
    ]
    assert messages(exam_problems("text\n")) == ["expected a mapping, got 'text'"]


@pytest.mark.parametrize("questions", ["- stem: What?\n", "stem: What?\nkind: open\n"])
def test_a_file_of_questions_is_no_spec(questions: str) -> None:
    said = "this is a file of questions; an exam's spec names it under 'bank'"
    assert messages(exam_problems(questions)) == [said]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": -1}, "must be at least 0, got -1"),
        ({"seed": "x"}, "expected a whole number, got 'x'"),
        ({"seed": 1.0}, "expected a whole number, got 1.0"),
        ({"title": "  "}, "the text is empty"),
        ({"title": 7}, "expected text, got 7 (put it in quotes)"),
        ({"title": None}, "expected text, got nothing (put it in quotes)"),
        ({"language": "English"}, "expected a language such as en or pt-BR, got 'English'"),
        ({"bank": []}, "needs at least 1 entry"),
        ({"scoring": {"multiple_select": "per_opton"}},
         "expected 'all_or_nothing', 'per_option' or 'right_minus_wrong', got 'per_opton' (did you "
         "mean 'per_option'?)"),
        ({"attempts": {"allowed": 0}}, "must be at least 1, got 0"),
        ({"shuffle": {"questions": "no way"}}, "expected true or false, got 'no way'"),
    ],
)  # fmt: skip
def test_mistakes(changes: dict[str, Any], message: str) -> None:
    assert complaints(**changes) == [message]


class TestInstructions:
    def test_they_are_rich_text(self) -> None:
        sections = [{"title": "A", "questions": ["q"], "instructions": "Only *one*."}]
        loaded, _ = load_exam_text(written(exam(instructions="Use $x$.", sections=sections)))
        assert loaded is not None
        assert loaded.instructions is not None
        assert plain_text(Passage(loaded.instructions)) == "Use $x$."
        (own,) = loaded.section_instructions
        assert own is not None
        assert plain_text(Passage(own)) == "Only one."

    def test_they_have_no_values_and_no_pictures(self) -> None:
        text = written(exam()) + "instructions: |\n  Look:\n\n  {{ a }} ![x](y.png) $\\frac{$\n"
        number = text.splitlines().index("instructions: |") + 1
        assert exam_problems(text) == [
            f"{number + 3}:3: an exam's own text has no values to print [hole-place]",
            f"{number + 3}:3: an exam's own text cannot show pictures [image]",
            f"{number + 3}:3: the formula '\\frac{{' cannot be typeset: 6: Expected closing token "
            '"}", but reached end of input. [math]',
        ]


def test_all_mistakes_are_reported_together() -> None:
    data = exam(seed=-1, pass_mark=80, duration="long", tittle="x")
    data["sections"][0]["points"] = 0
    assert len(exam_problems(data)) == 5


class TestFront:
    """What an exam says of aids, and the picture above its papers."""

    @pytest.mark.parametrize(
        ("written", "aids"),
        [("", None), ("aids: a ruler\n", ("a ruler",)), ("aids: []\n", ())],
    )
    def test_aids_are_texts_or_none_of_them(
        self, tmp_path: Path, written: str, aids: tuple[str, ...] | None
    ) -> None:
        path = tmp_path / "exam.yaml"
        path.write_text(SMALL + written)
        loaded, problems = load_exam(path, "exam.yaml")
        assert problems == []
        assert loaded is not None
        assert loaded.spec.aids == aids

    @pytest.mark.parametrize(
        ("logo", "message"),
        [
            ("missing.png", "there is no picture 'missing.png'"),
            ("../logo.png", "the picture '../logo.png' lies outside the exam's folder"),
            ("exam.yaml", "'exam.yaml': use svg, pdf, png, jpg, jpeg"),
        ],
    )
    def test_a_logo_is_a_picture_in_the_exams_folder(
        self, tmp_path: Path, logo: str, message: str
    ) -> None:
        (tmp_path / "logo.png").write_bytes(PNG)
        folder = tmp_path / "exam"
        folder.mkdir()
        (folder / "exam.yaml").write_text(f"{SMALL}logo: {logo}\n")
        loaded, (problem,) = load_exam(folder / "exam.yaml", "exam.yaml")
        assert loaded is None
        assert (problem.code, problem.message) == ("image", message)
        assert problem.place == Place("exam.yaml", 6, 7)
        (folder / "mine.png").write_bytes(PNG)
        (folder / "exam.yaml").write_text(f"{SMALL}logo: mine.png\n")
        loaded, _ = load_exam(folder / "exam.yaml", "exam.yaml")
        assert loaded is not None
        assert loaded.logo is not None
        assert loaded.logo.forms == {"png": PNG}
