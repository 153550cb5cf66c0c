"""Prints the table of benchmarks/README.md: whole commands, next to their floor.

    python benchmarks/run.py                 # all rows but the PDFs
    python benchmarks/run.py --papers 1000   # with so many student papers as PDF
    python benchmarks/run.py --only variants

Every figure is the median over `--runs` runs of a whole process: wall and processor seconds,
and the largest resident memory. The floor of a row fills the same texts with `str.format` and
writes the bytes, without drawing, solving, escaping or checking anything.
"""

import argparse
import itertools
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qgen import bank as qgen_bank

HERE = Path(__file__).parent
TEMPLATES = ("speed-bayes", "speed-kl", "speed-variance", "speed-statements", "speed-parts")


@dataclass(frozen=True)
class Timing:
    wall: float
    processor: float
    mebibytes: float


def timed(command: Sequence[str], folder: Path, cache: Path) -> Timing:
    """One run of a command in a folder, with its own proof cache."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    # Without compiled files every start would compile qgen anew, which users never see.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    assert process.stderr is not None
    if status:
        sys.exit(process.stderr.read().decode() or f"{command} failed")
    process.stderr.close()
    process.returncode = 0
    return Timing(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def median(runs: int, run: Callable[[], Timing]) -> Timing:
    timings = [run() for _ in range(runs)]
    return Timing(
        statistics.median(each.wall for each in timings),
        statistics.median(each.processor for each in timings),
        max(each.mebibytes for each in timings),
    )


def qgen(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("qgen")), *arguments]


def moodle_spec(folder: Path, variants: int) -> str:
    path = folder / f"variants-{variants}.yaml"
    path.write_text(
        "title: Speed\nseed: 1\n"
        f"bank: ['{HERE / 'bank'}']\n"
        f"sections:\n  - title: All\n    questions: [{', '.join(TEMPLATES)}]\n"
        f"outputs:\n  moodle: {{variants: {variants}}}\n",
        encoding="utf-8",
    )
    return path.name


def ready_bank(folder: Path, questions: int) -> str:
    """A bank of questions without parameters, with math in every text."""
    entries = [
        f"""- id: ready-{number}
  kind: single_choice
  title: Ready question {number}
  topic: ready
  difficulty: 1
  stem: |
    Let $x_{{{number}}} \\sim \\mathcal N(0, {number})$. What is the variance of $2 x_{{{number}}}$?
  options:
    - {{text: "${4 * number}$", correct: true, feedback: "The factor is squared: $2^2 = 4$."}}
    - {{text: "${2 * number}$", feedback: "Square the factor."}}
    - {{text: "${number}$", feedback: "Scaling changes the variance."}}
  explanation: "$\\\\mathrm{{Var}}(a x) = a^2\\\\, \\\\mathrm{{Var}}(x)$."
"""
        for number in range(1, questions + 1)
    ]
    (folder / "ready").mkdir(exist_ok=True)
    (folder / "ready" / "bank.yaml").write_text("".join(entries), encoding="utf-8")
    path = folder / "ready.yaml"
    names = ", ".join(f"ready-{number}" for number in range(1, questions + 1))
    path.write_text(
        "title: Ready\nseed: 1\nbank: [./ready]\n"
        f"sections:\n  - title: All\n    questions: [{names}]\n"
        "outputs:\n  moodle: {variants: 1}\n",
        encoding="utf-8",
    )
    return path.name


def large_bank(folder: Path, questions: int) -> str:
    """A bank of copies of the shipped questions under other ids, and a spec that picks ten."""
    shipped = sorted((Path(qgen_bank.__file__).parent / "questions").rglob("*.yaml"))
    target = folder / "large"
    target.mkdir(exist_ok=True)
    made = 0
    for number in itertools.count():
        for path in shipped:
            text = path.read_text("utf-8")
            copied, found = re.subn(r"(?m)^((?:- )?id: \S+)", rf"\1-{number}", text)
            if ".svg)" not in text:
                (target / f"{number}-{path.parent.name}-{path.name}").write_text(copied, "utf-8")
                made += found
            if made >= questions:
                spec = folder / "large.yaml"
                spec.write_text(
                    "title: Ten of many\nseed: 1\nbank: [./large]\n"
                    "sections:\n  - {title: All, pick: 10, from: {kinds: [numeric]}}\n"
                    "outputs: {html: {}}\n",
                    encoding="utf-8",
                )
                return spec.name
    raise AssertionError("an endless count ended")


def student_spec(folder: Path, students: int) -> str:
    (folder / "roster.csv").write_text(
        "id,name\n" + "".join(f"s{n:04},Student {n}\n" for n in range(students)), encoding="utf-8"
    )
    path = folder / "papers.yaml"
    path.write_text(
        "title: Papers\nseed: 1\nstudents: roster.csv\n"
        f"bank: ['{HERE / 'bank'}']\n"
        f"sections:\n  - title: All\n    questions: [{', '.join(TEMPLATES)}]\n"
        "outputs:\n  latex: {pdf: always, solutions: false}\n",
        encoding="utf-8",
    )
    return path.name


FLOOR = """
import sys
from pathlib import Path
patterns = Path("floor.txt").read_text(encoding="utf-8").split("\\x00")
with open("floor.xml", "wb") as file:
    for pattern, fields in ((p, p.count("{}")) for p in patterns):
        for number in range(int(sys.argv[1])):
            file.write(pattern.format(*map(str, range(number, number + fields))).encode())
"""


def write_floor(folder: Path) -> None:
    """One question of each template from a built file, with its numbers as fields."""
    xml = (folder / "build" / "variants-10" / "moodle" / "variants-10.xml").read_text("utf-8")
    questions = re.findall(r'<question type="(?!category).*?</question>\n', xml, re.DOTALL)
    by_title: dict[str, str] = {}
    for question in questions:
        title = re.search(r"<name><text>(.*?) \d+</text>", question)
        by_title.setdefault(title.group(1) if title else question, question)
    patterns = []
    for question in by_title.values():
        escaped = question.replace("{", "{{").replace("}", "}}")
        patterns.append(re.sub(r"(?<![\d.])\d+\.\d+(?![\d.])", "{}", escaped))
    (folder / "floor.txt").write_text("\x00".join(patterns), encoding="utf-8")
    (folder / "floor.py").write_text(FLOOR, encoding="utf-8")


def row(name: str, timing: Timing, floor: Timing | None = None) -> None:
    beside = f"{floor.wall:8.2f} s" if floor else " " * 10
    print(
        f"{name:58} {timing.wall:8.2f} s {timing.processor:8.2f} s "
        f"{timing.mebibytes:7.0f} MiB {beside}",
        flush=True,
    )


def benchmark_start(folder: Path, cache: Path, runs: int) -> None:
    floor = median(runs, lambda: timed([sys.executable, "-c", "pass"], folder, cache))
    row("qgen --help", median(runs, lambda: timed(qgen("--help"), folder, cache)), floor)


def benchmark_commands(folder: Path, cache: Path, runs: int) -> None:
    (folder / "one.yaml").write_text(
        "title: One derivation\nseed: 1\nbank: [builtin]\n"
        "sections:\n  - {title: Only, questions: [linear-gaussian-vae]}\n"
        "outputs: {html: {}}\n",
        encoding="utf-8",
    )
    for name, command in (
        ("qgen list", qgen("list")),
        ("qgen show ID", qgen("show", "best-bernoulli-prior")),
        ("qgen build of one derivation to HTML, proofs kept", qgen("build", "one.yaml")),
    ):
        timed(command, folder, cache)
        row(name, median(runs, lambda c=command: timed(c, folder, cache)))  # type: ignore[misc]


def benchmark_large(folder: Path, cache: Path, runs: int) -> None:
    command = qgen("build", large_bank(folder, 10_000))
    timed(command, folder, cache)
    row(
        "ten questions out of 10 000, proofs kept",
        median(runs, lambda: timed(command, folder, cache)),
    )


def benchmark_variants(folder: Path, cache: Path, runs: int) -> None:
    specs = {count: moodle_spec(folder, count) for count in (10, 1000, 10_000)}

    def first_time() -> Timing:
        with tempfile.TemporaryDirectory(dir=folder) as empty:
            return timed(qgen("build", specs[1000]), folder, Path(empty))

    for spec in specs.values():
        timed(qgen("build", spec), folder, cache)
    write_floor(folder)
    results = {}
    for count, spec in specs.items():
        command = qgen("build", spec)
        floor_command = [sys.executable, "floor.py", str(count)]
        results[count] = median(runs, lambda c=command: timed(c, folder, cache))  # type: ignore[misc]
        floor = median(runs, lambda c=floor_command: timed(c, folder, cache))  # type: ignore[misc]
        row(f"{count} variants x 5 templates, proofs kept", results[count], floor)
    row("1000 variants x 5 templates, proved for the first time", median(runs, first_time))
    further = (results[10_000].processor - results[1000].processor) / 45_000
    print(f"{'each further variant, from 1000 to 10000':58} {further * 1000:8.4f} ms of processor")


def benchmark_ready(folder: Path, cache: Path, runs: int) -> None:
    spec = ready_bank(folder, 1000)
    command = qgen("build", spec)
    row("1000 ready questions with math", median(runs, lambda: timed(command, folder, cache)))


def benchmark_many(folder: Path, cache: Path, runs: int) -> None:
    spec = moodle_spec(folder, 20_000)
    timed(qgen("build", spec), folder, cache)
    row("100000 variants (5 x 20000), proofs kept", timed(qgen("build", spec), folder, cache))


def benchmark_papers(folder: Path, cache: Path, students: int) -> None:
    spec = student_spec(folder, students)
    row(f"{students} student papers as PDF", timed(qgen("build", spec), folder, cache))


BENCHMARKS = {
    "start": benchmark_start,
    "commands": benchmark_commands,
    "large": benchmark_large,
    "variants": benchmark_variants,
    "ready": benchmark_ready,
    "many": benchmark_many,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=BENCHMARKS)
    parser.add_argument("--papers", type=int, default=0)
    chosen = parser.parse_args()
    print(f"{'':58} {'wall':>10} {'processor':>10} {'memory':>11} {'floor':>10}")
    with tempfile.TemporaryDirectory(prefix="qgen-benchmark-") as temporary:
        folder = Path(temporary)
        cache = folder / "cache"
        for name, benchmark in BENCHMARKS.items():
            if chosen.only in {None, name}:
                benchmark(folder, cache, chosen.runs)
        if chosen.papers:
            benchmark_papers(folder, cache, chosen.papers)


if __name__ == "__main__":
    main()
