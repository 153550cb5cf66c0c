"""How the output of attention answers to its scores and to its query: derivatives."""

from collections.abc import Mapping
from fractions import Fraction
from math import exp, fsum, sqrt
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Expression, Number, Product, Sum, Symbol
from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import Matrix, Vector, require_vector
from qgen.solvers.numerics.shape_arguments import require_matrix
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LARGEST_SCORE = 300


@solver(
    "attention_gradients.query",
    results={
        "scores": "q · k_i / √d",
        "weights": "softmax of the scores",
        "output": "o = Σ a_i v_i",
        "score_slopes": "∂o/∂s_i = a_i (v_i − o)",
        "query_gradient": "∂o/∂q: the covariance of values and keys under the weights, over √d",
    },
    mistakes={
        "unscaled_output": "The output with the scores not divided by √d",
        "mean_forgotten_slopes": "a_i v_i: forgets that the softmax's denominator changes as well",
        "own_weight_slopes": "a_i (1 − a_i) v_i: forgets that the other weights change as well",
        "unweighted_slopes": "v_i − o: forgets the factor a_i",
        "root_forgotten_gradient": "The covariance itself, not divided by √d",
        "mean_forgotten_gradient": "Σ a_i v_i k_i / √d: the product of the means is not taken off",
        "uniform_gradient": "The covariance under equal weights, over √d",
    },
    examples=(
        {"query": (1, 0), "keys": ((1, 2), (0, 1), (-1, 3)), "values": (1, 4, -2)},
        {"query": (1, -1, 2, 0), "keys": ((1, 0, 1, 1), (0, 1, 0, 2)), "values": (3, -1)},
        {"query": (Fraction(1, 2),), "keys": ((1,), (2,), (3,), (5,)), "values": (0, 1, 0, 2)},
    ),
)
def query(query: Vector, keys: Matrix, values: Vector) -> Answers:
    """Derivatives of o = Σ a_i v_i with a = softmax(q · k_i / √d), for one query and plain values.

    From ∂a_j/∂s_i = a_j ([i = j] − a_i) follows ∂o/∂s_i = a_i (v_i − o), and with ∂s_i/∂q =
    k_i / √d the gradient in q. query: [d]; keys: [n, d]; values: [n]. Source: Vaswani et al.,
    Attention is all you need (2017), equation 1, for o; Bishop, Pattern Recognition and Machine
    Learning (2006), equation 4.106, for the derivative of the softmax. Raises ValueError for
    sizes that do not fit and scores beyond ±300.
    """
    require_vector("query", query)
    require_vector("values", values)
    width, count = len(query), len(values)
    require_matrix("keys", keys, count, width)
    root = sqrt(width)
    scores = [sum([a * b for a, b in zip(query, key, strict=True)]) / root for key in keys]
    if max(map(abs, scores)) > _LARGEST_SCORE:
        raise ValueError(f"the scores must stay within ±{_LARGEST_SCORE}")
    law, sharp = _softmax(scores), _softmax([score * root for score in scores])
    content = [float(value) for value in values]
    columns = [[float(entry) for entry in column] for column in zip(*keys, strict=True)]
    output = fsum([a * v for a, v in zip(law, content, strict=True)])
    mean = fsum(content) / count

    def along(shares: list[float]) -> tuple[float, ...]:
        """Σ shares_i k_i."""
        return tuple(
            [fsum([s * k for s, k in zip(shares, column, strict=True)]) for column in columns]
        )

    slopes = [a * (v - output) for a, v in zip(law, content, strict=True)]
    covariance = along(slopes)
    weighed = [a * v for a, v in zip(law, content, strict=True)]
    return {
        "scores": tuple(scores),
        "weights": tuple(law),
        "output": output,
        "score_slopes": tuple(slopes),
        "query_gradient": tuple([each / root for each in covariance]),
        "unscaled_output": fsum([a * v for a, v in zip(sharp, content, strict=True)]),
        "mean_forgotten_slopes": tuple(weighed),
        "own_weight_slopes": tuple([a * (1 - a) * v for a, v in zip(law, content, strict=True)]),
        "unweighted_slopes": tuple([v - output for v in content]),
        "root_forgotten_gradient": covariance,
        "mean_forgotten_gradient": tuple([each / root for each in along(weighed)]),
        "uniform_gradient": tuple(
            [each / root for each in along([(v - mean) / count for v in content])]
        ),
    }


def _softmax(scores: list[float]) -> list[float]:
    raised = [exp(score - max(scores)) for score in scores]
    total = fsum(raised)
    return [each / total for each in raised]


@check("attention_gradients.query", tolerance=1e-8)
def query_by_autograd(query: "Tensor", keys: "Tensor", values: "Tensor") -> Mapping[str, Any]:
    """Torch's own attention, differentiated; query: [variants, d], keys: [variants, n, d].

    The weights are the derivatives of the output in the values [variants, n]; the slopes in the
    scores come from a mask of zeros that is added to the scores.
    """
    import torch

    leaf, content = query.clone().requires_grad_(True), values.clone().requires_grad_(True)
    mask = torch.zeros_like(values).requires_grad_(True)
    output = torch.nn.functional.scaled_dot_product_attention(
        leaf[:, None], keys, content[..., None], attn_mask=mask[:, None]
    )[:, 0, 0]
    gradient, weights, slopes = torch.autograd.grad(output.sum(), (leaf, content, mask))
    return {
        "scores": (keys @ query[..., None])[..., 0] * query.shape[1] ** -0.5,
        "weights": weights,
        "output": output,
        "score_slopes": slopes,
        "query_gradient": gradient,
    }


_FIRST, _SECOND = Symbol("a_1"), Symbol("a_2")
_LAST = Sum((Number(1), Product((Number(-1), _FIRST)), Product((Number(-1), _SECOND))))


@solver(
    "attention_gradients.slope",
    results={
        "slope_formula": "∂o/∂s_1 as a formula in the weights a_1, a_2; the third is 1 − a_1 − a_2",
        "output_formula": "o = Σ a_i v_i as a formula in a_1 and a_2",
    },
    mistakes={
        "mean_forgotten_formula": "a_1 v_1: the softmax's denominator is taken as constant",
        "own_weight_formula": "a_1 (1 − a_1) v_1: forgets that the other weights change as well",
        "sign_formula": "a_1 (o − v_1): the sign is wrong",
        "unweighted_formula": "v_1 − o: forgets the factor a_1",
    },
    examples=({"values": (1, 2, 4)}, {"values": (-3, Fraction(1, 2), 5)}, {"values": (2, 0, -1)}),
)
def slope(values: Vector) -> Answers:
    """∂o/∂s_1 = a_1 (v_1 − o) for o = Σ a_i v_i with a = softmax(s) over three positions.

    Source: Bishop, Pattern Recognition and Machine Learning (2006), equation 4.106, for the
    derivative of the softmax. Raises ValueError unless there are three values.
    """
    require_vector("values", values, 3)
    weights: tuple[Expression, ...] = (_FIRST, _SECOND, _LAST)
    output = Sum(
        tuple([Product((Number(v), a)) for v, a in zip(values, weights, strict=True) if v])
        or (Number(0),)
    )
    first = Number(values[0])
    apart = Sum((first, Product((Number(-1), output))))
    return {
        "slope_formula": Product((_FIRST, apart)),
        "output_formula": output,
        "mean_forgotten_formula": Product((first, _FIRST)),
        "own_weight_formula": Product(
            (first, _FIRST, Sum((Number(1), Product((Number(-1), _FIRST)))))
        ),
        "sign_formula": Product((Number(-1), _FIRST, apart)),
        "unweighted_formula": apart,
    }


@check("attention_gradients.slope", tolerance=1e-8)
def slope_of_a_quotient(values: "Tensor") -> Mapping[str, Any]:
    """Differentiates Σ w_i v_i / Σ w_i, where a score's derivative is w ∂/∂w as w = exp(s).

    The weights w are those of the points themselves, which sum to one. values: [variants, 3].
    """
    import torch

    def parts(points: Mapping[str, "Tensor"]) -> tuple["Tensor", "Tensor"]:
        first, second = points["a_1"], points["a_2"]
        raised = torch.stack((first, second, 1 - first - second), -1).requires_grad_(True)
        output = (raised @ values[..., None])[..., 0] / raised.sum(-1)
        (slopes,) = torch.autograd.grad(output.sum(), raised)
        return output.detach(), (slopes * raised)[..., 0].detach()

    return {
        "slope_formula": lambda points: parts(points)[1],
        "output_formula": lambda points: parts(points)[0],
    }
