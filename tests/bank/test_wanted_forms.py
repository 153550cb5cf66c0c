"""What people try is answered with the form that is wanted; and all mistakes are told at once."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from qgen.bank.templates import OpenTemplate
from qgen.document.answers import Numeric, Tolerance
from qgen.marking.item_checks import item_faults
from tests import samples
from tests.bank.written import load_text, messages, problems_of, question, template, written


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ({"tolerance": 0.01}, "numeric", "write {absolute: 0.01} or {relative: 1%}"),
        ({"tolerance": "5%"}, "numeric", "write {relative: 5%}"),
        ({"options": ["yes", "no"]}, "single_choice", "write {text: yes, correct: true}"),
        ({"mistakes": [3]}, "numeric", "write {answer: 3, feedback: "),
        ({"rubric": ["Says why"]}, "open", "write {points: 1, text: Says why}"),
        ({"answer": "a^2", "let": {"a": 2}}, "numeric", "a power is written a**2, not a^2"),
        ({"answer": "quux(2)"}, "numeric", "'qgen functions' lists those there are"),
        ({"answer": "sqroot(2)"}, "numeric", "did you mean 'sqrt'?"),
        ({"hint": "Think."}, "numeric", "unknown key 'hint' (did you mean 'hints'?)"),
        ({"solution": "So."}, "numeric", "unknown key 'solution' (did you mean 'explanation'?)"),
        ({"choices": []}, "single_choice", "unknown key 'choices' (did you mean 'options'?)"),
        ({"answer": "1/(1 + i)"}, "numeric", "'i'; the complex number a + bi is complex(a, b)"),
        ({"variables": ["x"]}, "formula", "got a list; write what each may be, as in {x: real"),
        ({"variables": "x"}, "formula", "got 'x'; write what each may be, as in {x: real"),
    ],
)
def test_the_form_that_is_wanted(changes: dict[str, Any], kind: str, said: str) -> None:
    found = messages(problems_of(question(kind, **changes)))
    assert any(said in each for each in found), found


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("label", "unknown key 'label'; parts are lettered a, b, c by themselves"),
        ("let", "unknown key 'let'; 'let' stands at the question, for all its parts"),
    ],
)
def test_what_a_part_does_not_have(key: str, said: str) -> None:
    first, *others = question("derivation")["parts"]
    data = question("derivation", parts=[{**first, key: "a"}, *others])
    assert said in messages(problems_of(data))


class TestTextsInBraces:
    @pytest.mark.parametrize(
        ("line", "place", "said"),
        [
            ("{text: yes, sure, correct: true}", "2:17", "put the text in quotes"),
            ("{text: a {b} c, correct: true}", "2:14", "put it in quotes"),
            ("{text: yes {{ a }}, correct: true}", "2:16", "put it in quotes"),
        ],
    )
    def test_are_cut_at_commas_and_braces(self, line: str, place: str, said: str) -> None:
        text = written(question("single_choice", options=None)).replace("options: null\n", "")
        found = problems_of(f"options:\n  - {line}\n  - {{text: no}}\n{text}")
        assert any(each.startswith(place) and said in each for each in found), found

    def test_a_key_with_nothing_behind_its_colon_is_just_unknown(self) -> None:
        found = problems_of(written(question()) + "nothing:\n")
        assert not any("quotes" in each for each in found)


KEY = {"answer": "x + 1", "solver": None, "variables": {"x": "real"}}
BROKEN = {"difficulty": 9}


class TestVariablesOfAFormula:
    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"stem": "Of {{ x }}."}, "'x' is a variable of the formula that is asked for"),
            ({"answer": "x + z"}, "the formula's variables are x"),
        ],
    )
    def test_are_named(self, changes: dict[str, Any], said: str) -> None:
        data = {**question("formula"), **KEY, **changes}
        (found,) = problems_of({key: value for key, value in data.items() if value is not None})
        assert said in found


def test_a_tolerance_of_nothing_is_named_where_no_decimal_is_the_key() -> None:
    """A third has no decimal that ends: nobody could type the key."""
    item = samples.item("numeric")
    third = Numeric(Fraction(1, 3), Tolerance("absolute", Fraction(0)), None, ())
    part = replace(item.parts[0], answer=third, carried=None)
    (fault,) = item_faults(replace(item, parts=(part,)), with_formulas=False)
    assert fault[0] == "key-wrong"
    assert "the key is 1/3, and the tolerance {absolute: 0} accepts nothing beside it" in fault[1]


class TestAllMistakesAtOnce:
    """Nothing is told only once something else is mended."""

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"stem": "What is {{ nope }}?"}, "there is no value named 'nope'"),
            ({"stem": "{{ a }} {{ b }}", "let": {"a": 1}}, "no value named 'b'; there are a"),
            ({"options": [{"text": "x"}, {"text": "y"}]}, "0 are marked correct"),
            ({"options": [{"text": t, "correct": True} for t in "xy"]}, "2 are marked correct"),
            ({"dificulty": 2, "stem": "{{ nope }}"}, "there is no value named 'nope'"),
        ],
    )
    def test_beside_a_field_that_is_wrong(self, changes: dict[str, Any], said: str) -> None:
        found = messages(problems_of(question("single_choice", **{**changes, **BROKEN})))
        assert any("at most 5" in each for each in found)
        assert any(said in each for each in found), found

    @pytest.mark.parametrize(
        "changes",
        [
            {"stem": "{{ a }}", "parametres": {"a": {"one_of": [1, 2]}}},
            {"stem": "{{ a }}", "solver": "some.solver"},
            {"stem": "{{ a }}", "let": ["a"]},
            {"options": [{"text": "x", "corect": True}, {"text": "y"}]},
            {"options": [{"text": "x", "correct": "1 > 0"}, {"text": "y"}]},
        ],
    )
    def test_but_not_what_follows_from_another_mistake(self, changes: dict[str, Any]) -> None:
        found = messages(problems_of(question("single_choice", **{**changes, **BROKEN})))
        assert not any("no value named" in each or "marked correct" in each for each in found)

    def test_in_a_question_whose_id_stands_twice(self) -> None:
        second = question("single_choice", id="a-numeric", stem="{{ nope }}", tagss=["x"])
        second["options"] = [{"text": "x"}, {"text": "y"}]
        codes = [problem.code for problem in load_text(written([question(), second]))[1]]
        assert sorted(codes) == ["repeated-id", "right-options", "unknown-key", "unknown-name"]

    def test_in_the_parts_of_a_derivation(self) -> None:
        part = {
            "kind": "single_choice",
            "prompt": "{{ nope }}",
            "points": 1,
            "options": [{"text": "x"}, {"text": "y"}],
        }
        found = messages(problems_of(question("derivation", parts=[part], **BROKEN)))
        assert any("0 are marked correct" in each for each in found)
        assert any("no value named 'nope'" in each for each in found)


class TestFeedbackByTheMark:
    @pytest.mark.parametrize(
        ("kind", "feedback", "message"),
        [
            ("numeric", "Well done.", "write {right: …, partly: …, wrong: …}, each if wanted"),
            ("numeric", {"rigth": "x"}, "unknown key 'rigth' (did you mean 'right'?)"),
            ("numeric", {"right": "{{ nope }}"}, "there is no value named 'nope'"),
            ("formula", {"partly": "x"}, "'partly' is never said: none of its mistakes has 'cre"),
            ("single_choice", {"partly": "x"}, "never said: a single choice is right or wrong"),
            ("ordering", {"partly": "x"}, "never said: this order is right or wrong"),
            ("derivation", {"right": "x"}, "the feedback of a derivation stands with its parts"),
        ],
    )
    def test_mistakes_in_it(self, kind: str, feedback: Any, message: str) -> None:
        (found,) = messages(problems_of(question(kind, feedback=feedback)))
        assert message in found

    @pytest.mark.parametrize(
        ("kind", "changes"),
        [
            ("multiple_select", {}),
            ("matching", {}),
            ("open", {}),
            ("matrix", {"marks": "per_entry"}),
            ("ordering", {"credit": "adjacent"}),
            ("numeric", {"mistakes": [{"answer": 3, "feedback": "No.", "credit": "50%"}]}),
        ],
    )
    def test_what_may_earn_a_share_may_say_so(self, kind: str, changes: Any) -> None:
        said = {"right": "x", "partly": "y", "wrong": "z"}
        (part,) = template(question(kind, feedback=said, **changes)).parts
        assert list(part.by_mark) == ["right", "partly", "wrong"]

    def test_the_place_of_what_is_never_said(self) -> None:
        text = f"feedback:\n  right: x\n  partly: y\n{written(question('single_choice'))}"
        (found,) = problems_of(text)
        assert found.startswith("3:3: 'partly' is never said")

    def test_mistakes_in_it_are_told_beside_others(self) -> None:
        found = messages(problems_of(question(difficulty=9, feedback={"wrong": "$\\frac{$"})))
        assert len(found) == 2


class TestHints:
    @pytest.mark.parametrize(
        ("hints", "message"),
        [
            ([{"text": "x", "penalty": "110%"}], "a hint's penalty lies between 0 and 100%"),
            ([{"text": "x", "penalty": -0.1}], "a hint's penalty lies between 0 and 100%"),
            (
                [{"text": "x", "penalty": "60%"}] * 2,
                "the penalties of all hints add to more than 100%",
            ),
            ([3], "expected a mapping, got 3; write {text: 3, penalty: 10%}"),
            ([{"penalty": "5%"}], "'text' is missing"),
            ([{"text": "x", "cost": "5%"}], "unknown key 'cost'; known keys: text, penalty"),
            ("{{ nope }}", "there is no value named 'nope'"),
            (["x"] * 7, "may have at most 6 entries"),
        ],
    )
    def test_mistakes_in_them(self, hints: Any, message: str) -> None:
        (found,) = messages(problems_of(question(hints=hints)))
        assert message in found

    @pytest.mark.parametrize("hints", ["Think.", ["Think."], {"text": "Think."}])
    def test_one_may_stand_alone(self, hints: Any) -> None:
        (hint,) = template(question(hints=hints)).parts[0].hints
        assert hint.penalty == 0

    def test_those_of_a_derivation_stand_with_its_parts(self) -> None:
        (found,) = problems_of(question("derivation", hints=["Think."]))
        assert "stand with the parts that they help with" in found
        part = {
            "kind": "open",
            "prompt": "Why?",
            "points": 1,
            "rubric": [{"points": 1, "text": "x"}],
            "hints": ["Think.", {"text": "Again.", "penalty": "1/3"}],
        }
        (only,) = template(question("derivation", parts=[part])).parts
        assert [hint.penalty for hint in only.hints] == [0, Fraction(1, 3)]

    def test_a_hole_in_one_has_its_place(self) -> None:
        (found,) = problems_of(f"hints:\n  - {{text: 'is {{{{ nope }}}}'}}\n{written(question())}")
        assert found.startswith("2:16: in 'nope'")


class TestUploadsAndCode:
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"upload": ["pdf"]}, "a file type begins with a point, as in .pdf or .R, got 'pdf'"),
            ({"upload": ".a/b"}, "a file type begins with a point"),
            ({"code": "py thon"}, "expected a programming language such as python or R"),
            (
                {"code": "python", "upload": ".py"},
                "an answer is typed as 'code' or handed in as an 'upload', not both",
            ),
        ],
    )
    def test_mistakes(self, changes: dict[str, Any], message: str) -> None:
        (found,) = messages(problems_of(question("open", **changes)))
        assert message in found

    def test_one_type_may_stand_alone(self) -> None:
        answer = template(question("open", upload=".tar.gz")).parts[0].answer
        assert isinstance(answer, OpenTemplate)
        assert (answer.upload, answer.code) == ((".tar.gz",), None)
