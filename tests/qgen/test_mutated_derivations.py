"""Derive lines mutated by chance: no traceback, no hang, and each message with its line."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qgen import deriving
from qgen.checking import How, check_question
from tests.bank.written import load_text, question, written
from tests.examples import examples

pytestmark = pytest.mark.slow

LINES = [
    "integrate(x*rate*exp(-rate*x), x, 0, oo)",
    "integrate(x**2, x, 0, t)",
    "sum(rate**k/factorial(k), k, 0, 4)",
    "sum(1/(rate + 1)**k, k, 0, oo)",
    "limit((exp(rate*h) - 1)/h, h, 0)",
    "solve(x**2 == rate, x, 0, oo)",
    "diff(log(rate)*t, rate)",
    "det([[rate, 1], [t, 2]])",
    "inverse([[rate, 1], [1, t]])",
    "product(k + t, k, 1, 3)",
    "expand((rate + t)**2)",
]
PIECE = re.compile(r"[A-Za-z_]+|\d+|\*\*|==|.")
OTHERS = ["rate", "t", "x", "k", "0", "1", "-", "+", "*", "/", "(", ")", ",", "oo", "pi", "[", "]"]
OTHERS += [
    "exp",
    "log",
    "integrate",
    "sum",
    "det",
    "it",
    "1e5",
    "0.5",
    "'",
    "{{",
    "}}",
    "w[0]",
    "99",
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A line with a few pieces dropped, doubled or exchanged."""
    pieces = PIECE.findall(draw(st.sampled_from(LINES)))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(pieces) - 1))
        change = draw(st.sampled_from(["drop", "double", "replace", "insert"]))
        if change == "drop" and len(pieces) > 1:
            del pieces[place]
        elif change == "double":
            pieces.insert(place, pieces[place])
        elif change == "replace":
            pieces[place] = draw(st.sampled_from(OTHERS))
        else:
            pieces.insert(place, draw(st.sampled_from(OTHERS)))
    return "".join(pieces)


def asked(line: str) -> dict[str, Any]:
    return question(
        id="derived",
        parameters={
            "rate": {"integers": {"from": 2, "to": 9}},
            "t": {"decimals": {"from": 0.5, "to": 2, "step": 0.5}},
        },
        derive={"it": line},
        stem="{{ rate }} {{ t }} {{ it }}",
        explanation="It follows.",
        answer="rate",
        note="There are few variants.",
    )


@settings(examples(60), suppress_health_check=[HealthCheck.too_slow])
@given(line=mutated())
def test_every_mutated_line_passes_or_is_told(line: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deriving, "SECONDS", 1.0)
        bank, problems = load_text(written(asked(line)))
        if not problems:
            (found,) = bank.questions.values()
            problems = check_question(found, How(4)).problems
    for problem in problems:
        assert re.fullmatch(
            r"bank\.yaml:[1-9]\d*:[1-9]\d*: (error|warning): .+ \[[a-z-]+\]", str(problem)
        )
        assert "Traceback" not in str(problem)


@pytest.mark.parametrize(
    "line",
    [
        "integrate(exp(exp(exp(x))), x, 0, 9)",
        "rate**(9**9)",
        "sum(k, k, 1, 10**9)",
        "factorial(factorial(rate*9))",
        "binomial(10**6, 5*10**5)",
        "product(k**k, k, 1, 300)",
        "expand((rate + t + 1)**500)",
        "inverse([" + ", ".join(f"[{', '.join(['rate'] * 12)}]" for _ in range(12)) + "])",
        "exp(rate)**(10**5)",
    ],
)
def test_what_would_fill_the_machine_is_told(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deriving, "SECONDS", 0.25)
    bank, problems = load_text(written(asked(line)))
    if not problems:
        (found,) = bank.questions.values()
        problems = check_question(found, How(4)).problems
    assert [problem for problem in problems if problem.severity == "error"]
    assert all(problem.place is not None for problem in problems)


def test_a_derivation_reads_no_file_and_runs_no_code(tmp_path: Path) -> None:
    target = tmp_path / "made"
    for line in (
        f"__import__('pathlib').Path('{target}').touch()",
        f"open('{target}', 'w')",
        "rate.__class__.__mro__",
        "(1).__class__",
        "[x for x in rate]",
        "lambda: 1",
        "rate if rate else t",
        "cycler.__init__.__globals__",
    ):
        _, problems = load_text(written(asked(line)))
        assert problems
    assert not target.exists()
