"""Guidance by a measurement, exactly and as if the denoised value were the clean one."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    over_common_denominator,
    require_positive,
    require_scalar,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "inverse_guidance.linear",
    results={
        "denoised": "E[x_0 | x]",
        "spread": "Var(x_0 | x)",
        "exact_guidance": "the slope of ln p(y | x) in x",
        "plug_in_guidance": "the slope of ln N(y; a E[x_0 | x], s²) in x",
        "ratio": "plug_in_guidance over exact_guidance",
        "exact_mean": "the mean of x given y",
        "exact_variance": "the variance of x given y",
        "plug_in_mean": "the mean of the density that is guided by the plug-in",
        "plug_in_variance": "the variance of this density",
        "prior_variance": "the variance of x without y",
    },
    mistakes={
        "without_chain": "Forgets the slope of E[x_0 | x] in x",
        "not_denoised": "a (y − a x) / s²: compares y with x itself",
        "measured_unsquared": "The plug-in with s in place of s²",
        "noise_for_spread": "The exact one with sigma² in place of Var(x_0 | x)",
        "prior_for_spread": "The exact one with tau² in place of Var(x_0 | x)",
        "guidance_sign": "The exact one with the wrong sign",
        "denoised_swapped": "E[x_0 | x] with the weights of x and mu swapped",
    },
    examples=(
        {"mu": 1, "tau": 2, "sigma": 1, "a": 2, "s": 1, "x": 3, "y": 5},
        {"mu": 0, "tau": 3, "sigma": 2, "a": 1, "s": 2, "x": -1, "y": 4},
        {"mu": -2, "tau": 1, "sigma": 3, "a": Fraction(1, 2), "s": Fraction(1, 2), "x": 2, "y": 1},
    ),
)
def linear(
    mu: Scalar, tau: Scalar, sigma: Scalar, a: Scalar, s: Scalar, x: Scalar, y: Scalar
) -> SolverResults:
    """x_0 ~ N(mu, tau²), x = x_0 + sigma · noise, y = a x_0 + s · noise, all noise independent.

    p(y | x) = N(a E[x_0 | x], a² Var(x_0 | x) + s²); the plug-in leaves the first variance out.
    Source: Chung, Kim, Mccann, Klasky and Ye, Diffusion posterior sampling for general noisy
    inverse problems (2023), section 3 and theorem 1; Song, Vahdat, Mardani and Kautz,
    Pseudoinverse-guided diffusion models for inverse problems (2023), section 3. Raises
    ValueError for tau, sigma, a and s not above zero.
    """
    for name, value in (("mu", mu), ("x", x), ("y", y)):
        require_scalar(name, value)
    for name, value in (("tau", tau), ("sigma", sigma), ("a", a), ("s", s)):
        require_positive(name, value)
    # All but a in parts of one unit, a as a quotient; variances are in parts of unit².
    (m, wide, loud, faint, here, seen), unit = over_common_denominator((mu, tau, sigma, s, x, y))
    up, run = a.as_integer_ratio()
    prior, noise, measured = wide**2, loud**2, faint**2
    total = prior + noise
    away, pull = total * m + prior * (here - m), up * prior
    # gap: y − a E[x_0 | x], in parts of unit · run · total; surprise: y − a mu, of unit · run.
    gap, surprise = run * total * seen - up * away, run * seen - up * m
    # Var(y | x), whole, and what the plug-in takes for it, in parts of unit² run² total.
    whole, scale = up * up * prior * noise + run * run * measured * total, run * run * total
    plugged, tilt = scale * measured, pull * pull
    exact = fraction(unit * pull * gap, total * whole)
    spread_of = unit * unit
    return {
        "denoised": fraction(away, unit * total),
        "spread": fraction(prior * noise, spread_of * total),
        "exact_guidance": exact,
        "plug_in_guidance": fraction(unit * pull * gap, total * plugged),
        "ratio": fraction(whole, plugged),
        "exact_mean": mu + fraction(pull * surprise * total, unit * (whole + tilt)),
        "exact_variance": fraction(total * whole, spread_of * (whole + tilt)),
        "plug_in_mean": mu + fraction(pull * surprise * total, unit * (plugged + tilt)),
        "plug_in_variance": fraction(total * plugged, spread_of * (plugged + tilt)),
        "prior_variance": fraction(total, spread_of),
        "without_chain": fraction(unit * up * gap, plugged),
        "not_denoised": fraction(unit * up * (run * seen - up * here), run * run * measured),
        "measured_unsquared": fraction(pull * gap, run * run * total * total * faint),
        "noise_for_spread": fraction(
            unit * pull * gap, total * total * (up * up * noise + run * run * measured)
        ),
        "prior_for_spread": fraction(
            unit * pull * gap, total * total * (up * up * prior + run * run * measured)
        ),
        "guidance_sign": -exact,
        "denoised_swapped": fraction(total * here + prior * (m - here), unit * total),
    }


@check("inverse_guidance.linear", tolerance=1e-6)
def linear_by_conditioning(
    mu: "Tensor",
    tau: "Tensor",
    sigma: "Tensor",
    a: "Tensor",
    s: "Tensor",
    x: "Tensor",
    y: "Tensor",
) -> Mapping[str, Any]:
    """Conditions the joint Gaussian of (x_0, x, y) by matrices, and takes slopes by autograd.

    The plug-in's density is found at its maximum, with its curvature there. All are [variants].
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    normal: Any = torch.distributions.Normal
    one, none = torch.ones_like(mu), torch.zeros_like(mu)
    # Rows: x_0, x and y as combinations of three independent standard normals.
    mixing = torch.stack((tau, none, none, tau, sigma, none, a * tau, none, s), -1)
    mixing = mixing.reshape(-1, 3, 3)
    cov, means = mixing @ mixing.mT, torch.stack((mu, mu, a * mu), -1)

    def given(row: int, known: int, value: "Tensor") -> tuple["Tensor", "Tensor"]:
        weight = cov[:, row, known] / cov[:, known, known]
        mean = means[:, row] + weight * (value - means[:, known])
        return mean, cov[:, row, row] - weight * cov[:, row, known]

    at = x.clone().requires_grad_(True)
    denoised, spread = given(0, 1, at)

    def slope(value: "Tensor") -> "Tensor":
        return torch.autograd.grad(value.sum(), at, retain_graph=True)[0]

    exact = slope(normal(given(2, 1, at)[0], given(2, 1, at)[1].sqrt()).log_prob(y))

    def fit(place: "Tensor") -> "Tensor":
        value: Tensor = normal(a * given(0, 1, place)[0], s).log_prob(y)
        return value

    plug_in = slope(fit(at))

    def guided(place: "Tensor") -> "Tensor":
        value: Tensor = normal(mu, cov[:, 1, 1].sqrt()).log_prob(place[:, 0]) + fit(place[:, 0])
        return value

    mean = maximise(guided, mu[:, None])[:, 0]
    top = mean.clone().requires_grad_(True)
    (first,) = torch.autograd.grad(guided(top[:, None]).sum(), top, create_graph=True)
    (curvature,) = torch.autograd.grad(first.sum(), top)
    exact_mean, exact_variance = given(1, 2, y)

    def widened(variance: "Tensor") -> "Tensor":
        return slope(normal(a * denoised, (a**2 * variance + s**2).sqrt()).log_prob(y))

    fixed = denoised.detach().clone().requires_grad_(True)
    (chainless,) = torch.autograd.grad(normal(a * fixed, s).log_prob(y).sum(), fixed)
    return {
        "denoised": denoised.detach(),
        "spread": spread.detach() * one,
        "exact_guidance": exact,
        "plug_in_guidance": plug_in,
        "ratio": given(2, 1, x)[1] / s**2,
        "exact_mean": exact_mean,
        "exact_variance": exact_variance,
        "plug_in_mean": mean,
        "plug_in_variance": -1 / curvature,
        "prior_variance": cov[:, 1, 1],
        "without_chain": chainless,
        "not_denoised": slope(normal(a * at, s).log_prob(y)),
        "measured_unsquared": plug_in * s,
        "noise_for_spread": widened(sigma**2),
        "prior_for_spread": widened(tau**2),
        "guidance_sign": -exact,
        "denoised_swapped": x + mu - denoised.detach(),
    }


@solver(
    "inverse_guidance.replacement",
    results={
        "right": "E[x_2 | x_1 = y, z_2]",
        "replaced": "E[x_2 | z_1, z_2], what a denoiser of both noisy pixels returns",
    },
    mistakes={
        "unconditional": "E[x_2 | z_2]: ignores the known pixel",
        "clean_as_noisy": "E[x_2 | z_1 = y, z_2]: the known value as if it were noisy",
        "noise_ignored": "rho y, the prediction from the known pixel alone",
        "copied": "z_2 itself",
    },
    examples=(
        {"rho": Fraction(4, 5), "sigma": 1, "y": 2, "z_1": 3, "z_2": 0},
        {"rho": Fraction(-1, 2), "sigma": 2, "y": 1, "z_1": -2, "z_2": 3},
        {"rho": Fraction(9, 10), "sigma": Fraction(1, 2), "y": -1, "z_1": -2, "z_2": 1},
    ),
)
def replacement(rho: Scalar, sigma: Scalar, y: Scalar, z_1: Scalar, z_2: Scalar) -> SolverResults:
    """Two pixels, standard normal with correlation rho; x_1 = y is known, z = x + sigma · noise.

    Given x_1, x_2 ~ N(rho y, 1 − rho²), seen through noise; given both noisy pixels the mean is
    linear in z. Source: Lugmayr et al., RePaint: inpainting using denoising diffusion
    probabilistic models (2022), section 4, whose known pixels are replaced by noisy ones. Raises
    ValueError for rho not between −1 and 1 and sigma not above zero.
    """
    require_positive("sigma", sigma)
    for name, value in (("rho", rho), ("y", y), ("z_1", z_1), ("z_2", z_2)):
        require_scalar(name, value)
    if not -1 < rho < 1:
        raise ValueError("rho must lie between -1 and 1")
    # All but rho in parts of one unit, rho as a quotient: whole numbers.
    (known, first_noisy, noisy, deviation), unit = over_common_denominator((y, z_1, z_2, sigma))
    up, run = rho.as_integer_ratio()
    one, noise, tilt, scale = unit**2, deviation**2, up**2, run**2
    loud, rest = one + noise, (scale - tilt) * one

    def both(first: int) -> Fraction:
        """The mean of x_2 given both noisy pixels, the first of them this one."""
        pulled = up * run * noise * first + (scale * loud - tilt * one) * noisy
        return fraction(unit * pulled, scale * loud**2 - tilt * one**2)

    return {
        "right": fraction(up * known * run * noise + rest * noisy, unit * (rest + scale * noise)),
        "replaced": both(first_noisy),
        "unconditional": fraction(unit * noisy, loud),
        "clean_as_noisy": both(known),
        "noise_ignored": rho * y,
        "copied": z_2,
    }


@check("inverse_guidance.replacement", tolerance=1e-7)
def replacement_by_tweedie(
    rho: "Tensor", sigma: "Tensor", y: "Tensor", z_1: "Tensor", z_2: "Tensor"
) -> Mapping[str, Any]:
    """Tweedie's formula with torch's joint densities; Bayes' rule on a grid where x_1 is known.

    All are [variants].
    """
    import torch

    normal: Any = torch.distributions.Normal
    several: Any = torch.distributions.MultivariateNormal
    square = torch.stack((torch.ones_like(rho), rho, rho, torch.ones_like(rho)), -1)
    square = square.reshape(-1, 2, 2)
    loud = square + (sigma**2)[:, None, None] * torch.eye(2, dtype=rho.dtype)

    def denoise(first: "Tensor") -> "Tensor":
        at = torch.stack((first, z_2), -1).requires_grad_(True)
        law = several(torch.zeros_like(at), loud)
        (score,) = torch.autograd.grad(law.log_prob(at).sum(), at)
        return z_2 + sigma**2 * score[:, 1]

    # Along the line x_1 = y, on a grid about the middle of what both sources say of x_2.
    reach = 10 + 10 * sigma + (rho * y - z_2).abs()
    grid = reach[:, None] * torch.linspace(-1, 1, 1201, dtype=rho.dtype)
    nodes = ((rho * y + z_2) / 2)[:, None] + grid
    pairs = torch.stack((y[:, None].expand_as(nodes), nodes), -1)
    logs = several(torch.zeros_like(pairs[:, :1]), square[:, None]).log_prob(pairs)
    alone = normal(0.0, 1.0).log_prob(nodes)
    seen = normal(nodes, sigma[:, None]).log_prob(z_2[:, None])

    def mean(values: "Tensor") -> "Tensor":
        return (torch.softmax(values, -1) * nodes).sum(-1)

    right, replaced = mean(logs + seen), denoise(z_1)
    return {
        "right": right,
        "replaced": replaced,
        "unconditional": mean(alone + seen),
        "clean_as_noisy": denoise(y),
        "noise_ignored": mean(logs),
        "copied": mean(seen),
    }
