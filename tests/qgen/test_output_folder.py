"""A build's folder is replaced as a whole or not at all; what others put into it stays."""

import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import pytest

from qgen import workshop
from qgen.earlier_build import MANIFEST, Run, refuse_others
from qgen.keeping import Kept, keep
from qgen.output_folder import replacing
from qgen.records import manifest
from tests.qgen.course import digests

OLD = {"key.csv": "old key", "latex/paper.tex": "old", "html/page.html": "old page"}
SPEC = "exam.yaml"


def build(
    target: Path, files: dict[str, str], formats: Sequence[str] | None = None, seed: int = 1
) -> Kept:
    """What a build does with its folder, once its files are known."""
    with replacing(target) as folder:
        for name, content in files.items():
            folder.write(name, content.encode())
        run = Run("0", "digest", seed, tuple(formats or ("html", "latex")))
        kept = keep(folder, target, run, whole=formats is None)
        head = {"spec": {"file": SPEC, "sha256": "digest"}}
        lines = manifest(head, BytesIO(), kept.files, [], kept.runs)
        folder.write(MANIFEST, lines)
    return kept


def contents(target: Path) -> dict[str, str]:
    """Every file but the manifest."""
    return {
        path.relative_to(target).as_posix(): path.read_text()
        for path in target.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }


@pytest.fixture(params=["in one step", "in two steps"])
def exchange(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Systems that exchange two folders in one step, and those that cannot."""
    if request.param == "in two steps":
        monkeypatch.setattr(workshop, "_exchange", lambda one, other: False)


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


@pytest.mark.skipif(sys.platform != "linux", reason="Linux exchanges folders in one step")
def test_folders_are_exchanged_in_one_step(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name / name).mkdir(parents=True)
    assert workshop._exchange(tmp_path / "one", tmp_path / "other")
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["other"]


@pytest.mark.usefixtures("exchange")
class TestARebuild:
    def test_replaces_and_removes_what_qgen_wrote(self, tmp_path: Path) -> None:
        target = tmp_path / "exam"
        build(target, OLD)
        kept = build(target, {"key.csv": "new key", "html/other.html": "new"})
        assert contents(target) == {"key.csv": "new key", "html/other.html": "new"}
        assert (kept.problems, kept.formats, len(kept.runs)) == ((), (), 1)
        assert not (target / "latex").exists()
        assert list(tmp_path.iterdir()) == [target]

    def test_keeps_what_others_put_there(self, tmp_path: Path) -> None:
        target = tmp_path / "exam"
        build(target, OLD)
        (target / "grades.csv").write_text("Ada,10")
        (target / "scans" / "empty").mkdir(parents=True)
        (target / "scans" / "1.pdf").write_text("scan")
        (target / "latex" / "notes.txt").write_text("mine")
        (target / "link").symlink_to("nowhere")
        (target / "scans").chmod(0o750)
        inode = (target / "grades.csv").stat().st_ino
        for _ in range(2):
            assert build(target, {"key.csv": "new"}).problems == ()
            assert contents(target) == {
                "key.csv": "new",
                "grades.csv": "Ada,10",
                "scans/1.pdf": "scan",
                "latex/notes.txt": "mine",
            }
        assert (target / "scans" / "empty").is_dir()
        assert os.readlink(target / "link") == "nowhere"
        assert (target / "scans").stat().st_mode & 0o777 == 0o750
        assert (target / "grades.csv").stat().st_ino == inode
        assert list(tmp_path.iterdir()) == [target]

    def test_keeps_it_where_the_disk_has_no_links(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def link(source: Path, destination: Path) -> None:
            raise PermissionError

        target = tmp_path / "exam"
        build(target, OLD)
        (target / "grades.csv").write_text("Ada,10")
        monkeypatch.setattr(os, "link", link)
        build(target, {"key.csv": "new"})
        assert contents(target) == {"key.csv": "new", "grades.csv": "Ada,10"}
        assert list(tmp_path.iterdir()) == [target]

    def test_keeps_a_changed_file_and_writes_its_own_beside(self, tmp_path: Path) -> None:
        target = tmp_path / "exam"
        build(target, OLD)
        (target / "latex" / "paper.tex").write_text("a typo mended")
        for _ in range(2):
            (problem,) = build(target, OLD).problems
            assert contents(target) == {
                **OLD,
                "latex/paper.tex": "a typo mended",
                "latex/paper.new.tex": "old",
            }
            assert (problem.code, problem.severity) == ("kept-file", "loss")
            assert str(target / "latex" / "paper.tex") in problem.message
            assert "paper.new.tex" in problem.message
        (target / "latex" / "paper.new.tex").write_text("changed, too")
        assert len(build(target, OLD).problems) == 2
        assert (target / "latex" / "paper.new-2.tex").read_text() == "old"
        (target / "latex" / "paper.tex").unlink()
        assert build(target, OLD).problems == ()
        assert contents(target) == {**OLD, "latex/paper.new.tex": "changed, too"}

    def test_keeps_a_changed_file_that_it_would_remove(self, tmp_path: Path) -> None:
        target = tmp_path / "exam"
        build(target, OLD)
        (target / "latex" / "paper.tex").write_text("mine")
        (problem,) = build(target, {"key.csv": "new"}).problems
        assert (problem.code, problem.severity) == ("kept-file", "loss")
        assert contents(target) == {"key.csv": "new", "latex/paper.tex": "mine"}

    def test_takes_a_file_that_became_the_same_for_its_own(self, tmp_path: Path) -> None:
        target = tmp_path / "exam"
        build(target, OLD)
        (target / "key.csv").write_text("new key")
        assert build(target, {"key.csv": "new key"}).problems == ()
        assert contents(target) == {"key.csv": "new key"}

    def test_does_not_follow_links(self, tmp_path: Path) -> None:
        target, elsewhere = tmp_path / "exam", tmp_path / "elsewhere"
        build(target, OLD)
        (target / "latex").rename(elsewhere)
        (target / "latex").symlink_to(elsewhere)
        build(target, {"key.csv": "new"})
        assert contents(elsewhere) == {"paper.tex": "old"}
        assert (target / "latex").is_symlink()
        with pytest.raises(FileExistsError, match="in the way"):
            build(target, OLD)
        assert contents(elsewhere) == {"paper.tex": "old"}

    @pytest.mark.parametrize(
        ("name", "named"), [("latex", "latex"), ("key.csv/mine.txt", "key.csv")]
    )
    def test_a_file_in_the_way_of_a_folder_is_named(
        self, tmp_path: Path, name: str, named: str
    ) -> None:
        target = tmp_path / "exam"
        build(target, {"html/page.html": "old"})
        (target / name).parent.mkdir(exist_ok=True)
        (target / name).write_text("mine")
        before = digests(tmp_path)
        with pytest.raises(FileExistsError, match=f"exam/{named} is in the way"):
            build(target, OLD)
        assert digests(tmp_path) == before

    def test_keeps_what_appears_at_the_last_moment(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A scanner may write while a build ends."""
        target = tmp_path / "exam"
        build(target, OLD)
        put_in_place = workshop.put_in_place

        def late(place: Path, folder: Path) -> None:
            (folder / "scans").mkdir()
            (folder / "scans" / "2.pdf").write_text("scan")
            (folder / "key.csv").write_text("noted")
            put_in_place(place, folder)

        monkeypatch.setattr("qgen.output_folder.put_in_place", late)
        build(target, {"key.csv": "new"})
        found = contents(target)
        assert found == {"key.csv": "new", "key.new.csv": "noted", "scans/2.pdf": "scan"}
        assert list(tmp_path.iterdir()) == [target]


class TestABuildOfSomeFormats:
    def test_leaves_the_others_and_tells_the_runs(self, tmp_path: Path) -> None:
        target = tmp_path / "exam"
        build(target, OLD)
        for _ in range(2):
            kept = build(target, {"key.csv": "old key", "html/new.html": "new"}, ["html"])
            assert contents(target) == {
                "key.csv": "old key",
                "html/new.html": "new",
                "latex/paper.tex": "old",
            }
            assert [(run.formats, run.files) for run in kept.runs] == [
                (("html",), ("html/new.html", "key.csv")),
                (("html", "latex"), ("latex/paper.tex",)),
            ]
            assert kept.files == {k: v for k, v in digests(target).items() if k != MANIFEST}
            assert (kept.formats, kept.problems) == (("latex",), ())

    def test_keeps_the_keys_of_papers_with_other_numbers(self, tmp_path: Path) -> None:
        """Else nobody could mark the papers that were printed."""
        target = tmp_path / "exam"
        build(target, OLD)
        for seed in (2, 3):
            new = {"key.csv": f"key {seed}", "html/page.html": "new"}
            kept = build(target, new, ["html"], seed)
            expected = {**new, "latex/paper.tex": "old", "key-latex.csv": "old key"}
            assert contents(target) == expected
            assert kept.runs[1].files == ("key-latex.csv", "latex/paper.tex")
            (problem,) = kept.problems
            assert (problem.code, problem.severity) == ("earlier-run", "loss")
            assert "it had the seed 1" in problem.message
        assert build(target, OLD, ["latex", "html"]).problems == ()
        assert contents(target) == OLD

    def test_a_whole_build_ends_it(self, tmp_path: Path) -> None:
        target = tmp_path / "exam"
        build(target, OLD)
        build(target, {"key.csv": "2", "html/page.html": "new"}, ["html"], seed=2)
        kept = build(target, {"key.csv": "3", "html/page.html": "new"})
        assert contents(target) == {"key.csv": "3", "html/page.html": "new"}
        assert len(kept.runs) == 1


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
        build(tmp_path / "exam", OLD)
        before = digests(tmp_path)
        with pytest.raises(error):
            write_and_fail(tmp_path / "exam", error)
        assert digests(tmp_path) == before
        assert list(tmp_path.iterdir()) == [tmp_path / "exam"]

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

    build(tmp_path / "exam", OLD)
    before = digests(tmp_path)
    with pytest.raises(ZeroDivisionError), replacing(tmp_path / "exam") as folder:
        folder.write("latex/paper.tex", chunks())
    assert digests(tmp_path) == before


class TestWhatIsNotABuildOfThisSpec:
    """A bank that happens to have the exam's name would be lost otherwise."""

    @pytest.fixture
    def target(self, tmp_path: Path) -> Path:
        return tmp_path / "exam"

    @pytest.fixture
    def spec(self, tmp_path: Path) -> Path:
        path = tmp_path / SPEC
        path.write_text("title: x")
        return path

    def test_a_folder_with_other_files_is_refused(self, target: Path, spec: Path) -> None:
        target.mkdir()
        (target / "bank.yaml").write_text("[]")
        with pytest.raises(FileExistsError, match="was not written by qgen"):
            refuse_others(target, spec)

    @pytest.mark.parametrize(
        ("manifest", "reason"),
        [
            ("", "was not written by qgen"),
            ("{}", "was not written by qgen"),
            ('{"manifest_version": 3}', "was not written by qgen"),
            ('{\n "qgen": "0.1.0",\n "files": {', "was damaged"),
            ('{\n "qgen": "0.1.0",\n "items": []\n}', "older qgen"),
        ],
    )
    def test_a_manifest_that_does_not_tell_the_files_is_refused(
        self, target: Path, spec: Path, manifest: str, reason: str
    ) -> None:
        target.mkdir()
        (target / MANIFEST).write_text(manifest)
        with pytest.raises(FileExistsError, match=reason):
            refuse_others(target, spec)

    def test_a_file_or_a_link_is_refused(self, target: Path, spec: Path, tmp_path: Path) -> None:
        target.write_text("mine")
        with pytest.raises(FileExistsError):
            refuse_others(target, spec)
        target.unlink()
        build(tmp_path / "elsewhere", OLD)
        target.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(FileExistsError):
            refuse_others(target, spec)

    def test_a_free_or_empty_place_and_the_spec_s_own_build_are_fine(
        self, target: Path, spec: Path
    ) -> None:
        refuse_others(target, spec)
        target.mkdir()
        refuse_others(target, spec)
        build(target, OLD)
        refuse_others(target, spec)


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "exam").mkdir()
    build(tmp_path / "exam", {"x": "x"})
    assert contents(tmp_path / "exam") == {"x": "x"}


def test_a_folder_under_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with (
        pytest.raises(OSError, match=r"(?i)directory|exists"),
        replacing(tmp_path / "file" / "exam"),
    ):
        pass
    assert (tmp_path / "file").read_text() == "mine"
