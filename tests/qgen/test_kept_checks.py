"""What `qgen check` refuses, a build does not hand out; what was fine is not looked at again."""

from pathlib import Path
from typing import Any

import pytest

from qgen import kept_checks
from qgen.checking import check_banks
from qgen.proofs import ProofStore
from tests.qgen.course import HEADER, Course, errors, numeric

HUGE = {
    "id": "huge",
    "kind": "numeric",
    "title": "A large number",
    **HEADER,
    "parameters": {"a": {"integers": {"from": 1, "to": 500}}},
    "let": {"x": "10**15 + a/3"},
    "stem": "What is ${{ a }}$?",
    "answer": "x",
    "tolerance": {"relative": "1%"},
    "mistakes": [{"answer": "x + 1", "feedback": "One too many."}],
}
EQUAL_MISTAKES = numeric(
    "equal",
    mistakes=[
        {"answer": "doubled", "feedback": "That is twice the number."},
        {"answer": "a + a", "feedback": "That is the number twice."},
    ],
)
TWICE = {
    "id": "twice",
    "kind": "single_choice",
    "title": "Equal options",
    **HEADER,
    "parameters": {"a": {"integers": {"from": 1, "to": 500}}},
    "stem": "Half of ${{ a }}$?",
    "options": [
        {"text": "${{ a }}/2$", "correct": True},
        {"text": "$\\frac{ {{ a }} }{2}$"},
        {"text": "Nothing"},
    ],
}


@pytest.mark.parametrize("question", [HUGE, EQUAL_MISTAKES, TWICE], ids=lambda each: each["id"])
def test_what_check_refuses_is_not_handed_out(course: Course, question: dict[str, Any]) -> None:
    course.solvers()
    path = course.bank(question)
    course.exam(question["id"], outputs={"csv": {"variants": 3}})
    checked = check_banks([str(path)], 3, solver_files=[course.folder / "course_solvers.py"])
    codes = {each.code for each in checked.problems if each.severity == "error"} - {"few-variants"}
    assert codes
    for mode in ("new", "always", "never"):
        report = course.build(verify=mode)
        assert {each.code for each in report.problems if each.severity == "error"} == codes
        assert "variant 1 (a = " in errors(report)[0]
    assert not course.output.exists() or not list(course.output.glob("*/csv"))


def test_all_mistakes_of_all_questions_are_told(course: Course) -> None:
    course.solvers()
    course.bank(HUGE, EQUAL_MISTAKES, TWICE)
    course.exam("huge", "equal", "twice", outputs={"csv": {"variants": 3}})
    found = errors(course.build())
    for name in ("huge", "equal", "twice"):
        assert any(f"question '{name}'" in each for each in found)


class TestKeeping:
    @pytest.fixture
    def looked_at(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The questions whose items are checked."""
        seen: list[str] = []
        real = kept_checks.item_faults

        def item_faults(item: Any, *, with_formulas: bool) -> Any:
            seen.append(item.header.identifier)
            return real(item, with_formulas=with_formulas)

        monkeypatch.setattr(kept_checks, "item_faults", item_faults)
        return seen

    def test_a_variant_is_looked_at_once(
        self, course: Course, tmp_path: Path, looked_at: list[str]
    ) -> None:
        store = ProofStore(tmp_path / "proofs")
        course.solvers()
        course.bank(numeric("square"))
        course.exam("square", outputs={"csv": {"variants": 4}})
        course.built(proofs=store)
        assert looked_at == ["square"] * 6
        course.built(proofs=store)
        assert len(looked_at) == 6
        course.built(proofs=store, verify="always")
        assert len(looked_at) == 12
        course.exam("square", outputs={"csv": {"variants": 6}})
        course.built(proofs=store)
        assert len(looked_at) == 14

    @pytest.mark.parametrize("change", ["question", "rule", "solver"])
    def test_what_its_faults_depend_on_counts(
        self, course: Course, tmp_path: Path, looked_at: list[str], change: str
    ) -> None:
        store = ProofStore(tmp_path / "proofs")
        course.solvers()
        course.bank(numeric("square"))
        course.exam("square", outputs={"csv": {}})
        course.built(proofs=store)
        before = len(looked_at)
        if change == "question":
            course.bank(numeric("square", tolerance={"absolute": 1}))
        if change == "rule":
            course.exam(
                "square", outputs={"csv": {}}, scoring={"multiple_select": "all_or_nothing"}
            )
        if change == "solver":
            path = course.folder / "course_solvers.py"
            course.solvers(path.read_text("utf-8") + "\n# Another line.\n")
        course.built(proofs=store)
        assert len(looked_at) == 2 * before

    def test_what_is_wrong_is_told_each_time(self, course: Course, tmp_path: Path) -> None:
        store = ProofStore(tmp_path / "proofs")
        course.solvers()
        course.bank(HUGE)
        course.exam("huge", outputs={"csv": {"variants": 3}})
        assert errors(course.build(proofs=store)) == errors(course.build(proofs=store))

    def test_where_options_are_drawn_each_item_is_looked_at(
        self, course: Course, tmp_path: Path, looked_at: list[str]
    ) -> None:
        """Which of them a copy shows is not in its values."""
        store = ProofStore(tmp_path / "proofs")
        options = [
            {"text": "${{ a }}$", "correct": True},
            *({"text": f"${{{{ a + {number} }}}}$"} for number in range(1, 5)),
        ]
        course.bank({**TWICE, "stem": "${{ a }}$?", "options": options, "draw": 3})
        course.exam("twice", outputs={"csv": {}})
        course.built(proofs=store)
        before = len(looked_at)
        course.built(proofs=store)
        assert len(looked_at) == 2 * before
