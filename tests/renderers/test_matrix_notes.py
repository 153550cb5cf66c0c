"""Whoever marks a matrix reads what right entries earn."""

from dataclasses import replace
from typing import Literal

import pytest

from qgen.document.answers import MatrixAnswer
from qgen.document.formats import BlackboardOptions, BrightspaceOptions, GiftOptions
from qgen.renderers.labels import labels_for
from tests import samples
from tests.renderers.canvas.test_canvas import exam_of
from tests.written import render

WORDS = labels_for("en")


@pytest.mark.parametrize(
    ("credit", "sentence"), [("all", WORDS.entries_all), ("per_entry", WORDS.entries_each)]
)
@pytest.mark.parametrize("options", [GiftOptions(1), BlackboardOptions(1), BrightspaceOptions(1)])
def test_the_notes_say_what_right_entries_earn(
    options: GiftOptions | BlackboardOptions | BrightspaceOptions,
    credit: Literal["all", "per_entry"],
    sentence: str,
) -> None:
    answer = samples.ANSWERS["matrix"]
    assert isinstance(answer, MatrixAnswer)
    parts = samples.sole(replace(answer, credit=credit))
    written = render(exam_of(replace(samples.item("matrix"), parts=parts)), options)
    assert any(sentence in file.decode() for file in written.files.values())
