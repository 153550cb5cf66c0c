"""Texts as they stand in a GIFT file."""

import re
from decimal import Decimal

from qgen.renderers.moodle.cloze import star_escaped
from qgen.renderers.moodle.names import plain_name
from qgen.renderers.moodle.text import cleaned

_SPECIAL = ("\\", "~", "=", "#", "{", "}", ":")
"""What is escaped, the escaping mark itself first."""
# Moodle puts escaped characters aside as `&&058;`, and takes a text's own for one of them.
_PUT_ASIDE = re.compile(r"&(?=&0\d\d)")


def in_gift(text: str) -> str:
    r"""A text as it stands in a GIFT file: `x = 1` as `x \= 1`, `\nu` as `\\nu`.

    >>> in_gift(r"\(\nu = \{1\}\)")
    '\\\\(\\\\nu \\= \\\\\\{1\\\\\\}\\\\)'
    """
    written = cleaned(text).replace("\r\n", "\n").replace("\r", "\n")
    # Mark by mark, as a table of translation costs ten times as much.
    for mark in _SPECIAL:
        written = written.replace(mark, f"\\{mark}")
    return written.replace("\n", r"\n")


def field(written: str) -> str:
    """A text as it stands in the file, at the start of which no weight and no format is read."""
    return f"[html]{written}" if written.startswith(("[", "%")) else written


def is_put_aside(text: str) -> bool:
    """Whether a text holds what Moodle takes for a character that it has put aside itself."""
    return _PUT_ASIDE.search(text) is not None


def without_put_aside(text: str) -> str:
    """A name in which nothing is taken for a character put aside: an ampersand there is wide."""
    return _PUT_ASIDE.sub("＆", text)


def category_line(path: str) -> str:
    """The line before its questions, in which nothing but backslashes is escaped."""
    written = without_put_aside(path).replace("\\", r"\\")
    return f"\n$CATEGORY: {written}\n"


def plain_decimals(number: tuple[str, str]) -> tuple[str, str]:
    """A number and how far from it one may be; only Moodle reads powers of ten there."""
    value, margin = number
    return _plain_decimal(value), _plain_decimal(margin)


def _plain_decimal(text: str) -> str:
    return format(Decimal(text), "f") if "e" in text else text


def in_comment(word: str) -> str:
    """A word between the brackets of a comment, where Moodle takes no tags with `<`, `>` or `."""
    plain = " ".join(cleaned(plain_name(word)).split()).replace("[", "(").replace("]", ")")
    # A backslash would take the bracket behind it along.
    return plain.replace("`", "'") + (" " if plain.endswith("\\") else "")


def typed_words(text: str) -> str:
    """What a student has to type, in one line as it can be typed."""
    return field(in_gift(star_escaped(" ".join(text.split()))))
