"""Formulas as Typst's math: math-core reads the TeX, and its MathML tree is walked.

Pages, papers and the bank's own check thus read a formula with the same eyes. What has no
counterpart in Typst is refused with a reason, and never left out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element, ParseError, fromstring

from qgen.renderers.math_markup import MathMarkup, Unconvertible
from qgen.renderers.paper.formula_signs import (
    ARROWS,
    DELIMITERS,
    INVISIBLE,
    LARGE_OPERATORS,
    LINE,
    OVER_ACCENTS,
    OVER_BRACES,
    SIDE_LIMITS,
    UNDER_BRACES,
)
from qgen.renderers.paper.formula_tables import table_source
from qgen.renderers.paper.formula_tokens import (
    Unwritable,
    gap,
    identifier,
    number,
    operator,
    space,
    words,
)
from qgen.renderers.paper.literals import string, symbol

_DEEPEST = 60
_MOST_REMEMBERED = 20_000
_COLOUR = re.compile(r"color:(#[0-9A-F]{6});")
_PADDING = re.compile(r"padding-(left|right):([^;]*);")
_STYLES = {
    ("true", "0"): "display",
    ("false", "0"): "inline",
    ("false", "1"): "script",
    ("false", "2"): "sscript",
    ("true", None): "display",
    ("false", None): "inline",
}
_ENCLOSURES = {
    "box": "boxed({})",
    "updiagonalstrike": "cancel({})",
    "downdiagonalstrike": "cancel(inverted: #true, {})",
    "updiagonalstrike downdiagonalstrike": "cancel(cross: #true, {})",
}


class FormulaWriter:
    """Writes TeX formulas as Typst's math, without dollars, and remembers what it wrote.

    Keep one instance for one exam.
    """

    def __init__(self) -> None:
        self._markup = MathMarkup()
        self._known: dict[tuple[str, bool], str | Unconvertible] = {}

    def write(self, tex: str, *, is_display: bool) -> str | Unconvertible:
        """The formula as it stands between Typst's dollars, or why it cannot stand there."""
        key = (tex, is_display)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            known = self._known[key] = self._converted(tex, is_display)
        return known

    def _converted(self, tex: str, is_display: bool) -> str | Unconvertible:
        try:
            markup = self._markup.convert(tex, is_display=is_display)
            if isinstance(markup, Unconvertible):
                return markup
            return _row(list(fromstring(markup)), _Place())
        except (ParseError, UnicodeEncodeError):
            return Unconvertible("it holds a character that no formula can hold", None)
        except Unwritable as reason:
            return Unconvertible(str(reason), None)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a formula an element stands."""

    depth: int = 0
    is_script: bool = False


def _row(elements: Sequence[Element], place: _Place) -> str:
    if len(elements) > 1 and _is_fence(elements[0]) and _is_fence(elements[-1]):
        return _fenced(elements, place)
    return _joined([_node(element, place) for element in elements])


def _joined(sources: Sequence[str]) -> str:
    """Sources in a row, with a blank only where two would be read as one word.

    Typst shows a blank beside words, so that none may be too many.
    """
    written = ""
    for source in sources:
        if written and source and _is_word(written[-1]) and _is_word(source[0]):
            written += " "
        written += source
    return written


def _is_word(sign: str) -> bool:
    return sign.isalnum() or not sign.isascii()


def _node(element: Element, place: _Place) -> str:
    """One element. Raises Unwritable."""
    place = replace(place, depth=place.depth + 1)
    if place.depth > _DEEPEST:
        raise Unwritable("it is nested too deeply")
    match element.tag:
        case "mrow":
            return _group(element, place)
        case "mi":
            return identifier(element)
        case "mn":
            return number(element.text or "")
        case "mo":
            return operator(element, is_script=place.is_script)
        case "mtext":
            return words(element)
        case "mspace":
            return space(element)
        case "msub" | "msup" | "msubsup" | "mmultiscripts":
            return _scripts(element, place)
        case "munder" | "mover" | "munderover":
            return _limits(element, place)
        case "mfrac":
            return _fraction(element, place)
        case "msqrt":
            return f"sqrt({_argument(_row(list(element), place))})"
        case "mroot":
            base, index = element
            return f"root({_argument(_node(index, place))}, {_argument(_node(base, place))})"
        case "mtable":
            # A cell is set on its own, whatever the table stands in.
            inner = replace(place, is_script=False)
            return table_source(element, lambda cell: _argument(_row(list(cell), inner)))
        case "menclose":
            return _enclosed(element, place)
        case "mphantom":
            return f"#hide(${_row(list(element), place)}$.body)"
        case "mpadded":
            return _padded(element, place)
        case tag:
            raise Unwritable(f"it becomes '{tag}', for which papers have nothing")


def _argument(source: str) -> str:
    """A source as an argument, which must not be empty."""
    return source or '""'


def _group(element: Element, place: _Place) -> str:
    body = _row(list(element), place)
    style = element.get("style", "")
    colour = _COLOUR.match(style)
    if _COLOUR.sub("", style) not in ("", "math-shift:compact;"):
        raise Unwritable(f"a part of it has the style '{style}'")
    if colour is not None:
        body = f"tinted({string(colour[1])}, {_argument(body)})"
    return _sized(element, body)


def _sized(element: Element, body: str) -> str:
    """What an element holds, in the style that its attributes ask for."""
    style = (element.get("displaystyle"), element.get("scriptlevel"))
    if style == (None, None) or not body:
        return body
    if style not in _STYLES:
        raise Unwritable(f"a part of it has the level '{style[1]}'")
    return f"{_STYLES[style]}({body})"


# Brackets that grow.


def _is_fence(element: Element) -> bool:
    return (
        element.tag == "mo"
        and element.get("stretchy") != "false"
        and "minsize" not in element.attrib
        and (element.text in DELIMITERS or element.text == "\u2063")
    )


def _fenced(elements: Sequence[Element], place: _Place) -> str:
    """What stands between `\\left` and `\\right`, one of which may be missing."""
    opening, *middle, closing = elements
    first, last = (
        "" if fence.text in INVISIBLE else symbol(fence.text or "") for fence in (opening, closing)
    )
    if len(middle) == 1 and _is_stack(middle[0]) and (opening.text, closing.text) == ("(", ")"):
        upper, lower = middle[0]
        body = f"binom({_argument(_node(upper, place))}, {_argument(_node(lower, place))})"
    else:
        body = _joined([_node(element, place) for element in middle])
        if first or last:
            body = f"lr({first}{body}{last})"
    return gap(opening.get("lspace")) + body + gap(closing.get("rspace"))


# Elements that hold others.


def _fraction(element: Element, place: _Place) -> str:
    upper, lower = (_argument(_node(part, place)) for part in element)
    if _is_stack(element):
        return f"mat(delim: #none, row-gap: #0.2em, {upper}; {lower})"
    if "linethickness" in element.attrib:
        raise Unwritable("it has a fraction with a line of its own thickness")
    return _sized(element, f"frac({upper}, {lower})")


def _is_stack(element: Element) -> bool:
    return element.tag == "mfrac" and element.get("linethickness") == "0"


def _enclosed(element: Element, place: _Place) -> str:
    notation = element.get("notation", "")
    if notation not in _ENCLOSURES:
        raise Unwritable(f"it is enclosed as '{notation}', which papers cannot show")
    # Lines for browsers that do not draw `menclose`.
    content = [child for child in element if not child.get("class", "").startswith("menclose-")]
    return _ENCLOSURES[notation].format(_argument(_row(content, place)))


def _padded(element: Element, place: _Place) -> str:
    (content,) = element
    if "voffset" in element.attrib:
        raise Unwritable("a part of it is raised or lowered, which papers cannot show")
    if element.get("width") == "0":
        if content.tag == "mphantom":
            return ""
        raise Unwritable("a part of it is set as if it had no width, which papers cannot show")
    padding = dict(_PADDING.findall(element.get("style", "")))
    return gap(padding.get("left")) + _node(content, place) + gap(padding.get("right"))


# Scripts and accents.


def _scripts(element: Element, place: _Place) -> str:
    base, *scripts = element
    inner = replace(place, is_script=True)
    source = _node(base, place)
    if base.tag == "mo" and base.text in LARGE_OPERATORS - SIDE_LIMITS:
        source = f"scripts({source})"
    if element.tag == "mmultiscripts":
        tags = [script.tag for script in scripts]
        cut = tags.index("mprescripts") if "mprescripts" in tags else len(tags)
        after, before = scripts[:cut], scripts[cut + 1 :]
        if len(after) > 2 or len(before) > 2:
            raise Unwritable("it has two scripts in one place, which papers cannot show")
        placed = {
            **dict(zip(("br", "tr"), after, strict=False)),
            **dict(zip(("bl", "tl"), before, strict=False)),
        }
    else:
        names = {"msub": "b", "msup": "t", "msubsup": "bt"}[element.tag]
        placed = dict(zip(names, scripts, strict=True))
    return _attached(source, {name: _node(script, inner) for name, script in placed.items()})


def _attached(base: str, scripts: Mapping[str, str]) -> str:
    written = "".join(f", {name}: {source}" for name, source in scripts.items() if source)
    return f"attach({_argument(base)}{written})" if written else base


def _limits(element: Element, place: _Place) -> str:
    base, *others = element
    if element.get("accent") == "true" or element.get("accentunder") == "true":
        return _accented(element, place)
    inner = replace(place, is_script=True)
    names = {"munder": "b", "mover": "t", "munderover": "bt"}[element.tag]
    notes = {name: _note(other, inner) for name, other in zip(names, others, strict=True)}
    brace = _brace(base)
    if brace is not None and base.tag == element.tag:
        return f"{brace}({_argument(_node(base[0], place))}, {_argument(notes[names])})"
    return _attached(_with_limits(base, _node(base, place)), notes)


def _note(element: Element, place: _Place) -> str:
    """What stands above or below; without the space that makes room for it on an arrow."""
    if element.tag in ("munder", "mover") and element[1].tag == "mspace":
        return _node(element[0], place)
    return _node(element, place)


def _with_limits(base: Element, source: str) -> str:
    """A base whose notes stand above and below it, as sums have theirs by themselves."""
    if base.tag == "mo" and base.text in LARGE_OPERATORS - SIDE_LIMITS:
        return f"limits({source})" if base.get("movablelimits") == "false" else source
    if base.tag == "mo" and base.text in ARROWS and base.get("lspace") == base.get("rspace"):
        return f"limits(stretch({symbol(base.text)}))"
    return f"limits({_argument(source)})"


def _brace(element: Element) -> str | None:
    """Typst's function for a brace with what it holds, as math-core writes it."""
    if element.get("accent") == "true":
        return OVER_BRACES.get(element[1].text or "")
    if element.get("accentunder") == "true":
        return UNDER_BRACES.get(element[1].text or "")
    return None


def _accented(element: Element, place: _Place) -> str:
    base, accent = element
    sign, is_over = accent.text or "", element.tag == "mover"
    content = _argument(_node(base, place))
    brace = _brace(element)
    if brace is not None:
        return f"{brace}({content})"
    if sign == LINE:
        return f"overline({content})" if is_over else f"underline({content})"
    if is_over and sign in OVER_ACCENTS:
        # Only what is named so grows with what it stands on.
        size = ", size: #0%" if accent.get("stretchy") == "false" and len(base) else ""
        return f"accent({content}, {symbol(OVER_ACCENTS[sign])}{size})"
    if sign in ARROWS:
        return f"attach(limits({content}), {'t' if is_over else 'b'}: stretch({symbol(sign)}))"
    raise Unwritable(f"it has the accent '{sign}', for which papers have nothing")
