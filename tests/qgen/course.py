"""A course in a folder: its bank, its solvers, its exams; and the command run on it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from qgen.pipeline import BuildReport, BuildRequest, build

EXAMPLES = Path(__file__).parents[2] / "examples"

SOLVERS = """
from qgen.solvers.routes.registry import check, solver


@solver(
    "course_solvers.square",
    results={"square": "a times a"},
    mistakes={"doubled": "a plus a"},
)
def square(a):
    return {"square": a * a, "doubled": 2 * a}


@check("course_solvers.square", tolerance=1e-9)
def square_by_logarithm(a):
    return {"square": (2 * a.log()).exp()}
"""

HEADER = {"topic": "numbers", "difficulty": 1, "explanation": "It follows."}


def numeric(identifier: str, **changes: Any) -> dict[str, Any]:
    """A question whose key `a*a` comes from the course's own solver, proved by two routes."""
    return {
        "id": identifier,
        "kind": "numeric",
        "title": f"Title of {identifier}",
        **HEADER,
        "parameters": {"a": {"integers": {"from": 3, "to": 400}}},
        "solver": "course_solvers.square",
        "stem": "What is ${{ a }}^2$?",
        "answer": "square",
        "tolerance": {"absolute": 0},
        "mistakes": [{"answer": "doubled", "feedback": "That is twice the number."}],
        **changes,
    }


def choice(identifier: str, **changes: Any) -> dict[str, Any]:
    """A single choice without numbers."""
    return {
        "id": identifier,
        "kind": "single_choice",
        "title": f"Title of {identifier}",
        **HEADER,
        "stem": "Which one?",
        "options": [
            {"text": "the right one", "correct": True, "feedback": "Well done."},
            {"text": "a wrong one", "feedback": "Not this one."},
            {"text": "another wrong one"},
        ],
        **changes,
    }


def formula(identifier: str, **changes: Any) -> dict[str, Any]:
    """A question whose answer is a formula, which Moodle cannot mark."""
    return {
        "id": identifier,
        "kind": "formula",
        "title": f"Title of {identifier}",
        **HEADER,
        "parameters": {"alpha": {"one_of": ["1/3", "1/4", "1/5", "2/3", "2/5"]}},
        "let": {"e": "1/2"},
        "solver": "bernoulli.kl",
        "stem": "Write the divergence for $\\alpha = {{ alpha }}$.",
        "answer": "kl_formula",
        "variables": {"e": "probability"},
        **changes,
    }


@dataclass
class Course:
    """A folder with `questions/bank.yaml`, `course_solvers.py` and `exam.yaml`."""

    folder: Path

    @property
    def output(self) -> Path:
        return self.folder / "build"

    def bank(self, *questions: dict[str, Any], name: str = "bank") -> Path:
        """Writes a bank file; a key whose value is None is left out."""
        given = [
            {key: value for key, value in each.items() if value is not None} for each in questions
        ]
        return self.write(f"questions/{name}.yaml", json.dumps(given, indent=1))

    def solvers(self, text: str = SOLVERS) -> Path:
        return self.write("course_solvers.py", text)

    def exam(self, *identifiers: str, name: str = "exam", **changes: Any) -> Path:
        """An exam that asks the questions named (or the `sections` given)."""
        spec = {
            "title": "An exam",
            "seed": 1,
            "bank": ["questions"],
            "versions": 2,
            "sections": [{"title": "Only one", "questions": list(identifiers)}],
            "outputs": {"html": {"mode": "practice"}},
        }
        if (self.folder / "course_solvers.py").exists():
            spec["solvers"] = ["course_solvers.py"]
        wanted = {key: value for key, value in {**spec, **changes}.items() if value is not None}
        return self.write(f"{name}.yaml", json.dumps(wanted, indent=1))

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def build(self, spec: str = "exam", **request: Any) -> BuildReport:
        path = self.folder / f"{spec}.yaml"
        return build(BuildRequest(**{"spec": path, "output": self.output, **request}))

    def built(self, spec: str = "exam", **request: Any) -> Path:
        """The folder of a build that must succeed."""
        report = self.build(spec, **request)
        assert not report.failed, "\n".join(map(str, report.problems))
        assert report.folder is not None
        return report.folder


def errors(report: BuildReport) -> list[str]:
    """The errors of a build that must fail."""
    assert report.failed
    assert report.folder is None
    assert report.files == ()
    return [str(problem) for problem in report.problems if problem.severity == "error"]


def digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file under a folder."""
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def manifest(folder: Path) -> dict[str, Any]:
    data = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert isinstance(data, dict)
    return data


def run_python(
    code: str, *arguments: object, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Python code in a process of its own, with nothing on its standard input."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def run_qgen(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return run_python("from qgen.cli import main; main()", *arguments, cwd=cwd, **environment)
