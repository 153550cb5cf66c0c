"""Two discrete variables by their joint table: entropies, mutual information, factorised models."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import fsum, log
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.discrete import entropy_of, power_entropy
from qgen.solvers.numerics.arguments import (
    Matrix,
    Vector,
    require_probabilities,
    require_vector,
)
from qgen.solvers.numerics.elbo_tables import divergence, mean_log, normalised
from qgen.solvers.numerics.shape_arguments import require_matrix
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LOG_TWO = log(2)


@solver(
    "joint_table.mutual_information",
    results={
        "mutual_information": "I(X; Y), in nats",
        "mutual_information_in_bits": "I(X; Y), in bits",
        "marginal_x": "the law of X, whose outcomes are the rows",
        "marginal_y": "the law of Y, whose outcomes are the columns",
        "entropy_x": "H(X), in nats",
        "entropy_y": "H(Y), in nats",
        "joint_entropy": "H(X, Y), in nats",
        "entropy_x_given_y": "H(X | Y), in nats",
        "entropy_y_given_x": "H(Y | X), in nats",
        "entropy_x_in_bits": "H(X), in bits",
        "entropy_y_in_bits": "H(Y), in bits",
        "joint_entropy_in_bits": "H(X, Y), in bits",
        "entropy_x_given_y_in_bits": "H(X | Y), in bits",
        "entropy_y_given_x_in_bits": "H(Y | X), in bits",
        "row_entropies": "H(Y | X = x) of each row, in nats",
        "is_independent": "whether X and Y are independent",
    },
    mistakes={
        "marginal_sum": "H(X) + H(Y): the joint entropy is not subtracted",
        "negated": "The sign is wrong: H(X, Y) − H(X) − H(Y)",
        "one_marginal": "Divides by the marginal of X alone: Σ p(x, y) ln(p(x, y) / p(x))",
        "by_product": "Weighs by p(x) p(y): Σ p(x) p(y) ln(p(x, y) / (p(x) p(y))), without the "
        "cells that cannot occur",
        "unweighted": "Adds the logarithms without the weights p(x, y)",
        "conditional_difference": "H(X | Y) − H(Y | X)",
        "uniform_rows": "Averages the entropies of the rows evenly for H(Y | X)",
        "covariance_of_indices": "The covariance of the two indices, counted from 0",
    },
    examples=(
        {"joint": ((Fraction(2, 5), Fraction(1, 10)), (Fraction(1, 5), Fraction(3, 10)))},
        {"joint": ((Fraction(1, 6), Fraction(1, 3)), (Fraction(1, 6), Fraction(1, 3)))},
        {"joint": ((Fraction(1, 2), 0), (0, Fraction(1, 2)))},
        {
            "joint": (
                (Fraction(1, 8), Fraction(1, 16), Fraction(1, 16)),
                (0, Fraction(1, 4), Fraction(1, 2)),
            )
        },
    ),
)
def mutual_information(joint: Matrix) -> SolverResults:
    """I(X; Y) = Σ p(x, y) ln(p(x, y) / (p(x) p(y))), and the entropies around it.

    joint: [outcomes of X, outcomes of Y], summing to one. Source: Cover and Thomas, Elements of
    Information Theory (2006), sections 2.2 to 2.4, equations 2.28 and 2.39 to 2.45. Raises
    ValueError for a table that is no law, and for a row that is all zero.
    """
    require_matrix("joint", joint)
    flat = tuple([entry for row in joint for entry in row])
    parts, whole = require_probabilities("joint", flat)
    width = len(joint[0])
    rows = [parts[at : at + width] for at in range(0, len(parts), width)]
    above = [sum(row) for row in rows]
    beside = [sum(column) for column in zip(*rows, strict=True)]
    if not all(above):
        raise ValueError("joint must not have a row that is all 0")
    # (weight p(x, y), weight p(x) p(y), their log ratio) of every possible cell.
    cells = [
        (part, x * y, log((part * whole) / (x * y)))
        for row, x in zip(rows, above, strict=True)
        for part, y in zip(row, beside, strict=True)
        if part
    ]
    found = fsum([part * ratio for part, _, ratio in cells]) / whole
    of_x, of_y = entropy_of(above, whole), entropy_of(beside, whole)
    both = entropy_of(parts, whole)
    x_given_y, y_given_x = both - of_y, both - of_x
    of_rows = [entropy_of(row, x) for row, x in zip(rows, above, strict=True)]
    return {
        "mutual_information": found,
        "mutual_information_in_bits": found / _LOG_TWO,
        "marginal_x": tuple([fraction(part, whole) for part in above]),
        "marginal_y": tuple([fraction(part, whole) for part in beside]),
        "entropy_x": of_x,
        "entropy_y": of_y,
        "joint_entropy": both,
        "entropy_x_given_y": x_given_y,
        "entropy_y_given_x": y_given_x,
        "entropy_x_in_bits": of_x / _LOG_TWO,
        "entropy_y_in_bits": of_y / _LOG_TWO,
        "joint_entropy_in_bits": both / _LOG_TWO,
        "entropy_x_given_y_in_bits": x_given_y / _LOG_TWO,
        "entropy_y_given_x_in_bits": y_given_x / _LOG_TWO,
        "row_entropies": tuple(of_rows),
        "is_independent": _is_product(rows, above, beside, whole),
        "marginal_sum": of_x + of_y,
        "negated": -found,
        "one_marginal": of_x - both,
        "by_product": fsum([weight * ratio for _, weight, ratio in cells]) / whole**2,
        "unweighted": fsum([ratio for _, _, ratio in cells]),
        "conditional_difference": x_given_y - y_given_x,
        "uniform_rows": fsum(of_rows) / len(rows),
        "covariance_of_indices": _covariance_of_indices(rows, above, beside, whole),
    }


def _is_product(
    rows: Sequence[Sequence[int]], above: Sequence[int], beside: Sequence[int], whole: int
) -> bool:
    return all(
        part * whole == x * y
        for row, x in zip(rows, above, strict=True)
        for part, y in zip(row, beside, strict=True)
    )


def _covariance_of_indices(
    rows: Sequence[Sequence[int]], above: Sequence[int], beside: Sequence[int], whole: int
) -> Fraction:
    """E X Y − E X E Y, where X and Y are the indices of row and column."""
    product = sum([x * y * part for x, row in enumerate(rows) for y, part in enumerate(row)])
    mean_x = sum([x * part for x, part in enumerate(above)])
    mean_y = sum([y * part for y, part in enumerate(beside)])
    return fraction(product * whole - mean_x * mean_y, whole * whole)


@check("joint_table.mutual_information", tolerance=1e-8)
def mutual_information_by_entropies(joint: "Tensor") -> Mapping[str, Any]:
    """All from entropies by power sums, conditional ones row by row; joint: [variants, r, c].

    The mutual information is H(Y) less the mean entropy of Y's law in a row. The variables are
    independent where the table has rank one. Mistakes weigh the cells otherwise in the power
    sum, or add other entropies.
    """
    import torch

    above, beside = joint.sum(-1), joint.sum(-2)
    of_x, of_y = power_entropy(above), power_entropy(beside)
    of_rows = power_entropy(joint / above[..., None])
    given_x = (above * of_rows).sum(-1)
    columns = joint / beside.where(beside > 0, 1.0)[:, None, :]
    given_y = (beside * power_entropy(columns.mT)).sum(-1)
    information = of_y - given_x
    if min(joint.shape[1:]) > 1:
        independent = torch.linalg.svdvals(joint)[:, 1] < 1e-12
    else:
        independent = torch.ones_like(information, dtype=torch.bool)
    found = {
        "mutual_information": information,
        "entropy_x": of_x,
        "entropy_y": of_y,
        "joint_entropy": of_x + given_x,
        "entropy_x_given_y": given_y,
        "entropy_y_given_x": given_x,
    }
    two = joint.new_tensor(2.0).log()
    in_bits = {f"{name}_in_bits": value / two for name, value in found.items()}
    flat = joint.flatten(1)
    product = (above[:, :, None] * beside[:, None, :]).flatten(1)
    possible = (flat > 0).to(flat.dtype)
    kept = product * possible
    index_x, index_y = (torch.arange(size, dtype=joint.dtype) for size in joint.shape[1:])
    centred_x = index_x - (above @ index_x)[:, None]
    centred_y = index_y - (beside @ index_y)[:, None]
    return {
        **found,
        **in_bits,
        "marginal_x": above,
        "marginal_y": beside,
        "row_entropies": of_rows,
        "is_independent": independent,
        "marginal_sum": of_x + of_y,
        "negated": given_x - of_y,
        "one_marginal": -given_x,
        "by_product": power_entropy(kept, product) - power_entropy(kept, flat),
        "unweighted": power_entropy(possible, product) - power_entropy(possible, flat),
        "conditional_difference": given_y - given_x,
        "uniform_rows": of_rows.mean(-1),
        "covariance_of_indices": torch.einsum("vij,vi,vj->v", joint, centred_x, centred_y),
    }


@solver(
    "joint_table.factorised_model",
    results={
        "kl": "KL(joint ‖ model_x · model_y), in nats",
        "least_kl": "the least divergence of the table from any product of two laws, in nats",
        "best_x": "the first factor of the best product",
        "best_y": "its second factor",
        "excess_x": "KL(marginal of X ‖ model_x): what the first factor's error costs, in nats",
        "excess_y": "KL(marginal of Y ‖ model_y): what the second factor's error costs, in nats",
    },
    mistakes={
        "excess": "The two excesses alone: the dependence is left out",
        "cross_entropy": "−Σ p ln(model_x model_y): the joint entropy is not subtracted",
        "kl_reversed": "KL(model_x · model_y ‖ joint)",
        "excess_x_reversed": "KL(model_x ‖ marginal of X)",
        "excess_y_reversed": "KL(model_y ‖ marginal of Y)",
        "total_bits": "KL(joint ‖ model_x · model_y) in bits",
        "least_in_bits": "The least divergence in bits",
    },
    examples=(
        {
            "joint": ((Fraction(2, 5), Fraction(1, 10)), (Fraction(1, 5), Fraction(3, 10))),
            "model_x": (Fraction(1, 4), Fraction(3, 4)),
            "model_y": (Fraction(1, 2), Fraction(1, 2)),
        },
        {
            "joint": ((Fraction(1, 6), Fraction(1, 3)), (Fraction(1, 6), Fraction(1, 3))),
            "model_x": (Fraction(1, 2), Fraction(1, 2)),
            "model_y": (Fraction(1, 3), Fraction(2, 3)),
        },
        {
            "joint": (
                (Fraction(1, 8), Fraction(1, 16), Fraction(1, 16)),
                (Fraction(1, 8), Fraction(1, 8), Fraction(1, 2)),
            ),
            "model_x": (Fraction(2, 5), Fraction(3, 5)),
            "model_y": (Fraction(1, 5), Fraction(1, 5), Fraction(3, 5)),
        },
    ),
)
def factorised_model(joint: Matrix, model_x: Vector, model_y: Vector) -> SolverResults:
    """KL(p ‖ r s) = I(X; Y) + KL(p_X ‖ r) + KL(p_Y ‖ s), for a table p and a product model r s.

    joint: [outcomes of X, outcomes of Y], none impossible; model_x, model_y: a probability for each
    row and each column, none zero. The last two terms vanish where r and s are the marginals, which
    therefore are the best factors. Source: Cover and Thomas, Elements of Information Theory (2006),
    section 2.5, for the chain rule of relative entropy. Raises ValueError for what is no law, for
    zeros, and for lengths that do not fit.
    """
    require_matrix("joint", joint)
    flat = tuple([entry for row in joint for entry in row])
    p, _ = require_probabilities("joint", flat)
    r, r_of = require_probabilities("model_x", model_x)
    s, s_of = require_probabilities("model_y", model_y)
    require_vector("model_x", model_x, len(joint))
    require_vector("model_y", model_y, len(joint[0]))
    if not (all(p) and all(r) and all(s)):
        raise ValueError("joint, model_x and model_y must not have zeros")
    # Laws as whole numbers that they are proportional to; the joint one row after the other.
    columns = len(joint[0])
    of_x = [sum(p[start : start + columns]) for start in range(0, len(p), columns)]
    of_y = [sum(p[start::columns]) for start in range(columns)]
    product, best = [x * y for x in r for y in s], [x * y for x in of_x for y in of_y]
    found, least = divergence(p, product), divergence(p, best)
    excess_x, excess_y = divergence(of_x, r), divergence(of_y, s)
    return {
        "kl": found,
        "least_kl": least,
        "best_x": normalised(of_x),
        "best_y": normalised(of_y),
        "excess_x": excess_x,
        "excess_y": excess_y,
        "excess": excess_x + excess_y,
        "cross_entropy": -mean_log(p, product, r_of * s_of),
        "kl_reversed": divergence(product, p),
        "excess_x_reversed": divergence(r, of_x),
        "excess_y_reversed": divergence(s, of_y),
        "total_bits": found / _LOG_TWO,
        "least_in_bits": least / _LOG_TWO,
    }


def _divergence_by_power_sums(first: "Tensor", second: "Tensor") -> "Tensor":
    return power_entropy(first, second) - power_entropy(first)


@check("joint_table.factorised_model", tolerance=1e-8)
def factorised_model_by_newton(
    joint: "Tensor", model_x: "Tensor", model_y: "Tensor"
) -> Mapping[str, Any]:
    """Fits the two factors by Newton's method; joint: [variants, r, c], models [variants, r or c].

    An excess is what the likelihood of a model gains when one factor is set free and the other
    is kept as it was. Divergences in the other direction, from the model, are power sums.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    rows = joint.shape[1]

    def laws(scores: "Tensor") -> "Tensor":
        """Log probabilities; the last outcome has the score 0."""
        return torch.log_softmax(torch.cat((scores, 0 * joint[:, 0, :1]), dim=-1), dim=-1)

    def mean_log(log_x: "Tensor", log_y: "Tensor") -> "Tensor":
        return (joint * (log_x[:, :, None] + log_y[:, None, :])).sum((-2, -1))

    def both(scores: "Tensor") -> "Tensor":
        return mean_log(laws(scores[:, : rows - 1]), laws(scores[:, rows - 1 :]))

    start = joint.new_zeros(len(joint), rows + joint.shape[2] - 2)
    fitted = maximise(both, start)
    fixed_x, fixed_y = model_x.log(), model_y.log()
    given = mean_log(fixed_x, fixed_y)

    def of_x(scores: "Tensor") -> "Tensor":
        return mean_log(laws(scores), fixed_y)

    def of_y(scores: "Tensor") -> "Tensor":
        return mean_log(fixed_x, laws(scores))

    own, least = power_entropy(joint.flatten(1)), both(fitted)
    best_x, best_y = (
        laws(scores).exp() for scores in (fitted[:, : rows - 1], fitted[:, rows - 1 :])
    )
    excess_x = of_x(maximise(of_x, start[:, : rows - 1])) - given
    excess_y = of_y(maximise(of_y, start[:, rows - 1 :])) - given
    product = (model_x[:, :, None] * model_y[:, None, :]).flatten(1)
    two = joint.new_tensor(2.0).log()
    return {
        "kl": -own - given,
        "least_kl": -own - least,
        "best_x": best_x,
        "best_y": best_y,
        "excess_x": excess_x,
        "excess_y": excess_y,
        "excess": least - given,
        "cross_entropy": -given,
        "kl_reversed": _divergence_by_power_sums(product, joint.flatten(1)),
        "excess_x_reversed": _divergence_by_power_sums(model_x, best_x),
        "excess_y_reversed": _divergence_by_power_sums(model_y, best_y),
        "total_bits": (-own - given) / two,
        "least_in_bits": (-own - least) / two,
    }
