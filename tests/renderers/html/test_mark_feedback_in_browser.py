"""What is said by the mark, in Chromium: with the mark, and as the grader would say it."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from qgen.document.answers import Numeric
from qgen.document.richtext import plain_text
from qgen.marking.grader import mark_number
from tests import samples
from tests.renderers.html.html_written import PRACTICE, exam_of
from tests.renderers.html.test_quiz_in_browser import browser, visit

__all__ = ["browser", "visit"]
pytestmark = pytest.mark.browser


def quiz(kind: str) -> samples.SampleExam:
    return replace(exam_of(samples.item(kind)), duration=None, attempts=None)


def said(page: Any, place: str = "#q1-result") -> str:
    return " ".join(page.inner_text(place).split())


@pytest.mark.parametrize("typed", ["1/17", "2/17", "1/4", "9"])
def test_it_stands_with_the_mark_as_the_grader_says_it(
    visit: Callable[..., Any], typed: str
) -> None:
    part = samples.parts("numeric")[0]
    assert isinstance(part.answer, Numeric)
    credit = mark_number(part.answer, Fraction(typed)).credit
    wanted = part.by_mark.of(credit)
    assert wanted is not None
    page = visit(quiz("numeric"), PRACTICE)
    assert not any(each.is_visible() for each in page.locator(".said").all())
    page.fill("#q1-answer", typed)
    page.click("#q1-submit")
    # A formula is set by MathML, whose letters come without signs of TeX.
    assert plain_text(wanted).partition(":")[0] in said(page)
    assert said(page).count("Said") == 1
    page.reload()
    assert said(page).count("Said") == 1


def test_a_hint_that_was_paid_for_leaves_a_right_answer_right(visit: Callable[..., Any]) -> None:
    page = visit(quiz("numeric"), PRACTICE)
    page.click("#q1-hint")
    page.click("#q1-hint")
    page.fill("#q1-answer", "1/17")
    page.click("#q1-submit")
    assert "Said where it is <right> & whole." in said(page)


def test_each_part_has_its_own(visit: Callable[..., Any]) -> None:
    page = visit(quiz("derivation"), PRACTICE)
    page.fill("#q1-3-answer", "1/17")
    page.click("#q1-submit")
    assert "Said" not in said(page)
    assert "Said where it is <right> & whole." in said(page, "#q1-3-result")
    for number, part in enumerate(samples.parts("derivation"), 1):
        told = said(page, f"#q1-{number}-result")
        assert told.count("Said") == bool(part.by_mark.texts)


def test_an_open_answer_has_it_once_it_is_marked(visit: Callable[..., Any]) -> None:
    page = visit(quiz("open"), PRACTICE)
    page.fill("#q1-answer", "Because.")
    page.click("#q1-submit")
    assert "Said" not in said(page)
    for box in page.locator("article input[type=checkbox]").all():
        box.check()
    assert "Said where it is <right> & whole." in said(page)
