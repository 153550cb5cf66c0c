"""Who gets which variant: the order of a roster moves nobody, and what differs is seen."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qgen.bank.templates import QuestionTemplate
from qgen.document.values import SolverResults, Value, Values
from qgen.generator.appearance import appearance
from qgen.generator.drawing import VariantFailure
from qgen.generator.variants import VariantSource
from tests.bank.written import question, template
from tests.examples import examples


def integers(most: int, **changes: Any) -> QuestionTemplate:
    """A question of so many variants."""
    parameters = {"a": {"integers": {"from": 1, "to": most}}}
    return template(question(parameters=parameters, stem="What is {{ a }}?", **changes))


def unsolved(values: Values) -> SolverResults:
    raise AssertionError("nothing here needs a solver")


def source(found: QuestionTemplate, slot: str = "paper/q#1", **how: Any) -> VariantSource:
    return VariantSource(found, how.pop("seed", 1), slot, how.pop("solve", unsolved), **how)


def handed_out(
    found: QuestionTemplate, copies: list[str], *, by_lot: bool = True, **how: Any
) -> dict[str, Value]:
    """The number that each copy gets."""
    made = source(found, **how)
    made.settle(copies, by_lot=by_lot)
    return {variant.copy: variant.values["a"] for variant in made.variants(copies)}


WIDE, TIGHT, EXACT = integers(10_000), integers(40), integers(25)
ROSTER = [f"s{number}" for number in range(25)]
rosters = st.lists(st.text("abc01", min_size=1, max_size=4), min_size=2, max_size=25, unique=True)
seeds = st.integers(0, 1000)


class TestRosters:
    @examples(40)
    @given(rosters, st.randoms(use_true_random=False), seeds, st.sampled_from([WIDE, TIGHT, EXACT]))
    def test_their_order_moves_nobody(
        self, roster: list[str], lot: Random, seed: int, found: QuestionTemplate
    ) -> None:
        """Also where there are hardly as many variants as students."""
        expected = handed_out(found, roster, seed=seed)
        assert len(set(expected.values())) == len(roster)
        shuffled = list(roster)
        lot.shuffle(shuffled)
        for order in (shuffled, roster[::-1]):
            assert handed_out(found, order, seed=seed) == expected

    @examples(40)
    @given(rosters, st.text("xyz", min_size=1, max_size=4), seeds)
    def test_a_new_student_takes_at_most_one_number_from_others(
        self, roster: list[str], student: str, seed: int
    ) -> None:
        before = handed_out(WIDE, roster, seed=seed)
        after = handed_out(WIDE, [student, *roster], seed=seed)
        moved = [each for each in roster if before[each] != after[each]]
        assert len(moved) <= 1
        assert not moved or after[student] == before[moved[0]]

    def test_who_draws_what_nobody_else_draws_keeps_it(self) -> None:
        """As few as possible move: of each first draw, somebody keeps it."""
        alone = {each: handed_out(EXACT, [each])[each] for each in ROSTER}
        together = handed_out(EXACT, ROSTER)
        keeping = [each for each in ROSTER if alone[each] == together[each]]
        assert len(keeping) == len(set(alone.values()))
        assert len(keeping) < len(ROSTER)

    def test_the_lottery_is_another_for_each_question(self) -> None:
        """It is not always the same students who draw again."""
        losers = []
        for number in range(6):
            slot = f"paper/q-{number}#1"
            alone = {each: handed_out(EXACT, [each], slot=slot)[each] for each in ROSTER}
            together = handed_out(EXACT, ROSTER, slot=slot)
            losers.append({each for each in ROSTER if alone[each] != together[each]})
        assert not set.intersection(*losers)

    def test_settled_copies_may_be_asked_for_in_any_order_and_again(self) -> None:
        made = source(TIGHT)
        made.settle(ROSTER, by_lot=True)
        first = {each.copy: each.values for each in made.variants(ROSTER)}
        assert first == {each.copy: each.values for each in made.variants(ROSTER[::-1])}

    def test_too_few_are_told(self) -> None:
        with pytest.raises(VariantFailure, match=r"^only 25 variants exist .* 'repeats: allowed'"):
            handed_out(EXACT, [*ROSTER, "another"])


class TestVersions:
    def test_a_further_one_moves_none(self) -> None:
        found = integers(8)
        five, eight = (handed_out(found, list(names), by_lot=False) for names in
                       ("ABCDE", "ABCDEFGH"))  # fmt: skip
        assert {each: eight[each] for each in five} == five
        assert sorted(eight.values(), key=str) == list(range(1, 9))


class TestAQuestionThatIsAskedTwice:
    @settings(max_examples=30, deadline=None)
    @given(rosters, seeds, st.booleans(), st.booleans())
    def test_nobody_gets_the_same_numbers_again(
        self, roster: list[str], seed: int, by_lot: bool, repeats: bool
    ) -> None:
        own: dict[str, set[bytes]] = {}
        how: dict[str, Any] = {"by_lot": by_lot, "repeats": repeats, "seed": seed}
        first, second = (
            handed_out(TIGHT, roster, slot=slot, own=own, **how)
            for slot in ("paper/q#1", "paper/q#2")
        )
        assert all(first[each] != second[each] for each in roster)
        assert first == handed_out(TIGHT, roster, slot="paper/q#1", **how)
        assert len(set(second.values())) == len(roster)

    def test_what_one_has_already_is_left_for_others(self) -> None:
        """Five students share six variants, of which each may have five only."""
        found = integers(6)
        for seed in range(300):
            own: dict[str, set[bytes]] = {}
            for slot in ("paper/q#1", "paper/q#2"):
                how: dict[str, Any] = {"slot": slot, "own": own, "seed": seed}
                given_out = handed_out(found, ROSTER[:5], by_lot=False, **how)
                assert len(set(given_out.values())) == 5

    def test_also_where_others_repeat(self) -> None:
        own: dict[str, set[bytes]] = {}
        found = integers(3)
        first, second = (
            handed_out(found, ROSTER, slot=slot, own=own, repeats=True)
            for slot in ("paper/q#1", "paper/q#2")
        )
        assert all(first[each] != second[each] for each in ROSTER)

    def test_too_few_for_both_are_told(self) -> None:
        own: dict[str, set[bytes]] = {}
        handed_out(integers(1), ["A"], slot="paper/q#1", own=own)
        with pytest.raises(VariantFailure, match=r"^only 1 variant exists"):
            handed_out(integers(1), ["A"], slot="paper/q#2", own=own)


class TestRepeats:
    @pytest.mark.parametrize("by_lot", [True, False])
    def test_only_where_all_variants_are_out(self, by_lot: bool) -> None:
        found = integers(4)
        given_out = handed_out(found, ROSTER, by_lot=by_lot, repeats=True)
        assert set(given_out.values()) == {1, 2, 3, 4}
        assert len(set(handed_out(EXACT, ROSTER, by_lot=by_lot, repeats=True).values())) == 25

    def test_in_a_pool(self) -> None:
        copies = [f"variant {number}" for number in range(1, 10)]
        found = [each.values["a"] for each in source(integers(4), repeats=True).variants(copies)]
        assert sorted(map(str, found[:4])) == ["1", "2", "3", "4"]
        assert len(found) == 9

    @examples(20)
    @given(rosters, st.randoms(use_true_random=False), seeds)
    def test_the_order_moves_nobody(self, roster: list[str], lot: Random, seed: int) -> None:
        expected = handed_out(integers(3), roster, seed=seed, repeats=True)
        lot.shuffle(roster)
        assert handed_out(integers(3), roster, seed=seed, repeats=True) == expected


TWO = {"a": {"integers": {"from": 1, "to": 9}}, "b": {"integers": {"from": 1, "to": 9}}}


def looks(**changes: Any) -> int:
    """How many variants students can tell apart, of 81 that differ in their values."""
    found = template(question(**{"parameters": TWO, **changes}))
    made = source(found, solve=changes.pop("solve", unsolved), repeats=True)
    copies = [f"variant {number}" for number in range(1, 900)]
    return len({variant.look for variant in made.variants(copies)})


class TestWhatStudentsCanTellApart:
    @pytest.mark.parametrize(
        ("changes", "count"),
        [
            ({"stem": "{{ a }} and {{ b }}"}, 81),
            ({"stem": "$x - {{ a }}$", "unit": "$\\text{ m}^{{ b }}$"}, 81),
            ({"stem": "{{ a }}", "explanation": "Of {{ b }}."}, 9),
            ({"stem": "Nothing."}, 1),
            ({"stem": "{{ a + b }}"}, 17),
            ({"stem": "{{ (a * 100 + b) | num(1) }}"}, 9),
            ({"stem": "{{ a }}{{ b }}"}, 81),
            ({"stem": "{{ 9 * a }}{{ b }}"}, 81),
            ({"stem": "{{ a | signed }}", "let": {"c": "b % 2"}, "unit": "{{ c }} m"}, 18),
        ],
    )
    def test_by_what_is_printed(self, changes: dict[str, Any], count: int) -> None:
        assert looks(**changes) == count

    def test_characters_and_not_holes(self) -> None:
        """1 and 11 print as 11 and 1 do, where nothing stands between."""
        parameters = {name: {"one_of": [1, 11]} for name in "ab"}
        assert looks(parameters=parameters, stem="{{ a }}{{ b }}", let={"n": "a + b"}) == 4
        beside = {"a": {"one_of": [1, 11]}, "b": {"one_of": [1, 11]}, "c": {"one_of": [1, 2]}}
        assert looks(parameters=beside, stem="{{ a }}{{ b }}") == 3

    def test_options_count_and_their_feedback_does_not(self) -> None:
        options = [
            {"text": "more than {{ a }}", "correct": True},
            {"text": "less", "feedback": "{{ b }}"},
        ]
        found = template({**question("single_choice"), "parameters": TWO, "options": options})
        made = source(found, repeats=True)
        copies = [f"variant {number}" for number in range(1, 300)]
        assert len({variant.look for variant in made.variants(copies)}) == 9

    def test_results_count_and_come_along(self) -> None:
        """What a hole shows of a solver is computed once, for the look and for the item."""
        found = template(
            question(parameters=TWO, solver="some.solver", stem="{{ total | num(1) }}")
        )

        def solve(values: Values) -> SolverResults:
            return {"total": values["a"] + values["b"]}  # type: ignore[operator]  # integers

        made = source(found, solve=solve, repeats=True)
        variants = list(made.variants([f"variant {number}" for number in range(1, 300)]))
        # 10, 11, … 14 print as 10, the rest as 20.
        assert len({variant.look for variant in variants}) == 10
        assert all(
            variant.answers == {"total": sum(variant.values.values())}  # type: ignore[arg-type]
            for variant in variants
        )

    def test_hidden_differences_count_where_a_bank_is_proved(self) -> None:
        found = template(question(parameters=TWO, stem="{{ a }}"))
        made = source(found, by_value=True)
        copies = [f"variant {number}" for number in range(1, 82)]
        variants = list(made.variants(copies))
        assert len({variant.digest for variant in variants}) == 81
        assert len({made.look(variant) for variant in variants}) == 9

    def test_nothing_is_printed_where_the_values_stand_in_full(self) -> None:
        vector = {"w": {"integers": {"length": 2, "from": 1, "to": 9}}}
        matrix = {"w": {"integers": {"shape": [2, 2], "from": 1, "to": 9}}}
        for parameters, stem, in_full in [
            (vector, "{{ w }}", True),
            (vector, "{{ w | vector }}", True),
            (vector, "{{ w[0] }} {{ w[1] }}", True),
            (vector, "{{ w[0] }} {{ w[0] }}", False),
            (vector, "{{ w | num(2) }}", False),
            (matrix, "{{ w[0] }} {{ w[1][0] }} {{ w[1][1] }}", True),
            (matrix, "{{ w[0] }} {{ w[1][0] }}", False),
        ]:
            found = template(question(parameters=parameters, stem=stem))
            assert (appearance(found) is None) is in_full, stem
