"""An item written by a frame is the item as it is written without one, whatever differs."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qgen.document.answers import (
    COMPLEX,
    FormulaAnswer,
    Matching,
    MultipleSelect,
    Numeric,
    Ordering,
    SingleChoice,
)
from qgen.document.data_files import cells
from qgen.document.exam import Item
from qgen.document.formats import AnkiOptions, CanvasOptions, QtiOptions
from qgen.document.formula import Number, Product
from qgen.document.richtext import Passage
from qgen.renderers import frames
from qgen.renderers.item_shape import Draft, Withheld, shape_of
from qgen.renderers.markup_text import MarkupText
from qgen.renderers.mathjax_text import MathJaxText
from tests import samples
from tests.renderers.canvas.test_canvas import exam_of
from tests.renderers.test_passage_writer import PRINTED
from tests.written import chunks, writer_of

COUNT = 6
OPTIONS = {
    "anki": AnkiOptions(COUNT),
    "canvas": CanvasOptions(COUNT),
    "canvas-mathjax": CanvasOptions(COUNT, math="mathjax"),
    "qti": QtiOptions(COUNT),
    "qti-equal": QtiOptions(COUNT, numbers="equal"),
    "qti-3.0": QtiOptions(COUNT, version="3.0"),
}
# The first value of a sample is a file of data, too: its rows are equally long.
TABLES = PRINTED.filter(lambda text: len(set(map(len, cells(text)))) <= 1)
SHAPED = sorted(set(samples.KINDS) - {COMPLEX, "matrix", "short_answer", "derivation"})


def revalued(thing: Any, printed: tuple[str, ...]) -> Any:
    """The same, all of whose passages have these values, as those of a filled item do."""
    if isinstance(thing, Passage):
        return Passage(thing.text, printed)
    if isinstance(thing, tuple):
        parts = [revalued(each, printed) for each in thing]
        return type(thing)(*parts) if hasattr(thing, "_fields") else tuple(parts)
    if is_dataclass(thing) and not isinstance(thing, type):
        changed = {each.name: getattr(thing, each.name) for each in fields(thing)}
        return replace(
            thing,
            **{name: revalued(value, printed) for name, value in changed.items() if name != "key"},
        )
    return thing


def turned(row: tuple[Any, ...], by: int) -> tuple[Any, ...]:
    return row[by % len(row) :] + row[: by % len(row)]


def other_numbers(answer: Any, number: Fraction, turn: int) -> Any:
    """The answer with other numbers, its options in another order."""
    match answer:
        case SingleChoice() | MultipleSelect():
            return replace(answer, options=turned(answer.options, turn))
        case Numeric():
            mistakes = [each._replace(value=each.value * number) for each in answer.mistakes]
            return replace(answer, key=answer.key * number, mistakes=tuple(mistakes))
        case FormulaAnswer():
            return replace(answer, key=Product((Number(number), answer.key)))
        case Matching():
            return replace(answer, rights=turned(answer.rights, turn))
        case Ordering():
            return replace(answer, items=turned(answer.items, turn), key=turned(answer.key, turn))
        case _:
            return answer


@st.composite
def variants(draw: st.DrawFn, kind: str) -> tuple[Item, ...]:
    """Items of one template, most of them of one shape."""
    template = samples.item(kind)
    items = []
    for variant in range(1, COUNT + 1):
        number = draw(st.fractions(Fraction(1, 9), 9, max_denominator=12))
        printed = (draw(TABLES), draw(PRINTED))
        item = revalued(replace(template, header=None, assets=None), printed)
        turn = draw(st.sampled_from((0, 0, 0, 1)))
        parts = [
            replace(
                part,
                answer=other_numbers(part.answer, number, turn),
                points=template.parts[i].points,
            )
            for i, part in enumerate(item.parts)
        ]
        items.append(
            replace(
                item,
                header=template.header,
                assets=template.assets,
                points=template.points,
                variant=variant,
                parts=tuple(parts),
            )
        )
    return tuple(items)


def written(options: Any, items: tuple[Item, ...]) -> list[tuple[str, bytes]]:
    return [(each.file, each.content) for each in chunks(writer_of(options), exam_of(*items))]


@pytest.mark.parametrize("kind", samples.KINDS)
def test_a_frame_changes_no_byte(kind):
    @settings(max_examples=3)
    @given(variants(kind))
    def same(items: tuple[Item, ...]) -> None:
        for name in ("anki", "canvas", "qti", "qti-equal"):
            framed = written(OPTIONS[name], items)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(frames, "shape_of", lambda item: None)
                assert written(OPTIONS[name], items) == framed, name

    same()


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("kind", SHAPED)
def test_the_third_item_of_a_shape_comes_from_a_frame(monkeypatch, name, kind):
    filled = []
    fill = frames._Frame.filled
    monkeypatch.setattr(
        frames._Frame,
        "filled",
        lambda frame, item, write: filled.append(item.variant) or fill(frame, item, write),
    )
    template = samples.item(kind)
    values = revalued(replace(template, header=None, assets=None), ("7", "8"))
    item = replace(
        values,
        header=template.header,
        assets=template.assets,
        points=template.points,
        parts=tuple(
            replace(part, points=template.parts[i].points) for i, part in enumerate(values.parts)
        ),
    )
    options = OPTIONS[name]
    if isinstance(options, QtiOptions):
        # Which values of a formula are asked for depends on the formula itself.
        options = replace(options, formulas="essay")
    written(options, tuple(replace(item, variant=n) for n in range(1, COUNT + 1)))
    # The second one is written with it to see that it does.
    assert filled == list(range(2, COUNT + 1))


@pytest.mark.parametrize(
    "look",
    [
        lambda item: item.variant,
        lambda item: f"{item.parts[0].answer.key}",
        lambda item: item.parts[0].answer.key < 1,
        lambda item: isinstance(item.parts[0].answer.key, Fraction),
        lambda item: item.parts[0].answer.key * 2,
        lambda item: item.stem.printed[0],
        lambda item: "".join(iter(item.stem.printed)),
    ],
)
def test_a_draft_lets_nobody_look_at_what_differs(look: Callable[[Item], object]):
    item = samples.item("numeric")
    draft = Draft(revalued(replace(item, header=None, assets=None), ("7", "8"))).item
    with pytest.raises(Withheld):
        bool(look(draft))


def test_a_draft_lets_nobody_look_at_shuffled_texts():
    draft = Draft(samples.item("single_choice"))
    answer = draft.item.parts[0].answer
    assert isinstance(answer, SingleChoice)
    first = answer.options[0]
    with pytest.raises(Withheld):
        list(MathJaxText().pieces(first.text.text))
    assert draft.shuffled[first.text.text] == (0, 0)


def test_shapes_tell_all_that_a_frame_holds():
    """Whatever else of an item changes, it has another shape, or none."""
    item = samples.item("single_choice", stem=Passage(samples.EVERY_NODE.text))
    item = revalued(replace(item, header=None, assets=None), ())
    (part,) = item.parts
    shape = shape_of(item)
    assert shape is not None
    first, *others = part.answer.options
    for other in (
        replace(part, label="a"),
        replace(part, points=part.points + 1),
        replace(part, hints=samples.HINTS),
        replace(part, by_mark=samples.SAID),
        replace(part, in_text=True),
        replace(part, explanation=Passage(samples.EVERY_NODE.text)),
        replace(part, answer=MultipleSelect(part.answer.options, "per_option")),
        replace(part, answer=SingleChoice((first._replace(correct=False), *others))),
        replace(part, answer=SingleChoice((first._replace(feedback=None), *others))),
        replace(part, answer=SingleChoice((first._replace(stays=True), *others))),
        replace(part, answer=SingleChoice(tuple(others))),
        replace(part, answer=samples.ANSWERS["numeric"]),
    ):
        assert shape_of(replace(item, parts=(other,))) != shape


def test_frames_are_for_texts_that_keep_plain_values():
    class Doubling(MathJaxText):
        keeps_plain = False

    with pytest.raises(AssertionError):
        frames.Frames(Doubling())
    assert MarkupText.keeps_plain
