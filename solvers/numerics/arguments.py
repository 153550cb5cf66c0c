"""What solvers take, and the checks of it that they share.

Values come from a question's text, so the annotations promise nothing yet: every check raises
ValueError with a sentence that names the argument and its value.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import TypeAlias

from qgen.document.values import Exact, is_real, show

Scalar: TypeAlias = Exact
Vector: TypeAlias = tuple[Exact, ...]
Matrix: TypeAlias = tuple[Vector, ...]

# Compared by exact type: a truth value is no number here, and it costs less on every variant.
EXACT = frozenset({int, Fraction})
# Signs and sizes are read off numerators: to compare a Fraction takes five times as long.


def require_scalar(name: str, value: Scalar) -> None:
    """Refuses all but an int or a Fraction."""
    if type(value) not in EXACT:
        kind = "a rounded number" if is_real(value) else f"a {type(value).__name__}"
        raise ValueError(f"{name} must be an exact number, {show(value)} is {kind}")


def require_positive(name: str, value: Scalar) -> None:
    """Refuses all but an exact number above zero."""
    require_scalar(name, value)
    if value.numerator <= 0:
        raise ValueError(f"{name} must be positive, it is {show(value)}")


def require_between_zero_and_one(name: str, value: Scalar) -> None:
    """Refuses all but an exact number above zero and below one."""
    require_scalar(name, value)
    if not 0 < value.numerator < value.denominator:
        raise ValueError(f"{name} must lie between 0 and 1, it is {show(value)}")


def require_vector(name: str, value: Vector, length: int | None = None) -> None:
    """Refuses all but a tuple of exact numbers, not empty, of `length` where that is given."""
    if type(value) is not tuple:
        raise ValueError(f"{name} must be a vector, {show(value)} is none")
    if not value:
        raise ValueError(f"{name} must not be empty")
    if not EXACT.issuperset(map(type, value)):
        for index, entry in enumerate(value):
            require_scalar(f"{name}[{index}]", entry)
    if length is not None and len(value) != length:
        raise ValueError(f"{name} must have {length} entries, {show(value)} has {len(value)}")


def require_probabilities(name: str, value: Vector) -> tuple[list[int], int]:
    """Refuses all but a vector of exact numbers, none negative, that sum to one.

    Gives them over their common denominator.
    """
    require_vector(name, value)
    parts, whole = over_common_denominator(value)
    if min(parts) < 0 or sum(parts) != whole:
        raise ValueError(f"{name} must be probabilities that sum to 1, it is {show(value)}")
    return parts, whole


def over_common_denominator(values: Sequence[Exact]) -> tuple[list[int], int]:
    """Whole numerators and the denominator they share: arithmetic on these is much faster.

    >>> over_common_denominator((Fraction(1, 2), Fraction(1, 3), 1))
    ([3, 2, 6], 6)
    """
    ratios = [value.as_integer_ratio() for value in values]
    denominator = lcm(*[below for _, below in ratios])
    return [above * (denominator // below) for above, below in ratios], denominator
