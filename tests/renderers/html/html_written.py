"""Web pages of items, written by the writer."""

from dataclasses import replace

import lxml.html
import pytest

from qgen.document.exam import Item, Paper, Section
from qgen.document.formats import HtmlOptions
from qgen.document.richtext import Block, Passage, RichText
from tests import samples
from tests.written import render

PRACTICE, EXAM = HtmlOptions("practice"), HtmlOptions("exam")
MODES = pytest.mark.parametrize("options", [PRACTICE, EXAM], ids=["practice", "exam"])


def pages(exam: samples.SampleExam, options: HtmlOptions) -> dict[str, bytes]:
    return dict(render(exam, options).files)


def exam_of(*items: Item, label: str = "A") -> samples.SampleExam:
    section = Section("Only one", None, items)
    return replace(samples.exam(), papers=(Paper(label, None, (section,)),))


def page_of(*items: Item, options: HtmlOptions = PRACTICE) -> lxml.html.HtmlElement:
    (page,) = pages(exam_of(*items), options).values()
    return lxml.html.document_fromstring(page)


def passage(*blocks: Block, printed: tuple[str, ...] = ()) -> Passage:
    return Passage(RichText(blocks), printed)


def stem(*blocks: Block, printed: tuple[str, ...] = ()) -> Item:
    return samples.item("open", stem=passage(*blocks, printed=printed))


def words(element: lxml.html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def sample(options: HtmlOptions, name: str = "samples-A.html") -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(pages(samples.exam(), options)[name])
