"""Passages as the XHTML that QTI allows: no styles, formulas as MathML, pictures as files."""

import re
from collections.abc import Iterator
from functools import partial
from hashlib import sha256

from qgen.document.exam import Asset
from qgen.document.richtext import Alignment, Hole, NumberedList, PlainText, join_parts
from qgen.renderers.formula_forms import NumberedFormula
from qgen.renderers.markup_text import MarkupText, attribute
from qgen.renderers.math_markup import MathMarkup
from qgen.renderers.moodle.text import cleaned, escaped, escaped_text, web_form
from qgen.renderers.passage_writer import Piece
from qgen.renderers.qti.mathml import as_in_the_schema

FOLDER = "media"
_MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML"'
_UNSAFE_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


class QtiText(MarkupText):
    """Writes passages, and keeps the pictures that they show until the item is written."""

    def __init__(self) -> None:
        super().__init__()
        self._mathml = MathMarkup()
        self.files: dict[str, bytes] = {}
        """The pictures of the item so far, by the name of their file."""

    def alignment(self, alignment: Alignment) -> str:
        """A class, as QTI 2.1 has no styles."""
        return f' class="{alignment}"'

    def numbered(self, node: NumberedList) -> Iterator[Piece]:
        """A list that begins at one; others are paragraphs, as QTI 2.1 counts from one only."""
        if node.start == 1:
            yield "<ol>"
            for item in node.items:
                yield from ("<li>", *self.blocks(item), "</li>")
            yield "</ol>"
            return
        for number, item in enumerate(node.items, node.start):
            yield from (f"<p>{number}.</p>", *self.blocks(item))

    def math(self, parts: PlainText, *, is_display: bool) -> Iterator[Piece]:
        """A formula as MathML, which is made of the whole, or as its source where there is none."""
        if any(isinstance(part, Hole) for part in parts):
            yield NumberedFormula(parts, partial(self._formula, is_display=is_display))
        else:
            yield self._formula(join_parts(parts, ()), is_display=is_display)

    def formula(self, tex: str) -> str:
        """A formula within a sentence."""
        return self._formula(tex, is_display=False)

    def _formula(self, tex: str, *, is_display: bool) -> str:
        markup = self._mathml.convert(cleaned(tex), is_display=is_display)
        if not isinstance(markup, str):
            return f"<code>{escaped(tex)}</code>"
        return as_in_the_schema(markup).replace("<math", _MATH, 1)

    def picture(self, name: str, alternative: str) -> str:
        """A picture of the package, whose name tells its content."""
        asset = self.assets.get(name)
        form = None if asset is None else web_form(asset)
        if asset is None or form is None:
            return escaped_text(f"[{alternative}]")
        file = _file_name(asset, form)
        self.files[file] = asset.forms[form]
        return f'<img src="../{FOLDER}/{file}" alt="{attribute(alternative)}"/>'

    def data_address(self, file: str, content: str) -> str:
        """A file of the package, whose name tells its content."""
        stem, _, form = file.rpartition(".")
        name = f"{stem}-{sha256(content.encode()).hexdigest()[:16]}.{form}"
        self.files[name] = content.encode()
        return f"../{FOLDER}/{name}"


def _file_name(asset: Asset, form: str) -> str:
    digest = sha256(asset.forms[form]).hexdigest()[:16]
    return f"{_UNSAFE_IN_A_NAME.sub('-', asset.name)[:40]}-{digest}.{form}"
