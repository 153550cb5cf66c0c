"""A formula asked for by its values: points at which numbers tell the key from its mistakes.

The points come from a digest of the formula itself, so that they differ between variants and are
the same in every build.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from itertools import chain
from typing import NamedTuple, TypeAlias, assert_never

from qgen.document.answers import FormulaAnswer, Numeric, NumericMistake, Tolerance
from qgen.document.formula import Formula, VariableDomain, evaluate, numbers, typed
from qgen.renderers.remembering import made_once

Point: TypeAlias = Mapping[str, Fraction]

MOST_POINTS = 3
_FEWEST_POINTS = 2
_COARSE, _FINE = 0.01, 0.001
"""The share of the value that is accepted; the finer one where mistakes lie close to the key."""
_APART = 4
"""So many tolerances lie between the key and a mistake where a value tells them apart."""
_UNLIKE = 0.05
"""By such a share of itself, the value at one point differs from that at another."""
_BESIDE_ZERO = 0.005
_ZERO, _LARGEST = 1e-5, 1e12


NO_VALUES = (
    "the formula has no values that could be typed; an essay is written for this variant, which a "
    "person marks"
)
HIDDEN = (
    "no point was found at which mistake {} differs from the key by more than four tolerances: "
    "its values may be taken for right ones"
)


def _exact(words: str) -> tuple[Fraction, ...]:
    return tuple(map(Fraction, words.split()))


# Neither 0 nor 1, where powers agree, nor 1/2 for a probability, where p is 1 - p.
_PLAIN_POSITIVE = _exact("0.5 1.5 2 2.5 3 4")
_PLAIN: Mapping[VariableDomain, tuple[Fraction, ...]] = {
    "real": _exact("-3 -2.5 -2 -1.5 -0.5 0.5 1.5 2 2.5 3"),
    "positive": _PLAIN_POSITIVE,
    "nonnegative": _PLAIN_POSITIVE,
    "probability": _exact("0.1 0.2 0.3 0.4 0.6 0.7 0.8 0.9"),
}
_WIDE_POSITIVE = _exact("0.01 0.05 0.1 0.2 0.25 0.75 1 5 6 8 12 20")
_WIDE: Mapping[VariableDomain, tuple[Fraction, ...]] = {
    "real": _exact("-20 -12 -8 -6 -4 -1 -0.25 -0.1 0.1 0.25 1 4 6 8 12 20"),
    "positive": _WIDE_POSITIVE,
    "nonnegative": _WIDE_POSITIVE,
    "probability": _exact("0.01 0.05 0.15 0.25 0.35 0.5 0.65 0.75 0.85 0.95 0.99"),
}


class AskedValue(NamedTuple):
    """The formula's value at a point, as a number to type."""

    point: Point
    number: Numeric


@dataclass(frozen=True, slots=True)
class FormulaValues:
    """A formula's values, which are asked for; `hidden` are the mistakes that none tells apart."""

    values: tuple[AskedValue, ...]
    hidden: frozenset[int]


class _Tried(NamedTuple):
    """What the key and the mistakes are worth at a point; None where one has no value."""

    point: Point
    key: float
    mistakes: tuple[float | None, ...]

    @property
    def is_plain(self) -> bool:
        """Whether the value is easily computed and typed."""
        return 0.01 <= abs(self.key) < 10_000

    def told_apart(self, share: float) -> frozenset[int]:
        """The mistakes that differ from the key by more than four tolerances.

        One without a value here cannot be typed, and so not be taken for the key.
        """
        least = _APART * (abs(self.key) * share or _BESIDE_ZERO)
        return frozenset(
            index
            for index, value in enumerate(self.mistakes)
            if value is None or abs(value - self.key) > least
        )


@made_once
def _by_place(answer: FormulaAnswer) -> dict[str, FormulaValues | None]:
    """What was found of a formula, which two formats of a build ask for."""
    return {}


def formula_values(answer: FormulaAnswer, place: str) -> FormulaValues | None:
    """Two or three points for a formula; None where it has no values that can be typed.

    `place` names where the formula is asked for, so that two parts have points of their own. At
    each point every known mistake differs from the key by more than four tolerances where such
    points are found, and otherwise each at one of the points.
    """
    known = _by_place(answer)
    if place not in known:
        known[place] = _found_values(answer, place)
    return known[place]


def _found_values(answer: FormulaAnswer, place: str) -> FormulaValues | None:
    every = frozenset(range(len(answer.mistakes)))
    wanted = _FEWEST_POINTS if answer.variables else 1
    tried: list[_Tried] = []
    best: list[_Tried] = []
    draw = _digests(f"{place}\n{typed(answer.key)}")
    for points in (_plain_points, _wide_points):
        for at in filter(None, (_tried(answer, point) for point in points(answer, draw))):
            tried.append(at)
            if at.is_plain and at.told_apart(_COARSE) == every and _is_new(at, best):
                best.append(at)
                if len(best) == wanted:
                    return _result(answer, best, _COARSE)
        fine: list[_Tried] = []
        for at in tried:
            if at.is_plain and at.told_apart(_FINE) == every and _is_new(at, fine):
                fine.append(at)
        if len(fine) >= wanted:
            return _result(answer, fine[:wanted], _FINE)
    if not tried:
        return None
    coarse = _result(answer, _greedy(tried, every, wanted, _COARSE), _COARSE)
    if not coarse.hidden:
        return coarse
    return _result(answer, _greedy(tried, every, wanted, _FINE), _FINE)


def _is_new(at: _Tried, others: Sequence[_Tried]) -> bool:
    """Whether its value cannot be taken from another point."""
    return all(abs(at.key - other.key) > _UNLIKE * abs(other.key) for other in others)


def _greedy(
    tried: Sequence[_Tried], hidden: frozenset[int], wanted: int, share: float
) -> list[_Tried]:
    """Points that tell most apart, one after the other."""
    chosen: list[_Tried] = []
    left = [(at, at.told_apart(share)) for at in tried]
    while left and len(chosen) < MOST_POINTS:
        best = max(left, key=lambda each: (len(hidden & each[1]), each[0].is_plain, len(each[1])))
        if len(chosen) >= wanted and not hidden & best[1]:
            break
        left.remove(best)
        chosen.append(best[0])
        hidden -= best[1]
    return chosen


def _result(answer: FormulaAnswer, chosen: Sequence[_Tried], share: float) -> FormulaValues:
    told = [at.told_apart(share) for at in chosen]
    hidden = frozenset(range(len(answer.mistakes))).difference(*told)
    values = [_asked(answer, at, apart, share) for at, apart in zip(chosen, told, strict=True)]
    return FormulaValues(tuple(values), hidden)


def _asked(
    answer: FormulaAnswer, at: _Tried, told_apart: frozenset[int], share: float
) -> AskedValue:
    """The number to type; mistakes that look like the key at this point have no part in it."""
    tolerance = (
        Tolerance("relative", Fraction(str(share)))
        if at.key
        else Tolerance("absolute", Fraction(str(_BESIDE_ZERO)))
    )
    mistakes = tuple(
        NumericMistake(value, mistake.feedback, mistake.credit)
        for index, (value, mistake) in enumerate(zip(at.mistakes, answer.mistakes, strict=True))
        if value is not None and index in told_apart
    )
    return AskedValue(at.point, Numeric(at.key, tolerance, None, mistakes))


def _tried(answer: FormulaAnswer, point: Point) -> _Tried | None:
    """What the formulas are worth at a point; None where the key has no value there."""
    floats = {name: float(value) for name, value in point.items()}
    key = _value(answer.key, floats)
    if key is None:
        return None
    if abs(key) < _ZERO:
        key = 0.0
    return _Tried(point, key, tuple(_value(each.value, floats) for each in answer.mistakes))


def _value(expression: Formula, point: Mapping[str, float]) -> float | None:
    """The value; None where there is none, or none that a box could hold."""
    try:
        value = evaluate(expression, point)
    except (ArithmeticError, ValueError):
        return None
    return value if abs(value) < _LARGEST else None


def _plain_points(answer: FormulaAnswer, draw: Callable[[int], int]) -> Iterator[Point]:
    """Points of the domain that are easily typed, in an order that the formula decides."""
    if not answer.variables:
        return iter(({},))
    return _drawn({name: _PLAIN[domain] for name, domain in answer.variables.items()}, draw, 24)


def _wide_points(answer: FormulaAnswer, draw: Callable[[int], int]) -> Iterator[Point]:
    """Points farther out, and beside the numbers in the formulas."""
    if not answer.variables:
        return iter(())
    beside = _beside(answer)
    wide = {
        name: (*_WIDE[domain], *(value for value in beside if _belongs(value, domain)))
        for name, domain in answer.variables.items()
    }
    return _drawn(wide, draw, 60)


def _beside(answer: FormulaAnswer) -> list[Fraction]:
    """Values on both sides of the numbers in the formulas, where a maximum may turn."""
    formulas = (answer.key, *(mistake.value for mistake in answer.mistakes))
    met = chain.from_iterable(map(numbers, formulas))
    exact = [Fraction(value) for value in met if isinstance(value, (int, Fraction))]
    halves = [
        value for value in exact if value.denominator in (1, 2, 4, 5, 10) and abs(value) < 100
    ]
    return list(
        dict.fromkeys(
            sign * value + step
            for value in halves
            for sign in (1, -1)
            for step in (Fraction(1, 2), Fraction(-1, 2))
        )
    )


def _belongs(value: Fraction, domain: VariableDomain) -> bool:
    match domain:
        case "real":
            return True
        case "positive" | "nonnegative":
            return value > 0
        case "probability":
            return 0 < value < 1
        case _:
            assert_never(domain)


def _drawn(
    values: Mapping[str, Sequence[Fraction]], draw: Callable[[int], int], tries: int
) -> Iterator[Point]:
    """Different points; within one, magnitudes differ where the values suffice."""
    seen: set[tuple[Fraction, ...]] = set()
    for _ in range(tries):
        point: dict[str, Fraction] = {}
        for name in sorted(values):
            taken = {abs(value) for value in point.values()}
            free = [value for value in values[name] if abs(value) not in taken]
            free = free or list(values[name])
            point[name] = free[draw(len(free))]
        key = tuple(point.values())
        if key not in seen:
            seen.add(key)
            yield point


def _digests(seed: str) -> Callable[[int], int]:
    """Whole numbers below a limit, one after the other, that nothing but the seed decides."""
    # Half of a surrogate pair in a name has no bytes of its own.
    first = sha256(seed.encode("utf-8", "replace")).digest()
    count = 0

    def below(limit: int) -> int:
        nonlocal count
        count += 1
        block = sha256(first + count.to_bytes(4, "big")).digest()
        return int.from_bytes(block[:8], "big") % limit

    return below
