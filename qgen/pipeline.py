"""Joins the stages: from an exam spec to a folder of files, or to a list of problems."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import IO, Any, NamedTuple

from qgen import __version__
from qgen.bank.templates import QuestionTemplate
from qgen.condition_losses import condition_losses
from qgen.document.exam import ExamDocument, Item, Paper, Pool
from qgen.document.guide import GuideDocument
from qgen.document.problem import Place, Problem, in_reading_order
from qgen.earlier_build import MANIFEST, Run, refuse_others, spec_digest, spec_from
from qgen.extra_losses import extra_losses
from qgen.formula_losses import formula_losses
from qgen.generator.apart import listed_together
from qgen.generator.assembling import exam_document, paper
from qgen.generator.filling import Filling
from qgen.generator.outline import outline
from qgen.generator.planning import Slot
from qgen.generator.provenance import unproved_keys
from qgen.keeping import keep
from qgen.kept_checks import KeptChecks
from qgen.loading import LoadedExam, load_whole_exam
from qgen.marking.rules import guess_floor
from qgen.marking_file import MarkingRecorder
from qgen.output_folder import OutputFolder, replacing
from qgen.production import Production, ProductionFailed, Prover, Tally, variant_source
from qgen.progress import NO_STEPS, Steps
from qgen.proofs import ProofStore, VerifyMode
from qgen.question_solvers import verified_results
from qgen.records import ItemRecorder, KeyTable, earlier_items, manifest
from qgen.renderers.carriage import Marks, marks_by_format
from qgen.renderers.data_losses import links_to_data, unprinted_data
from qgen.renderers.wording import is_refused
from qgen.renderers.writer import Chunk, Writer
from qgen.setting_losses import setting_losses
from qgen.solvers.routes.registry import Solver
from qgen.study_guide import study_guide
from qgen.workshop import sweep
from qgen.writers import NamedWriter, chosen_writers, compile_sources

_FILE = attrgetter("file")
_HANDED_OUT = 32
"""So many variants go to one writer before the next one gets them: what a processor holds of a
writer is of use for them all."""


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """What to build, where to, and how; None leaves the choice to the spec.

    `steps` are told of each item and each PDF as it is done.
    """

    spec: Path
    output: Path = Path("build")
    formats: tuple[str, ...] | None = None
    seed: int | None = None
    jobs: int = 1
    verify: VerifyMode = "new"
    strict: bool = False
    """Whether a key that nothing proves is an error, whatever the spec says."""

    proofs: ProofStore = field(default_factory=ProofStore)
    steps: Steps = NO_STEPS


@dataclass(slots=True)
class BuildReport:
    """What came of a build; nothing was written where `problems` has an error."""

    problems: list[Problem]
    folder: Path | None = None
    files: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """The formats whose files an earlier build wrote, and this one left."""
    questions: int = 0
    papers: int = 0
    pools: int = 0
    verify: VerifyMode = "new"
    tally: Tally = field(default_factory=Tally)
    guess: Fraction | None = None
    guide: GuideDocument | None = None
    scoring: str = ""
    marks: dict[str, Marks] = field(default_factory=dict)
    """Who marks the exam, by format, where it is answered on a platform."""

    @property
    def failed(self) -> bool:
        """True where a problem is an error and not just a loss."""
        return any(problem.severity == "error" for problem in self.problems)


def build(request: BuildRequest) -> BuildReport:
    """Builds an exam. Author mistakes come back as problems; only bugs raise.

    Raises OSError where the output folder cannot be written, or holds the build of another spec.
    """
    sweep(request.output)
    exam, problems = load_whole_exam(request.spec, request.seed)
    if exam is None:
        return BuildReport(problems)
    writers, problems = chosen_writers(exam, request.formats)
    problems += exam.losses
    problems += _refused_names(request.spec)
    problems += _losses(exam, writers)
    problems += setting_losses(exam.loaded.spec, writers)
    problems += _unproved(exam, strict=request.strict)
    problems += listed_together(exam.loaded, (slot.template.header for slot in exam.slots))
    report = BuildReport(in_reading_order(problems), verify=request.verify)
    report.marks = _marks(exam, writers)
    if report.failed:
        return report
    return _Build(request, exam, writers, report).run()


def _refused_names(spec: Path) -> list[Problem]:
    """What is to be told of an exam whose files some systems cannot have."""
    if not is_refused(spec.stem):
        return []
    message = (
        f"the build and its files are called '{spec.stem}', after the exam's file, and Windows "
        "takes no such name: whoever uses it there cannot copy them"
    )
    return [Problem("file-name", message, Place(str(spec), 1, 1), "loss")]


def _target(request: BuildRequest) -> Path:
    return request.output / request.spec.stem


def _losses(exam: LoadedExam, writers: Sequence[NamedWriter]) -> list[Problem]:
    """What the formats cannot carry, found on outlines before anything is drawn."""
    rule = exam.loaded.spec.scoring.multiple_select
    outlines = {
        slot.template.header.identifier: outline(slot.template, slot.points, rule)
        for slot in exam.slots
    }
    return [
        problem
        for each in writers
        for item in outlines.values()
        for problem in (
            *each.writer.losses(item),
            *formula_losses(each.name, each.writer, item),
            *extra_losses(each.name, each.writer, item),
            *condition_losses(each.name, each.writer, item),
        )
    ]


def _unproved(exam: LoadedExam, *, strict: bool) -> list[Problem]:
    """The keys that one expression computes and nothing proves."""
    required = strict or exam.loaded.spec.proofs == "required"
    templates = {slot.template.header.identifier: slot.template for slot in exam.slots}
    return [
        problem
        for identifier, template in templates.items()
        for problem in unproved_keys(
            template, verified_results(exam.solvers[identifier]), required=required
        )
    ]


def _marks(exam: LoadedExam, writers: Sequence[NamedWriter]) -> dict[str, Marks]:
    """Who marks how many of the exam's marks in each format that is marked on a platform."""
    rule = exam.loaded.spec.scoring.multiple_select
    outlines = [outline(slot.template, slot.points, rule) for slot in exam.slots]
    return marks_by_format({each.name: each.writer for each in writers}, outlines)


class Sink(NamedTuple):
    """A writer, and what is done with the chunks that it gives."""

    writer: Writer
    keep: Callable[[Chunk], object]
    format: str = ""
    """The format that it writes for students, if it is one."""

    def put(self, chunks: Iterable[Chunk]) -> None:
        """Keeps what the writer has just given."""
        for chunk in chunks:
            self.keep(chunk)

    def put_together(self, chunks: Iterable[Chunk]) -> None:
        """The same for a few kilobytes each: what follows in one file is kept at once."""
        for file, following in groupby(chunks, _FILE):
            self.keep(Chunk(file, b"".join([chunk.content for chunk in following])))

    def tell_lost_data(self, items: Iterable[Item]) -> None:
        """Reports files of data that the format neither attaches nor prints."""
        if self.writer.attaches_data or not self.format:
            return
        for item in items:
            for problem in unprinted_data(item, self.format, prints=self.writer.prints_data):
                if problem not in self.writer.problems:
                    self.writer.problems.append(problem)


class _Build:
    """One run, after everything that can be known beforehand is known to be fine."""

    def __init__(
        self,
        request: BuildRequest,
        exam: LoadedExam,
        writers: Sequence[NamedWriter],
        report: BuildReport,
    ) -> None:
        self._request = request
        self._exam = exam
        self._writers = writers
        self._report = report
        self._spec = exam.loaded.spec
        self._slug = request.spec.stem
        self._digest = spec_digest(request.spec)
        self._prover = Prover(request.verify, request.proofs, report.tally)
        self._places = Counter(slot.template.header.identifier for slot in exam.slots)
        self._checks: dict[str, KeptChecks] = {}
        self._own: dict[str, dict[str, set[bytes]]] = {}
        """What each paper has of a question that the exam asks more than once, by its id."""

    def run(self) -> BuildReport:
        report = self._report
        target = _target(self._request)
        refuse_others(target, self._request.spec)
        with tempfile.TemporaryFile("w+b") as lines:
            try:
                with replacing(target) as folder:
                    self._write(folder, lines)
                    if report.failed:
                        raise ProductionFailed
            except ProductionFailed:
                report.problems = in_reading_order(report.problems + report.tally.problems)
                return report
            report.files = tuple(sorted(folder.files))
        report.folder = target
        report.questions = len(self._exam.slots)
        report.scoring = self._spec.scoring.multiple_select
        return report

    def _write(self, folder: OutputFolder, lines: IO[bytes]) -> None:
        exam = exam_document(self._exam.loaded, self._slug, self._exam.slots)
        most = max((each.writer.variants for each in self._writers), default=0)
        sinks = [
            *(
                Sink(each.writer, partial(_append, folder, each.name), each.name)
                for each in self._writers
            ),
            Sink(KeyTable(), partial(_append, folder, "")),
            Sink(
                MarkingRecorder(by_student=self._spec.students is not None),
                partial(_append, folder, ""),
            ),
            Sink(ItemRecorder(most), lambda chunk: lines.write(chunk.content)),
        ]
        for sink in sinks:
            sink.put(sink.writer.begin(self._with_guide(exam, sink.writer)))
        self._make_items(exam, sinks, most)
        for sink in sinks:
            sink.put(sink.writer.end())
            self._report.problems += sink.writer.problems
        folder.close()
        for each in self._writers:
            self._report.problems += compile_sources(
                each, self._request.jobs, folder, self._request.steps
            )
        self._report.pools = len(exam.pools)
        losses = [str(self._portable(problem)) for problem in self._report.problems]
        # What is said of this folder's earlier content is no loss of the exam: an identical build
        # has an identical manifest.
        target = _target(self._request)
        kept = keep(folder, target, self._run(), whole=self._request.formats is None)
        self._report.problems += kept.problems
        self._report.kept = kept.formats
        earlier = earlier_items(target, kept.numbers)
        head = self._head(exam)
        folder.write(MANIFEST, manifest(head, lines, kept.files, losses, kept.runs, earlier))

    def _run(self) -> Run:
        formats = tuple(each.name for each in self._writers)
        return Run(__version__, self._digest, self._spec.seed, formats)

    def _with_guide(self, exam: ExamDocument, writer: Writer) -> ExamDocument:
        """The exam with its study guide, where a writer wants one."""
        if writer.guide_headings is None:
            return exam
        place = self._exam.loaded.source.place(("outputs", "guide"))
        guide, left_out = study_guide(self._exam, writer.guide_headings, place)
        self._report.guide = guide
        # Guides in several formats leave out the same notes: each is told once.
        told = self._report.problems
        told += [problem for problem in left_out if problem not in told]
        return replace(exam, guide=guide)

    def _portable(self, problem: Problem) -> Problem:
        """The problem with its file named from the spec's folder: the same from anywhere."""
        place, folder = problem.place, f"{self._request.spec.parent}/"
        if place is None or not place.file.startswith(folder):
            return problem
        return replace(problem, place=replace(place, file=place.file.removeprefix(folder)))

    def _make_items(self, exam: ExamDocument, sinks: Sequence[Sink], most: int) -> None:
        """Makes every item once and hands it to each sink that wants it.

        Raises ProductionFailed once the mistakes of all questions are known.
        """
        slots = self._exam.slots
        copies = [reader.identifier for reader in self._exam.readers]
        # A roster may stand in any order; versions stay what they are if there are more of them.
        by_lot = self._spec.students is not None
        papers = [self._production(slot, "paper").cohort(copies, by_lot=by_lot) for slot in slots]
        pools = [self._pool_items(slot, most) for slot in slots] if most else []
        in_pools = sum(pool.count(most) for pool in exam.pools)
        self._request.steps.expect("item", len(copies) * len(slots) + in_pools)
        try:
            for reader in self._exam.readers:
                items = {slot.key: next(made) for slot, made in zip(slots, papers, strict=True)}
                self._hand_out_paper(paper(self._exam.loaded, reader, slots, items), sinks)
            for pool, made in zip(exam.pools, pools, strict=bool(most)):
                self._hand_out_pool(pool, made, sinks)
        except ProductionFailed:
            _exhaust([*papers, *pools])
            raise

    def _production(self, slot: Slot, use: str) -> Production:
        solvers = self._exam.solvers[slot.template.header.identifier]
        proved = verified_results(solvers) if self._request.verify != "never" else frozenset()
        spec = self._spec
        filling = Filling(
            slot.points,
            spec.scoring.multiple_select,
            spec.shuffle.options,
            proved,
            slot.key,
            slot.spaces,
        )
        asked_again = self._places[slot.template.header.identifier] > 1 and use == "paper"
        own = self._own.setdefault(slot.template.header.identifier, {}) if asked_again else None
        source = variant_source(
            slot.template,
            solvers,
            spec.seed,
            f"{use}/{slot.key}",
            repeats=slot.repeats,
            own=own,
        )
        checks = self._checks_of(slot.template, solvers)
        # Pools are for platforms; but what has no numbers is drawn once for papers and for pools.
        printed = use == "paper" or not slot.template.parameters
        pdf = printed and any(each.writer.embeds_pdf for each in self._writers)
        limit = None if pdf else 0
        return Production(
            slot.template, solvers, filling, source, self._prover, checks=checks, pdf_limit=limit
        )

    def _checks_of(self, template: QuestionTemplate, solvers: tuple[Solver, ...]) -> KeptChecks:
        """What is tried on each item of a question, on paper and in pools alike."""
        identifier, rule = template.header.identifier, self._spec.scoring.multiple_select
        if identifier not in self._checks:
            mode, store = self._request.verify, self._request.proofs
            self._checks[identifier] = KeptChecks(template, solvers, rule, mode, store)
        return self._checks[identifier]

    def _pool_items(self, slot: Slot, most: int) -> Iterator[Item]:
        count = most if slot.template.parameters else 1
        copies = [f"variant {number}" for number in range(1, count + 1)]
        return self._production(slot, "pool").items(copies)

    def _hand_out_paper(self, made: Paper, sinks: Sequence[Sink]) -> None:
        report = self._report
        report.papers += 1
        if report.guess is None:
            parts = [part for item in made.items() for part in item.parts]
            report.guess = guess_floor(parts)
        for sink in sinks:
            if sink.writer.takes_papers:
                sink.put(sink.writer.paper(made))
                sink.tell_lost_data(made.items())
        for _ in made.items():
            self._request.steps.step("item")

    def _hand_out_pool(self, pool: Pool, made: Iterator[Item], sinks: Sequence[Sink]) -> None:
        while items := list(islice(made, _HANDED_OUT)):
            with_data = list(filter(links_to_data, items))
            for sink in sinks:
                wanted = pool.count(sink.writer.variants)
                taken = [item for item in items if item.variant <= wanted]
                sink.put_together(
                    chunk for item in taken for chunk in sink.writer.variant(pool, item)
                )
                sink.tell_lost_data(each for each in with_data if each.variant <= wanted)
            for _ in items:
                self._request.steps.step("item")

    def _head(self, exam: ExamDocument) -> dict[str, Any]:
        request = self._request
        return {
            "spec": {
                "file": spec_from(request.output, request.spec),
                "sha256": self._digest,
            },
            "title": exam.title,
            "seed": self._spec.seed,
            "versions": [reader.identifier for reader in self._exam.readers],
            "scoring": exam.scoring,
            "verify": self._request.verify,
            "answers": dict(sorted(self._report.tally.provenances.items())),
        }


def _append(folder: OutputFolder, prefix: str, chunk: Chunk) -> None:
    folder.append(f"{prefix}/{chunk.file}" if prefix else chunk.file, chunk.content)


def _exhaust(productions: Sequence[Iterator[Item]]) -> None:
    """Makes what nobody has asked for yet, for the mistakes that are still in it."""
    for made in productions:
        try:
            for _ in made:
                pass
        except ProductionFailed:
            continue
