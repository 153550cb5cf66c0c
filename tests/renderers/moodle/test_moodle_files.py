from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.exam import Attempts, Item, Pool
from qgen.document.formats import MoodleOptions
from qgen.document.richtext import Hole, Paragraph, Passage, RichText, Text, passage_of
from qgen.renderers.moodle.writer import MoodleWriter
from tests import samples
from tests.examples import examples
from tests.renderers.moodle.moodle_reader import read
from tests.renderers.moodle.moodle_written import files_of, split_files, texts
from tests.written import chunks

pytestmark = pytest.mark.slow


@given(st.lists(texts.filter(str.strip), min_size=2, max_size=4), texts.filter(str.strip))
@examples(100)
def test_categories_are_distinct_and_keep_their_slashes_apart(titles, exam_title):
    titles = [f"{title}/{'/' * index}" * 9 for index, title in enumerate(titles)] + titles * 2
    pools = tuple(
        Pool(replace(samples.header("open"), title=title), "S", Fraction(1), False)
        for title in titles
    )
    exam = replace(
        samples.exam(), title=exam_title, pools=pools, variants=tuple(_open(1) for _ in titles)
    )
    found = read(files_of(exam)["samples.xml"])
    assert [len(questions) for questions in found.values()] == [1] * len(titles)


def _open(count: int) -> list[Item]:
    stem = passage_of("Stem.")
    return [samples.item("open", number, stem) for number in range(1, count + 1)]


def _exam(*counts: int, points: Fraction = Fraction(3, 2)) -> samples.SampleExam:
    """An exam with pools of so many items: of one, or of as many as the writer wants."""
    pools = tuple(
        Pool(replace(samples.header("open"), title=f"Title {index}"), "S", points, count > 1)
        for index, count in enumerate(counts)
    )
    return replace(samples.exam(), pools=pools, variants=tuple(map(_open, counts)))


def test_files_are_split_and_each_begins_with_its_category():
    files = split_files(_exam(3, 1, 3), 2)
    names = ["samples.xml", *(f"samples-{number}.xml" for number in (2, 3, 4))]
    assert list(files) == [*names, "settings.txt", "settings.md", "settings.html"]
    top = "$course$/top/Samples & more/Title"
    assert [
        {category: len(questions) for category, questions in read(content).items()}
        for name, content in files.items()
        if name.endswith(".xml")
    ] == [{f"{top} 0": 2}, {f"{top} 0": 1, f"{top} 1": 1}, {f"{top} 2": 2}, {f"{top} 2": 1}]
    sheet = files["settings.txt"].decode()
    assert "samples-2.xml: 2 questions\n    1 in" in sheet


def test_the_settings_sheet_tells_what_the_xml_cannot():
    exam = _exam(2, 2, 2)
    last = replace(exam.pools[2], points=Fraction(1, 3), section="Other")
    exam = replace(
        exam,
        attempts=Attempts(3, 480),
        instructions=passage_of("Be brief."),
        pools=(*exam.pools[:2], last),
    )
    sheet = files_of(exam, MoodleOptions(variants=2))["settings.txt"].decode()
    for line in (
        *("Name: Samples & more", "Course: Course 1", "Time limit: 90 minutes"),
        "Open the quiz: 2026-12-04",
        *("Attempts allowed: 3", "Grading method: highest grade", "deferred feedback"),
        *(
            "Shuffle (beside the sections' headings): no",
            "Enforced delay between attempts: 480 minutes",
        ),
        *("Description: Be brief.", "Shuffle within questions: yes", "(80%)"),
        *("Section heading: Other", "samples.xml: 6 questions", "maximum mark: 0.3333333 (1/3)"),
        "Slot 2: a random question, one of 2 variants",
        "category: $course$/top/Samples & more/Title 1",
        "Maximum grade of the quiz: 3.3333333 (10/3)",
    ):
        assert line in sheet, line


def test_variants_stream_and_are_written_the_same_again():
    taken = 0
    stem = RichText((Paragraph((Text("Number "), Hole(0))),))
    template = samples.item("numeric")

    def items():
        nonlocal taken
        for number in range(1, 1001):
            taken += 1
            yield replace(template, variant=number, stem=Passage(stem, (str(number),)))

    def contents():
        pool = Pool(template.header, "S", template.points, True)
        exam = replace(samples.exam(), pools=(pool,), variants=(items(),))
        writer = MoodleWriter(MoodleOptions(variants=1000), 1000)
        return (chunk.content for chunk in chunks(writer, exam) if chunk.file == "samples.xml")

    received, ahead, written = [], [], -1  # the category is a <question>, too
    for content in contents():
        received.append(content)
        written += content.count(b"</question>")
        ahead.append(taken - written)
    assert max(ahead) <= 1
    assert taken == written == 1000
    assert b"".join(contents()) == b"".join(received)
