"""Whatever leaves the house has every hole filled, in every format."""

import re

import pytest

from qgen.document.formats import FORMATS
from tests.qgen.course import HEADER, Course, digests, numeric

WORDS = {
    "id": "isomorphic",
    "kind": "short_answer",
    "title": "An isomorphic code",
    **HEADER,
    "parameters": {
        "iso": {"one_of": ["0110 left", "1001 left"]},
        "n": {"integers": {"from": -99, "to": -1}},
    },
    "stem": "Which code is {{ iso }}, and {{ n }}?",
    "accept": ["{{ iso }}", "code {{ iso }} at {{ n }}"],
    "mistakes": [{"text": "not {{ iso }}", "feedback": "Not {{ iso }}."}],
}
WITH_UNIT = numeric(
    "square", unit="{{ dimension }}", parameters={
        "a": {"integers": {"from": 3, "to": 400}}, "dimension": {"one_of": ["metres", "feet"]},
    },
)  # fmt: skip


@pytest.fixture
def files(course: Course) -> dict[str, str]:
    course.solvers()
    course.bank(WORDS, WITH_UNIT)
    formats = {**{name: {} for name in FORMATS}, "latex": {"pdf": "never"}}
    formats["guide"] = {"pdf": "never"}
    course.exam("isomorphic", "square", outputs=formats)
    folder = course.built()
    return {
        name: (folder / name).read_bytes().decode("utf-8", "replace") for name in digests(folder)
    }


def test_nothing_that_is_written_holds_an_open_hole(files: dict[str, str]) -> None:
    assert {name.split("/")[0] for name in files} >= set(FORMATS)
    # TeX's own macros open two braces too, but none before the name of a value.
    hole = re.compile(r"\{\{\s*(iso|n|a|dimension)\b")
    assert [name for name, text in files.items() if hole.search(text)] == []


@pytest.mark.parametrize("name", ["moodle/exam.xml", "gift/exam.gift.txt", "csv/questions.csv"])
def test_accepted_words_are_those_of_the_variant(files: dict[str, str], name: str) -> None:
    text = files[name]
    assert "0110 left" in text or "1001 left" in text
    assert "metres" in text or "feet" in text or name.startswith("csv")


def test_a_typed_number_has_the_minus_of_a_keyboard(files: dict[str, str]) -> None:
    assert "left at -" in files["moodle/exam.xml"]
