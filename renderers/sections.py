"""Where the sections of an exam begin among its pools."""

from qgen.document.exam import Pool
from qgen.document.richtext import Passage


def instructions_before(pool: Pool, before: Pool | None) -> Passage | None:
    """What students read in front of a pool, since its section begins there, behind `before`."""
    is_further = before is not None and (
        (before.section, before.instructions) == (pool.section, pool.instructions)
    )
    return None if is_further else pool.instructions
