"""The single signs, numbers and words of a formula as Typst's math."""

import re
from unicodedata import normalize
from xml.etree.ElementTree import Element

from qgen.renderers.paper.formula_signs import (
    CLOSING,
    INVISIBLE,
    LARGE_OPERATORS,
    OPENING,
    SCRIPT_ALPHABETS,
)
from qgen.renderers.paper.literals import string, symbol

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_LENGTH = re.compile(r"(-?[0-9]*\.?[0-9]+)(em|rem|ex)?")
# math-core's sizes of brackets, and what LaTeX makes of the commands behind them.
_SIZES = {"1.2em": "1.2em", "1.623em": "1.8em", "2.047em": "2.4em", "2.470em": "3em"}
# The spaces around an operator that Typst's classes give, as math-core writes them.
_CLASSES = {
    ("0.2222em", "0.2222em"): "binary",
    ("0.2778em", "0.2778em"): "relation",
    ("0", "0.1667em"): "punctuation",
    ("0", "0"): "normal",
    # What follows is a relation, too: the colon of `:=`.
    ("0.2778em", "0"): "relation",
}
_WORDS = {
    "b": "bold-words",
    "i": "italic-words",
    "em": "italic-words",
    "code": "code-words",
    "u": "underlined-words",
    "s": "struck-words",
    "font-variant-caps: small-caps": "small-capitals",
    "math-core-sans-serif-font": "sans-words",
    "math-core-serif-font": "plain-words",
}


class Unwritable(Exception):
    """What Typst's math has nothing for."""


def identifier(element: Element) -> str:
    """A variable, or a name of several letters."""
    name = element.text or ""
    if len(name) == 2 and name[1] in SCRIPT_ALPHABETS:
        letter = name[0]
        plain = _plain_letter(letter)
        if plain is not None:
            return f"{SCRIPT_ALPHABETS[name[1]]}({plain})"
    if len(name) > 1:
        return string(name)
    if element.get("mathvariant") == "normal":
        return f"upright({symbol(name)})"
    if "Α" <= name <= "Ω" or name == "∂":
        return f"italic({symbol(name)})"
    if name.isalpha() or name == "∞":
        return symbol(name)
    kind = "punctuation" if name == ":" else "normal"  # the colon of `f\\colon A \\to B`
    return f'class("{kind}", {symbol(name)})'


def _plain_letter(styled: str) -> str | None:
    """The letter behind a letter of a mathematical alphabet."""
    plain = normalize("NFKD", styled)
    return plain if len(plain) == 1 and plain.isascii() and plain.isalpha() else None


def number(digits: str) -> str:
    """A number."""
    if _NUMBER.fullmatch(digits):
        return digits
    return symbol(digits) if len(digits) == 1 else string(digits)


def words(element: Element) -> str:
    """The words of `\\text` and its like, set by functions that the papers define."""
    source = plain = string("".join(element.itertext()))
    styles = []
    inner = next(iter(element), None)
    while inner is not None:
        style = inner.get("class") or inner.get("style") or inner.tag
        if style not in _WORDS:
            raise Unwritable(f"its words have the style '{style}', which papers cannot show")
        styles.append(style)
        inner = next(iter(inner), None)
    for style in reversed(styles):
        source = f"{_WORDS[style]}({source})"
    size = element.get("style")
    if size is not None:
        source = f"sized-words({size.removeprefix('font-size:')}, {source})"
    return source if source is plain else f"#{source}"


def space(element: Element) -> str:
    """A space, which may be negative."""
    negative = element.get("style", "")
    if negative.startswith("margin-left:"):
        return gap(negative.removeprefix("margin-left:").rstrip(";"))
    return gap(element.get("width", "0"))


def gap(width: str | None) -> str:
    """A horizontal space of math-core's width; none for none."""
    found = _LENGTH.fullmatch(width or "0")
    if found is None:
        raise Unwritable(f"it has a space of '{width}'")
    amount, unit = float(found[1]), found[2]
    if not amount:
        return ""
    if unit == "rem":  # ten points of TeX each
        return f"#h({amount * 10:.4g}pt)"
    return f"#h({amount * (0.43 if unit == 'ex' else 1):.4g}em)"


def operator(element: Element, *, is_script: bool) -> str:
    """An operator or a bracket, with the spaces that TeX puts around it."""
    sign = element.text or ""
    left, right = element.get("lspace"), element.get("rspace")
    if sign in INVISIBLE:
        return gap(left) + gap(right)
    if "minsize" in element.attrib:
        return _big(element, sign)
    if len(sign) > 1:
        return _worded(sign, left, right)
    source = symbol(sign)
    if element.get("stretchy") == "true":
        return f'{gap(left)}class("normal", mid({source})){gap(right)}'
    if is_script or sign in LARGE_OPERATORS:
        return source
    if sign == "∣" and left is right is None:  # as in `p(x \\mid z)`, where no line may end
        return f'#h(0.2778em)class("normal", {source})#h(0.2778em)'
    if sign == ".":  # three of them are an ellipsis, with a space behind each
        left, right = left or "0", right or "0.1667em"
        return f'{gap(left)}class("normal", {source}){gap(right)}'
    if sign in ",;" and right == "0":  # within a number, as in `1{,}000`
        left = "0"
    if left is not None and right is not None and sign not in OPENING | CLOSING:
        kind = _CLASSES.get((left, right))
        if kind is not None:
            return f'class("{kind}", {source})'
        source = f'class("normal", {source})'
    return f"{gap(left)}{source}{gap(right)}"


def _worded(sign: str, left: str | None, right: str | None) -> str:
    """An operator of several characters: a name, or a sign that is struck out."""
    source = string(sign)
    if not sign.isalpha():
        source = f'class("relation", {source})'
    return f"{gap(left)}{source}{gap(right)}"


def _big(element: Element, sign: str) -> str:
    """A bracket of a fixed size, as by `\\big`."""
    size = _SIZES.get(element.get("minsize", ""))
    if size is None:
        raise Unwritable(f"it has a bracket of the size '{element.get('minsize')}'")
    form = element.get("form")
    if sign in OPENING or form == "prefix":
        kind = "opening"
    elif sign in CLOSING or form == "postfix":
        kind = "closing"
    else:
        kind = "relation" if form == "infix" else "normal"
    return f'class("{kind}", lr(size: #{size}, {symbol(sign)}))'
