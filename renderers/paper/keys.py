"""Keys, marking and feedback as Typst source: what a marker reads below a question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
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
    Option,
    Ordering,
    ShortAnswer,
    SingleChoice,
    matching_key,
    option_letter,
    ordering_key,
)
from qgen.document.formula import latex
from qgen.document.richtext import Passage
from qgen.marking.rules import accepted_interval
from qgen.renderers.complex_numbers import accepted_tex, complex_key_tex
from qgen.renderers.matrices import key_tex, rows_tex
from qgen.renderers.paper.lists import lettered, numbered
from qgen.renderers.paper.text import PaperText
from qgen.renderers.paper.words import Words


@dataclass(frozen=True, slots=True)
class PaperKeys:
    """Writes what a marker reads below a question."""

    words: Words
    passages: PaperText

    def key(self, answer: Answer) -> Iterator[str]:
        """The key, what is accepted, and the feedback of options and mistakes, or the rubric."""
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
                        (words.number(mistake.value), mistake.credit, mistake.feedback)
                        for mistake in answer.mistakes
                    ]
                )
            case ComplexAnswer():
                yield self._key_line(self._accepted_complex(answer))
                yield from self._mistakes(
                    [
                        (
                            words.formula(complex_key_tex(mistake.value)),
                            mistake.credit,
                            mistake.feedback,
                        )
                        for mistake in answer.mistakes
                    ]
                )
            case FormulaAnswer():
                yield self._key_line(words.formula(latex(answer.key)))
                yield from self._mistakes(
                    [
                        (words.formula(latex(mistake.value)), mistake.credit, mistake.feedback)
                        for mistake in answer.mistakes
                    ]
                )
            case MatrixAnswer():
                yield self._key_line(words.formula(key_tex(answer)))
                yield from self._mistakes(
                    [
                        (words.formula(rows_tex(mistake.rows)), Fraction(0), mistake.feedback)
                        for mistake in answer.mistakes
                    ]
                )
            case ShortAnswer():
                yield self._key_line(words.text("; ".join(answer.accepted)))
                yield from self._mistakes(
                    [
                        (words.text(f"“{mistake.text}”"), mistake.credit, mistake.feedback)
                        for mistake in answer.mistakes
                    ]
                )
            case Matching():
                yield from self._matching_key(answer)
            case Ordering():
                yield lettered(answer.items, "no-sign", self.passages)
                yield self._key_line(words.text(ordering_key(answer)))
            case Open():
                yield from self._rubric(answer)
            case _:
                assert_never(answer)

    def _matching_key(self, answer: Matching) -> Iterator[str]:
        """The left items behind the letters of their partners, the right ones, and feedback."""
        lefts = [(option_letter(pair.right), pair.left) for pair in answer.pairs]
        yield numbered(lefts, self.passages)
        yield lettered(answer.rights, "no-sign", self.passages)
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

    def _mistakes(self, mistakes: Sequence[tuple[str, Fraction, Passage]]) -> Iterator[str]:
        """What each known mistake gives, earns and means."""
        words = self.words
        notes = []
        for value, credit, feedback in mistakes:
            label = words.filled(words.labels.mistake, value + words.credit(credit))
            text = self.passages.write(feedback)
            notes.append(f"[#labelled[{label}{words.label('')}][{text}];]")
        if notes:
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
