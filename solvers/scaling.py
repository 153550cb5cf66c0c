"""Scaling laws: how to share out a budget of compute between parameters and tokens."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Call, Formula, Number, Product, Symbol
from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    Vector,
    require_between_zero_and_one,
    require_positive,
    require_scalar,
    require_vector,
)
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_LARGEST = 10**15
_STEPS = 100


def _require_law(irreducible: Scalar, a: Scalar, alpha: Scalar, b: Scalar, beta: Scalar) -> None:
    require_scalar("irreducible", irreducible)
    for name, factor in (("a", a), ("b", b)):
        require_positive(name, factor)
        if not Fraction(1, 1000) <= factor <= 1000:
            raise ValueError(f"{name} must lie between 0.001 and 1000")
    for name, exponent in (("alpha", alpha), ("beta", beta)):
        require_between_zero_and_one(name, exponent)
        if exponent < Fraction(1, 20):
            raise ValueError(f"{name} must be at least 0.05")


def _require_sizes(**sizes: Scalar) -> None:
    for name, size in sizes.items():
        require_positive(name, size)
        if not fraction(1, _LARGEST) <= size <= _LARGEST:
            raise ValueError(f"{name} must be at most {_LARGEST}, and one over it at least")


@solver(
    "scaling.optimum",
    results={
        "parameters": "N, the number of parameters with the lowest loss for this product N D",
        "tokens": "D, the number of tokens that goes with it",
        "exponent": "the power of compute with which N grows, beta / (alpha + beta)",
        "tokens_exponent": "the power of compute with which D grows, alpha / (alpha + beta)",
        "loss": "the lowest loss",
        "tokens_per_parameter": "D / N",
        "parameters_grow_faster": "whether N grows by a higher power of compute than D",
    },
    mistakes={
        "equal_terms": "N at which both reducible terms are equal, not their slopes",
        "even_split": "N = D, the square root of the product",
        "six_forgotten": "N for six times the product: C taken for N D",
    },
    examples=(
        {
            "irreducible": Fraction(17, 10),
            "a": 4,
            "alpha": Fraction(34, 100),
            "b": 9,
            "beta": Fraction(28, 100),
            "product": 10**7,
        },
        {
            "irreducible": 2,
            "a": 3,
            "alpha": Fraction(3, 10),
            "b": Fraction(5, 2),
            "beta": Fraction(2, 5),
            "product": 5 * 10**5,
        },
        {
            "irreducible": 1,
            "a": 2,
            "alpha": Fraction(1, 2),
            "b": 2,
            "beta": Fraction(1, 3),
            "product": 10**4,
        },
    ),
)
def optimum(
    irreducible: Scalar, a: Scalar, alpha: Scalar, b: Scalar, beta: Scalar, product: Scalar
) -> SolverResults:
    """The best N and D with N D = product for the loss irreducible + a / N^alpha + b / D^beta.

    N = (alpha a / (beta b))^(1 / (alpha + beta)) · product^(beta / (alpha + beta)); compute is
    C = 6 N D. Source: Hoffmann et al., Training compute-optimal large language models (2022),
    equations 2 and 4. Raises ValueError for factors not above zero, exponents not between 0.05
    and 1, and a product that is not between 10^−15 and 10^15.
    """
    _require_law(irreducible, a, alpha, b, beta)
    _require_sizes(product=product)
    exponent = Fraction(beta) / (alpha + beta)
    steep = float(Fraction(alpha) * a / (beta * b)) ** (1 / float(alpha + beta))
    even = float(Fraction(a) / b) ** (1 / float(alpha + beta))
    share = float(product) ** float(exponent)
    parameters = steep * share
    tokens = float(product) / parameters
    reducible = float(a) / parameters ** float(alpha) + float(b) / tokens ** float(beta)
    return {
        "parameters": parameters,
        "tokens": tokens,
        "exponent": exponent,
        "tokens_exponent": 1 - exponent,
        "loss": float(irreducible) + reducible,
        "tokens_per_parameter": tokens / parameters,
        "parameters_grow_faster": exponent > Fraction(1, 2),
        "equal_terms": even * share,
        "even_split": float(product) ** 0.5,
        "six_forgotten": steep * (6 * float(product)) ** float(exponent),
    }


def _root(rising: Callable[["Tensor"], "Tensor"], variants: int) -> "Tensor":
    """Where a rising function of ln N changes its sign, by bisection; [variants]."""
    import torch

    low = torch.full((variants,), -200.0, dtype=torch.float64)
    high = -low
    for _ in range(_STEPS):
        middle = (low + high) / 2
        above = rising(middle) > 0
        before = low, high
        low, high = torch.where(above, low, middle), torch.where(above, middle, high)
        if torch.equal(low, before[0]) and torch.equal(high, before[1]):
            break
    return (low + high) / 2


@check("scaling.optimum", tolerance=1e-8)
def optimum_by_slope(
    irreducible: "Tensor",
    a: "Tensor",
    alpha: "Tensor",
    b: "Tensor",
    beta: "Tensor",
    product: "Tensor",
) -> Mapping[str, Any]:
    """Bisects where the loss along N D = product has no slope in ln N, by autograd; [variants].

    The exponent is how far ln N moves when the product is multiplied by e.
    """
    import torch

    def loss(size: "Tensor", whole: "Tensor") -> "Tensor":
        return irreducible + a * (-alpha * size).exp() + b * (-beta * (whole.log() - size)).exp()

    def best(whole: "Tensor") -> "Tensor":
        def slope(size: "Tensor") -> "Tensor":
            size = size.detach().requires_grad_()
            return torch.autograd.grad(loss(size, whole).sum(), size)[0]

        return _root(slope, len(whole))

    size = best(product)
    moved = best(product * torch.e) - size
    equal = _root(
        lambda size: b.log() - beta * (product.log() - size) - a.log() + alpha * size,
        len(product),
    )
    parameters = size.exp()
    return {
        "parameters": parameters,
        "tokens": product / parameters,
        "exponent": moved,
        "tokens_exponent": 1 - moved,
        "loss": loss(size, product),
        "tokens_per_parameter": (product.log() - 2 * size).exp(),
        "parameters_grow_faster": moved > 0.5 + 1e-9,
        "equal_terms": equal.exp(),
        "even_split": product.sqrt(),
        "six_forgotten": best(6 * product).exp(),
    }


@solver(
    "scaling.compared",
    results={
        "losses": "the loss of each of the two models",
        "second_is_better": "whether the second model has the lower loss",
        "second_used_more": "whether the second model was trained with more compute",
        "first_too_large": "whether fewer parameters with the same compute would do better",
        "data_helps_more": "whether doubling the first model's tokens gains more than doubling "
        "its parameters",
        "products": "N D of each model, a sixth of its compute",
        "doubled_tokens": "the first model's loss with twice the tokens",
        "doubled_parameters": "the first model's loss with twice the parameters",
        "pulls": "alpha a / N^alpha and beta b / D^beta of the first model",
    },
    examples=(
        {
            "irreducible": Fraction(17, 10),
            "a": 4,
            "alpha": Fraction(34, 100),
            "b": 9,
            "beta": Fraction(28, 100),
            "first": (1000, 20000),
            "second": (4000, 4000),
        },
        {
            "irreducible": 2,
            "a": 8,
            "alpha": Fraction(1, 2),
            "b": 3,
            "beta": Fraction(1, 4),
            "first": (50, 800),
            "second": (100, 900),
        },
    ),
)
def compared(
    irreducible: Scalar,
    a: Scalar,
    alpha: Scalar,
    b: Scalar,
    beta: Scalar,
    first: Vector,
    second: Vector,
) -> SolverResults:
    """Two models (N, D) under the loss irreducible + a / N^alpha + b / D^beta.

    At constant N D the loss rises with N where alpha a / N^alpha < beta b / D^beta. Source:
    Hoffmann et al., Training compute-optimal large language models (2022), equations 2 to 4.
    Raises ValueError as `scaling.optimum`, and for models other than two sizes.
    """
    _require_law(irreducible, a, alpha, b, beta)
    for name, model in (("first", first), ("second", second)):
        require_vector(name, model, 2)
        _require_sizes(**{f"{name}[{index}]": size for index, size in enumerate(model)})

    def loss(size: Scalar, tokens: Scalar) -> float:
        model: float = float(a) / float(size) ** float(alpha)
        data: float = float(b) / float(tokens) ** float(beta)
        return float(irreducible) + model + data

    size, tokens = first
    pulls = (
        float(alpha * a) / float(size) ** float(alpha),
        float(beta * b) / float(tokens) ** float(beta),
    )
    losses = (loss(*first), loss(*second))
    doubled = (loss(size, 2 * tokens), loss(2 * size, tokens))
    products = (Fraction(first[0]) * first[1], Fraction(second[0]) * second[1])
    return {
        "losses": losses,
        "second_is_better": losses[1] < losses[0],
        "second_used_more": products[1] > products[0],
        "first_too_large": pulls[0] < pulls[1],
        "data_helps_more": doubled[0] < doubled[1],
        "products": products,
        "doubled_tokens": doubled[0],
        "doubled_parameters": doubled[1],
        "pulls": pulls,
    }


@check("scaling.compared", tolerance=1e-9)
def compared_by_autograd(
    irreducible: "Tensor",
    a: "Tensor",
    alpha: "Tensor",
    b: "Tensor",
    beta: "Tensor",
    first: "Tensor",
    second: "Tensor",
) -> Mapping[str, Any]:
    """All in logarithms of sizes, [variants] and [variants, 2]; pulls are slopes by autograd."""
    import torch

    factors = torch.stack((a, b), -1).log()
    powers = torch.stack((alpha, beta), -1)

    def reducible(model: "Tensor") -> "Tensor":
        return (factors - powers * model).logsumexp(-1).exp()

    here = first.log().requires_grad_()
    loss = reducible(here)
    slopes = -torch.autograd.grad(loss.sum(), here)[0]
    step = torch.tensor(2.0, dtype=torch.float64).log() * torch.eye(2, dtype=torch.float64)
    bigger, longer = (reducible(here.detach() + row) for row in step)
    other = reducible(second.log())
    # A small step to a smaller model on more tokens, at the same compute.
    smaller = reducible(here.detach() + 1e-6 * torch.tensor([-1.0, 1.0], dtype=torch.float64))
    return {
        "losses": irreducible[:, None] + torch.stack((loss.detach(), other), -1),
        "second_is_better": other < loss,
        "second_used_more": second.log().sum(-1) > here.sum(-1),
        "first_too_large": smaller < loss,
        "data_helps_more": longer < bigger,
        "products": torch.stack((first.prod(-1), second.prod(-1)), -1),
        "doubled_tokens": irreducible + longer,
        "doubled_parameters": irreducible + bigger,
        "pulls": slopes,
    }


@solver(
    "scaling.reciprocal",
    results={"best": "the number of parameters with the lowest loss, a formula in the cost c"},
    mistakes={
        "tokens": "the number of tokens that goes with it",
        "six_lost": "takes c = n d",
        "even": "n = d",
        "squared": "the square of the best size",
    },
    domains={name: {"c": "positive"} for name in ("best", "tokens", "six_lost", "even", "squared")},
    examples=({"a": 6, "b": 4}, {"a": 5, "b": 12}, {"a": Fraction(1, 2), "b": 3}),
)
def reciprocal(a: Scalar, b: Scalar) -> SolverResults:
    """The best n for the loss a / n + b / d with c = 6 n d: sqrt(a c / (6 b)).

    Source: Hoffmann et al., Training compute-optimal large language models (2022), equation 4 with
    both exponents 1. Raises ValueError for factors not above zero.
    """
    require_positive("a", a)
    require_positive("b", b)

    def root(factor: Fraction) -> Formula:
        return Call("sqrt", (Product((Number(factor), Symbol("c"))),))

    return {
        "best": root(Fraction(a) / (6 * b)),
        "tokens": root(Fraction(b) / (6 * a)),
        "six_lost": root(Fraction(a) / b),
        "even": root(Fraction(1, 6)),
        "squared": Product((Number(Fraction(a) / (6 * b)), Symbol("c"))),
    }


@check("scaling.reciprocal", tolerance=1e-8)
def reciprocal_by_slope(a: "Tensor", b: "Tensor") -> Mapping[str, Any]:
    """Bisects the derivative of the loss in ln n, by autograd; a, b: [variants]."""
    import torch

    def best(
        a: "Tensor", b: "Tensor", operations: float
    ) -> Callable[[Mapping[str, "Tensor"]], "Tensor"]:
        def at(points: Mapping[str, "Tensor"]) -> "Tensor":
            cost = points["c"][: len(a)]
            shape = cost.shape

            def slope(size: "Tensor") -> "Tensor":
                size = size.reshape(shape).detach().requires_grad_()
                sizes = size.exp()
                loss = a[:, None] / sizes + b[:, None] * operations * sizes / cost
                return torch.autograd.grad(loss.sum(), size)[0].flatten()

            return _root(slope, cost.numel()).reshape(shape).exp().expand_as(points["c"])

        return at

    # All variants are asked at the same points: without drawn numbers, one stands for them.
    one = torch.ones_like(a[:1])
    right = best(a, b, 6)
    return {
        "best": right,
        "tokens": lambda points: points["c"] / (6 * right(points)),
        "six_lost": best(a, b, 1),
        "even": best(one, one, 6),
        "squared": lambda points: right(points) ** 2,
    }
