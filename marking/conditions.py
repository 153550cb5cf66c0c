"""Numbers of which a condition tells whether they are right."""

from collections.abc import Iterator
from fractions import Fraction

from qgen.document.answers import Acceptance
from qgen.document.numbers import machine_decimal
from qgen.marking.grader import NO_SLACK, Mark, mark_number
from qgen.marking.number_reader import parse_number
from qgen.marking.rules import RIGHT, WRONG


def mark_by_condition(
    acceptance: Acceptance, number: Fraction, slack: Fraction = NO_SLACK
) -> Mark | None:
    """The mark of a number; None where the condition cannot tell, so that a person must look.

    What was typed lies at most `slack` from the number: sqrt(2) is known to some digits. A wrong
    number is marked as the nearest known mistake in the example's tolerance.
    """
    try:
        told = {acceptance.holds(each) for each in {number - slack, number, number + slack}}
    except (ArithmeticError, ValueError):
        return None
    if len(told) > 1:
        return None
    if True in told:
        return Mark(RIGHT)
    found = mark_number(acceptance.example, number, slack)
    if found.mistake is None:
        return None if slack and acceptance.compares else Mark(WRONG)
    return found


def condition_faults(acceptance: Acceptance) -> Iterator[tuple[str, str]]:
    """What is wrong where the example, as it can be typed, earns nothing, or a mistake too much."""
    example = acceptance.example
    texts = [machine_decimal(example.key)]
    texts += [str(example.key)] if isinstance(example.key, Fraction) else []
    for text in texts:
        number = parse_number(text)
        mark = mark_by_condition(acceptance, number) if isinstance(number, Fraction) else None
        if mark is None or mark.credit != 1:
            yield (
                "key-wrong",
                f"the example typed as {text} is not accepted: where no decimal meets the "
                "condition, allow for rounding, as in abs(response**2 - 2) < 0.001",
            )
    for place, mistake in enumerate(example.mistakes):
        mark = mark_by_condition(acceptance, Fraction(mistake.value))
        if mark is None or mark.credit != mistake.credit or mark.mistake != place:
            shown = f"{float(mistake.value):.6g}"
            yield "mistake", f"the mistake {shown} is accepted, or not told from another one"
