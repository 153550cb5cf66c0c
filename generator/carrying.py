"""What is right in a part for a value that a student gave in an earlier one."""

from dataclasses import dataclass
from fractions import Fraction

from qgen.bank.expressions import Expression, ExpressionError, evaluate
from qgen.bank.templates import CARRIED_NAME, CarryTemplate
from qgen.document.answers import CarriedForward
from qgen.document.values import AnyNumber, Complex, Values


@dataclass(frozen=True, slots=True)
class Following:
    """A carried expression with the values that it reads; called with the earlier value.

    It is data, and no closure, so that it can be kept with the keys of a paper.
    """

    expression: Expression
    known: Values

    def __call__(self, earlier: Fraction | Complex) -> AnyNumber:
        """The key for an earlier value; raises ExpressionError where there is none."""
        value = evaluate(self.expression, {**self.known, CARRIED_NAME: earlier})
        if isinstance(value, (float, Fraction, int, Complex)) and type(value) is not bool:
            return value
        raise ExpressionError(f"'{self.expression.source}' gives no number")


def carried_forward(carry: CarryTemplate, known: Values) -> CarriedForward:
    """How a part is marked by the student's own earlier value, for one variant's values."""
    expression = carry.answer.expression
    needed = {name: known[name] for name in sorted(expression.names) if name in known}
    return CarriedForward(carry.part, Following(expression, needed))
