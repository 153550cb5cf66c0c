"""Letters with accents are written as keyboards type them, however an author's file has them."""

import unicodedata

import pytest

from qgen.document.answers import ShortAnswer, TextMistake
from qgen.document.formats import (
    BlackboardOptions,
    BrightspaceOptions,
    CanvasOptions,
    GiftOptions,
    MoodleOptions,
    QtiOptions,
)
from qgen.document.richtext import passage_of
from qgen.marking.grader import mark_words
from tests.renderers import flat_reader, gift_reader
from tests.renderers.canvas import canvas_reader
from tests.renderers.canvas.test_canvas import asking, exam_of
from tests.renderers.moodle.moodle_reader import read as read_moodle
from tests.renderers.qti import qti_reader
from tests.written import render

TYPED = unicodedata.normalize("NFC", "Poincaré")
AS_WRITTEN = unicodedata.normalize("NFD", TYPED)
assert TYPED != AS_WRITTEN


@pytest.mark.parametrize(
    "options",
    [
        MoodleOptions(1),
        GiftOptions(1),
        CanvasOptions(1),
        QtiOptions(1),
        BlackboardOptions(1),
        BrightspaceOptions(1),
    ],
    ids=lambda options: type(options).__name__,
)
def test_a_letter_and_its_accent_in_two_are_taken_for_one(options: object) -> None:
    answer = ShortAnswer((AS_WRITTEN,), mistakes=(TextMistake(f"{AS_WRITTEN}s", passage_of("no")),))
    assert mark_words(answer, TYPED).credit == 1
    files = render(exam_of(asking(answer)), options).files
    match options:
        case MoodleOptions():
            ((question,),) = read_moodle(files["samples.xml"]).values()
            earned = question.mark(TYPED)[0]
        case GiftOptions():
            (asked,) = gift_reader.read(files["samples.gift.txt"])
            earned = asked.mark(TYPED)[0]
        case CanvasOptions():
            (item,) = canvas_reader.read(files["samples.zip"]).items
            earned = item.mark(TYPED)
        case BlackboardOptions():
            (flat,) = flat_reader.blackboard(dict(files))
            earned = flat.mark(TYPED)
        case BrightspaceOptions():
            (flat,) = flat_reader.brightspace(files["samples.csv"])
            earned = flat.mark(TYPED)
        case _:
            (played,) = qti_reader.read(files["samples.zip"]).items
            outcomes = played.run({"R1": f"{TYPED}s"})
            assert played.feedback(outcomes)[0] == "no"
            earned = played.run({"R1": TYPED})["SCORE"] / 2
    assert earned == 1
