"""Shows that a solver's second route also proves its named mistakes."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from qgen.document.formula import Number, Product
from qgen.document.values import FORMULA_TYPES, Value, Values
from qgen.solvers.routes.registry import Check, Solver, solve
from qgen.solvers.routes.verification import verify
from tests.solvers.replaying import second_route


def slightly_changed(value: Value) -> Value:
    """Another value of the same shape, a little off where it is a number or a formula."""
    match value:
        case bool():
            return not value
        case int() | Fraction():
            return value + (1 + abs(value)) * Fraction(1, 1_000_000)
        case float():
            return value + (1 + abs(value)) * 1e-6
        case tuple():
            return tuple(map(slightly_changed, value))
        case str():
            return f"not {value}"
    assert isinstance(value, FORMULA_TYPES)
    return Product((Number(Fraction(1001, 1000)), value))


def unproved_mistakes(known: Solver, batch: Sequence[Values] | None = None) -> list[str]:
    """The mistakes whose value may change a little without any disagreement."""
    # As `test_topics.py` asks for the examples, so that what was worked out there is known here.
    batch = 2 * known.examples if batch is None else batch
    answers = [solve(known, values) for values in batch]
    assert known.check is not None
    known = replace(known, check=Check(second_route(known.name), known.check.tolerance))
    assert verify(known, batch, answers).disagreements == ()
    unproved = []
    for mistake in known.mistakes:
        broken = [{**each, mistake: slightly_changed(each[mistake])} for each in answers]
        faults = verify(known, batch, broken).disagreements
        if {fault.variant for fault in faults} != set(range(len(batch))):
            unproved.append(mistake)
    return unproved
