"""Mean-field variational inference for a correlated Gaussian posterior of two coordinates."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import log
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Formula, Number, Quotient, linear
from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Matrix,
    Scalar,
    Vector,
    over_common_denominator,
    require_scalar,
    require_vector,
)
from qgen.solvers.numerics.exact_linear_algebra import require_positive_definite
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "mean_field.gaussian_pair",
    results={
        "variances": "variances of the factors of the q = q_1 q_2 with the smallest KL(q ‖ p)",
        "marginal_variances": "variances of the q = q_1 q_2 with the smallest KL(p ‖ q)",
        "updated_mean": "mean of the best q_1 while q_2 has the mean `start`",
        "update_formula": "the same for any mean of q_2, a formula in m_2",
        "error_factor": "factor of the error of q_2's mean in one round of both updates",
        "gap": "that smallest KL(q ‖ p), in nats",
        "marginals_gap": "KL(q ‖ p) of the product of p's own marginals, in nats",
    },
    mistakes={
        "precisions_for_variances": "Takes the precisions of the factors for their variances",
        "update_formula_sign_lost": "Turns the sign of the shift, a formula in m_2",
        "update_formula_divided_by_own": "Divides the covariance by the variance of z_1, a formula "
        "in m_2",
        "correlation": "Takes the correlation for its square, the error's factor",
        "first_slope": "The factor of one update alone, that of q_1",
        "error_removed": "The share of the error that a round removes, for what it leaves",
        "gap_not_halved": "Forgets the factor 1/2 of the gap",
        "gap_with_correlation": "−ln(1 − |correlation|)/2: the correlation is not squared",
    },
    domains={
        "update_formula": {"m_2": "real"},
        "update_formula_sign_lost": {"m_2": "real"},
        "update_formula_divided_by_own": {"m_2": "real"},
    },
    examples=(
        {"mean": (1, -2), "covariance": ((4, 2), (2, 3)), "start": 0},
        {"mean": (0, Fraction(1, 2)), "covariance": ((2, -1), (-1, 2)), "start": 3},
        {"mean": (3, 1), "covariance": ((1, Fraction(9, 10)), (Fraction(9, 10), 1)), "start": -1},
    ),
)
def gaussian_pair(mean: Vector, covariance: Matrix, start: Scalar) -> SolverResults:
    """The best factorised approximation of p = N(mean, covariance) on the plane.

    Each best factor is Gaussian, with the precision of p's conditional law as its own and with
    p's conditional mean at the other factor's mean. The gap is −ln(1 − rho²)/2 for the
    correlation rho: half of ln(s_11 s_22 / det). Swapping the arguments of the divergence
    makes the marginals best. Source: Bishop, Pattern Recognition and Machine Learning (2006),
    section 10.1.2 (the factors of both divergences); the gap follows from the divergence of two
    Gaussian laws. Raises ValueError unless the covariance is a positive definite 2 × 2 matrix
    whose coordinates are correlated.
    """
    require_vector("mean", mean, 2)
    require_positive_definite("covariance", covariance, 2)
    require_scalar("start", start)
    (first, shared), (_, second) = covariance
    if not shared:
        raise ValueError("covariance must have an entry other than 0 off its diagonal")
    # Covariances in parts of one unit, means of another.
    (own, beside, other), unit = over_common_denominator((first, shared, second))
    (centre, other_centre, begin), step = over_common_denominator((*mean, start))
    product, square = own * other, beside * beside
    determinant, below = product - square, step * other
    gap, correlation = log(product / determinant) / 2, (square / product) ** 0.5
    slope, own_slope = fraction(beside, other), fraction(beside, own)
    pull = beside * other_centre
    return {
        "variances": (fraction(determinant, unit * other), fraction(determinant, unit * own)),
        "marginal_variances": (first, second),
        "updated_mean": fraction(centre * other + beside * begin - pull, below),
        "update_formula": _line(slope, fraction(centre * other - pull, below)),
        "error_factor": fraction(square, product),
        "gap": gap,
        "marginals_gap": square / determinant - gap,
        "precisions_for_variances": (
            fraction(unit * other, determinant),
            fraction(unit * own, determinant),
        ),
        "update_formula_sign_lost": _line(-slope, fraction(centre * other + pull, below)),
        "update_formula_divided_by_own": _line(
            own_slope, fraction(centre * own - pull, step * own)
        ),
        "correlation": correlation,
        "first_slope": slope,
        "error_removed": fraction(determinant, product),
        "gap_not_halved": 2 * gap,
        "gap_with_correlation": -log(1 - correlation) / 2,
    }


def _line(slope: Fraction, constant: Fraction) -> Formula:
    """slope · m_2 + constant over one denominator."""
    (factor, shift), below = over_common_denominator((slope, constant))
    above = linear([(factor, "m_2")], shift)
    return above if below == 1 else Quotient(above, Number(below))


def _law(mean: "Tensor", covariance: "Tensor") -> Any:
    """p, with an axis for points."""
    from torch.distributions import MultivariateNormal

    return MultivariateNormal(mean[:, None, :], covariance[:, None])


def _bound(law: Any, centre: "Tensor", logs: "Tensor") -> "Tensor":
    """E_q ln p and the entropy of q (without its constant) for means and log deviations."""
    from qgen.solvers.numerics.numerical_methods import cubature_nodes
    from qgen.solvers.numerics.torch_laws import log_density

    points = centre[:, None, :] + logs.exp()[:, None, :] * cubature_nodes(2)
    return log_density(law, points).mean(-1) + logs.sum(-1)


def _covering_variances(mean: "Tensor", covariance: "Tensor") -> "Tensor":
    """Variances of the factors that maximise E_p ln q.

    That is concave in a factor's precision and in the precision times its mean.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import cubature_nodes, maximise

    samples = mean[:, None, :] + cubature_nodes(2) @ torch.linalg.cholesky(covariance).mT

    def fit(parameters: "Tensor") -> "Tensor":
        pull, precision = parameters[:, None, :2], parameters[:, None, 2:]
        exponent = pull * samples - precision * samples**2 / 2 - pull**2 / precision / 2
        mean_log: Tensor = (exponent + precision.log() / 2).sum(-1).mean(-1)
        return mean_log

    start = torch.cat((torch.zeros_like(mean), torch.ones_like(mean)), dim=-1)
    return 1 / maximise(fit, start)[:, 2:]


@check("mean_field.gaussian_pair", tolerance=1e-7)
def gaussian_pair_by_maximisation(
    mean: "Tensor", covariance: "Tensor", start: "Tensor"
) -> Mapping[str, Any]:
    """Both divergences minimised by Newton's method; no formula of a best factor is used.

    mean: [variants, 2]; covariance: [variants, 2, 2]; start: [variants]. All logarithms of
    densities are quadratic, so that cubature nodes give their means exactly. Mistaken updates
    are right ones for a covariance of the other sign, or with both variances exchanged.
    """
    import torch
    from torch.distributions import MultivariateNormal, kl_divergence

    from qgen.solvers.numerics.numerical_methods import maximise

    law: Any = MultivariateNormal(mean, covariance)
    own = torch.diag_embed(covariance.diagonal(dim1=-2, dim2=-1))

    def divergence(variances: "Tensor") -> "Tensor":
        found: Tensor = kl_divergence(MultivariateNormal(mean, torch.diag_embed(variances)), law)
        return found

    def by_formula(spread: "Tensor") -> Callable[[Mapping[str, "Tensor"]], "Tensor"]:
        """E_q ln p is quadratic, so that the mean that is best moves along a line in the other."""
        zero = torch.zeros_like(start)
        begin, later = (_updated(mean, spread, place, 0) for place in (zero, zero + 1))
        return lambda points: torch.lerp(begin[:, None], later[:, None], points["m_2"])

    wide_law = _law(mean, covariance)
    best = maximise(
        lambda both: _bound(wide_law, both[:, :2], both[:, 2:]),
        torch.zeros_like(covariance.flatten(1)),
    )
    variances = (2 * best[:, 2:]).exp()
    marginal_variances = _covering_variances(mean, covariance)
    once = _updated(mean, covariance, mean[:, 1] + 1, 0)
    twice = _updated(mean, covariance, once, 1)
    scaled = marginal_variances[:, :, None] * marginal_variances[:, None, :]
    eigenvalues = torch.linalg.eigvalsh(covariance / scaled.sqrt())
    return {
        "variances": variances,
        "marginal_variances": marginal_variances,
        "updated_mean": _updated(mean, covariance, start, 0),
        "update_formula": by_formula(covariance),
        "error_factor": twice - mean[:, 1],
        "gap": divergence(variances),
        "marginals_gap": divergence(marginal_variances),
        "precisions_for_variances": torch.linalg.inv(covariance).diagonal(dim1=-2, dim2=-1),
        "update_formula_sign_lost": by_formula(2 * own - covariance),
        "update_formula_divided_by_own": by_formula(covariance - own + own.flip(-1, -2)),
        # The correlation matrix has the eigenvalues 1 − |rho| and 1 + |rho|.
        "correlation": eigenvalues[:, 1] - 1,
        "first_slope": once - mean[:, 0],
        "error_removed": eigenvalues.prod(-1),
        "gap_not_halved": -eigenvalues.log().sum(-1),
        "gap_with_correlation": -eigenvalues[:, 0].log() / 2,
    }


def _updated(mean: "Tensor", covariance: "Tensor", other: "Tensor", position: int) -> "Tensor":
    """The best mean of the factor at a position while the other has the mean `other`."""
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    law = _law(mean, covariance)

    def objective(own: "Tensor") -> "Tensor":
        pair = torch.stack((own[:, 0], other)[:: 1 - 2 * position], dim=-1)
        return _bound(law, pair, torch.zeros_like(pair))

    return maximise(objective, torch.zeros_like(other[:, None]))[:, 0]
