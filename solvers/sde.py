"""A linear stochastic differential equation on Gaussian data, forwards, backwards and as a flow."""

from collections.abc import Mapping
from fractions import Fraction
from math import exp
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.diffusion_schedules import integrate
from qgen.solvers.numerics.arguments import Scalar, require_positive, require_scalar
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "sde.linear",
    results={
        "mean": "the mean of x_t",
        "variance": "the variance of x_t",
        "score": "the score of x_t's density at x",
        "forward_drift": "−a x",
        "reverse_drift": "−a x − g² · score, the drift of the reverse-time equation",
        "flow_drift": "−a x − g² · score / 2, the velocity of the probability flow",
    },
    mistakes={
        "reverse_sign": "Adds g² · score",
        "score_alone": "−g² · score: forgets the forward drift",
        "data_score": "The reverse drift with the score of the data at time 0",
        "variance_without_noise": "The variance with the data's part alone",
        "variance_unsquared": "The data's variance times e^{−at}",
        "variance_added": "v + g² t: forgets the drift",
    },
    examples=(
        {"m": 2, "v": 4, "a": 1, "g": 2, "t": Fraction(1, 2), "x": 3},
        {"m": -1, "v": 1, "a": Fraction(1, 2), "g": 1, "t": 1, "x": 2},
        {"m": 3, "v": Fraction(1, 4), "a": 2, "g": 3, "t": Fraction(1, 10), "x": -1},
    ),
)
def linear(m: Scalar, v: Scalar, a: Scalar, g: Scalar, t: Scalar, x: Scalar) -> SolverResults:
    """dx = −a x dt + g dw from x_0 ~ N(m, v).

    x_t ~ N(m e^{−at}, v e^{−2at} + g² (1 − e^{−2at}) / (2a)). Source: Song et al., Score-based
    generative modeling through stochastic differential equations (2021), equations 6 and 13;
    Anderson, Reverse-time diffusion equation models (1982). Raises ValueError for v, a, g and t
    not above zero.
    """
    require_scalar("m", m)
    require_scalar("x", x)
    for name, value in (("v", v), ("a", a), ("g", g), ("t", t)):
        require_positive(name, value)
    rate, place, noise = float(a), float(x), float(g * g)
    kept = exp(-rate * float(t))
    mean, settled = float(m) * kept, noise / (2 * rate)
    variance = float(v) * kept**2 + settled * (1 - kept**2)
    score = (mean - place) / variance
    forward = -rate * place
    return {
        "mean": mean,
        "variance": variance,
        "score": score,
        "forward_drift": -a * x,
        "reverse_drift": forward - noise * score,
        "flow_drift": forward - noise * score / 2,
        "reverse_sign": forward + noise * score,
        "score_alone": -noise * score,
        "data_score": -a * x + g * g * Fraction(x - m) / v,
        "variance_without_noise": float(v) * kept**2,
        "variance_unsquared": float(v) * kept + settled * (1 - kept**2),
        "variance_added": v + g * g * t,
    }


@check("sde.linear", tolerance=1e-7)
def linear_by_moments(
    m: "Tensor", v: "Tensor", a: "Tensor", g: "Tensor", t: "Tensor", x: "Tensor"
) -> Mapping[str, Any]:
    """Integrates the equations of mean and variance, and takes slopes by autograd.

    All are [variants].
    """
    import torch

    normal: Any = torch.distributions.Normal
    none = torch.zeros_like(t)

    def moments(noise: "Tensor", until: "Tensor") -> tuple["Tensor", "Tensor"]:
        def pace(_: "Tensor", both: "Tensor") -> "Tensor":
            pull = -a[:, None] * both * torch.tensor([1.0, 2.0], dtype=both.dtype)
            return pull + torch.stack((none, noise), -1)

        mean, variance = integrate(pace, torch.stack((m, v), -1), none, until, steps=12).unbind(-1)
        return mean, variance

    mean, variance = moments(g**2, t)

    def score_at_x(law: Any) -> "Tensor":
        at = x.clone().requires_grad_(True)
        return torch.autograd.grad(law.log_prob(at).sum(), at)[0]

    score, first = score_at_x(normal(mean, variance.sqrt())), score_at_x(normal(m, v.sqrt()))
    own = moments(none, t)[1]
    half = moments(none, t / 2)[1]
    reverse, flow = -a * x - g**2 * score, -a * x - g**2 * score / 2
    return {
        "mean": mean,
        "variance": variance,
        "score": score,
        "forward_drift": -a * x,
        "reverse_drift": reverse,
        "flow_drift": flow,
        "reverse_sign": -2 * a * x - reverse,
        "score_alone": reverse + a * x,
        "data_score": -a * x - g**2 * first,
        "variance_without_noise": own,
        "variance_unsquared": variance - own + half,
        "variance_added": normal(m, v.sqrt()).variance + t * g**2,
    }


@solver(
    "sde.family",
    results={"share": "the share c of g² · score that the drift f − c g² · score subtracts"},
    mistakes={
        "share_linear": "(1 + lam) / 2: the noise's factor not squared",
        "share_of_noise": "lam² / 2: what the added noise alone asks for",
        "share_doubled": "1 + lam²",
    },
    examples=({"lam": Fraction(1, 2)}, {"lam": 2}, {"lam": Fraction(3, 2)}),
)
def family(lam: Scalar) -> SolverResults:
    """Backwards, dx = (f − c g² · score) dt + lam g dw has the forward equation's densities.

    c = (1 + lam²) / 2: lam = 0 is the probability flow, lam = 1 the reverse-time equation.
    Source: Karras, Aittala, Aila and Laine, Elucidating the design space of diffusion-based
    generative models (2022), equation 6; Song et al. (2021), appendix D.1. Raises ValueError for
    lam below zero.
    """
    require_scalar("lam", lam)
    if lam < 0:
        raise ValueError("lam must not be below zero")
    square = Fraction(lam * lam)
    return {
        "share": (1 + square) / 2,
        "share_linear": Fraction(1 + lam) / 2,
        "share_of_noise": square / 2,
        "share_doubled": 1 + square,
    }


@check("sde.family", tolerance=1e-8)
def family_by_fokker_planck(lam: "Tensor") -> Mapping[str, "Tensor"]:
    """Fits c so that both Fokker-Planck equations change one density alike, run in either way.

    The density is a mixture of two Gaussians on a grid, the drift f = sin x, g = 1.3; derivatives
    are autograd's. lam: [variants].
    """
    import torch

    at = torch.linspace(-3, 3, 41, dtype=torch.float64).requires_grad_(True)
    normal: Any = torch.distributions.Normal
    density = 0.3 * normal(-1.0, 0.8).log_prob(at).exp()
    density = density + 0.7 * normal(1.2, 0.6).log_prob(at).exp()

    def slope(value: "Tensor") -> "Tensor":
        return torch.autograd.grad(value.sum(), at, create_graph=True)[0]

    drift, noise = at.sin(), 1.3**2
    spread = noise * slope(slope(density)) / 2
    forward = (-slope(drift * density) + spread).detach()
    pushed = slope(noise * slope(density.log()) * density).detach()
    still = slope(drift * density).detach()

    def fitted(strength: "Tensor") -> "Tensor":
        """Backwards the density changes by ∂((f − c g² s) p)/∂x + strength · spread = −forward."""
        wanted = -forward - (still + strength[:, None] * spread.detach())
        return -(wanted * pushed).sum(-1) / (pushed**2).sum()

    share, flow = fitted(lam**2), fitted(torch.zeros_like(lam))
    return {
        "share": share,
        "share_linear": fitted(lam),
        "share_of_noise": share - flow,
        "share_doubled": share / flow,
    }
