"""Streams and variants: what decides an item's numbers, and what must not."""

import json
import os
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from hashlib import sha512
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.bank.templates import QuestionTemplate
from qgen.document.values import SolverResults, Values, show_all
from qgen.generator.drawing import VariantFailure, values_digest
from qgen.generator.seeds import index_below, rank, shuffled, stream
from qgen.generator.variants import Variant, VariantSource
from tests.bank.written import question, template

PARAMETERS = {
    "n": {"integers": {"from": 1, "to": 100}},
    "rate": {"decimals": {"from": 0.1, "to": 0.9, "step": 0.1}},
    "w": {"integers": {"from": -5, "to": 5, "length": 3, "not": [0]}},
    "name": {"one_of": ["relu", "tanh", "1/2"]},
    "s": {"subset": {"of": [2, 3, 5, 7], "size": 2}},
    "p": {"probabilities": {"length": 3}},
    "m": {"spd": {"size": 2}},
    "t": {"generator": "tables.joint"},
}

DIE_PARAMETERS = {"a": {"integers": {"from": 1, "to": 6}}}
GOLDEN_STREAM = [0.4329854506786196, 0.6623495979032239]
GOLDEN_RANK = "47f6d83f1b34eff6"
GOLDEN_VALUES = (
    "n = 59, rate = 3/5, w = (-3, 1, 5), name = tanh, s = (2, 7), p = (7/10, 1/10, 1/5), "
    "m = ((1, -2), (-2, 8)), t = ((1/4, 1/2), (1/5, 1/20))",
    "n = 65, rate = 1/10, w = (-5, -2, -5), name = 1/2, s = (2, 3), p = (1/10, 2/5, 1/2), "
    "m = ((1, 2), (2, 5)), t = ((3/20, 11/20), (1/10, 1/5))",
)


def unsolved(values: Values) -> SolverResults:
    raise AssertionError("nothing here needs a solver")


def source_of(found: QuestionTemplate, seed: int = 1, slot: str = "paper/q#1") -> VariantSource:
    return VariantSource(found, seed, slot, unsolved)


def variants(found: QuestionTemplate, copies: str, **key: Any) -> list[Variant]:
    return list(source_of(found, **key).variants(copies))


PRINTED = " ".join(f"{{{{ {name} }}}}" for name in PARAMETERS)
WRITTEN = question(id="everything", parameters=PARAMETERS, stem=PRINTED)
EVERYTHING = template(WRITTEN)
DIE = template(question(id="die", parameters=DIE_PARAMETERS, stem="{{ a }}"))


class TestStreams:
    def test_goldens(self) -> None:
        """Whatever changes these changes every exam that was ever handed out."""
        source = stream(2026, "paper/kl#1", "kl", "A", 0)
        assert [source(), source()] == GOLDEN_STREAM
        assert rank(2026, "Concepts#1", "kl").hex()[:16] == GOLDEN_RANK

    def test_numbers_are_the_bits_of_the_hash(self) -> None:
        """Sixteen numbers from two blocks, worked out from the definition."""
        blocks = b"".join(sha512(b"%d 7 2 1:s2:idA" % block).digest() for block in range(2))
        words = [int.from_bytes(blocks[i : i + 8], "big") for i in range(0, 128, 8)]
        source = stream(7, "s", "id", "A", 2)
        assert [source() for _ in words] == [(word >> 11) / 2**53 for word in words]

    def test_numbers_are_even(self) -> None:
        source = stream(1, "s", "q", "A", 0)
        tenths = Counter(int(10 * source()) for _ in range(20_000))
        # Nine degrees of freedom: 27.9 is passed by one stream in a thousand.
        assert sum((tenths[tenth] - 2000) ** 2 / 2000 for tenth in range(10)) < 27.9

    def test_values_of_a_question(self) -> None:
        (first, second) = variants(EVERYTHING, "AB")
        assert show_all(first.values) == GOLDEN_VALUES[0]
        assert show_all(second.values) == GOLDEN_VALUES[1]

    @pytest.mark.slow
    @given(
        st.tuples(st.integers(0, 3), st.text(max_size=3), st.text("ab:1 ", max_size=3),
                  st.text("ab:1 ", max_size=3), st.integers(0, 2)),
        st.tuples(st.integers(0, 3), st.text(max_size=3), st.text("ab:1 ", max_size=3),
                  st.text("ab:1 ", max_size=3), st.integers(0, 2)),
    )  # fmt: skip
    def test_different_keys_give_different_streams(
        self, one: tuple[int, str, str, str, int], other: tuple[int, str, str, str, int]
    ) -> None:
        assert (stream(*one)() == stream(*other)()) == (one == other)

    def test_every_part_of_the_key_counts(self) -> None:
        keys = [(1, "s", "q", "A", 0), (2, "s", "q", "A", 0), (1, "t", "q", "A", 0),
                (1, "s", "r", "A", 0), (1, "s", "q", "B", 0), (1, "s", "q", "A", 1),
                (1, "sq", "", "A", 0), (1, "", "sq", "A", 0), (1, "s", "qA", "", 0),
                (11, "s", "q", "A", 0), (1, "1:s", "q", "A", 0)]  # fmt: skip
        assert len({stream(*key)() for key in keys}) == len(keys)

    @pytest.mark.slow
    def test_another_process_with_another_hash_seed(self) -> None:
        """This one has hash seeds of its own."""
        code = (
            "import json\n"
            "from qgen.document.values import show_all\n"
            "from qgen.generator.variants import VariantSource\n"
            "from tests.bank.written import template\n"
            f"source = VariantSource(template({WRITTEN!r}), 1, 'paper/q#1', None)\n"
            "found = source.variants('ABC')\n"
            "print(json.dumps([[show_all(v.values), v.digest.hex()] for v in found]))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": "4242"},
            capture_output=True,
            text=True,
            check=True,
        )
        here = [[show_all(each.values), each.digest.hex()] for each in variants(EVERYTHING, "ABC")]
        assert json.loads(done.stdout) == here


class TestShuffling:
    def test_every_order_is_as_likely(self) -> None:
        found = Counter(
            tuple(shuffled(stream(0, "", "", str(number), 0), 4)) for number in range(4800)
        )
        assert set(found) == set(permutations(range(4)))
        # 23 degrees of freedom: exceeded once in ten thousand seeds.
        assert sum((count - 200) ** 2 / 200 for count in found.values()) < 57

    def test_few(self) -> None:
        source = stream(0, "", "", "", 0)
        assert shuffled(source, 0) == []
        assert shuffled(source, 1) == [0]

    @given(st.integers(1, 10**12), st.floats(0, 1, exclude_max=True))
    def test_indices_stay_below(self, count: int, number: float) -> None:
        assert 0 <= index_below(lambda: number, count) < count


class TestVariants:
    def test_they_are_distinct(self) -> None:
        found = variants(DIE, "ABCDEF")
        assert sorted(each.values["a"] for each in found) == [1, 2, 3, 4, 5, 6]  # type: ignore[type-var]  # integers
        assert len({each.digest for each in found}) == 6
        assert [each.copy for each in found] == list("ABCDEF")

    def test_too_few_say_how_many(self) -> None:
        source = source_of(DIE)
        found = source.variants("ABCDEFG")
        for _ in range(6):
            next(found)
        with pytest.raises(
            VariantFailure, match=r"^only 6 variants exist that students can"
        ) as caught:
            next(found)
        assert caught.value.code == "too-few-variants"

    def test_conditions_count(self) -> None:
        found = template(
            question(
                parameters={"a": {"integers": {"from": 1, "to": 40}}},
                where=["a % 4 == 0"],
                stem="{{ a }}",
            )
        )
        with pytest.raises(VariantFailure, match=r"^only 10 variants exist"):
            variants(found, "ABCDEFGHIJK")

    def test_many_are_all_found(self) -> None:
        found = template(
            question(parameters={"a": {"integers": {"from": 1, "to": 500}}}, stem="{{ a }}")
        )
        source = source_of(found)
        assert len({each.digest for each in source.variants(map(str, range(500)))}) == 500
        with pytest.raises(VariantFailure, match=r"^only 500 variants"):
            next(source.variants(["another"]))

    def test_a_later_copy_moves_no_earlier_one(self) -> None:
        four, five = variants(DIE, "ABCD"), variants(DIE, "ABCDE")
        assert [each.values for each in four] == [each.values for each in five[:4]]

    def test_a_copy_without_repeats_keeps_its_values_alone(self) -> None:
        together = variants(EVERYTHING, "ABCD")
        for index, copy in enumerate("ABCD"):
            (alone,) = variants(EVERYTHING, copy)
            assert alone.values == together[index].values

    def test_without_parameters_all_copies_are_the_same(self) -> None:
        found = variants(template(question(let={"two": "1 + 1"})), "ABC")
        assert [each.values for each in found] == [{"two": 2}] * 3
        # Their options are still shuffled by streams of their own.
        assert len({each.random_source() for each in found}) == 3

    def test_another_seed_slot_or_question_gives_other_numbers(self) -> None:
        renamed = template(question(id="renamed", parameters=PARAMETERS, stem=PRINTED))
        found = [
            variants(EVERYTHING, "A")[0].values,
            variants(EVERYTHING, "A", seed=2)[0].values,
            variants(EVERYTHING, "A", slot="paper/q#2")[0].values,
            variants(renamed, "A")[0].values,
        ]
        assert len({values_digest(each) for each in found}) == 4

    def test_what_an_author_rewrites_around_the_parameters_moves_nothing(self) -> None:
        rewritten = template(
            question(
                id="everything",
                parameters=PARAMETERS,
                stem=f"Another {PRINTED}.",
                let={"two": "2*n"},
            )
        )
        before, after = variants(EVERYTHING, "A")[0].values, variants(rewritten, "A")[0].values
        assert {name: after[name] for name in before} == before

    def test_answers_of_solvers_come_along(self) -> None:
        found = template(question(parameters=DIE_PARAMETERS, solver="a.b", where=["square > 3"]))
        source = VariantSource(found, 1, "s", lambda values: {"square": 25})
        assert next(source.variants("A")).answers == {"square": 25}
        assert variants(DIE, "A")[0].answers is None


def test_digests_tell_values_apart() -> None:
    values: list[Values] = [
        {"a": 1}, {"a": 2}, {"b": 1}, {"a": True}, {"a": "1"}, {"a": Fraction(1, 2)}, {"a": 0.5},
        {"a": (1, 2)}, {"a": (12,)}, {"a": 1, "b": 2}, {},
    ]  # fmt: skip
    assert len({values_digest(each) for each in values}) == len(values)
    assert values_digest({"a": (1, Fraction(1, 2))}) == values_digest({"a": (1, Fraction(2, 4))})
