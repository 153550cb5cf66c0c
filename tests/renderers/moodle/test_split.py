"""Derivations that Moodle marks in part: two questions, each whole in itself, with fair shares."""

from dataclasses import replace
from fractions import Fraction

import pytest

from qgen.document.answers import CarriedForward, Numeric, Tolerance
from qgen.document.exam import Item
from qgen.document.formats import MoodleOptions
from qgen.document.richtext import Hole, Paragraph, Passage, RichText, Text, passage_of
from qgen.renderers.moodle.writer import MoodleWriter
from tests import samples
from tests.renderers.moodle.moodle_written import by_category, exam_of, files_of
from tests.written import losses

OPEN, CHOICE = samples.ANSWERS["open"], samples.ANSWERS["single_choice"]
NUMBER = Numeric(3, Tolerance("absolute", Fraction(1, 10)))
STEM = RichText((Paragraph((Text("The number is "), Hole(0))),))


def mixed(variant: int = 1, answers=(NUMBER, OPEN, CHOICE), points=(2, 3, 1)) -> Item:
    parts = samples.steps(*answers, points=[Fraction(each) for each in points])
    parts = tuple(
        replace(part, prompt=passage_of(f"Prompt {part.label}."), explanation=passage_of("Why."))
        for part in parts
    )
    return replace(
        samples.item("derivation", variant),
        stem=Passage(STEM, (str(variant),)),
        parts=parts,
        points=sum((part.points for part in parts), Fraction(0)),
    )


def test_moodle_marks_what_it_can_and_a_person_the_rest() -> None:
    machine, person = by_category(mixed(1), mixed(2))
    assert [question.kind for question in machine] == ["cloze", "cloze"]
    assert [question.kind for question in person] == ["essay", "essay"]
    for cloze, essay in zip(machine, person, strict=True):
        assert (cloze.grade, essay.grade) == (3, 3)
        assert [blank.grade for blank in cloze.blanks] == [2, 1]
        assert cloze.mark([3, None])[0] == pytest.approx(2 / 3)
        assert cloze.mark([3, 0])[0] == 1
        assert cloze.mark([4, 1])[0] == 0


def test_both_state_the_same_variant_in_full() -> None:
    machine, person = by_category(*(mixed(number) for number in (1, 2, 3)))
    for number, (cloze, essay) in enumerate(zip(machine, person, strict=True), 1):
        for question in (cloze, essay):
            assert f"The number is {number}" in question.text
            assert question.name.endswith(f"{number:04}")
        assert (cloze.name, essay.name) == (
            f"Sample derivation & more (a, c) {number:04}",
            f"Sample derivation & more (b) {number:04}",
        )
        assert essay.idnumber == f"{cloze.idnumber}-essay"
        assert "Prompt b." not in cloze.text
        assert "Part b</strong> (3 points)</p><p>This part is asked in another" in cloze.text


def test_an_essay_shows_the_parts_before_its_own_to_be_read() -> None:
    (_,), (essay,) = by_category(mixed())
    assert "<blockquote><p><strong>Part a" in essay.text
    assert "stands here only to be read" in essay.text
    assert "Prompt a." in essay.text
    assert "Prompt b." in essay.text
    assert "Prompt c." not in essay.text
    assert "Key: 3" in essay.notes
    assert "Names the joint law." in essay.notes
    assert "Key" not in essay.text
    assert essay.explanation.count("Why.") == 1


def test_it_says_that_numbers_may_differ_where_they_may() -> None:
    one = by_category(mixed())[1][0]
    many = by_category(mixed(1), mixed(2))[1][0]
    first = by_category(mixed(1, (OPEN, NUMBER), (1, 1)), mixed(2, (OPEN, NUMBER), (1, 1)))[1][0]
    assert "may differ" not in one.text
    assert "may differ" in many.text
    assert "may differ" not in first.text  # nothing of the other question is repeated there


@pytest.mark.parametrize(
    ("answers", "categories"),
    [((NUMBER, CHOICE), 1), ((OPEN, OPEN), 1), ((OPEN, samples.ANSWERS["formula"]), 2)],
)
def test_only_what_is_mixed_is_split(answers, categories) -> None:
    found = by_category(mixed(1, answers, (1, 1)))
    assert len(found) == categories
    assert sum(question.grade for (question,) in found) == 2


def test_as_one_essay_where_this_is_chosen() -> None:
    options = MoodleOptions(derivations="essay")
    ((question,),) = by_category(mixed(), options=options)
    assert (question.kind, question.grade) == ("essay", 6)
    assert MoodleWriter(options).marked_by(mixed()) == ("person",) * 3
    assert MoodleWriter(MoodleOptions()).marked_by(mixed()) == ("machine", "person", "machine")


def test_the_report_tells_of_the_split_and_of_what_cannot_be_carried() -> None:
    item = mixed()
    carried = replace(item.parts[2], carried=CarriedForward("a", lambda earlier: earlier))
    item = replace(item, parts=(*item.parts[:2], carried))
    found = losses(item, MoodleOptions())
    assert [problem.code for problem in found] == ["moodle-carry", "moodle-derivation"]
    assert "part c: Moodle's core cannot follow a wrong answer to part a" in found[0].message
    assert "part b is an essay" in found[1].message


def test_the_sheet_keeps_the_pair_together() -> None:
    items = (mixed(1), mixed(2))
    sheet = files_of(exam_of(*items), MoodleOptions(variants=2))["settings.txt"].decode()
    top = "$course$/top/Samples & more/Sample derivation & more"
    first, second = sheet.index("Slot 1 (parts a, c)"), sheet.index("Slot 2 (part b)")
    assert first < sheet.index(f"category: {top} (a, c)\n    maximum mark: 3\n") < second
    assert sheet.index(f"category: {top} (b)\n    maximum mark: 3, marked by a person") > second
    assert "Maximum grade of the quiz: 6" in sheet
    assert "A person marks: slot 2 (3 of the marks)" in sheet
    assert "samples.xml: 4 questions" in sheet


def test_points_of_an_exam_are_shared_as_its_own() -> None:
    item = mixed(points=(Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)))
    (cloze,), (essay,) = by_category(item)
    assert cloze.grade == pytest.approx(2 / 3, abs=1e-6)
    assert essay.grade == pytest.approx(1 / 3, abs=1e-6)
