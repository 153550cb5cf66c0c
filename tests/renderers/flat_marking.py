"""Asks the reader of plain rows and qgen's own grader for the mark of the same responses."""

from collections.abc import Iterator
from decimal import Decimal, localcontext
from fractions import Fraction

from qgen.document.answers import (
    Answer,
    Matching,
    MultipleSelect,
    Numeric,
    Open,
    Option,
    Ordering,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.numbers import exact_value
from qgen.document.richtext import Passage, plain_text
from qgen.marking.grader import mark_choice, mark_number, mark_words
from qgen.marking.rules import accepted_interval
from tests.renderers.flat_reader import Flat
from tests.renderers.gift_marking import letters, shown
from tests.renderers.spellings import credit_of, plain_spellings


def assert_marked_alike(flat: Flat, answer: Answer, lost: set[str]) -> None:
    """Key, mistakes, edges, blank, spellings: as the grader has it, or `lost` says otherwise.

    `lost` holds the codes without the name of the format.
    """
    if flat.kind == "free":
        assert isinstance(answer, Open) or lost & {"essay", "written"}
        assert flat.notes
        return
    match answer:
        case SingleChoice():
            _assert_options_alike(flat, answer.options, lost)
            for place in range(len(answer.options)):
                assert flat.mark(place) == mark_choice(answer, {place}).credit
        case MultipleSelect():
            assert "scoring" in lost
            _assert_options_alike(flat, answer.options, lost)
            right = {place for place, option in enumerate(answer.options) if option.correct}
            for ticked in (right, set(), *({place} ^ right for place in range(len(flat.options)))):
                assert (flat.mark(ticked) == 1) == (mark_choice(answer, ticked).credit == 1)
        case Numeric() if flat.kind == "pattern":
            _assert_pattern_alike(flat, answer, lost)
        case Numeric():
            for value in _numbers(answer):
                mark = mark_number(answer, value)
                given = flat.mark(format(float(value), ".25f"))
                assert given == mark.credit or (mark.mistake is not None and "feedback" in lost)
            assert flat.mark("") == flat.mark("abc") == 0
            for text in plain_spellings(answer):
                assert flat.mark(text) == credit_of(answer, text), text
        case ShortAnswer():
            _assert_words_alike(flat, answer, lost)
        case Matching():
            assert "scoring" in lost
            assert [_seen(left) for left, _ in flat.pairs] == [_told(p.left) for p in answer.pairs]
            assert [_seen(right) for _, right in flat.pairs] == [
                _told(answer.rights[pair.right]) for pair in answer.pairs
            ]
        case Ordering():
            assert "scoring" in lost
            assert list(map(_seen, flat.order)) == [_told(answer.items[at]) for at in answer.key]
        case _:
            raise AssertionError(f"{flat.kind} for {answer}")


def _assert_pattern_alike(flat: Flat, answer: Numeric, lost: set[str]) -> None:
    """Plain decimals are right from end to end, and a little beyond, as the report says."""
    assert "numbers" in lost
    assert not answer.mistakes or "feedback" in lost
    low, high = accepted_interval(answer.key, answer.tolerance)
    beyond = max((high - low) / 1000, max(abs(low), abs(high)) / 10**11, Fraction(1, 10**18))
    tried = [exact_value(mistake.value) for mistake in answer.mistakes]
    tried += [low - beyond, high + beyond]
    if low < high:
        tried += [exact_value(answer.key), low + beyond, high - beyond]
    for value in tried:
        with localcontext(prec=60):
            text = format(Decimal(value.numerator) / Decimal(value.denominator), "f")
        mark = mark_number(answer, value)
        assert flat.mark(text) == (mark.credit if mark.mistake is None else 0), text
    for text in plain_spellings(answer):
        assert "e" in text or flat.mark(text) == credit_of(answer, text), text
    assert flat.mark("") == flat.mark("abc") == flat.mark("1/2") == 0


def _assert_words_alike(flat: Flat, answer: ShortAnswer, lost: set[str]) -> None:
    for form in (*answer.accepted, *(mistake.text for mistake in answer.mistakes), ""):
        for typed in (form, f" {form} ", form.upper(), f"x{form}"):
            one_line = " ".join(typed.split())
            mark = mark_words(answer, one_line)
            same = flat.mark(one_line) == mark.credit
            assert same or "words" in lost or (mark.mistake is not None and "feedback" in lost)
        assert flat.mark(" ".join(form.split())) == (form in answer.accepted)


def _assert_options_alike(flat: Flat, options: tuple[Option, ...], lost: set[str]) -> None:
    for (html, _, feedback), option in zip(flat.options, options, strict=True):
        assert _seen(html) == _told(option.text)
        told = "" if option.feedback is None else _told(option.feedback)
        # Rows have none, as is said once for all of them.
        assert _seen(feedback) == told or "rows" in lost


def _told(passage: Passage) -> str:
    return letters(plain_text(passage))


def _seen(html: str) -> str:
    return letters(shown(html))


def _numbers(answer: Numeric) -> Iterator[Fraction]:
    """The key, both sides of the tolerance, and each known mistake."""
    low, high = accepted_interval(answer.key, answer.tolerance)
    slack = max(abs(low), abs(high), Fraction(1, 10**9)) / 10**11
    if low != high:
        yield from (exact_value(answer.key), low + slack, high - slack)
        yield from (exact_value(mistake.value) for mistake in answer.mistakes)
    yield from (low - slack, high + slack)
