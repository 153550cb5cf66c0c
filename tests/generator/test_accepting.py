"""`accept_if`: numbers of which a condition tells whether they are right."""

from fractions import Fraction
from typing import Any

import pytest

from qgen.bank.templates import QuestionTemplate
from qgen.document.exam import Item
from qgen.document.richtext import plain_text
from qgen.document_codec import Decoder, Encoder
from qgen.generator.drawing import VariantFailure
from qgen.generator.outline import outline
from qgen.marking.item_checks import item_faults, mistakes_tested
from qgen.marking.responses import mark_response
from tests.bank.written import messages, problems_of, question, template
from tests.generator.filled import accepting, fill

ROOT: dict[str, Any] = {
    "parameters": {name: {"integers": {"from": 1, "to": 9}} for name in ("a", "b")},
    "answer": None,
    "tolerance": None,
    "accept_if": "response**2 - (a + b)*response + a*b == 0",
    "example": "a",
    "mistakes": [{"answer": "0 - a", "feedback": "Mind the sign.", "credit": "50%"}],
}


def asking(**changes: Any) -> dict[str, Any]:
    data = question(**{**ROOT, **changes})
    return {key: value for key, value in data.items() if value is not None}


def filled(**changes: Any) -> Item:
    return fill(template(asking(**changes)), {"a": 3, "b": 5})


def test_a_person_reads_the_numbers_of_data_as_they_were_printed() -> None:
    data = {"x": {"decimals": {"from": 1, "to": 3, "step": 0.25, "length": 2}}}
    changes = {"parameters": data, "accept_if": "response > min(x)", "example": "7/2"}
    item = fill(template(asking(**changes, mistakes=None)), {"x": (Fraction(9, 4), 3)})
    (line,) = accepting(item).rubric
    assert "(x = (2.25, 3))" in plain_text(line.text)


def test_a_person_reads_decimals_with_the_mark_of_the_language() -> None:
    changes = {
        "parameters": {"x": {"decimals": {"from": 1, "to": 3, "step": 0.25, "length": 2}}},
        "accept_if": "response > min(x)",
        "example": "7/2",
        "mistakes": [{"answer": "1/4", "feedback": "No.", "credit": "12.5%"}],
        "language": "de",
    }
    item = fill(template(asking(**changes)), {"x": (Fraction(9, 4), 3)})
    (line,) = accepting(item).rubric
    text = plain_text(line.text)
    for shown in ("(x = (2,25; 3))", "$3{,}5$", "$0{,}25$ (12,5%)"):
        assert shown in text


@pytest.mark.parametrize(
    ("condition", "credits"),
    [
        # What is known to twelve digits may be equal, or the boundary: a person looks.
        ("response**3 == 2*response", {"sqrt(2)": None, "1.5": 0, "sqrt(4)": 0, "0": 1}),
        ("response in (0, 1/3, a)", {"exp(ln(1/3))": None, "1/3": 1, "2/7": 0}),
        (
            "response == 0 or log(response) > 0",
            {"exp(ln(1))": 0, "exp(ln(3)-ln(3/2)-ln(2))": None, "sqrt(2)": 1},
        ),
        ("response**2 <= 2", {"sqrt(2)": None, "sqrt(2) - 0.1": 1, "sqrt(3)": 0}),
    ],
)
def test_what_is_known_to_some_digits_is_not_wrong_by_its_rounding(
    condition: str, credits: dict[str, int | None]
) -> None:
    (part,) = filled(accept_if=condition, example="0", mistakes=None).parts
    for text, credit in credits.items():
        assert (text, mark_response(part, text, {}).credit) == (text, credit)


def test_a_condition_has_whole_numbers_for_functions_of_such() -> None:
    (part,) = filled(accept_if="gcd(response, 12) == 1", example="5", mistakes=None).parts
    credits = {"7": 1, "14/2": 1, "5,0": 1, "9": 0, "1/5": None}
    for text, credit in credits.items():
        assert (text, mark_response(part, text, {}).credit) == (text, credit)


def test_every_number_that_meets_the_condition_is_right() -> None:
    (part,) = filled().parts
    credits = {"3": 1, "5": 1, "5.0": 1, "10/2": 1, "sqrt(9)": 1, "-3": "1/2", "-5": 0, "15": 0}
    for text, credit in credits.items():
        assert (text, mark_response(part, text, {}).credit) == (text, Fraction(credit))
    wrong = mark_response(part, "-3", {})
    assert [plain_text(each) for each in wrong.feedback] == ["Mind the sign."]
    assert mark_response(part, "three", {}).outcome == "unreadable"
    assert mark_response(part, " ", {}).outcome == "blank"


def test_what_the_condition_cannot_tell_is_left_to_a_person() -> None:
    item = filled(accept_if="1/(response - 7) == 0 - 1/4", mistakes=None)
    (part,) = item.parts
    assert mark_response(part, "3", {}).credit == 1
    assert mark_response(part, "7", {}).outcome == "undecided"
    assert mark_response(part, "8", {}).credit == 0


def test_a_person_is_told_the_condition_its_values_an_example_and_mistakes() -> None:
    answer = accepting(filled())
    (line,) = answer.rubric
    assert line.points == 1
    assert plain_text(line.text) == (
        "response**2 - (a + b)*response + a*b == 0 (a = 3, b = 5), e.g. $3$ $-3$ (50%): "
        "Mind the sign."
    )
    found = template(asking())
    first, second = (fill(found, {"a": a, "b": 5}) for a in (3, 4))
    # Writers remember texts by identity: a thousand variants have one.
    assert accepting(first).rubric[0].text.text is accepting(second).rubric[0].text.text


def test_the_example_must_be_right_and_no_mistake() -> None:
    for changes, code, words in (
        ({"example": "a + 1"}, "example", "the example 4 does not meet 'response**2"),
        (
            {"mistakes": [{"answer": "b", "feedback": "No."}]},
            "mistake-is-key",
            "the mistake 5 meets",
        ),
        ({"accept_if": "response + a"}, "accept", "gives no truth value"),
        ({"accept_if": "1/(response - 3) > 0"}, "accept", "response = 3"),
    ):
        with pytest.raises(VariantFailure) as caught:
            filled(**changes)
        assert caught.value.code == code
        assert words in str(caught.value)


def test_checking_types_the_example() -> None:
    item = filled()
    assert list(item_faults(item, with_formulas=False)) == []
    assert mistakes_tested(item) == 1
    rounded = filled(accept_if="3*response == 1", example="1/3", mistakes=None)
    ((code, message),) = item_faults(rounded, with_formulas=False)
    assert code == "key-wrong"
    assert "allow for rounding" in message
    near = filled(accept_if="abs(3*response - 1) < 0.001", example="1/3", mistakes=None)
    assert list(item_faults(near, with_formulas=False)) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"example": None}, "give one right number as 'example'"),
        ({"answer": 3}, "give one right number as 'example', and no 'answer'"),
        ({"unit": "m"}, "say the unit in the text"),
        ({"accept_if": "a > 2"}, "does not read 'response'"),
        ({"accept_if": "respons == 3"}, "did you mean 'response'?"),
        ({"accept_if": None}, "'answer' is missing"),
        ({"accept_if": None, "answer": 3}, "'tolerance' is missing"),
        (
            {"accept_if": None, "answer": 3, "tolerance": {"absolute": 0}},
            "'example' stands beside 'accept_if'",
        ),
        ({"let": {"response": "3"}}, "give the question's value another name"),
    ],
)
def test_what_an_author_is_told(changes: dict[str, Any], message: str) -> None:
    told = messages(problems_of(asking(**changes)))
    assert any(message in each for each in told), told


def test_nothing_is_carried_to_or_from_a_condition() -> None:
    whole = {"kind": "numeric", "prompt": "How many?", "points": 1, "answer": 2}
    first = {
        "kind": "numeric",
        "prompt": "Any?",
        "points": 1,
        "accept_if": "response > 1",
        "example": 2,
    }
    carry = {"part": "a", "answer": "earlier"}
    second = {**whole, "tolerance": {"absolute": 0}, "carry": carry}
    (told,) = problems_of(question("derivation", parts=[first, second]))
    assert "no earlier part that asks for a number with a key" in told
    exact = {**whole, "tolerance": {"absolute": 0}}
    (told,) = problems_of(question("derivation", parts=[exact, {**first, "carry": carry}]))
    assert "follows from no earlier one" in told


def test_it_is_kept_with_the_keys_of_a_paper() -> None:
    item = filled()
    answer = accepting(item)
    encoder = Encoder()
    data = encoder.encode(answer)
    decoder = Decoder()
    for number, blocks in encoder.new_texts:
        decoder.learn(number, blocks)
    decoder.use_prints(encoder.prints)
    again = decoder.decode(data)
    assert again.accepts.holds(Fraction(5))
    assert not again.accepts.holds(Fraction(6))
    (kept,), (line,) = again.rubric, answer.rubric
    assert plain_text(kept.text) == plain_text(line.text)


def test_the_condition_proves_the_example() -> None:
    (part,) = filled().parts
    assert part.provenance == "verified"


def test_its_outline_needs_no_numbers() -> None:
    found: QuestionTemplate = template(asking())
    asked = accepting(outline(found, found.points, "per_option"))
    assert asked.accepts is not None
