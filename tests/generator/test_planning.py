"""Which questions an exam asks, and that one new question hardly moves them."""

from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.bank.catalogue import Catalogue
from qgen.bank.loader import LoadedSpec
from qgen.document.problem import Problem
from qgen.generator.planning import Slot, plan, version_labels
from tests.bank.written import catalogue_of, exam, exam_problems, load_exam_text, question, written
from tests.examples import examples

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
        assert [slot.key for slot in slots] == ["q-3#1", "q-1#1", "q-2#1"]

    def test_a_question_twice_has_two_keys(self) -> None:
        slots = planned(TWENTY, {"title": "A", "questions": ["q-1", "q-2", "q-1"]})
        assert [slot.key for slot in slots] == ["q-1#1", "q-2#1", "q-1#2"]

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
@examples(40)
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
    def test_neither_titles_nor_the_order_of_sections_count(self) -> None:
        one = {"title": "A", "questions": ["q-1", "q-2"]}
        other = {"title": "B", "pick": 4, "from": {"topics": "topic-1", "difficulty": "2-5"}}
        renamed = [{**section, "title": "Another"} for section in (other, one)]
        keys = {slot.key for slot in planned(TWENTY, one, other)}
        assert keys == {slot.key for slot in planned(TWENTY, *renamed)}
        assert len(keys) == 6

    def test_a_question_again_is_counted_over_the_whole_exam(self) -> None:
        section = {"title": "A", "questions": ["q-1"]}
        other = {"title": "B", "questions": ["q-2", "q-1"]}
        keys = [slot.key for slot in planned(TWENTY, section, other)]
        assert keys == ["q-1#1", "q-2#1", "q-1#2"]


class TestRepeats:
    def test_of_the_question_or_the_section(self) -> None:
        listed = ["q-1", {"id": "q-2", "repeats": "never"}, {"id": "q-3", "repeats": "allowed"}]
        allowed = planned(TWENTY, {"title": "A", "questions": listed, "repeats": "allowed"})
        assert [slot.repeats for slot in allowed] == [True, False, True]
        never = planned(TWENTY, {"title": "A", "questions": listed})
        assert [slot.repeats for slot in never] == [False, False, True]
        picked = {"title": "A", "pick": 2, "from": {}, "repeats": "allowed"}
        assert [slot.repeats for slot in planned(TWENTY, picked)] == [True, True]

    def test_what_else_is_written_is_refused(self) -> None:
        (problem,) = exam_problems(
            exam(sections=[{"title": "A", "questions": ["q-1"], "repeats": True}])
        )
        assert "'allowed'" in problem
        assert "'never'" in problem


@st.composite
def picking_sections(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Sections that pick from overlapping parts of the bank, each with something else to say."""
    selections = draw(
        st.lists(
            st.sampled_from(
                [
                    {"topics": ["topic-0"]},
                    {"topics": ["topic-1"]},
                    {"difficulty": "1-3"},
                    {"difficulty": "2-5", "topics": ["topic-0"]},
                    {"ids": ["q-0", "q-1", "q-2", "q-3"]},
                    {"tags": ["tag 0"]},
                    {},
                ]
            ),
            min_size=2,
            max_size=4,
            unique_by=str,
        )
    )
    return [
        {"title": f"Section {number}", "pick": draw(st.integers(1, 3)), "from": selection}
        for number, selection in enumerate(selections)
    ]


@pytest.mark.slow
@examples(60)
@given(picking_sections(), st.randoms(use_true_random=False), st.integers(0, 99))
def test_picks_depend_on_what_selections_say_alone(
    sections: list[dict[str, Any]], lot: Random, seed: int
) -> None:
    """Whichever way the sections stand, and whatever they are called, each asks the same."""

    def asked(written_down: list[dict[str, Any]]) -> dict[str, list[str]]:
        slots = planned(TWENTY_MINUTES_BANK, *written_down, seed=seed)
        return {
            str(section["from"]): [
                slot.template.header.identifier for slot in slots if slot.section == index
            ]
            for index, section in enumerate(written_down)
        }

    moved = [{**section, "title": f"Part {section['title']}"} for section in sections]
    lot.shuffle(moved)
    assert asked(moved) == asked(sections)


TWENTY_MINUTES_BANK = catalogue_of(*TWENTY_MINUTES)


def test_a_wish_that_can_be_met_is_met_in_any_order() -> None:
    """The narrow section gets its questions, though the wide one would like them too."""
    narrow = {"title": "A", "pick": 4, "from": {"ids": [f"q-{number}" for number in range(4)]}}
    wide = {"title": "B", "pick": 16, "from": {}}
    for seed in range(10):
        for sections in ([narrow, wide], [wide, narrow]):
            assert len(planned(TWENTY, *sections, seed=seed)) == 20


def test_version_labels() -> None:
    assert version_labels(loaded().spec) == ("A",)
    assert version_labels(loaded(versions=4).spec) == ("A", "B", "C", "D")
    assert len(set(version_labels(loaded(versions=26).spec))) == 26
