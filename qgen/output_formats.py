"""The formats that an exam can be written in: the one table of writers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from qgen.bank.exam_spec import HtmlModel, LatexModel, MoodleModel
from qgen.bank.loader import LoadedSpec
from qgen.document.exam import ExamDocument, Item, Rendered
from qgen.document.problem import Place, Problem, Severity
from qgen.output_folder import OutputFolder

FORMATS = ("latex", "moodle", "html")
Progress = Callable[[str], None]


class OutputFormat(Protocol):
    """One format with its options: what it loses, its files, and what follows their writing."""

    name: str

    @property
    def variants(self) -> int:
        """How many variants of each template the format takes, beside the papers."""
        ...

    def losses(self, item: Item) -> list[Problem]: ...

    def render(self, exam: ExamDocument) -> Rendered: ...

    def finish(self, folder: OutputFolder, progress: Progress) -> list[Problem]: ...


@dataclass(slots=True)
class LatexFormat:
    """Papers as TeX, and as PDF where an engine is found."""

    options: LatexModel
    jobs: int
    place: Place
    name: str = "latex"

    @property
    def variants(self) -> int:
        """Papers take no pools."""
        return 0

    def losses(self, item: Item) -> list[Problem]:
        """What a paper cannot show of a question."""
        from qgen.renderers.latex import LatexOptions, losses

        return losses(item, LatexOptions(self.options.solutions))

    def render(self, exam: ExamDocument) -> Rendered:
        """The sources and pictures of all papers."""
        from qgen.renderers.latex import LatexOptions, render

        return render(exam, LatexOptions(self.options.solutions))

    def finish(self, folder: OutputFolder, progress: Progress) -> list[Problem]:
        """Compiles the papers, or says what to install."""
        from qgen.typesetting import compile_papers

        if self.options.pdf == "never":
            return []
        prefix = f"{self.name}/"
        names = [
            name.removeprefix(prefix)
            for name in folder.digests
            if name.startswith(prefix) and name.endswith(".tex")
        ]
        problems: list[Problem] = []
        for typeset in compile_papers(folder.path / self.name, names, self.jobs):
            progress("pdf")
            if typeset.pdf is not None:
                folder.write(f"{prefix}{typeset.name.removesuffix('.tex')}.pdf", typeset.pdf)
            problems += typeset.problems
        return [self._weighed(problem) for problem in dict.fromkeys(problems)]

    def _weighed(self, problem: Problem) -> Problem:
        """Without an engine, `pdf: auto` goes on with the sources."""
        if problem.code != "no-tex":
            return problem
        severity: Severity = "error" if self.options.pdf == "always" else "loss"
        return Problem(problem.code, problem.message, self.place, severity)


@dataclass(slots=True)
class MoodleFormat:
    """A question bank for Moodle."""

    options: MoodleModel
    name: str = "moodle"

    @property
    def variants(self) -> int:
        """How many variants of each template go into the bank."""
        return self.options.variants

    def losses(self, item: Item) -> list[Problem]:
        """What Moodle cannot mark or show of a question."""
        from qgen.renderers.moodle import MoodleOptions, losses

        return losses(item, MoodleOptions())

    def render(self, exam: ExamDocument) -> Rendered:
        """The question bank and its settings sheet."""
        from qgen.renderers.moodle import MoodleOptions, render

        return render(exam, MoodleOptions())

    def finish(self, folder: OutputFolder, progress: Progress) -> list[Problem]:
        """Nothing follows."""
        return []


@dataclass(slots=True)
class HtmlFormat:
    """Web pages."""

    options: HtmlModel
    name: str = "html"

    @property
    def variants(self) -> int:
        """Pages take no pools."""
        return 0

    def losses(self, item: Item) -> list[Problem]:
        """What a page cannot show of a question."""
        from qgen.renderers.html import HtmlOptions, losses

        return losses(item, HtmlOptions(self.options.mode))

    def render(self, exam: ExamDocument) -> Rendered:
        """A page for each paper."""
        from qgen.renderers.html import HtmlOptions, render

        return render(exam, HtmlOptions(self.options.mode))

    def finish(self, folder: OutputFolder, progress: Progress) -> list[Problem]:
        """Nothing follows."""
        return []


def chosen_formats(
    loaded: LoadedSpec, names: tuple[str, ...] | None, jobs: int
) -> tuple[list[OutputFormat], list[Problem]]:
    """The formats to write: those of the spec, or the named ones with the spec's options.

    The problem list says which words the labels of a page lack.
    """
    outputs = loaded.spec.outputs
    wanted = outputs.formats if names is None else names
    place = loaded.source.place(("outputs", "latex"))
    formats: list[OutputFormat] = []
    for name in FORMATS:
        if name not in wanted:
            continue
        if name == "latex":
            formats.append(LatexFormat(outputs.latex or LatexModel(), jobs, place))
        elif name == "moodle":
            formats.append(MoodleFormat(outputs.moodle or MoodleModel()))
        else:
            formats.append(HtmlFormat(outputs.html or HtmlModel()))
    return formats, _language_problems(loaded)


def _language_problems(loaded: LoadedSpec) -> list[Problem]:
    from qgen.renderers.labels import labels_for

    try:
        labels_for(loaded.spec.language)
    except LookupError as error:
        message = str(error.args[0])
        return [Problem("language", message, loaded.source.place(("language",)))]
    return []
