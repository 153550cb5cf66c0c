"""What several writers make of one object, made once: each item goes to all of them in turn."""

from collections.abc import Callable
from functools import wraps
from typing import Generic, TypeVar

_Each = TypeVar("_Each")
_Made = TypeVar("_Made")
_MOST = 1024
"""More than the items have that are handed out together; others are let go."""


class Recent(Generic[_Each, _Made]):
    """What was made of the last objects, which identity tells apart, as they are dear to compare.

    For frozen objects, and for what is always the same of them.
    """

    def __init__(self) -> None:
        # The object is kept beside what was made of it: its identity cannot be given to another.
        self._known: dict[int, tuple[_Each, _Made]] = {}

    def of(self, each: _Each) -> _Made | None:
        """What was made of an object, if it is still known."""
        found = self._known.get(id(each))
        return None if found is None else found[1]

    def keep(self, each: _Each, made: _Made) -> _Made:
        """Remembers what was made of an object, and gives it back."""
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[id(each)] = (each, made)
        return made


def made_once(make: Callable[[_Each], _Made]) -> Callable[[_Each], _Made]:
    """A function that remembers what it made of the last objects; it never makes None."""
    recent: Recent[_Each, _Made] = Recent()

    @wraps(make)
    def remembered(each: _Each) -> _Made:
        made = recent.of(each)
        return recent.keep(each, make(each)) if made is None else made

    return remembered
