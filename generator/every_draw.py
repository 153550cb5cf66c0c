"""All draws that a template's domains allow, where these are few enough to go through."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, pairwise, permutations, product
from math import gcd, prod

from qgen.bank.domain import Domain
from qgen.bank.parameters import Decimals, Integers, Probabilities
from qgen.bank.table_domains import OneOf, Permutation, Rows, Subset, WeightedChoice
from qgen.bank.templates import Parameter, QuestionTemplate
from qgen.document.values import Value
from qgen.generator.drawing import most_variants
from qgen.generator.samplers import exact, rows_of

MOST_LISTED = 60_000
"""Domains that allow more draws are not gone through."""

_GOLDEN = 0.6180339887498949


def can_be_listed(template: QuestionTemplate) -> bool:
    """Whether `every_draw` goes through the template's draws."""
    most = most_variants(template)
    return most is not None and most <= MOST_LISTED


def every_draw(template: QuestionTemplate) -> Iterator[dict[str, Value]]:
    """The parameters of every draw, in an order in which neighbours have little in common."""
    lists = [_values_of(parameter) for parameter in template.parameters]
    count = prod(map(len, lists))
    step = max(1, int(count * _GOLDEN))
    while gcd(step, count) != 1:
        step += 1
    for place in range(count):
        rest = place * step % count
        values: dict[str, Value] = {}
        for listed in lists:
            rest, index = divmod(rest, len(listed))
            values.update(listed[index])
        yield values


def _values_of(parameter: Parameter) -> Sequence[dict[str, Value]]:
    """What a parameter may be: a value by its name, or the cells of a row by theirs."""
    if parameter.names == (parameter.name,):
        return [{parameter.name: value} for value in _domain_values(parameter.domain)]
    rows = _domain_values(parameter.domain)
    return [dict(zip(parameter.names, row, strict=True)) for row in rows if isinstance(row, tuple)]


def _domain_values(domain: Domain) -> Sequence[Value]:
    if isinstance(domain, Probabilities):
        return _arranged(_laws(domain), domain.dimensions[:-1])
    return _arranged(_single_values(domain), domain.dimensions)


def _arranged(values: Sequence[Value], dimensions: tuple[int, ...]) -> Sequence[Value]:
    """All vectors or matrices of these entries."""
    if not dimensions:
        return values
    return list(product(_arranged(values, dimensions[1:]), repeat=dimensions[0]))


def _single_values(domain: Domain) -> Sequence[Value]:
    match domain:
        case Integers() | Decimals():
            return domain.values
        case OneOf() | WeightedChoice():
            return list(map(exact, domain.of))
        case Permutation():
            return list(permutations(map(exact, domain.of)))
        case Rows(size=None):
            return rows_of(domain)
        case Rows(size=size):
            chosen = permutations(rows_of(domain), size)
            return [tuple(zip(*rows, strict=True)) for rows in chosen]
        case Subset():
            return list(combinations(map(exact, domain.of), domain.size))
        case _:
            raise TypeError(f"the values of {type(domain).__name__} cannot be listed")


def _laws(domain: Probabilities) -> Sequence[Value]:
    """All probabilities on the grid that sum to one."""
    steps, least, outcomes = int(1 / domain.step), domain.least_steps, domain.outcomes
    total = steps - least * outcomes + outcomes
    cuts = combinations(range(1, total), outcomes - 1)
    return [
        tuple([Fraction(least + high - low - 1, steps) for low, high in pairwise((0, *cut, total))])
        for cut in cuts
    ]
