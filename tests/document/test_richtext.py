from typing import get_args

import pytest

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
    Math,
    NumberedList,
    Paragraph,
    Passage,
    Quotation,
    RichText,
    Strong,
    Table,
    Text,
    closed,
    join_parts,
    passage_of,
    plain_text,
    walk,
)
from tests.samples import BLOCKS, EVERY_NODE


def test_the_samples_hold_every_node() -> None:
    met = {type(node) for node in walk(BLOCKS)}
    assert met == {*get_args(Inline), *get_args(Block)}


def test_walk_meets_parents_before_children_and_every_cell() -> None:
    table = BLOCKS[-1]
    assert isinstance(table, Table)
    nodes = list(walk((table,)))
    assert nodes[0] is table
    assert [node.text for node in nodes if isinstance(node, Text)] == [
        *("a", "b", "1", "2 & 3", "4", "5", "6")
    ]
    nested = Strong((Text("outer"), Emphasis((Text("inner"),))))
    assert list(walk((nested,))) == [nested, Text("outer"), nested.children[1], Text("inner")]


def test_closing_fills_every_hole_and_changes_nothing_else() -> None:
    blocks = closed(EVERY_NODE)
    before, after = list(walk(BLOCKS)), list(walk(blocks))
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        assert not isinstance(new, Hole)
        match old:
            case Hole(index):
                assert new == Text(EVERY_NODE.printed[index])
            case Math() | DisplayMath():
                assert type(new) is type(old)
                assert isinstance(new, Math | DisplayMath)
                assert new.parts == (join_parts(old.parts, EVERY_NODE.printed),)
            case Image():
                assert new == Image(old.asset, (join_parts(old.alternative, EVERY_NODE.printed),))
            case Text() | Code() | CodeBlock():
                assert new == old
            case _:
                assert type(new) is type(old)
    tables = [(old, new) for old, new in zip(BLOCKS, blocks, strict=True) if type(old) is Table]
    for old, new in tables:
        assert isinstance(new, Table)
        assert new.alignments == old.alignments
        assert [len(row) for row in new.rows] == [len(row) for row in old.rows]
    numbered = next(block for block in blocks if isinstance(block, NumberedList))
    assert numbered.start == 3
    assert closed(Passage(RichText(blocks))) == blocks


def test_a_drawn_value_never_turns_into_markup() -> None:
    passage = Passage(RichText((Paragraph((Hole(0),)),)), ("*a* $x$ <b>",))
    assert closed(passage) == (Paragraph((Text("*a* $x$ <b>"),)),)


def test_one_text_serves_many_variants() -> None:
    text = RichText((Paragraph((Text("n = "), Math(("x^", Hole(0))))),))
    assert [plain_text(Passage(text, (str(n),))) for n in (1, 2)] == ["n = $x^1$", "n = $x^2$"]


def test_plain_text_keeps_every_word_apart() -> None:
    words = plain_text(EVERY_NODE)
    for expected in (
        "stressed" + "strongboth" + "p_x = a[0] < 1 & ~b {}" + "a link",
        "[A grey picture, 100% <flat>, <7> & 8] (z) ____ A heading $$",
        r"$x < y \text{ and } x - \frac{3}{4}$",
        r"< \frac{3}{4}$$ one two$z$ 3. third 4. fourth A quotation. for i in range(3): print(",
        "a b $c$ 1 2 & 3 <7> & 8 4 5 6",
    ):
        assert expected in words
    assert "\n" not in words
    assert "  " not in words


def test_plain_text_of_nested_blocks() -> None:
    inner = BulletList(((Paragraph((Text("deep"),)), Quotation((Paragraph((Text("er"),)),))),))
    text = RichText((Heading(1, (Text("Top"),)), NumberedList(1, ((inner,),)), CodeBlock("x", "")))
    assert plain_text(Passage(text)) == "Top 1. deep er x"
    assert plain_text(passage_of("  two   words ")) == "two words"


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(IndexError):
        closed(Passage(RichText((Paragraph((Hole(0),)),))))
