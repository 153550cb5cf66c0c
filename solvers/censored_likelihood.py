"""Maximum likelihood of exponential times of which some are only known to be longer."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Formula, Number, Product, Sum, Symbol
from qgen.document.values import Exact, SolverResults
from qgen.solvers.numerics.arguments import Vector, require_positive, require_vector
from qgen.solvers.numerics.likelihood_routes import newton_fit
from qgen.solvers.numerics.torch_laws import log_density
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_RATE = Symbol("lambda")
_STEPS = 4096


def _log_likelihood_formula(count: int, total: Exact) -> Formula:
    logarithm: Formula = Call("ln", (_RATE,))
    if count != 1:
        logarithm = Product((Number(count), logarithm))
    return Sum((logarithm, Product((Number(-total), _RATE))))


@solver(
    "censored_likelihood.exponential",
    results={
        "estimate": "the rate that maximises the likelihood",
        "mean_time": "one over that rate, the estimated mean time",
        "exposure": "the sum of all times, ended or not",
        "log_likelihood_formula": "the log-likelihood as a formula in lambda",
    },
    mistakes={
        "mean_time_all_counted": "The mean of all times, as if every one had ended",
        "mean_time_unended_dropped": "The mean of the ended times alone",
    },
    domains={"log_likelihood_formula": {"lambda": "positive"}},
    examples=(
        {"ended": (2, 5, 3), "unended": (8, 8)},
        {"ended": (Fraction(1, 2),), "unended": (4, Fraction(7, 2), 1)},
        {"ended": (1, 2, 6, 9), "unended": (10,)},
    ),
)
def exponential(ended: Vector, unended: Vector) -> SolverResults:
    """d ln lambda − lambda (Σ ended + Σ unended) is largest at d / (Σ ended + Σ unended).

    An ended time t has the density lambda exp(−lambda t), one that had not ended at t counts
    with the probability exp(−lambda t) of lasting longer; d is the number of ended ones. Source:
    Lawless, Statistical Models and Methods for Lifetime Data (2003), on the exponential law with
    censored times. Raises ValueError for times that are not all above zero.
    """
    for name, times in (("ended", ended), ("unended", unended)):
        require_vector(name, times)
        for index, value in enumerate(times):
            require_positive(f"{name}[{index}]", value)
    count, everyone = len(ended), len(ended) + len(unended)
    within = sum(ended, Fraction(0))
    total = within + sum(unended)
    estimate = count / total
    return {
        "estimate": estimate,
        "mean_time": 1 / estimate,
        "exposure": total,
        "log_likelihood_formula": _log_likelihood_formula(count, total),
        "mean_time_all_counted": total / everyone,
        "mean_time_unended_dropped": within / count,
    }


@check("censored_likelihood.exponential", tolerance=1e-8)
def exponential_by_newton(ended: "Tensor", unended: "Tensor") -> Mapping[str, Any]:
    """Maximises torch's log-densities and log tail probabilities over ln lambda.

    ended: [variants, d]; unended: [variants, c]. The law has no memory: to last t is to last a
    small part of t many times over. The tail of that part is one minus the distribution function.
    """
    import torch
    from torch.distributions import Exponential

    def log_density_of(times: "Tensor", rate: "Tensor") -> "Tensor":
        return log_density(Exponential(rate[..., None]), times[:, None]).sum(-1)

    def log_likelihood(rate: "Tensor") -> "Tensor":
        law: Any = Exponential(rate[..., None])
        seen = log_density_of(ended, rate)
        tails = torch.log1p(-law.cdf(unended[:, None] / _STEPS)).sum(-1)
        found: Tensor = seen + _STEPS * tails
        return found

    def mean_of_ended(times: "Tensor") -> "Tensor":
        """The best mean time where all of these had ended."""
        return newton_fit(lambda mean: log_density_of(times, 1 / mean), torch.exp, len(times))[0]

    estimate, _, _ = newton_fit(log_likelihood, torch.exp, len(ended))
    return {
        "estimate": estimate,
        "mean_time": 1 / estimate,
        "exposure": ended.shape[1] / estimate,
        "log_likelihood_formula": lambda points: log_likelihood(points["lambda"]),
        "mean_time_all_counted": mean_of_ended(torch.cat((ended, unended), dim=-1)),
        "mean_time_unended_dropped": mean_of_ended(ended),
    }
