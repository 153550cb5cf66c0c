"""Lists what is in a bank, from the headers of its questions alone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qgen.bank.catalogue import Catalogue, Entry

if TYPE_CHECKING:
    from rich.console import Console

_COLUMNS = ("id", "kind", "topic", "level", "points", "numbers", "title")


def chosen(catalogue: Catalogue, topic: str | None, kind: str | None) -> list[Entry]:
    """The questions of a topic and a kind, by topic, difficulty and id."""
    return sorted(
        (
            entry
            for entry in catalogue.entries.values()
            if topic in {None, entry.header.topic} and kind in {None, entry.header.kind}
        ),
        key=lambda each: (each.header.topic, each.header.difficulty, each.header.identifier),
    )


def list_data(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The questions for a program."""
    return [
        {
            "id": entry.header.identifier,
            "title": entry.header.title,
            "kind": entry.header.kind,
            "topic": entry.header.topic,
            "tags": list(entry.header.tags),
            "difficulty": entry.header.difficulty,
            "points": str(entry.points),
            "parameterised": entry.is_drawn,
            "solvers": list(entry.solvers),
            "source": entry.header.source,
            "file": entry.header.place.file,
            "line": entry.header.place.line,
        }
        for entry in entries
    ]


def print_list(entries: Sequence[Entry]) -> None:
    """The questions as a table: on a terminal folded to its width, in a pipe one line each."""
    from rich.console import Console

    console = Console(emoji=False)
    rows = [_row(entry) for entry in entries]
    if console.is_terminal:
        _print_folded(console, rows)
    else:
        widths = [max(map(len, column)) for column in zip(_COLUMNS, *rows, strict=True)]
        for row in (_COLUMNS, *rows):
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            print("  ".join(cells).rstrip())
    print(f"{len(entries)} questions")


def _row(entry: Entry) -> tuple[str, ...]:
    header = entry.header
    return (
        header.identifier,
        header.kind,
        header.topic,
        str(header.difficulty),
        str(entry.points),
        "drawn" if entry.is_drawn else "",
        " ".join(header.title.split()),
    )


def _print_folded(console: "Console", rows: Sequence[tuple[str, ...]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for head in _COLUMNS:
        table.add_column(head, no_wrap=head == "id", overflow="fold")
    for row in rows:
        # As text: an author's brackets and colons are no markup.
        table.add_row(*map(Text, row))
    console.print(table)
