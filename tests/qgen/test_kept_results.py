"""A question of which nothing changed is not checked twice; what changed is checked anew."""

from pathlib import Path
from typing import Any

import pytest

from qgen import checking, kept_results
from qgen.checking import BankCheck, check_banks
from tests.qgen.course import SOLVERS, Course, errors, numeric


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch, proofs: Path) -> list[str]:
    """The questions that are really checked, in a cache of their own."""
    seen: list[str] = []
    real = checking.check_question

    def check_question(template: Any, how: Any) -> Any:
        seen.append(template.header.identifier)
        return real(template, how)

    monkeypatch.setattr(checking, "check_question", check_question)
    return seen


def check(course: Course, **how: Any) -> BankCheck:
    how = {"variants": 200, "again": False, **how}
    solvers = course.folder / "course_solvers.py"
    return check_banks([str(course.folder / "questions")], solver_files=[solvers], **how)


def told(result: BankCheck) -> list[Any]:
    return [
        (each.identifier, each.distinct, each.routes, each.largest, each.mistakes, each.guess)
        for each in result.questions
    ]


def test_what_was_proved_is_told_again_without_work(course: Course, checked: list[str]) -> None:
    course.solvers()
    course.bank(numeric("one"), numeric("two"))
    first = check(course)
    assert first.problems == []
    assert checked == ["one", "two"]
    second = check(course)
    assert checked == ["one", "two"]
    assert told(second) == told(first)
    assert [each.kept for each in second.questions] == [True, True]
    assert [each.provenances for each in second.questions] == [("verified",)] * 2


def test_no_process_starts_where_all_is_known(
    course: Course, proofs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.solvers()
    course.bank(*(numeric(f"question-{number}") for number in range(checking.FEW_QUESTIONS)))
    first = check(course)
    monkeypatch.setattr(checking, "ProcessPoolExecutor", None)
    assert told(check(course, jobs=2)) == told(first)
    with pytest.raises(TypeError):
        check(course, jobs=2, again=True)


@pytest.mark.parametrize("how", [{"variants": 210}, {"strict": True}, {"rule": "all_or_nothing"}])
def test_another_check_is_another_matter(
    course: Course, checked: list[str], how: dict[str, Any]
) -> None:
    course.solvers()
    course.bank(numeric("one"))
    check(course)
    check(course, **how)
    assert len(checked) == 2


def test_only_what_changed_is_checked_anew(course: Course, checked: list[str]) -> None:
    course.solvers()
    course.bank(numeric("one"), numeric("two"))
    check(course)
    course.bank(numeric("one"), numeric("two", stem="How much is ${{ a }}^2$?"))
    check(course)
    assert checked == ["one", "two", "two"]
    check(course, again=True)
    assert checked[3:] == ["one", "two"]


def test_a_broken_solver_is_found_although_it_was_right(course: Course, checked: list[str]) -> None:
    course.solvers()
    course.bank(numeric("one"))
    assert not check(course).failed
    course.solvers(SOLVERS.replace("a * a", "a * a + 1"))
    assert check(course).failed
    # What has problems is never kept: they must be told each time.
    assert check(course).failed


def test_what_a_courses_own_generator_draws_is_checked_each_time(
    course: Course, checked: list[str]
) -> None:
    """It may read whatever it likes: a file, the clock."""
    drawing = "from qgen.course import generator, whole\n\n\n@generator('course_solvers.draw')\n"
    course.solvers(f"{drawing}def draw(random):\n    return whole(random, 3, 400)\n{SOLVERS}")
    course.bank(
        numeric("one", parameters={"a": {"generator": "course_solvers.draw"}}), numeric("two")
    )
    assert not check(course).failed
    check(course)
    assert checked == ["one", "two", "one"]


def test_what_a_solver_reads_of_a_file_is_proved_each_time(
    course: Course, checked: list[str]
) -> None:
    factor = course.folder / "factor.txt"
    factor.write_text("1")
    reading = f"int(open({str(factor)!r}).read())"
    course.solvers(SOLVERS.replace("a * a", f"a * a * {reading}"))
    course.bank(numeric("one"))
    course.exam("one")
    assert not check(course).failed
    assert course.build().tally.proved_now
    factor.write_text("2")
    assert check(course).failed
    assert "[routes-disagree]" in errors(course.build())[0]


@pytest.mark.parametrize("what", ["qgen", "a library"])
def test_nothing_outlives_what_it_rests_on(
    course: Course, checked: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, what: str
) -> None:
    course.solvers()
    course.bank(numeric("one"))
    check(course)
    if what == "qgen":
        changed = tmp_path / "filling.py"
        changed.write_text("# another edition of a module\n")
        sources = list(kept_results._sources())
        assert any(path.name == "filling.py" for path in sources)
        monkeypatch.setattr(kept_results, "_sources", lambda: [*sources, changed])
    else:
        real = kept_results.version
        monkeypatch.setattr(
            kept_results, "version", lambda name: "99" if name == "torch" else real(name)
        )
    kept_results._engine.cache_clear()
    try:
        check(course)
    finally:
        monkeypatch.undo()
        kept_results._engine.cache_clear()
    assert len(checked) == 2


def test_a_file_that_was_cut_short_keeps_nothing(
    course: Course, checked: list[str], proofs: Path
) -> None:
    course.solvers()
    course.bank(numeric("one"))
    check(course)
    for path in (proofs.parent / "checks").iterdir():
        path.write_bytes(path.read_bytes()[:20])
    assert not check(course).failed
    assert len(checked) == 2


def test_every_room_counts_as_a_source() -> None:
    rooms = {path.parent.name for path in kept_results._sources()}
    wanted = {"qgen", "document", "bank", "generator", "marking", "figures", "renderers"}
    assert wanted | {"routes", "numerics", "derivations", "html", "latex"} <= rooms
