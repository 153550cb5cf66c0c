"""Questions as a deck of Anki: a card each, asked on the front, with key and explanation behind.

The package is a small database. Its notes are known by the question and the variant, so that a
student's history survives an edit; a note is replaced where its edition is newer.
"""

import json
import re
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from errno import ENOSPC
from functools import partial
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any, NamedTuple

from qgen.document.answers import Part
from qgen.document.exam import ExamDocument, Header, Item, Pool
from qgen.document.formats import AnkiOptions
from qgen.document.problem import Problem
from qgen.renderers.frames import Frames, Pen, marking_notes_by
from qgen.renderers.labels import Labels, exam_labels, labels_of
from qgen.renderers.markup_text import attribute
from qgen.renderers.mathjax_text import MathJaxText
from qgen.renderers.moodle.essay import asked_text, part_heading
from qgen.renderers.moodle.text import cleaned, escaped_text, web_form
from qgen.renderers.remembering import made_once
from qgen.renderers.writer import Chunk, Writer
from qgen.renderers.zip_stream import ZipStream

_EPOCH = 1_700_000_000
"""The time of edition 0, in seconds: nothing here looks at a clock."""
_MODEL = 1_700_000_000_001
_SEPARATOR = "\x1f"
_CHANGES, _SQLITE_VERSION = slice(24, 28), slice(92, 100)
"""Bytes of a database that tell how often and by which version of SQLite it was written."""
_PIECE = 1 << 18
# Anki takes these for sounds, speech and LaTeX wherever they stand in a field.
_LIKE_A_COMMAND = re.compile(r"\[(?=sound:|anki:|/?latex\]|/?\$)", re.IGNORECASE)
_UNSAFE_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_TABLES = """
create table col (id integer primary key, crt integer not null, mod integer not null,
  scm integer not null, ver integer not null, dty integer not null, usn integer not null,
  ls integer not null, conf text not null, models text not null, decks text not null,
  dconf text not null, tags text not null);
create table notes (id integer primary key, guid text not null, mid integer not null,
  mod integer not null, usn integer not null, tags text not null, flds text not null,
  sfld integer not null, csum integer not null, flags integer not null, data text not null);
create table cards (id integer primary key, nid integer not null, did integer not null,
  ord integer not null, mod integer not null, usn integer not null, type integer not null,
  queue integer not null, due integer not null, ivl integer not null, factor integer not null,
  reps integer not null, lapses integer not null, left integer not null, odue integer not null,
  odid integer not null, flags integer not null, data text not null);
create table revlog (id integer primary key, cid integer not null, usn integer not null,
  ease integer not null, ivl integer not null, lastIvl integer not null,
  factor integer not null, time integer not null, type integer not null);
create table graves (usn integer not null, oid integer not null, type integer not null);
"""
_INDEXES = """
create index ix_notes_usn on notes (usn);
create index ix_cards_usn on cards (usn);
create index ix_revlog_usn on revlog (usn);
create index ix_cards_nid on cards (nid);
create index ix_cards_sched on cards (did, queue, due);
create index ix_revlog_cid on revlog (cid);
create index ix_notes_csum on notes (csum);
"""
_OF_THE_DISK = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
_ROWS = {
    table: f"insert into {table} values ({', '.join('?' * columns)})"
    for table, columns in (("col", 13), ("notes", 11), ("cards", 18))
}
_STYLE = ".card { font-family: sans-serif; font-size: 18px; text-align: left; max-width: 45em; }"


class _Deck(NamedTuple):
    number: int
    name: str


class _AnkiText(MathJaxText):
    """Writes passages, and keeps the pictures that they show."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}

    def picture(self, name: str, alternative: str) -> str:
        """A picture of the collection, whose name tells its content."""
        asset = self.assets.get(name)
        form = None if asset is None else web_form(asset)
        if asset is None or form is None:
            return escaped_text(f"[{alternative}]")
        digest = sha256(asset.forms[form]).hexdigest()[:16]
        file = f"{_UNSAFE_IN_A_NAME.sub('-', asset.name)[:40]}-{digest}.{form}"
        self.files[file] = asset.forms[form]
        return f'<img src="{file}" alt="{attribute(alternative)}"/>'


class AnkiWriter(Writer):
    """`<slug>.apkg`: a deck for each topic below one for the exam."""

    def __init__(self, options: AnkiOptions) -> None:
        super().__init__()
        self.variants = options.variants
        self._time = _EPOCH + options.edition
        self._text = _AnkiText()
        self._frames = Frames(self._text)
        self._exam: ExamDocument | None = None
        self._labels: Labels | None = None
        self._database: sqlite3.Connection | None = None
        self._decks: dict[str, _Deck] = {}
        """By topic."""
        self._occurrences: Counter[str] = Counter()
        self._pool: Pool | None = None
        self._count = 0

    def losses(self, item: Item) -> list[Problem]:
        """What a card cannot carry of a question."""
        text = "has no form that browsers show; its alternative text is written instead"
        return [
            Problem("anki-picture", f"the picture '{a.name}' {text}", item.header.place, "loss")
            for a in item.assets.values()
            if web_form(a) is None
        ]

    def begin(self, exam: ExamDocument) -> Iterator[Chunk]:
        """Nothing yet: the database is written when it is whole."""
        self._exam, self._labels = exam, exam_labels(exam)
        # Without a name it is SQLite's own: in memory while it is small, then in a hidden file.
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(_TABLES)
        self._database.execute("begin")
        text = "cards have no marks: students turn them over and judge themselves"
        self.problems.append(Problem("anki-marks", text, None, "loss"))
        return iter(())

    def variant(self, pool: Pool, item: Item) -> Iterator[Chunk]:
        """A note and its card."""
        assert self._labels is not None
        assert self._database is not None
        header = item.header
        if pool is not self._pool:
            self._pool = pool
            self._occurrences[header.identifier] += 1
        labels = labels_of(header.language, self._labels)
        copy = self._occurrences[header.identifier]
        name = f"{header.identifier} {item.variant:04}{f' ({copy})' if copy > 1 else ''}"
        self._text.assets = item.assets
        sides = self._frames.write(item, partial(self._sides, labels))
        self._count += 1
        note = _EPOCH * 1000 + self._count
        guid = sha256(f"qgen/{name}".encode("utf-8", "replace")).hexdigest()[:16]
        asked = cleaned(name).replace(_SEPARATOR, " ")
        fields = f"{asked}{_SEPARATOR}{_without_commands(sides)}"
        checksum = int(sha1(asked.encode()).hexdigest()[:8], 16)
        row = (note, guid, _MODEL, self._time, -1, _tags(header))
        self._insert("notes", (*row, fields, asked, checksum, 0, ""))
        card = (note, note, self._deck(header.topic), 0, self._time, -1, 0, 0, self._count)
        self._insert("cards", (*card, 0, 0, 0, 0, 0, 0, 0, 0, ""))
        return iter(())

    def end(self) -> Iterator[Chunk]:
        """The whole package."""
        if self._exam is None or self._database is None:
            return
        self._insert("col", self._collection())
        # One by one they would be dear to keep while rows come.
        for statement in _INDEXES.strip().split(";\n"):
            self._execute(statement)
        self._execute("commit")
        archive, file = ZipStream(), f"{self._exam.slug}.apkg"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "collection"
            self._execute("vacuum into ?", (str(path),))
            self._database.close()
            for piece in archive.stored("collection.anki2", partial(_database_pieces, path)):
                yield Chunk(file, piece)
        names = sorted(self._text.files)
        for number, name in enumerate(names):
            yield Chunk(file, archive.member(str(number), self._text.files[name]))
        media = json.dumps({str(number): name for number, name in enumerate(names)})
        yield Chunk(file, archive.member("media", media.encode()) + archive.end())

    def _sides(self, labels: Labels, pen: Pen, item: Item) -> str:
        """Front and back."""
        write = pen.text.write
        front, back = f"<div>{write(item.stem)}</div>", ""
        for place, part in enumerate(item.parts):
            front += _asked(part, pen, labels) + _hints(part, pen, labels)
            back += part_heading(part, labels) if part.label else ""
            back += marking_notes_by(pen, place, part.answer, self._text, labels)
            back += "" if part.explanation is None else f"<div>{write(part.explanation)}</div>"
        if item.explanation is not None:
            back += f"<div>{write(item.explanation)}</div>"
        return f"{front}{_SEPARATOR}{back}"

    def _deck(self, topic: str) -> int:
        """The deck of a topic, by its name below the exam's."""
        assert self._exam is not None
        if topic in self._decks:
            return self._decks[topic].number
        title = " ".join(cleaned(self._exam.title).split()).replace("::", ":") or "?"
        name = f"{title}::{cleaned(topic).replace('::', ':')}"
        self._decks[topic] = _Deck(_number(name), name)
        return self._decks[topic].number

    def _insert(self, table: str, row: Sequence[Any]) -> None:
        self._execute(_ROWS[table], row)

    def _execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Raises OSError where the disk is full or has no place for temporary files."""
        assert self._database is not None
        try:
            self._database.execute(statement, values)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _OF_THE_DISK:
                raise
            place = "the deck for Anki is made in the folder for temporary files, and there"
            raise OSError(ENOSPC, f"{place}: {error}") from None

    def _collection(self) -> tuple[Any, ...]:
        decks = {1: "Default", **dict(self._decks.values())}
        known = {str(number): _deck_entry(number, name) for number, name in decks.items()}
        settings = {"nextPos": self._count + 1, "curDeck": 1, "activeDecks": [1]}
        texts = (settings, {str(_MODEL): _model(self._time)}, known, {"1": _DECK_SETTINGS})
        times = (_EPOCH, self._time * 1000, self._time * 1000)
        return (1, *times, 11, 0, 0, 0, *(json.dumps(each, sort_keys=True) for each in texts), "{}")


def _asked(part: Part, pen: Pen, labels: Labels) -> str:
    asked = asked_text(part.answer, pen.text, labels)
    if not part.label:
        return asked
    return f"{part_heading(part, labels)}<div>{pen.text.write(part.prompt)}</div>{asked}"


def _hints(part: Part, pen: Pen, labels: Labels) -> str:
    """Hints to be unfolded before the card is turned; a card takes nothing off."""
    return "".join(
        f"<details><summary>{escaped_text(labels.hint.format(number))}</summary>"
        f"<div>{pen.text.write(hint.text)}</div></details>"
        for number, hint in enumerate(part.hints, 1)
    )


def _database_pieces(path: Path) -> Iterator[bytes]:
    """A database, one piece after another, without what differs from machine to machine."""
    with path.open("rb") as database:
        head = bytearray(database.read(_PIECE))
        head[_CHANGES] = bytes(4)
        head[_SQLITE_VERSION] = bytes(8)
        yield bytes(head)
        while piece := database.read(_PIECE):
            yield piece


def _without_commands(html: str) -> str:
    """A side in which Anki finds no command of its own."""
    return _LIKE_A_COMMAND.sub("&#91;", html) if "[" in html else html


@made_once
def _tags(header: Header) -> str:
    tags = ["_".join(cleaned(tag).split()) for tag in header.tags]
    return f" {' '.join(tags)} " if tags else ""


def _number(name: str) -> int:
    """A number for a deck that stays the same from build to build."""
    digest = sha256(name.encode("utf-8", "replace")).digest()
    return _EPOCH * 1000 + int.from_bytes(digest[:5], "big")


def _deck_entry(number: int, name: str) -> dict[str, Any]:
    today = {key: [0, 0] for key in ("newToday", "revToday", "lrnToday", "timeToday")}
    counts = {"extendNew": 0, "extendRev": 50, "dyn": 0, "conf": 1, "usn": -1, "mod": _EPOCH}
    return {"id": number, "name": name, "desc": "", "collapsed": False, **counts, **today}


_DECK_SETTINGS = {
    "id": 1,
    "name": "Default",
    "mod": 0,
    "usn": 0,
    "maxTaken": 60,
    "autoplay": True,
    "timer": 0,
    "replayq": True,
    "new": {"bury": True, "delays": [1, 10], "initialFactor": 2500, "ints": [1, 4, 7], "order": 1},
    "rev": {"bury": True, "ease4": 1.3, "ivlFct": 1, "maxIvl": 36500, "perDay": 100},
    "lapse": {"delays": [10], "leechAction": 0, "leechFails": 8, "minInt": 1, "mult": 0},
}


def _model(time: int) -> dict[str, Any]:
    """The fields of a note, and how its card shows them."""
    fields = [
        {"name": name, "ord": place, "font": "Arial", "size": 20, "rtl": False, "sticky": False}
        for place, name in enumerate(("Question", "Front", "Back"))
    ]
    template = {
        "name": "Card",
        "ord": 0,
        "qfmt": "{{Front}}",
        "afmt": "{{FrontSide}}<hr id=answer>{{Back}}",
        "did": None,
        "bqfmt": "",
        "bafmt": "",
    }
    return {
        "id": _MODEL,
        "name": "qgen",
        "type": 0,
        "mod": time,
        "usn": -1,
        "sortf": 0,
        "did": 1,
        "flds": fields,
        "tmpls": [template],
        "css": _STYLE,
        "latexPre": "",
        "latexPost": "",
        "req": [[0, "any", [1]]],
        "tags": [],
        "vers": [],
    }
