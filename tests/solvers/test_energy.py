"""Boltzmann machines and scores against hand-worked numbers, brute force and SymPy."""

from fractions import Fraction
from functools import cache
from itertools import combinations, product
from math import exp, log

import pytest
import sympy
import torch
from hypothesis import given
from hypothesis import strategies as draw

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

BOLTZMANN = find_solver("energy.boltzmann")
GIBBS = find_solver("energy.gibbs_update")
RESTRICTED = find_solver("energy_restricted.machine")
MIXTURE = find_solver("energy_scores.mixture")
POLYNOMIAL = find_solver("energy_scores.polynomial")
MATCHING = find_solver("energy_scores.score_matching")
numbers = fractions(min_value=-3, max_value=3, max_denominator=4)
scales = fractions(min_value=Fraction(1, 4), max_value=4, max_denominator=4)


def vectors(size):
    return draw.tuples(*[numbers] * size)


machines = draw.integers(2, 4).flatmap(
    cache(
        lambda n: draw.fixed_dictionaries(
            {
                "b": vectors(n),
                "w": vectors(n * (n - 1) // 2),
                "off": draw.sampled_from([0, -1]),
            }
        )
    )
)


def agree(known, values):
    return verify(known, [values], [solve(known, values)]).disagreements == ()


def sigmoid(x):
    return 1 / (1 + exp(-x))


def test_two_units_by_hand():
    """f is 0, −1, 1 and 1 − 1 + 2 = 2 for 00, 01, 10 and 11."""
    answers = solve(BOLTZMANN, BOLTZMANN.examples[0])
    whole = 1 + exp(-1) + exp(1) + exp(2)
    assert answers["partition_function"] == pytest.approx(whole)
    assert answers["probabilities"] == pytest.approx(
        (1 / whole, exp(-1) / whole, exp(1) / whole, exp(2) / whole)
    )
    first, second = (exp(1) + exp(2)) / whole, (exp(-1) + exp(2)) / whole
    assert answers["marginals"] == pytest.approx((first, second))
    assert answers["pair_expectations"] == pytest.approx((exp(2) / whole,))
    assert answers["pair_covariances"] == pytest.approx((exp(2) / whole - first * second,))
    assert answers["most_probable"] == 3
    assert answers["sign_partition"] == pytest.approx(1 + exp(1) + exp(-1) + exp(-2))
    assert answers["pairs_twice_partition"] == pytest.approx(1 + exp(-1) + exp(1) + exp(4))
    assert answers["uncoupled_partition"] == pytest.approx((1 + exp(1)) * (1 + exp(-1)))
    assert answers["one_state_forgotten"] == pytest.approx(whole - 1)
    assert answers["means_multiplied"] == pytest.approx((first * second,))


def test_free_spins_are_independent():
    values = {"b": (Fraction(1, 2), -1, 2), "w": (0, 0, 0), "off": -1}
    answers = solve(BOLTZMANN, values)
    assert answers["marginals"] == pytest.approx([sigmoid(2 * float(b)) for b in values["b"]])
    assert answers["pair_expectations"] == pytest.approx(answers["means_multiplied"])
    assert answers["partition_function"] == pytest.approx(answers["uncoupled_partition"])


@examples(15)
@given(machines)
def test_slopes_of_log_z_are_the_expectations(values):
    """A third witness: the gradient of ln Z in b and w, by autograd over all states."""
    answers = solve(BOLTZMANN, values)
    assert agree(BOLTZMANN, values)
    count = len(values["b"])
    states = list(product((values["off"], 1), repeat=count))
    features = torch.tensor(
        [[*x, *[s * t for s, t in combinations(x, 2)]] for x in states], dtype=torch.float64
    )
    numbers = [float(each) for each in (*values["b"], *values["w"])]
    parameters = torch.tensor(numbers, dtype=torch.float64, requires_grad=True)
    log_partition = torch.logsumexp(features @ parameters, 0)
    (slopes,) = torch.autograd.grad(log_partition, parameters)
    assert log(answers["partition_function"]) == pytest.approx(
        float(log_partition.detach()), abs=1e-12
    )
    low = values["off"]
    means = [low + (1 - low) * share for share in answers["marginals"]]
    assert means == pytest.approx(slopes[:count].tolist(), abs=1e-12)
    assert answers["pair_expectations"] == pytest.approx(slopes[count:].tolist(), abs=1e-12)
    x = states[-2]
    for unit in range(count):
        assert agree(GIBBS, {**values, "x": x, "unit": unit})


def test_strong_fields_are_still_proved():
    assert agree(BOLTZMANN, {"b": (50, -50), "w": (30,), "off": -1})
    assert agree(BOLTZMANN, {"b": (0, 0, 0), "w": (12, 12, -12), "off": -1})


def test_a_gibbs_update_by_hand():
    """Unit 2 of three spins: 1 + (−1)(−1) + (1/2)(1) = 5/2."""
    values = {"b": (0, 0, 1), "w": (1, -1, Fraction(1, 2)), "x": (-1, 1, 1), "unit": 2, "off": -1}
    answers = solve(GIBBS, values)
    assert answers["field"] == Fraction(5, 2)
    assert answers["probability"] == pytest.approx(sigmoid(5))
    assert answers["bias_forgotten"] == pytest.approx(sigmoid(3))
    assert answers["neighbours_forgotten"] == pytest.approx(sigmoid(2))
    assert answers["sign_wrong"] == pytest.approx(sigmoid(-5))
    assert answers["other_coding"] == pytest.approx(sigmoid(2.5))


def test_a_restricted_machine_by_hand():
    """W = (2, −1), a = (1, 0), b = −1 and v = (1, 1): the field of h is −1 + 2 − 1 = 0."""
    answers = solve(RESTRICTED, RESTRICTED.examples[1])
    assert answers["hidden_probabilities"] == (0.5,)
    assert answers["visible_probabilities"] == pytest.approx((sigmoid(3), sigmoid(-1)))
    assert answers["energy"] == -1
    assert answers["free_energy"] == pytest.approx(-1 - log(2))
    assert answers["hidden_bias_forgotten"] == pytest.approx((sigmoid(1),))
    assert answers["energy_without_biases"] == -1
    assert answers["free_energy_bias_forgotten"] == pytest.approx(-log(2))
    assert answers["free_energy_linear"] == -1


@examples(15)
@given(draw.data(), draw.integers(1, 4), draw.integers(1, 4))
def test_both_routes_of_the_restricted_machine_agree(data, visible, hidden):
    bits = [draw.tuples(*[draw.integers(0, 1)] * size) for size in (visible, hidden)]
    values = {
        "W": data.draw(draw.tuples(*[vectors(hidden)] * visible)),
        "a": data.draw(vectors(visible)),
        "b": data.draw(vectors(hidden)),
        "v": data.draw(bits[0]),
        "h": data.draw(bits[1]),
    }
    assert agree(RESTRICTED, values)


def test_a_mixture_score_by_hand():
    """Means ±1, sigma 2, x = 0: both pull alike, so that the score is zero."""
    answers = solve(MIXTURE, MIXTURE.examples[1])
    assert answers["responsibilities"] == (0.5, 0.5)
    assert answers["score"] == 0
    assert answers["nearest_component"] == -1 / 4
    other = solve(MIXTURE, MIXTURE.examples[0])
    share = 0.75 * exp(-0.5) / (0.75 * exp(-0.5) + 0.25 * exp(-4.5))
    assert other["score"] == pytest.approx(share * 1 - (1 - share) * 3)
    assert other["weights_for_responsibilities"] == pytest.approx(0)
    assert other["scores_added"] == -2
    equal = exp(-0.5) / (exp(-0.5) + exp(-4.5))
    assert other["weights_ignored"] == pytest.approx(equal - 3 * (1 - equal))


def test_a_double_well_by_hand():
    """E = x⁴ − 2x², E′ = 4x³ − 4x, and T = 1/2 doubles it."""
    answers = solve(POLYNOMIAL, POLYNOMIAL.examples[0])
    assert typed(answers["score_formula"]) == "-8*x^3 + 8*x"
    assert typed(answers["sign_lost_formula"]) == "8*x^3 - 8*x"
    assert typed(answers["temperature_ignored_formula"]) == "-4*x^3 + 4*x"
    assert typed(answers["temperature_multiplied_formula"]) == "-2*x^3 + 2*x"
    assert typed(answers["not_differentiated_formula"]) == "-2*x^4 + 4*x^2"


@examples(15)
@given(draw.lists(numbers, min_size=2, max_size=5).map(tuple), numbers, scales)
def test_sympy_differentiates_the_energy_alike(coefficients, x, temperature):
    values = {"coefficients": coefficients, "temperature": temperature}
    symbol = sympy.Symbol("x")
    energy = sum(sympy.Rational(str(c)) * symbol**k for k, c in enumerate(coefficients))
    slope = sympy.diff(energy, symbol).subs(symbol, sympy.Rational(str(x)))
    score = -slope / sympy.Rational(str(temperature))
    formula = solve(POLYNOMIAL, values)["score_formula"]
    assert evaluate(formula, {"x": x}) == pytest.approx(float(score))
    assert agree(POLYNOMIAL, values)


def test_score_matching_by_hand():
    """(1, 2, 6) about 2: squares 1, 0, 16; with sigma² = 4: 17/(3 · 32) − 1/4."""
    answers = solve(MATCHING, {"x": (1, 2, 6), "mu": 2, "sigma": 2})
    assert answers["objective"] == Fraction(17, 96) - Fraction(1, 4)
    assert (answers["best_mean"], answers["best_variance"]) == (3, Fraction(14, 3))
    assert answers["smallest_objective"] == Fraction(-3, 28)
    assert answers["slope_forgotten"] == Fraction(17, 96)
    assert answers["half_forgotten"] == Fraction(17, 48) - Fraction(1, 4)
    assert answers["slope_sign"] == Fraction(17, 96) + Fraction(1, 4)
    assert answers["summed"] == 3 * answers["objective"]
    assert answers["sigma_unsquared"] == Fraction(17, 24) - Fraction(1, 2)
    best = solve(MATCHING, {"x": (0, 2), "mu": 1, "sigma": 1})
    assert best["objective"] == best["smallest_objective"] == Fraction(-1, 2)


@examples(15)
@given(
    draw.lists(numbers, min_size=2, max_size=6).filter(lambda data: min(data) < max(data)),
    numbers,
    scales,
)
def test_both_routes_of_the_scores_agree_and_no_model_beats_the_best(data, mu, sigma):
    matching = {"x": tuple(data), "mu": mu, "sigma": sigma}
    assert agree(MATCHING, matching)
    answers = solve(MATCHING, matching)
    assert answers["objective"] >= answers["smallest_objective"]
    shares = (Fraction(1, 4), Fraction(3, 4))
    assert agree(MIXTURE, {"x": mu, "means": tuple(data[:2]), "weights": shares, "sigma": sigma})


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (BOLTZMANN, {"w": (1, 2)}, "w must have 1 entries"),
        (BOLTZMANN, {"b": (1,)}, "b must have 2 to 4 entries"),
        (BOLTZMANN, {"off": 1}, "off must be a whole number from -1 to 0"),
        (BOLTZMANN, {"b": (150, 150)}, "must sum to at most 200"),
        (GIBBS, {"x": (-1, 1)}, "x must hold 0 and 1"),
        (GIBBS, {"unit": 2}, "unit must be a whole number from 0 to 1"),
        (RESTRICTED, {"h": (0, 2)}, "h must hold 0 and 1"),
        (RESTRICTED, {"b": (0,)}, "b must have 2 entries"),
        (MIXTURE, {"sigma": 0}, "sigma must be positive"),
        (MIXTURE, {"weights": (1, 0)}, "weights must have no zeros"),
        (POLYNOMIAL, {"coefficients": (1,)}, "coefficients must have 2 to 9 entries"),
        (MATCHING, {"x": (1, 1)}, "x must hold two different values"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
