"""Questions as Typst source: as a student gets them, and as solutions with keys and marking."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from qgen.document.answers import (
    Answer,
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
    matching_key,
    option_letter,
    ordering_key,
)
from qgen.document.exam import Item
from qgen.document.formula import Symbol, latex, number_latex
from qgen.document.numbers import exact_value, terminating
from qgen.document.richtext import Passage
from qgen.document.values import Real
from qgen.marking.rules import accepted_interval
from qgen.renderers.complex_numbers import accepted_tex, complex_key_tex
from qgen.renderers.labels import Labels
from qgen.renderers.locales import date_text, number_tex
from qgen.renderers.matrices import key_tex, rows_tex
from qgen.renderers.page_measures import SHARES, SHORT_OPTION, TEXT_SIZE
from qgen.renderers.paper.literals import string
from qgen.renderers.paper.text import PaperText, Surroundings
from qgen.renderers.told_ticks import tells_to_tick
from qgen.renderers.wording import (
    colon,
    credit_text,
    field_label,
    hint_label,
    points_label,
    points_number,
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


class Words:
    """The labels of a paper and its numbers, as markup."""

    def __init__(self, labels: Labels, surroundings: Surroundings) -> None:
        self.labels = labels
        self._surroundings = surroundings

    def text(self, words: str) -> str:
        """Plain characters."""
        return self._surroundings.text(words)

    def label(self, label: str) -> str:
        """A label before what it labels."""
        return self.text(f"{label}{colon(self.labels)}")

    def field(self, label: str) -> str:
        """A label before room to write in."""
        return self.text(field_label(label, self.labels))

    def title(self, words: str) -> str:
        """What a heading says: something in any case, for those who listen to the paper."""
        return self.text(words if any(map(str.isprintable, words.split())) else "–")

    def filled(self, label: str, *sources: str) -> str:
        """A label, its `{}` replaced by markup."""
        first, *others = map(self.text, label.split("{}"))
        pairs = zip(sources, others, strict=True)
        return first + "".join(source + other for source, other in pairs)

    def points(self, points: Fraction) -> str:
        """`2 points`."""
        return self.filled(points_label(points, self.labels), self.points_number(points))

    def points_number(self, points: Fraction) -> str:
        """Points as a decimal of at most three places, or as a fraction."""
        shown = points_number(points, self.labels.locale)
        return self.formula(number_latex(points)) if "/" in shown else self.text(shown)

    def credit(self, credit: Fraction) -> str:
        """What a mistake earns, behind it; nothing where that is nothing."""
        shown = credit_text(credit, self.labels.locale)
        return self.text(shown) if shown else ""

    def date(self, written: str) -> str:
        """A date as the language writes it."""
        return self.text(date_text(written, self.labels.locale))

    def formula(self, tex: str) -> str:
        """A formula in the line, with the language's decimal mark."""
        return self._surroundings.formula(number_tex(tex, self.labels.locale))

    def number(self, value: Real) -> str:
        """A number as it is graded: exact, with six digits of a fraction that does not end."""
        exact = None if isinstance(value, float) else terminating(Fraction(value))
        if exact is not None:
            return self.formula(exact)
        if isinstance(value, float):
            return self.formula(number_latex(value))
        return self.formula(rf"{number_latex(value)} \approx {number_latex(float(value))}")

    def bound(self, value: Fraction) -> str:
        """An end of an interval."""
        exact = terminating(value)
        if exact is not None and len(exact) <= 10:
            return self.formula(exact)
        return self.formula(number_latex(float(exact_value(float(value)))))


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
        header = item.header
        source = self.words.text(f"{header.title} · {header.identifier} · {header.topic}")
        stem = self.passages.write(item.stem)
        lines = [*opening, self._heading(number, item), f"#source-line[{source}];", stem]
        before = "section" if opening else "question"
        for part in item.parts:
            marking = (
                *self._key(part.answer),
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

    # What a student answers in.

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
                yield self._numbered([(None, pair.left) for pair in answer.pairs])
                yield self._options_of(answer.rights, "no-sign")
            case Ordering():
                yield f"#hint[{self.words.text(labels.order_all)}];"
                yield self._options_of(answer.items, "no-sign")
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
        return self._options_of([option.text for option in options], shape)

    def _numbered(self, lefts: Sequence[tuple[str | None, Passage]]) -> str:
        """Left items of a matching question, each behind a line for a letter, or behind its own."""
        items = (
            f'(letter-line("{letter or ""}"), "{number}", [{self.passages.write(text)}])'
            for number, (letter, text) in enumerate(lefts, 1)
        )
        return f"#numbered({', '.join(items)});"

    def _options_of(self, passages: Iterable[Passage], shape: str) -> str:
        texts = [self.passages.write(passage) for passage in passages]
        items = (f'("{option_letter(index)}", [{text}])' for index, text in enumerate(texts))
        is_short = max(map(len, texts), default=0) < SHORT_OPTION
        function = "short-options" if is_short else "option-list"
        return f"#{function}({shape}, {', '.join(items)});"

    def _formula_label(self, answer: FormulaAnswer) -> str:
        labels, words = self.words.labels, self.words
        if not answer.variables:
            return words.field(labels.answer)
        names = words.text(", ").join(
            words.formula(latex(Symbol(name))) for name in answer.variables
        )
        named = words.text(f"{labels.answer}, ") + words.filled(labels.variables, names)
        return named + words.text(colon(labels).rstrip())

    # What a marker reads.

    def _key(self, answer: Answer) -> Iterator[str]:
        words = self.words
        match answer:
            case SingleChoice():
                yield from self._marked(answer.options, "circle-sign", "right-circle-sign")
            case MultipleSelect():
                yield from self._marked(answer.options, "square-sign", "right-square-sign")
            case Numeric():
                yield self._key_line(self._accepted(answer))
                yield from self._mistakes(
                    [
                        (
                            words.number(mistake.value) + words.credit(mistake.credit),
                            mistake.feedback,
                        )
                        for mistake in answer.mistakes
                    ]
                )
            case ComplexAnswer():
                yield self._key_line(self._accepted_complex(answer))
                yield from self._mistakes(
                    [
                        (
                            words.formula(complex_key_tex(mistake.value))
                            + words.credit(mistake.credit),
                            mistake.feedback,
                        )
                        for mistake in answer.mistakes
                    ]
                )
            case FormulaAnswer():
                yield self._key_line(words.formula(latex(answer.key)))
                yield from self._mistakes(
                    [
                        (
                            words.formula(latex(mistake.value)) + words.credit(mistake.credit),
                            mistake.feedback,
                        )
                        for mistake in answer.mistakes
                    ]
                )
            case MatrixAnswer():
                yield self._key_line(words.formula(key_tex(answer)))
                yield from self._mistakes(
                    [(words.formula(rows_tex(m.rows)), m.feedback) for m in answer.mistakes]
                )
            case ShortAnswer():
                yield self._key_line(words.text("; ".join(answer.accepted)))
                yield from self._mistakes(
                    [
                        (
                            words.text(f"“{mistake.text}”") + words.credit(mistake.credit),
                            mistake.feedback,
                        )
                        for mistake in answer.mistakes
                    ]
                )
            case Matching():
                yield from self._matching_key(answer)
            case Ordering():
                yield self._options_of(answer.items, "no-sign")
                yield self._key_line(words.text(ordering_key(answer)))
            case Open():
                yield from self._rubric(answer)
            case _:
                assert_never(answer)

    def _matching_key(self, answer: Matching) -> Iterator[str]:
        """The left items behind the letters of their partners, the right ones, and feedback."""
        yield self._numbered([(option_letter(pair.right), pair.left) for pair in answer.pairs])
        yield self._options_of(answer.rights, "no-sign")
        yield self._key_line(self.words.text(matching_key(answer)))
        notes = [
            f"[{self.words.label(str(number))}{self.passages.write(pair.feedback)}]"
            for number, pair in enumerate(answer.pairs, 1)
            if pair.feedback is not None
        ]
        if notes:
            yield f"#notes({', '.join(notes)});"

    def _accepted(self, answer: Numeric) -> str:
        """The key with its unit, and from where to where an answer is taken for it."""
        words = self.words
        low, high = accepted_interval(answer.key, answer.tolerance)
        key = words.number(answer.key)
        if answer.unit:
            key += words.text(f"\N{NO-BREAK SPACE}{answer.unit}")
        if low == high:
            return key
        accepted = words.filled(words.labels.tolerance, words.bound(low), words.bound(high))
        return f'{key}#" (";{accepted}#")";'

    def _accepted_complex(self, answer: ComplexAnswer) -> str:
        """The key with its unit, and how far from it an answer is taken for it."""
        words = self.words
        key, accepted = words.formula(complex_key_tex(answer.key)), accepted_tex(answer)
        if answer.unit:
            key += words.text(f"\N{NO-BREAK SPACE}{answer.unit}")
        return f'{key}#" (";{words.formula(accepted)}#")";' if accepted else key

    def _key_line(self, key: str) -> str:
        return f"#key[{self.words.label(self.words.labels.key)}][{key}];"

    def _marked(self, options: Sequence[Option], wrong: str, right: str) -> Iterator[str]:
        for index, option in enumerate(options):
            shape = right if option.correct else wrong
            text = self.passages.write(option.text)
            yield (
                f'#marked-option({shape}, "{option_letter(index)}", [{text}], '
                f"{self._option_notes(option)});"
            )
        letters = [option_letter(index) for index, option in enumerate(options) if option.correct]
        yield self._key_line(self.words.text(", ".join(letters) or "–"))

    def _option_notes(self, option: Option) -> str:
        if not option.correct and option.feedback is None:
            return "none"
        labels = self.words.labels
        function = "right-verdict" if option.correct else "wrong-verdict"
        word = self.words.text(labels.correct if option.correct else labels.wrong)
        comment = "" if option.feedback is None else self.passages.write(option.feedback)
        return f'[#{function}[{word}];#" ";{comment}]'

    def _mistakes(self, mistakes: Sequence[tuple[str, Passage]]) -> Iterator[str]:
        if mistakes:
            label, between = self.words.labels.mistake, self.words.label("")
            notes = (
                f"[#labelled[{self.words.filled(label, value)}{between}]"
                f"[{self.passages.write(feedback)}];]"
                for value, feedback in mistakes
            )
            yield f"#notes({', '.join(notes)});"

    def _rubric(self, answer: Open) -> Iterator[str]:
        title = f"#key[{self.words.label(self.words.labels.rubric)}]"
        if not answer.rubric:
            yield f'{title}[#"–";];'
            return
        yield f"{title}[];"
        lines = (
            f"[#labelled[{self.words.points(line.points)}{self.words.label('')}]"
            f"[{self.passages.write(line.text)}];]"
            for line in answer.rubric
        )
        yield f"#list(tight: true, {', '.join(lines)});"


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
