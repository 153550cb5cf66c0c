"""A derivation whose answers stand in its text and its table."""

from dataclasses import replace
from fractions import Fraction

from qgen.document.answers import (
    Numeric,
    NumericMistake,
    Option,
    ShortAnswer,
    SingleChoice,
    Tolerance,
)
from qgen.document.richtext import (
    NO_TEXT,
    Blank,
    Math,
    Paragraph,
    Passage,
    RichText,
    Table,
    Text,
    passage_of,
)
from tests import samples

_STEM = RichText(
    (
        Paragraph(
            (Text("The slope {1:NM:=5} is "), Blank("a"), Text(", the line is "), Blank("b"))
        ),
        Table(
            ("left", "center"),
            ((Text("name"),), (Blank("c"),)),
            (((Math(("x",)),), (Text("1"),)),),
        ),
    )
)
_SLOPE = Numeric(
    5, Tolerance("absolute", Fraction(0)), None, (NumericMistake(7, passage_of("Not seven.")),)
)
WAYS = SingleChoice(
    (
        Option(passage_of("rising"), True, passage_of("It rises.")),
        Option(passage_of("falling"), False, passage_of("It does not fall.")),
    )
)
FORMULAS = SingleChoice(
    tuple(
        option._replace(text=Passage(RichText((Paragraph((Math((tex,)),)),))))
        for option, tex in zip(WAYS.options, ("x > 0", "x < 0"), strict=True)
    )
)


def asking(way: SingleChoice = WAYS) -> "samples.Item":
    """The question, with the choice that stands in part b."""
    answers = (_SLOPE, way, ShortAnswer(("ELBO",)), samples.ANSWERS["open"])
    parts = samples.steps(*answers)
    stand = tuple(replace(each, prompt=Passage(NO_TEXT), in_text=True) for each in parts[:3])
    return replace(
        samples.item("derivation"),
        stem=Passage(_STEM),
        parts=(*stand, parts[3]),
        points=Fraction(4),
    )


ITEM = asking()
