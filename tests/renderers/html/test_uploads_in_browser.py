"""Answers that are files or programs, in Chromium: noted by name and size, and kept."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qgen.document.answers import Open
from tests import samples
from tests.renderers.html.html_written import EXAM, PRACTICE, exam_of
from tests.renderers.html.test_quiz_in_browser import browser, visit

__all__ = ["browser", "visit"]
pytestmark = pytest.mark.browser


def quiz(**changes: Any) -> samples.SampleExam:
    answer = samples.ANSWERS["open"]
    assert isinstance(answer, Open)
    item = replace(samples.item("open"), parts=samples.sole(replace(answer, **changes)))
    return replace(exam_of(item), duration=None, attempts=None)


def test_files_are_noted_kept_and_handed_in(visit: Callable[..., Any], tmp_path: Path) -> None:
    for name, content in (("Bericht 王.pdf", b"x" * 1234), ("plot.R", b"plot(1)")):
        (tmp_path / name).write_bytes(content)
    page = visit(quiz(upload=(".pdf", ".R")), EXAM)
    page.set_input_files("#q1-file", [tmp_path / "Bericht 王.pdf", tmp_path / "plot.R"])
    noted = "Bericht 王.pdf (1234 bytes)\nplot.R (7 bytes)"
    assert page.input_value("#q1-answer") == noted
    assert "1 of 1 answered" in page.inner_text("#progress")
    page.reload()
    assert page.input_value("#q1-answer") == noted
    with page.expect_download() as download:
        page.click("#submit")
    found = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert found["answers"] == {"1": noted}


def test_nothing_is_changed_once_it_is_marked(visit: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"x")
    page = visit(quiz(upload=(".pdf",)), PRACTICE)
    page.set_input_files("#q1-file", tmp_path / "a.pdf")
    page.click("#q1-submit")
    assert page.is_disabled("#q1-file")
    page.click("#submit")
    assert page.is_enabled("#q1-file")
    assert page.input_value("#q1-answer") == ""
    assert page.get_attribute("#q1-answer", "readonly") is not None


def test_code_is_typed_with_a_fixed_width(visit: Callable[..., Any]) -> None:
    page = visit(quiz(code="python"), EXAM)
    page.fill("#q1-answer", "for i in range(3):\n    print(i)")
    family = "getComputedStyle(document.querySelector('#q1-answer')).fontFamily"
    assert "monospace" in page.evaluate(family)
    page.reload()
    assert page.input_value("#q1-answer") == "for i in range(3):\n    print(i)"
