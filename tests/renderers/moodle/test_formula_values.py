"""Formulas asked for by values: points that tell, marks and feedback at them."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.answers import FormulaAnswer, FormulaMistake
from qgen.document.formats import MoodleOptions
from qgen.document.formula import (
    Call,
    Formula,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    VariableDomain,
    evaluate,
)
from qgen.document.richtext import passage_of
from qgen.marking.formula_points import belongs
from qgen.renderers.moodle.formula_values import FormulaValues, formula_values
from qgen.renderers.moodle.writer import MoodleWriter
from tests import samples
from tests.drawn_fractions import fractions
from tests.renderers.moodle.moodle_written import by_category, exam_of
from tests.written import losses, render

X, Y = Symbol("x"), Symbol("y")


def asking(
    key: Formula, *mistakes: Formula, variables: Mapping[str, VariableDomain] | None = None
) -> FormulaAnswer:
    wrong = (FormulaMistake(each, passage_of(f"mistake {n}")) for n, each in enumerate(mistakes))
    return FormulaAnswer(key, {"x": "real"} if variables is None else variables, tuple(wrong))


def found(answer: FormulaAnswer, place: str = "here") -> FormulaValues:
    values = formula_values(answer, place)
    assert values is not None
    return values


def relu(of: Formula) -> Formula:
    return Call("max", (Number(0), of))


CASES = {
    "a square": asking(Power(X, Number(2)), Product((Number(2), X)), Symbol("x")),
    "a hair apart": asking(Quotient(X, Number(52)), Quotient(X, Number(54))),
    "a kink": asking(relu(X), X, Number(0)),
    "a far kink": asking(relu(Sum((X, Number(-50)))), Number(0)),
    "half a domain": asking(Call("ln", (X,)), Call("ln", (Product((Number(-1), X)),))),
    "tiny": asking(Product((Number(Fraction(1, 10**4)), X)), X),
    "huge": asking(Product((Number(10**8), X)), X),
    "three": asking(
        Sum((X, Y)),
        Product((X, Y)),
        Sum((X, Product((Number(-1), Y)))),
        variables={"x": "positive", "y": "probability"},
    ),
    "none": asking(Call("ln", (Number(2),)), Number(2), variables={}),
}


@pytest.mark.parametrize("case", CASES)
def test_key_and_mistakes_differ_by_four_tolerances_at_one_point(case: str) -> None:
    answer = CASES[case]
    values = found(answer)
    assert not values.hidden
    assert len(values.values) in ({2, 3} if answer.variables else {1})
    apart = set()
    for point, number in values.values:
        assert set(point) == set(answer.variables)
        assert all(belongs(point[name], domain) for name, domain in answer.variables.items())
        floats = {name: float(value) for name, value in point.items()}
        key = evaluate(answer.key, floats)
        assert float(number.key) == pytest.approx(key, rel=1e-9, abs=1e-5)
        share = number.tolerance.amount * (
            abs(Fraction(number.key)) if number.tolerance.kind == "relative" else 1
        )
        for index, mistake in enumerate(answer.mistakes):
            try:
                wrong = evaluate(mistake.value, floats)
            except (ArithmeticError, ValueError):
                apart.add(index)
                continue
            if abs(wrong - key) > 4 * share:
                apart.add(index)
                assert passage_text(number, wrong) == f"mistake {index}"
    assert apart == set(range(len(answer.mistakes)))


def passage_text(number, wrong: float) -> str:
    (text,) = [
        mistake.feedback.text.blocks[0].children[0].text
        for mistake in number.mistakes
        if float(mistake.value) == pytest.approx(wrong, rel=1e-9)
    ]
    return text


@given(fractions(-50, 50, max_denominator=20).filter(bool), st.sampled_from("abcdef"))
def test_points_are_the_same_in_every_build_and_differ_between_formulas(
    factor: Fraction, place: str
) -> None:
    answer = asking(Sum((Product((Number(factor), X)), Number(1))), X)
    assert found(answer, place) == found(answer, place)
    points = [tuple(value.point.items()) for value in found(answer, place).values]
    assert len(set(points)) == 2
    assert len({value.number.key for value in found(answer, place).values}) == 2


def test_points_differ_between_variants() -> None:
    drawn = {
        str([each.point for each in found(asking(Product((Number(factor), X)))).values])
        for factor in range(2, 40)
    }
    assert len(drawn) > 20


def test_a_mistake_that_is_the_key_is_told_once() -> None:
    double = Sum((X, X))
    answer = asking(Product((Number(2), X)), double, X)
    assert found(answer).hidden == {0}
    items = [
        replace(samples.item("formula", number), parts=samples.sole(answer)) for number in (1, 2)
    ]
    rendered = render(exam_of(*items), MoodleOptions(variants=2))
    assert [problem.code for problem in rendered.problems] == ["moodle-points", "moodle-numbers"]
    assert "mistake 1 differs" in rendered.problems[0].message


@pytest.mark.parametrize("part", [False, True])
def test_a_formula_without_values_is_an_essay_and_told(part: bool) -> None:
    nowhere = asking(Call("ln", (Sum((Number(-1), Product((Number(-1), Power(X, Number(2)))))),)))
    parts = samples.steps(nowhere) if part else samples.sole(nowhere)
    item = replace(samples.item("open"), parts=parts)
    rendered = render(exam_of(item), MoodleOptions(variants=1))
    assert [problem.code for problem in rendered.problems] == ["moodle-points", "moodle-numbers"]
    assert b'type="essay"' in rendered.files["samples.xml"]


def test_the_question_says_what_to_do_and_marks_key_and_mistake() -> None:
    key = Call("exp", (Product((Number(-1), X)),))
    answer = asking(key, Call("exp", (X,)))
    whole = replace(samples.item("formula", stem=passage_of("Stem.")), parts=samples.sole(answer))
    part = replace(whole, parts=samples.steps(answer, samples.ANSWERS["numeric"]))
    for item, count in ((whole, 2), (part, 3)):
        ((question,),) = by_category(item)
        assert question.kind == "cloze"
        assert "type its value at each of these points" in question.text
        assert len(question.blanks) == count
        place = f"{item.header.identifier}/{item.parts[0].label}"
        for value, blank in zip(found(answer, place).values, question.blanks[:2], strict=True):
            x = float(value.point["x"])
            assert rf"\(x = {x:g}\)" in question.text
            assert blank.mark(f"{exp(-x):.4g}")[0] == 1
            assert blank.mark(exp(x)) == (0, "mistake 0")
            assert blank.mark(exp(-x) * 1.02)[0] == 0
            assert len(blank.answers[0].text.strip("-0.")) <= 6  # what students are shown


def test_half_of_the_points_earn_half() -> None:
    answer = asking(Power(X, Number(2)))
    item = replace(samples.item("formula"), parts=samples.sole(answer))
    ((question,),) = by_category(item)
    first = float(question.blanks[0].answers[-1].text)
    assert question.mark([first, None])[0] == pytest.approx(0.5)


@pytest.mark.parametrize("freedom", ["constant", "factor"])
def test_a_person_marks_what_may_differ_by_a_constant_or_a_factor(freedom: str) -> None:
    answer = replace(asking(Power(X, Number(2))), up_to=freedom)
    item = replace(samples.item("formula"), parts=samples.sole(answer))
    writer = MoodleWriter(MoodleOptions())
    assert writer.marked_by(item) == ("person",)
    (problem,) = writer.losses(item)
    assert problem.code == "moodle-formula"
    assert f"right formulas may differ by a {freedom}" in problem.message
    ((question,),) = by_category(item)
    assert question.kind == "essay"
    mixed = replace(item, parts=samples.steps(answer, samples.ANSWERS["numeric"]))
    assert writer.marked_by(mixed) == ("person", "machine")
    assert [[each.kind for each in category] for category in by_category(mixed)] == [
        ["cloze"],
        ["essay"],
    ]


def test_a_form_that_is_asked_for_is_told_as_lost() -> None:
    answer = replace(asking(Power(X, Number(2))), forms=("lowest_terms", "factorised"))
    item = replace(samples.item("formula"), parts=samples.sole(answer))
    (problem,) = losses(item, MoodleOptions())
    assert "whether it is lowest terms and factorised counts for nothing" in problem.message
