"""Blanks in a stem as authors write them, and what is wrong with them."""

from typing import Any

import pytest

from qgen.document.richtext import NO_TEXT, Passage, plain_text
from tests.bank.written import KINDS, messages, problems_of, question, template


def part(kind: str = "numeric", **changes: Any) -> dict[str, Any]:
    return {"kind": kind, "points": 1, **KINDS[kind], **changes}


def derivation(stem: str, *parts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return question("derivation", stem=stem, parts=list(parts), **changes)


def test_parts_with_a_blank_need_no_prompt() -> None:
    stem = "Slope [[a]], name **[[c]]**.\n\n| x | y |\n|---|---|\n| 1 | [[b]] |\n"
    written = template(
        derivation(stem, part(), part("single_choice"), part("short_answer"), part(prompt="And?"))
    )
    assert [each.in_text for each in written.parts] == [True, True, True, False]
    assert [each.prompt is NO_TEXT for each in written.parts] == [True, True, True, False]
    words = plain_text(Passage(written.stem))
    assert words == "Slope (a) ____, name (c) ____. x y 1 (b) ____"


def test_a_prompt_may_stand_beside_a_blank() -> None:
    written = template(derivation("It is [[a]].", part(prompt="To three digits.")))
    assert written.parts[0].in_text
    assert plain_text(Passage(written.parts[0].prompt)) == "To three digits."


def test_brackets_are_blanks_in_stems_of_derivations_only() -> None:
    written = template(question(stem="A list is [[a]]."))
    assert plain_text(Passage(written.stem)) == "A list is [[a]]."
    written = template(derivation("Code `[[b]]`, math $[[b]]$.", part(prompt="In [[a]]?")))
    assert plain_text(Passage(written.stem)) == "Code [[b]], math $[[b]]$."


@pytest.mark.parametrize(
    ("stem", "parts", "message"),
    [
        (
            "It is [[b]].",
            [part(prompt="So?")],
            "[[b]] stands for the part 'b', and the parts are a to a; write `[[b]]` for the "
            "brackets themselves",
        ),
        (
            "It is [[a]], [[a]].",
            [part()],
            "the part 'a' has a blank already; its answer stands in one place",
        ),
        (
            "It is [[a]].",
            [part(unit="m")],
            "the part 'a' has a 'unit': write it in the text, behind the blank",
        ),
        (
            "It is [[a]].",
            [{"kind": "numeric", "points": 1, "accept_if": "response > 1", "example": 2}],
            "the part 'a' is decided by 'accept_if', and may need a person: give it a prompt and "
            "no blank",
        ),
        (
            "It is [[a]].",
            [part("open")],
            "the part 'a' is of kind 'open', whose answer does not fit into a line; a blank is "
            "for numeric, short_answer, single_choice and formula",
        ),
        ("[It is [[a]]](https://example.org)", [part()], "a blank cannot stand in a link"),
    ],
)
def test_what_is_wrong_with_a_blank_is_told_at_its_place(
    stem: str, parts: list[dict[str, Any]], message: str
) -> None:
    (line,) = problems_of(derivation(stem, *parts))
    assert messages([line]) == [message]
    quote = stem.startswith("[")  # YAML puts quotes around it.
    column = len("  stem: ") + stem.rindex("[[") + 1 + quote
    assert line.startswith(f"6:{column - 2}: ")


def test_a_part_without_prompt_and_blank_is_told_at_its_line() -> None:
    (line,) = problems_of(derivation("It is [[a]].", part(), part()))
    assert "part 'b' needs a 'prompt', or a blank [[b]] in the stem, outside of" in line
    assert int(line.split(":")[0]) > 6
