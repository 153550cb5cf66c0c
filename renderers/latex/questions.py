"""Questions as TeX source: as a student gets them, and as solutions with keys and marking."""

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
from qgen.renderers.latex.characters import escape
from qgen.renderers.latex.text import LatexPassageWriter, formula, is_short
from qgen.renderers.latex.words import fill_label, label_text, points_text
from qgen.renderers.locales import number_tex
from qgen.renderers.matrices import key_tex, rows_tex
from qgen.renderers.told_ticks import tells_to_tick
from qgen.renderers.wording import (
    colon,
    credit_text,
    field_label,
    hint_label,
    upload_label,
)
from qgen.renderers.working_room import working_room


@dataclass(frozen=True, slots=True)
class LatexQuestions:
    """Writes one exam's questions; `files` are definitions of an item's pictures."""

    labels: Labels
    passages: LatexPassageWriter

    def question(
        self, number: int, item: Item, files: str, opening: Sequence[str]
    ) -> Iterator[str]:
        """The question with room for its answer; nothing that tells the key.

        `opening` stands above it and stays with it: a section's heading.
        """
        lines = [*opening, self._heading(number, item), self.passages.write(item.stem)]
        for part in item.parts:
            yield _block(files, [*lines, *self._part(part, self._room(item, part))])
            lines = []

    def solution(
        self, number: int, item: Item, files: str, opening: Sequence[str]
    ) -> Iterator[str]:
        """The question with its key, marking, feedback and explanation."""
        header = item.header
        source = escape(f"{header.title} · {header.identifier} · {header.topic}")
        stem = self.passages.write(item.stem)
        lines = [*opening, self._heading(number, item), rf"\examsource{{{source}}}", stem]
        for part in item.parts:
            marking = (
                *self._key(part.answer),
                *self._provenance(part),
                *self._carried(part),
                *self._hints(part.hints),
                *self._explanation(part.explanation),
            )
            lines += self._part(part, marking)
            if not item.is_derivation:
                lines += self._explanation(item.explanation)
            yield _block(files, lines)
            lines = []
        if item.is_derivation and item.explanation is not None:
            yield _block(files, self._explanation(item.explanation))

    def _heading(self, number: int, item: Item) -> str:
        title = fill_label(self.labels.question, str(number))
        return rf"\examquestion{{{title}}}{{{points_text(item.points, self.labels)}}}"

    def _provenance(self, part: Part) -> Iterator[str]:
        """How the key is known, where there is one."""
        if not isinstance(part.answer, Open):
            yield rf"\examsource{{{escape(getattr(self.labels, part.provenance))}}}"

    def _carried(self, part: Part) -> Iterator[str]:
        """What a marker must know of a part that follows from an earlier one."""
        if part.carried is not None:
            note = fill_label(self.labels.carried, f"({part.carried.part})")
            yield rf"\textit{{({escape(note)})}}"

    def _part(self, part: Part, below: Iterable[str]) -> Iterator[str]:
        """What stands below a part's prompt, and with it where the part has a label."""
        if not part.label:
            yield from below
            return
        points = points_text(part.points, self.labels)
        start = rf"\begin{{exampart}}{{({escape(part.label)})}}{{({points})}}"
        body = "\n\n".join((self.passages.write(part.prompt), *below))
        yield f"{start}\n{body}\n\\end{{exampart}}"

    def _hints(self, hints: Sequence[Hint]) -> Iterator[str]:
        """What may be told to who asks, which no paper prints."""
        for number, hint in enumerate(hints, 1):
            label = label_text(hint_label(number, hint.penalty, self.labels), self.labels)
            yield rf"\examlabel{{{label}}}{self.passages.write(hint.text)}"

    def _explanation(self, explanation: Passage | None) -> Iterator[str]:
        if explanation is not None:
            label = label_text(self.labels.explanation, self.labels)
            yield rf"\examlabel{{{label}}}{self.passages.write(explanation)}"

    # What a student answers in.

    def _room(self, item: Item, part: Part) -> Iterator[str]:
        words, answer = self.labels, part.answer
        label = escape(field_label(words.answer, words))
        if is_worked(answer) and not isinstance(answer, Open):
            room = rf"\examworking{{{float(working_room(item, part)):.4g}mm}}"
            yield room if part.space is None else _working(part.space)
        match answer:
            case SingleChoice():
                yield rf"\examhint{{{escape(words.select_one)}}}"
                yield self._short(answer.options, r"\examcircle")
            case MultipleSelect():
                if not tells_to_tick(item, part):
                    yield rf"\examhint{{{escape(words.select_any)}}}"
                yield self._short(answer.options, r"\examsquare")
            case Numeric() | ComplexAnswer() | ShortAnswer() if part.in_text:
                pass
            case Numeric() | ComplexAnswer():
                unit = f"~{escape(answer.unit)}" if answer.unit else ""
                yield rf"\examblank{{{label}}}{{\measureblank}}{unit}"
            case FormulaAnswer():
                yield rf"\examspace{{{self._formula_label(answer)}}}"
            case MatrixAnswer():
                row = "&".join([r"\examentry"] * answer.width)
                rows = r"\\[3mm]".join([row] * answer.height)
                array = rf"\begin{{array}}{{{'c' * answer.width}}}{rows}\end{{array}}"
                yield rf"\examletters{{{label}}}$\left[{array}\right]$"
            case ShortAnswer():
                yield rf"\examblank{{{label}}}{{\measurewordsblank}}"
            case Matching():
                yield rf"\examhint{{{escape(words.match_each)}}}"
                yield self._numbered(pair.left for pair in answer.pairs)
                yield r"\smallskip"
                yield self._lettered(answer.rights)
            case Ordering():
                yield rf"\examhint{{{escape(words.order_all)}}}"
                yield self._lettered(answer.items)
                blanks = r"\enspace ".join([r"\examletter{}"] * len(answer.items))
                yield rf"\examletters{{{label}}}{blanks}"
            case Open() if answer.upload:
                yield rf"\examhint{{{escape(upload_label(answer, words))}}}"
                yield "" if part.space is None else _working(part.space)
            case Open():
                lines = Space("lines", Fraction(answer.lines))
                yield _working(part.space or lines)
            case _:
                assert_never(answer)
        if part.space is not None and not is_worked(answer):
            yield _working(part.space)

    def _options(self, options: Iterable[Option], box: str) -> str:
        items = (
            rf"\examoption{{{box}}}{{{option_letter(index)}}} {self.passages.write(option.text)}"
            for index, option in enumerate(options)
        )
        return "\n".join((r"\begin{examoptions}", *items, r"\end{examoptions}"))

    def _short(self, options: Sequence[Option], box: str) -> str:
        """Options in as many columns as their widths allow, if each may be short enough."""
        texts = [self.passages.write(option.text) for option in options]
        if not all(
            is_short(option.text, text) for option, text in zip(options, texts, strict=True)
        ):
            return self._options(options, box)
        items = (
            rf"\examshort{{{box}}}{{{option_letter(index)}}}{{{text}}}"
            for index, text in enumerate(texts)
        )
        return "\n".join((r"\examshortoptions{%", *(f"{item}%" for item in items), "}"))

    def _lettered(self, texts: Iterable[Passage]) -> str:
        """Texts behind capital letters, to be referred to by them."""
        return self._short([Option(text, False, None) for text in texts], "")

    def _numbered(self, texts: Iterable[Passage]) -> str:
        """Texts behind numbers, with room for a letter in front of each."""
        items = (
            rf"\examoption{{\examletter{{}}}}{{{number}}} {self.passages.write(text)}"
            for number, text in enumerate(texts, 1)
        )
        return "\n".join((r"\begin{examnumbered}", *items, r"\end{examnumbered}"))

    def _formula_label(self, answer: FormulaAnswer) -> str:
        if not answer.variables:
            return escape(field_label(self.labels.answer, self.labels))
        names = ", ".join(self._formula(latex(Symbol(name))) for name in answer.variables)
        named = f"{escape(self.labels.answer)}, {fill_label(self.labels.variables, names)}"
        return named + escape(colon(self.labels).rstrip())

    # What a marker reads.

    def _key(self, answer: Answer) -> Iterator[str]:
        match answer:
            case SingleChoice():
                yield self._marked_options(answer.options, r"\examcircle", r"\examcircled")
            case MultipleSelect():
                yield self._marked_options(answer.options, r"\examsquare", r"\examticked")
            case Numeric():
                yield self._key_line(self._accepted(answer))
                yield from self._mistakes(
                    [
                        (
                            self._number(mistake.value) + self._credit(mistake.credit),
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
                            self._formula(complex_key_tex(mistake.value))
                            + self._credit(mistake.credit),
                            mistake.feedback,
                        )
                        for mistake in answer.mistakes
                    ]
                )
            case FormulaAnswer():
                yield self._key_line(self._formula(latex(answer.key)))
                yield from self._mistakes(
                    [
                        (
                            self._formula(latex(mistake.value)) + self._credit(mistake.credit),
                            mistake.feedback,
                        )
                        for mistake in answer.mistakes
                    ]
                )
            case MatrixAnswer():
                yield self._key_line(self._formula(key_tex(answer)))
                yield from self._mistakes(
                    [(self._formula(rows_tex(m.rows)), m.feedback) for m in answer.mistakes]
                )
            case ShortAnswer():
                yield self._key_line("; ".join(map(escape, answer.accepted)))
                yield from self._mistakes(
                    [
                        (
                            escape(f"“{mistake.text}”") + self._credit(mistake.credit),
                            mistake.feedback,
                        )
                        for mistake in answer.mistakes
                    ]
                )
            case Matching():
                yield from self._matching_key(answer)
            case Ordering():
                yield self._lettered(answer.items)
                yield self._key_line(ordering_key(answer))
            case Open():
                yield self._rubric(answer)
            case _:
                assert_never(answer)

    def _accepted(self, answer: Numeric) -> str:
        """The key with its unit, and from where to where an answer is taken for it."""
        low, high = accepted_interval(answer.key, answer.tolerance)
        key = self._number(answer.key) + (f"~{escape(answer.unit)}" if answer.unit else "")
        if low == high:
            return key
        return f"{key} ({fill_label(self.labels.tolerance, self._bound(low), self._bound(high))})"

    def _accepted_complex(self, answer: ComplexAnswer) -> str:
        """The key with its unit, and how far from it an answer is taken for it."""
        key, accepted = self._formula(complex_key_tex(answer.key)), accepted_tex(answer)
        key += f"~{escape(answer.unit)}" if answer.unit else ""
        return f"{key} ({self._formula(accepted)})" if accepted else key

    def _key_line(self, key: str) -> str:
        return rf"\examkey{{{label_text(self.labels.key, self.labels)}}}{key}"

    def _marked_options(self, options: Sequence[Option], wrong: str, right: str) -> str:
        words = self.labels
        letters = [option_letter(index) for index, option in enumerate(options) if option.correct]
        lines = [r"\begin{examoptions}"]
        for index, option in enumerate(options):
            box = right if option.correct else wrong
            verdict = words.correct if option.correct else words.wrong
            text = self.passages.write(option.text)
            lines.append(rf"\examoption{{{box}}}{{{option_letter(index)}}} {text}")
            if option.correct or option.feedback is not None:
                comment = "" if option.feedback is None else self.passages.write(option.feedback)
                colour = "examrightverdict" if option.correct else "examverdict"
                lines.append(_notes([rf"\{colour}{{{escape(verdict)}}}{comment}"]))
        lines.append(r"\end{examoptions}")
        return "\n".join((*lines, "", self._key_line(", ".join(letters) or "---")))

    def _matching_key(self, answer: Matching) -> Iterator[str]:
        """The left items behind the letters of their partners, and the right ones."""
        lines = [r"\begin{examnumbered}"]
        for number, pair in enumerate(answer.pairs, 1):
            letter = rf"\examletter{{{option_letter(pair.right)}}}"
            text = self.passages.write(pair.left)
            lines.append(rf"\examoption{{{letter}}}{{{number}}} {text}")
            if pair.feedback is not None:
                lines.append(_notes([self.passages.write(pair.feedback)]))
        lines.append(r"\end{examnumbered}")
        yield "\n".join(lines)
        yield r"\smallskip"
        yield self._lettered(answer.rights)
        yield self._key_line(matching_key(answer))

    def _mistakes(self, mistakes: Sequence[tuple[str, Passage]]) -> Iterator[str]:
        if mistakes:
            between = label_text("", self.labels)
            yield _notes(
                rf"\examlabel{{{fill_label(self.labels.mistake, value)}{between}}}"
                + self.passages.write(feedback)
                for value, feedback in mistakes
            )

    def _credit(self, credit: Fraction) -> str:
        return escape(credit_text(credit, self.labels.locale))

    def _rubric(self, answer: Open) -> str:
        between = label_text("", self.labels)
        lines = (
            rf"\item[\textbullet] \examlabel{{{points_text(line.points, self.labels)}{between}}}"
            + self.passages.write(line.text)
            for line in answer.rubric
        )
        title = rf"\examkey{{{label_text(self.labels.rubric, self.labels)}}}"
        if not answer.rubric:
            return f"{title}---"
        return "\n".join((title, r"\begin{examlist}", *lines, r"\end{examlist}"))

    def _formula(self, tex: str) -> str:
        """A formula in the line, with the language's decimal mark."""
        return formula(number_tex(tex, self.labels.locale))

    def _number(self, value: Real) -> str:
        """A number as it is graded: exact, with six digits of a fraction that does not end."""
        exact = None if isinstance(value, float) else terminating(Fraction(value))
        if exact is not None:
            return self._formula(exact)
        if isinstance(value, float):
            return self._formula(number_latex(value))
        return self._formula(rf"{number_latex(value)} \approx {number_latex(float(value))}")

    def _bound(self, value: Fraction) -> str:
        exact = terminating(value)
        if exact is not None and len(exact) <= 10:
            return self._formula(exact)
        return self._formula(number_latex(float(exact_value(float(value)))))


def _block(files: str, lines: Iterable[str]) -> str:
    body = "\n\n".join(lines)
    return f"\\begin{{examblock}}\n{files}{body}\n\\end{{examblock}}\n"


def _working(space: Space) -> str:
    """Room for working, or for an open answer."""
    match space.kind:
        case "none":
            return ""
        case "lines":
            return "\n".join([r"\examline"] * int(space.amount))
        case "box":
            return rf"\examframe{{{float(space.amount):g}mm}}"
        case "squared":
            return rf"\examsquared{{{float(space.amount):g}mm}}"
        case _:
            assert_never(space.kind)


def _notes(notes: Iterable[str]) -> str:
    body = "\n\n".join(notes)
    return f"\\begin{{examnotes}}\n{body}\n\\end{{examnotes}}"
