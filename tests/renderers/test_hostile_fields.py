"""Texts that mean something to a format stand in every field as plain ones do.

Each question is written twice, with a hostile text and with a plain word in its place. What a
reader finds must be the same but for that, or a person marks and the report says so.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache

import pytest

from qgen.document.exam import Pool
from qgen.document.formats import (
    AnkiOptions,
    BlackboardOptions,
    BrightspaceOptions,
    CanvasOptions,
    GiftOptions,
    QtiOptions,
)
from tests import samples
from tests.renderers import flat_reader, gift_reader
from tests.renderers.canvas import canvas_reader
from tests.renderers.canvas.canvas_reader import shown
from tests.renderers.moodle.test_hostile import HOSTILE, items
from tests.renderers.qti import qti_reader
from tests.renderers.test_anki import notes
from tests.renderers.test_gift import in_words
from tests.written import losses, render

PLAIN = "Plainword"
Found = tuple[str, list[str]]
"""What kind of question a reader takes it for, and what it shows, field by field."""


def in_flat(found: list[flat_reader.Flat]) -> Iterator[Found]:
    for each in found:
        options = [part for text, _, feedback in each.options for part in (text, feedback)]
        pairs = [side for pair in each.pairs for side in pair]
        told = [each.text, *options, *pairs, *each.order, each.notes, each.explanation]
        yield each.kind, [*map(shown, told), *each.words]


def in_blackboard(files: Mapping[str, bytes]) -> Iterator[Found]:
    return in_flat(flat_reader.blackboard(dict(files)))


def in_brightspace(files: Mapping[str, bytes]) -> Iterator[Found]:
    return in_flat(flat_reader.brightspace(files["samples.csv"]))


def in_gift(files: Mapping[str, bytes]) -> Iterator[Found]:
    for each in gift_reader.read(files["samples.gift.txt"]):
        told = [each.text, each.explanation, *(answer.feedback for answer in each.answers)]
        words = [answer.text for answer in each.answers]
        is_typed = each.kind == "shortanswer"
        words = [word.replace(r"\*", "*") for word in words] if is_typed else [*map(shown, words)]
        yield each.kind, [*map(shown, told), *map(shown, each.partners), *words]


def in_canvas(files: Mapping[str, bytes]) -> Iterator[Found]:
    for each in canvas_reader.read(files["samples.zip"]).items:
        told = [shown(html) for html in (each.stem, *each.options.values())]
        said = {name: shown(html) for name, html in each.feedback.items()}
        lists = [word for _, name, words, _ in each.blanks for word in (name, *words.values())]
        notes_for_graders = each.metadata.get("grading_notes", "")
        yield each.kind, [*told, *said.values(), *lists, *each.forms, notes_for_graders]


def in_qti(files: Mapping[str, bytes]) -> Iterator[Found]:
    for each in qti_reader.read(files["samples.zip"]).items:
        kinds = [node.tag for node in each.root.iter() if str(node.tag).endswith("Interaction")]
        modal = ["".join(node.itertext()) for node in each.root.iter("modalFeedback")]
        typed = [node.get("mapKey") for node in each.root.iter("mapEntry")]
        compared = [
            node.text
            for node in each.root.iter("baseValue")
            if node.get("baseType") == "string" and node.text
        ]
        yield " ".join(kinds), [each.body(), *modal, *typed, *compared]


def in_anki(files: Mapping[str, bytes]) -> Iterator[Found]:
    for _, _, front, back in notes(files["samples.apkg"]):
        yield "card", [shown(front), shown(back)]


FORMATS: dict[str, tuple[object, Callable[[Mapping[str, bytes]], Iterator[Found]]]] = {
    "blackboard": (BlackboardOptions(1), in_blackboard),
    "brightspace": (BrightspaceOptions(1), in_brightspace),
    "gift": (GiftOptions(1), in_gift),
    "canvas": (CanvasOptions(1), in_canvas),
    "qti 2.1": (QtiOptions(1), in_qti),
    "qti 3.0": (QtiOptions(1, "3.0"), in_qti),
    "anki": (AnkiOptions(1), in_anki),
}


@cache
def found_in(text: str, name: str) -> tuple[list[Found], set[str]]:
    """What an exam of all kinds becomes, and what its report tells."""
    options, read = FORMATS[name]
    made = [
        replace(item, header=replace(item.header, identifier=f"{item.header.identifier}-{place}"))
        for place, item in enumerate(items(text))
    ]
    pools = tuple(
        Pool(item.header, "Section", item.points, False, parts=len(item.parts)) for item in made
    )
    exam = replace(samples.exam(), pools=pools, variants=tuple([item] for item in made))
    told = {problem.message for item in made for problem in losses(item, options)}
    return list(read(render(exam, options).files)), told


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_every_field_is_that_of_a_plain_text(name: str, hostile: str) -> None:
    text = in_words(HOSTILE[hostile])
    theirs, told = found_in(HOSTILE[hostile], name)
    plain, expected = found_in(PLAIN, name)
    compared = 0
    for (kind, fields), (plain_kind, plain_fields) in zip(theirs, plain, strict=True):
        if kind != plain_kind:
            assert told - expected, (kind, plain_kind)
        # A list typesets no formula: letters stand for its texts, which are told above it.
        elif (name, hostile, kind) != ("canvas", "TeX", "matching"):
            found = [in_words(field).replace(text, PLAIN) for field in fields]
            assert found == list(map(in_words, plain_fields)), kind
            compared += 1
    assert compared > len(plain) * 2 / 3
