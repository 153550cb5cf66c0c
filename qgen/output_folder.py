"""Writes a build's files so that a failed build leaves the last good one as it was."""

import errno
import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

MANIFEST = "manifest.json"
_OPENING = b'{\n "qgen": '


MOST_OPEN_FILES = 32
"""Files that are written to in turn stay open, but not so many that a system would refuse."""


@dataclass(slots=True)
class OutputFolder:
    """A folder in the making, which knows the SHA-256 of every file in it."""

    path: Path
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
        for file in self._open.values():
            file.close()
        self._open.clear()

    def _file(self, name: str) -> BinaryIO:
        if name in self._open:
            return self._open[name]
        if len(self._open) >= MOST_OPEN_FILES:
            self._open.pop(next(iter(self._open))).close()
        path = self.path / name
        if name not in self._hashes:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._hashes[name] = hashlib.sha256()
        self._open[name] = path.open("ab")
        return self._open[name]


@contextmanager
def replacing(target: Path) -> Iterator[OutputFolder]:
    """A fresh folder that takes the place of `target` when the block ends without an error.

    Raises OSError where the folder cannot be written, or where `target` is something else than
    an earlier build: what qgen did not write it does not replace.
    """
    if target.is_symlink() or (target.exists() and not _is_ours(target)):
        message = f"{target} is there already and was not written by qgen; move it, or use -o"
        raise FileExistsError(errno.EEXIST, message)
    made = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        # mkdtemp keeps others out; the outputs are meant to be read by whom the umask allows.
        fresh.chmod(0o755)
        folder = OutputFolder(fresh)
        try:
            yield folder
        finally:
            folder.close()
        _swap(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        if not target.exists():
            _remove_empty(made)


def _is_ours(target: Path) -> bool:
    """True for an empty folder and for one with a manifest that begins as ours do."""
    if not target.is_dir():
        return False
    if not any(target.iterdir()):
        return True
    try:
        with (target / MANIFEST).open("rb") as file:
            return file.read(len(_OPENING)) == _OPENING
    except OSError:
        return False


def _remove_empty(folders: Sequence[Path]) -> None:
    """Removes folders from the innermost outwards; one that others use by now stays."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


def _swap(fresh: Path, target: Path) -> None:
    if not target.exists():
        fresh.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    try:
        moved = target.rename(old / target.name)
        try:
            fresh.rename(target)
        except OSError:
            moved.rename(target)
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
