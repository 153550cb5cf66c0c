"""The writers of a build: which formats an exam wants, and what they need beside its items."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

from qgen.bank.loader import LoadedSpec
from qgen.cache_folder import CacheFolder
from qgen.document.formats import FORMATS
from qgen.document.problem import Place, Problem, Severity
from qgen.loading import LoadedExam
from qgen.output_folder import OutputFolder
from qgen.progress import Steps
from qgen.renderers.writer import Writer


@dataclass(frozen=True, slots=True)
class NamedWriter:
    """A format's writer, the name of its folder, and where the exam asks for it."""

    name: str
    writer: Writer
    place: Place
    fonts: Path | None = None
    """A folder with fonts for its papers."""


def chosen_writers(
    exam: LoadedExam, names: tuple[str, ...] | None
) -> tuple[list[NamedWriter], list[Problem]]:
    """The writers of the spec's formats, or of the named ones with the spec's options.

    The problem list says which words the labels of a page lack.
    """
    outputs = exam.loaded.spec.outputs
    wanted = outputs.formats if names is None else names
    writers = [
        NamedWriter(
            name,
            _writer(name, outputs.options(name)),
            _place(exam.loaded, name),
            _fonts(exam.loaded, outputs.options(name)),
        )
        for name in FORMATS
        if name in wanted
    ]
    problems = _language_problems(exam.loaded) + _font_problems(exam.loaded, writers)
    return writers, problems + _sheet_problems(exam.loaded, writers)


def _sheet_problems(loaded: LoadedSpec, writers: Sequence[NamedWriter]) -> list[Problem]:
    """That papers by LaTeX know nothing of the answer sheets beside those by Typst."""
    sheet: bool = getattr(loaded.spec.outputs.options("paper"), "sheet", False)
    message = (
        "papers by LaTeX do not say that answers belong on the answer sheet, which bears the code "
        "of the paper in 'paper': hand out that one"
    )
    return [
        Problem("latex-sheet", message, each.place, "loss")
        for each in writers
        if each.name == "latex" and sheet
    ]


def _fonts(loaded: LoadedSpec, options: object) -> Path | None:
    name: str = getattr(options, "fonts", "")
    return loaded.source.path.parent / name if name else None


def _font_problems(loaded: LoadedSpec, writers: Sequence[NamedWriter]) -> list[Problem]:
    """What is wrong with the folders of fonts that the spec names."""
    folder = loaded.source.path.parent.resolve()
    problems = []
    for each in writers:
        if each.fonts is None:
            continue
        inside = each.fonts.resolve().is_relative_to(folder)
        if not inside or not each.fonts.is_dir():
            reason = "there is no such folder" if inside else "it lies outside the exam's folder"
            place = loaded.source.place(("outputs", each.name, "fonts"))
            problems.append(Problem("fonts", f"fonts '{each.fonts.name}': {reason}", place))
    return problems


def takes_papers(name: str) -> bool:
    """Whether a format, if it is one, has the papers of versions or students."""
    return name in FORMATS and _class(name).takes_papers


def _class(name: str) -> type[Writer]:
    module, _, writer = FORMATS[name].writer.partition(":")
    found: type[Writer] = getattr(import_module(module), writer)
    return found


def default_writer(name: str) -> Writer:
    """The writer of a format with the format's own options."""
    return _writer(name, FORMATS[name].options())


def _writer(name: str, options: object) -> Writer:
    make: Callable[[object], Writer] = _class(name)
    writer = make(options)
    writer.memory = CacheFolder(name)
    return writer


def _place(loaded: LoadedSpec, name: str) -> Place:
    """Where the spec asks for a format; `outputs` itself where only the command line does."""
    return loaded.source.place(("outputs", name))


def _language_problems(loaded: LoadedSpec) -> list[Problem]:
    from qgen.renderers.labels import labels_for

    try:
        labels_for(loaded.spec.language)
    except LookupError as error:
        message = str(error.args[0])
        return [Problem("language", message, loaded.source.place(("language",)))]
    return _own_label_problems(loaded)


def _own_label_problems(loaded: LoadedSpec) -> list[Problem]:
    """What is wrong with the words of the course's own."""
    from qgen.renderers.labels import labels_fault

    source = loaded.labels
    if source is None:
        return []
    if not isinstance(source.data, dict):
        message = "a file of labels holds names and texts, as in version: Series"
        return [Problem("labels", message, source.place(()))]
    faults = ((name, labels_fault(name, own)) for name, own in source.data.items())
    return [
        Problem("labels", fault, source.place((name,), key=True))
        for name, fault in faults
        if fault is not None
    ]


def compile_sources(
    each: NamedWriter, jobs: int, folder: OutputFolder, steps: Steps
) -> list[Problem]:
    """Compiles the sources that a writer wants compiled; with `auto`, no engine is no error."""
    from qgen import typesetting, typst_papers

    if each.writer.pdf == "never":
        return []
    prefix = f"{each.name}/"
    problems: list[Problem] = []
    presses = (
        (".tex", partial(typesetting.compile_papers, within=folder.workshop)),
        (".typ", partial(typst_papers.compile_papers, fonts=each.fonts)),
    )
    for ending, compile_papers in presses:
        sources = _sources(folder, prefix, ending)
        if sources:
            steps.expect("pdf", len(sources))
        papers = compile_papers(folder.path / each.name, sources, jobs)
        # Closed at once where a build is interrupted: the engine ends before its folder does.
        with closing(papers):
            for typeset in papers:
                steps.step("pdf")
                if typeset.pdf is not None:
                    folder.write(f"{prefix}{typeset.name.removesuffix(ending)}.pdf", typeset.pdf)
                problems += typeset.problems
    severity: Severity = "error" if each.writer.pdf == "always" else "loss"
    return [
        Problem(problem.code, problem.message, each.place, severity)
        if problem.code == "no-tex"
        else problem
        for problem in dict.fromkeys(problems)
    ]


def _sources(folder: OutputFolder, prefix: str, ending: str) -> Sequence[str]:
    """The documents among a format's files; what they include lies in folders."""
    names = (file.removeprefix(prefix) for file in folder.files if file.startswith(prefix))
    return [name for name in names if name.endswith(ending) and "/" not in name]
