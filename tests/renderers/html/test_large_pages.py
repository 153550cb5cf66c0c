"""Large practice pages: small enough, and with scripts the same as if nothing were compressed."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from qgen.document.exam import Item
from qgen.document.formats import HtmlOptions
from qgen.document.richtext import DisplayMath
from qgen.renderers.html import large_pages
from tests import samples
from tests.renderers.html.html_written import EXAM, PRACTICE, exam_of, page_of, pages, passage

CHROMIUM = Path("/usr/bin/chromium")
LONG = passage(*(DisplayMath((" + ".join(f"x_{{{n}}}" for n in range(90)),)),) * 12)


def long_items() -> list[Item]:
    items = [samples.item(kind) for kind in samples.KINDS]
    return [replace(item, explanation=LONG) for item in items]


def text_of(*items: Item, options: HtmlOptions = PRACTICE) -> str:
    (page,) = pages(exam_of(*items), options).values()
    return page.decode()


def test_the_solutions_of_a_large_page_are_compressed_and_it_says_so() -> None:
    items = long_items()
    whole = sum(len(text_of(item)) for item in items)
    page = text_of(*items)
    assert len(page) < 0.5 * whole
    # Hints stay: they are no solutions.
    assert page.count("<details") == page.count("<details class=hint>")
    assert page.count("<template class=solution>") > len(items)
    assert "<noscript>" in page
    assert "without scripts it shows no solutions" in page
    german = replace(exam_of(*items), language="de")
    (other,) = pages(german, PRACTICE).values()
    assert "Ohne Skripte zeigt sie keine Lösungen" in other.decode()


def test_other_pages_keep_their_solutions_in_sight() -> None:
    for options in (PRACTICE, EXAM):
        small = text_of(samples.item("single_choice"), options=options)
        assert "<noscript>" not in small
        assert "<template" not in small
    # Nobody may see the solutions of an exam, compressed or not.
    assert "<template" not in text_of(*long_items(), options=EXAM)


def test_a_page_may_be_larger_the_more_it_asks() -> None:
    assert large_pages.is_large("x" * 150_000, 1)
    assert not large_pages.is_large("x" * 149_999, 10)
    assert not large_pages.is_large("x" * 299_999, 20)


def test_what_looks_like_markup_in_a_text_stays_text() -> None:
    words = '</details> class="kept" it\'s <template class=solution> ="a" '
    item = samples.item("open", stem=samples.passage_of(words))
    page = page_of(*long_items(), item)
    assert page.xpath("//template")
    asked = page.xpath("//article")[-1].text_content()
    assert " ".join(words.split()) in " ".join(asked.split())


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium")
def test_its_script_makes_of_it_what_it_would_have_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    written = [text_of(*long_items())]
    monkeypatch.setattr("qgen.renderers.html.writer.is_large", lambda page, questions: False)
    written.append(text_of(*long_items()))
    assert len(written[0]) < 0.5 * len(written[1])
    bodies = []
    with playwright.sync_playwright() as session:
        browser = session.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        for text in written:
            file = tmp_path / "page.html"
            file.write_text(text, "utf-8")
            page = browser.new_page()
            trouble: list[str] = []
            page.on("console", lambda message, trouble=trouble: trouble.append(message.text))
            page.on("pageerror", lambda error, trouble=trouble: trouble.append(str(error)))
            page.goto(file.as_uri())
            page.click("#submit")
            main = page.inner_html("main")
            # What measures the screen is told later.
            bodies.append(re.sub(r' tabindex="0"', "", main) + page.inner_text("#quiz"))
            assert "Key:" in main
            assert trouble == []
        browser.close()
    assert bodies[0] == bodies[1]
