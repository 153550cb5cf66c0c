from math import factorial

import pytest
import torch

from qgen.solvers.numerics.gauss_hermite import gauss_hermite
from qgen.solvers.numerics.numerical_methods import gauss_legendre


@pytest.mark.parametrize("count", [1, 2, 8, 20])
def test_gauss_hermite_gives_the_moments_of_the_standard_normal(count: int) -> None:
    nodes, weights = gauss_hermite(count)
    assert nodes.dtype == weights.dtype == torch.float64
    for degree in range(2 * count):
        half = degree // 2
        moment = 0 if degree % 2 else factorial(degree) // (2**half * factorial(half))
        size = float(nodes.abs() ** degree @ weights)
        assert float(nodes**degree @ weights) == pytest.approx(moment, rel=1e-12, abs=1e-13 * size)


@pytest.mark.parametrize("count", [1, 2, 8, 32, 64, 160, 400])
def test_gauss_legendre_integrates_powers_over_the_unit_interval(count: int) -> None:
    nodes, weights = gauss_legendre(count)
    assert nodes.dtype == weights.dtype == torch.float64
    assert bool(((nodes > 0) & (nodes < 1) & (weights > 0)).all())
    degrees = torch.arange(2 * count, dtype=torch.float64)
    integrals = nodes ** degrees[:, None] @ weights
    torch.testing.assert_close(integrals, 1 / (degrees + 1), rtol=1e-12, atol=2e-14)
