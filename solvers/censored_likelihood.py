"""Maximum likelihood of exponential times of which some are only known to be longer."""

from collections.abc import Mapping
from fractions import Fraction
from math import log
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Expression, Number, Product, Quotient, Sum, Symbol
from qgen.document.values import Answers, Exact
from qgen.solvers.numerics.arguments import Vector, require_positive, require_vector
from qgen.solvers.numerics.likelihood_routes import formula_routes, newton_fit
from qgen.solvers.numerics.torch_laws import log_density
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_RATE = Symbol("lambda")
_STEPS = 4096


def _log_likelihood_formula(count: int, total: Exact) -> Expression:
    logarithm: Expression = Call("ln", (_RATE,))
    if count != 1:
        logarithm = Product((Number(count), logarithm))
    return Sum((logarithm, Product((Number(-total), _RATE))))


@solver(
    "censored_likelihood.exponential",
    results={
        "estimate": "the rate that maximises the likelihood",
        "mean_time": "one over that rate, the estimated mean time",
        "exposure": "the sum of all times, ended or not",
        "log_likelihood": "the largest log-likelihood",
        "log_likelihood_formula": "the log-likelihood as a formula in lambda",
        "score_formula": "its derivative, a formula in lambda",
    },
    mistakes={
        "all_counted": "Takes every time for ended: all of them over the sum of all",
        "unended_dropped": "Leaves out the times that had not ended",
        "mean_time_all_counted": "The mean of all times, as if every one had ended",
        "mean_time_unended_dropped": "The mean of the ended times alone",
        "all_counted_formula": "Takes every time for ended, a formula in lambda",
        "unended_dropped_formula": "Leaves out the times that had not ended, a formula in lambda",
    },
    domains={
        "log_likelihood_formula": {"lambda": "positive"},
        "score_formula": {"lambda": "positive"},
    },
    examples=(
        {"ended": (2, 5, 3), "unended": (8, 8)},
        {"ended": (Fraction(1, 2),), "unended": (4, Fraction(7, 2), 1)},
        {"ended": (1, 2, 6, 9), "unended": (10,)},
    ),
)
def exponential(ended: Vector, unended: Vector) -> Answers:
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
        "log_likelihood": count * log(estimate) - count,
        "log_likelihood_formula": _log_likelihood_formula(count, total),
        "score_formula": Sum((Quotient(Number(count), _RATE), Number(-total))),
        "all_counted": everyone / total,
        "unended_dropped": count / within,
        "mean_time_all_counted": total / everyone,
        "mean_time_unended_dropped": within / count,
        "all_counted_formula": _log_likelihood_formula(everyone, total),
        "unended_dropped_formula": _log_likelihood_formula(count, within),
    }


@check("censored_likelihood.exponential", tolerance=1e-8)
def exponential_by_newton(ended: "Tensor", unended: "Tensor") -> Mapping[str, Any]:
    """Maximises torch's log-densities and log tail probabilities over ln lambda.

    ended: [variants, d]; unended: [variants, c]. The law has no memory: to last t is to last a
    small part of t many times over. The tail of that part is one minus the distribution function.
    """
    import torch
    from torch.distributions import Exponential

    def log_likelihood(rate: "Tensor") -> "Tensor":
        law: Any = Exponential(rate[..., None])
        seen = log_density(law, ended[:, None]).sum(-1)
        tails = torch.log1p(-law.cdf(unended[:, None] / _STEPS)).sum(-1)
        found: Tensor = seen + _STEPS * tails
        return found

    estimate, largest, _ = newton_fit(log_likelihood, torch.exp, len(ended))
    return {
        "estimate": estimate,
        "mean_time": 1 / estimate,
        "exposure": ended.shape[1] / estimate,
        "log_likelihood": largest,
        **formula_routes("lambda", log_likelihood),
    }
