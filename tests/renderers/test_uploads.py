"""Open answers that are files or programs: asked for in every format as far as it can."""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import lxml.html
import pytest

from qgen.document.answers import Open
from qgen.document.exam import Item
from qgen.document.formats import (
    AnkiOptions,
    BlackboardOptions,
    BrightspaceOptions,
    CanvasOptions,
    GiftOptions,
    HtmlOptions,
    LatexOptions,
    MoodleOptions,
    PaperOptions,
    QtiOptions,
)
from tests import samples
from tests.renderers.test_hints import exam_of
from tests.written import render

OPEN = samples.ANSWERS["open"]
assert isinstance(OPEN, Open)
FILED = replace(OPEN, upload=(".pdf", ".R"))
CODED = replace(OPEN, code="python")
WORDS = "Hand in a file (.pdf, .R)"


def files(options: Any, *answers: Open) -> Mapping[str, bytes]:
    items: list[Item] = [
        replace(
            samples.item("open"),
            header=replace(samples.header("open"), identifier=f"open-{number}"),
            parts=samples.sole(answer),
        )
        for number, answer in enumerate(answers)
    ]
    return render(exam_of(*items), options).files


def text_of(written: Mapping[str, bytes]) -> str:
    """All that stands in the files, those in packages too."""
    found = ""
    for name, content in written.items():
        if name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                contents = map(package.read, package.namelist())
                found += "".join(each.decode("utf-8", "replace") for each in contents)
        else:
            found += content.decode("utf-8", "replace")
    return found


def moodle(*answers: Open) -> str:
    return text_of(files(MoodleOptions(variants=1), *answers))


class TestMoodle:
    def test_takes_files_of_these_types_in_place_of_words(self) -> None:
        written = moodle(FILED)
        for element in (
            "<responseformat>noinline</responseformat>",
            "<responserequired>0</responserequired>",
            "<attachments>3</attachments>",
            "<attachmentsrequired>1</attachmentsrequired>",
            "<filetypeslist>.pdf,.r</filetypeslist>",
        ):
            assert element in written
        assert WORDS in written

    def test_has_a_box_of_fixed_width_for_code(self) -> None:
        assert "<responseformat>monospaced</responseformat>" in moodle(CODED)
        plain = moodle(OPEN)
        assert "<responseformat>editor</responseformat>" in plain
        assert "attachments" not in plain

    @pytest.mark.parametrize(
        ("answers", "form", "takes"),
        [((CODED, CODED), "monospaced", False), ((CODED, OPEN), "editor", False),
         ((FILED, CODED), "monospaced", True), ((FILED, FILED), "noinline", True)],
    )  # fmt: skip
    def test_one_essay_for_several_parts(
        self, answers: tuple[Open, ...], form: str, takes: bool
    ) -> None:
        item = replace(samples.item("derivation"), parts=samples.steps(*answers))
        written = text_of(render(exam_of(item), MoodleOptions(variants=1)).files)
        assert f"<responseformat>{form}</responseformat>" in written
        assert ("<attachments>" in written) is takes


def test_canvas_asks_for_a_file() -> None:
    written = text_of(files(CanvasOptions(variants=1), FILED, OPEN))
    assert written.count("file_upload_question") == 1
    assert written.count("essay_question") == 1
    assert WORDS in written


@pytest.mark.parametrize(
    ("version", "upload", "form"),
    [
        ("2.1", "<uploadInteraction ", 'format="preformatted"'),
        ("3.0", "<qti-upload-interaction ", 'format="preformatted"'),
    ],
)
def test_qti_has_an_interaction_for_each(version: Any, upload: str, form: str) -> None:
    options = QtiOptions(variants=1, version=version)
    written = text_of(files(options, FILED))
    assert upload in written
    assert re.search(r'base-?[tT]ype="file"', written)
    assert WORDS in written
    assert form in text_of(files(options, CODED))
    assert form not in text_of(files(options, OPEN))


@pytest.mark.parametrize(
    "options",
    [
        GiftOptions(variants=1),
        BlackboardOptions(variants=1),
        BrightspaceOptions(variants=1),
        AnkiOptions(variants=1),
        PaperOptions(pdf="never", solutions=False),
        LatexOptions(pdf="never", solutions=False),
    ],
)
def test_others_say_what_is_to_be_handed_in(options: Any) -> None:
    written = text_of(files(options, FILED))
    plain = re.sub(r"[^a-zA-Z.]+", " ", written)
    assert "Hand in a file .pdf .R" in plain
    assert "Hand in" not in text_of(files(options, OPEN))


class TestPage:
    @staticmethod
    def page(answer: Open, mode: Any = "exam") -> Any:
        (content,) = files(HtmlOptions(mode), answer).values()
        return lxml.html.fromstring(content)

    def test_files_are_chosen_and_noted(self) -> None:
        page = self.page(FILED)
        (chooser,) = page.xpath("//input[@type='file']")
        assert chooser.get("accept") == ".pdf,.R"
        (label,) = page.xpath(f"//label[@for='{chooser.get('id')}']")
        assert label.text_content() == WORDS
        (noted,) = page.xpath("//textarea")
        assert noted.get("readonly") is not None
        assert "hand in the file itself beside" in page.text_content()

    def test_code_is_typed_in_a_box_of_its_own(self) -> None:
        (box,) = self.page(CODED).xpath("//textarea")
        assert (box.get("class"), box.get("spellcheck")) == ("code", "false")
        assert not self.page(OPEN).xpath("//textarea[@class]")
