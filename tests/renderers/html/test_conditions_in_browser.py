"""Answers that a condition decides, in Chromium: in boxes, marked as the grader marks them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from qgen.document.answers import Part
from qgen.document.exam import Item
from qgen.marking.responses import mark_response
from tests import samples
from tests.renderers.html.html_written import PRACTICE, exam_of
from tests.renderers.html.test_page_conditions import asked
from tests.renderers.html.test_quiz_in_browser import browser, visit

__all__ = ["browser", "visit"]
pytestmark = pytest.mark.browser


def item(part: Part) -> Item:
    return replace(samples.item("open"), parts=(part,), points=part.points)


def test_numbers_matrices_and_formulas(visit: Callable[..., Any]) -> None:
    wrong = [{"answer": "-a", "feedback": "Mind the sign.", "credit": "50%"}]
    slip = [{"answer": "transpose(A)", "feedback": "That is the transpose."}]
    number = asked("numeric", "response**2 - (a + b)*response + a*b == 0", "a", mistakes=wrong)
    matrix = asked("matrix", "det(response) == det(A) and response[0][0] == 1", "A", mistakes=[])
    formula = asked(
        "formula", "diff(response, x) == a", "a*x", variables={"x": "real"}, mistakes=[]
    )
    twin = asked("matrix", "matmul(response, v) == matmul(A, v)", "A", mistakes=slip)
    parts = (number, matrix, formula, twin)
    exam = exam_of(*map(item, parts))
    page = visit(replace(exam, duration=None, attempts=None), PRACTICE)
    responses: tuple[Any, ...] = ("-3", ("1", "5", "-1/2", "-9/2"), "3x + 7", ("1", "3", "2", "4"))
    for place, response in enumerate(responses, 1):
        if isinstance(response, str):
            page.fill(f"#q{place}-answer", response)
        else:
            for entry, text in enumerate(response):
                page.fill(f"#q{place}-r{entry // 2 + 1}-c{entry % 2 + 1}", text)
        page.click(f"#q{place}-submit")
    credits = [
        mark_response(part, given, {}).credit for part, given in zip(parts, responses, strict=True)
    ]
    assert list(map(str, credits)) == ["1/2", "1", "1", "0"]
    shown = [page.text_content(f"#q{place}-result") for place in range(1, 5)]
    assert [text.split()[0] for text in shown] == ["◐", "✓", "✓", "✗"]
    comments = [" ".join(page.locator(f"#q{n} .comment").all_text_contents()) for n in (1, 4)]
    assert "Mind the sign." in comments[0]
    assert "That is the transpose." in comments[1]
    # A condition judges the whole: no entry of a matrix is right or wrong by itself.
    assert not page.locator(".row-mark").all()
