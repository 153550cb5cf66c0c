"""A font as WOFF 1.0: each table compressed by itself, the same bytes on every machine."""

from struct import pack, unpack_from

from qgen.renderers.html.deflating import deflated

_HEADER, _ENTRY = 44, 20
_OF_A_FONT = 12
_ENTRY_OF_A_FONT = 16


def woff(font: bytes) -> bytes:
    """An OpenType font, whose tables stand in order, as WOFF."""
    flavour, count = unpack_from(">4sH", font)
    entries = b""
    tables = b""
    start = _HEADER + _ENTRY * count
    for index in range(count):
        tag, checksum, place, length = unpack_from(
            ">4sLLL", font, _OF_A_FONT + _ENTRY_OF_A_FONT * index
        )
        table = font[place : place + length]
        packed = deflated(table)
        # What would not be shorter stands as it is.
        kept = packed if len(packed) < length else table
        entries += pack(">4sLLLL", tag, start + len(tables), len(kept), length, checksum)
        tables += kept + bytes(-len(kept) % 4)
    return (
        pack(
            ">4s4sLHHLHHLLLLL",
            *(b"wOFF", flavour, start + len(tables), count, 0, len(font), 1, 0),
            *(0, 0, 0, 0, 0),
        )
        + entries
        + tables
    )
