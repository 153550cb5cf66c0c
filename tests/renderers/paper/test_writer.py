"""Papers as a student, a marker and a printer get them."""

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.answers import Numeric, Option, SingleChoice, Tolerance
from qgen.document.exam import Asset, Item, Paper, Section
from qgen.document.formats import PaperOptions
from qgen.document.guide import GuideDocument, GuideTopic, StudyNote
from qgen.document.problem import Place
from qgen.document.richtext import (
    Image,
    Math,
    Paragraph,
    Passage,
    RichText,
    Text,
    passage_of,
)
from qgen.renderers.wording import points_number
from qgen.typesetting import Typeset
from qgen.typst_papers import compile_papers
from tests import samples
from tests.renderers.paper.pages import (
    assert_source_compiles,
    beyond_the_margin,
    needs_poppler,
    words_of,
)
from tests.renderers.paper.shipped import shipped
from tests.samples import SampleExam
from tests.written import losses, render

BOTH, PAPERS = PaperOptions(), PaperOptions(solutions=False)


def exam_with(*items: Item, student: str | None = None) -> SampleExam:
    section = Section("Questions", None, items)
    papers = (Paper("A", student, (section,)),)
    return replace(samples.exam(), papers=papers, pools=(), variants=())


def source(exam: SampleExam, name: str = "paper-A.typ") -> str:
    return render(exam, BOTH).files[name].decode()


def typeset(exam: SampleExam, folder: Path, options: PaperOptions = BOTH) -> list[Typeset]:
    files = render(exam, options).files
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    names = [name for name in files if name.endswith(".typ") and "/" not in name]
    return list(compile_papers(folder, names))


def pdfs(exam: SampleExam, folder: Path, options: PaperOptions = BOTH) -> list[bytes]:
    found = []
    for result in typeset(exam, folder, options):
        assert result.problems == ()
        assert result.pdf is not None
        found.append(result.pdf)
    return found


# Which files there are.


def test_each_paper_has_a_source_and_solutions_if_wanted() -> None:
    assert list(render(samples.exam(), BOTH).files) == [
        "assets/style.typ",
        "paper-A.typ",
        "solutions-A.typ",
        "assets/picture.png",
        "paper-B.typ",
        "solutions-B.typ",
        "keys.typ",
    ]
    assert "solutions-A.typ" not in render(samples.exam(), PAPERS).files


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert render(samples.exam(), BOTH) == render(samples.exam(), BOTH)


def test_pictures_of_one_name_but_other_content_are_kept_apart() -> None:
    stem = Passage(RichText((Paragraph((Image("picture", ("grey",)),)),)))
    first, second = samples.item("numeric", stem=stem), samples.item("open", stem=stem)
    second = replace(second, assets={"picture": Asset("picture", {"png": samples.PNG + b"\0"})})
    written = source(exam_with(first, second, first))
    shown = re.findall(r'whole-picture\("(.*?)"', written)
    assert shown == ["/assets/picture.png", "/assets/picture-2.png", "/assets/picture.png"]


# What a paper says, and what it keeps to itself.

TOLD = (
    "Why it is right",
    "This swaps the two",
    "It follows from A",
    "B contradicts it",
    "That is the standard deviation",
    "0.0588",
    "frac(1, 17)",
    "The square does not belong",
    "evidence",
    "ELBO",
    "Names the joint law",
    "Gives a reason",
    "worked solution",
    "Explanation",
    "Sample ",
    "samples.yaml",
    "right-",
    "correct",
    "#key",
)


@pytest.mark.parametrize("kind", samples.KINDS)
def test_a_paper_never_tells_key_feedback_explanation_or_rubric(kind: str) -> None:
    written = source(exam_with(samples.item(kind, stem=passage_of("The stem."))))
    for told in TOLD:
        assert told not in written.replace("sample-", ""), told


def test_a_paper_does_not_depend_on_the_key() -> None:
    def item(right: int) -> Item:
        options = tuple(
            Option(passage_of(f"option {index}"), index == right, passage_of(f"Secret {index}."))
            for index in range(3)
        )
        return replace(samples.item("single_choice"), parts=samples.sole(SingleChoice(options)))

    assert len({source(exam_with(item(right))) for right in range(3)}) == 1
    assert len({source(exam_with(item(right)), "solutions-A.typ") for right in range(3)}) == 3


def test_solutions_tell_everything_that_a_marker_needs() -> None:
    written = source(samples.exam(), "solutions-A.typ")
    for told in (
        '#marked-option(right-circle-sign, "A", [#"the right one";], [#right-verdict[#"correct";]',
        '#marked-option(right-square-sign, "C"',
        "Why it is right.",
        "This swaps the two.",
        r'#formula("\\frac{1}{17} \\approx 0.0588235", $frac(1, 17)\u{2248}0.0588235$);',
        '#" nats";',
        "0.0582353",
        "0.0594118",
        "That is the standard deviation.",
        "The square does not belong here.",
        "evidence lower bound; ELBO",
        "Only a bound of it.",
        '#labelled[#"0.5";#" points";#": ";][#"Gives a reason.";]',
        "The worked solution of the open question.",
        "Explanation of the part.",
    ):
        assert told in written, told


def test_a_key_without_tolerance_has_no_interval() -> None:
    answer = Numeric(Fraction(14), Tolerance("absolute", Fraction(0)))
    item = replace(samples.item("numeric"), parts=samples.sole(answer))
    written = source(exam_with(item), "solutions-A.typ")
    assert '#key[#"Key: ";][#formula("14", $14$);];' in written
    assert "accepted" not in written


def test_the_head_of_a_paper() -> None:
    written = source(samples.exam(), "paper-B.typ")
    for told in (
        '#title-block(course: [#"Course 1";], [#"Samples & more";], [#strong[#"Version B";];]',
        '[#"Date: ";#"December 4, 2026";]',
        '[#"Time allowed: ";#"90";#" minutes";]',
        f'[#"Total: ";#"{points_number(samples.exam().papers[1].points)}";#" points";]',
        '[#"Pass mark: ";#"80";#"%";]',
        """student: [#"Ada O'Neil & co";], identifier: [#"B";]""",
    ):
        assert told in written, told


def test_papers_that_differ_have_codes_that_differ_and_their_solutions_have_the_same() -> None:
    files = render(samples.exam(), BOTH).files
    codes = {
        name: re.search(r'code: "([A-Z2-7]{5})"', content.decode())
        for name, content in files.items()
        if name.endswith("A.typ") or name.endswith("B.typ")
    }
    found = {name: code[1] for name, code in codes.items() if code}
    assert found["paper-A.typ"] == found["solutions-A.typ"] != found["paper-B.typ"]


def test_many_questions_are_summed_up_by_section() -> None:
    written = source(exam_with(*(samples.item("numeric") for _ in range(12))))
    assert '[#"Questions";], [#"1–12";], [#"24";], []' in written


def test_points_that_do_not_end_are_printed_as_fractions() -> None:
    item = replace(samples.item("numeric"), points=Fraction(1, 3))
    assert "frac(1, 3)" in source(exam_with(item))


def test_a_question_in_another_language_says_so() -> None:
    item = samples.item("open")
    german = replace(item, header=replace(item.header, language="de"))
    assert '#in-language("de")' in source(exam_with(german))
    assert "#in-language" not in source(exam_with(item))


def test_a_language_without_labels_is_an_error() -> None:
    with pytest.raises(LookupError, match="'xx'"):
        render(replace(samples.exam(), language="xx"), BOTH)


def test_the_size_of_pages_and_of_text_can_be_chosen(tmp_path: Path) -> None:
    options = PaperOptions(page="letter", text_size=18, solutions=False)
    exam = exam_with(*(samples.item(kind) for kind in samples.KINDS))
    (pdf,) = pdfs(exam, tmp_path, options)
    assert b"/MediaBox[0 0 612 792]" in pdf
    usual = pdfs(exam_with(samples.item("open")), tmp_path, PAPERS)[0]
    assert b"/MediaBox[0 0 595.2756 841.8898]" in usual


def test_the_study_guide_is_written_where_it_is_wanted() -> None:
    note = StudyNote(passage_of("Know the ELBO."), None, Place("notes.yaml", 1, 1))
    guide = GuideDocument("Exam", "en", "Course", None, (GuideTopic("Topic & more", (note,)),))
    exam = replace(samples.exam(), guide=guide)
    assert "guide.typ" not in render(exam, BOTH).files
    written = render(exam, PaperOptions(guide=True)).files["guide.typ"].decode()
    assert '#section-heading[#"Topic & more";];' in written
    assert '[#"Know the ELBO.";]' in written


def test_the_key_sheet_has_a_column_for_each_version() -> None:
    first, second = samples.item("single_choice"), samples.item("derivation")
    sections = [Section("Questions", None, items) for items in ((first, second), (second, first))]
    papers = tuple(Paper(label, None, (each,)) for label, each in zip("AB", sections, strict=True))
    written = render(replace(exam_with(), papers=papers), BOTH).files["keys.typ"].decode()
    keys, places = written.split("#section-heading", 1)
    rows = re.findall(r'\[#"(\d(?: \(\w\))?)";\], (\[.*?\]), (\[.*?\])(?=, \[#"\d|\);)', keys)
    assert rows[0] == ("1", '[#"A";]', "[]")
    assert rows[1] == ("1 (a)", "[]", '[#"A";]')
    parts = len(second.parts)
    assert rows[1 + parts] == ("2", "[]", '[#"A";]')
    assert rows[3 + parts] == ("2 (b)", '[#"A, C";]', "[]")
    assert '[#"sample-single_choice";], [#"1";], [#"2";]' in places
    assert '[#"sample-derivation";], [#"2";], [#"1";]' in places


def test_more_papers_than_a_sheet_has_room_for_have_none() -> None:
    sections = exam_with(samples.item("open")).papers[0].sections
    papers = tuple(Paper(str(number), None, sections) for number in range(9))
    assert "keys.typ" not in render(replace(exam_with(), papers=papers), BOTH).files
    assert "keys.typ" in render(replace(exam_with(), papers=papers[1:]), BOTH).files
    assert "keys.typ" not in render(exam_with(samples.item("open")), PAPERS).files


# What it cannot show.


def test_losses_name_what_a_paper_cannot_show() -> None:
    line = (
        Math((r"\raisebox{1pt}{x}",)),
        Text("\x07"),
        Image("drawn", ("a plot",)),
    )
    item = samples.item("open", stem=Passage(RichText((Paragraph(line),))))
    item = replace(item, assets={"drawn": Asset("drawn", {"eps": b""})})
    found = losses(item, BOTH)
    assert [(problem.code, problem.severity) for problem in found] == [
        ("paper-math", "error"),
        ("paper-character", "loss"),
        ("paper-image", "loss"),
    ]
    assert {problem.place for problem in found} == {item.header.place}


def test_nothing_is_lost_of_the_samples() -> None:
    assert [found for kind in samples.KINDS for found in losses(samples.item(kind), BOTH)] == []


def test_the_exams_own_texts_are_reported_once() -> None:
    exam = replace(samples.exam(), title="A \x07 title")
    assert [problem.code for problem in render(exam, BOTH).problems] == ["paper-character"]


# On paper.


@needs_poppler
@pytest.mark.tex
def test_a_paper_prints_every_question_option_and_mark_in_order(tmp_path: Path) -> None:
    exam = replace(samples.exam(), papers=samples.exam().papers[1:])
    paper, solutions, _ = map(words_of, pdfs(exam, tmp_path))
    wanted = ["Course 1", "Samples & more", "Version B", "Ada O'Neil & co", "First & foremost"]
    wanted += ["Read <carefully>.", "Question 1", "2 points", "the right one", "another wrong one"]
    wanted += ["Question 2", "a true statement", "Question 3", "nats"]
    wanted += [f"Question {number}" for number in range(4, len(samples.KINDS) + 1)]
    whole = points_number(samples.item("derivation").points)
    wanted += [f"{whole} points", "(a)", "Prompt of the single_choice part.", "(f)"]
    position = 0
    for each in wanted:
        position = paper.find(each, position)
        assert position >= 0, each
    # Options stand in columns, which are read one after the other.
    second = paper[paper.find("Question 2") : paper.find("Question 3")]
    assert "a false statement" in second
    assert "a second true statement" in second
    for told in ("Why it is right", "worked solution", "Names the joint law"):
        assert told not in paper
        assert told in solutions


def test_a_paper_can_be_listened_to(tmp_path: Path) -> None:
    exam = exam_with(*map(samples.item, samples.KINDS))
    (pdf,) = pdfs(exam, tmp_path, PAPERS)
    written = render(exam, PAPERS).files["paper-A.typ"].decode()
    formulas = len(re.findall(r"#(?:wide-|display-)?formula\(", written))
    pictures = written.count("picture(")
    assert formulas > 20
    assert pdf.count(b"/S/Formula") == formulas
    assert pdf.count(b"/S/Figure") == pictures == len(samples.KINDS)
    assert pdf.count(b"/Alt") == formulas + pictures
    assert pdf.count(b"/S/H1") == pdf.count(b"/S/H2") == 1
    assert pdf.count(b"/S/H3") == len(samples.KINDS)
    tables = 1 + written.count("text-table(")
    assert pdf.count(b"/S/TH") > pdf.count(b"/S/Table") == tables > len(samples.KINDS)
    assert b"/Lang(en)" in pdf


LANGUAGES = ["en", "de", "de-CH", "fr", "es", "it", "pt-BR", "nl", "pl"]


@needs_poppler
@pytest.mark.tex
@pytest.mark.parametrize("text_size", [11, 18])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_in_every_language_of_the_fonts_stays_on_its_page(
    language: str, text_size: int, tmp_path: Path
) -> None:
    options = PaperOptions(page="a4" if text_size == 11 else "letter", text_size=text_size)
    made = pdfs(replace(samples.exam(), language=language), tmp_path, options)
    assert len(made) == 5
    for pdf in made:
        assert beyond_the_margin(pdf, text_size) == []


@needs_poppler
@pytest.mark.tex
@pytest.mark.parametrize("text_size", [11, 18])
def test_the_foot_of_a_page_has_room_for_long_titles_and_labels(
    text_size: int, tmp_path: Path
) -> None:
    papers = (replace(samples.exam().papers[0], label="a label of many words " * 2),)
    exam = replace(samples.exam(), title="Long " * 25, course="Course " * 5, papers=papers)
    (pdf,) = pdfs(exam, tmp_path, PaperOptions(text_size=text_size, solutions=False))
    assert beyond_the_margin(pdf, text_size) == []


def test_a_list_of_headings_has_the_questions_without_their_points(tmp_path: Path) -> None:
    (pdf,) = pdfs(exam_with(samples.item("open", stem=passage_of("Why?"))), tmp_path, PAPERS)
    assert b"/Title(Question 1)" in pdf


@needs_poppler
@pytest.mark.tex
def test_every_shipped_question_stays_on_its_page(tmp_path: Path) -> None:
    exam = exam_with(*(item for item, _ in shipped()))
    for pdf in pdfs(exam, tmp_path):
        assert beyond_the_margin(pdf) == []


TEXT = st.text(max_size=30)


@given(TEXT, TEXT, TEXT, TEXT, TEXT)
def test_any_text_compiles_in_any_field(
    title: str, course: str, student: str, section: str, date: str
) -> None:
    question = samples.item("short_answer", stem=passage_of("The stem."))
    papers = (Paper("A", student, (Section(section, None, (question,)),)),)
    exam = replace(samples.exam(), title=title, course=course, date=date, papers=papers)
    assert_source_compiles(source(exam))
