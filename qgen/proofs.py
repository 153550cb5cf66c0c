"""Proofs are kept: which variants had their two routes agree, so that a rebuild trusts them.

A proof holds for one question as it is written, the solvers as they are coded, and one version
of qgen; any change there gives another key. What is kept is a file a key, 16 bytes a variant.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TypeAlias

from qgen import __version__
from qgen.bank.templates import QuestionTemplate
from qgen.cache_folder import CacheFolder
from qgen.solvers.routes.registry import Solver, source_digest

VerifyMode: TypeAlias = Literal["new", "always", "never"]
DIGEST_BYTES = 16


class ProofStore:
    """The proofs in the user's cache folder. A folder that cannot be used keeps nothing."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = CacheFolder("proofs", folder)

    def load(self, key: str) -> set[bytes]:
        """The variants proved earlier under a key."""
        content = self._folder.read(_file(key)) or b""
        # A file that was cut short loses its last proof, never gains one.
        whole = len(content) // DIGEST_BYTES
        return {content[i * DIGEST_BYTES : (i + 1) * DIGEST_BYTES] for i in range(whole)}

    def add(self, key: str, proved: Iterable[bytes]) -> None:
        """Keeps proofs beside those that are kept already."""
        self._folder.keep(_file(key), b"".join(sorted(self.load(key) | set(proved))))


def _file(key: str) -> str:
    return f"{key}.proofs"


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
