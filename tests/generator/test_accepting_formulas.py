"""`accept_if` of a formula: any that meets a condition, such as any antiderivative."""

from fractions import Fraction
from typing import Any

import pytest

from qgen.document.answers import FormulaAnswer
from qgen.document.exam import Item
from qgen.document.formula import Symbol
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
    "solver": None,
    "answer": None,
    "variables": {"x": "real"},
    "accept_if": "diff(response, x) == a*x**2 + b",
    "example": "a*x**3/3 + b*x",
    "mistakes": [{"answer": "2*a*x", "feedback": "That is the derivative.", "credit": "50%"}],
}
OSCILLATOR: dict[str, Any] = {
    "accept_if": "diff(diff(response, x), x) == 0 - a**2*response and response != 0",
    "example": "sin(a*x)",
    "mistakes": None,
}


def asking(**changes: Any) -> dict[str, Any]:
    data = question("formula", **{**ASKED, **changes})
    return {key: value for key, value in data.items() if value is not None}


def filled(**changes: Any) -> Item:
    return fill(template(asking(**changes)), {"a": 3, "b": 5})


@pytest.mark.parametrize(
    ("changes", "credits"),
    [
        ({}, {"x^3 + 5x": 1, "x*(x^2 + 5) - 7": 1, "x^3": 0, "6x": "1/2", "5x + 3x^3/3": 1}),
        (
            OSCILLATOR,
            {"sin(3x)": 1, "2cos(3x) - sin(3x)": 1, "0": 0, "x - x": 0, "sin(3x) + 1": 0},
        ),
        (
            {
                "accept_if": "diff(response, x) == a*response and at(response, x, 0) == b",
                "example": "b*exp(a*x)",
                "mistakes": None,
            },
            {"5exp(3x)": 1, "5*e^(3x)": 1, "exp(3x)": 0, "exp(3x) + 4": 0},
        ),
        # A kink has no derivative at one point, and is no antiderivative on either side.
        ({}, {"abs(x)^3 + 5x": 0}),
    ],
)
def test_every_formula_that_meets_the_condition_is_right(
    changes: dict[str, Any], credits: dict[str, Any]
) -> None:
    (part,) = filled(**changes).parts
    for text, credit in credits.items():
        assert (text, mark_response(part, text, {}).credit) == (text, Fraction(credit))


def test_what_is_undecided_or_unreadable_is_never_wrong() -> None:
    (part,) = filled().parts
    # A largest of several has no derivative where they meet.
    assert mark_response(part, "max(x^3 + 5x, x^3 + 5x)", {}).outcome == "undecided"
    unread = mark_response(part, "x^3 + y", {})
    assert (unread.credit, unread.outcome) == (None, "unreadable")
    assert mark_response(part, "  ", {}).outcome == "blank"


def test_checking_types_the_example_and_tries_nothing() -> None:
    item = filled()
    assert list(item_faults(item, with_formulas=True)) == []
    assert mistakes_tested(item) == 1

    def easy(**changes: Any) -> str | None:
        acceptance = accepting(filled(**changes)).accepts
        assert acceptance is not None
        return too_easy(acceptance, with_formulas=True)

    assert easy() is None
    assert easy(**OSCILLATOR) is None
    loose = {**OSCILLATOR, "accept_if": "diff(diff(response, x), x) == 0 - a**2*response"}
    assert easy(**loose) == "0"


def test_the_example_must_be_right_and_no_mistake() -> None:
    for changes, code, words in (
        ({"example": "a*x**3"}, "example", "the example 3*x^3 does not meet 'diff(response, x)"),
        (
            {"mistakes": [{"answer": "a*x**3/3 + b*x + 1", "feedback": "No."}]},
            "mistake-is-key",
            "the mistake 3*x^3/3 + 5*x + 1 meets",
        ),
        ({"example": "max(x, 1)"}, "accept", "has no derivative where its arguments meet"),
    ):
        with pytest.raises(VariantFailure) as caught:
            filled(**changes)
        assert (changes, caught.value.code) == (changes, code)
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("response > x", "write comparisons by == or != with 'and' between them"),
        ("response == x or response == 1", "write comparisons by == or !="),
        ("x == response == x", "write comparisons by == or !="),
        ("not response == x", "write comparisons by == or !="),
        ("response", "write comparisons by == or !="),
        ("diff(response, y) == x", "'diff' takes one of the 'variables' second"),
        ("diff(response, 2) == x", "'diff' takes one of the 'variables' second"),
        ("diff(response) == x", "write it as diff(response, x)"),
        ("at(response, x) == a", "write it as at(response, x, 0)"),
        ("det(response) == a", "'det' cannot be asked of a formula"),
        ("response[0] == a", "'item' cannot be asked of a formula"),
        ("diff(respons, x) == a", "did you mean 'response'?"),
        ("integrate(response, x) == a", "there is no function 'integrate'"),
        ("a == b", "does not read 'response'"),
    ],
)
def test_what_an_author_is_told_of_a_condition(condition: str, message: str) -> None:
    told = messages(problems_of(asking(accept_if=condition)))
    assert any(message in each for each in told), told


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"example": None}, "give one right formula as 'example'"),
        ({"answer": "x"}, "give one right formula as 'example', and no 'answer'"),
        ({"form": "expanded"}, "'form' has no place beside 'accept_if'"),
        ({"up_to": "constant"}, "'up_to' has no place beside 'accept_if'"),
        ({"accept_if": None}, "'answer' is missing"),
        ({"variables": {"response": "real"}}, "give the question's value another name"),
    ],
)
def test_what_an_author_is_told(changes: dict[str, Any], message: str) -> None:
    told = messages(problems_of(asking(**changes)))
    assert any(message in each for each in told), told


def test_a_person_is_told_the_condition_and_an_example() -> None:
    (line,) = accepting(filled()).rubric
    assert plain_text(line.text) == (
        "diff(response, x) == a*x**2 + b (a = 3, b = 5), e.g. $\\frac{3 x^{3}}{3} + 5 x$ "
        "$6 x$ (50%): That is the derivative."
    )


def test_it_is_kept_with_the_keys_of_a_paper() -> None:
    answer = accepting(filled())
    encoder, decoder = Encoder(), Decoder()
    data = encoder.encode(answer)
    for number, blocks in encoder.new_texts:
        decoder.learn(number, blocks)
    decoder.use_prints(encoder.prints)
    again = decoder.decode(data)
    assert isinstance(again.accepts.example, FormulaAnswer)
    assert answer.accepts is not None
    assert again.accepts.holds(Symbol("x")) == answer.accepts.holds(Symbol("x"))


def test_its_outline_needs_no_numbers_and_the_condition_proves_the_example() -> None:
    found = template(asking())
    asked = accepting(outline(found, found.points, "per_option"))
    assert asked.accepts is not None
    assert asked.accepts.holds.is_portable
    (part,) = filled().parts
    assert part.provenance == "verified"
