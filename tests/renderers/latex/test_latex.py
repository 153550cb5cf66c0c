"""Papers as LaTeX source: what they hold, what they must not hold, and what they cannot carry."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.answers import Numeric, Open, Option, RubricLine, SingleChoice, Tolerance
from qgen.document.exam import Asset, Item, Paper, Section
from qgen.document.formats import LatexOptions
from qgen.document.problem import Problem
from qgen.document.richtext import (
    Block,
    BulletList,
    DisplayMath,
    Hole,
    Image,
    Math,
    Paragraph,
    Passage,
    RichText,
    Table,
    Text,
    passage_of,
)
from qgen.renderers.latex.characters import escape, escape_code, unprintable
from qgen.renderers.latex.math import COMMANDS, forbidden_commands, formula_source
from qgen.renderers.latex.text import LatexPassageWriter, asset_name
from qgen.renderers.wording import points_number
from tests import samples
from tests.written import losses, render

BOTH, PAPERS = LatexOptions(), LatexOptions(solutions=False)


def exam_with(*items: Item, papers: tuple[str, ...] = ("A",)) -> samples.SampleExam:
    sections = (Section("Questions", None, items),)
    return replace(samples.exam(), papers=tuple(Paper(label, None, sections) for label in papers))


def source(exam: samples.SampleExam, name: str = "paper-A.tex") -> str:
    return render(exam, BOTH).files[name].decode()


def body(text: str) -> str:
    return text.partition(r"\begin{document}")[2]


def text_of(*blocks: Block) -> str:
    return LatexPassageWriter().write(Passage(RichText(blocks)))


# Which files there are.


def test_each_paper_has_a_source_and_solutions_if_wanted() -> None:
    assert list(render(samples.exam(), BOTH).files) == [
        "paper-A.tex",
        "solutions-A.tex",
        "assets/picture.png",
        "paper-B.tex",
        "solutions-B.tex",
    ]
    assert list(render(samples.exam(), PAPERS).files) == [
        "paper-A.tex",
        "assets/picture.png",
        "paper-B.tex",
    ]


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert render(samples.exam(), BOTH) == render(samples.exam(), BOTH)


def test_pictures_of_one_name_but_other_content_are_kept_apart() -> None:
    first, second = samples.item("numeric"), samples.item("open")
    other = samples.PNG + b"\0"
    second = replace(second, assets={"picture": Asset("picture", {"png": other})})
    files = render(exam_with(first, second), PAPERS).files
    assert files["assets/picture.png"] == samples.PNG
    assert files["assets/picture-2.png"] == other
    shown = re.findall(r"\\examfile\{picture\}\{(.*?)\}", source(exam_with(first, second)))
    assert shown == ["assets/picture.png", "assets/picture-2.png"]


def test_the_preamble_is_the_same_in_all_files_of_an_exam() -> None:
    files = render(samples.exam(), BOTH).files
    texts = [content for name, content in files.items() if name.endswith(".tex")]
    assert len({bytes(text).partition(b"\\begin{document}")[0] for text in texts}) == 1  # type: ignore[arg-type]


# What a paper says, and what it keeps to itself.


def secret(label: str) -> Passage:
    return passage_of(f"Secret {label}.")


def test_a_paper_never_tells_key_feedback_explanation_or_rubric() -> None:
    for kind in samples.KINDS:
        item = samples.item(kind, stem=passage_of("The stem."))
        paper = body(source(exam_with(item)))
        for told in (
            "Why it is right",
            "This swaps the two",
            "It follows from A",
            "B contradicts it",
            "That is the standard deviation",
            "0.0588",
            r"\frac{1}{17}",
            "The square does not belong",
            r"3 x_1",
            "evidence",
            "ELBO",
            "Names the joint law",
            "Gives a reason",
            "worked solution",
            "Explanation",
            "Sample ",
            "samples.yaml",
            "examcircled",
            "examticked",
            "correct",
            r"\examkey",
        ):
            assert told not in paper, (kind, told)


def test_a_paper_does_not_depend_on_the_key() -> None:
    def item(right: int) -> Item:
        options = tuple(
            Option(passage_of(f"option {index}"), index == right, secret(str(index)))
            for index in range(3)
        )
        return replace(samples.item("single_choice"), parts=samples.sole(SingleChoice(options)))

    papers = [source(exam_with(item(right))) for right in range(3)]
    assert papers[0] == papers[1] == papers[2]
    keys = [source(exam_with(item(right)), "solutions-A.tex") for right in range(3)]
    assert len(set(keys)) == 3


def test_solutions_tell_everything_that_a_marker_needs() -> None:
    text = body(source(samples.exam(), "solutions-A.tex"))
    for told in (
        r"\examoption{\examcircled}{A} the right one",
        r"\examoption{\examticked}{C} a second true statement",
        "Why it is right.",
        "This swaps the two.",
        r"\(\frac{1}{17} \approx 0.0588235\)~nats",
        r"accepted from \(0.0582353\) to \(0.0594118\)",
        "That is the standard deviation.",
        r"\(\frac{3 x_1 - 4 x_2 - 2}{26}\)",
        "The square does not belong here.",
        "evidence lower bound; ELBO",
        "Only a bound of it.",
        r"\examlabel{0.5 points: }Gives a reason.",
        "The worked solution of the open question.",
        "Explanation of the part.",
    ):
        assert told in text, told


def test_the_head_of_a_paper() -> None:
    text = body(source(samples.exam(), "paper-B.tex"))
    assert r"\examtitle{Course 1}{Samples \& more}" in text
    points = f"{points_number(samples.exam().papers[1].points)} points"
    for fact in ("Version B", "December 4, 2026", "90 minutes", points, r"Pass mark: 80\%"):
        assert fact in text
    assert r"Name:\enspace Ada O'Neil \& co" in text
    assert "1.5 points" in text
    assert "1 point)" in text


def test_many_questions_are_summed_up_by_section() -> None:
    items = tuple(samples.item("numeric") for _ in range(12))
    grades = re.search(r"\\examsectiongrades(.*?)\n}\n", source(exam_with(*items)), re.DOTALL)
    assert grades is not None
    assert "Questions & 1--12 & 24 & " in grades[1]


def test_points_that_do_not_end_are_printed_as_fractions() -> None:
    item = replace(samples.item("numeric"), points=Fraction(1, 3))
    assert r"\(\frac{1}{3}\) points" in source(exam_with(item))


@pytest.mark.parametrize(("language", "word"), [("de", "Matrikelnummer"), ("zh-CN", "学")])
def test_other_languages(language: str, word: str) -> None:
    text = source(replace(exam_with(samples.item("open")), language=language))
    assert word in text
    assert text.startswith("% !TeX program = lualatex") == (language == "zh-CN")


def test_a_language_without_labels_is_an_error() -> None:
    with pytest.raises(LookupError, match="'tlh'"):
        render(replace(samples.exam(), language="tlh"), BOTH)


# Text.


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("50% & $5 #1 a_b", r"50\% \& \$5 \#1 a\_b"),
        ("x^2 ~ y", r"x\textasciicircum{}2 \textasciitilde{} y"),
        ("−3", r"\ensuremath{-}3"),
        (
            "a--b ''c'' <<d>>",
            r"a-{}-b '{}'c'{}' \textless{}\textless{}d\textgreater{}\textgreater{}",
        ),
        ("α ≤ ℝ", r"\ensuremath{\alpha} \ensuremath{\leq} \ensuremath{\mathbb{R}}"),
        ("naïve – “so”", "naïve – “so”"),
        ("e\u0301", "é"),
        ("ệ", r"\d{\^{e}}"),
        ("a\u00a0b", "a~b"),
        ("\x07", r"\examunknown{0007}"),
        ("😀", r"\examunknown{1F600}"),
        ("中文。", r"\examcjk{中\examgap{}文。}"),
    ],
)
def test_escaping(text: str, written: str) -> None:
    assert escape(text) == written


@pytest.mark.slow
@given(st.text())
def test_escaped_text_has_only_our_own_commands(text: str) -> None:
    for written in (escape(text), escape_code(text)):
        bare = re.sub(r"\\ensuremath\{\S*?\}+|\\(?:[A-Za-z]+|.)", "", written)
        assert bare.count("{") == bare.count("}")
        assert not set("%#&$_^\\\n\0") & set(bare)


def test_code_keeps_its_blanks_and_may_break() -> None:
    assert escape_code("a  b") == r"a\ \ b"
    assert r"\allowbreak{}" in escape_code("f(x,y)")
    assert escape_code("a" * 45).count(r"\allowbreak{}") == 25


def test_unprintable_characters_are_named_once() -> None:
    assert unprintable("ok naïve α 中 −") == []
    assert unprintable("😀a😀\x07") == ["😀", "\x07"]


def test_picture_names_stay_distinct() -> None:
    assert len({asset_name(name) for name in ("a b", "a.b", "a_b", "a-b", "a.20.b")}) == 5


def test_a_table_wider_than_the_page_sets_its_long_cells_in_lines() -> None:
    row = ((Text("x"),), (Text("word " * 30),))
    wide = text_of(Table(("left", "right"), ((Text("a"),), (Text("b"),)), (row,)))
    assert re.search(
        r"\{@\{\}l>\{\\raggedleft\\arraybackslash\}p\{0\.\d+\\linewidth\}@\{\}\}", wide
    )
    headless = text_of(Table(("left", "right"), ((), ()), (((Text("x"),), (Text("y"),)),)))
    assert r"{@{}lr@{}}" in headless
    assert r"\midrule" not in headless


def test_lists_nested_deeper_than_tex_can_are_still_written() -> None:
    block: Block = Paragraph((Text("deep"),))
    for _ in range(9):
        block = BulletList(((block,),))
    written = text_of(block)
    assert written.count(r"\begin{examlist}") == 3
    assert "deep" in written


# Formulas.


def test_what_the_formulas_of_exams_use_is_allowed() -> None:
    for tex in (
        r"\mathrm{KL}(q \,\|\, p) = \int q(z) \log \frac{q(z)}{p(z)}\,dz",
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
        r"\left\{ x \in \mathbb{R} : \lVert x \rVert_2 \le 1 \right\}",
        r"\operatorname*{arg\,max}_\theta \mathbb{E}_{x \sim p}[\ln q_\theta(x)]",
        r"f(x) = \begin{cases} 1 & \text{if } x > 0 \\0 & \text{otherwise}\end{cases}",
        r"a\\input",
    ):
        assert forbidden_commands(tex) == (), tex


@pytest.mark.parametrize(
    ("tex", "found"),
    [
        (r"\input{/etc/passwd}", (r"\input",)),
        (r"\immediate\write18{ls}", (r"\immediate", r"\write")),
        (r"\csname input\endcsname", (r"\csname", r"\endcsname")),
        (r"\catcode`\@=11", (r"\catcode",)),
        (r"\openin1=x \read1 to\x", (r"\openin", r"\read")),
        (r"\def\x{1}\x", (r"\def",)),
        (r"^^5cinput{x}", ("^^",)),
        (r"x$ \$ $", ("$",)),
        (r"x\) y", (r"\)",)),
        (r"x} {y", ("}",)),
        (r"{x", ("{",)),
        ("x # y", ("#",)),
        (r"\begin{filecontents}x\end{filecontents}", (r"\begin{filecontents}",)),
        (r"\begin {document}", (r"\begin{document}",)),
        (r"\begin\x", (r"\begin{}",)),
        ("x\\", ("\\",)),
    ],
)
def test_what_a_formula_must_not_hold(tex: str, found: tuple[str, ...]) -> None:
    assert set(found) <= set(forbidden_commands(tex))
    assert formula_source(tex) is None


def test_no_allowed_command_reads_writes_or_defines() -> None:
    dangerous = (
        "input include openin openout read readline write write18 immediate special csname "
        "endcsname catcode def edef gdef xdef let newcommand renewcommand providecommand "
        "DeclareMathOperator usepackage RequirePackage expandafter loop char directlua "
        "pdfobj pdffiledump includegraphics verbatiminput lstinputlisting everypar mathcode "
        "scantokens jobname futurelet makeatletter endlinechar lowercase uppercase"
    )
    assert not COMMANDS & set(dangerous.split())


def test_a_command_that_a_drawn_value_completes_is_found() -> None:
    stem = Passage(RichText((Paragraph((Math(("\\inp", Hole(0))),)),)), ("ut{secret}",))
    item = samples.item("numeric", stem=stem)
    problem = next(loss for loss in losses(item, BOTH) if loss.code == "latex-command")
    assert problem.severity == "error"
    assert problem.place == item.header.place
    assert r"\input{secret}" not in source(exam_with(item))


def test_formulas_lose_comments_and_numbered_displays() -> None:
    assert formula_source("a % rest } \n+ b") == "a + b"
    assert formula_source(r"\begin{align*} a &= b \end{align*}") == (
        r"\begin{aligned} a &= b \end{aligned}"
    )
    assert formula_source("x ≤ α") == r"x {\ensuremath{\leq}} {\ensuremath{\alpha}}"
    assert text_of(DisplayMath((r"\input{x}",))).startswith(r"\examcode{")


# Losses.


def codes(item: Item, options: LatexOptions = BOTH) -> list[str]:
    return [problem.code for problem in losses(item, options)]


@pytest.mark.parametrize("kind", samples.KINDS)
def test_no_sample_loses_anything(kind: str) -> None:
    assert losses(samples.item(kind), BOTH) == []


def test_a_picture_without_a_form_for_tex_is_a_loss_and_its_words_are_printed() -> None:
    stem = Passage(RichText((Paragraph((Image("curve", ("A rising curve",)),)),)))
    item = replace(
        samples.item("open", stem=stem), assets={"curve": Asset("curve", {"svg": b"<svg/>"})}
    )
    assert codes(item) == ["latex-image"]
    text = source(exam_with(item))
    assert r"\examimage{curve}{A rising curve}" in text
    assert r"\examfile{curve}" not in text


def test_a_character_without_a_glyph_is_a_loss_where_it_is_printed() -> None:
    rubric = Open((RubricLine(Fraction(1), passage_of("well done 😀")),), 2)
    item = replace(samples.item("open"), parts=samples.sole(rubric))
    assert codes(item) == ["latex-character"]
    assert codes(item, PAPERS) == []
    unit = Numeric(1, Tolerance("absolute", Fraction(0)), "🍎")
    assert codes(replace(item, parts=samples.sole(unit)), PAPERS) == ["latex-character"]


def test_the_exams_own_texts_are_checked_by_render() -> None:
    problems = render(replace(samples.exam(), title="Exam 😀"), BOTH).problems
    assert [problem.code for problem in problems] == ["latex-character"]
    assert all(isinstance(problem, Problem) for problem in problems)
