from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.answers import (
    Answer,
    CarriedForward,
    FormulaAnswer,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    NumericMistake,
    Open,
    Option,
    ScoringRule,
    ShortAnswer,
    SingleChoice,
    TextMistake,
    Tolerance,
)
from qgen.document.formula import Symbol
from qgen.document.richtext import passage_of
from qgen.marking.grader import (
    Mark,
    mark_choice,
    mark_matrix,
    mark_number,
    mark_part_number,
    mark_words,
)
from qgen.marking.number_reader import parse_number
from qgen.marking.rules import accepted_interval, guess_floor, multiple_select_credit
from tests.samples import sole, steps

RULES: tuple[ScoringRule, ...] = get_args(ScoringRule)
TINY = Fraction(1, 10**30)


def subsets(count: int) -> Iterable[frozenset[int]]:
    for size in range(count + 1):
        yield from map(frozenset, combinations(range(count), size))


def options(*correct: bool) -> tuple[Option, ...]:
    return tuple(
        Option(passage_of(f"option {index}"), right, passage_of(f"feedback {index}"))
        for index, right in enumerate(correct)
    )


def numeric(key: int | Fraction | float, kind: str, amount: Fraction | int) -> Numeric:
    assert kind in ("absolute", "relative", "significant_digits")
    return Numeric(key, Tolerance(kind, Fraction(amount)))  # type: ignore[arg-type]


def accepts(answer: Numeric, response: Fraction) -> bool:
    return mark_number(answer, response).credit == 1


# Numbers


@pytest.mark.slow
def test_every_answer_on_the_edge_of_two_thousand_decimal_keys_is_accepted() -> None:
    tolerance, outside = "0.01", Fraction(1, 10**6)
    keys = [f"{units}.{part:02d}" for units in range(10) for part in range(100)]
    keys += [f"{units}.{part:03d}" for units in range(10) for part in range(0, 1000, 10)]
    assert len(keys) == 2000
    for key in keys:
        for typed_key in (Fraction(key), float(key)):
            answer = Numeric(typed_key, Tolerance("absolute", Fraction(tolerance)))
            # The edge as a student types it: a short decimal.
            for sign in (1, -1):
                edge = Fraction(key) + sign * Fraction(tolerance)
                response = parse_number(f"{float(edge):.3f}")
                assert isinstance(response, Fraction)
                assert accepts(answer, response)
                assert not accepts(answer, response + sign * outside)


_KEYS = st.one_of(
    st.fractions(),
    st.sampled_from([Fraction(0), Fraction(1, 10**9), Fraction(10**12), Fraction(-(10**12))]),
    st.decimals(-1000, 1000, places=3).map(Fraction),
)
_AMOUNTS = st.fractions(0, 2)


@pytest.mark.slow
@given(_KEYS, _AMOUNTS)
def test_the_edge_of_an_absolute_tolerance_is_accepted_and_exact(
    key: Fraction, amount: Fraction
) -> None:
    answer = numeric(key, "absolute", amount)
    for sign in (1, -1):
        assert accepts(answer, key + sign * amount)
        assert not accepts(answer, key + sign * (amount + TINY))


@pytest.mark.slow
@given(_KEYS, _AMOUNTS)
def test_the_edge_of_a_relative_tolerance_is_accepted_and_exact(
    key: Fraction, amount: Fraction
) -> None:
    answer = numeric(key, "relative", amount)
    for sign in (1, -1):
        edge = key + sign * amount * abs(key)
        assert accepts(answer, edge)
        assert not accepts(answer, edge + sign * TINY)


@pytest.mark.parametrize(
    ("key", "digits", "half_unit"),
    [
        ("123.456", 3, "0.5"),
        ("99.96", 3, "0.05"),
        ("100", 3, "0.5"),
        ("99.999", 1, "5"),
        ("0.00123456", 2, "0.00005"),
        ("-7", 1, "0.5"),
        ("1000000000000", 2, "50000000000"),
        ("0.000000001", 3, "0.000000000005"),
        ("1/3", 3, "0.0005"),
        ("1/11", 2, "0.0005"),
        ("0", 4, "0"),
    ],
)
def test_significant_digits_allow_half_a_unit(key: str, digits: int, half_unit: str) -> None:
    low, high = accepted_interval(Fraction(key), Tolerance("significant_digits", Fraction(digits)))
    assert high - Fraction(key) == Fraction(key) - low == Fraction(half_unit)


def test_a_float_key_means_the_decimal_that_is_printed() -> None:
    for key in (0.1, 0.1 + 0.2 - 0.2, 1e-9, 1e12, 0.07 * 100 / 100):
        answer = numeric(key, "absolute", Fraction(1, 100))
        printed = Fraction(f"{key:.12g}")
        assert accepts(answer, printed + Fraction(1, 100))
        assert accepts(answer, printed - Fraction(1, 100))
        assert not accepts(answer, printed + Fraction(1, 100) + TINY)
    assert mark_number(numeric(Fraction(1, 10), "absolute", 0), 0.1).credit == 1


def test_of_two_mistakes_in_reach_the_nearest_one_counts() -> None:
    feedback = tuple(passage_of(text) for text in ("first", "second"))
    answer = Numeric(
        Fraction(1),
        Tolerance("absolute", Fraction(1, 10)),
        mistakes=(
            NumericMistake(Fraction(2), feedback[0]),
            NumericMistake(Fraction(43, 20), feedback[1]),
        ),
    )
    given = {"1.95": 0, "2": 0, "2.07": 0, "2.08": 1, "2.15": 1, "2.25": 1, "1.8": None}
    for text, mistake in given.items():
        mark = mark_number(answer, Fraction(text))
        assert mark.credit == 0
        assert mark.mistake == mistake
        assert mark.feedback == (() if mistake is None else (feedback[mistake],))


TENTHS = st.integers(-12, 12).map(lambda number: Fraction(number, 10))


@given(TENTHS, st.lists(TENTHS, max_size=3), TENTHS, st.integers(0, 3), st.integers(0, 3))
def test_what_is_known_to_lie_within_a_slack_is_taken_for_what_it_may_be(
    key: Fraction, values: list[Fraction], given: Fraction, reach: int, slack: int
) -> None:
    """By distances alone, on a grid on which ends are met: the key first, else the nearest."""
    near = Fraction(reach + slack, 10)
    mistakes = tuple(NumericMistake(value, passage_of("so")) for value in values)
    answer = Numeric(key, Tolerance("absolute", Fraction(reach, 10)), mistakes=mistakes)
    mark = mark_number(answer, given, Fraction(slack, 10))
    assert (mark.credit == 1) == (abs(given - key) <= near)
    distances = [abs(given - value) for value in values]
    if mark.credit == 1 or min(distances, default=near + 1) > near:
        assert mark.mistake is None
    else:
        assert mark.mistake == distances.index(min(distances))


@given(st.lists(st.tuples(TENTHS, TENTHS, st.integers(0, 2)), min_size=1, max_size=4))
def test_entries_are_right_where_they_may_lie_within_the_tolerance(
    entries: list[tuple[Fraction, Fraction, int]],
) -> None:
    tolerance = Tolerance("absolute", Fraction(1, 10))
    answer = MatrixAnswer(tuple((key,) for key, _, _ in entries), tolerance)
    given = [number for _, number, _ in entries]
    mark = mark_matrix(answer, given, [Fraction(slack, 10) for _, _, slack in entries])
    right = sum(abs(key - number) <= Fraction(1 + slack, 10) for key, number, slack in entries)
    assert mark.credit == Fraction(right, len(entries))


def test_a_mistake_earns_its_share_and_no_other() -> None:
    feedback = passage_of("half"), passage_of("none")
    mistakes = (
        NumericMistake(Fraction(2), feedback[0], Fraction(1, 2)),
        NumericMistake(Fraction(43, 20), feedback[1]),
    )
    answer = Numeric(Fraction(1), Tolerance("absolute", Fraction(1, 10)), mistakes=mistakes)
    given = {"1.9": "1/2", "2.07": "1/2", "2.08": "0", "2.25": "0", "1.1": "1", "1.89": "0"}
    for text, credit in given.items():
        assert mark_number(answer, Fraction(text)).credit == Fraction(credit)
    words = ShortAnswer(("ELBO",), False, (TextMistake("bound", feedback[0], Fraction(1, 3)),))
    assert mark_words(words, " Bound ") == Mark(Fraction(1, 3), (feedback[0],), 0)


def test_what_follows_from_an_earlier_value_is_worth_more_than_a_mistake() -> None:
    mistake = NumericMistake(Fraction(6), passage_of("No."), Fraction(1, 2))
    asked = Numeric(Fraction(4), Tolerance("absolute", Fraction(0)), mistakes=(mistake,))
    _, second = steps(Numeric(2, asked.tolerance), asked)
    part = replace(second, carried=CarriedForward("a", lambda earlier: 2 * earlier))
    assert mark_part_number(part, Fraction(6), {"a": Fraction(3)}) == Mark(Fraction(1))
    assert mark_part_number(part, Fraction(6), {"a": Fraction(2)}).credit == Fraction(1, 2)


def test_a_number_near_a_mistake_gets_its_feedback() -> None:
    feedback = passage_of("the standard deviation"), passage_of("the negative")
    answer = Numeric(
        Fraction(4),
        Tolerance("absolute", Fraction(1, 10)),
        mistakes=(NumericMistake(2, feedback[0]), NumericMistake(-4, feedback[1])),
    )
    assert mark_number(answer, Fraction("2.1")) == Mark(Fraction(0), (feedback[0],), 0)
    assert mark_number(answer, Fraction("-3.9")) == Mark(Fraction(0), (feedback[1],), 1)
    assert mark_number(answer, 3) == Mark(Fraction(0))
    assert mark_number(answer, 4) == Mark(Fraction(1))


# Choices


def expected_credit(
    rule: ScoringRule, right: frozenset[int], ticked: frozenset[int], shown: int
) -> Fraction:
    """The rules in other words: by going through the options one at a time."""
    hits = sum(1 for option in range(shown) if option in right and option in ticked)
    false = sum(1 for option in range(shown) if option not in right and option in ticked)
    as_in_the_key = sum(1 for option in range(shown) if (option in right) == (option in ticked))
    if rule == "all_or_nothing":
        return Fraction(as_in_the_key == shown)
    if rule == "per_option":
        return sum((Fraction(1, shown) for _ in range(as_in_the_key)), Fraction(0))
    if not right:
        return Fraction(not ticked)
    earned = sum((Fraction(1, len(right)) for _ in range(hits)), Fraction(0))
    lost = sum((Fraction(1, len(right)) for _ in range(false)), Fraction(0))
    return max(Fraction(0), earned - lost)


@pytest.mark.parametrize("rule", RULES)
def test_every_combination_of_ticks_earns_what_the_rule_says(rule: ScoringRule) -> None:
    for shown in range(1, 6):
        for right, ticked in product(subsets(shown), subsets(shown)):
            credit = multiple_select_credit(rule, right, ticked, shown)
            assert credit == expected_credit(rule, right, ticked, shown)
            assert 0 <= credit <= 1
            assert (credit == 1) == (ticked == right)


def test_one_of_three_wrong_gives_two_thirds_and_no_tick_earns_no_moodle_fraction() -> None:
    right = frozenset((0, 1))
    assert multiple_select_credit("per_option", right, frozenset((0,)), 3) == Fraction(2, 3)
    assert multiple_select_credit("right_minus_wrong", right, frozenset((0, 2)), 3) == 0
    assert multiple_select_credit("right_minus_wrong", right, frozenset(), 3) == 0


def test_six_sixths_make_one() -> None:
    six = frozenset(range(6))
    shares = [
        multiple_select_credit("right_minus_wrong", six, frozenset((option,)), 6) for option in six
    ]
    assert shares == [Fraction(1, 6)] * 6
    assert sum(shares) == 1
    assert multiple_select_credit("right_minus_wrong", six, six, 6) == 1
    assert multiple_select_credit("per_option", six, six, 6) == 1


def test_a_single_choice_is_right_only_with_exactly_the_right_tick() -> None:
    answer = SingleChoice(options(False, True, False))
    for ticked in subsets(3):
        mark = mark_choice(answer, ticked)
        assert mark.credit == (ticked == {1})
        assert mark.feedback == tuple(
            passage for index in sorted(ticked) if (passage := answer.options[index].feedback)
        )
        wrong_one = len(ticked) == 1 and ticked != {1}
        assert mark.mistake == (min(ticked) if wrong_one else None)


def test_multiple_select_uses_its_rule_and_shows_feedback_of_what_was_ticked() -> None:
    answer = MultipleSelect(options(True, False, True), "per_option")
    mark = mark_choice(answer, frozenset((0, 1)))
    assert mark.credit == Fraction(1, 3)
    assert mark.feedback == (answer.options[0].feedback, answer.options[1].feedback)
    assert mark.mistake is None


# Words


def test_words_match_whatever_the_blanks_the_case_and_the_encoding() -> None:
    feedback = passage_of("only a bound")
    answer = ShortAnswer(("Evidence lower bound", "Itô"), False, (TextMistake("bound", feedback),))
    for text in ("evidence  LOWER\tbound ", "Ito\u0302", "itô"):
        assert mark_words(answer, text) == Mark(Fraction(1))
    assert mark_words(answer, " Bound") == Mark(Fraction(0), (feedback,), 0)
    for text in ("", "evidence", "evidencelowerbound"):
        assert mark_words(answer, text) == Mark(Fraction(0))


def test_case_counts_where_the_author_says_so() -> None:
    answer = ShortAnswer(("ELBO",), case_sensitive=True)
    assert mark_words(answer, "ELBO").credit == 1
    assert mark_words(answer, "elbo").credit == 0


# Guessing


@pytest.mark.parametrize("rule", RULES)
def test_the_guess_floor_is_the_mean_over_all_ticks(rule: ScoringRule) -> None:
    for shown in range(1, 7):
        for correct in product((True, False), repeat=shown):
            answer = MultipleSelect(options(*correct), rule)
            credits = [mark_choice(answer, ticked).credit for ticked in subsets(shown)]
            assert guess_floor(sole(answer)) == sum(credits, Fraction(0)) / len(credits)


def test_the_guess_floor_of_parts_is_weighed_by_their_points() -> None:
    choice = SingleChoice(options(True, False, False, False))

    assert guess_floor(sole(choice)) == Fraction(1, 4)
    typed: list[Answer] = [
        numeric(1, "absolute", 0),
        FormulaAnswer(Symbol("x"), {"x": "real"}),
        ShortAnswer(("a",)),
        Open((), 3),
    ]
    assert [guess_floor(sole(answer)) for answer in typed] == [0] * 4
    assert guess_floor(steps(choice, typed[0], points=(Fraction(3), Fraction(1)))) == Fraction(
        3, 16
    )
    assert guess_floor(sole(choice, Fraction(0))) == 0
