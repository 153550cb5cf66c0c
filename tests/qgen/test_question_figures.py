"""Figures in questions: from YAML to each format, and what an author is told of mistakes."""

import re
from collections import Counter
from fractions import Fraction
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from lxml import etree, html

from qgen import checking, variant_figures
from qgen.document.exam import Asset
from tests.qgen.course import Course, errors, numeric

pytestmark = pytest.mark.slow

ALT = 'Two densities; the one named "q" is wider & lower'
FIGURE = {
    "figure": "divergence.kl_integrand",
    "with": {
        "first_mean": "0",
        "first_deviation": 1,
        "second_mean": "a / 100",
        "second_deviation": "square / square + 1",
    },
}


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    variant_figures._drawn.cache_clear()


def illustrated(identifier: str = "shown", **changes: Any) -> dict[str, Any]:
    stem = f"See the picture.\n\n![{ALT}](figure:laws)\n\nWhat is ${{{{ a }}}}^2$?"
    return numeric(identifier, **{"stem": stem, "figures": {"laws": FIGURE}, **changes})


def test_each_format_shows_each_variants_own_figure_and_its_words(course: Course) -> None:
    course.bank(illustrated())
    course.exam(
        "shown",
        outputs={"html": {}, "latex": {"pdf": "never"}, "moodle": {"variants": 3}},
    )
    folder = course.built()
    pictures = set()
    for page in sorted((folder / "html").glob("exam-*.html")):
        images = html.fromstring(page.read_text("utf-8")).findall(".//img")
        assert [image.get("alt") for image in images] == [ALT]
        kind, _, content = str(images[0].get("src")).partition(",")
        assert kind == "data:image/svg+xml"
        etree.fromstring(unquote_to_bytes(content))
        pictures.add(content)
    assert len(pictures) == 2
    questions = [
        question
        for path in (folder / "moodle").glob("*.xml")
        for question in etree.parse(path).findall(".//question[name]")
        if question.find("questiontext/file") is not None
    ]
    assert len(questions) == 3
    for question in questions:
        text = html.fromstring(question.findtext("questiontext/text"))
        assert [image.get("alt") for image in text.findall(".//img")] == [ALT]
        name = question.find("questiontext/file").get("name")
        assert text.find(".//img").get("src") == f"@@PLUGINFILE@@/{name}"
    files = {question.findtext("questiontext/file") for question in questions}
    assert len(files) == 3


def test_papers_name_their_own_files_where_figures_differ(course: Course) -> None:
    course.bank(illustrated())
    course.exam("shown", outputs={"latex": {"pdf": "never"}})
    folder = course.built() / "latex"
    used = {}
    for label in "AB":
        source = (folder / f"paper-{label}.tex").read_text("utf-8")
        (path,) = re.findall(r"\\examfile\{[^{}]*\}\{([^{}]*)\}", source)
        used[label] = (folder / path).read_bytes()
        assert used[label].startswith(b"%PDF-")
        assert r"wider \& lower" in source
        solutions = (folder / f"solutions-{label}.tex").read_text("utf-8")
        assert path in solutions
    assert used["A"] != used["B"]
    assert len(list((folder / "assets").iterdir())) == 2


def test_a_figure_of_constants_is_drawn_once(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qgen.figures import rendering

    calls = []
    draw = rendering.render_figure

    def counted(name: str, values: Any, **forms: bool) -> Asset:
        calls.append(values)
        return draw(name, values, **forms)

    monkeypatch.setattr(rendering, "render_figure", counted)
    constant = {"figure": "gan.generator_losses", "with": {"scores": "[1/4, 1/2]"}}
    course.bank(illustrated(figures={"laws": constant}))
    course.exam("shown", outputs={"html": {}, "moodle": {"variants": 20}})
    course.built()
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("outputs", "wanted"),
    [
        ({"html": {}, "moodle": {"variants": 3}}, {"svg": 5}),
        ({"latex": {"pdf": "never"}, "moodle": {"variants": 3}}, {"svg": 5, "pdf": 2}),
    ],
)
def test_only_papers_by_latex_have_figures_drawn_as_pdf(
    course: Course,
    monkeypatch: pytest.MonkeyPatch,
    outputs: dict[str, Any],
    wanted: dict[str, int],
) -> None:
    forms: Counter[str] = Counter()

    def drawn(name: str, values: Any, *, pdf: bool) -> Asset:
        made = {"svg": b"<svg/>", "pdf": b"%PDF"} if pdf else {"svg": b"<svg/>"}
        forms.update(made.keys())
        return Asset(name, made)

    monkeypatch.setattr("qgen.figures.rendering.render_figure", drawn)
    course.bank(illustrated())
    course.exam("shown", outputs=outputs)
    course.built()
    assert forms == wanted


def test_a_figure_that_no_paper_takes_is_drawn_as_svg_alone() -> None:
    from qgen.figures.rendering import render_figure

    scores = {"scores": (Fraction(1, 4), Fraction(1, 2))}
    both = render_figure("gan.generator_losses", scores).forms
    assert render_figure("gan.generator_losses", scores, pdf=False).forms == {"svg": both["svg"]}
    assert both["pdf"].startswith(b"%PDF-")


def test_losses_are_found_without_drawing(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    from qgen.figures import rendering

    def refuse(name: str, values: Any, **forms: bool) -> Asset:
        raise AssertionError("drawn too early")

    monkeypatch.setattr(rendering, "render_figure", refuse)
    course.bank(illustrated(stem="![what](figure:laws) <b> $\\frac$ {{ a }}"))
    course.exam("shown", outputs={"html": {}, "latex": {"pdf": "never"}, "moodle": {}})
    assert course.build().failed


def test_check_draws_a_few_variants_only(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    from qgen.figures import rendering

    calls: list[bool] = []
    draw = rendering.render_figure

    def counted(name: str, values: Any, **forms: bool) -> Asset:
        calls.append(forms["pdf"])
        return draw(name, values, **forms)

    monkeypatch.setattr(rendering, "render_figure", counted)
    bank = course.bank(illustrated())
    result = checking.check_banks(
        [str(bank)], 40, solver_files=[course.folder / "course_solvers.py"]
    )
    assert not result.problems
    assert result.questions[0].variants == 40
    assert len(calls) == checking.FIGURE_VARIANTS
    assert sum(calls) == checking.PDF_VARIANTS


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"stem": "![words](figure:lows) ![w](figure:laws) {{ a }}"}, "did you mean 'laws'?) [figure]"),
    (
        {"figures": None},
        "there is no figure 'laws'; the question's 'figures' declare none [figure]",
    ),
    ({"stem": "{{ a }}"}, "no text shows the figure"),
    ({"stem": "![](figure:laws) {{ a }}"}, "no alternative text"),
    (
        {"figures": {"laws": {**FIGURE, "figure": "divergence.kl_integrant"}}},
        "did you mean 'divergence.kl_integrand'?); a course's own stand",
    ),
    (
        {"figures": {"laws": {**FIGURE, "with": {**FIGURE["with"], "first_meen": 1}}}},
        "takes no argument 'first_meen' (did you mean 'first_mean'?) [figure-argument]",
    ),
    (
        {"figures": {"laws": {**FIGURE, "with": {"first_mean": 0}}}},
        "needs an argument 'second_mean' [figure-argument]",
    ),
    (
        {"figures": {"laws": {**FIGURE, "with": {**FIGURE["with"], "first_mean": "sqare"}}}},
        "(did you mean 'square'?) [unknown-name]",
    ),
    (
        {"figures": {"laws": {**FIGURE, "with": {**FIGURE["with"], "first_mean": "1 +"}}}},
        "[expression]",
    ),
    (
        {"figures": {"laws": {**FIGURE, "with": {**FIGURE["with"], "first_deviation": "-1"}}}},
        "first_deviation must be at least 0.001, it is -1",
    ),
    (
        {"figures": {"laws": {**FIGURE, "with": {**FIGURE["with"], "first_mean": "1 / (a - a)"}}}},
        "divides by zero",
    ),
    ({"figures": {"laws": {**FIGURE, "width": 3}}}, "unknown key 'width'"),
]


@pytest.mark.parametrize(("changes", "message"), MISTAKES)
def test_mistakes_are_reported_with_their_place(
    course: Course, changes: dict[str, Any], message: str
) -> None:
    course.bank(illustrated(**changes))
    course.exam("shown")
    found = [error for error in errors(course.build()) if message in error]
    assert found
    assert re.match(r".*questions/bank\.yaml:\d+:\d+: error: ", found[0])


def test_place_is_that_of_the_wrong_name(course: Course) -> None:
    bank = course.bank(
        illustrated(figures={"laws": {**FIGURE, "with": {**FIGURE["with"], "first_meen": 1}}})
    )
    course.exam("shown")
    (error,) = [each for each in errors(course.build()) if "first_meen" in each]
    line = int(error.split(".yaml:")[1].split(":")[0])
    assert '"first_meen"' in bank.read_text().splitlines()[line - 1]


def test_a_picture_file_of_the_figures_name_is_refused(course: Course) -> None:
    course.write("questions/figure-laws.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    course.bank(illustrated(stem="![a](figure-laws.svg) ![b](figure:laws) {{ a }}"))
    course.exam("shown")
    assert any("'figure-laws' already" in error for error in errors(course.build()))
