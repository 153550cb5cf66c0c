"""Every named mistake of attention and autoregressive models has a second route that guards it."""

from dataclasses import replace

import pytest

from qgen.document.formula import Number, Sum
from qgen.document.values import FORMULA_TYPES
from qgen.solvers.routes.registry import Check, all_solvers, solve
from qgen.solvers.routes.verification import verify
from tests.solvers.replaying import second_route

SOLVERS = [
    known
    for known in all_solvers()
    if known.name.partition("_")[0].partition(".")[0] in ("attention", "autoregressive")
]
NAMES = [(known, name) for known in SOLVERS for name in known.names]


def spoiled(value):
    """The same value, a little off."""
    if isinstance(value, tuple):
        return (spoiled(value[0]), *value[1:])
    if isinstance(value, bool):
        return not value
    if isinstance(value, FORMULA_TYPES):
        return Sum((value, Number(0.001)))
    return float(value) * 1.001 + 1e-4


@pytest.mark.parametrize("known", SOLVERS, ids=lambda known: known.name)
def test_results_and_mistakes_are_all_compared(known):
    answers = [solve(known, example) for example in known.examples]
    found = verify(known, known.examples, answers)
    assert found.compared == len(known.names) * len(answers)


@pytest.mark.parametrize(("known", "name"), NAMES, ids=lambda each: getattr(each, "name", each))
def test_a_wrong_value_is_noticed(known, name):
    example = known.examples[0]
    answers = solve(known, example)
    wrong = {**answers, name: spoiled(answers[name])}
    quick = replace(known, check=Check(second_route(known.name), known.check.tolerance))
    faults = verify(quick, [example], [wrong]).disagreements
    assert {fault.result.partition("[")[0] for fault in faults} == {name}
