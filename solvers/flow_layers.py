"""Layers of normalising flows in several dimensions: affine coupling, planar and linear."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import exp, log, pi, tanh
from typing import TYPE_CHECKING, Any

from qgen.document.values import Exact, SolverResults
from qgen.solvers.numerics.arguments import Matrix, Scalar, Vector, require_scalar, require_vector
from qgen.solvers.numerics.exact_linear_algebra import (
    determinant,
    dot,
    require_square,
    solve_linear,
    trace,
    transpose,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor


def _base(z: Sequence[Exact | float]) -> float:
    """The logarithm of the standard normal density of a vector."""
    return -float(sum([each * each for each in z])) / 2 - len(z) * log(2 * pi) / 2


@solver(
    "flow_layers.coupling",
    results={
        "scale_output": "s(x_1)",
        "translation_output": "t(x_1)",
        "output": "y = (x_1, x_2 exp(s) + t)",
        "log_det": "ln |det dy/dx|, which is s(x_1)",
        "determinant": "the determinant of dy/dx",
        "mirrored_log_det": "ln |det dy/dx| at −x_1",
        "log_det_is_constant": "whether it is the same at all points",
        "translation_is_constant": "whether t is the same at all points",
        "inverse": "the x that the layer turns into the given point (taken for a y)",
        "log_density_of_output": "ln p(y), if the given x has the standard normal law",
    },
    mistakes={
        "exp_forgotten": "Multiplies x_2 with s instead of exp(s)",
        "scale_from_second": "Works s and t out from x_2",
        "inverse_order_swapped": "Inverts in the wrong order: y_2 exp(−s) − t",
        "inverse_not_negated": "Inverts with exp(s): (y_2 − t) exp(s)",
        "log_det_negated": "The log-determinant of the inverse",
        "log_det_of_both": "Counts the unchanged coordinate as scaled too: 2 s",
        "log_det_forgotten": "ln of the base density at x",
        "log_det_added": "Adds the log-determinant to ln of the base density at x",
    },
    examples=(
        {"x": (1, 2), "scale": (Fraction(1, 2), 0), "translation": (2, -1)},
        {"x": (Fraction(-1, 2), 3), "scale": (1, 1), "translation": (0, 4)},
        {"x": (2, -1), "scale": (-1, Fraction(1, 3)), "translation": (Fraction(1, 2), 0)},
        {"x": (1, 1), "scale": (0, 0), "translation": (1, 1)},
    ),
)
def coupling(x: Vector, scale: Vector, translation: Vector) -> SolverResults:
    """An affine coupling layer in the plane with s(x_1) = scale_1 x_1 + scale_2, t likewise.

    y_1 = x_1 and y_2 = x_2 exp(s(x_1)) + t(x_1), so that dy/dx is triangular with the diagonal
    (1, exp(s)). Source: Dinh, Sohl-Dickstein and Bengio, Density Estimation Using Real NVP
    (2017), equations 4 to 8. Raises ValueError unless all three are vectors of two entries.
    """
    require_vector("x", x, 2)
    require_vector("scale", scale, 2)
    require_vector("translation", translation, 2)
    first, second = x
    s, t = scale[0] * first + scale[1], translation[0] * first + translation[1]
    factor, moved = exp(s), float(t)
    output = second * factor + moved
    other_s = scale[0] * second + scale[1]
    other_t = translation[0] * second + translation[1]
    base = _base(x)
    return {
        "scale_output": s,
        "translation_output": t,
        "output": (first, output),
        "log_det": s,
        "determinant": factor,
        "mirrored_log_det": scale[1] - scale[0] * first,
        "log_det_is_constant": not scale[0],
        "translation_is_constant": not translation[0],
        "inverse": (first, float(second - t) * exp(-s)),
        "log_density_of_output": base - s,
        "exp_forgotten": (first, second * s + t),
        "scale_from_second": (first, second * exp(other_s) + other_t),
        "inverse_order_swapped": (first, second * exp(-s) - moved),
        "inverse_not_negated": (first, float(second - t) * factor),
        "log_det_negated": -s,
        "log_det_of_both": 2 * s,
        "log_det_forgotten": base,
        "log_det_added": base + s,
    }


def _jacobian(layer: "Callable[[Tensor], Tensor]", point: "Tensor") -> "Tensor":
    """The derivatives [variants, outputs, inputs] of a layer at points [variants, d]."""
    import torch

    leaf = point.clone().requires_grad_(True)
    rows = [
        torch.autograd.grad(entry.sum(), leaf, retain_graph=True)[0]
        for entry in layer(leaf).unbind(-1)
    ]
    return torch.stack(rows, dim=-2)


def _log_normal(point: "Tensor") -> "Tensor":
    """The standard normal log-density [variants], by torch's multivariate law."""
    import torch
    from torch.distributions import MultivariateNormal

    d = point.shape[-1]
    law: Any = MultivariateNormal(torch.zeros(d).double(), torch.eye(d).double())
    density: Tensor = law.log_prob(point)
    return density


@check("flow_layers.coupling", tolerance=1e-8)
def coupling_by_autograd(x: "Tensor", scale: "Tensor", translation: "Tensor") -> Mapping[str, Any]:
    """Determinants of the Jacobian from autograd; the inverse by a Newton step.

    One step is enough, as y is linear in x_2. All arguments: [variants, 2].
    """
    import torch

    def network(weights: "Tensor", point: "Tensor") -> "Tensor":
        padded = torch.stack((point[:, 0], torch.ones_like(point[:, 0])), dim=-1)
        return (weights * padded).sum(-1)

    def layer(point: "Tensor") -> "Tensor":
        second = point[:, 1] * network(scale, point).exp() + network(translation, point)
        return torch.stack((point[:, 0], second), dim=-1)

    y = layer(x)
    jacobian = _jacobian(layer, x)
    log_det = torch.linalg.slogdet(jacobian).logabsdet
    start = x * torch.tensor([1.0, 0.0], dtype=x.dtype)
    step = torch.linalg.solve(_jacobian(layer, start), (x - layer(start))[..., None])[..., 0]
    # Linear functions are constant if three of their values agree.
    axis = [torch.tensor([place, 0.0], dtype=x.dtype).expand_as(x) for place in (-2.0, 0.5, 2.0)]
    log_dets = torch.stack([torch.linalg.slogdet(_jacobian(layer, at)).logabsdet for at in axis])
    middles = torch.stack([layer(at)[:, 1] for at in axis])
    return {
        "scale_output": log_det,
        "translation_output": layer(start)[:, 1],
        "output": y,
        "log_det": log_det,
        "determinant": torch.linalg.det(jacobian),
        "mirrored_log_det": torch.linalg.slogdet(_jacobian(layer, -x)).logabsdet,
        "log_det_is_constant": (log_dets - log_dets[0]).abs().amax(0) < 1e-12,
        "translation_is_constant": (middles - middles[0]).abs().amax(0) < 1e-12,
        "inverse": start + step,
        "log_density_of_output": _log_normal(x) - log_det,
        **_coupling_mistakes(x, scale, translation, jacobian),
    }


def _coupling_mistakes(
    x: "Tensor", scale: "Tensor", translation: "Tensor", jacobian: "Tensor"
) -> Mapping[str, "Tensor"]:
    """Each from the layer's parts with one of them changed; jacobian: [variants, 2, 2]."""
    import torch

    factor = jacobian[:, 1, 1]

    def line(weights: "Tensor", read: "Tensor") -> "Tensor":
        return torch.lerp(weights[:, 1], weights.sum(-1), read)

    def second(read: "Tensor", stretch: "Tensor") -> "Tensor":
        """(x_1, x_2 · stretch + t), with t read from this coordinate."""
        return torch.stack((x[:, 0], torch.addcmul(line(translation, read), x[:, 1], stretch)), -1)

    first, other = x.unbind(-1)
    back = torch.linalg.inv(jacobian)
    shifted = torch.stack((first, other - line(translation, first)), -1)
    squared = torch.linalg.slogdet(jacobian @ jacobian).logabsdet
    of_inverse = torch.linalg.slogdet(back).logabsdet
    both = torch.stack((torch.ones_like(factor), factor), -1)
    return {
        "exp_forgotten": second(first, line(scale, first)),
        "scale_from_second": second(other, line(scale, other).exp()),
        "inverse_order_swapped": x / both - x + shifted,
        "inverse_not_negated": shifted * both,
        "log_det_negated": of_inverse,
        "log_det_of_both": squared,
        "log_det_forgotten": _log_normal(x),
        "log_det_added": _log_normal(x) - of_inverse,
    }


@solver(
    "flow_layers.planar",
    results={
        "activation": "w · z + b",
        "determinant": "the determinant of the Jacobian, 1 + (u · w) (1 − tanh²(w · z + b))",
        "log_det": "ln of its absolute value",
        "invertible": "whether the layer is invertible everywhere: u · w is above −1",
    },
    mistakes={
        "tanh_not_differentiated": "Takes tanh for its derivative in the determinant",
        "tanh_not_squared": "Takes 1 − tanh for the derivative of tanh in the determinant",
        "one_forgotten": "Leaves the 1 out of the determinant",
        "slope_forgotten": "1 + u · w: the derivative of tanh is left out",
    },
    examples=(
        {"z": (1, -1), "u": (2, 1), "w": (1, Fraction(1, 2)), "b": Fraction(1, 4)},
        {"z": (0, 2), "u": (1, -2), "w": (1, 2), "b": -3},
        {"z": (Fraction(1, 2),), "u": (-2,), "w": (3,), "b": -1},
        {"z": (1, 0, -2), "u": (1, 1, 1), "w": (1, -1, 0), "b": 0},
    ),
)
def planar(z: Vector, u: Vector, w: Vector, b: Scalar) -> SolverResults:
    """A planar layer with tanh, for vectors z, u and w of one length.

    The determinant follows from the matrix determinant lemma. It is positive everywhere exactly
    if u · w > −1, as the derivative of tanh lies in (0, 1]. Source: Rezende and Mohamed,
    Variational Inference with Normalizing Flows (2015), equations 10 to 12 and appendix A.1.
    Raises ValueError for vectors of different lengths, and for u · w = −1, where the map is one
    to one but its inverse is not differentiable.
    """
    require_vector("z", z)
    require_vector("u", u, len(z))
    require_vector("w", w, len(z))
    require_scalar("b", b)
    overlap = dot(u, w)
    if overlap == -1:
        raise ValueError("u · w must not be −1, the border of invertibility")
    activation = dot(w, z) + b
    bent = tanh(activation)
    # 1 − tanh², without the cancellation far out.
    decay = exp(-2 * abs(float(activation)))
    slope = 4 * decay / (1 + decay) ** 2
    factor = 1 + float(overlap) * slope
    return {
        "activation": activation,
        "determinant": factor,
        "log_det": log(abs(factor)),
        "invertible": overlap > -1,
        "tanh_not_differentiated": 1 + float(overlap) * bent,
        "tanh_not_squared": 1 + float(overlap) * (1 - bent),
        "one_forgotten": float(overlap) * slope,
        "slope_forgotten": 1 + overlap,
    }


@check("flow_layers.planar", tolerance=1e-8)
def planar_by_autograd(z: "Tensor", u: "Tensor", w: "Tensor", b: "Tensor") -> Mapping[str, Any]:
    """The Jacobian from autograd; z, u, w: [variants, d], b: [variants].

    Invertibility is tried on a grid of activations that has 0, where tanh is steepest: along w
    the layer must rise everywhere, as a + (u · w) tanh(a) must in the activation a.
    """
    import torch

    def activation(point: "Tensor") -> "Tensor":
        return (w * point).sum(-1) + b

    def layer(point: "Tensor") -> "Tensor":
        return point + u * activation(point).tanh()[:, None]

    jacobian = _jacobian(layer, z)
    log_det = torch.linalg.slogdet(jacobian).logabsdet
    grid = torch.linspace(-3, 3, 61, dtype=z.dtype).expand(len(z), 61).clone()
    grid[:, 30] = 0
    grid.requires_grad_(True)
    along = grid + (u * w).sum(-1, keepdim=True) * grid.tanh()
    (rise,) = torch.autograd.grad(along.sum(), grid)
    identity, outer = torch.eye(z.shape[1], dtype=z.dtype), u[:, :, None] * w[:, None]
    bent = activation(z).tanh()[:, None, None]
    return {
        "activation": activation(z),
        "determinant": torch.linalg.det(jacobian),
        "log_det": log_det,
        "invertible": rise.amin(-1) > 0,
        "tanh_not_differentiated": torch.linalg.det(identity + bent * outer),
        "tanh_not_squared": torch.linalg.det(identity + (1 - bent) * outer),
        # What is added to the identity has rank one: its trace is its only eigenvalue.
        "one_forgotten": (jacobian - identity).diagonal(dim1=-2, dim2=-1).sum(-1),
        "slope_forgotten": torch.linalg.det(identity + outer),
    }


@solver(
    "flow_layers.linear",
    results={
        "determinant": "the determinant of the matrix",
        "log_det": "ln of its absolute value",
        "z": "the inverse of the flow at x",
        "log_density": "ln p(x), for z with the standard normal law",
    },
    mistakes={
        "trace_for_determinant": "Takes the trace for the determinant",
        "diagonal_product": "Multiplies the diagonal, as if the matrix were triangular",
        "transposed": "Inverts the transpose",
        "shift_forgotten": "Does not subtract the shift before inverting",
        "shift_subtracted_last": "Subtracts the shift after inverting",
        "log_det_negated": "The log-determinant of the inverse",
        "log_det_forgotten": "ln of the base density at z",
        "log_det_added": "Adds the log-determinant to ln of the base density at z",
        "log_det_halved": "Subtracts half the log-determinant",
    },
    examples=(
        {"matrix": ((2, 1), (0, 3)), "shift": (1, -1), "x": (4, 2)},
        {"matrix": ((1, 2), (3, 4)), "shift": (0, 1), "x": (1, Fraction(1, 2))},
        {
            "matrix": ((1, 0, 2), (0, -1, 1), (1, 1, 0)),
            "shift": (0, 1, 2),
            "x": (1, 1, 1),
        },
        {"matrix": ((Fraction(-1, 2),),), "shift": (3,), "x": (2,)},
    ),
)
def linear(matrix: Matrix, shift: Vector, x: Vector) -> SolverResults:
    """x = matrix · z + shift with an invertible matrix [d, d]: ln p(x) = ln N(z) − ln |det matrix|.

    Source: Papamakarios and others, Normalizing Flows for Probabilistic Modeling and Inference
    (2021), section 2.1 (change of variables). Raises ValueError for lengths that differ and a
    singular matrix.
    """
    require_square("matrix", matrix)
    require_vector("shift", shift, len(matrix))
    require_vector("x", x, len(matrix))
    size = determinant(matrix)
    if not size:
        raise ValueError("matrix must be invertible, its determinant is 0")
    moved = tuple([value - start for value, start in zip(x, shift, strict=True)])
    columns = tuple(zip(moved, x, strict=True))
    z, unmoved = map(tuple, zip(*solve_linear(matrix, columns), strict=True))
    turned = solve_linear(transpose(matrix), tuple([(each,) for each in moved]))
    diagonal: Exact = 1
    for index, row in enumerate(matrix):
        diagonal *= row[index]
    log_det, base = log(abs(float(size))), _base(z)
    return {
        "determinant": size,
        "log_det": log_det,
        "z": z,
        "log_density": base - log_det,
        "trace_for_determinant": trace(matrix),
        "diagonal_product": diagonal,
        "transposed": tuple([row[0] for row in turned]),
        "shift_forgotten": unmoved,
        "shift_subtracted_last": tuple(
            [Fraction(value) - start for value, start in zip(unmoved, shift, strict=True)]
        ),
        "log_det_negated": -log_det,
        "log_det_forgotten": base,
        "log_det_added": base + log_det,
        "log_det_halved": base - log_det / 2,
    }


@check("flow_layers.linear", tolerance=1e-7)
def linear_by_normal_law(matrix: "Tensor", shift: "Tensor", x: "Tensor") -> Mapping[str, Any]:
    """x has the law N(shift, matrix · matrixᵀ); the determinant by singular values and parity.

    matrix: [variants, d, d]; shift, x: [variants, d].
    """
    import torch
    from torch.distributions import MultivariateNormal

    left, sizes, right = torch.linalg.svd(matrix)
    sign = torch.linalg.det(left @ right).round()
    law: Any = MultivariateNormal(shift, matrix @ matrix.mT)
    log_det = sizes.log().sum(-1)

    def undone(point: "Tensor", one: "Tensor", other: "Tensor") -> "Tensor":
        """The inverse of one · sizes · other at a point."""
        turned = (one.mT @ point[..., None])[..., 0] / sizes
        found: Tensor = (other.mT @ turned[..., None])[..., 0]
        return found

    z = undone(x - shift, left, right)
    unmoved = torch.linalg.solve(matrix, x[..., None])[..., 0]
    diagonal = torch.diag_embed(matrix.diagonal(dim1=-2, dim2=-1))
    return {
        "determinant": sign * sizes.prod(-1),
        "log_det": log_det,
        "z": z,
        "log_density": law.log_prob(x),
        "trace_for_determinant": torch.linalg.eigvals(matrix).sum(-1).real,
        "diagonal_product": torch.linalg.det(diagonal),
        "transposed": undone(x - shift, right.mT, left.mT),
        "shift_forgotten": unmoved,
        "shift_subtracted_last": unmoved - shift,
        "log_det_negated": torch.linalg.slogdet(torch.linalg.inv(matrix)).logabsdet,
        "log_det_forgotten": _log_normal(z),
        "log_det_added": law.log_prob(x) + 2 * log_det,
        "log_det_halved": law.log_prob(x) + log_det / 2,
    }
