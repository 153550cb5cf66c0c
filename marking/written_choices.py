"""Choices as people copy them from paper into a table: by letter or by number, `B` or `A, C`."""

import re
from typing import assert_never

from qgen.document.answers import (
    Answer,
    ComplexAnswer,
    FormulaAnswer,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    ShortAnswer,
    SingleChoice,
)
from qgen.marking.number_reader import Refusal
from qgen.marking.responses import Response
from qgen.marking.written_matrices import written_entries

_LETTERS = 26
_LONGEST = 1000
_SEPARATORS = re.compile(r"[\s,;.]+")
_PAIR = re.compile(r"([0-9]{1,4})\s*[-–−:=>]?\s*>?\s*([A-Za-z]{1,2}|[0-9]{1,4})")
_NOTHING = ("none", "-", "–", "—")
_EMPTY_PLACE = ("-", "–", "—", "_", "?")


def written_response(answer: Answer, cell: str) -> Response | Refusal:
    """The response that a cell of a table means for an answer, or why it means none.

    A blank cell is a blank; `none` or a dash ticks nothing. Typed answers are as they were typed.
    """
    if not cell.strip():
        return None
    match answer:
        case SingleChoice():
            return _one(cell, len(answer.options))
        case MultipleSelect():
            if cell.strip().lower() in _NOTHING:
                return ()
            return _several(cell, len(answer.options))
        case Matching():
            return _pairs(cell, len(answer.pairs), len(answer.rights))
        case Ordering():
            return _several(cell, len(answer.items), empty=_EMPTY_PLACE)
        case MatrixAnswer():
            return written_entries(answer, cell)
        case Numeric() | ComplexAnswer() | FormulaAnswer() | ShortAnswer() | Open():
            return cell
        case _:
            assert_never(answer)


def _one(cell: str, largest: int) -> int | Refusal:
    found = _several(cell, largest)
    if isinstance(found, Refusal):
        return found
    if len(found) != 1 or found[0] is None:
        return Refusal("One option is expected here: write its letter, as in B.")
    return found[0]


def _several(
    cell: str, largest: int, empty: tuple[str, ...] = ()
) -> tuple[int | None, ...] | Refusal:
    """Numbers counted from 1; letters of few options may stand without anything between them."""
    if len(cell) > _LONGEST:
        return Refusal("This is too long to be a choice.")
    words = [word for word in _SEPARATORS.split(cell.strip("()[] \t\r\n")) if word]
    if len(words) == 1 and words[0].isascii() and words[0].isalpha() and largest <= _LETTERS:
        words = list(words[0])
    found: list[int | None] = []
    for word in words:
        number = None if word in empty else _number(word, largest)
        if isinstance(number, Refusal):
            return number
        found.append(number)
    return tuple(found)


def _pairs(cell: str, lefts: int, rights: int) -> tuple[int | None, ...] | Refusal:
    """`1-C, 2-A`, as the key is written: the letter behind the number of each left item."""
    if len(cell) > _LONGEST:
        return Refusal("This is too long to be a choice.")
    chosen: list[int | None] = [None] * lefts
    for word in (word for word in re.split(r"[,;\n]", cell) if word.strip()):
        pair = _PAIR.fullmatch(word.strip())
        left = int(pair[1]) if pair else 0
        if pair is None or not 1 <= left <= lefts:
            return Refusal("Pairs are expected here: write them as in 1-C, 2-A.")
        if chosen[left - 1] is not None:
            return Refusal(f"Item {left} is matched twice.")
        number = _number(pair[2], rights)
        if isinstance(number, Refusal):
            return number
        chosen[left - 1] = number
    return tuple(chosen)


def _number(word: str, largest: int) -> int | Refusal:
    number = 0
    if word.isascii() and word.isdecimal() and len(word) <= 4:
        number = int(word)
    elif word.isascii() and word.isalpha() and len(word) <= 2:
        for letter in word.upper():
            number = number * _LETTERS + ord(letter) - ord("A") + 1
    if 1 <= number <= largest:
        return number
    return Refusal(f"{word[:20]} is none of the {largest} that are shown: write a letter, as in B.")
