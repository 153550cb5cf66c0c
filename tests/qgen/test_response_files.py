"""No file that somebody hands in breaks the reading of it, and each leaves a trace."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.grade_tables import review_row, rows
from qgen.response_files import ReadResponses, checksum, read_responses
from tests.examples import examples
from tests.qgen.handed_in import TITLE, response, with_checksum

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
FIELDS = ("format", "version", "exam", "paper", "student", "started", "handed_in")
NAMES = st.sampled_from(["1", "2", "3-1", "999999", "x", "", "1-", "0"])


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder)


def read(place: Path, name: str, content: bytes) -> ReadResponses:
    path = place / name
    path.write_bytes(content)
    found = read_responses([path], TITLE, place / "grades")
    assert found.submissions or found.concerns or name.endswith(".csv")
    for concern in found.concerns:
        assert concern.file == str(path)
        assert concern.message
    rows(map(review_row, found.concerns))
    return found


@examples(150)
@given(st.binary(max_size=200))
def test_any_bytes(place: Path, content: bytes) -> None:
    read(place, "a.json", content)
    read(place, "a.csv", content)


@examples(150)
@given(st.integers(0, 400), st.binary(max_size=3))
def test_a_file_that_was_damaged_anywhere(place: Path, position: int, noise: bytes) -> None:
    whole = json.dumps(response({"1": 2, "3": "1/17", "5": "x"})).encode()
    damaged = whole[:position] + noise + whole[position + len(noise) :]
    found = read(place, "a.json", damaged)
    same = json.loads(whole)
    try:
        same = json.loads(damaged)
    except ValueError:
        assert not found.submissions
    if same != json.loads(whole):
        assert found.concerns


@examples(150)
@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("format", "version", "exam", "paper", "student", "answers", "handed_in"), JSON
        ),
    )
)
def test_any_value_in_any_place(place: Path, changes: dict[str, Any]) -> None:
    data = {**response({}), **changes}
    read(place, "a.json", json.dumps(data).encode())


@examples(150)
@given(st.dictionaries(NAMES, JSON, max_size=5))
def test_every_answer_is_kept_or_named(place: Path, answers: dict[str, Any]) -> None:
    found = read(place, "a.json", json.dumps(response(answers)).encode())
    kept = sum(len(each.answers) for each in found.submissions)
    try:
        json.dumps(answers, allow_nan=False)
    except ValueError:  # no JSON has numbers without end
        assert not found.submissions
    else:
        named = sum(concern.reason == "unknown-question" for concern in found.concerns)
        assert kept + named == len(answers)


def test_the_checksum_is_that_of_the_canonical_text() -> None:
    # As a page computed it in Node, with Chinese, an emoji, a line separator and a control sign.
    data = {
        **{"format": "qgen-responses", "version": 1, "exam": "An exam", "paper": "A"},
        **{"student": "Zoë 王 \U0001f600 <b>\u2028\u007f", "started": "x", "handed_in": "y"},
        "answers": {
            **{"1": 1, "2": [1, 3], "5": '\ufffd half \u0001 "q" \\ /\n\t\b\f'},
            **{"6": [None, 2], "10": None},
        },
    }
    expected = "b63437d2650013427e744683980cac162633c0b0cc57f589f507d0521c24317c"
    assert checksum(data) == expected
    assert checksum(with_checksum(data)) == expected
    assert checksum({**data, "paper": "B"}) != expected
