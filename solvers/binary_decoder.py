"""A latent variable model of binary pixels with one binary latent variable."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Matrix,
    Scalar,
    Vector,
    require_between_zero_and_one,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import require_matrix
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "binary_decoder.joint",
    results={"joint": "p(x, z = 1), the joint probability of the given pixels and z = 1"},
    mistakes={
        "prior_forgotten": "p(x | z = 1), without the prior probability",
        "all_pixels_on": "Takes the decoder's outputs for the probabilities of all given pixels",
        "posterior": "p(z = 1 | x)",
        "evidence": "p(x), the sum over both values of z",
        "prior_added": "Adds the prior probability to p(x | z = 1)",
    },
    examples=(
        {
            "one": Fraction(3, 10),
            "decoder": ((Fraction(9, 10), Fraction(1, 5)), (Fraction(1, 2), Fraction(3, 5))),
            "pixels": (1, 0),
        },
        {
            "one": Fraction(7, 10),
            "decoder": ((Fraction(1, 10), Fraction(2, 5)), (Fraction(4, 5), Fraction(1, 10))),
            "pixels": (0, 0),
        },
        {
            "one": Fraction(1, 2),
            "decoder": (
                (Fraction(1, 4), Fraction(2, 3), Fraction(1, 8)),
                (Fraction(3, 4), Fraction(1, 3), Fraction(1, 2)),
            ),
            "pixels": (0, 1, 0),
        },
    ),
)
def joint(one: Scalar, decoder: Matrix, pixels: Vector) -> SolverResults:
    """p(x, z = 1) = p(z = 1) Π_i p(x_i | z = 1), as pixels are independent given z.

    one: p(z = 1). decoder: the probability that each pixel is 1, a row for z = 1 and one for
    z = 0. pixels: the values x_i, 0 or 1. Source: Kingma and Welling, Auto-Encoding Variational
    Bayes (2014), appendix C.1 (the Bernoulli decoder). Raises ValueError for probabilities that
    do not lie between 0 and 1, and for pixels that do not fit.
    """
    require_between_zero_and_one("one", one)
    require_matrix("decoder", decoder, 2)
    for row in decoder:
        for share in row:
            require_between_zero_and_one("decoder", share)
    require_vector("pixels", pixels, len(decoder[0]))
    if not set(pixels) <= {0, 1}:
        raise ValueError("pixels must be 0 or 1")
    likelihood, other = (_likelihood(row, pixels) for row in decoder)
    found = one * likelihood
    evidence = found + (1 - one) * other
    return {
        "joint": found,
        "prior_forgotten": likelihood,
        "all_pixels_on": prod(decoder[0], start=one),
        "posterior": Fraction(found) / evidence,
        "evidence": evidence,
        "prior_added": one + likelihood,
    }


def _likelihood(shares: Sequence[Scalar], pixels: Vector) -> Scalar:
    """Π p or 1 − p, by whether the pixel is 1 or 0."""
    factors = [share if x else 1 - share for share, x in zip(shares, pixels, strict=True)]
    return prod(factors, start=Fraction(1))


@check("binary_decoder.joint", tolerance=1e-9)
def joint_by_table(one: "Tensor", decoder: "Tensor", pixels: "Tensor") -> Mapping[str, Any]:
    """The table of all pictures for both values of z, from which the cell of the given one is read.

    one: [variants]; decoder: [variants, 2, d]; pixels: [variants, d]. All else are sums over
    parts of the table: over z for p(x), over the pictures for p(z = 1).
    """
    import torch

    table = torch.stack((one, 1 - one), dim=-1)[:, :, None]
    place = torch.zeros_like(one, dtype=torch.int64)
    for shares, x in zip(decoder.unbind(-1), pixels.unbind(-1), strict=True):
        both = torch.stack((1 - shares, shares), dim=-1)
        table = (table[..., None] * both[:, :, None, :]).flatten(2)
        place = 2 * place + x.long()
    cells = table.gather(2, place[:, None, None].expand(-1, 2, 1))[..., 0]
    found, evidence = cells[:, 0], cells.sum(-1)
    prior = table[:, 0].sum(-1)
    return {
        "joint": found,
        "prior_forgotten": found / prior,
        "all_pixels_on": table[:, 0, -1],
        "posterior": found / evidence,
        "evidence": evidence,
        "prior_added": prior + found / prior,
    }
