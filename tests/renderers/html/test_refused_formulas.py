"""Why a typed formula cannot be read: the page says it in its language, and says all of it."""

import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from qgen.document.answers import FormulaAnswer
from qgen.renderers.html.quiz_words import QUIZ_WORDS
from tests import samples
from tests.renderers.html.html_written import PRACTICE, exam_of, pages
from tests.renderers.html.page_scripts import page

CHROMIUM = Path("/usr/bin/chromium")
REFUSED = {
    "long": "x" * 1001,
    "power": "2e3",
    "equals": "x = 2",
    "inequality": "x < 2",
    "strange": "x § 2",
    "unlisted": "x + q",
    "unknown": "q",
    "constant": "x * C",
    "empty": " ",
    "closes": "x)",
    "ends": "x +",
    "comma": "1,5",
    "missing": "x * / 2",
    "divisor": "1/2x",
    "sign": "x 2",
    "deep": "(" * 200 + "x" + ")" * 200,
    "exponent": "x^2y",
    "fraction": r"\frac12",
    "blank": "max(1,2,3)",
    "open": "(x",
    "raised": "sin^2(x)",
    "root": r"\sqrt[3]{x}",
    "brackets": "sin",
    "argument": "sin x y",
    "digits": "1" * 31,
    "two": "max(x)",
    "one": "sin(x, y)",
    "base": "log_1(x)",
}


def phrased(phrase: str, values: list[Any]) -> str:
    for value in values:
        phrase = phrase.replace("{}", str(value), 1)
    return phrase


@pytest.mark.node
@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node")
def test_every_refusal_has_words_that_say_in_english_what_the_script_says() -> None:
    names = {"unknown": [], "constant": ["x", "C"]}
    cases = [
        [text, names.get(name, ["x", "y"]), ["C"] if name == "constant" else []]
        for name, text in REFUSED.items()
    ]
    words = asdict(QUIZ_WORDS["en"])
    assert {name for name in words if name.startswith("formula_")} == {
        f"formula_{name}" for name in REFUSED
    }
    for name, found in zip(REFUSED, page("formula", cases), strict=True):
        assert (name, found.get("code")) == (name, f"formula{name.title()}")
        assert phrased(words[f"formula_{name}"], found["values"]) == found["refused"]
        assert words[f"formula_{name}"].count("{}") == len(found["values"])


def test_a_page_brings_the_words_that_its_kinds_need() -> None:
    german = replace(exam_of(samples.item("formula")), language="de")
    (text,) = pages(german, PRACTICE).values()
    assert "wird hier nicht verstanden" in text.decode()
    assert "Schreiben Sie die Zahl mit" not in text.decode()
    # A number may be typed as a closed form.
    for kind, reads in (("numeric", True), ("matrix", True), ("short_answer", False)):
        (text,) = pages(replace(exam_of(samples.item(kind)), language="de"), PRACTICE).values()
        assert ("wird hier nicht verstanden" in text.decode()) == reads
    (text,) = pages(exam_of(samples.item("formula")), PRACTICE).values()
    assert "formulaStrange" not in text.decode()


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium")
def test_a_refused_formula_is_explained_in_the_language_of_the_page(tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    answer = samples.ANSWERS["formula"]
    assert isinstance(answer, FormulaAnswer)
    said = {
        "de": "Die Klammer bei Zeichen 1 wird nicht geschlossen.",
        "ja": "1 文字目の括弧が閉じられていません。",
    }
    with playwright.sync_playwright() as session:
        browser = session.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        for language, sentence in said.items():
            exam = replace(exam_of(samples.item("formula")), language=language)
            (content,) = pages(exam, PRACTICE).values()
            file = tmp_path / f"{language}.html"
            file.write_bytes(content)
            tab = browser.new_page()
            tab.goto(file.as_uri())
            tab.fill("#q1-answer", "(2")
            tab.locator("#q1-answer").blur()
            assert sentence in tab.inner_text("#q1-message")
            assert not tab.locator("#q1-message [lang=en]").count()
        browser.close()
