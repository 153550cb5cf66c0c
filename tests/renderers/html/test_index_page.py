"""The page that leads to the pages of all versions or students."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest

from qgen.document.exam import Paper
from tests import samples
from tests.renderers.html.html_written import EXAM, PRACTICE, pages, words

HOSTILE = '"><script>x</script>: # ? % ../'


def index(*papers: Paper, **changes: object) -> tuple[lxml.html.HtmlElement, list[str]]:
    files = pages(replace(samples.exam(), papers=papers, **changes), EXAM)
    return lxml.html.document_fromstring(files.pop("index.html")), list(files)


def test_every_paper_has_a_link_that_leads_to_its_page() -> None:
    labels = ("A", "王 芳", HOSTILE, "javascript:alert(1)", "")
    page, files = index(*(Paper(label, None, ()) for label in labels))
    links = page.findall(".//tbody//a")
    assert [link.text_content() for link in links] == [*labels]
    targets = [urlsplit(str(link.get("href"))) for link in links]
    assert [(each.scheme, each.netloc, each.query, each.fragment) for each in targets] == [
        ("", "", "", "")
    ] * len(labels)
    assert [str(Path(unquote(each.path))) for each in targets] == files
    assert not page.findall(".//script")


@pytest.mark.parametrize("options", [PRACTICE, EXAM])
def test_one_paper_needs_no_list_of_papers(options: object) -> None:
    (paper, *_) = samples.exam().papers
    assert list(pages(replace(samples.exam(), papers=(paper,)), options)) == ["samples-A.html"]


def test_names_and_times_stand_there_where_they_differ() -> None:
    page, _ = index(Paper("1", "Ada", (), 30), Paper("2", None, ()), duration=90)
    rows = [[words(cell) for cell in row] for row in page.findall(".//tr")]
    assert rows == [
        ["Version", "Name", "Time allowed"],
        ["1", "Ada", "120 minutes"],
        ["2", "–", "90 minutes"],
    ]
    page, _ = index(Paper("A", None, ()), Paper("B", None, ()), duration=90)
    assert [words(head) for head in page.findall(".//thead//th")] == ["Version"]


def test_a_version_that_is_called_index_keeps_its_page() -> None:
    files = pages(
        replace(samples.exam(), slug="index", papers=(Paper("", None, ()), Paper("A", None, ()))),
        EXAM,
    )
    assert list(files) == ["index-unnamed.html", "index-A.html", "index.html"]
