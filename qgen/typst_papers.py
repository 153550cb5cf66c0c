"""Papers from Typst source to PDF, by the typst wheel: no program and no font of the machine.

Sources are compiled in processes of their own that end when their time is over, see no file
outside the folder that they are in, and give the same bytes for the same source.
"""

import json
import os
import re
import signal as signals
import subprocess
import sys
import unicodedata
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from queue import Empty, SimpleQueue
from signal import SIG_IGN, SIGINT, signal
from socket import socket
from threading import Timer
from typing import TYPE_CHECKING, Literal, NamedTuple

from qgen.document.problem import Place, Problem
from qgen.typesetting import Typeset

if TYPE_CHECKING:
    from typst import Compiler

STANDARD: Literal["ua-1"] = "ua-1"
"""PDF/UA-1: papers that can be listened to. Typst checks it, and that no glyph is missing."""
_MOST_MEMORY = 2 << 30
_SOURCE = "__typst_py_bytes__.typ"
"""What the wheel calls a source that it is given as bytes."""
_AHEAD = 4
_MOST_ERRORS = 5
_NO_GLYPH = "could not be displayed with font"
_ERROR = re.compile(r"^error: (.*)\n *┌─ (?:.*[/\\])?([^/\\\n]*):(\d+):(\d+)$", re.MULTILINE)
_TEXT = re.compile(r'the text `"(.*)"` could not')
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")
_PACKAGE = re.compile(r"/([a-z]+)/([a-z0-9-]+?)-[0-9.]+\.tar\.gz")
_TEMPLATE = "assets/template.typ"
_QUESTION = "// question "
_EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC", "FULLWIDTH", "BOPOMOFO")


class _Answer(NamedTuple):
    """What a process says of a source: a PDF or nothing, and Typst's message with its details."""

    pdf: bytes | None
    message: str
    details: str


def compile_papers(
    folder: Path,
    names: Sequence[str],
    jobs: int = 1,
    seconds: float = 60.0,
    fonts: Path | None = None,
) -> Generator[Typeset, None, None]:
    """Compiles `folder/name` for each name, in that order, as many at a time as `jobs`.

    Names end in `.typ`; what they import and show lies in `folder`, where nothing is changed.
    Each of them may take so many seconds. `fonts` is a folder with fonts beside those of Typst.
    """
    jobs = max(1, min(jobs, len(names)))
    presses = _Presses(folder, seconds, fonts)
    try:
        with ThreadPoolExecutor(jobs) as pool:
            # A few ahead of who takes them: a thousand papers are not held in memory.
            remaining = iter(names)
            waiting = deque(
                pool.submit(presses.typeset, name) for name in islice(remaining, _AHEAD * jobs)
            )
            try:
                while waiting:
                    result = waiting.popleft().result()
                    waiting += (pool.submit(presses.typeset, name) for name in islice(remaining, 1))
                    yield result
            finally:
                # Whoever stops a build does not wait for the papers that are being compiled.
                pool.shutdown(wait=False, cancel_futures=True)
                presses.interrupt()
    finally:
        presses.stop()


@dataclass(slots=True)
class _Presses:
    """Processes that compile, each used by one thread at a time."""

    folder: Path
    seconds: float
    fonts: Path | None
    idle: SimpleQueue["subprocess.Popen[bytes]"] = field(default_factory=SimpleQueue)
    started: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def typeset(self, name: str) -> Typeset:
        source = (self.folder / name).read_text("utf-8")
        try:
            process = self.idle.get_nowait()
        except Empty:
            process = self._started()
        answer = self._asked(process, name)
        if answer is None:
            message = f"Typst was stopped after {self.seconds:g} seconds, or by the system"
            return Typeset(name, None, (Problem("typst-time", message, Place(name, 1, 1)),))
        self.idle.put(process)
        if answer.pdf is not None:
            return Typeset(name, answer.pdf, ())
        return Typeset(name, None, tuple(_errors(name, source, answer)))

    def interrupt(self) -> None:
        """Ends all processes, at work or not; the threads that ask them hear of it."""
        for process in self.started:
            process.kill()

    def stop(self) -> None:
        """Ends all processes, of which no thread asks anything any more."""
        for process in self.started:
            _end(process)

    def _started(self) -> "subprocess.Popen[bytes]":
        # Without -P a folder `qgen` where the command is run could stand in for this package.
        command = [sys.executable, "-P", "-m", "qgen.typst_papers", str(self.folder.absolute())]
        if self.fonts is not None:
            command.append(str(self.fonts.absolute()))
        with _interrupts_held():
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.started.append(process)
        return process

    def _asked(self, process: "subprocess.Popen[bytes]", name: str) -> _Answer | None:
        """What the process says of a source; None where it had to be ended."""
        assert process.stdin is not None
        assert process.stdout is not None
        watch = Timer(self.seconds, process.kill)
        watch.start()
        try:
            process.stdin.write(json.dumps(name).encode() + b"\n")
            process.stdin.flush()
            head = json.loads(process.stdout.readline() or b"null")
            pdf = process.stdout.read(head["bytes"]) if head and head["bytes"] else None
        except (OSError, ValueError):
            head = None
        finally:
            watch.cancel()
        if head is None or (pdf is None) == bool(head["bytes"]) or process.poll() is not None:
            _end(process)
            return None
        return _Answer(pdf, head["message"], head["details"])


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.communicate()


# What went wrong, in an author's words.


def _errors(name: str, source: str, answer: _Answer) -> Iterator[Problem]:
    found = _ERROR.findall(answer.details)
    if not found:
        yield Problem("typst", f"Typst: {answer.message}", Place(name, 1, 1))
    problems = (
        # A mistake in the course's own look is told where it stands.
        _error(message, Place(_TEMPLATE, int(line), int(column) + 1), "")
        if file == Path(_TEMPLATE).name
        else _error_in(name, source, message, int(line) if file == name else 1, int(column) + 1)
        for message, file, line, column in found
    )
    yield from list(dict.fromkeys(problems))[:_MOST_ERRORS]


def _error_in(name: str, source: str, message: str, line: int, column: int) -> Problem:
    return _error(message, Place(name, line, column), _question(source, line))


def _error(message: str, place: Place, where: str) -> Problem:
    """What Typst says; `where` names the question that it is said of."""
    package = _PACKAGE.search(message)
    if package is not None:
        said = (
            f"the package '@{package[1]}/{package[2]}' is not used: papers are set without a "
            "network; write into the template what you need of it"
        )
        return Problem("typst-package", f"{said}{where}", place)
    missing = _TEXT.search(message)
    if missing is None:
        return Problem("typst", f"Typst: {message}{where}", place)
    return Problem("typst-character", f"{_missing(missing[1])}{where}", place)


def _missing(shown: str) -> str:
    """What to do about characters that no font of the machine has."""
    text = _ESCAPE.sub(lambda sign: chr(int(sign[1], 16)) if sign[1] else sign[2], shown)
    sign = next((each for each in text if not each.isspace()), " ")
    name = unicodedata.name(sign, f"U+{ord(sign):04X}")
    package = "fonts-noto-cjk" if name.startswith(_EAST_ASIAN) else "fonts-noto-core"
    return (
        f"no font on this machine has '{sign}' ({name}); install one, on Debian or Ubuntu with "
        f"'apt-get install {package}', or name a folder with one by 'fonts' of the output"
    )


def _question(source: str, line: int) -> str:
    """`, in question 'elbo'` for a line of a paper, from the comments that name its questions."""
    for each in reversed(source.splitlines()[:line]):
        if each.startswith(_QUESTION):
            return f", in question '{each.removeprefix(_QUESTION)}'"
    return ""


# The process that compiles.


def _serve(folder: str, fonts: str | None = None) -> None:
    """SolverResults each name on the standard input with a line that describes, then the PDF."""
    signal(SIGINT, SIG_IGN)  # who stops a build stops what asks for papers
    _limit_memory()
    press = _Press(folder, fonts)
    with _no_network():
        for line in sys.stdin.buffer:
            answer = press.compile(json.loads(line))
            pdf = answer.pdf or b""
            head = {"bytes": len(pdf), "message": answer.message, "details": answer.details}
            sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + pdf)
            sys.stdout.buffer.flush()


@contextmanager
def _no_network() -> Iterator[None]:
    """Typst would fetch packages from the network, and has no switch against it.

    It asks a proxy where one is named: here, a port of this machine that is held by a socket
    which takes no calls, so that none is ever answered.
    """
    for name in ("no_proxy", "http_proxy", "https_proxy", "all_proxy"):
        os.environ.pop(name, None)
        os.environ.pop(name.upper(), None)
    with socket() as held:
        held.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{held.getsockname()[1]}"
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            os.environ[name] = os.environ[name.upper()] = address
        yield


def _limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):  # not on Windows; or less is allowed already
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


@dataclass(slots=True)
class _Press:
    """Compiles sources of one folder: with the wheel's fonts, or else with all of the machine."""

    folder: str
    fonts: str | None
    compilers: dict[bool, "Compiler"] = field(default_factory=dict)

    def compile(self, name: str) -> _Answer:
        answer = self._compiled(name, with_system_fonts=False)
        if answer.pdf is None and _NO_GLYPH in answer.details:
            return self._compiled(name, with_system_fonts=True)
        return answer

    def _compiled(self, name: str, *, with_system_fonts: bool) -> _Answer:
        from typst import Compiler, TypstError

        if with_system_fonts not in self.compilers:
            self.compilers[with_system_fonts] = Compiler(
                root=self.folder,
                font_paths=[self.fonts] if self.fonts else [],
                ignore_system_fonts=not with_system_fonts,
                package_path=self.folder,
                package_cache_path=self.folder,
            )
        # As bytes, all papers are one file to Typst: it remembers how was set what an earlier one
        # had at the same place, and keeps no more than the last.
        source = Path(self.folder, name).read_bytes()
        try:
            pdf = self.compilers[with_system_fonts].compile(
                source, format="pdf", pdf_standards=[STANDARD], timestamp=0
            )
        except TypstError as error:
            return _Answer(None, error.message, error.diagnostic.replace(_SOURCE, name))
        assert isinstance(pdf, bytes)
        return _Answer(pdf, "", "")


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """What is started here never hears of Ctrl-C, not even while it imports: it is ended by us."""
    if sys.platform == "win32":
        yield
        return
    before = signals.pthread_sigmask(signals.SIG_BLOCK, {SIGINT})
    try:
        yield
    finally:
        signals.pthread_sigmask(signals.SIG_SETMASK, before)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
