"""Words and names that formats share: points as they are read, names of files."""

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from unicodedata import category, normalize

from qgen.document.answers import Open
from qgen.document.numbers import terminating
from qgen.renderers.labels import Labels
from qgen.renderers.locales import number_text, plural

_LONGEST_NAME = 80
_REFUSED = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"]
)
"""What Windows takes for devices, whatever ending follows."""
_REFUSED_SIGNS = re.compile(r'[<>:"/\\|?*\x00-\x1f]|[. ]$')


@lru_cache(maxsize=1024)
def points_number(points: Fraction, locale: str = "en") -> str:
    """Points as a decimal where it ends within three places, otherwise as a fraction: `1/3`."""
    return number_text(_points_number(points), locale)


@lru_cache(maxsize=1024)
def _points_number(points: Fraction) -> str:
    decimal = terminating(points)
    return decimal if decimal is not None and points * 1000 % 1 == 0 else str(points)


def credit_text(credit: Fraction, locale: str = "en") -> str:
    """What stands behind a mistake that earns a share of the points: ` (50%)`, ` (1/3)`."""
    if not credit:
        return ""
    percent = terminating(credit * 100)
    share = str(credit) if percent is None else f"{number_text(percent, locale)}%"
    return f" ({share})"


def points_label(points: Fraction, labels: Labels) -> str:
    """The words for so many points, with `{}` where the number belongs."""
    return _counted(points, labels.points, labels.locale or labels.language)


def minutes_label(minutes: int, labels: Labels) -> str:
    """The words for so many minutes, with `{}` where the number belongs."""
    return _counted(Fraction(minutes), labels.minutes, labels.locale or labels.language)


def _counted(number: Fraction, words: Mapping[str, str], locale: str) -> str:
    return words.get(plural(number, _points_number(number), locale), words["other"])


def colon(labels: Labels) -> str:
    """What stands between a label and what it labels: a blank is part of it where there is one."""
    return labels.labelled.split("{}")[1]


def field_label(label: str, labels: Labels) -> str:
    """A label before room to write in."""
    return f"{label}{colon(labels).rstrip()}"


def upload_label(answer: Open, labels: Labels) -> str:
    """`Hand in a file (.pdf, .R)`."""
    return labels.hand_in_file.format(", ".join(answer.upload))


def hint_label(number: int, penalty: Fraction, labels: Labels) -> str:
    """`Hint 1 (−10%)`: a hint's name, and the share of the points that it takes away.

    A third is 33.33%, as a practice page's button has it.
    """
    name = labels.hint.format(number)
    if not penalty:
        return name
    share = points_number(round(penalty * 100, 2), labels.locale)
    return f"{name} (−{labels.percent.format(share)})"


class FileNames:
    """Names for files that are safe on every system, and distinct in any letter case.

    `all_letters` keeps those of every script, so that students are told apart by their own names;
    without it, names are what every tool takes, TeX included.
    """

    def __init__(self, *, all_letters: bool = False) -> None:
        self._safe = _readable if all_letters else _safe
        self._taken: set[str] = set()

    def free(self, *words: str) -> str:
        """The words joined by hyphens, or the first of `name-2`, `name-3`, … that is free."""
        name = "-".join(map(self._safe, words))
        if is_refused(name):
            name += "_"
        found, number = name, 1
        while _same(found) in self._taken:
            number += 1
            found = f"{name}-{number}"
        self._taken.add(_same(found))
        return found


def is_refused(name: str) -> bool:
    """Whether Windows takes no file or folder of this name."""
    stem = name.partition(".")[0].rstrip(" ").casefold()
    return stem in _REFUSED or _REFUSED_SIGNS.search(name) is not None


def _same(name: str) -> str:
    """What is equal for names that some system takes for one."""
    return normalize("NFKC", normalize("NFKC", name).casefold())


def _safe(word: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", word)[:_LONGEST_NAME].strip("-") or "unnamed"


def _readable(word: str) -> str:
    """The word with letters, digits and accents of all scripts, of so many bytes at most."""
    kept = (
        sign if sign in "_-" or category(sign)[0] in "LMN" else " "
        for sign in normalize("NFC", word)
    )
    name = "-".join("".join(kept).split()).encode()[:_LONGEST_NAME].decode("utf-8", "ignore")
    return name.strip("-") or "unnamed"
