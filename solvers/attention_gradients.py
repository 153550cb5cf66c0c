"""How the output of attention answers to its scores and to its query: derivatives."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import exp, fsum, sqrt
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Formula, Number, Product, Sum, Symbol
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Matrix, Scalar, Vector, require_vector
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
def query(query: Vector, keys: Matrix, values: Vector) -> SolverResults:
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
    top = max(scores)
    raised = [exp(score - top) for score in scores]
    total = fsum(raised)
    return [each / total for each in raised]


@check("attention_gradients.query", tolerance=1e-8)
def query_by_autograd(query: "Tensor", keys: "Tensor", values: "Tensor") -> Mapping[str, Any]:
    """Torch's own attention, differentiated; query: [variants, d], keys: [variants, n, d].

    The weights are the derivatives of the output in the values [variants, n]; the slopes in the
    scores come from a mask of zeros that is added to the scores. The covariance itself is the
    gradient in q / √d, and with equal weights it is the one at q = 0. A forgotten denominator is
    one that is held constant.
    """
    import torch

    root = query.shape[1] ** 0.5

    def attend(at: "Tensor", scale: float) -> list["Tensor"]:
        """The output and its derivatives in the query, the values and the scores."""
        leaf, content = at.clone().requires_grad_(True), values.clone().requires_grad_(True)
        mask = torch.zeros_like(values).requires_grad_(True)
        output = torch.nn.functional.scaled_dot_product_attention(
            leaf[:, None], keys, content[..., None], attn_mask=mask[:, None], scale=scale
        )[:, 0, 0]
        return [output, *torch.autograd.grad(output.sum(), (leaf, content, mask))]

    output, gradient, weights, slopes = attend(query, 1 / root)
    leaf = query.clone().requires_grad_(True)
    mask = torch.zeros_like(values).requires_grad_(True)
    raised = ((keys @ leaf[..., None])[..., 0] / root + mask).exp()
    constant = raised.sum(-1, keepdim=True).detach()
    shares = raised / raised.sum(-1, keepdim=True)
    frozen = torch.autograd.grad(
        (raised * values / constant).sum(), (leaf, mask), retain_graph=True
    )
    own = [
        torch.autograd.grad(shares[:, place].sum(), mask, retain_graph=True)[0][:, place]
        for place in range(values.shape[1])
    ]
    return {
        "scores": (keys @ query[..., None])[..., 0] * query.shape[1] ** -0.5,
        "weights": weights,
        "output": output,
        "score_slopes": slopes,
        "query_gradient": gradient,
        "unscaled_output": attend(query, 1.0)[0],
        "mean_forgotten_slopes": frozen[1],
        "own_weight_slopes": torch.stack(own, -1) * values,
        "unweighted_slopes": slopes / weights,
        "root_forgotten_gradient": attend(query / root, 1.0)[1],
        "mean_forgotten_gradient": frozen[0],
        "uniform_gradient": attend(torch.zeros_like(query), 1 / root)[1],
    }


_FIRST, _SECOND = Symbol("a_1"), Symbol("a_2")
_OTHERS = Sum((Number(1), Product((Number(-1), _FIRST))))
"""1 − a_1, the weight of the second and the third position together."""


def _total(*terms: tuple[Scalar, tuple[Formula, ...]]) -> Formula:
    """The sum of factor · symbols over the terms whose factor is not 0; a factor of 1 is unsaid."""
    written: list[Formula] = []
    for factor, symbols in terms:
        if factor and symbols:
            written.append(Product((*(() if factor == 1 else (Number(factor),)), *symbols)))
        elif factor:
            written.append(Number(factor))
    return Sum(tuple(written) or (Number(0),))


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
def slope(values: Vector) -> SolverResults:
    """∂o/∂s_1 = a_1 (v_1 − o) for o = Σ a_i v_i with a = softmax(s) over three positions.

    Source: Bishop, Pattern Recognition and Machine Learning (2006), equation 4.106, for the
    derivative of the softmax. Raises ValueError unless there are three values.
    """
    require_vector("values", values, 3)
    first, second, third = values
    pull, other_pull = first - third, second - third
    return {
        "slope_formula": Product((_FIRST, _total((pull, (_OTHERS,)), (-other_pull, (_SECOND,))))),
        "output_formula": _total((pull, (_FIRST,)), (other_pull, (_SECOND,)), (third, ())),
        "mean_forgotten_formula": _total((first, (_FIRST,))),
        "own_weight_formula": _total((first, (_FIRST, _OTHERS))),
        "sign_formula": Product((_FIRST, _total((other_pull, (_SECOND,)), (-pull, (_OTHERS,))))),
        "unweighted_formula": _total((pull, (_OTHERS,)), (-other_pull, (_SECOND,))),
    }


@check("attention_gradients.slope", tolerance=1e-8)
def slope_of_a_quotient(values: "Tensor") -> Mapping[str, Any]:
    """Differentiates Σ w_i v_i / Σ w_i, where a score's derivative is w ∂/∂w as w = exp(s).

    The weights w are those of the points themselves, which sum to one. Where the denominator is
    forgotten it is held constant; where the other weights are, only the first summand is kept.
    values: [variants, 3].
    """
    import torch

    def parts(points: Mapping[str, "Tensor"]) -> dict[str, "Tensor"]:
        first, second = points["a_1"], points["a_2"]
        raised = torch.stack((first, second, 1 - first - second), -1).requires_grad_(True)
        total = raised.sum(-1)
        output = (raised @ values[..., None])[..., 0] / total
        own = raised[..., 0] * values[:, :1] / total
        frozen = (raised @ values[..., None])[..., 0] / total.detach()
        of_one, of_own, of_frozen = (
            torch.autograd.grad(each.sum(), raised, retain_graph=True)[0][..., 0].detach()
            for each in (output, own, frozen)
        )
        return {
            "slope_formula": of_one * first,
            "output_formula": output.detach(),
            "mean_forgotten_formula": of_frozen * first,
            "own_weight_formula": of_own * first,
            "sign_formula": -of_one * first,
            "unweighted_formula": of_one,
        }

    def route(name: str) -> Callable[[Mapping[str, "Tensor"]], "Tensor"]:
        return lambda points: parts(points)[name]

    names = ("slope", "output", "mean_forgotten", "own_weight", "sign", "unweighted")
    return {f"{name}_formula": route(f"{name}_formula") for name in names}
