"""Whose each submission is, and which of them are of one student."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from unicodedata import normalize

from qgen.document.problem import did_you_mean
from qgen.marking_file import MarkingFile
from qgen.response_files import Concern, Submission, brief


@dataclass(slots=True)
class ArrangedSubmission:
    """A submission for a paper that there is; `others` are the student's other files."""

    submission: Submission
    student: str
    others: list[str] = field(default_factory=list)


class Submissions:
    """Finds the student of each submission; what is odd goes to the concerns."""

    def __init__(self, marking: MarkingFile, concerns: list[Concern]) -> None:
        self._by_student = marking.exam.by_student
        self._names = marking.students
        self._concerns = concerns

    def arranged(self, submissions: Iterable[Submission]) -> list[ArrangedSubmission]:
        """All that can be marked, by paper and student; who gave one thing twice, once."""
        groups: dict[tuple[str, ...], list[Submission]] = {}
        for each in submissions:
            if each.paper in self._names:
                groups.setdefault(self._identity(each), []).append(each)
            else:
                self._unknown(each)
        found = [one for group in groups.values() for one in self._of_student(group)]
        if self._by_student:
            self._absent({each.submission.paper for each in found})
        order = {label: index for index, label in enumerate(self._names)}
        return sorted(
            found,
            key=lambda one: (order[one.submission.paper], one.student, one.submission.file),
        )

    def _identity(self, submission: Submission) -> tuple[str, ...]:
        """What tells students apart: their paper, their name or, without one, their file."""
        if self._by_student:
            return (submission.paper,)
        if submission.student and submission.student.strip():
            return ("name", _plain(submission.student))
        return ("file", submission.file, submission.paper)

    def _of_student(self, group: Sequence[Submission]) -> list[ArrangedSubmission]:
        kept: list[Submission] = []
        for each in group:
            same = next((one for one in kept if _is_same(one, each)), None)
            if same is None:
                kept.append(each)
            else:
                message = f"has the same answers as {same.file}, which is marked"
                self._note(each, "same-answers", message)
        found = [ArrangedSubmission(each, self._student(each)) for each in kept]
        for one in found:
            one.others = [other.submission.file for other in found if other is not one]
        return found

    def _student(self, submission: Submission) -> str:
        own = brief((submission.student or "").strip())
        if self._by_student:
            name = self._names[submission.paper]
            if own and _plain(own) not in (_plain(name or ""), _plain(submission.paper)):
                message = f"the paper is that of {name or submission.paper}"
                self._note(submission, "other-name", message)
            return name or submission.paper
        if not own:
            message = "tells no student: its marks stand under the file's name"
            self._note(submission, "no-name", message)
        return own or PurePath(submission.file).stem

    def _unknown(self, submission: Submission) -> None:
        shown = submission.paper[:50]
        hint = did_you_mean(shown, self._names)
        if not hint and len(self._names) <= 26:
            hint = f"; there are {', '.join(self._names)}"
        self._note(submission, "unknown-paper", f"the exam has no paper '{shown}'{hint}")

    def _absent(self, present: set[str]) -> None:
        for label, name in self._names.items():
            if label not in present:
                self._concerns.append(
                    Concern(
                        "no-response",
                        "nothing of this student was marked",
                        student=name or label,
                        paper=label,
                    )
                )

    def _note(self, submission: Submission, reason: str, message: str) -> None:
        student, paper = submission.student or "", submission.paper
        concern = Concern(reason, message, submission.file, student=student, paper=paper)
        self._concerns.append(concern)


def _plain(name: str) -> str:
    return " ".join(normalize("NFC", name).split()).casefold()


def _is_same(one: Submission, other: Submission) -> bool:
    return (one.paper, one.is_transcript, _values(one)) == (
        other.paper,
        other.is_transcript,
        _values(other),
    )


def _values(submission: Submission) -> dict[tuple[int, str], object]:
    return {key: given.value for key, given in submission.answers.items()}
