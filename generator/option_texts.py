"""What options look like in print, so that no two that look alike are ever shown."""

from typing import TypeAlias

from qgen.bank.templates import ChoiceTemplate, QuestionTemplate
from qgen.document.richtext import (
    Code,
    CodeBlock,
    DisplayMath,
    Hole,
    Image,
    Math,
    RichText,
    Text,
    walk,
)

Pieces: TypeAlias = tuple[str | int, ...]
"""A text's characters, cut at its holes, each of which is its number."""


def option_pieces(template: QuestionTemplate) -> dict[RichText, Pieces]:
    """The pieces of the text of every option of a question."""
    return {
        option.text: _pieces(option.text)
        for part in template.parts
        if isinstance(part.answer, ChoiceTemplate)
        for option in part.answer.options
    }


def printed_text(pieces: Pieces, printed: tuple[str, ...]) -> str:
    """The characters of an option, whether they stand in words or in a formula."""
    text = "".join(
        [piece if isinstance(piece, str) else printed[piece] for piece in pieces]
    ).strip()
    if text.isprintable() and "  " not in text:
        return text
    return " ".join(text.split())


def _pieces(text: RichText) -> Pieces:
    pieces: list[str | int] = []
    for node in walk(text.blocks):
        if isinstance(node, Hole):
            pieces.append(node.index)
        elif isinstance(node, (Text, Code, CodeBlock)):
            pieces.append(node.text)
        elif isinstance(node, Image):
            pieces.append(node.asset)
        elif isinstance(node, (Math, DisplayMath)):
            pieces += [part.index if isinstance(part, Hole) else part for part in node.parts]
        else:
            pieces.append(" ")
    return tuple(pieces)
