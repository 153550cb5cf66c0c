"""Patterns of decimals match what lies between their ends, however it is typed, and no more."""

import re
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from qgen.renderers.decimal_patterns import decimal_pattern
from tests.examples import examples

decimals = st.decimals(-1200, 1200, allow_nan=False, places=3) | st.decimals(
    -1, 1, allow_nan=False, places=5
)


def typed(value: Decimal) -> list[str]:
    """A number in the ways that students type plain decimals."""
    text = format(value, "f")
    found = [text, f" {text} "]
    if value >= 0:
        found += [f"+{text}", f"00{text}"]
    found.append(f"{text}00" if "." in text else f"{text}.")
    found.append(f"{text}.0" if "." not in text else text)
    if text.lstrip("-").startswith("0."):
        found.append(text.replace("0.", ".", 1))
    return found


@given(decimals, decimals, st.lists(decimals, min_size=1))
@examples(300)
@example(Decimal(0), Decimal(0), [Decimal(0), Decimal("0.001"), Decimal("-0.001")])
@example(Decimal("-0.5"), Decimal("99.5"), [Decimal(99), Decimal(100), Decimal("-0.6")])
@example(Decimal(9), Decimal(10), [Decimal("9.999"), Decimal("10.0"), Decimal("10.001")])
def test_what_is_between_the_ends_matches_and_nothing_else(one, other, tried):
    low, high = sorted((one, other))
    pattern = decimal_pattern(low, high)
    assert re.fullmatch(r"[0-9^$ |()\[\]?*\\.+-]+", pattern)
    step = Decimal("0.00001")
    for value in (*tried, low, high, (low + high) / 2, low - step, high + step):
        for text in typed(value):
            assert bool(re.search(pattern, text)) == (low <= value <= high), text
    for text in ("", ".", "-", "abc", "1e3", "0,5", "1/2", "1 2", "--1"):
        assert not re.search(pattern, text)
