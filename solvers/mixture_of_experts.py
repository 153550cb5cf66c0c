"""Layers of experts: routing, the load-balancing loss, capacity, and parameters in use."""

from collections.abc import Mapping
from fractions import Fraction
from operator import mul
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Matrix,
    Scalar,
    Vector,
    over_common_denominator,
    require_positive,
    require_probabilities,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import require_count, require_matrix
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "mixture_of_experts.balance",
    results={
        "shares": "f, the share of the tokens that each expert gets (each token its best expert)",
        "mean_probabilities": "P, the mean router probability of each expert",
        "loss": "experts · Σ f P, which is 1 for an even load",
        "busiest": "index of the expert with the most tokens, from 0",
        "tie": "whether some token has two best experts, or two experts have the most tokens",
        "above_one": "whether the loss is above 1",
        "even_mean": "whether all mean probabilities are equal",
    },
    mistakes={
        "without_experts": "Σ f P, without the number of experts",
        "shares_squared": "experts · Σ f²",
        "probabilities_squared": "experts · Σ P²",
    },
    examples=(
        {
            "router": (
                (Fraction(3, 5), Fraction(3, 10), Fraction(1, 10)),
                (Fraction(1, 2), Fraction(1, 5), Fraction(3, 10)),
                (Fraction(1, 5), Fraction(3, 10), Fraction(1, 2)),
                (Fraction(7, 10), Fraction(1, 5), Fraction(1, 10)),
            )
        },
        {"router": ((Fraction(2, 5), Fraction(3, 5)), (Fraction(9, 10), Fraction(1, 10)))},
        {
            "router": (
                (Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)),
                (Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)),
                (0, 1, 0),
            )
        },
    ),
)
def balance(router: Matrix) -> SolverResults:
    """The auxiliary loss of a batch; a row of `router` holds a token's probabilities of experts.

    Source: Fedus, Zoph and Shazeer, Switch transformers (2021), equations 4 to 6 (without the
    factor alpha). Raises ValueError for rows that are no distributions, and fewer than two experts.
    """
    require_matrix("router", router)
    experts = len(router[0])
    if experts < 2:
        raise ValueError("there must be two experts at least")
    tokens = len(router)
    parts, unit = over_common_denominator([entry for row in router for entry in row])
    rows = [parts[start : start + experts] for start in range(0, len(parts), experts)]
    for index, row in enumerate(rows):
        if min(row) < 0 or sum(row) != unit:
            require_probabilities(f"router[{index}]", router[index])
    largest = [max(row) for row in rows]
    chosen = [row.index(most) for row, most in zip(rows, largest, strict=True)]
    counts = [chosen.count(expert) for expert in range(experts)]
    sums = list(map(sum, zip(*rows, strict=True)))
    together, below = sum(map(mul, counts, sums)), tokens * tokens * unit
    return {
        "shares": tuple([fraction(count, tokens) for count in counts]),
        "mean_probabilities": tuple([fraction(total, tokens * unit) for total in sums]),
        "loss": fraction(experts * together, below),
        "busiest": counts.index(max(counts)),
        "tie": counts.count(max(counts)) > 1
        or any(row.count(most) > 1 for row, most in zip(rows, largest, strict=True)),
        "above_one": experts * together > below,
        "even_mean": len(set(sums)) == 1,
        "without_experts": fraction(together, below),
        "shares_squared": fraction(experts * sum(map(mul, counts, counts)), tokens**2),
        "probabilities_squared": fraction(
            experts * sum(map(mul, sums, sums)), (tokens * unit) ** 2
        ),
    }


@check("mixture_of_experts.balance", tolerance=1e-9)
def balance_by_covariance(router: "Tensor") -> Mapping[str, Any]:
    """1 + experts² times the covariance of f and P over experts; router: [variants, tokens, e].

    Both have the mean 1 / experts, so the loss exceeds 1 by how far they go together.
    """
    import torch

    tokens, experts = router.shape[1:]
    best = router.argmax(-1)
    shares = torch.nn.functional.one_hot(best, experts).double().mean(1)
    means = torch.full((1, tokens), 1 / tokens, dtype=torch.float64) @ router
    means = means[:, 0]

    def together(first: "Tensor", second: "Tensor") -> "Tensor":
        gaps = (first - 1 / experts) * (second - 1 / experts)
        return 1 + experts * gaps.sum(-1)

    two = router.topk(2).values
    most = shares.topk(2).values
    loss = together(shares, means)
    return {
        "shares": shares,
        "mean_probabilities": means,
        "loss": loss,
        "busiest": shares.argmax(-1),
        "tie": (two[..., 0] - two[..., 1] < 1e-12).any(-1) | (most[:, 0] - most[:, 1] < 1e-12),
        "above_one": loss > 1 + 1e-12,
        "even_mean": (means - 1 / experts).abs().amax(-1) < 1e-12,
        "without_experts": loss / experts,
        "shares_squared": together(shares, shares),
        "probabilities_squared": together(means, means),
    }


@solver(
    "mixture_of_experts.capacity",
    results={
        "capacity": "tokens that each expert can take, capacity factor · tokens / experts, floored",
        "dropped": "tokens that find their expert full",
        "empty": "places that stay empty",
        "needed_factor": "the capacity factor with which no token is dropped",
        "tokens": "how many tokens there are",
        "drops": "whether any token is dropped",
    },
    mistakes={
        "moved_over": "Tokens that would be dropped if full experts passed theirs on",
        "without_factor": "Tokens dropped at the capacity factor 1",
        "busiest_only": "Only the tokens too many for the busiest expert",
    },
    examples=(
        {"loads": (10, 2, 7, 1), "factor": Fraction(6, 5)},
        {"loads": (30, 10, 20, 4), "factor": Fraction(5, 4)},
        {"loads": (9, 1), "factor": Fraction(1, 2)},
    ),
)
def capacity(loads: Vector, factor: Scalar) -> SolverResults:
    """Experts with a fixed number of places, each token being sent to one of them.

    Source: Fedus, Zoph and Shazeer, Switch transformers (2021), equation 3. Raises ValueError
    for loads that are not whole numbers from 0 to 10^6 or all zero, and a factor not above zero.
    """
    require_vector("loads", loads)
    counts = [require_count("a load", load, 0, 10**6) for load in loads]
    require_positive("factor", factor)
    tokens, experts = sum(counts), len(counts)
    if not tokens:
        raise ValueError("loads must not all be zero")
    places = factor.numerator * tokens // (factor.denominator * experts)
    even = tokens // experts
    kept = [min(count, places) for count in counts]
    return {
        "capacity": places,
        "dropped": tokens - sum(kept),
        "empty": experts * places - sum(kept),
        "needed_factor": fraction(max(counts) * experts, tokens),
        "tokens": tokens,
        "drops": max(counts) > places,
        "moved_over": max(0, tokens - experts * places),
        "without_factor": sum(max(0, count - even) for count in counts),
        "busiest_only": max(0, max(counts) - places),
    }


@check("mixture_of_experts.capacity", tolerance=1e-9)
def capacity_by_queueing(loads: "Tensor", factor: "Tensor") -> Mapping[str, Any]:
    """Tokens come one after the other, and each takes a place of its expert if one is left.

    loads: [variants, experts], factor: [variants].
    """
    import torch

    tokens, experts = loads.sum(-1), loads.shape[1]
    share = tokens / experts
    places = (factor * share + 1e-9).floor()
    number = torch.arange(int(loads.max())) + 1

    def turned_away(places: "Tensor") -> "Tensor":
        """[variants, experts]: arrivals whose number in the queue is beyond the last place."""
        arrived = number <= loads[..., None]
        return (arrived & (number > places[:, None, None])).sum(-1).double()

    lost = turned_away(places)
    all_places = torch.arange(int((experts * places).max())) < (experts * places)[:, None]
    return {
        "capacity": places,
        "dropped": lost.sum(-1),
        "empty": all_places.sum(-1) - (loads - lost).sum(-1),
        "needed_factor": loads.amax(-1) / share,
        "tokens": tokens,
        "drops": (lost > 0).any(-1),
        "moved_over": torch.relu(tokens - all_places.sum(-1)),
        "without_factor": turned_away((share + 1e-9).floor()).sum(-1),
        "busiest_only": lost.amax(-1),
    }


@solver(
    "mixture_of_experts.parameters",
    results={
        "total": "millions of parameters of all expert layers and of the rest",
        "active": "millions that a token uses",
        "share": "active over total",
        "expert": "millions of one expert in one layer",
        "dense_equivalent": "how many times as many parameters an expert layer holds as it uses",
    },
    mistakes={
        "active_of_experts": "chosen over experts, as if there were nothing else",
        "all_active": "Millions used if every expert worked on every token",
        "rest_forgotten": "Millions used without the parameters outside the experts",
        "two_matrices": "Millions used with two matrices an expert",
    },
    examples=(
        {
            "width": 1000,
            "hidden": 4000,
            "experts": 8,
            "chosen": 2,
            "layers": 10,
            "rest": 500,
        },
        {"width": 2048, "hidden": 1024, "experts": 64, "chosen": 6, "layers": 27, "rest": 900},
    ),
)
def parameters(
    width: Scalar,
    hidden: Scalar,
    experts: Scalar,
    chosen: Scalar,
    layers: Scalar,
    rest: Scalar,
) -> SolverResults:
    """Expert layers of three matrices an expert (gate, up, down), and `rest` millions elsewhere.

    A token is sent to `chosen` of the experts in each layer. Sources: Shazeer et al.,
    Outrageously large neural networks (2017), section 2; Jiang et al., Mixtral of experts (2024),
    section 2.1. Raises ValueError for counts below one, and more chosen experts than there are.
    """
    across = require_count("width", width, 1, 10**6)
    inner = require_count("hidden", hidden, 1, 10**6)
    many = require_count("experts", experts, 2, 10**5)
    used = require_count("chosen", chosen, 1, many)
    deep = require_count("layers", layers, 1, 10**4)
    require_positive("rest", rest)
    expert = fraction(3 * across * inner, 10**6)
    return {
        "total": deep * many * expert + rest,
        "active": deep * used * expert + rest,
        "share": (deep * used * expert + rest) / (deep * many * expert + rest),
        "expert": expert,
        "dense_equivalent": fraction(many, used),
        "active_of_experts": fraction(used, many),
        "all_active": deep * many * expert,
        "rest_forgotten": deep * used * expert,
        "two_matrices": deep * used * expert * Fraction(2, 3) + rest,
    }


@check("mixture_of_experts.parameters", tolerance=1e-9)
def parameters_by_tensors(
    width: "Tensor",
    hidden: "Tensor",
    experts: "Tensor",
    chosen: "Tensor",
    layers: "Tensor",
    rest: "Tensor",
) -> Mapping[str, Any]:
    """Makes the matrices without memory for them and counts the entries; all are [variants]."""
    import torch

    def millions(*shape: "Tensor") -> "Tensor":
        rows = torch.stack([each.expand_as(width) for each in shape], -1).long().tolist()
        counts = [torch.empty(row, device="meta").numel() for row in rows]
        return torch.tensor(counts, dtype=torch.float64) / 1e6

    three, two = torch.full_like(width, 3), torch.full_like(width, 2)
    stored = millions(layers, experts, three, width, hidden)
    used = millions(layers, chosen, three, hidden, width)
    return {
        "total": stored + rest,
        "active": used + rest,
        "share": (used + rest) / (stored + rest),
        "expert": millions(three, width, hidden),
        "dense_equivalent": stored / used,
        "active_of_experts": used / stored,
        "all_active": stored,
        "rest_forgotten": used,
        "two_matrices": millions(layers, chosen, two, width, hidden) + rest,
    }
