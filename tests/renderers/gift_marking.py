"""Asks the reader of GIFT and qgen's own grader for the mark of the same responses."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import chain, combinations

import pytest
from lxml import html as lxml_html

from qgen.document.answers import (
    Answer,
    Matching,
    MultipleSelect,
    Numeric,
    Ordering,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import Item
from qgen.document.formats import GiftOptions
from qgen.document.numbers import exact_value
from qgen.document.richtext import passage_of, plain_text
from qgen.marking.grader import Mark, mark_choice, mark_matching, mark_number, mark_words
from qgen.marking.rules import accepted_interval
from qgen.renderers.gift.writer import GiftWriter
from tests import samples
from tests.renderers.browser_text import with_numbers
from tests.renderers.gift_reader import Question
from tests.renderers.spellings import credit_of, plain_spellings

BY_HAND = {
    *("gift-ticks", "gift-formula", "gift-complex", "gift-matrix", "gift-rubric", "gift-words"),
    "gift-matching",
}
"""Losses of what no platform marks."""

OTHERWISE = {"gift-ordering"}
"""Losses of what is marked by a person, or by another rule."""


def losses(item: Item) -> set[str]:
    return {problem.code for problem in GiftWriter(GiftOptions()).losses(item)}


def losses_of(answer: Answer) -> set[str]:
    """What is lost of a question with such an answer."""
    item = samples.item("numeric", stem=passage_of("Stem."))
    return losses(replace(item, parts=samples.sole(answer)))


@cache
def shown(fragment: str) -> str:
    """What a browser shows of a piece of HTML."""
    tree = lxml_html.fromstring(f"<div>{fragment}</div>")
    return str(with_numbers(tree).text_content())


def letters(text: str) -> str:
    """The letters and digits of a text, whatever stands for formulas and lines in between."""
    return "".join(filter(str.isalnum, text))


def assert_marked_alike(question: Question, answer: Answer) -> None:
    """Key, mistakes, edges, blank: as the grader marks them, or the writer says what is lost."""
    lost = losses_of(answer)
    if question.kind == "essay":
        assert lost & (BY_HAND | OTHERWISE)
        return
    assert not lost & BY_HAND
    match answer:
        case SingleChoice():
            assert question.single
            _assert_options_alike(question, answer)
            for index in range(len(answer.options)):
                _same(question.mark(index), mark_choice(answer, {index}))
        case MultipleSelect():
            assert not question.single
            _assert_options_alike(question, answer)
            _assert_ticks_alike(question, answer, "gift-scoring" in lost)
        case Numeric():
            for number in _numbers(answer):
                _same(question.mark(repr(float(number))), mark_number(answer, number))
            assert question.mark("") == question.mark("abc") == (0, "")
            for text in plain_spellings(answer):
                assert question.mark(text)[0] == credit_of(answer, text), text
        case ShortAnswer():
            for words in ("", *answer.accepted, *(mistake.text for mistake in answer.mistakes)):
                _same(question.mark(words), mark_words(answer, words))
                _same(question.mark(f" {words} "), mark_words(answer, f" {words} "))
                if "gift-case" not in lost:
                    _same(question.mark(words.upper()), mark_words(answer, words.upper()))
        case Matching():
            _assert_pairs_alike(question, answer, "gift-scoring" in lost)
        case Ordering():
            assert lost & OTHERWISE
            key = [str(answer.key.index(place) + 1) for place in range(len(answer.items))]
            assert question.partners == key
            assert question.mark(key) == (1, "")
            assert question.mark([key[1], key[0], *key[2:]])[0] < 1
            for item, written in zip(answer.items, question.answers, strict=True):
                assert letters(shown(written.text)) == letters(plain_text(item))
        case _:
            raise AssertionError(f"{question.kind} for {answer}")


def _same(given: tuple[float, str], mark: Mark) -> None:
    credit, feedback = given
    assert credit == mark.credit
    expected = plain_text(mark.feedback[0]) if mark.feedback else ""
    assert letters(shown(feedback)) == letters(expected)


def _assert_ticks_alike(question: Question, answer: MultipleSelect, other_rule: bool) -> None:
    key = frozenset(index for index, option in enumerate(answer.options) if option.correct)
    assert question.mark(key)[0] == pytest.approx(1, abs=1e-5)
    assert question.mark(frozenset())[0] == 0
    if not other_rule:
        places = range(len(answer.options))
        for ticked in chain.from_iterable(combinations(places, size) for size in (1, 2, 3)):
            expected = mark_choice(answer, frozenset(ticked)).credit
            assert question.mark(ticked)[0] == pytest.approx(float(expected), abs=1e-5)


def _assert_pairs_alike(question: Question, answer: Matching, other_rule: bool) -> None:
    rights = [plain_text(right) for right in answer.rights]
    assert sorted(letters(shown(each)) for each in question.partners) == sorted(
        map(letters, rights)
    )
    lefts = [each for each in question.answers if each.text]
    order = [
        next(
            index
            for index, pair in enumerate(answer.pairs)
            if letters(plain_text(pair.left)) == letters(shown(left.text))
        )
        for left in lefts
    ]
    written = {letters(shown(each)): each for each in question.partners}
    count = len(answer.pairs)
    for turn in range(count + 1):
        # The key with the first partners turned by one, from none of them to all.
        chosen = [
            (pair.right + 1) % len(rights) if index < turn else pair.right
            for index, pair in enumerate(answer.pairs)
        ]
        earned, _ = question.mark([written[letters(rights[chosen[index]])] for index in order])
        if not other_rule:
            assert earned == pytest.approx(float(mark_matching(answer, chosen).credit))
        assert (earned == 1) is (turn == 0)


def _assert_options_alike(question: Question, answer: SingleChoice | MultipleSelect) -> None:
    for option, written in zip(answer.options, question.answers, strict=True):
        feedback = "" if option.feedback is None else plain_text(option.feedback)
        assert letters(shown(written.text)) == letters(plain_text(option.text))
        assert letters(shown(written.feedback)) == letters(feedback)


def _numbers(answer: Numeric) -> Iterator[Fraction]:
    """The key, both sides of the tolerance, and each known mistake."""
    key = exact_value(answer.key)
    low, high = accepted_interval(answer.key, answer.tolerance)
    slack = max(Fraction(1), abs(low), abs(high)) / 10**12
    yield from (key, low, high, low - slack, high + slack)
    yield from (exact_value(mistake.value) for mistake in answer.mistakes)
