"""Which Monte Carlo estimates are unbiased, whatever the distribution of the draws."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Formula, Number, Power, Product, Sum, Symbol
from qgen.document.formula import linear as linear_formula
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Scalar, require_scalar
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "estimators_bias.unbiased",
    results={
        "function": "f as a formula in x",
        "spread_divisor": "N − lost, a formula in N",
        "average_divisor": "N − short, a formula in N",
        "mean_unbiased": "whether the sample mean is an unbiased estimate of E X",
        "plug_in_unbiased": "whether f(sample mean) is an unbiased estimate of E f(X), whatever "
        "the distribution of the draws",
        "average_unbiased": "whether the sum of all f(X_i) over N − short is an unbiased estimate "
        "of E f(X)",
        "spread_unbiased": "whether the sum of squares around the sample mean over N − lost is an "
        "unbiased estimate of the variance",
    },
    examples=(
        {"quadratic": 0, "linear": 3, "constant": -2, "lost": 1, "short": 0},
        {"quadratic": 2, "linear": -1, "constant": 0, "lost": 0, "short": 1},
        {"quadratic": -1, "linear": 4, "constant": 5, "lost": -1, "short": 0},
    ),
)
def unbiased(
    quadratic: Scalar, linear: Scalar, constant: Scalar, lost: Scalar, short: Scalar
) -> SolverResults:
    """Which estimates from N ≥ 2 independent draws are unbiased for every distribution of them.

    f(x) = quadratic x² + linear x + constant. E f(mean) − E f(X) = quadratic · Var(X) (1/N − 1), so
    only affine functions may be exchanged with the average; E Σ (X_i − mean)² = (N − 1) Var(X).
    Source: Casella and Berger, Statistical Inference (2002), theorem 5.2.6 and section 4.7
    (Jensen's inequality). Raises ValueError for lost or short that is not −1, 0 or 1 and for a
    constant f.
    """
    for name, value in (("quadratic", quadratic), ("linear", linear), ("constant", constant)):
        require_scalar(name, value)
    for name, value in (("lost", lost), ("short", short)):
        if value not in (-1, 0, 1):
            raise ValueError(f"{name} must be -1, 0 or 1, it is {value}")
    if not quadratic and not linear:
        raise ValueError("quadratic and linear must not both be 0")
    x = Symbol("x")
    powers: list[tuple[Scalar, Formula]] = [
        (quadratic, Power(x, Number(2))),
        (linear, x),
    ]
    terms = [Product((Number(factor), power)) for factor, power in powers if factor]
    rest = [Number(constant)] if constant else []
    return {
        "function": Sum((*terms, *rest)),
        "spread_divisor": linear_formula([(1, "N")], -lost),
        "average_divisor": linear_formula([(1, "N")], -short),
        "mean_unbiased": True,
        "plug_in_unbiased": quadratic == 0,
        "average_unbiased": short == 0,
        "spread_unbiased": lost == 1,
    }


@check("estimators_bias.unbiased", tolerance=1e-9)
def unbiased_by_enumeration(
    quadratic: "Tensor", linear: "Tensor", constant: "Tensor", lost: "Tensor", short: "Tensor"
) -> Mapping[str, Any]:
    """Every sample of two and of three draws from three tables; all arguments are [variants].

    No parabola but 0 has the mean 0 under all three.
    """
    import torch

    def f(x: "Tensor") -> "Tensor":
        return constant[:, None] + x * (linear[:, None] + x * quadratic[:, None])

    far = torch.zeros(4, len(lost), dtype=lost.dtype)
    tables = (
        ([-1, 0, 4], [0.2, 0.5, 0.3]),
        ([0, 1, 2], [0.7, 0.2, 0.1]),
        ([2, 3, 5], [0.4, 0.4, 0.2]),
    )
    for values, law in tables:
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
                    average @ chance * n / (n - short) - f(outcomes[None]) @ chances,
                    squares @ chance / (n - lost) - chances @ (outcomes - mean) ** 2,
                )
            )
            far = torch.maximum(far, gaps.abs())
    whole, plug_in, averaged, spread = far < 1e-9
    return {
        "function": lambda points: f(points["x"]),
        "spread_divisor": lambda points: points["N"] - lost[:, None],
        "average_divisor": lambda points: points["N"] - short[:, None],
        "mean_unbiased": whole,
        "plug_in_unbiased": plug_in,
        "average_unbiased": averaged,
        "spread_unbiased": spread,
    }
