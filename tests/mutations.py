"""Texts and data changed by chance, as tired authors, students and enemies change them.

Everything is drawn from a seed, so that what fails once fails again.
"""

import json
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

SECONDS = 5.0
"""No more of the processor may reading something take, however busy the machine is otherwise."""
PATIENCE = 60.0
"""Nor may it wait for longer."""

HOSTILE_TEXTS = [
    "",
    " ",
    "{{",
    "}}",
    "{{ a }}",
    "{{ nope }}",
    "{{ a | num }}",
    "$",
    "$$",
    "${{ a }}$",
    "$\\frac{$",
    "\\",
    "^",
    "_",
    "%",
    "&",
    "<b>",
    "]]>",
    "`",
    "```",
    "![x](y.png)",
    "[x](javascript:1)",
    "|a|",
    "1/0",
    "0/0",
    "1e400",
    "10**400",
    "9**9**9",
    "-1",
    "0.1",
    "1,5",
    "nan",
    "inf",
    "true",
    "null",
    "a^2",
    "2a",
    "a**",
    "(" * 60,
    "{" * 60,
    "\\sqrt{" * 50,
    "a" * 3000,
    "é",
    "कख",
    "\u202e",
    "\u200b",
    "\x7f",
    "\ue000",
    "\ufeff",
    "!!python/object:x",
    "*a",
    "&a b",
    "- x",
    ": :",
    "#",
    "a: b",
    "'",
    '"',
    "__import__('os')",
    "().__class__",
    "[x for x in (1,)]",
    "a if a else a",
    "sum((a,) * 10**9)",
    "factorial(10**6)",
    "figure:x",
    "tables.joint",
    "bernoulli.kl",
    "1-3",
    "90 min",
    "50%",
    "=1+1",
]
HOSTILE_VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    10**30,
    10**400,
    0.5,
    -0.0,
    1e308,
    [],
    {},
    [[]],
    [None],
    {"a": None},
    {"from": 1},
    {"integers": {"from": 1, "to": 0}},
    {"integers": {"from": 0, "to": 10**12}},
    {"one_of": []},
    {"absolute": 0},
    {"relative": "200%"},
    ["a"] * 40,
]


@contextmanager
def in_time(what: str) -> Iterator[None]:
    """Fails what takes longer than anybody waits."""

    def late(*_: object) -> None:
        raise AssertionError(f"after {SECONDS} s still at work on {what!r}")

    timers = ((signal.ITIMER_PROF, signal.SIGPROF, SECONDS),)
    timers += ((signal.ITIMER_REAL, signal.SIGALRM, PATIENCE),)
    before = [signal.signal(sign, late) for _, sign, _ in timers]
    for timer, _, seconds in timers:
        signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        for (timer, sign, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(sign, handler)


def mutated_text(text: str, seed: int) -> str:
    """A text with up to four places dropped, doubled, exchanged or overwritten."""
    chance = random.Random(f"text {seed}")
    for _ in range(chance.randint(1, 4)):
        if not text:
            return chance.choice(HOSTILE_TEXTS)
        place = chance.randrange(len(text))
        end = min(len(text), place + chance.choice((1, 1, 2, 5, 20)))
        match chance.choice(("drop", "double", "insert", "write", "cut", "line")):
            case "drop":
                text = text[:place] + text[end:]
            case "double":
                text = text[:end] + text[place:]
            case "insert":
                text = text[:place] + chance.choice(HOSTILE_TEXTS) + text[place:]
            case "write":
                text = text[:place] + chance.choice(HOSTILE_TEXTS) + text[end:]
            case "cut":
                text = text[:place] if chance.random() < 0.2 else text
            case "line":
                lines = text.split("\n")
                chosen = chance.randrange(len(lines))
                lines[chosen] = " " * chance.randrange(6) + lines[chosen].lstrip()
                text = "\n".join(lines)
    return text


def mutated_data(data: Any, seed: int) -> Any:
    """Data with up to three entries removed, renamed or given another value."""
    chance = random.Random(f"data {seed}")
    data = deepcopy(data)
    for _ in range(chance.randint(1, 3)):
        places = list(_places(data))
        if not places:
            break
        holder, key = chance.choice(places)
        match chance.choice(("remove", "rename", "text", "text", "value", "other")):
            case "remove":
                del holder[key]
            case "rename" if isinstance(key, str):
                holder[mutated_text(key, chance.randrange(10**6))] = holder.pop(key)
            case "text" if isinstance(holder[key], str):
                holder[key] = mutated_text(holder[key], chance.randrange(10**6))
            case "text":
                holder[key] = chance.choice(HOSTILE_TEXTS)
            case "value":
                holder[key] = deepcopy(chance.choice(HOSTILE_VALUES))
            case _:
                other_holder, other = chance.choice(places)
                if other in other_holder if isinstance(other_holder, dict) else True:
                    try:
                        holder[key] = deepcopy(other_holder[other])
                    except (IndexError, KeyError):
                        continue
    return data


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Each entry of a mapping or list, with what holds it."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield data, key
            yield from _places(value)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield data, index
            yield from _places(value)


def as_yaml(data: Any) -> str:
    """The data as JSON, which is YAML, one entry a line, so that places can be told."""
    return json.dumps(data, indent=1, ensure_ascii=False, default=str)
