"""Maximum likelihood for families with one parameter.

Log-likelihoods are of the data as they came, in nats. Categorical laws are in
`categorical_likelihood`, Gaussian ones in `gaussian_likelihood`, times of which some had not
ended in `censored_likelihood`.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Formula, Number, Product, Quotient, Sum, Symbol
from qgen.document.numbers import fraction
from qgen.document.values import Exact, SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    over_common_denominator,
    require_positive,
    require_vector,
)
from qgen.solvers.numerics.likelihood_routes import formula_routes, newton_fit
from qgen.solvers.numerics.shape_arguments import require_count, square_root
from qgen.solvers.numerics.torch_laws import log_density
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MINUS = Number(-1)
_P, _RATE = Symbol("p"), Symbol("lambda")
_REST = Sum((Number(1), Product((_MINUS, _P))))
_MOST = 10**9


def _require_counts(name: str, data: Vector, least: int) -> None:
    """Refuses all but a vector of whole numbers from `least`."""
    require_vector(name, data)
    for index, value in enumerate(data):
        require_count(f"{name}[{index}]", value, least, _MOST)


def _times(factor: Exact, rest: Formula) -> Formula:
    return rest if factor == 1 else Product((Number(factor), rest))


def _share_formulas(hits: int, misses: int) -> SolverResults:
    """hits ln p + misses ln(1 − p) and its derivative, with what goes wrong in them."""
    log_p, log_rest = Call("ln", (_P,)), Call("ln", (_REST,))
    above, below = Quotient(Number(hits), _P), Quotient(Number(misses), _REST)
    return {
        "log_likelihood_formula": Sum((_times(hits, log_p), _times(misses, log_rest))),
        "score_formula": Sum((above, Product((_MINUS, below)))),
        "swapped_formula": Sum((_times(misses, log_p), _times(hits, log_rest))),
        "lost_sign_score_formula": Sum((above, below)),
    }


def _rate_formulas(count: Exact, total: Exact) -> SolverResults:
    """count ln lambda − total lambda and its derivative, with what goes wrong in them."""
    logarithm = _times(count, Call("ln", (_RATE,)))
    return {
        "log_likelihood_formula": Sum((logarithm, Product((Number(-total), _RATE)))),
        "score_formula": Sum((Quotient(Number(count), _RATE), Number(-total))),
        "lost_sign_score_formula": Sum((Quotient(Number(count), _RATE), Number(total))),
    }


_FORMULA_RESULTS = {
    "log_likelihood_formula": "the log-likelihood as a formula in the parameter, without the terms "
    "that do not depend on it",
    "score_formula": "the derivative of the log-likelihood, a formula in the parameter",
}
_LOST_SIGN = {"lost_sign_score_formula": "Loses the minus in the derivative, a formula"}
_FORMULAS = (*_FORMULA_RESULTS, *_LOST_SIGN, "swapped_formula")
_SHARE_DOMAINS: Mapping[str, Any] = {name: {"p": "probability"} for name in _FORMULAS}
_RATE_DOMAINS: Mapping[str, Any] = {name: {"lambda": "positive"} for name in _FORMULAS[:-1]}


@solver(
    "likelihood.bernoulli",
    results={
        "estimate": "the probability of success that maximises the likelihood",
        "standard_error": "estimated standard deviation of the estimate",
        **_FORMULA_RESULTS,
    },
    mistakes={
        "add_one": "Laplace's rule (successes + 1) / (trials + 2), a posterior mean",
        "failures": "The share of failures",
        "odds": "The odds: successes over failures",
        "unrooted_error": "The variance of the estimate for its standard deviation",
        "swapped_formula": "Swaps the two factors in the log-likelihood, a formula",
        **_LOST_SIGN,
    },
    domains=_SHARE_DOMAINS,
    examples=(
        {"successes": 7, "trials": 10},
        {"successes": 1, "trials": 4},
        {"successes": 1, "trials": 2},
        {"successes": 99, "trials": 100},
    ),
)
def bernoulli(successes: Scalar, trials: Scalar) -> SolverResults:
    """k ln p + (n − k) ln(1 − p) has the derivative k/p − (n − k)/(1 − p), which is 0 at k/n.

    Source: Bishop, Pattern Recognition and Machine Learning (2006), section 2.1, equations 2.6
    to 2.8. Raises ValueError unless there is at least one success and one failure.
    """
    n = require_count("trials", trials, 2, _MOST)
    k = require_count("successes", successes, 1, n - 1)
    estimate = fraction(k, n)
    variance = estimate * (1 - estimate) / n
    return {
        **_share_formulas(k, n - k),
        "estimate": estimate,
        "standard_error": square_root(variance),
        "add_one": fraction(k + 1, n + 2),
        "failures": 1 - estimate,
        "odds": fraction(k, n - k),
        "unrooted_error": variance,
    }


@check("likelihood.bernoulli", tolerance=1e-8)
def bernoulli_bynewton_fit(successes: "Tensor", trials: "Tensor") -> Mapping[str, Any]:
    """Maximises the log-probabilities of torch's law over the log-odds; both [variants].

    The standard error comes from the curvature at the maximum (the observed information).
    Laplace's rule is the same search with one success and one failure more.
    """
    import torch

    misses = trials - successes
    log_likelihood = _log_likelihood_of_shares(successes, misses)
    estimate, _, information = newton_fit(log_likelihood, torch.sigmoid, len(trials))
    smoothed = _log_likelihood_of_shares(successes + 1, misses + 1)
    turned = _log_likelihood_of_shares(misses, successes)
    sign_lost = _log_likelihood_of_shares(successes, -misses)
    return {
        "estimate": estimate,
        "standard_error": information**-0.5,
        **formula_routes("p", log_likelihood),
        "add_one": newton_fit(smoothed, torch.sigmoid, len(trials))[0],
        "failures": newton_fit(turned, torch.sigmoid, len(trials))[0],
        "odds": estimate.logit().exp(),
        "unrooted_error": 1 / information,
        "swapped_formula": lambda points: turned(points["p"]),
        "lost_sign_score_formula": formula_routes("p", sign_lost)["score_formula"],
    }


def _log_likelihood_of_shares(hits: "Tensor", misses: "Tensor") -> Callable[["Tensor"], "Tensor"]:
    """The log-probability of so many successes and failures [variants] in p [variants, m]."""
    import torch
    from torch.distributions import Bernoulli

    def log_likelihood(p: "Tensor") -> "Tensor":
        law, ones = Bernoulli(p), torch.ones_like(p)
        return hits[:, None] * log_density(law, ones) + misses[:, None] * log_density(law, 0 * ones)

    return log_likelihood


@solver(
    "likelihood.geometric",
    results={"estimate": "the probability of success that maximises the likelihood"},
    mistakes={
        "failures_counted": "Takes the data for numbers of failures before the success: "
        "n / (n + Σ x)",
        "mean_of_inverses": "The mean of 1 / x instead of one over the mean",
        "failure_share": "The probability of failure",
    },
    examples=(
        {"data": (3, 1, 4)},
        {"data": (2,)},
        {"data": (1, 1, 1, 2, 1)},
        {"data": (12, 7, 30, 5)},
    ),
)
def geometric(data: Vector) -> SolverResults:
    """p(x) = (1 − p)^(x − 1) p for x = 1, 2, …, the number of trials up to the first success.

    n ln p + (Σ x − n) ln(1 − p) is largest at n / Σ x. Source: Casella and Berger, Statistical
    Inference (2002), section 3.2, for the law. Raises ValueError for data that are not whole
    numbers from 1, and where all are 1.
    """
    _require_counts("data", data, 1)
    count, total = len(data), int(sum(data))
    if total == count:
        raise ValueError("data must have an entry above 1")
    estimate = fraction(count, total)
    return {
        "estimate": estimate,
        "failures_counted": fraction(count, count + total),
        "mean_of_inverses": sum([Fraction(1, value) for value in data]) / count,
        "failure_share": 1 - estimate,
    }


@check("likelihood.geometric", tolerance=1e-8)
def geometric_bynewton_fit(data: "Tensor") -> Mapping[str, Any]:
    """Maximises the log-probabilities of torch's law over the log-odds; data: [variants, n].

    The probability of failure is searched for in its own right.
    """
    import torch
    from torch.distributions import Geometric

    def log_likelihood(p: "Tensor", failures: "Tensor") -> "Tensor":
        return log_density(Geometric(p[..., None]), failures[:, None]).sum(-1)

    def fit(objective: Callable[["Tensor"], "Tensor"]) -> "Tensor":
        return newton_fit(objective, torch.sigmoid, len(data))[0]

    return {
        "estimate": fit(lambda p: log_likelihood(p, data - 1)),
        "failures_counted": fit(lambda p: log_likelihood(p, data)),
        "mean_of_inverses": data.reciprocal().mean(-1),
        "failure_share": fit(lambda rest: log_likelihood(1 - rest, data - 1)),
    }


@solver(
    "likelihood.poisson",
    results={
        "estimate": "the rate that maximises the likelihood",
        **_FORMULA_RESULTS,
    },
    mistakes=_LOST_SIGN,
    domains=_RATE_DOMAINS,
    examples=(
        {"data": (2, 0, 4, 1)},
        {"data": (3,)},
        {"data": (0, 0, 1)},
        {"data": (12, 7, 30, 5, 9)},
    ),
)
def poisson(data: Vector) -> SolverResults:
    """Σ x ln lambda − n lambda − Σ ln x! is largest at the mean of the data.

    Source: Casella and Berger, Statistical Inference (2002), section 3.2, for the law. Raises
    ValueError for data that are not whole numbers from 0, and where all are 0.
    """
    _require_counts("data", data, 0)
    count, total = len(data), int(sum(data))
    if not total:
        raise ValueError("data must have an entry above 0")
    return {**_rate_formulas(total, count), "estimate": fraction(total, count)}


@check("likelihood.poisson", tolerance=1e-8)
def poisson_bynewton_fit(data: "Tensor") -> Mapping[str, Any]:
    """Maximises the log-probabilities of torch's law over ln lambda; data: [variants, n].

    The part without lambda is the log-probability at lambda = 1, less −n lambda.
    """
    import torch
    from torch.distributions import Poisson

    def log_likelihood(rate: "Tensor") -> "Tensor":
        return log_density(Poisson(rate[..., None]), data[:, None]).sum(-1)

    def sign_lost(rate: "Tensor") -> "Tensor":
        return log_likelihood(rate) + 2 * data.shape[1] * rate

    one = torch.ones(len(data), 1, dtype=torch.float64)
    return {
        "estimate": newton_fit(log_likelihood, torch.exp, len(data))[0],
        **formula_routes("lambda", log_likelihood, log_likelihood(one) + data.shape[1]),
        "lost_sign_score_formula": formula_routes("lambda", sign_lost)["score_formula"],
    }


@solver(
    "likelihood.exponential",
    results={"estimate": "the rate that maximises the likelihood"},
    mistakes={
        "mean": "The mean of the data, which estimates one over the rate",
        "mean_of_inverses": "The mean of 1 / x instead of one over the mean",
        "unbiased": "(n − 1) / Σ x, which is unbiased but not the maximum",
        "inverse_total": "One over the sum of the data",
    },
    examples=(
        {"data": (2, 1, 4)},
        {"data": (Fraction(1, 2),)},
        {"data": (Fraction(3, 10), Fraction(7, 5), 1, 2)},
        {"data": (120, 45, 80)},
    ),
)
def exponential(data: Vector) -> SolverResults:
    """n ln lambda − lambda Σ x, of the density lambda exp(−lambda x), is largest at n / Σ x.

    Source: Casella and Berger, Statistical Inference (2002), section 3.3, for the law. Raises
    ValueError for data that are not all above zero.
    """
    require_vector("data", data)
    for index, value in enumerate(data):
        require_positive(f"data[{index}]", value)
    count, (parts, whole) = len(data), over_common_denominator(data)
    total = fraction(sum(parts), whole)
    return {
        "estimate": count / total,
        "mean": total / count,
        "mean_of_inverses": sum([fraction(whole, part) for part in parts]) / count,
        "unbiased": (count - 1) / total,
        "inverse_total": 1 / total,
    }


@check("likelihood.exponential", tolerance=1e-8)
def exponential_bynewton_fit(data: "Tensor") -> Mapping[str, Any]:
    """Maximises the log-densities of torch's law over ln lambda; data: [variants, n].

    The mean time is searched for in its own right; the unbiased rate maximises the likelihood
    times 1 / lambda, and one over the sum is the rate of one time that lasted as long as all.
    """
    import torch
    from torch.distributions import Exponential

    def log_likelihood(rate: "Tensor", times: "Tensor" = data) -> "Tensor":
        return log_density(Exponential(rate[..., None]), times[:, None]).sum(-1)

    def fit(objective: Callable[["Tensor"], "Tensor"]) -> "Tensor":
        return newton_fit(objective, torch.exp, len(data))[0]

    return {
        "estimate": fit(log_likelihood),
        "mean": fit(lambda mean: log_likelihood(1 / mean)),
        "mean_of_inverses": data.reciprocal().mean(-1),
        "unbiased": _unbiased(fit, log_likelihood, data.shape[1]),
        "inverse_total": fit(lambda rate: log_likelihood(rate, data.sum(-1, keepdim=True))),
    }


def _unbiased(
    fit: Callable[[Callable[["Tensor"], "Tensor"]], "Tensor"],
    log_likelihood: Callable[["Tensor"], "Tensor"],
    count: int,
) -> "Tensor":
    """(n − 1) / Σ x as the maximum of the likelihood over lambda; 0 for a single time."""
    import torch

    if count == 1:
        return torch.zeros_like(fit(log_likelihood))
    return fit(lambda rate: log_likelihood(rate) - rate.log())
