"""Words and names that formats share: points as they are read, names of files."""

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

from qgen.document.numbers import terminating
from qgen.renderers.labels import Labels
from qgen.renderers.locales import number_text, plural

_LONGEST_NAME = 80


@lru_cache(maxsize=1024)
def points_number(points: Fraction, locale: str = "en") -> str:
    """Points as a decimal where it ends within three places, otherwise as a fraction: `1/3`."""
    return number_text(_points_number(points), locale)


def _points_number(points: Fraction) -> str:
    decimal = terminating(points)
    return decimal if decimal is not None and points * 1000 % 1 == 0 else str(points)


def points_label(points: Fraction, labels: Labels) -> str:
    """The words for so many points, with `{}` where the number belongs."""
    return _counted(points, labels.points, labels.locale or labels.language)


def minutes_label(minutes: int, labels: Labels) -> str:
    """The words for so many minutes, with `{}` where the number belongs."""
    return _counted(Fraction(minutes), labels.minutes, labels.locale or labels.language)


def _counted(number: Fraction, words: Mapping[str, str], locale: str) -> str:
    return words.get(plural(number, _points_number(number), locale), words["other"])


class FileNames:
    """Names for files that are safe on every system, and distinct in any letter case."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def free(self, *words: str) -> str:
        """The words joined by hyphens, or the first of `name-2`, `name-3`, … that is free."""
        name = "-".join(map(_safe, words))
        found, number = name, 1
        while found.lower() in self._taken:
            number += 1
            found = f"{name}-{number}"
        self._taken.add(found.lower())
        return found


def _safe(word: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", word)[:_LONGEST_NAME].strip("-") or "unnamed"
