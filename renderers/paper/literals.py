"""Typst literals: plain characters as source that can mean nothing else."""

import re
import unicodedata

_AWKWARD = re.compile(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff]')
_BLANKS = re.compile(r"[ \t\n\r\f\v]+")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_WITHOUT_GLYPH = frozenset(("Cc", "Cs", "Co", "Cn"))
# A word of more characters than fit on a line may be broken anywhere.
_LONGEST_WORD = 36
_TOO_LONG = re.compile(rf"[^\s\u200b]{{{_LONGEST_WORD}}}(?=[^\s\u200b])")


def string(text: str) -> str:
    r"""A string literal, for Typst's code and formulas.

    Nothing stands for half of a surrogate pair: it becomes a replacement character.

    >>> string('say "#x"')
    '"say \\"#x\\""'
    """
    return f'"{_AWKWARD.sub(_escaped, text)}"'


def _escaped(match: re.Match[str]) -> str:
    sign = match.group()
    if sign in '"\\':
        return f"\\{sign}"
    return _REPLACEMENT if "\ud800" <= sign <= "\udfff" else f"\\u{{{ord(sign):x}}}"


def symbol(sign: str) -> str:
    r"""One character within a formula, where all but letters may mean something.

    >>> symbol("x"), symbol("#")
    ('x', '\\u{23}')
    """
    return sign if sign.isalpha() else f"\\u{{{ord(sign):x}}}"


def text(words: str) -> str:
    r"""Plain characters in running text; blanks and line ends in a row are one blank.

    What no font has is printed by its number.

    >>> text("a  #b")
    '#"a #b";'
    """
    return f"#{string(printable(_BLANKS.sub(' ', words)))};" if words else ""


def printable(words: str) -> str:
    """The same characters, with invisible places to break words that are wider than a line.

    What no font has is there by its number.
    """
    if not words.isprintable():
        words = "".join(map(_shown, words))
    return _TOO_LONG.sub("\\g<0>\u200b", words) if len(words) > _LONGEST_WORD else words


def _shown(sign: str) -> str:
    return f"[U+{ord(sign):04X}]" if is_unprintable(sign) else sign


def is_unprintable(sign: str) -> bool:
    """True for a character that no font has: a control, a surrogate, one without a meaning."""
    return unicodedata.category(sign) in _WITHOUT_GLYPH and sign not in "\t\n\r\f\v"
