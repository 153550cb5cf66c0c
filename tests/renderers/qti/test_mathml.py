"""Formulas with the attributes that the schema of QTI 2.1 knows, drawn as before."""

import pytest
from lxml import etree

from qgen.renderers.qti.mathml import as_in_the_schema
from qgen.renderers.qti.text import QtiText

TRIED = (
    r"\dfrac{1}{2} + \tfrac{\frac{a}{b}}{\dfrac{c}{d}}",
    r"\begin{pmatrix} 1 & \dfrac{1}{2} \\ 3 & 4 \end{pmatrix}",
    r"\binom{n}{k} p^{\begin{matrix} 1 \end{matrix}}",
    r"\begin{cases} 1 & x < 0 \\ \dfrac{x}{2} \end{cases}",
    r"\frac{1}{2}",
)


@pytest.mark.parametrize("tex", TRIED)
def test_only_styles_and_tables_say_how_large_they_are(tex: str) -> None:
    root = etree.fromstring(QtiText().formula(tex))
    for node in root.iter():
        name = etree.QName(node).localname
        assert "scriptlevel" not in node.attrib or name == "mstyle"
        assert "displaystyle" not in node.attrib or name in ("mstyle", "mtable")
    large = [node for node in root.iter("{*}mstyle") if node.get("displaystyle") == "true"]
    assert len(large) == tex.count(r"\dfrac")
    assert all(etree.QName(node[0]).localname == "mfrac" for node in large)


def test_fractions_within_fractions_are_closed_where_they_end() -> None:
    inner = '<mfrac displaystyle="true"><mi>a</mi><mfrac><mi>b</mi><mi>c</mi></mfrac></mfrac>'
    outer = f'<mfrac linethickness="0" displaystyle="false">{inner}<mi>d</mi></mfrac>'
    assert as_in_the_schema(outer) == (
        '<mstyle displaystyle="false"><mfrac linethickness="0"><mstyle displaystyle="true"><mfrac>'
        "<mi>a</mi><mfrac><mi>b</mi><mi>c</mi></mfrac></mfrac></mstyle><mi>d</mi></mfrac></mstyle>"
    )
