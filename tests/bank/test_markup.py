"""Markdown with formulas and holes, parsed into the document's nodes."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.bank.markup import Handlers, MarkupError, read_markup
from qgen.bank.templates import HoleContext
from qgen.document.richtext import (
    Block,
    BulletList,
    Code,
    CodeBlock,
    DisplayMath,
    Emphasis,
    Heading,
    Hole,
    Image,
    Inline,
    LineBreak,
    Link,
    Math,
    NumberedList,
    Paragraph,
    Passage,
    Quotation,
    RichText,
    Rule,
    Strong,
    Table,
    Text,
    plain_text,
)


@dataclass
class Reading:
    """What came of reading a text, with every call of the handlers."""

    blocks: tuple[Block, ...] = ()
    holes: list[str] = field(default_factory=list)
    contexts: list[HoleContext] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    mistakes: list[MarkupError] = field(default_factory=list)

    @property
    def codes(self) -> list[str]:
        return [mistake.code for mistake in self.mistakes]


def reading(text: str) -> Reading:
    result = Reading()

    def hole(source: str, context: HoleContext, offset: int) -> int:
        result.holes.append(source)
        result.contexts.append(context)
        result.offsets.append(offset)
        return len(result.holes) - 1

    def image(target: str, offset: int) -> str:
        result.pictures.append(target)
        return "picture"

    result.blocks = read_markup(
        text, Handlers(hole, image, lambda target, offset: None, result.mistakes.append)
    ).blocks
    return result


def blocks(text: str) -> tuple[Block, ...]:
    result = reading(text)
    assert result.mistakes == []
    return result.blocks


def line(text: str) -> tuple[Inline, ...]:
    """The inline nodes of a text of one paragraph."""
    (paragraph,) = blocks(text)
    assert isinstance(paragraph, Paragraph)
    return paragraph.children


def par(*nodes: Inline | str) -> Paragraph:
    return Paragraph(tuple(Text(node) if isinstance(node, str) else node for node in nodes))


BLOCKS: list[tuple[str, tuple[Block, ...]]] = [
    ("one\n\ntwo", (par("one"), par("two"))),
    ("# One", (Heading(1, (Text("One"),)),)),
    ("### Three $x$", (Heading(3, (Text("Three "), Math(("x",)))),)),
    ("Title\n=====", (Heading(1, (Text("Title"),)),)),
    ("Title\n---", (Heading(2, (Text("Title"),)),)),
    ("- a\n- b", (BulletList(((par("a"),), (par("b"),))),)),
    ("* a\n\n  more", (BulletList(((par("a"), par("more")),)),)),
    ("- a\n  - b", (BulletList(((par("a"), BulletList(((par("b"),),))),)),)),
    ("3. a\n4. b", (NumberedList(3, ((par("a"),), (par("b"),))),)),
    ("1) a", (NumberedList(1, ((par("a"),),)),)),
    ("0. a", (NumberedList(0, ((par("a"),),)),)),
    ("> a\n> b", (Quotation((par("a", " ", "b"),)),)),
    ("```python\nx < 1\n```", (CodeBlock("x < 1\n", "python"),)),
    ("    indented", (CodeBlock("indented\n", ""),)),
    ("a\n\n***\n\nb", (par("a"), Rule(), par("b"))),
    ("$$\nx^2\n$$", (DisplayMath(("x^2",)),)),
    ("See $$x$$ here", (par("See "), DisplayMath(("x",)), par(" here"))),
    ("$$x$$", (DisplayMath(("x",)),)),
    ("|a|b|\n|:-:|--:|\n|1|$x$|",
     (Table(("center", "right"), ((Text("a"),), (Text("b"),)),
            (((Text("1"),), (Math(("x",)),)),)),)),
    ("a | b\n--|--\n1 | 2",
     (Table(("left", "left"), ((Text("a"),), (Text("b"),)), (((Text("1"),), (Text("2"),)),)),)),
    ("a\nb", (par("a", " ", "b"),)),
    ("", ()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BLOCKS, ids=[row[0][:12] for row in BLOCKS])
def test_blocks(text: str, expected: tuple[Block, ...]) -> None:
    assert blocks(text) == expected


def test_a_displayed_formula_amid_a_paragraph_ends_it() -> None:
    before, formula, after = blocks("First\n$$x$$\nthen.")
    assert isinstance(formula, DisplayMath)
    assert plain_text(Passage(read_text(before))) == "First"
    assert plain_text(Passage(read_text(after))) == "then."


def read_text(*nodes: Block) -> RichText:
    return RichText(nodes)


INLINES: list[tuple[str, tuple[Inline, ...]]] = [
    ("*a*", (Emphasis((Text("a"),)),)),
    ("_a_", (Emphasis((Text("a"),)),)),
    ("**a *b***", (Strong((Text("a "), Emphasis((Text("b"),)))),)),
    ("`a  <b>`", (Code("a  <b>"),)),
    ("``a`b``", (Code("a`b"),)),
    ("[a](https://x.org)", (Link("https://x.org", (Text("a"),)),)),
    ("<https://x.org>", (Link("https://x.org", (Text("https://x.org"),)),)),
    ("a\\\nb", (Text("a"), LineBreak(), Text("b"))),
    ("a  \nb", (Text("a"), LineBreak(), Text("b"))),
    ("$x_1$", (Math(("x_1",)),)),
    ("$ x $", (Math(("x",)),)),
    ("a $x$, $y$.", (Text("a "), Math(("x",)), Text(", "), Math(("y",)), Text("."))),
    ("costs \\$5", (Text("costs "), Text("$"), Text("5"))),
    ("a &amp; &lt;", (Text("a "), Text("&"), Text(" "), Text("<"))),
    ("snake_case_name", (Text("snake_case_name"),)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), INLINES, ids=[row[0] for row in INLINES])
def test_inline(text: str, expected: tuple[Inline, ...]) -> None:
    assert _merged(line(text)) == _merged(expected)


def _merged(nodes: tuple[Inline, ...]) -> list[Inline]:
    merged: list[Inline] = []
    for node in nodes:
        if merged and isinstance(node, Text) and isinstance(merged[-1], Text):
            merged[-1] = Text(merged[-1].text + node.text)
        else:
            merged.append(node)
    return merged


@pytest.mark.parametrize(
    "text",
    ["<b>bold</b>", "a <br> b", "<script>alert(1)</script>", "<!-- a -->", "<div>\nx\n</div>",
     "<img src=x onerror=y>", "<?php x ?>", "a<b and b>c", "<![CDATA[x]]>"],
)  # fmt: skip
def test_html_is_text(text: str) -> None:
    assert plain_text(Passage(read_text(*blocks(text)))) == " ".join(text.split())


def test_a_link_cannot_run_code() -> None:
    for target in ("javascript:alert(1)", "vbscript:x", "data:text/html,x", "JaVaScript:x"):
        assert reading(f"[a]({target})").codes == ["link"]


class TestHoles:
    @pytest.mark.parametrize(
        "text",
        ["{{ a * b }} and {{ c * d }}", "{{ a_1 }} or {{ b_2 }}", "x {{ '`' }} y {{ '`' }}",
         "{{ a[0] }}({{ b }})", "{{ '<b>' }}", "{{ a | num(3) }} | {{ b }}", "{{ '$' }} {{ '$' }}"],
    )  # fmt: skip
    def test_signs_of_markdown_inside_a_hole_are_none(self, text: str) -> None:
        result = reading(text)
        assert result.mistakes == []
        (paragraph,) = result.blocks
        assert isinstance(paragraph, Paragraph)
        assert [node for node in paragraph.children if isinstance(node, Hole)] == [
            Hole(0),
            Hole(1),
        ][: len(result.holes)]
        assert all(isinstance(node, (Hole, Text)) for node in paragraph.children)
        assert len(result.holes) == text.count("{{")

    def test_holes_keep_what_stands_around_them(self) -> None:
        assert line("a{{ x }}b") == (Text("a"), Hole(0), Text("b"))
        assert line("**{{ x }}**") == (Strong((Hole(0),)),)
        assert line("*{{ x }}*y") == (Emphasis((Hole(0),)), Text("y"))
        assert line("[{{ x }}](https://x.org)") == (Link("https://x.org", (Hole(0),)),)
        assert line("$a {{ x }} b$") == (Math(("a ", Hole(0), " b")),)
        assert blocks("$$a {{ x }}$$") == (DisplayMath(("a ", Hole(0))),)
        assert blocks("# {{ x }}") == (Heading(1, (Hole(0),)),)

    def test_a_hole_in_a_table(self) -> None:
        (table,) = blocks("| {{ a | frac }} | b |\n|--|--|\n| ${{ b }}$ | {{ c }} |")
        assert isinstance(table, Table)
        assert table.header == ((Hole(0),), (Text("b"),))
        assert table.rows == (((Math((Hole(1),)),), (Hole(2),)),)

    def test_braces_of_tex_are_no_holes(self) -> None:
        for text in ("$x^{ {y} }$", "$\\frac{1}{2}$", "${a}$", "$\\{a\\}$"):
            assert reading(text).holes == []
        result = reading("$\\frac{ {{ a }} }{{{ b }}}$")
        assert result.holes == ["a", "b"]
        assert result.blocks == (par(Math(("\\frac{ ", Hole(0), " }{", Hole(1), "}"))),)
        # Two braces always open a hole; what stands in it is then refused as an expression.
        assert reading("$x^{{y}}$").holes == ["y"]

    def test_offsets_are_those_of_the_braces(self) -> None:
        text = "é {{ a }} and\n\n- ${{ b\n }} + {{ c }}$\n\n| {{ d }} |\n|--|\n"
        result = reading(text)
        assert [text[offset:][:4] for offset in result.offsets] == ["{{ a", "{{ b", "{{ c", "{{ d"]

    def test_sources_come_in_one_line(self) -> None:
        assert reading("{{ a +\n   b }}").holes == ["a + b"]

    @pytest.mark.parametrize(
        ("text", "where"),
        [
            ("`{{ a }}`", "code"),
            ("[x]({{ a }})", "a link's target"),
            ("[x](https://x.org/{{a}})", "a link's target"),
            ("![x]({{a}}.png)", "a picture's name"),
        ],
    )
    def test_no_holes_in(self, text: str, where: str) -> None:
        result = reading(text)
        assert [str(each) for each in result.mistakes] == [f"a hole cannot stand inside {where}"]
        assert text[result.mistakes[0].offset :].startswith("{{")

    def test_characters_that_could_pass_for_a_hole(self) -> None:
        for text in ("a \ue000 b", "a &#xE000; b", "a &#57344; b", "$\uf8ff$", "[x](y&#xe001;z)"):
            result = reading(text)
            assert result.codes == ["private-character"]
            assert result.holes == []
        assert _merged(line("&#65;&#x42;")) == [Text("AB")]

    @pytest.mark.slow
    def test_many_holes(self) -> None:
        assert len(reading("{{ a }} " * 6400).holes) == 6400
        assert reading("{{ a }} " * 6402).codes == ["too-many-holes"] * 2


@pytest.mark.parametrize(
    "target",
    ["notes.pdf", "../notes.pdf", "//host/x", "file:///x", "#part", "http:x", "javascript:a", "<>"],
)
def test_a_link_that_no_format_can_follow(target: str) -> None:
    result = reading(f"One.\n\nSee [the notes]({target}).")
    assert result.codes == ["link"]
    assert "leads nowhere" in str(result.mistakes[0])
    assert result.mistakes[0].offset == len("One.\n\n")


class TestPictures:
    def test_a_picture(self) -> None:
        result = reading("![two curves](plots/kl.png)")
        assert result.pictures == ["plots/kl.png"]
        assert result.blocks == (par(Image("picture", ("two curves",))),)

    def test_names_with_blanks(self) -> None:
        assert reading("![x](<my plot ä.png>)").pictures == ["my plot ä.png"]

    def test_words_tell_the_values(self) -> None:
        result = reading("![from {{ a }} to {{b}}](y.png)")
        assert result.mistakes == []
        words = ("from ", Hole(0), " to ", Hole(1))
        assert result.blocks == (par(Image("picture", words)),)
        assert result.holes == ["a", "b"]

    @pytest.mark.parametrize("alternative", ["", "  "])
    def test_without_words(self, alternative: str) -> None:
        assert reading(f"![{alternative}](a.png)").codes == ["alternative-text"]


class TestFormulas:
    @pytest.mark.parametrize(
        "source",
        ["\\frac{1}{", "\\unknowncommand x", "x^1^2", "\\left( x", "\\begin{pmatrix} 1",
         "\\def\\a{1} \\a", "\\newcommand{\\a}{1}", "\\input{x}", "\\write18{ls}",
         "10%", "50 % 3", "\\text{10%}", "a \\\\% b"],
    )  # fmt: skip
    @pytest.mark.parametrize("delimiters", ["${}$", "$$\n{}\n$$", "- ${}$"])
    def test_what_cannot_be_typeset_is_reported(self, source: str, delimiters: str) -> None:
        text = "First.\n\n" + delimiters.replace("{}", source)
        result = reading(text)
        assert result.codes == ["math"]
        assert result.mistakes[0].offset == 8
        assert "\n" not in str(result.mistakes[0])

    def test_a_mistake_behind_long_holes_keeps_its_line(self) -> None:
        text = "A {{ a +\n b +\n c }} b.\n\nSecond $\\frac{$.\n\nThird."
        (mistake,) = reading(text).mistakes
        assert text[mistake.offset :].startswith("Second")

    @pytest.mark.parametrize("text", ["# a $$x$$", "|a|\n|--|\n|$$x$$|", "**a $$x$$**"])
    def test_displayed_where_it_cannot_stand(self, text: str) -> None:
        assert reading(text).codes == ["display-math"]

    def test_notation_of_the_field_is_typeset(self) -> None:
        for source in (
            "q_\\phi(z \\mid x)", "\\mathrm{KL}(q \\,\\|\\, p)", "\\mathcal N(\\mu, \\sigma^2)",
            "\\mathbb{E}_{z \\sim q}\\left[\\log p_\\theta(x \\mid z)\\right]",
            "\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}", "\\sum_{i=1}^{n} x_i^2",
            "\\operatorname*{arg\\,max}_\\theta", "\\begin{cases} 1 & x > 0 \\\\ 0 \\end{cases}",
            "\\widehat{\\theta}", "\\nabla_\\phi", "\\underbrace{a}_{b}", "\\text{if } x < 0",
            "10\\%",
        ):  # fmt: skip
            assert reading(f"${source}$").mistakes == [], source


WORDS = st.text(
    st.characters(categories=["L", "N"], include_characters=",;.?\"'"), min_size=1, max_size=8
).filter(lambda word: word[0].isalpha())


@pytest.mark.slow
@given(st.lists(st.lists(WORDS, min_size=1, max_size=6), min_size=1, max_size=4))
def test_words_come_through_as_they_are(paragraphs: list[list[str]]) -> None:
    text = "\n\n".join(" ".join(words) for words in paragraphs)
    found = blocks(text)
    assert [plain_text(Passage(read_text(block))) for block in found] == [
        " ".join(" ".join(words).split()) for words in paragraphs
    ]


# Texts that start with a letter or a formula skip the parser of blocks: both must agree.
STARTS = ["a", "B", "(", "$x$", "\\alpha", "{{ h }}", "1", "-", "#", "|", "$$x$$", "```", "  b"]
LINES = st.tuples(
    st.sampled_from(STARTS),
    st.sampled_from(["", " b", " | c", "*d*", " $y$", " `z`", "  ", "\\", " {{ i }}", "==", "---"]),
).map("".join)


@pytest.mark.slow
@given(st.lists(LINES, min_size=1, max_size=4).map("\n".join))
def test_one_paragraph_reads_as_it_would_behind_another_block(text: str) -> None:
    alone = reading(text)
    behind = reading(f"***\n\n{text}")
    assert (Rule(), *alone.blocks) == behind.blocks
    assert alone.holes == behind.holes


@pytest.mark.slow
@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    result = reading(text)
    assert all(0 <= mistake.offset <= len(text) for mistake in result.mistakes)
    assert all(text.startswith("{{", offset) for offset in result.offsets)


@pytest.mark.slow
@given(st.lists(st.sampled_from([
    "{{ a }}", "$", "$$", "`", "*", "_", "[", "]", "(", ")", "!", "\n", "\n\n", "- ", "> ", "| ",
    "|--|", "# ", "\\", "{{", "}}", "{", "}", "x", "&#xE000;", "<b>", "\\frac", "^",
    "1. ", "    ", "```",
]), max_size=25).map("".join))  # fmt: skip
def test_any_mixture_of_signs_is_read(text: str) -> None:
    result = reading(text)
    assert all(0 <= mistake.offset <= len(text) for mistake in result.mistakes)
    assert all(text.startswith("{{", offset) for offset in result.offsets)
