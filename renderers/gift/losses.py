"""What GIFT cannot carry, and what is written instead."""

from typing import assert_never

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
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import Item
from qgen.document.problem import Problem
from qgen.renderers.gift.text import is_put_aside
from qgen.renderers.item_passages import has_picture, item_passages
from qgen.renderers.moodle.arrangements import has_matching_type, has_positions_type
from qgen.renderers.moodle.cloze import can_be_ticked
from qgen.renderers.moodle.names import name_losses
from qgen.renderers.moodle.numbers import LISTED_SHARES, listed_share

_LEAST_OPTIONS = 2


def item_losses(item: Item) -> list[Problem]:
    """What GIFT cannot carry of a question, and what is written instead."""
    found: list[tuple[str, str]] = []
    if item.is_derivation:
        text = (
            "GIFT has no questions with parts; each part is a question of its own, with the "
            "stem before it, and no part follows from an earlier answer"
        )
        found.append(("gift-parts", text))
    for part in item.parts:
        where = f"part {part.label}: " if part.label else ""
        found += [(code, where + text) for code, text in answer_losses(part.answer)]
    found += _name_losses(item)
    if any(map(has_picture, item_passages(item))):
        text = "GIFT holds no picture; its alternative text is written instead"
        found.append(("gift-picture", text))
    problems = [Problem(code, text, item.header.place, "loss") for code, text in found]
    return problems + _refusals(item)


def is_asked_freely(answer: Answer) -> bool:
    """Whether GIFT has no type for an answer that is chosen, so that it is given in words."""
    match answer:
        case MultipleSelect():
            return not can_be_ticked(answer)
        case Matching():
            return not has_matching_type(answer)
        case Ordering():
            return not has_positions_type(answer)
        case SingleChoice() | Numeric() | ShortAnswer():
            return False
        case ComplexAnswer() | FormulaAnswer() | MatrixAnswer() | Open():
            return False
        case _:
            assert_never(answer)


def is_written_freely(answer: Answer) -> bool:
    """Whether a person has to read what is asked by words of its own."""
    if isinstance(answer, ShortAnswer):
        return not can_be_matched(answer)
    return is_asked_freely(answer)


def _typed_forms(answer: ShortAnswer) -> list[str]:
    return [*answer.accepted, *(mistake.text for mistake in answer.mistakes)]


def can_be_matched(answer: ShortAnswer) -> bool:
    """False where the words would make Moodle read another kind of question, or other words."""
    forms = _typed_forms(answer)
    return not any("->" in form or is_put_aside(form) for form in forms)


def answer_losses(answer: Answer) -> list[tuple[str, str]]:
    """What GIFT cannot carry of one answer."""
    match answer:
        case MultipleSelect() if not can_be_ticked(answer):
            text = (
                "GIFT cannot mark ticks where none or more than ten of the options are right; a "
                "free answer is asked, with the key in the feedback that follows the attempt"
            )
            return [("gift-ticks", text)]
        case MultipleSelect(rule=rule) if rule != "right_minus_wrong":
            text = f"GIFT's shares cannot carry the scoring rule {rule}: right_minus_wrong instead"
            return [("gift-scoring", text)]
        case Matching():
            return _matching_losses(answer)
        case Ordering():
            return _ordering_losses(answer)
        case ComplexAnswer():
            text = (
                "GIFT cannot mark a complex number; a free answer is asked, with the key in the "
                "feedback that follows the attempt"
            )
            return [("gift-complex", text)]
        case FormulaAnswer():
            text = (
                "GIFT cannot mark a formula; a free answer is asked, with the key in the feedback "
                "that follows the attempt"
            )
            return [("gift-formula", text)]
        case MatrixAnswer():
            text = (
                "GIFT has no boxes for the entries of a matrix; a free answer is asked, with the "
                "key in the feedback that follows the attempt"
            )
            return [("gift-matrix", text)]
        case Open():
            text = "GIFT keeps no marking scheme apart: it is in the feedback after the attempt"
            return [("gift-rubric", text)]
        case ShortAnswer():
            return _words_losses(answer)
        case Numeric():
            return _credit_losses(answer)
        case SingleChoice() | MultipleSelect():
            return []
        case _:
            assert_never(answer)


def _credit_losses(answer: Numeric | ShortAnswer) -> list[tuple[str, str]]:
    shares = {mistake.credit for mistake in answer.mistakes} - LISTED_SHARES.keys()
    return [
        (
            "gift-credit",
            f"a mistake that earns {share} of the points earns {listed_share(share)}% of them: "
            "Moodle knows certain shares only",
        )
        for share in sorted(shares)
    ]


def _matching_losses(answer: Matching) -> list[tuple[str, str]]:
    if not has_matching_type(answer):
        text = (
            "GIFT's matching needs three choices or more, without formulas; a free answer is "
            "asked, with the key in the feedback that follows the attempt"
        )
        return [("gift-matching", text)]
    found = []
    if answer.rule != "per_option":
        text = f"GIFT cannot carry the scoring rule {answer.rule} for pairs: per_option instead"
        found.append(("gift-scoring", text))
    if any(pair.feedback is not None for pair in answer.pairs):
        found.append(("gift-feedback", "GIFT's matching has no feedback for a pair"))
    return found


def _ordering_losses(answer: Ordering) -> list[tuple[str, str]]:
    text = (
        "GIFT has no items to be put in order; each is matched with its position, and each in its "
        "right position earns the same share"
    )
    if not has_positions_type(answer):
        text = (
            "GIFT has no items to be put in order; a free answer is asked, with the key in the "
            "feedback that follows the attempt"
        )
    return [("gift-ordering", text)]


def _words_losses(answer: ShortAnswer) -> list[tuple[str, str]]:
    if not can_be_matched(answer):
        text = (
            "GIFT cannot hold words with -> or &&0; a free answer is asked, with the key in the "
            "feedback that follows the attempt"
        )
        return [("gift-words", text)]
    forms = _typed_forms(answer)
    found = _credit_losses(answer)
    if any(len(form.split()) > 1 for form in forms):
        text = "Moodle does not take several blanks between words for one; such answers are wrong"
        found.append(("gift-blanks", text))
    if answer.case_sensitive:
        found.append(("gift-case", "GIFT cannot ask for the case of letters; any is accepted"))
    elif any(form.lower() != form.casefold() for form in forms):
        text = "Moodle ignores case letter by letter: it does not take ss for ß or ſ for s"
        found.append(("gift-case", text))
    return found


def _name_losses(item: Item) -> list[tuple[str, str]]:
    return [(f"gift-{code}", text) for code, text in name_losses(item.header)]


def _refusals(item: Item) -> list[Problem]:
    text = "Moodle takes a single choice with fewer than two options for another kind of question"
    return [
        Problem("gift-one-option", text, item.header.place, "error")
        for part in item.parts
        if isinstance(part.answer, SingleChoice) and len(part.answer.options) < _LEAST_OPTIONS
    ]
