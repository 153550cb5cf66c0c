"""One list of every node and every kind of answer: generic tests run over it.

A new node or kind is appended here, and every renderer is tested with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

from qgen.document.answers import (
    COMPLEX,
    KIND_NAMES,
    NOTHING_SAID,
    Answer,
    ComplexAnswer,
    ComplexMistake,
    FormulaAnswer,
    FormulaMistake,
    Hint,
    MarkFeedback,
    Matching,
    MatrixAnswer,
    MatrixMistake,
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
from qgen.document.exam import Asset, ExamDocument, Header, Item, Paper, Pool, Section
from qgen.document.formula import Number, Power, Product, Quotient, Sum, Symbol, linear
from qgen.document.problem import Place
from qgen.document.richtext import (
    NO_TEXT,
    Blank,
    Block,
    BulletList,
    Code,
    CodeBlock,
    DataLink,
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
    passage_of,
)
from qgen.document.values import Complex

# A grey 4 by 2 picture.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000040000000208000000005ac322bf"
    "0000000e49444154789c6368000206100100140a0401e88e83e70000000049454e44ae426082"
)

INLINES: tuple[Inline, ...] = (
    Text("Plain & <b>not bold</b> 100% $5 #1 _x_ {y} ~z^ \\frac “quoted” – naïve −3"),
    Hole(0),
    Math((r"x < y \text{ and } x - ", Hole(1))),
    Emphasis((Text("stressed"),)),
    Strong((Text("strong"), Emphasis((Text("both"),)))),
    Code("p_x = a[0] < 1 & ~b {}"),
    Link("https://example.org/a?b=1&c=%20d#e_f", (Text("a link"),)),
    DataLink("points.csv", (Hole(0),), (Text("the data"),)),
    Image("picture", ("A grey picture, 100% <flat>, ", Hole(0))),
    LineBreak(),
    Blank("z"),
)

BLOCKS: tuple[Block, ...] = (
    Paragraph(INLINES),
    Heading(2, (Text("A heading"),)),
    DisplayMath((r"\mathrm{KL}(q \,\|\, p) = \int q(z) \log \frac{q(z)}{p(z)}\,dz < ", Hole(1))),
    BulletList(((Paragraph((Text("one"),)),), (Paragraph((Text("two"), Math(("z",)))),))),
    NumberedList(3, ((Paragraph((Text("third"),)),), (Paragraph((Text("fourth"),)),))),
    Quotation((Paragraph((Text("A quotation."),)),)),
    CodeBlock("for i in range(3):\n    print(i & 1 < 2, '\\n', \"{}\")\n", "python"),
    Rule(),
    Table(
        ("left", "center", "right"),
        ((Text("a"),), (Text("b"),), (Math(("c",)),)),
        (((Text("1"),), (Text("2 & 3"),), (Hole(0),)), ((Text("4"),), (Text("5"),), (Text("6"),))),
    ),
)

EVERY_NODE = Passage(RichText(BLOCKS), ("<7> & 8", r"\frac{3}{4}"))

_POSTERIOR_MEAN = Quotient(linear([(3, "x_1"), (-4, "x_2")], -2), Number(26))

ANSWERS: dict[str, Answer] = {
    "single_choice": SingleChoice(
        (
            Option(passage_of("the right one"), True, passage_of("Why it is right.")),
            Option(
                Passage(RichText((Paragraph((Math(("x < ", Hole(0))),)),)), ("2",)),
                False,
                passage_of("This swaps the two."),
            ),
            Option(passage_of("another wrong one"), False, None),
        )
    ),
    "multiple_select": MultipleSelect(
        (
            Option(passage_of("a true statement"), True, passage_of("It follows from A.")),
            Option(passage_of("a false statement"), False, passage_of("B contradicts it.")),
            Option(passage_of("a second true statement"), True, None),
        ),
        "per_option",
    ),
    "numeric": Numeric(
        Fraction(1, 17),
        Tolerance("relative", Fraction(1, 100)),
        "nats",
        (
            NumericMistake(Fraction(1, 4), passage_of("That is the standard deviation.")),
            NumericMistake(Fraction(2, 17), passage_of("Twice too much."), Fraction(1, 2)),
        ),
    ),
    "formula": FormulaAnswer(
        _POSTERIOR_MEAN,
        {"x_1": "real", "x_2": "real"},
        (
            FormulaMistake(
                Sum((Symbol("x_1"), Product((Number(-1), Power(Symbol("x_2"), Number(2)))))),
                passage_of("The square does not belong here."),
            ),
            FormulaMistake(
                Product((Number(-1), _POSTERIOR_MEAN)),
                passage_of("The sign is wrong."),
                Fraction(1, 3),
            ),
        ),
    ),
    "matrix": MatrixAnswer(
        ((Fraction(2), Fraction(-1, 3)), (0, 1.25)),
        Tolerance("absolute", Fraction(1, 100)),
        "per_entry",
        (
            MatrixMistake(
                ((Fraction(2), 0), (Fraction(-1, 3), 1.25)),
                passage_of("That is the transposed one."),
            ),
        ),
    ),
    "short_answer": ShortAnswer(
        ("evidence lower bound", "ELBO"),
        mistakes=(
            TextMistake("evidence", passage_of("Only a bound of it.")),
            TextMistake("lower bound", passage_of("Of what?"), Fraction(1, 4)),
        ),
    ),
    "matching": Matching(
        (
            Pair(passage_of("the first <left> one"), 2, passage_of("They belong together.")),
            Pair(Passage(RichText((Paragraph((Math(("y < ", Hole(0))),)),)), ("3",)), 0, None),
        ),
        (passage_of("partner & friend"), passage_of("nobody's partner"), passage_of("a third")),
        "per_option",
    ),
    "ordering": Ordering(
        (
            passage_of("what comes last"),
            Passage(RichText((Paragraph((Math(("z < ", Hole(0))),)),)), ("4",)),
            passage_of("what comes between"),
        ),
        (1, 2, 0),
        "adjacent",
    ),
    "open": Open(
        (
            RubricLine(Fraction(1), passage_of("Names the joint law.")),
            RubricLine(Fraction(1, 2), passage_of("Gives a reason.")),
        ),
        5,
    ),
    COMPLEX: ComplexAnswer(
        Complex(Fraction(1, 3), -2),
        Tolerance("absolute", Fraction(1, 100)),
        "volts",
        (
            ComplexMistake(Complex(Fraction(1, 3), 2), passage_of("That is the conjugate.")),
            ComplexMistake(Complex(-2, 1), passage_of("The parts are mixed up."), Fraction(1, 4)),
        ),
    ),
}

KINDS = (*ANSWERS, "derivation")

HINTS = (
    Hint(passage_of("Think of the <joint> law & of nothing else."), Fraction(0)),
    Hint(Passage(RichText((Paragraph((Math(("w < ", Hole(0))),)),)), ("5",)), Fraction(1, 10)),
)
"""Every sample offers them, a derivation with each other part."""

SAID = MarkFeedback(
    passage_of("Said where it is <right> & whole."),
    passage_of("Said where some of it is right."),
    Passage(
        RichText((Paragraph((Text("Said if it is wrong: "), Math(("v < ", Hole(0))))),)), ("6",)
    ),
)
"""What every sample says by its mark, a derivation with each other part."""


def sole(answer: Answer, points: Fraction = Fraction(2)) -> tuple[Part, ...]:
    """The one part of a question that is no derivation."""
    return (Part("", Passage(NO_TEXT), answer, points, "stated", None),)


def steps(*answers: Answer, points: Sequence[Fraction] = ()) -> tuple[Part, ...]:
    """The parts of a derivation, each worth one point where nothing else is said."""
    worth = points or [Fraction(1)] * len(answers)
    return tuple(
        Part("abcdefghij"[index], passage_of("Prompt."), answer, share, "stated", None)
        for index, (answer, share) in enumerate(zip(answers, worth, strict=True))
    )


@cache
def parts(kind: str) -> tuple[Part, ...]:
    """The parts of a question of any kind; a derivation has one of each kind of answer."""
    if kind in ANSWERS:
        return (replace(sole(ANSWERS[kind])[0], hints=HINTS, by_mark=SAID),)
    return tuple(
        Part(
            "abcdefghij"[index],
            passage_of(f"Prompt of the {each} part."),
            answer,
            Fraction(index + 1, 2),
            "stated",
            passage_of("Explanation of the part.") if index % 2 else None,
            hints=() if index % 2 else HINTS,
            by_mark=NOTHING_SAID if index % 2 else SAID,
        )
        for index, (each, answer) in enumerate(ANSWERS.items())
    )


ASSETS = {"picture": Asset("picture", {"png": PNG})}


@cache
def header(kind: str) -> Header:
    return Header(
        identifier=f"sample-{kind}",
        title=f"Sample {kind} & more",
        kind=KIND_NAMES[ComplexAnswer] if kind == COMPLEX else kind,
        topic="samples",
        tags=("first", "second tag"),
        difficulty=2,
        minutes=Fraction(3),
        source="the samples",
        language=None,
        place=Place("samples.yaml", 3, 1),
    )


def item(kind: str, variant: int = 1, stem: Passage = EVERY_NODE) -> Item:
    made = _item(kind, variant)
    return made if stem is EVERY_NODE else replace(made, stem=stem)


@cache
def _item(kind: str, variant: int) -> Item:
    asked = parts(kind)
    return Item(
        header=header(kind),
        variant=variant,
        points=sum((part.points for part in asked), Fraction(0)),
        stem=EVERY_NODE,
        parts=asked,
        explanation=passage_of(f"The worked solution of the {kind} question."),
        values={"n": variant},
        assets=ASSETS,
    )


@dataclass(frozen=True, slots=True)
class SampleExam(ExamDocument):
    """An exam with its papers, and the items of each of its pools."""

    papers: tuple[Paper, ...] = ()
    variants: tuple[Iterable[Item], ...] = ()


@cache
def exam() -> SampleExam:
    """Every kind in two sections, in two papers and in pools of three variants."""
    kinds = KINDS
    sections = (
        Section("First & foremost", passage_of("Read <carefully>."), tuple(map(item, kinds[:4]))),
        Section("Second", None, tuple(map(item, kinds[4:]))),
    )
    return SampleExam(
        title="Samples & more",
        slug="samples",
        language="en",
        scoring="per_option",
        course="Course 1",
        date="2026-12-04",
        duration=90,
        pass_mark=Fraction(4, 5),
        papers=(Paper("A", None, sections), Paper("B", "Ada O'Neil & co", sections)),
        pools=tuple(
            Pool(header(kind), "First & foremost", item(kind).points, True) for kind in kinds
        ),
        variants=tuple(_variants(kind) for kind in kinds),
    )


def _variants(kind: str) -> list[Item]:
    return [item(kind, variant) for variant in (1, 2, 3)]
