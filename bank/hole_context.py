"""Reads what stands around a hole in a formula, so that its value can be printed to fit."""

import re
from typing import Literal

from qgen.bank.templates import HoleContext
from qgen.document.formula import GREEK
from qgen.document.richtext import Hole, Math, Paragraph, RichText

_SPACE = re.compile(r"(\\[,;:! ]|\\quad|~|\s)+$")
_COMMAND_AT_END = re.compile(r"\\([A-Za-z]+)$")
_ENVIRONMENT_AT_END = re.compile(r"\\(begin|end|text|mathrm|operatorname)\{[^{}]*\}$")
_SUBSCRIPT_AT_END = re.compile(r"_\s*\{?\s*$")
_COMMAND_AT_START = re.compile(r"\\([A-Za-z]+)")
_SYMBOLS = GREEK | {"varepsilon", "varphi", "vartheta", "ell", "infty", "hbar"}
_FACTORS = _SYMBOLS | {
    "sqrt", "log", "ln", "exp", "sin", "cos", "tanh", "max", "min", "frac", "dfrac", "tfrac",
    "mathbf", "boldsymbol", "mathbb", "mathcal", "vec", "hat", "bar", "tilde", "widehat",
    "widetilde", "partial", "nabla", "sum", "prod", "int", "left", "bigl", "Bigl", "big", "Big",
}  # fmt: skip
_OPERATORS = frozenset({"cdot", "times", "div", "log", "ln", "exp", "sin", "cos", "tanh"})

Left = Literal["start", "factor", "plus", "minus", "leading_plus", "leading_minus"]


def _left(before: str, follows_hole: bool) -> Left:
    """What the TeX before a hole ends with."""
    text = _SPACE.sub("", before)
    if not text:
        return "factor" if follows_hole else "start"
    last = text[-1]
    if last in "+-":
        binary = _left(text[:-1], follows_hole) == "factor"
        if last == "+":
            return "plus" if binary else "leading_plus"
        return "minus" if binary else "leading_minus"
    command = _COMMAND_AT_END.search(text)
    if command:
        name = command.group(1)
        return "factor" if name in _SYMBOLS or name in _OPERATORS else "start"
    if _ENVIRONMENT_AT_END.search(text):
        return "start"
    return "factor" if last.isalnum() or last in ")]}'/!" else "start"


def _is_factor(after: str) -> bool:
    text = after.lstrip()
    command = _COMMAND_AT_START.match(text)
    if command:
        return command.group(1) in _FACTORS
    return text[:1].isalpha() or text[:1] == "("


def math_context(before: str, after: str, follows_hole: bool) -> tuple[str, HoleContext]:
    """The TeX before a hole, less a sign that the hole now prints itself, and its context.

    `before` and `after` reach to the neighbouring holes or to the formula's ends;
    `follows_hole` tells whether another hole stands before `before`.
    """
    left = _left(before, follows_hole)
    in_subscript = bool(_SUBSCRIPT_AT_END.search(before))
    sign: Literal["", "+", "-"] = "+" if left == "plus" else "-" if left == "minus" else ""
    if sign:
        before = _SPACE.sub("", before)[:-1].rstrip()
    return before, HoleContext(
        in_math=True,
        sign=sign,
        after_minus=left in {"leading_minus", "leading_plus"},
        multiplied=left == "factor" and not in_subscript,
        coefficient=_is_factor(after) and left != "factor" and not in_subscript,
        powered=after.lstrip().startswith("^"),
    )


def only_hole(text: RichText) -> int | None:
    """The hole that is all of a text, bare or as a formula."""
    match text.blocks:
        case (Paragraph((Hole(index),)),) | (Paragraph((Math((Hole(index),)),)),):
            return index
        case _:
            return None
