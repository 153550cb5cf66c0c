"""Beside each number to be typed stands how, in the question's language, wherever one is marked."""

from dataclasses import replace

import pytest

from qgen.document.answers import Answer, ComplexAnswer, FormulaAnswer, MatrixAnswer, Numeric
from qgen.document.exam import Item
from qgen.document.formats import CanvasOptions, GiftOptions, MoodleOptions, QtiOptions
from qgen.renderers.labels import labels_for
from tests import samples
from tests.renderers.canvas import canvas_reader
from tests.renderers.canvas.test_canvas import exam_of
from tests.renderers.gift_marking import shown
from tests.renderers.gift_reader import read as read_gift
from tests.renderers.moodle.moodle_reader import read as read_moodle
from tests.renderers.qti import qti_reader
from tests.written import render


def texts_of(item: Item, options: object) -> list[str]:
    """What students read of each question."""
    files = render(exam_of(item), options).files
    match options:
        case MoodleOptions():
            questions = [
                each for every in read_moodle(files["samples.xml"]).values() for each in every
            ]
            return [shown(each.text) for each in questions]
        case GiftOptions():
            return [shown(each.text) for each in read_gift(files["samples.gift.txt"])]
        case CanvasOptions():
            return [
                canvas_reader.shown(i.stem) for i in canvas_reader.read(files["samples.zip"]).items
            ]
        case _:
            return [each.body() for each in qti_reader.read(files["samples.zip"]).items]


def boxes(answer: Answer, options: object) -> int:
    """How many of an answer's boxes, or grids of them, are told how to be filled."""
    if isinstance(answer, (ComplexAnswer, FormulaAnswer, MatrixAnswer)):
        return isinstance(options, (MoodleOptions, QtiOptions))
    return isinstance(answer, Numeric)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("in_text", [False, True])
@pytest.mark.parametrize("kind", ["numeric", "formula", "derivation"])
@pytest.mark.parametrize(
    "options",
    [
        MoodleOptions(1),
        GiftOptions(1),
        CanvasOptions(1),
        QtiOptions(1),
        QtiOptions(1, "3.0"),
    ],
    ids=lambda options: type(options).__name__,
)
def test_each_says_how_to_type(options: object, kind: str, in_text: bool, language: str) -> None:
    item = samples.item(kind)
    parts = tuple(
        replace(part, in_text=in_text and isinstance(part.answer, Numeric)) for part in item.parts
    )
    header = replace(item.header, language=language)
    told = " ".join(texts_of(replace(item, header=header, parts=parts), options))
    hint = labels_for(language).type_decimal
    assert told.count(hint) == sum(boxes(part.answer, options) for part in parts)
