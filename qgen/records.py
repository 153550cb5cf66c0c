"""`key.csv` and `manifest.json`: what was handed out, with which numbers and keys."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import IO, Any

from qgen import __version__
from qgen.answer_keys import key_text
from qgen.document.answers import KIND_NAMES
from qgen.document.exam import ExamDocument, Item, Paper, Pool
from qgen.document.values import Value, show
from qgen.output_folder import MANIFEST
from qgen.renderers.writer import Chunk, Writer

KEYS = "key.csv"
_COLUMNS = ("version", "number", "part", "question", "kind", "points", "key")
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode
_FORMULA_STARTS = ("=", "+", "-", "@")
_CHUNK = 1 << 16


class KeyTable(Writer):
    """`key.csv`: the keys of all papers, a row an answer; spreadsheets run nothing of it."""

    takes_papers = True

    def begin(self, exam: ExamDocument) -> Iterator[Chunk]:
        """The names of the columns."""
        yield Chunk(KEYS, _rows([_COLUMNS]))

    def paper(self, paper: Paper) -> Iterator[Chunk]:
        """A row for each answer of the paper."""
        yield Chunk(
            KEYS,
            _rows(
                (
                    paper.label,
                    str(number),
                    part.label,
                    item.header.identifier,
                    KIND_NAMES[type(part.answer)],
                    str(part.points),
                    key_text(part.answer),
                )
                for number, item in enumerate(paper.items(), 1)
                for part in item.parts
            ),
        )


def _rows(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(map(_neutral, row) for row in rows)
    return text.getvalue().encode()


def _neutral(cell: str) -> str:
    """A cell that a spreadsheet takes as text: `-0.5` stays a number, `-x` is no formula.

    It is one line: what follows a carriage return would be read as the start of a row.
    """
    cell = " ".join(cell.split())
    if not cell.startswith(_FORMULA_STARTS):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


class ItemRecorder(Writer):
    """A line of JSON for each item, as the manifest holds them, for a file of its own."""

    takes_papers = True

    def __init__(self, variants: int) -> None:
        super().__init__()
        self.variants = variants
        self._before = "  "

    def paper(self, paper: Paper) -> Iterator[Chunk]:
        """The items of one version or student."""
        copy = _ENCODE(paper.label)
        for item in paper.items():
            yield self._line(copy, item)

    def variant(self, pool: Pool, item: Item) -> Iterator[Chunk]:
        """One of the items that platforms get."""
        yield self._line(f'"variant {item.variant}"', item)

    def _line(self, copy: str, item: Item) -> Chunk:
        values = ", ".join([f"{_key(name)}: {_json(value)}" for name, value in item.values.items()])
        keys = ", ".join([_ENCODE(key_text(part.answer)) for part in item.parts])
        line = (
            f'{self._before}{{"slot": {_key(item.slot)}, "copy": {copy}, '
            f'"question": {_key(item.header.identifier)}, "variant": {item.variant}, '
            f'"values": {{{values}}}, "answers": [{keys}]}}'
        )
        self._before = ",\n  "
        return Chunk(MANIFEST, line.encode())


@lru_cache(maxsize=4096)
def _key(name: str) -> str:
    return _ENCODE(name)


def _json(value: Value) -> str:
    """A value as JSON: whole numbers and truth values as such, all else as text or lists.

    By hand, since this runs for every value of every variant, and an encoder that is asked for
    one small value at a time costs more than the rest of a record.
    """
    kind = type(value)
    if kind is int:
        return str(value)
    if kind is Fraction:
        return f'"{value}"'
    if isinstance(value, tuple):
        return f"[{', '.join([_json(entry) for entry in value])}]"
    return _ENCODE(value if isinstance(value, (bool, str)) else show(value))


def manifest(
    head: dict[str, Any], items: IO[bytes], files: dict[str, str], losses: list[str]
) -> Iterator[bytes]:
    """`manifest.json` in chunks: what was asked, each recorded item, and every file's SHA-256."""
    opening = json.dumps({"qgen": __version__, **head}, ensure_ascii=False, indent=1)
    yield opening[:-2].encode() + b',\n "items": [\n'
    items.seek(0)
    while chunk := items.read(_CHUNK):
        yield chunk
    closing = json.dumps(
        {"losses": losses, "files": dict(sorted(files.items()))}, ensure_ascii=False, indent=1
    )
    yield b"\n ],\n" + closing[2:].encode() + b"\n"
