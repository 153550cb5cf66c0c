"""Marks what students handed in, and writes the tables and pages of it: `qgen grade`."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qgen import __version__
from qgen.csv_tables import Row
from qgen.document.problem import Problem, did_you_mean
from qgen.earlier_build import MANIFEST, MARKING, Run, has_content, read_earlier, spec_from
from qgen.feedback_pages import FeedbackPages
from qgen.grade_tables import (
    CHANGE_COLUMNS,
    CHANGES,
    MARK_COLUMNS,
    MARKS,
    REVIEW,
    TOTAL_COLUMNS,
    TOTALS,
    Comparison,
    compare,
    decimal,
    mark_row,
    read_marks,
    review_rows,
    rows,
    total_row,
)
from qgen.grades import GradedPaper, PaperMarker
from qgen.keeping import keep
from qgen.manual_marks import ManualMarks, read_manual
from qgen.marking_file import DamagedMarking, MarkingFile
from qgen.output_folder import OutputFolder, replacing
from qgen.progress import NO_STEPS, Steps
from qgen.response_files import Concern, read_responses
from qgen.submissions import ArrangedSubmission, Submissions
from qgen.workshop import sweep

_GRADES = "grades"


@dataclass(frozen=True, slots=True)
class GradeRequest:
    """What to mark: a build's folder, response files or folders of them; and where to write.

    `steps` are told of each paper as it is marked.
    """

    build: Path
    responses: tuple[Path, ...]
    output: Path
    format: str | None = None
    against: Path | None = None
    manual: Path | None = None
    steps: Steps = NO_STEPS


@dataclass(slots=True)
class GradeReport:
    """What came of a grading; nothing was written where `problems` has an error."""

    problems: list[Problem] = field(default_factory=list)
    folder: Path | None = None
    files: tuple[str, ...] = ()
    students: int = 0
    parts: int = 0
    waiting: int = 0
    withheld: int = 0
    concerns: list[Concern] = field(default_factory=list)
    comparison: Comparison | None = None

    @property
    def failed(self) -> bool:
        """True where nothing was written."""
        return self.folder is None


class _Refused(Exception):
    """A grading with problems: nothing of it is kept."""


def grade(request: GradeRequest) -> GradeReport:
    """Marks all responses. What users got wrong comes back as problems or concerns.

    Raises OSError where the output folder cannot be written, or holds what is not of a grading.
    """
    report = GradeReport()
    marking = _marking_file(request, report)
    manual = read_manual(request.manual)
    before, problems = ([], []) if request.against is None else read_marks(request.against)
    report.problems += [*manual.problems, *problems]
    if marking is None or report.problems:
        return report
    _refuse_others(request.output)
    # Other hidden folders beside it may be anybody's.
    sweep(request.output.parent, request.output.name)
    try:
        with replacing(request.output) as folder:
            _Grading(request, marking, manual, report, folder).run(before)
    except _Refused:
        return report
    except DamagedMarking as error:
        report.problems.append(Problem("build", str(error)))
        return report
    report.folder = request.output
    return report


def _marking_file(request: GradeRequest, report: GradeReport) -> MarkingFile | None:
    """The keys of the build; None, with the reason among the problems, where there are none."""

    def refuse(message: str) -> None:
        report.problems.append(Problem("build", message))

    build = request.build
    earlier = read_earlier(build)
    if earlier is None:
        refuse(f"{build} is no folder that qgen build wrote: name the one with {MANIFEST} in it")
        return None
    stem, _, ending = MARKING.partition(".")
    own = {name for name in earlier.files if name.startswith(f"{stem}-")}
    name = MARKING
    if request.format is not None:
        formats = {each for run in earlier.runs for each in run.formats}
        if request.format not in formats:
            hint = did_you_mean(request.format, formats) or f"; it has {', '.join(sorted(formats))}"
            refuse(f"the build has no format '{request.format}'{hint}")
            return None
        one = f"{stem}-{request.format}.{ending}"
        name = one if one in own else MARKING
    elif own:
        refuse(
            f"{build} holds papers of several runs ({', '.join(sorted(own))}): tell with --format "
            "which of them the students answered"
        )
        return None
    if name not in earlier.files or not (build / name).exists():
        refuse(f"{build} has no {name}: build the exam again, with the same seed")
        return None
    if not has_content(build / name, earlier.files[name]):
        refuse(f"{build / name} was changed after it was built: build the exam again")
        return None
    try:
        return MarkingFile(build / name)
    except DamagedMarking as error:
        refuse(str(error))
        return None


def _refuse_others(target: Path) -> None:
    """Raises OSError unless `target` is free, empty, or holds an earlier grading."""
    if not target.is_symlink():
        if not target.exists() or (target.is_dir() and not any(target.iterdir())):
            return
        if target.is_dir() and read_earlier(target) is not None:
            with (target / MANIFEST).open("rb") as file:
                if json.load(file).get("holds") == _GRADES:
                    return
    raise FileExistsError(f"{target} holds something else than grades; choose another with -o")


class _Grading:
    """One run, after everything that can be known beforehand is known to be fine."""

    def __init__(
        self,
        request: GradeRequest,
        marking: MarkingFile,
        manual: ManualMarks,
        report: GradeReport,
        folder: OutputFolder,
    ) -> None:
        self._request = request
        self._marking = marking
        self._manual = manual
        self._report = report
        self._folder = folder
        self._pages = FeedbackPages(marking.exam)

    def run(self, before: Sequence[Row]) -> None:
        request, exam = self._request, self._marking.exam
        read = read_responses(request.responses, exam.title, request.output)
        self._report.concerns += read.concerns
        self._folder.append(MARKS, rows([MARK_COLUMNS]))
        self._folder.append(TOTALS, rows([TOTAL_COLUMNS]))
        request.steps.expect("paper", len(read.submissions))
        self._mark(Submissions(self._marking, self._report.concerns).arranged(read.submissions))
        self._manual.check_use()
        if self._manual.problems:
            self._report.problems += self._manual.problems
            raise _Refused
        if request.against is not None:
            self._compare(before)
        self._folder.write(REVIEW, review_rows(self._report.concerns))
        self._finish()

    def _mark(self, submissions: Iterable[ArrangedSubmission]) -> None:
        """Marks the submissions, each paper's together, and writes what they earn."""
        marker = None
        for each in submissions:
            label = each.submission.paper
            if marker is None or marker.label != label:
                marker = PaperMarker(self._marking.paper(label))
            graded = marker.mark(each.submission, each.student)
            if each.others:
                self._withhold(graded, each.others)
            else:
                self._keep(self._manual.apply(graded))
            self._request.steps.step("paper")

    def _keep(self, graded: GradedPaper) -> None:
        report = self._report
        report.students += 1
        report.parts += len(graded.parts)
        report.waiting += graded.waiting
        report.concerns += graded.concerns
        page, content = self._pages.page(graded)
        self._folder.write(page, content)
        pass_mark = self._marking.exam.pass_mark
        self._folder.append(MARKS, rows(mark_row(graded, part) for part in graded.parts))
        self._folder.append(TOTALS, rows([total_row(graded, pass_mark, page, "")]))

    def _withhold(self, graded: GradedPaper, others: Sequence[str]) -> None:
        """Keeps the marks of a student back of whom there are several files that differ."""
        report = self._report
        report.withheld += 1
        waiting = f", and {graded.waiting} more parts wait for a person" if graded.waiting else ""
        message = (
            f"one student handed in this and {', '.join(others)}: none counts until you grade "
            f"again with one of them; this one earns {decimal(graded.points)} of "
            f"{decimal(graded.worth)} points{waiting}"
        )
        submission = graded.submission
        report.concerns.append(
            Concern(
                "two-files",
                message,
                submission.file,
                f"handed in {submission.handed_in[:40]}" if submission.handed_in else "",
                graded.student,
                graded.paper,
            )
        )
        self._folder.append(TOTALS, rows([total_row(graded, None, "", "two files")]))

    def _compare(self, before: Sequence[Row]) -> None:
        self._folder.close()
        after, problems = read_marks(self._folder.path / MARKS)
        assert not problems, problems
        comparison = compare(before, after)
        self._folder.write(CHANGES, rows([CHANGE_COLUMNS, *comparison.lines]))
        self._report.comparison = comparison
        self._report.concerns += comparison.concerns

    def _finish(self) -> None:
        """Keeps what is not ours in the folder, and writes the manifest."""
        self._folder.close()
        target = self._request.output
        kept = keep(self._folder, target, Run(__version__, "", 0, ()), whole=True)
        self._report.problems += kept.problems
        data = {
            "qgen": __version__,
            "holds": _GRADES,
            "spec": {"file": spec_from(target.parent, self._request.build)},
            "exam": self._marking.exam.title,
            "runs": [run.data() for run in kept.runs],
            "files": dict(sorted(kept.files.items())),
        }
        text = json.dumps(data, ensure_ascii=False, indent=1)
        self._folder.write(MANIFEST, text.encode("utf-8", "replace") + b"\n")
        self._report.files = tuple(sorted(self._folder.files))
