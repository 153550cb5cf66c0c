"""How Moodle reads what is typed into a box for numbers: its rules, none of the writer's code."""

import re

# Blanks and the thousands separator of its English go; what follows the number counts as a unit.
_TYPED = re.compile(
    r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))"
    r"(?:(?:[eE]|[xX*]10(?:\^|\*\*))(?P<power>[+-]?\d+))?"
)


def typed_number(text: str) -> float | None:
    """The number that Moodle takes a text for; None where it reads none."""
    plain = re.sub(r"[\s,]", "", text)
    found = _TYPED.match(plain)
    if found is None:
        return None
    return float(f"{found['number']}e{found['power'] or 0}")
