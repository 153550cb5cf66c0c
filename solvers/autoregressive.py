"""Autoregressive models: the probability of a sequence by the chain rule.

Probabilities of outcomes are exact; logarithms are natural unless a name says bits.
"""

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from math import log, prod
from operator import mul
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Matrix,
    Scalar,
    Vector,
    over_common_denominator,
    require_between_zero_and_one,
    require_probabilities,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import require_count, require_matrix
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "autoregressive.binary_chain",
    results={
        "probability": "p(x_1, x_2, x_3)",
        "factors": "p(x_1), p(x_2 | x_1), p(x_3 | x_1, x_2)",
        "last_is_one": "the marginal probability p(x_3 = 1)",
        "first_given_last": "p(x_1 = 1 | x_3 = 1), against the order of the model",
        "last_given_one": "p(x_3 = 1 | x_1 = 1)",
        "last_given_zero": "p(x_3 = 1 | x_1 = 0)",
        "one_and_last": "p(x_1 = 1, x_3 = 1)",
        "zero_and_last": "p(x_1 = 0, x_3 = 1)",
    },
    mistakes={
        "ones_only": "Multiplies the table entries without taking 1 − p where x_i = 0",
        "context_reversed": "Reads the table of x_3 with x_1 and x_2 swapped",
        "context_ignored": "Multiplies the marginals p(x_1) p(x_2) p(x_3) as if independent",
        "last_factor": "Only the last factor p(x_3 | x_1, x_2)",
        "average_of_last_table": "Averages the table of x_3 without weighting the contexts",
        "added": "Adds the three factors",
    },
    examples=(
        {
            "p_1": Fraction(3, 5),
            "p_2": (Fraction(1, 4), Fraction(1, 2)),
            "p_3": (Fraction(1, 10), Fraction(3, 10), Fraction(4, 5), Fraction(9, 10)),
            "x": (1, 0, 1),
        },
        {
            "p_1": Fraction(1, 2),
            "p_2": (Fraction(1, 3), Fraction(2, 3)),
            "p_3": (Fraction(1, 5), Fraction(2, 5), Fraction(3, 5), Fraction(1, 100)),
            "x": (0, 1, 0),
        },
        {
            "p_1": Fraction(1, 1000),
            "p_2": (Fraction(9, 10), Fraction(1, 10)),
            "p_3": (Fraction(1, 2), Fraction(1, 4), Fraction(1, 8), Fraction(1, 16)),
            "x": (1, 1, 1),
        },
    ),
)
def binary_chain(p_1: Scalar, p_2: Vector, p_3: Vector, x: Vector) -> SolverResults:
    """Three binary variables: p(x) = p(x_1) p(x_2 | x_1) p(x_3 | x_1, x_2).

    p_1 = p(x_1 = 1); p_2 holds p(x_2 = 1 | x_1) for x_1 = 0, 1; p_3 holds p(x_3 = 1 | x_1, x_2)
    for (x_1, x_2) = 00, 01, 10, 11; x holds three bits. The marginal of x_3 sums over the four
    contexts. Source: Bengio and Bengio, Modeling high-dimensional discrete data with multi-layer
    neural networks (2000), NIPS 12, the decomposition by the chain rule. Raises ValueError
    unless all table entries lie between 0 and 1 and x holds three bits.
    """
    require_vector("p_2", p_2, 2)
    require_vector("p_3", p_3, 4)
    require_vector("x", x, 3)
    for name, entry in (("p_1", p_1), ("an entry of p_2", p_2[0]), ("an entry of p_2", p_2[1])):
        require_between_zero_and_one(name, entry)
    for entry in p_3:
        require_between_zero_and_one("an entry of p_3", entry)
    if not all(bit in (0, 1) for bit in x):
        raise ValueError("x must hold zeros and ones")
    first, second, third = map(int, x)
    # Whole numbers over one denominator: a one has `ones` shares in `of`.
    (one, *twos_and_threes), of = over_common_denominator((p_1, *p_2, *p_3))
    twos, threes = twos_and_threes[:2], twos_and_threes[2:]
    ones = (one, twos[first], threes[2 * first + second])
    shares = [one if bit else of - one for one, bit in zip(ones, x, strict=True)]
    product, cube = shares[0] * shares[1] * shares[2], of**3
    after_one = twos[1] * threes[3] + (of - twos[1]) * threes[2]
    after_zero = twos[0] * threes[1] + (of - twos[0]) * threes[0]
    both, neither = one * after_one, (of - one) * after_zero
    last = both + neither
    middle = one * twos[1] + (of - one) * twos[0]
    swapped = threes[2 * second + first]
    return {
        "probability": fraction(product, cube),
        "factors": tuple([fraction(share, of) for share in shares]),
        "last_is_one": fraction(last, cube),
        "first_given_last": fraction(both, last),
        "last_given_one": fraction(after_one, of * of),
        "last_given_zero": fraction(after_zero, of * of),
        "one_and_last": fraction(both, cube),
        "zero_and_last": fraction(neither, cube),
        "ones_only": fraction(ones[0] * ones[1] * ones[2], cube),
        "context_reversed": fraction(
            shares[0] * shares[1] * (swapped if third else of - swapped), cube
        ),
        "context_ignored": fraction(
            shares[0] * (middle if second else of**2 - middle) * (last if third else cube - last),
            of * of**2 * cube,
        ),
        "last_factor": fraction(shares[2], of),
        "average_of_last_table": fraction(sum(threes), 4 * of),
        "added": fraction(sum(shares), of),
    }


def _joint_of_bits(p_1: "Tensor", p_2: "Tensor", p_3: "Tensor") -> tuple["Tensor", "Tensor"]:
    """The joint table [variants, 8] that has these conditionals, and its outcomes [3, 8].

    Each table entry is a linear equation: the outcomes in which the context holds and the bit is
    one, less the entry times those in which the context holds, is zero. All sum to one.
    """
    import torch

    codes = torch.arange(8)
    bits = torch.stack([(codes >> place) & 1 for place in (2, 1, 0)])
    rows = [torch.ones(len(p_1), 8, dtype=torch.float64)]
    entries = torch.cat((p_1[:, None], p_2, p_3), dim=1)
    contexts = [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2), (2, 3)]
    for column, (length, context) in enumerate(contexts):
        holds = (codes >> (3 - length)) == context
        one = bits[length].double()
        rows.append(holds * (one - entries[:, column : column + 1]))
    right = torch.zeros(8, 1, dtype=torch.float64)
    right[0] = 1
    return torch.linalg.solve(torch.stack(rows, dim=1), right)[..., 0], bits


@check("autoregressive.binary_chain", tolerance=1e-9)
def binary_chain_by_linear_equations(
    p_1: "Tensor", p_2: "Tensor", p_3: "Tensor", x: "Tensor"
) -> Mapping[str, Any]:
    """Everything is read off the one joint table with these conditionals, by adding entries up.

    A table that is read in the wrong order, or whose contexts are all as probable, is another
    joint table. p_1: [variants]; p_2: [variants, 2]; p_3: [variants, 4]; x: [variants, 3].
    """
    import torch

    joint, bits = _joint_of_bits(p_1, p_2, p_3)

    def total(table: "Tensor", holds: "Tensor") -> "Tensor":
        return (table * holds).sum(-1)

    agrees = bits[None] == x[:, :, None]
    before = [agrees[:, :place].all(1) for place in range(4)]
    prefixes = torch.stack([total(joint, holds) for holds in before], dim=1)
    ones = [total(joint, before[place] & (bits[place] == 1)) for place in range(3)]
    factors = prefixes[:, 1:] / prefixes[:, :-1]
    marginals = torch.stack([total(joint, agrees[:, place]) for place in range(3)], dim=1)
    turned, _ = _joint_of_bits(p_1, p_2, p_3[:, [0, 2, 1, 3]])
    half = torch.full_like(p_1, 0.5)
    level, _ = _joint_of_bits(half, torch.stack((half, half), 1), p_3)
    first, last = bits[0] == 1, bits[2] == 1
    return {
        "probability": prefixes[:, 3],
        "factors": factors,
        "last_is_one": total(joint, last),
        "first_given_last": total(joint, first & last) / total(joint, last),
        "last_given_one": total(joint, first & last) / total(joint, first),
        "last_given_zero": total(joint, ~first & last) / total(joint, ~first),
        "one_and_last": total(joint, first & last),
        "zero_and_last": total(joint, ~first & last),
        "ones_only": (torch.stack(ones, 1) / prefixes[:, :3]).prod(-1),
        "context_reversed": total(turned, before[3]),
        "context_ignored": marginals.prod(-1),
        "last_factor": prefixes[:, 3] / prefixes[:, 2],
        "average_of_last_table": total(level, last),
        "added": factors.sum(-1),
    }


@solver(
    "autoregressive.markov_chain",
    results={
        "probability": "p(x_1, …, x_n)",
        "bits": "−log2 p(x_1, …, x_n)",
        "next_state": "the distribution of the state after the last one",
        "second_marginal": "the distribution of the second state when the path is not known",
        "final_marginal": "the distribution of the last state x_n when the path is not known",
    },
    mistakes={
        "initial_forgotten": "Only the transitions, without p(x_1)",
        "transposed": "Reads the transition matrix with rows and columns swapped",
        "independent": "Multiplies the initial probabilities of all states of the path",
        "nats": "−ln p(x_1, …, x_n): nats in place of bits",
        "bits_per_symbol": "−log2 p(x_1, …, x_n) / n",
    },
    examples=(
        {
            "initial": (Fraction(1, 2), Fraction(1, 2)),
            "transition": (
                (Fraction(9, 10), Fraction(1, 10)),
                (Fraction(2, 5), Fraction(3, 5)),
            ),
            "x": (0, 0, 1, 1),
        },
        {
            "initial": (Fraction(1, 5), Fraction(3, 10), Fraction(1, 2)),
            "transition": (
                (Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)),
                (Fraction(1, 10), Fraction(4, 5), Fraction(1, 10)),
                (Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)),
            ),
            "x": (2, 1, 0),
        },
        {"initial": (0, 1), "transition": ((1, 0), (Fraction(1, 3), Fraction(2, 3))), "x": (1,)},
    ),
)
def markov_chain(initial: Vector, transition: Matrix, x: Vector) -> SolverResults:
    """A path's probability p(x_1) Π p(x_t | x_{t−1}); transition[i][j] = p(next = j | now = i).

    `initial` [k] and the rows of `transition` [k, k] sum to one; x holds states from 0.
    Source: Bishop, Pattern Recognition and Machine Learning (2006), equation 13.2. Raises
    ValueError for distributions that do not sum to one, unknown states and impossible paths.
    """
    require_probabilities("initial", initial)
    size = len(initial)
    require_matrix("transition", transition, size, size)
    for index, row in enumerate(transition):
        require_probabilities(f"transition[{index}]", row)
    require_vector("x", x)
    path = [require_count(f"x[{index}]", state, 0, size - 1) for index, state in enumerate(x)]
    if len(path) > 100:
        raise ValueError(f"x must have at most 100 states, it has {len(path)}")
    starts, start_whole = over_common_denominator(initial)
    flat, whole = over_common_denominator([entry for row in transition for entry in row])
    rows = [flat[size * state : size * (state + 1)] for state in range(size)]
    steps = list(pairwise(path))
    moves = prod([rows[here][there] for here, there in steps])
    product = starts[path[0]] * moves
    if not product:
        raise ValueError("the path must be possible, its probability is 0")

    def onwards(shares: list[int]) -> list[int]:
        return [sum(map(mul, shares, column)) for column in zip(*rows, strict=True)]

    marginal = starts
    for _ in steps:
        marginal = onwards(marginal)
    scale = whole ** len(steps)
    total = start_whole * scale
    logarithm = log(product) - log(total)
    return {
        "probability": fraction(product, total),
        "bits": -logarithm / log(2),
        "next_state": transition[path[-1]],
        "second_marginal": tuple(
            [fraction(share, start_whole * whole) for share in onwards(starts)]
        ),
        "final_marginal": tuple([fraction(share, total) for share in marginal]),
        "initial_forgotten": fraction(moves, scale),
        "transposed": fraction(
            starts[path[0]] * prod([rows[there][here] for here, there in steps]), total
        ),
        "independent": fraction(prod([starts[state] for state in path]), start_whole ** len(path)),
        "nats": -logarithm,
        "bits_per_symbol": -logarithm / log(2) / len(path),
    }


@check("autoregressive.markov_chain", tolerance=1e-9)
def markov_chain_by_absorption(
    initial: "Tensor", transition: "Tensor", x: "Tensor"
) -> Mapping[str, Any]:
    """The probability that a walk which dies where it leaves the path reaches its end.

    With M the moves between places on the path, it solves (I − M) h = r. Source: Kemeny and
    Snell, Finite Markov Chains (1960), section 3.3 on absorption. The last state's distribution
    is the left factor of a matrix power. Mistakes change the start or the moves of the walk.
    """
    import torch

    variants, length = x.shape
    states = x.long()
    rows = torch.arange(variants)

    def reached(start: "Tensor", moves: "Tensor") -> "Tensor":
        alive = torch.eye(length + 1, dtype=torch.float64).repeat(variants, 1, 1)
        alive[:, 0, 1] = -start[rows, states[:, 0]]
        for place in range(1, length):
            alive[:, place, place + 1] = -moves[rows, states[:, place - 1], states[:, place]]
        arrival = torch.zeros(length + 1, dtype=torch.float64)
        arrival[-1] = 1
        chances: Tensor = torch.linalg.solve(alive, arrival.expand(variants, -1))
        return chances[:, 0]

    def after(steps: int) -> "Tensor":
        powers: Tensor = torch.linalg.matrix_power(transition, steps)
        return (powers.mT @ initial[..., None])[..., 0]

    probability = reached(initial, transition)
    here = torch.nn.functional.one_hot(states[:, -1], initial.shape[1]).double()
    return {
        "probability": probability,
        "bits": -probability.log2(),
        "next_state": (transition.mT @ here[..., None])[..., 0],
        "second_marginal": after(1),
        "final_marginal": after(length - 1),
        "initial_forgotten": reached(torch.ones_like(initial), transition),
        "transposed": reached(initial, transition.mT),
        "independent": reached(initial, initial[:, None].expand_as(transition)),
        "nats": -probability.log(),
        "bits_per_symbol": -(probability ** (1 / length)).log2(),
    }
