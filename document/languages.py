"""What of a language decides how numbers are printed, by Unicode's CLDR."""

_COMMA = frozenset(
    "bg ca cs da de el es et eu fi fr gl hr hu id is it lt lv nb nl nn no pl pt ro ru sk sl sr sv "
    "tr uk vi".split()
)
"""Languages that write `1,5`."""
_POINT = {
    "de": frozenset({"CH", "LI"}),
    "es": frozenset("419 BR BZ CU DO GT HN MX NI PA PE PR SV US".split()),
    "fr": frozenset({"RW"}),
    "it": frozenset({"CH"}),
}
"""Regions where such a language writes `1.5` all the same."""


def has_decimal_comma(tag: str | None) -> bool:
    """Whether a language writes `1,5`; none is taken for one that does not.

    >>> has_decimal_comma("de"), has_decimal_comma("de-CH"), has_decimal_comma(None)
    (True, False, False)
    """
    language, *regions = (tag or "").split("-")
    if language.lower() not in _COMMA:
        return False
    return not _POINT.get(language.lower(), frozenset()).intersection(map(str.upper, regions))
