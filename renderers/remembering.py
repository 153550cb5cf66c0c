"""What several writers make of one object, made once: each item goes to all of them in turn."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

_Each = TypeVar("_Each")
_Made = TypeVar("_Made")
_MOST = 1024
"""More than the items have that are handed out together; others are let go."""


def made_once(make: Callable[[_Each], _Made], *, most: int = _MOST) -> Callable[[_Each], _Made]:
    """A function that remembers what it made of the last objects, which identity tells apart.

    For frozen objects that are dear to compare, such as formulas, and only for what is always
    the same of them. It keeps at most so many objects alive.
    """
    known: dict[int, tuple[_Each, _Made]] = {}

    @wraps(make)
    def remembered(each: _Each) -> _Made:
        # The object is kept beside what was made of it: its identity cannot be given to another.
        found = known.get(id(each))
        if found is None:
            if len(known) >= most:
                known.clear()
            found = known[id(each)] = (each, make(each))
        return found[1]

    return remembered
