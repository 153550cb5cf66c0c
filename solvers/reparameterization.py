"""The reparameterisation trick: samples as functions of their parameters and of noise."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import log, log10
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Formula, Number, Product, Sum
from qgen.document.values import Exact, SolverResults
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
from qgen.solvers.numerics.sampling_families import FAMILIES, MAPS, REST, U, Ways, require_family
from qgen.solvers.numerics.shape_arguments import square_root
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "reparameterization.location_scale",
    results={
        "z": "the sample mu + sigma eps",
        "slope_in_sigma": "the derivative of z with respect to sigma",
        "slope_in_log_variance": "the derivative of z with respect to ln sigma²",
    },
    mistakes={
        "variance_for_deviation": "Multiplies the noise with sigma²",
        "swapped": "Swaps the two parameters: sigma + mu eps",
        "standardised": "Applies the inverse map: (eps − mu)/sigma",
        "slope_in_log_deviation": "Differentiates with respect to ln sigma: twice too much",
        "slope_from_variance": "Takes sigma² for sigma in the derivative with respect to ln sigma²",
    },
    examples=(
        {"mu": 2, "sigma": Fraction(1, 2), "eps": Fraction(-6, 5)},
        {"mu": Fraction(-5, 2), "sigma": 3, "eps": Fraction(3, 2)},
        {"mu": 0, "sigma": 2, "eps": 1},
    ),
)
def location_scale(mu: Scalar, sigma: Scalar, eps: Scalar) -> SolverResults:
    """z = mu + sigma eps for given noise.

    sigma is a scale, for a Gaussian the standard deviation. dz/dsigma = eps; with
    sigma = exp(s/2), dz/ds = sigma eps/2. Source: Kingma and Welling, Auto-Encoding Variational
    Bayes (2014), section 2.4. Raises ValueError for a sigma that is not above zero.
    """
    require_scalar("mu", mu)
    require_positive("sigma", sigma)
    require_scalar("eps", eps)
    spread = sigma * eps
    return {
        "z": mu + spread,
        "slope_in_sigma": eps,
        "slope_in_log_variance": Fraction(spread) / 2,
        "variance_for_deviation": mu + sigma * spread,
        "swapped": sigma + mu * eps,
        "standardised": Fraction(eps - mu) / sigma,
        "slope_in_log_deviation": spread,
        "slope_from_variance": Fraction(sigma * spread) / 2,
    }


@check("reparameterization.location_scale", tolerance=1e-9)
def location_scale_by_quantiles(mu: "Tensor", sigma: "Tensor", eps: "Tensor") -> Mapping[str, Any]:
    """The sample is where the slope d ln p(z)/dz of the Gaussian density is −eps/sigma.

    That slope is linear in z, so two of its values give the place; the sample's own slopes come
    from the implicit function theorem, by autograd. The mistakes are samples and slopes for other
    parameters. All arguments: [variants].
    """
    import torch

    def score(point: "Tensor", centre: "Tensor", variance: "Tensor") -> "Tensor":
        """The derivative of the Gaussian log-density, which is −eps/sigma at the sample."""
        leaf = point.clone().requires_grad_(True)
        density = -((leaf - centre) ** 2) / (2 * variance)
        (slope,) = torch.autograd.grad(density.sum(), leaf, create_graph=True)
        return slope

    def sample(centre: "Tensor", scale: "Tensor") -> "Tensor":
        zero = torch.zeros_like(centre)
        start = score(zero, centre, scale**2)
        curvature = score(zero + 1, centre, scale**2) - start
        return ((-eps / scale - start) / curvature).detach()

    def slope(scale: "Tensor", scale_of: Callable[["Tensor"], "Tensor"], at: "Tensor") -> "Tensor":
        """The sample's derivative in a parameter, of which the scale is a function."""
        place = sample(mu, scale)
        parameter = at.detach().clone().requires_grad_(True)
        deviation = scale_of(parameter)
        equation = score(place, mu, deviation**2) + eps / deviation
        (change,) = torch.autograd.grad(equation.sum(), parameter)
        return change * scale**2

    def half_exponential(s: "Tensor") -> "Tensor":
        return (s / 2).exp()

    off_centre = torch.where(mu == 0, 1, mu)
    return {
        "z": sample(mu, sigma),
        "slope_in_sigma": slope(sigma, lambda s: s, sigma),
        "slope_in_log_variance": slope(sigma, half_exponential, 2 * sigma.log()),
        "variance_for_deviation": sample(mu, sigma**2),
        "swapped": torch.where(mu == 0, sigma, sample(sigma, off_centre)),
        "standardised": -sigma * score(eps, mu, sigma**2).detach(),
        "slope_in_log_deviation": slope(sigma, torch.exp, sigma.log()),
        "slope_from_variance": slope(sigma**2, half_exponential, 4 * sigma.log()),
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
        "pivots": "The squares of the diagonal entries of L: the root is forgotten",
        "deviations": "The standard deviations of the coordinates in place of the diagonal of L",
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
def cholesky(mu: Vector, covariance: Matrix, eps: Vector) -> SolverResults:
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
    deviations = tuple([square_root(covariance[i][i]) for i in range(len(mu))])
    spread = [each * noise for each, noise in zip(deviations, eps, strict=True)]
    turned = tuple(zip(*factor, strict=True))
    return {
        "factor": factor,
        "sample": _plus_product(mu, factor, eps),
        "covariance_as_factor": _plus_product(mu, covariance, eps),
        "factor_transposed": _plus_product(mu, turned, eps),
        "deviations_only": tuple([mean + each for mean, each in zip(mu, spread, strict=True)]),
        "pivots": tuple(pivots),
        "deviations": deviations,
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
    """The symmetric root of the covariance, from its eigenvalues, turned to a triangle by QR.

    One Newton step on L Lᵀ = covariance takes off what small eigenvalues lose to rounding. The
    square of a diagonal entry of L is a quotient of two leading determinants.
    """
    import torch

    def moved(matrix: "Tensor") -> "Tensor":
        return torch.baddbmm(mu[..., None], matrix, eps[..., None])[..., 0]

    values, vectors = torch.linalg.eigh(covariance)
    root = vectors * values.sqrt()[:, None, :]
    _, upper = torch.linalg.qr(root.mT)
    signs = upper.diagonal(dim1=-2, dim2=-1).sign()
    factor = _nearer((upper * signs[..., None]).mT, covariance)
    sizes = range(1, mu.shape[-1] + 1)
    minors = torch.stack([torch.linalg.det(covariance[:, :k, :k]) for k in sizes], dim=-1)
    deviations = (vectors**2 * values[:, None, :]).sum(-1).sqrt()
    return {
        "factor": factor,
        "sample": moved(factor),
        "covariance_as_factor": moved(vectors @ (values[..., None] * vectors.mT)),
        "factor_transposed": moved(factor.mT),
        "deviations_only": moved(torch.diag_embed(deviations)),
        "pivots": minors / torch.cat((torch.ones_like(minors[:, :1]), minors[:, :-1]), dim=-1),
        "deviations": deviations,
    }


def _nearer(factor: "Tensor", covariance: "Tensor") -> "Tensor":
    """A lower triangular L after one Newton step on L Lᵀ = covariance; both [variants, d, d].

    With E = L⁻¹ covariance L⁻ᵀ − I, what is missing is L times E's lower triangle, its diagonal
    halved, up to what is quadratic in E.
    """
    import torch

    half = torch.linalg.solve_triangular(factor, covariance, upper=False)
    whole = torch.linalg.solve_triangular(factor, half.mT, upper=False)
    missing = (whole - torch.eye(factor.shape[-1], dtype=factor.dtype)).tril()
    step = missing - torch.diag_embed(missing.diagonal(dim1=-2, dim2=-1)) / 2
    nearer: Tensor = factor + factor @ step
    return nearer


@solver(
    "reparameterization.inverse_cdf",
    results={
        "sample": "the sample, the inverse distribution function at u",
        "sample_formula": "the sample as a formula in u",
    },
    mistakes={
        "complement": "Puts 1 − u in place of u",
        "scale_inverted": "Divides by the scale (takes a rate for a scale, or the reverse)",
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
def inverse_cdf(family: str, u: Scalar, location: Scalar = 0, scale: Scalar = 1) -> SolverResults:
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
        "complement": start + size * known.quantile(rest, share, log),
        "scale_inverted": start + standard / size,
        "distribution_at_u": known.distribution((share - start) / size),
        "logarithm_to_base_ten": start + size * known.quantile(share, rest, log10),
        "complement_formula": _moved_formula(location, known.sign * scale, known.size(REST, U)),
        "sign_lost_formula": _moved_formula(location, -known.sign * scale, known.size(U, REST)),
    }


def _moved_formula(start: Exact, factor: Exact, part: Formula) -> Formula:
    """start + factor · part, without a zero or a one that need not be written."""
    stretched = part if factor == 1 else Product((Number(factor), part))
    return Sum((Number(start), stretched)) if start else stretched


@check("reparameterization.inverse_cdf", tolerance=1e-8)
def inverse_cdf_by_bisection(
    family: list[str], u: "Tensor", location: "Tensor", scale: "Tensor"
) -> Mapping[str, Any]:
    """Halves an interval until torch's distribution function gives u; arguments [variants].

    Logarithms to base 10 are natural ones for the scale over ln 10; the Gumbel quantile, with one
    inside the other, moves by ln ln 10 as well. A uniform quantile has no logarithm.
    """
    import torch

    from qgen.solvers.numerics.sampling_families import distribution_at, quantile_by_bisection

    members = {
        name: torch.tensor([i for i, each in enumerate(family) if each == name])
        for name in dict.fromkeys(family)
    }

    def each(
        law: Callable[..., "Tensor"], point: "Tensor", start: "Tensor", size: "Tensor"
    ) -> "Tensor":
        """A function of every variant's own family, for points [variants, points]."""
        found = torch.empty_like(point)
        for name, rows in members.items():
            at = point[rows]
            first, second = start[rows, None].expand_as(at), size[rows, None].expand_as(at)
            found[rows] = law(name, first, second, at)
        return found

    def quantile(share: "Tensor", start: "Tensor", size: "Tensor") -> "Tensor":
        return each(quantile_by_bisection, share[:, None], start, size)[:, 0]

    base = torch.tensor(10.0, dtype=u.dtype).log()
    plain = torch.tensor([name == "uniform" for name in family])
    nested = torch.tensor([name == "gumbel" for name in family])
    narrow = torch.where(plain, scale, scale / base)
    shifted = location + torch.where(nested, narrow * base.log(), 0)
    return {
        "sample": quantile(u, location, scale),
        "sample_formula": lambda points: each(quantile_by_bisection, points["u"], location, scale),
        "complement": quantile(1 - u, location, scale),
        "scale_inverted": quantile(u, location, 1 / scale),
        "distribution_at_u": each(distribution_at, u[:, None], location, scale)[:, 0],
        "logarithm_to_base_ten": quantile(u, shifted, narrow),
        "complement_formula": lambda points: each(
            quantile_by_bisection, 1 - points["u"], location, scale
        ),
        "sign_lost_formula": lambda points: (
            2 * location[:, None] - each(quantile_by_bisection, points["u"], location, scale)
        ),
    }


@solver(
    "reparameterization.admits",
    results={
        "location_scale": "for each family whether z = location + scale · noise, with noise of a "
        "fixed distribution, gives it with all its parameters",
        "inverse_cdf": "whether z is a smooth elementary function of a uniform u: the inverse "
        "distribution function",
        "differentiable": "whether z can be a differentiable function of the parameters and of "
        "noise in any way (these two, composition, implicit): pathwise gradients exist",
    },
    examples=(
        {"families": ("normal", "exponential", "categorical")},
        *({"families": (family,)} for family in FAMILIES),
    ),
)
def admits(families: tuple[str, ...]) -> SolverResults:
    """Which ways of reparameterising some families have, by name (`normal`, `bernoulli`, …).

    Discrete families have none, as their samples jump. Sources: Kingma and Welling, Auto-Encoding
    Variational Bayes (2014), section 2.4, with its three ways; for gamma, beta and Dirichlet
    distributions Figurnov, Mohamed and Mnih, Implicit Reparameterization Gradients (2018). Raises
    ValueError for an unknown family and for none.
    """
    if type(families) is not tuple or not families:
        raise ValueError("families must be names of families, at least one")
    for family in families:
        require_family(family, FAMILIES)
    ways = [FAMILIES[family] for family in families]
    return {name: tuple([getattr(way, name) for way in ways]) for name in Ways._fields}


@check("reparameterization.admits", tolerance=0)
def admits_by_sampling(families: list[tuple[str, ...]]) -> Mapping[str, Any]:
    """What torch's own samplers of these families do with the same noise."""
    import torch

    from qgen.solvers.numerics.sampling_families import ways_by_sampling

    found = {name: ways_by_sampling(name) for each in families for name in each}
    return {
        way: torch.tensor([[getattr(found[name], way) for name in each] for each in families])
        for way in Ways._fields
    }
