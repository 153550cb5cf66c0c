"""Every question of the shipped bank for Blackboard, Brightspace and Anki, read back."""

import json
import sqlite3
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from lxml import html as lxml_html

from qgen.document.exam import ExamDocument, Item, Part, Pool
from qgen.document.formats import AnkiOptions, BlackboardOptions, BrightspaceOptions
from qgen.document.richtext import plain_text
from qgen.renderers.anki import AnkiWriter
from qgen.renderers.blackboard import BlackboardWriter
from qgen.renderers.brightspace import BrightspaceWriter
from qgen.renderers.writer import Writer
from tests.renderers import flat_reader
from tests.renderers.canvas.canvas_reader import shown as in_words
from tests.renderers.flat_marking import assert_marked_alike
from tests.renderers.flat_reader import Flat
from tests.renderers.gift_marking import letters, shown
from tests.shipped import shipped_items

pytestmark = pytest.mark.slow


def written(writer: Writer) -> dict[str, bytes]:
    """The files of an exam of all questions."""
    pools = tuple(
        Pool(items[0].header, "All", items[0].points, len(items) > 1, parts=len(items[0].parts))
        for items in shipped_items()
    )
    exam = ExamDocument("All questions", "all", "en", "right_minus_wrong", pools=pools)
    files: dict[str, list[bytes]] = {}
    chunks = [*writer.begin(exam)]
    for pool, items in zip(pools, shipped_items(), strict=True):
        chunks += [chunk for item in items for chunk in writer.variant(pool, item)]
    for chunk in (*chunks, *writer.end()):
        files.setdefault(chunk.file, []).append(chunk.content)
    return {name: b"".join(pieces) for name, pieces in files.items()}


def asked() -> list[tuple[Item, Part]]:
    return [(item, part) for items in shipped_items() for item in items for part in item.parts]


FORMATS: dict[str, tuple[Callable[[], Writer], Callable[[dict[str, bytes]], list[Flat]]]] = {
    "blackboard": (
        lambda: BlackboardWriter(BlackboardOptions(variants=2)),
        flat_reader.blackboard,
    ),
    "brightspace": (
        lambda: BrightspaceWriter(BrightspaceOptions(variants=2)),
        lambda files: flat_reader.brightspace(files["all.csv"]),
    ),
    "brightspace, patterns": (
        lambda: BrightspaceWriter(BrightspaceOptions(variants=2, numbers="patterns")),
        lambda files: flat_reader.brightspace(files["all.csv"]),
    ),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_shipped_question_is_marked_as_the_grader_marks_it(name: str) -> None:
    make, read = FORMATS[name]
    name = name.partition(",")[0]
    writer = make()
    found = read(written(writer))
    told = {problem.code for problem in writer.problems}
    free = 0
    for flat, (item, part) in zip(found, asked(), strict=True):
        lost = told | {problem.code for problem in writer.losses(item)}
        assert_marked_alike(flat, part.answer, {code.removeprefix(f"{name}-") for code in lost})
        text = letters(shown(flat.text))
        assert letters(plain_text(item.stem))[:60] in text
        assert letters(plain_text(part.prompt)) in text
        if name == "brightspace":
            assert flat.points == pytest.approx(float(part.points), abs=1e-6)
            if item.explanation is not None:
                assert letters(plain_text(item.explanation)) in letters(shown(flat.explanation))
        by = writer.marked_by(item)[item.parts.index(part)]
        assert (flat.kind == "free") == (by == "person")
        free += flat.kind == "free"
    assert 0 < free < len(found)


def test_every_shipped_question_is_a_card_with_its_key_behind() -> None:
    (content,) = written(AnkiWriter(AnkiOptions(variants=2))).values()
    archive = zipfile.ZipFile(BytesIO(content))
    media = set(json.loads(archive.read("media")).values())
    database = sqlite3.connect(":memory:")
    database.deserialize(archive.read("collection.anki2"))
    rows = [fields.split("\x1f") for (fields,) in database.execute("select flds from notes")]
    items = [item for group in shipped_items() for item in group]
    pictures: set[str | None] = set()
    for (name, front, back), item in zip(rows, items, strict=True):
        assert name == f"{item.header.identifier} {item.variant:04}"
        assert letters(plain_text(item.stem))[:60] in letters(in_words(front))
        shown_files = {image.get("src") for image in lxml_html.fromstring(front).iter("img")}
        assert shown_files <= media
        pictures |= shown_files
        if item.explanation is not None:
            explained = letters(plain_text(item.explanation))
            assert explained in letters(in_words(back))
            assert explained not in letters(in_words(front))
    assert len(pictures) > 10
