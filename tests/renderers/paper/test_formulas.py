"""Formulas in papers: every one of the shipped bank, the hard cases, and what nobody thought of."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.richtext import DisplayMath, Math, Passage, closed, join_parts, walk
from qgen.renderers.math_markup import MathMarkup, Unconvertible
from qgen.renderers.paper.formula_signs import LINE, OVER_ACCENTS
from qgen.renderers.paper.formulas import FormulaWriter
from qgen.renderers.paper.text import Surroundings
from tests.renderers.paper.pages import (
    assert_compiles,
    characters,
    compiled,
    needs_poppler,
    read_back,
)
from tests.renderers.paper.shipped import shipped

HARD = [
    r"f(x)=\begin{cases} x^2 & \text{if } x>0\\ \frac12 & \text{otherwise}\end{cases}",
    r"\begin{aligned} a+b&=c\\ &=d+\frac{e}{f}\\ x &\le -y \end{aligned}",
    r"\begin{pmatrix}1&-2\\ \frac13&4\end{pmatrix}\begin{bmatrix}a\\b\end{bmatrix}",
    r"\left. \frac{\partial f}{\partial x} \right|_{x=0} + \left\| \frac{a}{b}\right\|^2",
    r"\bigl(x\bigr) \Bigl[\frac{a}{b}\Bigr] \biggl\{y\biggr\} \Big/ \bigl| y \bigr| \big(z\big)",
    r"\vec{x} \vec{AB} \hat{x} \widehat{xyz} \bar{x} \tilde{x} \dot{x} \ddot{x} \check{x}",
    r"\overline{x+y} \underline{x+y} \overrightarrow{AB}",
    r"x_2' + x'_2 + f''(x) + g'^2 + x_{n}^{\prime\prime}",
    r"\underbrace{a+b+c}_{n\text{ terms}} + \overbrace{x+y}^{m} + \underset{\theta}{\max} f",
    r"\operatorname*{arg\,max}_{\theta\in\Theta} f(\theta) + \operatorname{tr} A",
    r"{\color{red}x+y}=\textcolor{blue}{z^2}",
    r"\text{words } x,\ \textbf{bold}\ \textit{italic}\ \texttt{code}\ \textsf{sans}\ \emph{so}",
    r"\mathcal{N}(\mu,\Sigma)\,\mathbb{E}\,\mathbf{x}\,\boldsymbol{\mu}\,\mathfrak{g}\,\mathsf{a}",
    r"a\,b\;c\quad d\!e~f\ g\qquad h\hspace{1cm}i",
    r"\left( \frac12 \middle| \frac{x}{y} \right)",
    r"a \not= b \ne c, a\notin B, p \propto q",
    r"\boxed{x=\frac12} \cancel{x} \binom{n}{k} \genfrac{[}{]}{0pt}{}{a}{b} \sqrt[3]{x}",
    r"a\xrightarrow{n\to\infty} b \xleftarrow[c]{d} e",
    r"\begin{array}{|l|r|}\hline a & -1\\ \hline bcd & 22\\ \hline\end{array}",
    r"1{,}000 + 1,5 : 3 f\colon A\to B, x := 3, x_1,\ldots,x_n",
    r"\sum_{i=1}^n \int_0^1 \prod\nolimits_i \int\limits_0^1 \lim_{x\to0} {}_nC_k",
    r"\displaystyle\sum_i {\scriptstyle x} \dfrac12 \tfrac12 \cfrac{1}{2}",
    r"\begin{multline}a\\b\\c\end{multline}",
    r"\begin{align} a &= b & c &= d \\ e &= f & g &= h \end{align}",
]


def source(tex: str, *, is_display: bool = False) -> str:
    written = FormulaWriter().write(tex, is_display=is_display)
    assert isinstance(written, str), written
    return written


def expected(tex: str, *, is_display: bool) -> Counter[str]:
    """The characters of a formula as math-core reads them, in the accents that Typst prints."""
    markup = MathMarkup().convert(tex, is_display=is_display)
    assert isinstance(markup, str), markup
    return characters("".join(_printed(fromstring(markup))))


def _printed(element: Element) -> Iterator[str]:
    if element.tag in ("msqrt", "mroot"):
        yield "√"
    if element.tag == "mphantom":
        return
    yield element.text or ""
    accent = element.get("accent") == "true" or element.get("accentunder") == "true"
    for index, child in enumerate(element):
        if not (accent and index):
            yield from _printed(child)
        elif child.text != LINE:  # a rule, and no character
            yield OVER_ACCENTS.get(child.text or "", child.text or "")


def passages_of(value: object) -> Iterator[Passage]:
    """Every text of an item, wherever it stands."""
    if isinstance(value, Passage):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from passages_of(each)
    elif is_dataclass(value):
        for each in fields(value):
            yield from passages_of(getattr(value, each.name))


def bank_formulas() -> list[tuple[str, bool]]:
    """Every formula that a variant of each shipped question prints."""
    nodes = (node for passage in passages_of(shipped()) for node in walk(closed(passage)))
    found = (
        (join_parts(node.parts, ()), isinstance(node, DisplayMath))
        for node in nodes
        if isinstance(node, (Math, DisplayMath))
    )
    return list(dict.fromkeys(found))


def assert_read_back(formulas: list[tuple[str, bool]]) -> None:
    surroundings = Surroundings()
    pieces = [surroundings.formula(tex, is_display=is_display) for tex, is_display in formulas]
    assert surroundings.problems == {}
    for (tex, is_display), page in zip(formulas, read_back(pieces), strict=True):
        assert characters(page) == expected(tex, is_display=is_display), tex


@needs_poppler
@pytest.mark.tex
def test_every_formula_of_the_shipped_bank_prints_its_characters() -> None:
    formulas = bank_formulas()
    assert len(formulas) > 2000
    assert_read_back(formulas)


@needs_poppler
@pytest.mark.tex
def test_hard_formulas_print_their_characters() -> None:
    easy = [tex for tex in HARD if not any(name in tex for name in ("brace", "arrow", "[3]"))]
    assert len(easy) == len(HARD) - 4
    assert_read_back([(tex, is_display) for tex in easy for is_display in (False, True)])


@pytest.mark.parametrize("tex", HARD)
@pytest.mark.parametrize("is_display", [False, True])
def test_hard_formulas_compile(tex: str, is_display: bool) -> None:
    assert compiled(Surroundings().formula(tex, is_display=is_display))


@pytest.mark.parametrize(
    ("tex", "written"),
    [
        ("x", "x"),
        ("ab", "a b"),
        ("3.14x", "3.14 x"),
        ("x-y", r"x\u{2212}y"),
        ("-x", r'class("normal", \u{2212})x'),
        (r"\#x", r'class("normal", \u{23})x'),
        ("x_2'", r"attach(x, b: 2, t: \u{2032})"),
        (r"\vec{x}", r"accent(x, \u{20d7})"),
        (r"\hat{xy}", r"accent(x y, \u{302}, size: #0%)"),
        (r"\widehat{xy}", r"accent(x y, \u{302})"),
        (r"\overline{x}", "overline(x)"),
        (r"\underbrace{x}_{n}", "underbrace(x, n)"),
        (r"\mathcal{N}", "cal(N)"),
        (r"\mathrm{x}\Gamma\varGamma", "upright(x)upright(Γ)italic(Γ)"),
        (r"\text{a <b> c}", '"a\xa0<b>\xa0c"'),
        (r"\left.\frac{a}{b}\right|", r"lr(frac(a, b)\u{7c})"),
        (r"\binom{n}{k}", "binom(n, k)"),
        (r"1{,}0", r'1 class("normal", \u{2c})0'),
        (r"\sum\nolimits_i", r"attach(scripts(\u{2211}), b: i)"),
        (r"\int\limits_0", r"attach(limits(\u{222b}), b: 0)"),
        (r"a\,b", "a#h(0.1667em)b"),
        ("", ""),
        ("{}_n C", 'attach("", b: n)C'),
    ],
)
def test_how_formulas_are_written(tex: str, written: str) -> None:
    assert source(tex) == written


def test_brackets_of_a_fixed_size_keep_their_size_and_their_side() -> None:
    assert source(r"\bigl(") == r'class("opening", lr(size: #1.2em, \u{28}))'
    assert source(r"\Biggr]") == r'class("closing", lr(size: #3em, \u{5d}))'


def test_colours_are_kept() -> None:
    assert source(r"\textcolor{red}{x}") == 'tinted("#FF0000", x)'


def test_rules_of_arrays_are_kept() -> None:
    written = source(r"\begin{array}{l|r} a & b\\ \hline c & d\end{array}")
    assert "augment: #(hline: (1,), vline: (1,), stroke: 0.05em)" in written


@pytest.mark.parametrize(
    ("tex", "reason"),
    [
        (r"\frac{1}{", "reached end of input"),
        (r"\nosuchcommand", "nosuchcommand"),
        (r"\raisebox{1pt}{x}", "raised or lowered"),
        (r"\begin{array}{c:c}a&b\end{array}", "dashed"),
        ("x\x01", "no formula can hold"),
        ("x\ud800", "no formula can hold"),
        ("{" * 80 + "x" + "^2}" * 80, "nested deeper than"),
    ],
)
def test_what_cannot_be_written_is_refused_with_a_reason(tex: str, reason: str) -> None:
    found = FormulaWriter().write(tex, is_display=False)
    assert isinstance(found, Unconvertible), found
    assert reason in found.reason


TOKENS = st.sampled_from(
    [
        *"abxyz0123456789.,;:!?+-*/=<>()[]|'\"`@~&^_{}#$%",
        *r"\frac12 \sqrt{x} \alpha \Gamma \mathbf{x} \text{a`b} \bigl( \left( \right)".split(),
        r'\text{a"b}',
        r"\begin{matrix}a&b\end{matrix}",
        r"\sum_i^n",
        r"\hat{x}",
        r"\, ",
        r"\operatorname{f}",
        r"\log ",
        r"\# ",
        r"\$ ",
        r"\_ ",
        r"\% ",
        r"\{ ",
        r"\\",
        "é",
        "漢",
        "\u0301",
    ]
)


@pytest.mark.slow
@given(st.lists(TOKENS, max_size=12).map("".join) | st.text(max_size=12), st.booleans())
def test_any_formula_compiles_or_is_refused(tex: str, is_display: bool) -> None:
    assert_compiles(Surroundings().formula(tex, is_display=is_display))


@given(st.text(st.characters(codec="ascii", exclude_characters="\x7f\\{}$%^_~&#"), max_size=9))
def test_words_in_a_formula_are_one_literal(words: str) -> None:
    written = FormulaWriter().write(rf"\text{{x{words}x}}", is_display=False)
    if isinstance(written, str):
        assert re.fullmatch(r'"x(?:[^"\\]|\\["\\])*x"', written), written
