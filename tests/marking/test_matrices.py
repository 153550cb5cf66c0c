"""Matrices: how they are read from a cell, marked entry by entry, and checked."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.answers import MatrixAnswer, MatrixMistake, Tolerance
from qgen.document.matrices import typed_rows
from qgen.document.richtext import passage_of
from qgen.marking.grader import mark_matrix
from qgen.marking.matrix_checks import matrix_faults
from qgen.marking.number_reader import Refusal
from qgen.marking.responses import mark_response
from qgen.marking.rules import guess_floor
from qgen.marking.written_matrices import written_entries
from tests import samples
from tests.drawn_fractions import fractions

EXACT = Tolerance("absolute", Fraction(0))
NEAR = Tolerance("absolute", Fraction(1, 10))
SAID = passage_of("Transposed.")


def asked(height: int, width: int, **changes: object) -> MatrixAnswer:
    """A matrix of 1, 2, 3, … row by row."""
    rows = tuple(
        tuple(range(start, start + width)) for start in range(1, height * width + 1, width)
    )
    return MatrixAnswer(rows, NEAR, **changes)  # type: ignore[arg-type]


TWO = asked(2, 2, mistakes=(MatrixMistake(((1, 3), (2, 4)), SAID),))

READ = {
    (2, 2): [
        *("1 2; 3 4", "1 2\n3 4", "1,2;3,4", "1, 2; 3, 4;", "[[1,2],[3,4]]", "[[1, 2], [3, 4]]"),
        *("[1 2; 3 4]", "((1, 2), (3, 4))", "[[1. 2.]\n [3. 4.]]", "(1 2) (3 4)", "1\t2;3\t4"),
        *("1 , 2; 3 ,4", "[1,2];[3,4]", " 1  2 ;\n 3  4 "),
    ],
    (1, 3): ["1 2 3", "1,2,3", "(1, 2, 3)", "[1; 2; 3]", "1;2;3", "[[1,2,3]]", "1\n2\n3"],
    (3, 1): ["1;2;3", "1 2 3", "[[1],[2],[3]]", "(1, 2, 3)", "1\n2\n3"],
    (1, 1): ["1", "[1]", "[[1]]", "(1)"],
}


@pytest.mark.parametrize(("size", "text"), [(s, text) for s, each in READ.items() for text in each])
def test_rows_and_columns_are_read_however_they_are_written(
    size: tuple[int, int], text: str
) -> None:
    entries = written_entries(asked(*size), text)
    assert not isinstance(entries, Refusal)
    assert [float(entry or "nan") for entry in entries] == list(range(1, size[0] * size[1] + 1))


@pytest.mark.parametrize(
    ("size", "text", "entries"),
    [
        ((2, 2), "1,5 2; 3 4", ("1,5", "2", "3", "4")),
        ((1, 2), "1,5; 2", ("1,5", "2")),
        ((1, 2), "(1,5; 2)", ("1,5", "2")),
        ((2, 1), "1,5 2", ("1,5", "2")),
        ((1, 2), "1,5", ("1", "5")),
        ((1, 2), "1, 5", ("1", "5")),
        ((1, 2), "1 ,5", ("1", "5")),
        ((2, 2), "1/3 -2; 5e-3 50%", ("1/3", "-2", "5e-3", "50%")),
        ((2, 2), "1 _; - 4", ("1", None, None, "4")),
        ((1, 2), "10^{-3} 2*10^(2)", ("10^{-3}", "2*10^(2)")),
        ((2, 2), "sqrt(2)/2 2*pi; (1+1)/2 e^2", ("sqrt(2)/2", "2*pi", "(1+1)/2", "e^2")),
    ],
)
def test_the_size_asked_for_decides_between_readings(
    size: tuple[int, int], text: str, entries: tuple[str | None, ...]
) -> None:
    assert written_entries(asked(*size), text) == entries


@pytest.mark.parametrize(
    "text", ["1 2 3 4", "1 2; 3", "1 2; 3 4; 5 6", "1 2 3; 4 5 6", "x", ";", "[[1,2],[3,4]", "("]
)
def test_what_has_another_size_is_left_to_a_person(text: str) -> None:
    refused = written_entries(TWO, text)
    assert isinstance(refused, Refusal)
    assert refused.sentence == (
        "Numbers in 2 rows and 2 columns are expected here: write them row by row, as in 1 2; 3 4."
    )


@given(st.text(alphabet="0123456789.,;/-[](){} \n_e", max_size=40))
def test_no_text_is_read_as_another_number_of_entries(text: str) -> None:
    entries = written_entries(TWO, text)
    assert isinstance(entries, Refusal) or len(entries) == 4


numbers = st.one_of(
    st.integers(-999, 999),
    fractions(-9, 9, max_denominator=50),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3)),
)


@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_a_key_as_tables_print_it_is_read_back(
    height: int, width: int, data: st.DataObject
) -> None:
    rows = tuple(tuple(data.draw(numbers) for _ in range(width)) for _ in range(height))
    answer = MatrixAnswer(rows, NEAR)
    assert not list(matrix_faults(answer))
    entries = written_entries(answer, typed_rows(rows))
    assert not isinstance(entries, Refusal)
    (part,) = samples.sole(answer)
    assert mark_response(part, entries, {}).credit == 1


def test_each_right_entry_earns_its_share_or_all_together_the_points() -> None:
    three_right = [1, 2, 3, 5]
    assert mark_matrix(TWO, three_right).credit == Fraction(3, 4)
    assert mark_matrix(asked(2, 2, credit="all"), three_right).credit == 0
    assert mark_matrix(asked(2, 2, credit="all"), [1, 2, 3, 4]).credit == 1
    assert mark_matrix(TWO, [1, None, None, 4]).credit == Fraction(1, 2)
    assert mark_matrix(TWO, [None] * 4).credit == 0
    assert mark_matrix(TWO, [Fraction(11, 10), 2, 3, Fraction(39, 10)]).credit == 1
    assert mark_matrix(TWO, [Fraction(1101, 1000), 2, 3, 4]).credit == Fraction(3, 4)


def test_a_mistake_is_known_where_all_entries_show_it() -> None:
    mark = mark_matrix(TWO, [1, 3, 2, 4])
    assert (mark.credit, mark.mistake, mark.feedback) == (Fraction(1, 2), 0, (SAID,))
    assert mark_matrix(TWO, [1, 3, 2, None]).mistake is None
    assert mark_matrix(TWO, [1, 2, 3, 4]).mistake is None


def test_what_cannot_be_read_is_left_to_a_person_with_its_place() -> None:
    (part,) = samples.sole(TWO)
    mark = mark_response(part, ("1", "2", "x", "4"), {})
    assert (mark.credit, mark.outcome) == (None, "unreadable")
    assert mark.sentence.startswith("row 2, column 1: This is not a number")
    assert mark_response(part, ("", " ", None, ""), {}).outcome == "blank"
    for odd in ("1 2; 3 4", ("1", "2", "3"), (1, 2, 3, 4), 7, ("1",) * 5):
        assert mark_response(part, odd, {}).outcome == "no_answer"


def test_nobody_guesses_a_matrix() -> None:
    assert guess_floor(samples.sole(TWO)) == 0


def faults(answer: MatrixAnswer) -> list[str]:
    return [code for code, _ in matrix_faults(answer)]


def test_the_check_tells_what_is_wrong_with_a_matrix() -> None:
    key = ((1, 2), (3, 4))
    assert faults(TWO) == []
    close = MatrixMistake(((1, 2), (3, Fraction(401, 100))), SAID)
    assert faults(MatrixAnswer(key, NEAR, "all", (close,))) == ["mistake-in-tolerance"]
    twice = MatrixMistake(((1, 3), (2, 4)), SAID)
    assert faults(MatrixAnswer(key, NEAR, "all", (twice, twice))) == ["equal-mistakes"]
    third = MatrixAnswer(((Fraction(1, 3), 2), (3, 4)), EXACT)
    ((code, message),) = matrix_faults(third)
    assert code == "key-wrong"
    assert "row 1, column 1: the key is 1/3" in message
