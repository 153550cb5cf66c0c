"""Writes a build's files so that a failed build leaves the last good one as it was."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from qgen.workshop import fresh_folder, put_in_place, workshop

MOST_OPEN_FILES = 32
"""Files that are written to in turn stay open, but not so many that a system would refuse."""

_BUFFER = 1 << 16
"""Bytes of a file that wait to be written: variants come in pieces of some kilobytes."""


@dataclass(slots=True)
class OutputFolder:
    """A folder in the making, which knows the SHA-256 of every file in it."""

    path: Path
    workshop: Path
    """Where files may lie that are gone when the build ends, however it ends."""
    _hashes: dict[str, "hashlib._Hash"] = field(default_factory=dict)
    _open: dict[str, BinaryIO] = field(default_factory=dict)

    @property
    def files(self) -> tuple[str, ...]:
        """The names of all files, in the order in which they were begun."""
        return tuple(self._hashes)

    @property
    def digests(self) -> dict[str, str]:
        """The SHA-256 of every file, by its name."""
        return {name: digest.hexdigest() for name, digest in self._hashes.items()}

    def write(self, name: str, content: bytes | Iterable[bytes]) -> None:
        """Writes one whole file, in chunks where it streams."""
        for chunk in (content,) if isinstance(content, bytes) else content:
            self.append(name, chunk)

    def append(self, name: str, content: bytes) -> None:
        """Writes behind what a file holds so far, in this build."""
        self._file(name).write(content)
        self._hashes[name].update(content)

    def close(self) -> None:
        """Puts on the disk what was written so far; files may be written to afterwards."""
        with ExitStack() as closing:
            # On a full disk each of them may fail; all are closed.
            for file in self._open.values():
                closing.callback(file.close)
            self._open.clear()

    def rename(self, name: str, other: str) -> None:
        """Gives a file another name in the same folder; it is whole by now."""
        self.close()
        (self.path / name).rename(self.path / other)
        self._hashes[other] = self._hashes.pop(name)

    def _file(self, name: str) -> BinaryIO:
        if name in self._open:
            return self._open[name]
        if len(self._open) >= MOST_OPEN_FILES:
            self._open.pop(next(iter(self._open))).close()
        path = self.path / name
        if name not in self._hashes:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._hashes[name] = hashlib.sha256()
        self._open[name] = path.open("ab", buffering=_BUFFER)
        return self._open[name]


@contextmanager
def replacing(target: Path) -> Iterator[OutputFolder]:
    """A fresh folder that takes the place of `target` when the block ends without an error.

    What `target` holds and is to stay must be in the fresh folder by then (`qgen.keeping`). Raises
    OSError where the folder cannot be written; `target` is then as it was.
    """
    made = [folder for folder in target.parents if not folder.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with workshop(target) as place:
            folder = OutputFolder(fresh_folder(place), place)
            try:
                yield folder
            finally:
                folder.close()
            put_in_place(place, target)
    finally:
        if not target.exists():
            _remove_empty(made)


def _remove_empty(folders: Sequence[Path]) -> None:
    """Removes folders from the innermost outwards; one that others use by now stays."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return
