"""`accept_if` of a matrix or a vector: any of the example's size that meets a condition."""

from fractions import Fraction
from typing import Any

import pytest

from qgen.document.answers import MatrixAnswer, Rows
from qgen.document.exam import Item
from qgen.document.richtext import plain_text
from qgen.document_codec import Decoder, Encoder
from qgen.generator.drawing import VariantFailure
from qgen.generator.outline import outline
from qgen.marking.conditions import too_easy
from qgen.marking.item_checks import item_faults, mistakes_tested
from qgen.marking.responses import mark_response
from tests.bank.written import messages, problems_of, question, template
from tests.generator.filled import accepting, fill

ASKED: dict[str, Any] = {
    "parameters": {name: {"integers": {"from": 1, "to": 9}} for name in ("a", "b")},
    "answer": None,
    "tolerance": None,
    "accept_if": "det(response) == a*b and response[0][1] == 2",
    "example": "[[a, 2], [0, b]]",
    "mistakes": [{"answer": "[[a, 2], [b, 0]]", "feedback": "Mind the order."}],
}


def asking(**changes: Any) -> dict[str, Any]:
    data = question("matrix", **{**ASKED, **changes})
    return {key: value for key, value in data.items() if value is not None}


def filled(**changes: Any) -> Item:
    return fill(template(asking(**changes)), {"a": 3, "b": 5})


@pytest.mark.parametrize(
    ("entries", "credit"),
    [
        (("3", "2", "0", "5"), 1),
        (("1", "2", "0", "15"), 1),
        (("1/2", "2", "-3", "18"), 1),
        (("sqrt(9)", "2", "0", "5"), 1),
        (("3", "1", "0", "5"), 0),
        (("3", "2", "0", "5.0001"), 0),
        # What is left empty might be anything, and is not right.
        (("3", "2", "", "5"), 0),
        # Two roots known to twelve digits have a product that may be 15.
        (("sqrt(15)", "2", "0", "sqrt(15)"), None),
    ],
)
def test_every_matrix_that_meets_the_condition_is_right(
    entries: tuple[str, ...], credit: int | None
) -> None:
    (part,) = filled().parts
    mark = mark_response(part, entries, {})
    assert mark.credit == credit
    in_a_line = f"{' '.join(entries[:2])}; {' '.join(each or '_' for each in entries[2:])}"
    assert mark_response(part, in_a_line, {}).credit == credit


def test_what_is_no_matrix_is_told_apart() -> None:
    (part,) = filled().parts
    outcomes = {
        None: "blank",
        "": "blank",
        ("", " ", None, ""): "blank",
        ("1", "x", "3", "4"): "unreadable",
        "1 2 3": "unreadable",
        ("1", "2", "3"): "no_answer",
        7: "no_answer",
    }
    for response, outcome in outcomes.items():
        assert (response, mark_response(part, response, {}).outcome) == (response, outcome)


def test_a_mistake_is_recognised_entry_by_entry() -> None:
    (part,) = filled().parts
    mark = mark_response(part, ("3", "2", "5", "0"), {})
    assert (mark.credit, mark.mistake) == (0, 0)
    assert [plain_text(each) for each in mark.feedback] == ["Mind the order."]


def test_entries_known_to_some_digits_are_moved_one_by_one() -> None:
    equal = {"accept_if": "response[0][0] == response[0][1]", "example": "[[a, a]]"}
    (part,) = filled(**equal, mistakes=None).parts
    credits = {("2", "4/2"): 1, ("sqrt(4)", "2"): 1, ("sqrt(2)", "2"): None, ("2", "3"): 0}
    # Both were read from sqrt(2), of which twelve digits are known.
    credits[("sqrt(2)", "sqrt(2)")] = None
    for entries, credit in credits.items():
        assert (entries, mark_response(part, entries, {}).credit) == (entries, credit)


def test_a_vector_is_read_as_one() -> None:
    item = filled(accept_if="dot(response, (a, b)) == 0", example="(b, 0 - a)", mistakes=None)
    (part,) = item.parts
    for text, credit in (("5 -3", 1), ("10; -6", 1), ("3 5", 0), ("0 0", 1)):
        assert (text, mark_response(part, text, {}).credit) == (text, credit)
    acceptance = accepting(item).accepts
    assert acceptance is not None
    assert too_easy(acceptance, with_formulas=False) == "a matrix of zeros"


def test_what_a_condition_accepts_too_easily() -> None:
    def easy(**changes: Any) -> str | None:
        acceptance = accepting(filled(mistakes=None, **changes)).accepts
        assert acceptance is not None
        return too_easy(acceptance, with_formulas=False)

    assert easy() is None
    assert easy(accept_if="rank(response) < 2", example="[[1, 2], [2, 4]]") == "a matrix of zeros"
    loose = easy(accept_if="rank(response) > 0", example="[[1, 2], [2, 4]]")
    assert loose == "every matrix tried that differs from the example in one entry"


def test_checking_types_the_example_and_the_mistakes() -> None:
    item = filled()
    assert list(item_faults(item, with_formulas=False)) == []
    assert mistakes_tested(item) == 1
    thirds = {"accept_if": "3*response[0][0] == 1", "example": "[[1/3, 1]]", "mistakes": None}
    ((code, message),) = item_faults(filled(**thirds), with_formulas=False)
    assert code == "key-wrong"
    assert "allow for rounding" in message


def test_an_entry_left_empty_is_not_zero() -> None:
    (part,) = filled(accept_if="rank(response) == 1", example="[[1, 0]]", mistakes=None).parts
    assert mark_response(part, ("1", ""), {}).credit == 0


def test_the_example_must_be_right_and_no_mistake() -> None:
    for changes, code, words in (
        ({"example": "[[1, 2], [3, 4]]"}, "example", "the example ((1, 2), (3, 4)) does not meet"),
        ({"accept_if": "det(response) == 0 - 2*b"}, "example", "does not meet"),
        (
            {"mistakes": [{"answer": "[[b, 2], [0, a]]", "feedback": "No."}]},
            "mistake-is-key",
            "the mistake ((5, 2), (0, 3)) meets",
        ),
        ({"accept_if": "det(response)"}, "accept", "gives no truth value"),
        ({"example": "(1, 2)", "mistakes": None}, "accept", "takes a matrix of numbers"),
    ):
        with pytest.raises(VariantFailure) as caught:
            filled(**changes)
        assert (changes, caught.value.code) == (changes, code)
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"example": None}, "give one right matrix as 'example'"),
        ({"answer": "eye(2)"}, "give one right matrix as 'example', and no 'answer'"),
        ({"marks": "all"}, "'marks' has no place beside 'accept_if'"),
        ({"accept_if": "a > 2"}, "does not read 'response'"),
        ({"accept_if": "det(respons) == 3"}, "did you mean 'response'?"),
        ({"accept_if": None}, "'answer' is missing"),
        ({"accept_if": None, "answer": "eye(2)", "example": None}, "'tolerance' is missing"),
    ],
)
def test_what_an_author_is_told(changes: dict[str, Any], message: str) -> None:
    told = messages(problems_of(asking(**changes)))
    assert any(message in each for each in told), told


def test_a_person_is_told_the_condition_and_an_example() -> None:
    (line,) = accepting(filled()).rubric
    assert plain_text(line.text) == (
        "det(response) == a*b and response[0][1] == 2 (a = 3, b = 5), "
        r"e.g. $\begin{pmatrix} 3 & 2 \\ 0 & 5 \end{pmatrix}$ "
        r"$\begin{pmatrix} 3 & 2 \\ 5 & 0 \end{pmatrix}$: Mind the order."
    )


@pytest.mark.parametrize(
    ("changes", "right", "wrong"),
    [
        ({}, ((1, 2), (0, 15)), ((1, 2), (0, 16))),
        (
            {"accept_if": "dot(response, (1, 1)) == a + b", "example": "(a, b)"},
            ((0, Fraction(8)),),
            ((0, 9),),
        ),
    ],
)
def test_it_is_kept_with_the_keys_of_a_paper(
    changes: dict[str, Any], right: Rows, wrong: Rows
) -> None:
    answer = accepting(filled(mistakes=None, **changes))
    encoder, decoder = Encoder(), Decoder()
    data = encoder.encode(answer)
    for number, blocks in encoder.new_texts:
        decoder.learn(number, blocks)
    decoder.use_prints(encoder.prints)
    again = decoder.decode(data)
    assert isinstance(again.accepts.example, MatrixAnswer)
    assert again.accepts.holds(right)
    assert not again.accepts.holds(wrong)


def test_its_outline_needs_no_numbers_and_the_condition_proves_the_example() -> None:
    found = template(asking())
    asked = accepting(outline(found, found.points, "per_option"))
    assert asked.accepts is not None
    assert asked.accepts.holds.is_portable
    (part,) = filled().parts
    assert part.provenance == "verified"
