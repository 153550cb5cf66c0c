"""Distinct variants of a template, one random stream each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from qgen.bank.templates import QuestionTemplate
from qgen.document.values import SolverResults, Values
from qgen.generator.appearance import Appearance, appearance
from qgen.generator.drawing import (
    MAX_FATES,
    Draw,
    Drawer,
    Fates,
    Solve,
    VariantFailure,
    drawer,
    fate_key,
    most_variants,
    values_digest,
)
from qgen.generator.every_draw import can_be_listed, every_draw
from qgen.generator.seeds import RandomSource, rank, stream

MIN_ATTEMPTS = 1_000
ATTEMPTS_A_VARIANT = 12
"""Repeats in a row after which a template counts as exhausted: at least the first number, and
so many for each variant found (a variant as likely as the others is then missed with
probability e**-12)."""

FIRST_REMEMBERED = 3
"""From this repeat on, what came of each draw is remembered: the template runs out of new ones.

Where conditions read solvers and the domains are small, it is remembered from the start."""

LISTED_FROM = 0.3
"""Once so large a share of what small domains allow was drawn, the rest of it is gone through."""


class Variant(NamedTuple):
    """One draw. `digest` tells its values, `look` what students see of them; where a source tells
    variants apart by value, `look` is the digest.

    `answers` are the solvers', where a condition or a look needed them; `random_source` goes on to
    shuffle the options.
    """

    copy: str
    values: Values
    answers: SolverResults | None
    digest: bytes
    look: bytes
    random_source: RandomSource


@dataclass(slots=True)
class VariantSource:
    """Hands out the variants of one template; students can tell those of one source apart.

    `slot` seeds it. `own` holds what each copy has of the template from other places of the exam;
    nobody gets the same again. With `repeats`, a template that has no further variants gives each
    copy what it draws. With `by_value`, variants that differ in hidden values alone are distinct,
    and where the domains are small, what is left of them is gone through once most was drawn:
    then all variants there are come out, and drawing the same ones again and again is spared.
    """

    template: QuestionTemplate
    seed: int
    slot: str
    solve: Solve
    repeats: bool = False
    own: dict[str, set[bytes]] | None = None
    by_value: bool = False
    _drawer: Drawer = field(init=False)
    _appearance: Appearance | None = field(init=False)
    _most: int | None = field(init=False)
    _seen: set[bytes] = field(init=False, default_factory=set)
    _fates: Fates = field(init=False, default_factory=dict)
    _exhausted: bool = field(init=False, default=False)
    _settled: dict[str, int] | None = field(init=False, default=None)
    """The attempts of settled copies, but for the first ones."""
    _remembered_from: int = field(init=False)
    """The attempt from which on what came of each draw is remembered."""
    _is_listed: bool = field(init=False)
    _left: Iterator[Draw] | None = field(init=False, default=None)
    """The draws that the domains still allow, once they are gone through."""

    def __post_init__(self) -> None:
        self._drawer = drawer(self.template, self.solve)
        self._appearance = appearance(self.template)
        self._most = most_variants(self.template)
        self._is_listed = self.by_value and self.own is None and can_be_listed(self.template)
        small = self._most is not None and self._most <= MAX_FATES
        read = small and self._drawer.result_conditions
        self._remembered_from = 0 if read or self._is_listed else FIRST_REMEMBERED

    def variants(self, copies: Iterable[str]) -> Iterator[Variant]:
        """A variant for each copy (a version, a student, a number in a pool).

        A later copy moves no earlier one. Once copies are settled, each of them gets its own,
        in whatever order they are named. A template without parameters gives all copies the
        same. Raises VariantFailure where no further distinct variant exists, with the number
        there are.
        """
        for copy in copies:
            if not self.template.parameters:
                yield self._drawn(copy, 0)
            elif self._settled is None:
                yield self._new(copy)[1]
            else:
                yield self._drawn(copy, self._settled.get(copy, 0))

    def settle(self, copies: Sequence[str], *, by_lot: bool) -> None:
        """Decides beforehand which of its draws each copy gets.

        In the order of the copies; or `by_lot`, whatever their order: each copy keeps its first
        draw, unless that goes to a copy that comes before it in the question's lottery. Those
        who lose draw again, after all others and in the lottery's order, so that as few as
        possible depend on anybody. Raises what `variants` raises.
        """
        if not self.template.parameters:
            return
        settled: dict[str, int] = {}
        for copy in self._first_draws(copies) if by_lot else copies:
            attempt, variant = self._new(copy)
            self._keep(copy, self._told_by(variant))
            if attempt:
                settled[copy] = attempt
        self._settled = settled

    def _first_draws(self, copies: Sequence[str]) -> list[str]:
        """Hands out first draws; who gets another one instead, in the lottery's order."""
        holders: dict[bytes, str] = {}
        moved: list[str] = []
        for copy in copies:
            look = self._told_by(self._drawn(copy, 0))
            if look in self._own(copy):
                moved.append(copy)
            elif look in holders:
                first, second = sorted((holders[look], copy), key=self._lot)
                holders[look] = first
                moved.append(second)
            else:
                holders[look] = copy
        for look, copy in holders.items():
            self._seen.add(look)
            self._keep(copy, look)
        return sorted(moved, key=self._lot)

    def _keep(self, copy: str, look: bytes) -> None:
        if self.own is not None:
            self.own.setdefault(copy, set()).add(look)

    def _own(self, copy: str) -> set[bytes]:
        return set() if self.own is None else self.own.get(copy, set())

    def _lot(self, copy: str) -> bytes:
        return rank(self.seed, self.slot, copy)

    def _told_by(self, variant: Variant) -> bytes:
        return variant.digest if self.by_value else variant.look

    def _drawn(self, copy: str, attempt: int) -> Variant:
        variant = self._draw(copy, attempt)
        assert variant is not None
        return variant

    def _draw(self, copy: str, attempt: int, fates: Fates | None = None) -> Variant | None:
        identifier = self.template.header.identifier
        random_source = stream(self.seed, self.slot, identifier, copy, attempt)
        draw = self._drawer.draw(random_source, fates)
        return None if draw is None else self._variant(copy, draw, random_source)

    def _variant(self, copy: str, draw: Draw, random_source: RandomSource) -> Variant:
        values, answers = draw
        digest = values_digest(values)
        variant = Variant(copy, values, answers, digest, digest, random_source)
        return variant if self.by_value else self._looked_at(variant)

    def look(self, variant: Variant) -> bytes:
        """What students see of a variant, which is not worked out where values tell it apart."""
        return self._looked_at(variant).look if self.by_value else variant.look

    def _looked_at(self, variant: Variant) -> Variant:
        if self._appearance is None:
            return variant
        answers = variant.answers
        if answers is None and self._appearance.reads_results:
            answers = self.solve(variant.values)
        look = self._appearance.digest({**variant.values, **(answers or {})})
        return variant._replace(answers=answers, look=look or variant.digest)

    def _new(self, copy: str) -> tuple[int, Variant]:
        """The copy's first draw that nobody has, and its number; with repeats, its first one."""
        attempts = max(MIN_ATTEMPTS, ATTEMPTS_A_VARIANT * len(self._seen))
        exhausted = self._exhausted or (self._most is not None and len(self._seen) >= self._most)
        own = self._own(copy)
        for attempt in range(0 if exhausted else attempts):
            if self._is_listed and len(self._fates) > LISTED_FROM * (self._most or 0):
                return 0, self._next_left(copy)
            # What a copy has elsewhere is repeated for that copy alone.
            fates = self._fates if attempt >= self._remembered_from and not own else None
            variant = self._draw(copy, attempt, fates)
            if variant is None:
                continue
            mark = self._told_by(variant)
            if mark not in self._seen and mark not in own:
                self._seen.add(mark)
                return attempt, variant
        self._exhausted = not own
        if self.repeats:
            return self._again(copy, own)
        raise VariantFailure("too-few-variants", _too_few(len(self._seen | own)))

    def _next_left(self, copy: str) -> Variant:
        """A variant of what the domains still allow. Raises VariantFailure where that is all."""
        if self._left is None:
            self._left = self._all_left()
        draw = next(self._left, None)
        if draw is None:
            self._exhausted = True
            raise VariantFailure("too-few-variants", _too_few(len(self._seen)))
        identifier = self.template.header.identifier
        variant = self._variant(copy, draw, stream(self.seed, self.slot, identifier, copy, 0))
        self._seen.add(self._told_by(variant))
        return variant

    def _all_left(self) -> Iterator[Draw]:
        for values in every_draw(self.template):
            if fate_key(values) not in self._fates:
                draw = self._drawer.judged(values)
                if isinstance(draw, Draw):
                    yield draw

    def _again(self, copy: str, own: set[bytes]) -> tuple[int, Variant]:
        """The copy's first draw that others may have, but not the copy itself if that can be."""
        draws = ((attempt, self._drawn(copy, attempt)) for attempt in range(MIN_ATTEMPTS))
        other = (each for each in draws if self._told_by(each[1]) not in own)
        return next(other, None) or (0, self._drawn(copy, 0))


def _too_few(count: int) -> str:
    there_are = "variant exists" if count == 1 else "variants exist"
    return (
        f"only {count} {there_are} that students can tell apart, and more are asked for; widen the "
        "parameters, ask for fewer, or write 'repeats: allowed' at the question or its section"
    )
