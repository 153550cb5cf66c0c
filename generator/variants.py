"""Distinct variants of a template, one random stream each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from qgen.bank.templates import QuestionTemplate
from qgen.document.values import SolverResults, Values
from qgen.generator.drawing import (
    MAX_FATES,
    Drawer,
    Fates,
    Solve,
    VariantFailure,
    drawer,
    most_variants,
    values_digest,
)
from qgen.generator.seeds import RandomSource, stream

MIN_ATTEMPTS = 1_000
ATTEMPTS_A_VARIANT = 12
"""Repeats in a row after which a template counts as exhausted: at least the first number, and
so many for each variant found (a variant as likely as the others is then missed with
probability e**-12)."""

FIRST_REMEMBERED = 3
"""From this repeat on, what came of each draw is remembered: the template runs out of new ones.

Where conditions read solvers and the domains are small, it is remembered from the start."""


class Variant(NamedTuple):
    """One draw. `digest` tells draws apart; `random_source` goes on to shuffle the options.

    `answers` are the solvers', where a condition needed them.
    """

    copy: str
    values: Values
    answers: SolverResults | None
    digest: bytes
    random_source: RandomSource


@dataclass(slots=True)
class VariantSource:
    """Hands out the variants of one template; those of one source are all distinct."""

    template: QuestionTemplate
    seed: int
    slot: str
    solve: Solve
    _drawer: Drawer = field(init=False)
    _most: int | None = field(init=False)
    _seen: set[bytes] = field(init=False, default_factory=set)
    _fates: Fates = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._drawer = drawer(self.template, self.solve)
        self._most = most_variants(self.template)

    def variants(self, copies: Iterable[str]) -> Iterator[Variant]:
        """A variant for each copy (a version, a student, a number in a pool).

        A template without parameters gives all copies the same. Raises VariantFailure where no
        further distinct variant exists, with the number there are.
        """
        varies = bool(self.template.parameters)
        for copy in copies:
            variant = self._fresh(copy) if varies else self._draw(copy, 0)
            assert variant is not None
            yield variant

    def _draw(self, copy: str, attempt: int, fates: Fates | None = None) -> Variant | None:
        identifier = self.template.header.identifier
        random_source = stream(self.seed, self.slot, identifier, copy, attempt)
        draw = self._drawer.draw(random_source, fates)
        if draw is None:
            return None
        values, answers = draw
        return Variant(copy, values, answers, values_digest(values), random_source)

    def _fresh(self, copy: str) -> Variant:
        attempts = max(MIN_ATTEMPTS, ATTEMPTS_A_VARIANT * len(self._seen))
        exhausted = self._most is not None and len(self._seen) >= self._most
        small = self._most is not None and self._most <= MAX_FATES
        first = 0 if small and self.template.result_conditions else FIRST_REMEMBERED
        for attempt in range(0 if exhausted else attempts):
            fates = self._fates if attempt >= first else None
            variant = self._draw(copy, attempt, fates)
            if variant is not None and variant.digest not in self._seen:
                self._seen.add(variant.digest)
                return variant
        message = f"only {len(self._seen)} distinct variants exist; more were asked for"
        raise VariantFailure("too-few-variants", message)
