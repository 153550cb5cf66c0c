"""Makes a template's items: draw, solve, prove, fill, in batches that stream."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from qgen.bank.templates import QuestionTemplate
from qgen.document.exam import Item
from qgen.document.problem import Problem
from qgen.document.values import Answers, Value, Values, show_all
from qgen.generator.drawing import VariantFailure
from qgen.generator.filling import Filler, Filling
from qgen.generator.variants import Variant, VariantSource
from qgen.proofs import ProofStore, VerifyMode, proof_key
from qgen.solvers.registry import Solver, SolverFailure, solve

BATCH = 500
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
    _known: dict[str, set[bytes]] = field(default_factory=dict)

    def disagreements(
        self,
        template: QuestionTemplate,
        solver: Solver,
        variants: list[Variant],
        answers: list[Answers],
    ) -> list[tuple[Variant, str]]:
        """The variants whose two routes differ, with both values.

        Raises SolverFailure where the second route cannot be run.
        """
        if solver.check is None or self.mode == "never":
            return []
        key = proof_key(template, solver)
        if key not in self._known:
            self._known[key] = self.store.load(key) if self.mode == "new" else set()
        known = self._known[key]
        fresh = [index for index, variant in enumerate(variants) if variant.digest not in known]
        self.tally.proved_earlier += len(variants) - len(fresh)
        if not fresh:
            return []
        from qgen.solvers.verification import verify

        result = verify(solver, [variants[i].values for i in fresh], [answers[i] for i in fresh])
        if not result.disagreements:
            proved = {variants[i].digest for i in fresh}
            known |= proved
            self.store.add(key, proved)
            self.tally.proved_now += len(fresh)
        return [
            (
                variants[fresh[each.variant]],
                f"the two routes of {solver.name} give different {each.result}: "
                f"{each.first} and {each.second}",
            )
            for each in result.disagreements
        ]


@dataclass(slots=True)
class Production:
    """Makes the items of one slot; problems go to the tally."""

    template: QuestionTemplate
    solvers: tuple[Solver, ...]
    filling: Filling
    source: VariantSource
    prover: Prover

    def items(self, copies: Iterable[str]) -> Iterator[Item]:
        """An item for each copy, in order, made in batches.

        Raises ProductionFailed once the question's problems are in the tally.
        """
        filler = Filler(self.template, self.filling)
        tally = self.prover.tally
        remaining = iter(copies)
        number = 0
        while batch := list(islice(remaining, BATCH)):
            variants, answers = self._solved(batch, number)
            for variant, solved in zip(variants, answers, strict=True):
                number += 1
                try:
                    item = filler.fill(number, variant.values, solved, variant.random_source)
                except VariantFailure as failure:
                    self._fail(failure.code, number, variant.values, str(failure))
                    raise ProductionFailed from None
                yield item
            tally.items += len(variants)
            for provenance in filler.provenances:
                tally.provenances[provenance] += len(variants)

    def _solved(self, batch: list[str], before: int) -> tuple[list[Variant], list[Answers]]:
        """The batch's variants and merged answers, proved; raises ProductionFailed."""
        variants: list[Variant] = []
        try:
            variants.extend(self.source.variants(batch))
        except VariantFailure as failure:
            self._fail(failure.code, before + len(variants) + 1, None, str(failure))
            raise ProductionFailed from None
        merged: list[dict[str, Value]] = [{} for _ in variants]
        failures = 0
        for solver in self.solvers:
            answers: list[Answers] = []
            for index, variant in enumerate(variants):
                try:
                    answers.append(solve(solver, variant.values))
                except SolverFailure as failure:
                    failures += 1
                    answers.append({})
                    self._fail("solver", before + index + 1, variant.values, str(failure))
                    if failures >= MAX_PROBLEMS:
                        raise ProductionFailed from None
            if failures:
                raise ProductionFailed
            self._prove(solver, variants, answers, before)
            for each, found in zip(merged, answers, strict=True):
                each.update(found)
        return variants, list(merged)

    def _prove(
        self, solver: Solver, variants: list[Variant], answers: list[Answers], before: int
    ) -> None:
        try:
            found = self.prover.disagreements(self.template, solver, variants, answers)
        except SolverFailure as failure:
            self._fail("second-route", before + 1, None, str(failure))
            raise ProductionFailed from None
        for variant, message in found[:MAX_PROBLEMS]:
            number = before + variants.index(variant) + 1
            self._fail("routes-disagree", number, variant.values, message)
        if found:
            raise ProductionFailed

    def _fail(self, code: str, number: int, values: Values | None, message: str) -> None:
        identifier = self.template.header.identifier
        where = f"question '{identifier}', variant {number}"
        shown = f" ({show_all(values)})" if values else ""
        problem = Problem(code, f"{where}{shown}: {message}", self.template.header.place)
        self.prover.tally.problems.append(problem)
