"""Characters that are no text: no format can hold them, and a terminal would obey them."""

import re

_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
)


def unprintable(text: str) -> tuple[int, str] | None:
    """Where the first character stands that is no text, and what is wrong with it."""
    found = None if text.isprintable() else _UNPRINTABLE.search(text)
    if found is None:
        return None
    code = ord(found.group())
    name = "half of a character" if 0xD800 <= code <= 0xDFFF else "a control character"
    return found.start(), f"{name} (U+{code:04X}) is not text"


def visible(text: str) -> str:
    r"""The text with `\u001b` in place of what a terminal would obey."""
    if text.isprintable():
        return text
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
