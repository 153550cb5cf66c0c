"""What a new build keeps of the folder that it replaces: all that qgen did not write, and more.

Only files that the last manifest lists, unchanged since, are replaced or removed. A build of some
formats keeps the files of the others, with the keys of the papers among them.
"""

import errno
import os
import re
import shutil
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from qgen.document.problem import Problem
from qgen.earlier_build import (
    KEYS,
    MANIFEST,
    MARKING,
    EarlierBuild,
    Run,
    entries,
    has_content,
    read_earlier,
)
from qgen.output_folder import OutputFolder
from qgen.workshop import free_name
from qgen.writers import takes_papers

_KEY_OF_FORMAT = re.compile(r"(?:key|marking)-([a-z]+)(?:\.new(?:-\d+)?)?\.(?:csv|jsonl)")


@dataclass(frozen=True, slots=True)
class Kept:
    """What the manifest tells of all files, and what the report tells of the kept ones."""

    runs: tuple[Run, ...]
    files: dict[str, str]
    numbers: dict[int, int] = field(default_factory=dict)
    """The new number of each run of the earlier manifest that has files here still."""
    formats: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def keep(folder: OutputFolder, target: Path, run: Run, *, whole: bool) -> Kept:
    """Takes into a finished folder, as links where the disk can, what stays of `target`.

    A build is `whole` when it was asked for no formats in particular; then formats that the spec
    has no longer are removed. Raises OSError where something cannot be kept.
    """
    return _Keeping(folder, target, run, whole).result()


class _Keeping:
    def __init__(self, folder: OutputFolder, target: Path, run: Run, whole: bool) -> None:
        self._folder = folder
        self._target = target
        self._run = run
        self._whole = whole
        self._earlier = read_earlier(target) or EarlierBuild()
        names, self._folders = entries(target) if target.exists() else ([], [])
        self._names = [name for name in names if name != MANIFEST]
        listed = self._earlier.files
        self._ours = {name for name in names if has_content(target / name, listed.get(name))}

    def result(self) -> Kept:
        problems = self._step_aside()
        written = self._folder.digests
        staying = [name for name in self._names if not self._goes(name, written)]
        self._refuse_clashes(staying, written)
        for name in staying:
            _take(self._target / name, self._folder.path / name)
        self._take_folders()
        runs = [replace(self._run, files=tuple(sorted(written)))]
        files, numbers, formats = {}, {}, set()
        for number, each in enumerate(self._earlier.runs):
            kept = self._kept_of(number, each, set(staying))
            if kept:
                numbers[number] = len(runs)
                runs.append(replace(each, files=tuple(sorted(kept))))
                files.update(kept)
                found = {str(_format(name)) for name in kept}
                formats |= found
                problems += self._of_another_day(each, sorted(found))
        everything = {**files, **written}
        return Kept(tuple(runs), everything, numbers, tuple(sorted(formats)), tuple(problems))

    def _step_aside(self) -> list[Problem]:
        """Gives another name to each new file where somebody's own file stands."""
        written = self._folder.digests
        own = [name for name in self._names if name not in self._ours]
        problems = []
        for name in own:
            if name in written and not has_content(self._target / name, written[name]):
                other = free_name(name, {*own, *self._folder.files})
                self._folder.rename(name, other)
                place = f"what this build writes is beside it, in {PurePosixPath(other).name}"
                problems.append(self._own_file(name, place))
            elif name in self._earlier.files.keys() - written and not self._of_another_run(name):
                problems.append(self._own_file(name, "this build has no such file"))
        return problems

    def _own_file(self, name: str, besides: str) -> Problem:
        message = f"{self._target / name} is not as qgen wrote it and stays as it is; {besides}"
        return Problem("kept-file", message, None, "loss")

    def _goes(self, name: str, written: Mapping[str, str]) -> bool:
        """True for what this build replaces, and for what it wrote earlier and has no more."""
        return name in written or (name in self._ours and not self._of_another_run(name))

    def _of_another_run(self, name: str) -> bool:
        return not self._whole and _format(name) not in (None, *self._run.formats)

    def _refuse_clashes(self, staying: Iterable[str], written: Mapping[str, str]) -> None:
        """Raises FileExistsError for a file in the place of a folder, or a folder in a file's."""
        inner = {str(above) for name in written for above in PurePosixPath(name).parents}
        clashes = [name for name in staying if name in inner]
        clashes += [name for name in self._folders if name in written]
        if clashes:
            message = f"{self._target / clashes[0]} is in the way of what qgen writes; move it"
            raise FileExistsError(errno.EEXIST, message)

    def _take_folders(self) -> None:
        """Makes the folders of others, empty ones too, and gives all the rights that they had."""
        ours = {str(above) for name in self._earlier.files for above in PurePosixPath(name).parents}
        for name in self._folders:
            if name not in ours:
                (self._folder.path / name).mkdir(parents=True, exist_ok=True)
        for name in reversed(self._folders):
            if (self._folder.path / name).exists():
                shutil.copystat(self._target / name, self._folder.path / name)

    def _kept_of(self, number: int, run: Run, staying: Container[str]) -> dict[str, str]:
        """The files of an earlier run that stay, and the keys of its papers where others come."""
        kept = {
            name: self._earlier.files[name]
            for name in run.files
            if name in staying and name in self._earlier.files and self._of_another_run(name)
        }
        formats = sorted({str(_format(name)) for name in kept if takes_papers(str(_format(name)))})
        for keys in (KEYS, MARKING) if number == 0 else ():
            kept.update(self._kept_keys(keys, formats, staying))
        return kept

    def _kept_keys(
        self, keys: str, formats: Iterable[str], staying: Container[str]
    ) -> Iterator[tuple[str, str]]:
        """A file of keys under a name of its own for each format, unless the new one is equal."""
        digest = self._earlier.files.get(keys, "")
        if keys not in self._ours or digest in self._folder.digests.values():
            return
        stem, _, ending = keys.partition(".")
        for each in formats:
            name = f"{stem}-{each}.{ending}"
            if name in staying:
                name = free_name(name, {*self._names, *self._folder.files})
            _take(self._target / keys, self._folder.path / name)
            yield name, digest

    def _of_another_day(self, run: Run, formats: Iterable[str]) -> Iterator[Problem]:
        """Losses for formats whose files have other numbers, or may have, than the new ones."""
        changed = [
            what
            for what, is_changed in (
                ("the exam's file was changed since", run.spec != self._run.spec),
                (f"it had the seed {run.seed}", run.seed != self._run.seed),
                (f"qgen was {run.qgen}", run.qgen != self._run.qgen),
            )
            if is_changed
        ]
        for each in formats if changed else ():
            message = (
                f"{self._target / each}/ stays from an earlier build ({', '.join(changed)}); a "
                "build without --format renews it"
            )
            yield Problem("earlier-run", message, None, "loss")


def _format(name: str) -> str | None:
    """The format that a file is of; None for the files that each build writes anew."""
    first, slash, _ = name.partition("/")
    if slash:
        return first
    key = _KEY_OF_FORMAT.fullmatch(name)
    return key[1] if key else None


def _take(source: Path, destination: Path) -> None:
    """Makes a file be in both places, as one file where the disk can do that."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    if source.is_symlink():
        destination.symlink_to(os.readlink(source))
        return
    try:
        os.link(source, destination)
    except OSError:
        shutil.copy2(source, destination)
