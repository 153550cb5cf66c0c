"""One place decides which links can be followed, and every format keeps to it."""

from dataclasses import replace

import pytest

from qgen.document.exam import Paper, Section
from qgen.document.formats import HtmlOptions, MoodleOptions
from qgen.document.links import link_fault
from qgen.document.richtext import Link, Paragraph, Passage, RichText, Text
from tests import samples
from tests.written import render

DEAD = ["//host/x", "notes.pdf", "javascript:alert(1)", "file:///etc/passwd", "http:x", "http://["]
GOOD = ["https://a.b/c", "HTTP://a.b", "mailto:a@b.c"]


@pytest.mark.parametrize("options", [HtmlOptions(), MoodleOptions(1)])
def test_a_dead_link_is_its_words(options: object) -> None:
    links = tuple(Link(target, (Text(f"to {target}"),)) for target in [*DEAD, *GOOD])
    stem = Passage(RichText((Paragraph(links),)))
    item = samples.item("numeric", stem=stem)
    exam = samples.exam()
    section = Section("One", None, (item,))
    paper = Paper("A", None, (section,))
    pools = exam.pools[2:3]
    exam = replace(exam, papers=(paper,), pools=pools, variants=([item],))
    text = b"".join(render(exam, options).files.values()).decode()
    assert [target for target in DEAD if f'href="{target}"' in text] == []
    assert [target for target in GOOD if f'href="{target}"' not in text] == []
    assert all(f"to {target}" in text for target in DEAD)


def test_what_is_wrong_is_told_with_what_is_right() -> None:
    assert all(link_fault(target) is None for target in GOOD)
    assert "begins with http:, https:, mailto:" in str(link_fault("notes.pdf"))
