"""How an answer is marked in QTI: each part by itself, into a score and feedback of its own.

Numbers are marked by their ends (`gte`, `lte`): an engine that ignores the tolerance of `equal`
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
    Mark,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Ordering,
    Rows,
    ScoringRule,
    ShortAnswer,
    SingleChoice,
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
from qgen.renderers.moodle.text import escaped
from qgen.renderers.qti.dialect import Dialect
from qgen.renderers.qti.numbers import number
from qgen.renderers.typed_words import as_typed

Numbers = Literal["range", "equal"]


def identifier(place: int) -> str:
    """The name of the option, item or mistake at a place."""
    return f"C{place + 1}"


def pair_of(left: int, right: int) -> str:
    """A pair of a left item and its partner."""
    return f"L{left + 1} C{right + 1}"


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


class Processing:
    """Writes the rules of one part; `name` is that of its response, as in `SCORE_R1`."""

    def __init__(self, dialect: Dialect, name: str, points: Fraction, numbers: Numbers) -> None:
        self._tag = dialect.element
        self._name = name
        self._points = points
        self._numbers = numbers
        self._response = self._tag("variable", identifier=name)
        # What many variants have in common, and what one of them has several times.
        self._choice = lru_cache(maxsize=64)(self._write_choice)
        self._order = lru_cache(maxsize=512)(self._write_order)
        self._pairs = lru_cache(maxsize=512)(self._write_pairs)
        self._pair_marks = lru_cache(maxsize=512)(self._write_pair_marks)
        self._ticks = lru_cache(maxsize=64)(self._write_ticks)
        self._tick_marks = lru_cache(maxsize=512)(self._write_tick_marks)
        self._feedback = lru_cache(maxsize=64)(self._write_feedback)
        self._score = lru_cache(maxsize=64)(self._write_score)
        self._span = lru_cache(maxsize=64)(self._write_span)
        self.mark = lru_cache(maxsize=1)(self._write_mark)
        """What the score is called, `MARK_R1`: RIGHT, PARTLY or WRONG."""

    def _write_mark(self) -> str:
        # Shares are rounded: what is left of nothing is no share.
        score = self._tag("variable", identifier=f"SCORE_{self._name}")

        def at_least(points: Fraction) -> str:
            return self._tag("gte", score + self._base("float", number(points)))

        def called(mark: Mark) -> str:
            return self._set("MARK", self._base("identifier", mark.upper()))

        cases = [
            (at_least(self._points), called("right")),
            (at_least(self._points / 1_000_000), called("partly")),
        ]
        return self._when(cases, called("wrong"))

    def choice(self, answer: SingleChoice) -> str:
        """Full marks for the right option; the feedback is that of the one chosen."""
        return self._choice(next(i for i, option in enumerate(answer.options) if option.correct))

    def _write_choice(self, right: int) -> str:
        is_right = self._tag("match", self._response + self._base("identifier", identifier(right)))
        return self._chosen() + self._when([(is_right, self._score(self._points))])

    def ticks(self, answer: MultipleSelect) -> str:
        """The question's own rule: what no option adds to, and a mapping for what each one does."""
        right = sum(option.correct for option in answer.options)
        return self._ticks(answer.rule, right, len(answer.options))

    def _write_ticks(self, rule: ScoringRule, right: int, count: int) -> str:
        is_blank = self._tag("isNull", self._response)
        cases: list[tuple[str, str]] = []
        blank, start = Fraction(0), Fraction(0)
        if not right:
            blank = self._points
        elif rule == "per_option":
            blank = start = self._points * Fraction(count - right, count)
        if not right and rule == "per_option":
            start = self._points
        cases.append((is_blank, self._score(blank)))
        if right:
            cases.append((self._is_key(), self._score(self._points)))
        otherwise = ""
        if rule != "all_or_nothing" and (right or rule == "per_option"):
            mapped = self._tag("mapResponse", identifier=self._name)
            if start:
                mapped = self._tag("sum", mapped + self._base("float", number(start)))
            otherwise = self._set("SCORE", mapped)
        return self._chosen() + self._when(cases, otherwise)

    def ticks_mapping(self, answer: MultipleSelect) -> str:
        """What each tick adds or takes away."""
        return self._tick_marks(answer.rule, tuple([option.correct for option in answer.options]))

    def _write_tick_marks(self, rule: ScoringRule, correct: tuple[bool, ...]) -> str:
        share = self._points / (len(correct) if rule == "per_option" else sum(correct) or 1)
        entries = "".join(
            self._entry(identifier(place), share if is_right else -share)
            for place, is_right in enumerate(correct)
        )
        if rule == "per_option":
            return self._tag("mapping", entries, defaultValue=0)
        return self._tag("mapping", entries, lowerBound=0, defaultValue=0)

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

    def words(self, answer: ShortAnswer) -> str:
        """The mapping's marks, and the feedback of a known mistake."""
        scored = self._set("SCORE", self._tag("mapResponse", identifier=self._name))
        cases = [(self._tag("isNull", self._response), self._score(Fraction(0)))]
        told = [
            (
                self._tag(
                    "stringMatch",
                    self._response + self._base("string", escaped(as_typed(mistake.text))),
                    caseSensitive=_truth(answer.case_sensitive),
                    substring="false",
                ),
                self._feedback(place),
            )
            for place, mistake in enumerate(answer.mistakes)
        ]
        # Not looked at for a blank: a player stops at a text that is none.
        return self._when(cases, scored + (self._when(told) if told else ""))

    def words_mapping(self, answer: ShortAnswer) -> str:
        """Full marks for each form that is accepted, their share for known mistakes."""
        sensitive = _truth(answer.case_sensitive)
        forms = dict.fromkeys(map(as_typed, answer.accepted), self._points)
        for mistake in answer.mistakes:
            if mistake.credit:
                forms.setdefault(as_typed(mistake.text), self._points * mistake.credit)
        entries = "".join(
            self._entry(form, worth, caseSensitive=sensitive) for form, worth in forms.items()
        )
        return self._tag("mapping", entries, defaultValue=0)

    def pairs(self, answer: Matching) -> str:
        """The question's own rule; the feedback is that of the pairs which were not found."""
        told = [(pair.right, pair.feedback is not None) for pair in answer.pairs]
        return self._pairs(answer.rule, tuple(told))

    def _write_pairs(self, rule: ScoringRule, told: tuple[tuple[int, bool], ...]) -> str:
        cases = [
            (self._tag("isNull", self._response), self._score(Fraction(0))),
            (self._is_key(), self._score(self._points)),
        ]
        mapped = self._tag("mapResponse", identifier=self._name)
        otherwise = "" if rule == "all_or_nothing" else self._set("SCORE", mapped)
        lost = "".join(
            self._lost_pair(left, right)
            for left, (right, has_feedback) in enumerate(told)
            if has_feedback
        )
        return self._when(cases, otherwise) + lost

    def pairs_mapping(self, answer: Matching) -> str:
        """What a pair adds, and what a wrong one takes away."""
        return self._pair_marks(answer.rule, tuple([pair.right for pair in answer.pairs]))

    def _write_pair_marks(self, rule: ScoringRule, rights: tuple[int, ...]) -> str:
        share = self._points / len(rights)
        entries = "".join(
            self._entry(pair_of(left, right), share) for left, right in enumerate(rights)
        )
        wrong = number(-share) if rule == "right_minus_wrong" else "0"
        return self._tag("mapping", entries, lowerBound=0, defaultValue=wrong)

    def order(self, answer: Ordering) -> str:
        """Full marks for the key; otherwise a share for each two that are still neighbours."""
        return self._order(answer.key, answer.credit == "all_or_nothing")

    def _write_order(self, key: tuple[int, ...], whole: bool) -> str:
        is_blank = self._tag("isNull", self._response)
        cases = [
            (is_blank, self._score(Fraction(0))),
            (self._is_key(), self._score(self._points)),
        ]
        if whole:
            return self._when(cases)
        last = len(key) - 1
        share = self._base("float", number(self._points / last))
        score = self._tag("variable", identifier=f"SCORE_{self._name}")
        added = self._set("SCORE", self._tag("sum", score + share))
        kept = "".join(
            self._when([(self._are_neighbours(key[i], key[i + 1], last), added)])
            for i in range(last)
        )
        return self._when(cases, kept)

    def _are_neighbours(self, first: int, second: int, last: int) -> str:
        def stands(place: int, position: int) -> str:
            at = self._tag("index", self._response, n=position)
            return self._tag("match", at + self._base("identifier", identifier(place)))

        anywhere = [
            self._tag("and", stands(first, position) + stands(second, position + 1))
            for position in range(1, last + 1)
        ]
        return self._tag("or", "".join(anywhere)) if len(anywhere) > 1 else anywhere[0]

    def _lost_pair(self, left: int, right: int) -> str:
        found = self._tag(
            "member", self._base("directedPair", pair_of(left, right)) + self._response
        )
        shown = self._base("identifier", identifier(left))
        effect = self._set(f"FEEDBACK{left + 1}", shown)
        return self._when([(self._tag("not", found), effect)])

    def _is_key(self) -> str:
        return self._tag("match", self._response + self._tag("correct", identifier=self._name))

    def _within(self, name: str, low: str, high: str) -> str:
        return self._span(name) % (low, high)

    def _write_span(self, name: str) -> str:
        """The condition with `%s` for the ends; nothing else in it has such a sign."""
        response = self._tag("variable", identifier=name)
        above = self._tag("gte", response + self._base("float", "%s"))
        below = self._tag("lte", response + self._base("float", "%s"))
        return self._tag("and", above + below)

    def _chosen(self) -> str:
        return self._set("FEEDBACK", self._response)

    def _write_feedback(self, place: int) -> str:
        return self._set("FEEDBACK", self._base("identifier", identifier(place)))

    def _write_score(self, points: Fraction) -> str:
        return self._set("SCORE", self._base("float", number(points)))

    def _set(self, outcome: str, value: str) -> str:
        return self._tag("setOutcomeValue", value, identifier=f"{outcome}_{self._name}")

    def _base(self, kind: str, value: str) -> str:
        return self._tag("baseValue", value, baseType=kind)

    def _entry(self, key: str, value: Fraction, **attributes: str) -> str:
        return self._tag("mapEntry", mapKey=key, mappedValue=number(value), **attributes)

    def _when(self, cases: list[tuple[str, str]], otherwise: str = "") -> str:
        """The effect of the first case that holds."""
        (condition, effect), *others = cases
        written = self._tag("responseIf", condition + effect)
        for condition, effect in others:
            written += self._tag("responseElseIf", condition + effect)
        if otherwise:
            written += self._tag("responseElse", otherwise)
        return self._tag("responseCondition", written)


def _is_met_by_zero(value: Complex, box: int, tolerance: Tolerance) -> bool:
    """Whether a number near enough to this one may have nothing in a box."""
    part = exact_parts(value)[box]
    return part * part <= squared_margin(value, tolerance)


def _truth(value: bool) -> str:
    return "true" if value else "false"
