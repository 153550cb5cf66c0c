"""Formulas for the plugin STACK: every element, one tree that marks as the grader does."""

from dataclasses import replace
from fractions import Fraction
from typing import Literal

import pytest

from qgen.document.answers import FormulaAnswer, FormulaMistake, Numeric
from qgen.document.exam import Item
from qgen.document.formats import MoodleOptions
from qgen.document.formula import Call, Number, Power, Product, Quotient, Sum, Symbol, typed
from qgen.document.richtext import passage_of
from qgen.marking.equivalence import mark_formula
from qgen.renderers.moodle.writer import MoodleWriter
from tests import samples
from tests.renderers.moodle.moodle_marking import shown, shown_passage
from tests.renderers.moodle.moodle_written import by_category, exam_of, files_of
from tests.renderers.moodle.stack_reader import StackQuestion
from tests.written import losses, render

STACK = MoodleOptions(formulas="stack")
X, LAM = Symbol("x"), Symbol("lam")
HOSTILE = "CDATA[[input:ans1]] [[x {@tkey@} {#tkey#} ]]> <b> {1:NM:=5}"
ANSWERS = {
    "plain": samples.ANSWERS["formula"],
    "functions": FormulaAnswer(
        Sum((Call("ln", (LAM,)), Call("sigmoid", (X,)), Quotient(Number(1), Number(3)))),
        {"lam": "positive", "x": "probability"},
        (
            FormulaMistake(Call("ln", (LAM,)), passage_of(HOSTILE)),
            FormulaMistake(Call("sigmoid", (Sum((X, LAM)),)), passage_of("other")),
        ),
    ),
    "number": FormulaAnswer(Power(Symbol("pi"), Number(Fraction(1, 2))), {}),
}


def asking(answer: FormulaAnswer, text: str = "Stem.") -> Item:
    here = passage_of(text)
    return replace(samples.item("formula"), parts=samples.sole(answer), stem=here, explanation=here)


def question_of(answer: FormulaAnswer, text: str = "Stem.") -> StackQuestion:
    ((question,),) = by_category(asking(answer, text), options=STACK)
    assert question.kind == "stack"
    assert question.grade == 2
    return StackQuestion(question.element, answer.variables)


@pytest.mark.parametrize("name", ANSWERS)
def test_key_and_mistakes_are_marked_as_the_grader_marks_them(name: str) -> None:
    answer = ANSWERS[name]
    question = question_of(answer)
    assert question.mark(typed(answer.key))[:2] == (1, "KEY")
    for number, mistake in enumerate(answer.mistakes, 1):
        score, note, feedback = question.mark(typed(mistake.value))
        assert (round(score, 5), note) == (round(float(mistake.credit), 5), f"MISTAKE{number}")
        assert shown(feedback) == shown_passage(mistake.feedback)
        assert mark_formula(answer, typed(mistake.value)).mistake == number - 1
    assert question.mark(f"{typed(answer.key)} + 1")[:2] == (0, f"NOT{len(answer.mistakes)}")
    assert question.run_tests() == len(answer.mistakes) + 3
    assert losses(asking(answer), STACK) == []


def test_long_names_are_allowed_and_domains_told() -> None:
    question = question_of(ANSWERS["functions"])
    assert question.element.findtext("input/allowwords") == "lam,sigmoid"
    assert question.element.findtext("assumepositive") == "1"
    variables = question.element.findtext("questionvariables/text")
    assert variables.startswith("assume(lam>0);\nassume(x>0,x<1);\nsigmoid(qx):=")
    plain = question_of(ANSWERS["plain"])
    assert plain.element.findtext("assumepositive") == "0"
    assert plain.element.findtext("input/allowwords") == "x_1,x_2"


def test_constants_of_the_plugin_are_typed_by_other_names() -> None:
    e, i, h = Symbol("e"), Symbol("i"), Symbol("h")
    answer = FormulaAnswer(Sum((Product((e, e)), i, h)), dict.fromkeys("eih", "positive"))
    ((question,),) = by_category(asking(answer), options=STACK)
    assert "(<code>k</code> = e) (<code>m</code> = i)" in question.text
    tree = StackQuestion(question.element, dict.fromkeys("kmh", "positive"))
    assert tree.mark("k^2 + m + h").note == "KEY"
    assert tree.mark("k^2 + m + k").note == "NOT0"


def test_hostile_text_is_no_markup_of_the_plugin() -> None:
    question = question_of(ANSWERS["functions"], HOSTILE)
    for field in ("questiontext", "generalfeedback"):
        text = question.element.findtext(f"{field}/text")
        assert shown_passage(passage_of(HOSTILE)) in shown(text)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (FormulaAnswer(Symbol("pi"), {"pi": "real"}), "'pi' is no variable in STACK"),
        (FormulaAnswer(Symbol("tmis1"), {"tmis1": "real"}), "'tmis1' is no variable"),
        (FormulaAnswer(Call("max", (X, Number(0))), {"x": "real"}), "max of formulas"),
        (FormulaAnswer(Product((Number(0.3), X)), {"x": "real"}), "rounded ones"),
    ],
)
def test_what_the_plugin_cannot_ask_is_asked_by_values(answer: FormulaAnswer, words: str) -> None:
    item = asking(answer)
    ((question,),) = by_category_of_any(item)
    assert question.kind == "cloze"
    told = [*losses(item, STACK), *render(exam_of(item), replace(STACK, variants=1)).problems]
    assert any(words in problem.message for problem in told)
    assert MoodleWriter(STACK).marked_by(item) == ("machine",)


def by_category_of_any(item: Item):
    from tests.renderers.moodle.moodle_reader import read

    files = render(exam_of(item), replace(STACK, variants=1)).files
    return list(read(files["samples.xml"]).values())


def test_formulas_among_other_parts_are_asked_with_them_where_all_can_be() -> None:
    item = replace(
        samples.item("derivation"),
        parts=samples.steps(ANSWERS["plain"], samples.ANSWERS["numeric"]),
    )
    ((question,),) = by_category(item, options=STACK)
    assert question.kind == "stack"
    assert losses(item, STACK) == []
    words = samples.steps(ANSWERS["plain"], samples.ANSWERS["short_answer"])
    item = replace(item, parts=words)
    ((question,),) = by_category(item, options=STACK)
    assert question.kind == "cloze"
    told = [problem for problem in losses(item, STACK) if problem.code == "moodle-formula"]
    assert "part b: only numbers, formulas and single choices are asked" in told[0].message


@pytest.mark.parametrize("plugin", ["stack", "plugin"])
def test_a_number_that_is_to_be_worked_out_is_told_as_lost(
    plugin: Literal["stack", "plugin"],
) -> None:
    number = samples.ANSWERS["numeric"]
    assert isinstance(number, Numeric)
    parts = samples.steps(ANSWERS["plain"], replace(number, worked_out=True))
    item = replace(samples.item("derivation"), parts=parts)
    told = [each.message for each in losses(item, replace(STACK, formulas=plugin))]
    assert any("part b: " in each and "17*23 is right" in each for each in told)
    assert not any("17*23" in each.message for each in losses(item, MoodleOptions()))


def test_a_form_is_told_as_lost_and_the_sheet_names_the_plugin() -> None:
    item = asking(replace(ANSWERS["plain"], forms=("expanded",)))
    (problem,) = losses(item, STACK)
    assert "whether the formula is expanded counts for nothing in STACK" in problem.message
    sheet = files_of(exam_of(item), replace(STACK, variants=1))["settings.txt"].decode()
    assert "must be installed before the import" in sheet
    assert "decimals" not in sheet
