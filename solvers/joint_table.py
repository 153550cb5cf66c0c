"""Two discrete variables by their joint table: marginals, entropies, mutual information."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import fsum, log
from typing import TYPE_CHECKING, Any

from qgen.document.values import Answers
from qgen.solvers.arguments import Matrix, over_common_denominator, require_probabilities
from qgen.solvers.discrete import entropy_of, power_entropy
from qgen.solvers.registry import check, solver
from qgen.solvers.shape_arguments import require_matrix

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
def mutual_information(joint: Matrix) -> Answers:
    """I(X; Y) = Σ p(x, y) ln(p(x, y) / (p(x) p(y))), and the entropies around it.

    joint: [outcomes of X, outcomes of Y], summing to one. Source: Cover and Thomas, Elements of
    Information Theory (2006), sections 2.2 to 2.4, equations 2.28 and 2.39 to 2.45. Raises
    ValueError for a table that is no law, and for a row that is all zero.
    """
    require_matrix("joint", joint)
    flat = tuple([entry for row in joint for entry in row])
    require_probabilities("joint", flat)
    parts, whole = over_common_denominator(flat)
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
    return {
        "mutual_information": found,
        "mutual_information_in_bits": found / _LOG_TWO,
        "marginal_x": tuple([Fraction(part, whole) for part in above]),
        "marginal_y": tuple([Fraction(part, whole) for part in beside]),
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
        "is_independent": _is_product(rows, above, beside, whole),
        "marginal_sum": of_x + of_y,
        "negated": -found,
        "one_marginal": of_x - both,
        "by_product": fsum([weight * ratio for _, weight, ratio in cells]) / whole**2,
        "unweighted": fsum([ratio for _, _, ratio in cells]),
        "conditional_difference": x_given_y - y_given_x,
        "uniform_rows": fsum([entropy_of(row, x) for row, x in zip(rows, above, strict=True)])
        / len(rows),
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
    return Fraction(product * whole - mean_x * mean_y, whole * whole)


@check("joint_table.mutual_information", tolerance=1e-8)
def mutual_information_by_entropies(joint: "Tensor") -> Mapping[str, Any]:
    """All from entropies by power sums, conditional ones row by row; joint: [variants, r, c].

    The mutual information is H(Y) less the mean entropy of Y's law in a row. The variables are
    independent where the table has rank one.
    """
    import torch

    above, beside = joint.sum(-1), joint.sum(-2)
    of_x, of_y = power_entropy(above), power_entropy(beside)
    given_x = (above * power_entropy(joint / above[..., None])).sum(-1)
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
    return {
        **found,
        **in_bits,
        "marginal_x": above,
        "marginal_y": beside,
        "is_independent": independent,
    }
