"""Complex numbers in Moodle: two boxes of its own, one of STACK, two of the Formulas plugin."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest

from qgen.document.answers import ComplexAnswer, ComplexMistake, Tolerance
from qgen.document.complex_numbers import exact_parts, typed_complex
from qgen.document.formats import MoodleOptions
from qgen.document.richtext import passage_of
from qgen.document.values import Complex, Real
from qgen.marking.complex_marker import Given, mark_complex
from qgen.marking.complex_reader import read_complex
from qgen.marking.number_reader import Refusal
from qgen.marking.rules import reach_of
from qgen.renderers.moodle.writer import MoodleWriter
from tests import samples
from tests.renderers.moodle.moodle_marking import shown, shown_passage
from tests.renderers.moodle.moodle_written import by_category
from tests.renderers.moodle.plugin_reader import PluginQuestion
from tests.renderers.moodle.stack_reader import StackQuestion
from tests.renderers.moodle.test_stack import asking
from tests.written import losses

STACK, PLUGIN = MoodleOptions(formulas="stack"), MoodleOptions(formulas="plugin")
THIRD = Fraction(1, 3)


def wrong(real: Real, imaginary: Real, credit: Fraction = Fraction(0)) -> ComplexMistake:
    value = Complex(real, imaginary)
    return ComplexMistake(value, passage_of(f"Said of {real} and {imaginary}."), credit)


ANSWERS = {
    "sample": samples.ANSWERS["complex"],
    "exact": ComplexAnswer(
        Complex(0, 1), Tolerance("absolute", Fraction(0)), None, (wrong(0, -1),)
    ),
    "share": ComplexAnswer(Complex(-0.5, THIRD), Tolerance("relative", Fraction(1, 100))),
    "digits": ComplexAnswer(Complex(120, 35), Tolerance("significant_digits", Fraction(3))),
    "tiny": ComplexAnswer(
        Complex(3.6e-15, 7.2e-15),
        Tolerance("relative", Fraction(1, 100)),
        None,
        (wrong(3.6e-15, -7.2e-15, Fraction(1, 2)),),
    ),
    "crowded": ComplexAnswer(
        Complex(3, -2),
        Tolerance("absolute", Fraction(1, 2)),
        None,
        (wrong(3, 0, Fraction(1, 2)), wrong(3, Fraction(1, 2), THIRD), wrong(4, 0)),
    ),
}


def around(answer: ComplexAnswer) -> Iterator[tuple[Fraction, Fraction]]:
    """Zero, key, mistakes, and around each, in eight directions, both sides of the edge."""
    yield Fraction(0), Fraction(0)
    for value in (answer.key, *(mistake.value for mistake in answer.mistakes)):
        real, imaginary = exact_parts(value)
        reach = Fraction(reach_of(value, answer.tolerance)) or Fraction(1, 1000)
        yield real, imaginary
        for x, y in product((-1, 0, 1), repeat=2):
            for share in (Fraction(999, 1000), Fraction(1001, 1000)):
                away = share * reach * (Fraction(5741, 8119) if x and y else 1)
                yield real + x * away, imaginary + y * away


@pytest.mark.parametrize("name", ANSWERS)
def test_stack_marks_as_the_grader_does(name: str) -> None:
    answer = ANSWERS[name]
    ((question,),) = by_category(asking(answer), options=STACK)
    assert question.kind == "stack"
    stack = StackQuestion(question.element, {})
    assert stack.element.findtext("input/forbidwords") == "j"
    for real, imaginary in around(answer):
        ours = mark_complex(answer, Given(real, imaginary))
        told = stack.mark(f"({Decimal(float(real)):f})+({Decimal(float(imaginary)):f})*i")
        assert told.score == pytest.approx(float(ours.credit), abs=1e-5)
        expected = "KEY" if ours.credit == 1 else f"NOT{len(answer.mistakes)}"
        if ours.mistake is not None:
            expected = f"MISTAKE{ours.mistake + 1}"
            assert shown(told.feedback) == shown_passage(ours.feedback[0])
        assert told.note == expected
    assert stack.mark("x+i").note == f"NOT{len(answer.mistakes)}"
    assert stack.run_tests() >= len(answer.mistakes) + 2
    assert losses(asking(answer), STACK) == []
    assert MoodleWriter(STACK).marked_by(asking(answer)) == ("machine",)


@pytest.mark.parametrize("name", ANSWERS)
def test_the_formulas_plugin_accepts_what_the_grader_does(name: str) -> None:
    answer = ANSWERS[name]
    ((question,),) = by_category(asking(answer), options=PLUGIN)
    assert question.kind == "formulas"
    plugin = PluginQuestion(question.element)
    for real, imaginary in around(answer):
        ours = mark_complex(answer, Given(real, imaginary)).credit
        assert plugin.mark(0, str(real), str(imaginary)) == (ours == 1)
    assert plugin.mark(0, str(exact_parts(answer.key)[0]), "") == 0
    told = {each.code: each.message for each in losses(asking(answer), PLUGIN)}
    assert set(told) == {"moodle-complex"} | ({"moodle-feedback"} if answer.mistakes else set())
    assert "who means 0 has to write it" in told["moodle-complex"]


def test_boxes_of_moodle_earn_halves_and_the_report_says_so() -> None:
    answer = ANSWERS["sample"]
    ((question,),) = by_category(asking(answer), options=MoodleOptions())
    assert question.kind == "cloze"
    assert len(question.blanks) == 2
    told = {each.code: each.message for each in losses(asking(answer), MoodleOptions())}
    assert "one right part earns half" in told["moodle-complex"]
    assert "who means 0 has to write it" in told["moodle-complex"]
    assert "earn what their parts do" in told["moodle-feedback"]


def test_keys_are_typed_as_they_can_be_read() -> None:
    for answer in ANSWERS.values():
        for value in (answer.key, *(mistake.value for mistake in answer.mistakes)):
            read = read_complex(typed_complex(value))
            assert not isinstance(read, Refusal)
            assert (read.real.value, read.imaginary.value) == exact_parts(value)
