"""What a page knows of its questions, as data for its script: with keys, or without.

A page for practice marks by it as qgen does; a page for an exam is told nothing but what it shows.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias, assert_never

from qgen.document.answers import (
    Acceptance,
    Answer,
    ComplexAnswer,
    FormulaAnswer,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    Part,
    Rows,
    ShortAnswer,
    SingleChoice,
    entries_of,
    rewards_mistakes,
)
from qgen.document.complex_numbers import exact_parts
from qgen.document.exam import Item
from qgen.document.numbers import exact_value
from qgen.document.values import Complex
from qgen.renderers.blanks import stands_in_text
from qgen.renderers.carried import carried_quotient
from qgen.renderers.html.conditions import asked_as, claims
from qgen.renderers.html.formula_trees import formula_tree

Data: TypeAlias = Mapping[str, object]


def shown_parts(item: Item) -> list[Data]:
    """The kinds of a question's answers, as the page shows them anyway: nothing of the keys."""
    return [_asked(part) for part in item.parts]


def _asked(part: Part) -> Data:
    shown = _shown(asked_as(part.answer))
    listed = isinstance(part.answer, SingleChoice) and stands_in_text(part)
    return {**shown, "listed": True} if listed else shown


def _shown(answer: Answer) -> Data:
    match answer:
        case SingleChoice():
            return {"kind": "choice", "many": False, "shown": len(answer.options)}
        case MultipleSelect():
            return {"kind": "choice", "many": True, "shown": len(answer.options)}
        case Matching():
            return {"kind": "matching", "shown": len(answer.pairs)}
        case Ordering():
            return {"kind": "ordering", "shown": len(answer.items)}
        case Numeric() | ComplexAnswer():
            kind = "number" if isinstance(answer, Numeric) else "complex"
            return {"kind": kind, **({"workedOut": True} if answer.worked_out else {})}
        case FormulaAnswer():
            return {
                "kind": "formula",
                "variables": list(answer.variables),
                **({"free": sorted(answer.free_names)} if answer.free_names else {}),
            }
        case MatrixAnswer():
            return {"kind": "matrix", "rows": answer.height, "columns": answer.width}
        case ShortAnswer():
            return {"kind": "words"}
        case Open():
            return {"kind": "open"}
        case _:
            assert_never(answer)


def marked_parts(item: Item) -> list[Data]:
    """What each part of a question is marked by, and its points."""
    return [
        {
            **_asked(part),
            **_key(part.answer),
            **_carried(part, item.parts),
            "points": str(part.points),
            **({"hints": [str(hint.penalty) for hint in part.hints]} if part.hints else {}),
        }
        for part in item.parts
    ]


def _key(answer: Answer) -> Data:
    match answer:
        case SingleChoice():
            return {"rule": "all_or_nothing", "key": _right(answer)}
        case MultipleSelect():
            return {"rule": answer.rule, "key": _right(answer)}
        case Matching():
            return {"rule": answer.rule, "key": [pair.right + 1 for pair in answer.pairs]}
        case Ordering():
            return {"credit": answer.credit, "key": [place + 1 for place in answer.key]}
        case Numeric():
            return {
                "value": str(exact_value(answer.key)),
                "mistakes": [str(exact_value(each.value)) for each in answer.mistakes],
                **_credits(answer),
                "tolerance": [answer.tolerance.kind, str(answer.tolerance.amount)],
            }
        case ComplexAnswer():
            return {
                "value": _parts(answer.key),
                "mistakes": [_parts(each.value) for each in answer.mistakes],
                **_credits(answer),
                "tolerance": [answer.tolerance.kind, str(answer.tolerance.amount)],
            }
        case FormulaAnswer():
            return {
                "key": formula_tree(answer.key),
                "domains": dict(answer.variables),
                "mistakes": [formula_tree(each.value) for each in answer.mistakes],
                **_credits(answer),
                **({"forms": list(answer.forms)} if answer.forms else {}),
                **({"freedom": answer.up_to} if answer.up_to else {}),
            }
        case MatrixAnswer():
            return {
                "credit": answer.credit,
                "values": _numbers(answer.key),
                "mistakes": [_numbers(each.rows) for each in answer.mistakes],
                "tolerance": [answer.tolerance.kind, str(answer.tolerance.amount)],
            }
        case ShortAnswer():
            return {
                "accepted": list(answer.accepted),
                "mistakes": [each.text for each in answer.mistakes],
                **_credits(answer),
                "caseSensitive": answer.case_sensitive,
            }
        case Open(accepts=Acceptance() as acceptance) if acceptance.holds.is_portable:
            return {**_key(acceptance.example), "claims": claims(acceptance)}
        case Open():
            return {"rubric": [str(line.points) for line in answer.rubric]}
        case _:
            assert_never(answer)


def _numbers(rows: Rows) -> list[str]:
    return [str(exact_value(entry)) for entry in entries_of(rows)]


def _parts(value: Complex) -> list[str]:
    return [str(part) for part in exact_parts(value)]


def _credits(answer: Numeric | ComplexAnswer | FormulaAnswer | ShortAnswer) -> Data:
    """What each known mistake earns, where one earns anything."""
    if not rewards_mistakes(answer):
        return {}
    return {"credits": [str(each.credit) for each in answer.mistakes]}


def _right(answer: SingleChoice | MultipleSelect) -> list[int]:
    return [number for number, option in enumerate(answer.options, 1) if option.correct]


def _carried(part: Part, parts: Sequence[Part]) -> Data:
    """What follows from an earlier part's value; a rule that no page works out has no quotient."""
    if part.carried is None:
        return {}
    number, source = next(
        (n, each) for n, each in enumerate(parts, 1) if each.label == part.carried.part
    )
    carried: dict[str, object] = {"part": number}
    if isinstance(source.answer, (Numeric, ComplexAnswer)) and source.answer.worked_out:
        carried["workedOut"] = True
    if isinstance(source.answer, ComplexAnswer):
        carried["complex"] = True
    quotient = carried_quotient(part, source)
    if quotient is not None:
        carried["top"], carried["bottom"] = map(_texts, quotient)
    return {"carried": carried}


def _texts(coefficients: Sequence[Fraction]) -> list[str]:
    return [str(each) for each in coefficients]
