"""The solutions of a practice page: keys, what was recognised as wrong, rubrics, explanations."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from qgen.document.answers import (
    Acceptance,
    Answer,
    ComplexAnswer,
    FormulaAnswer,
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
    matching_key,
    option_letter,
    ordering_key,
)
from qgen.document.exam import Item
from qgen.document.formula import latex, typed
from qgen.document.richtext import Passage
from qgen.marking.rules import accepted_interval
from qgen.renderers.complex_numbers import accepted_tex, complex_key_tex
from qgen.renderers.html.text import escape
from qgen.renderers.html.words import (
    filled,
    interval_tex,
    number_tex,
    points_text,
)
from qgen.renderers.labels import Labels
from qgen.renderers.matrices import key_tex, rows_tex
from qgen.renderers.wording import credit_text


@dataclass(frozen=True, slots=True)
class SolutionWriter:
    """Writes what a practice page shows once a student asks for it.

    `blocks` writes a passage as blocks with headings from the given level on, `formula` turns
    TeX into MathML.
    """

    labels: Labels
    blocks: Callable[[Passage, int], str]
    formula: Callable[[str], str]

    def of_item(self, item: Item, name: str) -> str:
        """The solution of a whole question; of a derivation, what its parts do not say."""
        lines: list[str] = []
        if not item.is_derivation:
            lines += self._key(item.parts[0].answer)
        lines += self._explanation(item.explanation, 4)
        return self._folded(lines, name)

    def of_part(self, part: Part, name: str) -> str:
        """The solution of a part of a derivation."""
        lines = [
            *self._key(part.answer),
            *self._carried(part),
            *self._explanation(part.explanation, 5),
        ]
        return self._folded(lines, name)

    def _carried(self, part: Part) -> Iterator[str]:
        if part.carried is not None:
            note = self.labels.carried.format(f"({part.carried.part})")
            yield f"<p>{escape(note)}</p>"

    def _folded(self, lines: Sequence[str], name: str) -> str:
        if not lines:
            return ""
        summary = f'{escape(self.labels.show_solution)}<span class="whose"> – {name}</span>'
        body = "\n".join(lines)
        return (
            f'<details class="solution">\n<summary>{summary}</summary>\n'
            f'<div class="solved">\n{body}\n</div>\n</details>\n'
        )

    def _explanation(self, explanation: Passage | None, level: int) -> Iterator[str]:
        if explanation is not None:
            yield self._titled(self.labels.explanation, self.blocks(explanation, level))

    def _titled(self, title: str, markup: str) -> str:
        return f'<p class="caption">{escape(title)}</p>\n{markup}'

    def _key(self, answer: Answer) -> Iterator[str]:
        match answer:
            case SingleChoice() | MultipleSelect():
                yield from self._choice_key(answer.options)
            case Numeric():
                yield from self._number_key(answer)
                yield from self._wrong(answer)
            case ComplexAnswer():
                yield from self._complex_key(answer)
                yield from self._mistakes(
                    [
                        (
                            self.formula(complex_key_tex(m.value)) + self._credit(m.credit),
                            m.feedback,
                        )
                        for m in answer.mistakes
                    ]
                )
            case FormulaAnswer():
                source = f'<code class="typed">{escape(typed(answer.key))}</code>'
                yield self._key_line(f"{self.formula(latex(answer.key))} {source}")
                yield from self._wrong(answer)
            case MatrixAnswer():
                yield self._key_line(self.formula(key_tex(answer)))
                yield from self._wrong(answer)
            case ShortAnswer():
                yield self._key_line(" · ".join(map(escape, answer.accepted)))
                yield from self._mistakes(
                    [(escape(m.text) + self._credit(m.credit), m.feedback) for m in answer.mistakes]
                )
            case Matching():
                yield self._key_line(matching_key(answer))
                yield from self._pair_notes(answer)
            case Ordering():
                yield self._key_line(ordering_key(answer))
            case Open(accepts=Acceptance() as acceptance) if acceptance.holds.is_portable:
                yield from self._example(acceptance.example)
            case Open():
                yield from self._rubric(answer)
            case _:
                assert_never(answer)

    def _example(self, example: Numeric | FormulaAnswer | MatrixAnswer) -> Iterator[str]:
        """One of the answers that a condition accepts."""
        match example:
            case Numeric():
                tex = number_tex(example.key)
            case FormulaAnswer():
                tex = latex(example.key)
            case MatrixAnswer():
                tex = rows_tex(example.key)
            case _:
                assert_never(example)
        yield self._key_line(f"{escape(self.labels.for_example)} {self.formula(tex)}")
        yield from self._wrong(example)

    def _wrong(self, answer: Numeric | FormulaAnswer | MatrixAnswer) -> Iterator[str]:
        """What known mistakes give, and what is said of each."""
        if isinstance(answer, MatrixAnswer):
            slips = [(self.formula(rows_tex(m.rows)), m.feedback) for m in answer.mistakes]
            yield from self._mistakes(slips)
            return
        if isinstance(answer, Numeric):
            shown = [(number_tex(m.value), m.credit, m.feedback) for m in answer.mistakes]
        else:
            shown = [(latex(m.value), m.credit, m.feedback) for m in answer.mistakes]
        yield from self._mistakes(
            [
                (self.formula(tex) + self._credit(credit), feedback)
                for tex, credit, feedback in shown
            ]
        )

    def _credit(self, credit: Fraction) -> str:
        return escape(credit_text(credit, self.labels.locale))

    def _key_line(self, markup: str) -> str:
        return f'<p class="key"><strong>{escape(self.labels.key)}:</strong> {markup}</p>'

    def _choice_key(self, options: Sequence[Option]) -> Iterator[str]:
        right = [option_letter(index) for index, option in enumerate(options) if option.correct]
        yield self._key_line(", ".join(right) or "—")
        yield '<ul class="verdicts">'
        for index, option in enumerate(options):
            sign, kind, word = (
                ("✓", "right", self.labels.correct)
                if option.correct
                else ("✗", "wrong", self.labels.wrong)
            )
            feedback = "" if option.feedback is None else self.blocks(option.feedback, 5)
            yield (
                f'<li class="{kind}" data-note="{index + 1}"><p class="verdict">'
                f'<span aria-hidden="true">{sign}</span> '
                f"<strong>{option_letter(index)}</strong> {escape(word)}</p>\n{feedback}</li>"
            )
        yield "</ul>"

    def _number_key(self, answer: Numeric) -> Iterator[str]:
        low, high = accepted_interval(answer.key, answer.tolerance)
        bounds = map(self.formula, interval_tex(low, high))
        unit = "" if answer.unit is None else f" {escape(answer.unit)}"
        key = f"{self.formula(number_tex(answer.key))}{unit}"
        accepted = filled(self.labels.tolerance, *bounds)
        yield self._key_line(f'{key} <span class="accepted">({accepted})</span>')

    def _complex_key(self, answer: ComplexAnswer) -> Iterator[str]:
        unit = "" if answer.unit is None else f" {escape(answer.unit)}"
        key = f"{self.formula(complex_key_tex(answer.key))}{unit}"
        accepted = accepted_tex(answer)
        if accepted:
            key += f' <span class="accepted">({self.formula(accepted)})</span>'
        yield self._key_line(key)

    def _mistakes(self, mistakes: Sequence[tuple[str, Passage]]) -> Iterator[str]:
        if not mistakes:
            return
        yield '<ul class="verdicts">'
        for number, (shown, feedback) in enumerate(mistakes, 1):
            caption = filled(self.labels.mistake, shown)
            yield (
                f'<li class="wrong" data-note="{number}"><p class="verdict">'
                f'<span aria-hidden="true">✗</span> '
                f"{caption}</p>\n{self.blocks(feedback, 5)}</li>"
            )
        yield "</ul>"

    def _pair_notes(self, answer: Matching) -> Iterator[str]:
        """What is said about single pairs."""
        notes = [
            f'<li class="right" data-note="{number}"><p class="verdict">'
            f"<strong>{number}-{option_letter(pair.right)}</strong></p>\n"
            f"{self.blocks(pair.feedback, 5)}</li>"
            for number, pair in enumerate(answer.pairs, 1)
            if pair.feedback is not None
        ]
        if notes:
            yield "\n".join(('<ul class="verdicts">', *notes, "</ul>"))

    def _rubric(self, answer: Open) -> Iterator[str]:
        if not answer.rubric:
            return
        yield f'<p class="caption">{escape(self.labels.rubric)}</p>\n<ul class="rubric">'
        for number, line in enumerate(answer.rubric, 1):
            points = points_text(line.points, self.labels)
            text = f'<p class="points">{points}</p>\n{self.blocks(line.text, 5)}'
            yield f'<li data-note="{number}">{text}</li>'
        yield "</ul>"
