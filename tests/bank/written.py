"""Banks and exams from what an author writes: texts, or data to be written as YAML."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from qgen.bank.catalogue import BankPath, Catalogue, open_bank
from qgen.bank.loader import LoadedSpec, load_bank, load_exam
from qgen.bank.templates import Bank, QuestionTemplate
from qgen.document.problem import Problem
from tests.quick_yaml import to_yaml

KINDS: dict[str, dict[str, Any]] = {
    "single_choice": {"options": [{"text": "yes", "correct": True}, {"text": "no"}]},
    "multiple_select": {"options": [{"text": "one", "correct": True}, {"text": "two"}]},
    "numeric": {
        "answer": 2,
        "tolerance": {"absolute": 0},
        "mistakes": [{"answer": 4, "feedback": "Twice.", "credit": "50%"}],
    },
    "formula": {"answer": "mean", "variables": {"x": "real"}},
    "matrix": {"answer": "(1, 2)", "tolerance": {"absolute": 0}},
    "short_answer": {
        "accept": ["ELBO"],
        "mistakes": [{"text": "bound", "feedback": "Which?", "credit": "1/3"}],
    },
    "matching": {
        "pairs": [{"left": "mean", "right": "$\\mu$"}, {"left": "variance", "right": "$\\sigma^2$"}]
    },
    "ordering": {"items": ["first", "second", "third"]},
    "open": {"rubric": [{"points": 1, "text": "Says why."}]},
    "derivation": {
        "parts": [
            {
                "kind": "numeric",
                "prompt": "How many?",
                "points": 1,
                "answer": 2,
                "tolerance": {"absolute": 0},
            }
        ]
    },
}
"""What each kind needs beside what every question says."""


def question(kind: str = "numeric", **changes: Any) -> dict[str, Any]:
    """A question without a mistake, but for the changes."""
    solver = {"solver": "linear_gaussian.posterior"} if kind == "formula" else {}
    return {
        "id": f"a-{kind.replace('_', '-')}",
        "kind": kind,
        "title": "A title",
        "topic": "a-topic",
        "difficulty": 2,
        "stem": "A stem.",
        **solver,
        **KINDS[kind],
        **changes,
    }


def exam(**changes: Any) -> dict[str, Any]:
    """An exam spec without a mistake, but for the changes."""
    return {
        "title": "An exam",
        "seed": 1,
        "sections": [{"title": "All", "questions": ["a-numeric"]}],
        "outputs": {"html": {}},
        **changes,
    }


def written(data: Any) -> str:
    return to_yaml(data)


@cache
def _folder() -> TemporaryDirectory[str]:
    """Of this process, made once: making and removing one takes longer than reading a bank."""
    return TemporaryDirectory()


@contextmanager
def _file(name: str, text: str | bytes, folder: Path | None = None) -> Iterator[Path]:
    """A file with this text, which is alone in its folder where none is named."""
    path = (folder or Path(_folder().name)) / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        yield path
    finally:
        if folder is None:
            path.unlink()


def load_text(text: str | bytes, folder: Path | None = None) -> tuple[Bank, list[Problem]]:
    """The bank of one file `bank.yaml` with this text."""
    with _file("bank.yaml", text, folder) as path:
        return load_bank([BankPath(path, "bank.yaml")])


def catalogue_of(*questions: dict[str, Any]) -> Catalogue:
    """The catalogue of one bank file, whose questions may have mistakes in their bodies."""
    with _file("bank.yaml", written(list(questions))) as path:
        catalogue, problems = open_bank([BankPath(path, "bank.yaml")])
        assert problems == []
        for entry in catalogue.entries.values():
            assert not isinstance(entry.file.source, Problem)  # read while the file is there
    return catalogue


def load_exam_text(text: str | bytes) -> tuple[LoadedSpec | None, list[Problem]]:
    with _file("exam.yaml", text) as path:
        return load_exam(path, "exam.yaml")


def template(data: dict[str, Any] | str, folder: Path | None = None) -> QuestionTemplate:
    """The template of a question that must have no mistake."""
    text = data if isinstance(data, str) else written(data)
    bank, problems = load_text(text, folder)
    assert not problems, "\n".join(map(str, problems))
    (only,) = bank.questions.values()
    return only


def problems_of(data: dict[str, Any] | str) -> list[str]:
    """`line:column: message [code]` of every mistake in a bank file."""
    return _lines(load_text(data if isinstance(data, str) else written(data))[1])


def exam_problems(data: dict[str, Any] | str) -> list[str]:
    """`line:column: message [code]` of every mistake in an exam spec."""
    return _lines(load_exam_text(data if isinstance(data, str) else written(data))[1])


def _lines(problems: list[Problem]) -> list[str]:
    lines = []
    for problem in problems:
        place = problem.place
        assert place is not None
        assert place.line >= 1
        assert place.column >= 1
        lines.append(f"{place.line}:{place.column}: {problem.message} [{problem.code}]")
    return lines


def messages(lines: list[str]) -> list[str]:
    """The messages alone, without places and codes."""
    return [line.split(": ", 1)[1].rsplit(" [", 1)[0] for line in lines]
