"""Answers in words, filled: what is accepted, mistakes, and the rubric of an open answer."""

from typing import TypeAlias

from qgen.bank.templates import OpenTemplate, ShortAnswerTemplate
from qgen.document.answers import Open, RubricLine, ShortAnswer, TextMistake
from qgen.document.numbers import MINUS
from qgen.document.richtext import Passage, join_parts
from qgen.generator.drawing import VariantFailure

Printed: TypeAlias = tuple[str, ...]


def worded_answer(
    answer: ShortAnswerTemplate | OpenTemplate, printed: Printed, pointed: Printed = ()
) -> ShortAnswer | Open:
    """An answer in words; `pointed` is what is printed with the other decimal mark, if one is."""
    if isinstance(answer, ShortAnswerTemplate):
        # A keyboard has no minus sign but this.
        ways = [
            tuple([text.replace(MINUS, "-") for text in way]) for way in (printed, pointed) if way
        ] or [()]
        mistakes = {
            join_parts(mistake.text, way): TextMistake(
                join_parts(mistake.text, way), Passage(mistake.feedback, printed), mistake.credit
            )
            for mistake in answer.mistakes
            for way in ways
        }
        accepted = dict.fromkeys(join_parts(text, way) for text in answer.accepted for way in ways)
        return ShortAnswer(tuple(accepted), answer.case_sensitive, tuple(mistakes.values()))
    rubric = (RubricLine(points, Passage(text, printed)) for points, text in answer.rubric)
    return Open(tuple(rubric), answer.lines, answer.upload, answer.code)


def check_words(answer: ShortAnswer) -> None:
    """Raises VariantFailure where drawn words come out as nothing, or a mistake as the key."""
    accepted = {_same_words(text) for text in answer.accepted}
    if "" in accepted:
        raise VariantFailure("answer", "an accepted answer has no characters")
    for text in [each.text for each in answer.mistakes if _same_words(each.text) in accepted]:
        raise VariantFailure("mistake-is-key", f"the mistake '{text}' is an accepted answer")


def _same_words(text: str) -> str:
    return " ".join(text.casefold().split())
