"""Proofs are kept: which variants had their two routes agree, so that a rebuild trusts them.

A proof holds for one question as it is written, the solvers as they are coded, and one version
of qgen; any change there gives another key. What is kept is a file a key, 16 bytes a variant.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TypeAlias

from platformdirs import user_cache_path

from qgen import __version__
from qgen.bank.templates import QuestionTemplate
from qgen.solvers.routes.registry import Solver, source_digest

VerifyMode: TypeAlias = Literal["new", "always", "never"]
DIGEST_BYTES = 16


class ProofStore:
    """The proofs in the user's cache folder. A folder that cannot be used keeps nothing."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = user_cache_path("qgen") / "proofs" if folder is None else folder

    def load(self, key: str) -> set[bytes]:
        """The variants proved earlier under a key."""
        try:
            content = self._path(key).read_bytes()
        except OSError:
            return set()
        # A file that was cut short loses its last proof, never gains one.
        whole = len(content) // DIGEST_BYTES
        return {content[i * DIGEST_BYTES : (i + 1) * DIGEST_BYTES] for i in range(whole)}

    def add(self, key: str, proved: Iterable[bytes]) -> None:
        """Keeps proofs beside those that are kept already."""
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            everything = sorted(self.load(key) | set(proved))
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
                file.write(b"".join(everything))
            os.replace(file.name, path)
        except OSError:
            # Without a cache every build proves anew: slower, never wrong.
            return

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.proofs"


def proof_key(template: QuestionTemplate, solver: Solver) -> str:
    """What a proof of a question's variants by one solver depends on, as a file name."""
    digest = hashlib.sha256()
    for part in (
        __version__.encode(),
        template.digest,
        solver.name.encode(),
        source_digest(solver),
    ):
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.hexdigest()
