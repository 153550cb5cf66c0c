"""`key.csv` and `manifest.json`: what was handed out, with which numbers and keys."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import IO, Any

from qgen import __version__
from qgen.answer_keys import KINDS, answers_of, key_text
from qgen.document.exam import ExamDocument, Item
from qgen.document.values import Value, show

_COLUMNS = ("version", "number", "part", "question", "kind", "points", "key")
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode
_FORMULA_STARTS = ("=", "+", "-", "@")


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
    """Writes one line of JSON for each item that streams by."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def recorded(self, slot: str, copies: Iterable[str], items: Iterable[Item]) -> Iterator[Item]:
        """The same items, each recorded with the version, student or pool it goes to."""
        for copy, item in zip(copies, items, strict=True):
            answers = [key_text(answer) for _, answer, _, _ in answers_of(item)]
            record = {
                "slot": slot,
                "copy": copy,
                "question": item.header.identifier,
                "variant": item.variant,
                "values": {name: _plain(value) for name, value in item.values.items()},
                "answers": answers,
            }
            self._file.write(_ENCODE(record) + "\n")
            yield item


def _plain(value: Value) -> Any:
    """A value as JSON: whole numbers and truth values as such, all else as text or lists."""
    if type(value) is int or isinstance(value, (bool, str)):
        return value
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return show(value)


def manifest(
    head: dict[str, Any], items: IO[str], files: dict[str, str], losses: list[str]
) -> Iterator[bytes]:
    """`manifest.json` in chunks: what was asked, each recorded item, and every file's SHA-256."""
    opening = json.dumps({"qgen": __version__, **head}, ensure_ascii=False, indent=1)
    yield opening[:-2].encode() + b',\n "items": [\n'
    items.seek(0)
    for number, line in enumerate(items):
        yield ("  " if number == 0 else ",\n  ").encode() + line.rstrip("\n").encode()
    closing = json.dumps(
        {"losses": losses, "files": dict(sorted(files.items()))}, ensure_ascii=False, indent=1
    )
    yield b"\n ],\n" + closing[2:].encode() + b"\n"
