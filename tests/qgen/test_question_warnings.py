"""What `qgen check` warns of, and how a question accepts a warning with a reason."""

from pathlib import Path
from typing import Any

import pytest

from qgen.checking import check_banks
from qgen.document.problem import Problem
from qgen.document.warnings import WARNINGS
from tests.bank.written import problems_of, question, written

N = {"n": {"integers": {"from": 101, "to": 400}}}


def told(folder: Path, data: dict[str, Any], variants: int = 150) -> list[Problem]:
    path = folder / "bank.yaml"
    path.write_text(written({"explanation": "It follows.", **data}), encoding="utf-8")
    return check_banks([str(path)], variants).problems


def codes(problems: list[Problem]) -> set[tuple[str, str]]:
    return {(problem.code, problem.severity) for problem in problems}


def number(**changes: Any) -> dict[str, Any]:
    return question(
        **{
            "id": "a-number",
            "parameters": N,
            "stem": "What is half of ${{ n }}$?",
            "answer": "n/2",
            "proof": "n - n/2",
            "tolerance": {"absolute": "1/4"},
            **changes,
        }
    )


def mistake(answer: str) -> dict[str, str]:
    return {"answer": answer, "feedback": "No."}


def select(*correct: Any, **changes: Any) -> dict[str, Any]:
    options = [
        {
            "text": f"statement {index} on ${{{{ n }}}}$",
            "correct": each,
            **({"proof": f"not not ({each})"} if isinstance(each, str) else {}),
        }
        for index, each in enumerate(correct, 1)
    ]
    return question(
        "multiple_select",
        id="a-choice",
        parameters=N,
        options=options,
        **{"stem": "Which hold of ${{ n }}$? There may be none.", **changes},
    )


def single(first: str, second: str, third: str, **changes: Any) -> dict[str, Any]:
    options = [{"text": f"${{{{ {text} }}}}$"} for text in (first, second, third)]
    options[0]["correct"] = True  # type: ignore[assignment]  # a mapping as YAML has it
    return question(
        "single_choice",
        id="a-choice",
        parameters={"n": {"decimals": {"from": 1.01, "to": 4.99, "step": 0.02}}},
        stem="What is ${{ n }}$?",
        options=options,
        **changes,
    )


class TestNumbers:
    def test_a_sound_question_is_told_nothing(self, tmp_path: Path) -> None:
        assert told(tmp_path, number(mistakes=[mistake("n"), mistake("2*n")])) == []

    def test_zero_must_not_be_right_where_the_key_is_another(self, tmp_path: Path) -> None:
        data = number(tolerance={"absolute": 60})
        problems = told(tmp_path, data)
        assert ("zero-accepted", "error") in codes(problems)
        problem = next(each for each in problems if each.code == "zero-accepted")
        assert "0 is accepted" in problem.message
        assert problem.place is not None
        line = (tmp_path / "bank.yaml").read_text().splitlines()[problem.place.line - 1]
        assert line.startswith("answer: n/2")

    def test_zero_is_accepted_where_it_is_the_key(self, tmp_path: Path) -> None:
        assert told(tmp_path, number(answer="n - n", proof="n*0")) == []

    def test_a_wide_tolerance(self, tmp_path: Path) -> None:
        assert codes(told(tmp_path, number(tolerance={"relative": "11%"}))) == {
            ("wide-tolerance", "warning")
        }
        assert told(tmp_path, number(tolerance={"relative": "10%"})) == []

    def test_a_mistake_beside_the_key(self, tmp_path: Path) -> None:
        (problem,) = told(tmp_path, number(mistakes=[mistake("n/2 + 2/5")]))
        assert (problem.code, problem.severity) == ("near-mistakes", "warning")
        assert "nearer to the key" in problem.message
        assert "in 150 of 150 variants" in problem.message
        assert told(tmp_path, number(mistakes=[mistake("n/2 + 1/2")])) == []

    def test_two_mistakes_beside_each_other(self, tmp_path: Path) -> None:
        mistakes = [mistake("n"), mistake("n + 2/5")]
        (problem,) = told(tmp_path, number(mistakes=mistakes))
        assert problem.code == "near-mistakes"
        assert "nearer to each other" in problem.message


class TestChoices:
    def test_truths_that_never_vary(self, tmp_path: Path) -> None:
        (problem,) = told(tmp_path, select("n > 0", "n > 250", "n < 250"))
        assert (problem.code, problem.severity) == ("constant-truth", "warning")
        assert "came out true in all 150 variants" in problem.message
        assert told(tmp_path, select("n > 240", "n > 250", "n < 250")) == []

    def test_few_variants_say_nothing_of_what_never_varies(self, tmp_path: Path) -> None:
        assert told(tmp_path, select("n > 0", "n > 250"), variants=20) == []

    def test_nothing_right_and_no_word_about_it(self, tmp_path: Path) -> None:
        data = select("n > 250", "n > 260", stem="Which hold of ${{ n }}$?")
        (problem,) = told(tmp_path, data)
        assert (problem.code, problem.severity) == ("no-right-option", "warning")
        assert told(tmp_path, select("n > 250", "n > 260")) == []

    def test_digits_that_tell(self, tmp_path: Path) -> None:
        unproved = {("unproved-key", "warning")}
        data = single("n | num(1)", "(2*n) | num(3)", "(3*n) | num(3)")
        assert codes(told(tmp_path, data)) == unproved | {("telling-digits", "warning")}
        data = single("n | num(3)", "(2*n) | num(3)", "(3*n) | num(3)")
        assert codes(told(tmp_path, data)) == unproved


class TestVariants:
    def test_that_look_alike(self, tmp_path: Path) -> None:
        (problem,) = told(tmp_path, number(stem="Half of 14?", answer="7", proof="8-1", note="-"))
        assert (problem.code, problem.severity) == ("alike-variants", "warning")
        assert "looks like variant 1 " in problem.message

    def test_that_look_alike_with_other_keys_are_an_error(self, tmp_path: Path) -> None:
        problems = told(tmp_path, number(stem="Half of it?", note="It is a test."))
        assert codes(problems) == {("alike-variants", "error")}
        assert "the keys differ" in problems[0].message

    def test_of_options_that_are_drawn_differ_by_them(self, tmp_path: Path) -> None:
        options = [{"text": text, "correct": text == "right"} for text in ("right", *"abcdefgh")]
        data = question(
            "single_choice", parameters=N, stem="Which?", options=options, draw=4, note="Few."
        )
        problems = told(tmp_path, data, variants=2)
        assert problems == []


class TestReasons:
    def test_a_reason_silences_its_warning_alone(self, tmp_path: Path) -> None:
        data = number(
            tolerance={"relative": "11%"},
            mistakes=[mistake("n"), mistake("n + 2")],
            accepted_warnings={"wide-tolerance": "It is an estimate."},
        )
        assert codes(told(tmp_path, data)) == {("near-mistakes", "warning")}

    def test_a_reason_silences_no_error(self, tmp_path: Path) -> None:
        data = number(
            stem="Half of it?", accepted_warnings={"alike-variants": "They need not know it."}
        )
        assert ("alike-variants", "error") in codes(told(tmp_path, data))

    def test_a_reason_for_nothing_is_told_with_its_line(self, tmp_path: Path) -> None:
        data = number(accepted_warnings={"wide-tolerance": "It was."})
        (problem,) = told(tmp_path, data, variants=400)
        assert (problem.code, problem.severity) == ("accepted-warning", "warning")
        assert problem.place is not None
        line = (tmp_path / "bank.yaml").read_text().splitlines()[problem.place.line - 1]
        assert line == "  wide-tolerance: It was."

    def test_few_variants_call_no_reason_needless(self, tmp_path: Path) -> None:
        data = number(accepted_warnings={"wide-tolerance": "It was."})
        assert told(tmp_path, data, variants=200) == []

    def test_a_reason_that_fewer_variants_need_is_not_needless(self, tmp_path: Path) -> None:
        options = ("n > 200", "n != 137")
        assert codes(told(tmp_path, select(*options), variants=120)) == {
            ("constant-truth", "warning")
        }
        assert told(tmp_path, select(*options), variants=400) == []
        accepted = select(*options) | {"accepted_warnings": {"constant-truth": "It is rare."}}
        assert told(tmp_path, accepted, variants=120) == []
        assert told(tmp_path, accepted, variants=400) == []

    def test_an_unknown_warning_is_a_mistake(self) -> None:
        (line,) = problems_of(number(accepted_warnings={"constant-truths": "So."}))
        assert "did you mean 'constant-truth'?" in line

    def test_a_reason_has_words(self) -> None:
        assert problems_of(number(accepted_warnings={"constant-truth": ""}))

    @pytest.mark.parametrize("code", WARNINGS)
    def test_every_warning_can_be_accepted(self, code: str) -> None:
        assert problems_of(number(accepted_warnings={code: "So."})) == []
