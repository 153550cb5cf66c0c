r"""Passages as Canvas's HTML: formulas as its equation pictures or as `\(…\)`, pictures as files.

New Quizzes puts the source of an equation picture between `\(` and `\)` without escaping it, so
that `x<y` would end the text at `x`: there is no `<` and no `&lt` in the source.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Literal
from urllib.parse import quote

from qgen.document.exam import Asset
from qgen.document.richtext import Hole, PlainText, join_parts
from qgen.renderers.markup_text import MarkupText, attribute
from qgen.renderers.mathjax_text import mathjax_pieces
from qgen.renderers.moodle.text import cleaned, escaped_text, web_form
from qgen.renderers.passage_writer import FormulaSlot, Piece, Slot

FOLDER = "web_resources"
_TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|.", re.DOTALL)
_WORDS = frozenset(
    "\\" + name
    for name in "text textbf textit textnormal textrm textsf texttt textup mbox hbox".split()
)
_MEETING = re.compile(r"[<>&\r]|@@")
"""What means something else by what stands beside it."""
_AS_IT_IS = re.compile(r"[ !#-%'-;=?A-~]*")
"""What is the same in an attribute, and needs no other form in a source."""
_BETWEEN = "\x00"
"""What no picture holds."""
_UNSAFE_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


def without_angles(tex: str) -> str:
    r"""A formula that stays whole where it is put into HTML as it is: `x \lt y` for `x<y`.

    >>> without_angles(r"x<y \text{ if a<b}")
    'x\\lt y \\text{ if a$\\lt$b}'
    """
    if "<" not in tex and ">" not in tex and "&" not in tex:
        return tex
    written: list[str] = []
    groups = [False]
    opens_words = False
    for token in _TOKEN.findall(tex):
        if token in ("<", ">", r"\<", r"\>"):
            name = r"\lt" if token.endswith("<") else r"\gt"
            written.append(f"${name}$" if groups[-1] else f"{name} ")
        elif token == "&" and not groups[-1]:
            # `&lt` would be read as the character.
            written.append("& ")
        else:
            written.append(token)
        if token == "{":
            groups.append(groups[-1] or opens_words)
        elif token == "}" and len(groups) > 1:
            groups.pop()
        opens_words = token in _WORDS or (opens_words and token.isspace())
    return "".join(written)


class CanvasText(MarkupText):
    """Writes passages, and keeps the pictures that they show until the package is closed."""

    def __init__(self, math: Literal["image", "mathjax"]) -> None:
        super().__init__()
        self._math = math
        self.files: dict[str, bytes] = {}
        """The pictures of all passages so far, by the name of their file."""

    def math(self, parts: PlainText, *, is_display: bool) -> Iterator[Piece]:
        """A formula as Canvas's editor writes it, or between MathJax's delimiters."""
        if self._math == "mathjax":
            yield from mathjax_pieces(parts, is_display=is_display)
        elif any(isinstance(part, Hole) for part in parts):
            yield _equation_slot(parts)
        else:
            yield _equation_image(join_parts(parts, ()))

    def stand_apart(self, printed: tuple[str, ...]) -> bool:
        """Whether no value needs another form by what stands beside it in an equation's source."""
        return _MEETING.search("".join(printed)) is None

    def picture(self, name: str, alternative: str) -> str:
        """A picture as a file of the course, whose name tells its content."""
        asset = self.assets.get(name)
        form = None if asset is None else web_form(asset)
        if asset is None or form is None:
            return escaped_text(f"[{alternative}]")
        file = _file_name(asset, form)
        self.files[file] = asset.forms[form]
        return f'<img src="$IMS-CC-FILEBASE$/{file}" alt="{attribute(alternative)}"/>'

    def data_address(self, file: str, content: str) -> str:
        """A file of the course, whose name tells its content."""
        stem, _, form = file.rpartition(".")
        name = f"{stem}-{sha256(content.encode()).hexdigest()[:16]}.{form}"
        self.files[name] = content.encode()
        return f"$IMS-CC-FILEBASE$/{name}"


def _file_name(asset: Asset, form: str) -> str:
    """Pictures of one name may differ from variant to variant."""
    digest = sha256(asset.forms[form]).hexdigest()[:16]
    return f"{_UNSAFE_IN_A_NAME.sub('-', asset.name)[:40]}-{digest}.{form}"


@dataclass(frozen=True, slots=True)
class _EquationSlot(FormulaSlot):
    """A formula's picture, of which only values have to be written again."""

    cut: tuple[str, ...]
    """The picture's words, cut at values, each of which stands in it several times."""
    values: tuple[Slot, ...]
    """What stands between them, where values stand apart."""

    @property
    def plain_form(self) -> str:
        """The picture's form."""
        return "%s".join([words.replace("%", "%%") for words in self.cut])

    @property
    def plain_indexes(self) -> tuple[int, ...]:
        """All values, as often as the source stands in a picture."""
        return tuple([value.index for value in self.values])

    @property
    def apart(self) -> list[str | Slot]:
        """The words, and the values between them."""
        pieces: list[str | Slot] = [self.cut[0]]
        for value, words in zip(self.values, self.cut[1:], strict=True):
            pieces += (value, words)
        return pieces

    def enclosed(self, escape: Callable[[str], str]) -> "_EquationSlot":
        """The same escaped once more."""
        write = self.write
        values = tuple([value.enclosed(escape) for value in self.values])
        cut = tuple(map(escape, self.cut))
        return _EquationSlot(self.parts, lambda tex: escape(write(tex)), cut, values)


def _equation_slot(parts: PlainText) -> FormulaSlot:
    if any(_MEETING.search(part) for part in parts if isinstance(part, str)):
        return FormulaSlot(parts, _equation_image)
    written, address = (
        "".join(_BETWEEN if isinstance(part, Hole) else write(part) for part in parts)
        for write in (_words, _address)
    )
    holes = [part.index for part in parts if isinstance(part, Hole)]
    words, addresses = ([Slot(index, write) for index in holes] for write in (_words, _address))
    values = (*words, *words, *addresses, *words)
    cut = tuple(_image(written, address).split(_BETWEEN))
    return _EquationSlot(parts, _equation_image, cut, values)


# A derivation repeats its stem for each part, and its variants many values.
@lru_cache(maxsize=1024)
def _equation_image(tex: str) -> str:
    """A formula as the picture of Canvas's editor."""
    return _image(_words(tex), _address(tex))


def _source(tex: str) -> str:
    # Readers of XML turn line ends into one kind; the address must name the same formula.
    return without_angles(re.sub("\r\n?", "\n", cleaned(tex)))


# The values that variants print are few.
@lru_cache(maxsize=4096)
def _words(tex: str) -> str:
    return tex if _AS_IT_IS.fullmatch(tex) else attribute(_source(tex))


@lru_cache(maxsize=4096)
def _address(tex: str) -> str:
    return quote(_source(tex).encode("utf-8", "replace"), safe="")


def _image(written: str, address: str) -> str:
    return (
        f'<img class="equation_image" title="{written}" alt="LaTeX: {written}" '
        f'src="/equation_images/{address}?scale=1" data-equation-content="{written}"/>'
    )
