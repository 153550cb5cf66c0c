"""How each key is known: verified, computed or stated, and never more than is known."""

from typing import Any

import pytest

from qgen.document.answers import Provenance
from qgen.document.problem import Place
from qgen.generator.filling import Filler
from qgen.generator.provenance import STATED, Known, worst
from tests.bank.written import KINDS, question, template
from tests.generator.filled import choice, fill, filling

PARAMETERS = {"a": {"one_of": [1]}, "b": {"one_of": [2]}}
SOLVED: dict[str, Any] = {"parameters": PARAMETERS, "solver": "x.y", "let": {"c": "a + b"}}
# `p` and `q` are proved by two routes, `r` has one route.
VERIFIED = frozenset({"p", "q"})


def provenances(found: Any) -> tuple[Provenance, ...]:
    return Filler(found, filling(verified=VERIFIED)).provenances


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("2", "stated"), ("1/2 + 1", "stated"), ("a", "computed"), ("a + b", "computed"),
        ("c", "computed"), ("p", "verified"), ("p[0]", "verified"), ("-p", "verified"),
        ("p if a > b else q", "verified"), ("r", "computed"), ("p if r else q", "computed"),
        ("2*p", "computed"), ("p + q", "computed"), ("p + 0", "computed"), ("abs(p)", "computed"),
        ("p**2", "computed"), ("p - r", "computed"),
    ],
)  # fmt: skip
def test_numbers(answer: str, expected: str) -> None:
    assert provenances(template(question(answer=answer, **SOLVED))) == (expected,)


@pytest.mark.parametrize(("answer", "expected"), [("p", "verified"), ("r", "computed")])
def test_formulas(answer: str, expected: str) -> None:
    found = template({**question("formula", answer=answer), "solver": "x.y"})
    assert provenances(found) == (expected,)


@pytest.mark.parametrize("kind", ["short_answer", "open"])
def test_words_are_stated(kind: str) -> None:
    assert provenances(template(question(kind))) == ("stated",)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["${{ p }}$", "${{ r }}$"], "verified"),
        (["${{ r }}$", "${{ p }}$"], "computed"),
        (["{{ p }}", "x"], "verified"),
        (["${{ p }}$ and ${{ q }}$", "x"], "verified"),
        (["${{ p }}$ and ${{ r }}$", "x"], "computed"),
        (["*{{ p }}*", "x"], "verified"),
        (["$$\n{{ p }}\n$$", "x"], "verified"),
        (["${{ p | num(3) }}$", "x"], "verified"),
        (["${{ 2*p }}$", "x"], "computed"),
        (["${{ a }}$", "x"], "computed"),
        (["x", "${{ p }}$"], "stated"),
        (["none of the above", "${{ p }}$"], "stated"),
        ([{"text": "x", "correct": "p > q"}, {"text": "y", "correct": "p <= q"}], "verified"),
        ([{"text": "x", "correct": "p > r"}, {"text": "y", "correct": "p <= q"}], "computed"),
        ([{"text": "x", "correct": "a > b"}, {"text": "y", "correct": "a <= b"}], "computed"),
        # Where one option is proved to be the right one, the others are wrong.
        ([{"text": "x", "correct": "p > q"}, {"text": "y", "correct": "p <= q"}, {"text": "z"}],
         "verified"),
    ],
)  # fmt: skip
def test_single_choices(options: list[Any], expected: str) -> None:
    assert provenances(choice(*options, **SOLVED)) == (expected,)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([{"text": "x", "correct": True}, {"text": "y"}], "stated"),
        ([{"text": "x", "correct": "p > q"}, {"text": "y", "correct": "q"}], "verified"),
        ([{"text": "x", "correct": "p > q"}, {"text": "y", "correct": "not p > q"}], "verified"),
        ([{"text": "x", "correct": "p > q"}, {"text": "y", "correct": "r"}], "computed"),
        ([{"text": "x", "correct": "p > 2*q"}, {"text": "y", "correct": "q"}], "computed"),
        # Each statement is judged alone: one that the author decides is only stated.
        ([{"text": "x", "correct": "p > q"}, {"text": "y", "correct": True}], "stated"),
        ([{"text": "x", "correct": "p > q"}, {"text": "y"}], "stated"),
        (["${{ p }}$", "x"], "stated"),
    ],
)  # fmt: skip
def test_several_choices(options: list[Any], expected: str) -> None:
    assert provenances(choice(*options, kind="multiple_select", **SOLVED)) == (expected,)


def test_every_part_has_its_own_and_the_item_the_weakest() -> None:
    parts = [
        {"kind": "numeric", "prompt": "?", "points": 1, "answer": answer,
         "tolerance": {"absolute": 0}}
        for answer in ("p", "2*p", "3")
    ]  # fmt: skip
    found = template(question("derivation", parts=parts, **SOLVED))
    assert provenances(found) == ("verified", "computed", "stated")
    item = fill(found, {"a": 1, "b": 2}, {"p": 5, "q": 6, "r": 7}, verified=VERIFIED)
    assert [part.provenance for part in item.parts] == ["verified", "computed", "stated"]


def test_nothing_is_verified_where_no_route_was_run() -> None:
    found = template(question(answer="p", **SOLVED))
    assert Filler(found, filling()).provenances == ("computed",)


def test_the_weakest_link() -> None:
    verified: Known = ("verified", None)
    computed: Known = ("computed", Place("a.yaml", 3, 1))
    assert worst([verified]) == verified
    assert worst([verified, computed]) == computed
    assert worst([STATED, verified, computed]) == STATED


def test_every_kind_has_one() -> None:
    for kind in KINDS:
        assert len(provenances(template(question(kind)))) == 1
