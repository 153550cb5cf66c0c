"""What every rule that marks an answer in QTI is made of."""

from fractions import Fraction
from functools import lru_cache

from qgen.document.answers import Mark
from qgen.renderers.qti.dialect import Dialect
from qgen.renderers.qti.numbers import number


def identifier(place: int) -> str:
    """The name of the option, item or mistake at a place."""
    return f"C{place + 1}"


class ResponseRules:
    """Writes rules of one part; `name` is that of its response, as in `SCORE_R1`."""

    def __init__(self, dialect: Dialect, name: str, points: Fraction) -> None:
        self._tag = dialect.element
        self._name = name
        self._points = points
        self._response = self._tag("variable", identifier=name)
        # What many variants have in common, and what one of them has several times.
        self._feedback = lru_cache(maxsize=64)(self._write_feedback)
        self._score = lru_cache(maxsize=64)(self._write_score)
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

    def _write_feedback(self, place: int) -> str:
        return self._set("FEEDBACK", self._base("identifier", identifier(place)))

    def _write_score(self, points: Fraction) -> str:
        return self._set("SCORE", self._base("float", number(points)))

    def _set(self, outcome: str, value: str) -> str:
        return self._tag("setOutcomeValue", value, identifier=f"{outcome}_{self._name}")

    def _base(self, kind: str, value: str) -> str:
        return self._tag("baseValue", value, baseType=kind)

    def _when(self, cases: list[tuple[str, str]], otherwise: str = "") -> str:
        """The effect of the first case that holds."""
        (condition, effect), *others = cases
        written = self._tag("responseIf", condition + effect)
        for condition, effect in others:
            written += self._tag("responseElseIf", condition + effect)
        if otherwise:
            written += self._tag("responseElse", otherwise)
        return self._tag("responseCondition", written)
