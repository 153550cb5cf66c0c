"""What is compressed for a page: others read it, and it is the same bytes everywhere."""

import hashlib
import json
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qgen.renderers.html
from qgen.renderers.html.deflating import deflated
from qgen.renderers.html.scripts import folded

FOLDER = Path(str(qgen.renderers.html.__file__)).parent
# Numbers that grow like Fibonacci's need the longest codes.
STEEP = bytes(
    letter
    for letter, count in enumerate(
        [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597, 2584, 4181, 6765]
    )
    for _ in range(count)
)
TEXTS = st.lists(st.sampled_from([b"a", b"bc", b"<mo>=</mo>", b"x" * 300, bytes(range(256))]))


@given(st.one_of(st.binary(), TEXTS.map(b"".join)))
def test_another_reader_reads_it(content: bytes) -> None:
    assert zlib.decompress(deflated(content)) == content


@pytest.mark.parametrize("content", [b"", b"a", b"aaaa", STEEP, STEEP[::7] * 2, b"ab" * 50_000])
def test_codes_of_any_shape_are_read(content: bytes) -> None:
    assert zlib.decompress(deflated(content)) == content


def test_it_is_nearly_as_small_as_others_make_it() -> None:
    sheet = (FOLDER / "page.css").read_bytes()
    assert len(deflated(sheet)) < 1.03 * len(zlib.compress(sheet, 9))


def test_the_same_bytes_come_from_every_machine() -> None:
    content = b"".join(f"<mi>x{n % 17}</mi>".encode() for n in range(500))
    digest = hashlib.sha256(deflated(content)).hexdigest()
    assert digest == "fe40eca404d75aa6956d61c134e61537483553e5cd212c5a506c00476b5dc11d"


@pytest.mark.node
@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node")
@settings(max_examples=1, deadline=None)
@given(st.lists(st.text(), min_size=30, max_size=30))
def test_the_page_reads_it(texts: list[str]) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    texts += ["", "é" * 1000, "<p>" * 700, (FOLDER / "page.css").read_text("utf-8")]
    texts += ["".join(map(chr, STEEP))]
    source = (FOLDER / "scripts" / "unfold.mjs").read_text("utf-8")
    task = f"console.log(JSON.stringify({json.dumps([*map(folded, texts)])}.map(inflated)))"
    run = subprocess.run(
        ["node", "--input-type=module"],
        input=f"{source}\n{task}",
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(run.stdout) == texts
