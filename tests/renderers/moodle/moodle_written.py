"""Items written as Moodle XML and read back."""

from dataclasses import replace

from hypothesis import strategies as st

from qgen.document.exam import Item, Pool
from qgen.document.formats import MoodleOptions
from qgen.renderers.moodle.writer import MoodleWriter
from tests import samples
from tests.renderers.moodle.moodle_reader import Question, read
from tests.written import render
from tests.written import written as written_by

OPTIONS = MoodleOptions(variants=3)
# Every character, and often those that mean something to XML, HTML, TeX or Moodle.
texts = st.text(
    st.one_of(st.characters(), st.sampled_from("]>}{~#\\=%&<*$:()\"'1\x00\x0b\ufffe")), max_size=25
)


def exam_of(*items: Item, **changes) -> samples.SampleExam:
    pool = Pool(items[0].header, "Section", items[0].points, True)
    return replace(samples.exam(), pools=(pool,), variants=(items,), **changes)


def files_of(exam: samples.SampleExam, options: MoodleOptions = OPTIONS) -> dict[str, bytes]:
    rendered = render(exam, options)
    assert {problem.code for problem in rendered.problems} <= {"moodle-numbers"}
    return dict(rendered.files)


def split_files(exam: samples.SampleExam, questions_per_file: int) -> dict[str, bytes]:
    return dict(written_by(MoodleWriter(OPTIONS, questions_per_file), exam).files)


def by_category(*items: Item, options: MoodleOptions = OPTIONS, **changes) -> list[list[Question]]:
    """The questions of each category that the variants of one template become."""
    wanted = replace(options, variants=len(items))
    return list(read(files_of(exam_of(*items, **changes), wanted)["samples.xml"]).values())


def written(*items: Item, **changes) -> list[Question]:
    (questions,) = by_category(*items, **changes)
    return questions
