"""What draws values from the domains of parameters, exact and on their grids."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from pydantic import ValidationError

from qgen.bank.domain import Domain
from qgen.bank.expressions import ExpressionError, evaluate
from qgen.bank.parameters import (
    BinomialData,
    Decimals,
    ExponentialData,
    Generated,
    Integers,
    NormalData,
    PoissonData,
    PositiveDefinite,
    Probabilities,
    UniformData,
)
from qgen.bank.table_domains import Choice, OneOf, Permutation, Rows, Subset, WeightedChoice
from qgen.bank.templates import Parameter
from qgen.document.values import TeX, Value, Values, brief, show_all
from qgen.generator.data_samplers import data_sampler
from qgen.generator.registered import composition, find_generator
from qgen.generator.seeds import RandomSource, index_below, shuffled

Simple: TypeAlias = Callable[[RandomSource], Value]
"""Draws from a domain whose numbers are all known."""
Dependent: TypeAlias = Callable[[RandomSource, Values], Value]
"""Draws a parameter, given the values of those before it."""


class Sampler(NamedTuple):
    """How a parameter is drawn; `dependent` where its domain reads earlier ones."""

    fixed: Simple | None
    dependent: Dependent | None = None


MOST_REMEMBERED = 256
"""So many domains of one parameter are kept, which differ in what earlier parameters gave."""


class DrawFailure(ValueError):
    """A domain that the values of earlier parameters make impossible."""


def sampler(parameter: Parameter) -> Sampler:
    """What draws a parameter; where its domain reads earlier ones, from their values."""
    if not parameter.expressions:
        return Sampler(_of_domain(parameter.domain))
    known: dict[str, Simple] = {}

    def sample(random_source: RandomSource, values: Values) -> Value:
        read = {key: _read(parameter, key, values) for key in parameter.expressions}
        written = repr(sorted(read.items()))
        if written not in known:
            if len(known) >= MOST_REMEMBERED:
                known.clear()
            known[written] = _of_domain(_with_values(parameter, read, values))
        return known[written](random_source)

    return Sampler(None, sample)


def _read(parameter: Parameter, key: str, values: Values) -> Value:
    try:
        return evaluate(parameter.expressions[key].expression, values)
    except ExpressionError as error:
        raise _failure(parameter, key, str(error), values) from None


def _with_values(parameter: Parameter, read: Mapping[str, Value], values: Values) -> Domain:
    try:
        return parameter.domain.with_values(read)
    except ValidationError as error:
        details = error.errors(include_url=False)[0]
        key = str(details["loc"][0]) if details["loc"] else ", ".join(read)
        limits = details.get("ctx", {})
        says = {
            "int_type": "must be a whole number",
            "less_than_equal": f"must be at most {limits.get('le')}",
            "greater_than_equal": f"must be at least {limits.get('ge')}",
        }.get(details["type"], details["msg"])
        shown = ", ".join(f"{name} is {brief(value)}" for name, value in read.items())
        raise _failure(parameter, key, f"{says}; {shown}", values) from None


def _failure(parameter: Parameter, key: str, fault: str, values: Values) -> DrawFailure:
    drawn = f" for {show_all(values)}" if values else ""
    return DrawFailure(f"'{parameter.name}': {key}: {fault}{drawn} ({parameter.place})")


def _of_domain(domain: Domain) -> Simple:
    if isinstance(domain, Probabilities):
        return _repeated(_probabilities(domain), domain.dimensions[:-1])
    table = _table_of(domain)
    if table is None:
        return _repeated(_single(domain), domain.dimensions)
    if not domain.dimensions:
        return _from_table(table)
    *rows, length = domain.dimensions
    return _repeated(_vectors(table, length), tuple(rows))


def _table_of(domain: Domain) -> Sequence[Value] | None:
    """The values of a domain that are all as likely; None where there are too many to list."""
    match domain:
        case Integers() if len(domain.grid) > 100_001:
            return None
        case Integers() | Decimals():
            return domain.values
        case OneOf():
            return tuple(map(exact, domain.of))
        case _:
            return None


def _vectors(table: Sequence[Value], length: int) -> Simple:
    """As `_repeated` of `_from_table`, without a call for each entry."""
    count, entries = len(table), range(length)
    return lambda random_source: tuple([table[int(random_source() * count)] for _ in entries])


def _repeated(sampler: Simple, dimensions: tuple[int, ...]) -> Simple:
    if not dimensions:
        return sampler
    inner = _repeated(sampler, dimensions[1:])
    count = range(dimensions[0])
    return lambda random_source: tuple([inner(random_source) for _ in count])


def _single(domain: Domain) -> Simple:
    match domain:
        case Integers():
            return _wide_integers(domain)
        case WeightedChoice():
            return _weighted(tuple(map(exact, domain.of)), domain.cumulative)
        case Permutation():
            return _permuted(tuple(map(exact, domain.of)))
        case Rows():
            return _rows(domain)
        case NormalData() | UniformData() | ExponentialData() | BinomialData() | PoissonData():
            return data_sampler(domain)
        case Subset():
            return _subset(tuple(map(exact, domain.of)), domain.size)
        case PositiveDefinite():
            return _positive_definite(domain.size, domain.largest)
        case Generated():
            return _generated(domain)
        case _:
            raise TypeError(f"no sampler for {type(domain).__name__}")


def exact(value: Choice) -> Value:
    """A listed value as an exact number; whole ones as integers."""
    if isinstance(value, (Decimal, Fraction)):
        exact = Fraction(value)
        return exact.numerator if exact.denominator == 1 else exact
    return value


def _from_table(table: Sequence[Value]) -> Simple:
    count = len(table)
    return lambda random_source: table[int(random_source() * count)]


def _weighted(table: tuple[Value, ...], cumulative: tuple[int, ...]) -> Simple:
    return lambda random_source: table[
        bisect_right(cumulative, index_below(random_source, cumulative[-1]))
    ]


def _permuted(table: tuple[Value, ...]) -> Simple:
    def sample(random_source: RandomSource) -> Value:
        return tuple([table[place] for place in shuffled(random_source, len(table))])

    return sample


def _rows(domain: Rows) -> Simple:
    """One cell a column, or with a size, a vector of cells a column."""
    table = rows_of(domain)
    if domain.size is None:
        return _from_table(table)
    size = domain.size

    def sample(random_source: RandomSource) -> Value:
        chosen = shuffled(random_source, len(table))[:size]
        return tuple(zip(*[table[place] for place in chosen], strict=True))

    return sample


def rows_of(domain: Rows) -> tuple[tuple[Value, ...], ...]:
    """The rows of a table, with exact cells."""
    tex = [name in domain.tex for name in domain.names]
    return tuple(
        tuple(TeX(cell) if is_tex else exact(cell) for cell, is_tex in zip(row, tex, strict=True))
        for row in domain.of
    )


def _generated(domain: Generated) -> Simple:
    generator, arguments = find_generator(domain.generator), domain.arguments

    def sample(random_source: RandomSource) -> Value:
        try:
            return generator(random_source, arguments)
        except ValueError as error:
            raise DrawFailure(f"'{domain.generator}': {error}") from None

    return sample


def _wide_integers(domain: Integers) -> Simple:
    grid, excluded = domain.grid, frozenset(domain.excluded)

    def sample(random_source: RandomSource) -> Value:
        while (value := grid[index_below(random_source, len(grid))]) in excluded:
            pass
        return value

    return sample


def _subset(table: tuple[Value, ...], size: int) -> Simple:
    def sample(random_source: RandomSource) -> Value:
        left, chosen = size, []
        for index, value in enumerate(table):
            if random_source() * (len(table) - index) < left:
                chosen.append(value)
                left -= 1
        return tuple(chosen)

    return sample


def _probabilities(domain: Probabilities) -> Simple:
    steps, least, outcomes = int(1 / domain.step), domain.least_steps, domain.outcomes
    free = steps - least * outcomes
    table = [Fraction(least + part - 1, steps) for part in range(free + 2)]

    def sample(random_source: RandomSource) -> Value:
        return tuple(
            [table[part] for part in composition(random_source, free + outcomes, outcomes)]
        )

    return sample


def _positive_definite(size: int, largest: int) -> Simple:
    def sample(random_source: RandomSource) -> Value:
        lower = [
            [
                index_below(random_source, 2 * largest + 1) - largest
                if column < row
                else 1 + index_below(random_source, largest)
                for column in range(row + 1)
            ]
            for row in range(size)
        ]
        return tuple(
            tuple(
                sum(a * b for a, b in zip(lower[row], lower[column], strict=False))
                for column in range(size)
            )
            for row in range(size)
        )

    return sample
