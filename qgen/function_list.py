"""Lists the functions of expressions, from their one table."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from qgen.bank.functions import CONSTANTS, GROUPS, Function

Groups: TypeAlias = Mapping[str, tuple[Function, ...]]


def chosen(word: str | None) -> Groups:
    """The functions that have a word in their name or explanation, in their groups."""
    sought = (word or "").casefold()
    found = {
        title: tuple(each for each in group if sought in f"{each.name} {each.says}".casefold())
        for title, group in GROUPS.items()
    }
    return {title: group for title, group in found.items() if group}


def functions_data(groups: Groups) -> list[dict[str, Any]]:
    """The functions for a program."""
    return [
        {
            "name": each.name,
            "written": each.written,
            "says": each.says,
            "gives": each.gives,
            "group": title,
        }
        for title, group in groups.items()
        for each in group
    ]


def functions_text(groups: Groups) -> str:
    """The functions for a person: how each is written, what it gives, and whether exactly."""
    lines = []
    for title, group in groups.items():
        width = max(len(each.written) for each in group)
        lines += [title, *(_line(each, width) for each in group), ""]
    names = " and ".join(CONSTANTS)
    lines.append(f"{names} are the known numbers, unless the question has a value of that name.")
    return "\n".join(lines)


def _line(function: Function, width: int) -> str:
    return f"  {function.written.ljust(width)}  {function.says} ({function.gives})"
