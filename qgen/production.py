"""Makes a template's items: draw, solve, prove, fill, in batches that stream."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from qgen.bank.templates import QuestionTemplate
from qgen.deriving import NAME as DERIVED
from qgen.document.exam import Item
from qgen.document.problem import Place, Problem
from qgen.document.values import SolverResults, Value, Values, show_all
from qgen.generator.drawing import VariantFailure
from qgen.generator.filling import Filler, Filling
from qgen.generator.outline import undrawn
from qgen.generator.variants import Variant, VariantSource
from qgen.kept_checks import KeptChecks
from qgen.proofs import ProofStore, VerifyMode, proof_key
from qgen.solvers.routes.registry import Solver, SolverFailure, solve
from qgen.variant_figures import figures_of

if TYPE_CHECKING:
    from qgen.solvers.routes.comparison import Disagreement

BATCH = 500
PROVED_AT_ONCE = 1000
"""So many variants that are drawn already are proved in one call of the second route."""
MAX_PROBLEMS = 3
"""Problems reported for one question: the fourth variant that fails says nothing new."""


class ProductionFailed(Exception):
    """A question's items cannot all be made; its problems are in the tally."""


@dataclass(slots=True)
class Tally:
    """What a build counts while items stream by."""

    problems: list[Problem] = field(default_factory=list)
    items: int = 0
    provenances: Counter[str] = field(default_factory=Counter)
    proved_now: int = 0
    proved_earlier: int = 0


@dataclass(slots=True)
class Prover:
    """Runs second routes, once for each variant, and remembers what agreed."""

    mode: VerifyMode
    store: ProofStore
    tally: Tally
    largest: float = 0.0
    """The largest difference between two routes so far, as `verification.verify` counts it."""
    _known: dict[str, set[bytes]] = field(default_factory=dict)

    def disagreements(
        self,
        template: QuestionTemplate,
        solver: Solver,
        variants: Sequence[Variant],
        answers: list[SolverResults],
    ) -> list[tuple[Variant, str, str]]:
        """The variants whose two routes differ: the result's name, and both values in words.

        Raises SolverFailure where the second route cannot be run.
        """
        if solver.check is None or self.mode == "never":
            return []
        key = proof_key(template, solver)
        if key not in self._known:
            kept = self.mode == "new" and solver.alone
            self._known[key] = self.store.load(key) if kept else set()
        known = self._known[key]
        fresh = [index for index, variant in enumerate(variants) if variant.digest not in known]
        self.tally.proved_earlier += len(variants) - len(fresh)
        if not fresh:
            return []
        from qgen.solvers.routes.verification import verify

        result = verify(solver, [variants[i].values for i in fresh], [answers[i] for i in fresh])
        self.largest = max(self.largest, result.largest)
        if not result.disagreements:
            proved = {variants[i].digest for i in fresh}
            known |= proved
            if solver.alone:
                self.store.add(key, proved)
            self.tally.proved_now += len(fresh)
        return [
            (
                variants[fresh[each.variant]],
                each.result,
                disagreement_in_words(solver, each),
            )
            for each in result.disagreements
        ]


def solve_all(solvers: tuple[Solver, ...], values: Values) -> SolverResults:
    """What all solvers of a question return. Raises SolverFailure."""
    answers: dict[str, Value] = {}
    for solver in solvers:
        try:
            answers.update(solve(solver, values))
        except SolverFailure:
            raise
        except (Exception, SystemExit) as error:  # a course's own solver may raise anything
            message = f"{solver.name}: {type(error).__name__}: {error}"
            raise SolverFailure(f"{message}; it was given {show_all(values)}") from error
    return answers


def variant_source(
    template: QuestionTemplate,
    solvers: tuple[Solver, ...],
    seed: int,
    slot: str,
    *,
    repeats: bool = False,
    own: dict[str, set[bytes]] | None = None,
    by_value: bool = False,
) -> VariantSource:
    """The variants of a question, whose conditions may read what its solvers return."""
    solved = partial(solve_all, solvers)
    return VariantSource(template, seed, slot, solved, repeats, own, by_value)


def disagreement_in_words(solver: Solver, found: "Disagreement") -> str:
    """What a disagreement is, for the author."""
    if solver.name != DERIVED:
        different = f"give different {found.result}: {found.first} and {found.second}"
        return f"the two routes of {solver.name} {different}"
    hint = ""
    if "nan" in found.second or "inf" in found.second:
        hint = " (it diverges there, converges too slowly, or has no value or several)"
    return (
        f"'{found.result}' comes out differently: its closed form as {found.first}, its "
        f"definition by numbers as {found.second}{hint}"
    )


def derived_place(template: QuestionTemplate, result: str) -> Place | None:
    """The line of `derive` that gives a result, if one does."""
    name = result.partition("[")[0]
    return next((each.place for each in template.derivations if each.line.name == name), None)


@dataclass(slots=True)
class Production:
    """Makes the items of one slot; problems go to the tally."""

    template: QuestionTemplate
    solvers: tuple[Solver, ...]
    filling: Filling
    source: VariantSource
    prover: Prover
    figure_limit: int | None = None
    """How many variants to draw the question's figures for; None draws them for all."""
    observe: Callable[[Item, Values], None] | None = None
    """Called with each item and all values behind it, the solvers' included."""
    checks: KeptChecks | None = None
    """What is tried on each item before it is handed out."""
    pdf_limit: int | None = None
    """Of how many variants figures are drawn as PDF, too, and not as SVG alone; None for all."""

    def items(self, copies: Iterable[str]) -> Iterator[Item]:
        """An item for each copy, in order, made in batches.

        Raises ProductionFailed once the question's problems are in the tally.
        """
        remaining = iter(copies)
        drawn = 0

        def batches() -> Iterator[list[Variant]]:
            nonlocal drawn
            while batch := list(islice(remaining, BATCH)):
                yield self._drawn(batch, drawn)
                drawn += len(batch)

        yield from self._filled(batches())

    def cohort(self, copies: Sequence[str], *, by_lot: bool) -> Iterator[Item]:
        """An item for each paper of a cohort, in order; `by_lot` where that is of no matter."""
        try:
            self.source.settle(copies, by_lot=by_lot)
        except (VariantFailure, SolverFailure) as failure:
            self.fail_draw(failure, None)
            raise ProductionFailed from None
        yield from self.items(copies)

    def items_of(self, variants: Sequence[Variant]) -> Iterator[Item]:
        """The items of variants that are drawn already; raises ProductionFailed as `items` does."""
        yield from self._filled(
            variants[start : start + PROVED_AT_ONCE]
            for start in range(0, len(variants), PROVED_AT_ONCE)
        )

    def _filled(self, batches: Iterable[Sequence[Variant]]) -> Iterator[Item]:
        filler = Filler(self.template, self.filling)
        tally = self.prover.tally
        number = 0
        for variants in batches:
            answers = self._solved(variants, number)
            tally.items += len(variants)
            for provenance in filler.provenances:
                tally.provenances[provenance] += len(variants)
            for variant, solved in zip(variants, answers, strict=True):
                number += 1
                try:
                    item = filler.fill(number, variant.values, solved, variant.random_source)
                    if self.template.figures:
                        item = self._illustrated(item, {**variant.values, **solved})
                except VariantFailure as failure:
                    self._fail(failure.code, number, variant.values, str(failure))
                    raise ProductionFailed from None
                if self.observe is not None:
                    self.observe(item, {**variant.values, **solved})
                self._check(item, variant)
                yield item
            if self.checks is not None:
                self.checks.keep()

    def _check(self, item: Item, variant: Variant) -> None:
        """Raises ProductionFailed once what is wrong with an item is in the tally."""
        faults = [] if self.checks is None else self.checks.faults(variant.digest, item)
        for code, message in faults:
            self._fail(code, item.variant, variant.values, message)
        if faults:
            raise ProductionFailed

    def _illustrated(self, item: Item, known: Values) -> Item:
        """The item with its figures; raises VariantFailure for values that cannot be drawn."""
        if self.figure_limit is not None and item.variant > self.figure_limit:
            return replace(item, assets={**item.assets, **undrawn(self.template)})
        pdf = self.pdf_limit is None or item.variant <= self.pdf_limit
        drawn = figures_of(self.template, known, pdf=pdf)
        return replace(item, assets={**item.assets, **drawn})

    def _drawn(self, batch: list[str], before: int) -> list[Variant]:
        """The batch's variants; raises ProductionFailed."""
        variants: list[Variant] = []
        try:
            variants.extend(self.source.variants(batch))
        except (VariantFailure, SolverFailure) as failure:
            self.fail_draw(failure, before + len(variants) + 1)
            raise ProductionFailed from None
        return variants

    def fail_draw(self, failure: VariantFailure | SolverFailure, number: int | None) -> None:
        """Puts into the tally that a variant could not be drawn, with its number if it has one."""
        code = failure.code if isinstance(failure, VariantFailure) else "solver"
        number = None if code == "too-few-variants" else number
        self._fail(code, number, None, str(failure))

    def _solved(self, variants: Sequence[Variant], before: int) -> list[SolverResults]:
        """The batch's answers, proved; raises ProductionFailed."""
        answers: list[SolverResults] = []
        failures = 0
        for number, variant in enumerate(variants, before + 1):
            try:
                answers.append(variant.answers or solve_all(self.solvers, variant.values))
            except SolverFailure as failure:
                failures += 1
                self._fail("solver", number, variant.values, str(failure))
                if failures >= MAX_PROBLEMS:
                    break
        if failures:
            raise ProductionFailed
        for solver in self.solvers:
            own = answers
            if len(self.solvers) > 1:
                own = [{name: each[name] for name in solver.expected} for each in answers]
            self._prove(solver, variants, own, before)
        return answers

    def _prove(
        self, solver: Solver, variants: Sequence[Variant], answers: list[SolverResults], before: int
    ) -> None:
        try:
            found = self.prover.disagreements(self.template, solver, variants, answers)
        except SolverFailure as failure:
            self._fail("second-route", before + 1, None, str(failure))
            raise ProductionFailed from None
        for variant, result, message in found[:MAX_PROBLEMS]:
            number = before + variants.index(variant) + 1
            place = derived_place(self.template, result)
            self._fail("routes-disagree", number, variant.values, message, place)
        if found:
            raise ProductionFailed

    def _fail(
        self,
        code: str,
        number: int | None,
        values: Values | None,
        message: str,
        place: Place | None = None,
    ) -> None:
        where = f"question '{self.template.header.identifier}'"
        where += f", variant {number}" if number is not None else ""
        drawn = self.template.parameter_values(values) if values else {}
        shown = f" ({show_all(drawn)})" if drawn else ""
        place = place or self.template.header.place
        problem = Problem(code, f"{where}{shown}: {message}", place)
        self.prover.tally.problems.append(problem)
