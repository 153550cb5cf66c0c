"""What follows from a student's own earlier value, as QTI's expressions work it out.

The value is kept in an outcome of its own, `FOLLOWED_R2`, so that the rules can speak of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from qgen.document.answers import Numeric, Part, Tolerance
from qgen.renderers.carried import Quotient, carried_quotient
from qgen.renderers.qti.dialect import Dialect
from qgen.renderers.qti.numbers import number


@dataclass(frozen=True, slots=True)
class Following:
    """How the value of one part follows from that of an earlier response."""

    dialect: Dialect
    response: str
    earlier: str
    quotient: Quotient
    tolerance: Tolerance

    @property
    def outcome(self) -> str:
        """The name of the outcome that holds the value."""
        return kept_in(self.response)

    def worked_out(self) -> str:
        """The rule that sets the outcome, where the earlier value is a number."""
        tag = self.dialect.element
        top, bottom = map(self._polynomial, self.quotient)
        # The highest coefficient below is one.
        value = top if len(self.quotient.bottom) == 1 else tag("divide", top + bottom)
        earlier = tag("variable", identifier=self.earlier)
        is_given = tag("not", tag("isNull", earlier))
        rule = tag("setOutcomeValue", value, identifier=self.outcome)
        return tag("responseCondition", tag("responseIf", is_given + rule))

    def is_met(self) -> str:
        """The condition that the response is what follows, within the part's tolerance."""
        tag = self.dialect.element
        amount = self.tolerance.amount
        if self.tolerance.kind == "absolute":
            met = self._between(
                tag("subtract", self._followed + self._float(amount)),
                tag("sum", self._followed + self._float(amount)),
            )
        else:
            # What is smaller of the two ends depends on the sign.
            near = tag("product", self._followed + self._float(1 - amount))
            far = tag("product", self._followed + self._float(1 + amount))
            met = tag("or", self._between(near, far) + self._between(far, near))
        return tag("and", tag("not", tag("isNull", self._followed)) + met)

    @property
    def _followed(self) -> str:
        return self.dialect.element("variable", identifier=self.outcome)

    def _between(self, low: str, high: str) -> str:
        tag = self.dialect.element
        response = tag("variable", identifier=self.response)
        return tag("and", tag("gte", response + low) + tag("lte", response + high))

    def _polynomial(self, coefficients: Sequence[Fraction]) -> str:
        """By Horner's rule, which needs no powers."""
        tag = self.dialect.element
        earlier = tag("variable", identifier=self.earlier)
        *lower, highest = coefficients
        value = self._float(highest)
        for each in reversed(lower):
            value = tag("product", value + earlier)
            if each:
                value = tag("sum", value + self._float(each))
        return value

    def _float(self, value: Fraction) -> str:
        return self.dialect.element("baseValue", number(value), baseType="float")


def kept_in(response: str) -> str:
    """The outcome that holds what follows for a response."""
    return f"FOLLOWED_{response}"


def following(dialect: Dialect, parts: Sequence[Part], place: int) -> Following | None:
    """How the part at a place follows from an earlier one, if it does and QTI can say so."""
    part = parts[place]
    if part.carried is None or not isinstance(part.answer, Numeric):
        return None
    tolerance = part.answer.tolerance
    labels = [each.label for each in parts]
    earlier = labels.index(part.carried.part)
    # How far a number of so many digits may be off depends on its size in jumps.
    if tolerance.kind == "significant_digits":
        return None
    quotient = carried_quotient(part, parts[earlier])
    if quotient is None:
        return None
    return Following(dialect, f"R{place + 1}", f"R{earlier + 1}", quotient, tolerance)
