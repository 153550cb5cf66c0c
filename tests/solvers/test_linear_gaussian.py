"""The linear-Gaussian posterior against worked numbers and against SymPy as a third witness."""

from fractions import Fraction
from functools import cache

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.document.formula import evaluate, typed
from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples
from tests.solvers.proved_mistakes import unproved_mistakes

POSTERIOR = find_solver("linear_gaussian.posterior")

exact = fractions(min_value=-5, max_value=5, max_denominator=6) | draw.integers(-5, 5)
models = draw.integers(1, 4).flatmap(
    cache(
        lambda d: draw.fixed_dictionaries(
            {
                "w": draw.tuples(*[exact] * d).filter(any),
                "b": draw.tuples(*[exact] * d),
                "alpha": fractions(min_value=Fraction(1, 8), max_value=8, max_denominator=8),
            }
        )
    )
)


def test_the_published_example():
    """w = (3, 4, 1), b = (2, 1, −2): mean [3(x1 − 2) + 4(x2 − 1) + (x3 + 2)] / (alpha² + 26)."""
    answers = solve(POSTERIOR, {"w": (3, 4, 1), "b": (2, 1, -2), "alpha": 2})
    assert typed(answers["posterior_mean"]) == "(3*x_1 + 4*x_2 + x_3 - 8)/30"
    assert answers["posterior_variance"] == Fraction(2, 15)
    assert answers["posterior_precision"] == Fraction(15, 2)
    assert answers["posterior_deviation"] == pytest.approx(0.3651483716701107)
    assert answers["decoder_parameters"] == (3, 2, 4, 1, 1, -2)
    assert answers["decoder_variance"] == 4
    # 1/3 [(x1 − 2)/3 + (x2 − 1)/4 + (x3 + 2)]
    assert typed(answers["averaged_inverses"]) == "(4*x_1 + 3*x_2 + 12*x_3 + 13)/36"
    assert typed(answers["least_squares_mean"]) == "(3*x_1 + 4*x_2 + x_3 - 8)/26"
    assert answers["least_squares_variance"] == Fraction(2, 13)
    assert typed(answers["forgotten_intercepts_mean"]) == "(3*x_1 + 4*x_2 + x_3)/30"
    assert typed(answers["unsquared_noise_mean"]) == "(3*x_1 + 4*x_2 + x_3 - 8)/28"
    assert answers["unsquared_noise_variance"] == Fraction(1, 14)


def test_a_square_variance_has_an_exact_deviation():
    answers = solve(POSTERIOR, {"w": (4,), "b": (0,), "alpha": 3})
    assert answers["posterior_deviation"] == Fraction(3, 5)
    assert isinstance(answers["posterior_deviation"], Fraction)


@examples(12)
@given(models)
def test_sympy_finds_the_same_posterior_from_the_joint_density(values):
    """The maximum of log p(z) p(x | z) over z is the mean; its curvature gives the variance."""
    z = sympy.Symbol("z")
    data = sympy.symbols(f"x_1:{len(values['w']) + 1}")
    rational = {name: sympy.sympify(str(entry)) for name, entry in (("alpha", values["alpha"]),)}
    misfit = [
        x - sympy.Rational(str(w)) * z - sympy.Rational(str(b))
        for x, w, b in zip(data, values["w"], values["b"], strict=True)
    ]
    log_joint = -(z**2) / 2 - sum(each**2 for each in misfit) / (2 * rational["alpha"] ** 2)
    (mean,) = sympy.solve(sympy.diff(log_joint, z), z)
    answers = solve(POSTERIOR, values)
    point = {x.name: Fraction(index * index + 1, 3) for index, x in enumerate(data)}
    expected = mean.subs({x: sympy.Rational(str(point[x.name])) for x in data})
    assert evaluate(answers["posterior_mean"], point) == pytest.approx(float(expected))
    curvature = -sympy.diff(log_joint, z, 2)
    assert sympy.Rational(str(answers["posterior_variance"])) == 1 / curvature


@settings(max_examples=3)
@given(draw.lists(models, min_size=24, max_size=24))
def test_both_routes_agree_on_drawn_models(batch):
    answers = [solve(POSTERIOR, values) for values in batch]
    assert verify(POSTERIOR, batch, answers).disagreements == ()


@pytest.mark.parametrize("alpha", [Fraction(1, 1000), 1000])
def test_the_routes_agree_for_faint_and_for_loud_noise(alpha):
    values = {"w": (5, -3), "b": (1, 100), "alpha": alpha}
    assert verify(POSTERIOR, [values], [solve(POSTERIOR, values)]).disagreements == ()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"w": (1, 2), "b": (1,), "alpha": 1}, "b must have 2 entries, .1. has 1"),
        ({"w": (1,), "b": (1,), "alpha": 0}, "alpha must be positive, it is 0"),
        ({"w": (1,), "b": (1,), "alpha": 0.5}, "alpha must be an exact number, 0.5 is a rounded"),
        ({"w": (0, 0), "b": (1, 1), "alpha": 1}, "w must have an entry other than 0"),
        ({"w": 3, "b": (1,), "alpha": 1}, "w must be a vector, 3 is none"),
        ({"w": (), "b": (), "alpha": 1}, "w must not be empty"),
        ({"w": ("a",), "b": (1,), "alpha": 1}, r"w\[0\] must be an exact number, a is a str"),
    ],
)
def test_unfit_values_are_refused(values, reason):
    with pytest.raises(SolverFailure, match=rf"^linear_gaussian\.posterior: {reason}"):
        solve(POSTERIOR, values)


def test_every_mistake_is_proved():
    assert unproved_mistakes(POSTERIOR) == []
