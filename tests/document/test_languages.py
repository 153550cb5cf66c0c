"""Decimal marks by language, compared with Unicode's own tables as Babel has them."""

from babel import Locale, localedata

from qgen.document.languages import _COMMA, has_decimal_comma


def test_the_marks_are_those_of_the_cldr() -> None:
    compared = 0
    for identifier in localedata.locale_identifiers():
        locale = Locale.parse(identifier)
        known = locale.language in _COMMA or locale.language in {"zh", "ja", "ko", "he", "th"}
        if not known or locale.script or locale.variant:
            continue
        symbols = locale.number_symbols.get("latn", locale.number_symbols)
        assert has_decimal_comma(identifier.replace("_", "-")) == (symbols["decimal"] == ",")
        compared += 1
    assert compared > 100


def test_english_and_no_language_have_points() -> None:
    assert not any(map(has_decimal_comma, ("en", "en-GB", None, "", "xx")))
    assert has_decimal_comma("DE")
    assert has_decimal_comma("de-Latn-AT")
    assert not has_decimal_comma("de-ch")
