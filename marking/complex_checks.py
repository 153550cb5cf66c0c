"""What must hold of every complex number that is asked for: key, tolerance, mistakes, a blank."""

from collections.abc import Iterator
from fractions import Fraction
from math import isqrt

from qgen.document.answers import ComplexAnswer
from qgen.document.complex_numbers import exact_parts, typed_complex
from qgen.document.numbers import machine_decimal, terminating
from qgen.document.values import Complex
from qgen.marking.complex_marker import (
    ComplexMarker,
    Given,
    given_as_typed,
    given_exactly,
)
from qgen.marking.complex_reader import read_complex
from qgen.marking.number_reader import LONGEST, Refusal
from qgen.marking.rules import squared_reach

_STEP = Fraction(1, 10**9)


def complex_faults(answer: ComplexAnswer) -> Iterator[tuple[str, str]]:
    """The key as students may type it, numbers on all sides beyond the tolerance, and mistakes."""
    marker = ComplexMarker(answer)
    for text in _forms(answer.key):
        typed = read_complex(text)
        if isinstance(typed, Refusal):
            yield "key-refused", f"the key typed as {text} is refused: {typed.sentence}"
        elif marker.mark(given_as_typed(typed)).credit != 1:
            yield "key-wrong", f"the key typed as {text} earns no marks{_exactly(answer)}"
    for outside in _beyond(answer):
        if marker.mark(outside).credit == 1:
            text = f"{float(outside.real):.12g}{float(outside.imaginary):+.12g}i"
            yield "credit", f"{text} lies outside the tolerance and earns marks"
    yield from _mistakes(answer, marker)


def _forms(key: Complex) -> Iterator[str]:
    """The key exactly, in decimals, with the unit first, and as engineers have it.

    Exactly only where that is short enough to be typed; decimals are always tried.
    """
    text = typed_complex(key)
    real, imaginary = machine_decimal(key.real), machine_decimal(key.imaginary)
    if len(text) <= LONGEST:
        yield text
        yield text.replace("-", "−").replace("i", "j")
    decimal = f"{imaginary}*i" + (f" + {real}" if not real.startswith("-") else f" - {real[1:]}")
    yield decimal


def _exactly(answer: ComplexAnswer) -> str:
    """What to say where no decimal is the key, and the tolerance allows for nothing else."""
    parts = (answer.key.real, answer.key.imaginary)
    written = [isinstance(part, float) or terminating(Fraction(part)) is not None for part in parts]
    if answer.tolerance.amount or all(written):
        return ""
    return (
        f": the key is {typed_complex(answer.key)}, and the tolerance {{{answer.tolerance.kind}: "
        "0}} accepts nothing beside it; allow for rounding, as in {absolute: 0.001} or "
        "{relative: 1%}"
    )


def _beyond(answer: ComplexAnswer) -> Iterator[Given]:
    """Numbers just outside of what is accepted, along both axes and between them."""
    real, imaginary = exact_parts(answer.key)
    reach = _root_above(squared_reach(answer.key, answer.tolerance))
    out = reach + (reach / 1_000_000 or _STEP)
    # Between the axes, 3/4 of the reach in both parts are more than the reach itself.
    across = out * Fraction(3, 4)
    for x, y in ((out, 0), (-out, 0), (0, out), (0, -out), (across, across), (-across, across)):
        yield Given(real + x, imaginary + y)


def _root_above(square: Fraction) -> Fraction:
    """A root, a little too large where it is no fraction."""
    scale = 10**24
    whole = square.numerator * square.denominator * scale * scale
    root = isqrt(whole)
    return Fraction(root if root * root == whole else root + 1, square.denominator * scale)


def _mistakes(answer: ComplexAnswer, marker: ComplexMarker) -> Iterator[tuple[str, str]]:
    for index, mistake in enumerate(answer.mistakes):
        found = marker.mark(given_exactly(mistake.value))
        text = typed_complex(mistake.value)
        if found.credit == 1:
            key = typed_complex(answer.key)
            message = f"the mistake {text} lies inside the tolerance of the key {key}"
            yield "mistake-in-tolerance", message
        elif found.mistake is None:
            yield "mistake", f"the mistake {text} is not recognised"
        elif found.mistake != index:
            yield (
                "equal-mistakes",
                f"the mistakes {found.mistake + 1} and {index + 1} both give {text}: who makes the "
                "second reads the feedback of the first",
            )
