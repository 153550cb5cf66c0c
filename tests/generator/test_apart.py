"""Questions that give each other away: a pick takes one of them, a list of both is told."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.bank.catalogue import Catalogue
from qgen.document.problem import Problem
from qgen.generator.apart import listed_together
from qgen.generator.planning import plan
from tests.bank.written import (
    catalogue_of,
    exam,
    load_exam_text,
    messages,
    problems_of,
    question,
    written,
)
from tests.examples import examples


def bank(rivals: dict[int, list[int]], count: int) -> Catalogue:
    """Questions `q-0`, …, some of which name others."""
    return catalogue_of(
        *(
            question("open", id=f"q-{number}", not_with=[f"q-{each}" for each in rivals[number]])
            if number in rivals
            else question("open", id=f"q-{number}")
            for number in range(count)
        )
    )


def asked(
    catalogue: Catalogue, *sections: dict[str, Any], seed: int = 1
) -> tuple[set[int], list[Problem]]:
    """The numbers of the questions that an exam asks, and what is wrong with it."""
    loaded, problems = load_exam_text(written(exam(sections=list(sections), seed=seed)))
    assert loaded is not None, problems
    slots, problems = plan(loaded, catalogue)
    return {int(slot.template.header.identifier[2:]) for slot in slots}, problems


def picking(number: int) -> dict[str, Any]:
    return {"title": f"Pick {number}", "pick": number, "from": {}}


class TestAPick:
    @pytest.mark.parametrize("named_by", [0, 1])
    def test_never_takes_both(self, named_by: int) -> None:
        """Whichever of the two names the other."""
        catalogue = bank({named_by: [1 - named_by]}, 4)
        taken = [asked(catalogue, picking(3), seed=seed)[0] for seed in range(30)]
        assert all(len(each) == 3 for each in taken)
        assert not any({0, 1} <= each for each in taken)
        # Both have their turn.
        assert {0, 1} <= set().union(*taken)

    def test_minds_what_other_sections_ask(self) -> None:
        catalogue = bank({0: [1], 2: [3]}, 5)
        for seed in range(20):
            listed = {"title": "By hand", "questions": ["q-1"]}
            taken, problems = asked(catalogue, picking(1), picking(1), listed, seed=seed)
            assert problems == []
            assert len(taken) == 3
            assert 0 not in taken
            assert not {2, 3} <= taken

    def test_finds_as_many_as_there_are(self) -> None:
        """One question that keeps out four others gives way to them."""
        catalogue = bank({0: [1, 2, 3, 4]}, 5)
        for seed in range(20):
            assert asked(catalogue, picking(4), seed=seed) == ({1, 2, 3, 4}, [])

    def test_says_why_there_are_too_few(self) -> None:
        _, (problem,) = asked(bank({0: [1, 2]}, 3), picking(3))
        assert problem.message == (
            "2 questions fit without giving each other away (not_with) where 3 are to be picked"
        )
        _, (problem,) = asked(bank({0: [1]}, 2), picking(3))
        assert problem.message == "2 questions fit where 3 are to be picked"

    def test_is_the_same_where_nothing_is_given_away(self) -> None:
        plain, named = bank({}, 12), bank({20: [0]}, 21)
        with_ids = {"title": "A", "pick": 5, "from": {"ids": [f"q-{n}" for n in range(12)]}}
        for seed in range(10):
            assert asked(plain, with_ids, seed=seed) == asked(named, with_ids, seed=seed)


PAIRS = list(combinations(range(8), 2))


@pytest.mark.slow
@examples(60)
@given(st.lists(st.sampled_from(PAIRS), max_size=6), st.integers(1, 8), st.integers(0, 10**6))
def test_no_pick_holds_two_that_give_each_other_away(
    pairs: list[tuple[int, int]], number: int, seed: int
) -> None:
    rivals: dict[int, list[int]] = {}
    for one, other in pairs:
        rivals.setdefault(one, []).append(other)
    taken, problems = asked(bank(rivals, 8), picking(number), seed=seed)
    if problems:
        assert [problem.code for problem in problems] == ["too-few-questions"]
        return
    assert len(taken) == number
    assert not any({one, other} <= taken for one, other in pairs)


class TestBothByHand:
    def test_is_a_warning_with_both_lines(self) -> None:
        sections = [
            {"title": "A", "questions": ["q-2", "q-0"]},
            {"title": "B", "questions": [{"id": "q-1", "points": 2}]},
        ]
        text = written(exam(sections=sections))
        loaded, _ = load_exam_text(text)
        assert loaded is not None
        headers = [each.header for each in bank({1: [0]}, 3).entries.values()]
        (problem,) = listed_together(loaded, headers)
        lines = [number for number, line in enumerate(text.splitlines(), 1) if "q-" in line]
        assert problem.severity == "warning"
        assert problem.message == (
            f"'q-1' and 'q-0' (line {lines[1]}) give each other away; ask one of them"
        )
        assert problem.place is not None
        assert problem.place.line == lines[2]

    def test_nothing_is_said_of_others(self) -> None:
        loaded, _ = load_exam_text(
            written(exam(sections=[{"title": "A", "questions": ["q-0", "q-0", "q-2"]}]))
        )
        assert loaded is not None
        headers = [each.header for each in bank({1: [0]}, 3).entries.values()]
        assert listed_together(loaded, headers) == []


def test_a_question_cannot_name_itself() -> None:
    found = problems_of([question(not_with="a-numeric")])
    assert messages(found) == [
        "'not_with' names the question itself; name those that it gives away"
    ]
