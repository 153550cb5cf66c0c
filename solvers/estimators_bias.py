"""Which Monte Carlo estimates are unbiased, whatever the distribution of the draws."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Expression, Number, Power, Product, Sum, Symbol
from qgen.document.formula import linear as linear_formula
from qgen.document.values import Answers
from qgen.solvers.numerics.arguments import Scalar, require_scalar
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "estimators_bias.unbiased",
    results={
        "function": "f as a formula in x",
        "divisor": "n − lost as a formula in N",
        "mean_unbiased": "whether the sample mean is an unbiased estimate of E X",
        "plug_in_unbiased": "whether f(sample mean) is an unbiased estimate of E f(X), whatever "
        "the distribution of the draws",
        "average_unbiased": "whether the average of all f(X_i) is an unbiased estimate of E f(X)",
        "spread_unbiased": "whether the sum of squares around the sample mean over n − lost is an "
        "unbiased estimate of the variance",
    },
    examples=(
        {"quadratic": 0, "linear": 3, "constant": -2, "lost": 1},
        {"quadratic": 2, "linear": -1, "constant": 0, "lost": 0},
        {"quadratic": -1, "linear": 4, "constant": 5, "lost": -1},
    ),
)
def unbiased(quadratic: Scalar, linear: Scalar, constant: Scalar, lost: Scalar) -> Answers:
    """Which estimates from n ≥ 2 independent draws are unbiased for every distribution of them.

    f(x) = quadratic x² + linear x + constant. E f(mean) − E f(X) = quadratic · Var(X) (1/n − 1), so
    only affine functions may be exchanged with the average; E Σ (X_i − mean)² = (n − 1) Var(X).
    Source: Casella and Berger, Statistical Inference (2002), theorem 5.2.6 and section 4.7
    (Jensen's inequality). Raises ValueError for lost that is not −1, 0 or 1 and a constant f.
    """
    for name, value in (("quadratic", quadratic), ("linear", linear), ("constant", constant)):
        require_scalar(name, value)
    if lost not in (-1, 0, 1):
        raise ValueError(f"lost must be -1, 0 or 1, it is {lost}")
    if not quadratic and not linear:
        raise ValueError("quadratic and linear must not both be 0")
    x = Symbol("x")
    powers: list[tuple[Scalar, Expression]] = [
        (quadratic, Power(x, Number(2))),
        (linear, x),
    ]
    terms = [Product((Number(factor), power)) for factor, power in powers if factor]
    rest = [Number(constant)] if constant else []
    return {
        "function": Sum((*terms, *rest)),
        "divisor": linear_formula([(1, "N")], -lost),
        "mean_unbiased": True,
        "plug_in_unbiased": quadratic == 0,
        "average_unbiased": True,
        "spread_unbiased": lost == 1,
    }


@check("estimators_bias.unbiased", tolerance=1e-9)
def unbiased_by_enumeration(
    quadratic: "Tensor", linear: "Tensor", constant: "Tensor", lost: "Tensor"
) -> Mapping[str, Any]:
    """Every sample of two and of three draws from two tables; all arguments are [variants]."""
    import torch

    def f(x: "Tensor") -> "Tensor":
        return constant[:, None] + x * (linear[:, None] + x * quadratic[:, None])

    far = torch.zeros(4, len(lost), dtype=lost.dtype)
    for values, law in (([-1, 0, 4], [0.2, 0.5, 0.3]), ([0, 1, 1], [0.7, 0.2, 0.1])):
        outcomes = torch.tensor(values, dtype=lost.dtype)
        chances = torch.tensor(law, dtype=lost.dtype)
        mean = chances @ outcomes
        for n in (2, 3):
            samples = torch.cartesian_prod(*[outcomes] * n)
            chance = torch.cartesian_prod(*[chances] * n).prod(-1)
            centre = samples.mean(-1, keepdim=True)
            squares = ((samples - centre) ** 2).sum(-1)
            average = torch.stack([f(column[None]) for column in samples.unbind(-1)]).mean(0)
            gaps = torch.stack(
                (
                    (chance @ centre - mean).expand(len(lost)),
                    f(centre.mT) @ chance - f(outcomes[None]) @ chances,
                    average @ chance - f(outcomes[None]) @ chances,
                    squares @ chance / (n - lost) - chances @ (outcomes - mean) ** 2,
                )
            )
            far = torch.maximum(far, gaps.abs())
    whole, plug_in, averaged, spread = far < 1e-9
    return {
        "function": lambda points: f(points["x"]),
        "divisor": lambda points: points["N"] - lost[:, None],
        "mean_unbiased": whole,
        "plug_in_unbiased": plug_in,
        "average_unbiased": averaged,
        "spread_unbiased": spread,
    }
