"""An exam with every kind of question, what students may answer, and the files they hand in."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from qgen.document.answers import (
    ComplexAnswer,
    FormulaAnswer,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    Part,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.complex_numbers import typed_complex
from qgen.document.exam import Paper
from qgen.document.formula import typed
from qgen.document.matrices import typed_entry
from qgen.document.numbers import machine_decimal
from qgen.grading import GradeReport, GradeRequest, grade
from qgen.marking_file import MarkingRecorder
from tests.bank.written import KINDS
from tests.qgen.course import HEADER, Course, choice, numeric

TITLE = "An exam"

CARRYING = {
    "id": "two-steps",
    "kind": "derivation",
    "title": "Two steps",
    **HEADER,
    "parameters": {"n": {"integers": {"from": 2, "to": 500}}},
    "let": {"step": "1/3"},
    "stem": "Let $n = {{ n }}$.",
    "parts": [
        {
            "kind": "numeric",
            "prompt": "What is $n^2$?",
            "points": 1,
            "answer": "n**2",
            "tolerance": {"absolute": 0},
        },
        {
            "kind": "numeric",
            "prompt": "What is a third more than that?",
            "points": 2,
            "answer": "n**2 + step",
            "tolerance": {"absolute": "1/1000"},
            "carry": {"part": "a", "answer": "earlier + step"},
        },
        {
            "kind": "single_choice",
            "prompt": "Which?",
            "points": "1/2",
            "options": [{"text": "this", "correct": True}, {"text": "that"}],
        },
    ],
}


def short(identifier: str, kind: str, **changes: Any) -> dict[str, Any]:
    """A question of any kind without numbers of its own."""
    return {
        "id": identifier,
        "kind": kind,
        "title": f"Title of {identifier}",
        **HEADER,
        "stem": "A stem.",
        **KINDS[kind],
        **changes,
    }


def questions() -> list[dict[str, Any]]:
    """A question of each kind, with mistakes and feedback where a kind has them."""
    return [
        choice("one"),
        short(
            "several",
            "multiple_select",
            options=[
                {"text": "right", "correct": True, "feedback": "It is."},
                {"text": "wrong", "feedback": "It is <b>not</b>."},
                {"text": "right too", "correct": True},
            ],
        ),
        numeric("square"),
        short(
            "mean",
            "formula",
            parameters={"alpha": {"one_of": ["1/3", "1/4", "1/5", "2/3", "2/5"]}},
            solver="bernoulli.kl",
            stem="The divergence for ${{ alpha }}$?",
            answer="kl_formula",
            variables={"e": "probability"},
            let={"e": "1/2"},
        ),
        short(
            "bound",
            "short_answer",
            accept=["ELBO", "evidence lower bound"],
            mistakes=[{"text": "evidence", "feedback": "Only a bound of it."}],
        ),
        short("pairs", "matching"),
        short("steps", "ordering", credit="adjacent"),
        short("why", "open"),
        CARRYING,
    ]


def recorded(patch: pytest.MonkeyPatch) -> dict[str, Paper]:
    """The papers of the builds that follow, as the pipeline makes them."""
    papers: dict[str, Paper] = {}

    class Recorder(MarkingRecorder):
        def paper(self, paper: Paper) -> Iterator[Any]:
            papers[paper.label] = paper
            return super().paper(paper)

    patch.setattr("qgen.pipeline.MarkingRecorder", Recorder)
    return papers


def build_exam(course: Course, patch: pytest.MonkeyPatch, **changes: Any) -> dict[str, Paper]:
    """Builds an exam of every kind, and gives its papers as the pipeline made them."""
    papers = recorded(patch)
    wanted = changes.pop("questions", questions())
    course.bank(*wanted)
    course.exam(*(each["id"] for each in wanted), **changes)
    course.built(formats=("html",))
    return papers


def key(part: Part) -> Any:
    """The key as a page would save it."""
    answer = part.answer
    match answer:
        case SingleChoice():
            return next(i for i, option in enumerate(answer.options, 1) if option.correct)
        case MultipleSelect():
            return [i for i, option in enumerate(answer.options, 1) if option.correct]
        case Numeric():
            exact = isinstance(answer.key, Fraction)
            return str(answer.key) if exact else machine_decimal(answer.key)
        case ComplexAnswer():
            return typed_complex(answer.key)
        case FormulaAnswer():
            return typed(answer.key)
        case ShortAnswer():
            return answer.accepted[-1]
        case MatrixAnswer():
            return [typed_entry(entry) for entry in answer.entries]
        case Matching():
            return [pair.right + 1 for pair in answer.pairs]
        case Ordering():
            return [place + 1 for place in answer.key]
        case Open():
            return "Because."


def with_checksum(data: Mapping[str, Any]) -> dict[str, Any]:
    """The object with the checksum that a page would write."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {**data, "checksum": hashlib.sha256(text.encode("utf-8")).hexdigest()}


def response(
    answers: Mapping[str, Any], paper: str = "A", student: str | None = "Ada", **changes: Any
) -> dict[str, Any]:
    """What a page saves."""
    return with_checksum(
        {
            "format": "qgen-responses",
            "version": 1,
            "exam": TITLE,
            "paper": paper,
            "student": student,
            "started": "2026-12-04T10:00:00Z",
            "handed_in": "2026-12-04T11:30:00Z",
            "answers": dict(answers),
            **changes,
        }
    )


def answers_of(paper: Paper, choose: Callable[[Part], Any] = key) -> dict[str, Any]:
    """An answer for each part, under the names that pages use."""
    given = {}
    for number, item in enumerate(paper.items(), 1):
        for index, part in enumerate(item.parts, 1):
            name = f"{number}-{index}" if item.is_derivation else str(number)
            given[name] = choose(part)
    return given


class Desk:
    """A folder of files that were handed in, and their grading."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.folder = course.folder / "handed-in"
        self.folder.mkdir()
        self.output = course.folder / "grades"

    def put(self, name: str, content: object) -> Path:
        path = self.folder / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
            path.write_text(text, encoding="utf-8")
        return path

    def grade(self, **request: Any) -> GradeReport:
        wanted = {
            "build": self.course.output / "exam",
            "responses": (self.folder,),
            "output": self.output,
            **request,
        }
        return grade(GradeRequest(**wanted))

    def graded(self, **request: Any) -> GradeReport:
        """A grading that must succeed."""
        report = self.grade(**request)
        assert not report.failed, "\n".join(map(str, report.problems))
        return report

    def table(self, name: str) -> list[dict[str, str]]:
        text = (self.output / name).read_text("utf-8")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def marks(self, student: str = "Ada") -> dict[str, dict[str, str]]:
        """The rows of `marks.csv` of one student, by question and part."""
        return {
            row["question"] + row["part"]: row
            for row in self.table("marks.csv")
            if row["student"] == student
        }

    def reasons(self) -> list[str]:
        return [row["reason"] for row in self.table("review.csv")]
