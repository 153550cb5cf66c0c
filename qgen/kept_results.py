"""What `qgen check` proved of a question, kept until anything that it rests on changes.

A check is the same each time: its variants, its second routes' random numbers and its readers
depend on files alone. So the result of a question that had nothing against it holds as long as
the question, its solvers, qgen's own sources and the libraries are the same, byte by byte.
"""

import hashlib
import json
import platform
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from qgen.bank.parameters import Generated
from qgen.bank.templates import QuestionTemplate
from qgen.cache_folder import CacheFolder
from qgen.deriving import derivation_request, shipped_forms
from qgen.generator.registered import GENERATORS
from qgen.solvers.routes.registry import Solver, source_digest
from qgen.variant_figures import is_shipped

_ROOMS = ("document", "bank", "generator", "marking", "figures", "renderers")
_SHARED = ("solvers.routes", "solvers.numerics", "solvers.derivations")
"""What every solver may rest on; topics are told by each solver's own digest."""


class KeptResults:
    """Results in the user's cache folder. A folder that cannot be used keeps nothing."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = CacheFolder("checks", folder)

    def load(self, key: str) -> dict[str, Any] | None:
        """What was proved under a key, if it was kept."""
        try:
            found = json.loads(self._folder.read(key) or b"null")
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def keep(self, key: str, result: dict[str, Any]) -> None:
        """Keeps a result that has no problem."""
        self._folder.keep(key, json.dumps(result).encode())


def can_be_kept(template: QuestionTemplate) -> bool:
    """Whether a result's key tells everything that it rests on.

    A course's own generators and figures may read whatever they like: such a question is checked
    each time. So is one with a solver that reads files (`Solver.alone`).
    """
    domains = [each.domain for each in template.parameters]
    generators = {domain.generator for domain in domains if isinstance(domain, Generated)}
    return generators <= GENERATORS.keys() and all(map(is_shipped, template.figures))


def result_key(template: QuestionTemplate, solvers: Sequence[Solver], how: str) -> str:
    """Everything that the result of a question's check depends on, as a file name.

    The solvers are those that the question names: what it derives is made of the question itself
    and of the closed forms that are shipped for it.
    """
    digest = hashlib.sha256()
    shipped = json.dumps(shipped_forms(derivation_request(template))).encode()
    sources = [part for each in solvers for part in (each.name.encode(), source_digest(each))]
    accepted = ",".join(sorted(template.accepted_warnings))
    parts = (_engine(), template.digest, accepted.encode(), how.encode(), shipped, *sources)
    for part in parts:
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.hexdigest()


@cache
def _engine() -> bytes:
    """SHA-256 of qgen's own sources, and of what they run on."""
    digest = hashlib.sha256(f"{sys.version} {platform.platform()}".encode())
    for text in sorted(_libraries()):
        digest.update(text.encode())
    for path in sorted(_sources()):
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()


def _libraries() -> Iterator[str]:
    """The packages that qgen needs, each with its version."""
    for requirement in requires("qgen") or ():
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue  # one that only tests need


def _sources() -> Iterator[Path]:
    # The folder of qgen itself holds the others where it is installed, and not where it is worked
    # on: each room is asked for its own.
    packages = ["qgen", *(f"qgen.{name}" for name in (*_ROOMS, *_SHARED))]
    for package in packages:
        for folder in import_module(package).__path__:
            inner = Path(folder)
            yield from inner.glob("*.py") if package == "qgen" else inner.rglob("*.py")
