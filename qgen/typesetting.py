"""Papers from TeX source to PDF, with the TeX engine of the machine.

Documents are compiled without shell escape, without reading or writing outside a temporary
folder, under a time limit, and so that the same source gives the same bytes anywhere.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, TypeAlias

from qgen.document.problem import Place, Problem

EngineName: TypeAlias = Literal["pdflatex", "lualatex", "xelatex"]
UNICODE_MARK = "% !TeX program = lualatex"
"""How a source begins that pdfLaTeX cannot compile; editors of TeX know this line, too."""

_BEGIN = "\\begin{document}"
_FORMAT = "preamble"
_WIDEST_OVERFULL = 5.0  # points
_MOST_RUNS = 4
_MOST_ERRORS = 5
_NO_ENGINE = (
    "no TeX engine was found; on Debian or Ubuntu, install it with "
    "'apt-get install texlive-latex-base texlive-latex-recommended lmodern'"
)
_NO_UNICODE_ENGINE = (
    "the text has Chinese, Japanese or Korean characters, which need LuaLaTeX or XeLaTeX, and "
    "neither was found; on Debian or Ubuntu, install them with 'apt-get install texlive-luatex "
    "texlive-latex-recommended lmodern fonts-noto-cjk'"
)


_NO_FONT_MARK = "No font with Chinese characters was found"
"""What the preamble says where the engine can set the characters and no font has them."""
_NO_FONT = (
    "the text has Chinese, Japanese or Korean characters, and no font with them was found; on "
    "Debian or Ubuntu, install one with 'apt-get install fonts-noto-cjk'"
)


@dataclass(frozen=True, slots=True)
class Engine:
    name: EngineName
    program: str


@dataclass(frozen=True, slots=True)
class Typeset:
    """One compiled source: its PDF, or None and the errors; losses (overfull lines) besides."""

    name: str
    pdf: bytes | None
    problems: tuple[Problem, ...]


def find_engine(*, unicode: bool = False) -> Engine | Problem:
    """The TeX engine to use, or a problem that says what to install.

    `unicode` asks for one that sets any script (LuaLaTeX or XeLaTeX).
    """
    if not unicode:
        program = shutil.which("pdflatex")
        return Engine("pdflatex", program) if program else Problem("no-tex", _NO_ENGINE)
    program = shutil.which("lualatex")
    # Debian ships the program with every TeX, but its fonts' loader in a package of its own.
    if program and _knows("luaotfload-main.lua", "lua"):
        return Engine("lualatex", program)
    program = shutil.which("xelatex")
    return Engine("xelatex", program) if program else Problem("no-tex", _NO_UNICODE_ENGINE)


def _knows(file: str, kind: str) -> bool:
    program = shutil.which("kpsewhich")
    if program is None:
        return False
    command = [program, f"--format={kind}", file]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def compile_papers(
    folder: Path,
    names: Sequence[str],
    jobs: int = 1,
    seconds: float = 240.0,
    within: Path | None = None,
) -> Generator[Typeset, None, None]:
    """Compiles `folder/name` for each name, in that order, as many at a time as `jobs`.

    Names end in `.tex`; pictures lie in `folder/assets`. Nothing in the folder is changed. Each
    run of the engine may take so many seconds (LuaLaTeX lists all fonts of the machine when it runs
    for the first time, which takes it a minute). Sources that share their preamble, as the papers
    of one exam do, have it compiled once. The engine works in a folder `within` the given one (else
    where the system has temporary folders); no run of it outlives this process.
    """
    with (
        TemporaryDirectory(prefix="qgen-tex-", dir=within) as temporary,
        ThreadPoolExecutor(jobs) as pool,
        _mortal_group() as group,
    ):
        work = Path(temporary)
        if (folder / "assets").is_dir():
            shutil.copytree(folder / "assets", work / "assets")
        press = _Press(folder, work, seconds, _engines(folder, names), {}, _Pages(), group)
        press.prepare(names)
        waiting = [pool.submit(partial(press.typeset, name)) for name in names]
        try:
            for result in waiting:
                yield result.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _mortal_group() -> Iterator[int | None]:
    """A group of processes that ends with this process, however that ends; None without groups.

    A shell in the group waits for the end of a pipe that this process alone holds open. When the
    process is killed, or leaves the block, the shell kills the group with itself in it.
    """
    if os.name != "posix":
        yield None
        return
    command = ["/bin/sh", "-c", "read line; kill -9 0"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, process_group=0
    ) as watcher:
        yield watcher.pid


def _engines(folder: Path, names: Sequence[str]) -> dict[str, Engine | Problem]:
    """Each source's engine; the machine is asked once for each kind."""
    found: dict[bool, Engine | Problem] = {}
    engines = {}
    for name in names:
        with (folder / name).open(encoding="utf-8") as source:
            unicode = source.readline().strip() == UNICODE_MARK
        if unicode not in found:
            found[unicode] = find_engine(unicode=unicode)
        engines[name] = found[unicode]
    return engines


@dataclass(slots=True)
class _Pages:
    """How many pages the last paper had: most papers of an exam have as many as one another."""

    last: int | None = None


@dataclass(frozen=True, slots=True)
class _Press:
    """What the runs of one `compile_papers` share."""

    folder: Path
    work: Path
    seconds: float
    engines: dict[str, Engine | Problem]
    formats: dict[str, str]
    pages: _Pages
    group: int | None

    def prepare(self, names: Sequence[str]) -> None:
        """Compiles the preamble that the sources for pdfLaTeX share."""
        shared = [name for name in names if _is(self.engines[name], "pdflatex")]
        if not shared:
            return
        preamble = self._source(shared[0]).partition(_BEGIN)[0]
        (self.work / f"{_FORMAT}.tex").write_text(preamble + "\\dump\n", encoding="utf-8")
        engine = self.engines[shared[0]]
        assert isinstance(engine, Engine)
        run = self._run(engine, ["-ini", f"-jobname={_FORMAT}", "&pdflatex", f"{_FORMAT}.tex"])
        # Without a format each source compiles its own preamble: slower, with the same result.
        if run == 0 and (self.work / f"{_FORMAT}.fmt").exists():
            self.formats[preamble] = _FORMAT

    def typeset(self, name: str) -> Typeset:
        engine = self.engines[name]
        if isinstance(engine, Problem):
            return Typeset(name, None, (engine,))
        source = self._source(name)
        job = Path(name).stem
        preamble, begin, body = source.partition(_BEGIN)
        chosen = self.formats.get(preamble) if _is(engine, "pdflatex") else None
        if chosen:
            # Empty lines in the preamble's place keep the numbers of the lines.
            source = "\n" * preamble.count("\n") + begin + body
        (self.work / name).write_text(source, encoding="utf-8")
        self._guess_pages(job)
        arguments = [
            *([f"-fmt={chosen}"] if chosen else []),
            "-interaction=nonstopmode",
            f"-jobname={job}",
            name,
        ]
        for _ in range(_MOST_RUNS):
            status = self._run(engine, arguments)
            log = self._log(job)
            if status is None or status or "Rerun to get" not in log:
                break
        return self._result(name, job, status, log, source)

    def _source(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def _guess_pages(self, job: str) -> None:
        """Tells TeX the number of pages beforehand; if it is wrong, TeX asks for another run."""
        if self.pages.last is not None:
            guess = f"\\relax\n\\newlabel{{last-page}}{{{{}}{{{self.pages.last}}}}}\n"
            (self.work / f"{job}.aux").write_text(guess, encoding="ascii")

    def _run(self, engine: Engine, arguments: Sequence[str]) -> int | None:
        """The engine's exit status, or None when the time was over."""
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("TEX")},
            "SOURCE_DATE_EPOCH": "0",
            "FORCE_SOURCE_DATE": "1",
            "openin_any": "p",
            "openout_any": "p",
            "shell_escape": "f",
            "max_print_line": "1000",
            "error_line": "254",
            "half_error_line": "238",
        }
        try:
            done = subprocess.run(
                [engine.program, "-no-shell-escape", *arguments],
                cwd=self.work,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=self.seconds,
                check=False,
                process_group=self.group,
            )
        except subprocess.TimeoutExpired:
            return None
        return done.returncode

    def _log(self, job: str) -> str:
        path = self.work / f"{job}.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def _result(self, name: str, job: str, status: int | None, log: str, source: str) -> Typeset:
        path = self.work / f"{job}.pdf"
        pdf = path.read_bytes() if status == 0 and path.exists() else None
        pages = re.search(r"^Output written on .* \((\d+) pages?", log, re.MULTILINE)
        if pages:
            self.pages.last = int(pages[1])
        for leftover in self.work.glob(f"{job}.*"):
            leftover.unlink()
        if pdf is not None:
            return Typeset(name, pdf, tuple(_losses(name, log, source)))
        if status is None:
            message = f"TeX was stopped after {self.seconds:g} seconds"
            return Typeset(name, None, (Problem("tex-time", message, Place(name, 1, 1)),))
        return Typeset(name, None, tuple(_errors(name, log, source)))


def _is(engine: Engine | Problem, name: EngineName) -> bool:
    return isinstance(engine, Engine) and engine.name == name


def _errors(name: str, log: str, source: str) -> Iterator[Problem]:
    """TeX's own messages: `! what is wrong` and, some lines below, `l.12 where`."""
    if _NO_FONT_MARK in log:
        yield Problem("no-tex", _NO_FONT)
        return
    lines = log.splitlines()
    starts = [index for index, line in enumerate(lines) if line.startswith("! ")]
    if not starts:
        yield Problem("tex", "TeX ended without a PDF and without a message", Place(name, 1, 1))
    for start in starts[:_MOST_ERRORS]:
        message = lines[start][2:].strip()
        number, near = 1, ""
        for line in lines[start + 1 : start + 40]:
            where = re.match(r"l\.(\d+) ?(.*)", line)
            if where:
                number, near = int(where[1]), where[2].strip()
                break
        shown = f"TeX: {message}" + (f" Near: {near[-80:]}" if near else "")
        yield Problem("tex", shown + _question(source, number), Place(name, number, 1))


def _losses(name: str, log: str, source: str) -> Iterator[Problem]:
    """Lines wider than the page, and characters that the fonts lack."""
    for match in re.finditer(r"^Overfull \\hbox \(([\d.]+)pt too wide\)(.*)", log, re.MULTILINE):
        if float(match[1]) > _WIDEST_OVERFULL:
            at = re.search(r"at lines? (\d+)", match[2])
            number = int(at[1]) if at else 1
            message = f"a line is {float(match[1]):.0f} pt wider than the page"
            where = _question(source, number)
            yield Problem("tex-overfull", message + where, Place(name, number, 1), "loss")
    missing = re.findall(r"^Missing character: There is no (\S+) ", log, re.MULTILINE)
    for character in dict.fromkeys(missing):
        message = f"the font has no '{character}', which is left out"
        yield Problem("tex-character", message, Place(name, 1, 1), "loss")


def _question(source: str, number: int) -> str:
    """`, in question 'elbo'` for a line of a paper, from the comments that name its questions."""
    before = source.splitlines()[:number]
    for line in reversed(before):
        if line.startswith("% question "):
            return f", in question '{line.removeprefix('% question ')}'"
    return ""
