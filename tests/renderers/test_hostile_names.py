"""Titles, topics, tags and sections that mean something to a format arrive as they are in each."""

import csv
import io
import json
import sqlite3
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest
from lxml import etree

from qgen.document.exam import Pool
from qgen.document.formats import (
    AnkiOptions,
    BlackboardOptions,
    BrightspaceOptions,
    CanvasOptions,
    QtiOptions,
)
from qgen.document.richtext import passage_of
from tests import samples
from tests.renderers.moodle.test_hostile import CONTROL, HOSTILE
from tests.written import render

NAMES = {name: text[:60] for name, text in HOSTILE.items()} | {"control": CONTROL}


def exam(text: str) -> samples.SampleExam:
    """One question of each kind, with the text wherever an exam has a name."""
    items = []
    for kind in samples.KINDS:
        item = samples.item(kind)
        header = replace(item.header, title=text, topic=text, tags=(text, f"{text} 2"))
        items.append(replace(item, header=header))
    pools = tuple(
        Pool(item.header, text, item.points, False, passage_of(text), parts=len(item.parts))
        for item in items
    )
    variants = tuple((item,) for item in items)
    return replace(samples.exam(), title=text, pools=pools, variants=variants)


def files_in(data: bytes) -> Iterator[tuple[str, bytes]]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    for name in archive.namelist():
        yield name, archive.read(name)


def titles_of_packages(files: Mapping[str, bytes]) -> Iterator[str]:
    """Every title of well-formed XML, as a parser reads it."""
    for data in files.values():
        for name, content in files_in(data):
            if name.endswith(".xml"):
                parser = etree.XMLParser(resolve_entities=False, no_network=True)
                root = etree.fromstring(content, parser)
                yield from (node.get("title") for node in root.iter() if node.get("title"))


def decks(files: Mapping[str, bytes]) -> Iterator[str]:
    """The decks below the exam's, which are named after topics."""
    (data,) = files.values()
    database = sqlite3.connect(":memory:")
    database.deserialize(dict(files_in(data))["collection.anki2"])
    ((found,),) = database.execute("select decks from col").fetchall()
    names = [deck["name"] for deck in json.loads(found).values()]
    assert all(name.count("::") <= 1 for name in names)
    yield from (part for name in names for part in name.split("::"))


def cells(files: Mapping[str, bytes]) -> Iterator[str]:
    """The cells of comma-separated blocks that begin with the name of a field."""
    for data in files.values():
        for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))):
            if row and row[0] == "Title":
                yield row[1]
                assert not any(row[2:])


def seen(text: str) -> str:
    """Letters and signs only: blanks are folded, and what no file may hold is left out."""
    return "".join(
        each for each in text if not each.isspace() and unicodedata.category(each)[0] != "C"
    ).replace("\ufffd", "")


READERS: dict[str, tuple[object, Callable[[Mapping[str, bytes]], Iterator[str]]]] = {
    "canvas": (CanvasOptions(1), titles_of_packages),
    "qti 2.1": (QtiOptions(1, "2.1"), titles_of_packages),
    "qti 3.0": (QtiOptions(1, "3.0"), titles_of_packages),
    "anki": (AnkiOptions(1), decks),
    "brightspace": (BrightspaceOptions(1), cells),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("reader", READERS)
def test_names_arrive_as_they_are(reader: str, name: str) -> None:
    options, read = READERS[reader]
    found = [seen(each) for each in read(render(exam(NAMES[name]), options).files)]
    expected = seen(NAMES[name].replace("::", ":") if reader == "anki" else NAMES[name])
    # A title may have a number behind it, and a sign in front that keeps spreadsheets quiet.
    assert any(expected in each for each in found), found[:3]


@pytest.mark.parametrize("name", NAMES)
def test_rows_of_tables_stay_rows(name: str) -> None:
    plain = render(exam("Plain"), BlackboardOptions(1)).files
    hostile = render(exam(NAMES[name]), BlackboardOptions(1)).files

    def shape(files: Mapping[str, bytes]) -> list[list[int]]:
        lines = [data.decode("utf-8").splitlines() for data in files.values()]
        return [[line.count("\t") for line in each] for each in lines]

    assert shape(hostile) == shape(plain)
