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


@dataclass(frozen=True, slots=True)
class LatexOptions:
    """What can be chosen for papers as LaTeX."""

    pdf: Pdf = option("auto", "whether to compile: where an engine is found, always, or never")
    solutions: bool = option(True, "whether to write each paper's solutions beside it")


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
    formulas: Literal["points", "essay"] = option(
        "points",
        "how to ask for a formula: by its values at two or three points, which Moodle marks, or "
        "as an essay",
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
        "qgen.renderers.gift:GiftWriter",
        "a question bank as GIFT text, which Moodle and many quiz tools import",
    ),
    "csv": Format(
        CsvOptions,
        "qgen.renderers.question_table:CsvWriter",
        "a table of questions, options, keys and points for spreadsheets and quiz games",
    ),
}
