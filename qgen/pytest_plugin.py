"""pytest in a course's folder: one test a question of the banks that the course names.

    [tool.pytest.ini_options]
    qgen_banks = ["questions"]

Nothing of qgen is imported before a bank is collected, so other test runs stay fast.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from qgen.bank.templates import QuestionTemplate
    from qgen.document.problem import Problem


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declares the settings of a course."""
    parser.addini("qgen_banks", "Folders or files of questions to prove.", "paths", [])
    parser.addini("qgen_solvers", "The course's own solver files.", "paths", [])
    parser.addini("qgen_macros", "The course's own files of TeX macros.", "paths", [])
    parser.addini("qgen_variants", "How many variants of each question to prove.", "string", "100")
    parser.addini(
        "qgen_proofs", "'required': a key that nothing proves fails its test.", "string", "optional"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Collects the banks also where `testpaths` or the invocation's folder leaves them out."""
    banks = config.getini("qgen_banks")
    for bank in banks:
        if not bank.exists():
            raise pytest.UsageError(f"qgen_banks: there is no bank '{bank}'")
    chosen = config.args_source is not pytest.Config.ArgsSource.ARGS
    if config.getini("qgen_proofs") not in ("optional", "required"):
        raise pytest.UsageError("qgen_proofs: write optional or required")
    if banks and chosen and not config.getoption("help", default=False):
        inside = [Path(config.invocation_params.dir, argument) for argument in config.args]
        for bank in banks:
            if not any(bank.is_relative_to(folder) for folder in inside):
                config.args.append(str(bank))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "pytest.Collector | None":
    """A bank's file, where it lies in one of the course's banks."""
    banks: list[Path] = parent.config.getini("qgen_banks")
    if not banks or file_path.suffix not in {".yaml", ".yml"}:
        return None
    if not any(file_path.is_relative_to(bank) for bank in banks):
        return None
    collected: pytest.Collector = BankFile.from_parent(parent, path=file_path)
    return collected


class BankFile(pytest.File):
    """One YAML file of a bank."""

    def collect(self) -> Iterator[pytest.Item]:
        """A test for each question, and one that fails where the file has mistakes."""
        templates, problems = _loaded(self.config)
        here = self.path.resolve()
        mistakes = [each for each in problems if _is_here(each, here)]
        if mistakes:
            yield MistakesItem.from_parent(self, name="mistakes", problems=mistakes)
        for template in templates:
            if Path(template.header.place.file).resolve() == here:
                yield QuestionItem.from_parent(
                    self, name=template.header.identifier, template=template
                )


def _is_here(problem: "Problem", path: Path) -> bool:
    return problem.place is not None and Path(problem.place.file).resolve() == path


_LOADED = pytest.StashKey[tuple[list[Any], list[Any]]]()


def _loaded(config: pytest.Config) -> "tuple[list[QuestionTemplate], list[Problem]]":
    """All questions of the course's banks, read once in a run."""
    if _LOADED not in config.stash:
        from qgen.bank.catalogue import BankPath
        from qgen.bank.loader import load_bank
        from qgen.banks import macros_from
        from qgen.course_files import load_course_files
        from qgen.document.problem import Problem

        for problem in load_course_files(config.getini("qgen_solvers")):
            raise pytest.UsageError(f"qgen_solvers: {problem.message}")
        macros, faults = macros_from(config.getini("qgen_macros"))
        for problem in faults:
            raise pytest.UsageError(f"qgen_macros: {problem}")
        banks = [BankPath(bank, str(bank), macros=macros) for bank in config.getini("qgen_banks")]
        bank, problems = load_bank(banks)
        missing = [each for each in problems if isinstance(each, Problem) and each.place is None]
        if missing:
            raise pytest.UsageError(f"qgen_banks: {missing[0].message}")
        config.stash[_LOADED] = (list(bank.questions.values()), problems)
    return config.stash[_LOADED]


class ProblemsFound(Exception):
    """A question's problems, a line each."""


class _ProblemItem(pytest.Item):
    """An item whose failure is a list of problems with their places, not a traceback."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The problems' own lines."""
        if isinstance(excinfo.value, ProblemsFound):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def raise_for(self, problems: "list[Problem]") -> None:
        """Fails the test where there are problems."""
        if problems:
            raise ProblemsFound("\n".join(map(str, problems)))


class MistakesItem(_ProblemItem):
    """Fails with the mistakes of a file."""

    def __init__(self, *, problems: "list[Problem]", **arguments: Any) -> None:
        super().__init__(**arguments)
        self._problems = problems

    def runtest(self) -> None:
        """Reports the mistakes."""
        self.raise_for(self._problems)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the first mistake stands."""
        place = self._problems[0].place
        return self.path, place.line - 1 if place else 0, f"{self.path.name}: mistakes"


class QuestionItem(_ProblemItem):
    """Proves one question."""

    def __init__(self, *, template: "QuestionTemplate", **arguments: Any) -> None:
        super().__init__(**arguments)
        self._template = template

    def runtest(self) -> None:
        """Runs every check of `qgen check` on the question."""
        from qgen.checking import How, check_question

        variants = int(self.config.getini("qgen_variants"))
        strict = self.config.getini("qgen_proofs") == "required"
        found = check_question(self._template, How(variants, strict=strict)).problems
        self.raise_for([each for each in found if each.severity == "error"])

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the question stands."""
        return self.path, self._template.header.place.line - 1, f"question {self.name}"
