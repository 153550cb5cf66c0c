"""The hidden folder beside a build in which its next edition is made, and what dead builds left.

A workshop `.name-XXXXXXXX/` lies beside the build `name/` and holds `qgen.lock`, which its process
keeps locked as long as it lives; `new/`, the folder in the making, whose number among the files of
the disk stands in the lock; and for the blink of an eye `old/`, the build that is being replaced.
Killed at any moment, it can be told from these what to do: the next build does it.
"""

import ctypes
import filecmp
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from qgen.earlier_build import MANIFEST, EarlierBuild, entries, has_content, read_earlier

if sys.platform != "win32":
    import fcntl

_LOCK = "qgen.lock"
_WORKSHOP = re.compile(r"\.(.+)-[a-z0-9_]{8}", re.DOTALL)
_NEW, _OLD = "new", "old"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def workshop(target: Path) -> Iterator[Path]:
    """A workshop beside `target`, gone with all that is in it when the block ends.

    Raises OSError where none can be made.
    """
    place, lock = _open_workshop(target)
    try:
        yield place
    finally:
        # What cannot be removed now is removed by the next build.
        with suppress(OSError):
            _clear(place, target)
        os.close(lock)


def fresh_folder(place: Path) -> Path:
    """The folder in the making; it gets the rights that a build has for those who read it."""
    fresh = place / _NEW
    fresh.mkdir()
    # The workshop itself keeps others out until all is written.
    fresh.chmod(0o755)
    (place / _LOCK).write_text(str(fresh.stat().st_ino), encoding="ascii")
    return fresh


def put_in_place(place: Path, target: Path) -> None:
    """Exchanges the new folder for the old one, in one step where the system can."""
    fresh, old = place / _NEW, place / _OLD
    if not target.exists():
        fresh.rename(target)
        return
    shutil.copymode(target, fresh)
    if _exchange(fresh, target):
        return
    try:
        target.rename(old)
        fresh.rename(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        raise


def sweep(output: Path, only: str | None = None) -> None:
    """Ends what dead builds in an output folder began (`only` those of this name): nothing is left.

    Workshops of running builds stay as they are, as does what may not be removed.
    """
    with suppress(OSError):
        for place in list(output.iterdir()):
            name = _WORKSHOP.fullmatch(place.name)
            if name is None or only not in (None, name[1]):
                continue
            if not place.is_symlink() and place.is_dir():
                with suppress(OSError):
                    _sweep_one(place, output / name[1])


def free_name(name: str, taken: set[str]) -> str:
    """`paper.new.tex` for `paper.tex`, or with a number the first that is not taken."""
    path = Path(name)
    number = 1
    while True:
        addition = ".new" if number == 1 else f".new-{number}"
        found = path.with_name(path.stem + addition + path.suffix).as_posix()
        if found not in taken:
            return found
        number += 1


def _open_workshop(target: Path) -> tuple[Path, int]:
    while True:
        place = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        # A sweeping build may have taken the folder for a dead one before it was locked.
        with suppress(FileNotFoundError):
            lock = os.open(place / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            _lock(lock, wait=True)
            if (place / _LOCK).exists():
                return place, lock
            os.close(lock)


def _lock(file: int, *, wait: bool) -> bool:
    """True if the file is locked now; it is unlocked by the system when its process ends."""
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        # Held by a running build, or a file system without locks: then nobody is known to be dead.
        return False
    return True


def _sweep_one(place: Path, target: Path) -> None:
    try:
        lock = os.open(place / _LOCK, os.O_RDWR)
    except FileNotFoundError:
        # Killed, or still at work, before it had its lock; anything else than empty is not ours.
        place.rmdir()
        return
    try:
        if _lock(lock, wait=False):
            _clear(place, target)
    finally:
        os.close(lock)


def _clear(place: Path, target: Path) -> None:
    """Puts an old build back that has no successor, saves what others own, removes the rest."""
    old = place / _OLD
    if old.exists() and not target.exists():
        old.rename(target)
    for folder in (old, place / _NEW):
        if folder.exists() and target.exists() and not _never_in_place(place, folder):
            _save_what_is_not_ours(folder, target)
    _remove_tree(place)


def _never_in_place(place: Path, folder: Path) -> bool:
    """True for the folder that was made here: all that it holds of others is in the build, too."""
    return (place / _LOCK).read_text("ascii") in ("", str(folder.stat().st_ino))


def _save_what_is_not_ours(folder: Path, target: Path) -> None:
    """Moves to `target` what somebody put into a replaced build in the moment of its replacing."""
    build = read_earlier(folder) or EarlierBuild()
    names, _ = entries(folder)
    for name in names:
        path, there = folder / name, target / name
        listed = build.files.get(name)
        if name == MANIFEST or _same(path, there) or has_content(path, listed):
            continue
        if os.path.lexists(there):
            there = target / free_name(name, set(entries(target)[0]))
        there.parent.mkdir(parents=True, exist_ok=True)
        path.rename(there)


def _same(one: Path, other: Path) -> bool:
    try:
        first, second = one.lstat(), other.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    if (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino):
        return True
    if stat.S_ISLNK(first.st_mode) and stat.S_ISLNK(second.st_mode):
        return os.readlink(one) == os.readlink(other)
    regular = stat.S_ISREG(first.st_mode) and stat.S_ISREG(second.st_mode)
    return regular and filecmp.cmp(one, other, shallow=False)


def _remove_tree(place: Path) -> None:
    """Removes a folder whose inner folders may have been made unwritable by their owner.

    The lock goes last, so that a removal that is cut short is ended by the next build.
    """
    for folder, inner, _ in os.walk(place):
        for name in inner:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o700)
    for path in list(place.iterdir()):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != _LOCK:
            path.unlink()
    (place / _LOCK).unlink()
    place.rmdir()


def _exchange(one: Path, other: Path) -> bool:
    """Exchanges two folders in one step; False where the system or its disk cannot."""
    if sys.platform != "linux":
        return False
    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None)
    if renameat2 is None:
        return False
    paths = os.fsencode(one), os.fsencode(other)
    status: int = renameat2(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE)
    return status == 0
