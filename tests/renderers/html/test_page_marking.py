"""The page's script marks as qgen does: the same responses, given to both."""

import hashlib
import json
import random
import re
from dataclasses import replace
from fractions import Fraction
from math import exp
from typing import Any

import pytest

from qgen.document.answers import (
    CarriedForward,
    Matching,
    MatrixAnswer,
    MatrixMistake,
    MultipleSelect,
    Numeric,
    NumericMistake,
    Open,
    Option,
    Ordering,
    Pair,
    RubricLine,
    ShortAnswer,
    SingleChoice,
    TextMistake,
    Tolerance,
)
from qgen.marking.closed_forms import read_typed
from qgen.marking.grader import (
    mark_choice,
    mark_matching,
    mark_number,
    mark_ordering,
    mark_part_number,
    mark_words,
)
from qgen.marking.number_reader import Refusal, parse_number
from qgen.marking.responses import mark_response
from qgen.marking.rules import accepted_interval
from qgen.renderers.carried import quotient_of
from qgen.renderers.html.marking_data import marked_parts
from tests import samples
from tests.renderers.html.page_scripts import (
    MODULES,
    SHARES,
    TOO_HARD,
    WORD,
    credits,
    key_of,
    needs_node,
    page,
)

pytestmark = needs_node


def test_ticks_of_every_rule() -> None:
    cases, expected = [], []
    for shown in (2, 3, 5):
        for right in range(1 << shown):
            options = tuple(Option(WORD, bool(right >> n & 1), None) for n in range(shown))
            answers = [
                MultipleSelect(options, rule)
                for rule in ("all_or_nothing", "per_option", "right_minus_wrong")
            ]
            if right.bit_count() == 1:
                answers.append(SingleChoice(options))
            for answer in answers:
                key = key_of(answer)
                for ticked in range(1 << shown):
                    chosen = [n for n in range(shown) if ticked >> n & 1]
                    if isinstance(answer, SingleChoice) and len(chosen) > 1:
                        continue
                    response: Any = [n + 1 for n in chosen]
                    if isinstance(answer, SingleChoice):
                        response = response[0] if response else None
                    cases.append([key, response])
                    expected.append(mark_choice(answer, set(chosen)))
    found = page("mark", cases)
    assert len(cases) > 3000
    assert credits(found) == [mark.credit for mark in expected]
    assert [mark["mistake"] for mark in found] == [
        mark.mistake if mark.credit == 0 else None for mark in expected
    ]


def test_pairs_and_orders() -> None:
    stream = random.Random(5)
    cases, expected = [], []
    for _ in range(1500):
        size, more = stream.randint(2, 5), stream.randint(0, 2)
        places = list(range(size + more))
        stream.shuffle(places)
        pairs = tuple(Pair(WORD, place, None) for place in places[:size])
        rule = stream.choice(["all_or_nothing", "per_option", "right_minus_wrong"])
        matching = Matching(pairs, (WORD,) * (size + more), rule)
        near = [stream.choice([pair.right, pair.right, None, 0, size - 1]) for pair in pairs]
        cases.append([key_of(matching), [None if n is None else n + 1 for n in near]])
        expected.append(mark_matching(matching, near).credit)
        key = list(range(size))
        stream.shuffle(key)
        ordering = Ordering(
            (WORD,) * size, tuple(key), stream.choice(["all_or_nothing", "adjacent"])
        )
        given = [place if stream.random() < 0.9 else None for place in key]
        if stream.random() < 0.7:
            first, second = stream.randrange(size), stream.randrange(size)
            given[first], given[second] = given[second], given[first]
        cases.append([key_of(ordering), [None if n is None else n + 1 for n in given]])
        expected.append(mark_ordering(ordering, given).credit)
    assert credits(page("mark", cases)) == expected


WRITTEN = (
    *("1/3", "-1/3", "−0,25", "50%", "12,5 %", "1.2e-3", "5·10^-3", "5×10⁻³", "10^-3", "1,234"),
    *("1,234.5", "1.234,5", "1 000", "1'000", "1,2,3", "1.2.3", "0x10", "1/0", "1/2/3", "", " "),
    *("inf", "nan", "٣", "abc", "1e400", "+.5", "5.", ".", "-", "1e", "e5", "2*10^3/3", "3/2*10^3"),
    *(
        "1 / 3",
        "- 2",
        "--2",
        "1,5e3",
        "0,001",
        "00,1",
        "1e-300",
        "9" * 101,
        "1\u00a0000",
        "２",
        "½",
    ),
    *("1_000", "1/3%", "%", "10^{2}", "10**2", "\\cdot10^2", "5\\times10^2", "1\t", "∞", "x10^2"),
)


def test_numbers_are_read_alike() -> None:
    stream = random.Random(6)
    texts = list(WRITTEN)
    while len(texts) < 3000:
        texts.append(
            "".join(stream.choices("0123456789012345,.' /-+−%e^*10×()", k=stream.randint(1, 8)))
        )
    read = [parse_number(text) for text in texts]
    expected = [each.sentence if isinstance(each, Refusal) else str(each) for each in read]
    assert sum(isinstance(each, Fraction) for each in read) > 500
    for text, found, wanted in zip(texts, page("number", texts), expected, strict=True):
        assert (text, found) == (text, wanted)


CLOSED = (
    *("sqrt(2)/2", "2*pi", "3/4", "e^2", "ln(2)", "2π", "-e", "sqrt 2", "\\frac{1}{2}", "1/(2-2)"),
    *("ln(-1)", "9^9^9^9", "exp(exp(20))", "log(100)", "log10(100)", "\\log(2)", "log_2(8)", "5e"),
    *("2e^2", "2.e", "√2/2", "(1/2)/(3/4)", "1/2/3", "|−3|", "1,5*pi", "sqrt(2)^2-2", "sin(pi)"),
    *("cos(10^7)", "exp(700)", "e^e^e", "max(1,2)", "0.25 nats", "½", "x", "2(3", "1 000*pi"),
    "e",
    *(
        "(" * 30,
        "e^" * 45 + "2",
        "2^0.5",
        "10**-3",
        "2²",
        "tanh(1)",
        "sigmoid(0)",
        "abs(-2)/3",
        "()",
    ),
    *("1.2e-3*2", "e5", "1/3*pi%", "inf*2", "sqrt(4)", "8^(1/3)", "(-8)^(1/3)", "0^0", "0*ln(0)"),
)
PIECES = "1 2 3 7 0.5 10 e pi π ln( exp( sqrt( sin( log2( ) ( + - * / ^ ^2 ² | , 1/2".split()


OPERANDS = "2 0.5 10 3 7 e pi π ln(2) exp(-1) sqrt(3) sin(2) log2(6) (1/3) 7² -1 |2-pi|".split()


def closed_forms(count: int) -> list[str]:
    """What students might type; half of it has a value."""
    stream = random.Random(12)
    texts = list(CLOSED)
    while len(texts) < count:
        if len(texts) % 2:
            text = "".join(stream.choices(PIECES, k=stream.randint(2, 7)))
            texts.append(text + ")" * max(0, text.count("(") - text.count(")")))
            continue
        text = stream.choice(OPERANDS)
        for _ in range(stream.randint(0, 3)):
            shape = stream.choice(["{}+{}", "{} - {}", "({})*{}", "{}/{}", "({})^{}", "{}**{}"])
            text = shape.format(text, stream.choice(OPERANDS))
        texts.append(stream.choice(["{}", "-{}", "sqrt({})", "ln({})", "exp({})"]).format(text))
    return texts


def test_closed_forms_are_read_alike() -> None:
    texts = closed_forms(4000)
    values = 0
    for text, found in zip(texts, page("answer", [[text] for text in texts]), strict=True):
        read = read_typed(text)
        if isinstance(read, Refusal):
            # A page does not say which name is near to an unknown one.
            assert isinstance(found, str) or read.sentence == TOO_HARD, text
            assert found == read.sentence or "is unknown" in found or len(found) == 2, text
            continue
        values += 1
        if isinstance(found, str):
            # Where digits cancel, a page's doubles may not suffice any more.
            assert found == TOO_HARD, text
            assert read.slack > max(1, abs(read.value)) * Fraction(1, 10**11), text
            continue
        value, slack = map(Fraction, found)
        assert abs(value - read.value) <= slack + read.slack, text
        assert bool(slack) == bool(read.slack), text
    assert values > 800
    assert (
        page("answer", [[text, True] for text in CLOSED[:2]])
        == ["This is not a number: write only a number such as -2, 0.5, 1/3 or 5e-3."] * 2
    )


def test_closed_forms_are_marked_alike() -> None:
    stream = random.Random(13)
    cases, expected = [], []
    for text in closed_forms(1500):
        read = read_typed(text)
        if isinstance(read, Refusal):
            continue
        for kind, amount in (("absolute", "0"), ("relative", "0.01"), ("significant_digits", "3")):
            tolerance = Tolerance(kind, Fraction(amount))  # type: ignore[arg-type]
            moved = read.value * (1 + Fraction(stream.choice([0, 0, 9, 11]), 1000))
            key: Any = stream.choice([moved, float(moved)])
            mistake = NumericMistake(read.value + 1, WORD, Fraction(1, 3))
            answer = Numeric(key, tolerance, None, (mistake,))
            cases.append([key_of(answer), text])
            part = replace(samples.sole(answer)[0])
            expected.append(mark_response(part, text, {}).credit)
    assert {Fraction(0), Fraction(1)} <= set(expected)
    assert credits(page("mark", cases)) == expected


def test_numbers_are_marked_alike() -> None:
    stream = random.Random(7)
    cases, expected = [], []
    for _ in range(400):
        key = Fraction(stream.randint(-500, 500), stream.choice([1, 3, 7, 100, 10**6]))
        kind: Any = stream.choice(["absolute", "relative", "significant_digits"])
        amount = Fraction(stream.randint(1, 5)) / (1 if kind == "significant_digits" else 100)
        others = [key * 2 + 1, -key + Fraction(1, 3), key + amount * 3]
        answer = Numeric(
            stream.choice([key, float(key)]),
            Tolerance(kind, amount),
            None,
            tuple(
                NumericMistake(other, WORD, stream.choice(SHARES))
                for other in others
                if other != key
            ),
        )
        data = key_of(answer)
        edges = list(accepted_interval(answer.key, answer.tolerance))
        tries = [
            key,
            *edges,
            *others,
            *(edge + Fraction(step, 10**9) for edge in edges for step in (1, -1)),
        ]
        for given in tries:
            text = stream.choice([str(given), f"{float(given):.12g}", f"{float(given):.3g}"])
            cases.append([data, text])
            response = parse_number(text)
            assert isinstance(response, Fraction)
            expected.append(mark_number(answer, response))
    found = page("mark", cases)
    assert len(cases) > 3000
    assert credits(found) == [mark.credit for mark in expected]
    assert [mark["mistake"] for mark in found] == [mark.mistake for mark in expected]


def test_matrices_are_marked_alike() -> None:
    """Keys, mistakes, their edges, entries left out, and what cannot be read."""
    stream = random.Random(12)
    cases, expected = [], []
    for _ in range(300):
        height, width = stream.randint(1, 4), stream.randint(1, 4)

        def rows(height: int = height, width: int = width) -> Any:
            return tuple(
                tuple(
                    stream.choice([stream.randint(-9, 9), Fraction(stream.randint(-9, 9), 7), 0.3])
                    for _ in range(width)
                )
                for _ in range(height)
            )

        kind: Any = stream.choice(["absolute", "relative", "significant_digits"])
        amount = Fraction(stream.randint(1, 3)) / (1 if kind == "significant_digits" else 10)
        answer = MatrixAnswer(
            rows(),
            Tolerance(kind, amount),
            stream.choice(["per_entry", "all"]),
            tuple(MatrixMistake(rows(), WORD) for _ in range(stream.randint(0, 3))),
        )
        (part,) = samples.sole(answer)
        for near in (answer.key, *(mistake.rows for mistake in answer.mistakes)):
            for _ in range(4):
                given = [_beside(entry, answer.tolerance, stream) for row in near for entry in row]
                cases.append([key_of(answer), given])
                expected.append(mark_response(part, tuple(given), {}))
    found = page("mark", cases)
    assert len(cases) > 2000
    outcomes = {"marked": "marked", "blank": "blank", "unreadable": "refused"}
    for case, theirs, ours in zip(cases, found, expected, strict=True):
        assert (case, theirs["outcome"]) == (case, outcomes[ours.outcome])
        if ours.credit is None:
            assert theirs["sentence"] in ours.sentence
        else:
            assert (case, theirs["credit"]) == (case, str(ours.credit))
            assert (case, theirs["mistake"]) == (case, ours.mistake)
    assert sum(mark.mistake is not None for mark in expected) > 100
    assert sum(mark.credit == 1 for mark in expected) > 100
    assert {mark.outcome for mark in expected} == set(outcomes)


def _beside(entry: Any, tolerance: Tolerance, stream: random.Random) -> str | None:
    """An entry as it may be typed: nearly always within the tolerance."""
    low, high = accepted_interval(entry, tolerance)
    tried = stream.choices(
        [str(low), str(high), str(high + Fraction(1, 10**9)), "", None, "1,2,3x"],
        [40, 40, 4, 2, 2, 1],
    )
    return tried[0]


RULES = {
    "minus": lambda earlier: Fraction(7, 3) - earlier,
    "over": lambda earlier: Fraction(5) / earlier,
    "bayes": lambda earlier: earlier / (earlier + 3 * (1 - earlier)),
    "float": lambda earlier: -(7.3515 + 0.3333333 + float(earlier)) / 2,
    "cube": lambda earlier: 4 * earlier**3,
}


@pytest.mark.parametrize("name", RULES)
def test_an_earlier_value_is_carried_alike(name: str) -> None:
    rule = RULES[name]
    tolerance = Tolerance("relative", Fraction(1, 100))
    first = Numeric(Fraction(2, 5), tolerance)
    # A mistake that earns a share, and follows from an earlier value: that is worth more.
    wrong = NumericMistake(rule(Fraction(7, 10)), WORD, Fraction(1, 4))
    other = NumericMistake(Fraction("1.23"), WORD, Fraction(1, 2))
    second = Numeric(rule(Fraction(2, 5)), tolerance, None, (wrong, other))
    parts = samples.steps(first, second)
    parts = (parts[0], replace(parts[1], carried=CarriedForward("a", rule)))
    keys = marked_parts(replace(samples.item("open"), parts=parts))
    cases, expected = [], []
    for earlier in ("0.4", "0.7", "-3", "2/9", "0", "abc", "", "100"):
        value = parse_number(earlier)
        known = {"a": value} if isinstance(value, Fraction) else {}
        try:
            follows = str(round(float(rule(value)), 5)) if isinstance(value, Fraction) else "1"
        except ZeroDivisionError:
            follows = "1"
        for text in (follows, "1.23", str(float(second.key))):
            cases.append([keys[1], text, [earlier]])
            response = parse_number(text)
            assert isinstance(response, Fraction)
            expected.append(mark_part_number(parts[1], response, known).credit)
    assert {Fraction(1), Fraction(1, 2)} <= set(expected)
    assert credits(page("mark", cases)) == expected


def test_a_rule_that_is_no_quotient_is_left_to_a_person() -> None:
    assert quotient_of(lambda earlier: exp(-earlier)) is None
    assert quotient_of(abs) is None
    tolerance = Tolerance("absolute", Fraction(1, 100))
    parts = samples.steps(Numeric(1, tolerance), Numeric(Fraction(3, 8), tolerance))
    carried = CarriedForward("a", lambda earlier: exp(-earlier))
    keys = marked_parts(
        replace(samples.item("open"), parts=(parts[0], replace(parts[1], carried=carried)))
    )
    right, followed, alone = page(
        "mark", [[keys[1], "0.375", ["2"]], [keys[1], "0.135", ["2"]], [keys[1], "0.135", [""]]]
    )
    assert (right["credit"], followed["credit"], alone["credit"]) == ("1", None, "0")


def test_words_are_marked_alike() -> None:
    accepted = ("Evidence lower bound", "ELBO", "Straße", "naïve", "ΟΔΟΣ", "ﬁne", "Iı")
    mistakes = {"evidence": Fraction(0), "the bound": Fraction(1, 3)}
    cases, expected = [], []
    for sensitive in (False, True):
        answer = ShortAnswer(
            accepted, sensitive, tuple(TextMistake(m, WORD, c) for m, c in mistakes.items())
        )
        for text in (
            *accepted,
            *mistakes,
            "",
            "STRASSE",
            "nai\u0308ve",
            "οδος",
            "οδοσ",
            "fine",
            "ıI",
        ):
            for spelled in (
                text,
                text.upper(),
                text.lower(),
                f"  {text}\t",
                text.replace(" ", "\u00a0 "),
            ):
                cases.append([key_of(answer), spelled])
                expected.append(mark_words(answer, spelled))
    found = page("mark", cases)
    for case, mark, wanted in zip(cases, found, expected, strict=True):
        assert (case[1], Fraction(mark["credit"])) == (case[1], wanted.credit)
        assert (case[1], mark["mistake"]) == (case[1], wanted.mistake)


def test_open_answers_earn_what_the_rubric_lines_are_worth() -> None:
    key = key_of(Open((RubricLine(Fraction(1), WORD), RubricLine(Fraction(1, 2), WORD)), 4))
    cases = [[key, "text", [], met] for met in (None, [], [0], [1], [0, 1])]
    wanted = [None, Fraction(0), Fraction(2, 3), Fraction(1, 3), Fraction(1)]
    assert credits(page("mark", cases)) == wanted


def test_checksums_are_those_of_canonical_json() -> None:
    values: list[Any] = [
        {"b": 1, "a": [None, 'é\u2028\x7f\n"\\/', True], "c": {"10": 1, "2": 2}},
        {"student": "王 😀", "answers": {"1": [1, None], "2-1": "−0,5"}},
        {"text": "a" * 1000},
        *({"text": "a" * size} for size in range(40, 70)),
    ]
    canonical = [
        json.dumps(each, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        for each in values
    ]
    assert page("digest", values) == [
        hashlib.sha256(text.encode()).hexdigest() for text in canonical
    ]


def test_attempts_are_limited_and_spaced() -> None:
    hour = 3_600_000
    attempts = [{"at": at * hour, "credit": "1", "points": "2"} for at in (0, 1, 2)]
    limits = {"allowed": 3, "every": 480}
    cases: list[Any] = [
        [limits, attempts[:2], 2 * hour],
        [limits, attempts, 7 * hour],
        [limits, attempts, 8 * hour],
        [limits, attempts, 9 * hour],
        [{"allowed": 3, "every": None}, attempts, 10**6 * hour],
    ]
    found = page("allowance", cases)
    assert [each["left"] for each in found] == [1, 0, 1, 2, 0]
    assert found[1]["next"] == 8 * hour
    assert found[4]["next"] is None  # JSON's word for Infinity


def test_no_two_modules_declare_the_same_name() -> None:
    """They are put into one: a name that stands twice would stop the page."""
    names: list[str] = []
    for module in MODULES.glob("*.mjs"):
        text = module.read_text("utf-8")
        names += re.findall(
            r"^(?:export )?(?:async )?(?:const|let|class|function\*?) (\w+)", text, re.M
        )
        for listed in re.findall(r"^(?:export )?const \[([^\]]*)\]", text, re.M):
            names += [name.strip() for name in listed.split(",")]
    assert len(names) > 100
    assert len(names) == len(set(names))
