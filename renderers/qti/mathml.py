"""MathML as QTI's schema has it, which knows fewer attributes than browsers do."""

import re

_FRACTION = re.compile(r"(<mfrac[^>]*>|</mfrac>)")
_STYLE = re.compile(r' displaystyle="(?:true|false)"')
_TABLE_LEVEL = re.compile(r'(<mtable\b[^>]*?) scriptlevel="[0-9]+"')


def as_in_the_schema(markup: str) -> str:
    """A formula in which only `mstyle` and tables say how large they are.

    >>> as_in_the_schema('<mfrac displaystyle="true"><mn>1</mn><mn>2</mn></mfrac>')
    '<mstyle displaystyle="true"><mfrac><mn>1</mn><mn>2</mn></mfrac></mstyle>'
    """
    if "scriptlevel" in markup:
        markup = _TABLE_LEVEL.sub(r"\1", markup)
    if "<mfrac displaystyle" not in markup:
        return markup
    written: list[str] = []
    endings: list[str] = []
    for piece in _FRACTION.split(markup):
        if piece == "</mfrac>":
            written.append(piece + endings.pop())
        elif piece.startswith("<mfrac"):
            style = _STYLE.search(piece)
            endings.append("</mstyle>" if style else "")
            before = f"<mstyle{style[0]}>" if style else ""
            written.append(before + _STYLE.sub("", piece))
        else:
            written.append(piece)
    return "".join(written)
