"""How a paper is scored, in words: the rules of `marking.rules` as a student reads them."""

from collections.abc import Iterator, Mapping
from typing import assert_never

from qgen.document.answers import (
    Answer,
    FormulaAnswer,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    ScoringRule,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import Paper
from qgen.renderers.labels import Labels


def scoring_sentences(paper: Paper, labels: Labels) -> tuple[str, ...]:
    """A sentence for each rule by which a part of the paper can earn some of its points."""
    found = (
        sentence
        for item in paper.items()
        for part in item.parts
        for sentence in _sentences(part.answer, labels)
    )
    return tuple(dict.fromkeys(found))


def _sentences(answer: Answer, labels: Labels) -> Iterator[str]:
    match answer:
        case MultipleSelect():
            ticks: Mapping[ScoringRule, str] = {
                "all_or_nothing": labels.ticks_all_or_nothing,
                "per_option": labels.ticks_per_option,
                "right_minus_wrong": labels.ticks_right_minus_wrong,
            }
            yield ticks[answer.rule]
        case Matching():
            letters: Mapping[ScoringRule, str] = {
                "all_or_nothing": labels.letters_all_or_nothing,
                "per_option": labels.letters_per_option,
                "right_minus_wrong": labels.letters_right_minus_wrong,
            }
            yield letters[answer.rule]
        case Ordering():
            is_whole = answer.credit == "all_or_nothing"
            yield labels.order_all_or_nothing if is_whole else labels.order_adjacent
        case MatrixAnswer():
            yield labels.entries_all if answer.credit == "all" else labels.entries_each
        case SingleChoice() | Numeric() | FormulaAnswer() | ShortAnswer() | Open():
            return
        case _:
            assert_never(answer)
