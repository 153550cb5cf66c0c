"""A formula made of a form is the formula that the converter makes of the numbers themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.richtext import Hole, Paragraph, Passage, RichText, closed
from qgen.document.richtext import Math as Formula
from qgen.renderers.formula_forms import NumberedFormula
from qgen.renderers.qti.text import QtiText

NUMBERS = st.one_of(
    st.integers(0, 10_000).map(str), st.sampled_from(["0.5", "12.25", ".5", "3.", "007", "1e5"])
)
PRINTED = st.one_of(
    NUMBERS,
    NUMBERS.map(lambda n: f"-{n}"),
    st.tuples(NUMBERS, NUMBERS).map(lambda pair: rf"\frac{{{pair[0]}}}{{{pair[1]}}}"),
    st.tuples(NUMBERS, NUMBERS).map(
        lambda pair: rf"\begin{{pmatrix}} {pair[0]} & {pair[1]} \end{{pmatrix}}"
    ),
    st.sampled_from(["x", "", "}", "{", "\x00", "2 3", "%s", "<", "\\text{4}"]),
)
AROUND = st.sampled_from(
    [
        *"x^_-+=(){}<>&% 12.,",
        r"\text{",
        r"\mathbf{",
        r"\frac",
        r"\sqrt",
        r"\hspace{",
        "x_{",
        "70391000",
    ]
)
HOLE = st.integers(0, 2).map(Hole)


@pytest.mark.slow
@given(
    st.lists(st.one_of(AROUND, HOLE), min_size=1, max_size=7),
    st.lists(st.tuples(PRINTED, PRINTED, PRINTED), min_size=1, max_size=4),
)
def test_a_form_gives_what_the_converter_gives(parts, variants):
    text = RichText((Paragraph((Formula(tuple(parts)),)),))
    writer = QtiText()
    for printed in variants:
        passage = Passage(text, printed)
        assert writer.write(passage) == QtiText().write(Passage(RichText(closed(passage))))


@pytest.mark.parametrize(
    ("parts", "conversions"),
    [
        # Itself and two tries; all others are made of the form.
        (("x = ", Hole(0), r" + \frac{1}{2}"), 3),
        ((r"\text{after ", Hole(0), " steps}"), 12),
        (("x^", Hole(0)), 12),
    ],
)
def test_a_formula_is_converted_once_where_only_numbers_differ(parts, conversions):
    converted = []
    plain = QtiText()

    def convert(tex: str) -> str:
        converted.append(tex)
        return plain.write(Passage(RichText((Paragraph((Formula((tex,)),)),))))

    slot = NumberedFormula(parts, convert)
    for number in range(10):
        tex = parts[0] + str(number + 10) + "".join(parts[2:])
        assert slot.filled((str(number + 10),)) == plain.write(
            Passage(RichText((Paragraph((Formula((tex,)),)),)))
        )
    assert len(converted) == conversions
