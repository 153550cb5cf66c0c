"""Passages in papers: all nodes, every character safe in every place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.richtext import (
    Block,
    BulletList,
    Code,
    CodeBlock,
    DisplayMath,
    Emphasis,
    Heading,
    Image,
    Inline,
    Link,
    Math,
    NumberedList,
    Paragraph,
    Passage,
    Quotation,
    RichText,
    Strong,
    Table,
    Text,
    passage_of,
)
from qgen.renderers.paper.text import PaperText, Surroundings
from tests import samples
from tests.renderers.paper.pages import (
    assert_compiles,
    beyond_the_margin,
    characters,
    compiled,
    needs_poppler,
    read_back,
    words_of,
)

PICTURES = {"picture": "/assets/picture.png"}


def written(*blocks: Block, surroundings: Surroundings | None = None) -> str:
    writer = PaperText(surroundings or Surroundings(PICTURES), 2)
    return writer.write(Passage(RichText(blocks)))


def line(*nodes: Inline) -> str:
    return written(Paragraph(nodes))


def test_every_node_compiles() -> None:
    surroundings = Surroundings(PICTURES)
    assert compiled(PaperText(surroundings, 2).write(samples.EVERY_NODE))
    assert surroundings.problems == {}


@needs_poppler
@pytest.mark.tex
def test_every_character_is_read_back() -> None:
    odd = "a # $x$ *b* _c_ `d` <e> @f =g - -- + / // /* ~ \\ \\n \"q\" 'r' [s] (t) {u} ; , . ... :"
    pieces = [
        line(Text(odd)),
        line(Emphasis((Text(odd),)), Strong((Text(odd),))),
        line(Code(odd)),
        written(CodeBlock(odd, 'a"b')),
        written(Heading(3, (Text(odd),))),
        written(NumberedList(7, ((Paragraph((Text(odd),)),),))),
        written(Quotation((Paragraph((Text(odd),)),))),
        written(Table(("left",), ((Text(odd),),), (((Text(odd),),),))),
        line(Link(f"https://example.org/{odd}", (Text("link"),))),
        line(Math((rf"\text{{{odd.translate({ord(c): None for c in chr(92) + '#$_~{}&%^'})}}}",))),
    ]
    times = [1, 2, 1, 1, 1, 1, 1, 2, 1, 0]
    for piece, page, count in zip(pieces, read_back(pieces), times, strict=True):
        want = characters(odd * count)
        assert not want - characters(page), piece


@pytest.mark.slow
@given(st.text())
def test_any_text_compiles_and_has_only_our_own_code(text: str) -> None:
    source = line(Text(text), Emphasis((Text(text),)), Code(text), Link(text, (Text(text),)))
    assert_compiles(source)


def test_what_no_font_has_is_printed_by_its_number() -> None:
    assert line(Text("a\x07b\ud800\ue000c\n d")) == '#"a[U+0007]b[U+D800][U+E000]c d";'


def test_holes_are_filled_and_escaped() -> None:
    first, second = Passage(samples.EVERY_NODE.text, ('"#x"', "2")), samples.EVERY_NODE
    writer = PaperText(Surroundings(PICTURES), 2)
    assert r'#"\"#x\"";' in writer.write(first)
    assert '#"<7> & 8";' in writer.write(second)
    assert "frac(3, 4)" in writer.write(second)


def test_refused_formulas_are_printed_as_source_and_noted() -> None:
    surroundings = Surroundings()
    source = written(DisplayMath((r"\frac{1}{",)), surroundings=surroundings)
    assert source == r'#raw("\\frac{1}{");'
    assert [problem.code for problem in surroundings.problems] == ["paper-math"]


def test_formulas_have_their_tex_as_alternative() -> None:
    assert line(Math(("x_1",))) == '#formula("x_1", $attach(x, b: 1)$);'


def test_displays_that_may_be_too_wide_are_fitted() -> None:
    assert written(DisplayMath(("x",))).startswith("#display-formula")
    assert written(DisplayMath(("x + " * 20,))).startswith("#wide-formula")


def test_pictures_without_a_file_are_their_words() -> None:
    assert line(Image("gone", ("A [plot]",)), Text("")) == '#missing-picture[#"A [plot]";];'


def test_addresses_are_printed_and_only_safe_ones_followed() -> None:
    assert line(Link("https://x.org", (Text("here"),))) == (
        '#link("https://x.org")[#"here";];#" (";#raw("https://x.org");#")";'
    )
    assert line(Link("javascript:x()", (Text("here"),))) == (
        '#"here";#" (";#raw("javascript:x()");#")";'
    )


@needs_poppler
@pytest.mark.tex
def test_what_no_line_has_room_for_stands_on_its_own_as_small_as_it_must() -> None:
    row = " & ".join(str(100 + number) for number in range(24))
    matrix = Math((rf"A = \begin{{pmatrix}} {row} \\ {row} \end{{pmatrix}}",))
    terms = " + ".join(f"x_{{{number}}}" for number in range(60))
    small = Math((r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",))
    line_of_all = (Text("A matrix "), matrix, Text(" and "), Math((rf"\frac{{{terms}}}{{2}}",)))
    blocks = (
        Paragraph((*line_of_all, Text(", "), Math((terms,)), Text(" but "), small, Text("."))),
        BulletList(((Paragraph(line_of_all),),)),
    )
    pdf = compiled(written(*blocks))
    assert beyond_the_margin(pdf) == []
    words = words_of(pdf)
    assert words.count("100") == words.count("123") == 4
    assert "59" in words


@needs_poppler
@pytest.mark.tex
def test_long_words_and_displays_stay_on_the_page() -> None:
    word = "W" * 400
    display = r"\frac{WWWWWWWWWWWWWWWWWWWWWW}{2} + \sqrt{ABCDEFGHIJKLMNOPQRSTUVWXYZ + W^2} = x"
    blocks = (
        Paragraph((Text(word), Link(f"https://example.org/{word}", (Text("here"),)))),
        CodeBlock(word, ""),
        DisplayMath((f"{display} + {display}",)),
        Table(("left", "right"), (), (((Text(word),), (Code(word),)),)),
    )
    assert beyond_the_margin(compiled(written(*blocks))) == []


@needs_poppler
@pytest.mark.tex
def test_lists_and_quotations_in_one_another_lose_nothing_however_deep() -> None:
    block: Block = Paragraph((Text("innermost"),))
    for depth in range(60):
        following = Paragraph((Text(f"level{depth}"),))
        match depth % 3:
            case 0:
                block = BulletList(((block, following),))
            case 1:
                block = Quotation((block, following))
            case _:
                block = NumberedList(depth, ((block, following),))
    words = words_of(compiled(written(block))).split()
    assert "innermost" in words
    assert [word for word in words if word.startswith("level")] == [
        f"level{depth}" for depth in range(60)
    ]
    assert {f"{depth}." for depth in range(2, 60, 3)} <= set(words)


def test_passages_of_one_text_are_written_alike() -> None:
    passage = passage_of("x")
    writer = PaperText(Surroundings(), 2)
    assert writer.write(passage) == writer.write(passage) == '#"x";'
