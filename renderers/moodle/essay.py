"""What the person who marks an essay is told: keys, rubrics and known mistakes as HTML."""

from collections.abc import Iterable
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
    Ordering,
    Part,
    ShortAnswer,
    SingleChoice,
    matching_key,
    ordering_key,
)
from qgen.document.complex_numbers import typed_complex
from qgen.document.formula import Formula, latex
from qgen.document.numbers import machine_decimal
from qgen.document.richtext import Passage
from qgen.document.values import Complex
from qgen.renderers.complex_numbers import accepted_tex, complex_key_tex
from qgen.renderers.keys import accepted_decimals, typed_once
from qgen.renderers.labels import Labels
from qgen.renderers.matrices import key_tex, rows_tex, scoring_text, size_text
from qgen.renderers.moodle.text import escaped, escaped_text
from qgen.renderers.passage_writer import PassageWriter
from qgen.renderers.remembering import made_once
from qgen.renderers.wording import credit_text, points_label, points_number, upload_label

# What Moodle's form offers; another number would show as something else when it is edited.
_FIELD_LINES = (5, 10, 15, 20, 25, 30, 35, 40)


def points_text(points: Fraction, labels: Labels) -> str:
    """`2 points`, `1/3 points`."""
    return points_label(points, labels).format(points_number(points, labels.locale))


def field_lines(lines: int) -> int:
    """The height of the answer box nearest to the lines asked for, none cut where possible."""
    return next((offered for offered in _FIELD_LINES if offered >= lines), _FIELD_LINES[-1])


def part_heading(part: Part, labels: Labels) -> str:
    """`Part a (2 points)` as a line of its own."""
    label = escaped_text(labels.part.format(part.label))
    return f"<p><strong>{label}</strong> ({escaped_text(points_text(part.points, labels))})</p>"


def derivation_text(
    parts: tuple[Part, ...], asked: tuple[Part, ...], text: PassageWriter, labels: Labels
) -> str:
    """Parts with prompts, options and units, no keys; those not asked are there to be read."""
    written: list[str] = []
    for part in parts:
        words = f"<div>{text.write(part.prompt)}</div>{asked_text(part.answer, text, labels)}"
        heading = part_heading(part, labels)
        if part in asked:
            written.append(heading + words)
        else:
            note = f"<p><em>{escaped_text(labels.read_only)}</em></p>"
            written.append(f"<blockquote>{heading}{words}{note}</blockquote>")
    return "".join(written)


def asked_text(answer: Answer, text: PassageWriter, labels: Labels) -> str:
    """What an answer in words needs to refer to: options, items, a unit."""
    match answer:
        case SingleChoice() | MultipleSelect():
            return lettered((option.text for option in answer.options), text)
        case Matching():
            lefts = (f"<li>{text.write(pair.left)}</li>" for pair in answer.pairs)
            return f"<ol>{''.join(lefts)}</ol>{lettered(answer.rights, text)}"
        case Ordering():
            return lettered(answer.items, text)
        case Numeric() | ComplexAnswer():
            return unit_line(answer.unit, labels) if answer.unit else ""
        case MatrixAnswer():
            return f"<p>{escaped_text(size_text(answer, labels))}</p>"
        case Open() if answer.upload:
            return f"<p>{escaped_text(upload_label(answer, labels))}</p>"
        case FormulaAnswer() | ShortAnswer() | Open():
            return ""
        case _:
            assert_never(answer)


def lettered(texts: Iterable[Passage], text: PassageWriter) -> str:
    """Texts behind capital letters."""
    rows = (f"<li>{text.write(each)}</li>" for each in texts)
    return f'<ol type="A">{"".join(rows)}</ol>'


def derivation_notes(parts: tuple[Part, ...], text: PassageWriter, labels: Labels) -> str:
    """Keys, rubrics and known mistakes of all parts."""
    return "".join(
        f"{part_heading(part, labels)}{marking_notes(part.answer, text, labels)}" for part in parts
    )


def unit_line(unit: str, labels: Labels) -> str:
    """Tells the unit that the answer is in."""
    return f"<p>{escaped_text(labels.answer)}: … {escaped_text(unit)}</p>"


def marking_notes(answer: Answer, text: PassageWriter, labels: Labels) -> str:
    """The key, the rubric and the known mistakes of one answer."""
    match answer:
        case SingleChoice() | MultipleSelect():
            return _choice_notes(answer, text, labels)
        case Numeric():
            low, high = accepted_decimals(answer)
            unit = f" {escaped_text(answer.unit)}" if answer.unit else ""
            span = labels.tolerance.format(low, high)
            return _key(labels, f"{machine_decimal(answer.key)}{unit} ({escaped_text(span)})") + (
                _list(
                    [
                        (
                            machine_decimal(mistake.value) + credit_text(mistake.credit),
                            mistake.feedback,
                        )
                        for mistake in answer.mistakes
                    ],
                    text,
                )
            )
        case ComplexAnswer():
            return _complex_notes(answer, text, labels)
        case MatrixAnswer():
            mistakes = [(_typeset(rows_tex(m.rows)), m.feedback) for m in answer.mistakes]
            key = _key(labels, _typeset(key_tex(answer)))
            rule = escaped_text(scoring_text(answer, labels))
            return f"{key}<p>{rule}</p>{_list(mistakes, text)}"
        case FormulaAnswer():
            return _formula_notes(answer, text, labels)
        case ShortAnswer():
            forms = " / ".join(escaped_text(form) for form in answer.accepted)
            return _key(labels, forms) + _list(
                [
                    (escaped_text(mistake.text) + credit_text(mistake.credit), mistake.feedback)
                    for mistake in answer.mistakes
                ],
                text,
            )
        case Matching():
            notes = [
                (str(number), pair.feedback)
                for number, pair in enumerate(answer.pairs, 1)
                if pair.feedback is not None
            ]
            return _key(labels, matching_key(answer)) + _list(notes, text)
        case Ordering():
            return _key(labels, ordering_key(answer))
        case Open():
            lines = [
                (escaped_text(points_text(line.points, labels)), line.text)
                for line in answer.rubric
            ]
            return f"<p>{escaped_text(labels.rubric)}:</p>{_list(lines, text)}"
        case _:
            assert_never(answer)


def _key(labels: Labels, html: str) -> str:
    return f"<p>{escaped_text(labels.key)}: {html}</p>"


def _list(entries: list[tuple[str, Passage]], text: PassageWriter) -> str:
    """A list of HTML with a passage behind each, such as known mistakes with their feedback."""
    if not entries:
        return ""
    return f"<ul>{''.join(f'<li>{html}: {text.write(words)}</li>' for html, words in entries)}</ul>"


def _choice_notes(
    answer: SingleChoice | MultipleSelect, text: PassageWriter, labels: Labels
) -> str:
    lines: list[str] = []
    for option in answer.options:
        verdict = escaped_text(labels.correct if option.correct else labels.wrong)
        feedback = f" – {text.write(option.feedback)}" if option.feedback else ""
        lines.append(f"<li>{text.write(option.text)} – <strong>{verdict}</strong>{feedback}</li>")
    return f'<ol type="A">{"".join(lines)}</ol>'


def _formula_notes(answer: FormulaAnswer, text: PassageWriter, labels: Labels) -> str:
    names = ", ".join(f"{name} ({domain})" for name, domain in answer.variables.items())
    variables = f", {escaped_text(labels.variables.format(names))}" if names else ""
    mistakes = [
        (_formula(mistake.value) + credit_text(mistake.credit), mistake.feedback)
        for mistake in answer.mistakes
    ]
    return _key(labels, _formula(answer.key) + variables) + _list(mistakes, text)


def _complex_notes(answer: ComplexAnswer, text: PassageWriter, labels: Labels) -> str:
    unit = f" {escaped_text(answer.unit)}" if answer.unit else ""
    accepted = accepted_tex(answer)
    key = _complex(answer.key) + unit + (f" ({_typeset(accepted)})" if accepted else "")
    mistakes = [
        (_complex(mistake.value) + credit_text(mistake.credit), mistake.feedback)
        for mistake in answer.mistakes
    ]
    return _key(labels, key) + _list(mistakes, text)


def _complex(value: Complex) -> str:
    """A complex number typeset and as it is typed."""
    return f"{_typeset(complex_key_tex(value))}, <code>{escaped(typed_complex(value))}</code>"


@made_once
def _formula(expression: Formula) -> str:
    """A formula typeset and as it is typed."""
    return rf"{_typeset(latex(expression))}, <code>{escaped(typed_once(expression))}</code>"


def _typeset(tex: str) -> str:
    return rf"\({escaped(tex)}\)"
