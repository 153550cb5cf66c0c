"""What pages carry compressed, read apart from what wrote it."""

import zlib
from functools import reduce


def unpacked(text: str) -> bytes:
    """What a text stands for: four bytes of zlib's for five letters from `*` to `~`, to base 85."""
    digits = [{"!": 50, "#": 18}.get(each, ord(each) - 42) for each in text]
    missing = -len(digits) % 5
    groups = zip(*[iter([*digits, *[84] * missing])] * 5, strict=True)
    values = (reduce(lambda value, digit: value * 85 + digit, group) for group in groups)
    content = b"".join(value.to_bytes(4, "big") for value in values)
    return zlib.decompress(content[: len(content) - missing])
