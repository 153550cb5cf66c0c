"""Words, numbers, dates and plurals of each language, as papers and pages print them."""

import re
from dataclasses import fields
from fractions import Fraction
from typing import Any

import pytest

from qgen.renderers.labels import LABELS, labels_for, labels_of
from qgen.renderers.locales import date_text, number_tex, number_text
from qgen.renderers.wording import minutes_label, points_label, points_number

ENGLISH = LABELS["en"]


def points(amount: str, language: str) -> str:
    labels, number = labels_for(language), Fraction(amount)
    return points_label(number, labels).format(points_number(number, labels.locale))


def texts(words: Any) -> list[str]:
    return list(words.values()) if isinstance(words, dict) else [words or ""]


@pytest.mark.parametrize("language", LABELS)
def test_every_word_has_the_holes_of_the_english_one_and_no_other_brace(language: str) -> None:
    for field in fields(ENGLISH):
        if field.name in {"babel", "locale"}:
            continue
        (wanted,) = {text.count("{}") for text in texts(getattr(ENGLISH, field.name))}
        for text in texts(getattr(LABELS[language], field.name)):
            assert text.strip(), field.name
            assert text.count("{}") == wanted, field.name
            assert not re.search(r"[{}\\#$<>]", text.replace("{}", "")), field.name


@pytest.mark.parametrize("language", [each for each in LABELS if each != "en"])
def test_hardly_a_word_is_left_in_english(language: str) -> None:
    same = [
        field.name
        for field in fields(ENGLISH)
        if field.name != "locale"
        and getattr(ENGLISH, field.name) == getattr(LABELS[language], field.name)
    ]
    assert len(same) <= 8, same


@pytest.mark.parametrize(
    ("amount", "language", "text"),
    [
        ("1", "en", "1 point"),
        ("0.5", "en", "0.5 points"),
        ("1", "de", "1 Punkt"),
        ("1.5", "de", "1,5 Punkte"),
        ("1.5", "de-CH", "1.5 Punkte"),
        ("1.5", "fr", "1,5 point"),
        ("2", "fr", "2 points"),
        ("0.5", "es", "0,5 puntos"),
        ("1", "it", "1 punto"),
        ("2.5", "pt", "2,5 pontos"),
        ("3", "nl", "3 punten"),
        ("1", "pl", "1 punkt"),
        ("2", "pl", "2 punkty"),
        ("5", "pl", "5 punktów"),
        ("22", "pl", "22 punkty"),
        ("1.5", "pl", "1,5 punktu"),
        ("1/3", "pl", "1/3 punktu"),
        ("1", "zh", "1 分"),
        ("2.5", "ja", "2.5 点"),
    ],
)
def test_points_are_counted_as_the_language_counts(amount: str, language: str, text: str) -> None:
    assert points(amount, language) == text


def test_minutes_are_counted() -> None:
    assert minutes_label(1, labels_for("en")) == "{} minute"
    assert minutes_label(90, labels_for("en")) == "{} minutes"
    assert minutes_label(92, labels_for("pl")) == "{} minuty"
    assert minutes_label(95, labels_for("pl")) == "{} minut"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "December 4, 2026"),
        ("en-GB", "4 December 2026"),
        ("de", "4. Dezember 2026"),
        ("fr", "4 décembre 2026"),
        ("es", "4 de diciembre de 2026"),
        ("it", "4 dicembre 2026"),
        ("pt", "4 de dezembro de 2026"),
        ("nl", "4 december 2026"),
        ("pl", "4 grudnia 2026"),
        ("zh", "2026年12月4日"),
        ("ja", "2026年12月4日"),
        ("de-XX", "4. Dezember 2026"),
        ("zz-9-nothing", "December 4, 2026"),
    ],
)
def test_dates_are_written_out(language: str, text: str) -> None:
    assert date_text("2026-12-04", language) == text
    assert date_text("in May", language) == "in May"


def test_decimals_have_the_languages_mark_and_formulas_no_gap_behind_it() -> None:
    assert number_text("1.5", "de") == "1,5"
    assert number_text("1.5", "en") == number_text("1.5", "ja") == "1.5"
    assert number_tex(r"1.5 \times 10^{-3}", "fr") == r"1{,}5 \times 10^{-3}"
    assert number_tex(r"x_1.\ 2", "de") == r"x_1.\ 2"
    assert number_tex("1.5", "es-MX") == "1.5"


def test_a_questions_own_language_has_its_own_words_and_a_tag_of_the_exams_none() -> None:
    exam = labels_for("de-CH")
    assert labels_of(None, exam) is exam
    assert labels_of("de-CH", exam) is exam
    assert labels_of("fr", exam).language == "fr"
    assert labels_of("xx", exam) is exam
