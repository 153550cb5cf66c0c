r"""Moodle's embedded answers ("cloze"): several blanks, marked by Moodle, in one question.

A blank is `{weight:TYPE:=right#feedback~wrong#feedback}`. Moodle decodes the entities of a blank
and then turns `\}` and `\#` into `}` and `#`; nothing else is unescaped.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
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
    Part,
    ShortAnswer,
    SingleChoice,
    Tolerance,
    option_letter,
)
from qgen.document.formats import MoodleOptions
from qgen.document.formula import Symbol, latex
from qgen.document.numbers import exact_value, machine_decimal
from qgen.document.richtext import Hole, Paragraph, Passage, Text
from qgen.marking.rules import reach_of
from qgen.renderers.labels import Labels
from qgen.renderers.matrices import size_text
from qgen.renderers.moodle.essay import lettered, part_heading
from qgen.renderers.moodle.formula_values import FormulaValues, Point
from qgen.renderers.moodle.numbers import NumberWriter, mistake_numbers
from qgen.renderers.moodle.text import (
    MATH_DELIMITER,
    MoodleText,
    cleaned,
    escaped,
    escaped_text,
)

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


def is_ticked(answer: MultipleSelect, options: MoodleOptions) -> bool:
    """True if options are written to be ticked: where Moodle can mark that, and by the rule."""
    judged = answer.rule == "per_option" and options.per_option == "cloze"
    return can_be_ticked(answer) and not judged


def can_be_listed(texts: Iterable[Passage]) -> bool:
    """True if a drop-down list can show the texts: it typesets no formulas, only plain words."""

    def is_plain(passage: Passage) -> bool:
        match passage.text.blocks:
            case (Paragraph(children),):
                words = [child.text for child in children if isinstance(child, Text)]
                only_words = all(isinstance(child, (Text, Hole)) for child in children)
                return only_words and not any(
                    map(MATH_DELIMITER.search, (*words, *passage.printed))
                )
            case _:
                return False

    return all(map(is_plain, texts))


def stands_in_cloze(part: Part) -> bool:
    """Whether a part's box stands in a blank of the stem; values of a formula stay below."""
    match part.answer:
        case Numeric() | ShortAnswer():
            return part.in_text
        case SingleChoice():
            return part.in_text and can_be_listed(option.text for option in part.answer.options)
        case _:
            return False


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
    return written.replace("@@PLUGINFILE@@", "&#64;@PLUGINFILE@@")


class ClozeWriter:
    """Writes answers as blanks in HTML; formulas come as the values that are asked for."""

    def __init__(self, text: MoodleText, shuffle_options: bool, options: MoodleOptions) -> None:
        self._text = text
        self._shuffled = "S" if shuffle_options else ""
        self._choices = options

    def derivation(
        self,
        parts: tuple[Part, ...],
        asked: Collection[str],
        values: Mapping[str, FormulaValues],
        labels: Labels,
    ) -> tuple[dict[str, str], str]:
        """The parts with labels in `asked`, each with its prompt and its blank or blanks.

        First come the boxes that stand in the stem's blanks, by the parts' labels. `values` are
        those of the formulas.
        """
        here = [part for part in parts if part.label in asked]
        answers = {part.label: values.get(part.label, part.answer) for part in here}
        shares = [
            share for part in here for share in self._shares(answers[part.label], part.points)
        ]
        weights = iter(whole_weights(*(share.as_integer_ratio() for share in shares)))
        written: list[str] = []
        in_text: dict[str, str] = {}
        for part in parts:
            heading = self.body(part_heading(part, labels))
            if part.label in asked:
                prompt = self.body(f"<div>{self._text.write(part.prompt)}</div>")
                if stands_in_cloze(part):
                    in_text[part.label] = self._in_line(part, next(weights))
                    hint = typing_hint(labels) if isinstance(part.answer, Numeric) else ""
                    written.append(f"{heading}{prompt}{hint}")
                else:
                    blanks = self._blanks(answers[part.label], weights, labels)
                    written.append(heading + prompt + blanks)
            else:
                written.append(f"{heading}<p>{escaped_text(labels.asked_elsewhere)}</p>")
        return in_text, "".join(written)

    def _mixed(self, answer: SingleChoice | MultipleSelect) -> str:
        """The end of a type whose options Moodle mixes: all of them or none."""
        return "" if any(option.stays for option in answer.options) else self._shuffled

    def _in_line(self, part: Part, weight: int) -> str:
        """The label and the box of a part that stands in the text."""
        match part.answer:
            case SingleChoice():
                kind = f"MULTICHOICE_{self._mixed(part.answer)}".rstrip("_")
                box = self._choice_blank(part.answer, weight, kind, "")
            case Numeric():
                box = self._number(part.answer, weight)
            case ShortAnswer():
                box = self._words(part.answer, weight)
            case _:
                raise TypeError(f"a {type(part.answer).__name__} stands in no line")
        return f"<strong>({escaped_text(part.label)})</strong>&nbsp;{box}"

    def alone(self, answer: Answer | FormulaValues, labels: Labels) -> str:
        """One answer as blanks of equal weight, such as a choice of yes or no for statements."""
        return self._blanks(answer, iter([1] * len(self._shares(answer, Fraction(1)))), labels)

    def body(self, html: str) -> str:
        """HTML for the text around the blanks, in which nothing looks like a blank."""
        return _LIKE_A_BLANK.sub("&#123;", html) if "{" in html else html

    def _blanks(
        self, answer: Answer | FormulaValues, weights: Iterator[int], labels: Labels
    ) -> str:
        match answer:
            case SingleChoice():
                kind = f"MULTICHOICE_V{self._mixed(answer)}"
                return self._options(answer, next(weights), kind, "")
            case MultipleSelect() if is_ticked(answer, self._choices):
                kind = f"MULTIRESPONSE_{self._mixed(answer)}".rstrip("_")
                return self._options(answer, next(weights), kind, _share_of_right(answer))
            case MultipleSelect():
                return self._judgements(answer, weights, labels)
            case Numeric():
                unit = f" {escaped_text(answer.unit)}" if answer.unit else ""
                number = self._number(answer, next(weights))
                return f"<p>{number}{self.body(unit)} {typing_hint(labels)}</p>"
            case FormulaValues():
                return self._values(answer, weights, labels)
            case ComplexAnswer():
                return self._parts_of_number(answer, weights, labels)
            case MatrixAnswer():
                return self._entries(answer, weights, labels)
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
        """Options to click on."""
        return f"<div>{self._choice_blank(answer, weight, kind, share)}</div>"

    def _choice_blank(
        self, answer: SingleChoice | MultipleSelect, weight: int, kind: str, share: str
    ) -> str:
        """Options; `share` is the percentage of one right tick, where one is given."""
        right, wrong = (f"%{share}%", f"%-{share}%") if share else ("=", "")
        alternatives = [
            self._alternative(
                right if option.correct else wrong,
                self._text.without_pictures(option.text),
                option.feedback,
            )
            for option in answer.options
        ]
        return _blank(weight, kind, alternatives)

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
        return f"<p>{escaped_text(labels.judge_each)}</p><ol>{''.join(rows)}</ol>"

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

    def _parts_of_number(
        self, answer: ComplexAnswer, weights: Iterator[int], labels: Labels
    ) -> str:
        """A box for the real and one for the imaginary part, each within the tolerance."""
        reach = Tolerance("absolute", exact_value(reach_of(answer.key, answer.tolerance)))
        real, imaginary = (
            self._number(Numeric(part, reach), next(weights))
            for part in (answer.key.real, answer.key.imaginary)
        )
        unit = f" {escaped_text(answer.unit)}" if answer.unit else ""
        hint = typing_hint(labels)
        return f"<p>{real} + {imaginary} \\(i\\){self.body(unit)} {hint}</p>"

    def _entries(self, answer: MatrixAnswer, weights: Iterator[int], labels: Labels) -> str:
        """A box for each entry, row by row."""
        rows: list[str] = []
        for row in answer.key:
            boxes = (self._number(Numeric(key, answer.tolerance), next(weights)) for key in row)
            rows.append("<tr>" + "".join(f"<td>{box}</td>" for box in boxes) + "</tr>")
        grid = f"<table><tbody>{''.join(rows)}</tbody></table>"
        return f"{grid}<p>{escaped_text(size_text(answer, labels))} {typing_hint(labels)}</p>"

    def _values(self, asked: FormulaValues, weights: Iterator[int], labels: Labels) -> str:
        """A box for the value at each point; a formula without variables has but one value."""
        blanks = [(each.point, self._number(each.number, next(weights))) for each in asked.values]
        if not blanks[0][0]:
            return f"<p>{escaped_text(labels.type_value)}</p><p>{blanks[0][1]}</p>"
        rows = (f"<li>{self.body(point_text(point))}: {blank}</li>" for point, blank in blanks)
        return f"<p>{escaped_text(labels.type_values)}</p><ul>{''.join(rows)}</ul>"

    def _number(self, answer: Numeric, weight: int) -> str:
        writer = NumberWriter(answer.tolerance)
        keys = ["=" + ":".join(key) for key in writer.write_key(answer.key)]
        mistakes = [
            _percent(mistake.credit) + ":".join(number) + self._feedback(mistake.feedback)
            for mistake, number in zip(answer.mistakes, mistake_numbers(answer), strict=True)
        ]
        return _blank(weight, "NUMERICAL", keys + mistakes)

    def _words(self, answer: ShortAnswer, weight: int) -> str:
        kind = "SHORTANSWER_C" if answer.case_sensitive else "SHORTANSWER"
        accepted = [f"={in_a_blank(star_escaped(form))}" for form in answer.accepted]
        mistakes = [
            _percent(mistake.credit)
            + in_a_blank(star_escaped(mistake.text))
            + self._feedback(mistake.feedback)
            for mistake in answer.mistakes
        ]
        return _blank(weight, kind, accepted + mistakes)

    def _shares(self, answer: Answer | FormulaValues, points: Fraction) -> list[Fraction]:
        """What each blank of a part is worth."""
        match answer:
            case MultipleSelect() if not is_ticked(answer, self._choices):
                count = len(answer.options)
            case Matching():
                count = len(answer.pairs)
            case Ordering():
                count = len(answer.items)
            case ComplexAnswer():
                count = 2
            case MatrixAnswer():
                count = len(answer.entries)
            case FormulaValues():
                count = len(answer.values)
            case SingleChoice() | MultipleSelect() | Numeric() | ShortAnswer():
                count = 1
            case FormulaAnswer() | Open():
                count = 0
            case _:
                assert_never(answer)
        return [points / count for _ in range(count)]

    def _alternative(self, credit: str, html: str, feedback: Passage | None) -> str:
        return f"{credit}{in_a_blank(html)}{self._feedback(feedback)}"

    def _feedback(self, feedback: Passage | None) -> str:
        if feedback is None:
            return ""
        return f"#{in_a_blank(self._text.without_pictures(feedback))}"


def typing_hint(labels: Labels) -> str:
    """How a number is typed, behind its box."""
    return f"<small>({escaped_text(labels.type_decimal)})</small>"


def point_text(point: Point) -> str:
    r"""`\(x_1 = 2,\; x_2 = -0.5\)`."""
    return rf"\({escaped(point_tex(point))}\)"


def point_tex(point: Point) -> str:
    r"""`x_1 = 2,\; x_2 = -0.5`."""
    values = [f"{latex(Symbol(name))} = {machine_decimal(point[name])}" for name in sorted(point)]
    return r",\; ".join(values)


def _blank(weight: int, kind: str, alternatives: Iterable[str]) -> str:
    return f"{{{weight}:{kind}:{'~'.join(alternatives)}}}"


def _percent(credit: Fraction) -> str:
    """What a wrong answer earns, in the whole percents that every version of Moodle reads."""
    return f"%{int(credit * 100)}%" if credit else ""


def _share_of_right(answer: MultipleSelect) -> str:
    """The percentage of one right tick if it is whole, otherwise nothing.

    Without percentages Moodle makes shares of its own by the same rule, but exactly.
    """
    share = Fraction(100, sum(option.correct for option in answer.options))
    return str(share) if share.denominator == 1 else ""
