"""Variants of one question folded together: each is told by what differs from the first."""

import re
from collections import defaultdict
from collections.abc import Sequence

Folded = list[int | str]
"""Where a run of the first text's tokens begins and how many they are, or a text of its own."""

_TOKEN = re.compile(r'[^<>" ]*[<>" ]|[^<>" ]+')
_SHORTEST = 4
_MOST_PLACES = 24


def tokens(text: str) -> list[str]:
    """The text in small pieces, none of which is lost."""
    return _TOKEN.findall(text)


class Folder:
    """Folds texts against a first one."""

    def __init__(self, first: str) -> None:
        self._first = tokens(first)
        self._places: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for start in range(len(self._first) - _SHORTEST + 1):
            places = self._places[tuple(self._first[start : start + _SHORTEST])]
            if len(places) < _MOST_PLACES:
                places.append(start)

    def fold(self, text: str) -> Folded:
        """The text as runs of the first one's tokens and texts between them."""
        pieces = tokens(text)
        folded: Folded = []
        own: list[str] = []
        index = expected = 0
        while index < len(pieces):
            start, length = self._longest(pieces, index, expected)
            if length < _SHORTEST:
                own.append(pieces[index])
                index, expected = index + 1, expected + 1
                continue
            if own:
                folded.append("".join(own))
                own = []
            folded += (start, length)
            index, expected = index + length, start + length
        if own:
            folded.append("".join(own))
        return folded

    def _longest(self, pieces: Sequence[str], index: int, expected: int) -> tuple[int, int]:
        best = (expected, self._run(pieces, index, expected))
        if best[1] >= 4 * _SHORTEST:
            return best
        for start in self._places.get(tuple(pieces[index : index + _SHORTEST]), ()):
            length = self._run(pieces, index, start)
            if length > best[1]:
                best = (start, length)
        return best

    def _run(self, pieces: Sequence[str], index: int, start: int) -> int:
        length = 0
        most = min(len(pieces) - index, len(self._first) - start)
        while length < most and pieces[index + length] == self._first[start + length]:
            length += 1
        return length
