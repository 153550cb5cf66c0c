"""The Gauss-Hermite rule, with which second routes integrate against a Gaussian density."""

from functools import lru_cache
from math import sqrt, tau
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@lru_cache(maxsize=8)
def gauss_hermite(count: int) -> tuple["Tensor", "Tensor"]:
    """Nodes and weights [count] whose weighted sums are expectations under N(0, 1).

    They are exact for polynomials of degree below 2 · count.
    """
    import torch
    from numpy.polynomial.hermite_e import hermegauss

    nodes, weights = hermegauss(count)
    return torch.from_numpy(nodes), torch.from_numpy(weights / sqrt(tau))
