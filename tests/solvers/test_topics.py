"""What holds for every solver that ships: append one, and it is tested here."""

import re
from dataclasses import replace
from itertools import product

import pytest

from qgen.document.formula import Symbol, evaluate, symbols
from qgen.document.values import FORMULA_TYPES, Value
from qgen.solvers.numerics.formula_values import coordinates
from qgen.solvers.routes.registry import Check, SolverFailure, all_solvers, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.solvers.replaying import second_route

SOLVERS = all_solvers()
UNFIT = ("text", (), ("text",), ((1, 2), 3), True, Symbol("x"), float("nan"), -(10**30))


def test_they_are_sorted_and_found_by_name():
    assert [known.name for known in SOLVERS] == sorted(known.name for known in SOLVERS)
    assert {"linear_gaussian.posterior", "bernoulli.kl", "bayes.posterior"} <= {
        known.name for known in SOLVERS
    }
    assert all(find_solver(known.name) is known for known in SOLVERS)


def entries(value: Value):
    """The numbers, texts and formulas in a value."""
    if isinstance(value, tuple):
        for entry in value:
            yield from entries(entry)
    else:
        yield value


def look_equal(first: Value, second: Value) -> bool:
    """True for equal values, and for formulas that agree at a few points between 0 and 1."""
    formulas = [isinstance(value, FORMULA_TYPES) for value in (first, second)]
    if formulas != [True, True]:
        return type(first) is type(second) and first == second
    names = symbols(first) | symbols(second)
    places = {name: coordinates(name, "probability") for name in names}
    points = [{name: places[name][index] for name in names} for index in range(4)]
    return all(evaluate(first, point) == pytest.approx(evaluate(second, point)) for point in points)


@pytest.mark.parametrize("known", SOLVERS, ids=lambda known: known.name)
class TestEverySolver:
    def test_it_has_a_second_route_and_both_agree_on_the_examples(self, known):
        """Also, a batch is proved in one call for each shape of its values."""
        assert known.check is not None
        assert len(known.examples) >= 2
        calls = []

        def counted(**arguments):
            calls.append(arguments)
            return second_route(known.name)(**arguments)

        answers = [solve(known, example) for example in known.examples]
        watched = replace(known, check=Check(counted, known.check.tolerance))
        found = verify(watched, 2 * known.examples, 2 * answers)
        assert found.disagreements == ()
        assert 1 <= len(calls) <= len(known.examples)
        assert found.compared == 2 * len(known.names) * len(answers)
        assert found.largest <= known.check.tolerance

    def test_the_names_are_explained_and_the_source_is_cited(self, known):
        assert all(known.results.values())
        assert all(known.mistakes.values())
        assert all(name.isidentifier() for name in known.names)
        assert re.search(r"\b(1[789]|20)\d\d\b", known.function.__doc__)

    def test_every_mistake_differs_from_every_result_for_some_values(self, known):
        answers = [solve(known, example) for example in known.examples]
        for mistake in known.mistakes:
            for result in known.results:
                assert not all(look_equal(each[mistake], each[result]) for each in answers), (
                    mistake,
                    result,
                )

    def test_domains_are_of_symbols_that_occur(self, known):
        for result, domains in known.domains.items():
            found = set()
            for example in known.examples:
                for entry in entries(solve(known, example)[result]):
                    assert isinstance(entry, FORMULA_TYPES), result
                    found |= symbols(entry)
            assert domains.keys() <= found

    def test_each_argument_that_is_left_out_is_named(self, known):
        for parameter in known.parameters:
            if parameter.required:
                rest = {**known.examples[0]}
                del rest[parameter.name]
                with pytest.raises(SolverFailure, match=f"'{parameter.name}'"):
                    solve(known, rest)

    def test_unfit_arguments_raise_nothing_but_solver_failures(self, known):
        raised = []
        for parameter, unfit in product(known.parameters, UNFIT):
            try:
                solve(known, {**known.examples[0], parameter.name: unfit})
            except SolverFailure:
                continue
            except Exception as error:
                raised.append(f"{parameter.name} = {unfit!r}: {error!r}")
        assert raised == []
