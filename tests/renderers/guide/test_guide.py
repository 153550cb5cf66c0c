"""Study guides: every node in both formats, in order, and only what the guide holds."""

import dataclasses
import typing
from dataclasses import replace

import pytest
from lxml import html

from qgen.document import answers
from qgen.document.exam import Item, Paper, Pool
from qgen.document.formats import GuideOptions
from qgen.document.guide import GuideDocument, GuideTopic, StudyNote
from qgen.document.problem import Place
from qgen.document.richtext import Math, Paragraph, Passage, RichText, Text, passage_of
from qgen.renderers.guide.writer import PAGE, SOURCE
from tests import samples, written
from tests.samples import EVERY_NODE

PLACE = Place("bank.yaml", 7, 3)


def note(text: Passage | str, language: str | None = None) -> StudyNote:
    return StudyNote(passage_of(text) if isinstance(text, str) else text, language, PLACE)


GUIDE = GuideDocument(
    "Models & more",
    "en",
    "Course 1",
    "2026-12-04",
    (
        GuideTopic("First <topic>", (note("An easy note."), note("Ein Satz.", "de"))),
        GuideTopic("Second topic", (note("A note at the end, 100% sure."),)),
    ),
)


def render(guide: GuideDocument, options: GuideOptions) -> written.Rendered:
    return written.render(replace(samples.exam(), guide=guide), options)


def test_page_has_every_topic_and_note_in_order() -> None:
    content = render(GUIDE, GuideOptions()).files[PAGE]
    page = html.fromstring(content.decode())
    assert [each.text_content() for each in page.findall(".//h2")] == [
        "First <topic>",
        "Second topic",
    ]
    notes = page.findall(".//article")
    assert [each.text_content().strip() for each in notes] == [
        "An easy note.",
        "Ein Satz.",
        "A note at the end, 100% sure.",
    ]
    assert [each.get("lang") for each in page.xpath("//article/div")] == [None, "de", None]
    targets = [link.get("href") for link in page.findall(".//nav//a")]
    assert targets == [f"#{each.get('id')}" for each in page.findall(".//section")]
    assert not page.findall(".//script")


def test_source_has_every_topic_and_note_in_order() -> None:
    content = render(GUIDE, GuideOptions()).files[SOURCE]
    source = content.decode()
    found = [
        source.index(text)
        for text in ("First", "An easy note.", "Ein Satz.", "Second topic", r"100\% sure.")
    ]
    assert found == sorted(found)
    assert r"Models \& more" in source


@pytest.mark.parametrize(
    ("form", "names"), [("both", {PAGE, SOURCE}), ("html", {PAGE}), ("latex", {SOURCE})]
)
def test_format_decides_which_files_there_are(form: typing.Any, names: set[str]) -> None:
    assert set(render(GUIDE, GuideOptions(form)).files) == names


def test_every_node_is_written_and_what_is_lost_is_reported_at_its_place() -> None:
    guide = replace(GUIDE, topics=(GuideTopic("All", (note(EVERY_NODE),)),))
    rendered = render(guide, GuideOptions())
    for content in rendered.files.values():
        assert "A quotation." in content.decode()
    # A guide has no pictures: each format says that it prints the words instead.
    assert {problem.code for problem in rendered.problems} >= {"html-image", "latex-image"}
    assert {problem.place for problem in rendered.problems} == {PLACE}


def test_a_dangerous_formula_is_an_error() -> None:
    text = Passage(RichText((Paragraph((Text("See "), Math((r"\input{x}",)))),)))
    guide = replace(GUIDE, topics=(GuideTopic("All", (note(text),)),))
    found = render(guide, GuideOptions("latex")).problems
    assert [(each.code, each.severity) for each in found] == [("latex-command", "error")]


def test_no_type_that_a_guide_is_made_of_can_hold_an_answer() -> None:
    """The guide's renderer is given no item: nothing that a guide reaches is one."""
    reached: set[object] = set()

    def visit(kind: object) -> None:
        for inner in typing.get_args(kind):
            visit(inner)
        if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind not in reached:
            reached.add(kind)
            for each in typing.get_type_hints(kind).values():
                visit(each)

    visit(GuideDocument)
    assert {GuideTopic, StudyNote} <= reached
    kinds = {each for each in vars(answers).values() if isinstance(each, type)}
    own = {each for each in kinds if each.__module__ == answers.__name__}
    assert answers.Numeric in own
    assert not reached & {Item, Paper, Pool, *own}
