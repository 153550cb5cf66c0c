"""What a complex number earns: the tolerance is a distance in the plane."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from qgen.document.answers import ComplexAnswer, Part, Tolerance
from qgen.document.complex_numbers import exact_parts
from qgen.document.numbers import exact_ratio
from qgen.document.values import AnyNumber, Complex, as_complex, complex_value
from qgen.marking.complex_reader import TypedComplex
from qgen.marking.grader import Mark, followed_key
from qgen.marking.rules import RIGHT, WRONG, squared_reach


@dataclass(frozen=True, slots=True)
class Given:
    """A number that somebody gave; what it stands for lies at most the slacks from its parts."""

    real: Fraction
    imaginary: Fraction
    real_slack: Fraction = Fraction(0)
    imaginary_slack: Fraction = Fraction(0)

    @property
    def value(self) -> AnyNumber:
        """The number itself; a part that may be zero is zero.

        What is left of a part by rounding has a sign, and would turn `arg` by half a circle.
        """
        real = Fraction(0) if abs(self.real) <= self.real_slack else self.real
        is_real = abs(self.imaginary) <= self.imaginary_slack
        return complex_value(real, Fraction(0) if is_real else self.imaginary)


def given_as_typed(typed: TypedComplex) -> Given:
    """A number as it was typed."""
    real, imaginary = typed
    return Given(real.value, imaginary.value, real.slack, imaginary.slack)


def given_exactly(value: Complex) -> Given:
    """A number that is known exactly."""
    return Given(*exact_parts(value))


class _Disc:
    """What a complex number and its tolerance accept."""

    __slots__ = ("_imaginary", "_real", "_square")

    def __init__(self, number: Complex, tolerance: Tolerance) -> None:
        self._real, self._imaginary = exact_ratio(number.real), exact_ratio(number.imaginary)
        self._square = squared_reach(number, tolerance).as_integer_ratio()

    def away(self, given: Given) -> Fraction:
        """The square of the least distance at which what is given may lie."""
        across = Fraction(*_apart(self._real, given.real, given.real_slack))
        up = Fraction(*_apart(self._imaginary, given.imaginary, given.imaginary_slack))
        return across * across + up * up

    def meets(self, given: Given) -> bool:
        """Whether what is given may lie in it, the edge included."""
        across, across_below = _apart(self._real, given.real, given.real_slack)
        up, up_below = _apart(self._imaginary, given.imaginary, given.imaginary_slack)
        square, square_below = self._square
        away = (across * up_below) ** 2 + (up * across_below) ** 2
        return away * square_below <= square * (across_below * up_below) ** 2


def _apart(number: tuple[int, int], given: Fraction, slack: Fraction) -> tuple[int, int]:
    """By how much a number and what is given differ at least: above and below the line.

    In whole numbers, because this runs for every mistake of every variant that is checked.
    """
    above, below = number
    given_above, given_below = given.as_integer_ratio()
    apart, divisor = abs(given_above * below - above * given_below), below * given_below
    if not slack:
        return apart, divisor
    slack_above, slack_below = slack.as_integer_ratio()
    return max(0, apart * slack_below - slack_above * divisor), divisor * slack_below


class ComplexMarker:
    """Marks complex numbers given for one answer; what is accepted is worked out once."""

    def __init__(self, answer: ComplexAnswer) -> None:
        self._answer = answer
        self._accepted = _Disc(answer.key, answer.tolerance)
        self._near = [_Disc(mistake.value, answer.tolerance) for mistake in answer.mistakes]

    def mark(self, given: Given) -> Mark:
        """The mark; a wrong number is marked as the nearest known mistake in reach."""
        if self._accepted.meets(given):
            return Mark(RIGHT)
        near = [index for index, disc in enumerate(self._near) if disc.meets(given)]
        if not near:
            return Mark(WRONG)
        nearest = min(near, key=lambda index: self._near[index].away(given))
        mistake = self._answer.mistakes[nearest]
        return Mark(mistake.credit, (mistake.feedback,), nearest)


def mark_part_complex(part: Part, given: Given, earlier: Mapping[str, AnyNumber]) -> Mark:
    """Marks the complex number given in a part, which may follow from a value given earlier.

    Raises TypeError for a part that asks for no complex number.
    """
    if not isinstance(part.answer, ComplexAnswer):
        raise TypeError(f"part {part.label} asks for no complex number")
    mark = mark_complex(part.answer, given)
    key = None if mark.credit == RIGHT else followed_key(part, earlier)
    if key is None:
        return mark
    followed = mark_complex(replace(part.answer, key=as_complex(key), mistakes=()), given)
    return followed if followed.credit else mark


def mark_complex(answer: ComplexAnswer, given: Given) -> Mark:
    """Marks one complex number."""
    return ComplexMarker(answer).mark(given)
