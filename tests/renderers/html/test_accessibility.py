"""axe-core finds nothing on any kind of page, light and dark, on small and on large screens.

Skipped without Chromium, and where `NODE_PATH` leads to no axe-core; `npm install axe-core` in a
folder, and `NODE_PATH` set to that folder's `node_modules`, lets it run.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from qgen.document.exam import ExamDocument, Paper
from qgen.document.formats import GuideOptions, HtmlOptions
from qgen.document.guide import GuideDocument, GuideTopic, StudyNote
from qgen.document.problem import Place
from qgen.document.richtext import passage_of
from qgen.renderers.feedback.writer import FeedbackPage, FeedbackPart, FeedbackWriter
from qgen.renderers.guide.writer import GuideWriter
from qgen.renderers.labels import labels_for
from tests import samples
from tests.renderers.html.html_written import EXAM, PRACTICE, exam_of
from tests.written import render

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
LOOKS = pytest.mark.parametrize(
    ("width", "scheme"), [(320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")]
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("there is no Chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as session:
        found = session.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def axe() -> str:
    for folder in map(Path, os.environ.get("NODE_PATH", "").split(os.pathsep)):
        file = folder / "axe-core" / "axe.min.js"
        if file.is_file():
            return file.read_text("utf-8")
    pytest.skip("NODE_PATH leads to no axe-core")


@pytest.fixture
def visit(browser: Any, axe: str, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens a page in a look; `faults` of what it gives back are axe's findings."""
    contexts: list[Any] = []

    def open_page(content: bytes, width: int, scheme: str) -> Any:
        file = tmp_path / "page.html"
        file.write_bytes(content)
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


def faults(page: Any, axe: str) -> list[str]:
    """What axe finds, and what is wider than the screen."""
    page.evaluate(
        "document.querySelectorAll('.question').forEach(e => e.style.contentVisibility = 'visible')"
    )
    page.evaluate(axe)
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations'], runOnly: "
        "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    said = [
        f"{each['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for each in found["violations"]
        for node in each["nodes"]
        # axe does not hear formulas: to it, a head of a table that is one is empty.
        if (each["id"], "<math" in node["html"]) != ("empty-table-header", True)
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        said.append("wider than the screen")
    return said


def page_of(options: HtmlOptions) -> bytes:
    exam = replace(
        exam_of(*(samples.item(kind) for kind in samples.KINDS)), pass_mark=Fraction(4, 5)
    )
    (content,) = render(exam, options).files.values()
    return bytes(content)


@LOOKS
@pytest.mark.parametrize("answered", [True, False])
def test_a_practice_page(
    visit: Callable[..., Any], axe: str, width: int, scheme: str, answered: bool
) -> None:
    page = visit(page_of(PRACTICE), width, scheme)
    assert faults(page, axe) == []
    if answered:
        page.check("#q1-o1")
        page.check("#q2-o1")
        page.check("#q2-o2")
        page.fill("#q3-answer", "1,234")
        page.press("#q3-answer", "Tab")
        page.fill("#q4-answer", "x_1/(x_2+1)")
        page.press("#q4-answer", "Tab")
        page.click("#q1-flag")
        assert faults(page, axe) == []
        page.fill("#q3-answer", "1/4")
    page.click("#submit")
    for summary in page.locator("summary:visible").all():
        summary.click()
    assert faults(page, axe) == []


@LOOKS
def test_an_exam_page(visit: Callable[..., Any], axe: str, width: int, scheme: str) -> None:
    page = visit(page_of(EXAM), width, scheme)
    assert faults(page, axe) == []
    page.check("#q1-o1")
    page.click("#submit")
    page.wait_for_selector("#receipt:not(:empty)")
    assert faults(page, axe) == []


def feedback_page() -> bytes:
    parts = (
        FeedbackPart(1, "", "", (("A", passage_of("one")),), (), Fraction(1), Fraction(1), None),
        FeedbackPart(2, "a", "x", (), (passage_of("No."),), Fraction(0), Fraction(1), None),
        FeedbackPart(2, "b", "y", (), (), Fraction(1, 2), Fraction(1), "de"),
        FeedbackPart(3, "", "", (), (), None, Fraction(2), None),
    )
    page = FeedbackPage("Exam", "C", "2026", "Ada", "A", Fraction(1, 2), False, parts)
    return FeedbackWriter(labels_for("en")).page(page)


def guide_page() -> bytes:
    note = StudyNote(passage_of("Read $x^2$ and `this`."), None, Place("bank.yaml", 1, 1))
    guide = GuideDocument("Exam", "en", "C", "2026", (GuideTopic("A topic", (note, note)),))
    writer = GuideWriter(GuideOptions(format="html"))
    chunks = writer.begin(ExamDocument("Exam", "exam", "en", "per_option", guide=guide))
    return b"".join(chunk.content for chunk in chunks)


def index_of_pages() -> bytes:
    papers = (Paper("s-1", "Ada " + "Lovelace" * 9, (), 30), Paper("王", None, ()))
    files = render(replace(samples.exam(), papers=papers), EXAM).files
    return bytes(files["index.html"])


def page_in_hebrew() -> bytes:
    kinds = ("single_choice", "matching", "ordering", "numeric")
    items = [samples.item(kind) for kind in kinds]
    header = replace(items[0].header, language="he")
    exam = exam_of(*(replace(item, header=header) for item in items))
    (content,) = render(exam, PRACTICE).files.values()
    return bytes(content)


@LOOKS
@pytest.mark.parametrize("content", [feedback_page, guide_page, index_of_pages, page_in_hebrew])
def test_other_pages(
    visit: Callable[..., Any],
    axe: str,
    width: int,
    scheme: str,
    content: Callable[[], bytes],
) -> None:
    assert faults(visit(content(), width, scheme), axe) == []
