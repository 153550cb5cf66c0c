"""What `qgen check` tries on an item, run once for each variant that a build hands out."""

import hashlib
from collections.abc import Sequence
from itertools import islice

from qgen import __version__
from qgen.bank.templates import ChoiceTemplate, QuestionTemplate
from qgen.document.answers import ScoringRule
from qgen.document.exam import Item
from qgen.marking.equal_texts import Fault
from qgen.marking.item_checks import item_faults
from qgen.proofs import ProofStore, VerifyMode
from qgen.solvers.routes.registry import Solver, source_digest

MOST_FAULTS = 3


class KeptChecks:
    """The checks of one question's items; those that found nothing are kept with the proofs.

    Formulas are compared at points, and not marked as typed text: that takes computer algebra with
    a time limit, and whether a build succeeds must not depend on how busy the machine is.

    Where a question shows only some of its options, which ones they are is not in the variant's
    values: its items are checked each time. So are those of a solver that reads files.
    """

    def __init__(
        self,
        template: QuestionTemplate,
        solvers: Sequence[Solver],
        rule: ScoringRule,
        mode: VerifyMode,
        store: ProofStore,
    ) -> None:
        self._store = store
        self._key = _key(template, solvers, rule)
        self._varied = not all(each.alone for each in solvers) or any(
            isinstance(part.answer, ChoiceTemplate) and part.answer.draw is not None
            for part in template.parts
        )
        self._known = set() if self._varied or mode == "always" else store.load(self._key)
        self._fresh: set[bytes] = set()

    def faults(self, digest: bytes, item: Item) -> list[Fault]:
        """What is wrong with an item whose values have this digest, if nobody has looked yet."""
        if digest in self._known:
            return []
        found = list(islice(item_faults(item, with_formulas=False), MOST_FAULTS))
        if not found and not self._varied:
            self._known.add(digest)
            self._fresh.add(digest)
        return found

    def keep(self) -> None:
        """Remembers the items that were fine, so that the next build need not look again."""
        if self._fresh:
            self._store.add(self._key, self._fresh)
            self._fresh.clear()


def _key(template: QuestionTemplate, solvers: Sequence[Solver], rule: ScoringRule) -> str:
    """What the faults of a question's items depend on, as a file name."""
    digest = hashlib.sha256(b"items")
    sources = [part for each in solvers for part in (each.name.encode(), source_digest(each))]
    for part in (__version__.encode(), template.digest, rule.encode(), *sources):
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.hexdigest()
