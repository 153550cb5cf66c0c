"""A hint that holds the key is a warning; one that leads there is none."""

from typing import Any

import pytest

from qgen.document.richtext import passage_of
from qgen.telling_hints import telling
from tests import samples
from tests.bank.written import question, template
from tests.generator.filled import fill


def told(kind: str, hint: str, **changes: Any) -> str | None:
    data = question(kind, hints=[hint], **changes)
    part = fill(template({key: each for key, each in data.items() if each is not None})).parts[0]
    return telling(part.answer, part.hints[0].text)


NUMBER = {"answer": "1/3", "tolerance": {"absolute": "0.001"}}
ANY = {
    "answer": None,
    "tolerance": None,
    "mistakes": None,
    "accept_if": "response > 2",
    "example": "7/2",
}
FORMULA = {"answer": "2*x*(x + 1)", "variables": {"x": "real"}, "solver": []}
TOWNS = [{"text": "Bern", "correct": True}, "Basel", "$\\frac{1}{2}$"]


@pytest.mark.parametrize(
    ("kind", "changes", "hint", "found"),
    [
        ("numeric", NUMBER, "It is 0.333, of course.", "0.333"),
        ("numeric", NUMBER, "It is $\\frac{1}{3}$.", "1/3"),
        ("numeric", NUMBER, "Divide 1 by 3, $x_{0} = 0.3$, in 0.333 5 steps of 10.333.", "0.333"),
        ("numeric", NUMBER, "Divide 1 by 3: not 0.34, nor 10.333, nor $x_1$.", None),
        ("numeric", {"answer": 0, "tolerance": {"absolute": 0}}, "It is 0.", "0"),
        ("numeric", {"answer": -2, "tolerance": {"absolute": 0}}, "It is $-2$.", "-2"),
        ("numeric", ANY, "Try 3,5.", "3,5"),
        ("numeric", ANY, "It is above 2.", None),
        ("formula", FORMULA, "Multiply out: $f(x) = 2x^2 + 2x$.", "2x^2 + 2x"),
        ("formula", FORMULA, "Use $(x + 1)' = 1$ and $2x$.", None),
        ("short_answer", {"accept": ["the ELBO"]}, "Is it the elbo?", "the ELBO"),
        ("short_answer", {"accept": ["the ELBO"]}, "The ELBOW.", None),
        ("single_choice", {"options": TOWNS}, "It is called Bern.", "Bern"),
        ("single_choice", {"options": TOWNS}, "Bern or Basel?", None),
        ("single_choice", {"options": TOWNS}, "Not Basel.", None),
        ("multiple_select", {}, "One of them.", None),
        ("open", {}, "Says why.", None),
    ],
)
def test_what_a_hint_tells(
    kind: str, changes: dict[str, Any], hint: str, found: str | None
) -> None:
    assert told(kind, hint, **changes) == found


@pytest.mark.parametrize("kind", samples.ANSWERS)
def test_every_kind_can_be_asked(kind: str) -> None:
    assert telling(samples.ANSWERS[kind], passage_of("Think of nothing.")) is None
