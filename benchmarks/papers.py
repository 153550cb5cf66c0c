"""Papers to PDF without TeX, beside pdflatex on the same papers in the same run.

    python benchmarks/papers.py [--papers 200] [--jobs 2] [--students 1000]

The midterm of the examples is written as `paper` and as `latex`; then a two-page paper is
compiled many times over, each with a number of its own. Processor time is that of the processes
that compile, with their start. Then whole builds are timed in which every student of a roster has
a two-page paper, and a hundred of them are built with one job and with two: the same bytes.
"""

import argparse
import hashlib
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from qgen import typesetting, typst_papers
from qgen.typesetting import Typeset

ROOT = Path(__file__).parents[1]
TWO_PAGES = 5
"""So many questions of the midterm, in the order in which they stand, fill two pages."""
COMMAND = [sys.executable, "-c", "from qgen.cli import main; main()", "build"]
COHORT = """title: Two pages
seed: 7
bank: [builtin]
students: roster.csv
duration: 60 min
sections:
  - title: Questions
    repeats: allowed
    questions: [best-bernoulli-prior, slope-of-a-bernoulli-kl, amortised-inference-by-name,
      bernoulli-prior-vae]
outputs: {OUTPUTS}
"""
_TYPST, _LATEX = "{paper: {solutions: false}}", "{latex: {solutions: false, pdf: always}}"
_MOST_LATEX = 100


def measured(label: str, papers: int, work: Iterator[Typeset]) -> None:
    """Prints seconds, processor milliseconds a paper, and the most memory of a process."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    problems = [problem for result in work for problem in result.problems]
    took = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{label:42} {took:8.2f} s {1000 * used / papers:8.1f} ms of processor a paper, "
        f"{after.ru_maxrss / 1024:4.0f} MiB, {len(problems)} problems"
    )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--papers", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--students", type=int, default=1000)
    chosen = parser.parse_args()
    with TemporaryDirectory() as temporary:
        work = Path(temporary)
        spec = (ROOT / "examples" / "midterm.yaml").read_text("utf-8")
        spec = re.sub(
            r"outputs:.*",
            "outputs:\n  paper: {pdf: never}\n  latex: {pdf: never}\n",
            spec,
            flags=re.S,
        )
        (work / "midterm.yaml").write_text(spec, "utf-8")
        subprocess.run([*COMMAND, "midterm.yaml"], cwd=work, check=True, stdout=subprocess.DEVNULL)
        built = work / "build" / "midterm"
        for label, compiled, folder, ending in (
            ("midterm, Typst", typst_papers.compile_papers, built / "paper", "typ"),
            ("midterm, pdflatex", typesetting.compile_papers, built / "latex", "tex"),
        ):
            names = sorted(path.name for path in folder.glob(f"paper-*.{ending}"))
            measured(label, len(names), compiled(folder, names))
        many = _many(built / "paper", work / "many", chosen.papers)
        for jobs in dict.fromkeys((1, chosen.jobs)):
            label = f"{len(many)} two-page papers, Typst, {jobs} at a time"
            measured(label, len(many), typst_papers.compile_papers(work / "many", many, jobs))
        few = min(chosen.students, _MOST_LATEX)
        for students, outputs, jobs in (
            (1, _TYPST, 1),  # what is proved of the questions is kept, as in any later build
            (few, _LATEX, chosen.jobs),
            (few, _TYPST, 1),
            (few, _TYPST, chosen.jobs),
            (chosen.students, _TYPST, chosen.jobs),
        ):
            _whole_build(work / "cohort", students, outputs, jobs)


def _whole_build(folder: Path, students: int, outputs: str, jobs: int) -> None:
    """Prints what a build costs that gives so many students a paper, and a digest of its PDFs."""
    folder.mkdir(exist_ok=True)
    rows = (f"s{number:05},Student {number}\n" for number in range(students))
    (folder / "roster.csv").write_text("id,name\n" + "".join(rows), "utf-8")
    (folder / "exam.yaml").write_text(COHORT.replace("{OUTPUTS}", outputs), "utf-8")
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [*COMMAND, "exam.yaml", "--jobs", str(jobs)]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    took = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    digest = hashlib.sha256()
    for path in sorted((folder / "build" / "exam").rglob("paper-*.pdf")):
        digest.update(path.read_bytes())
    engine = "pdflatex" if outputs == _LATEX else "Typst"
    label = f"build for {students} students, {engine}, {jobs} at a time"
    print(f"{label:48} {took:8.1f} s {used:8.1f} s of processor, {digest.hexdigest()[:12]}")


def _many(source: Path, target: Path, papers: int) -> list[str]:
    """A paper of two pages many times over, each with decimals of its own."""
    (target / "assets").mkdir(parents=True)
    shutil.copy(source / "assets" / "style.typ", target / "assets")
    head, *questions = (source / "paper-A.typ").read_text("utf-8").split("// question")
    text = "// question".join([head, *questions[:TWO_PAGES]])
    names = []
    for number in range(papers):
        names.append(f"paper-{number}.typ")
        own = re.sub(r"\b[0-9]\.[0-9]\b", lambda found, own=number: f"{found[0]}{own}", text)
        (target / names[-1]).write_text(own, "utf-8")
    return names


if __name__ == "__main__":
    main()
