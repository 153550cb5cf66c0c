"""Hints in Chromium: shown one after another on request, paid for, kept, and gone in exams."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from qgen.document.exam import Attempts
from qgen.document.formats import HtmlOptions
from tests import samples
from tests.renderers.html.html_written import EXAM, PRACTICE, exam_of
from tests.renderers.html.test_quiz_in_browser import browser, visit

__all__ = ["browser", "visit"]
pytestmark = pytest.mark.browser


def quiz(kind: str = "numeric", **changes: Any) -> samples.SampleExam:
    item = samples.item(kind)
    return replace(exam_of(item), duration=None, attempts=None, **changes)


def seen(page: Any) -> list[str]:
    return [
        " ".join(hint.inner_text().split())
        for hint in page.locator("details.hint").all()
        if hint.is_visible()
    ]


def test_each_is_shown_on_request_and_paid_for(visit: Callable[..., Any]) -> None:
    page = visit(quiz(), PRACTICE)
    button = page.locator("#q1-hint")
    assert seen(page) == []
    assert button.inner_text() == "Show hint 1 of 2"
    assert page.locator("#q1-hints").get_attribute("role") == "status"
    button.click()
    assert seen(page) == ["Hint 1 Think of the <joint> law & of nothing else."]
    assert button.inner_text() == "Show hint 2 of 2 (−10%)"
    page.keyboard.press("Enter")  # the button keeps the focus
    assert seen(page)[1].startswith("Hint 2 (−10%)")
    assert not button.is_visible()
    page.reload()
    assert len(seen(page)) == 2
    page.fill("#q1-answer", "1/17")
    page.click("#q1-submit")
    result = " ".join(page.inner_text("#q1-result").split())
    assert "1.8 / 2" in result
    assert "Right. Hints took off 10%." in result
    assert "right" in page.locator("#q1-result .mark").get_attribute("class")
    assert len(seen(page)) == 2


def test_what_is_wrong_stays_worth_nothing(visit: Callable[..., Any]) -> None:
    page = visit(quiz(), PRACTICE)
    page.click("#q1-hint")
    page.click("#q1-hint")
    page.fill("#q1-answer", "12")
    page.click("#q1-submit")
    assert "0 / 2" in page.inner_text("#q1-result")
    assert not page.locator("#q1-hint").is_visible()


def test_an_answer_without_hints_has_all_its_points(visit: Callable[..., Any]) -> None:
    page = visit(quiz(), PRACTICE)
    page.fill("#q1-answer", "1/17")
    page.click("#q1-submit")
    result = page.inner_text("#q1-result")
    assert "2 / 2" in result
    assert "Hints" not in result
    assert seen(page) == []
    assert not page.locator("#q1-hint").is_visible()


def test_a_new_attempt_begins_without_them(visit: Callable[..., Any]) -> None:
    exam = replace(quiz(), attempts=Attempts(3, 480))
    page = visit(exam, PRACTICE)
    page.click("#q1-hint")
    page.fill("#q1-answer", "1/17")
    page.click("#q1-submit")
    page.click("#submit")
    assert seen(page) == []
    assert page.locator("#q1-hint").inner_text() == "Show hint 1 of 2"


def test_a_part_has_its_own(visit: Callable[..., Any]) -> None:
    page = visit(quiz("derivation"), PRACTICE)
    third = samples.parts("derivation")[2]
    assert third.hints
    assert third.points == Fraction(3, 2)
    page.click("#q1-3-hint")
    page.click("#q1-3-hint")
    page.fill("#q1-3-answer", "1/17")
    page.click("#submit")
    assert "1.35 / 1.5" in page.inner_text("#q1-3-result")
    assert "Hints took off 10%." in page.inner_text("#q1-3-result")
    assert len(seen(page)) == 2


def test_an_open_answer_pays_once_it_is_marked(visit: Callable[..., Any]) -> None:
    page = visit(quiz("open"), PRACTICE)
    page.click("#q1-hint")
    page.click("#q1-hint")
    page.fill("#q1-answer", "The joint law, since …")
    page.click("#q1-submit")
    page.check("#q1-r1")
    page.check("#q1-r2")
    assert "1.8 / 2" in page.inner_text("#q1-result")


@pytest.mark.parametrize("options", [EXAM, HtmlOptions("exam")], ids=["exam", "plain"])
def test_an_exam_page_offers_none(visit: Callable[..., Any], options: HtmlOptions) -> None:
    page = visit(quiz(), options)
    assert "joint" not in page.content()
    assert page.locator(".hint, .hints").count() == 0
