"""What Canvas cannot carry of a question, and what is written instead."""

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias, assert_never

from qgen.document.answers import (
    Answer,
    ComplexAnswer,
    FormulaAnswer,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    Part,
    ScoringRule,
    ShortAnswer,
    SingleChoice,
    rewards_mistakes,
)
from qgen.document.exam import Item
from qgen.document.richtext import DataLink, Image, Passage, walk
from qgen.renderers.canvas.answers import is_judged
from qgen.renderers.item_passages import asked_passages, item_passages
from qgen.renderers.moodle.text import web_form

Loss: TypeAlias = tuple[str, str]
Multiple: TypeAlias = Literal["partial", "all_or_nothing"]

_TOGETHER = "stands in what everybody reads who is wrong"


def item_losses(item: Item, multiple: Multiple) -> Iterator[Loss]:
    """The losses of a question, by code."""
    if item.is_derivation:
        yield (
            "canvas-parts",
            "Canvas has no questions with parts; each part is a question of its own with the stem "
            "before it, and each may be drawn with other numbers",
        )
    for part in item.parts:
        where = f"part {part.label}: " if part.label else ""
        for code, text in _part_losses(part, multiple):
            yield code, where + text
    for asset in item.assets.values():
        if web_form(asset) is None:
            yield (
                "canvas-picture",
                f"the picture '{asset.name}' has no form that browsers show; its alternative text "
                "is written instead",
            )
    yield from _file_losses(item)


def _file_losses(item: Item) -> Iterator[Loss]:
    """Files that only solutions and feedback show; hints are not written."""
    asked = list(asked_passages(item))
    others = [*asked, *(hint.text for part in item.parts for hint in part.hints)]
    told = [each for each in item_passages(item) if not any(each is other for other in others)]
    shown = set(_files(asked))
    for name in dict.fromkeys(each for each in _files(told) if each not in shown):
        yield (
            "canvas-files",
            f"'{name}' is shown by solutions or feedback only; Canvas puts it among the course's "
            "files, where students may find it before they answer",
        )


def _files(passages: Iterable[Passage]) -> Iterator[str]:
    for text, _ in passages:
        for node in walk(text.blocks):
            if isinstance(node, DataLink):
                yield node.file
            elif isinstance(node, Image):
                yield node.asset


def _part_losses(part: Part, multiple: Multiple) -> Iterator[Loss]:
    if part.carried is not None:
        yield (
            "canvas-carried",
            "Canvas cannot mark by the student's own earlier value; only the key is right",
        )
    yield from answer_losses(part.answer, multiple)


def answer_losses(answer: Answer, multiple: Multiple) -> Iterator[Loss]:
    """The losses of an answer, by code."""
    match answer:
        case SingleChoice():
            pass
        case MultipleSelect():
            yield from _ticks_losses(answer, multiple)
        case Numeric():
            yield from _mistake_losses(answer)
        case ShortAnswer():
            yield from _words_losses(answer)
        case Matching():
            yield from _scoring(answer.rule)
            if any(pair.feedback is not None for pair in answer.pairs):
                text = f"Canvas has no feedback for a pair; it {_TOGETHER}"
                yield "canvas-mistakes", text
        case Ordering():
            yield (
                "canvas-ordering",
                "Canvas has no items to be put in order; each is matched with its position, and "
                "each in its right position earns the same share",
            )
        case ComplexAnswer():
            yield (
                "canvas-complex",
                "Canvas cannot mark a complex number; a free answer is asked, which a person marks "
                "by the key in the notes and in the feedback that follows the attempt",
            )
        case FormulaAnswer():
            yield (
                "canvas-formula",
                "Canvas cannot mark a formula; a free answer is asked, which a person marks by the "
                "key in the notes and in the feedback that follows the attempt",
            )
        case MatrixAnswer():
            yield (
                "canvas-matrix",
                "Canvas marks no numbers in several blanks of one question; a matrix is a free "
                "answer, which a person marks by the key in the notes and in the feedback that "
                "follows the attempt",
            )
        case Open():
            yield (
                "canvas-rubric",
                "classic Canvas keeps no marking scheme apart: it is in the feedback that follows "
                "the attempt",
            )
        case _:
            assert_never(answer)


def _ticks_losses(answer: MultipleSelect, multiple: Multiple) -> Iterator[Loss]:
    if is_judged(answer):
        yield (
            "canvas-judged",
            "Canvas cannot mark ticks where no option is right; a yes or no for each is asked "
            f"instead, each worth the same share, and feedback {_TOGETHER}",
        )
        return
    if multiple == "all_or_nothing" or answer.rule == "all_or_nothing":
        yield (
            "canvas-scoring",
            "classic Canvas marks ticks by right_minus_wrong, whatever is asked for; New Quizzes "
            "by all_or_nothing",
        )
    elif answer.rule != "right_minus_wrong":
        yield (
            "canvas-scoring",
            f"Canvas cannot carry the scoring rule {answer.rule}: right_minus_wrong instead",
        )


def _scoring(rule: ScoringRule) -> Iterator[Loss]:
    if rule != "per_option":
        yield (
            "canvas-scoring",
            f"Canvas cannot carry the scoring rule {rule} for pairs: per_option instead",
        )


def _mistake_losses(answer: Numeric | ShortAnswer) -> Iterator[Loss]:
    if answer.mistakes:
        text = f"Canvas cannot tell known mistakes apart; their feedback {_TOGETHER}"
        if rewards_mistakes(answer):
            text += ", and those that earn a share of the points earn nothing"
        yield "canvas-mistakes", text


def _words_losses(answer: ShortAnswer) -> Iterator[Loss]:
    yield from _mistake_losses(answer)
    if any(len(form.split()) > 1 for form in answer.accepted):
        text = "Canvas does not take several blanks between words for one; such answers are wrong"
        yield "canvas-blanks", text
    if answer.case_sensitive:
        yield "canvas-case", "Canvas cannot ask for the case of letters; any is accepted"
    elif any(form.lower() != form.casefold() for form in answer.accepted):
        text = "Canvas ignores case letter by letter: it does not take ss for ß or ſ for s"
        yield "canvas-case", text
