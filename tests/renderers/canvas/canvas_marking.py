"""Asks the reader of packages and qgen's own grader for the mark of the same responses."""

from collections.abc import Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import chain, combinations

from qgen.document.answers import (
    Answer,
    ComplexAnswer,
    FormulaAnswer,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.numbers import exact_value
from qgen.document.richtext import plain_text
from qgen.marking.grader import (
    Mark,
    mark_choice,
    mark_matching,
    mark_number,
    mark_ordering,
    mark_words,
)
from qgen.marking.rules import accepted_interval
from tests.renderers.canvas.canvas_reader import CanvasItem, shown
from tests.renderers.spellings import credit_of, plain_spellings

BY_HAND = {"canvas-complex", "canvas-formula", "canvas-matrix", "canvas-rubric"}


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.replace(r"\lt", "").replace(r"\gt", "")))


def assert_marked_alike(item: CanvasItem, answer: Answer, lost: set[str]) -> None:
    """Key, mistakes, edges, blank: as the grader marks them, or `lost` says what is otherwise."""
    match answer:
        case SingleChoice() | MultipleSelect() if item.kind != "multiple_dropdowns":
            _assert_options_alike(item, answer, lost)
        case MultipleSelect():
            assert "canvas-judged" in lost
            texts = [letters(plain_text(option.text)) for option in answer.options]
            assert all(text in letters(shown(item.stem)) for text in texts)
            no = [list(blank[2])[1] for blank in item.blanks]
            assert item.mark(no) == mark_choice(answer, set()).credit == 1
            assert item.mark([next(iter(item.blanks[0][2])), *no[1:]]) < 1
        case Numeric():
            for number in _numbers(answer):
                _assert_same(item.mark(_decimal(number)), mark_number(answer, number), lost)
            assert item.mark("") == item.mark("abc") == 0
            for text in plain_spellings(answer):
                assert item.mark(text) == credit_of(answer, text), text
            told = shown(item.feedback.get("general_incorrect_fb", ""))
            for mistake in answer.mistakes:
                assert "canvas-mistakes" in lost
                assert letters(plain_text(mistake.feedback)) in letters(told)
        case ShortAnswer():
            typed = ["", *answer.accepted, *(mistake.text for mistake in answer.mistakes)]
            for words in (form for each in typed for form in (each, f" {each} ", each.upper())):
                one_line = " ".join(words.split())
                if "canvas-case" not in lost:
                    _assert_same(item.mark(one_line), mark_words(answer, one_line), lost)
        case Matching():
            _assert_pairs_alike(item, answer, lost)
        case Ordering():
            assert "canvas-ordering" in lost
            key = [blank[3] for blank in item.blanks]
            positions = [blank[2][blank[3]] for blank in item.blanks]
            expected = [str(answer.key.index(place) + 1) for place in range(len(answer.items))]
            assert positions == expected
            assert item.mark(key) == mark_ordering(answer, answer.key).credit == 1
            assert item.mark([key[1], key[0], *key[2:]]) < 1
        case ComplexAnswer() | FormulaAnswer() | MatrixAnswer() | Open():
            is_file = isinstance(answer, Open) and bool(answer.upload)
            assert item.kind == ("file_upload" if is_file else "essay")
            assert lost & BY_HAND


def _assert_same(earned: Fraction, mark: Mark, lost: set[str]) -> None:
    """A known mistake earns nothing in Canvas, whatever its share is."""
    is_whole = mark.mistake is None
    assert is_whole or "canvas-mistakes" in lost
    assert earned == (mark.credit if is_whole else 0)


def _assert_options_alike(
    item: CanvasItem, answer: SingleChoice | MultipleSelect, lost: set[str]
) -> None:
    idents = list(item.options)
    for ident, option in zip(idents, answer.options, strict=True):
        assert letters(shown(item.options[ident])) == letters(plain_text(option.text))
        feedback = "" if option.feedback is None else plain_text(option.feedback)
        assert letters(shown(item.feedback.get(f"{ident}_fb", ""))) == letters(feedback)
    places = range(len(idents))
    assert item.mark(set()) == 0
    assert mark_choice(answer, set()).credit == 0 or "canvas-scoring" in lost
    for ticked in map(set, chain.from_iterable(combinations(places, size) for size in (1, 2, 3))):
        if isinstance(answer, SingleChoice) and len(ticked) > 1:
            continue
        expected = mark_choice(answer, ticked).credit
        earned = item.mark({idents[place] for place in ticked})
        assert earned == expected or "canvas-scoring" in lost
        assert (earned == 1) == (expected == 1)


def _assert_pairs_alike(item: CanvasItem, answer: Matching, lost: set[str]) -> None:
    entries = [list(blank[2]) for blank in item.blanks]
    count = len(answer.rights)
    for turn in range(len(answer.pairs) + 1):
        chosen = [
            (pair.right + 1) % count if place < turn else pair.right
            for place, pair in enumerate(answer.pairs)
        ]
        given = [entries[place][right] for place, right in enumerate(chosen)]
        expected = mark_matching(answer, chosen).credit
        assert item.mark(given) == expected or "canvas-scoring" in lost
        assert (item.mark(given) == 1) == (turn == 0)
    told = letters(shown(item.stem)) + "".join(
        letters(text) for _, name, found, _ in item.blanks for text in (name, *found.values())
    )
    for passage in (*answer.rights, *(pair.left for pair in answer.pairs)):
        assert letters(plain_text(passage)) in told


def _decimal(number: Fraction) -> str:
    """The number with so many places that nothing accepted is refused for its rounding."""
    with localcontext(prec=60):
        return format(Decimal(number.numerator) / Decimal(number.denominator), "f")


def _numbers(answer: Numeric) -> Iterator[Fraction]:
    """The key, both sides of the tolerance, and each known mistake."""
    key = exact_value(answer.key)
    low, high = accepted_interval(answer.key, answer.tolerance)
    slack = max(abs(low), abs(high), (high - low), Fraction(1, 10**9)) / 10**12
    beyond = max(abs(low), abs(high), Fraction(1, 10**9)) / 10**11
    yield key
    if low != high:
        yield from (low + slack, high - slack)
    yield from (low - beyond, high + beyond)
    yield from (exact_value(mistake.value) for mistake in answer.mistakes)
