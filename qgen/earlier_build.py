"""What an earlier build wrote into its folder, as its manifest tells."""

import errno
import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
KEYS = "key.csv"
MARKING = "marking.jsonl"
ITEM_OF_RUN = b'  {"run": '
ITEM = b'  {"slot": '
_OPENING = b'{\n "qgen": '


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a build: what was asked of which spec, and the files that are of it.

    It holds no clock: the same run is the same bytes on any day.
    """

    qgen: str
    spec: str
    seed: int
    formats: tuple[str, ...]
    files: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """The run as the manifest holds it."""
        return {
            "qgen": self.qgen,
            "spec": self.spec,
            "seed": self.seed,
            "formats": list(self.formats),
            "files": list(self.files),
        }


@dataclass(frozen=True, slots=True)
class EarlierBuild:
    """The spec of a build (its path from the folder around the build), its runs and files."""

    spec: str = ""
    runs: tuple[Run, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)


def read_earlier(folder: Path) -> EarlierBuild | None:
    """What the manifest in a folder tells; None where there is none of ours, or not whole.

    The items are skipped unread: there may be a hundred thousand.
    """
    try:
        with (folder / MANIFEST).open("rb") as file:
            lines = [line for line in file if not line.startswith((ITEM, ITEM_OF_RUN))]
        data = json.loads(b"".join(lines))
        return EarlierBuild(
            str(data["spec"]["file"]),
            tuple(_run(each) for each in data["runs"]),
            {str(name): str(digest) for name, digest in data["files"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _run(data: Mapping[str, Any]) -> Run:
    return Run(
        str(data["qgen"]),
        str(data["spec"]),
        int(data["seed"]),
        tuple(map(str, data["formats"])),
        tuple(map(str, data["files"])),
    )


def refuse_others(target: Path, spec: Path) -> None:
    """Raises FileExistsError unless `target` is free, empty, or an earlier build of this spec.

    A spec that was moved, and not changed meanwhile, is the same spec as before.
    """
    if not target.is_symlink() and not target.exists():
        return
    if target.is_symlink() or not target.is_dir():
        raise _refusal(f"{target} is there already and was not written by qgen")
    if not any(target.iterdir()):
        return
    earlier = read_earlier(target)
    if earlier is None:
        if _begins_as_ours(target):
            reason = "does not tell what qgen wrote: it was damaged, or is of an older qgen"
            raise _refusal(f"{target / MANIFEST} {reason}")
        raise _refusal(f"{target} is there already and was not written by qgen")
    other = target.parent / earlier.spec
    if other.exists():
        same = os.path.samefile(other, spec)
    else:
        same = earlier.runs[0].spec == spec_digest(spec) if earlier.runs else False
    if not same:
        shown = os.path.normpath(other)
        raise _refusal(f"{target} holds the build of another exam, {shown}, not of {spec}")


def _refusal(reason: str) -> FileExistsError:
    return FileExistsError(errno.EEXIST, f"{reason}; move it, or use -o")


def _begins_as_ours(target: Path) -> bool:
    try:
        with (target / MANIFEST).open("rb") as file:
            return file.read(len(_OPENING)) == _OPENING
    except OSError:
        return False


def spec_digest(spec: Path) -> str:
    """The SHA-256 of a spec's text."""
    return hashlib.sha256(spec.read_bytes()).hexdigest()


def spec_from(output: Path, spec: Path) -> str:
    """A spec's path from the folder around its build; whole where there is no way from there."""
    try:
        path = os.path.relpath(spec.resolve(), output.resolve())
    except ValueError:  # another drive
        path = str(spec.resolve())
    return Path(path).as_posix()


def entries(folder: Path) -> tuple[list[str], list[str]]:
    """The names of all that lies in a folder, and of all folders in it, outermost first.

    Links count as files and are never followed. Raises OSError for a folder that cannot be read.
    """

    def stop(error: OSError) -> None:
        raise OSError(error.errno, f"{error.filename}: {error.strerror}")

    files: list[str] = []
    folders: list[str] = []
    for place, inner, names in os.walk(folder, onerror=stop):
        here = Path(place).relative_to(folder)
        files += [(here / name).as_posix() for name in names]
        for name in inner:
            kind = files if os.path.islink(os.path.join(place, name)) else folders
            kind.append((here / name).as_posix())
    return sorted(files), sorted(folders)


def has_content(path: Path, digest: str | None) -> bool:
    """True for a file, and not a link to one, whose SHA-256 is this."""
    if digest is None or not stat.S_ISREG(path.lstat().st_mode):
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest
