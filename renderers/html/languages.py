"""In which language and direction a text stands, as attributes of its element."""

from typing import Literal

from qgen.renderers.html.text import escape

_RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa he ku ps sd ug ur yi".split())


def direction(language: str) -> Literal["ltr", "rtl"]:
    """In which direction a language is written."""
    return "rtl" if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def direction_attribute(language: str | None, around: str) -> str:
    """The attribute of what is laid out in another direction than the page around it."""
    turned = direction(language or around)
    return "" if turned == direction(around) else f' dir="{turned}"'


def language_attributes(language: str | None, around: str) -> str:
    """The attributes of a text in its own language, within a page in another one."""
    if not language:
        return ""
    return f' lang="{escape(language)}"{direction_attribute(language, around)}'
