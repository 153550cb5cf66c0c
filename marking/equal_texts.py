"""Options and items that are equal: in print, or in value although they print differently."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

from qgen.document.answers import option_letter
from qgen.document.formula import evaluate
from qgen.document.richtext import (
    Code,
    CodeBlock,
    Hole,
    Math,
    Paragraph,
    Passage,
    RichText,
    Text,
    join_parts,
    plain_text,
    walk,
)
from qgen.marking.formula_names import is_unknown
from qgen.marking.formula_reader import parse_formula
from qgen.marking.number_reader import Refusal, parse_number

_CODE = re.compile(r"(?<![\d.])0\d")
_NEXT_WORD = re.compile(r"(?<=[A-Za-z] )[A-Za-z]+")
"""A word behind another one: no command, and not in the brackets of one."""

Fault: TypeAlias = tuple[str, str]
"""A problem's code, and what is wrong in one sentence."""


def equal_texts(what: str, texts: Sequence[Passage]) -> Iterator[Fault]:
    """Options or items that are equal in print, or in value although they print differently."""
    shown = [option_text(passage) for passage in texts]
    marked = [
        _marks(text, *_words_or_code(passage.text))
        for text, passage in zip(shown, texts, strict=True)
    ]
    every = [mark for marks in marked for mark in marks]
    if len(set(every)) == len(every):
        return
    code = "equal-options" if what == "options" else "equal-items"
    seen: dict[object, int] = {}
    for index, (text, marks) in enumerate(zip(shown, marked, strict=True)):
        first = next((seen[mark] for mark in marks if mark in seen), None)
        if first is not None:
            yield (
                code,
                f"{what} {option_letter(first)} ({shown[first]}) and {option_letter(index)} "
                f"({text}) are equal",
            )
        for mark in marks:
            seen.setdefault(mark, index)


@lru_cache(maxsize=4096)
def _marks(text: str, is_words: bool, is_code: bool) -> tuple[object, ...]:
    """By what a text is equal to another one: its characters, and its number if it is one."""
    characters = text.casefold() if is_words else text
    value = None if is_code else option_value(text)
    return (characters,) if value is None else (characters, value.as_integer_ratio())


_KNOWN_TEXTS: dict[int, tuple[RichText, tuple[bool, bool]]] = {}
_MOST_TEXTS = 4096


def _words_or_code(text: RichText) -> tuple[bool, bool]:
    """Whether neither code nor a formula stands in a text, and whether it is code and no more.

    Code is compared by its characters. Known by identity: variants share their texts, and the
    hash of a text asks all of its nodes.
    """
    known = _KNOWN_TEXTS.get(id(text))
    if known is not None and known[0] is text:
        return known[1]
    if len(_KNOWN_TEXTS) >= _MOST_TEXTS:
        _KNOWN_TEXTS.clear()
    found = _told_apart(text)
    _KNOWN_TEXTS[id(text)] = text, found
    return found


def _told_apart(text: RichText) -> tuple[bool, bool]:
    others = any(isinstance(node, (Code, CodeBlock, Math)) for node in walk(text.blocks))
    match text.blocks:
        case (Paragraph((Code(),)),) | (CodeBlock(),):
            return not others, True
        case _:
            return not others, False


def option_text(passage: Passage) -> str:
    """An option as it prints; an option that is one formula without its dollars."""
    blocks = passage.text.blocks
    lone = blocks[0] if len(blocks) == 1 else None
    match lone.children if isinstance(lone, Paragraph) else ():
        case (Math() as formula,):
            text = join_parts(formula.parts, passage.printed)
        case (Text() as words,):
            text = words.text
        case (Hole() as hole,):
            text = passage.printed[hole.index]
        case _:
            return plain_text(passage)
    return " ".join(text.split())


def option_value(text: str) -> Fraction | None:
    """The number that an option's text means (`0.5`, `1/2`, `50\\%`, `\\frac12`), if it is one.

    Digits with a zero before them, as in 0011, are a code: each of its signs counts.
    """
    if _CODE.search(text):
        return None
    number = parse_number(text.replace("\\%", "%"))
    if isinstance(number, Fraction):
        return number
    if any(map(is_unknown, _NEXT_WORD.findall(text))):
        return None  # sooner told than by reading the words before it
    formula = parse_formula(text, ())
    if isinstance(formula, Refusal):
        return None
    try:
        # Twelve digits: two exact values that differ less than that do not differ in print.
        return Fraction(f"{evaluate(formula, {}):.12g}")
    except (ArithmeticError, ValueError):
        return None
