"""A course's own TeX commands: what they stand for, as LaTeX has it, and what is refused."""

import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.bank.macros import Macro, MacroError, Macros, macros_of
from qgen.bank.yaml_source import Source, read_source

KNOWN: dict[str, Any] = {
    "E": r"\mathbb{E}",
    "RR": r"\mathbb{R}",
    "KL": [r"\mathrm{KL}(#1\,\|\,#2)", 2],
    "half": [r"\frac{#1}{2}", 1],
    "twice": ["#1 + #1", 1],
    "eps": r"\varepsilon",
    "norm": [r"\left\| #1 \right\|", 1],
    "dist": [r"\norm{#1 - #2}", 2],
    "given": r"\mid",
}
FORMULAS = (
    r"\E x + \E[x]",
    r"\E_{x \sim p}\bigl[\log p(x)\bigr]",
    r"\KL{q}{p} \ge 0",
    r"\KL pq",
    r"\KL {q(z \given x)} {p(z)}",
    r"x \in \RR^n",
    r"x^\RR + \twice{\half{x}}",
    r"\half\eps x + \half{\eps}x",
    r"\dist{x}{\half{y}}^2",
    r"\twice\eps\eps",
    r"\begin{aligned} \E x &= \half{1} \\ \KL{p}{p} &= 0 \end{aligned}",
    r"\frac{\E x}{\twice{y}} \{ \eps \}",
    r"\hat\RR + \sqrt \RR + \sqrt[3]\RR + \bar{x}\RR + \mathbf\eps",
    r"\frac\RR2 + \frac1\RR + \frac{1} \RR\RR + \frac{a}{b}\RR + \frac12\RR",
)


def source_of(folder: Path, text: str) -> Source:
    (folder / "macros.yaml").write_text(text, "utf-8")
    source = read_source(folder / "macros.yaml", "macros.yaml")
    assert isinstance(source, Source)
    return source


@pytest.fixture
def macros(tmp_path: Path) -> Macros:
    found, problems = macros_of(KNOWN, source_of(tmp_path, "{}"), ())
    assert problems == []
    return found


def test_arguments_are_groups_or_single_signs(macros: Macros) -> None:
    assert macros.expand(r"\KL{q}{p}") == r"\mathrm{KL}(q\,\|\,p)"
    assert macros.expand(r"\KL q\eps") == r"\mathrm{KL}(q\,\|\,\varepsilon)"
    assert macros.expand(r"\half\eps x") == r"\frac{\varepsilon}{2} x"
    assert macros.expand(r"\twice{\eps}x") == r"\varepsilon + \varepsilon x"
    assert macros.expand("a^\\RR_\\eps") == r"a^{\mathbb{R}}_{\varepsilon}"


def test_what_a_command_takes_is_one_argument(macros: Macros) -> None:
    assert macros.expand(r"\hat\RR\RR") == r"\hat{\mathbb{R}}\mathbb{R}"
    assert macros.expand(r"\frac\RR2\RR") == r"\frac{\mathbb{R}}2\mathbb{R}"
    assert macros.expand(r"\frac1\RR\RR") == r"\frac1{\mathbb{R}}\mathbb{R}"
    assert macros.expand(r"\frac{a{b}} \RR") == r"\frac{a{b}} {\mathbb{R}}"
    assert macros.expand(r"\frac{a}{b}\RR") == r"\frac{a}{b}\mathbb{R}"
    assert macros.expand(r"\sqrt[3] \RR") == r"\sqrt[3] {\mathbb{R}}"
    assert macros.expand(r"[3]\RR") == r"[3]\mathbb{R}"
    assert macros.expand(r"x^ \RR") == r"x^ {\mathbb{R}}"


def test_what_has_no_macro_stays_as_it_is(macros: Macros) -> None:
    for tex in (r"\Ex{2} \\E x", r"\text{a \{b} \Elbo", "", r"\eqref \epsilon \halfway"):
        assert macros.expand(tex) == tex


@pytest.mark.tex
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex")
def test_latex_prints_the_same_for_the_macros_and_for_what_they_stand_for(
    macros: Macros, tmp_path: Path
) -> None:
    defined = "".join(
        rf"\newcommand{{\{name}}}{{{text}}}"
        if isinstance(text, str)
        else rf"\newcommand{{\{name}}}[{text[1]}]{{{text[0]}}}"
        for name, text in KNOWN.items()
    )
    pictures = []
    for job, definitions, formulas in (
        ("own", defined, FORMULAS),
        ("expanded", "", [macros.expand(each) for each in FORMULAS]),
    ):
        shown = "\n\n".join(f"\\[{each}\\]" for each in formulas)
        (tmp_path / f"{job}.tex").write_text(
            r"\documentclass{article}\usepackage{amsmath,amssymb}\pagestyle{empty}"
            rf"{definitions}\begin{{document}}{shown}\end{{document}}"
        )
        for command in (["pdflatex", "-halt-on-error", job], ["pdftoppm", f"{job}.pdf", job]):
            subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
        pictures.append([path.read_bytes() for path in sorted(tmp_path.glob(f"{job}-*.ppm"))])
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("[1]", "1:1", "a mapping"),
        ("E2: x", "1:1", "letters from A to Z"),
        ("a: b\nfrac: x", "2:1", r"'\frac' is a command of LaTeX already"),
        ("mathbb: x", "1:1", "already"),
        ("def: x", "1:1", "already"),
        ("E: 3", "1:4", "its text is missing"),
        ("E: [x]", "1:4", "its text is missing"),
        ("E: [x, true]", "1:4", "its text is missing"),
        ("E: [x, 10]", "1:4", "there are 0 to 9"),
        ('E: ""', "1:4", "1 to 1000 characters"),
        ("E: '#1'", "1:4", "'#1' stands for none of its 0 arguments"),
        ("E: ['#1 #2', 1]", "1:4", "'#2' stands for none of its 1 argument;"),
        ("E: ['# 1', 1]", "1:4", "'#' stands for none"),
        ("E: '{x'", "1:4", "braces do not match"),
        ("E: '}{'", "1:4", "braces do not match"),
        (r"E: '\mathb{E}'", "1:4", r"formulas have no command '\mathb'"),
        (r"E: '\def x'", "1:4", r"formulas have no command '\def'"),
        (r"E: '\E x'", "1:4", "comes to itself"),
        ("PP: '\\QQ'\nQQ: 'a \\RRR'\nRRR: ['\\PP #1', 1]", "1:5", "comes to itself"),
        ("E: '\ue000'", "1:4", "private-use"),
    ],
)
def test_a_wrong_macro_is_told_with_its_place(
    text: str, place: str, said: str, tmp_path: Path
) -> None:
    source = source_of(tmp_path, text)
    found, problems = macros_of(source.data, source, ())
    assert said in problems[0].message
    assert str(problems[0].place) == f"macros.yaml:{place}"
    assert not found.known


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        (r"\KL{q}", r"'\KL' lacks an argument; write \KL{…}{…}"),
        (r"{\half} x", r"'\half' lacks an argument"),
        (r"\half & x", "lacks an argument"),
        (r"\half{x", "has no end"),
    ],
)
def test_a_use_without_its_arguments_is_refused(tex: str, said: str, macros: Macros) -> None:
    with pytest.raises(MacroError) as found:
        macros.expand(tex)
    assert said in str(found.value)


def test_macros_that_grow_without_end_are_stopped(tmp_path: Path) -> None:
    letters = "abcdefghijklmnopqrst"
    bombs = {f"bomb{a}": rf"\bomb{b}\bomb{b}\bomb{b}" for a, b in pairwise(letters)}
    for last in ("x", "{}"):
        found, problems = macros_of({**bombs, "bombt": last}, source_of(tmp_path, "{}"), ())
        assert problems == []
        with pytest.raises(MacroError, match="longer than 20000 signs"):
            found.expand(r"\bomba")
    nested = {"wide": ["#1" * 400, 1]}
    found, _ = macros_of(nested, source_of(tmp_path, "{}"), ())
    with pytest.raises(MacroError, match="longer than"):
        found.expand(r"\wide{" * 30 + "x" + "}" * 30)


SIGNS = st.sampled_from(
    ["\\E", "\\KL", "\\twice", "\\half", "{", "}", "\\{", "\\\\", " ", "x", "1", "^", "#", "\ue000"]
)


@given(st.lists(SIGNS, max_size=30).map("".join))
def test_any_formula_expands_or_is_refused_and_then_has_no_macro(tex: str) -> None:
    known = {"E": Macro((r"\mathbb", "E"), 0), "KL": Macro(("#1", "|", "#2"), 2)}
    found = Macros({**known, "twice": Macro((r"\KL", "#1", "#1"), 1)})
    try:
        expanded = found.expand(tex)
    except MacroError:
        return
    assert not re.search(r"\\(E|KL|twice)(?![A-Za-z])", expanded.replace("\\\\", ""))
