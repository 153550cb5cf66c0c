"""The data that a page's script starts from, as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256

from qgen.document.answers import Answer, ComplexAnswer, FormulaAnswer, MatrixAnswer, Numeric
from qgen.document.exam import ExamDocument, Item, Paper
from qgen.document.formats import HtmlOptions
from qgen.document.languages import has_decimal_comma
from qgen.renderers.html.conditions import asked_as
from qgen.renderers.html.marking_data import Data, marked_parts, shown_parts
from qgen.renderers.html.questions import HtmlQuestions
from qgen.renderers.html.quiz_words import quiz_words
from qgen.renderers.html.variants import Folder
from qgen.renderers.labels import Labels

_ENCODE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class WrittenQuestion:
    """A question of a page: its markup, and what the script knows of it."""

    item: Item
    markup: str
    data: Data
    other_markup: str
    """The markup of its other variants, of which the script holds only what differs."""


def written_question(
    writer: HtmlQuestions, number: int, item: Item, others: Sequence[Item], *, is_practice: bool
) -> WrittenQuestion:
    """A question with its variants; those that look like an earlier one are left out."""
    parts = marked_parts(item) if is_practice else shown_parts(item)
    minutes = item.header.minutes
    data: dict[str, object] = {
        "steps": item.is_derivation,
        "seconds": None if minutes is None else int(minutes * 60),
        "parts": parts,
    }
    markup = writer.question(number, item)
    shown = {writer.asked(number, each): each for each in others}
    first = writer.asked(number, item)
    shown.pop(first, None)
    if shown:
        text = _variant(first, item)
        folder = Folder(text)
        data |= {
            "first": text,
            "others": [folder.fold(_variant(html, each)) for html, each in shown.items()],
        }
    return WrittenQuestion(item, markup, data, "".join(shown))


def _variant(markup: str, item: Item) -> str:
    return _ENCODE({"html": markup, "parts": marked_parts(item)})


def page_data(
    exam: ExamDocument,
    paper: Paper,
    labels: Labels,
    options: HtmlOptions,
    questions: Sequence[WrittenQuestion],
) -> str:
    """What the script reads, safe inside a `script` element."""
    attempts, minutes = exam.attempts, exam.duration_of(paper)
    digest = sha256("\0".join((exam.title, *(each.markup for each in questions))).encode())
    data = {
        "mode": options.mode,
        "submit": options.submit,
        "store": f"qgen:{exam.slug}-{paper.label}",
        "digest": digest.hexdigest()[:16],
        "title": exam.title,
        "paper": paper.label,
        "student": paper.student,
        "language": exam.language,
        "seconds": None if minutes is None else minutes * 60,
        "passMark": None if exam.pass_mark is None else str(exam.pass_mark),
        "attempts": attempts and {"allowed": attempts.allowed, "every": attempts.every_minutes},
        "words": _words(labels, options.mode, questions),
        "comma": has_decimal_comma(labels.locale),
        "questions": [each.data for each in questions],
    }
    # Nothing else ends or hides a script: of these two, JSON has other spellings.
    text = _ENCODE(data).replace("</", r"<\/").replace("<!", r"\u003c!")
    # Half of a character can stand in a name; as an escape it is harmless.
    return text.encode("utf-8", "backslashreplace").decode()


_OF_THE_PAGE = frozenset(("copying", "folded"))
_OF_AN_EXAM = frozenset(("hand_in", "handed_in", "receipt", "left_out"))
# Why an answer cannot be read; the script says it in English by itself.
_OF_READING: Mapping[str, tuple[type[Answer], ...]] = {
    # A number may be typed as a closed form, which is read as a formula.
    "formula_": (FormulaAnswer, MatrixAnswer, Numeric, ComplexAnswer),
    "number_": (MatrixAnswer, Numeric, ComplexAnswer),
    "complex_": (ComplexAnswer,),
}


def _words(labels: Labels, mode: str, questions: Sequence[WrittenQuestion]) -> dict[str, str]:
    """The words that the script of such a page says."""
    own = {"question": labels.question, "percent": labels.percent}
    words = {**asdict(quiz_words(labels.language)), **own}
    asked = {type(asked_as(part.answer)) for each in questions for part in each.item.parts}
    needless = tuple(
        prefix
        for prefix, kinds in _OF_READING.items()
        if labels.language == "en" or asked.isdisjoint(kinds)
    )
    return {
        _camel(name): text
        for name, text in words.items()
        if name not in _OF_THE_PAGE
        and not (mode == "practice" and name in _OF_AN_EXAM)
        and not name.startswith(needless)
    }


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.title, rest))
