"""Each student's page of feedback, made of what was graded."""

from qgen.grade_tables import passed
from qgen.grades import GradedPaper, GradedPart
from qgen.marking_file import MarkedExam
from qgen.renderers.feedback.writer import FeedbackPage, FeedbackPart, FeedbackWriter
from qgen.renderers.labels import labels_for, with_own
from qgen.renderers.wording import FileNames

_FOLDER = "feedback"
_PASSED = {"yes": True, "no": False, "": None}


class FeedbackPages:
    """Names and writes the pages of one exam, in its language."""

    def __init__(self, exam: MarkedExam) -> None:
        self._exam = exam
        self._writer = FeedbackWriter(with_own(labels_for(exam.language), exam.labels))
        self._names = FileNames(all_letters=True)

    def page(self, graded: GradedPaper) -> tuple[str, bytes]:
        """The name and the content of one student's page."""
        exam = self._exam
        words = [graded.paper] if graded.student == graded.paper else [graded.paper, graded.student]
        name = f"{_FOLDER}/{self._names.free(*words)}.html"
        page = FeedbackPage(
            exam.title,
            exam.course,
            exam.date,
            graded.student,
            graded.paper,
            exam.pass_mark,
            _PASSED[passed(graded, exam.pass_mark)],
            tuple(map(_part, graded.parts)),
        )
        return name, self._writer.page(page)


def _part(part: GradedPart) -> FeedbackPart:
    # What a machine found in a part is not what a person gave the marks for.
    feedback = () if part.by_hand else part.feedback
    said = None if part.credit is None else part.by_mark.of(part.credit)
    feedback += () if said is None else (said,)
    return FeedbackPart(
        part.number,
        part.label,
        part.answer,
        part.chosen,
        feedback,
        part.points,
        part.worth,
        part.language,
    )
