"""Formulas as functions of tensors: points of their domains, and values there for a whole batch.

Torch is imported where it is used.
"""

import math
import random
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache, reduce
from operator import attrgetter
from typing import TYPE_CHECKING, Any, assert_never

from qgen.document.formula import (
    Call,
    Formula,
    FunctionName,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    VariableDomain,
)

if TYPE_CHECKING:
    from torch import Tensor

POINTS = 12


class Points(dict[str, "Tensor"]):
    """Values [variants, points] of any symbol that is asked for, always the same ones.

    Each symbol has one value in each of twelve equal shares of its domain, in an order of its
    own, so that the points of several symbols together are spread out too. Real values run
    from −6 to 6, positive ones from 1/30 to 30; nonnegative ones begin with 0.
    """

    def __init__(self, domains: Mapping[str, VariableDomain], variants: int) -> None:
        super().__init__()
        self._domains, self._variants = domains, variants

    def __missing__(self, symbol: str) -> "Tensor":
        import torch

        row = torch.tensor(coordinates(symbol, self._domains.get(symbol, "real")))
        self[symbol] = row.to(torch.float64).expand(self._variants, POINTS)
        return self[symbol]


@lru_cache(maxsize=256)
def coordinates(symbol: str, domain: VariableDomain) -> tuple[float, ...]:
    """The values that a symbol takes, one at each point."""
    stream = random.Random(f"points of {symbol}")
    shares = [(share + stream.random()) / POINTS for share in range(POINTS)]
    order = [stream.random() for _ in shares]
    spread = [share for _, share in sorted(zip(order, shares, strict=True))]
    match domain:
        case "real":
            return tuple([12 * share - 6 for share in spread])
        case "positive":
            return tuple([30 ** (2 * share - 1) for share in spread])
        case "nonnegative":
            return (0.0, *[30 ** (2 * share - 1) for share in spread[1:]])
        case "probability":
            return tuple(spread)
        case _:
            assert_never(domain)


_PARTS: Mapping[type, Callable[[Any], tuple[Formula, ...]]] = {
    Sum: attrgetter("terms"),
    Product: attrgetter("factors"),
    Quotient: attrgetter("numerator", "denominator"),
    Power: attrgetter("base", "exponent"),
}


def skeleton(expression: Formula) -> Hashable:
    """What a formula looks like apart from its numbers: equal ones are evaluated together."""
    kind = type(expression)
    if kind in _PARTS:
        return (kind, *map(skeleton, _PARTS[kind](expression)))
    match expression:
        case Number():
            return 0
        case Symbol():
            return expression.name
        case Call():
            return (expression.function, "()", *map(skeleton, expression.arguments))
        case _:
            raise TypeError(f"{expression!r} is no formula")


def evaluate_alike(expressions: Sequence[Formula], points: Mapping[str, "Tensor"]) -> "Tensor":
    """The values [variants, points] of formulas that have one skeleton; NaN where undefined."""
    import torch

    def below(*parts: Sequence[Formula]) -> list["Tensor"]:
        return [evaluate_alike(part, points) for part in parts]

    first = expressions[0]
    match first:
        case Number():
            numbers = [float(each.value) for each in expressions if isinstance(each, Number)]
            return torch.tensor(numbers, dtype=torch.float64)[:, None]
        case Symbol("pi"):
            return torch.tensor([[math.pi]], dtype=torch.float64)
        case Symbol():
            return points[first.name]
        case Sum():
            terms = [each.terms for each in expressions if isinstance(each, Sum)]
            return reduce(torch.add, below(*zip(*terms, strict=True)))
        case Product():
            factors = [each.factors for each in expressions if isinstance(each, Product)]
            return reduce(torch.mul, below(*zip(*factors, strict=True)))
        case Quotient():
            quotients = [each for each in expressions if isinstance(each, Quotient)]
            above, under = below(
                [each.numerator for each in quotients], [each.denominator for each in quotients]
            )
            return above / under
        case Power():
            powers = [each for each in expressions if isinstance(each, Power)]
            base, exponent = below(
                [each.base for each in powers], [each.exponent for each in powers]
            )
            return torch.pow(base, exponent)
        case Call():
            arguments = [each.arguments for each in expressions if isinstance(each, Call)]
            return _call(first.function, below(*zip(*arguments, strict=True)))
        case _:
            assert_never(first)


def _call(function: FunctionName, arguments: list["Tensor"]) -> "Tensor":
    import torch

    match function:
        case "exp" | "sqrt" | "abs" | "sin" | "cos" | "tanh" | "sigmoid":
            value: Tensor = getattr(torch, function)(*arguments)
            return value
        case "ln":
            return torch.log(*arguments)
        case "max" | "min":
            return reduce(torch.maximum if function == "max" else torch.minimum, arguments)
        case _:
            assert_never(function)
