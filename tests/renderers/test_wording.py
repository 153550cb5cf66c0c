"""Words and names that formats share."""

import re
from fractions import Fraction
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.renderers.labels import labels_for
from qgen.renderers.wording import FileNames, hint_label, points_number


@pytest.mark.slow
@given(st.lists(st.text(max_size=12), max_size=12))
def test_file_names_are_safe_and_never_collide(labels: list[str]) -> None:
    names = FileNames()
    given = [names.free(label) for label in labels]
    assert len({name.lower() for name in given}) == len(labels)
    assert all(re.fullmatch("[A-Za-z0-9_-]+", name) for name in given)


def test_a_safe_label_is_kept_and_a_taken_one_is_numbered() -> None:
    names = FileNames()
    labels = ("s1", "../x y", "S1", "s1", "s1-2")
    assert [names.free(label) for label in labels] == ["s1", "x-y", "S1-2", "s1-3", "s1-2-2"]
    assert names.free("an exam", "s1") == "an-exam-s1"


def test_what_a_hint_takes_is_a_percentage_whatever_share_it_is() -> None:
    labels = labels_for("de")
    shown = [hint_label(1, Fraction(share), labels) for share in ("0", "1/10", "1/3", "2/3")]
    assert shown == [
        "Hinweis 1",
        "Hinweis 1 (−10\xa0%)",
        "Hinweis 1 (−33,33\xa0%)",
        "Hinweis 1 (−66,67\xa0%)",
    ]


@pytest.mark.slow
@given(st.lists(st.text(max_size=200), max_size=12))
def test_names_with_all_letters_are_safe_and_never_collide(labels: list[str]) -> None:
    names = FileNames(all_letters=True)
    given = [names.free("exam", label) for label in labels]
    folded = {normalize("NFD", normalize("NFC", name).casefold()) for name in given}
    assert len(folded) == len(labels)
    for name in given:
        assert not re.search(r"[\s/\\:*?\"<>|.\x00-\x1f]", name)
        assert len(name.encode()) < 200


def test_students_are_told_apart_by_letters_of_their_own_script() -> None:
    names = FileNames(all_letters=True)
    labels = ("王", "李", "Zoë", "Zoe\u0308", "की", "عمر", "../王 芳", "🎉", "ﬁ", "FI")
    assert [names.free("exam", label) for label in labels] == [
        *("exam-王", "exam-李", "exam-Zoë", "exam-Zoë-2", "exam-की", "exam-عمر", "exam-王-芳"),
        *("exam-unnamed", "exam-ﬁ", "exam-FI-2"),
    ]


@pytest.mark.parametrize(
    ("points", "text"),
    [(2, "2"), ("1/2", "0.5"), ("1/8", "0.125"), ("1/16", "1/16"), ("10/3", "10/3")],
)
def test_points_are_decimals_of_three_places_or_fractions(points: object, text: str) -> None:
    assert points_number(Fraction(points)) == text  # type: ignore[arg-type]
