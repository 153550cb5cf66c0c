"""YAML as data with places: the 1.2 core schema, no repeated keys, limits on size and aliases.

The parser is libyaml's where PyYAML has it. The tree is built from its events here, because
PyYAML's own constructor follows YAML 1.1 (`yes` is a truth value), lets a repeated key win in
silence, and forgets where a value stood.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import yaml

from qgen.document.characters import unprintable
from qgen.document.problem import Place, Problem

Steps: TypeAlias = tuple[str | int, ...]
"""A way into a file's data: keys of mappings and places in lists."""

Wanted: TypeAlias = "Mapping[str, Wanted] | None"
"""Which keys of a mapping are read, and of what stands behind them; None reads everything.
A list's entries are all read alike."""

Data: TypeAlias = bool | int | Decimal | str | list["Data"] | dict[str, "Data"] | None

MAX_BYTES = 10_000_000
MAX_DEPTH = 40
MAX_NODES = 1_000_000

_TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]{1,4000}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_PREFIXED = re.compile(r"0o[0-7]{1,1000}|0x[0-9a-fA-F]{1,1000}")
_CORE = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


@dataclass(slots=True)
class Node:
    """Where a value stands: its start, its children, and for a mapping each key's place."""

    line: int
    column: int
    style: str | None = None
    entries: "dict[str, Node]" = field(default_factory=dict)
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    elements: "list[Node]" = field(default_factory=list)


class _Refused(Exception):
    def __init__(self, code: str, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.code, self.line, self.column = code, line, column


@dataclass(slots=True)
class Source:
    """One file's data with the place of everything in it."""

    file: str
    path: Path
    lines: list[str]
    data: Data
    root: Node
    mappings: dict[int, Node]
    """The node of each mapping, by the identity of its dict."""

    def place(self, path: Steps = (), *, key: bool = False) -> Place:
        """The place of a value (or of its key); steps that do not exist are passed over."""
        node, start = self.root, (self.root.line, self.root.column)
        for step in path:
            if isinstance(step, str) and step in node.entries:
                start = node.keys[step]
                node = node.entries[step]
            elif isinstance(step, int) and step < len(node.elements):
                node = node.elements[step]
                start = (node.line, node.column)
        if not key:
            start = (node.line, node.column)
        return Place(self.file, start[0], start[1])

    def place_in_text(self, path: Steps, text: str, offset: int) -> Place:
        """The place of character `offset` of a text value; its start where that is unclear."""
        node = self.node(path)
        line = text.count("\n", 0, offset)
        column = offset - (text.rfind("\n", 0, offset) + 1)
        if node.style == "|":
            number = node.line + 1 + line
            source = self.lines[number - 1] if number <= len(self.lines) else ""
            shown = text.split("\n")[line]
            indent = max(0, len(source.rstrip()) - len(shown.rstrip())) if shown.strip() else 0
            return Place(self.file, number, indent + column + 1)
        return Place(self.file, *_in_source(self.lines, node, text[:offset]))

    def node(self, path: Steps) -> Node:
        """Where a value stands; steps that do not exist are passed over."""
        node = self.root
        for step in path:
            if isinstance(step, str) and step in node.entries:
                node = node.entries[step]
            elif isinstance(step, int) and step < len(node.elements):
                node = node.elements[step]
        return node


_ESCAPED = re.compile(r"\\(?:x.{2}|u.{4}|U.{8}|.)", re.DOTALL)
_BLANKS = re.compile(r"\s+")


def _in_source(lines: list[str], node: Node, before: str) -> tuple[int, int]:
    """Line and column behind the characters `before` of a quoted, plain or folded text.

    A run of blanks of the text may be line ends and indentation in the source.
    """
    start = node.column - 1 + (1 if node.style in {"'", '"'} else 0)
    if node.style != ">" and lines[node.line - 1].startswith(before, start):
        return node.line, start + len(before) + 1
    # No character of a text takes more than one line of its source.
    source = "\n".join(lines[node.line - 1 : node.line + len(before) + 1])
    position = start
    if node.style == ">":
        position = source.find("\n") + 1
        position = blanks.end() if (blanks := _BLANKS.match(source, position)) else position
    for character in before:
        if node.style == '"' and (escape := _ESCAPED.match(source, position)):
            position = escape.end()
        elif not character.isspace():
            position += 2 if node.style == "'" and character == "'" else 1
        elif blanks := _BLANKS.match(source, position):
            position = blanks.end()
    line = source.count("\n", 0, position)
    return node.line + line, position - source.rfind("\n", 0, position)


def read_text(path: Path, shown: str) -> str | Problem:
    """The text of a UTF-8 file, or the problem that keeps it from being read."""
    start = Place(shown, 1, 1)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            message = (
                f"the file has {size / 1e6:.1f} MB; at most {MAX_BYTES / 1e6:.0f} MB are read: "
                "split it"
            )
            return Problem("file-too-large", message, start)
        content = path.read_bytes()
    except FileNotFoundError:
        return Problem("file-missing", "there is no such file", start)
    except OSError as error:
        return Problem("file-unreadable", f"cannot be read: {error.strerror}", start)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Problem("file-not-text", "this is not UTF-8 text", Place(shown, line, 1))
    found = unprintable(text)
    if found:
        line = text.count("\n", 0, found[0]) + 1
        column = found[0] - text.rfind("\n", 0, found[0])
        return Problem("file-not-text", found[1], Place(shown, line, column))
    return text


def read_source(path: Path, shown: str, wanted: Wanted = None) -> Source | Problem:
    """One YAML document with places, or the one problem that keeps it from being read.

    With `wanted`, what is not wanted is passed over: its keys have places, but no values.
    """
    text = read_text(path, shown)
    if isinstance(text, Problem):
        return text
    mappings: dict[int, Node] = {}
    try:
        data, root = _document(text, mappings, wanted)
    except (_Refused, yaml.YAMLError) as error:
        if wanted is not None:
            # What is wanted may be an alias of what is passed over, or another mistake come first.
            return read_source(path, shown)
        return _unreadable(error, text, shown)
    if data is None:
        return Problem("file-empty", "the file is empty", Place(shown, 1, 1))
    return Source(shown, path, text.splitlines(), data, root, mappings)


def _unreadable(error: "_Refused | yaml.YAMLError", text: str, shown: str) -> Problem:
    """The problem of a text that is no YAML, or none that a bank may hold."""
    if isinstance(error, _Refused):
        return Problem(error.code, str(error), Place(shown, error.line, error.column))
    if not isinstance(error, yaml.MarkedYAMLError):
        return Problem("yaml-syntax", " ".join(str(error).split()), Place(shown, 1, 1))
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.splitlines()
    if line > len(lines) > 0:  # Cut off: what is missing is missed behind the last line.
        line, column = len(lines), len(lines[-1]) + 1
    place = Place(shown, line, column)
    # Some releases of the parser have a limit of their own and meet it first.
    if "nesting depth" in str(error.problem):
        return Problem("yaml-depth", _TOO_DEEP, place)
    return Problem("yaml-syntax", _syntax_message(error, text, line), place)


def _syntax_message(error: yaml.MarkedYAMLError, text: str, line: int) -> str:
    lines = text.splitlines()
    source = lines[line - 1] if line <= len(lines) else ""
    indentation = source[: len(source) - len(source.lstrip())]
    if "\t" in indentation:
        return "a tab in the indentation; YAML is indented with blanks"
    problem = error.problem or "this is not YAML"
    if "mapping values are not allowed" in problem:
        return "a colon and a blank inside a plain text; put the text in quotes or after a '|'"
    if "expected ',' or '}'" in problem:
        return "a text inside braces that holds a comma or a brace: put it in quotes"
    context = f" {error.context}" if error.context else ""
    return f"not valid YAML: {problem}{context}"


def _document(text: str, mappings: dict[int, Node], wanted: Wanted) -> tuple[Data, Node]:
    events = yaml.parse(text, Loader=_LOADER)
    builder = _Builder(events, mappings)
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            result = builder.value(next(events), 0, wanted)
            next(events)
            follower = next(events)
            if isinstance(follower, yaml.DocumentStartEvent):
                line, column = _mark(follower)
                message = "a second document ('---'); write several questions as one list"
                raise _Refused("yaml-documents", message, line, column)
            return result
    return None, Node(1, 1)


def _mark(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


_STARTS = frozenset({yaml.MappingStartEvent, yaml.SequenceStartEvent})
_ENDS = frozenset({yaml.MappingEndEvent, yaml.SequenceEndEvent})


class _Builder:
    """Builds data and nodes side by side from parser events."""

    def __init__(self, events: Iterator[yaml.Event], mappings: dict[int, Node]) -> None:
        self._events = events
        self._mappings = mappings
        self._anchors: dict[str, tuple[Data, Node, int] | None] = {}
        self._count = 0

    def value(self, event: yaml.Event, depth: int, wanted: Wanted = None) -> tuple[Data, Node]:
        line, column = _mark(event)
        if depth > MAX_DEPTH:
            message = _TOO_DEEP
            raise _Refused("yaml-depth", message, line, column)
        before = self._count
        self._spend(1, line, column)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor), line, column)
        anchor = event.anchor if isinstance(event, yaml.NodeEvent) else None
        if anchor is not None:
            self._anchors[anchor] = None
        node = Node(line, column)
        data: Data
        if isinstance(event, yaml.ScalarEvent):
            _check_characters(event.value, line, column)
            node.style = event.style
            plain = event.implicit[0] and not event.style and event.tag is None
            data = _resolve(event.value) if plain else event.value
        elif isinstance(event, yaml.SequenceStartEvent):
            data = self._sequence(node, depth, wanted)
        else:
            data = self._mapping(node, depth, wanted)
        if anchor is not None:
            self._anchors[anchor] = (data, node, self._count - before)
        return data, node

    def _spend(self, nodes: int, line: int, column: int) -> None:
        self._count += nodes
        if self._count > MAX_NODES:
            message = f"more than {MAX_NODES} values once its aliases are written out"
            raise _Refused("yaml-too-large", message, line, column)

    def _alias(self, anchor: str, line: int, column: int) -> tuple[Data, Node]:
        if anchor not in self._anchors:
            raise _Refused("yaml-alias", f"nothing is anchored as '&{anchor}'", line, column)
        known = self._anchors[anchor]
        if known is None:
            message = f"'*{anchor}' stands inside the value that it names"
            raise _Refused("yaml-alias", message, line, column)
        self._spend(known[2], line, column)
        return known[0], known[1]

    def _pass_over(self) -> None:
        """Leaves out the next value, whatever it holds."""
        depth = 0
        for event in self._events:
            kind = type(event)
            if kind in _STARTS:
                depth += 1
            elif kind in _ENDS:
                depth -= 1
            if depth == 0:
                return

    def _sequence(self, node: Node, depth: int, wanted: Wanted) -> list[Data]:
        elements: list[Data] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            element, child = self.value(event, depth + 1, wanted)
            elements.append(element)
            node.elements.append(child)
        return elements

    def _mapping(self, node: Node, depth: int, wanted: Wanted) -> dict[str, Data]:
        entries: dict[str, Data] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            line, column = _mark(event)
            if not isinstance(event, yaml.ScalarEvent):
                message = "a key must be a plain word"
                if isinstance(event, yaml.MappingStartEvent):
                    message += "; put a text that starts with '{{' in quotes"
                raise _Refused("yaml-key", message, line, column)
            key = event.value
            _check_characters(key, line, column)
            if key in node.keys:
                first = node.keys[key][0]
                message = f"the key '{key}' stands twice (first in line {first})"
                raise _Refused("yaml-repeated-key", message, line, column)
            node.keys[key] = (line, column)
            if wanted is not None and key not in wanted:
                self._pass_over()
                continue
            inner = None if wanted is None else wanted[key]
            entries[key], node.entries[key] = self.value(next(self._events), depth + 1, inner)
        self._mappings[id(entries)] = node
        return entries


def _check_characters(text: str, line: int, column: int) -> None:
    """Refuses what an escape such as "\\0" writes and no output format can hold."""
    found = unprintable(text)
    if found:
        raise _Refused("file-not-text", found[1], line, column)


def _resolve(text: str) -> Data:
    """A plain scalar by YAML 1.2's core schema; decimals keep the digits that were written."""
    if text in _CORE:
        return _CORE[text]
    if not (text[0].isdigit() or text[0] in "+-."):
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return Decimal(text)
    if _PREFIXED.fullmatch(text):
        return int(text, 0)
    return text
