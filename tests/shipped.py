"""The bank that ships, read and drawn once for all tests of a process."""

from fractions import Fraction
from functools import cache

from qgen.bank.catalogue import Catalogue
from qgen.bank.templates import QuestionTemplate
from qgen.banks import open_banks
from qgen.document.exam import Item
from qgen.generator.filling import Filling
from qgen.production import Production, Prover, Tally, variant_source
from qgen.proofs import ProofStore
from qgen.question_solvers import question_solvers
from tests.examples import is_thorough

COPIES = ("variant 1", "variant 2")


@cache
def shipped_catalogue() -> Catalogue:
    """The bank, whose questions are compiled once, whoever asks for them."""
    catalogue, problems = open_banks(())
    assert problems == []
    return catalogue


@cache
def shipped_templates() -> tuple[QuestionTemplate, ...]:
    """Every question of the bank."""
    templates = []
    for entry in shipped_catalogue().entries.values():
        template, problems = entry.compiled
        assert problems == []
        assert template is not None
        templates.append(template)
    return tuple(templates)


@cache
def shipped_items() -> tuple[tuple[Item, ...], ...]:
    """For each question two variants, or the one of a question without parameters.

    Every day the second one only of each fourth question. No second route is run.
    """
    step = 1 if is_thorough() else 4
    return tuple(
        _items(template, COPIES if template.parameters and place % step == 0 else COPIES[:1])
        for place, template in enumerate(shipped_templates())
    )


def _items(template: QuestionTemplate, copies: tuple[str, ...]) -> tuple[Item, ...]:
    solvers, problems = question_solvers(template)
    assert not problems
    filling = Filling(Fraction(2), "right_minus_wrong", True, frozenset())
    source = variant_source(template, solvers, 1, "pool")
    prover = Prover("never", ProofStore(), Tally())
    production = Production(template, solvers, filling, source, prover, figure_limit=0)
    return tuple(production.items(copies))
