"""Joins the stages: from an exam spec to a folder of files, or to a list of problems."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

from qgen.document.exam import ExamDocument, Item, Pool
from qgen.document.guide import GuideDocument
from qgen.document.problem import Problem, in_reading_order
from qgen.generator.assembling import assemble
from qgen.generator.filling import Filling
from qgen.generator.outline import outline
from qgen.generator.planning import Slot
from qgen.loading import LoadedExam, load_whole_exam, verified_results
from qgen.marking.rules import guess_floor
from qgen.output_folder import MANIFEST, OutputFolder, replacing
from qgen.output_formats import GuideFormat, OutputFormat, chosen_formats
from qgen.production import Production, ProductionFailed, Prover, Tally, variant_source
from qgen.proofs import ProofStore, VerifyMode
from qgen.records import ItemRecorder, key_table, manifest


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """What to build, where to, and how; None leaves the choice to the spec.

    `progress` is told of each item and each PDF as it is done.
    """

    spec: Path
    output: Path = Path("build")
    formats: tuple[str, ...] | None = None
    seed: int | None = None
    jobs: int = 1
    verify: VerifyMode = "new"
    proofs: ProofStore = field(default_factory=ProofStore)
    progress: Callable[[str], None] = lambda step: None


@dataclass(slots=True)
class BuildReport:
    """What came of a build; nothing was written where `problems` has an error."""

    problems: list[Problem]
    folder: Path | None = None
    files: tuple[str, ...] = ()
    questions: int = 0
    papers: int = 0
    pools: int = 0
    verify: VerifyMode = "new"
    tally: Tally = field(default_factory=Tally)
    guess: Fraction | None = None
    guide: GuideDocument | None = None
    scoring: str = ""

    @property
    def failed(self) -> bool:
        """True where a problem is an error and not just a loss."""
        return any(problem.severity == "error" for problem in self.problems)


def build(request: BuildRequest) -> BuildReport:
    """Builds an exam. Author mistakes come back as problems; only bugs raise.

    Raises OSError where the output folder cannot be written.
    """
    exam, problems = load_whole_exam(request.spec, request.seed)
    if exam is None:
        return BuildReport(problems)
    formats, problems = chosen_formats(exam, request.formats, request.jobs)
    problems += _losses(exam, formats)
    report = BuildReport(in_reading_order(problems), verify=request.verify)
    if report.failed:
        return report
    return _Build(request, exam, formats, report).run()


def _losses(exam: LoadedExam, formats: Sequence[OutputFormat]) -> list[Problem]:
    """What the formats cannot carry, found on outlines before anything is drawn."""
    rule = exam.loaded.spec.scoring.multiple_select
    outlines = {
        slot.template.header.identifier: outline(slot.template, slot.points, rule)
        for slot in exam.slots
    }
    return [
        problem for each in formats for item in outlines.values() for problem in each.losses(item)
    ]


class _Build:
    """One run, after everything that can be known beforehand is known to be fine."""

    def __init__(
        self,
        request: BuildRequest,
        exam: LoadedExam,
        formats: Sequence[OutputFormat],
        report: BuildReport,
    ) -> None:
        self._request = request
        self._exam = exam
        self._formats = formats
        self._report = report
        self._spec = exam.loaded.spec
        self._slug = request.spec.stem
        self._prover = Prover(request.verify, request.proofs, report.tally)

    def run(self) -> BuildReport:
        report = self._report
        target = self._request.output / self._slug
        with tempfile.TemporaryFile("w+", encoding="utf-8") as lines:
            try:
                with replacing(target) as folder:
                    self._write(folder, lines)
                    if report.failed:
                        raise ProductionFailed
            except ProductionFailed:
                report.problems = in_reading_order(report.problems + report.tally.problems)
                return report
            report.files = tuple(sorted(folder.digests))
        report.folder = target
        report.questions = len(self._exam.slots)
        report.scoring = self._spec.scoring.multiple_select
        return report

    def _write(self, folder: OutputFolder, lines: IO[str]) -> None:
        recorder = ItemRecorder(lines)
        items = self._paper_items(recorder)
        variants = max((each.variants for each in self._formats), default=0)
        productions = self._pool_productions() if variants else []
        pools = [
            self._pool(slot, production, variants, recorder) for slot, production in productions
        ]
        exam = assemble(
            self._exam.loaded, self._slug, self._exam.readers, self._exam.slots, items, pools
        )
        try:
            for each in self._formats:
                rendered = each.render(exam)
                self._report.problems += rendered.problems
                for name, content in rendered.files.items():
                    folder.write(f"{each.name}/{name}", content)
        except ProductionFailed:
            self._drain(pools)
            raise
        for each in self._formats:
            self._report.problems += each.finish(folder, self._request.progress)
        self._summarise(exam)
        folder.write("key.csv", key_table(exam))
        folder.write(
            MANIFEST,
            manifest(
                self._head(exam),
                lines,
                folder.digests,
                [str(self._portable(problem)) for problem in self._report.problems],
            ),
        )

    def _portable(self, problem: Problem) -> Problem:
        """The problem with its file named from the spec's folder: the same from anywhere."""
        place, folder = problem.place, f"{self._request.spec.parent}/"
        if place is None or not place.file.startswith(folder):
            return problem
        return replace(problem, place=replace(place, file=place.file.removeprefix(folder)))

    def _drain(self, pools: Sequence[Pool]) -> None:
        """Makes the pools that nobody has read, for the mistakes that are still in them."""
        for pool in pools:
            try:
                for _ in pool.items:
                    pass
            except ProductionFailed:
                continue

    def _production(self, slot: Slot, use: str) -> Production:
        solvers = self._exam.solvers[slot.template.header.identifier]
        proved = verified_results(solvers) if self._request.verify != "never" else frozenset()
        spec = self._spec
        filling = Filling(slot.points, spec.scoring.multiple_select, spec.shuffle.options, proved)
        source = variant_source(slot.template, solvers, spec.seed, f"{use}/{slot.key}")
        return Production(slot.template, solvers, filling, source, self._prover)

    def _paper_items(self, recorder: ItemRecorder) -> dict[str, dict[str, Item]]:
        """Every paper's item of every slot. Raises ProductionFailed after the last slot."""
        copies = [reader.identifier for reader in self._exam.readers]
        items: dict[str, dict[str, Item]] = {}
        failed = False
        for slot in self._exam.slots:
            made = self._production(slot, "paper").items(copies)
            try:
                recorded = self._watched(recorder.recorded(slot.key, copies, made))
                items[slot.key] = dict(zip(copies, recorded, strict=True))
            except ProductionFailed:
                failed = True
        if failed:
            if any(each.variants for each in self._formats):
                self._drain(
                    [
                        self._pool(slot, production, each.variants, recorder)
                        for each in self._formats
                        if each.variants
                        for slot, production in self._pool_productions()
                    ]
                )
            raise ProductionFailed
        return items

    def _pool_productions(self) -> list[tuple[Slot, Production]]:
        return [(slot, self._production(slot, "pool")) for slot in self._exam.slots]

    def _pool(
        self, slot: Slot, production: Production, variants: int, recorder: ItemRecorder
    ) -> Pool:
        count = variants if slot.template.parameters else 1
        copies = [f"variant {number}" for number in range(1, count + 1)]
        recorded = recorder.recorded(slot.key, copies, production.items(copies))
        section = self._spec.sections[slot.section].title
        return Pool(slot.template.header, section, slot.points, count, self._watched(recorded))

    def _watched(self, items: Iterator[Item]) -> Iterator[Item]:
        for item in items:
            self._request.progress("item")
            yield item

    def _summarise(self, exam: ExamDocument) -> None:
        report = self._report
        report.papers, report.pools = len(exam.papers), len(exam.pools)
        for each in self._formats:
            if isinstance(each, GuideFormat):
                report.guide = each.guide
        paper = exam.papers[0]
        earned = sum((item.points * guess_floor(item.answer) for item in paper.items()), Fraction())
        report.guess = earned / paper.points

    def _head(self, exam: ExamDocument) -> dict[str, Any]:
        return {
            "title": exam.title,
            "seed": self._spec.seed,
            "versions": [paper.label for paper in exam.papers],
            "scoring": exam.scoring,
            "verify": self._request.verify,
            "answers": dict(sorted(self._report.tally.provenances.items())),
        }
