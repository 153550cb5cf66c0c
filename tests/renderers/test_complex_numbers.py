"""How keys that are complex numbers are told to those who mark by them."""

from fractions import Fraction
from typing import Any

import pytest

from qgen.document.answers import ComplexAnswer, Tolerance
from qgen.document.values import Complex
from qgen.renderers.complex_numbers import complex_key_tex
from qgen.renderers.keys import key_text

F = Fraction


@pytest.mark.parametrize(
    ("real", "imaginary", "tex", "text"),
    [
        (3, -2, "3 - 2i", "3-2i"),
        (F(1, 2), 0, "0.5", "0.5"),
        (0, -1, "-i", "-i"),
        (0.25, 1e-9, r"0.25 + 1 \cdot 10^{-9}i", "0.25+1e-9i"),
        (
            F(4, 17),
            F(-1, 17),
            r"\frac{4}{17} - \frac{1}{17}i \approx 0.235294 - 0.0588235i",
            "4/17-i/17 (0.235294117647059-0.0588235294117647i)",
        ),
        (0, F(2, 3), r"\frac{2}{3}i \approx 0.666667i", "2i/3 (0.666666666666667i)"),
        (123456789, F(1, 3), r"123456789 + \frac{1}{3}i \approx 123456789 + 0.333333i", None),
        (
            F(7, 2 * 10**15),
            F(7, 10**15),
            r"\frac{7}{2000000000000000} + \frac{7}{1000000000000000}i"
            r" \approx 3.5 \cdot 10^{-15} + 7 \cdot 10^{-15}i",
            "7/2000000000000000+7i/1000000000000000 (3.5e-15+7e-15i)",
        ),
    ],
)
def test_fractions_stand_beside_their_decimals(
    real: Any, imaginary: Any, tex: str, text: str | None
) -> None:
    key = Complex(real, imaginary)
    assert complex_key_tex(key) == tex
    assert text is None or key_text(ComplexAnswer(key, Tolerance("absolute", F(0)))) == text
