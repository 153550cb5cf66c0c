"""How a paper is scored, in words: the rules of `marking.rules` as a student reads them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    ScoringRule,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import Paper
from qgen.renderers.labels import Labels
from qgen.renderers.matrices import scoring_text


def scoring_sentences(paper: Paper, labels: Labels) -> tuple[str, ...]:
    """A sentence for each rule by which a part of the paper can earn some of its points.

    Where answers of one kind go by several rules, each names its questions:
    `Questions 2, 3 (b): …`.
    """
    places: dict[tuple[type[Answer], str], list[str]] = {}
    for number, item in enumerate(paper.items(), 1):
        for part in item.parts:
            place = f"{number} ({part.label})" if part.label else f"{number}"
            for sentence in _sentences(part.answer, labels):
                places.setdefault((type(part.answer), sentence), []).append(place)
    rules = Counter(kind for kind, _ in places)
    return tuple(
        sentence if rules[kind] == 1 else f"{_named(named, labels)}: {sentence}"
        for (kind, sentence), named in places.items()
    )


def _named(places: Sequence[str], labels: Labels) -> str:
    if len(places) == 1:
        return labels.question.format(places[0])
    return f"{labels.questions} {', '.join(places)}"


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
            yield scoring_text(answer, labels)
        case SingleChoice() | Numeric() | ComplexAnswer() | FormulaAnswer():
            return
        case ShortAnswer() | Open():
            return
        case _:
            assert_never(answer)


def in_a_row(sentences: Iterable[str]) -> str:
    """Sentences behind one another, with a blank where no full stop as wide as a sign has one."""
    return "".join(each if each.endswith("。") else f"{each} " for each in sentences).rstrip()
