"""What the second routes of maximum likelihood share: a fit by Newton's method, and formulas.

Torch is imported where it is used.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


def newton_fit(
    log_likelihood: Callable[["Tensor"], "Tensor"],
    link: Callable[["Tensor"], "Tensor"],
    variants: int,
) -> tuple["Tensor", "Tensor", "Tensor"]:
    """The best parameter, the value there, and minus the curvature there; [variants] each.

    `log_likelihood` takes parameters [variants, m] and gives as many values; the search is over
    the free variable that `link` takes to the parameter.
    """
    import torch

    from qgen.solvers.numerics.numerical_methods import maximise

    start = torch.zeros(variants, 1, dtype=torch.float64)
    best = link(maximise(lambda free: log_likelihood(link(free))[:, 0], start)).detach()
    leaf = best.clone().requires_grad_(True)
    value = log_likelihood(leaf)
    (slope,) = torch.autograd.grad(value.sum(), leaf, create_graph=True)
    (curvature,) = torch.autograd.grad(slope.sum(), leaf)
    return best[:, 0], value.detach()[:, 0], -curvature[:, 0]


def formula_routes(
    name: str, log_likelihood: Callable[["Tensor"], "Tensor"], constant: "Tensor | float" = 0.0
) -> dict[str, Any]:
    """The two formulas from a log-likelihood: less its constant, and by autograd."""
    import torch

    def score(points: Mapping[str, "Tensor"]) -> "Tensor":
        leaf = points[name].detach().clone().requires_grad_(True)
        return torch.autograd.grad(log_likelihood(leaf).sum(), leaf)[0]

    return {
        "log_likelihood_formula": lambda points: log_likelihood(points[name]) - constant,
        "score_formula": score,
    }
