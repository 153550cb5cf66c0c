"""Reads what stands around a hole in a formula, so that its value can be printed to fit."""

import re
from typing import Literal

from qgen.bank.templates import HoleContext
from qgen.document.formula import GREEK
from qgen.document.richtext import Hole, Math, Paragraph, RichText

_SPACE = re.compile(r"(\\[,;:! ]|~|\s)+$")
_SPACE_AT_START = re.compile(r"^(\\[,;:! ]|~|\s)+")
_BLANK = re.compile(r" *(\\,)?")
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\S", re.DOTALL)
_COMMAND_AT_END = re.compile(r"\\([A-Za-z]+)$")
_ENVIRONMENT_AT_END = re.compile(r"\\(begin|end)\{[^{}]*\}$|\\begin\{array\}\{[^{}]*\}$")
# A single digit behind ^ or _ is all that the script takes, and no part of what follows.
_DIGIT_AT_END = re.compile(r"(?<![\^_])[0-9]$")
_COMMAND_AT_START = re.compile(r"\\([A-Za-z]+)")
_SYMBOLS = GREEK | {"varepsilon", "varphi", "vartheta", "ell", "infty", "hbar"}
_FACTORS = _SYMBOLS | {
    "sqrt", "log", "ln", "exp", "sin", "cos", "tanh", "max", "min", "frac", "dfrac", "tfrac",
    "mathbf", "boldsymbol", "mathbb", "mathcal", "vec", "hat", "bar", "tilde", "widehat",
    "widetilde", "partial", "nabla", "sum", "prod", "int", "left", "bigl", "Bigl", "big", "Big",
}  # fmt: skip
_BINDING = frozenset({"cdot", "times", "div"})
_OPERATORS = _BINDING | {"log", "ln", "exp", "sin", "cos", "tanh"}
_WORDS = frozenset({"text", "mathrm", "operatorname", "textbf", "textit", "mbox"})
_FRACTIONS = frozenset({"frac", "dfrac", "tfrac"})
_TWO_ARGUMENTS = _FRACTIONS | {"binom", "dbinom", "tbinom"}
_ARGUMENTS = _WORDS | _TWO_ARGUMENTS | {
    "sqrt", "mathbf", "boldsymbol", "mathbb", "mathcal", "vec", "hat", "bar", "tilde", "widehat",
    "widetilde", "overline", "underline",
}  # fmt: skip

Left = Literal["start", "operator", "factor", "plus", "minus", "leading_sign"]


def _left(before: str, follows_hole: bool) -> Left:
    """What the TeX before a hole ends with."""
    text = _SPACE.sub("", before)
    if not text:
        return "factor" if follows_hole else "start"
    last = text[-1]
    if last in "+-":
        if _left(text[:-1], follows_hole) != "factor":
            return "leading_sign"
        return "plus" if last == "+" else "minus"
    command = _COMMAND_AT_END.search(text)
    if command:
        name = command.group(1)
        return "factor" if name in _SYMBOLS else "operator" if name in _OPERATORS else "start"
    if _ENVIRONMENT_AT_END.search(text):
        return "start"
    if last == "/":
        return "operator"
    return "factor" if last.isalnum() or last in ")]}'!" else "start"


def _is_factor(after: str) -> bool:
    text = after.lstrip()
    command = _COMMAND_AT_START.match(text)
    if command:
        return command.group(1) in _FACTORS
    return text[:1].isalpha() or text[:1] == "("


def _is_fraction(after: str) -> bool:
    command = _COMMAND_AT_START.match(after.lstrip("{ "))
    return command is not None and command.group(1) in _FRACTIONS


def _is_bound(after: str) -> bool:
    """Whether an operator follows that binds closer than a sum."""
    command = _COMMAND_AT_START.match(after)
    if command:
        return command.group(1) in _BINDING
    # Another hole is a character beyond ASCII.
    return after[:1] in {"/", "!"} or not after[:1].isascii()


def _groups(before: str) -> list[str]:
    """What stands before each brace that is still open."""
    groups: list[str] = []
    last = ""
    for token in _TOKEN.findall(before):
        if token == "{":
            groups.append(last)
        elif token == "}" and groups:
            groups.pop()
        last = token
    return groups


def _last_command(text: str) -> str:
    command = _COMMAND_AT_END.search(text)
    return command.group(1) if command else ""


def _is_argument(before: str) -> bool:
    """Whether TeX takes what follows as an argument: only its first sign, if it has no braces."""
    text = before.rstrip()
    if text.endswith(("^", "_")) or _last_command(text) in _ARGUMENTS:
        return True
    if text.endswith("]"):
        return _last_command(text[: text.rfind("[")].rstrip()) == "sqrt"
    if not text or not (text[-1].isdigit() or text[-1] == "}" or not text[-1].isascii()):
        return False
    first = len(text) - 1
    if text[-1] == "}":
        first = next((i for i in range(first, -1, -1) if _closes(text[i:])), first)
    return _last_command(text[:first].rstrip()) in _TWO_ARGUMENTS


def _closes(text: str) -> bool:
    """Whether a text is one group in braces."""
    return text.startswith("{") and not _groups(text) and bool(_groups(text[:-1]))


def math_context(before: str, after: str, *, after_hole: int) -> tuple[str, HoleContext]:
    """The TeX between the last hole and this one, less a sign that this one prints itself.

    `before` is the formula up to the hole, with one character for each earlier hole; `after_hole`
    is where the last of them ends in it, or 0. `after` reaches to the end of the formula.
    """
    kept = before[after_hole:]
    groups = _groups(before)
    grouped = _is_argument(before)
    owner = _last_command(before.rstrip())
    if owner in _WORDS or any(group.removeprefix("\\") in _WORDS for group in groups):
        return kept, HoleContext(in_math=True, in_words=True, grouped=grouped)
    if grouped:
        return kept, HoleContext(in_math=True, grouped=True)
    left = _left(kept, after_hole > 0)
    text = _SPACE.sub("", kept)
    if left in {"plus", "minus"}:
        kept = text[:-1].rstrip()
    in_subscript = "_" in groups
    following = _SPACE_AT_START.sub("", after)
    behind_number = bool(_DIGIT_AT_END.search(text)) or (not text and after_hole > 0)
    leads = left not in {"factor", "operator"} and not in_subscript
    blank = _BLANK.match(after) if leads and _is_factor(following) else None
    return kept, HoleContext(
        in_math=True,
        sign="+" if left == "plus" else "-" if left == "minus" else "",
        after_sign=left == "leading_sign",
        after_operator=left == "operator",
        after_factor=left == "factor",
        after_number=behind_number and not in_subscript,
        before_digit=following[:1].isdigit() and not in_subscript,
        before_fraction=_is_fraction(following) and not in_subscript,
        coefficient=leads and _is_factor(after),
        blank=blank[0] if blank else "",
        bound=_is_factor(following) or _is_bound(following),
        powered=following.startswith("^"),
    )


def only_hole(text: RichText) -> int | None:
    """The hole that is all of a text, bare or as a formula."""
    match text.blocks:
        case (Paragraph((Hole(index),)),) | (Paragraph((Math((Hole(index),)),)),):
            return index
        case _:
            return None
