"""Questions as Typst source: as a student gets them, and as solutions with keys and marking."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from qgen.document.answers import (
    ComplexAnswer,
    FormulaAnswer,
    Hint,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Option,
    Ordering,
    Part,
    ShortAnswer,
    SingleChoice,
    Space,
    is_worked,
)
from qgen.document.exam import Item
from qgen.document.formula import Symbol, latex
from qgen.document.richtext import Passage
from qgen.renderers.page_measures import SHARES, TEXT_SIZE
from qgen.renderers.paper.keys import PaperKeys
from qgen.renderers.paper.lists import lettered, numbered
from qgen.renderers.paper.literals import string
from qgen.renderers.paper.text import PaperText
from qgen.renderers.paper.words import Words
from qgen.renderers.told_ticks import tells_to_tick
from qgen.renderers.wording import (
    colon,
    hint_label,
    upload_label,
)
from qgen.renderers.working_room import working_room

HEADING_LEVEL = 4
"""The level of a heading within a question: below the paper, its sections and questions."""
_WORDS_BLANK = f"{SHARES['words-blank']:.0%}"
_SURELY_WHOLE = 220.0  # millimetres: less than the height of a page
# What is not printed: the marks of formulas beside their TeX, and the names of functions.
_MARKUP = re.compile(r'\$[^$]*\$|#[a-z-]+|[\[\]();"]')
_LANGUAGE = re.compile("[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class PaperQuestions:
    """Writes one exam's questions."""

    words: Words
    passages: PaperText
    language: str
    text_size: int

    def question(self, number: int, item: Item, opening: Sequence[str]) -> Iterator[str]:
        """The question with room for its answer; nothing that tells the key.

        `opening` stands above it and stays with it: a section's heading.
        """
        lines = [*opening, self._heading(number, item), self.passages.write(item.stem)]
        before = "section" if opening else "question"
        for part in item.parts:
            working = working_room(item, part)
            lines += self._part(part, self._room(item, part, working))
            body = self._body(item, lines)
            room = _room_height(part, working)
            height = _most_height(body) * (self.text_size / TEXT_SIZE) ** 2 + room
            function = "whole" if height < _SURELY_WHOLE else "question"
            yield f'#{function}("{before}")[\n{body}\n];\n'
            lines, before = [], "part"

    def solution(self, number: int, item: Item, opening: Sequence[str]) -> Iterator[str]:
        """The question with its key, marking, feedback and explanation."""
        header, keys = item.header, PaperKeys(self.words, self.passages)
        source = self.words.text(f"{header.title} · {header.identifier} · {header.topic}")
        stem = self.passages.write(item.stem)
        lines = [*opening, self._heading(number, item), f"#source-line[{source}];", stem]
        before = "section" if opening else "question"
        for part in item.parts:
            marking = (
                *keys.key(part.answer),
                *self._provenance(part),
                *self._carried(part),
                *self._hints(part.hints),
                *self._explanation(part.explanation),
            )
            lines += self._part(part, marking)
            yield f'#solution("{before}")[\n{self._body(item, lines)}\n];\n'
            lines, before = [], "part"
        if item.explanation is not None:
            lines = list(self._explanation(item.explanation))
            yield f'#solution("rest")[\n{self._body(item, lines)}\n];\n'

    def _body(self, item: Item, lines: Iterable[str]) -> str:
        body = "\n\n".join(filter(None, lines))
        language = (item.header.language or self.language).partition("-")[0].lower()
        if language != self.language and _LANGUAGE.fullmatch(language):
            return f"#in-language({string(language)})[{body}];"
        return body

    def _heading(self, number: int, item: Item) -> str:
        title = self.words.filled(self.words.labels.question, self.words.text(str(number)))
        return f"#question-heading[{title}][{self.words.points(item.points)}];"

    def _provenance(self, part: Part) -> Iterator[str]:
        """How the key is known, where there is one."""
        if not isinstance(part.answer, Open):
            known: str = getattr(self.words.labels, part.provenance)
            yield f"#source-line[{self.words.text(known)}];"

    def _carried(self, part: Part) -> Iterator[str]:
        """What a marker must know of a part that follows from an earlier one."""
        if part.carried is not None:
            earlier = self.words.text(f"({part.carried.part})")
            note = self.words.filled(self.words.labels.carried, earlier)
            yield f'#emph[#"(";{note}#")";];'

    def _part(self, part: Part, below: Iterable[str]) -> Iterator[str]:
        """What stands below a part's prompt, and with it where the part has a label."""
        if not part.label:
            yield from below
            return
        label, points = self.words.text(f"({part.label})"), self.words.points(part.points)
        body = "\n\n".join((self.passages.write(part.prompt), *below))
        yield f'#part[{label}][#"(";{points}#")";][{body}];'

    def _hints(self, hints: Sequence[Hint]) -> Iterator[str]:
        """What may be told to who asks, which no paper prints."""
        for number, hint in enumerate(hints, 1):
            label = self.words.label(hint_label(number, hint.penalty, self.words.labels))
            yield f"#labelled[{label}][{self.passages.write(hint.text)}];"

    def _explanation(self, explanation: Passage | None) -> Iterator[str]:
        if explanation is not None:
            label = self.words.label(self.words.labels.explanation)
            yield f"#labelled[{label}][{self.passages.write(explanation)}];"

    def _room(self, item: Item, part: Part, height: Fraction) -> Iterator[str]:
        labels, answer = self.words.labels, part.answer
        working = _working(part.space, height)
        match answer:
            case SingleChoice():
                yield f"#hint[{self.words.text(labels.select_one)}];"
                yield self._options(answer.options, "circle-sign")
            case MultipleSelect():
                if not tells_to_tick(item, part):
                    yield f"#hint[{self.words.text(labels.select_any)}];"
                yield self._options(answer.options, "square-sign")
            case Numeric() | ComplexAnswer() if part.in_text:
                yield working
            case Numeric() | ComplexAnswer():
                yield working
                unit = f", unit: [{self.words.text(answer.unit)}]" if answer.unit else ""
                yield f"#blank([{self.words.field(labels.answer)}]{unit});"
            case FormulaAnswer():
                yield working
                yield f"#framed[{self._formula_label(answer)}];"
            case MatrixAnswer():
                yield working
                label = self.words.field(labels.answer)
                yield f"#matrix-room([{label}], {answer.height}, {answer.width});"
            case ShortAnswer() if part.in_text:
                pass
            case ShortAnswer():
                yield f"#blank([{self.words.field(labels.answer)}], width: {_WORDS_BLANK});"
            case Matching():
                yield f"#hint[{self.words.text(labels.match_each)}];"
                yield numbered([(None, pair.left) for pair in answer.pairs], self.passages)
                yield lettered(answer.rights, "no-sign", self.passages)
            case Ordering():
                yield f"#hint[{self.words.text(labels.order_all)}];"
                yield lettered(answer.items, "no-sign", self.passages)
                label = self.words.field(labels.answer)
                yield f"#letter-lines([{label}], {len(answer.items)});"
            case Open() if answer.upload:
                label = self.words.text(upload_label(answer, labels))
                yield f"#hint[{label}];"
                yield "" if part.space is None else working
            case Open():
                yield f"#answer-lines({answer.lines});" if part.space is None else working
            case _:
                assert_never(answer)
        if part.space is not None and not is_worked(answer):
            yield working

    def _options(self, options: Iterable[Option], shape: str) -> str:
        return lettered((option.text for option in options), shape, self.passages)

    def _formula_label(self, answer: FormulaAnswer) -> str:
        labels, words = self.words.labels, self.words
        if not answer.variables:
            return words.field(labels.answer)
        names = words.text(", ").join(
            words.formula(latex(Symbol(name))) for name in answer.variables
        )
        named = words.text(f"{labels.answer}, ") + words.filled(labels.variables, names)
        return named + words.text(colon(labels).rstrip())


def _most_height(source: str) -> float:
    """An estimate of a source's height in millimetres, too high rather than too low.

    It spares Typst to measure what surely fits on a page, which costs as much as to set it.
    """
    words = _MARKUP.sub("", source)
    # Capitals, and the signs of Chinese and its like, are twice as wide as other letters.
    width = len(words) + sum(map(str.isupper, words))
    if not words.isascii():
        width += sum(1 for sign in words if sign > "\u2e7f")
    rows = sum(source.count(mark) for mark in ("\n\n", "], [", "\\n", "; ", "#linebreak"))
    tall = sum(source.count(name) for name in ("-formula(", "-table(", "mat(", "frac(", "binom("))
    return 25 + 5.5 * (width / 75 + rows) + 5 * tall + 110 * source.count("picture(")


def _working(space: Space | None, height: Fraction) -> str:
    """Room for working, or for an open answer."""
    if space is None:
        return f"#working({float(height):.4g}mm);"
    match space.kind:
        case "none":
            return ""
        case "lines":
            return f"#answer-lines({space.amount});"
        case "box" | "squared":
            return f"#room-{space.kind}({float(space.amount):g}mm);"
        case _:
            assert_never(space.kind)


def _room_height(part: Part, working: Fraction) -> float:
    """The most height in millimetres that the room for an answer takes."""
    answer, space = part.answer, part.space
    if space is not None:
        rows = answer.height if isinstance(answer, MatrixAnswer) else 0
        return 30 + 11 * rows + float(space.amount) * (9 if space.kind == "lines" else 1)
    match answer:
        case Open():
            return 10.0 if answer.upload else 9.0 * answer.lines
        case Numeric() | ComplexAnswer() | FormulaAnswer():
            return 30 + float(working)
        case MatrixAnswer():
            return 30 + float(working) + 11 * answer.height
        case SingleChoice() | MultipleSelect() | ShortAnswer() | Matching() | Ordering():
            return 10.0
        case _:
            assert_never(answer)
