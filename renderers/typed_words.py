"""Words that a platform compares with what students type, character by character."""

from unicodedata import normalize

from qgen.renderers.moodle.text import cleaned


def as_typed(text: str) -> str:
    """Words as keyboards give them: one blank between them, a letter and its accent in one."""
    return " ".join(normalize("NFC", cleaned(text)).split())
