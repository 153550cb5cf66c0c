"""Whatever a file holds, loading it gives problems and never raises."""

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qgen.bank.exam_spec import ExamSpec
from qgen.bank.models import (
    DerivationQuestion,
    FormulaQuestion,
    MatrixQuestion,
    MultipleSelectQuestion,
    NumericQuestion,
    OpenQuestion,
    ShortAnswerQuestion,
    SingleChoiceQuestion,
)
from qgen.bank.parameters import ParameterEntry
from tests.bank.written import KINDS, exam, load_exam_text, load_text, question
from tests.examples import examples
from tests.quick_yaml import to_yaml

pytestmark = pytest.mark.slow

QUESTIONS = (
    SingleChoiceQuestion,
    MultipleSelectQuestion,
    NumericQuestion,
    FormulaQuestion,
    MatrixQuestion,
    ShortAnswerQuestion,
    OpenQuestion,
    DerivationQuestion,
)
KEYS = sorted(
    {name for model in QUESTIONS for name in model.model_fields}
    | {"text", "correct", "feedback", "from", "to", "step", "not", "length", "shape", "of", "size"}
    | {"names", "weights", "tex", "picture", "mean", "deviation", "rate", "n", "p"}
    | {"absolute", "relative", "significant_digits", "prompt", "minimum", "with", "position"}
    | set(ParameterEntry.model_fields)
)
EXAM_KEYS = sorted(
    {entry.alias or name for name, entry in ExamSpec.model_fields.items()}
    | {"pick", "from", "topics", "ids", "difficulty", "questions", "latex", "html", "moodle"}
    | {"id", "points", "allowed", "every", "pdf", "variants", "mode", "options"}
)
WORDS = st.one_of(
    st.sampled_from([
        *KINDS, "a.b", "1/2", "1/0", "5%", "1e999999999", "x + 1", "w[0]", "{{ a }}", "${{ a }}$",
        "$$", "$\\frac{$", "![x](y.png)", "[x]({{ a }})", "&#xE000;", "`{{ a }}`", "{{", "}}",
        "90 min", "1-3", "2026-12-04", "9**9**9", "a" * 3000, "![x](" + "y" * 400 + ".png)",
        "first", "\ue000", "| a |\n|---|\n| {{ b }} |", "tables.joint", "figure:x",
        "picture:a.b", "a.b", "2-3", "3-2", "110%", ".pdf", "mean(w)", "n - 1",
        "round(a, 2)", "normal_cdf(a)",
        "[[a]] [[a]]", "[[b]]", "[[[a]]](x)", "((1, 2), (3, 4))", "((1, 2), 3)", "per_entry", "all",
    ]),
    st.text(max_size=20),
)  # fmt: skip
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-3, 12),
    st.sampled_from([10**400, -(10**25), 10**12]),
    st.floats(allow_nan=False, allow_infinity=False),
    WORDS,
)


def nested(keys: list[str]) -> st.SearchStrategy[Any]:
    return st.recursive(
        LEAVES,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(st.sampled_from([*keys, "a", "b"]), inner, max_size=4),
        ),
        max_leaves=8,
    )


def held(problem: object) -> None:
    """A problem is one line, with a place."""
    assert re.fullmatch(
        r"\w+\.yaml:[1-9][0-9]*:[1-9][0-9]*: error: .+ \[[a-z0-9-]+\]", str(problem)
    )


@given(st.one_of(st.text(), st.binary()))
@example("\ufeff\ufeff")
@example("- &a\n- *a")
@example("%YAML 9.9\n---\na: 1")
@example("a: !!binary x")
@example("? |\n  a\n: b")
def test_any_text(text: str | bytes) -> None:
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    for problem in load_text(content)[1]:
        held(problem)
    loaded, problems = load_exam_text(content)
    assert (loaded is None) == bool(problems)
    for problem in problems:
        held(problem)


@given(st.text(st.sampled_from("ab:-[]{}&*!|>'\"%@`#,? \n\t01.~<=")))
def test_text_of_yaml_signs(text: str) -> None:
    for problem in [*load_text(text)[1], *load_exam_text(text)[1]]:
        held(problem)


@examples(35)
@given(st.data())
def test_questions_with_anything_in_one_field(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    changed = question(kind)
    for key in data.draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=3)):
        changed[key] = data.draw(nested(KEYS))
    bank, problems = load_text(to_yaml(changed, sort_keys=True))
    assert bool(bank.questions) != bool(problems)
    for problem in problems:
        held(problem)


@given(st.data())
def test_questions_with_any_text(data: st.DataObject) -> None:
    texts = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
    changed = question(
        "derivation",
        parameters={"a": {"one_of": [1, 2]}},
        stem=data.draw(texts),
        explanation=data.draw(texts),
    )
    for problem in load_text(to_yaml(changed, sort_keys=True))[1]:
        held(problem)


@examples(35)
@given(st.data())
def test_exams_with_anything_in_one_field(data: st.DataObject) -> None:
    changed = exam()
    for key in data.draw(st.lists(st.sampled_from(EXAM_KEYS), min_size=1, max_size=3)):
        changed[key] = data.draw(nested(EXAM_KEYS))
    loaded, problems = load_exam_text(to_yaml(changed, sort_keys=True))
    assert (loaded is None) == bool(problems)
    for problem in problems:
        held(problem)
