"""Which questions an exam asks, and that one new question hardly moves them."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qgen.bank.catalogue import Catalogue
from qgen.bank.loader import LoadedSpec
from qgen.document.problem import Problem
from qgen.generator.planning import Slot, plan, version_labels
from tests.bank.written import catalogue_of, exam, load_exam_text, question, written

KINDS = ("numeric", "open", "short_answer")


def numbered(count: int, **changes: Any) -> list[dict[str, Any]]:
    """Questions `q-0`, `q-1`, … of several topics, kinds and difficulties."""
    return [
        question(
            KINDS[number % 3],
            id=f"q-{number}",
            topic=f"topic-{number % 2}",
            tags=[f"tag {number % 4}"],
            difficulty=1 + number % 5,
            source=f"Book {number % 2}, question {number}",
            **changes,
        )
        for number in range(count)
    ]


TWENTY = catalogue_of(*numbered(20))


def loaded(**changes: Any) -> LoadedSpec:
    spec, problems = load_exam_text(written(exam(**changes)))
    assert spec is not None, problems
    return spec


def planned(bank: Catalogue, *sections: dict[str, Any], seed: int = 1) -> tuple[Slot, ...]:
    slots, problems = plan(loaded(sections=list(sections), seed=seed), bank)
    assert problems == []
    return slots


def mistakes(bank: Catalogue, *sections: dict[str, Any]) -> list[Problem]:
    return plan(loaded(sections=list(sections)), bank)[1]


def identifiers(slots: tuple[Slot, ...]) -> list[str]:
    return [slot.template.header.identifier for slot in slots]


class TestListed:
    def test_in_the_order_of_the_spec(self) -> None:
        slots = planned(
            TWENTY,
            {"title": "B", "questions": ["q-3", "q-1"]},
            {"title": "A", "questions": ["q-2"]},
        )
        assert identifiers(slots) == ["q-3", "q-1", "q-2"]
        assert [slot.section for slot in slots] == [0, 0, 1]
        assert [slot.key for slot in slots] == ["B#1/q-3#1", "B#1/q-1#1", "A#1/q-2#1"]

    def test_a_question_twice_has_two_keys(self) -> None:
        slots = planned(TWENTY, {"title": "A", "questions": ["q-1", "q-2", "q-1"]})
        assert [slot.key for slot in slots] == ["A#1/q-1#1", "A#1/q-2#1", "A#1/q-1#2"]

    def test_points_of_the_question_the_section_or_the_bank(self) -> None:
        bank = catalogue_of(question(points=7))
        listed = [{"id": "a-numeric", "points": "1/2"}, "a-numeric"]
        slots = planned(
            bank,
            {"title": "A", "questions": listed, "points": 3},
            {"title": "B", "questions": ["a-numeric"]},
        )
        assert [slot.points for slot in slots] == [Fraction(1, 2), 3, 7]

    def test_unknown_ones_are_all_told(self) -> None:
        spec = loaded(sections=[{"title": "A", "questions": ["q-1", "q-x", {"id": "zzz"}]}])
        found = plan(spec, TWENTY)[1]
        assert [problem.message.partition(" (")[0] for problem in found] == [
            "no question has the id 'q-x'",
            "no question has the id 'zzz'",
        ]
        assert "(did you mean 'q-" in found[0].message
        lines = written(exam(sections=[{"title": "A", "questions": ["q-1", "q-x", {"id": "zzz"}]}]))
        rows = lines.splitlines()
        for problem, word in zip(found, ("q-x", "zzz"), strict=True):
            assert problem.place is not None
            assert rows[problem.place.line - 1][problem.place.column - 1 :] == word


class TestPicked:
    @pytest.mark.parametrize(
        ("selection", "expected"),
        [
            ({"topics": ["topic-1"]}, {n for n in range(20) if n % 2}),
            ({"kinds": "open"}, {n for n in range(20) if n % 3 == 1}),
            ({"kinds": ["open", "numeric"]}, {n for n in range(20) if n % 3 < 2}),
            ({"tags": ["tag 0", "tag 3"]}, {n for n in range(20) if n % 4 in (0, 3)}),
            ({"difficulty": "2-3"}, {n for n in range(20) if n % 5 in (1, 2)}),
            ({"difficulty": 5}, {n for n in range(20) if n % 5 == 4}),
            ({"ids": ["q-4", "q-7"]}, {4, 7}),
            ({"sources": "Book 1"}, {n for n in range(20) if n % 2}),
            ({"topics": "topic-0", "difficulty": "1-2", "kinds": "numeric"},
             {n for n in range(20) if n % 2 == 0 and n % 5 < 2 and n % 3 == 0}),
            ({}, set(range(20))),
        ],
    )  # fmt: skip
    def test_only_what_fits(self, selection: dict[str, Any], expected: set[int]) -> None:
        slots = planned(TWENTY, {"title": "A", "pick": len(expected), "from": selection})
        assert set(identifiers(slots)) == {f"q-{number}" for number in expected}

    def test_by_difficulty_then_name(self) -> None:
        slots = planned(TWENTY, {"title": "A", "pick": 20, "from": {}})
        order = [
            (slot.template.header.difficulty, slot.template.header.identifier) for slot in slots
        ]
        assert order == sorted(order)

    def test_nothing_is_asked_twice(self) -> None:
        slots = planned(
            TWENTY,
            {"title": "A", "pick": 8, "from": {}},
            {"title": "B", "pick": 8, "from": {}},
            {"title": "C", "questions": ["q-0", "q-1", "q-2", "q-3"]},
        )
        assert sorted(identifiers(slots)) == sorted(f"q-{n}" for n in range(20))

    def test_too_few(self) -> None:
        (problem,) = mistakes(TWENTY, {"title": "A", "pick": 11, "from": {"topics": ["topic-1"]}})
        assert problem.message == "10 questions fit where 11 are to be picked"
        assert problem.code == "too-few-questions"

    def test_names_that_the_bank_does_not_have(self) -> None:
        chosen = {"topics": ["topic-1", "topik-0"], "tags": "tag 9", "ids": ["q-1", "q-99"]}
        found = mistakes(TWENTY, {"title": "A", "pick": 1, "from": chosen})
        assert [problem.message for problem in found] == [
            "the bank has no topic 'topik-0' (did you mean 'topic-0'?)",
            "the bank has no tag 'tag 9' (did you mean 'tag 3'?)",
            "the bank has no question 'q-99' (did you mean 'q-9'?)",
            "0 questions fit where 1 are to be picked",
        ]
        # A wrong name is told even where the others select enough.
        chosen = {"topics": ["topic-1", "topik-0"]}
        found = mistakes(TWENTY, {"title": "A", "pick": 1, "from": chosen})
        assert [problem.code for problem in found] == ["unknown-topic"]

    def test_another_seed_picks_others(self) -> None:
        section = {"title": "A", "pick": 10, "from": {}}
        picks = {tuple(identifiers(planned(TWENTY, section, seed=seed))) for seed in range(20)}
        assert len(picks) == 20

    @pytest.mark.slow
    def test_every_question_is_picked_as_often(self) -> None:
        section = {"title": "A", "pick": 5, "from": {}}
        counts = dict.fromkeys(TWENTY.entries, 0)
        for seed in range(400):
            for identifier in identifiers(planned(TWENTY, section, seed=seed)):
                counts[identifier] += 1
        assert all(60 < count < 145 for count in counts.values())


@pytest.mark.slow
@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(2, 12), st.integers(1, 8), st.integers(0, 10**9))
def test_one_new_question_moves_at_most_one_pick(
    seed: int, count: int, pick: int, name: int
) -> None:
    pick = min(pick, count)
    before = TWENTY_MINUTES[:count]
    extra = question("open", id=f"new-{name}", topic="topic-0")
    section = {"title": "A", "pick": pick, "from": {}}
    old = identifiers(planned(catalogue_of(*before), section, seed=seed))
    new = identifiers(planned(catalogue_of(*before, extra), section, seed=seed))
    assert len(set(old) - set(new)) <= 1
    assert set(new) - set(old) <= {f"new-{name}"}


TWENTY_MINUTES = numbered(20, minutes=20)


class TestKeys:
    def test_sections_are_known_by_title(self) -> None:
        section = {"title": "Concepts", "pick": 4, "from": {"topics": "topic-0"}}
        other = {"title": "Others", "pick": 4, "from": {"topics": "topic-1"}}
        alone = planned(TWENTY, section)
        behind = planned(TWENTY, other, section)
        assert [slot.key for slot in alone] == [slot.key for slot in behind if slot.section == 1]

    def test_two_sections_of_one_title_differ(self) -> None:
        section = {"title": "A", "questions": ["q-1"]}
        keys = [slot.key for slot in planned(TWENTY, section, section)]
        assert keys == ["A#1/q-1#1", "A#2/q-1#1"]

    def test_no_two_slots_share_a_key(self) -> None:
        sections = [
            {"title": title, "questions": ["q-1", "q-1", "q-2"]}
            for title in ("A", "A", "A#2", "A#1/q-1", "")
            if title
        ]
        keys = [slot.key for slot in planned(TWENTY, *sections)]
        assert len(set(keys)) == len(keys)


def test_version_labels() -> None:
    assert version_labels(loaded().spec) == ("A",)
    assert version_labels(loaded(versions=4).spec) == ("A", "B", "C", "D")
    assert len(set(version_labels(loaded(versions=26).spec))) == 26
