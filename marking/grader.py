"""What a response earns: exact credit as fractions, and the mistake that it shows.

Formula answers need computer algebra and are marked in `qgen.marking.equivalence`.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction
from unicodedata import normalize

from qgen.document.answers import (
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Ordering,
    Part,
    ShortAnswer,
    SingleChoice,
    entries_of,
)
from qgen.document.numbers import exact_ratio, exact_value
from qgen.document.richtext import Passage
from qgen.document.values import AnyNumber, Complex, Real
from qgen.marking.rules import (
    RIGHT,
    WRONG,
    Ends,
    ends_within,
    matching_credit,
    matrix_credit,
    multiple_select_credit,
    ordering_credit,
)

NO_SLACK = Fraction(0)
THE_KEY = -1
"""What a number is taken for that earns the points; a mistake is told by its index."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The share of the points that a response earns, and what to tell the student.

    `mistake` is the index of the recognised mistake (of the ticked option, for a single
    choice), or None.
    """

    credit: Fraction
    feedback: tuple[Passage, ...] = ()
    mistake: int | None = None


_FULL, _NOTHING = Mark(RIGHT), Mark(WRONG)


def mark_choice(answer: SingleChoice | MultipleSelect, ticked: Set[int]) -> Mark:
    """Marks ticked options, given by their positions from 0."""
    options = answer.options
    feedback = tuple(
        option.feedback
        for index, option in enumerate(options)
        if index in ticked and option.feedback is not None
    )
    right = frozenset(index for index, option in enumerate(options) if option.correct)
    if isinstance(answer, MultipleSelect):
        credit = multiple_select_credit(answer.rule, right, ticked, len(options))
        return Mark(credit, feedback)
    if ticked == right:
        return Mark(RIGHT, feedback)
    return Mark(WRONG, feedback, min(ticked) if len(ticked) == 1 else None)


def mark_matching(answer: Matching, chosen: Sequence[int | None]) -> Mark:
    """Marks the right item chosen for each left one, by its place among those shown, or None.

    The feedback is that of the pairs which were not found.
    """
    pairs = answer.pairs
    found = [
        choice == pair.right if choice is not None else None
        for pair, choice in zip(pairs, chosen, strict=True)
    ]
    credit = matching_credit(answer.rule, found.count(True), found.count(False), len(pairs))
    feedback = tuple(
        pair.feedback
        for pair, right in zip(pairs, found, strict=True)
        if not right and pair.feedback is not None
    )
    return Mark(credit, feedback)


def mark_ordering(answer: Ordering, given: Sequence[int | None]) -> Mark:
    """Marks an order of items, given by their places among those shown; None is left empty."""
    return Mark(ordering_credit(answer.credit, answer.key, given))


def _meets(ends: Ends, given: Fraction, slack: Fraction) -> bool:
    """Whether what lies at most `slack` from a number may lie between the ends, or at one."""
    low, high, below = ends
    if slack is not NO_SLACK and slack:
        return (given + slack) * below >= low and (given - slack) * below <= high
    above, divisor = given.as_integer_ratio()
    return low * divisor <= above * below <= high * divisor


class NumberMarker:
    """Marks numbers given for one answer; what is accepted is worked out once."""

    def __init__(self, answer: Numeric) -> None:
        self._ends = ends = ends_within(answer.tolerance)
        self._mistakes = answer.mistakes
        self._key = ends(*exact_ratio(answer.key))
        self._near: list[Ends] | None = None

    def taken_for(self, above: int, below: int) -> int | None:
        """What above / below is taken for: THE_KEY, the index of the nearest mistake, or None."""
        # Written out, and not by `_meets`: this runs for every mistake of every variant checked.
        low, high, divisor = self._key
        if low * below <= above * divisor <= high * below:
            return THE_KEY
        near: list[int] = []
        for index, (low, high, divisor) in enumerate(self._near or self._near_mistakes()):
            if low * below <= above * divisor <= high * below:
                near.append(index)
        if not near:
            return None
        return near[0] if len(near) == 1 else self._nearest(Fraction(above, below), near)

    def _near_mistakes(self) -> list[Ends]:
        """What is accepted for each mistake: asked for only where a number is not the key."""
        if self._near is None:
            self._near = [self._ends(*exact_ratio(each.value)) for each in self._mistakes]
        return self._near

    def _nearest(self, given: Fraction, near: list[int]) -> int:
        return min(near, key=lambda index: abs(given - exact_value(self._mistakes[index].value)))

    def mark(self, response: Real, slack: Fraction = NO_SLACK) -> Mark:
        """The mark; a wrong number is marked as the nearest known mistake in reach.

        What is given is only known to lie at most `slack` from the response.
        """
        found = self._taken_within(exact_value(response), slack)
        if found is None:
            return _NOTHING
        if found == THE_KEY:
            return _FULL
        mistake = self._mistakes[found]
        return Mark(mistake.credit, (mistake.feedback,), found)

    def _taken_within(self, given: Fraction, slack: Fraction) -> int | None:
        if not slack:
            return self.taken_for(*given.as_integer_ratio())
        if _meets(self._key, given, slack):
            return THE_KEY
        around = enumerate(self._near_mistakes())
        near = [index for index, ends in around if _meets(ends, given, slack)]
        return self._nearest(given, near) if near else None


def mark_number(answer: Numeric, response: Real, slack: Fraction = NO_SLACK) -> Mark:
    """Marks one number; a wrong one is marked as the nearest known mistake in reach."""
    return NumberMarker(answer).mark(response, slack)


class MatrixMarker:
    """Marks matrices given for one answer; what is accepted is worked out once."""

    def __init__(self, answer: MatrixAnswer) -> None:
        ends = ends_within(answer.tolerance)
        self._answer = answer
        self._right = [ends(*exact_ratio(key)) for key in answer.entries]
        self._near = [
            [ends(*exact_ratio(entry)) for entry in entries_of(mistake.rows)]
            for mistake in answer.mistakes
        ]

    def mark(self, response: Sequence[Real | None], slacks: Sequence[Fraction] = ()) -> Mark:
        """The mark of entries, row by row; None is one left empty.

        Each entry is only known to lie at most its slack from what is given; without slacks it is
        known exactly. A matrix that a known mistake gives, each entry within the tolerance, gets
        its feedback, and keeps what its right entries earn.
        """
        given = [None if each is None else exact_value(each) for each in response]
        known = list(zip(given, slacks or [NO_SLACK] * len(given), strict=True))
        right = _held(self._right, known)
        credit = matrix_credit(self._answer.credit, right, len(given))
        if credit == RIGHT:
            return Mark(RIGHT)
        for index, ends in enumerate(self._near):
            if _held(ends, known) == len(given):
                return Mark(credit, (self._answer.mistakes[index].feedback,), index)
        return Mark(credit)


def _held(ends: Sequence[Ends], known: Sequence[tuple[Fraction | None, Fraction]]) -> int:
    """How many of the numbers, each with its slack, are accepted in their places."""
    return sum(
        number is not None and _meets(own, number, slack)
        for own, (number, slack) in zip(ends, known, strict=True)
    )


def mark_matrix(
    answer: MatrixAnswer, response: Sequence[Real | None], slacks: Sequence[Fraction] = ()
) -> Mark:
    """Marks the entries of a matrix, row by row; None is one left empty."""
    return MatrixMarker(answer).mark(response, slacks)


def mark_part_number(
    part: Part, response: Real, earlier: Mapping[str, AnyNumber], slack: Fraction = NO_SLACK
) -> Mark:
    """Marks the number given in a part of a derivation.

    `earlier` holds what the student gave in earlier parts, by label. A number that is wrong, but
    follows from an earlier value where the part allows that to be carried forward, is right.
    Raises TypeError for a part that asks for no number.
    """
    if not isinstance(part.answer, Numeric):
        raise TypeError(f"part {part.label} asks for no number")
    mark = mark_number(part.answer, response, slack)
    key = None if mark.credit == RIGHT else followed_key(part, earlier)
    if key is None or isinstance(key, Complex):
        return mark
    followed = mark_number(replace(part.answer, key=key, mistakes=()), response, slack)
    return followed if followed.credit else mark


def followed_key(part: Part, earlier: Mapping[str, AnyNumber]) -> AnyNumber | None:
    """What is right in a part for the value that was given in an earlier one; None for nothing."""
    if part.carried is None or part.carried.part not in earlier:
        return None
    given = earlier[part.carried.part]
    try:
        return part.carried.key(given if isinstance(given, Complex) else exact_value(given))
    except (ArithmeticError, ValueError):
        return None


class WordsMarker:
    """Marks words given for one answer; what is accepted is worked out once.

    Runs of white space count as one blank, and letters with accents match however they are
    encoded.
    """

    def __init__(self, answer: ShortAnswer) -> None:
        self._answer = answer
        self._accepted = set(map(self._plain, answer.accepted))
        self._mistakes = [self._plain(mistake.text) for mistake in answer.mistakes]

    def _plain(self, text: str) -> str:
        words = " ".join(normalize("NFC", text).split())
        return words if self._answer.case_sensitive else words.casefold()

    def mark(self, response: str) -> Mark:
        """The mark of a response, in which a known mistake may be recognised."""
        given = self._plain(response)
        if given in self._accepted:
            return Mark(RIGHT)
        if given in self._mistakes:
            index = self._mistakes.index(given)
            mistake = self._answer.mistakes[index]
            return Mark(mistake.credit, (mistake.feedback,), index)
        return Mark(WRONG)


def mark_words(answer: ShortAnswer, response: str) -> Mark:
    """Marks a few words."""
    return WordsMarker(answer).mark(response)
