"""Formulas as questions of the Formulas plugin, which compares them at sampled points.

The plugin refuses a question with an element left out, and marks everybody wrong where the key has
no value at a sampled point: so every element is written, and the key is tried at all of them.
"""

import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from qgen.document.answers import Answer, ComplexAnswer, FormulaAnswer, Numeric, Part
from qgen.document.formula import Call, Formula, VariableDomain, evaluate, operands, typed
from qgen.document.numbers import machine_decimal
from qgen.renderers.complex_numbers import squared_margin
from qgen.renderers.labels import Labels
from qgen.renderers.moodle.cloze import typing_hint
from qgen.renderers.moodle.essay import part_heading
from qgen.renderers.moodle.numbers import NumberWriter, grade
from qgen.renderers.moodle.text import EMPTY_FIELD, MoodleText, escaped_text

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*")
_FUNCTIONS = frozenset("exp ln sqrt abs sin cos tan".split())
_TAKEN = _FUNCTIONS | frozenset("pi log log10 asin acos atan ceil floor fact pow".split())
_RANGES: Mapping[VariableDomain, tuple[str, str]] = {
    "real": ("-3", "3"),
    "positive": ("0.1", "4"),
    "nonnegative": ("0.1", "4"),
    "probability": ("0.05", "0.95"),
}
_POINTS = 4000
"""So many places at most are sampled from, so that a key can be tried at each."""
_MOST = 17
_FEWEST = 4
_NEAR = 1e-6
_APART = 4
_OWN_MARKUP = re.compile(r"\{(?=[_=#])")
_EXPRESSION, _ALGEBRAIC = 10, 1000
_BOX = re.compile("\0box([0-9]+)\0")
# No text of an item holds such a character.


def box_here(number: int) -> str:
    """What stands in a text for a box of the part until the plugin's markup may be written."""
    return f"\0box{number}\0"


def shape_fault(parts: Sequence[Part]) -> str | None:
    """Why the plugin cannot ask for these parts, seen on an outline; None where it can."""
    for part in parts:
        where = f"part {part.label}: " if part.label else ""
        match part.answer:
            case FormulaAnswer():
                for name in part.answer.variables:
                    if not _NAME.fullmatch(name) or name in _TAKEN:
                        return f"{where}'{name}' is no variable in the Formulas plugin"
                if not part.answer.variables:
                    return f"{where}the Formulas plugin needs a variable in a formula"
                if len(part.answer.variables) > math.log(_POINTS, _FEWEST):
                    return f"{where}too many variables to try them all"
            case Numeric() | ComplexAnswer():
                pass
            case _:
                return f"{where}only numbers and formulas are asked in the Formulas plugin"
    return None


def parts_fault(parts: Sequence[Part]) -> str | None:
    """Why the plugin cannot mark these parts as they are; None where it can."""
    for part in parts:
        if isinstance(part.answer, FormulaAnswer) and (fault := _fault(part.answer)) is not None:
            return f"part {part.label}: {fault}" if part.label else fault
    return None


def _fault(answer: FormulaAnswer) -> str | None:
    called = {
        name
        for formula in (answer.key, *(mistake.value for mistake in answer.mistakes))
        for name in _functions(formula)
    }
    if unknown := called - _FUNCTIONS - {"sigmoid"}:
        return f"the Formulas plugin does not know {' and '.join(sorted(unknown))}"
    try:
        key = [evaluate(answer.key, point) for point in _sampled(answer)]
        tolerance = _tolerance(key)
    except (ArithmeticError, ValueError):
        return "the key has no value at some of the places that the Formulas plugin samples"
    if not tolerance:
        return "the key is nothing at all places that the Formulas plugin samples"
    for number, mistake in enumerate(answer.mistakes, 1):
        try:
            values = [evaluate(mistake.value, point) for point in _sampled(answer)]
        except (ArithmeticError, ValueError):
            continue
        away = math.fsum(abs(a - b) for a, b in zip(key, values, strict=True)) / len(key)
        if away <= _APART * tolerance:
            return f"mistake {number} is too near to the key for the Formulas plugin"
    return None


def _functions(formula: Formula) -> frozenset[str]:
    here = frozenset((formula.function,)) if isinstance(formula, Call) else frozenset[str]()
    return here.union(*map(_functions, operands(formula)))


def _sets(answer: FormulaAnswer) -> dict[str, tuple[str, str, str]]:
    """For each variable the first place, the end (which is left out) and the step."""
    count = len(answer.variables)
    places = min(_MOST, int(_POINTS ** (1 / count) + 1e-9)) if count else 0
    found = {}
    for number, (name, domain) in enumerate(sorted(answer.variables.items())):
        low, high = _RANGES[domain]
        # Steps that differ a little, so that variables are not equal at every place.
        step = (float(high) - float(low)) / (places + 0.13 * (number + 1) - 1)
        found[name] = (low, high, f"{step:.4g}")
    return found


def _sampled(answer: FormulaAnswer) -> Iterator[dict[str, float]]:
    places = {
        name: [
            float(low) + index * float(step)
            for index in range(math.ceil((float(high) - float(low)) / float(step)))
        ]
        for name, (low, high, step) in _sets(answer).items()
    }
    for values in itertools.product(*places.values()):
        yield dict(zip(places, values, strict=True))


def _tolerance(key: Sequence[float]) -> float:
    """How far from the key a formula may be on average; less where the key itself is small."""
    return _NEAR * min(1.0, math.fsum(map(abs, key)) / len(key))


def plugin_elements(parts: Sequence[Part], text: Callable[[Part], str]) -> str:
    """What stands in a question besides what all have; `text` gives a part's field."""
    said = "".join(
        f'<{name} format="html">{EMPTY_FIELD}</{name}>\n'
        for name in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
    )
    # Without variables of the question's own, nothing in braces is replaced in its text.
    empty = "<varsrandom><text></text></varsrandom>\n<varsglobal><text></text></varsglobal>\n"
    numbering = "<answernumbering><text>none</text></answernumbering>\n"
    written = "".join(_part(number, part, text(part), said) for number, part in enumerate(parts))
    return f"{said}{empty}{numbering}{written}"


class PluginParts:
    """Writes what is asked in each part, before the box that the plugin puts behind it."""

    def __init__(self, text: MoodleText, labels: Labels) -> None:
        self._text = text
        self._labels = labels

    def field(self, part: Part) -> str:
        """The text of a part as the content of an element."""
        before = ""
        if part.label:
            before = f"{part_heading(part, self._labels)}<div>{self._text.write(part.prompt)}</div>"
        return self._text.field_of(before + self._typing(part.answer))

    def _typing(self, answer: Answer) -> str:
        if isinstance(answer, ComplexAnswer):
            unit = f"{escaped_text(answer.unit)} " if answer.unit else ""
            real, imaginary = map(box_here, (0, 1))
            return f"<p>{real} + {imaginary} \\(i\\) {unit}{typing_hint(self._labels)}</p>"
        if isinstance(answer, Numeric):
            unit = f"{escaped_text(answer.unit)} " if answer.unit else ""
            return f"<p>{unit}{typing_hint(self._labels)}</p>"
        return f"<p>{escaped_text(self._labels.type_formula)}</p>"


def plain_braces(question: str) -> str:
    """A question in which no brace of a text begins a box or a value of the plugin's."""
    name, ending, rest = question.partition("</name>")
    return name + ending + _BOX.sub(r"{_\1}", _OWN_MARKUP.sub("&#123;", rest))


def _part(number: int, part: Part, text: str, said: str) -> str:
    variables, boxes = "", 1
    if isinstance(part.answer, ComplexAnswer):
        # With two boxes `_err` is the distance in the plane.
        kind, boxes, key = _EXPRESSION, 2, part.answer.key
        answer = f"[{machine_decimal(key.real)}, {machine_decimal(key.imaginary)}]"
        reach = math.sqrt(squared_margin(key, part.answer.tolerance))
        correctness = f"_err &lt;= {reach:.14g}"
    elif isinstance(part.answer, FormulaAnswer):
        kind, answer = _ALGEBRAIC, f'"{_written(part.answer.key)}"'
        variables = " ".join(
            f"{name} = {{{low}:{high}:{step}}};"
            for name, (low, high, step) in _sets(part.answer).items()
        )
        values = [evaluate(part.answer.key, point) for point in _sampled(part.answer)]
        correctness = f"_err &lt; {_tolerance(values):.6g}"
    else:
        assert isinstance(part.answer, Numeric)
        kind = _EXPRESSION
        answer, margin = NumberWriter(part.answer.tolerance).write(part.answer.key)
        # The difference is rounded in binary: the edge itself is to be in.
        correctness = f"_err &lt;= {float(margin) * (1 + 1e-9) + 1e-15 * abs(float(answer)):.12g}"
    fields = {
        "partindex": str(number),
        "placeholder": "",
        "answermark": grade(part.points),
        "answertype": str(kind),
        "numbox": str(boxes),
        "vars1": variables,
        "answer": answer,
        "answernotunique": "1",
        "vars2": "",
        "correctness": correctness,
        "unitpenalty": "1",
        "postunit": "",
        "ruleid": "1",
        "otherrule": "",
    }
    listed = "".join(f"<{name}><text>{value}</text></{name}>\n" for name, value in fields.items())
    return (
        f'<answers>\n{listed}<subqtext format="html">{text}</subqtext>\n'
        f'<feedback format="html">{EMPTY_FIELD}</feedback>\n{said}</answers>\n'
    )


def _written(formula: Formula) -> str:
    """A formula in the plugin's language, which has no sigmoid."""
    return _without_sigmoid(typed(formula))


def _without_sigmoid(text: str) -> str:
    """`sigmoid(x)` as `(1/(1+exp(-(x))))`, innermost last."""
    while (start := text.find("sigmoid(")) >= 0:
        begin = start + len("sigmoid(")
        depth, end = 1, begin
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        text = f"{text[:start]}(1/(1+exp(-({text[begin : end - 1]})))){text[end:]}"
    return text
