r"""A course's own TeX commands, as in `\E` for `\mathbb{E}`: expanded once, where text is read.

What every format, the checks and math-core get has no macro left, so that all of them agree. A
macro is what `\newcommand` makes of the same words: its arguments are groups or single signs.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from qgen.bank.math_faults import math_fault
from qgen.bank.yaml_source import Source, Steps, read_source
from qgen.document.problem import Problem

MOST_MACROS = 500
MOST_CHARACTERS = 1000
MOST_WORK = 20_000
"""So many signs may come of the macros in one formula, those on the way included."""
_MOST_ARGUMENTS = 9
_SIGN = re.compile(r"\\[A-Za-z]+|\\.|.", re.DOTALL)
_SIGN_OF_BODY = re.compile(r"\\[A-Za-z]+|\\.|#[0-9]|.", re.DOTALL)
_NAME = re.compile("[A-Za-z]{1,40}")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_TAKING_TWO = frozenset(
    r"\frac \dfrac \tfrac \cfrac \binom \dbinom \tbinom \overset \underset \stackrel".split()
)
_TAKING = _TAKING_TWO | frozenset(
    r"\hat \bar \vec \tilde \dot \ddot \dddot \check \breve \acute \grave \mathring \widehat "
    r"\widetilde \overline \underline \overbrace \underbrace \overrightarrow \overleftarrow "
    r"\mathbb \mathbf \mathcal \mathfrak \mathit \mathrm \mathscr \mathsf \mathtt "
    r"\boldsymbol \bm \symbf \sqrt \phantom \boxed \cancel \operatorname".split()
)
"""Commands that take an argument, and those that take a second one."""
_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
_FORM = r'write E: "\\mathbb{E}", or KL: ["\\mathrm{KL}(#1\\,\\|\\,#2)", 2] with its arguments'

Signs: TypeAlias = Sequence[str]


class MacroError(ValueError):
    """Why the macros of a formula cannot be expanded."""


@dataclass(frozen=True, slots=True)
class Macro:
    """What stands for a command, `#1`, `#2`, … for its arguments."""

    body: tuple[str, ...]
    arguments: int

    def filled(self, arguments: Sequence[Signs]) -> Iterator[str]:
        """The signs that a use of it stands for."""
        for sign in self.body:
            if len(sign) == 2 and sign[0] == "#":
                yield from arguments[int(sign[1]) - 1]
            else:
                yield sign


@dataclass(frozen=True)
class Macros:
    """All macros of a course, by their names without the backslash; none calls itself."""

    known: Mapping[str, Macro] = field(default_factory=dict)

    def expand(self, tex: str) -> str:
        r"""The formula without macros. Raises MacroError.

        >>> Macros({"E": Macro((r"\mathbb", "E"), 0)}).expand(r"\E x")
        '\\mathbb E x'
        """
        if not self.mentioned(tex):
            return tex
        waiting = _SIGN.findall(tex)[::-1]
        written: list[str] = []
        work = 0
        while waiting:
            sign = waiting.pop()
            macro = self.known.get(sign[1:]) if _COMMAND.fullmatch(sign) else None
            if macro is None:
                written.append(sign)
                continue
            given = [_argument(sign, macro, waiting) for _ in range(macro.arguments)]
            made = list(macro.filled(given))
            work += len(made) + 1
            if work > MOST_WORK:
                raise MacroError(f"'{sign}' makes the formula longer than {MOST_WORK} signs")
            if _takes_next(written):
                made = ["{", *made, "}"]
            waiting += made[::-1]
        return _joined(written)

    def mentioned(self, text: str) -> bool:
        """Whether a text may use one of them."""
        return any(f"\\{name}" in text for name in self.known)

    @cached_property
    def digest(self) -> bytes:
        """What is another where any of them is."""
        plain = sorted((name, each.body, each.arguments) for name, each in self.known.items())
        return hashlib.sha256(repr(plain).encode()).digest()


NO_MACROS = Macros()


def _takes_next(written: Signs) -> bool:
    r"""Whether what comes next is an argument, as behind `x^`, `\hat`, `\frac1` or `\sqrt[3]`."""
    place = _before(written, len(written))
    if place < 0 or written[place] == "{":
        return False
    if written[place] in ("^", "_") or written[place] in _TAKING:
        return True
    if written[place] == "]":
        while place > 0 and written[place] != "[":
            place -= 1
        place = _before(written, place)
        return place >= 0 and written[place] == r"\sqrt"
    if written[place] == "}":
        depth = 1
        while place > 0 and depth:
            place -= 1
            depth += (written[place] == "}") - (written[place] == "{")
    place = _before(written, place)
    return place >= 0 and written[place] in _TAKING_TWO


def _before(written: Signs, place: int) -> int:
    """The place of the last sign before, whatever blanks there are; below 0 if there is none."""
    place -= 1
    while place >= 0 and written[place].isspace():
        place -= 1
    return place


def _argument(command: str, macro: Macro, waiting: list[str]) -> Signs:
    """Takes one argument from what follows a command: a group without its braces, or a sign."""
    while waiting and waiting[-1].isspace():
        waiting.pop()
    form = command + "{…}" * macro.arguments
    if not waiting or waiting[-1] in ("}", "&", "\\\\"):
        raise MacroError(f"'{command}' lacks an argument; write {form}")
    first = waiting.pop()
    if first != "{":
        return [first]
    inside: list[str] = []
    depth = 1
    while waiting:
        sign = waiting.pop()
        depth += (sign == "{") - (sign == "}")
        if not depth:
            return inside
        inside.append(sign)
    raise MacroError(f"an argument of '{command}' has no end; write {form}")


def _joined(signs: Signs) -> str:
    """The signs as TeX, with a blank where a command would run into a letter."""
    written: list[str] = []
    for sign in signs:
        if written and sign[0].isascii() and sign[0].isalpha() and _COMMAND.fullmatch(written[-1]):
            written.append(" ")
        written.append(sign)
    return "".join(written)


# Macros as they are written in YAML.


def read_macros(path: Path, shown: str) -> tuple[Macros, list[Problem]]:
    """The macros of a file, a mapping of names; and what is wrong with them."""
    source = read_source(path, shown)
    if isinstance(source, Problem):
        return NO_MACROS, [source]
    return macros_of(source.data, source, ())


def macros_of(data: object, source: Source, path: Steps) -> tuple[Macros, list[Problem]]:
    """The macros of a mapping in a file, and what is wrong with them."""
    if not isinstance(data, dict):
        return NO_MACROS, [Problem("macro", f"macros are a mapping: {_FORM}", source.place(path))]
    if len(data) > MOST_MACROS:
        message = f"there are more than {MOST_MACROS} macros"
        return NO_MACROS, [Problem("macro", message, source.place(path))]
    problems: list[Problem] = []
    known: dict[str, Macro] = {}
    for name, written in data.items():
        fault = _name_fault(name)
        if fault is not None:
            problems.append(Problem("macro", fault, source.place((*path, name), key=True)))
            continue
        macro = _macro(written)
        if isinstance(macro, str):
            message = f"the macro '\\{name}': {macro}"
            problems.append(Problem("macro", message, source.place((*path, name))))
            macro = Macro((), 0)
        known[name] = macro
    for name, macro in known.items():
        fault = _body_fault(name, macro, known)
        if fault is not None:
            message = f"the macro '\\{name}': {fault}"
            problems.append(Problem("macro", message, source.place((*path, name))))
    return (NO_MACROS if problems else Macros(known)), problems


def _name_fault(name: object) -> str | None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return f"the name of a macro is letters from A to Z without the backslash, not '{name}'"
    if _is_command(f"\\{name}"):
        return f"'\\{name}' is a command of LaTeX already; choose another name"
    return None


def _is_command(command: str) -> bool:
    """Whether formulas can use a command that no macro defines."""
    fault = math_fault(command)
    return fault is None or "Unknown command" not in fault


def _macro(written: object) -> Macro | str:
    """A macro, or what is wrong with what stands for it."""
    match written:
        case str(text):
            arguments = 0
        case [str(text), int(arguments)] if not isinstance(arguments, bool):
            if not 0 <= arguments <= _MOST_ARGUMENTS:
                return f"it has {arguments} arguments; there are 0 to {_MOST_ARGUMENTS}"
        case _:
            return f"its text is missing; {_FORM}"
    text = " ".join(text.split())
    if not text or len(text) > MOST_CHARACTERS:
        return f"its text has 1 to {MOST_CHARACTERS} characters"
    if _PRIVATE_USE.search(text):
        return "private-use characters cannot be printed"
    signs = tuple(_SIGN_OF_BODY.findall(text))
    depth = 0
    for sign in signs:
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            break
        if sign[0] == "#" and not (sign[1:] and 1 <= int(sign[1:]) <= arguments):
            given = f"{arguments} argument{'' if arguments == 1 else 's'}"
            return f"'{sign}' stands for none of its {given}; write [text, number of arguments]"
    return "its braces do not match" if depth else Macro(signs, arguments)


def _body_fault(name: str, macro: Macro, known: Mapping[str, Macro]) -> str | None:
    """What is wrong with the commands of a macro: unknown ones, or itself in the end."""
    for sign in macro.body:
        used = sign[1:] in known
        if _COMMAND.fullmatch(sign) and not used and _is_definition_or_unknown(sign):
            return f"formulas have no command '{sign}'"
    reached, waiting = set[str](), [name]
    while waiting:
        for sign in known[waiting.pop()].body:
            inner = sign[1:] if _COMMAND.fullmatch(sign) else ""
            if inner == name:
                return "it comes to itself again when it is expanded"
            if inner in known and inner not in reached:
                reached.add(inner)
                waiting.append(inner)
    return None


def _is_definition_or_unknown(command: str) -> bool:
    fault = math_fault(command) or ""
    return "Unknown command" in fault or "not allowed" in fault
