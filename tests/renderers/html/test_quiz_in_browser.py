"""The quiz in Chromium: answered by mouse and by keyboard, marked, kept, handed in."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from qgen.document.answers import Option, SingleChoice
from qgen.document.exam import Attempts, Pool
from qgen.document.formats import HtmlOptions
from qgen.document.richtext import passage_of
from tests import samples
from tests.renderers import blanks
from tests.renderers.html.html_written import EXAM, PRACTICE, exam_of
from tests.written import render

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
WHOLE = HtmlOptions("practice", submit="exam")
HOUR = 3_600_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("there is no Chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as session:
        found = session.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def visit(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens the page of an exam; fails on a console message, an error or a request."""
    contexts: list[Any] = []
    trouble: list[str] = []

    def open_page(exam: samples.SampleExam, options: HtmlOptions, width: int = 1280) -> Any:
        (content,) = render(exam, options).files.values()
        file = tmp_path / "page.html"
        file.write_bytes(content)
        context = browser.new_context(viewport={"width": width, "height": 800})
        contexts.append(context)
        page = context.new_page()
        page.clock.install()
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url == file.as_uri() or request.url.startswith(("data:", "blob:"))
                else trouble.append(request.url)
            ),
        )
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert trouble == []


def quiz(**changes: Any) -> samples.SampleExam:
    """Like Coursera's: two questions, of which the first has three options, two of them right."""
    exam = exam_of(
        replace(samples.item("multiple_select"), parts=samples.sole(THREE, Fraction(1))),
        replace(samples.item("single_choice"), points=Fraction(2)),
    )
    return replace(exam, duration=None, attempts=Attempts(3, 480), **changes)


THREE = samples.ANSWERS["multiple_select"]


def every_kind() -> samples.SampleExam:
    return exam_of(*(samples.item(kind) for kind in samples.KINDS))


def earned(page: Any, identifier: str) -> str:
    return str(page.inner_text(f"#{identifier} strong"))


class TestASitting:
    def test_by_mouse_from_start_to_finish(self, visit: Callable[..., Any]) -> None:
        page = visit(quiz(), WHOLE)
        assert page.inner_text("#progress") == "0 of 2 answered"
        assert not page.locator(".solution").first.is_visible()
        for attempt in range(3):
            page.click("label[for=q1-o1]")
            if attempt:
                page.click("label[for=q1-o3]")
            page.click("label[for=q2-o1]")
            page.click("#submit")
            assert earned(page, "q1-result") == ("1 / 1" if attempt else "0.67 / 1")
            assert earned(page, "q2-result") == "2 / 2"
            assert page.inner_text("#verdict") == "Passed."
            if not attempt:
                assert page.inner_text("#score") == "2.67 / 3 (88.9%)"
                assert "It follows from A." in page.inner_text("#q1")
                assert "B contradicts it." in page.inner_text("#q1")
                page.reload()
                assert page.is_checked("#q1-o1")
                assert page.inner_text("#score") == "2.67 / 3 (88.9%)"
            if attempt < 2:
                page.click("#submit")
                assert not page.is_checked("#q1-o1")
                assert not page.locator("#score").is_visible()
        page.click("#submit")
        assert "No attempt is left for now" in page.inner_text("#attempts")
        page.reload()
        page.click("#submit")
        assert page.locator("#score").is_visible()
        page.clock.fast_forward(9 * HOUR)
        page.click("#submit")
        assert not page.locator("#score").is_visible()
        page.check("#q2-o2")
        page.click("#submit")
        assert page.inner_text("#verdict") == "Not passed."
        assert "Best so far: 100%" in page.inner_text("#attempts")

    def test_by_keyboard_alone(self, visit: Callable[..., Any]) -> None:
        page = visit(quiz(), PRACTICE)

        def go_to(identifier: str) -> None:
            for _ in range(40):
                if page.evaluate("document.activeElement.id") == identifier:
                    return
                page.keyboard.press("Tab")
            raise AssertionError(identifier)

        go_to("q1-o1")
        page.keyboard.press("Space")
        go_to("q1-o3")
        page.keyboard.press("Space")
        go_to("q1-submit")
        page.keyboard.press("Enter")
        assert earned(page, "q1-result") == "1 / 1"
        go_to("q2-o1")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        assert page.is_checked("#q2-o1")
        go_to("q2-submit")
        page.keyboard.press("Space")
        assert page.inner_text("#score") == "3 / 3 (100%)"
        assert page.evaluate("document.activeElement.id") == "outcome"

    def test_what_was_begun_counts_as_an_attempt(self, visit: Callable[..., Any]) -> None:
        page = visit(replace(quiz(), attempts=Attempts(1, None)), PRACTICE)
        page.check("#q1-o2")
        page.click("#q1-submit")
        page.evaluate("localStorage.removeItem('qgen:samples-A:sitting')")
        page.reload()
        assert "No attempt is left." in page.inner_text("#notice")
        page.check("#q1-o1")
        page.click("#q1-submit")
        assert page.inner_text("#q1-result") == ""


def test_each_option_says_what_became_of_it(visit: Callable[..., Any]) -> None:
    """Ticked rightly or wrongly, missed, or rightly left: a missed one never looks ticked."""
    page = visit(quiz(), WHOLE)
    page.check("#q1-o1")
    page.check("#q2-o3")
    page.click("#submit")
    said = [
        (box.get_attribute("class"), box.inner_text().partition("\n")[0])
        for box in page.locator(".comment").all()
    ]
    ticked = ("comment right", "✓ Right: chosen.")
    missed = ("comment missed", "○ Missed: this one is right.")
    left = ("comment left", "· Rightly not chosen.")
    wrong = ("comment wrong", "✗ Wrong: this should not be chosen.")
    assert said == [ticked, left, missed, missed, left, wrong]
    colours = {
        kind: page.locator(f".comment.{kind} .verdict").first.evaluate(
            "node => getComputedStyle(node).color"
        )
        for kind in ("right", "missed", "left")
    }
    assert len(set(colours.values())) == 3


def test_a_page_speaks_the_language_of_its_exam(visit: Callable[..., Any]) -> None:
    exam = exam_of(
        samples.item("numeric"), samples.item("formula"), samples.item("multiple_select")
    )
    page = visit(replace(exam, language="fr", attempts=None), WHOLE)
    page.fill("#q1-answer", "1,234")
    page.press("#q1-answer", "Tab")
    asked = "1,234 peut signifier 1234 ou 1.234 : écrivez 1234 ou 1.234."
    assert page.inner_text("#q1-message") == asked
    page.fill("#q2-answer", "x_1 +")
    page.press("#q2-answer", "Tab")
    assert page.inner_text("#q2-message").startswith("La formule s’arrête trop tôt : il manque")
    page.fill("#q1-answer", "1/17")
    page.fill("#q2-answer", "")
    page.check("#q3-o1")
    page.click("#submit")
    assert earned(page, "q3-result") == "1,33 / 2"
    assert "Oublié : ceci est juste." in page.inner_text("#q3")


def test_who_chooses_nothing_is_not_praised_for_it(visit: Callable[..., Any]) -> None:
    page = visit(quiz(), WHOLE)
    page.click("#submit")
    assert "Nothing was answered." in page.inner_text("#q2-result")
    assert page.locator("#q2 .comment.missed").count() == 1
    assert "Rightly" not in page.inner_text("#q2")
    assert page.locator("#q1").get_by_text("Rightly not chosen.").count() == 1


RIGHT = {
    "numeric": "1/17",
    "formula": "(3x_1 - 4 x_2 - 2)/26",
    "short_answer": " Elbo ",
}
WRONG = {"numeric": "3", "formula": "x_1", "short_answer": "a bound"}
MISTAKES = {
    "numeric": ("25%", "That is the standard deviation."),
    "formula": ("x_1 - x_2²", "The square does not belong here."),
    "short_answer": ("Evidence", "Only a bound of it."),
}
MALFORMED = {
    "numeric": ("1,234", "1,234 can mean 1234 or 1.234"),
    "formula": ("3x_1 + )", "Something is missing before character 8."),
}


class TestEveryKind:
    @pytest.mark.parametrize("kind", RIGHT)
    def test_typed_answers(self, visit: Callable[..., Any], kind: str) -> None:
        page = visit(exam_of(*[samples.item(kind)] * 4), PRACTICE)
        page.fill("#q1-answer", RIGHT[kind])
        page.click("#q1-submit")
        assert earned(page, "q1-result") == f"{samples.item(kind).points} / 2"
        page.fill("#q2-answer", WRONG[kind])
        page.press("#q2-answer", "Enter")
        assert earned(page, "q2-result") == "0 / 2"
        typed, feedback = MISTAKES[kind]
        page.fill("#q3-answer", typed)
        page.click("#q3-submit")
        assert feedback in page.inner_text("#q3 .comment")
        if kind in MALFORMED:
            typed, asked = MALFORMED[kind]
            page.fill("#q4-answer", typed)
            page.click("#q4-submit")
            assert asked in page.inner_text("#q4-message")
            assert page.inner_text("#q4-result") == ""
            assert page.get_attribute("#q4-answer", "aria-invalid") is not None
            page.click("#submit")
            assert "cannot be read" in page.inner_text("#notice")
            page.fill("#q4-answer", "")
        page.click("#submit")
        assert page.inner_text("#score").startswith("2 / 8")

    def test_a_formula_is_shown_while_it_is_typed(self, visit: Callable[..., Any]) -> None:
        page = visit(exam_of(samples.item("formula")), PRACTICE)
        page.locator("#q1-answer").press_sequentially("x_1/(x_2+1)")
        shown = page.locator("#q1-message mfrac")
        assert shown.locator("msub").count() == 2
        page.locator("#q1-answer").press_sequentially("^")
        page.keyboard.press("Tab")
        assert page.inner_text("#q1-message .place mark") == "␣"

    def test_pairs_and_orders(self, visit: Callable[..., Any]) -> None:
        page = visit(exam_of(samples.item("matching"), samples.item("ordering")), PRACTICE)
        page.select_option("#q1-l1", "C")
        page.select_option("#q1-l2", "B")
        page.click("#q1-submit")
        assert earned(page, "q1-result") == "1 / 2"
        said = page.locator("#q1 .row-mark").all_inner_texts()
        assert [" ".join(text.split()) for text in said] == ["✓ Right.", "✗ Not right. A"]
        page.get_by_label("Move A down").click()
        page.get_by_label("Move A down").press("Enter")
        letters = [page.input_value(f"#q2-l{place}") for place in (1, 2, 3)]
        assert letters == ["B", "C", "A"]
        assert page.locator("#q2 .lettered .letter").all_inner_texts() == ["B", "C", "A"]
        page.reload()
        assert page.locator("#q2 .lettered .letter").all_inner_texts() == ["B", "C", "A"]
        page.click("#q2-submit")
        assert earned(page, "q2-result") == "2 / 2"

    def test_items_are_dragged(self, visit: Callable[..., Any]) -> None:
        page = visit(exam_of(samples.item("ordering")), PRACTICE)
        page.locator("#q1 .handle").first.scroll_into_view_if_needed()
        start = page.locator("#q1 .handle").first.bounding_box()
        end = page.locator("#q1 .lettered").last.bounding_box()
        page.mouse.move(start["x"] + 5, start["y"] + 5)
        page.mouse.down()
        page.mouse.move(start["x"] + 5, end["y"] + end["height"] - 2, steps=8)
        page.mouse.up()
        assert page.locator("#q1 .lettered .letter").all_inner_texts() == ["B", "C", "A"]
        page.click("#q1-submit")
        assert earned(page, "q1-result") == "2 / 2"

    def test_an_open_answer_is_marked_by_who_wrote_it(self, visit: Callable[..., Any]) -> None:
        page = visit(exam_of(samples.item("open")), PRACTICE)
        page.fill("#q1-answer", "<img src=x onerror=alert(1)>")
        page.click("#q1-submit")
        assert "Not decided yet" in page.inner_text("#q1-result")
        assert "points still to be decided" in page.inner_text("#score")
        page.check("#q1-r1")
        points = samples.item("open").points
        assert earned(page, "q1-result") == f"{float(points * 2 / 3):.3g} / {points}"
        page.reload()
        assert page.is_checked("#q1-r1")

    def test_the_parts_of_a_derivation(self, visit: Callable[..., Any]) -> None:
        page = visit(exam_of(samples.item("derivation")), PRACTICE)
        page.check("#q1-1-o1")
        page.fill("#q1-3-answer", "1/17")
        page.fill("#q1-6-answer", "ELBO")
        page.click("#q1-submit")
        assert earned(page, "q1-1-result") == "0.5 / 0.5"
        assert earned(page, "q1-3-result") == "1.5 / 1.5"
        assert earned(page, "q1-4-result") == "0 / 2"
        assert "Nothing was answered." in page.inner_text("#q1-4-result")

    def test_a_matrix_and_what_stands_in_the_text(self, visit: Callable[..., Any]) -> None:
        page = visit(exam_of(samples.item("matrix"), blanks.ITEM), PRACTICE)
        page.fill("#q1-r1-c1", "2")
        page.fill("#q1-r1-c2", "x")
        page.press("#q1-r1-c2", "Tab")
        assert page.inner_text("#q1-message").startswith("row 1, column 2: This is not a number")
        page.click("#q1-submit")
        assert page.evaluate("document.activeElement.id") == "q1-r1-c2"
        page.fill("#q1-r1-c2", "ln(1)")
        page.fill("#q1-r2-c1", "-1/3")
        page.fill("#q1-r2-c2", "1.25")
        page.click("#q1-submit")
        assert earned(page, "q1-result") == "1 / 2"
        assert "That is the transposed one." in page.inner_text("#q1 .comment")
        signs = page.query_selector_all("#q1 .entry .row-mark")
        assert [sign.inner_text()[0] for sign in signs] == ["✓", "✗", "✗", "✓"]
        page.fill("#q2-1-answer", "5")
        page.select_option("#q2-2-answer", "falling")
        page.fill("#q2-3-answer", "elbo")
        page.reload()
        assert page.input_value("#q2-2-answer") == "falling"
        page.click("#q2-submit")
        assert [earned(page, f"q2-{n}-result") for n in (1, 2, 3)] == ["1 / 1", "0 / 1", "1 / 1"]
        assert "It does not fall." in page.inner_text("#q2 .comment")
        assert page.is_disabled("#q2-2-answer")

    def test_new_numbers_change_the_question(self, visit: Callable[..., Any]) -> None:
        variants = [
            replace(samples.item("numeric", n, passage_of(f"Variant {n}.")), slot="s", variant=n)
            for n in (1, 2, 3)
        ]
        exam = replace(
            exam_of(variants[0]),
            pools=(Pool(variants[0].header, "Only one", variants[0].points, True),),
            variants=(variants,),
        )
        page = visit(exam, HtmlOptions(variants=4))
        page.fill("#q1-answer", "1/17")
        page.click("#q1-submit")
        assert earned(page, "q1-result") == "2 / 2"
        for shown in ("Variant 2.", "Variant 3.", "Variant 1."):
            page.click("#q1-new")
            assert shown in page.inner_text("#q1")
            assert page.input_value("#q1-answer") == ""
            assert page.inner_text("#q1-result") == ""


def test_flags_and_answers_show_in_the_list_of_questions(visit: Callable[..., Any]) -> None:
    page = visit(quiz(), PRACTICE)
    page.check("#q2-o1")
    page.click("#q1-flag")
    assert page.get_attribute("#q1-flag", "aria-pressed") == "true"
    labels = [link.get_attribute("aria-label") for link in page.locator("nav a").all()]
    assert labels == ["Question 1, not answered, flagged", "Question 2, answered"]
    assert page.inner_text("#progress") == "1 of 2 answered"


def test_the_time_runs_and_takes_nothing_away(visit: Callable[..., Any]) -> None:
    page = visit(replace(quiz(), duration=90), PRACTICE)
    page.clock.fast_forward(30 * 60_000)
    assert page.inner_text("#timer").startswith("Time left 59:5") or page.inner_text(
        "#timer"
    ).startswith("Time left 1:00:0")
    page.clock.fast_forward(61 * 60_000)
    assert page.inner_text("#timer").startswith("Time over since 1:")
    assert page.locator("#q1-o1").is_enabled()


class TestAnExam:
    def test_answers_are_kept_and_handed_in(self, visit: Callable[..., Any]) -> None:
        page = visit(every_kind(), EXAM)
        page.check("#q1-o2")
        page.check("#q2-o3")
        page.fill("#q3-answer", "−0,5")
        page.fill("#q5-r2-c1", "1/2")
        page.select_option("#q7-l2", "C")
        page.get_by_label("Move C up").first.click()
        page.fill("#q10-answer", "3-2j")
        page.fill("#q11-3-answer", "2")
        page.fill("#student-name", 'Ada "<b>" 王')
        page.reload()
        page.wait_for_function("document.querySelector('#q3-answer').value === '−0,5'")
        with page.expect_download() as download:
            page.click("#submit")
        found = json.loads(Path(download.value.path()).read_text("utf-8"))
        answers = found["answers"]
        assert (answers["1"], answers["2"], answers["3"]) == (2, [3], "−0,5")
        assert answers["5"] == ["", "", "1/2", ""]
        assert answers["10"] == "3-2j"
        assert (answers["7"], answers["8"], answers["11-3"]) == ([None, 3], [1, 3, 2], "2")
        assert set(answers) == {*map(str, range(1, 11)), *(f"11-{n}" for n in range(1, 11))}
        assert (found["format"], found["version"]) == ("qgen-responses", 1)
        assert (found["exam"], found["paper"]) == ("Samples & more", "A")
        assert found["student"] == 'Ada "<b>" 王'
        checksum = found.pop("checksum")
        canonical = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert checksum == hashlib.sha256(canonical.encode()).hexdigest()
        assert checksum[:8] in page.inner_text("#receipt")
        assert "4, 5, 6, 7, 9, 11" in page.inner_text("#left-out")
        assert "right" not in page.inner_text("#q1").replace("the right one", "")

    def test_the_page_says_what_it_cannot_do(self, visit: Callable[..., Any]) -> None:
        page = visit(every_kind(), EXAM)
        assert "cannot keep anyone from copying" in page.inner_text("header")


def test_hostile_texts_run_nothing(visit: Callable[..., Any]) -> None:
    attack = (
        "\"'></script><script>document.title='x'</script><img src=x onerror=document.title='x'>"
    )
    options = (
        Option(passage_of(attack), True, passage_of(attack)),
        Option(passage_of("b"), False, None),
    )
    item = replace(
        samples.item("open", stem=passage_of(attack)), parts=samples.sole(SingleChoice(options))
    )
    for mode in (PRACTICE, EXAM):
        page = visit(replace(exam_of(item, samples.item("open")), title=attack), mode)
        page.fill("#q2-answer", attack)
        page.check("#q1-o1")
        if mode == PRACTICE:
            page.click("#submit")
        assert page.title() != "x"
        assert page.locator("script").count() == 2


def test_controls_are_not_doubled_when_one_begins_anew(visit: Callable[..., Any]) -> None:
    page = visit(exam_of(samples.item("ordering"), samples.item("numeric")), PRACTICE)
    page.get_by_label("Move A down").click()
    for _ in range(2):
        page.click("#submit")
    assert page.locator("button.move").count() == 2 * 3
    assert page.locator("#q2-message").count() == 1
    assert page.locator("#q1 .lettered .letter").all_inner_texts() == ["A", "B", "C"]
    assert page.get_by_label("Move A down").is_enabled()
