"""Items written as Moodle XML and read back."""

from dataclasses import replace

from hypothesis import strategies as st

from qgen.document.exam import ExamDocument, Item, Pool
from qgen.renderers.moodle.writer import MoodleOptions, render
from tests import samples
from tests.renderers.moodle.moodle_reader import Question, read

OPTIONS = MoodleOptions()
# Every character, and often those that mean something to XML, HTML, TeX or Moodle.
texts = st.text(
    st.one_of(st.characters(), st.sampled_from("]>}{~#\\=%&<*$:()\"'1\x00\x0b\ufffe")), max_size=25
)


def exam_of(*items: Item, count: int | None = None, **changes) -> ExamDocument:
    pool = Pool(items[0].header, "Section", items[0].points, count or len(items), items)
    return replace(samples.exam(), pools=(pool,), **changes)


def files_of(exam: ExamDocument, options: MoodleOptions = OPTIONS) -> dict[str, bytes]:
    rendered = render(exam, options)
    assert not rendered.problems
    return {
        name: content if isinstance(content, bytes) else b"".join(content)
        for name, content in rendered.files.items()
    }


def written(*items: Item, **changes) -> list[Question]:
    (questions,) = read(files_of(exam_of(*items, **changes))["samples.xml"]).values()
    return questions
