"""How the variants of an exam are spread over packages, each of which is a whole quiz."""

from collections.abc import Iterable
from typing import NamedTuple


class PackagePlan(NamedTuple):
    """Each package has the next `share` variants of every question that varies."""

    share: int
    packages: int

    def holding(self, variant: int) -> int:
        """The place of the package with a variant, both counted as they are: from 0, from 1."""
        return (variant - 1) // self.share


def package_plan(sizes: Iterable[tuple[int, bool]], variants: int, most: int) -> PackagePlan:
    """Spreads so many variants; `sizes` tell for each pool how much one is, and if it varies.

    A package is at most `most` large where one variant of each question leaves room for that.
    """
    known = list(sizes)
    fixed = sum(size for size, varies in known if not varies)
    varying = sum(size for size, varies in known if varies)
    if not varying:
        return PackagePlan(1, 1)
    share = max(1, min(variants, (most - fixed) // varying))
    return PackagePlan(share, -(-variants // share))
