"""However many variants there are: a writer keeps little of each, and archives come in pieces."""

import gc
import io
import tracemalloc
import zipfile
from dataclasses import replace
from itertools import pairwise

import pytest

from qgen.document.formats import FORMATS, AnkiOptions
from qgen.renderers.zip_stream import ZipStream
from tests import samples
from tests.renderers.canvas.test_canvas import exam_of
from tests.written import chunks, writer_of

STREAMING = [name for name, each in FORMATS.items() if hasattr(each.options(), "variants")]
KEPT_OF_A_VARIANT = 600
"""Bytes: its name and where it lies in an archive, but nothing of its text, which is far longer."""
BLOCK = 50


@pytest.mark.parametrize("name", STREAMING)
def test_a_writer_keeps_next_to_nothing_of_a_variant(name):
    template = samples.item("numeric")
    items = [replace(template, variant=number) for number in range(1, 4 * BLOCK + 1)]
    exam = exam_of(*items)
    writer = writer_of(replace(FORMATS[name].options(), variants=len(items)))
    (pool,) = exam.pools
    list(writer.begin(exam))

    def kept_after(first: int, last: int) -> int:
        for item in items[first:last]:
            list(writer.variant(pool, item))
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    # What other tests left behind need not be looked through each time.
    gc.freeze()
    tracemalloc.start()
    try:
        # The first ones fill what is remembered of a template.
        kept = [kept_after(first, first + BLOCK) for first in range(0, len(items), BLOCK)]
    finally:
        tracemalloc.stop()
        gc.unfreeze()
    # A table of what is remembered, filled by other tests before, may double during one block.
    growth = sorted(later - earlier for earlier, later in pairwise(kept))
    assert growth[1] < BLOCK * KEPT_OF_A_VARIANT


def test_a_large_deck_comes_in_pieces():
    items = [replace(samples.item("open"), variant=number) for number in range(1, 501)]
    sizes = [
        len(each.content) for each in chunks(writer_of(AnkiOptions(len(items))), exam_of(*items))
    ]
    assert sum(sizes) > 2 * max(sizes)


def test_a_member_in_pieces_is_the_member_at_once():
    content = [b"first ", b"", b"second"]
    whole, streamed = ZipStream(), ZipStream()
    at_once = whole.member("a", b"before") + whole.member("ä", b"".join(content)) + whole.end()
    in_pieces = streamed.member("a", b"before")
    in_pieces += b"".join(streamed.stored("ä", lambda: content)) + streamed.end()
    assert in_pieces == at_once
    archive = zipfile.ZipFile(io.BytesIO(in_pieces))
    assert archive.testzip() is None
    assert archive.read("ä") == b"first second"
