"""What the shipped bank promises: every topic whole, every option explained."""

from collections import defaultdict
from itertools import chain

import pytest

from qgen.bank.templates import (
    ChoiceTemplate,
    QuestionTemplate,
)
from qgen.banks import load_banks
from qgen.generator.filling import Filler, Filling
from qgen.question_solvers import question_solvers, verified_results
from tests.bank.test_bank_page import KINDS


@pytest.fixture(scope="module")
def questions() -> list[QuestionTemplate]:
    bank, problems = load_banks(())
    assert problems == []
    return list(bank.questions.values())


def test_every_topic_asks_in_many_ways_at_every_difficulty(
    questions: list[QuestionTemplate],
) -> None:
    kinds, difficulties = defaultdict(set), defaultdict(set)
    for each in questions:
        kinds[each.header.topic].add(each.header.kind)
        difficulties[each.header.topic].add(each.header.difficulty)
    assert {topic: found for topic, found in kinds.items() if len(found) < 6} == {}
    assert set(chain.from_iterable(kinds.values())) == set(KINDS)
    assert {topic: each for topic, each in difficulties.items() if each != {1, 2, 3, 4, 5}} == {}


def test_a_topic_is_a_folder(questions: list[QuestionTemplate]) -> None:
    for each in questions:
        assert each.header.place.file.split("/")[-2] == each.header.topic


def test_every_question_is_dressed(questions: list[QuestionTemplate]) -> None:
    for each in questions:
        name = each.header.identifier
        assert each.explanation is not None, name
        assert each.header.tags, name
        assert each.header.minutes, name


def test_every_option_says_why(questions: list[QuestionTemplate]) -> None:
    for each in questions:
        for answer in (part.answer for part in each.parts):
            if isinstance(answer, ChoiceTemplate):
                assert all(option.feedback is not None for option in answer.options), (
                    each.header.identifier
                )


def test_most_drawn_questions_have_verified_keys(questions: list[QuestionTemplate]) -> None:
    verified = 0
    for each in questions:
        solvers, problems = question_solvers(each)
        assert problems == []
        filling = Filling(each.points, "per_option", True, verified_results(solvers))
        verified += bool(each.parameters) and "verified" in Filler(each, filling).provenances
    assert verified >= 80


def test_derivations_lead(questions: list[QuestionTemplate]) -> None:
    long = [each for each in questions if each.header.kind == "derivation" and len(each.parts) > 2]
    assert len(long) >= 20


def test_figures_are_used(questions: list[QuestionTemplate]) -> None:
    from qgen.figures.registry import all_figures

    used = {figure.figure for figure in chain.from_iterable(each.figures for each in questions)}
    assert used == {drawing.name for drawing in all_figures()}
