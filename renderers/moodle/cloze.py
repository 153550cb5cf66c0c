r"""Moodle's embedded answers ("cloze"): several blanks, marked by Moodle, in one question.

A blank is `{weight:TYPE:=right#feedback~wrong#feedback}`. Moodle decodes the entities of a blank
and then turns `\}` and `\#` into `}` and `#`; nothing else is unescaped.
"""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from typing import assert_never

from qgen.document.answers import (
    Answer,
    FormulaAnswer,
    Matching,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    Part,
    ShortAnswer,
    SingleChoice,
    marked_by_machine,
    option_letter,
)
from qgen.document.richtext import Hole, Paragraph, Passage, Text
from qgen.renderers.labels import Labels
from qgen.renderers.moodle.essay import lettered, part_heading
from qgen.renderers.moodle.numbers import NumberWriter
from qgen.renderers.moodle.text import MoodleText, cleaned, escaped_text

# What Moodle would take for a blank of its own in the text around the blanks.
_LIKE_A_BLANK = re.compile(r"\{(?=#\d|\d*:[A-Z])")
# All that has a meaning in a blank, and `<`, which editors would take for a tag around it.
_IN_A_BLANK = tuple((mark, f"&#{ord(mark)};") for mark in "\\{}~=%<>")
# More cannot have equal shares in Moodle's list of fractions, none at all no share.
_MOST_RIGHT = 10


def can_be_ticked(answer: MultipleSelect) -> bool:
    """True if Moodle can mark ticked options; otherwise each statement is judged by itself.

    Moodle gives nothing for ticking nothing, knows no equal shares for more than ten right
    options and drops questions with fewer than two options.
    """
    right = sum(option.correct for option in answer.options)
    return 1 <= right <= _MOST_RIGHT and len(answer.options) > 1


def marked_by_moodle(parts: tuple[Part, ...]) -> bool:
    """True if every part can be a blank."""
    return all(marked_by_machine(part.answer) for part in parts)


def can_be_listed(texts: Iterable[Passage]) -> bool:
    """True if a drop-down list can show the texts: it typesets no formulas, only plain words."""

    def is_plain(passage: Passage) -> bool:
        match passage.text.blocks:
            case (Paragraph(children),):
                return all(isinstance(child, (Text, Hole)) for child in children)
            case _:
                return False

    return all(map(is_plain, texts))


def star_escaped(text: str) -> str:
    """A short answer's text, whose stars would match anything; a backslash stands for itself."""
    return text.replace("*", r"\*")


@lru_cache(maxsize=256)
def whole_weights(*ratios: tuple[int, int]) -> tuple[int, ...]:
    """The smallest whole numbers in the proportion of the ratios; ones if all are zero."""
    scale = lcm(*(denominator for _, denominator in ratios))
    whole = [numerator * (scale // denominator) for numerator, denominator in ratios]
    common = gcd(*whole)
    return tuple(weight // common if common else 1 for weight in whole)


@lru_cache(maxsize=4096)
def in_a_blank(text: str) -> str:
    r"""A text that Moodle reads back from a blank; its own `\}` and `\#` lose no backslash."""
    doubled = cleaned(text).replace(r"\}", r"\\}").replace(r"\#", r"\\#")
    # Entities hold both & and #; the zero, which no text holds, keeps old ampersands from new ones.
    written = doubled.replace("&", "&\0").replace("#", "&#35;").replace("&\0", "&#38;")
    for mark, entity in _IN_A_BLANK:
        written = written.replace(mark, entity)
    return written


class ClozeWriter:
    """Writes answers as blanks in HTML."""

    def __init__(self, text: MoodleText, shuffle_options: bool) -> None:
        self._text = text
        self._shuffled = "S" if shuffle_options else ""

    def derivation(self, parts: tuple[Part, ...], labels: Labels) -> str:
        """All parts with their prompts, each followed by its blank or blanks."""
        shares = [share for part in parts for share in _shares(part.answer, part.points)]
        weights = iter(whole_weights(*(share.as_integer_ratio() for share in shares)))
        written: list[str] = []
        for part in parts:
            prompt = f"{part_heading(part, labels)}<div>{self._text.write(part.prompt)}</div>"
            written.append(self.body(prompt) + self._blanks(part.answer, weights, labels))
        return "".join(written)

    def alone(self, answer: Answer, labels: Labels) -> str:
        """One answer as blanks of equal weight, such as a choice of yes or no for statements."""
        return self._blanks(answer, iter([1] * len(_shares(answer, Fraction(1)))), labels)

    def body(self, html: str) -> str:
        """HTML for the text around the blanks, in which nothing looks like a blank."""
        return _LIKE_A_BLANK.sub("&#123;", html) if "{" in html else html

    def _blanks(self, answer: Answer, weights: Iterator[int], labels: Labels) -> str:
        match answer:
            case SingleChoice():
                return self._options(answer, next(weights), f"MULTICHOICE_V{self._shuffled}", "")
            case MultipleSelect() if can_be_ticked(answer):
                kind = f"MULTIRESPONSE_{self._shuffled}".rstrip("_")
                return self._options(answer, next(weights), kind, _share_of_right(answer))
            case MultipleSelect():
                return self._judgements(answer, weights, labels)
            case Numeric():
                unit = f" {escaped_text(answer.unit)}" if answer.unit else ""
                return f"<p>{self._number(answer, next(weights))}{self.body(unit)}</p>"
            case ShortAnswer():
                return f"<p>{self._words(answer, next(weights))}</p>"
            case Matching():
                return self._partners(answer, weights)
            case Ordering():
                return self._positions(answer, weights)
            case FormulaAnswer() | Open():
                raise TypeError(f"Moodle has no blank for a {type(answer).__name__}")
            case _:
                assert_never(answer)

    def _options(
        self, answer: SingleChoice | MultipleSelect, weight: int, kind: str, share: str
    ) -> str:
        """Options to click on; `share` is the percentage of one right tick, where one is given."""
        right, wrong = (f"%{share}%", f"%-{share}%") if share else ("=", "")
        alternatives = [
            self._alternative(
                right if option.correct else wrong,
                self._text.without_pictures(option.text),
                option.feedback,
            )
            for option in answer.options
        ]
        return f"<div>{_blank(weight, kind, alternatives)}</div>"

    def _judgements(self, answer: MultipleSelect, weights: Iterator[int], labels: Labels) -> str:
        rows: list[str] = []
        for option in answer.options:
            yes = self._alternative(
                "=" if option.correct else "", escaped_text(labels.yes), option.feedback
            )
            no = self._alternative(
                "" if option.correct else "=", escaped_text(labels.no), option.feedback
            )
            blank = _blank(next(weights), "MULTICHOICE", [yes, no])
            rows.append(f"<li>{self.body(self._text.write(option.text))} {blank}</li>")
        return f"<ol>{''.join(rows)}</ol>"

    def _partners(self, answer: Matching, weights: Iterator[int]) -> str:
        """Each left item with a list of the right ones, or of their letters."""
        listed = can_be_listed(answer.rights)
        shown = [
            self._text.write(right) if listed else option_letter(index)
            for index, right in enumerate(answer.rights)
        ]
        rows: list[str] = []
        for pair in answer.pairs:
            choices = [
                self._alternative(
                    "=" if index == pair.right else "",
                    words,
                    None if index == pair.right else pair.feedback,
                )
                for index, words in enumerate(shown)
            ]
            blank = _blank(next(weights), "MULTICHOICE", choices)
            rows.append(f"<li>{self.body(self._text.write(pair.left))} {blank}</li>")
        letters = "" if listed else lettered(answer.rights, self._text)
        return f"<ol>{''.join(rows)}</ol>{self.body(letters)}"

    def _positions(self, answer: Ordering, weights: Iterator[int]) -> str:
        """Each item with a list of positions."""
        rows: list[str] = []
        for place, item in enumerate(answer.items):
            right = answer.key.index(place)
            positions = [
                f"{'=' if position == right else ''}{position + 1}"
                for position in range(len(answer.items))
            ]
            blank = _blank(next(weights), "MULTICHOICE", positions)
            rows.append(f"<li>{self.body(self._text.write(item))} {blank}</li>")
        return f"<ul>{''.join(rows)}</ul>"

    def _number(self, answer: Numeric, weight: int) -> str:
        writer = NumberWriter(answer.tolerance)
        key = "=" + ":".join(writer.write(answer.key))
        wrong = writer.write_mistakes([mistake.value for mistake in answer.mistakes])
        mistakes = [
            ":".join(number) + self._feedback(mistake.feedback)
            for mistake, number in zip(answer.mistakes, wrong, strict=True)
        ]
        return _blank(weight, "NUMERICAL", [key, *mistakes])

    def _words(self, answer: ShortAnswer, weight: int) -> str:
        kind = "SHORTANSWER_C" if answer.case_sensitive else "SHORTANSWER"
        accepted = [f"={in_a_blank(star_escaped(form))}" for form in answer.accepted]
        mistakes = [
            in_a_blank(star_escaped(mistake.text)) + self._feedback(mistake.feedback)
            for mistake in answer.mistakes
        ]
        return _blank(weight, kind, accepted + mistakes)

    def _alternative(self, credit: str, html: str, feedback: Passage | None) -> str:
        return f"{credit}{in_a_blank(html)}{self._feedback(feedback)}"

    def _feedback(self, feedback: Passage | None) -> str:
        if feedback is None:
            return ""
        return f"#{in_a_blank(self._text.without_pictures(feedback))}"


def _blank(weight: int, kind: str, alternatives: Iterable[str]) -> str:
    return f"{{{weight}:{kind}:{'~'.join(alternatives)}}}"


def _share_of_right(answer: MultipleSelect) -> str:
    """The percentage of one right tick if it is whole, otherwise nothing.

    Without percentages Moodle makes shares of its own by the same rule, but exactly.
    """
    share = Fraction(100, sum(option.correct for option in answer.options))
    return str(share) if share.denominator == 1 else ""


def _shares(answer: Answer, points: Fraction) -> list[Fraction]:
    """What each blank of a part is worth."""
    match answer:
        case MultipleSelect() if not can_be_ticked(answer):
            count = len(answer.options)
        case Matching():
            count = len(answer.pairs)
        case Ordering():
            count = len(answer.items)
        case SingleChoice() | MultipleSelect() | Numeric() | ShortAnswer():
            count = 1
        case FormulaAnswer() | Open():
            count = 0
        case _:
            assert_never(answer)
    return [points / count for _ in range(count)]
