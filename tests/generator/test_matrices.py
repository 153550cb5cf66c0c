"""Matrices for one variant's numbers, and what makes them impossible."""

from fractions import Fraction
from typing import Any

import pytest

from qgen.document.answers import MatrixAnswer
from qgen.generator.drawing import VariantFailure
from tests.bank.written import problems_of, question, template
from tests.generator.filled import fill


def asked(answer: str, **changes: Any) -> MatrixAnswer:
    item = fill(template(question("matrix", answer=answer, **changes)))
    (part,) = item.parts
    assert isinstance(part.answer, MatrixAnswer)
    return part.answer


def test_vectors_are_one_row_and_matrices_keep_theirs() -> None:
    assert asked("(1, 2/3, 0.5)").key == ((1, Fraction(2, 3), Fraction(1, 2)),)
    column = asked("transpose(((1, 2, 3),))")
    assert (column.height, column.width, column.entries) == (3, 1, (1, 2, 3))
    inverse = asked("inverse(((2, 1), (1, 1)))", marks="all")
    assert (inverse.key, inverse.credit) == (((1, -1), (-1, 2)), "all")


SAID = {"feedback": "No."}


@pytest.mark.parametrize(
    ("answer", "mistakes", "message"),
    [
        ("3", [], "'3' is 3, neither a vector nor a matrix"),
        ("((1, 2), (3,))", [], "whose rows differ in length"),
        ("((1, 2), 3)", [], "whose rows differ in length"),
        ("('a', 2)", [], "an entry of '('a', 2)' is a, not a finite number below 10**300"),
        ("eye(9)", [], "'eye(9)' has 9 × 9 entries; at most 8 rows and columns can be asked for"),
        (
            "(1, 2)",
            [{"answer": "(1, 2, 3)", **SAID}],
            "the mistake '(1, 2, 3)' has 1 × 3 entries where the key has 1 × 2 entries",
        ),
        (
            "(1, 1/2)",
            [{"answer": "(1, 0.5)", **SAID}],
            "the mistake '(1, 0.5)' gives the key 1 0.5 itself",
        ),
    ],
)
def test_what_is_no_matrix_is_told(answer: str, mistakes: list[Any], message: str) -> None:
    with pytest.raises(VariantFailure) as failure:
        asked(answer, mistakes=mistakes)
    assert message in str(failure.value)


def test_a_mistake_of_a_matrix_earns_what_its_entries_earn() -> None:
    mistakes = [{"answer": "(2, 1)", "credit": "50%", **SAID}]
    (line,) = problems_of(question("matrix", mistakes=mistakes))
    assert "'credit'" in line
