"""Fills the kinds whose answer is an arrangement: what is shown in which order, and the key."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from qgen.bank.templates import MatchingTemplate, OrderingTemplate
from qgen.document.answers import Matching, Ordering, Pair, ScoringRule
from qgen.document.numbers import exact_value
from qgen.document.richtext import Passage
from qgen.document.values import Real, show
from qgen.generator.drawing import VariantFailure
from qgen.generator.seeds import RandomSource, shuffled

SAME_VALUE = Fraction(1, 10**9)
"""Floats that differ by no larger share than this are one value: rounding must not decide."""
ROUNDING = Fraction(1, 10**14)
"""Nor do floats differ by less than this share of the largest value: zero has rounding too."""


def matching(
    template: MatchingTemplate, printed: tuple[str, ...], shown: Sequence[int], rule: ScoringRule
) -> Matching:
    """Pairs whose right sides, and those without a partner, are shown in the given order."""
    rights = template.rights
    places = {index: place for place, index in enumerate(shown)}
    return Matching(
        tuple(
            Pair(
                Passage(pair.left.text, printed),
                places[index],
                None if pair.feedback is None else Passage(pair.feedback, printed),
            )
            for index, pair in enumerate(template.pairs)
        ),
        tuple(Passage(rights[index].text, printed) for index in shown),
        rule,
    )


def ordering(
    template: OrderingTemplate,
    printed: tuple[str, ...],
    right: Sequence[int],
    shown: Sequence[int],
) -> Ordering:
    """Items shown in the order `shown`, to be put into the order `right`."""
    places = {index: place for place, index in enumerate(shown)}
    return Ordering(
        tuple(Passage(template.items[index].text, printed) for index in shown),
        tuple(places[index] for index in right),
        template.credit,
    )


def mixed(random_source: RandomSource, key: Sequence[int]) -> list[int]:
    """The entries of a key in random order, which for three or more is not the key's own.

    Of two, the order that is not the key's own would give the key away.
    """
    while True:
        order = [key[index] for index in shuffled(random_source, len(key))]
        if len(key) < 3 or order != list(key):
            return order


def rising(values: Sequence[Real]) -> list[int]:
    """The places of the values from the smallest to the largest; VariantFailure for a tie."""
    exact = [exact_value(value) for value in values]
    rounding = ROUNDING * max(map(abs, exact))
    order = sorted(range(len(values)), key=exact.__getitem__)
    for lower, upper in pairwise(order):
        slack = max(rounding, SAME_VALUE * max(abs(exact[lower]), abs(exact[upper])))
        if not (isinstance(values[lower], float) or isinstance(values[upper], float)):
            slack = Fraction(0)
        if exact[upper] - exact[lower] <= slack:
            first, second = sorted((lower, upper))
            message = (
                f"items {first + 1} and {second + 1} have the same value, {show(values[first])}: "
                "nothing decides which comes first"
            )
            raise VariantFailure("equal-values", message)
    return order
