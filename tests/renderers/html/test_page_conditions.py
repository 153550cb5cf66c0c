"""Conditions hold on the page as they do in qgen: the same responses, given to both."""

import random
import shutil
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from qgen.bank.functions import FUNCTIONS
from qgen.document.answers import Part
from qgen.document.conditions import OF_FORMULAS, PORTABLE
from qgen.generator.drawing import VariantFailure
from qgen.marking.responses import mark_response
from qgen.renderers.html.marking_data import marked_parts
from tests import samples
from tests.bank.written import question, template
from tests.generator.filled import fill
from tests.renderers.html.page_scripts import MODULES, page

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node"),
]

PARAMETERS = {
    "a": {"integers": {"from": -9, "to": 9}},
    "b": {"one_of": ["1/3", "-5/2", "4"]},
    "v": {"integers": {"length": 2, "from": -9, "to": 9}},
    "A": {"integers": {"shape": [2, 2], "from": -9, "to": 9}},
}
VALUES = {"a": 3, "b": Fraction(-5, 2), "v": (2, -1), "A": ((1, 2), (3, 4))}

NUMBERS = (
    ("response**2 - (a + b)*response + a*b == 0", "a"),
    ("abs(response**2 - 2) < 0.01", "1.414"),
    ("response**2 <= 2", "1"),
    ("0 < response < a", "1"),
    ("a > response >= 1 or response == b", "1"),
    ("gcd(response, 12) == 1 and response != 1", "5"),
    ("lcm(response, 4) == 12", "3"),
    ("floor(response) == response and mod(a*response - 2, 7) == 0", "3"),
    ("response % 3 == 1 and response // 3 == -2", "-5"),
    ("mod(response, 7) == 5", "5"),
    ("ceil(response) - floor(response) == 1", "1/2"),
    ("sign(response - a) == -1", "1"),
    ("1/(response - 7) == -1/4", "3"),
    ("response == 7 or 1/(response - 7) < 0", "3"),
    ("max(response, a) == a and min(response, 0) == response", "-1"),
    ("sqrt(9)*response == sum(v) + dot(v, (1, 1))", "2/3"),
    ("response**a == 8", "2"),
    ("(response if response > 0 else -response) == a", "3"),
    ("not (response < a)", "4"),
    ("response**400 > 0", "1"),
    ("any((response == a, response == b))", "3"),
    ("all((response > 0, response < 10))", "3"),
    ("(response, a) == (3, 3)", "3"),
    ("v[response] == 2", "0"),
)
MATRICES = (
    ("det(response) == a", "[[a, 0], [0, 1]]"),
    ("rank(response) == 1 and matmul(response, v) == (0, 0)", "[[1, 2], [-2, -4]]"),
    ("transpose(response) == response and trace(response) == a", "[[a, 1], [1, 0]]"),
    ("matmul(response, A) == matmul(A, response)", "eye(2)"),
    ("matmul(A, response) == eye(2)", "inverse(A)"),
    ("inverse(response) == response", "eye(2)"),
    ("response[0][1] == 2 and response[1][0] == response[-1][-1]", "[[1, 2], [3, 3]]"),
    ("response + A == 2*response", "A"),
    ("sum(response[0]) == 1 and all(response[1] >= 0)", "[[1/2, 1/2], [0, 1]]"),
    ("abs(det(response) - 2) < 0.001 and max(response[0]) <= a", "[[1, 0], [0, 2]]"),
    ("length(response) == 2 and response[0] == v or det(response) > 5", "[[6, 0], [0, 1]]"),
    ("1/response[0][0] + response[0][1]*v[0] == 5", "[[1, 2], [0, 0]]"),
    (
        "floor(response) == response and gcd(response[0][0], response[0][1]) == 1",
        "[[2, 3], [0, 1]]",
    ),
)
VECTORS = (
    ("dot(response, v) == 0 and response != (0, 0)", "(1, 2)"),
    ("sum(response) == 1 and min(response) > 0", "(1/2, 1/2)"),
    ("matmul(A, response) == (5, 11)", "(1, 2)"),
    ("dot(response, response) == 1", "(3/5, 4/5)"),
)
TYPED = (
    *("0", "1", "2", "3", "-1", "-5", "5", "7", "1/2", "-5/2", "2/3", "0.25", "1e20", "2^400"),
    *("sqrt(2)", "sqrt(4)", "1.414", "1,5", "pi", "sqrt(2) - 1e-9", "99999999999999999999", "x"),
)
ENTRIES = ("0", "1", "2", "3", "-1", "-2", "1/2", "0.2", "6", "sqrt(2)", "sqrt(9)", "", "x")
FORMULAS = (
    ("diff(response, x) == a*x**2 + y", "x**3 + x*y", ("x^3 + x*y", "x^3+xy+7", "x^3", "6x")),
    (
        "diff(diff(response, x), x) == -(a**2)*response and response != 0",
        "sin(a*x)",
        ("sin(3x)", "cos(3x)+2sin(3x)", "0", "exp(3x)", "sin(3x)+1", "x"),
    ),
    (
        "diff(response, x) == a*response and at(response, x, 0) == b",
        "b*exp(a*x)",
        ("-5/2*exp(3x)", "-2.5 e^(3x)", "exp(3x)", "0"),
    ),
    (
        "at(response, x, y) == 0 and at(response, x, 2*y) != 0",
        "x - y",
        ("x - y", "x^2-y^2", "x-2y", "(x-y)*(x-2y)", "ln(x/y)", "1/x"),
    ),
    (
        "x*diff(response, x) + y*diff(response, y) == 2*response",
        "x*y",
        ("x*y", "x^2+y^2", "x^3", "sqrt(x^4+y^4)", "x^y", "abs(x)*y", "max(x*y, y^2)", "x^2/(1+y)"),
    ),
    (
        "diff(log(response), x) == 1",
        "exp(x)",
        ("exp(x)", "3*exp(x+y)", "exp(2x)", "tanh(x)", "sigmoid(x)", "sqrt(exp(2x))", "-exp(x)"),
    ),
)


def asked(kind: str, condition: str, example: str, **more: Any) -> Part:
    data = question(kind, parameters=PARAMETERS, accept_if=condition, example=example, **more)
    usual = {"answer", "tolerance", "solver"} - more.keys()
    left = {key: value for key, value in data.items() if key not in usual}
    (part,) = fill(template(left), VALUES).parts
    return part


def data_of(part: Part) -> Any:
    (key,) = marked_parts(replace(samples.item("open"), parts=(part,)))
    assert key["kind"] in ("number", "matrix", "formula")
    return key


def alike(cases: Sequence[tuple[Part, Any]]) -> list[Fraction | None]:
    """What both give, which is the same."""
    found = page("mark", [[data_of(part), given] for part, given in cases])
    told: list[Fraction | None] = []
    for (part, given), theirs in zip(cases, found, strict=True):
        ours = mark_response(part, tuple(given) if isinstance(given, list) else given, {})
        outcomes = {"unreadable": "refused"}
        assert (given, theirs["outcome"]) == (given, outcomes.get(ours.outcome, ours.outcome))
        if ours.outcome in ("marked", "blank"):
            credit = Fraction(theirs["credit"])
            assert (given, credit, theirs["mistake"]) == (given, ours.credit, ours.mistake)
        told.append(ours.credit)
    return told


@pytest.mark.parametrize(("condition", "example"), NUMBERS)
def test_numbers(condition: str, example: str) -> None:
    part = asked("numeric", condition, example, mistakes=[])
    told = alike([(part, text) for text in (*TYPED, "")])
    assert 1 in told


def test_a_mistake_earns_its_share_on_the_page() -> None:
    wrong = [{"answer": "-19", "feedback": "No.", "credit": "1/3"}]
    part = asked("numeric", "response > 0", "1", mistakes=wrong, tolerance={"absolute": 1})
    assert alike([(part, "-18"), (part, "-17"), (part, "4")]) == [Fraction(1, 3), 0, 1]


@pytest.mark.parametrize(("condition", "example"), MATRICES)
def test_matrices(condition: str, example: str) -> None:
    stream = random.Random(condition)
    part = asked("matrix", condition, example)
    cases: list[tuple[Part, Any]] = [
        (part, [str(entry) for row in part_example(part) for entry in row])
    ]
    for _ in range(60):
        weights = [9] * 9 + [2, 2, 1, 1]
        cases.append((part, stream.choices(ENTRIES, weights, k=4)))
    assert alike(cases)[0] == 1


@pytest.mark.parametrize(("condition", "example"), VECTORS)
def test_vectors(condition: str, example: str) -> None:
    stream = random.Random(condition)
    part = asked("matrix", condition, example)
    cases: list[tuple[Part, Any]] = [(part, [str(e) for row in part_example(part) for e in row])]
    cases += [(part, stream.choices(ENTRIES, k=2)) for _ in range(40)]
    assert alike(cases)[0] == 1


def part_example(part: Part) -> Any:
    answer: Any = part.answer
    return answer.accepts.example.key


@pytest.mark.parametrize(("condition", "example", "typed"), FORMULAS)
def test_formulas(condition: str, example: str, typed: tuple[str, ...]) -> None:
    variables = {"x": "positive", "y": "positive"}
    part = asked("formula", condition, example, variables=variables)
    told = alike([(part, text) for text in (*typed, "", "x +", "z")])
    assert 1 in told
    assert 0 in told


@pytest.mark.parametrize(
    ("condition", "credits"),
    [
        ("0 < response and response < 4 and response**2 != a", {"sqrt(3)": None, "sqrt(2)": 1}),
        ("abs(response**2 - a) <= 0 or response == 1", {"sqrt(3)": None, "1": 1, "2": 0}),
        ("(response**2 - a)**2 <= 0 or response == 1", {"sqrt(3)": None, "7/4": 0}),
        ("response**2 > 2 or response == 1", {"sqrt(2)": None, "sqrt(3)": 1, "1": 1}),
        ("abs(response**2 - a) < 0.001 or response == 1", {"sqrt(3)": 1, "1.7": 0}),
    ],
)
def test_what_rounding_may_decide_waits_for_a_person(condition: str, credits: Any) -> None:
    part = asked("numeric", condition, "1", mistakes=[])
    assert alike([(part, text) for text in credits]) == list(credits.values())


@pytest.mark.parametrize(
    "condition", ["rank(response) == 2", "det(response) != 0", "abs(det(response)) > 0"]
)
def test_nobody_but_a_person_tells_a_singular_matrix_by_rounded_entries(condition: str) -> None:
    part = asked("matrix", condition, "[[1, 2], [3, 4]]")
    singular, regular = ["sqrt(2)", "1", "2", "sqrt(2)"], ["sqrt(2)", "0", "0", "1"]
    told = alike([(part, each) for each in (singular, regular, ["1", "0", "0", "1"])])
    assert told == [None, None if "rank" in condition else 1, 1]


def test_what_has_no_value_anywhere_is_never_right() -> None:
    part = asked("formula", "diff(response, y) == a", "a*y", variables={"x": "real", "y": "real"})
    nowhere = ("x/0", "sqrt(-1)", "ln(-1-x^2)", "0*ln(-1)", "0/(x-x)")
    told = alike([(part, f"3y + {term}") for term in nowhere])
    assert told == [None] * len(nowhere)
    assert alike([(part, text) for text in ("3y", "3y + ln(x)", "3y+1/x", "y + x/0")]) == [
        1,
        1,
        1,
        0,
    ]


def test_a_solution_that_bends_or_jumps_waits_for_a_person() -> None:
    condition = "diff(diff(response, x), x) == -(16*response) and at(response, x, 0) == a"
    part = asked("formula", condition, "a*cos(4*x)", variables={"x": "real"})
    bent = (
        "3sqrt(cos(4x)^2)",
        "3cos(4x)+abs(sin(4x))",
        "3cos(4x)+sin(4*abs(x))",
        "3(cos(4x)^2)^(1/2)",
    )
    assert alike([(part, text) for text in bent]) == [None] * len(bent)
    told = alike([(part, text) for text in ("3cos(4x)+abs(-2)*sin(4x)", "3cos(4x)", "3abs(x)")])
    assert told == [1, 1, 0]
    field = asked("formula", "diff(response, y) == a", "a*y", variables={"x": "real", "y": "real"})
    told = alike([(field, text) for text in ("3y+abs(y)/y", "3y+abs(x)", "3y + sqrt(x^2)")])
    assert told == [None, 1, 1]
    log = asked("formula", "x*diff(response, x) == a", "a*ln(abs(x))", variables={"x": "real"})
    assert alike([(log, "3ln(abs(x)) + 7")]) == [1]


def test_a_known_mistake_in_a_formula() -> None:
    wrong = [{"answer": "2*a*x", "feedback": "No.", "credit": "50%"}]
    part = asked(
        "formula", "diff(response, x) == a", "a*x", variables={"x": "real"}, mistakes=wrong
    )
    assert alike([(part, "6x"), (part, "3x - 1"), (part, "x")]) == [Fraction(1, 2), 1, 0]


@pytest.mark.parametrize(
    "condition", ["exp(response) > a", "2**response > a", "mean((response, 3)) > a"]
)
def test_a_condition_beyond_the_page_is_left_to_a_person(condition: str) -> None:
    data = question("numeric", parameters=PARAMETERS, accept_if=condition, example="5")
    del data["answer"], data["tolerance"], data["mistakes"]
    item = fill(template(data), VALUES)
    (key,) = marked_parts(item)
    assert key["kind"] == "open"
    assert mark_response(item.parts[0], "7", {}).credit == 1


def test_the_page_has_every_operation_of_the_table_and_no_other() -> None:
    source = (MODULES / "conditions.mjs").read_text("utf-8")
    for name in PORTABLE - {"response"}:
        written = f'"{name}"' if not name.isidentifier() else name
        assert f"{written}:" in source or f'name === "{name}"' in source, name
    assert {name for name in PORTABLE if name.isidentifier()} - FUNCTIONS.keys() == {
        *("negate", "and", "or", "not", "if", "row", "item")
    }
    assert "diff" in OF_FORMULAS


def test_what_cannot_be_filled_is_told() -> None:
    with pytest.raises(VariantFailure):
        asked("numeric", "response > 0", "-1")
