"""One variant of every question that ships with qgen, with its study note."""

from collections.abc import Iterator
from functools import cache

from qgen.document.exam import Item
from qgen.document.richtext import Passage
from qgen.generator.filling import Filling
from qgen.production import Production, Prover, Tally, variant_source
from qgen.proofs import ProofStore
from qgen.question_solvers import question_solvers, verified_results
from tests.shipped import shipped_templates


@cache
def shipped() -> tuple[tuple[Item, Passage | None], ...]:
    return tuple(_shipped())


def _shipped() -> Iterator[tuple[Item, Passage | None]]:
    for template in shipped_templates():
        solvers, _ = question_solvers(template)
        production = Production(
            template,
            solvers,
            Filling(template.points, "per_option", True, verified_results(solvers)),
            variant_source(template, solvers, 1, "paper"),
            Prover("never", ProofStore(), Tally()),
        )
        (item,) = production.items(["A"])
        yield item, None if template.study_note is None else Passage(template.study_note)
