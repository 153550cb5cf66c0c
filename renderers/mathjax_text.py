r"""Passages as HTML with formulas between `\(…\)`, for platforms whose pages load MathJax."""

from collections.abc import Iterator

from qgen.document.answers import Part
from qgen.document.exam import Item
from qgen.document.richtext import PlainText
from qgen.renderers.labels import Labels
from qgen.renderers.markup_text import MarkupText
from qgen.renderers.moodle.essay import part_heading
from qgen.renderers.moodle.text import escaped, escaped_text
from qgen.renderers.passage_writer import Piece, Slot


class MathJaxText(MarkupText):
    """Writes passages for a format that holds no pictures: their words stand in their place."""

    def math(self, parts: PlainText, *, is_display: bool) -> Iterator[Piece]:
        """A formula between MathJax's delimiters."""
        return mathjax_pieces(parts, is_display=is_display)

    def picture(self, name: str, alternative: str) -> str:
        """The picture's words."""
        return escaped_text(f"[{alternative}]")

    def asked(self, item: Item, part: Part, labels: Labels) -> str:
        """The stem and, in a derivation, the heading and the prompt of one part."""
        stem = self.write(item.stem)
        if not part.label:
            return stem
        return f"<div>{stem}</div>{part_heading(part, labels)}<div>{self.write(part.prompt)}</div>"

    def explained(self, item: Item, part: Part) -> str:
        """What is explained of a part and of the whole question."""
        told = (part.explanation, item.explanation)
        return "".join(f"<div>{self.write(each)}</div>" for each in told if each is not None)


def mathjax_pieces(parts: PlainText, *, is_display: bool) -> Iterator[Piece]:
    """A formula between MathJax's delimiters, of which only values have to be written again."""
    yield r"\[" if is_display else r"\("
    for part in parts:
        yield escaped(part) if isinstance(part, str) else Slot(part.index, escaped)
    yield r"\]" if is_display else r"\)"


def in_one_line(html: str) -> str:
    """HTML without line ends and tabs, which separate rows and cells, but with what they mean."""
    lines = html.replace("\r\n", "\n").replace("\r", "\n")
    return lines.replace("\n", "&#10;").replace("\t", "&#9;")
