"""Items of questions written in a test, filled with given values."""

from fractions import Fraction
from typing import Any

from qgen.bank.templates import QuestionTemplate
from qgen.document.answers import MultipleSelect, Open, ScoringRule, SingleChoice
from qgen.document.exam import Item
from qgen.document.richtext import plain_text
from qgen.document.values import SolverResults, Values
from qgen.generator.filling import Filler, Filling
from qgen.generator.seeds import RandomSource, stream
from tests.bank.written import question, template


def filling(
    *,
    points: Fraction | None = None,
    rule: ScoringRule = "per_option",
    shuffle: bool = False,
    verified: frozenset[str] = frozenset(),
) -> Filling:
    return Filling(Fraction(1) if points is None else points, rule, shuffle, verified)


def fill(
    found: QuestionTemplate,
    values: Values | None = None,
    answers: SolverResults | None = None,
    *,
    source: RandomSource | None = None,
    **how: Any,
) -> Item:
    """One item; derived values are computed from the given parameters."""
    known = dict(values or {})
    for name, placed in found.derived:
        known[name] = placed.expression.evaluate(known)
    random_source = source or stream(0, "", "", "", 0)
    how.setdefault("points", found.points)
    return Filler(found, filling(**how)).fill(1, known, answers or {}, random_source)


def choice(*texts: Any, kind: str = "single_choice", **changes: Any) -> QuestionTemplate:
    """A choice with these options: texts, of which the first is right, or whole mappings."""
    options = [
        text if isinstance(text, dict) else {"text": text, "correct": index == 0}
        for index, text in enumerate(texts)
    ]
    return template({**question(kind), "options": options, **changes})


def shown(item: Item) -> list[str]:
    """The texts of an item's options in their order."""
    answer = item.parts[0].answer
    assert isinstance(answer, (SingleChoice, MultipleSelect))
    return [plain_text(option.text) for option in answer.options]


def accepting(item: Item) -> Open:
    """The answer of an item that a condition decides."""
    answer = item.parts[0].answer
    assert isinstance(answer, Open)
    assert answer.accepts is not None
    return answer
