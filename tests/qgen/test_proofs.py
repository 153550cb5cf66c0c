"""Second routes run once for each variant, and again whenever anything that they prove changes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qgen import proofs as proofs_module
from qgen.proofs import DIGEST_BYTES, ProofStore
from tests.qgen.course import SOLVERS, Course, choice, digests, errors, numeric, run_python

WRONG_ROUTE = SOLVERS.replace("(2 * a.log()).exp()", "(2 * a.log()).exp() + (a > 390)")
"""The second route is wrong, but only for a few values."""

Counts = tuple[int, int]


@pytest.fixture
def proved(course: Course, proofs: Path) -> Callable[..., Counts]:
    """Builds and gives how many variants were proved now and earlier."""
    course.bank(numeric("first"), numeric("second"), choice("third"))
    # Sources of papers cost the least, and hold what is drawn.
    course.exam("first", "second", "third", outputs={"latex": {"pdf": "never"}})

    def build(**request: Any) -> Counts:
        tally = course.build(**request).tally
        return tally.proved_now, tally.proved_earlier

    return build


class TestAStore:
    def test_keeps_proofs_beside_earlier_ones(self, tmp_path: Path) -> None:
        one, two, three = (bytes([n]) * DIGEST_BYTES for n in (1, 2, 3))
        ProofStore(tmp_path).add("key", {two})
        ProofStore(tmp_path).add("key", {one})
        ProofStore(tmp_path).add("other", {three})
        assert ProofStore(tmp_path).load("key") == {one, two}
        assert ProofStore(tmp_path).load("unknown") == set()
        assert len(list(tmp_path.iterdir())) == 2

    def test_lies_in_the_cache_folder_of_the_platform(self, proofs: Path) -> None:
        ProofStore().add("key", {b"x" * DIGEST_BYTES})
        assert [path.name for path in proofs.iterdir()] == ["key.proofs"]

    @pytest.mark.parametrize("cut", range(1, DIGEST_BYTES))
    def test_a_file_that_was_cut_short_loses_its_last_proof_only(
        self, tmp_path: Path, cut: int
    ) -> None:
        kept = {bytes([n]) * DIGEST_BYTES for n in (1, 2, 3)}
        ProofStore(tmp_path).add("key", kept)
        (path,) = tmp_path.iterdir()
        path.write_bytes(path.read_bytes()[:-cut])
        assert ProofStore(tmp_path).load("key") == {b"\1" * DIGEST_BYTES, b"\2" * DIGEST_BYTES}

    def test_a_folder_that_cannot_be_made_keeps_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        store = ProofStore(tmp_path / "file" / "proofs")
        store.add("key", {b"x" * DIGEST_BYTES})
        assert store.load("key") == set()


class TestWhatIsKept:
    def test_a_second_build_proves_nothing_again(self, proved: Callable[..., Counts]) -> None:
        assert proved() == (4, 0)
        assert proved() == (0, 4)

    def test_always_proves_again_and_never_proves_nothing(
        self, proved: Callable[..., Counts]
    ) -> None:
        assert proved() == (4, 0)
        assert proved(verify="always") == (4, 0)
        assert proved(verify="never") == (0, 0)

    def test_other_numbers_are_proved_anew(self, proved: Callable[..., Counts]) -> None:
        proved()
        assert proved(seed=2)[0] > 0

    @pytest.mark.usefixtures("proved")
    def test_never_calls_nothing_verified(self, course: Course) -> None:
        assert dict(course.build().tally.provenances) == {"verified": 4, "stated": 2}
        unproved = course.build(verify="never").tally.provenances
        assert dict(unproved) == {"computed": 4, "stated": 2}

    def test_a_changed_question_is_proved_anew_and_only_it(
        self, course: Course, proved: Callable[..., Counts]
    ) -> None:
        proved()
        course.bank(
            numeric("first", stem="Square ${{ a }}$, please."), numeric("second"), choice("third")
        )
        assert proved() == (2, 2)

    def test_a_changed_solver_is_proved_anew(
        self, course: Course, proved: Callable[..., Counts]
    ) -> None:
        proved()
        course.solvers(SOLVERS + "\n# A comment may change nothing, but who knows.\n")
        assert proved() == (4, 0)

    def test_another_version_of_qgen_proves_anew(
        self, proved: Callable[..., Counts], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        proved()
        monkeypatch.setattr(proofs_module, "__version__", "999")
        assert proved() == (4, 0)

    @pytest.mark.parametrize("rubbish", [b"", b"x", b"\0" * 31, bytes(range(256))])
    def test_a_broken_file_only_costs_time(
        self, proofs: Path, proved: Callable[..., Counts], rubbish: bytes
    ) -> None:
        proved()
        for path in proofs.iterdir():
            path.write_bytes(rubbish)
        assert proved() == (4, 0)
        assert proved() == (0, 4)

    def test_a_cache_that_cannot_be_written_only_costs_time(
        self,
        course: Course,
        tmp_path: Path,
        proved: Callable[..., Counts],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        expected = digests(course.built())
        (tmp_path / "file").write_text("in the way")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
        assert proved() == (4, 0)
        assert proved() == (4, 0)
        assert digests(course.output / "exam") == expected


class TestARouteThatDisagrees:
    def test_stops_the_build_and_names_question_variant_and_both_values(
        self, course: Course, proofs: Path
    ) -> None:
        course.solvers(SOLVERS.replace("(2 * a.log()).exp()", "2 * a"))
        course.bank(numeric("good-key", parameters={"a": {"one_of": [7]}}))
        course.exam("good-key", versions=1)
        (error,) = errors(course.build())
        assert "question 'good-key', variant 1 (a = 7)" in error
        assert "the two routes of course_solvers.square give different square: 49 and 14" in error
        assert error.startswith(f"{course.folder}/questions/bank.yaml:2:2: error: ")
        assert not course.output.exists()
        assert not proofs.exists()

    def test_for_a_few_values_only_is_found_and_nothing_of_it_is_kept(
        self, course: Course, proofs: Path
    ) -> None:
        course.solvers(WRONG_ROUTE)
        course.bank(numeric("square"))
        course.exam("square", outputs={"moodle": {"variants": 300}}, versions=1)
        found = errors(course.build())
        assert 1 <= len(found) <= 3
        assert all("the two routes" in error for error in found)
        assert not course.output.exists()
        assert errors(course.build()) == found

    def test_is_not_run_where_nothing_is_to_be_verified(self, course: Course) -> None:
        course.solvers(SOLVERS.replace("(2 * a.log()).exp()", "2 * a"))
        course.bank(numeric("square"))
        course.exam("square")
        assert not course.build(verify="never").failed

    def test_a_kept_proof_of_the_old_solver_does_not_hide_it(
        self, course: Course, proved: Callable[..., Counts]
    ) -> None:
        proved()
        course.solvers(SOLVERS.replace("(2 * a.log()).exp()", "2 * a"))
        assert len(errors(course.build())) == 4

    def test_a_second_route_that_breaks_down_is_a_problem(self, course: Course) -> None:
        course.solvers(SOLVERS.replace("(2 * a.log()).exp()", "a.no_such_thing()"))
        course.bank(numeric("square"))
        course.exam("square")
        (error,) = errors(course.build())
        assert "question 'square'" in error
        assert "no_such_thing" in error
        assert not course.output.exists()


WITHOUT = """
import sys
from qgen.cli import main
sys.modules["torch"] = sys.modules["sympy"] = None
assert not main(["build", "exam.yaml"], standalone_mode=False)
print("built")
main(["build", "exam.yaml", "--verify", "always"])
"""


@pytest.mark.slow
def test_a_rebuild_with_kept_proofs_never_imports_torch(
    course: Course, proved: Callable[..., Counts]
) -> None:
    proved()
    run = run_python(WITHOUT, cwd=course.folder)
    assert run.stdout.endswith("built\n"), run.stderr
    assert run.returncode == 1
    assert "torch" in run.stderr
