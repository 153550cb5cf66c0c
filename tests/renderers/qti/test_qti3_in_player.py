"""QTI 3 played by qti3-item-player, a certified player, in Chromium: it scores as the grader does.

Skipped where Node does not find it; `npm install qti3-item-player` in a folder, and `NODE_PATH`
set to that folder's `node_modules`, lets it run.
"""

import json
import math
import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from qgen.document.answers import CarriedForward, Numeric, Part, Tolerance
from qgen.document.exam import Item
from qgen.document.formats import QtiOptions
from qgen.document.richtext import passage_of
from tests import samples
from tests.renderers.canvas.test_canvas import exam_of
from tests.renderers.qti.qti_reader import QtiItem, read
from tests.written import render

pytestmark = [pytest.mark.browser, pytest.mark.node]

CHROMIUM = Path("/usr/bin/chromium")
PAGE = '<!doctype html><meta charset="utf-8"><title>player</title><div id="app"></div>'
START = """
() => {
window.player = new Promise(ready => {
  const Player = window.qti3Player.default || window.qti3Player
  new Vue({
    render: make => make(Player.Qti3Player || Player, {on: {
      notifyQti3PlayerReady: ready,
      notifyQti3ItemReady: () => window.heard(),
      notifyQti3ScoreAttemptCompleted: data => window.heard(data),
    }}),
  }).$mount("#app")
})
}
"""
SCORE = """
async ({xml, state}) => {
  const player = await window.player
  const late = (done, failed) => setTimeout(() => failed(new Error("no answer")), 10000)
  const heard = () => Promise.race([
    new Promise(done => { window.heard = done }), new Promise(late),
  ])
  const loaded = heard()
  const configuration = {guid: "g", status: "interacting"}
  player.loadItemFromXml(xml, state ? {...configuration, state} : configuration)
  await loaded
  const scored = heard()
  player.scoreAttempt("score")
  return JSON.stringify((await scored).state)
}
"""


def _folder() -> Path | None:
    """Where the player and its Vue lie."""
    for folder in map(Path, os.environ.get("NODE_PATH", "").split(os.pathsep)):
        if (folder / "qti3-item-player").is_dir() and (folder / "vue").is_dir():
            return folder
    return None


@pytest.fixture(scope="module")
def play():
    """Plays an item from a state, each time in a new page; gives the state after scoring."""
    folder = _folder()
    if folder is None or not CHROMIUM.exists():
        pytest.skip("Node's package qti3-item-player or Chromium is missing")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as session:
        found = session.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])

        def in_a_page(xml: str, state: Any) -> dict[str, Any]:
            page = found.new_page()
            page.set_content(PAGE)
            page.add_script_tag(path=folder / "vue/dist/vue.js")
            page.add_script_tag(path=folder / "qti3-item-player/dist/qti3Player.umd.js")
            page.evaluate(START)
            played: dict[str, Any] = json.loads(page.evaluate(SCORE, {"xml": xml, "state": state}))
            page.close()
            return played

        yield in_a_page
        found.close()


def item_of(kind: str) -> QtiItem:
    rendered = render(exam_of(samples.item(kind)), QtiOptions(1, "3.0"))
    (item,) = read(rendered.files["samples.zip"]).items
    return item


RESPONSES = {
    "single_choice": ("C1", "C2"),
    "multiple_select": (["C1", "C3"], ["C1"], ["C2"], ["C1", "C2", "C3"]),
    "numeric": ("0.0588", "0.0582", "0.0595", "0.25", "5.85e-2"),
    "short_answer": ("ELBO", "elbo", "evidence", "no"),
    "matching": (["L1 C3", "L2 C1"], ["L1 C3", "L2 C2"], ["L1 C3"]),
    # Not an order with some neighbours kept: the player gives nothing, and the report says so.
    "ordering": (["C2", "C3", "C1"], ["C1", "C3", "C2"]),
}


@pytest.mark.parametrize("kind", RESPONSES)
def test_the_player_scores_and_tells_what_our_reader_does(play, kind):
    item = item_of(kind)
    # A state that the player made itself; it cannot read its own context again.
    state = {**play(item.xml, None), "contextVariables": []}
    (given,) = (each for each in state["responseVariables"] if each["identifier"] == "R1")
    multiple = {"multiple_select", "matching"}
    for response in RESPONSES[kind]:
        ours = item.run({"R1": set(response) if kind in multiple else response})
        given["value"] = float(response) if kind == "numeric" else response
        outcomes = play(item.xml, state)["outcomeVariables"]
        theirs = {each["identifier"]: each["value"] for each in outcomes}
        for name, value in ours.items():
            if isinstance(value, float):
                assert theirs[name] == pytest.approx(value), (response, name)
            else:
                held = set(theirs[name] or ()) if isinstance(value, set) else theirs[name]
                assert held == value, (response, name)


def test_the_player_marks_a_formula_by_its_values_as_our_reader_does(play):
    item = item_of("formula")
    state = {**play(item.xml, None), "contextVariables": []}
    given = {each["identifier"]: each for each in state["responseVariables"]}
    key = {
        declared.get("identifier"): float(declared.findtext("correctResponse/value"))
        for declared in item.root.iter("responseDeclaration")
    }
    first, *_ = key
    for response in (key, {**key, first: key[first] * 2}, {name: -x for name, x in key.items()}):
        ours = item.run({name: repr(value) for name, value in response.items()})
        for name, value in response.items():
            given[name]["value"] = value
        outcomes = play(item.xml, state)["outcomeVariables"]
        theirs = {each["identifier"]: each["value"] for each in outcomes}
        assert theirs["SCORE"] == pytest.approx(ours["SCORE"])
        assert theirs["FEEDBACK_R1"] == ours["FEEDBACK_R1"]


def steps(tolerance: Tolerance) -> Item:
    """Two numbers, of which the second one is (5 - 2x) / (x + 1) of the first, 1/3 for 2."""

    def answer(key: str) -> Numeric:
        return replace(NUMERIC, key=Fraction(key), tolerance=tolerance, mistakes=())

    carried = CarriedForward("a", lambda value: (5 - 2 * value) / (value + 1))
    prompt = passage_of("A step.")
    parts = (
        Part("a", prompt, answer("2"), Fraction(1), "stated", None),
        Part("b", prompt, answer("1/3"), Fraction(2), "stated", None, carried),
    )
    return replace(samples.item("numeric"), parts=parts, points=Fraction(3))


NUMERIC = samples.ANSWERS["numeric"]
assert isinstance(NUMERIC, Numeric)
# The first and the second number, and whether the second one follows.
FOLLOWED = (
    ("2", "0.3333", True),
    ("4", "-0.6", True),
    ("4", "-0.66", False),
    ("4", "0.3333", True),
    ("4", "0.6", False),
    ("-1", "0.6", False),
    ("", "-0.6", False),
    ("1e3", "-1.993", True),
)


@pytest.mark.parametrize(
    "tolerance", [Tolerance("absolute", Fraction(1, 100)), Tolerance("relative", Fraction(1, 50))]
)
def test_the_player_follows_an_earlier_value(play, tolerance):
    rendered = render(exam_of(steps(tolerance)), QtiOptions(1, "3.0"))
    assert "qti-carried" not in {problem.code for problem in rendered.problems}
    (item,) = read(rendered.files["samples.zip"]).items
    state = {**play(item.xml, None), "contextVariables": []}
    first, second = (
        next(each for each in state["responseVariables"] if each["identifier"] == name)
        for name in ("R1", "R2")
    )
    for earlier, typed, is_right in FOLLOWED:
        assert item.run({"R1": earlier, "R2": typed})["SCORE_R2"] == (2 if is_right else 0)
        first["value"] = float(earlier) if earlier else None
        second["value"] = float(typed)
        outcomes = play(item.xml, state)["outcomeVariables"]
        theirs = {each["identifier"]: each["value"] for each in outcomes}
        assert (earlier, typed, theirs["SCORE_R2"]) == (earlier, typed, 2 if is_right else 0)


def test_a_value_that_qti_cannot_work_out_is_told() -> None:
    item = steps(Tolerance("absolute", Fraction(1, 100)))
    carried = CarriedForward("a", math.exp)
    parts = (item.parts[0], replace(item.parts[1], carried=carried))
    rendered = render(exam_of(replace(item, parts=parts)), QtiOptions(1, "3.0"))
    told = [problem for problem in rendered.problems if problem.code == "qti-carried"]
    assert [problem.severity for problem in told] == ["loss"]
    assert "part b" in told[0].message
