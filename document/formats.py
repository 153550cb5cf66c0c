"""The formats that an exam can be written in: the one table of them, and what each lets one choose.

Everything else is derived from it: the command line, `outputs:` in an exam spec, schemas, the
page of the docs, and the tests that run over all formats. A writer is named by its place and
imported when an exam is written in its format.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

MOST_VARIANTS = 100_000
Pdf: TypeAlias = Literal["auto", "always", "never"]
Sides: TypeAlias = Literal["one", "two"]
_SIDES = (
    "on how many sides of the sheets papers are printed; on two, each paper of a file of several "
    "begins on a right page"
)
_COVER = "whether a paper's first page holds only its head, its instructions and its rules"


def option(default: Any, says: str, *, least: int | None = None, most: int | None = None) -> Any:
    """One choice that a format offers, with its default, a sentence, and limits of a number."""
    return field(default=default, metadata={"says": says, "least": least, "most": most})


def _variants(default: int) -> Any:
    says = "how many variants of each template to write"
    return option(default, says, least=1, most=MOST_VARIANTS)


@dataclass(frozen=True, slots=True)
class PaperOptions:
    """What can be chosen for papers as PDF."""

    pdf: Pdf = option("always", "whether to make the PDFs: always (or auto), or never")
    solutions: bool = option(True, "whether to write each paper's solutions beside it")
    guide: bool = option(False, "whether to write a study guide beside them")
    page: Literal["a4", "letter"] = option("a4", "the size of the pages")
    text_size: int = option(
        11, "the size of the text in points: 18 for large print", least=9, most=24
    )
    sides: Sides = option("one", _SIDES)
    cover: bool = option(False, _COVER)
    fonts: str = option(
        "", "a folder in the exam's folder with fonts for what Typst's own and the machine's lack"
    )
    template: str = option(
        "", "a Typst file in the exam's folder whose `look` is put around each paper: your own look"
    )
    together: bool = option(
        False, "whether to write one file of all papers for the printer beside the single ones"
    )
    sheet: bool = option(
        False,
        "whether to write each paper's answer sheet, with circles to fill, beside it, and where "
        "they stand as JSON",
    )
    student_digits: int = option(
        8, "how many digits a student's number has on answer sheets", least=1, most=12
    )


@dataclass(frozen=True, slots=True)
class LatexOptions:
    """What can be chosen for papers as LaTeX."""

    pdf: Pdf = option("auto", "whether to compile: where an engine is found, always, or never")
    solutions: bool = option(True, "whether to write each paper's solutions beside it")
    sides: Sides = option("one", _SIDES)
    cover: bool = option(False, _COVER)


@dataclass(frozen=True, slots=True)
class MoodleOptions:
    """What can be chosen for a Moodle question bank."""

    variants: int = _variants(10)
    ordering: Literal["ordering", "matching"] = option(
        "ordering",
        "how to write items to be put in order: as Moodle 4.4 and later has them, or as matching "
        "with positions for older ones",
    )
    derivations: Literal["split", "essay"] = option(
        "split",
        "how to write a derivation with a part that a person marks: as two questions, one that "
        "Moodle marks and an essay for the rest, or as one essay",
    )
    formulas: Literal["points", "stack", "plugin", "essay"] = option(
        "points",
        "how to ask for a formula: by its values at two or three points, which Moodle marks, as "
        "a question of the plugin STACK (with the numbers and single choices beside it in a "
        "derivation; by values beside other kinds), as one of the plugin Formulas (with the "
        "numbers beside it), or as an essay",
    )
    per_option: Literal["cloze", "ticks"] = option(
        "cloze",
        "how to write options to tick under the rule per_option: each with a choice of yes or no, "
        "which marks by the rule, or to be ticked, which marks as right_minus_wrong does",
    )


@dataclass(frozen=True, slots=True)
class HtmlOptions:
    """What can be chosen for web pages."""

    mode: Literal["practice", "exam"] = option(
        "practice", "practice pages mark and show solutions, exam pages hold no key"
    )
    submit: Literal["question", "exam"] = option(
        "question", "practice pages mark question by question, or the exam at once"
    )
    variants: int = option(
        1,
        "how many variants of each template a practice page holds, for new numbers",
        least=1,
        most=200,
    )


@dataclass(frozen=True, slots=True)
class GuideOptions:
    """What can be chosen for a study guide."""

    format: Literal["both", "html", "latex"] = option("both", "a web page, LaTeX, or both")
    pdf: Pdf = option("auto", "whether to compile: where an engine is found, always, or never")
    headings: Mapping[str, str] = field(
        default_factory=dict, metadata={"says": "headings in place of the topics' ids"}
    )


@dataclass(frozen=True, slots=True)
class GiftOptions:
    """What can be chosen for a question bank in GIFT."""

    variants: int = _variants(20)


@dataclass(frozen=True, slots=True)
class CanvasOptions:
    """What can be chosen for a quiz in Canvas."""

    variants: int = _variants(10)
    math: Literal["image", "mathjax"] = option(
        "image",
        "how to write formulas: as Canvas's equation pictures, or between delimiters for courses "
        "with MathJax",
    )
    multiple: Literal["partial", "all_or_nothing"] = option(
        "partial", "what some of several right ticks earn in New Quizzes"
    )


@dataclass(frozen=True, slots=True)
class QtiOptions:
    """What can be chosen for a test in QTI."""

    variants: int = _variants(10)
    version: Literal["2.1", "3.0"] = option("2.1", "which version of QTI to write")
    numbers: Literal["range", "equal"] = option(
        "range",
        "how to accept numbers: between two ends, as all players understand, or by a tolerance, "
        "as editors of 2.1 show it",
    )
    formulas: Literal["points", "essay"] = option(
        "points",
        "how to ask for a formula: by its values at two or three points, which players mark, or "
        "as a free answer, which a person marks",
    )


@dataclass(frozen=True, slots=True)
class AnkiOptions:
    """What can be chosen for a deck of cards."""

    variants: int = _variants(5)
    edition: int = option(
        1,
        "raise it where questions were edited, so that Anki updates the cards imported before",
        least=1,
        most=1_000_000,
    )


@dataclass(frozen=True, slots=True)
class BlackboardOptions:
    """What can be chosen for Blackboard's text of tabs."""

    variants: int = _variants(10)


@dataclass(frozen=True, slots=True)
class BrightspaceOptions:
    """What can be chosen for Brightspace's question library."""

    variants: int = _variants(10)
    numbers: Literal["written", "patterns"] = option(
        "written",
        "how to ask for numbers: as written responses, which a person marks, or as short answers "
        "with a pattern of the decimals that are right",
    )


@dataclass(frozen=True, slots=True)
class CsvOptions:
    """What can be chosen for a table of questions."""

    variants: int = _variants(1)


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its options, its writer as `module:class`, and one line on what it writes."""

    options: type[Any]
    writer: str
    summary: str


FORMATS: Mapping[str, Format] = {
    "paper": Format(
        PaperOptions,
        "qgen.renderers.paper.writer:PaperWriter",
        "papers, solutions and a study guide as PDF, with nothing else to install",
    ),
    "latex": Format(
        LatexOptions,
        "qgen.renderers.latex.writer:LatexWriter",
        "papers and solutions as LaTeX, and as PDF where TeX is installed",
    ),
    "moodle": Format(
        MoodleOptions,
        "qgen.renderers.moodle.writer:MoodleWriter",
        "a Moodle question bank, and a sheet of quiz settings",
    ),
    "html": Format(
        HtmlOptions,
        "qgen.renderers.html.writer:HtmlWriter",
        "a self-contained web page for each paper",
    ),
    "guide": Format(
        GuideOptions,
        "qgen.renderers.guide.writer:GuideWriter",
        "study notes on the exam's topics, without any key",
    ),
    "gift": Format(
        GiftOptions,
        "qgen.renderers.gift.writer:GiftWriter",
        "a question bank as GIFT text, which Moodle and many quiz tools import",
    ),
    "canvas": Format(
        CanvasOptions,
        "qgen.renderers.canvas.writer:CanvasWriter",
        "a quiz for Canvas, classic or New Quizzes, that draws one variant of each question",
    ),
    "qti": Format(
        QtiOptions,
        "qgen.renderers.qti.writer:QtiWriter",
        "a test in QTI 2.1 or 3.0, for OpenOlat, TAO, Inspera and other platforms",
    ),
    "anki": Format(
        AnkiOptions,
        "qgen.renderers.anki:AnkiWriter",
        "a deck of cards for Anki, with key and explanation behind",
    ),
    "blackboard": Format(
        BlackboardOptions,
        "qgen.renderers.blackboard:BlackboardWriter",
        "questions as tab-separated text for Blackboard, Ultra or Original",
    ),
    "brightspace": Format(
        BrightspaceOptions,
        "qgen.renderers.brightspace:BrightspaceWriter",
        "questions as CSV for the question library of Brightspace",
    ),
    "csv": Format(
        CsvOptions,
        "qgen.renderers.question_table:CsvWriter",
        "a table of questions, options, keys and points for spreadsheets and quiz games",
    ),
}
