"""Zip archives as bytes that follow one another, and the same bytes on every machine.

Nothing is compressed, since what a compressor makes of a text differs from one of its versions to
the next, and every member has the same date. A member may be written piece by piece: it then is
one of stored blocks of deflate, which, unlike plain storing, every reader takes without being told
the length beforehand.
"""

from collections.abc import Callable, Iterable, Iterator
from struct import Struct, pack
from zlib import crc32

_STORED, _DEFLATED = 0, 8
_UTF8_NAME, _SIZES_BEHIND = 0x0800, 0x0008
_DATE = 0x0021
"""The first of January 1980, the earliest that the format knows."""
_FROM_UNIX, _READABLE = 3 << 8 | 20, 0o100644 << 16
_HEAD, _ENTRY = Struct("<4sHHHHHLLLHH"), Struct("<4sHHHHHHLLLHHHHHLL")
_BLOCK = 0xFFFF
_LAST_BLOCK = b"\x01\x00\x00\xff\xff"
MOST_MEMBERS = 0xFFFF
"""So many members have room in the directory at the end."""


class ZipStream:
    """One archive in the making; each method gives the bytes that come next in its file."""

    def __init__(self) -> None:
        # As it is written, since what is kept of a member is kept of ten thousand.
        self._directory = bytearray()
        self._members = 0
        self._offset = 0
        self._name = b""
        self._started = self._size = self._packed = self._checksum = 0

    def member(self, name: str, content: bytes) -> bytes:
        """A whole member."""
        self._start(name)
        self._checksum, self._size = crc32(content), len(content)
        self._packed = self._size
        return self._counted(self._header(_STORED, _UTF8_NAME) + content, _STORED, _UTF8_NAME)

    def stored(self, name: str, pieces: Callable[[], Iterable[bytes]]) -> Iterator[bytes]:
        """A whole member that is never in memory as one; its pieces are asked for twice."""
        self._start(name)
        for piece in pieces():
            self._checksum = crc32(piece, self._checksum)
            self._size += len(piece)
        self._packed = self._size
        header = self._header(_STORED, _UTF8_NAME)
        self._offset += len(header) + self._size
        self._list(_STORED, _UTF8_NAME)
        yield header
        yield from pieces()

    def open(self, name: str) -> bytes:
        """The head of a member whose content comes by `add`; no other may begin before `close`."""
        self._start(name)
        header = self._header(_DEFLATED, _UTF8_NAME | _SIZES_BEHIND)
        self._offset += len(header)
        return header

    def add(self, content: bytes) -> bytes:
        """What follows in the open member."""
        blocks = b"".join(_stored_blocks(memoryview(content)))
        self._checksum = crc32(content, self._checksum)
        self._size += len(content)
        self._packed += len(blocks)
        self._offset += len(blocks)
        return blocks

    def close(self) -> bytes:
        """The end of the open member."""
        self._packed += len(_LAST_BLOCK)
        sizes = pack("<LLL", self._checksum, self._packed, self._size)
        return self._counted(
            _LAST_BLOCK + b"PK\x07\x08" + sizes, _DEFLATED, _UTF8_NAME | _SIZES_BEHIND
        )

    def end(self) -> bytes:
        """The directory of all members. Raises OverflowError where there are too many."""
        count, size = self._members, len(self._directory)
        if count > MOST_MEMBERS:
            raise OverflowError(f"a zip archive holds at most {MOST_MEMBERS} files")
        ending = pack("<HHHHLLH", 0, 0, count, count, size, self._offset, 0)
        return bytes(self._directory) + b"PK\x05\x06" + ending

    def _start(self, name: str) -> None:
        self._name, self._started = name.encode(), self._offset
        self._size = self._packed = self._checksum = 0

    def _header(self, method: int, flags: int) -> bytes:
        sizes = self._checksum, self._packed, self._size, len(self._name)
        return _HEAD.pack(b"PK\x03\x04", 20, flags, method, 0, _DATE, *sizes, 0) + self._name

    def _counted(self, written: bytes, method: int, flags: int) -> bytes:
        self._offset += len(written)
        self._list(method, flags)
        return written

    def _list(self, method: int, flags: int) -> None:
        """Puts the member that has just ended into the directory."""
        self._members += 1
        known = b"PK\x01\x02", _FROM_UNIX, 20, flags, method, 0, _DATE
        sizes = self._checksum, self._packed, self._size, len(self._name)
        self._directory += _ENTRY.pack(*known, *sizes, 0, 0, 0, 0, _READABLE, self._started)
        self._directory += self._name


def _stored_blocks(content: memoryview) -> Iterator[bytes | memoryview]:
    for start in range(0, len(content), _BLOCK):
        piece = content[start : start + _BLOCK]
        yield b"\x00" + pack("<HH", len(piece), len(piece) ^ _BLOCK)
        yield piece
