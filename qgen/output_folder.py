"""Writes a build's files so that a failed build leaves the last good one as it was."""

import errno
import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from qgen.document.exam import Content

MANIFEST = "manifest.json"
_OPENING = b'{\n "qgen": '


@dataclass(slots=True)
class OutputFolder:
    """A folder in the making, with the SHA-256 of every file in it."""

    path: Path
    digests: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, content: Content) -> None:
        """Writes one file, in chunks where it streams."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with target.open("wb") as file:
            for chunk in (content,) if isinstance(content, bytes) else content:
                file.write(chunk)
                digest.update(chunk)
        self.digests[name] = digest.hexdigest()


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
        yield OutputFolder(fresh)
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
