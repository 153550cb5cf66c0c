"""The script of a page: small modules, put into one in the order in which they need each other."""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.mjs"\n', re.MULTILINE)
# What browsers have no use for; no text of a module runs over several lines.
_COMMENT = re.compile(r"^[ \t]*(?:/\*\*.*?\*/|//[^\n]*)[ \t]*\n", re.MULTILINE | re.DOTALL)
_BLANK = re.compile(r"^[ \t]+|^\n|^export ", re.MULTILINE)


@cache
def page_script(mode: str, *, with_formulas: bool) -> str:
    """All modules as one: no two of them declare the same name, so that imports can go."""
    sources: dict[str, str] = {}
    if with_formulas:
        _collect("formulas", sources)
    _collect(f"start_{mode}", sources)
    return "".join(sources.values())


def _collect(name: str, sources: dict[str, str]) -> None:
    source = (files("qgen.renderers.html") / "scripts" / f"{name}.mjs").read_text("utf-8")
    for needed in _IMPORT.findall(source):
        if needed not in sources:
            _collect(needed, sources)
    sources[name] = _BLANK.sub("", _COMMENT.sub("", _IMPORT.sub("", source)))


@cache
def script_hash(script: str) -> str:
    """What a Content-Security-Policy allows the script by."""
    digest = sha256(f"\n{script}".encode()).digest()
    return f"sha256-{b64encode(digest).decode('ascii')}"
