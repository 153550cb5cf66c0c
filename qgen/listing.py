"""Lists what is in a bank, from the headers of its questions alone."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qgen.bank.catalogue import Catalogue, Entry
from qgen.document.answers import DERIVATION, KINDS
from qgen.document.problem import did_you_mean

if TYPE_CHECKING:
    from rich.console import Console

_COLUMNS = ("id", "kind", "topic", "level", "points", "numbers", "title")
_COUNTED = (*KINDS, DERIVATION, "drawn", "all")


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


def unknown_words(catalogue: Catalogue, topic: str | None, kind: str | None) -> list[str]:
    """What is said of a topic that no question has, and of a kind that there is not."""
    topics = {entry.header.topic for entry in catalogue.entries.values()}
    known = (("topic", topic, topics), ("kind", kind, {*KINDS, DERIVATION}))
    return [
        f"there is no {name} '{word}'"
        + (did_you_mean(word, words) or f"; there are {', '.join(sorted(words))}")
        for name, word, words in known
        if word is not None and words and word not in words
    ]


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
            "not_with": list(entry.header.not_with),
            "file": entry.header.place.file,
            "line": entry.header.place.line,
        }
        for entry in entries
    ]


def count_data(entries: Sequence[Entry]) -> dict[str, dict[str, int]]:
    """How many questions of each kind a topic has, how many are drawn, and how many there are."""
    topics: dict[str, Counter[str]] = {}
    for entry in entries:
        counts = topics.setdefault(entry.header.topic, Counter(drawn=0, all=0))
        counts.update([entry.header.kind, "all"])
        counts["drawn"] += entry.is_drawn
    return {
        topic: {name: topics[topic][name] for name in _COUNTED if name in topics[topic]}
        for topic in sorted(topics)
    }


def print_list(entries: Sequence[Entry]) -> None:
    """The questions as a table."""
    _print_table(_COLUMNS, [_row(entry) for entry in entries])
    print("1 question" if len(entries) == 1 else f"{len(entries)} questions")


def print_count(entries: Sequence[Entry]) -> None:
    """The numbers of `count_data` as a table, with a last line for all topics."""
    topics = count_data(entries)
    total: Counter[str] = Counter()
    for counts in topics.values():
        total.update(counts)
    columns = [name for name in _COUNTED if name in total]
    _print_table(
        ("topic", *columns),
        [
            (topic, *(str(counts.get(column) or "") for column in columns))
            for topic, counts in (*topics.items(), ("all", total))
        ],
    )


def _print_table(columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    """Rows under their heads: on a terminal folded to its width, in a pipe one line each."""
    from rich.console import Console

    console = Console(emoji=False)
    if console.is_terminal:
        _print_folded(console, columns, rows)
        return
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    for row in (columns, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


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


def _print_folded(
    console: "Console", columns: Sequence[str], rows: Sequence[tuple[str, ...]]
) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for index, head in enumerate(columns):
        table.add_column(head, no_wrap=index == 0, overflow="fold")
    for row in rows:
        # As text: an author's brackets and colons are no markup.
        table.add_row(*map(Text, row))
    console.print(table)
