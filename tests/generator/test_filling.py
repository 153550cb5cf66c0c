"""Filling: values and answers become a closed item, or a message with the reason."""

from collections import Counter
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest

from qgen.bank.templates import QuestionTemplate
from qgen.document.answers import KINDS as ANSWERS
from qgen.document.answers import (
    FormulaAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Part,
    ShortAnswer,
    SingleChoice,
    Tolerance,
)
from qgen.document.formula import Number, Symbol, linear
from qgen.document.richtext import plain_text
from qgen.document.values import Value
from qgen.generator.drawing import VariantFailure
from qgen.generator.seeds import stream
from tests.bank.written import KINDS, question, template
from tests.generator.filled import choice, fill, shown

A = {"a": {"integers": {"from": -9, "to": 9}}}
AB = {**A, "b": {"integers": {"from": -9, "to": 9}}}


def failure(found: QuestionTemplate, *given: Any, **how: Any) -> tuple[str, str]:
    with pytest.raises(VariantFailure) as caught:
        fill(found, *given, **how)
    return caught.value.code, str(caught.value)


class TestTexts:
    def test_values_stand_where_their_holes_were(self) -> None:
        found = template(
            question(
                stem="What is $x - {{ a }}$ for {{ b }}?",
                parameters=AB,
                explanation="Say {{ c }}.",
                let={"c": "a*b"},
            )
        )
        item = fill(found, {"a": -3, "b": 4})
        assert plain_text(item.stem) == "What is $x + 3$ for 4?"
        assert item.explanation is not None
        assert plain_text(item.explanation) == "Say −12."
        assert item.values == {"a": -3, "b": 4, "c": -12}
        assert (item.variant, item.header.identifier, item.points) == (1, "a-numeric", 1)

    def test_a_value_never_turns_into_markup(self) -> None:
        found = template(
            question(stem="{{ a }} and ${{ a }}$", parameters={"a": {"one_of": ["x"]}})
        )
        text = "*a* `b` $c$ <d> [e](f) {{ g }} \\frac"
        item = fill(found, {"a": text})
        assert plain_text(item.stem).startswith(text)

    @pytest.mark.parametrize(
        ("stem", "message"),
        [
            ("Say {{ 1/a }}.", "the hole '1/a' divides by zero (bank.yaml:6:11)"),
            ("Say {{ w[5] }}.", "the hole 'w[5]': there is no entry 5; they count from 0 to 1 "
                                "(bank.yaml:6:11)"),
            ("Say ${{ x }}$.", "the hole 'x' cannot print nan: it is not a finite number "
                               "(bank.yaml:6:12)"),
            ("Say {{ x | frac }}.", "the hole 'x | frac' cannot print nan: it is not a "
                                    "finite number (bank.yaml:6:11)"),
            ("Say {{ a | vector }}.", "the hole 'a | vector' cannot print 0: it is a "
                                      "number, not a vector or a matrix (bank.yaml:6:11)"),
        ],
    )  # fmt: skip
    def test_what_cannot_print(self, stem: str, message: str) -> None:
        found = template(question(stem=stem, solver="a.b"))
        assert failure(found, {"a": 0}, {"w": (1, 2), "x": float("nan")}) == ("hole", message)


class TestNumbers:
    def test_key_tolerance_unit_and_mistakes(self) -> None:
        found = template(
            question(
                parameters=A, answer="a/2", unit="nats", tolerance={"relative": "1%"},
                mistakes=[{"answer": "a", "feedback": "Not {{ a }}."}],
            )
        )  # fmt: skip
        answer = fill(found, {"a": 3}).parts[0].answer
        assert isinstance(answer, Numeric)
        assert (answer.key, answer.unit) == (Fraction(3, 2), "nats")
        assert answer.tolerance == Tolerance("relative", Fraction(1, 100))
        (mistake,) = answer.mistakes
        assert (mistake.value, plain_text(mistake.feedback)) == (3, "Not 3.")

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            (float("nan"), "'y' is nan, not finite (bank.yaml:7:9)"),
            (float("inf"), "'y' is inf, not finite (bank.yaml:7:9)"),
            (True, "'y' is True, not a number (bank.yaml:7:9)"),
            ("2", "'y' is 2, not a number (bank.yaml:7:9)"),
            ((1, 2), "'y' is (1, 2), not a number (bank.yaml:7:9)"),
            (linear([(2, "x")], 1), "'y' is 2*x + 1, not a number (bank.yaml:7:9)"),
        ],
    )
    def test_what_is_no_number(self, value: Value, message: str) -> None:
        found = template(question(solver="a.b", answer="y"))
        assert failure(found, {}, {"y": value}) == ("answer", message)
        found = template(question(solver="a.b", mistakes=[{"answer": "y", "feedback": "No."}]))
        assert failure(found, {}, {"y": value})[0] == "answer"

    def test_an_answer_without_a_value(self) -> None:
        found = template(question(parameters=A, answer="1/a"))
        assert failure(found, {"a": 0}) == ("answer", "'1/a' divides by zero (bank.yaml:7:9)")

    @pytest.mark.parametrize("same", ["a", "2*a - a", "a + 0.0"])
    def test_a_mistake_that_gives_the_key(self, same: str) -> None:
        found = template(
            question(parameters=A, answer="a", mistakes=[{"answer": same, "feedback": "No."}])
        )
        assert failure(found, {"a": 3}) == (
            "mistake-is-key", f"the mistake '{same}' gives the key 3 itself",
        )  # fmt: skip


class TestFormulas:
    def test_key_and_mistakes(self) -> None:
        data = question("formula", mistakes=[{"answer": "wrong", "feedback": "No."}])
        mean, wrong = linear([(2, "x")], 1), Symbol("x")
        answer = fill(template(data), {}, {"mean": mean, "wrong": wrong}).parts[0].answer
        assert isinstance(answer, FormulaAnswer)
        assert (answer.key, answer.variables) == (mean, {"x": "real"})
        assert [each.value for each in answer.mistakes] == [wrong]

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            (2, None),
            ("x", "'mean' is x, not a formula (bank.yaml:8:9)"),
            (Number(float("inf")), "the formula 'mean' holds a number that is not finite"),
            (linear([(1, "x")], 1), None),
            (Symbol("pi"), None),
            (
                linear([(1, "x"), (2, "sigma")], 1),
                "the formula 'mean' holds 'sigma', which is not among the 'variables' "
                "(bank.yaml:8:9)",
            ),
            (Number(10**400), None),
            (Number(Fraction(10**400, 3)), None),
        ],
    )
    def test_what_is_no_formula(self, value: Value, message: str | None) -> None:
        found = template(question("formula"))
        if message is None:
            fill(found, {}, {"mean": value})
        else:
            assert failure(found, {}, {"mean": value}) == ("answer", message)


class TestWords:
    def test_short_answers(self) -> None:
        found = template(
            question(
                "short_answer", accept=["ELBO", "lower bound"], case_sensitive=True,
                mistakes=[{"text": "KL", "feedback": "No."}],
            )
        )  # fmt: skip
        answer = fill(found).parts[0].answer
        assert isinstance(answer, ShortAnswer)
        assert (answer.accepted, answer.case_sensitive) == (("ELBO", "lower bound"), True)
        assert [(each.text, plain_text(each.feedback)) for each in answer.mistakes] == [
            ("KL", "No.")
        ]

    def test_open_answers(self) -> None:
        rubric = [{"points": "1/2", "text": "Says {{ a }}."}, {"points": "1/2", "text": "Why."}]
        answer = (
            fill(template(question("open", rubric=rubric, lines=9, parameters=A)), {"a": 2})
            .parts[0]
            .answer
        )
        assert isinstance(answer, Open)
        assert answer.lines == 9
        assert [(line.points, plain_text(line.text)) for line in answer.rubric] == [
            (Fraction(1, 2), "Says 2."),
            (Fraction(1, 2), "Why."),
        ]

    def test_a_rubric_adds_to_what_the_exam_gives(self) -> None:
        rubric = [{"points": "1/4", "text": "One."}, {"points": "3/4", "text": "Two."}]
        answer = fill(template(question("open", rubric=rubric)), points=Fraction(6)).parts[0].answer
        assert isinstance(answer, Open)
        assert [line.points for line in answer.rubric] == [Fraction(3, 2), Fraction(9, 2)]


class TestRightOptions:
    COMPARED = ({"text": "p", "correct": "a > b"}, {"text": "q", "correct": "a < b"}, "r")

    def test_expressions_decide(self) -> None:
        found = choice(*self.COMPARED[:2], {"text": "r"}, parameters=AB)
        for a, right in ((1, [False, True]), (3, [True, False])):
            answer = fill(found, {"a": a, "b": 2}).parts[0].answer
            assert isinstance(answer, SingleChoice)
            assert [option.correct for option in answer.options] == [*right, False]

    def test_a_single_choice_needs_one(self) -> None:
        none = choice(*self.COMPARED[:2], parameters=AB)
        assert failure(none, {"a": 2, "b": 2}) == (
            "right-options", "0 options are right where a single choice needs one",
        )  # fmt: skip
        two = choice(
            {"text": "p", "correct": "a > 0"}, {"text": "q", "correct": "b > 0"}, parameters=AB
        )
        assert failure(two, {"a": 2, "b": 2}) == (
            "right-options", "2 options are right where a single choice needs one",
        )  # fmt: skip

    def test_several_may_be_none_or_all(self) -> None:
        found = choice(*self.COMPARED[:2], kind="multiple_select", parameters=AB)
        answer = fill(found, {"a": 2, "b": 2}, rule="right_minus_wrong").parts[0].answer
        assert isinstance(answer, MultipleSelect)
        assert (answer.rule, [option.correct for option in answer.options]) == (
            "right_minus_wrong", [False, False],
        )  # fmt: skip

    def test_truth_is_true_or_false(self) -> None:
        found = choice({"text": "p", "correct": "a"}, {"text": "q"}, parameters=A)
        assert failure(found, {"a": 1}) == (
            "answer", "'a' is 1, neither true nor false (bank.yaml:9:12)",
        )  # fmt: skip

    def test_feedback_is_filled(self) -> None:
        found = choice(
            {"text": "p", "correct": True, "feedback": "It is {{ a }}."}, "q", parameters=A
        )
        answer = fill(found, {"a": 4}).parts[0].answer
        assert isinstance(answer, SingleChoice)
        assert [option.feedback and plain_text(option.feedback) for option in answer.options] == [
            "It is 4.",
            None,
        ]


class TestEqualOptions:
    @pytest.mark.parametrize(
        ("first", "second", "values", "message"),
        [
            ("${{ a }}$", "${{ b }}$", (3, 3), "the options 'a' and 'b' are both 3"),
            ("{{ a }}", "${{ b }}$", (-3, -3), "the options 'a' and 'b' are both -3"),
            ("${{ a/4 }}$", "${{ (b/4)|num(2) }}$", (1, 1),
             "the options 'a/4' and '(b/4)|num(2)' are both 0.25"),
            ("${{ (a/30)|num(1) }}$", "${{ (b/31)|num(1) }}$", (1, 1),
             "the options '(a/30)|num(1)' and '(b/31)|num(1)' are both 0.03"),
            ("${{ a }}$", "$3$", (3, 1), "the options 'a' and '3' are both 3"),
            ("$3$", "{{ a }}", (3, 1), "the options '3' and 'a' are both 3"),
            ("$x = {{ a }}$", "$x = {{ b }}$", (3, 3),
             "the options 'x = 3' and 'x = 3' are both x = 3"),
            ("$x + {{ a }}$", "$x - {{ b }}$", (3, -3),
             "the options 'x + 3' and 'x + 3' are both x + 3"),
            ("at  least {{ a }}", "at least *{{ b }}*", (3, 3),
             "the options 'at least 3' and 'at least 3' are both at least 3"),
            ("yes", "yes", (1, 2), "the options 'yes' and 'yes' are both yes"),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("kind", ["single_choice", "multiple_select"])
    def test_in_value_or_in_print(
        self, kind: str, first: str, second: str, values: tuple[int, int], message: str
    ) -> None:
        found = choice(first, second, "another", kind=kind, parameters=AB)
        known = dict(zip("ab", values, strict=True))
        assert failure(found, known) == ("equal-options", message)
        if "b" in second:
            assert shown(fill(found, {"a": 5, "b": -2}))

    def test_only_those_that_are_shown_count(self) -> None:
        found = choice("${{ a }}$", "1", "1", draw=2, parameters=A)
        for number in range(20):
            fill(found, {"a": 3}, source=stream(number, "", "", "", 0))

    def test_different_options_pass(self) -> None:
        texts = ["1", "-1", "$1/2$", "$\\frac{1}{2}$", "True", "true", "x", "`x y`", "a b", "ab"]
        assert shown(fill(choice(*texts))) != []


class TestShuffling:
    @staticmethod
    def orders(found: QuestionTemplate, count: int, **how: Any) -> Counter[tuple[str, ...]]:
        return Counter(
            tuple(shown(fill(found, shuffle=True, source=stream(0, "", "", str(n), 0), **how)))
            for n in range(count)
        )

    @pytest.mark.slow
    def test_every_order_is_as_likely(self) -> None:
        found = self.orders(choice("a", "b", "c"), 1200)
        assert set(found) == set(permutations("abc"))
        # Five degrees of freedom: exceeded once in ten thousand seeds.
        assert sum((count - 200) ** 2 / 200 for count in found.values()) < 26

    def test_positions_are_kept(self) -> None:
        options = [
            {"text": "none", "position": "last"}, {"text": "a", "correct": True},
            {"text": "top", "position": "first"}, {"text": "b"},
            {"text": "end", "position": "last"},
        ]  # fmt: skip
        found = self.orders(choice(*options), 200)
        assert set(found) == {
            ("top", "a", "b", "none", "end"), ("top", "b", "a", "none", "end"),
        }  # fmt: skip

    def test_the_order_of_the_question_where_nothing_is_shuffled(self) -> None:
        found = choice("a", "b", "c", "d")
        assert shown(fill(found)) == ["a", "b", "c", "d"]

    @pytest.mark.slow
    def test_the_right_option_moves_along(self) -> None:
        places = set()
        for number in range(60):
            item = fill(choice("a", "b", "c"), shuffle=True, source=stream(number, "", "", "", 0))
            answer = item.parts[0].answer
            assert isinstance(answer, SingleChoice)
            (right,) = [index for index, each in enumerate(answer.options) if each.correct]
            assert shown(item)[right] == "a"
            places.add(right)
        assert places == {0, 1, 2}


class TestDraw:
    OPTIONS = tuple("abcdef")

    @pytest.mark.parametrize("shuffle", [True, False])
    def test_a_single_choice_keeps_its_right_option(self, shuffle: bool) -> None:
        found = choice(*self.OPTIONS, draw=3)
        seen: Counter[str] = Counter()
        for number in range(300):
            item = fill(found, shuffle=shuffle, source=stream(number, "", "", "", 0))
            texts = shown(item)
            assert len(texts) == len(set(texts)) == 3
            assert "a" in texts
            assert shuffle or texts == sorted(texts)
            seen.update(texts)
        # Two of five wrong ones each time: 120 each, give or take.
        assert all(80 < seen[letter] < 160 for letter in "bcdef")

    def test_several_keep_a_right_one_if_there_is_one(self) -> None:
        options = [{"text": letter, "correct": letter in "ab"} for letter in self.OPTIONS]
        found = choice(*options, kind="multiple_select", draw=2)
        kinds = set()
        for number in range(200):
            answer = fill(found, source=stream(number, "", "", "", 0)).parts[0].answer
            assert isinstance(answer, MultipleSelect)
            kinds.add(sum(option.correct for option in answer.options))
        assert kinds == {1, 2}
        nothing = choice(
            *[{"text": letter} for letter in self.OPTIONS], kind="multiple_select", draw=2
        )
        assert len(shown(fill(nothing))) == 2

    @pytest.mark.slow
    def test_positions_are_always_shown(self) -> None:
        options = [{"text": "a", "correct": True}, *({"text": each} for each in "bcde"),
                   {"text": "none", "position": "last"}]  # fmt: skip
        for number in range(50):
            texts = shown(fill(choice(*options, draw=3), source=stream(number, "", "", "", 0)))
            assert len(texts) == 3
            assert {"a", "none"} <= set(texts)


class TestDerivations:
    PARTS = (
        {"kind": "numeric", "prompt": "First {{ a }}?", "points": 1, "answer": "a",
         "tolerance": {"absolute": 0}, "explanation": "It is {{ a }}."},
        {"kind": "numeric", "prompt": "Second?", "points": 2, "answer": "2*a",
         "tolerance": {"absolute": 0}, "carry": {"part": "a", "answer": "2*earlier + a - a"}},
    )  # fmt: skip

    def parts(self, points: Fraction | None = None) -> tuple[Part, ...]:
        found = template(question("derivation", parts=list(self.PARTS), parameters=A))
        return fill(found, {"a": 3}, **({} if points is None else {"points": points})).parts

    def test_what_a_part_holds(self) -> None:
        first, second = self.parts()
        assert (first.label, plain_text(first.prompt), first.points) == ("a", "First 3?", 1)
        assert first.explanation is not None
        assert plain_text(first.explanation) == "It is 3."
        assert isinstance(second.answer, Numeric)
        assert (second.label, second.answer.key, second.explanation) == ("b", 6, None)

    @pytest.mark.parametrize("points", [Fraction(3), Fraction(6), Fraction(1, 2), Fraction(10, 3)])
    def test_points_are_scaled(self, points: Fraction) -> None:
        first, second = self.parts(points)
        assert first.points + second.points == points
        assert second.points == 2 * first.points

    def test_an_earlier_number_is_carried_forward(self) -> None:
        first, second = self.parts()
        assert first.carried is None
        assert second.carried is not None
        assert second.carried.part == "a"
        assert second.carried.key(Fraction(5, 2)) == 5


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_filled(kind: str) -> None:
    answers: dict[str, Value] = {"mean": Symbol("x")}
    item = fill(template(question(kind)), {}, answers)
    assert item.header.kind == kind
    assert item.is_derivation is (kind == "derivation")
    if kind in ANSWERS:
        assert isinstance(item.parts[0].answer, ANSWERS[kind])
