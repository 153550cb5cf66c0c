"""Conditions as a page's script reads them."""

from fractions import Fraction
from typing import TypeAlias, assert_never

from qgen.document.answers import Acceptance, Answer, Open
from qgen.document.conditions import Applied, Given, Response, Term
from qgen.document.numbers import exact_value
from qgen.document.values import Complex, Value
from qgen.renderers.html.formula_trees import Tree, formula_tree

TermData: TypeAlias = str | bool | Tree | list[object]
"""A number as a text, `response`, a truth value, an operation before its parts."""


def asked_as(answer: Answer) -> Answer:
    """What a page asks for: of an answer whose condition it works out, what its example is."""
    match answer:
        case Open(accepts=Acceptance() as acceptance) if acceptance.holds.is_portable:
            return acceptance.example
        case _:
            return answer


def claims(acceptance: Acceptance) -> list[TermData]:
    """The terms of a condition, all of which hold of a right answer."""
    return [_term(term) for term in acceptance.holds.terms]


def _term(term: Term) -> TermData:
    match term:
        case Response():
            return "response"
        case Given():
            return _value(term.value)
        case Applied():
            return [term.name, *map(_term, term.arguments)]
        case _:
            assert_never(term)


def _value(value: Value) -> TermData:
    match value:
        case bool():
            return value
        case tuple():
            return ["row", *map(_value, value)]
        case int() | Fraction() | float():
            return str(exact_value(value))
        case str():
            raise AssertionError("no response is compared with a text")
        case Complex():
            raise AssertionError("a condition reads no complex number")
        case _:
            return ["formula", formula_tree(value)]
