"""Texts that mean something to XML, HTML, Moodle or TeX arrive as they are, in every field."""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest
from lxml import html as lxml_html

from qgen.document.answers import (
    Answer,
    FormulaAnswer,
    FormulaMistake,
    Matching,
    MultipleSelect,
    Numeric,
    NumericMistake,
    Open,
    Option,
    Ordering,
    Pair,
    Part,
    RubricLine,
    ShortAnswer,
    SingleChoice,
    TextMistake,
    Tolerance,
)
from qgen.document.exam import Item, Pool
from qgen.document.formats import MoodleOptions
from qgen.document.formula import Symbol
from qgen.document.richtext import passage_of
from tests import samples
from tests.renderers.moodle.moodle_reader import Question, read
from tests.renderers.moodle.moodle_written import files_of

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "end of CDATA": "]]> &amp;]]>",
    "file": '@@PLUGINFILE@@/x.png"',
    "blank": "{1:NM:=5} {2:NUMERICAL:=3~*} {:SA:=a}",
    "place": "{#1} {#}",
    "cloze marks": "~=#} %50% \\} \\# \\~",
    "star": "* a*b \\*",
    "TeX": r"\nu \(a\) $$b$$ \end{document}",
    "GIFT": "::t:: a {=b ~c} -> d",
    "tabs": "a\tb  c",
    "right to left": "שלום \u202eabc\u202c عليكم",
    "emoji": "👩‍🔬 🇩🇪",
    "entity": "a & < b &lt; &#65; &nbsp;",
    "underscores": "_____ {_0} {_u} [[input:ans1]] {@a@}",
    "long": "x y" * 3_500,
}
CONTROL = "a\x00b\x0bc\ud800d\ufffee"


def answers(text: str) -> Iterator[Answer]:
    """Each kind of answer, with the text wherever there is one."""
    here = passage_of(text)
    other = passage_of(f"{text} 2")
    yield SingleChoice((Option(here, True, here), Option(other, False, other)))
    options = (Option(here, True, here), Option(other, False, other))
    for rule in ("per_option", "right_minus_wrong"):
        yield MultipleSelect(options, rule)
    yield Numeric(1, Tolerance("absolute", Fraction(1, 9)), text, (NumericMistake(7, here),))
    yield FormulaAnswer(Symbol("x"), {"x": "real"}, (FormulaMistake(Symbol("pi"), here),))
    yield ShortAnswer((text,), mistakes=(TextMistake(f"{text} 2", here),))
    rights = (here, other, passage_of("third"))
    yield Matching((Pair(here, 0, here), Pair(other, 1, other)), rights, "per_option")
    yield Ordering((here, other, passage_of("third")), (0, 1, 2), "adjacent")
    yield Open((RubricLine(Fraction(1), here),), 4)


def steps(*asked: Answer) -> tuple[Part, ...]:
    """The parts of a derivation."""
    return tuple(
        replace(samples.sole(answer, Fraction(1))[0], label=label)
        for label, answer in zip("abcdefghi", asked, strict=False)
    )


def items(text: str) -> Iterator[Item]:
    """A question for each kind, and a derivation of all of them."""
    here = passage_of(text)
    header = replace(
        samples.header("open"), title=text[:150], topic=text, tags=(text,), identifier="hostile"
    )
    asked = tuple(answers(text))
    for parts in (*map(samples.sole, asked), steps(*asked[:8]), steps(*asked)):
        told = tuple(replace(part, prompt=here, explanation=here) for part in parts)
        yield replace(
            samples.item("open"),
            header=header,
            stem=here,
            parts=told,
            points=sum((part.points for part in told), Fraction(0)),
            explanation=here,
            assets={},
        )


@cache
def written(text: str) -> list[list[Question]]:
    made = list(items(text))
    pools = tuple(
        Pool(item.header, f"S {text}"[:100], item.points, False, passage_of(text)) for item in made
    )
    exam = replace(
        samples.exam(),
        title=text[:100],
        instructions=passage_of(text),
        pools=pools,
        variants=tuple([item] for item in made),
    )
    files = files_of(exam, MoodleOptions(variants=1))
    return list(read(files["samples.xml"]).values())


def plain(text: str) -> str:
    """What a browser shows, with blanks as it folds them."""
    return " ".join(lxml_html.fromstring(f"<div>{text}</div>").text_content().split())


def texts_of(question: Question) -> Iterator[str]:
    yield from (question.text, question.explanation, question.notes)
    for asked in (question, *question.blanks):
        for answer in asked.answers:
            yield answer.feedback
            if asked.kind == "multichoice":
                yield answer.text
    yield from (text for pair in question.pairs for text in pair)


@pytest.mark.parametrize("name", HOSTILE)
def test_every_field_arrives(name: str) -> None:
    text = HOSTILE[name]
    expected = " ".join(text.split())
    description, *categories = written(text)
    assert plain(description[0].text) == expected
    # Nine kinds, a derivation that Moodle marks, and one in two halves.
    questions = [question for category in categories for question in category]
    assert [question.kind for question in questions] == [
        *("multichoice", "cloze", "multichoice", "numerical", "cloze", "shortanswer"),
        # A list typesets no formula, and must not try to.
        *("cloze" if name == "TeX" else "matching", "ordering"),
        *("essay", "cloze", "cloze", "essay"),
    ]
    for question in questions:
        assert expected in plain(question.text), question.kind
        assert expected in plain(question.explanation)
        for field in texts_of(question):
            assert not re.search(r"<script", field)
    assert expected in plain(questions[8].notes)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_number_of_boxes_is_that_of_the_question(name: str) -> None:
    questions = [question for category in written(HOSTILE[name])[1:] for question in category]
    whole, half = (question for question in questions[9:11])
    # 1 choice, 2 rows, 1 with ticks, 1 number, 2 points, 1 of words, 2 pairs, 3 positions.
    assert len(whole.blanks) == len(half.blanks) == 13


@pytest.mark.parametrize("name", HOSTILE)
def test_words_to_type_are_taken_as_they_are(name: str) -> None:
    text = HOSTILE[name].strip()
    questions = [question for category in written(HOSTILE[name])[1:] for question in category]
    (words,) = (question for question in questions if question.kind == "shortanswer")
    blank = next(each for each in questions[9].blanks if each.kind == "shortanswer")
    for asked in (words, blank):
        assert asked.mark(text)[0] == 1
        mark, feedback = asked.mark(f"{text} 2")
        assert (mark, plain(feedback)) == (0, " ".join(text.split()))
        assert asked.mark("X")[0] == 0


def test_characters_that_moodle_refuses_are_replaced() -> None:
    for category in written(CONTROL):
        for question in category:
            assert "a\ufffdb\ufffdc\ufffdd\ufffde" in plain(question.text)
