"""Every question of the shipped bank as GIFT: read back, and marked as the grader marks it."""

import pytest

from qgen.document.exam import ExamDocument, Item, Pool
from qgen.document.formats import GiftOptions
from qgen.document.richtext import Passage, RichText, plain_text
from qgen.renderers.gift.writer import GiftWriter
from tests.renderers.gift_marking import assert_marked_alike, letters, shown
from tests.renderers.gift_reader import Question, read
from tests.shipped import shipped_items


def as_gift(items: tuple[Item, ...]) -> list[Question]:
    writer = GiftWriter(GiftOptions(variants=len(items)))
    header = items[0].header
    pool = Pool(header, "Section", items[0].points, len(items) > 1)
    exam = ExamDocument("All questions", "all", "en", "right_minus_wrong", pools=(pool,))
    chunks = [*writer.begin(exam), *(c for item in items for c in writer.variant(pool, item))]
    return read(b"".join(chunk.content for chunk in chunks))


@pytest.mark.slow
def test_every_shipped_question_is_marked_in_gift_as_the_grader_marks_it() -> None:
    written = 0
    for items in shipped_items():
        asked = [(item, part) for item in items for part in item.parts]
        for question, (item, part) in zip(as_gift(items), asked, strict=True):
            where = f"{item.header.identifier}-v{item.variant:04}{part.label}"
            assert question.idnumber == where
            told = letters(shown(question.text))
            for passage in (item.stem, part.prompt):
                # Tables of a file's values stand between the blocks of the text.
                for block in passage.text.blocks:
                    assert letters(plain_text(Passage(RichText((block,)), passage.printed))) in told
            assert_marked_alike(question, part.answer)
            written += 1
    assert written >= len(shipped_items())
