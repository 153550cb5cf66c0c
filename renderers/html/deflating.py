"""Compression of what a page carries: the same bytes on every machine (RFC 1950 and 1951).

What a library makes of a text differs from one of its versions to the next. One block with codes
of its own is enough for the texts of a page; every browser reads it.
"""

import heapq
from bisect import bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate, groupby
from typing import NamedTuple
from zlib import adler32

_HEADER = b"\x78\xda"
_END = 256
_SHORTEST, _LONGEST, _WINDOW = 3, 258, 32768
_MOST_PLACES = 48
"""So many places where the next three bytes have stood are tried."""
_LONG_ENOUGH = 32
"""Behind a copy of so many bytes no better one is looked for."""
_MOST_BITS, _MOST_BITS_OF_LENGTHS = 15, 7
_ORDER_OF_LENGTHS = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)

# How many bits follow a symbol for a length or a distance, and the smallest number it stands for.
_BITS_OF_LENGTHS = (*[0] * 4, *(n // 4 for n in range(24)))
_LEAST_OF_LENGTHS = tuple(accumulate((1 << n for n in _BITS_OF_LENGTHS), initial=_SHORTEST))
_BITS_OF_DISTANCES = (0, 0, *(n // 2 for n in range(28)))
_LEAST_OF_DISTANCES = tuple(accumulate((1 << n for n in _BITS_OF_DISTANCES), initial=1))


class _Copy(NamedTuple):
    """So many bytes that stand so far before."""

    length: int
    distance: int


_NONE = _Copy(0, 0)
_Piece = int | _Copy
_Code = Mapping[int, tuple[int, int]]
"""For each symbol its bits, the first one lowest, and how many they are."""


def deflated(content: bytes) -> bytes:
    """The content compressed, as `zlib` and a browser's `DecompressionStream` read it."""
    return _HEADER + _block(list(_pieces(content))) + adler32(content).to_bytes(4, "big")


def _pieces(content: bytes) -> Iterator[_Piece]:
    """Bytes, and copies of what stood before; one byte is told where a longer copy follows it."""
    places: dict[bytes, deque[int]] = defaultdict(lambda: deque(maxlen=_MOST_PLACES))
    place, seen = 0, 0
    copy = _NONE
    while place < len(content):
        for start in range(seen, place):
            places[content[start : start + _SHORTEST]].append(start)
        seen = place
        before = places.get(content[place : place + _SHORTEST])
        found = _NONE if before is None else _best(content, place, before, copy.length)
        if copy.length and not found.length:
            yield copy
            place += copy.length - 1
            copy = _NONE
            continue
        if copy.length:
            yield content[place - 1]
        if found.length >= _LONG_ENOUGH:
            yield found
            place, copy = place + found.length, _NONE
        elif found.length:
            place, copy = place + 1, found
        else:
            yield content[place]
            place, copy = place + 1, found
    if copy.length:
        yield copy


def _best(content: bytes, place: int, before: Sequence[int], length: int) -> _Copy:
    """The longest copy that can stand here, of length zero where none is longer than `length`."""
    most = min(_LONGEST, len(content) - place)
    # A longer copy ends with a letter that few places have: the whole is compared at few.
    length = max(length, _SHORTEST - 1)
    best = _NONE
    if length >= most:
        return best
    letter = content[place + length]
    for start in reversed(before):
        if content[start + length] != letter:
            continue
        if place - start > _WINDOW:
            break
        if not content.startswith(content[place : place + length], start):
            continue
        length += 1
        while length < most and content[start + length] == content[place + length]:
            length += 1
        best = _Copy(length, place - start)
        if length == most:
            break
        letter = content[place + length]
    return best


def _block(pieces: Sequence[_Piece]) -> bytes:
    """The only block: its codes, the pieces and the end."""
    copies = [piece for piece in pieces if isinstance(piece, _Copy)]
    uses = Counter(piece for piece in pieces if isinstance(piece, int))
    uses.update(_length_symbol(copy.length).symbol for copy in copies)
    uses[_END] += 1
    distances = Counter(_distance_symbol(copy.distance).symbol for copy in copies)
    lengths = _bit_lengths(uses, _END + 1, _MOST_BITS)
    distance_lengths = _bit_lengths(distances, 1, _MOST_BITS)
    stream = _Bits()
    stream.add(((1, 1), (2, 2)))
    stream.add(_told_codes(lengths, distance_lengths))
    code = _code(lengths)
    stream.add(_told(pieces, code, _code(distance_lengths)))
    stream.add((code[_END],))
    return stream.end()


def _told(pieces: Sequence[_Piece], code: _Code, distance_code: _Code) -> Iterator[tuple[int, int]]:
    for piece in pieces:
        if isinstance(piece, int):
            yield code[piece]
            continue
        symbol, more, bits = _length_symbol(piece.length)
        yield code[symbol]
        yield more, bits
        symbol, more, bits = _distance_symbol(piece.distance)
        yield distance_code[symbol]
        yield more, bits


class _Symbol(NamedTuple):
    """A symbol of a code, and the number behind it with that number's bits."""

    symbol: int
    more: int
    bits: int


@cache
def _length_symbol(length: int) -> _Symbol:
    if length == _LONGEST:
        return _Symbol(285, 0, 0)
    index = bisect_right(_LEAST_OF_LENGTHS, length) - 1
    return _Symbol(_END + 1 + index, length - _LEAST_OF_LENGTHS[index], _BITS_OF_LENGTHS[index])


@cache
def _distance_symbol(distance: int) -> _Symbol:
    index = bisect_right(_LEAST_OF_DISTANCES, distance) - 1
    return _Symbol(index, distance - _LEAST_OF_DISTANCES[index], _BITS_OF_DISTANCES[index])


def _bit_lengths(uses: Mapping[int, int], least: int, most: int) -> list[int]:
    """How many bits each symbol takes, none where it is not used (Huffman 1952)."""
    weights = dict(uses)
    # A code of one symbol is no code: a second one stands beside it.
    for symbol in (0, 1):
        if len(weights) < 2:
            weights.setdefault(symbol, 1)
    while True:
        heap: list[tuple[int, int, tuple[int, ...]]] = [
            (weight, symbol, (symbol,)) for symbol, weight in weights.items()
        ]
        heapq.heapify(heap)
        bits = Counter[int]()
        while len(heap) > 1:
            light, symbol, ours = heapq.heappop(heap)
            heavy, other, theirs = heapq.heappop(heap)
            bits.update(ours + theirs)
            heapq.heappush(heap, (light + heavy, min(symbol, other), ours + theirs))
        if max(bits.values()) <= most:
            return [bits[symbol] for symbol in range(max(least, max(bits) + 1))]
        weights = {symbol: (weight + 1) // 2 for symbol, weight in weights.items()}


def _code(lengths: Sequence[int]) -> dict[int, tuple[int, int]]:
    """The code that these lengths determine."""
    found: dict[int, tuple[int, int]] = {}
    value = before = 0
    for length, symbol in sorted((length, each) for each, length in enumerate(lengths) if length):
        value <<= length - before
        found[symbol] = (int(f"{value:0{length}b}"[::-1], 2), length)
        value, before = value + 1, length
    return found


def _told_codes(lengths: Sequence[int], distances: Sequence[int]) -> Iterator[tuple[int, int]]:
    """How many bits each symbol takes, in a code of its own."""
    runs = list(_runs([*lengths, *distances]))
    own = _bit_lengths(Counter(run.symbol for run in runs), 19, _MOST_BITS_OF_LENGTHS)
    told = [own[symbol] for symbol in _ORDER_OF_LENGTHS]
    while len(told) > 4 and not told[-1]:
        told.pop()
    yield len(lengths) - _END - 1, 5
    yield len(distances) - 1, 5
    yield len(told) - 4, 4
    for length in told:
        yield length, 3
    code = _code(own)
    for symbol, more, bits in runs:
        yield code[symbol]
        yield more, bits


def _runs(lengths: Iterable[int]) -> Iterator[_Symbol]:
    """Lengths as symbols."""
    for length, group in groupby(lengths):
        count = len(list(group))
        if length and count:
            yield _Symbol(length, 0, 0)
            count -= 1
        while count >= 3:
            symbol, bits, most = (16, 2, 6) if length else (18, 7, 138)
            if not length and count <= 10:
                symbol, bits, most = 17, 3, 10
            told = min(count, most)
            yield _Symbol(symbol, told - (11 if symbol == 18 else 3), bits)
            count -= told
        yield from (_Symbol(length, 0, 0),) * count


class _Bits:
    """Bits, the first one lowest in its byte."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._waiting = self._count = 0

    def add(self, numbers: Iterable[tuple[int, int]]) -> None:
        """More numbers, each with its bits."""
        waiting, count = self._waiting, self._count
        for value, bits in numbers:
            waiting |= value << count
            count += bits
            while count >= 32:
                self._bytes += (waiting & 0xFFFFFFFF).to_bytes(4, "little")
                waiting >>= 32
                count -= 32
        self._waiting, self._count = waiting, count

    def end(self) -> bytes:
        """All bits, filled up to whole bytes."""
        return bytes(self._bytes) + self._waiting.to_bytes((self._count + 7) // 8, "little")
