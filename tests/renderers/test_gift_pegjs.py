"""The same file read by gift-pegjs, a reader of GIFT that many quiz tools are built on.

Skipped where Node does not find it; `npm install gift-pegjs` in a folder, and `NODE_PATH` set to
that folder's `node_modules`, lets it run.
"""

import json
import shutil
import subprocess
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from qgen.document.answers import Option, ShortAnswer, SingleChoice
from qgen.document.exam import Pool
from qgen.document.formats import GiftOptions
from qgen.document.richtext import passage_of
from tests import samples
from tests.renderers.gift_reader import Question, read
from tests.written import render

_READ = """
const { parse } = require("gift-pegjs");
const text = require("fs").readFileSync(0, "utf-8");
process.stdout.write(JSON.stringify(parse(text)));
"""
TYPES = {
    "multichoice": "MC",
    "numerical": "Numerical",
    "shortanswer": "Short",
    "match": "Matching",
    "essay": "Essay",
    "description": "Description",
}
HOSTILE = (
    *("~=#} {1:NM:=5} ::", r"\nu \n \\n \= \\(x\\)", "$CATEGORY: a", "// no comment", "a\n\nb"),
    *("[plain] a", "[x] a", "%50% a", "%-100%", "<script>&lt;", "\N{GRINNING FACE}\u202eabc"),
)


@cache
def _found() -> bool:
    node = shutil.which("node")
    return (
        node is not None
        and not subprocess.run(
            [node, "-e", 'require.resolve("gift-pegjs")'], capture_output=True, check=False
        ).returncode
    )


pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(not _found(), reason="Node or its package gift-pegjs is missing"),
]


def peg(data: bytes) -> list[dict[str, Any]]:
    """The questions that gift-pegjs reads; it counts a category as one."""
    run = subprocess.run(["node", "-e", _READ], input=data, capture_output=True, check=False)
    assert not run.returncode, run.stderr.decode()
    return [each for each in json.loads(run.stdout) if each["type"] != "Category"]


def assert_read_alike(data: bytes) -> None:
    for theirs, ours in zip(peg(data), read(data), strict=True):
        assert theirs["type"] == TYPES[ours.kind]
        assert theirs["title"] == ours.name
        assert theirs["stem"] == {"format": "html", "text": ours.text}
        if ours.kind == "description":
            continue
        assert theirs["id"] == ours.idnumber
        assert theirs["tags"] == ours.tags
        assert (theirs["globalFeedback"] or {"text": ""})["text"] == ours.explanation
        if ours.kind == "match":
            pairs = [
                (each["subquestion"]["text"], each["subanswer"]) for each in theirs["matchPairs"]
            ]
            lefts = [answer.text for answer in ours.answers]
            assert pairs == list(zip(lefts, ours.partners, strict=True))
            continue
        choices = theirs.get("choices", [])
        assert len(choices) == len(ours.answers)
        for choice, answer in zip(choices, ours.answers, strict=True):
            _assert_answers_alike(choice, ours, answer)


def _assert_answers_alike(choice: dict[str, Any], question: Question, answer: Any) -> None:
    default = 100 if choice["isCorrect"] else 0
    weight = default if choice["weight"] is None else choice["weight"]
    assert weight == pytest.approx(100 * answer.weight)
    assert (choice["feedback"] or {"text": ""})["text"] == answer.feedback
    if question.kind == "numerical":
        number = choice["text"]
        assert (number["number"], number["range"]) == (float(answer.text), answer.tolerance)
    else:
        assert choice["text"]["text"] == answer.text


def test_the_sample_exam_is_read_alike() -> None:
    files = render(samples.exam(), GiftOptions(variants=3)).files
    assert_read_alike(files["samples.gift.txt"])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_read_alike(text: str) -> None:
    passage, other = passage_of(text), Option(passage_of("other"), False, None)
    choice = SingleChoice((Option(passage, False, passage), Option(passage, True, passage), other))
    header = replace(samples.header("numeric"), title=f"Title {text}")
    items = [
        replace(
            samples.item("numeric", number, passage),
            header=header,
            parts=samples.sole(answer),
            explanation=passage,
        )
        for number, answer in enumerate((choice, ShortAnswer((text, "a"))), 1)
    ]
    pool = Pool(header, f"Section {text}", items[0].points, True, passage)
    exam = replace(samples.exam(), pools=(pool,), variants=(items,))
    assert_read_alike(render(exam, GiftOptions(variants=2)).files["samples.gift.txt"])
