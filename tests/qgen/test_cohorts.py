"""A whole build: numbers belong to students and questions, not to orders and titles."""

from pathlib import Path
from typing import Any

import pytest

from tests.qgen.course import Course, choice, manifest, numeric

NAMES = ("ada", "bo", "cy", "dee", "eli", "fay")
SECTIONS: list[dict[str, Any]] = [
    {"title": "Listed", "questions": ["tight", "which"]},
    {"title": "Picked", "pick": 2, "from": {"kinds": ["numeric"], "tags": ["wide"]}},
    {"title": "Again", "questions": ["again", "again"]},
]


@pytest.fixture
def course(course: Course) -> Course:
    """A question with as many variants as there are students, and others with plenty."""
    tight = {"a": {"integers": {"from": 3, "to": 8}}}
    course.solvers()
    course.bank(
        numeric("tight", parameters=tight),
        numeric("again", parameters={"a": {"integers": {"from": 3, "to": 30}}}),
        choice("which"),
        *(numeric(f"wide-{number}", tags=["wide"]) for number in range(4)),
    )
    return course


def handed_out(
    course: Course, names: tuple[str, ...], **changes: Any
) -> dict[tuple[str, str], Any]:
    """What each student was given for each question: numbers, keys, and what is right."""
    course.write("roster.csv", "id\n" + "\n".join(names) + "\n")
    outputs = {"csv": {"variants": 4}, "html": {"mode": "exam"}}
    course.exam(
        **{
            "versions": None,
            "students": "roster.csv",
            "sections": SECTIONS,
            "outputs": outputs,
            **changes,
        }
    )
    found = manifest(course.built())["items"]
    return {(each["copy"], each["slot"]): (each["values"], each["answers"]) for each in found}


def test_neither_orders_nor_titles_move_a_number(course: Course) -> None:
    expected = handed_out(course, NAMES)
    renamed = [{**section, "title": f"Other {section['title']}"} for section in SECTIONS]
    for roster, sections in (
        (NAMES[::-1], SECTIONS),
        (NAMES[2:] + NAMES[:2], SECTIONS[::-1]),
        (NAMES, renamed),
    ):
        assert handed_out(course, roster, sections=sections) == expected
    assert len(expected) == 6 * 6 + 4 * 5 + 1


def test_what_else_is_asked_moves_nothing(course: Course) -> None:
    expected = handed_out(course, NAMES)
    for fewer in (SECTIONS[:2], SECTIONS[::2], SECTIONS[1:]):
        assert handed_out(course, NAMES, sections=fewer).items() <= expected.items()


def test_one_format_more_moves_nothing(course: Course) -> None:
    expected = handed_out(course, NAMES)
    formats = {"csv": {"variants": 6}, "gift": {"variants": 2}, "html": {"mode": "exam"}}
    assert expected.items() <= handed_out(course, NAMES, outputs=formats).items()


def test_the_same_question_twice_has_other_numbers_for_everybody(course: Course) -> None:
    found = handed_out(course, NAMES)
    for name in NAMES:
        assert found[name, "again#1"][0] != found[name, "again#2"][0]


def test_too_few_variants_may_be_allowed_to_repeat(course: Course) -> None:
    names = (*NAMES, "gus", "hal")
    with pytest.raises(AssertionError, match="only 6 variants exist that students can tell apart"):
        handed_out(course, names)
    allowed = [
        {"title": "Listed", "questions": [{"id": "tight", "repeats": "allowed"}]},
        {"title": "All", "questions": ["again"], "repeats": "allowed"},
    ]
    outputs = {"csv": {"variants": 40}, "html": {"mode": "exam"}}
    found = handed_out(course, names, sections=allowed, outputs=outputs)
    given = [found[name, "tight#1"][0]["a"] for name in names]
    assert len(set(given)) == 6
    assert len(found) == 2 * 8 + 2 * 40
    reversed_roster = handed_out(course, names[::-1], sections=allowed, outputs=outputs)
    assert reversed_roster == found


def test_versions_without_a_roster_stay_what_they_are(course: Course) -> None:
    def versions(count: int) -> dict[tuple[str, str], Any]:
        return handed_out(course, NAMES, versions=count, students=None)

    assert versions(3).items() <= versions(6).items()


def test_the_order_of_questions_depends_on_the_student_alone(course: Course) -> None:
    def orders(sections: list[dict[str, Any]]) -> dict[str, list[str]]:
        handed_out(course, NAMES, sections=sections, shuffle={"questions": True})
        rows = (course.output / "exam" / "key.csv").read_text("utf-8").splitlines()[1:]
        cells = [row.split(",") for row in rows]
        return {
            name: [cell[3] for cell in cells if cell[0] == name and cell[3].startswith("wide")]
            for name in NAMES
        }

    one = {"title": "One", "questions": [f"wide-{number}" for number in range(4)]}
    other = {"title": "Other", "questions": ["which"]}
    expected = orders([one])
    assert orders([other, {**one, "title": "Another title"}]) == expected
    assert len({tuple(order) for order in expected.values()}) > 1
    fewer = {**one, "questions": one["questions"][:3]}
    assert orders([fewer]) == {
        name: [each for each in order if each != "wide-3"] for name, order in expected.items()
    }


def test_what_is_given_to_a_student_does_not_depend_on_where_it_is_built(
    course: Course, tmp_path: Path
) -> None:
    expected = handed_out(course, NAMES)
    course.write("roster.csv", "id,name\n" + "".join(f"{name},A Name\n" for name in NAMES))
    report = course.build(output=tmp_path / "elsewhere")
    assert report.folder is not None
    found = manifest(report.folder)["items"]
    assert {(each["copy"], each["slot"]): (each["values"], each["answers"]) for each in found} == (
        expected
    )
