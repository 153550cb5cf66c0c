"""Evidence and ELBO of the linear-Gaussian latent variable model with one latent coordinate.

z ~ N(0, 1) and x_i = w_i z + b_i + alpha eps_i with independent eps_i ~ N(0, 1); x is observed.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import exp, log, pi, prod
from typing import TYPE_CHECKING, Any, NamedTuple

from qgen.document.numbers import fraction
from qgen.document.values import Exact, SolverResults, Values
from qgen.solvers.numerics.arguments import (
    Matrix,
    Scalar,
    Vector,
    over_common_denominator,
    require_positive,
    require_scalar,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LOG_TWO_PI = log(2 * pi)
_MODELS: tuple[Values, ...] = (
    {"w": (2,), "b": (1,), "alpha": Fraction(1, 2), "x": (Fraction(5, 2),)},
    {"w": (1, -2), "b": (0, 1), "alpha": 1, "x": (2, -1)},
    {"w": (3, 4, 1), "b": (2, 1, -2), "alpha": 2, "x": (1, 4, Fraction(-1, 2))},
    {"w": (Fraction(1, 3), 0), "b": (0, 0), "alpha": 3, "x": (1, -4)},
)
_POINTS: tuple[Values, ...] = (
    {"m": Fraction(1, 2), "s": Fraction(1, 2)},
    {"m": 1, "s": Fraction(1, 3)},
    {"m": 0, "s": 1},
    {"m": Fraction(1, 82), "s": Fraction(9, 10)},
)


class _Model(NamedTuple):
    """Numbers that both solvers need: the noise's variance, Σ w_i², and x − b multiplied out."""

    dimensions: int
    noise: Exact
    signal: Exact
    residuals: Vector
    squares: Exact
    along: Exact

    @property
    def parts(self) -> tuple[list[int], int]:
        """Noise, signal, squares and along in parts of one unit, and the unit."""
        return over_common_denominator((self.noise, self.signal, self.squares, self.along))

    @property
    def distance(self) -> Fraction:
        """The squared Mahalanobis distance of x under noise · I + w wᵀ (Sherman-Morrison)."""
        (noise, signal, squares, along), _ = self.parts
        total = noise + signal
        return fraction(squares * total - along * along, noise * total)

    def log_density(self, distance: float, log_determinant: float) -> float:
        return -(self.dimensions * _LOG_TWO_PI + log_determinant + distance) / 2

    @property
    def log_determinant(self) -> float:
        total = self.noise + self.signal
        return (self.dimensions - 1) * log(self.noise) + log(total)


def _model(w: Vector, b: Vector, alpha: Scalar, x: Vector) -> _Model:
    require_vector("w", w)
    require_vector("b", b, len(w))
    require_vector("x", x, len(w))
    require_positive("alpha", alpha)
    if not any(w):
        raise ValueError("w must have an entry other than 0")
    residuals = tuple([value - shift for value, shift in zip(x, b, strict=True)])
    return _Model(
        len(w),
        alpha * alpha,
        sum([slope * slope for slope in w]),
        residuals,
        sum([each * each for each in residuals]),
        sum([slope * each for slope, each in zip(w, residuals, strict=True)]),
    )


def _covariance(w: Vector, noise: Exact) -> Matrix:
    return tuple(
        [
            tuple([a * b + (noise if i == j else 0) for j, b in enumerate(w)])
            for i, a in enumerate(w)
        ]
    )


@solver(
    "linear_gaussian_evidence.evidence",
    results={
        "mean": "mean of p(x)",
        "covariance": "covariance matrix of p(x)",
        "determinant": "determinant of that matrix",
        "distance": "squared Mahalanobis distance of x from the mean of p(x)",
        "log_evidence": "ln p(x) at the observed x",
        "evidence": "the density p(x) at the observed x",
        "independent": "whether the coordinates of x are independent under p(x)",
    },
    mistakes={
        "covariance_without_noise": "Forgets the noise: w wᵀ",
        "covariance_unsquared_noise": "Takes alpha for the noise's variance",
        "covariance_diagonal": "Keeps the variances only, without the covariances",
        "determinant_apart": "The product of the variances: the determinant without covariances",
        "distance_apart": "The squared distance as if the coordinates were independent",
        "distance_without_latent": "Divides the squared deviations by the noise's variance alone",
        "coordinates_multiplied": "Multiplies the densities of the coordinates as if independent",
        "prior_ignored": "ln p(x | z = 0): the spread of z is left out",
        "posterior_mean_plugged_in": "ln p(x | z) at the posterior mean of z",
        "constant_forgotten": "Forgets d ln(2π)/2",
        "half_forgotten": "Forgets the factor 1/2",
        "determinant_forgotten": "Forgets the determinant",
        "determinant_not_rooted": "Divides by the determinant instead of its root",
    },
    examples=_MODELS,
)
def evidence(w: Vector, b: Vector, alpha: Scalar, x: Vector) -> SolverResults:
    """p(x) = N(x; b, alpha² I + w wᵀ), for vectors w, b and x of one length d.

    Its determinant is alpha^(2d − 2) (alpha² + |w|²), and by Sherman and Morrison the distance is
    (|r|² − (w · r)² / (alpha² + |w|²)) / alpha² with r = x − b. Source: Bishop, Pattern Recognition
    and Machine Learning (2006), equations 12.35 and 12.36. Raises ValueError for vectors of
    different lengths, w without an entry other than zero, and alpha not above zero.
    """
    model = _model(w, b, alpha, x)
    d, noise, total = model.dimensions, model.noise, model.noise + model.signal
    (own, signal, squares, along), _ = model.parts
    both = own + signal
    distance, log_determinant = model.distance, model.log_determinant
    log_evidence = model.log_density(float(distance), log_determinant)
    variances = [slope * slope + noise for slope in w]
    apart = sum([Fraction(r * r) / v for r, v in zip(model.residuals, variances, strict=True)])
    misfit = squares * both * both - along * along * (2 * both - signal)
    return {
        "mean": b,
        "covariance": _covariance(w, noise),
        "determinant": noise ** (d - 1) * total,
        "distance": distance,
        "log_evidence": log_evidence,
        "evidence": exp(log_evidence),
        "independent": sum([bool(slope) for slope in w]) < 2,
        "covariance_without_noise": _covariance(w, 0),
        "covariance_unsquared_noise": _covariance(w, alpha),
        "covariance_diagonal": tuple(
            [tuple([v if i == j else 0 for j in range(d)]) for i, v in enumerate(variances)]
        ),
        "determinant_apart": prod(variances),
        "distance_apart": apart,
        "distance_without_latent": fraction(squares, own),
        "coordinates_multiplied": model.log_density(float(apart), sum(map(log, variances))),
        "prior_ignored": model.log_density(squares / own, d * log(noise)),
        "posterior_mean_plugged_in": model.log_density(
            misfit / (own * both * both), d * log(noise)
        ),
        "constant_forgotten": log_evidence + d * _LOG_TWO_PI / 2,
        "half_forgotten": 2 * log_evidence,
        "determinant_forgotten": log_evidence + log_determinant / 2,
        "determinant_not_rooted": log_evidence - log_determinant / 2,
    }


def _moments(w: "Tensor", b: "Tensor", alpha: "Tensor") -> tuple["Tensor", "Tensor", "Tensor"]:
    """Mean [variants, d] and covariance [variants, d, d] of x; its covariance with z [variants, d].

    Over cubature nodes of z and eps, which give the first two moments exactly.
    """
    from qgen.solvers.numerics.numerical_methods import cubature_nodes

    nodes = cubature_nodes(w.shape[1] + 1)
    data = w[:, None, :] * nodes[:, :1] + b[:, None, :] + alpha[:, None, None] * nodes[:, 1:]
    mean = data.mean(1)
    centred = data - mean[:, None, :]
    count = len(nodes)
    return mean, centred.mT @ centred / count, (centred * nodes[:, :1]).sum(1) / count


def _log_evidence(w: "Tensor", b: "Tensor", alpha: "Tensor", x: "Tensor") -> "Tensor":
    """ln p(x), by torch's multivariate normal distribution."""
    from torch.distributions import MultivariateNormal

    from qgen.solvers.numerics.torch_laws import log_density

    mean, covariance, _ = _moments(w, b, alpha)
    return log_density(MultivariateNormal(mean, covariance), x)


@check("linear_gaussian_evidence.evidence", tolerance=1e-7)
def evidence_by_moments(
    w: "Tensor", b: "Tensor", alpha: "Tensor", x: "Tensor"
) -> Mapping[str, Any]:
    """Pushes cubature nodes of (z, eps) through the model; linear algebra on their moments.

    Mistakes change the noise that is pushed through (none, or √alpha), or leave a term of the
    log density out, in which torch's own densities stand for whole terms.
    """
    import torch
    from torch.distributions import Normal

    from qgen.solvers.numerics.torch_laws import log_density

    mean, covariance, with_latent = _moments(w, b, alpha)
    noiseless, careless = torch.zeros_like(alpha), alpha.sqrt()
    variances = covariance.diagonal(dim1=-2, dim2=-1)
    residual = (x - mean)[..., None]
    solved = torch.linalg.solve(covariance, residual)
    distance = (residual * solved).sum((-2, -1))
    log_determinant = torch.linalg.slogdet(covariance).logabsdet
    log_evidence = _log_evidence(w, b, alpha, x)

    def given(z: "Tensor") -> "Tensor":
        """ln p(x | z)."""
        return log_density(Normal(w * z[:, None] + b, alpha[:, None]), x).sum(-1)

    return {
        "mean": mean,
        "covariance": covariance,
        "determinant": torch.linalg.det(covariance),
        "distance": distance,
        "log_evidence": log_evidence,
        "evidence": log_evidence.exp(),
        "independent": (covariance - torch.diag_embed(variances)).abs().amax((-2, -1)) < 1e-12,
        "covariance_without_noise": _moments(w, b, noiseless)[1],
        "covariance_unsquared_noise": _moments(w, b, careless)[1],
        "covariance_diagonal": torch.diag_embed(variances),
        "determinant_apart": torch.linalg.det(torch.diag_embed(variances)),
        "distance_apart": (residual[..., 0] / variances.sqrt()).square().sum(-1),
        "distance_without_latent": (residual[..., 0] / alpha[:, None]).square().sum(-1),
        "coordinates_multiplied": log_density(Normal(mean, variances.sqrt()), x).sum(-1),
        "prior_ignored": given(torch.zeros_like(alpha)),
        "posterior_mean_plugged_in": given((with_latent * solved[..., 0]).sum(-1)),
        "constant_forgotten": -(log_determinant + distance) / 2,
        "half_forgotten": 2 * log_evidence,
        "determinant_forgotten": log_density(Normal(0.0, 1.0), torch.zeros_like(x)).sum(-1)
        - distance / 2,
        "determinant_not_rooted": log_evidence - log_determinant / 2,
    }


@solver(
    "linear_gaussian_evidence.elbo",
    results={
        "elbo": "the evidence lower bound of q(z) = N(m, s²)",
        "log_evidence": "ln p(x)",
        "gap": "ln p(x) − ELBO, which is KL(q ‖ posterior)",
        "reconstruction": "the reconstruction term, the mean of ln p(x | z) under q",
        "rate": "the KL term, KL(q ‖ prior)",
        "posterior_mean": "the best m, the mean of p(z | x)",
        "posterior_variance": "the best s², the variance of p(z | x)",
        "tight": "whether the ELBO equals ln p(x), as q is the posterior",
    },
    mistakes={
        "kl_added": "Adds the KL term",
        "kl_forgotten_half": "Forgets the factor 1/2 of the KL term",
        "reconstruction_at_mean": "The reconstruction term at z = m alone, without w² s²",
        "elbo_at_mean": "The ELBO with that reconstruction term",
        "entropy_forgotten": "Leaves the entropy of q out",
        "constant_forgotten": "Forgets ln(2π) in the reconstruction term",
        "variance_for_deviation": "Takes s for the variance of q",
        "gap_swapped": "Swaps the arguments: KL(posterior ‖ q)",
        "negated": "The loss, minus the ELBO",
    },
    examples=tuple({**model, **point} for model, point in zip(_MODELS, _POINTS, strict=True)),
)
def elbo(w: Vector, b: Vector, alpha: Scalar, x: Vector, m: Scalar, s: Scalar) -> SolverResults:
    """The ELBO of q(z) = N(m, s²) for one x: reconstruction term − KL(q ‖ N(0, 1)).

    The mean of |x − w z − b|² under q is |r − w m|² + |w|² s² with r = x − b. The gap is the
    divergence from the posterior, of mean w · r/(alpha² + |w|²) and variance
    alpha²/(alpha² + |w|²). Sources: Kingma and Welling, Auto-Encoding Variational Bayes (2014),
    equations 1 to 3 and appendix B; Bishop, Pattern Recognition and Machine Learning (2006),
    equation 12.42. Raises ValueError as
    `evidence` does, and for s not above zero.
    """
    model = _model(w, b, alpha, x)
    require_scalar("m", m)
    require_positive("s", s)
    (noise, signal, squares, along), _ = model.parts
    (centre, width), unit = over_common_denominator((m, s))
    total, square, variance = noise + signal, unit * unit, width * width
    # Misfits are in parts of the noise over `below`, the encoder's numbers in parts of its unit.
    below, constant = square * noise, model.dimensions * log(model.noise)
    misfit = squares * square - 2 * centre * unit * along + centre * centre * signal
    reconstruction = model.log_density((misfit + signal * variance) / below, constant)
    at_mean = model.log_density(misfit / below, constant)
    power, spread = centre * centre - square, width * unit
    rate = (variance + power) / (2 * square) - log(s)
    careless = model.log_density((misfit + signal * spread) / below, constant) - (
        (spread + power) / (2 * square) - log(s) / 2
    )
    apart = (centre * total - along * unit) ** 2
    wide, narrow = variance * total, below
    bound = reconstruction - rate
    return {
        "elbo": bound,
        "log_evidence": model.log_density(float(model.distance), model.log_determinant),
        "gap": ((wide - narrow) * total + apart) / (narrow * total) / 2 - log(wide / narrow) / 2,
        "reconstruction": reconstruction,
        "rate": rate,
        "posterior_mean": fraction(along, total),
        "posterior_variance": fraction(noise, total),
        "tight": not apart and wide == narrow,
        "kl_added": reconstruction + rate,
        "kl_forgotten_half": reconstruction - 2 * rate,
        "reconstruction_at_mean": at_mean,
        "elbo_at_mean": at_mean - rate,
        "entropy_forgotten": bound - (_LOG_TWO_PI + 1) / 2 - log(s),
        "constant_forgotten": bound + model.dimensions * _LOG_TWO_PI / 2,
        "variance_for_deviation": careless,
        "gap_swapped": ((narrow - wide) * total + apart) / (wide * total) / 2
        - log(narrow / wide) / 2,
        "negated": -bound,
    }


def _mean_log_normal(z: "Tensor", mean: "Tensor | float", deviation: "Tensor | float") -> "Tensor":
    """The mean over the columns of z [variants, points] of ln N(z; mean, deviation²)."""
    import torch
    from torch.distributions import Normal

    from qgen.solvers.numerics.torch_laws import log_density

    place, scale = (torch.as_tensor(each)[..., None] for each in (mean, deviation))
    return log_density(Normal(place, scale), z).mean(-1)


def _mean_fit(w: "Tensor", b: "Tensor", alpha: "Tensor", x: "Tensor", z: "Tensor") -> "Tensor":
    """The mean of ln p(x | z) over the columns of z [variants, points]."""
    from torch.distributions import Normal

    from qgen.solvers.numerics.torch_laws import log_density

    decoder = Normal(w[:, None, :] * z[..., None] + b[:, None, :], alpha[:, None, None])
    return log_density(decoder, x[:, None, :]).sum(-1).mean(-1)


@check("linear_gaussian_evidence.elbo", tolerance=1e-7)
def elbo_by_cubature(
    w: "Tensor", b: "Tensor", alpha: "Tensor", x: "Tensor", m: "Tensor", s: "Tensor"
) -> Mapping[str, Any]:
    """The mean of ln p(x, z) − ln q(z) over two nodes m ± s, exact as the logarithms are quadratic.

    The posterior maximises this bound, by Newton's method.
    """
    from qgen.solvers.numerics.numerical_methods import cubature_nodes, maximise

    nodes = cubature_nodes(1)[:, 0]

    def draws(place: "Tensor", deviation: "Tensor") -> "Tensor":
        return place[:, None] + deviation[:, None] * nodes

    def fit(z: "Tensor") -> "Tensor":
        return _mean_fit(w, b, alpha, x, z)

    def bound(place: "Tensor", deviation: "Tensor") -> "Tensor":
        z = draws(place, deviation)
        return fit(z) + _mean_log_normal(z, 0.0, 1.0) - _mean_log_normal(z, place, deviation)

    # Concave in the mean and the logarithm of the deviation.
    best = maximise(lambda free: bound(free[:, 0], free[:, 1].exp()), m.new_zeros(len(m), 2))
    place, deviation = best[:, 0], best[:, 1].exp()
    z, exact = draws(m, s), draws(place, deviation)
    reconstruction, log_evidence = fit(z), _log_evidence(w, b, alpha, x)
    rate = _mean_log_normal(z, m, s) - _mean_log_normal(z, 0.0, 1.0)
    constant = w.shape[1] * _mean_log_normal(0 * z, 0.0, 1.0)
    return {
        "elbo": bound(m, s),
        "log_evidence": log_evidence,
        "gap": log_evidence - bound(m, s),
        "reconstruction": reconstruction,
        "rate": rate,
        "posterior_mean": place,
        "posterior_variance": deviation**2,
        "tight": ((m - place).abs() <= 1e-9) & ((s**2 - deviation**2).abs() <= 1e-9),
        "kl_added": reconstruction + rate,
        "kl_forgotten_half": reconstruction - 2 * rate,
        "reconstruction_at_mean": fit(m[:, None]),
        "elbo_at_mean": fit(m[:, None]) - rate,
        "entropy_forgotten": reconstruction + _mean_log_normal(z, 0.0, 1.0),
        "constant_forgotten": bound(m, s) - constant,
        "variance_for_deviation": bound(m, s.sqrt()),
        "gap_swapped": _mean_log_normal(exact, place, deviation) - _mean_log_normal(exact, m, s),
        "negated": -bound(m, s),
    }
