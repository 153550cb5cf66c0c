"""The Gauss-Hermite rule, with which second routes integrate against a Gaussian density."""

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@lru_cache(maxsize=8)
def gauss_hermite(count: int) -> tuple["Tensor", "Tensor"]:
    """Nodes and weights [count] whose weighted sums are expectations under N(0, 1).

    They are exact for polynomials of degree below 2 · count. Source: Golub and Welsch,
    Calculation of Gauss quadrature rules (1969), Mathematics of Computation 23, section 4: the
    nodes are the eigenvalues of the Jacobi matrix, here of the Hermite polynomials.
    """
    import torch

    beside = torch.arange(1, count, dtype=torch.float64).sqrt()
    nodes, vectors = torch.linalg.eigh(torch.diag(beside, 1) + torch.diag(beside, -1))
    return nodes, vectors[0] ** 2
