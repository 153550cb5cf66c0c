"""Distributions to 12 digits, against other ways to compute them with many digits."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest
from mpmath import MPContext

from qgen.bank.distributions import DISTRIBUTIONS
from qgen.bank.functions import FUNCTIONS

pytestmark = pytest.mark.slow

mp = MPContext()
mp.dps = 50


def long(value: int | Fraction | float) -> Any:
    above, below = value.as_integer_ratio()
    return mp.mpf(above) / below


def _normal(x: Any, mean: Any, deviation: Any) -> Any:
    return mp.ncdf((x - mean) / deviation)


def _beta(x: Any, a: Any, b: Any) -> Any:
    return mp.betainc(a, b, 0, x, regularized=True)


def _t(x: Any, freedom: Any) -> Any:
    tail = _beta(freedom / (freedom + x * x), freedom / 2, mp.mpf(1) / 2) / 2
    return 1 - tail if x > 0 else tail


def _gamma(x: Any, shape: Any, rate: Any) -> Any:
    return mp.gammainc(shape, 0, rate * x, regularized=True)


def _binomial(k: Any, n: Any, p: Any) -> Any:
    return mp.fsum(mp.binomial(n, i) * p**i * (1 - p) ** (n - i) for i in range(int(k) + 1))


def _poisson(k: Any, mean: Any) -> Any:
    return mp.exp(-mean) * mp.fsum(mean**i / mp.factorial(i) for i in range(int(k) + 1))


CUMULATIVE: dict[str, Callable[..., Any]] = {
    "normal": _normal,
    "t": _t,
    "chi2": lambda x, freedom: _gamma(x, freedom / 2, mp.mpf(1) / 2),
    "f": lambda x, a, b: _beta(a * x / (a * x + b), a / 2, b / 2),
    "binomial": _binomial,
    "poisson": _poisson,
    "exponential": lambda x, rate: -mp.expm1(-rate * x),
    "uniform": lambda x, low, high: (x - low) / (high - low),
    "beta": _beta,
    "gamma": _gamma,
}
PARAMETERS: dict[str, list[tuple[int | Fraction, ...]]] = {
    "normal": [(0, 1), (-3, Fraction(7, 2)), (1000, Fraction(1, 100))],
    "t": [(1,), (2,), (Fraction(5, 2),), (30,), (400,)],
    "chi2": [(1,), (2,), (5,), (100,)],
    "f": [(1, 1), (2, 10), (50, 1), (200, 200)],
    "binomial": [(1, Fraction(1, 2)), (20, Fraction(1, 10)), (300, Fraction(97, 100))],
    "poisson": [(Fraction(1, 4),), (3,), (150,)],
    "exponential": [(Fraction(1, 10),), (4,)],
    "uniform": [(-1, 4)],
    "beta": [(Fraction(1, 2), Fraction(1, 2)), (2, 5), (Fraction(1, 2), 204), (223, 187)],
    "gamma": [(Fraction(1, 2), 3), (5, Fraction(1, 7)), (200, 2)],
}
SHARES = [Fraction(n, 10**6) for n in (1, 1000, 50_000, 499_000, 631_000, 975_000, 999_999)]


def cases() -> Iterator[tuple[str, tuple[int | Fraction, ...]]]:
    for name, rows in PARAMETERS.items():
        for row in rows:
            yield name, row


def close(found: float, expected: Any) -> bool:
    return bool(abs(long(found) - expected) <= mp.mpf(10) ** -12 * (abs(expected) or 1))


def law(name: str) -> Callable[..., Any]:
    return FUNCTIONS[name].apply


def test_every_family_is_here() -> None:
    assert DISTRIBUTIONS.keys() == CUMULATIVE.keys() == PARAMETERS.keys()


@pytest.mark.parametrize(("name", "parameters"), list(cases()))
def test_twelve_digits(name: str, parameters: tuple[int | Fraction, ...]) -> None:
    arguments = tuple(map(long, parameters))
    for share in SHARES:
        at = law(f"{name}_quantile")(share, *parameters)
        if DISTRIBUTIONS[name].is_discrete:
            expected = CUMULATIVE[name](at, *arguments)
            before = CUMULATIVE[name](at - 1, *arguments) if at else mp.mpf(0)
            assert before < long(share) <= expected * (1 + mp.mpf(10) ** -13)
            assert type(at) is int
            assert close(law(f"{name}_cdf")(at, *parameters), expected)
            assert close(law(f"{name}_pmf")(at, *parameters), expected - before)
            continue
        place = long(at)
        reached, slope = (
            CUMULATIVE[name](place, *arguments),
            mp.diff(lambda x: CUMULATIVE[name](x, *arguments), place),
        )
        assert close(law(f"{name}_cdf")(at, *parameters), reached)
        assert close(law(f"{name}_pdf")(at, *parameters), slope)
        # One step of Newton's from the quantile found, with 50 digits.
        assert close(at, place - (reached - long(share)) / slope), (name, parameters, share)


# As the tables of textbooks have them.
PRINTED = [
    ("normal_cdf", (Fraction(196, 100),), "0.97500"),
    ("normal_quantile", (Fraction(9, 10),), "1.28155"),
    ("t_quantile", (Fraction(975, 1000), 10), "2.22814"),
    ("chi2_quantile", (Fraction(95, 100), 3), "7.81473"),
    ("f_quantile", (Fraction(95, 100), 2, 10), "4.10282"),
    ("binomial_cdf", (2, 10, Fraction(3, 10)), "0.38278"),
    ("poisson_cdf", (4, 2), "0.94735"), ("exponential_cdf", (1, 2), "0.86466"),
    ("gamma_cdf", (2, 3, 1), "0.32332"), ("beta_cdf", (Fraction(1, 2), 2, 3), "0.68750"),
    ("uniform_quantile", (Fraction(1, 4), 2, 4), "2.50000"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "printed"), PRINTED)
def test_printed_tables(name: str, arguments: tuple[Any, ...], printed: str) -> None:
    assert f"{float(law(name)(*arguments)):.5f}" == printed


def test_what_is_large_still_holds() -> None:
    """A symmetric binomial below its middle, and the normal that Student's t goes to."""
    n = 10**6
    below = law("binomial_cdf")(n // 2 - 1, n, Fraction(1, 2))
    middle = law("binomial_pmf")(n // 2, n, Fraction(1, 2))
    assert below == pytest.approx(0.5 - middle / 2, rel=1e-11)
    assert law("t_quantile")(Fraction(39, 40), n) == pytest.approx(1.959966357, abs=1e-8)


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name.endswith(("_pdf", "_cdf"))])
def test_outside_of_the_support(name: str) -> None:
    family, _, ending = name.rpartition("_")
    parameters = PARAMETERS[family][0]
    if family in {"normal", "t"}:
        return
    assert law(name)(-2, *parameters) == 0
    assert law(name)(10**9, *parameters) in {0, 1} or family in {"f", "gamma"} or ending == "pdf"


def test_the_middle() -> None:
    assert str(law("t_quantile")(Fraction(1, 2), 7)) == "0.0"
    assert str(law("normal_quantile")(Fraction(1, 2))) == "0.0"


def test_a_discrete_quantile_that_is_reached_exactly() -> None:
    assert law("binomial_quantile")(Fraction(1, 2), 3, Fraction(1, 2)) == 1
    assert law("binomial_quantile")(Fraction(7, 8), 3, Fraction(1, 2)) == 2


def test_vectors_entry_by_entry() -> None:
    probabilities = law("binomial_pmf")((0, 1, 2), 2, Fraction(1, 2))
    assert probabilities == pytest.approx((0.25, 0.5, 0.25))


def test_uniform_stays_exact() -> None:
    assert law("uniform_cdf")(1, 0, 3) == Fraction(1, 3)
    assert law("uniform_pdf")(1, 0, 3) == Fraction(1, 3)
    assert law("uniform_quantile")(Fraction(1, 3), 1, 4) == 2
