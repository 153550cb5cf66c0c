"""A later part of a derivation is marked with the student's own earlier value."""

from fractions import Fraction
from pathlib import Path

import pytest

from qgen.bank.catalogue import BankPath
from qgen.bank.loader import load_bank
from qgen.checking import How, check_question
from qgen.document.exam import Item
from qgen.generator.filling import Filling
from qgen.marking.grader import mark_part_number
from qgen.production import Production, Prover, Tally, variant_source
from qgen.proofs import ProofStore

QUESTION = """
id: two-steps
kind: derivation
title: Two steps
topic: t
difficulty: 1
parameters: {n: {integers: {from: 2, to: 500}}}
stem: "Let $n = {{ n }}$."
parts:
  - {kind: numeric, prompt: "What is $n^2$?", points: 1, answer: "n**2", tolerance: {absolute: 0}}
  - kind: numeric
    prompt: What is one more than that?
    points: 1
    answer: n**2 + 1
    tolerance: {absolute: 0}
    carry: {part: PART, answer: "CARRIED"}
explanation: Square $n$ and add one.
"""


def question(folder: Path, part: str = "a", carried: str = "earlier + 1") -> BankPath:
    text = QUESTION.replace("PART", part).replace("CARRIED", carried)
    (folder / "q.yaml").write_text(text, encoding="utf-8")
    return BankPath(folder / "q.yaml", "q.yaml")


@pytest.fixture
def item(tmp_path: Path) -> Item:
    bank, problems = load_bank([question(tmp_path)])
    assert problems == []
    template = bank.questions["two-steps"]
    filling = Filling(template.points, "per_option", True, frozenset())
    prover = Prover("never", ProofStore(tmp_path), Tally())
    source = variant_source(template, (), 0, "test")
    return next(Production(template, (), filling, source, prover).items(["one"]))


def test_what_follows_from_the_students_own_value_is_right(item: Item) -> None:
    second = item.parts[1]
    n = item.values["n"]
    assert isinstance(n, int)
    assert mark_part_number(second, n**2 + 1, {}).credit == 1
    assert mark_part_number(second, Fraction(7), {"a": Fraction(6)}).credit == 1
    assert mark_part_number(second, Fraction(8), {"a": Fraction(6)}).credit == 0
    assert mark_part_number(second, Fraction(7), {}).credit == 0


def test_the_key_stays_right_whatever_came_before(item: Item) -> None:
    second = item.parts[1]
    assert isinstance(item.values["n"], int)
    assert mark_part_number(second, item.values["n"] ** 2 + 1, {"a": Fraction(3)}).credit == 1


@pytest.mark.parametrize(
    ("part", "carried", "message"),
    [
        ("b", "earlier", "part 'b' is no earlier part that asks for a number"),
        ("z", "earlier", "part 'z' is no earlier part that asks for a number"),
        ("a", "earlyer", "did you mean 'earlier'?"),
    ],
)
def test_mistakes_of_the_author(tmp_path: Path, part: str, carried: str, message: str) -> None:
    _, problems = load_bank([question(tmp_path, part, carried)])
    assert [message in problem.message for problem in problems] == [True]


def test_a_carried_value_that_misses_the_key_is_found(tmp_path: Path) -> None:
    bank, _ = load_bank([question(tmp_path, "a", "earlier + 2")])
    problems = check_question(bank.questions["two-steps"], How(5)).problems
    assert {problem.code for problem in problems if problem.severity == "error"} == {"carry"}
    assert any("from the key of part a follows" in problem.message for problem in problems)
