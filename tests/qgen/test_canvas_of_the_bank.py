"""Every question of the shipped bank for Canvas: read back, and marked as the grader marks it."""

import pytest

from qgen.document.exam import ExamDocument, Pool
from qgen.document.formats import CanvasOptions
from qgen.document.richtext import plain_text
from qgen.renderers.canvas.writer import CanvasWriter
from tests.renderers.canvas.canvas_marking import assert_marked_alike, letters
from tests.renderers.canvas.canvas_reader import read, shown
from tests.shipped import shipped_items


@pytest.mark.slow
def test_every_shipped_question_is_marked_in_canvas_as_the_grader_marks_it() -> None:
    for items in shipped_items():
        header, count = items[0].header, len(items)
        writer = CanvasWriter(CanvasOptions(variants=count))
        pool = Pool(header, "Section", items[0].points, count > 1, parts=len(items[0].parts))
        exam = ExamDocument("All questions", "all", "en", "right_minus_wrong", pools=(pool,))
        chunks = [*writer.begin(exam), *(c for item in items for c in writer.variant(pool, item))]
        chunks += writer.end()
        written = read(b"".join(chunk.content for chunk in chunks)).items
        asked = [(item, index) for index in range(len(items[0].parts)) for item in items]
        for (item, index), found in zip(asked, written, strict=True):
            part = item.parts[index]
            for passage in (item.stem, part.prompt):
                assert letters(plain_text(passage)) in letters(shown(found.stem))
            lost = {problem.code for problem in writer.losses(item)}
            assert_marked_alike(found, part.answer, lost)
