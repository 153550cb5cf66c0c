"""Formulas for the plugin Formulas: every element, and keys that it can read at every place."""

from dataclasses import replace
from fractions import Fraction

import pytest

from qgen.document.answers import FormulaAnswer, FormulaMistake, Numeric, Tolerance
from qgen.document.exam import Item
from qgen.document.formats import MoodleOptions
from qgen.document.formula import Call, Formula, Number, Product, Quotient, Sum, Symbol, typed
from qgen.document.richtext import passage_of
from tests import samples
from tests.renderers.moodle.moodle_reader import read
from tests.renderers.moodle.moodle_written import by_category, exam_of, files_of
from tests.renderers.moodle.plugin_reader import PluginQuestion
from tests.renderers.moodle.test_hostile import HOSTILE
from tests.written import losses, render

PLUGIN = MoodleOptions(formulas="plugin")
X, LAM = Symbol("x"), Symbol("lambda")


def asking(*answers: FormulaAnswer | Numeric, text: str = "Stem.") -> Item:
    here = passage_of(text)
    parts = samples.sole(answers[0]) if len(answers) == 1 else samples.steps(*answers)
    told = tuple(replace(part, prompt=here, explanation=here) for part in parts)
    kind = "formula" if len(answers) == 1 else "derivation"
    return replace(samples.item(kind), parts=told, stem=here, explanation=here)


def question_of(*answers: FormulaAnswer | Numeric, text: str = "Stem.") -> PluginQuestion:
    ((question,),) = by_category(asking(*answers, text=text), options=PLUGIN)
    assert question.kind == "formulas"
    return PluginQuestion(question.element)


@pytest.mark.parametrize(
    "key",
    [
        Call("sigmoid", (X,)),
        Sum((Call("sigmoid", (Call("sigmoid", (X,)),)), Product((LAM, Call("sigmoid", (LAM,)))))),
        Sum((Call("ln", (LAM,)), Quotient(Number(Fraction(1, 3)), LAM))),
        Product((Number(Fraction(1, 10**9)), X)),
    ],
    ids=typed,
)
def test_the_key_is_right_and_what_is_near_is_not(key: Formula) -> None:
    variables = {"x": "real", "lambda": "positive"}
    near = Sum((key, Product((Number(Fraction(1, 1000)), key))))
    answer = FormulaAnswer(key, variables, (FormulaMistake(near, passage_of("no")),))
    question = question_of(answer)
    assert question.mark(0, typed(key)) == 1
    assert question.mark(0, typed(near)) == 0
    assert question.mark(0, "") == 0
    # The plugin knows no sigmoid, and a key that it cannot read ends the whole import.
    written = question.parts[0].findtext("answer/text")
    assert "sigmoid" not in written
    assert written.count("(") == written.count(")")


def test_numbers_beside_formulas_are_marked_with_their_tolerance() -> None:
    number = Numeric(Fraction(1, 8), Tolerance("absolute", Fraction(1, 100)))
    question = question_of(FormulaAnswer(X, {"x": "real"}), number)
    marks = [question.mark(1, text) for text in ("1/8", "0.135", "0.115", "0.1351", "0.1149")]
    assert marks == [1, 1, 1, 0, 0]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_no_markup_of_the_plugin(name: str) -> None:
    question_of(
        FormulaAnswer(X, {"x": "real"}), FormulaAnswer(LAM, {"lambda": "real"}), text=HOSTILE[name]
    )


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (FormulaAnswer(Call("ln", (X,)), {"x": "real"}), "no value at some of the places"),
        (FormulaAnswer(Call("tanh", (X,)), {"x": "real"}), "does not know tanh"),
        (FormulaAnswer(Symbol("pi"), {}), "needs a variable"),
        (FormulaAnswer(Symbol("exp"), {"exp": "real"}), "'exp' is no variable"),
    ],
)
def test_what_the_plugin_cannot_mark_is_asked_by_values(answer: FormulaAnswer, words: str) -> None:
    item = asking(answer)
    written = render(exam_of(item), replace(PLUGIN, variants=1))
    told = [*losses(item, PLUGIN), *written.problems]
    assert any(words in problem.message for problem in told)
    ((question,),) = read(written.files["samples.xml"]).values()
    assert question.kind == "cloze"


def test_the_sheet_names_the_plugin() -> None:
    files = files_of(exam_of(asking(FormulaAnswer(X, {"x": "real"}))), replace(PLUGIN, variants=1))
    assert "qtype_formulas" in files["settings.txt"].decode()
