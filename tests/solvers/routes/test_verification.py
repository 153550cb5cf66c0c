"""Whatever is wrong with one of the routes is seen, with what each of them says."""

from dataclasses import replace
from fractions import Fraction

import pytest
import torch

from qgen.document.formula import Call, Number, Power, Product, Quotient, Sum, Symbol, evaluate
from qgen.document.values import Complex
from qgen.solvers.numerics.formula_values import POINTS, Points, evaluate_alike, skeleton
from qgen.solvers.routes.comparison import Expected, compare
from qgen.solvers.routes.registry import Check, SolverFailure, all_solvers, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.solvers.replaying import second_route

X, Y = Symbol("x"), Symbol("y")


def with_check(function, tolerance=1e-6, name="bayes.posterior"):
    return replace(find_solver(name), check=Check(function, tolerance))


def compared(values, returned, tolerance=1e-6, domains=None):
    return compare(Expected("value", values, tolerance, domains or {}), returned)


def other(value):
    """Another number, or the other truth value."""
    return not value if isinstance(value, bool) else value + 1


def told(comparison):
    return [(fault.variant, fault.second) for fault in comparison.disagreements]


@pytest.mark.parametrize("known", all_solvers(), ids=lambda known: known.name)
class TestEverySolver:
    def test_a_wrong_second_route_is_reported_result_by_result(self, known):
        """Each number is off by 1, each truth value turned round: of some results, then others."""
        examples = 2 * known.examples
        answers = [solve(known, example) for example in examples]

        def spoilt(value):
            if callable(value):
                return lambda points: value(points) + 1
            if isinstance(value, torch.Tensor):
                return ~value if value.dtype == torch.bool else value + 1
            if isinstance(value, tuple):
                return (value[0] + 1, value[1])
            return ["" for _ in value]

        for some in filter(None, (list(known.results)[::2], list(known.results)[1::2])):

            def wrong(some=some, **arguments):
                right = second_route(known.name)(**arguments)
                return {**right, **{result: spoilt(right[result]) for result in some}}

            broken = replace(known, check=Check(wrong, known.check.tolerance))
            faults = verify(broken, examples, answers).disagreements
            told = {(fault.variant, fault.result.partition("[")[0]) for fault in faults}
            assert told == {(place, each) for place in range(len(answers)) for each in some}
            assert all(fault.first != fault.second for fault in faults)

    def test_a_wrong_first_route_is_reported(self, known):
        """Each number is off by 1, each truth value turned round, of one result of a variant."""
        examples = 2 * known.examples
        answers = [solve(known, example) for example in examples]
        quick = replace(known, check=Check(second_route(known.name), known.check.tolerance))
        numbers = [
            result
            for result in known.results
            if all(isinstance(right[result], (int, Fraction, float)) for right in answers)
        ]
        # A variant has one wrong number, each another one, until every number was wrong once.
        for start in range(0, len(numbers), len(answers)):
            wrong = dict(enumerate(numbers[start : start + len(answers)]))
            spoilt = [
                {**right, wrong[place]: other(right[wrong[place]])} if place in wrong else right
                for place, right in enumerate(answers)
            ]
            faults = verify(quick, examples, spoilt).disagreements
            assert [(fault.variant, fault.result) for fault in faults] == [*wrong.items()]

    def test_a_result_that_is_missing_or_not_a_number_never_passes(self, known):
        examples = 2 * known.examples
        answers = [solve(known, example) for example in examples]
        for is_missing in (True, False):

            def partial(is_missing=is_missing, **arguments):
                right = dict(second_route(known.name)(**arguments))
                for result in known.results:
                    wrong = right.pop(result)
                    if is_missing:
                        continue
                    if isinstance(wrong, torch.Tensor) and wrong.is_floating_point():
                        right[result] = wrong * torch.nan
                    elif callable(wrong):
                        right[result] = lambda points, wrong=wrong: wrong(points) * torch.nan
                return right

            broken = replace(known, check=Check(partial, known.check.tolerance))
            faults = verify(broken, examples, answers).disagreements
            told = {(fault.variant, fault.result.partition("[")[0]) for fault in faults}
            assert told == {
                (place, each) for place in range(len(answers)) for each in known.results
            }


def test_both_values_are_told_for_the_right_variant():
    known = find_solver("bernoulli.best_prior")
    batch = [{"e": (Fraction(1, n), Fraction(1, 2))} for n in range(2, 8)]
    answers = [dict(solve(known, values)) for values in batch]
    answers[4]["best_prior"] = Fraction(1, 5)
    (fault,) = verify(known, batch, answers).disagreements
    assert (fault.variant, fault.result, fault.first) == (4, "best_prior", "1/5")
    assert fault.second == f"{float(Fraction(1, 6) + Fraction(1, 2)) / 2:.12g}"


def test_variants_of_different_shapes_keep_their_indices():
    known = find_solver("linear_gaussian.posterior")
    batch = [example for example in known.examples for _ in range(2)]
    answers = [dict(solve(known, values)) for values in batch]
    answers[7]["posterior_variance"] = Fraction(1)
    found = verify(known, batch, answers)
    assert [(fault.variant, fault.result) for fault in found.disagreements] == [
        (7, "posterior_variance")
    ]
    assert found.compared == len(batch) * len(known.names)
    assert found.largest > 0.9


def test_more_variants_than_a_batch_holds():
    known = find_solver("bernoulli.best_prior")
    batch = [{"e": (Fraction(n, 3000), Fraction(1, 2))} for n in range(1, 2501)]
    answers = [dict(solve(known, values)) for values in batch]
    assert verify(known, batch, answers).disagreements == ()
    answers[2400]["best_prior"] = 0
    assert [fault.variant for fault in verify(known, batch, answers).disagreements] == [2400]


class TestFailures:
    batch = ({"prior": (Fraction(1, 2), Fraction(1, 2)), "likelihoods": (1, 2)},)

    def run(self, function):
        known = with_check(function)
        return verify(known, self.batch, [solve(known, self.batch[0])])

    def test_no_second_route(self):
        known = replace(find_solver("bayes.posterior"), check=None)
        with pytest.raises(SolverFailure, match=r"bayes\.posterior has no second route"):
            verify(known, self.batch, [solve(known, self.batch[0])])

    def test_an_exception_names_the_route_and_the_values(self):
        def broken_route(prior, likelihoods):
            raise IndexError("beyond the end")

        with pytest.raises(
            SolverFailure,
            match=r"bayes\.posterior \(broken_route\) failed: IndexError: beyond.*prior = \(1/2",
        ):
            self.run(broken_route)

    def test_undeclared_names_and_no_dict(self):
        with pytest.raises(SolverFailure, match="returned undeclared posteriro"):
            self.run(lambda prior, likelihoods: {"posteriro": prior})
        with pytest.raises(SolverFailure, match="returned a Tensor, not a dict"):
            self.run(lambda prior, likelihoods: prior)

    def test_a_missing_result_is_a_disagreement(self):
        found = self.run(lambda prior, likelihoods: {})
        assert [fault.result for fault in found.disagreements] == [
            *find_solver("bayes.posterior").results
        ]
        assert "does not return it" in found.disagreements[0].second

    def test_answers_for_every_variant_are_needed(self):
        with pytest.raises(ValueError, match="1 variants cannot have 0 answers"):
            verify(find_solver("bayes.posterior"), self.batch, [])

    def test_mistakes_are_compared_where_they_are_returned(self):
        known = find_solver("bayes.posterior")

        def more(**arguments):
            return {
                **known.check.function(**arguments),
                "evidence_unweighted": arguments["likelihoods"].sum(-1),
            }

        (fault,) = self.run(more).disagreements
        assert (fault.result, fault.first, fault.second) == ("evidence_unweighted", "3/2", "3")


class TestNumbers:
    def test_the_tolerance_is_relative_but_for_what_rounding_leaves(self):
        values = (1000, Fraction(1, 2), 0, Fraction(1, 10**7))
        near = torch.tensor([1000.0009, 0.5000004, 9e-14, 1.0000005e-7], dtype=torch.float64)
        assert told(compared(values, near)) == []
        far = torch.tensor([1000.0011, 0.5000006, 2e-13, 1.000003e-7], dtype=torch.float64)
        assert [variant for variant, _ in told(compared(values, far))] == [0, 1, 2, 3]

    def test_rounding_counts_by_the_largest_entry_of_a_variant(self):
        values = ((10**6, 0), (1, 0))
        rounded = torch.tensor([[1e6, 5e-8], [1, 5e-8]], dtype=torch.float64)
        assert [variant for variant, _ in told(compared(values, rounded))] == [1]

    @pytest.mark.parametrize("value", [1e-263, 1e-40, 3e-31])
    def test_tiny_results_are_compared_relatively(self, value):
        assert told(compared([value, 0.5], torch.tensor([value, 0.5], dtype=torch.float64))) == []
        for wrong in (value * 1.00001, 0.0, -value, value**2, 1e-17):
            second = torch.tensor([wrong, 0.5], dtype=torch.float64)
            assert [variant for variant, _ in told(compared([value, 0.5], second))] == [0]

    def test_small_results_beside_tiny_ones_are_compared_relatively(self):
        values = [1e-200, 1e-16]
        second = torch.tensor([1e-200, 2e-16], dtype=torch.float64)
        assert [variant for variant, _ in told(compared(values, second))] == [1]

    @pytest.mark.parametrize(
        ("returned", "text"),
        [
            (torch.tensor([float("nan")]), "nan"),
            (torch.tensor([float("inf")]), "inf"),
            (torch.tensor([[1.0]]), "a tensor of shape (1, 1) where (1,) belongs"),
            (torch.tensor(1.0), "a tensor of shape () where (1,) belongs"),
            (torch.tensor([True]), "a tensor of torch.bool"),
            (torch.tensor([1j]), "a tensor of torch.complex64"),
            (1.0, "a float, not a tensor"),
            (None, "a NoneType, not a tensor"),
        ],
    )
    def test_what_is_no_such_number_disagrees(self, returned, text):
        assert told(compared([1], returned)) == [(0, text)]

    @pytest.mark.parametrize("second", [[1 + 2j, 3, -2j], [1 + 2j, 3 + 1e-9j, -2j]])
    def test_complex_numbers_agree_by_their_distance(self, second):
        """Of some variants a complex result is real; both are compared in one tensor."""
        values = [Complex(1, Fraction(2)), 3, Complex(0, -2.0)]
        returned = torch.tensor(second, dtype=torch.complex128)
        assert told(compared(values, returned)) == []
        assert (
            told(compared([3, 3, 3], torch.tensor([3, 3, 3 + 1e-9j], dtype=torch.complex128))) == []
        )

    @pytest.mark.parametrize(
        ("returned", "variants"),
        [
            (torch.tensor([1 + 2j, 3, 2j], dtype=torch.complex128), [2]),
            (torch.tensor([1, 3, -2j], dtype=torch.complex128), [0]),
            (torch.tensor([1 + 2j, 3 + 1j, -2j], dtype=torch.complex128), [1]),
            (torch.tensor([1 + 2j, 3, -2j * torch.nan], dtype=torch.complex128), [2]),
            (torch.tensor([1.0, 3.0, 0.0], dtype=torch.float64), [0, 2]),
        ],
    )
    def test_complex_numbers_that_differ_are_told(self, returned, variants):
        values = [Complex(1, 2), 3, Complex(0, -2)]
        assert [variant for variant, _ in told(compared(values, returned))] == variants

    def test_vectors_with_complex_entries_are_compared(self):
        values = [(Complex(1, 2), 3), (1, Complex(0, 1))]
        right = torch.tensor([[1 + 2j, 3], [1, 1j]], dtype=torch.complex128)
        assert told(compared(values, right)) == []
        right[1, 1] = -1j
        assert [variant for variant, _ in told(compared(values, right))] == [1]

    def test_standard_errors_widen_what_agrees_unless_they_prove_nothing(self):
        def sampled(value, error):
            return told(compared([1], (torch.tensor([value]), torch.tensor([error]))))

        assert sampled(1.004, 0.001) == []
        assert sampled(1.006, 0.001) == [(0, "1.00600004196 with standard error 0.0010000000475")]
        assert len(sampled(1.0, 0.02)) == 1
        assert len(sampled(1.0, float("nan"))) == 1
        assert len(sampled(1.0, -0.001)) == 1
        assert len(sampled(float("nan"), 0.001)) == 1

    def test_vectors_and_matrices(self):
        rows = [((1, 2), (3, 4)), ((5, 6), (7, Fraction(1, 2)))]
        right = torch.tensor([[[1, 2], [3, 4]], [[5, 6], [7, 0.5]]], dtype=torch.float64)
        assert told(compared(rows, right)) == []
        right[1, 1, 0] = 8
        assert told(compared(rows, right)) == [(1, "((5, 6), (8, 0.5))")]

    def test_truth_values_texts_and_mixtures(self):
        assert told(compared([True, False], torch.tensor([True, True]))) == [(1, "True")]
        assert len(told(compared([True], torch.tensor([1.0])))) == 1
        assert told(compared(["a", "b"], ["a", "c"])) == [(1, "c")]
        assert len(told(compared(["a", "b"], ["a"]))) == 2
        pair = [(1, "a"), (2, "b")]
        assert told(compared(pair, (torch.tensor([1, 2]), ["a", "b"]))) == []
        (fault,) = compared(pair, (torch.tensor([1, 3]), ["a", "b"])).disagreements
        assert (fault.result, fault.variant, fault.first, fault.second) == ("value[0]", 1, "2", "3")


class TestFormulas:
    def test_functions_that_agree_on_part_of_the_domain_are_told_apart(self):
        def identity(points):
            return points["x"]

        relu = [Call("max", (Number(0), X))]
        assert len(told(compared(relu, identity))) == 1
        assert told(compared(relu, identity, domains={"x": "positive"})) == []
        clipped = [Call("min", (Number(1), X))]
        assert len(told(compared(clipped, identity, domains={"x": "nonnegative"}))) == 1
        assert told(compared(clipped, identity, domains={"x": "probability"})) == []

    def test_a_formula_without_a_value_on_its_domain_disagrees_and_says_where(self):
        (fault,) = compared([Call("ln", (X,))], lambda points: points["x"].log()).disagreements
        assert "ln(x), which is undefined at x = -" in fault.first
        good = compared([Call("ln", (X,))], lambda p: p["x"].log(), domains={"x": "positive"})
        assert good.disagreements == ()

    def test_what_is_no_function_of_the_points_disagrees(self):
        assert told(compared([X], torch.zeros(1))) == [(0, "a Tensor, not a function of points")]
        assert "shape (12,)" in told(compared([X], lambda points: points["x"][0]))[0][1]
        assert "KeyError: 'no'" in told(compared([X], lambda points: {}["no"]))[0][1]

    def test_a_symbol_that_the_exact_formula_lacks_may_be_asked_for(self):
        assert told(compared([Number(3)], lambda points: 0 * points["x_2"] + 3)) == []

    def test_points_spread_over_the_domain_and_are_always_the_same(self):
        domains = {"p": "probability", "s": "positive", "n": "nonnegative"}
        points = Points(domains, 2)
        real = points["x"][0]
        assert real.shape == (POINTS,)
        assert len(set(real.tolist())) == POINTS
        assert real.min() < -4
        assert real.max() > 4
        assert 0 < points["p"].min() < 0.1
        assert 0.9 < points["p"].max() < 1
        assert points["s"].min() > 0
        assert points["n"].min() == 0
        assert torch.equal(Points(domains, 1)["x"][0], real)
        assert not torch.equal(points["x"], points["y"])

    def test_the_batched_values_are_those_of_the_formula(self):
        def build(a, b):
            a, b = Number(a), Number(b)
            top = Sum((Product((a, Call("exp", (X,)))), Call("max", (X, Y, b)), Call("abs", (Y,))))
            low = Sum(
                (Power(Call("tanh", (X,)), Number(2)), Call("sqrt", (Power(Y, Number(2)),)), b)
            )
            wave = Call("min", (Call("sin", (X,)), Call("cos", (Y,)), Call("sigmoid", (X,))))
            return Sum((Quotient(top, low), wave, Call("ln", (Sum((Call("abs", (X,)), b)),))))

        formulas = [build(Fraction(1, 3), 2), build(-4, 0.25)]
        assert len(set(map(skeleton, formulas))) == 1
        points = Points({}, 2)
        values = evaluate_alike(formulas, points)
        for index, formula in enumerate(formulas):
            for column in range(POINTS):
                point = {name: float(points[name][index, column]) for name in ("x", "y")}
                assert float(values[index, column]) == pytest.approx(evaluate(formula, point))

    def test_formulas_of_different_looks_in_one_batch(self):
        formulas = [Sum((X, Number(1))), Product((Number(2), X)), Sum((X, Number(3)))]
        slopes, shifts = torch.tensor([[1.0], [2], [1]]), torch.tensor([[1.0], [0], [4]])
        found = compared(formulas, lambda points: slopes * points["x"] + shifts)
        assert [fault.variant for fault in found.disagreements] == [2]
        assert "x + 3, which is " in found.disagreements[0].first


def test_a_check_that_draws_from_the_global_stream_is_repeatable_and_leaves_no_trace():
    drawn = []

    def drawing(prior, likelihoods):
        drawn.append(float(torch.rand(())))
        return {}

    torch.manual_seed(5)
    expected = float(torch.rand(()))
    torch.manual_seed(5)
    for _ in range(2):
        TestFailures().run(drawing)
    assert drawn[0] == drawn[1]
    assert float(torch.rand(())) == expected
