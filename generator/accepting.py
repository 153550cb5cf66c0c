"""Numbers of which a condition tells whether they are right, with one of them as the key."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import count

from qgen.bank.expressions import Expression, ExpressionError, evaluate
from qgen.bank.templates import RESPONSE_NAME, AcceptTemplate, Placed
from qgen.document.answers import Acceptance, Numeric, Open, RubricLine
from qgen.document.formula import number_latex
from qgen.document.numbers import exact_value, terminating
from qgen.document.richtext import BulletList, Code, Hole, Math, Paragraph, Passage, RichText
from qgen.document.values import MOST_SHOWN, Real, Value, Values, brief
from qgen.generator.drawing import VariantFailure
from qgen.generator.worded import Printed

_LINES = 4


@dataclass(frozen=True, slots=True)
class Condition:
    """An author's condition with the values that it reads; called with what a student typed.

    It is data, and no closure, so that it can be kept with the keys of a paper.
    """

    expression: Expression
    known: Values

    def __call__(self, response: Fraction) -> bool:
        """Whether a number is right; raises ExpressionError where that cannot be told."""
        # Functions of whole numbers know them by their type.
        number = response.numerator if response.denominator == 1 else response
        value = evaluate(self.expression, {**self.known, RESPONSE_NAME: number})
        if isinstance(value, bool):
            return value
        raise ExpressionError(f"'{self.expression.source}' gives no truth value")


def accepted_answer(
    accept: AcceptTemplate, example: Numeric, known: Values, printed: Printed
) -> Open:
    """What asks for such a number: of a person, whom the condition tells what counts.

    `printed` is what the holes of the question print. Raises VariantFailure where the example is
    not right, or a mistake is.
    """
    condition = accept.condition
    expression = condition.expression
    needed = {name: known[name] for name in sorted(expression.names) if name in known}
    holds = Condition(expression, needed)
    if not _met(holds, example.key, condition):
        message = f"the example {brief(example.key)} does not meet '{expression.source}'"
        raise VariantFailure("example", f"{message} ({condition.place})")
    for mistake in example.mistakes:
        if _met(holds, mistake.value, condition):
            message = f"the mistake {brief(mistake.value)} meets '{expression.source}'"
            raise VariantFailure("mistake-is-key", f"{message} ({condition.place})")
    return _asked(accept, example, holds, printed)


def unproved_answer(accept: AcceptTemplate, example: Numeric, printed: Printed) -> Open:
    """The shape of such an answer, before there are numbers."""
    return _asked(accept, example, Condition(accept.condition.expression, {}), printed)


def _asked(accept: AcceptTemplate, example: Numeric, holds: Condition, printed: Printed) -> Open:
    """What a person marks by, in no language: the condition, its values, a right number.

    Below stand the known mistakes. All variants share the text; values are printed in its holes.
    """
    values = ", ".join(f"{name} = {_plain(value)}" for name, value in holds.known.items())
    own = [f" ({values}), e.g. " if values else ", e.g. ", _tex(example.key)]
    for mistake in example.mistakes:
        own += [_tex(mistake.value), f"{_share(mistake.credit)}: "]
    scheme = Passage(_scheme(accept, len(printed)), (*printed, *own))
    acceptance = Acceptance(example, holds, "==" in accept.condition.expression.source)
    return Open((RubricLine(accept.points, scheme),), _LINES, accepts=acceptance)


@lru_cache(maxsize=256)
def _scheme(accept: AcceptTemplate, first: int) -> RichText:
    """The text of a marking scheme, whose own holes count from `first`."""
    line = Paragraph(
        (
            Code(accept.condition.expression.source),
            Hole(first),
            Math((Hole(first + 1),)),
        )
    )
    if not accept.feedback:
        return RichText((line,))
    mistakes = tuple(
        (Paragraph((Math((Hole(hole),)), Hole(hole + 1))), *feedback.blocks)
        for hole, feedback in zip(count(first + 2, 2), accept.feedback, strict=False)
    )
    return RichText((line, BulletList(mistakes)))


def _plain(value: Value) -> str:
    if isinstance(value, tuple):
        text = f"({', '.join(map(_plain, value))})"
        return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"
    decimal = terminating(value) if isinstance(value, Fraction) else None
    return brief(value) if decimal is None else decimal


def _tex(value: Real) -> str:
    decimal = terminating(value) if isinstance(value, Fraction) else None
    return number_latex(value) if decimal is None else decimal


def _share(credit: Fraction) -> str:
    """` (50%)`, ` (1/3)`, or nothing."""
    if not credit:
        return ""
    percent = terminating(credit * 100)
    return f" ({credit})" if percent is None else f" ({percent}%)"


def _met(holds: Condition, value: int | Fraction | float, condition: Placed) -> bool:
    try:
        return holds(exact_value(value))
    except (ArithmeticError, ValueError) as error:
        source = condition.expression.source
        message = f"'{source}' with {RESPONSE_NAME} = {brief(value)}: {error} ({condition.place})"
        raise VariantFailure("accept", message) from error
