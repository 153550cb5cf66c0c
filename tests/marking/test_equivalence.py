import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.answers import FormulaAnswer, FormulaMistake
from qgen.document.formula import (
    Formula,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    VariableDomain,
    latex,
    typed,
)
from qgen.document.richtext import passage_of
from qgen.marking import equivalence as equivalence_module
from qgen.marking import sympy_prover
from qgen.marking.equivalence import Verdict, equivalence, mark_formula
from qgen.marking.formula_identities import identical, inseparable
from qgen.marking.formula_points import Comparison, Point, belongs, compare, points
from qgen.marking.formula_reader import parse_formula
from qgen.marking.number_reader import Refusal
from qgen.marking.sympy_worker import postfix
from tests.document.expressions import EXPRESSIONS, VARIABLES
from tests.examples import examples

DOMAINS: tuple[VariableDomain, ...] = ("real", "positive", "nonnegative", "probability")


def formula(text: str, *names: str) -> Formula:
    expression = parse_formula(text, names or ("x", "y", "z", "p", "q"))
    assert not isinstance(expression, Refusal), expression.sentence
    return expression


def verdict(first: str, second: str, **variables: VariableDomain) -> Verdict:
    left, right = (formula(text, *variables) for text in (first, second))
    found = equivalence(left, right, variables, seconds=10)
    swapped = equivalence(right, left, variables, seconds=10)
    assert swapped.outcome == found.outcome
    return found


# Which formulas are equal


EQUAL: list[tuple[str, str, dict[str, VariableDomain]]] = [
    ("(3x - 4y - 2)/26", "3/26*x - 2/13*y - 1/13", {"x": "real", "y": "real"}),
    ("(x+y)^3", "x^3 + 3x^2*y + 3x*y^2 + y^3", {"x": "real", "y": "real"}),
    ("1/(x-1) - 1/(x+1)", "2/(x^2 - 1)", {"x": "real"}),
    ("(x^2-1)/(x-1)", "x + 1", {"x": "real"}),
    ("x/x", "1", {"x": "real"}),
    ("0.5x", "x/2", {"x": "real"}),
    ("1/sqrt(x)", "sqrt(x)/x", {"x": "positive"}),
    ("sqrt(x^2)", "x", {"x": "positive"}),
    ("sqrt(x^2)", "|x|", {"x": "real"}),
    ("|x|", "x", {"x": "nonnegative"}),
    ("ln(x^2)", "2 ln(x)", {"x": "positive"}),
    ("ln(x^2)", "2 ln|x|", {"x": "real"}),
    ("max(0, x)", "(x + |x|)/2", {"x": "real"}),
    ("max(0, 1-x)", "1 - min(1, x)", {"x": "real"}),
    ("x - log(1+exp(x))", "log(exp(x)/(1+exp(x)))", {"x": "real"}),
    ("ln(sigmoid(x))", "-ln(1+e^(-x))", {"x": "real"}),
    ("sigmoid(x)(1-sigmoid(x))", "e^(-x)/(1+e^(-x))^2", {"x": "real"}),
    ("tanh(x)", "2 sigmoid(2x) - 1", {"x": "real"}),
    ("exp(-x^2/2)/sqrt(2 pi)", "(2pi)^(-1/2) e^(-x*x/2)", {"x": "real"}),
    ("sin(x)^2 + cos(x)^2", "1", {"x": "real"}),
    ("ln(p/(1-p))", "ln(p) - ln(1-p)", {"p": "probability"}),
    (
        "p ln(p/q) + (1-p) ln((1-p)/(1-q))",
        "p (ln(p)-ln(q)) + (1-p)(ln(1-p)-ln(1-q))",
        {"p": "probability", "q": "probability"},
    ),
    ("ln(e^x + e^y)", "y + ln(1 + e^(x-y))", {"x": "real", "y": "real"}),
    ("log2(8x)", "3 + ln(x)/ln(2)", {"x": "positive"}),
    ("x^x", "exp(x ln(x))", {"x": "positive"}),
    ("sqrt(2)", "2^0.5", {}),
    ("(x+y+z)^9", "(x+y+z)^4 (x+y+z)^5", {"x": "real", "y": "real", "z": "real"}),
]

DIFFERENT: list[tuple[str, str, dict[str, VariableDomain]]] = [
    ("max(0, x)", "x", {"x": "real"}),
    ("max(0, x)", "|x|", {"x": "real"}),
    ("x", "|x|", {"x": "real"}),
    ("sqrt(x^2)", "x", {"x": "real"}),
    # One side has no value on a whole region.
    ("ln(x^2)", "2 ln(x)", {"x": "real"}),
    ("sqrt(x)^2", "x", {"x": "real"}),
    ("x + ln(x) - ln(x)", "x", {"x": "real"}),
    ("x", "x + sqrt(x - 100) - sqrt(x - 100)", {"x": "positive"}),
    # Differences that are small, far away or only in one corner.
    ("x", "x + 10^(-20)", {"x": "real"}),
    ("exp(70) + x - exp(70)", "x + 10^(-12)", {"x": "real"}),
    ("exp(x)", "exp(x) + 10^(-20)", {"x": "real"}),
    ("pi", "3.14159265358979323846264", {}),
    ("sqrt(2)", "1.4142135623730950488016887", {}),
    ("max(0, x - 100)", "0", {"x": "real"}),
    ("max(x, -2000000)", "x", {"x": "real"}),
    ("|x - 5|", "5 - x", {"x": "real"}),
    ("max(x, y)", "|x|/2 + |y|/2 + |x-y|/2", {"x": "real", "y": "real"}),
    ("max(0, -x-y-z)", "0", {"x": "real", "y": "real", "z": "real"}),
    ("max(p, 0.002)", "p", {"p": "probability"}),
    ("max(p, 0.998)", "0.998", {"p": "probability"}),
    ("sin(x)", "x", {"x": "real"}),
    ("1/x", "1/(x + 10^(-12))", {"x": "positive"}),
    ("x", "y", {"x": "real", "y": "real"}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("first", "second", "variables"), EQUAL)
def test_equal_formulas_are_proved_equal(
    first: str, second: str, variables: dict[str, VariableDomain]
) -> None:
    assert verdict(first, second, **variables) == Verdict("equal")


@pytest.mark.parametrize(("first", "second", "variables"), DIFFERENT)
def test_different_formulas_come_with_a_witness(
    first: str, second: str, variables: dict[str, VariableDomain]
) -> None:
    found = verdict(first, second, **variables)
    assert found.outcome == "different"
    assert found.witness is not None
    assert all(belongs(value, variables[name]) for name, value in found.witness.items())
    left, right = (formula(text, *variables) for text in (first, second))
    assert compare(left, right, found.witness) in ("different", "one_sided")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("9^9^9^9", "9^9^9^9 + 1"),
        ("ln(-1 - x^2)", "ln(-2 - x^2)"),
        ("x^9999999999", "x^9999999998*x"),
        ("sin(10^40 x)", "sin(10^40 x + x - x) + 0*y"),
    ],
)
def test_what_cannot_be_settled_is_never_called_different(first: str, second: str) -> None:
    variables: dict[str, VariableDomain] = {"x": "real", "y": "real"}
    left, right = formula(first, "x", "y"), formula(second, "x", "y")
    assert equivalence(left, right, variables, seconds=0.5).outcome != "different"
    if first.startswith("9"):
        assert equivalence(left, right, variables, seconds=0.5) == Verdict("undecided")


def test_an_undeclared_symbol_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="no domain is declared for z"):
        equivalence(Symbol("z"), Symbol("x"), {"x": "real"})


def _reordered(expression: Formula) -> Formula:
    match expression:
        case Sum(terms):
            return Sum(tuple(map(_reordered, reversed(terms))))
        case Product(factors):
            return Product(tuple(map(_reordered, reversed(factors))))
        case _:
            return expression


_REALS: dict[str, VariableDomain] = dict.fromkeys(VARIABLES, "real")


@pytest.fixture
def no_sympy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(equivalence_module, "prove", lambda *_: False)


@pytest.mark.slow
@examples(40)
@given(EXPRESSIONS)
def test_order_never_makes_a_difference(expression: Formula) -> None:
    domains = {name: _REALS[name] for name in VARIABLES}
    for point in list(points(domains, []))[:8]:
        outcome = compare(expression, _reordered(expression), point)
        assert outcome not in ("different", "one_sided")


@pytest.mark.slow
@examples(60)
@given(EXPRESSIONS, st.fractions(max_denominator=10**6).filter(bool))
def test_a_shifted_formula_is_never_proved_equal(expression: Formula, by: Fraction) -> None:
    assert not identical(expression, Sum((expression, Number(by))))


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("exp(-17t/40 - 363t^2/80)", "exp(-17/40*t)*exp(-363/80*t^2)", True),
        ("exp(-111t/10)", "1/exp(111/10*t)", True),
        ("exp(t)^99", "exp(99t)", False),
        ("exp(-111t/10)", "exp(-112t/10)", False),
        ("exp(-111t/10)", "exp(111t/10)", False),
    ],
)
def test_exponentials_of_large_multiples_are_unknowns_of_their_own(
    first: str, second: str, same: bool
) -> None:
    assert identical(formula(first, "t"), formula(second, "t")) == same


def test_points_lie_in_the_domain_reach_its_corners_and_stay_the_same() -> None:
    for domain in DOMAINS:
        tried = [point["x"] for point in points({"x": domain}, [Fraction(5)])]
        assert all(belongs(value, domain) for value in tried)
        assert len(set(tried)) >= 20
        assert tried == [point["x"] for point in points({"x": domain}, [Fraction(5)])]
    real = [point["x"] for point in points({"x": "real"}, [])]
    assert min(real) <= -(10**6)
    assert max(real) >= 10**6
    assert 0 in real
    assert any(0 < abs(value) < Fraction(1, 10**6) for value in real)
    shares = [point["p"] for point in points({"p": "probability"}, [])]
    assert min(shares) < Fraction(1, 10**6)
    assert max(shares) > 1 - Fraction(1, 10**6)
    names = ("x", "y", "z")
    signs = {
        tuple(point[name] > 0 for name in names)
        for point in points(dict.fromkeys(names, "real"), [])
    }
    assert len(signs) == 8
    assert list(points({}, [])) == [{}]


@pytest.mark.parametrize(
    ("first", "second", "proved"),
    [
        ("3x^2/7 - exp(-x) + max(x, sqrt(3/4))*ln(2)", "x^2*3/7 - 1/exp(x) + 0*x", False),
        ("3x^2/7 - exp(-2x) + ln(2)*(4/5)^x", "x^2*3/7 + (4/5)^x*ln(2) - exp(-2x)", True),
        ("2/(3*(x - 1))", "(2/3)/(x - 1)", True),
        ("1/(1 - x)", "-1/(x - 1)", True),
        ("x/x", "1", False),
        ("x^(-1)*x^2", "x", False),
        ("x*x^(-2)", "1/x", True),
        ("ln(x) - ln(x) + x", "x", False),
        ("ln(2x)*3", "ln(2x) + 2*ln(2x)", True),
        ("ln(2x) - ln(2x)", "ln(-x) - ln(-x)", False),
        ("ln(2x) - ln(2x)", "ln(x) - ln(x)", True),
        ("sqrt(x) + 1", "1 + x^(1/2)", True),
        ("sqrt(x)/sqrt(x)", "x/x", False),
        ("x^(-1/2)", "1/sqrt(x)", False),
        ("x^y", "x^y", False),
        ("x/0", "x/0", False),
    ],
)
def test_only_what_has_a_value_at_the_same_points_is_inseparable(
    first: str, second: str, proved: bool
) -> None:
    assert inseparable(formula(first, "x", "y"), formula(second, "x", "y")) == proved
    assert inseparable(formula(second, "x", "y"), formula(first, "x", "y")) == proved


@pytest.mark.slow
@examples(60)
@given(EXPRESSIONS, EXPRESSIONS)
def test_no_point_separates_what_is_inseparable(expression: Formula, other: Formula) -> None:
    pairs = [
        (expression, _reordered(expression)),
        (expression, Sum((expression, other, Product((Number(-1), other))))),
        (expression, Quotient(Product((expression, other)), other)),
        (Quotient(expression, other), Product((Power(other, Number(-1)), expression))),
    ]
    for first, second in pairs:
        if inseparable(first, second):
            for point in list(points(_REALS, []))[:40]:
                assert compare(first, second, point) not in ("different", "one_sided")


def test_no_more_points_are_tried_than_can_tell_formulas_apart(
    monkeypatch: pytest.MonkeyPatch, no_sympy: None
) -> None:
    tried: list[object] = []

    def counted(first: Formula, second: Formula, point: Point) -> Comparison:
        tried.append(point)
        return compare(first, second, point)

    monkeypatch.setattr(equivalence_module, "compare", counted)
    for first, second, few in [
        ("ln(x) + 1/x", "ln(x) + 1/x", True),
        ("2*x/4 + exp(x)", "exp(x) + x/2", True),
        ("ln(x) - ln(x) + x", "x", False),
    ]:
        tried.clear()
        found = equivalence(formula(first, "x"), formula(second, "x"), {"x": "positive"})
        assert found == Verdict("equal")
        assert (len(tried) <= 5) == few


# The worker


HANGING = formula("9^9^9^9 - 9^9^9^9")
SINE = formula("sin(3x)"), formula("3sin(x) - 4sin(x)^3")


@pytest.fixture(scope="module")
def prover() -> Iterator[sympy_prover._Prover]:
    """One prover, whose worker a test may find running or ended: starting one takes a second."""
    prover = sympy_prover._Prover()
    yield prover
    prover.close()


def request(first: Formula, second: Formula) -> str:
    return json.dumps(
        {"first": postfix(first), "second": postfix(second), "domains": {"x": "real"}}
    )


def process_of(prover: sympy_prover._Prover) -> "subprocess.Popen[str]":
    assert prover._worker is not None
    return prover._worker._process


@pytest.mark.slow
def test_a_hanging_proof_really_ends_and_the_next_one_works(
    prover: sympy_prover._Prover,
) -> None:
    assert prover.ask(request(*SINE), 30)
    first = process_of(prover)
    assert prover.ask(request(*SINE), 30)
    assert process_of(prover) is first
    assert not prover.ask(request(HANGING, Number(0)), 0.1)
    assert first.poll() == -signal.SIGKILL
    assert prover.ask(request(*SINE), 30)


@pytest.mark.slow
def test_a_worker_that_died_is_replaced(prover: sympy_prover._Prover) -> None:
    assert prover.ask(request(*SINE), 30)
    process_of(prover).kill()
    process_of(prover).wait()
    assert not prover.ask(request(*SINE), 30)
    assert prover.ask(request(*SINE), 30)


@pytest.mark.slow
def test_a_forked_process_leaves_its_parents_worker_alone(
    prover: sympy_prover._Prover,
) -> None:
    assert prover.ask(request(*SINE), 30)
    parents = prover._worker
    assert parents is not None
    parents.owner = -1
    assert prover.ask(request(*SINE), 30)
    assert prover._worker is not parents
    assert parents._process.poll() is None
    parents.end()


@pytest.mark.slow
def test_closing_ends_the_worker(prover: sympy_prover._Prover) -> None:
    assert prover.ask(request(*SINE), 30)
    process = process_of(prover)
    prover.close()
    assert process.poll() is not None


@pytest.mark.slow
def test_the_worker_goes_with_the_program_and_sympy_stays_out_of_it() -> None:
    script = (
        "import sys\n"
        "from qgen.marking import sympy_prover\n"
        "from qgen.document.formula import Symbol, Call\n"
        "x = Symbol('x')\n"
        "sympy_prover.prove(x, x, {'x': 'real'}, 30)\n"
        "assert not {'sympy', 'mpmath', 'torch'} & set(sys.modules)\n"
        "print(sympy_prover._PROVER._worker._process.pid)\n"
    )
    run = subprocess.run(
        [sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True
    )
    with pytest.raises(ProcessLookupError):
        os.kill(int(run.stdout), 0)


# Marking


@pytest.fixture
def answer() -> FormulaAnswer:
    variables: dict[str, VariableDomain] = {"x_1": "real", "x_2": "real", "alpha": "positive"}
    return FormulaAnswer(
        formula("(3x_1 - 4x_2 - 2)/(alpha^2 + 25)", *variables),
        variables,
        (
            FormulaMistake(formula("(3x_1 - 4x_2)/(alpha^2 + 25)", *variables), passage_of("b")),
            FormulaMistake(formula("3x_1 - 4x_2 - 2", *variables), passage_of("scale")),
        ),
    )


def test_the_key_and_its_other_forms_earn_everything(answer: FormulaAnswer) -> None:
    for text in (
        typed(answer.key),
        latex(answer.key),
        "3x1/(25+α²) - (2+4x₂)/(25+α²)",
        r"\frac{-4x_{2} - 2 + 3x_{1}}{\alpha^{2} + 5^{2}}",
    ):
        mark = mark_formula(answer, text)
        assert (mark.credit, mark.verdict, mark.mistake) == (1, "equal", None)


def test_a_known_mistake_gets_its_feedback(answer: FormulaAnswer) -> None:
    for index, mistake in enumerate(answer.mistakes):
        mark = mark_formula(answer, typed(mistake.value))
        assert (mark.credit, mark.verdict, mark.mistake) == (0, "different", index)
        assert mark.feedback == (mistake.feedback,)
    mark = mark_formula(answer, "log(x_1)")
    assert (mark.credit, mark.verdict, mark.mistake, mark.feedback) == (0, "different", None, ())
    assert mark.sentence == "The formula was read as ln(x_1)."


def test_what_cannot_be_read_says_why(answer: FormulaAnswer) -> None:
    for text in ("", "1/2x_1", "x_3", "(x_1"):
        mark = mark_formula(answer, text)
        assert (mark.credit, mark.verdict) == (0, "refused")
        assert mark.sentence


@pytest.mark.usefixtures("no_sympy")
def test_undecided_is_not_wrong_but_for_a_person() -> None:
    mark = mark_formula(FormulaAnswer(formula("sin(2x)"), {"x": "real"}), "2 sin(x) cos(x)")
    assert (mark.credit, mark.verdict) == (None, "undecided")
    assert "a person must look" in mark.sentence


_PIECES = st.sampled_from(
    r"x_1 x_2 α 2 0.5 9^9^9 + - * / ^ ( ) | ² e^ pi exp( ln max( , sqrt \frac{ } { sin(".split()
)


@pytest.mark.slow
@pytest.mark.usefixtures("no_sympy")
@given(st.one_of(st.text(max_size=30), st.lists(_PIECES, max_size=14).map(" ".join)))
@examples(150)
def test_any_text_gets_a_verdict(text: str) -> None:
    variables: dict[str, VariableDomain] = {"x_1": "real", "x_2": "real", "alpha": "positive"}
    key = formula("x_1/(alpha + x_2^2)", *variables)
    mark = mark_formula(FormulaAnswer(key, variables), text)
    assert mark.sentence
    assert mark.credit in (0, 1, None)
    assert (mark.credit is None) == (mark.verdict == "undecided")


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "9^9^9^9^9^9",
        "x_1^x_1^x_1^x_1^x_1^x_1",
        "(x_1+x_2+alpha+1)^64^2",
        "e^e^e^e^e^x_1",
        "exp(" * 15 + "x_1" + ")" * 15,
        "sin(" * 15 + "10^30x_1" + ")" * 15,
        "(x_1+0.000000000000000001)^60" * 25,
        "+".join(f"exp(x_1/{n})" for n in range(2, 60)),
        "1/(x_1-x_1)",
        "0^(-1)",
        "0^0 x_1/(alpha + x_2^2)",
    ],
)
def test_hostile_formulas_end_with_a_verdict(text: str) -> None:
    variables: dict[str, VariableDomain] = {"x_1": "real", "x_2": "real", "alpha": "positive"}
    key = formula("x_1/(alpha + x_2^2)", *variables)
    assert mark_formula(FormulaAnswer(key, variables), text).verdict in (
        *("equal", "different", "undecided", "refused"),
    )
