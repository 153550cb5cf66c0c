"""A second route in YAML: `proof:` beside an answer, a `correct`, a mistake or a `let`."""

import re
from pathlib import Path
from typing import Any

import pytest

from qgen.checking import check_banks
from qgen.document.problem import Problem
from tests.bank.written import problems_of, question, written
from tests.qgen.course import Course

X = {"x": {"integers": {"from": 1, "to": 60, "length": 5}}}


def mean(**changes: Any) -> dict[str, Any]:
    """The mean of five numbers, computed by one expression."""
    asked = question(
        id="mean-of-five",
        parameters=X,
        stem="What is the mean of {{ x }}?",
        answer="sum(x)/5",
        tolerance={"absolute": 0},
        explanation="Add and divide.",
    )
    return {**asked, **changes}


def checked(folder: Path, asked: dict[str, Any], **how: Any) -> tuple[list[Problem], list[str]]:
    """The problems of a bank of one question, and how its keys are known."""
    path = folder / "bank.yaml"
    path.write_text(written(asked), encoding="utf-8")
    result = check_banks([str(path)], 20, **how)
    return result.problems, [each for check in result.questions for each in check.provenances]


ANOTHER_WAY = "(x[0] + x[1] + x[2] + x[3] + x[4]) / 5"


class TestANumber:
    def test_without_a_proof_is_computed_and_named_with_its_line(self, tmp_path: Path) -> None:
        (problem,), known = checked(tmp_path, mean())
        assert known == ["computed"]
        assert (problem.code, problem.severity) == ("unproved-key", "warning")
        assert problem.place is not None
        line = (tmp_path / "bank.yaml").read_text().splitlines()[problem.place.line - 1]
        assert line.startswith("answer: sum(x)/5")

    def test_with_a_proof_is_verified(self, tmp_path: Path) -> None:
        assert checked(tmp_path, mean(proof=ANOTHER_WAY)) == ([], ["verified"])

    def test_that_its_proof_contradicts_is_an_error(self, tmp_path: Path) -> None:
        problems, _ = checked(tmp_path, mean(answer="sum(x)/4", proof=ANOTHER_WAY))
        assert {each.code for each in problems} == {"proof"}
        assert "'sum(x)/4' is " in problems[0].message
        assert re.search(r"bank.yaml:\d+:\d+", problems[0].message)

    def test_whose_proof_has_no_value_is_an_error(self, tmp_path: Path) -> None:
        problems, _ = checked(tmp_path, mean(proof="1/(x[0] - x[0])"))
        assert "divides by zero" in problems[0].message

    def test_is_an_error_where_proofs_are_required(self, tmp_path: Path) -> None:
        (problem,), _ = checked(tmp_path, mean(), strict=True)
        assert problem.severity == "error"
        assert checked(tmp_path, mean(proof=ANOTHER_WAY), strict=True)[0] == []


class TestWhatCanBeProved:
    def test_an_options_truth(self, tmp_path: Path) -> None:
        options = [
            {"text": "Larger.", "correct": "x[0] > x[1]", "proof": "x[0] - x[1] > 0"},
            {"text": "Smaller.", "correct": "x[0] < x[1]", "proof": "max(x[0], x[1]) == x[1]"},
        ]
        asked = question("multiple_select", id="which", parameters=X, where="x[0] != x[1]")
        asked = {**asked, "options": options, "explanation": "Look.", "stem": "{{ x }}: is x_0"}
        assert checked(tmp_path, asked) == ([], ["verified"])
        options[1]["proof"] = "x[0] > x[1]"
        problems, _ = checked(tmp_path, asked)
        assert "'x[0] < x[1]' is " in problems[0].message

    def test_a_derived_value_and_with_it_the_answer_that_is_its_name(self, tmp_path: Path) -> None:
        derived = {"m": {"value": "sum(x)/5", "proof": ANOTHER_WAY}}
        assert checked(tmp_path, mean(let=derived, answer="m")) == ([], ["verified"])
        derived["m"]["value"] = "sum(x)/4"
        problems, _ = checked(tmp_path, mean(let=derived, answer="m"))
        assert {each.code for each in problems} == {"proof"}

    def test_a_mistake(self, tmp_path: Path) -> None:
        mistake = {"answer": "sum(x)/4", "proof": "5*sum(x)/20", "feedback": "There are five."}
        asked = mean(proof=ANOTHER_WAY, mistakes=[mistake])
        assert checked(tmp_path, asked)[0] == []
        mistake["proof"] = "sum(x)/6"
        assert {each.code for each in checked(tmp_path, asked)[0]} == {"proof"}

    @pytest.mark.parametrize(
        ("proof", "agrees"),
        [("t*exp(-x*t)", True), ("t*exp(x*t)", False), ("t*exp(-x*t) + 1", False)],
    )
    def test_a_formula(self, tmp_path: Path, proof: str, agrees: bool) -> None:
        asked = question(
            "formula",
            id="density",
            parameters={"t": {"integers": {"from": 2, "to": 400}}},
            stem="The density of an exponential of rate {{ t }}?",
            answer="t/exp(t*x)",
            variables={"x": "nonnegative"},
            explanation="By definition.",
            mistakes=[],
        )
        asked.pop("solver", None)
        problems, known = checked(tmp_path, {**asked, "proof": proof})
        assert known == ["verified"]
        assert {each.code for each in problems} == (set() if agrees else {"proof"})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"proof": "sum( x ) / 5"}, "the same expression"),
        ({"proof": "sum(y)/5"}, "no value named 'y'"),
        ({"let": {"m": {"value": "1", "proof": "m"}}}, "reads 'm' itself"),
        ({"let": {"m": {"proof": "2"}}}, "'value' is missing"),
    ],
)
def test_a_proof_that_proves_nothing_is_refused_with_its_line(
    changes: dict[str, Any], says: str
) -> None:
    (line,) = problems_of(mean(**changes))
    assert says in line
    assert re.match(r"\d+:\d+: ", line)


class TestABuild:
    def test_names_a_key_that_nothing_proves_and_stops_where_proofs_are_required(
        self, course: Course
    ) -> None:
        course.bank(mean())
        course.exam("mean-of-five")
        report = course.build()
        assert not report.failed
        assert [each.code for each in report.problems if each.severity == "warning"] == [
            "unproved-key"
        ]
        course.exam("mean-of-five", proofs="required")
        assert course.build().failed

    def test_stops_where_a_proof_differs(self, course: Course) -> None:
        course.bank(mean(answer="sum(x)/4", proof=ANOTHER_WAY))
        course.exam("mean-of-five")
        assert {each.code for each in course.build().problems if each.severity == "error"} == {
            "proof"
        }
