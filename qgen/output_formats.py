"""The formats that an exam can be written in: the one table of writers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from qgen.bank.exam_spec import GuideModel, HtmlModel, LatexModel, MoodleModel
from qgen.bank.loader import LoadedSpec
from qgen.document.exam import ExamDocument, Item, Rendered
from qgen.document.guide import GuideDocument
from qgen.document.problem import Place, Problem, Severity
from qgen.loading import LoadedExam
from qgen.output_folder import OutputFolder

FORMATS = ("latex", "moodle", "html", "guide")
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
        from qgen.renderers.latex.writer import LatexOptions, losses

        return losses(item, LatexOptions(self.options.solutions))

    def render(self, exam: ExamDocument) -> Rendered:
        """The sources and pictures of all papers."""
        from qgen.renderers.latex.writer import LatexOptions, render

        return render(exam, LatexOptions(self.options.solutions))

    def finish(self, folder: OutputFolder, progress: Progress) -> list[Problem]:
        """Compiles the papers, or says what to install."""
        return _compiled(self.name, self.options.pdf, self.jobs, self.place, folder, progress)


def _compiled(
    name: str,
    wanted: Literal["auto", "always", "never"],
    jobs: int,
    place: Place,
    folder: OutputFolder,
    progress: Progress,
) -> list[Problem]:
    """Compiles the TeX sources of one format; with `auto`, no engine is no error."""
    from qgen.typesetting import compile_papers

    if wanted == "never":
        return []
    prefix = f"{name}/"
    names = [
        file.removeprefix(prefix)
        for file in folder.digests
        if file.startswith(prefix) and file.endswith(".tex")
    ]
    problems: list[Problem] = []
    for typeset in compile_papers(folder.path / name, names, jobs):
        progress("pdf")
        if typeset.pdf is not None:
            folder.write(f"{prefix}{typeset.name.removesuffix('.tex')}.pdf", typeset.pdf)
        problems += typeset.problems
    severity: Severity = "error" if wanted == "always" else "loss"
    return [
        Problem(problem.code, problem.message, place, severity)
        if problem.code == "no-tex"
        else problem
        for problem in dict.fromkeys(problems)
    ]


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
        from qgen.renderers.moodle.writer import MoodleOptions, losses

        return losses(item, MoodleOptions())

    def render(self, exam: ExamDocument) -> Rendered:
        """The question bank and its settings sheet."""
        from qgen.renderers.moodle.writer import MoodleOptions, render

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
        from qgen.renderers.html.writer import HtmlOptions, losses

        return losses(item, HtmlOptions(self.options.mode))

    def render(self, exam: ExamDocument) -> Rendered:
        """A page for each paper."""
        from qgen.renderers.html.writer import HtmlOptions, render

        return render(exam, HtmlOptions(self.options.mode))

    def finish(self, folder: OutputFolder, progress: Progress) -> list[Problem]:
        """Nothing follows."""
        return []


@dataclass(slots=True)
class GuideFormat:
    """Study notes on the exam's topics. It is made of the guide alone, never of the items."""

    options: GuideModel
    guide: GuideDocument
    left_out: list[Problem]
    jobs: int
    place: Place
    name: str = "guide"

    @property
    def variants(self) -> int:
        """A guide takes no variants."""
        return 0

    def losses(self, item: Item) -> list[Problem]:
        """A guide carries no question, and so loses nothing of one."""
        return []

    def render(self, exam: ExamDocument) -> Rendered:
        """The guide's page and source; its problems are those of its notes."""
        from qgen.renderers.guide.writer import GuideOptions, render

        rendered = render(self.guide, GuideOptions(self.options.format))
        return Rendered(rendered.files, (*self.left_out, *rendered.problems))

    def finish(self, folder: OutputFolder, progress: Progress) -> list[Problem]:
        """Compiles the guide, or says what to install."""
        return _compiled(self.name, self.options.pdf, self.jobs, self.place, folder, progress)


def _guide_format(exam: LoadedExam, options: GuideModel, jobs: int) -> GuideFormat:
    from qgen.study_guide import study_guide

    place = exam.loaded.source.place(("outputs", "guide"))
    guide, left_out = study_guide(exam, options.headings, place)
    return GuideFormat(options, guide, left_out, jobs, place)


def chosen_formats(
    exam: LoadedExam, names: tuple[str, ...] | None, jobs: int
) -> tuple[list[OutputFormat], list[Problem]]:
    """The formats to write: those of the spec, or the named ones with the spec's options.

    The problem list says which words the labels of a page lack.
    """
    loaded = exam.loaded
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
        elif name == "html":
            formats.append(HtmlFormat(outputs.html or HtmlModel()))
        else:
            formats.append(_guide_format(exam, outputs.guide or GuideModel(), jobs))
    return formats, _language_problems(loaded)


def _language_problems(loaded: LoadedSpec) -> list[Problem]:
    from qgen.renderers.labels import labels_for

    try:
        labels_for(loaded.spec.language)
    except LookupError as error:
        message = str(error.args[0])
        return [Problem("language", message, loaded.source.place(("language",)))]
    return []
