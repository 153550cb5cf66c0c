"""`qgen check`: what it proves, and the traps that other tools fall into."""

import json
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from qgen.banks import find_question
from qgen.checking import BankCheck, check_banks
from qgen.cli import main
from qgen.document.answers import MultipleSelect, Option
from qgen.document.richtext import (
    Code,
    Inline,
    Math,
    Paragraph,
    Passage,
    RichText,
    Text,
    passage_of,
)
from qgen.marking.equal_texts import equal_texts, option_value
from qgen.marking.grader import mark_choice
from qgen.marking.rules import multiple_select_credit
from tests.mutate import survivors

SOLVERS = """
from qgen.solvers.routes.registry import check, solver

@solver("traps.product", results={"product": "a times b"}, mistakes={"total": "a plus b"})
def product(a, b):
    return {"product": a + b, "total": a - b}

@check("traps.product", tolerance=1e-9)
def product_by_logarithms(a, b):
    return {"product": (a.log() + b.log()).exp()}

@solver("traps.claim", results={"holds": "whether n differs from its square root times 44"})
def claim(n):
    return {"holds": True}

@check("traps.claim", tolerance=0.0)
def claim_by_squares(n):
    return {"holds": n * n != 1936 * n}

@solver("traps.half", results={"half": "n / 2"}, mistakes={"other": "half of 5, always"})
def half(n):
    from fractions import Fraction
    return {"half": Fraction(n, 2), "other": Fraction(5, 2)}

@check("traps.half", tolerance=1e-12)
def half_by_tensor(n):
    return {"half": n * 0.5}
"""

HEAD = "title: T\ntopic: traps\ndifficulty: 1\nexplanation: Because.\n"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "traps.py").write_text(SOLVERS, encoding="utf-8")
    (tmp_path / "bank").mkdir()
    return tmp_path


def checked(course: Path, text: str, variants: int = 200) -> BankCheck:
    (course / "bank" / "questions.yaml").write_text(HEAD + text, encoding="utf-8")
    return check_banks([str(course / "bank")], variants, solver_files=[course / "traps.py"])


def codes(result: BankCheck) -> set[str]:
    return {problem.code for problem in result.problems}


@pytest.mark.slow
class TestTraps:
    def test_a_key_that_adds_where_it_should_multiply(self, course: Path) -> None:
        result = checked(
            course,
            """
id: product
kind: numeric
parameters: {a: {integers: {from: 3, to: 30}}, b: {integers: {from: 3, to: 30}}}
solver: traps.product
stem: "${{ a }} \\\\cdot {{ b }} = ?$"
answer: product
tolerance: {absolute: 0}
""",
        )
        assert codes(result) == {"routes-disagree"}
        message = result.problems[0].message
        assert "question 'product', variant 1 (a = " in message
        assert "product" in message
        assert " and " in message

    def test_a_claim_that_holds_in_all_but_one_of_2000_draws(self, course: Path) -> None:
        text = """
id: claim
kind: multiple_select
parameters: {n: {integers: {from: 1, to: 2000}}}
solver: traps.claim
stem: "Take ${{ n }}$."
options:
  - {text: it holds, correct: holds}
  - {text: it does not}
"""
        result = checked(course, text, variants=2000)
        assert codes(result) == {"routes-disagree"}
        assert "(n = 1936)" in result.problems[0].message

    def test_variants_that_look_alike_by_chance_are_not_all_there_are(self, course: Path) -> None:
        """Of 150 draws that show one of 400 numbers, some show the same."""
        text = """
id: alike
kind: numeric
parameters: {n: {integers: {from: 10, to: 409}}, unseen: {integers: {from: 1, to: 9}}}
where: "unseen < 9 or n > 0"
solver: traps.half
stem: "Half of ${{ n }}$?"
answer: half
tolerance: {absolute: 0}
"""
        assert "few-variants" not in codes(checked(course, text, variants=150))
        fewer = text.replace("to: 409", "to: 130")
        assert "few-variants" in codes(checked(course, fewer, variants=150))

    def test_eight_variants_where_a_thousand_were_asked_for(self, course: Path) -> None:
        text = """
id: few
kind: numeric
parameters: {n: {integers: {from: 10, to: 17}}}
solver: traps.half
stem: "Half of ${{ n }}$?"
answer: half
tolerance: {absolute: 0}
"""
        result = checked(course, text, variants=1000)
        assert codes(result) == {"few-variants"}
        assert "only 8 variants that students can tell" in result.problems[0].message
        assert (result.questions[0].variants, result.questions[0].distinct) == (1000, 8)
        assert not checked(course, text + "note: Eight are enough.\n", 1000).failed

    def test_six_sixths_are_a_whole_mark(self) -> None:
        right = frozenset(range(6))
        earned = multiple_select_credit("right_minus_wrong", right, right, 6)
        assert earned == 1
        assert sum([Fraction(1, 6)] * 6) == 1
        options = tuple(Option(passage_of(str(i)), True, None) for i in range(6))
        assert mark_choice(MultipleSelect(options, "per_option"), right).credit == 1

    def test_a_distractor_that_meets_the_key_for_some_numbers_only(self, course: Path) -> None:
        text = """
id: sometimes
kind: single_choice
parameters: {n: {integers: {from: 1, to: 300}}}
solver: traps.half
stem: "Half of ${{ n }}$?"
options:
  - {text: "${{ half }}$", correct: true}
  - {text: "${{ other }}$"}
"""
        result = checked(course, text, variants=300)
        assert codes(result) == {"equal-options"}
        assert "(n = 5)" in result.problems[0].message

    def test_a_mistake_inside_the_tolerance(self, course: Path) -> None:
        text = """
id: near
kind: numeric
parameters: {n: {integers: {from: 6, to: 300}}}
solver: traps.half
stem: "Half of ${{ n }}$?"
answer: half
tolerance: {absolute: 1/2}
mistakes: [{answer: other, feedback: "No."}]
"""
        result = checked(course, text, variants=295)
        assert codes(result) == {"mistake-in-tolerance", "wide-tolerance"}
        assert "(n = 6)" in result.problems[0].message

    def test_two_mistakes_that_give_the_same_number_for_some_draws(self, course: Path) -> None:
        text = """
id: alike
kind: numeric
parameters: {n: {integers: {from: 1, to: 300}}}
solver: traps.half
stem: "Half of ${{ n }}$?"
answer: half
tolerance: {absolute: 0}
mistakes: [{answer: "2*n", feedback: "Twice."}, {answer: "n + 7", feedback: "Seven more."}]
"""
        result = checked(course, text, variants=300)
        assert codes(result) == {"equal-mistakes"}
        (problem,) = result.problems
        assert "(n = 7)" in problem.message
        assert "mistakes 1 and 2 both give 14" in problem.message

    def test_guessing_counts_the_options_that_are_shown(self, course: Path) -> None:
        text = """
id: shown
kind: single_choice
stem: Which?
draw: 4
options:
  - {text: the right one, correct: true}
  - {text: first}
  - {text: second}
  - {text: third}
  - {text: fourth}
"""
        (check,) = checked(course, text).questions
        assert check.guess == Fraction(1, 4)

    @pytest.mark.parametrize(
        ("name", "hint"),
        [("likelihood-ratio-of-a-coins", "(did you mean "), ("few", None), ("elbo-gaps", "")],
    )
    def test_a_question_not_to_be_asked_with_one_that_is_nowhere(
        self, course: Path, name: str, hint: str | None
    ) -> None:
        text = (
            "id: some\nkind: open\nnot_with: [%s]\nstem: Why?\nrubric: [{points: 1, text: So.}]\n"
        )
        other = text.replace("some", "few").replace("[%s]", "[some]")
        (course / "bank" / "other.yaml").write_text(HEAD + other, encoding="utf-8")
        result = checked(course, text % name)
        assert not result.failed
        if hint is None:
            assert result.problems == []
            return
        (problem,) = result.problems
        assert problem.severity == "warning"
        assert problem.message.startswith(f"'not_with' names '{name}', and no question has that id")
        assert hint in problem.message

    def test_a_missing_explanation(self, course: Path) -> None:
        text = "id: bare\nkind: short_answer\nstem: What?\naccept: this\n"
        head = HEAD.replace("explanation: Because.\n", "")
        (course / "bank" / "questions.yaml").write_text(head + text, encoding="utf-8")
        result = check_banks([str(course / "bank")], 10)
        assert codes(result) == {"explanation"}
        assert result.problems[0].place is not None
        assert result.problems[0].place.line == 1

    @pytest.mark.parametrize(
        ("first", "second"), [("0.5", "1/2"), ("0.5", "0.50"), ("1/2", "50%"), ("2e-1", "0.2")]
    )
    def test_options_equal_in_value_but_not_in_print(self, first: str, second: str) -> None:
        options = tuple(Option(passage_of(text), False, None) for text in (first, "7", second))
        faults = list(equal_texts("options", [option.text for option in options]))
        assert [code for code, _ in faults] == ["equal-options"]
        assert f"A ({first}) and C ({second})" in faults[0][1]

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (Text("0011"), Text("011")),
            (Text("011"), Text("11")),
            (Math(("0011",)), Math(("011",))),
            (Text("(0, 01)"), Text("(0, 1)")),
            (Code("1e1"), Code("10")),
            (Code("A"), Code("a")),
            (Math(("X",)), Math(("x",))),
        ],
    )
    def test_codes_and_signs_that_differ_are_different_options(
        self, first: Inline, second: Inline
    ) -> None:
        options = tuple(
            Option(Passage(RichText((Paragraph((node,)),))), False, None)
            for node in (first, second)
        )
        texts = [option.text for option in options]
        assert list(equal_texts("options", texts)) == []

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("0", Fraction(0)),
            ("0.05", Fraction(1, 20)),
            ("1.05", Fraction(21, 20)),
            ("100", Fraction(100)),
            ("007", None),
            (r"\frac{1}{2}", Fraction(1, 2)),
            (r"50\%", Fraction(1, 2)),
            ("a half", None),
            ("x", None),
            ("2 pi e", Fraction("17.0794684453")),
            ("2 pi apples", None),
            (r"\exp log(2)", Fraction(2)),
        ],
    )
    def test_values_of_option_texts(self, text: str, value: Fraction | None) -> None:
        assert option_value(text) == value


class TestCommand:
    @pytest.mark.slow
    def test_a_shipped_topic_passes(self) -> None:
        """The whole bank is checked beside the tests: `.ci/run`."""
        topic = str(
            Path(__file__).parents[2] / "bank" / "questions" / "watermarks-and-memorisation"
        )
        result = CliRunner().invoke(main, ["check", topic, "--variants", "5", "--json"])
        data = json.loads(result.stdout)
        assert result.exit_code == 0, data["problems"]
        assert data["ok"]
        assert all(question["variants"] >= 1 for question in data["questions"])

    def test_problems_give_exit_status_1_with_their_place(self, course: Path) -> None:
        file = course / "bank" / "questions.yaml"
        file.write_text(HEAD + "id: a\nkind: numeric\nstem: x\nanswer: 1\n", encoding="utf-8")
        result = CliRunner().invoke(main, ["check", str(course / "bank")])
        assert result.exit_code == 1
        assert f"{file}:1:1: error: 'tolerance' is missing" in result.stdout

    def test_a_solver_file_that_is_missing(self, course: Path) -> None:
        arguments = ["check", str(course / "bank"), "--solvers", str(course / "none.py")]
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 1
        assert "cannot be read" in result.stdout


@pytest.mark.slow
class TestMutations:
    @pytest.mark.parametrize(
        "identifier", ["bernoulli-kl-value", "who-understands-chinese", "bernoulli-kl-formula"]
    )
    def test_every_break_of_a_solver_is_caught(self, identifier: str) -> None:
        entry, _ = find_question((), identifier)
        assert entry is not None
        template, _ = entry.compiled
        assert template is not None
        assert list(survivors(template, 20)) == []
