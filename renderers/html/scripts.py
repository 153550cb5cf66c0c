"""The script of a page: small modules, put into one in the order in which they need each other."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from qgen.document.answers import Answer, FormulaAnswer, MatrixAnswer, Numeric
from qgen.renderers.writer import Memory

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.mjs"\n', re.MULTILINE)
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
    asked = list(answers)
    formulas = [answer for answer in asked if isinstance(answer, FormulaAnswer)]
    needed = []
    if any(map(_takes_closed_forms, asked)):
        needed.append("closed_forms")
    if formulas:
        needed.append("formulas")
    if formulas and mode == "practice":
        needed.append("formula_marking")
    if any(answer.forms for answer in formulas) and mode == "practice":
        needed.append("formula_forms")
    return (*needed, f"start_{mode}")


def _takes_closed_forms(answer: Answer) -> bool:
    return isinstance(answer, MatrixAnswer) or (
        isinstance(answer, Numeric) and not answer.worked_out
    )


def page_script(modules: tuple[str, ...], memory: Memory) -> str:
    """The script of a page in as few bytes as it needs, from memory where it is known."""
    whole = whole_script(modules)
    name = f"{hashlib.sha256(_tightening() + whole.encode()).hexdigest()}.mjs"
    kept = memory.read(name)
    if kept is not None:
        digest, _, script = kept.decode("utf-8", "replace").partition("\n")
        if digest == hashlib.sha256(script.encode()).hexdigest():
            return script
    from qgen.renderers.html.script_tightening import tightened

    script = tightened(whole)
    memory.keep(name, f"{hashlib.sha256(script.encode()).hexdigest()}\n{script}".encode())
    return script


@cache
def _tightening() -> bytes:
    """What the shorter script depends on besides the script."""
    return (files("qgen.renderers.html") / "script_tightening.py").read_bytes()


def _collect(name: str, sources: dict[str, str]) -> None:
    source = (files("qgen.renderers.html") / "scripts" / f"{name}.mjs").read_text("utf-8")
    for needed in _IMPORT.findall(source):
        if needed not in sources:
            _collect(needed, sources)
    sources[name] = _EXPORT.sub("", _IMPORT.sub("", source))


@cache
def script_hash(script: str) -> str:
    """What a Content-Security-Policy allows the script by."""
    digest = hashlib.sha256(f"\n{script}".encode()).digest()
    return f"sha256-{b64encode(digest).decode('ascii')}"
