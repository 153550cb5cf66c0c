"""All texts of a question, for what must be known of every one of them."""

from collections.abc import Iterator
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
from qgen.document.richtext import Image, Passage, walk


def item_passages(item: Item) -> Iterator[Passage]:
    """Stem, prompts, explanations, and what the answers hold, feedback included."""
    yield item.stem
    if item.explanation is not None:
        yield item.explanation
    for part in item.parts:
        yield part.prompt
        if part.explanation is not None:
            yield part.explanation
        yield from (hint.text for hint in part.hints)
        yield from (text for _, text in part.by_mark.texts)
        yield from answer_passages(part.answer)


def answer_passages(answer: Answer) -> Iterator[Passage]:
    """Options, items and feedback of an answer."""
    match answer:
        case SingleChoice() | MultipleSelect():
            yield from (option.text for option in answer.options)
            yield from (each.feedback for each in answer.options if each.feedback is not None)
        case Numeric() | ComplexAnswer() | FormulaAnswer() | MatrixAnswer() | ShortAnswer():
            yield from (mistake.feedback for mistake in answer.mistakes)
        case Matching():
            yield from (pair.left for pair in answer.pairs)
            yield from answer.rights
            yield from (each.feedback for each in answer.pairs if each.feedback is not None)
        case Ordering():
            yield from answer.items
        case Open():
            yield from (line.text for line in answer.rubric)
        case _:
            assert_never(answer)


def asked_passages(item: Item) -> Iterator[Passage]:
    """What a student reads before answering, hints apart: stem, prompts, what is chosen from."""
    yield item.stem
    for part in item.parts:
        yield part.prompt
        match part.answer:
            case SingleChoice() | MultipleSelect():
                yield from (option.text for option in part.answer.options)
            case Matching():
                yield from (pair.left for pair in part.answer.pairs)
                yield from part.answer.rights
            case Ordering():
                yield from part.answer.items
            case Numeric() | ComplexAnswer() | FormulaAnswer() | MatrixAnswer():
                pass
            case ShortAnswer() | Open():
                pass
            case _:
                assert_never(part.answer)


def has_picture(passage: Passage) -> bool:
    """Whether a text shows a picture."""
    return any(isinstance(node, Image) for node in walk(passage.text.blocks))
