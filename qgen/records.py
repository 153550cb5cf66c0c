"""`key.csv` and `manifest.json`: what was handed out, with which numbers and keys."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from qgen import __version__
from qgen.document.answers import KIND_NAMES
from qgen.document.exam import ExamDocument, Item, Paper, Pool
from qgen.document.values import Value, show
from qgen.earlier_build import ITEM, ITEM_OF_RUN, KEYS, MANIFEST, Run
from qgen.renderers.csv_rows import csv_rows
from qgen.renderers.keys import key_text
from qgen.renderers.writer import Chunk, Writer

_COLUMNS = ("version", "number", "part", "question", "kind", "points", "key")
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode
_CHUNK = 1 << 16


class KeyTable(Writer):
    """`key.csv`: the keys of all papers, a row an answer; spreadsheets run nothing of it."""

    takes_papers = True

    def begin(self, exam: ExamDocument) -> Iterator[Chunk]:
        """The names of the columns."""
        yield Chunk(KEYS, csv_rows([_COLUMNS]))

    def paper(self, paper: Paper) -> Iterator[Chunk]:
        """A row for each answer of the paper."""
        yield Chunk(
            KEYS,
            csv_rows(
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
        # A solver may return half of a character under a name that nothing prints.
        return Chunk(MANIFEST, line.encode("utf-8", "backslashreplace"))


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


def earlier_items(folder: Path, numbers: Mapping[int, int]) -> Iterator[bytes]:
    """The lines of an earlier manifest's items that are of these runs, with their new numbers."""
    if not numbers:
        return
    with (folder / MANIFEST).open("rb") as file:
        for line in file:
            number, rest = 0, line
            if line.startswith(ITEM_OF_RUN):
                digits, _, rest = line.removeprefix(ITEM_OF_RUN).partition(b", ")
                number, rest = int(digits), b"  {" + rest
            if rest.startswith(ITEM) and number in numbers:
                start = ITEM_OF_RUN + b"%d, " % numbers[number]
                yield start + rest.removeprefix(b"  {").rstrip(b",\n")


def manifest(
    head: dict[str, Any],
    items: IO[bytes],
    files: Mapping[str, str],
    losses: list[str],
    runs: Sequence[Run] = (),
    earlier: Iterable[bytes] = (),
) -> Iterator[bytes]:
    """`manifest.json` in chunks: what was asked, each recorded item, and every file's SHA-256.

    `runs` tell which files are of which run, this one first; the items that `earlier` ones gave
    have their number.
    """
    opening = json.dumps({"qgen": __version__, **head}, ensure_ascii=False, indent=1)
    yield opening[:-2].encode() + b',\n "items": [\n'
    items.seek(0)
    is_first = True
    while chunk := items.read(_CHUNK):
        is_first = False
        yield chunk
    for line in earlier:
        yield line if is_first else b",\n" + line
        is_first = False
    told = {
        "losses": losses,
        "runs": [run.data() for run in runs],
        "files": dict(sorted(files.items())),
    }
    closing = json.dumps(told, ensure_ascii=False, indent=1)
    yield b"\n ],\n" + closing[2:].encode() + b"\n"
