"""How options, pairs, orders and words are marked in QTI, into a score and feedback each."""

from fractions import Fraction
from functools import lru_cache

from qgen.document.answers import (
    Matching,
    MultipleSelect,
    Ordering,
    ScoringRule,
    ShortAnswer,
    SingleChoice,
)
from qgen.renderers.moodle.text import escaped
from qgen.renderers.qti.dialect import Dialect
from qgen.renderers.qti.numbers import number
from qgen.renderers.qti.response_rules import ResponseRules, identifier
from qgen.renderers.typed_words import as_typed


def pair_of(left: int, right: int) -> str:
    """A pair of a left item and its partner."""
    return f"L{left + 1} C{right + 1}"


class Processing(ResponseRules):
    """Writes the rules of a part that is answered by what is chosen, ordered or said."""

    def __init__(self, dialect: Dialect, name: str, points: Fraction) -> None:
        super().__init__(dialect, name, points)
        self._choice = lru_cache(maxsize=64)(self._write_choice)
        self._order = lru_cache(maxsize=512)(self._write_order)
        self._pairs = lru_cache(maxsize=512)(self._write_pairs)
        self._pair_marks = lru_cache(maxsize=512)(self._write_pair_marks)
        self._ticks = lru_cache(maxsize=64)(self._write_ticks)
        self._tick_marks = lru_cache(maxsize=512)(self._write_tick_marks)

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

    def _entry(self, key: str, value: Fraction, **attributes: str) -> str:
        return self._tag("mapEntry", mapKey=key, mappedValue=number(value), **attributes)

    def _is_key(self) -> str:
        return self._tag("match", self._response + self._tag("correct", identifier=self._name))

    def _chosen(self) -> str:
        return self._set("FEEDBACK", self._response)


def _truth(value: bool) -> str:
    return "true" if value else "false"
