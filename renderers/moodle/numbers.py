"""Numbers and tolerances as Moodle reads them: plain decimals of at most 14 digits."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

from qgen.document.answers import Numeric, ShortAnswer, Tolerance
from qgen.document.numbers import significant
from qgen.document.values import Real
from qgen.renderers.remembering import made_once

# Rounding to 14 digits moves a number by at most 5e-14 of itself; the rest is for the rounding
# of the double precision in which the tolerance is computed.
_LOST = 6e-14
_FEW = 6
"""A key of so many characters is shown as it is."""


class NumberWriter:
    """Writes a key and its mistakes, which share one tolerance.

    Double precision is enough, since Moodle keeps 14 digits, and exact fractions would cost ten
    times more than the rest of a question.
    """

    def __init__(self, tolerance: Tolerance) -> None:
        self._kind = tolerance.kind
        numerator, denominator = tolerance.amount.as_integer_ratio()
        self._amount = numerator / denominator

    def write(self, value: Real) -> tuple[str, str]:
        """A number and the absolute tolerance that accepts what `accepted_interval` accepts.

        Where 14 digits do not hold the number, the tolerance is widened by what they may lose,
        and it is rounded up, so that nothing accepted is refused. What is accepted beyond lies
        within a few units of the fourteenth digit, as does the slack of 1e-14 * max(1, |answer|)
        that Moodle itself adds. Raises OverflowError for a number beyond double precision.
        """
        numerator, denominator = value.as_integer_ratio()
        number = numerator / denominator
        return _written(number, self._margin(value, number))

    def write_key(self, value: Real) -> list[tuple[str, str]]:
        """The key as `write` gives it, behind the number that students are shown.

        Moodle shows the first right answer, which without more would be one of 14 digits; it
        accepts nothing beside itself, as the second one accepts it all.
        """
        numerator, denominator = value.as_integer_ratio()
        number = numerator / denominator
        margin = self._margin(value, number)
        whole = _written(number, margin)
        shown = self._shown(value, number, margin) if len(whole[0]) > _FEW else whole[0]
        return [whole] if len(shown) >= len(whole[0]) else [(shown, "0"), whole]

    def _shown(self, value: Real, number: float, margin: float) -> str:
        """The key to the digits asked for, or to as many as its tolerance makes sense of."""
        if self._kind == "significant_digits":
            return significant(value, int(self._amount))
        for digits in range(3, 14):
            text = significant(value, digits)
            if abs(float(text) - number) <= margin / 10:
                return text
        return significant(value, 14)

    def write_mistakes(self, values: Sequence[Real]) -> list[tuple[str, str]]:
        """Wrong numbers as `write` gives them, but none reaches what is nearer to another.

        Moodle takes the first answer in reach, `mark_number` the nearest: where two reach into
        each other, each is written as the middle and the half-width of what is left to it.
        """
        if len(values) < 2:
            return [self.write(value) for value in values]
        numbers = []
        for value in values:
            numerator, denominator = value.as_integer_ratio()
            numbers.append(numerator / denominator)
        margins = [self._margin(*pair) for pair in zip(values, numbers, strict=True)]
        written = []
        for number, margin in zip(numbers, margins, strict=True):
            below = [number - margin]
            above = [number + margin]
            for other, reach in zip(numbers, margins, strict=True):
                if other < number and other + reach > number - margin:
                    below.append(min((other + number) / 2, other + reach))
                elif other > number and other - reach < number + margin:
                    above.append(max((other + number) / 2, other - reach))
            if len(below) == len(above) == 1:
                written.append(_written(number, margin))
            else:
                low, high = max(below), min(above)
                written.append(_written((low + high) / 2, (high - low) / 2))
        return written

    def _margin(self, value: Real, number: float) -> float:
        """The rules of `accepted_interval` in double precision."""
        if self._kind == "absolute":
            return self._amount
        if self._kind == "relative":
            return abs(number) * self._amount
        return 0.5 * 10.0 ** (_exponent(value, number) - self._amount + 1) if number else 0.0


@made_once
def key_number(answer: Numeric) -> tuple[str, str]:
    """The key as `NumberWriter.write` gives it."""
    return NumberWriter(answer.tolerance).write(answer.key)


@made_once
def mistake_numbers(answer: Numeric) -> list[tuple[str, str]]:
    """Its known mistakes as `NumberWriter.write_mistakes` gives them."""
    values = [mistake.value for mistake in answer.mistakes]
    return NumberWriter(answer.tolerance).write_mistakes(values)


def _written(number: float, margin: float) -> tuple[str, str]:
    text = format(number, ".14g")
    if float(text) != number:
        margin += abs(number) * _LOST
    width = format(margin, ".14g")
    if float(width) < margin:
        width = format(margin * (1 + _LOST), ".14g")
    return _tidy(text), _tidy(width)


LISTED_SHARES: Mapping[Fraction, str] = {
    Fraction(share): text
    for share, text in (
        *((f"{percent}/100", str(percent)) for percent in (90, 80, 75, 70, 60, 50, 40, 30, 25, 20)),
        ("5/6", "83.33333"),
        ("2/3", "66.66667"),
        ("1/3", "33.33333"),
        ("1/6", "16.66667"),
        ("1/7", "14.28571"),
        ("1/8", "12.5"),
        ("1/9", "11.11111"),
        ("1/10", "10"),
        ("1/20", "5"),
        ("0", "0"),
    )
}
"""The shares below the whole that Moodle lets an answer earn, in its own spelling."""


@lru_cache(maxsize=256)
def listed_share(credit: Fraction) -> str:
    """The share in Moodle's spelling, or the largest below it that Moodle has."""
    return LISTED_SHARES[max(share for share in LISTED_SHARES if share <= credit)]


def are_listed(answer: Numeric | ShortAnswer) -> bool:
    """Whether Moodle's own questions can give each known mistake its share."""
    return all(mistake.credit in LISTED_SHARES for mistake in answer.mistakes)


@lru_cache(maxsize=256)
def grade(points: Fraction) -> str:
    """Points with the seven decimals that Moodle stores: thirds as 0.3333333."""
    return format(float(points), ".7f").rstrip("0").rstrip(".")


def _exponent(value: int | Fraction | float, number: float) -> int:
    """The power of ten of the first digit; a float stands for its first 15 digits."""
    if isinstance(value, float):
        return int(format(value, ".14e").partition("e")[2])
    digits, _, power = format(number, ".16e").partition("e")
    exponent = int(power)
    # A number a hair below a power of ten may have been rounded up to it.
    if digits.strip("-0.") == "1" and -(limit := Fraction(10) ** exponent) < value < limit:
        return exponent - 1
    return exponent


def _tidy(text: str) -> str:
    """`1e-07` as `1e-7` and `1e+20` as `1e20`."""
    return text.replace("e-0", "e-").replace("e+", "e") if "e" in text else text
