"""Diffusion of a token by uniform resampling: the posterior of the step back."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Scalar, require_between_zero_and_one
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "uniform_diffusion.posterior",
    results={
        "clean_before": "P(x_{t−1} = x_0 | x_t, x_0) where x_t is another token",
        "stayed": "P(x_{t−1} = x_t | x_t, x_0) there",
        "third": "the probability there of each token that is neither x_0 nor x_t",
    },
    mistakes={
        "prior_only": "P(x_{t−1} = x_0 | x_0): ignores x_t",
        "not_normalised": "The product of prior and likelihood, not divided by P(x_t | x_0)",
        "no_return": "Forgets that resampling may give the same token: β for β / K in the step",
        "likelihood_only": "Bayes' rule with equal prior probabilities of all tokens",
    },
    examples=(
        {"size": 4, "alpha_bar_before": Fraction(3, 5), "beta": Fraction(1, 5)},
        {"size": 10, "alpha_bar_before": Fraction(1, 5), "beta": Fraction(1, 2)},
        {"size": 3, "alpha_bar_before": Fraction(9, 10), "beta": Fraction(1, 10)},
    ),
)
def posterior(size: Scalar, alpha_bar_before: Scalar, beta: Scalar) -> SolverResults:
    """Each step draws the token anew, uniformly among K = size, with probability beta.

    x_{t−1} is x_0 with probability ᾱ + (1 − ᾱ) / K, any other token with (1 − ᾱ) / K; Bayes'
    rule multiplies by the step's probability. Source: Austin et al., Structured denoising
    diffusion models in discrete state-spaces (2021), equation 3 and appendix A.2.1. Raises
    ValueError for a size below 3 and levels not between 0 and 1.
    """
    count = require_count("size", size, 3, 10_000)
    require_between_zero_and_one("alpha_bar_before", alpha_bar_before)
    require_between_zero_and_one("beta", beta)
    spread, jump = Fraction(1 - alpha_bar_before) / count, Fraction(beta) / count
    clean, stay = alpha_bar_before + spread, 1 - beta + jump
    evidence = clean * jump + spread * stay + (count - 2) * spread * jump
    return {
        "clean_before": clean * jump / evidence,
        "stayed": spread * stay / evidence,
        "third": spread * jump / evidence,
        "prior_only": clean,
        "not_normalised": clean * jump,
        "no_return": clean
        * beta
        / (clean * beta + spread * (1 - beta) + (count - 2) * spread * beta),
        "likelihood_only": jump / (stay + (count - 1) * jump),
    }


@check("uniform_diffusion.posterior", tolerance=1e-8)
def posterior_by_matrices(
    size: "Tensor", alpha_bar_before: "Tensor", beta: "Tensor"
) -> Mapping[str, Any]:
    """Bayes' rule on vectors of all tokens: x_0 is token 0, x_t is token 1.

    All are [variants]; a variant with fewer tokens than the largest has zeros behind them.
    """
    import torch

    most = int(size.max())
    live = (torch.arange(most) < size[:, None]).to(beta.dtype)

    def hit(place: int) -> "Tensor":
        return torch.nn.functional.one_hot(torch.tensor(place), most).to(beta.dtype)

    def kernel(kept: "Tensor", place: int, again: "Tensor") -> "Tensor":
        """The probabilities of all tokens after, or before, one of them."""
        return kept[:, None] * hit(place) + again[:, None] * live / size[:, None]

    before = kernel(alpha_bar_before, 0, 1 - alpha_bar_before)
    changed = kernel(1 - beta, 1, beta)

    def bayes(prior: "Tensor", likelihood: "Tensor") -> "Tensor":
        product = prior * likelihood
        return product / product.sum(-1, keepdim=True)

    given_other = bayes(before, changed)
    # Without a return to the same token, the step gives every other token the weight β.
    wrong = (1 - beta)[:, None] * hit(1) + beta[:, None] * (live - hit(1))
    return {
        "clean_before": given_other[:, 0],
        "stayed": given_other[:, 1],
        "third": given_other[:, 2],
        "prior_only": before[:, 0],
        "not_normalised": before[:, 0] * changed[:, 0],
        "no_return": bayes(before, wrong)[:, 0],
        "likelihood_only": bayes(live, changed)[:, 0],
    }
