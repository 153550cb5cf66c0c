"""A build's folder is replaced as a whole or not at all, and nothing else is ever replaced."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from qgen.output_folder import replacing
from tests.qgen.course import digests

MANIFEST = '{\n "qgen": "0.0.1",\n "items": []\n}\n'


def earlier_build(target: Path) -> dict[str, str]:
    (target / "latex").mkdir(parents=True)
    (target / "latex" / "paper.tex").write_text("old")
    (target / "manifest.json").write_text(MANIFEST)
    return digests(target)


def test_files_and_their_digests(tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"one "
        yield b""
        yield b"two"

    with replacing(tmp_path / "deep" / "down" / "exam") as folder:
        folder.write("html/page.html", b"<p>")
        folder.write("long.xml", chunks())
    target = tmp_path / "deep" / "down" / "exam"
    assert (target / "html" / "page.html").read_bytes() == b"<p>"
    assert (target / "long.xml").read_bytes() == b"one two"
    assert folder.digests == digests(target)
    assert folder.digests["long.xml"] == hashlib.sha256(b"one two").hexdigest()
    assert [path.name for path in target.parent.iterdir()] == ["exam"]


def test_an_earlier_build_is_replaced_with_all_its_files(tmp_path: Path) -> None:
    target = tmp_path / "exam"
    earlier_build(target)
    with replacing(target) as folder:
        folder.write("new.txt", b"new")
        assert (target / "latex" / "paper.tex").read_text() == "old"
    assert set(digests(target)) == {"new.txt"}
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_others_may_read_is_written(tmp_path: Path) -> None:
    with replacing(tmp_path / "exam") as folder:
        folder.write("x", b"")
    assert (tmp_path / "exam").stat().st_mode & 0o777 == 0o755


def write_and_fail(target: Path, error: type[BaseException]) -> None:
    with replacing(target) as folder:
        folder.write("manifest.json", b"new")
        folder.write("latex/paper.tex", b"half")
        raise error


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, OSError])
class TestABlockThatFails:
    def test_leaves_the_earlier_build_as_it_was(
        self, tmp_path: Path, error: type[BaseException]
    ) -> None:
        before = earlier_build(tmp_path / "exam")
        with pytest.raises(error):
            write_and_fail(tmp_path / "exam", error)
        assert digests(tmp_path) == {f"exam/{name}": digest for name, digest in before.items()}

    def test_leaves_no_folder_that_was_not_there(
        self, tmp_path: Path, error: type[BaseException]
    ) -> None:
        with pytest.raises(error):
            write_and_fail(tmp_path / "deep" / "down" / "exam", error)
        assert list(tmp_path.iterdir()) == []

    def test_removes_no_folder_that_was_there(
        self, tmp_path: Path, error: type[BaseException]
    ) -> None:
        (tmp_path / "build").mkdir()
        with pytest.raises(error), replacing(tmp_path / "build" / "exam"):
            raise error
        assert list(tmp_path.iterdir()) == [tmp_path / "build"]


def test_a_content_that_breaks_off_fails_the_block(tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise ZeroDivisionError

    before = earlier_build(tmp_path / "exam")
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "exam") as folder:
        folder.write("latex/paper.tex", chunks())
    assert digests(tmp_path / "exam") == before


class TestWhatQgenDidNotWrite:
    """A bank that happens to have the exam's name would be lost otherwise."""

    def test_a_folder_with_other_files_stays(self, tmp_path: Path) -> None:
        bank = tmp_path / "midterm" / "bank.yaml"
        bank.parent.mkdir()
        bank.write_text("[]")
        not_ours = pytest.raises(FileExistsError, match="was not written by qgen")
        with not_ours, replacing(tmp_path / "midterm"):
            raise AssertionError("must not start")
        assert bank.read_text() == "[]"
        assert list(tmp_path.iterdir()) == [tmp_path / "midterm"]

    @pytest.mark.parametrize("manifest", ["", "{}", '{"manifest_version": 3}'])
    def test_another_program_has_manifests_too(self, tmp_path: Path, manifest: str) -> None:
        (tmp_path / "exam").mkdir()
        (tmp_path / "exam" / "manifest.json").write_text(manifest)
        with pytest.raises(FileExistsError), replacing(tmp_path / "exam"):
            pass
        assert (tmp_path / "exam" / "manifest.json").read_text() == manifest

    def test_a_file_stays(self, tmp_path: Path) -> None:
        (tmp_path / "exam").write_text("mine")
        with pytest.raises(FileExistsError), replacing(tmp_path / "exam"):
            pass
        assert (tmp_path / "exam").read_text() == "mine"

    def test_a_link_stays(self, tmp_path: Path) -> None:
        earlier_build(tmp_path / "elsewhere")
        (tmp_path / "exam").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(FileExistsError), replacing(tmp_path / "exam"):
            pass
        assert (tmp_path / "exam").is_symlink()

    def test_an_empty_folder_is_used(self, tmp_path: Path) -> None:
        (tmp_path / "exam").mkdir()
        with replacing(tmp_path / "exam") as folder:
            folder.write("x", b"x")
        assert set(digests(tmp_path)) == {"exam/x"}


def test_a_folder_under_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with (
        pytest.raises(OSError, match=r"(?i)directory|exists"),
        replacing(tmp_path / "file" / "exam"),
    ):
        pass
    assert (tmp_path / "file").read_text() == "mine"
