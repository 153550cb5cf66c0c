"""Files of data that a student gets: their names, and their text as CSV."""

import csv
import io
import re
from collections.abc import Mapping
from fractions import Fraction

from qgen.document.richtext import Alignment, Inline, Table, Text
from qgen.document.values import Value, is_real

MOST_ROWS = 2_000
MOST_COLUMNS = 30
MOST_CHARACTERS = 100_000
MOST_PRINTED = 400
"""So many cells are printed on paper; more than that must be handed out as a file."""
_LINE = 64
"""About so many characters fit into a line of a printed table."""
_MOST_BESIDE = 10
_LEFT: Alignment = "left"
_RIGHT: Alignment = "right"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}\.csv")
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])\.csv", re.IGNORECASE)
# Spreadsheets take the wide forms of these characters for them, and skip what is unseen.
_FORMULA_STARTS = tuple("=+-@＝＋－＠")
_UNSEEN = "".join(map(chr, (*range(0x21), 0x7F, 0xFEFF)))


def name_fault(name: str) -> str | None:
    """What is wrong with the name of a file of data, if anything is."""
    if _DEVICES.fullmatch(name):
        return f"'{name}' is a device on some computers, and no file"
    if _NAME.fullmatch(name):
        return None
    return (
        f"'{name}' is no plain name of a file: write letters, digits, '-' and '_', and '.csv' "
        "behind them, as in regression.csv"
    )


def csv_text(columns: Mapping[str, Value]) -> str:
    """Columns of equal length as CSV, with a first line of their names. Raises ValueError.

    Exact decimals are written in full, other numbers with all digits of a float. A text that a
    spreadsheet would run as a formula has an apostrophe in front, and a text is one line.
    """
    vectors: list[tuple[Value, ...]] = []
    for name, value in columns.items():
        if not isinstance(value, tuple):
            raise ValueError(f"the column '{name}' is no vector")
        vectors.append(value)
    lengths = {name: len(vector) for name, vector in zip(columns, vectors, strict=True)}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"'{name}' {length}" for name, length in lengths.items())
        raise ValueError(f"the columns have different numbers of entries: {told}")
    if max(lengths.values()) > MOST_ROWS:
        raise ValueError(f"the data have more than {MOST_ROWS} rows")
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(columns)
    for row in zip(*vectors, strict=True):
        rows.writerow([_cell(name, entry) for name, entry in zip(columns, row, strict=True)])
    text = written.getvalue()
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"the data have more than {MOST_CHARACTERS} characters")
    return text


def _cell(column: str, value: Value) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        text = " ".join(value.split())
        return f"'{text}" if text.lstrip(_UNSEEN).startswith(_FORMULA_STARTS) else text
    if not is_real(value):
        raise ValueError(f"the column '{column}' holds what is no number and no text")
    return value_text(value)


def value_text(value: int | Fraction | float) -> str:
    """A number as programs read it: `-0.25`, `3`, `0.3333333333333333`, `1e+20`."""
    if isinstance(value, float):
        return repr(value)
    digits = _decimal_places(value.denominator)
    if digits is None:
        return repr(float(value))
    whole = abs(value.numerator) * 10**digits // value.denominator
    shown = str(whole).rjust(digits + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{shown[:-digits]}.{shown[-digits:]}" if digits else f"{sign}{shown}"


def _decimal_places(denominator: int) -> int | None:
    """How many places a fraction has behind the point; None for one that never ends."""
    for places in range(16):
        if 10**places % denominator == 0:
            return places
    return None


def cells(text: str) -> list[list[str]]:
    """The cells of a file of data, line by line."""
    return [row for row in csv.reader(io.StringIO(text, newline="")) if row]


def is_long(text: str) -> bool:
    """Whether a file of data has more cells than are printed."""
    rows = cells(text)
    return sum(map(len, rows)) - len(rows[0]) > MOST_PRINTED if rows else False


def printed_tables(file: str, text: str) -> tuple[Table, ...]:
    """A file of data as tables for paper, a line for each column; none where it is too long.

    Each table has so many observations beside each other as fit into a line, under their numbers;
    the file's name stands before these.
    """
    names, *rows = cells(text) or [[""]]
    if is_long(text):
        return ()
    widest = max((len(cell) for row in rows for cell in row), default=1)
    room = _LINE - max(map(len, (file, *names)))
    beside = max(1, min(_MOST_BESIDE, room // (widest + 3)))
    tables = []
    for start in range(0, max(len(rows), 1), beside):
        shown = rows[start : start + beside]
        numbers = range(start + 1, start + len(shown) + 1)
        lines = tuple(
            tuple(map(_words, (name, *(row[place] for row in shown))))
            for place, name in enumerate(names)
        )
        header = (_words(file), *(_words(str(number)) for number in numbers))
        tables.append(Table((_LEFT, *(_RIGHT for _ in shown)), header, lines))
    return tuple(tables)


def _words(text: str) -> tuple[Inline, ...]:
    return (Text(text),)
