"""Autoregressive models against hand-worked numbers, brute force and torch's own layers."""

from fractions import Fraction
from itertools import product
from math import exp, log, log2

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.routes.registry import SolverFailure, find_solver, solve
from qgen.solvers.routes.verification import verify
from tests.drawn_fractions import fractions
from tests.examples import examples

CHAIN = find_solver("autoregressive.binary_chain")
MARKOV = find_solver("autoregressive.markov_chain")
RIVAL = find_solver("autoregressive_scores.against_rival")
PERPLEXITY = find_solver("autoregressive_scores.perplexity")
BITS = find_solver("autoregressive_scores.bits_per_dimension")
shares = fractions(min_value=Fraction(1, 100), max_value=Fraction(99, 100), max_denominator=100)
TABLES = {
    "p_1": Fraction(3, 5),
    "p_2": (Fraction(1, 4), Fraction(1, 2)),
    "p_3": (Fraction(1, 10), Fraction(3, 10), Fraction(4, 5), Fraction(9, 10)),
}


def laws(size):
    whole = draw.lists(draw.integers(1, 9), min_size=size, max_size=size)
    return whole.map(lambda parts: tuple(Fraction(part, sum(parts)) for part in parts))


def test_a_chain_of_three_bits():
    """p(1, 0, 1) = 3/5 · 1/2 · 4/5 = 6/25."""
    answers = solve(CHAIN, {**TABLES, "x": (1, 0, 1)})
    assert answers["probability"] == Fraction(6, 25)
    assert answers["factors"] == (Fraction(3, 5), Fraction(1, 2), Fraction(4, 5))
    assert answers["ones_only"] == Fraction(3, 5) * Fraction(1, 2) * Fraction(4, 5)
    assert answers["context_reversed"] == Fraction(3, 5) * Fraction(1, 2) * Fraction(3, 10)
    assert answers["last_factor"] == Fraction(4, 5)
    assert answers["added"] == Fraction(19, 10)
    assert answers["average_of_last_table"] == Fraction(21, 40)
    zeros = solve(CHAIN, {**TABLES, "x": (0, 0, 0)})
    assert zeros["probability"] == Fraction(2, 5) * Fraction(3, 4) * Fraction(9, 10)
    assert zeros["ones_only"] == Fraction(3, 5) * Fraction(1, 4) * Fraction(1, 10)


def test_all_outcomes_of_a_chain_sum_to_one_and_to_the_marginals():
    table = {x: solve(CHAIN, {**TABLES, "x": x})["probability"] for x in product((0, 1), repeat=3)}
    assert sum(table.values()) == 1
    last = sum(share for x, share in table.items() if x[2])
    middle = sum(share for x, share in table.items() if x[1])
    answers = solve(CHAIN, {**TABLES, "x": (0, 1, 1)})
    assert answers["last_is_one"] == last
    assert answers["first_given_last"] == (table[1, 0, 1] + table[1, 1, 1]) / last
    assert answers["one_and_last"] == table[1, 0, 1] + table[1, 1, 1]
    assert answers["zero_and_last"] == table[0, 0, 1] + table[0, 1, 1]
    assert answers["last_given_one"] == answers["one_and_last"] / Fraction(3, 5)
    assert answers["last_given_zero"] == answers["zero_and_last"] / Fraction(2, 5)
    assert answers["context_ignored"] == Fraction(2, 5) * middle * last


@examples(15)
@given(
    draw.lists(
        draw.fixed_dictionaries(
            {
                "p_1": shares,
                "p_2": draw.tuples(shares, shares),
                "p_3": draw.tuples(*[shares] * 4),
                "x": draw.tuples(*[draw.integers(0, 1)] * 3),
            }
        ),
        min_size=1,
    )
)
def test_both_routes_of_the_chain_agree(batch):
    assert verify(CHAIN, batch, [solve(CHAIN, each) for each in batch]).disagreements == ()


def test_a_markov_chain():
    """1/2 · 9/10 · 1/10 · 3/5 = 27/1000 for the path 0, 0, 1, 1."""
    answers = solve(MARKOV, MARKOV.examples[0])
    assert answers["probability"] == Fraction(27, 1000)
    assert answers["initial_forgotten"] == Fraction(27, 500)
    assert answers["transposed"] == Fraction(1, 2) * Fraction(9, 10) * Fraction(2, 5) * Fraction(
        3, 5
    )
    assert answers["independent"] == Fraction(1, 16)
    assert answers["bits"] == pytest.approx(-log2(0.027))
    assert answers["nats"] == pytest.approx(-log(0.027))
    assert answers["bits_per_symbol"] == pytest.approx(-log2(0.027) / 4)
    assert answers["second_marginal"] == (Fraction(13, 20), Fraction(7, 20))
    assert answers["next_state"] == (Fraction(2, 5), Fraction(3, 5))
    law = torch.tensor([0.5, 0.5]) @ torch.linalg.matrix_power(
        torch.tensor([[0.9, 0.1], [0.4, 0.6]]), 3
    )
    assert [float(share) for share in answers["final_marginal"]] == pytest.approx(law.tolist())


@settings(max_examples=15, deadline=None)
@given(draw.data(), draw.integers(1, 3), draw.integers(1, 5))
def test_both_routes_of_the_markov_chain_agree_and_paths_sum_to_one(data, size, length):
    values = {
        "initial": data.draw(laws(size)),
        "transition": tuple(data.draw(laws(size)) for _ in range(size)),
    }
    batch = [{**values, "x": x} for x in product(range(size), repeat=length)]
    answers = [solve(MARKOV, each) for each in batch]
    assert verify(MARKOV, batch, answers).disagreements == ()
    assert sum(each["probability"] for each in answers) == 1
    for state in range(size):
        ending = [
            a["probability"] for a, v in zip(answers, batch, strict=True) if v["x"][-1] == state
        ]
        assert sum(ending) == answers[0]["final_marginal"][state]


def test_perplexity():
    """1/2 · 1/4 · 1/8 = 1/64: two bits a token, perplexity four."""
    answers = solve(PERPLEXITY, PERPLEXITY.examples[0])
    assert answers["probability"] == Fraction(1, 64)
    assert answers["perplexity"] == pytest.approx(4)
    assert answers["cross_entropy"] == pytest.approx(2 * log(2))
    assert answers["total_perplexity"] == 64
    assert answers["inverse_of_mean"] == Fraction(24, 7)
    assert answers["mean_of_inverses"] == Fraction(14, 3)
    assert answers["exp_of_bits"] == pytest.approx(exp(2))
    assert answers["two_to_the_nats"] == pytest.approx(2 ** (2 * log(2)))
    assert answers["inverted"] == pytest.approx(1 / 4)


def test_a_rival_with_more_tokens():
    """6 bits in three tokens against five of log2 3 bits: the larger perplexity is cheaper."""
    answers = solve(RIVAL, RIVAL.examples[0])
    assert answers["bits_per_token"] == pytest.approx(2)
    assert answers["cross_entropy"] == pytest.approx(2 * log(2))
    assert answers["perplexity"] == answers["perplexity_twice"] == pytest.approx(4)
    assert answers["doubled_perplexity"] == pytest.approx(8)
    assert answers["text_bits"] == pytest.approx(6)
    assert answers["rival_bits"] == pytest.approx(5 * log2(3))
    assert answers["has_lower_perplexity"] is False
    assert answers["needs_fewer_bits"] is True


def test_a_tie_is_neither_lower_nor_fewer():
    answers = solve(RIVAL, {"conditionals": (Fraction(1, 4),) * 2, "rival": 4, "tokens": 2})
    assert answers["has_lower_perplexity"] is answers["needs_fewer_bits"] is False


@settings(max_examples=15, deadline=None)
@given(draw.lists(shares, min_size=1, max_size=5), draw.integers(2, 40), draw.integers(1, 9))
def test_both_routes_of_the_rival_agree(conditionals, rival, tokens):
    values = {"conditionals": tuple(conditionals), "rival": rival, "tokens": tokens}
    assert verify(RIVAL, [values], [solve(RIVAL, values)]).disagreements == ()


def test_the_perplexity_of_a_uniform_law_is_its_number_of_tokens():
    answers = solve(PERPLEXITY, {"conditionals": (Fraction(1, 50),) * 7})
    assert answers["perplexity"] == pytest.approx(50)


def test_bits_per_dimension_of_a_constant_density():
    """A uniform density on [0, 1]^D has 0 nats: eight bits a dimension on 256 levels."""
    answers = solve(BITS, {"nats": 0, "dimensions": 12})
    assert answers["bits_per_dimension"] == 0
    assert answers["rescaled_bits_per_dimension"] == 8
    discrete = solve(BITS, {"nats": 6400, "dimensions": 3072})
    assert discrete["bits_per_dimension"] == pytest.approx(3.00562, abs=1e-4)
    assert discrete["nats_per_dimension"] == pytest.approx(6400 / 3072)
    assert discrete["times_ln_2"] == pytest.approx(6400 / 3072 * log(2))
    assert discrete["offset_subtracted"] == pytest.approx(discrete["bits_per_dimension"] - 8)
    assert discrete["offset_in_nats"] == pytest.approx(discrete["bits_per_dimension"] + log(256))
    assert discrete["offset_only"] == pytest.approx(6400 / 3072 + 8)
    assert discrete["changed_twice"] == pytest.approx(6400 / 3072 / log(2) ** 2)
    assert discrete["base_ten"] == pytest.approx(6400 / 3072 / log(10))


@pytest.mark.parametrize(
    ("known", "change", "reason"),
    [
        (CHAIN, {"x": (0, 1, 2)}, "x must hold zeros and ones"),
        (CHAIN, {"p_1": 1}, "p_1 must lie between 0 and 1"),
        (CHAIN, {"p_3": (Fraction(1, 2),) * 3}, "p_3 must have 4 entries"),
        (MARKOV, {"x": (0, 2)}, r"x\[1\] must be a whole number from 0 to 1"),
        (MARKOV, {"initial": (0, 1)}, "the path must be possible"),
        (MARKOV, {"transition": ((1, 1), (0, 1))}, r"transition\[0\] must be probabilities"),
        (PERPLEXITY, {"conditionals": (Fraction(1, 2), 0)}, "conditionals must be above 0"),
        (PERPLEXITY, {"conditionals": (2,)}, "conditionals must be above 0 and at most 1"),
        (RIVAL, {"rival": 1}, "rival must be a whole number from 2"),
        (RIVAL, {"conditionals": (2,)}, "conditionals must be above 0 and at most 1"),
        (BITS, {"dimensions": 0}, "dimensions must be a whole number from 1"),
        (BITS, {"levels": 1}, "levels must be a whole number from 2"),
        (BITS, {"dimensions": 1}, "nats must be at most 500 a dimension"),
    ],
)
def test_unfit_values_are_refused(known, change, reason):
    with pytest.raises(SolverFailure, match=reason):
        solve(known, {**known.examples[0], **change})
