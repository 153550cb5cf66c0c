"""Vector quantisation, as in VQ-VAE: nearest codes, losses and their gradients.

Codes are counted from 0; of equally near codes the first is taken.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import fsum
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Matrix,
    Scalar,
    Vector,
    over_common_denominator,
    require_scalar,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import require_matrix
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


def _require_weight(name: str, value: Scalar) -> None:
    require_scalar(name, value)
    if value < 0:
        raise ValueError(f"{name} must not be negative, it is {value}")


@solver(
    "vector_quantization.nearest_code",
    results={
        "codes": "index of the nearest code of each vector, from 0",
        "squared_distances": "squared distance of each vector (row) to each code (column)",
        "summed_error": "Σ ‖z − e‖² over the vectors, with their nearest codes e",
        "codebook_loss": "the mean of ‖z − e‖² over the vectors",
        "total_loss": "both together",
        "tie": "whether some vector has two nearest codes",
        "one_code_unused": "whether exactly one code is the nearest of no vector",
        "inner_products_agree": "whether the largest inner products pick the same codes",
        "absolutes_agree": "whether the smallest sums of absolute differences pick the same codes",
    },
    mistakes={
        "inner_product_codes": "Index of the code with the largest inner product with each vector",
        "absolute_codes": "Nearest by the sum of absolute differences",
        "commitment_loss": "The commitment term alone: beta times the mean",
        "unsquared_loss": "(1 + beta) times the mean of ‖z − e‖, not squared",
        "element_loss": "(1 + beta) times the mean of (z − e)² over all coordinates",
        "summed_loss": "(1 + beta) times the sum over the vectors, not their mean",
        "beta_forgotten": "The two terms added without beta",
    },
    examples=(
        {
            "z": ((1, 2), (-1, 0), (3, -1)),
            "codebook": ((0, 0), (2, 2)),
            "beta": Fraction(1, 4),
        },
        {
            "z": ((Fraction(1, 2), -3),),
            "codebook": ((5, -5), (1, 1), (0, -2)),
            "beta": Fraction(1, 10),
        },
        {"z": ((0, 0),), "codebook": ((3, 0), (2, 2)), "beta": Fraction(1, 2)},
        {"z": ((0, 1), (1, 1)), "codebook": ((0, 0), (0, 2), (-4, 1)), "beta": 1},
        {
            "z": ((2, 3, 4), (1, 1, 1)),
            "codebook": ((3, 0, 3), (2, 2, 1), (1, 6, 6), (-1, 0, 0)),
            "beta": 2,
        },
    ),
)
def nearest_code(z: Matrix, codebook: Matrix, beta: Scalar) -> SolverResults:
    """Each row of z [n, d] gets its nearest row of the codebook [K, d].

    With sg for stop-gradient the terms are ‖sg[z] − e‖² and beta ‖z − sg[e]‖². Source: van den
    Oord, Vinyals and Kavukcuoglu, Neural discrete representation learning (2017), equations 1
    to 3. Raises ValueError for rows of different lengths, fewer than two codes and beta below
    zero.
    """
    require_matrix("z", z)
    width = len(z[0])
    require_matrix("codebook", codebook, columns=width)
    if len(codebook) < 2:
        raise ValueError("codebook must hold at least two codes")
    _require_weight("beta", beta)
    flat, whole = over_common_denominator([entry for row in (*z, *codebook) for entry in row])
    rows = [flat[start : start + width] for start in range(0, len(flat), width)]
    vectors, codes = rows[: len(z)], rows[len(z) :]
    table = [
        [sum([(a - b) * (a - b) for a, b in zip(row, code, strict=True)]) for code in codes]
        for row in vectors
    ]
    smallest = [min(line) for line in table]
    chosen = [line.index(least) for line, least in zip(table, smallest, strict=True)]
    total, square = sum(smallest), whole * whole
    # The weights of both terms together, as a quotient.
    beta_parts, beta_of = beta.as_integer_ratio()
    both, below = beta_parts + beta_of, square * beta_of
    aligned = tuple([_most_aligned(row, codes) for row in vectors])
    absolute = tuple([_nearest_by_absolutes(row, codes) for row in vectors])
    return {
        "codes": tuple(chosen),
        "squared_distances": tuple(
            [tuple([fraction(entry, square) for entry in line]) for line in table]
        ),
        "summed_error": fraction(total, square),
        "codebook_loss": fraction(total, square * len(z)),
        "total_loss": fraction(both * total, below * len(z)),
        "tie": any(line.count(least) > 1 for line, least in zip(table, smallest, strict=True)),
        "one_code_unused": len(codes) - len({*chosen}) == 1,
        "inner_products_agree": aligned == tuple(chosen),
        "absolutes_agree": absolute == tuple(chosen),
        "inner_product_codes": aligned,
        "absolute_codes": absolute,
        "commitment_loss": fraction(beta_parts * total, below * len(z)),
        "unsquared_loss": float(1 + beta)
        * fsum([least**0.5 for least in smallest])
        / (whole * len(z)),
        "element_loss": fraction(both * total, below * len(z) * width),
        "summed_loss": fraction(both * total, below),
        "beta_forgotten": fraction(2 * total, square * len(z)),
    }


def _most_aligned(row: Sequence[int], codes: Sequence[Sequence[int]]) -> int:
    products = [sum([a * b for a, b in zip(row, code, strict=True)]) for code in codes]
    return products.index(max(products))


def _nearest_by_absolutes(row: Sequence[int], codes: Sequence[Sequence[int]]) -> int:
    sums = [sum([abs(a - b) for a, b in zip(row, code, strict=True)]) for code in codes]
    return sums.index(min(sums))


@check("vector_quantization.nearest_code", tolerance=1e-9)
def nearest_code_by_duels(z: "Tensor", codebook: "Tensor", beta: "Tensor") -> Mapping[str, Any]:
    """Lets every two codes fight for each vector: which side of the plane between them it lies on.

    The nearest code loses no duel. The losses come from torch, with the stop-gradients left to
    it. z: [variants, n, d]; codebook: [variants, K, d]; beta: [variants].
    """
    import torch

    gap = codebook[:, :, None] - codebook[:, None]
    middle = (codebook[:, :, None] + codebook[:, None]) / 2
    # Positive where the vector lies on the side of the first code of the two.
    side = torch.einsum("vnd,vjkd->vnjk", z, gap) - (gap * middle).sum(-1)[:, None]
    scale = (1 + z.abs().amax((1, 2)) + codebook.abs().amax((1, 2))) ** 2
    level = 1e-12 * scale[:, None, None]
    unbeaten = (side >= -level[..., None]).all(-1)
    # Without the middle, the duel is one of inner products.
    aligned = (torch.einsum("vnd,vjkd->vnjk", z, gap) >= -level[..., None]).all(-1)
    absolute = torch.cdist(z, codebook, p=1)
    codes = unbeaten.int().argmax(-1)
    quantised = torch.take_along_dim(codebook, codes[..., None], dim=1)
    lengths = torch.linalg.vector_norm(quantised - z, dim=-1)
    by_products = aligned.int().argmax(-1)
    by_absolutes = (absolute <= absolute.amin(-1, keepdim=True) + level).int().argmax(-1)
    wins = torch.nn.functional.one_hot(codes, codebook.shape[1]).sum(1)
    return {
        "codes": codes,
        "squared_distances": torch.cdist(z, codebook, compute_mode="donot_use_mm_for_euclid_dist")
        ** 2,
        "tie": (unbeaten.sum(-1) > 1).any(-1),
        "one_code_unused": (wins == 0).sum(-1) == 1,
        "inner_products_agree": (by_products - codes).abs().sum(-1) == 0,
        "absolutes_agree": (by_absolutes - codes).abs().sum(-1) == 0,
        "inner_product_codes": by_products,
        "absolute_codes": by_absolutes,
        "unsquared_loss": lengths.mean(-1) + beta * lengths.mean(-1),
        **_losses(z, quantised, beta),
    }


def _losses(z: "Tensor", quantised: "Tensor", beta: "Tensor") -> Mapping[str, "Tensor"]:
    """The loss of torch's mean squared errors, and of its usual mistakes; both [variants, n, d]."""
    from torch.nn.functional import mse_loss

    by_entry = mse_loss(quantised, z, reduction="none")
    codebook_term = by_entry.sum(-1)
    commitment = beta[:, None] * mse_loss(z, quantised, reduction="none").sum(-1)
    both = codebook_term + commitment
    return {
        "summed_error": by_entry.sum((1, 2)),
        "codebook_loss": codebook_term.mean(-1),
        "commitment_loss": commitment.mean(-1),
        "total_loss": both.mean(-1),
        "element_loss": (1 + beta) * by_entry.mean((1, 2)),
        "summed_loss": both.sum(-1),
        "beta_forgotten": codebook_term.mean(-1)
        + mse_loss(z, quantised, reduction="none").sum(-1).mean(-1),
    }


@solver(
    "vector_quantization.gradients",
    results={
        "encoder_gradient": "gradient of the whole loss in the encoder's output z",
        "commitment_gradient": "the part of the encoder's that the commitment term gives",
    },
    mistakes={
        "commitment_sign": "The sign of the commitment term's gradient is wrong",
        "factor_two_forgotten": "beta (z − e) without the factor 2",
        "beta_forgotten": "2 (z − e): the commitment term without beta",
        "codebook_term_too": "Lets the codebook term reach the encoder as well",
    },
    examples=(
        {"z": (1, 2), "e": (0, 3), "upstream": (Fraction(1, 2), -1), "beta": Fraction(1, 4)},
        {"z": (Fraction(1, 3),), "e": (2,), "upstream": (-4,), "beta": 2},
        {"z": (1, 0, -1), "e": (1, 0, 1), "upstream": (0, 5, 1), "beta": Fraction(1, 10)},
    ),
)
def gradients(z: Vector, e: Vector, upstream: Vector, beta: Scalar) -> SolverResults:
    """Gradients of L = reconstruction(e) + ‖sg[z] − e‖² + beta ‖z − sg[e]‖² for one vector.

    `upstream` is the gradient of the reconstruction loss at the decoder's input. It goes past
    the code to z unchanged; so z gets upstream + 2 beta (z − e). Source:
    van den Oord, Vinyals and Kavukcuoglu, Neural discrete representation learning (2017),
    section 3.2 and equation 3. Raises ValueError for vectors of different lengths and beta
    below zero.
    """
    require_vector("z", z)
    require_vector("e", e, len(z))
    require_vector("upstream", upstream, len(z))
    _require_weight("beta", beta)
    flat, one = over_common_denominator((*z, *e, *upstream, beta))
    width, weight = len(z), flat[-1]
    arriving = flat[2 * width : -1]
    gaps = [a - b for a, b in zip(flat[:width], flat[width : 2 * width], strict=True)]

    def encoder(factor: int) -> Vector:
        """upstream + factor (z − e), with the factor in units of 1 / one."""
        pairs = zip(arriving, gaps, strict=True)
        return tuple([fraction(one * g + factor * gap, one * one) for g, gap in pairs])

    def scaled(factor: int) -> Vector:
        return tuple([fraction(factor * gap, one * one) for gap in gaps])

    return {
        "encoder_gradient": encoder(2 * weight),
        "commitment_gradient": scaled(2 * weight),
        "commitment_sign": encoder(-2 * weight),
        "factor_two_forgotten": encoder(weight),
        "beta_forgotten": encoder(2 * one),
        "codebook_term_too": encoder(2 * weight + 2 * one),
    }


@check("vector_quantization.gradients", tolerance=1e-9)
def gradients_by_autograd(
    z: "Tensor", e: "Tensor", upstream: "Tensor", beta: "Tensor"
) -> Mapping[str, Any]:
    """Builds the loss with detached tensors and differentiates it; vectors are [variants, d].

    The reconstruction loss is any that has the given gradient at the decoder's input, here a
    linear one.
    """
    import torch

    vector = z.clone().requires_grad_(True)

    def reconstruction() -> "Tensor":
        return (upstream * (vector + (e - vector).detach())).sum()

    def commitment(weight: "Tensor") -> "Tensor":
        return (weight[:, None] * (vector - e) ** 2).sum()

    def slope(loss: "Tensor") -> "Tensor":
        return torch.autograd.grad(loss, vector)[0]

    codebook_term = ((vector.detach() - e) ** 2).sum()
    unstopped = ((vector - e) ** 2).sum()
    return {
        "encoder_gradient": slope(reconstruction() + codebook_term + commitment(beta)),
        "commitment_gradient": slope(commitment(beta)),
        "commitment_sign": slope(reconstruction() + commitment(-beta)),
        "factor_two_forgotten": slope(reconstruction() + commitment(beta / 2)),
        "beta_forgotten": slope(reconstruction() + commitment(torch.ones_like(beta))),
        "codebook_term_too": slope(reconstruction() + unstopped + commitment(beta)),
    }


@solver(
    "vector_quantization.reach",
    results={
        "reconstruction_moves_encoder": "whether the reconstruction gives z a gradient",
        "reconstruction_moves_code": "whether the reconstruction gives the chosen code a gradient",
        "code_moves": "whether any term gives the chosen code a gradient",
        "encoder_is_pulled": "whether the other two terms give z a gradient towards the code",
    },
    mistakes={},
    examples=(
        {"way": 1, "codebook_weight": 1, "commitment_weight": Fraction(1, 4)},
        {"way": 2, "codebook_weight": 0, "commitment_weight": 1},
        {"way": 3, "codebook_weight": 0, "commitment_weight": 0},
        {"way": 3, "codebook_weight": 2, "commitment_weight": 0},
    ),
)
def reach(way: Scalar, codebook_weight: Scalar, commitment_weight: Scalar) -> SolverResults:
    """Which part gets a gradient of L_rec + a ‖sg[z] − e‖² + b ‖z − sg[e]‖².

    The decoder gets z + sg[e − z] (way 1), e (way 2) or sg[e] (way 3). Source: van den Oord,
    Vinyals and Kavukcuoglu, Neural discrete representation learning (2017), section 3.2 and
    equation 3, for the first way. Raises ValueError for another way and weights below zero.
    """
    _require_weight("codebook_weight", codebook_weight)
    _require_weight("commitment_weight", commitment_weight)
    if way not in (1, 2, 3):
        raise ValueError(f"way must be 1, 2 or 3, it is {way}")
    return {
        "reconstruction_moves_encoder": way == 1,
        "reconstruction_moves_code": way == 2,
        "code_moves": way == 2 or codebook_weight > 0,
        "encoder_is_pulled": commitment_weight > 0,
    }


@check("vector_quantization.reach", tolerance=1e-9)
def reach_by_autograd(
    way: "Tensor", codebook_weight: "Tensor", commitment_weight: "Tensor"
) -> Mapping[str, Any]:
    """Differentiates the terms at one point with torch's own stop-gradient; all are [variants]."""
    import torch

    z = torch.full_like(way, 0.3).requires_grad_(True)
    e = torch.ones_like(way).requires_grad_(True)
    ways = torch.stack((z + (e - z).detach(), e, e.detach()), -1)
    reconstruction = (ways.gather(1, way.long()[:, None] - 1)[:, 0] - 2) ** 2
    others = codebook_weight * (z.detach() - e) ** 2 + commitment_weight * (z - e.detach()) ** 2

    def slopes(loss: "Tensor") -> tuple["Tensor", ...]:
        return torch.autograd.grad(loss.sum(), (z, e), retain_graph=True)

    of_reconstruction, of_others = slopes(reconstruction), slopes(others)
    whole = slopes(reconstruction + others)
    return {
        "reconstruction_moves_encoder": of_reconstruction[0] != 0,
        "reconstruction_moves_code": of_reconstruction[1] != 0,
        "code_moves": whole[1] != 0,
        "encoder_is_pulled": of_others[0] * (z - e) > 0,
    }
