"""The reparameterisation trick: samples as functions of their parameters and of noise."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import log, log10
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Expression, Number, Product, Sum
from qgen.document.values import Answers, Exact
from qgen.solvers.numerics.arguments import (
    Matrix,
    Scalar,
    Vector,
    require_between_zero_and_one,
    require_positive,
    require_scalar,
    require_vector,
)
from qgen.solvers.numerics.exact_linear_algebra import ldl, require_positive_definite
from qgen.solvers.numerics.sampling_families import FAMILIES, MAPS, REST, U, require_family
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "reparameterization.location_scale",
    results={
        "z": "the sample mu + sigma eps",
        "slope_in_mu": "the derivative of z with respect to mu",
        "slope_in_sigma": "the derivative of z with respect to sigma",
        "slope_in_log_variance": "the derivative of z with respect to ln sigma²",
    },
    mistakes={
        "variance_for_deviation": "Multiplies the noise with sigma²",
        "mu_forgotten": "Leaves mu out: sigma eps",
        "sigma_forgotten": "Leaves sigma out: mu + eps",
        "swapped": "Swaps the two parameters: sigma + mu eps",
        "noise_subtracted": "Subtracts the noise: mu − sigma eps",
        "standardised": "Applies the inverse map: (eps − mu)/sigma",
        "slope_in_log_deviation": "Differentiates with respect to ln sigma: twice too much",
    },
    examples=(
        {"mu": 2, "sigma": Fraction(1, 2), "eps": Fraction(-6, 5)},
        {"mu": (1, -2), "sigma": (Fraction(1, 2), 3), "eps": (Fraction(3, 2), Fraction(-1, 3))},
        {"mu": (0, 4, 1), "sigma": (2, Fraction(1, 3), 3), "eps": (1, 0, Fraction(7, 10))},
        {"mu": -1, "sigma": 1, "eps": 0},
    ),
)
def location_scale(mu: Scalar | Vector, sigma: Scalar | Vector, eps: Scalar | Vector) -> Answers:
    """z = mu + sigma eps for given noise: three numbers, or three vectors entry by entry.

    sigma is a scale, for a Gaussian law the standard deviation. dz/dmu = 1, dz/dsigma = eps;
    with sigma = exp(s/2), dz/ds = sigma eps/2. Source: Kingma and Welling, Auto-Encoding
    Variational Bayes (2014), section 2.4. Raises ValueError for vectors of different lengths,
    for vectors mixed with numbers, and a sigma that is not above zero.
    """
    if isinstance(mu, tuple) and isinstance(sigma, tuple) and isinstance(eps, tuple):
        require_vector("mu", mu)
        require_vector("sigma", sigma, len(mu))
        require_vector("eps", eps, len(mu))
        rows = [_moved(*entries) for entries in zip(mu, sigma, eps, strict=True)]
        return {name: tuple([row[name] for row in rows]) for name in rows[0]}
    if isinstance(mu, tuple) or isinstance(sigma, tuple) or isinstance(eps, tuple):
        raise ValueError("mu, sigma and eps must be three numbers or three vectors")
    require_scalar("mu", mu)
    require_scalar("eps", eps)
    return _moved(mu, sigma, eps)


def _moved(mu: Exact, sigma: Exact, eps: Exact) -> dict[str, Exact]:
    require_positive("sigma", sigma)
    spread = sigma * eps
    return {
        "z": mu + spread,
        "slope_in_mu": 1,
        "slope_in_sigma": eps,
        "slope_in_log_variance": Fraction(spread) / 2,
        "variance_for_deviation": mu + sigma * spread,
        "mu_forgotten": spread,
        "sigma_forgotten": mu + eps,
        "swapped": sigma + mu * eps,
        "noise_subtracted": mu - spread,
        "standardised": Fraction(eps - mu) / sigma,
        "slope_in_log_deviation": spread,
    }


@check("reparameterization.location_scale", tolerance=1e-9)
def location_scale_by_quantiles(mu: "Tensor", sigma: "Tensor", eps: "Tensor") -> Mapping[str, Any]:
    """The sample is where the slope d ln p(z)/dz of the Gaussian density is −eps/sigma.

    That slope is linear in z, so two of its values give the place; the sample's own slopes come
    from the implicit function theorem, by autograd. All arguments have one shape.
    """
    import torch

    mean, deviation = (each.clone().requires_grad_(True) for each in (mu, sigma))
    log_variance = (2 * deviation.detach().log()).requires_grad_(True)

    def score(point: "Tensor", centre: "Tensor", variance: "Tensor") -> "Tensor":
        """The derivative of the Gaussian log-density, which is −eps/sigma at the sample."""
        leaf = point.clone().requires_grad_(True)
        density = -((leaf - centre) ** 2) / (2 * variance)
        (slope,) = torch.autograd.grad(density.sum(), leaf, create_graph=True)
        return slope

    zero = torch.zeros_like(mu)
    start = score(zero, mu, sigma**2)
    curvature = score(zero + 1, mu, sigma**2) - start
    z = ((-eps / sigma - start) / curvature).detach()

    def implicit(equation: "Tensor", parameter: "Tensor") -> "Tensor":
        (slope,) = torch.autograd.grad(equation.sum(), parameter, retain_graph=True)
        return -slope / curvature.detach()

    by_deviation = score(z, mean, deviation**2) + eps / deviation
    by_variance = score(z, mu, log_variance.exp()) + eps / (log_variance / 2).exp()
    return {
        "z": z,
        "slope_in_mu": implicit(by_deviation, mean),
        "slope_in_sigma": implicit(by_deviation, deviation),
        "slope_in_log_variance": implicit(by_variance, log_variance),
    }


@solver(
    "reparameterization.cholesky",
    results={
        "factor": "the lower triangular Cholesky factor L of the covariance, L Lᵀ = covariance",
        "sample": "the sample mu + L eps",
    },
    mistakes={
        "covariance_as_factor": "Multiplies the noise with the covariance itself",
        "factor_transposed": "Multiplies the noise with Lᵀ",
        "deviations_only": "Multiplies each noise with its own standard deviation only",
        "unit_factor": "Takes the unit triangular factor of L D Lᵀ and forgets the root of D",
        "mu_forgotten": "Leaves mu out: L eps",
    },
    examples=(
        {"mu": (1, -1), "covariance": ((4, 2), (2, 5)), "eps": (Fraction(1, 2), -1)},
        {"mu": (0, 3), "covariance": ((2, -1), (-1, 3)), "eps": (1, Fraction(1, 5))},
        {
            "mu": (1, 2, 3),
            "covariance": ((4, 2, -2), (2, 10, 5), (-2, 5, 9)),
            "eps": (1, -1, Fraction(1, 2)),
        },
        {"mu": (5,), "covariance": ((Fraction(9, 4),),), "eps": (-2,)},
    ),
)
def cholesky(mu: Vector, covariance: Matrix, eps: Vector) -> Answers:
    """z = mu + L eps has the covariance L Lᵀ if the entries of eps are independent and standard.

    mu, eps: [d]; covariance: [d, d]. L is the unit triangular factor of L D Lᵀ times the root of
    D, so that it is exact where these roots are. Source: Kingma and Welling, An Introduction to
    Variational Autoencoders (2019), section 2.5.1 (z = mu + L eps). Raises ValueError for
    lengths that differ and a matrix that is not symmetric positive definite.
    """
    require_vector("mu", mu)
    require_vector("eps", eps, len(mu))
    require_positive_definite("covariance", covariance, len(mu))
    unit, pivots = ldl(covariance)
    roots = [square_root(pivot) for pivot in pivots]
    factor = tuple(
        [tuple([entry * root for entry, root in zip(row, roots, strict=True)]) for row in unit]
    )
    deviations = [square_root(covariance[i][i]) for i in range(len(mu))]
    spread = [each * noise for each, noise in zip(deviations, eps, strict=True)]
    turned = tuple(zip(*factor, strict=True))
    return {
        "factor": factor,
        "sample": _plus_product(mu, factor, eps),
        "covariance_as_factor": _plus_product(mu, covariance, eps),
        "factor_transposed": _plus_product(mu, turned, eps),
        "deviations_only": tuple([mean + each for mean, each in zip(mu, spread, strict=True)]),
        "unit_factor": _plus_product(mu, unit, eps),
        "mu_forgotten": _plus_product((0,) * len(mu), factor, eps),
    }


def _plus_product(
    start: Vector, matrix: Sequence[Sequence[Exact | float]], vector: Vector
) -> tuple[Exact | float, ...]:
    """start + matrix · vector."""
    return tuple(
        [
            sum([entry * noise for entry, noise in zip(row, vector, strict=True)], first)
            for first, row in zip(start, matrix, strict=True)
        ]
    )


@check("reparameterization.cholesky", tolerance=1e-8)
def cholesky_by_eigenvalues(mu: "Tensor", covariance: "Tensor", eps: "Tensor") -> Mapping[str, Any]:
    """The symmetric root of the covariance, from its eigenvalues, turned to a triangle by QR."""
    import torch

    values, vectors = torch.linalg.eigh(covariance)
    root = vectors * values.sqrt()[:, None, :]
    _, upper = torch.linalg.qr(root.mT)
    signs = upper.diagonal(dim1=-2, dim2=-1).sign()
    factor = (upper * signs[..., None]).mT
    return {"factor": factor, "sample": mu + (factor @ eps[..., None])[..., 0]}


@solver(
    "reparameterization.inverse_cdf",
    results={
        "sample": "the sample, the inverse distribution function at u",
        "sample_formula": "the sample as a formula in u",
        "slope_in_scale": "the derivative of the sample with respect to the scale, for fixed u",
    },
    mistakes={
        "complement": "Puts 1 − u in place of u",
        "sign_lost": "Loses the sign: location − scale times the standard quantile",
        "scale_inverted": "Divides by the scale (takes a rate for a scale, or the reverse)",
        "location_forgotten": "Leaves the location out",
        "distribution_at_u": "Applies the distribution function instead of its inverse",
        "logarithm_to_base_ten": "Takes logarithms to base 10",
        "complement_formula": "Puts 1 − u in place of u, a formula in u",
        "sign_lost_formula": "Loses the sign, a formula in u",
    },
    domains={
        "sample_formula": {"u": "probability"},
        "complement_formula": {"u": "probability"},
        "sign_lost_formula": {"u": "probability"},
    },
    examples=(
        {"family": "exponential", "u": Fraction(3, 4), "scale": Fraction(1, 2)},
        {"family": "logistic", "u": Fraction(1, 5), "location": 2, "scale": 3},
        {"family": "gumbel", "u": Fraction(9, 10), "location": -1, "scale": Fraction(3, 2)},
        {"family": "uniform", "u": Fraction(1, 3), "location": 2, "scale": 4},
        {"family": "gumbel", "u": Fraction(1, 100), "location": 0, "scale": 1},
    ),
)
def inverse_cdf(family: str, u: Scalar, location: Scalar = 0, scale: Scalar = 1) -> Answers:
    """location + scale times the standard quantile of u, for u uniform on (0, 1).

    exponential: −ln(1 − u), where scale is the mean, one over the rate; logistic: ln(u/(1 − u));
    gumbel: −ln(−ln u); uniform: u, on (location, location + scale). Source: Devroye,
    Non-Uniform Random Variate Generation (1986), section II.2 (inversion). Raises ValueError
    for another family, u outside (0, 1), and a scale that is not above zero.
    """
    require_family(family, MAPS)
    require_between_zero_and_one("u", u)
    require_scalar("location", location)
    require_positive("scale", scale)
    start, size = float(location), float(scale)
    share, rest = float(u), float(1 - u)
    known = MAPS[family]
    standard = known.quantile(share, rest, log)
    return {
        "sample": start + size * standard,
        "sample_formula": _moved_formula(location, known.sign * scale, known.size(U, REST)),
        "slope_in_scale": standard,
        "complement": start + size * known.quantile(rest, share, log),
        "sign_lost": start - size * standard,
        "scale_inverted": start + standard / size,
        "location_forgotten": size * standard,
        "distribution_at_u": known.distribution((share - start) / size),
        "logarithm_to_base_ten": start + size * known.quantile(share, rest, log10),
        "complement_formula": _moved_formula(location, known.sign * scale, known.size(REST, U)),
        "sign_lost_formula": _moved_formula(location, -known.sign * scale, known.size(U, REST)),
    }


def _moved_formula(start: Exact, factor: Exact, part: Expression) -> Expression:
    """start + factor · part, without a zero or a one that need not be written."""
    stretched = part if factor == 1 else Product((Number(factor), part))
    return Sum((Number(start), stretched)) if start else stretched


@check("reparameterization.inverse_cdf", tolerance=1e-8)
def inverse_cdf_by_bisection(
    family: list[str], u: "Tensor", location: "Tensor", scale: "Tensor"
) -> Mapping[str, Any]:
    """Halves an interval until torch's distribution function gives u; arguments [variants]."""
    import torch

    from qgen.solvers.numerics.sampling_families import quantile_by_bisection

    members = {
        name: torch.tensor([i for i, each in enumerate(family) if each == name])
        for name in dict.fromkeys(family)
    }

    def quantile(share: "Tensor", size: "Tensor") -> "Tensor":
        """For shares [variants, points]."""
        found = torch.empty_like(share)
        for name, rows in members.items():
            start = location[rows, None].expand_as(share[rows])
            stretch = size[rows, None].expand_as(share[rows])
            found[rows] = quantile_by_bisection(name, start, stretch, share[rows])
        return found

    sample = quantile(u[:, None], scale)[:, 0]
    stretched = quantile(u[:, None], 2 * scale)[:, 0]
    return {
        "sample": sample,
        "sample_formula": lambda points: quantile(points["u"], scale),
        "slope_in_scale": (stretched - sample) / scale,
    }


@solver(
    "reparameterization.admits",
    results={
        "location_scale": "whether z = location + scale · noise, with noise of a fixed law, gives "
        "the family with all its parameters",
        "inverse_cdf": "whether z is a smooth elementary function of a uniform u: the inverse "
        "distribution function",
        "differentiable": "whether z can be a differentiable function of the parameters and of "
        "noise in any way (these two, composition, implicit): pathwise gradients exist",
    },
    examples=tuple({"family": family} for family in FAMILIES),
)
def admits(family: str) -> Answers:
    """Which ways of reparameterising a family has, by its name (`normal`, `gamma`, `bernoulli`, …).

    Discrete families have none, as their samples jump. Sources: Kingma and Welling, Auto-Encoding
    Variational Bayes (2014), section 2.4, with its three ways; for gamma, beta and Dirichlet laws
    Figurnov, Mohamed and Mnih, Implicit Reparameterization Gradients (2018). Raises ValueError
    for an unknown family.
    """
    require_family(family, FAMILIES)
    return FAMILIES[family]._asdict()


@check("reparameterization.admits", tolerance=0)
def admits_by_sampling(family: list[str]) -> Mapping[str, Any]:
    """What torch's own samplers of these families do with the same noise."""
    import torch

    from qgen.solvers.numerics.sampling_families import ways_by_sampling

    found = {name: ways_by_sampling(name) for name in dict.fromkeys(family)}
    return {
        way: torch.tensor([getattr(found[name], way) for name in family])
        for way in ("location_scale", "inverse_cdf", "differentiable")
    }
