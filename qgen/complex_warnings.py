"""What is wrong with the tolerance of a complex answer, though each check holds."""

from collections.abc import Iterator
from typing import NamedTuple

from qgen.document.answers import ComplexAnswer
from qgen.document.complex_numbers import typed_complex
from qgen.document.problem import Severity
from qgen.document.values import Complex, magnitude
from qgen.marking.rules import reach_of


class Doubt(NamedTuple):
    """A warning by its code; `mistake` is the number of the mistake that it is about, from 0."""

    code: str
    message: str
    mistake: int | None = None
    severity: Severity = "warning"


def doubts(answer: ComplexAnswer, wide: float, rounding: float) -> Iterator[Doubt]:
    """Zero or a lost part that is accepted, and mistakes nearer than two tolerances.

    `wide` is the share of the key's magnitude beyond which a tolerance is doubted.
    """
    key, reach = answer.key, reach_of(answer.key, answer.tolerance)
    if not reach:
        return
    size, named = abs(_float(key)), typed_complex(key)
    if size and reach >= size:
        message = f"the key is {named}, and 0 is accepted, {reach:.3g} away"
        yield Doubt("zero-accepted", message, severity="error")
    elif reach > wide * size * (1 + rounding) and size:
        yield Doubt(
            "wide-tolerance", f"the key is {named}, and what is {reach:.3g} away is accepted"
        )
    elif lost := _lost_part(key, reach):
        message = (
            f"the key is {named}, and the tolerance of {reach:.3g} accepts it without its {lost}"
        )
        yield Doubt("wide-tolerance", message)
    yield from _near(answer, reach, 2 * reach * (1 - rounding))


def _lost_part(key: Complex, reach: float) -> str | None:
    if 0 < magnitude(key.imaginary) <= reach:
        return "imaginary part"
    return "real part" if 0 < magnitude(key.real) <= reach else None


def _near(answer: ComplexAnswer, reach: float, near: float) -> Iterator[Doubt]:
    values = [mistake.value for mistake in answer.mistakes]
    for number, value in enumerate(values):
        here, named = _float(value), typed_complex(value)
        if reach < abs(here - _float(answer.key)) < near:
            message = (
                f"the mistake {named} lies nearer to the key {typed_complex(answer.key)} than two "
                f"tolerances of {reach:.3g}"
            )
            yield Doubt("near-mistakes", message, number)
        for other in values[:number]:
            if 0 < abs(here - _float(other)) < near:
                message = (
                    f"the mistakes {named} and {typed_complex(other)} are nearer to each other "
                    f"than two tolerances of {reach:.3g}"
                )
                yield Doubt("near-mistakes", message, number)
                break


def _float(value: Complex) -> complex:
    return complex(value.real, value.imaginary)
