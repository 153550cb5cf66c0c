"""The sheet of settings in its three forms, and the texts that begin sections."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from qgen.document.exam import Item, Pool
from qgen.document.formats import MoodleOptions
from qgen.document.richtext import Passage, passage_of
from tests import samples
from tests.renderers.moodle.moodle_reader import read
from tests.renderers.moodle.moodle_written import exam_of, files_of, texts

FORMS = ("settings.txt", "settings.md", "settings.html")
READ, WRITE = passage_of("Read <carefully> & twice."), passage_of("Write.")


def in_sections(*sections: tuple[str, Passage | None, str]) -> samples.SampleExam:
    """An exam with a pool of two variants for each (section, instructions, kind)."""
    pools, variants = [], []
    for title, instructions, kind in sections:
        items: list[Item] = [samples.item(kind, number) for number in (1, 2)]
        pools.append(Pool(items[0].header, title, items[0].points, True, instructions))
        variants.append(items)
    return replace(samples.exam(), pools=tuple(pools), variants=tuple(variants))


def sheets(exam: samples.SampleExam) -> dict[str, str]:
    files = files_of(exam, MoodleOptions(variants=2))
    return {name: files[name].decode() for name in FORMS}


def test_all_forms_say_the_same() -> None:
    exam = in_sections(("One", READ, "numeric"), ("One", READ, "derivation"), ("Two", None, "open"))
    exam = replace(exam, title="A *title* with `ticks` & <b>[tags](x)</b> # 1. _so_")
    found = sheets(exam)
    lines = found["settings.txt"].splitlines()
    expected = [" ".join(line.split()) for line in lines if line.strip()]
    tree = lxml_html.fromstring(found["settings.html"])
    in_page = [
        " ".join((element.text or "").split())
        + "".join(f" {' '.join(code.text.split())}" for code in element.findall("code"))
        for element in tree.iter("h1", "h2", "li")
    ]
    assert in_page == expected
    rendered = lxml_html.fromstring(MarkdownIt("commonmark").render(found["settings.md"]))
    words = " ".join(rendered.text_content().split())
    for line in expected:
        assert line in words, line
    assert not rendered.xpath("//em | //a | //strong | //b")


def test_instructions_stand_at_the_start_of_their_section() -> None:
    exam = in_sections(
        ("One", READ, "numeric"),
        ("One", READ, "open"),
        ("Two", None, "single_choice"),
        ("One", WRITE, "short_answer"),
    )
    files = files_of(exam, MoodleOptions(variants=2))
    found = read(files["samples.xml"])
    path = "$course$/top/Samples & more/Instructions"
    assert [question.name for question in found[path]] == ["One", "One (2)"]
    assert [question.text for question in found[path]] == [
        "Read &lt;carefully&gt; &amp; twice.",
        "Write.",
    ]
    assert next(iter(found)) == path
    text = files["settings.txt"].decode()
    assert f"Before slot 1: the description 'One' (no marks) of {path}\n" in text
    assert f"Before slot 4: the description 'One (2)' (no marks) of {path}\n" in text
    assert text.count("Before slot") == 2
    assert text.count("Section heading") == 3


def test_no_question_falls_into_the_category_of_instructions() -> None:
    exam = in_sections(("One", READ, "open"))
    header = replace(exam.pools[0].header, title="Instructions")
    exam = replace(exam, pools=(replace(exam.pools[0], header=header),))
    found = read(files_of(exam, MoodleOptions(variants=2))["samples.xml"])
    assert sorted(len(questions) for questions in found.values()) == [1, 2]


def test_only_what_the_exam_needs_is_said() -> None:
    plain = sheets(exam_of(*(samples.item("open", number) for number in (1, 2))))["settings.txt"]
    for absent in ("embedded", "decimals", "Moodle 4.4", "share the parts"):
        assert absent not in plain, absent
    mixed = sheets(in_sections(("One", None, "derivation")))["settings.txt"]
    for present in ("embedded", "decimals", "share the parts"):
        assert present in mixed, present


def test_shuffling_keeps_together_what_belongs_together() -> None:
    def said(*sections: tuple[str, Passage | None, str], shuffles: bool = True) -> str:
        exam = replace(in_sections(*sections), shuffle_questions=shuffles)
        (line,) = [
            line for line in sheets(exam)["settings.txt"].splitlines() if "Shuffle (" in line
        ]
        return line.partition("): ")[2]

    assert said(("One", None, "open")) == "yes"
    assert said(("One", None, "open"), shuffles=False) == "no"
    assert said(("One", None, "derivation")) == "no, since slots belong together"
    both = said(("One", None, "derivation"), ("Two", None, "open"), ("Three", READ, "open"))
    assert both == "yes, but for One, Three, where slots belong together"


def test_slots_of_one_question_name_it() -> None:
    exam = in_sections(("One", None, "open"))
    pool = replace(exam.pools[0], varies=False)
    text = sheets(replace(exam, pools=(pool,)))["settings.txt"]
    assert "Slot 1: from the question bank, the only question there" in text


def test_marks_on_the_sheet_add_up() -> None:
    exam = in_sections(("One", None, "derivation"), ("Two", None, "numeric"))
    text = sheets(exam)["settings.txt"]
    marks = [
        Fraction(line.partition("mark: ")[2].partition(",")[0])
        for line in text.splitlines()
        if "maximum mark: " in line
    ]
    assert len(marks) == 3
    assert f"Maximum grade of the quiz: {float(sum(marks)):g}" in text


@pytest.mark.slow
@given(texts.filter(str.strip), texts)
def test_hostile_texts_stay_text_in_every_form(title: str, section: str) -> None:
    exam = in_sections((section, passage_of(title), "open"))
    found = sheets(replace(exam, title=title, course=section))
    tree = lxml_html.fromstring(found["settings.html"])
    allowed = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "ul", "li", "code"}
    assert {element.tag for element in tree.iter()} <= allowed
    rendered = lxml_html.fromstring(MarkdownIt("commonmark").render(found["settings.md"]))
    assert {element.tag for element in rendered.iter()} <= allowed | {"div"}
