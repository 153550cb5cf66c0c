"""Every figure that ships: the same numbers give the same valid files, other numbers other ones."""

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from lxml import etree

from qgen.document.formula import Call, Number, Power, Sum, Symbol
from qgen.document.values import Values
from qgen.figures.registry import FigureFailure, UnknownFigure, all_figures, figure, find_figure
from qgen.figures.rendering import render_figure
from tests.examples import is_thorough

pytestmark = pytest.mark.slow

HALF = Fraction(1, 2)

# For each figure: values it is drawn from, and one of them changed.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "gan.generator_losses": (
        {"scores": (Fraction(1, 5), HALF)},
        {"scores": (Fraction(1, 4), HALF)},
    ),
    "gan.discriminator_and_critic": (
        {
            "real_mean": -1,
            "real_deviation": 1,
            "fake_mean": 2,
            "fake_deviation": HALF,
            "real_samples": (-2, 0),
            "fake_samples": (Fraction(3, 2),),
        },
        {"fake_deviation": 1},
    ),
    "divergence.kl_integrand": (
        {"first_mean": 0, "first_deviation": 1, "second_mean": 1, "second_deviation": 2},
        {"second_mean": HALF},
    ),
    "diffusion.noise_schedule": (
        {"betas": (Fraction(1, 10), Fraction(1, 5), HALF)},
        {"betas": (Fraction(1, 10), Fraction(1, 4), HALF)},
    ),
    "evaluation.neighbourhoods": (
        {"real": ((0, 0), (2, 1), (4, 5)), "generated": ((1, 1), (3, HALF), (9, 4)), "k": 1},
        {"k": 2},
    ),
    "flow.affine_coupling": (
        {"scale_slope": HALF, "scale_offset": 0, "shift_slope": 1, "shift_offset": 0},
        {"scale_slope": -HALF},
    ),
    "flow.planar": (
        {"direction": (1, HALF), "weight": (1, 1), "offset": 0},
        {"direction": (1, -HALF)},
    ),
    "transport.errors": (
        {"first": (0.5, 0.15, 0.04, 0.01, 0.002), "second": (0.2, 0.1, 0.06, 0.03, 0.015)},
        {"second": (0.2, 0.1, 0.06, 0.03, 0.014)},
    ),
    "transport.pairs": (
        {"starts": (0, 4, -2), "ends": (5, -1, HALF)},
        {"ends": (5, -1, 1)},
    ),
    "scaling.isoflop_curves": (
        {"alpha": HALF, "beta": Fraction(3, 10), "first_best": 8, "budgets": (18, 20, 22)},
        {"alpha": Fraction(2, 5)},
    ),
    "variational.posterior_and_approximation": (
        {
            "weights": (2, 1),
            "means": (-2, 2),
            "deviations": (1, HALF),
            "approximation_mean": 0,
            "approximation_deviation": 2,
        },
        {"approximation_deviation": 1},
    ),
}
X = Symbol("x")
PARABOLA = Sum((Power(X, Number(2)), Number(-2)))
CASES |= {
    "data.bars": ({"heights": (3, -HALF), "labels": ("a", "b")}, {"heights": (3, HALF)}),
    "data.boxplot": (
        {"samples": ((1, 2, 3, 4, 20), (2, 5, 6, 7)), "labels": ("A", "B"), "low": 0, "high": 22},
        {"samples": ((1, 2, 3, 5, 20), (2, 5, 6, 7))},
    ),
    "data.histogram": (
        {"sample": (1, 2, HALF, 4), "edges": (0, 1, 2, 4)},
        {"sample": (1, 1, HALF, 4)},
    ),
    "data.lines": (
        {"x": (0, 1, 2), "series": ((3, 2, 1), (3, 3, 2)), "labels": ("one", "two")},
        {"series": ((3, 2, 1), (3, 3, HALF))},
    ),
    "data.scatter": ({"x": (1, 2, 3), "y": (4, HALF, 70_000)}, {"line": (1, HALF)}),
    "graph.directed": (
        {"nodes": 4, "edges": ((0, 1), (1, 0), (2, 3)), "weights": (1, HALF, 3)},
        {"edges": ((0, 1), (1, 0), (3, 2))},
    ),
    "graph.tree": ({"parents": (-1, 0, 0, 1)}, {"parents": (-1, 0, 0, 2)}),
    "plot.functions": (
        {"functions": (PARABOLA, Call("ln", (X,))), "low": -3, "high": 3, "bottom": -4, "top": 6},
        {"functions": PARABOLA},
    ),
}


@cache
def drawn(name: str) -> Mapping[str, bytes]:
    """The files of a figure."""
    return render_figure(name, CASES[name][0]).forms


FIGURES = pytest.mark.parametrize("name", CASES)

UNFIT: list[tuple[str, Values, str]] = [
    ("gan.generator_losses", {"scores": (1,)}, "scores[0] must lie between 0 and 1, it is 1"),
    ("gan.generator_losses", {"scores": HALF}, "scores must be a vector, it is 1/2"),
    ("gan.generator_losses", {"scores": (True,)}, "scores[0] must be a number"),
    (
        "gan.discriminator_and_critic",
        {"real_mean": 0, "real_deviation": 1, "fake_mean": 0, "fake_deviation": 1},
        "the two laws are the same",
    ),
    (
        "divergence.kl_integrand",
        {"first_mean": 0, "first_deviation": 0, "second_mean": 0, "second_deviation": 1},
        "first_deviation must be at least",
    ),
    (
        "divergence.kl_integrand",
        {"first_mean": 0, "first_deviation": 1, "second_mean": 9000, "second_deviation": 1},
        "too narrow",
    ),
    ("diffusion.noise_schedule", {"betas": (HALF,)}, "betas must have 2 to 1000 entries"),
    ("diffusion.noise_schedule", {"betas": (Fraction(99, 100),) * 60}, "leave nothing"),
    ("flow.planar", {"direction": (1,), "weight": (1, 1), "offset": 0}, "must have 2 entries"),
    ("flow.planar", {"direction": (1, 1), "weight": (1, 1)}, "needs an argument 'offset'"),
    ("gan.generator_losses", {"score": (HALF,)}, "did you mean 'scores'?"),
    ("transport.errors", {"first": (1,) * 5, "second": (1,) * 4}, "second must have 5 entries"),
    ("transport.errors", {"first": (0,) * 5, "second": (1,) * 5}, "first must be positive"),
    ("transport.pairs", {"starts": (0,), "ends": (1, 2)}, "ends must have 1 entries"),
    ("transport.pairs", {"starts": (0,), "ends": (0,)}, "must differ"),
    (
        "evaluation.neighbourhoods",
        {"real": ((0, 0), (1, 1)), "generated": ((0, 1), (2, 2)), "k": 2},
        "k must be a whole number below",
    ),
    (
        "scaling.isoflop_curves",
        {"alpha": HALF, "beta": HALF, "first_best": 8, "budgets": (20, 20)},
        "budgets must rise",
    ),
    ("data.scatter", {"x": (1, 2), "y": (1,)}, "y must have 2 entries"),
    ("data.scatter", {"x": (1,), "y": (1,), "x_label": "$\\frac$"}, "that cannot be drawn"),
    ("data.lines", {"x": (2, 1), "series": ((1, 2),)}, "x must rise"),
    ("data.histogram", {"sample": (5,), "edges": (0, 4)}, "must hold the whole sample"),
    ("data.bars", {"heights": (1, 2), "labels": ("a",)}, "labels must have 2 entries"),
    ("data.boxplot", {"samples": (1, 2)}, "samples[0] must be a vector"),
    ("graph.directed", {"nodes": 2, "edges": ((0, 2),)}, "edges[0][1] must be a whole number"),
    ("graph.directed", {"nodes": 2, "edges": ((1, 1),)}, "leads from a node to itself"),
    ("graph.tree", {"parents": (-1, 1)}, "parents[1] must be a whole number from 0 to 0"),
    (
        "plot.functions",
        {"functions": Symbol("x"), "low": 1, "high": 0, "bottom": 0, "top": 1},
        "low must lie below high",
    ),
    (
        "plot.functions",
        {"functions": Sum((X, Symbol("y"))), "low": 0, "high": 1, "bottom": 0, "top": 1},
        "has the variables x, y",
    ),
    (
        "flow.affine_coupling",
        {"scale_slope": 9, "scale_offset": 0, "shift_slope": 0, "shift_offset": 0},
        "too large",
    ),
]


def test_every_figure_is_tested() -> None:
    assert [drawing.name for drawing in all_figures()] == sorted(CASES)


@FIGURES
def test_files_are_valid_small_and_undated(name: str, tmp_path: Path) -> None:
    forms = drawn(name)
    assert set(forms) == {"svg", "pdf"}
    root = etree.fromstring(forms["svg"])
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    # Text as outlines and nothing from elsewhere: the picture looks the same everywhere.
    assert not root.findall(".//{*}text")
    assert not root.findall(".//{*}script")
    links = root.xpath("//@*[local-name()='href']")
    assert all(str(link).startswith("#") for link in links)
    assert forms["pdf"].startswith(b"%PDF-")
    for content in forms.values():
        assert len(content) < 60_000
        assert not re.search(rb"CreationDate|Producer|dc:date|Matplotlib v", content)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext")
@FIGURES
def test_pdf_is_one_page_with_its_labels(name: str, tmp_path: Path) -> None:
    path = tmp_path / "figure.pdf"
    path.write_bytes(drawn(name)["pdf"])
    text = subprocess.run(
        ["pdftotext", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert text.count("\f") == 1
    assert re.search("[A-Za-z𝑝𝑞𝑥𝑧𝛼𝐷𝑡𝑦𝑓]", text)


@FIGURES
def test_other_numbers_give_other_bytes(name: str) -> None:
    values, change = CASES[name]
    first, second = drawn(name), render_figure(name, {**values, **change}).forms
    assert all(first[form] != second[form] for form in ("svg", "pdf"))


def test_bytes_depend_on_numbers_only(tmp_path: Path) -> None:
    """Another process, with other settings, draws the same bytes.

    Every day it draws each third figure, and all where CI proves them.
    """
    names = [*CASES][:: 1 if is_thorough() else 3]
    settings = tmp_path / "matplotlibrc"
    settings.write_text("axes.edgecolor: red\nfont.family: monospace\nsvg.fonttype: none\n")
    code = (
        "import hashlib\n"
        "from fractions import Fraction\n"
        "from qgen.document.formula import *\n"
        "from qgen.figures.rendering import render_figure\n"
        f"for name, values in {[(name, CASES[name][0]) for name in names]!r}:\n"
        "    forms = render_figure(name, values).forms\n"
        "    print(hashlib.sha256(forms['svg'] + forms['pdf']).hexdigest())\n"
    )
    other = subprocess.run(
        [sys.executable, "-c", code],
        env={
            "MATPLOTLIBRC": str(settings),
            # The list of the machine's fonts, which is dear to make, lies there.
            "MPLCONFIGDIR": mpl.get_cachedir(),
            "PYTHONHASHSEED": "7",
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    digests = [hashlib.sha256(drawn(name)["svg"] + drawn(name)["pdf"]) for name in names]
    assert other == [each.hexdigest() for each in digests]


def test_equal_numbers_give_equal_bytes_however_they_are_held() -> None:
    values = CASES["divergence.kl_integrand"][0]
    rounded = {name: float(value) for name, value in values.items()}
    assert render_figure("divergence.kl_integrand", rounded).forms == drawn(
        "divergence.kl_integrand"
    )


def test_drawing_leaves_matplotlib_as_it_was() -> None:
    with mpl.rc_context({"font.size": 23.0}):
        render_figure("gan.generator_losses", {})
        assert mpl.rcParams["font.size"] == 23.0
    assert "matplotlib.pyplot" not in sys.modules or not mpl.pyplot.get_fignums()


@pytest.mark.parametrize(("name", "values", "message"), UNFIT)
def test_unfit_values_are_refused_by_name(name: str, values: Values, message: str) -> None:
    with pytest.raises(FigureFailure, match=re.escape(message)):
        render_figure(name, values)


def test_unknown_name_gives_the_nearest() -> None:
    with pytest.raises(UnknownFigure, match=re.escape("did you mean 'gan.generator_losses'?")):
        find_figure("gan.generator_loses")


def test_a_name_is_registered_once_and_in_its_own_module() -> None:
    def function() -> None: ...

    with pytest.raises(ValueError, match=r"must be named 'test_drawings\.'"):
        figure("gan.other")(function)
    function.__module__ = "qgen.figures.gan"
    find_figure("gan.generator_losses")
    with pytest.raises(ValueError, match="two figures"):
        figure("gan.generator_losses")(function)


def test_looking_up_a_figure_does_not_load_matplotlib() -> None:
    code = (
        "import sys\nfrom qgen.figures.registry import all_figures\n"
        "assert all_figures()\nprint(sorted({'matplotlib', 'numpy'} & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert shown.strip() == "[]"


def test_a_schedule_that_barely_begins_is_drawn() -> None:
    """1 minus a tiny variance is 1 in double precision; its noise is still more than nothing."""
    forms = render_figure("diffusion.noise_schedule", {"betas": (1e-17, HALF)}).forms
    assert etree.fromstring(forms["svg"]) is not None
