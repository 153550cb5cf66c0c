"""Who marks what: one table for all formats and kinds, and the sums that reports tell."""

from dataclasses import replace
from fractions import Fraction

import pytest

from qgen.document.answers import KINDS, Open
from qgen.document.formats import FORMATS
from qgen.renderers.carriage import MARKED_BY, NUMERIC_COMPLEX, marked_by, marks_by_format
from qgen.writers import default_writer, takes_papers
from tests import samples


def test_the_table_has_every_kind_of_every_format_that_is_no_paper() -> None:
    assert set(MARKED_BY) <= set(FORMATS)
    for name, kinds in MARKED_BY.items():
        assert [kind for kind in kinds if kind != NUMERIC_COMPLEX] == list(KINDS), name
        assert NUMERIC_COMPLEX in kinds, name
        assert not takes_papers(name)


@pytest.mark.parametrize("name", MARKED_BY)
@pytest.mark.parametrize("kind", samples.ANSWERS)
def test_a_writer_says_of_a_kind_what_the_table_says(name: str, kind: str) -> None:
    item = samples.item(kind)
    (by,) = default_writer(name).marked_by(item)
    # A formula among the pairs, or in a text to be typed, is what the table cannot know.
    assert by == marked_by(name, item.parts[0].answer) or kind == "matching"


def test_an_open_answer_is_for_a_person_everywhere() -> None:
    assert {marked_by(name, Open((), 3)) for name in MARKED_BY} == {"person"}


def test_marks_add_up_and_name_the_questions_that_a_person_marks() -> None:
    half = replace(samples.sole(samples.ANSWERS["open"])[0], points=Fraction(1, 2))
    explained = replace(samples.item("open"), parts=(half,))
    items = [samples.item("numeric"), explained, explained]
    moodle = marks_by_format({"moodle": default_writer("moodle")}, items)["moodle"]
    assert moodle.line() == "2 of 3 marks by machine, 1 by a person (sample-open)"
    alone = marks_by_format({"moodle": default_writer("moodle")}, items[:1])["moodle"]
    assert alone.line() == "2 of 2 marks by machine"


def test_a_line_names_no_more_than_can_be_read() -> None:
    named = [
        replace(samples.item("open"), header=replace(samples.header("open"), identifier=f"q{n}"))
        for n in range(20)
    ]
    moodle = marks_by_format({"moodle": default_writer("moodle")}, named)["moodle"]
    assert moodle.line().endswith("(q0, q1, q2, q3, q4, q5, q6, q7 and 12 more)")
    assert len(moodle.by_person) == 20


def test_papers_have_no_such_sum() -> None:
    assert marks_by_format({"html": default_writer("html")}, [samples.item("open")]) == {}
