"""The complex number that a question asks for, with what usual mistakes give, for one variant."""

from collections.abc import Callable

from qgen.bank.templates import ComplexTemplate, Placed
from qgen.document.answers import ComplexAnswer, ComplexMistake
from qgen.document.complex_numbers import exact_parts, typed_complex
from qgen.document.richtext import Passage, join_parts
from qgen.document.values import LARGEST, Complex, Value, as_complex, brief, is_number
from qgen.generator.drawing import VariantFailure
from qgen.generator.worded import Printed


def complex_answer(
    template: ComplexTemplate, printed: Printed, value_of: Callable[[Placed], Value]
) -> ComplexAnswer:
    """The answer; raises VariantFailure for what is no number, or a mistake that is the key."""
    key = _number(template.answer, value_of(template.answer))
    mistakes = []
    for mistake in template.mistakes:
        value = _number(mistake.answer, value_of(mistake.answer))
        if exact_parts(value) == exact_parts(key):
            source = mistake.answer.expression.source
            message = f"the mistake '{source}' gives the key {typed_complex(key)} itself"
            raise VariantFailure("mistake-is-key", message)
        feedback = Passage(mistake.feedback, printed)
        mistakes.append(ComplexMistake(value, feedback, mistake.credit))
    unit = None if template.unit is None else join_parts(template.unit, printed)
    return ComplexAnswer(key, template.tolerance, unit, tuple(mistakes), template.worked_out)


def _number(placed: Placed, value: Value) -> Complex:
    source = placed.expression.source
    if not is_number(value):
        message = f"'{source}' is {brief(value)}, not a number ({placed.place})"
        raise VariantFailure("answer", message)
    found = as_complex(value)
    for part in (found.real, found.imaginary):
        if not -LARGEST < part < LARGEST:
            message = (
                f"'{source}' is {brief(value)}, not a finite number with parts below 10**300 "
                f"({placed.place})"
            )
            raise VariantFailure("answer", message)
    return found
