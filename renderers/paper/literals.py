"""Typst literals: plain characters as source that can mean nothing else."""

import re

_AWKWARD = re.compile(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff]')
_BLANKS = re.compile(r"[ \t\n\r\f\v]+")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


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

    >>> text("a  #b")
    '#"a #b";'
    """
    return f"#{string(_BLANKS.sub(' ', words))};" if words else ""
