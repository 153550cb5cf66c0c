"""Decks, read back from their database, and imported by Anki's own importer where it is there."""

import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from lxml import html as lxml_html

from qgen.document.answers import Option, SingleChoice
from qgen.document.exam import Item
from qgen.document.formats import AnkiOptions
from qgen.document.richtext import Hole, Paragraph, Passage, RichText, Text, passage_of
from tests import samples
from tests.examples import examples
from tests.renderers.canvas.test_canvas import asking, exam_of
from tests.renderers.gift_marking import shown
from tests.renderers.test_gift import hostile, visible
from tests.written import render

Note = tuple[str, str, str, str]


def package(*items: Item, edition: int = 1) -> bytes:
    return render(exam_of(*items), AnkiOptions(len(items), edition)).files["samples.apkg"]


def members(data: bytes) -> dict[str, bytes]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    return {name: archive.read(name) for name in archive.namelist()}


def notes(data: bytes) -> list[Note]:
    database = sqlite3.connect(":memory:")
    database.deserialize(members(data)["collection.anki2"])
    assert database.execute("pragma integrity_check").fetchone() == ("ok",)
    rows = database.execute("select guid, flds from notes order by id").fetchall()
    cards = database.execute("select count(*), count(distinct nid) from cards").fetchone()
    assert cards == (len(rows), len(rows))
    return [(guid, *fields.split("\x1f")) for guid, fields in rows]


@pytest.mark.parametrize("kind", samples.KINDS)
def test_every_kind_has_a_card_with_its_key_behind(kind):
    item = samples.item(kind)
    ((_, name, front, back),) = notes(package(item))
    assert name == f"sample-{kind} 0001"
    assert "Plain & <b>not bold</b>" in shown(front)
    assert r"\(x &lt; y \text{ and } x - \frac{3}{4}\)" in front
    assert f"The worked solution of the {kind} question." in shown(back)
    assert "The worked solution" not in shown(front)
    if kind == "single_choice":
        assert "the right one – correct" in shown(back)
        assert "correct" not in shown(front)


def test_pictures_are_media_of_the_package():
    found = members(package(samples.item("open")))
    media = json.loads(found["media"])
    assert [found[number] for number in media] == [samples.PNG]
    ((_, _, front, _),) = notes(package(samples.item("open")))
    images = lxml_html.fromstring(front).iter("img")
    assert [image.get("src") for image in images] == list(media.values())


def test_a_note_keeps_its_identity_when_its_text_is_edited():
    first = notes(package(samples.item("open"), samples.item("open", 2)))
    edited = replace(samples.item("open"), stem=passage_of("Another text."))
    again = notes(package(edited, samples.item("open", 2), edition=2))
    assert [note[0] for note in first] == [note[0] for note in again]
    assert len({note[0] for note in first}) == 2


def test_two_builds_give_the_same_bytes():
    assert render(samples.exam(), AnkiOptions()) == render(samples.exam(), AnkiOptions())


@pytest.mark.slow
@given(hostile, hostile)
@examples(40)
@example("[sound:a.mp3] [latex]x[/latex] [$]y[/$] [anki:tts]", "{{Front}} {{c1::x}}")
@example("x" * 10_000, "\u202e\x1f")
def test_any_text_arrives_as_it_is(text, printed):
    passage = Passage(RichText((Paragraph((Text(f"{text}."), Hole(0))),)), (printed,))
    choice = SingleChoice((Option(passage, True, passage), Option(passage_of("o"), False, None)))
    ((_, _, front, back),) = notes(package(asking(choice, stem=passage)))
    short = visible(f"{text}.{printed}")
    assert shown(front).startswith(short)
    assert shown(front).count(short) >= 2
    assert short in shown(back)
    assert not re.search(r"\[(sound:|anki:|/?latex\]|/?\$)", front + back)


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Any]:
    opened = pytest.importorskip("anki.collection").Collection(str(tmp_path / "collection.anki2"))
    yield opened
    opened.close()


def _import(collection: Any, path: Path, data: bytes) -> None:
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

    path.write_bytes(data)
    options = ImportAnkiPackageOptions(merge_notetypes=True)
    collection.import_anki_package(
        ImportAnkiPackageRequest(package_path=str(path), options=options)
    )


@pytest.mark.slow
def test_anki_imports_a_deck_and_an_edit_keeps_its_cards(collection, tmp_path):
    items = [samples.item("numeric"), samples.item("numeric", 2)]
    _import(collection, tmp_path / "a.apkg", package(*items))
    cards = sorted(collection.find_cards(""))
    assert len(cards) == 2
    decks = [each.name for each in collection.decks.all_names_and_ids()]
    assert "Samples & more::samples" in decks
    card = collection.get_card(cards[0])
    assert r"\frac{3}{4}" in card.question()
    assert "The worked solution of the numeric question." in card.answer()
    edited = [replace(item, stem=passage_of("Edited.")) for item in items]
    _import(collection, tmp_path / "b.apkg", package(*edited, edition=2))
    assert sorted(collection.find_cards("")) == cards
    again = collection.get_card(cards[0])
    assert "Edited." in again.question()
    # The same edition changes nothing, so that a student's own edits stay.
    _import(collection, tmp_path / "c.apkg", package(*items, edition=2))
    assert "Edited." in collection.get_card(cards[0]).question()
    assert collection.media.check().missing == []
