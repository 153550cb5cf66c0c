from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qgen.document.exam import Attempts, Item, Pool
from qgen.document.richtext import Hole, Paragraph, Passage, RichText, Text, passage_of
from qgen.renderers.moodle.writer import MoodleOptions, render
from tests import samples
from tests.renderers.moodle.moodle_reader import read
from tests.renderers.moodle.moodle_written import files_of, texts


@given(st.lists(texts.filter(str.strip), min_size=2, max_size=4), texts.filter(str.strip))
@settings(max_examples=100, deadline=None)
def test_categories_are_distinct_and_keep_their_slashes_apart(titles, exam_title):
    titles = [f"{title}/{'/' * index}" * 9 for index, title in enumerate(titles)] + titles * 2
    pools = tuple(
        Pool(replace(samples.header("open"), title=title), "S", Fraction(1), 1, _open(1))
        for title in titles
    )
    found = read(files_of(replace(samples.exam(), title=exam_title, pools=pools))["samples.xml"])
    assert [len(questions) for questions in found.values()] == [1] * len(titles)


def _open(count: int) -> list[Item]:
    stem = passage_of("Stem.")
    return [samples.item("open", number, stem) for number in range(1, count + 1)]


def _pools(*counts: int) -> tuple[Pool, ...]:
    return tuple(
        Pool(
            replace(samples.header("open"), title=f"Title {index}"),
            "S",
            Fraction(3, 2),
            count,
            iter(_open(count)),
        )
        for index, count in enumerate(counts)
    )


def test_files_are_split_and_each_begins_with_its_category():
    files = files_of(
        replace(samples.exam(), pools=_pools(3, 1, 4)), MoodleOptions(questions_per_file=2)
    )
    assert list(files) == [f"samples-{number}.xml" for number in (1, 2, 3, 4)] + ["settings.txt"]
    top = "$course$/top/Samples & more/Title"
    assert [
        {category: len(questions) for category, questions in read(content).items()}
        for name, content in files.items()
        if name.endswith(".xml")
    ] == [{f"{top} 0": 2}, {f"{top} 0": 1, f"{top} 1": 1}, {f"{top} 2": 2}, {f"{top} 2": 2}]
    sheet = files["settings.txt"].decode()
    assert "samples-2.xml: 2 questions\n    1 in" in sheet
    with pytest.raises(ValueError, match="at least 1"):
        MoodleOptions(questions_per_file=0)


def test_files_out_of_order_and_wrong_counts_are_noticed():
    exam = replace(samples.exam(), pools=_pools(3))
    files = render(exam, MoodleOptions(questions_per_file=2)).files
    with pytest.raises(RuntimeError, match="samples-2"):
        b"".join(files["samples-2.xml"])
    for count in (2, 4):
        pool = replace(_pools(3)[0], count=count)
        with pytest.raises(ValueError, match="sample-open says"):
            files_of(replace(samples.exam(), pools=(pool,)))


def test_the_settings_sheet_tells_what_the_xml_cannot():
    exam = replace(
        samples.exam(),
        attempts=Attempts(3, 480),
        instructions=passage_of("Be brief."),
        pools=(*_pools(2, 2), replace(_pools(2)[0], points=Fraction(1, 3), section="Other")),
    )
    sheet = files_of(exam)["settings.txt"].decode()
    for line in (
        *("Name: Samples & more", "Course: Course 1", "Time limit: 90 minutes"),
        *("Attempts allowed: 3", "Enforced delay between attempts: 480 minutes"),
        *("Description: Be brief.", "Shuffle within questions: yes", "(80%)"),
        *("Section heading: Other", "samples.xml: 6 questions", "maximum mark: 0.3333333 (1/3)"),
        "Slot 2: one random question from this category (2 variants)",
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
        for number in range(1, 5001):
            taken += 1
            yield replace(template, variant=number, stem=Passage(stem, (str(number),)))

    def chunks():
        pool = Pool(template.header, "S", template.points, 5000, items())
        exam = replace(samples.exam(), pools=(pool,))
        return render(exam, MoodleOptions(questions_per_file=5000)).files["samples.xml"]

    received, sizes, ahead = b"", [], []
    for chunk in chunks():
        received += chunk
        sizes.append(len(chunk))
        ahead.append(taken - received.count(b"</question>"))
    assert max(sizes) < 80_000
    assert max(ahead) <= 1
    assert taken == 5000
    assert b"".join(chunks()) == received
