"""The script of a page: small modules, put into one in the order in which they need each other.

It stands compressed in the page, behind a small script that starts it.
"""

import hashlib
import re
import string
from base64 import b64encode, b85encode
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from qgen.document.answers import Answer, ComplexAnswer, FormulaAnswer, MatrixAnswer, Numeric
from qgen.renderers.html.conditions import asked_as
from qgen.renderers.html.deflating import deflated
from qgen.renderers.html.style import live_style
from qgen.renderers.writer import Memory

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.mjs"\n', re.MULTILINE)
# The letters of b85encode in the order of their values, and ours: those from * to ~ stand in their
# own order, but for two that mean something in a script or in a page.
_LETTERS = str.maketrans(
    string.digits + string.ascii_uppercase + string.ascii_lowercase + "!#$%&()*+-;<=>?@^_`{|}~",
    "".join(map(chr, range(ord("*"), ord("~") + 1))).replace("<", "#").replace("\\", "!"),
)
_EXPORT = re.compile(r"^export ", re.MULTILINE)


@cache
def whole_script(modules: tuple[str, ...]) -> str:
    """The modules and those that they need as one; no two declare the same name."""
    sources: dict[str, str] = {}
    for name in modules:
        _collect(name, sources)
    return "".join(sources.values())


def modules_for(mode: str, answers: Iterable[Answer]) -> tuple[str, ...]:
    """The modules that a page with such answers needs."""
    given = list(answers)
    asked = [asked_as(answer) for answer in given]
    judged = {type(now) for now, was in zip(asked, given, strict=True) if now is not was}
    formulas = [answer for answer in asked if isinstance(answer, FormulaAnswer)]
    needed = []
    if any(map(_takes_closed_forms, asked)):
        needed.append("closed_forms")
    if any(isinstance(answer, ComplexAnswer) for answer in asked):
        needed.append("complex_numbers")
    if formulas:
        needed.append("formulas")
    if formulas and mode == "practice":
        needed.append("formula_marking")
    if any(answer.forms for answer in formulas) and mode == "practice":
        needed.append("formula_forms")
    if judged & {Numeric, MatrixAnswer} and mode == "practice":
        needed.append("conditions")
    if FormulaAnswer in judged and mode == "practice":
        needed.append("formula_conditions")
    return (*needed, f"start_{mode}")


def _takes_closed_forms(answer: Answer) -> bool:
    return isinstance(answer, MatrixAnswer) or (
        isinstance(answer, Numeric) and not answer.worked_out
    )


class PageScript(NamedTuple):
    """The script of a page, and what a Content-Security-Policy allows it and what it starts by."""

    text: str
    hashes: tuple[str, str]


def page_script(modules: tuple[str, ...], carried: str, memory: Memory) -> PageScript:
    """The script of a page in as few bytes as it needs, from memory where it is known.

    `carried` is what a large page has folded, or nothing.
    """
    sources = _tightening() + whole_script(modules).encode()
    name = f"{hashlib.sha256(sources).hexdigest()}.mjs"
    kept = memory.read(name)
    found = None if kept is None else _as_kept(kept)
    if found is None:
        found = _made(modules)
        text = "\n".join(found)
        memory.keep(name, f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}".encode())
    inner_hash, start = found
    text = f'{start}"{carried}")\n'
    return PageScript(text, (_hash(f"\n{text}"), inner_hash))


@cache
def _made(modules: tuple[str, ...]) -> tuple[str, str]:
    """The digest of the inner script, and what starts it."""
    inner = inner_script(modules)
    return _hash(inner), starting_script(inner)


def _as_kept(kept: bytes) -> tuple[str, str] | None:
    digest, _, text = kept.decode("utf-8", "replace").partition("\n")
    if digest != hashlib.sha256(text.encode()).hexdigest():
        return None
    inner_hash, _, start = text.partition("\n")
    return inner_hash, start


def inner_script(modules: tuple[str, ...]) -> str:
    """What a page's script starts: it is no module, so that all is done before anybody can type."""
    from qgen.renderers.html.script_tightening import tightened

    return f'"use strict";{{{tightened(whole_script(modules))}}}'


def starting_script(inner: str) -> str:
    """What starts the inner script, up to what the page carries besides."""
    from qgen.renderers.html.script_tightening import tightened

    both = folded(f"{live_style()}\0{inner}")
    start = tightened(f'{whole_script(("unfold",))}\nstart("{both}", "")')
    return start.removesuffix('"")\n')


def folded(text: str) -> str:
    """A text compressed, as `unfold.mjs` reads it: five letters for four bytes."""
    return b85encode(deflated(text.encode())).decode("ascii").translate(_LETTERS)


@cache
def _tightening() -> bytes:
    """What the shorter script depends on besides the script."""
    folder = files("qgen.renderers.html")
    sources = [
        (folder / f"{name}.py").read_bytes()
        for name in ("script_tightening", "deflating", "scripts", "style")
    ]
    return b"".join((*sources, whole_script(("unfold",)).encode(), live_style().encode()))


def _collect(name: str, sources: dict[str, str]) -> None:
    source = (files("qgen.renderers.html") / "scripts" / f"{name}.mjs").read_text("utf-8")
    for needed in _IMPORT.findall(source):
        if needed not in sources:
            _collect(needed, sources)
    sources[name] = _EXPORT.sub("", _IMPORT.sub("", source))


def _hash(script: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode('ascii')}"
