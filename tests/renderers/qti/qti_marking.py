"""Asks the rules of an item and qgen's own grader for the mark of the same responses."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain, combinations, permutations, product
from typing import Any

import pytest

from qgen.document.answers import (
    ComplexAnswer,
    FormulaAnswer,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    Part,
    ShortAnswer,
    SingleChoice,
    entries_of,
)
from qgen.document.complex_numbers import exact_parts
from qgen.document.formula import Formula, evaluate
from qgen.document.numbers import exact_value, significant
from qgen.document.richtext import Passage, plain_text
from qgen.marking.complex_marker import Given, mark_complex
from qgen.marking.grader import (
    Mark,
    mark_choice,
    mark_matching,
    mark_matrix,
    mark_number,
    mark_ordering,
    mark_part_number,
    mark_words,
)
from qgen.marking.rules import accepted_interval, reach_of
from tests.renderers.qti.qti_reader import QtiItem
from tests.renderers.spellings import credit_of, plain_spellings


def words(passage: Passage) -> str:
    """A passage's letters, in which formulas are set by MathML and not told."""
    text = plain_text(passage)
    return "".join(filter(str.isalnum, text)) if "$" not in text else ""


def assert_marked_alike(item: QtiItem, number: int, part: Part, lost: set[str]) -> None:
    """Key, mistakes, edges, blank: as the grader marks them, or `lost` says what is otherwise."""
    name, answer = f"R{number}", part.answer

    def same(response: Any, mark: Mark, *, told: bool = True) -> None:
        outcomes = item.run(response if isinstance(response, dict) else {name: response})
        assert outcomes[f"SCORE_{name}"] == pytest.approx(float(mark.credit * part.points))
        assert outcomes["SCORE"] <= outcomes["MAXSCORE"] + 1e-12
        if mark.credit == 1:
            assert outcomes[f"SCORE_{name}"] == float(part.points)
        if told and mark.feedback:
            _assert_told(mark, item.feedback(outcomes))

    match answer:
        case SingleChoice() | MultipleSelect():
            choices = item.choices(name)
            idents = [ident for ident, _ in choices]
            for (_, text), option in zip(choices, answer.options, strict=True):
                assert words(option.text) in "".join(filter(str.isalnum, text))
            places = range(len(idents))
            sizes = (1,) if isinstance(answer, SingleChoice) else (0, 1, 2, 3, len(idents))
            for ticked in map(set, chain.from_iterable(combinations(places, s) for s in sizes)):
                response: Any = {idents[place] for place in ticked}
                if isinstance(answer, SingleChoice):
                    (response,) = response
                same(response, mark_choice(answer, ticked))
            same(None, mark_choice(answer, set()))
        case Numeric():
            for value in _numbers(answer):
                same(format(float(value), ".25f"), mark_number(answer, value))
                same(repr(float(value)), mark_number(answer, exact_value(float(value))))
            for typed in (*plain_spellings(answer), "", "abc", "0,5 x"):
                same(typed, Mark(credit_of(answer, typed)))
        case ShortAnswer():
            assert "qti-blanks" in lost
            for typed in _words_to_type(answer) if "qti-case" not in lost else ():
                same(typed, mark_words(answer, typed))
            same("", mark_words(answer, ""))
        case MatrixAnswer():
            for given in _matrices(answer):
                exact = [None if each is None else exact_value(each) for each in given]
                same(_typed_entries(name, answer, given), mark_matrix(answer, exact))
            wrong_word = {f"{name}_1_1": "abc"}
            same(wrong_word, mark_matrix(answer, [None] * len(answer.entries)))
        case ComplexAnswer():
            for typed, mark in _complex_numbers(name, answer):
                same(typed, mark)
        case Matching():
            _assert_pairs_alike(answer, same)
        case Ordering():
            places = range(len(answer.items))
            for order in list(permutations(places))[:120]:
                same([f"C{place + 1}" for place in order], mark_ordering(answer, order))
            same([f"C{place + 1}" for place in answer.key], Mark(Fraction(1)))
            same(None, mark_ordering(answer, [None] * len(answer.items)))
        case FormulaAnswer() if f"{name}_P1" in item.responses():
            _assert_values_alike(item, name, part, answer)
        case FormulaAnswer() | Open():
            assert item.run({name: "anything"})[f"SCORE_{name}"] == 0
            assert item.root.find(".//rubricBlock") is not None
    assert not isinstance(answer, FormulaAnswer) or "qti-formula" in lost


def _words_to_type(answer: ShortAnswer) -> Iterator[str]:
    """The words and known mistakes in other letters, and wrong ones."""
    forms = [*answer.accepted, *(mistake.text for mistake in answer.mistakes)]
    for form in (" ".join(each.split()) for each in forms):
        yield from (form, form.upper(), f"x{form}")


def _assert_values_alike(item: QtiItem, name: str, part: Part, answer: FormulaAnswer) -> None:
    """The formula's values at the points that the text names, each for its share."""
    points = points_in(item, name, answer)
    names = [f"{name}_P{place}" for place in range(1, len(points) + 1)]
    score = f"SCORE_{name}"

    def typed(formula: Formula, digits: int) -> dict[str, str | None]:
        return {
            each: _value(formula, point, digits) for each, point in zip(names, points, strict=True)
        }

    for digits in (4, 6, 15):
        assert item.run(typed(answer.key, digits))[score] == float(part.points)
    assert item.run({})[score] == item.run(dict.fromkeys(names, "abc"))[score] == 0
    key = typed(answer.key, 12)
    numbers = {each: float(text or 0) for each, text in key.items()}
    off = {each: str(value + abs(value) / 2 + 0.3) for each, value in numbers.items()}
    assert item.run(off)[score] == 0
    share = float(part.points) / len(names)
    for each in names:
        assert item.run({**off, each: key[each]})[score] == pytest.approx(share)
    for mistake in answer.mistakes:
        outcomes = item.run(typed(mistake.value, 6))
        shown = ["".join(filter(str.isalnum, text)) for text in item.feedback(outcomes)]
        assert any(words(mistake.feedback) in each for each in shown)
        # Where it has the key's value at a point it earns that point's share, as the report says.
        assert outcomes[score] < part.points


def points_in(item: QtiItem, name: str, answer: FormulaAnswer) -> list[dict[str, float]]:
    """The points beside the boxes, as a reader sees them."""
    if not answer.variables:
        return [{}]
    found = []
    for row in item.root.iter("li"):
        if any(str(box.get("responseIdentifier")).startswith(f"{name}_P") for box in row):
            text = "".join(row.itertext()).replace("\u2212", "-")
            values = map(float, re.findall(r"=\s*(-?[0-9.]+)", text))
            found.append(dict(zip(sorted(answer.variables), values, strict=True)))
    assert 2 <= len(found) <= 3
    return found


def _value(formula: Formula, point: dict[str, float], digits: int) -> str | None:
    try:
        return repr(float(significant(evaluate(formula, point), digits)))
    except (ArithmeticError, ValueError):
        return None


def _assert_told(mark: Mark, shown: Sequence[str]) -> None:
    """That the feedback of a mark is among what is shown."""
    seen = ["".join(filter(str.isalnum, text)) for text in shown]
    for feedback in mark.feedback:
        assert any(words(feedback) in each for each in seen)


def _complex_numbers(name: str, answer: ComplexAnswer) -> Iterator[tuple[dict[str, str], Mark]]:
    """What is typed into the two boxes, and the grader's mark."""

    def typed(real: object, imaginary: object) -> dict[str, str]:
        return {f"{name}_RE": str(real), f"{name}_IM": str(imaginary)}

    def decimal(part: Fraction) -> str:
        return format(float(part), ".25f")

    for real, imaginary in _around(answer):
        yield typed(decimal(real), decimal(imaginary)), mark_complex(answer, Given(real, imaginary))
        # A box that is left empty is a part that is zero.
        yield typed(decimal(real), ""), mark_complex(answer, Given(real, Fraction(0)))
        yield typed("", decimal(imaginary)), mark_complex(answer, Given(Fraction(0), imaginary))
    for half in (typed("", ""), typed("abc", "")):
        yield half, Mark(Fraction(0))


def _around(answer: ComplexAnswer) -> Iterator[tuple[Fraction, Fraction]]:
    """Key and mistakes, and in eight directions from each a little within and beyond its edge."""
    for value in (answer.key, *(mistake.value for mistake in answer.mistakes)):
        real, imaginary = exact_parts(value)
        yield real, imaginary
        reach = Fraction(reach_of(value, answer.tolerance))
        for x, y in product((-1, 0, 1), repeat=2):
            for share in (Fraction(999, 1000), Fraction(1001, 1000)):
                away = share * reach * (Fraction(5741, 8119) if x and y else 1)
                yield real + x * away, imaginary + y * away


def _typed_entries(
    name: str, answer: MatrixAnswer, given: list[Fraction | None]
) -> dict[str, str | None]:
    """The responses by the names that the boxes have in the order of reading."""
    width = len(answer.key[0])
    return {
        f"{name}_{place // width + 1}_{place % width + 1}": (
            None if each is None else format(float(each), ".25f")
        )
        for place, each in enumerate(given)
    }


def _matrices(answer: MatrixAnswer) -> Iterator[list[Fraction | None]]:
    """The key, each entry at its ends, beyond them or left out, each mistake, and a blank."""
    key = [exact_value(entry) for entry in answer.entries]
    yield [*key]
    yield [None] * len(key)
    for place, entry in enumerate(answer.entries):
        low, high = accepted_interval(entry, answer.tolerance)
        slack = max(abs(low), abs(high), Fraction(1, 10**9)) / 10**12
        inside = (low + slack, high - slack) if low != high else ()
        for one in (*inside, low - slack, high + slack, None):
            yield [*key[:place], one, *key[place + 1 :]]
    for mistake in answer.mistakes:
        yield [exact_value(entry) for entry in entries_of(mistake.rows)]


def assert_followed_alike(item: QtiItem, parts: Sequence[Part]) -> int:
    """Marks carried values for right and wrong earlier ones; how many parts QTI follows."""
    count = 0
    names = {part.label: f"R{number}" for number, part in enumerate(parts, 1)}
    for part in parts:
        name = names[part.label]
        if item.root.find(f"outcomeDeclaration[@identifier='FOLLOWED_{name}']") is None:
            continue
        count += 1
        assert part.carried is not None
        assert isinstance(part.answer, Numeric)
        (earlier_part,) = (each for each in parts if each.label == part.carried.part)
        assert isinstance(earlier_part.answer, Numeric)
        values = [exact_value(earlier_part.answer.key), *map(Fraction, EARLIER)]
        values += [exact_value(mistake.value) for mistake in earlier_part.answer.mistakes]
        for earlier in (exact_value(float(value)) for value in values):
            for typed in _followers(part, earlier):
                given = {names[earlier_part.label]: repr(float(earlier)), name: repr(typed)}
                wanted = mark_part_number(part, typed, {earlier_part.label: earlier})
                score = item.run(given)[f"SCORE_{name}"]
                assert score == pytest.approx(float(wanted.credit * part.points)), (part, given)
        for blank in ("", "abc"):
            given = {names[earlier_part.label]: blank, name: repr(float(part.answer.key) * 3 + 1)}
            assert item.run(given)[f"SCORE_{name}"] == 0
    return count


EARLIER = "0 1 -1 0.3 -2.5 7 1000 1/3".split()


def _followers(part: Part, earlier: Fraction) -> Iterator[float]:
    """What follows, both sides of its tolerance, and the key."""
    assert part.carried is not None
    assert isinstance(part.answer, Numeric)
    yield float(part.answer.key)
    yield 0.12345
    try:
        followed = exact_value(part.carried.key(earlier))
    except (ArithmeticError, ValueError):
        return
    low, high = accepted_interval(followed, part.answer.tolerance)
    slack = (high - low) / 1000
    yield from map(float, (followed, low - slack, low + slack, high - slack, high + slack))


def _assert_pairs_alike(answer: Matching, same: Any) -> None:
    key = [pair.right for pair in answer.pairs]
    count = len(answer.rights)
    chosen: list[list[int | None]] = [list(key), [None] * len(key)]
    for turn in range(1, len(key) + 1):
        chosen.append([(r + 1) % count if i < turn else r for i, r in enumerate(key)])
        chosen.append([None if i < turn else r for i, r in enumerate(key)])
    for each in chosen:
        given = {f"L{i + 1} C{r + 1}" for i, r in enumerate(each) if r is not None}
        same(given, mark_matching(answer, each), told=bool(given))


def _numbers(answer: Numeric) -> Iterator[Fraction]:
    """The key, both sides of the tolerance, and each known mistake."""
    key = exact_value(answer.key)
    low, high = accepted_interval(answer.key, answer.tolerance)
    slack = max(abs(low), abs(high), Fraction(1, 10**9)) / 10**12
    if low != high:
        yield key
        yield from (low + slack, high - slack)
        yield from (exact_value(mistake.value) for mistake in answer.mistakes)
    yield from (low - slack, high + slack)
