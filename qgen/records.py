"""`key.csv` and `manifest.json`: what was handed out, with which numbers and keys."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import IO, Any

from qgen import __version__
from qgen.answer_keys import KINDS, key_text
from qgen.document.exam import ExamDocument, Item, answers_of
from qgen.document.values import Value, show

_COLUMNS = ("version", "number", "part", "question", "kind", "points", "key")
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode
_FORMULA_STARTS = ("=", "+", "-", "@")
_CHUNK = 1 << 16


def key_table(exam: ExamDocument) -> bytes:
    """The keys of all papers as CSV, a row an answer; spreadsheets run nothing of it."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for paper in exam.papers:
        for number, item in enumerate(paper.items(), 1):
            for part, answer, points, _ in answers_of(item):
                cells = (
                    paper.label,
                    str(number),
                    part,
                    item.header.identifier,
                    KINDS[type(answer)],
                    str(points),
                    key_text(answer),
                )
                rows.writerow([_neutral(cell) for cell in cells])
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


class ItemRecorder:
    """Writes one line of JSON for each item that streams by, as the manifest holds them."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._before = "  "

    def recorded(self, slot: str, copies: Iterable[str], items: Iterable[Item]) -> Iterator[Item]:
        """The same items, each recorded with the version, student or pool it goes to."""
        start = f'{{"slot": {_ENCODE(slot)}, "copy": '
        for copy, item in zip(copies, items, strict=True):
            question = _ENCODE(item.header.identifier)
            values = ", ".join(
                [f"{_key(name)}: {_json(value)}" for name, value in item.values.items()]
            )
            keys = [_ENCODE(key_text(answer)) for _, answer, _, _ in answers_of(item)]
            self._file.write(
                f'{self._before}{start}{_ENCODE(copy)}, "question": {question}, '
                f'"variant": {item.variant}, "values": {{{values}}}, '
                f'"answers": [{", ".join(keys)}]}}'
            )
            self._before = ",\n  "
            yield item


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
    head: dict[str, Any], items: IO[str], files: dict[str, str], losses: list[str]
) -> Iterator[bytes]:
    """`manifest.json` in chunks: what was asked, each recorded item, and every file's SHA-256."""
    opening = json.dumps({"qgen": __version__, **head}, ensure_ascii=False, indent=1)
    yield opening[:-2].encode() + b',\n "items": [\n'
    items.seek(0)
    while chunk := items.read(_CHUNK):
        yield chunk.encode()
    closing = json.dumps(
        {"losses": losses, "files": dict(sorted(files.items()))}, ensure_ascii=False, indent=1
    )
    yield b"\n ],\n" + closing[2:].encode() + b"\n"
