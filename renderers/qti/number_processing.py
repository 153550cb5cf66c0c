"""How numbers are marked in QTI: alone, in the plane, in a matrix, or as a formula's values.

They are marked by their ends (`gte`, `lte`): an engine that ignores the tolerance of `equal`
would refuse all but the key, and another one would accept every text.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from qgen.document.answers import (
    ComplexAnswer,
    FormulaAnswer,
    MatrixAnswer,
    Numeric,
    Rows,
    Tolerance,
    entries_of,
)
from qgen.document.complex_numbers import exact_parts
from qgen.document.numbers import exact_value
from qgen.document.values import Complex, Real
from qgen.marking.rules import accepted_interval
from qgen.renderers.complex_numbers import rivals, squared_margin
from qgen.renderers.moodle.formula_values import FormulaValues
from qgen.renderers.moodle.numbers import NumberWriter, mistake_numbers
from qgen.renderers.qti.dialect import Dialect
from qgen.renderers.qti.numbers import number
from qgen.renderers.qti.response_rules import ResponseRules

Numbers = Literal["range", "equal"]


def entry_names(name: str, answer: MatrixAnswer) -> list[str]:
    """The names of the responses of a matrix, row by row: `R2_1_3`."""
    return [
        f"{name}_{row}_{column}"
        for row in range(1, answer.height + 1)
        for column in range(1, answer.width + 1)
    ]


def part_names(name: str) -> tuple[str, str]:
    """The names of the responses of a complex number's parts: `R2_RE` and `R2_IM`."""
    return f"{name}_RE", f"{name}_IM"


def value_names(name: str, asked: FormulaValues) -> list[str]:
    """The names of the responses at each point where a formula's value is asked for: `R2_P1`."""
    return [f"{name}_P{place}" for place in range(1, len(asked.values) + 1)]


class NumberProcessing(ResponseRules):
    """Writes the rules of a part that is answered by numbers."""

    def __init__(self, dialect: Dialect, name: str, points: Fraction, numbers: Numbers) -> None:
        super().__init__(dialect, name, points)
        self._numbers = numbers
        self._span = lru_cache(maxsize=64)(self._write_span)

    def value(
        self, answer: Numeric, numbers: Sequence[str], followed: tuple[str, str] | None
    ) -> str:
        """Full marks within the tolerance, a known mistake's share and feedback within its own.

        What follows from the student's own earlier value is as right as the key: `followed` are
        the rule that works it out and the condition that it is met. `numbers` are those of
        `numbers_of`; nothing else here depends on the answer's own numbers.
        """
        key, *mistakes = zip(numbers[::2], numbers[1::2], strict=True)
        full = self._score(self._points)
        cases = [
            (self._tag("isNull", self._response), self._score(Fraction(0))),
            (self._is_near_key(self._name, key), full),
        ]
        if followed is not None:
            cases.append((followed[1], full))
        for place, (mistake, (low, high)) in enumerate(zip(answer.mistakes, mistakes, strict=True)):
            earned = self._points * mistake.credit
            effect = self._feedback(place) + (self._score(earned) if earned else "")
            cases.append((self._within(self._name, low, high), effect))
        return ("" if followed is None else followed[0]) + self._when(cases)

    def numbers_of(self, answer: Numeric) -> list[str]:
        """Two for the key, then the ends of each known mistake's interval."""
        found = [*self._numbers_of_key(answer.key, answer.tolerance)]
        for middle, width in mistake_numbers(answer):
            low, high = Decimal(middle) - Decimal(width), Decimal(middle) + Decimal(width)
            found += (format(low, "f"), format(high, "f"))
        return found

    def _numbers_of_key(self, key: Real, tolerance: Tolerance) -> tuple[str, str]:
        """The ends of what is accepted, or how far it is to either side."""
        low, high = accepted_interval(key, tolerance)
        if self._numbers != "equal":
            return number(low), number(high)
        margin = number(high - exact_value(key))
        return margin, margin

    def _is_near_key(self, name: str, numbers: tuple[str, str]) -> str:
        """Whether the response of this name lies within the tolerance of its key."""
        if self._numbers != "equal":
            return self._within(name, *numbers)
        response = self._tag("variable", identifier=name)
        return self._tag(
            "equal",
            response + self._tag("correct", identifier=name),
            toleranceMode="absolute",
            tolerance=" ".join(numbers),
        )

    def complex(self, answer: ComplexAnswer) -> str:
        """Full marks within the tolerance in the plane, then the nearest known mistake in reach."""
        names = part_names(self._name)
        real, imaginary = (
            self._tag("isNull", self._tag("variable", identifier=name)) for name in names
        )
        nothing = self._score(Fraction(0))
        sparing = [
            case
            for box, is_blank in enumerate((real, imaginary))
            for case in self._complex_cases(answer, box, is_blank)
        ]
        # An empty box is a part that is zero, unless both of them are empty.
        before = [(self._tag("and", real + imaginary), nothing), *sparing] if sparing else []
        incomplete = (self._tag("or", real + imaginary), nothing)
        return self._when([*before, incomplete, *self._complex_cases(answer)])

    def _complex_cases(
        self, answer: ComplexAnswer, empty: int | None = None, is_blank: str = ""
    ) -> Iterator[tuple[str, str]]:
        """The key and each mistake with what it earns; `empty` is the box that was left so."""
        values = [answer.key, *(mistake.value for mistake in answer.mistakes)]
        for place, value in enumerate(values, -1):
            if empty is not None and not _is_met_by_zero(value, empty, answer.tolerance):
                continue
            conditions = [is_blank] if is_blank else []
            conditions.append(self._is_near(value, answer.tolerance, empty))
            if place < 0:
                effect = self._score(self._points)
            else:
                for other in rivals(answer, place):
                    order = "lte" if place < other else "lt"
                    theirs = self._squared_distance(answer.mistakes[other].value, empty)
                    away = self._squared_distance(value, empty)
                    conditions.append(self._tag(order, away + theirs))
                earned = self._points * answer.mistakes[place].credit
                effect = self._feedback(place) + (self._score(earned) if earned else "")
            met = "".join(conditions)
            yield self._tag("and", met) if len(conditions) > 1 else met, effect

    def _squared_distance(self, value: Complex, empty: int | None = None) -> str:
        squares = []
        for box, part in enumerate((value.real, value.imaginary)):
            given = self._tag("variable", identifier=part_names(self._name)[box])
            if box == empty:
                given = self._base("float", "0")
            away = self._tag("subtract", given + self._base("float", number(part)))
            squares.append(self._tag("product", away + away))
        return self._tag("sum", "".join(squares))

    def _is_near(self, value: Complex, tolerance: Tolerance, empty: int | None = None) -> str:
        """Whether the response lies within the tolerance; its edge is in, however it is rounded."""
        reach = self._base("float", number(squared_margin(value, tolerance)))
        return self._tag("lte", self._squared_distance(value, empty) + reach)

    def entries(self, answer: MatrixAnswer) -> str:
        """A share for each right entry, or full marks for all; then a known mistake's feedback."""
        names = entry_names(self._name, answer)
        right = [
            self._is_near_key(name, self._numbers_of_key(key, answer.tolerance))
            for name, key in zip(names, answer.entries, strict=True)
        ]
        blank = [self._tag("isNull", self._tag("variable", identifier=name)) for name in names]
        incomplete = self._tag("or", "".join(blank)) if len(blank) > 1 else blank[0]
        all_right = self._tag("and", "".join(right)) if len(right) > 1 else right[0]
        told = [
            (self._is_mistake(names, mistake.rows, answer.tolerance), self._feedback(place))
            for place, mistake in enumerate(answer.mistakes)
        ]
        nothing, full = self._score(Fraction(0)), self._score(self._points)
        if answer.credit == "all":
            return self._when([(incomplete, nothing), (all_right, full), *told])
        share = self._base("float", number(self._points / len(names)))
        score = self._tag("variable", identifier=f"SCORE_{self._name}")
        added = self._set("SCORE", self._tag("sum", score + share))
        unchanged = self._set("SCORE", score)
        shares = "".join(
            self._when([(is_blank, unchanged), (is_right, added)])
            for is_blank, is_right in zip(blank, right, strict=True)
        )
        # Shares are rounded: all of them together are the points.
        return shares + self._when([(incomplete, unchanged), (all_right, full), *told])

    def values(self, answer: FormulaAnswer, asked: FormulaValues) -> str:
        """A share for the right value at each point, or what a known mistake earns of it."""
        names = value_names(self._name, asked)
        score = self._tag("variable", identifier=f"SCORE_{self._name}")
        nothing, right = self._set("SCORE", score), []
        blank = [self._tag("isNull", self._tag("variable", identifier=name)) for name in names]
        written = ""
        for name, is_blank, (_, value) in zip(names, blank, asked.values, strict=True):
            right.append(self._is_near_key(name, self._numbers_of_key(value.key, value.tolerance)))
            cases = [(is_blank, nothing), (right[-1], self._added(Fraction(1, len(names))))]
            for mistake, (middle, width) in zip(
                value.mistakes, mistake_numbers(value), strict=True
            ):
                low, high = Decimal(middle) - Decimal(width), Decimal(middle) + Decimal(width)
                is_mistake = self._within(name, format(low, "f"), format(high, "f"))
                told = (each.feedback is mistake.feedback for each in answer.mistakes)
                effect = self._feedback(list(told).index(True))
                earned = self._added(mistake.credit / len(names)) if mistake.credit else ""
                cases.append((is_mistake, effect + earned))
            written += self._when(cases)
        # Shares are rounded: all of them together are the points.
        incomplete = self._tag("or", "".join(blank)) if len(blank) > 1 else blank[0]
        all_right = self._tag("and", "".join(right)) if len(right) > 1 else right[0]
        return written + self._when([(incomplete, nothing), (all_right, self._score(self._points))])

    def _added(self, share: Fraction) -> str:
        """A share of the points beside what was earned before."""
        score = self._tag("variable", identifier=f"SCORE_{self._name}")
        more = self._base("float", number(self._points * share))
        return self._set("SCORE", self._tag("sum", score + more))

    def _is_mistake(self, names: Sequence[str], rows: Rows, tolerance: Tolerance) -> str:
        writer = NumberWriter(tolerance)
        found = []
        for name, value in zip(names, entries_of(rows), strict=True):
            middle, width = map(Decimal, writer.write(value))
            found.append(
                self._within(name, format(middle - width, "f"), format(middle + width, "f"))
            )
        return self._tag("and", "".join(found)) if len(found) > 1 else found[0]

    def _within(self, name: str, low: str, high: str) -> str:
        return self._span(name) % (low, high)

    def _write_span(self, name: str) -> str:
        """The condition with `%s` for the ends; nothing else in it has such a sign."""
        response = self._tag("variable", identifier=name)
        above = self._tag("gte", response + self._base("float", "%s"))
        below = self._tag("lte", response + self._base("float", "%s"))
        return self._tag("and", above + below)


def _is_met_by_zero(value: Complex, box: int, tolerance: Tolerance) -> bool:
    """Whether a number near enough to this one may have nothing in a box."""
    part = exact_parts(value)[box]
    return part * part <= squared_margin(value, tolerance)
