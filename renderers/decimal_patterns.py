r"""Patterns of decimals between two ends, of the few signs that every reader of patterns knows.

They are made of digits, classes such as `[3-9]`, groups with `|`, `?`, `*`, and `\.`. Between `^`
and `$`, so that it makes no difference whether a part of what is typed may match.
"""

from decimal import Decimal

_DIGIT = "[0-9]"


def decimal_pattern(low: Decimal, high: Decimal) -> str:
    r"""The plain decimals from `low` to `high`, both of them included, as students may type them.

    >>> decimal_pattern(Decimal("0.3"), Decimal("0.5"))
    '^ *\\+?0*\\.(3[0-9]*|4[0-9]*|50*) *$'
    """
    signed: list[str] = []
    if low <= 0:
        signed.append(f"-{_between(max(-high, Decimal(0)), -low)}")
    if high >= 0:
        signed.append(rf"\+?{_between(max(low, Decimal(0)), high)}")
    inner = signed[0] if len(signed) == 1 else f"({'|'.join(signed)})"
    return f"^ *{inner} *$"


def _between(low: Decimal, high: Decimal) -> str:
    """Decimals without a sign; the ends are none below zero."""
    (low_whole, low_rest), (high_whole, high_rest) = map(_digits, (low, high))
    found: list[str] = []
    for length in range(len(low_whole), len(high_whole) + 1):
        # Numbers of so many digits before the point, from the smallest to the largest of them.
        first = low_whole if length == len(low_whole) else "1" + "0" * (length - 1)
        first_rest = low_rest if length == len(low_whole) else ""
        last = high_whole if length == len(high_whole) else None
        found.append(_of_length(length, (first, first_rest), last, high_rest))
    return found[0] if len(found) == 1 else f"({'|'.join(found)})"


def _of_length(length: int, first: tuple[str, str], last: str | None, last_rest: str) -> str:
    whole, rest = first
    if length:
        zeros = "0*"
        if last is None:
            return zeros + _at_least(whole, rest)
        return zeros + _both(whole, rest, last, last_rest)
    if rest:
        above = _rest_at_least(rest) if last is None else _rest_both(rest, last_rest)
        return rf"0*\.{above}"
    if last is None:
        return rf"(0+(\.{_DIGIT}*)?|\.{_DIGIT}{_DIGIT}*)"
    return rf"(0+(\.{_rest_at_most(last_rest)})?|\.{_some_at_most(last_rest)})"


def _digits(value: Decimal) -> tuple[str, str]:
    """The digits before and behind the point, without what may be left out."""
    whole, _, rest = format(value, "f").partition(".")
    return whole.lstrip("0"), rest.rstrip("0")


def _class(first: int, last: int) -> str:
    return str(first) if first == last else f"[{first}-{last}]"


def _group(*ways: str) -> str:
    return ways[0] if len(ways) == 1 else f"({'|'.join(ways)})"


def _any(count: int) -> str:
    """So many digits before the point, and whatever stands behind it."""
    return _DIGIT * count + rf"(\.{_DIGIT}*)?"


def _at_least(whole: str, rest: str) -> str:
    if not whole:
        return rf"\.{_rest_at_least(rest)}" if rest else _any(0)
    digit = int(whole[0])
    ways = [f"{digit}{_at_least(whole[1:], rest)}"]
    if digit < 9:
        ways.append(_class(digit + 1, 9) + _any(len(whole) - 1))
    return _group(*ways)


def _at_most(whole: str, rest: str) -> str:
    if not whole:
        return rf"(\.{_rest_at_most(rest)})?"
    digit = int(whole[0])
    ways = [f"{digit}{_at_most(whole[1:], rest)}"]
    if digit > 0:
        ways.append(_class(0, digit - 1) + _any(len(whole) - 1))
    return _group(*ways)


def _both(low: str, low_rest: str, high: str, high_rest: str) -> str:
    if not low:
        if not low_rest:
            return rf"(\.{_rest_at_most(high_rest)})?"
        return rf"\.{_rest_both(low_rest, high_rest)}"
    first, last = int(low[0]), int(high[0])
    if first == last:
        return f"{first}{_both(low[1:], low_rest, high[1:], high_rest)}"
    ways = [f"{first}{_at_least(low[1:], low_rest)}"]
    if first + 1 < last:
        ways.append(_class(first + 1, last - 1) + _any(len(low) - 1))
    ways.append(f"{last}{_at_most(high[1:], high_rest)}")
    return _group(*ways)


def _rest_at_least(rest: str) -> str:
    """Digits behind the point that are at least these, which end in no zero."""
    if not rest:
        return f"{_DIGIT}*"
    digit = int(rest[0])
    ways = [f"{digit}{_rest_at_least(rest[1:])}"]
    if digit < 9:
        ways.append(f"{_class(digit + 1, 9)}{_DIGIT}*")
    return _group(*ways)


def _rest_at_most(rest: str) -> str:
    """At most these, or none."""
    return f"({_some_at_most(rest)})?" if rest else "0*"


def _some_at_most(rest: str) -> str:
    """At most these, and at least one digit."""
    if not rest:
        return "00*"
    digit = int(rest[0])
    ways = [f"{digit}{_rest_at_most(rest[1:])}"]
    if digit > 0:
        ways.append(f"{_class(0, digit - 1)}{_DIGIT}*")
    return _group(*ways)


def _rest_both(low: str, high: str) -> str:
    if not low:
        return _rest_at_most(high)
    first, last = int(low[0]), int(high[0])
    if first == last:
        return f"{first}{_rest_both(low[1:], high[1:])}"
    ways = [f"{first}{_rest_at_least(low[1:])}"]
    if first + 1 < last:
        ways.append(f"{_class(first + 1, last - 1)}{_DIGIT}*")
    ways.append(f"{last}{_rest_at_most(high[1:])}")
    return _group(*ways)
