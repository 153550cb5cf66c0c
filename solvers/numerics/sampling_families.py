"""Families of laws that samplers know: their quantiles, and which ways they can be reparameterised.

Torch is imported where it is used, by second routes.
"""

from collections.abc import Callable
from functools import lru_cache
from math import exp
from typing import TYPE_CHECKING, Any, NamedTuple

from qgen.document.formula import Call, Formula, Number, Product, Quotient, Sum, Symbol
from qgen.document.problem import did_you_mean

if TYPE_CHECKING:
    from torch import Tensor

_LARGEST_EXPONENT = 700.0


class StandardMap(NamedTuple):
    """The quantile function of a law with location 0 and scale 1, and its distribution function.

    `sign` times `size` is the quantile as a formula in a share.
    """

    quantile: Callable[[float, float, Callable[[float], float]], float]
    distribution: Callable[[float], float]
    sign: int
    size: Callable[[Formula, Formula], Formula]


def _bounded_exp(exponent: float) -> float:
    return exp(min(exponent, _LARGEST_EXPONENT))


MAPS = {
    "exponential": StandardMap(
        lambda u, rest, ln: -ln(rest),
        lambda x: 1 - exp(-x) if x > 0 else 0.0,
        -1,
        lambda u, rest: Call("ln", (rest,)),
    ),
    "logistic": StandardMap(
        lambda u, rest, ln: ln(u / rest),
        lambda x: 1 / (1 + _bounded_exp(-x)),
        1,
        lambda u, rest: Call("ln", (Quotient(u, rest),)),
    ),
    "gumbel": StandardMap(
        lambda u, rest, ln: -ln(-ln(u)),
        lambda x: exp(-_bounded_exp(-x)),
        -1,
        lambda u, rest: Call("ln", (Product((Number(-1), Call("ln", (u,)))),)),
    ),
    "uniform": StandardMap(
        lambda u, rest, ln: u,
        lambda x: min(max(x, 0.0), 1.0),
        1,
        lambda u, rest: u,
    ),
}
"""The laws whose inverse distribution function samplers use, each with u and 1 − u."""

U = Symbol("u")
REST = Sum((Number(1), Product((Number(-1), U))))


class Ways(NamedTuple):
    """Whether a family has the location-scale form, a smooth elementary quantile, any way."""

    location_scale: bool
    inverse_cdf: bool
    differentiable: bool


FAMILIES = {
    "normal": Ways(True, False, True),
    "laplace": Ways(True, True, True),
    "logistic": Ways(True, True, True),
    "gumbel": Ways(True, True, True),
    "uniform": Ways(True, True, True),
    "cauchy": Ways(True, True, True),
    "student_t": Ways(True, False, True),
    "exponential": Ways(False, True, True),
    "weibull": Ways(False, True, True),
    "pareto": Ways(False, True, True),
    "log_normal": Ways(False, False, True),
    "gamma": Ways(False, False, True),
    "beta": Ways(False, False, True),
    "dirichlet": Ways(False, False, True),
    "chi_squared": Ways(False, False, True),
    "bernoulli": Ways(False, False, False),
    "categorical": Ways(False, False, False),
    "binomial": Ways(False, False, False),
    "geometric": Ways(False, False, False),
    "poisson": Ways(False, False, False),
}


def require_family(family: str, known: dict[str, Any]) -> None:
    """Refuses all but the name of a known family; the message gives the nearest one."""
    if not isinstance(family, str) or family not in known:
        near = did_you_mean(str(family), known)
        raise ValueError(f"family must be one of {', '.join(known)}{near}")


def distribution(family: str, first: Any, second: Any) -> Any:
    """The torch law of this family; location and scale where it has them.

    Others take the two as the parameters that they have instead.
    """
    import torch
    from torch import distributions as laws

    def logistic() -> Any:
        uniform: Any = laws.Uniform(
            torch.zeros_like(first), torch.ones_like(first), validate_args=False
        )
        steps: Any = [laws.SigmoidTransform().inv, laws.AffineTransform(first, second)]
        return laws.TransformedDistribution(uniform, steps)

    share = 1 / (1 + abs(first))
    make: dict[str, Callable[[], Any]] = {
        "normal": lambda: laws.Normal(first, second),
        "laplace": lambda: laws.Laplace(first, second),
        "logistic": logistic,
        "gumbel": lambda: laws.Gumbel(first, second, validate_args=False),
        "uniform": lambda: laws.Uniform(first, first + second, validate_args=False),
        "cauchy": lambda: laws.Cauchy(first, second),
        "student_t": lambda: laws.StudentT(torch.full_like(first, 5), first, second),
        "exponential": lambda: laws.Exponential(1 / second, validate_args=False),
        "weibull": lambda: laws.Weibull(second, torch.full_like(first, 2)),
        "pareto": lambda: laws.Pareto(second, torch.full_like(first, 3)),
        "log_normal": lambda: laws.LogNormal(first, second),
        "gamma": lambda: laws.Gamma(first, 1 / second),
        "beta": lambda: laws.Beta(first, second),
        "dirichlet": lambda: laws.Dirichlet(torch.stack((first, second), dim=-1)),
        "chi_squared": lambda: laws.Chi2(first),
        "bernoulli": lambda: laws.Bernoulli(share),
        "categorical": lambda: laws.Categorical(torch.stack((share, 1 - share), dim=-1)),
        "binomial": lambda: laws.Binomial(3, share),
        "geometric": lambda: laws.Geometric(share),
        "poisson": lambda: laws.Poisson(first),
    }
    return make[family]()


@lru_cache(maxsize=64)
def ways_by_sampling(family: str) -> Ways:
    """The ways of a family, found out from torch's own samplers.

    Location-scale: with the same noise, samples for other parameters are shifted and stretched
    ones. Inverse distribution function: torch has one, and no special function stands in it.
    """
    import torch

    def draws(first: float, second: float) -> tuple[Any, "Tensor"]:
        torch.manual_seed(1)
        parameters = (torch.tensor(value, dtype=torch.float64) for value in (first, second))
        law = distribution(family, *parameters)
        return law, law.sample((32,)).to(torch.float64)

    law, plain = draws(1.0, 1.0)
    _, moved = draws(2.5, 3.0)
    return Ways(
        bool(torch.allclose(moved, 2.5 + 3 * (plain - 1))),
        _has_elementary_quantile(law),
        bool(law.has_rsample),
    )


def _has_elementary_quantile(law: Any) -> bool:
    import torch

    share = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    try:
        waiting = [law.icdf(share).grad_fn]
    except NotImplementedError:
        return False
    while waiting:
        step = waiting.pop()
        if step is not None:
            if step.name().startswith("Erfinv"):
                return False
            waiting += [before for before, _ in step.next_functions]
    return True


def quantile_by_bisection(
    family: str, location: "Tensor", scale: "Tensor", share: "Tensor"
) -> "Tensor":
    """Where the distribution function reaches the share; all tensors of one shape."""
    import torch

    reached = distribution_function(family, location, scale)
    low, high = location - 800 * scale, location + 800 * scale
    for _ in range(80):
        before = low, high
        middle = (low + high) / 2
        below = reached(middle) < share
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
        if torch.equal(low, before[0]) and torch.equal(high, before[1]):
            break
    return (low + high) / 2


def distribution_function(
    family: str, location: "Tensor", scale: "Tensor"
) -> Callable[["Tensor"], "Tensor"]:
    """The distribution function, of points of the shape that location and scale have.

    Torch's exponential law has no location of its own. Its Gumbel law takes tiny probabilities for
    0; they are those of no event above the point, where events come as a Poisson process.
    """
    from torch.distributions import Poisson

    def of_gumbel(point: "Tensor") -> "Tensor":
        rate = ((location - point) / scale).clamp(max=_LARGEST_EXPONENT).exp()
        events: Any = Poisson(rate, validate_args=False)
        nothing: Tensor = events.log_prob(point.new_zeros(())).exp()
        return nothing

    if family == "gumbel":
        return of_gumbel
    law = distribution(family, location, scale)

    def of_law(point: "Tensor") -> "Tensor":
        if family == "exponential":
            point = (point - location).clamp(min=0)
        value: Tensor = law.cdf(point)
        return value

    return of_law


def distribution_at(family: str, location: "Tensor", scale: "Tensor", point: "Tensor") -> "Tensor":
    """The distribution function at the point; all tensors of one shape."""
    return distribution_function(family, location, scale)(point)
