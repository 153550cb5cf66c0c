"""Pages in Chromium, with JavaScript off: what a student sees, ticks and types."""

from dataclasses import replace
from pathlib import Path

import pytest

from qgen.document.exam import Item
from qgen.document.formats import HtmlOptions
from qgen.document.richtext import CodeBlock, DisplayMath, Math, Paragraph, Text
from tests import samples
from tests.renderers.html.html_written import MODES, PRACTICE, exam_of, pages, stem

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        pytest.skip("there is no Chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as session:
        found = session.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def visit(browser, tmp_path):
    """Opens a page of items without JavaScript; fails on a console message or a request."""
    contexts, trouble = [], []

    def open_page(*items: Item, width: int = 1280, options: HtmlOptions = PRACTICE):
        (content,) = pages(exam_of(*items), options).values()
        file = tmp_path / "page.html"
        file.write_bytes(content)
        context = browser.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=False
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: trouble.append(message.text))
        page.on(
            "request",
            lambda request: (
                None
                if request.url == file.as_uri() or request.url.startswith("data:")
                else trouble.append(request.url)
            ),
        )
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert trouble == []


ALL = [samples.item(kind) for kind in samples.KINDS]
WIDE = stem(
    Paragraph((Text("W" * 300), Math((" + ".join(f"x_{{{n}}}^2" for n in range(60)),)))),
    DisplayMath((" + ".join(f"x_{{{n}}}" for n in range(60)),)),
    CodeBlock("wide " * 60, ""),
    replace(samples.BLOCKS[-1], header=((Text("w" * 60),),) * 3),
    printed=("7",),
)


@MODES
def test_a_small_screen_never_scrolls_sideways(visit, options):
    page = visit(*ALL, WIDE, width=360, options=options)
    for summary in page.locator("summary:visible").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate(
        "[...document.querySelectorAll('.display')].some(box => box.scrollWidth > box.clientWidth)"
    )


def test_a_comma_behind_a_formula_never_begins_a_line(visit):
    words = [
        node
        for number in range(40)
        for node in (Math((f"x_{{{number}}}",)), Text("), " + "w" * (number % 7) + " "))
    ]
    page = visit(stem(Paragraph(tuple(words))), width=360)
    rectangles = "[...document.querySelectorAll('.kept')].map(box => box.getClientRects().length)"
    assert page.evaluate(rectangles) == [1] * 40
    assert page.evaluate("document.querySelector('.text').clientHeight") > 100


def test_a_solution_opens_by_keyboard_without_javascript(visit):
    page = visit(samples.item("single_choice"))
    key = page.locator(".key")
    assert not key.is_visible()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.locator(".solution > summary:focus").count():
            break
    summary = page.locator(".solution > summary")
    assert summary.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert key.is_visible()


@MODES
def test_students_can_tick_and_type(visit, options):
    page = visit(
        samples.item("single_choice"), samples.item("multiple_select"), *ALL, options=options
    )
    page.get_by_label("the right one").first.check()
    page.get_by_label("another wrong one").first.check()
    assert not page.get_by_label("the right one").first.is_checked()
    page.get_by_label("a true statement").first.check()
    page.get_by_label("a second true statement").first.check()
    assert page.get_by_label("a true statement").first.is_checked()
    for control in page.locator("input[type=text], textarea").all():
        control.fill("0.5")
        assert control.input_value() == "0.5"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_of_texts_have_enough_contrast(browser, visit, scheme):
    page = visit(*ALL)
    page.emulate_media(color_scheme=scheme)
    for summary in page.locator("summary:visible").all():
        summary.click()
    too_pale = page.evaluate(
        """() => {
          const channels = colour => colour.match(/[\\d.]+/g).map(Number)
          const light = colour => channels(colour).slice(0, 3)
            .map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
          const ground = node => {
            for (; node; node = node.parentElement) {
              const colour = getComputedStyle(node).backgroundColor
              if (channels(colour)[3] !== 0) return colour
            }
            return 'rgb(255, 255, 255)'
          }
          return [...document.body.querySelectorAll('*')]
            .filter(node => [...node.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
            .filter(node => {
              const [a, b] = [light(getComputedStyle(node).color), light(ground(node))]
              return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5
            })
            .map(node => node.outerHTML.slice(0, 80))
        }"""
    )
    assert too_pale == []


def test_large_operators_and_brackets_grow_with_the_font_inside_the_page(visit):
    page = visit(stem(DisplayMath((r"\left(\frac{\frac ab}{\frac cd}\right) \sum x",))))
    heights = page.locator(".display mo").evaluate_all(
        "nodes => nodes.map(node => node.getBoundingClientRect().height)"
    )
    letter = page.locator(".display mi").last.evaluate(
        "node => node.getBoundingClientRect().height"
    )
    bracket, _, total = heights
    assert bracket > 3 * letter
    assert total > 1.3 * letter
