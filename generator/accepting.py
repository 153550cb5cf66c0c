"""Answers of which a condition tells whether they are right, with one of them as the key."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import count
from typing import TypeAlias

from qgen.bank.templates import RESPONSE_NAME, AcceptTemplate, Placed
from qgen.document.answers import (
    NO_CREDIT,
    Acceptance,
    FormulaAnswer,
    MatrixAnswer,
    Numeric,
    Open,
    RubricLine,
)
from qgen.document.complex_numbers import complex_tex
from qgen.document.conditions import Claims, Judge
from qgen.document.formula import Formula, VariableDomain, evaluate, latex, number_latex
from qgen.document.formula_samples import sample_points
from qgen.document.numbers import exact_value, terminating
from qgen.document.richtext import BulletList, Code, Hole, Math, Paragraph, Passage, RichText
from qgen.document.values import MOST_SHOWN, Complex, Value, Values, brief, is_real
from qgen.generator.drawing import VariantFailure
from qgen.generator.judging import Condition, FormulaCondition
from qgen.generator.printing import with_commas
from qgen.generator.worded import Printed

_LINES = 4
_NEAR = 1e-9

Example: TypeAlias = Numeric | MatrixAnswer | FormulaAnswer


def accepted_answer(
    accept: AcceptTemplate,
    example: Example,
    known: Values,
    printed: Printed,
    *,
    is_vector: bool = False,
    comma: bool = False,
) -> Open:
    """What asks for such an answer: of a person, whom the condition tells what counts.

    `printed` is what the holes of the question print; with `is_vector` the condition reads the
    one row of a matrix, with `comma` a person reads decimals as `1,5`. Raises VariantFailure where
    the example is not right, or a mistake is.
    """
    condition = accept.condition
    source = condition.expression.source
    needed = {name: known[name] for name in sorted(condition.expression.names) if name in known}
    _refuse_complex(needed, condition)
    holds = _judge(accept, example, needed, is_vector=is_vector)
    key = example.key
    if not _met(holds, key, example, condition):
        message = f"the example {brief(key)} does not meet '{source}'"
        raise VariantFailure("example", f"{message} ({condition.place})")
    for value, _ in _mistakes(example):
        if _met(holds, value, example, condition):
            message = f"the mistake {brief(value)} meets '{source}'"
            raise VariantFailure("mistake-is-key", f"{message} ({condition.place})")
    return _asked(accept, example, holds, needed, printed, comma=comma)


def _refuse_complex(known: Values, condition: Placed) -> None:
    """Nobody but qgen would work such a condition out."""
    name = next((name for name, value in known.items() if isinstance(value, Complex)), None)
    if name is not None:
        message = (
            f"'{condition.expression.source}' reads '{name}', which is {brief(known[name])}: a "
            f"condition knows real numbers only; give re({name}) or abs({name}) a name in 'let'"
        )
        raise VariantFailure("accept-if", f"{message} ({condition.place})")


def unproved_answer(accept: AcceptTemplate, example: Example, printed: Printed) -> Open:
    """The shape of such an answer, before there are numbers."""
    return _asked(accept, example, _judge(accept, example, {}), {}, printed)


def _judge(
    accept: AcceptTemplate, example: Example, known: Values, *, is_vector: bool = False
) -> Judge:
    if isinstance(example, FormulaAnswer):
        source = accept.condition.expression.source
        return FormulaCondition(source, tuple(example.variables), known)
    return Condition(accept.condition.expression, known, is_vector)


def _mistakes(example: Example) -> list[tuple[Value, Fraction]]:
    """What known mistakes give, and the share of the points that each earns."""
    if isinstance(example, MatrixAnswer):
        return [(each.rows, NO_CREDIT) for each in example.mistakes]
    return [(each.value, each.credit) for each in example.mistakes]


def _asked(
    accept: AcceptTemplate,
    example: Example,
    holds: Judge,
    known: Values,
    printed: Printed,
    *,
    comma: bool = False,
) -> Open:
    """What a person marks by, in no language: the condition, its values, a right answer.

    Below stand the known mistakes. All variants share the text; values are printed in its holes.
    """
    plain = with_commas(_plain, ",") if comma else _plain
    tex = with_commas(_tex, "{,}") if comma else _tex
    between = "; " if comma else ", "
    values = between.join(f"{name} = {plain(value)}" for name, value in known.items())
    own = [f" ({values}), e.g. " if values else ", e.g. ", tex(example.key)]
    for value, credit in _mistakes(example):
        share = _share(credit)
        own += [tex(value), f"{share.replace('.', ',') if comma else share}: "]
    scheme = Passage(_scheme(accept, len(printed)), (*printed, *own))
    acceptance = Acceptance(example, holds, "==" in accept.condition.expression.source)
    return Open((RubricLine(accept.points, scheme),), _LINES, accepts=acceptance)


@lru_cache(maxsize=256)
def _scheme(accept: AcceptTemplate, first: int) -> RichText:
    """The text of a marking scheme, whose own holes count from `first`."""
    line = Paragraph(
        (
            Code(accept.condition.expression.source),
            Hole(first),
            Math((Hole(first + 1),)),
        )
    )
    if not accept.feedback:
        return RichText((line,))
    mistakes = tuple(
        (Paragraph((Math((Hole(hole),)), Hole(hole + 1))), *feedback.blocks)
        for hole, feedback in zip(count(first + 2, 2), accept.feedback, strict=False)
    )
    return RichText((line, BulletList(mistakes)))


def _plain(value: Value) -> str:
    if isinstance(value, tuple):
        text = f"({', '.join(map(_plain, value))})"
        return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"
    decimal = terminating(value) if isinstance(value, Fraction) else None
    return brief(value) if decimal is None else decimal


def _tex(value: Value) -> str:
    match value:
        case tuple():
            rows = value if isinstance(value[0], tuple) else (value,)
            lines = [" & ".join(map(_tex, row)) for row in rows if isinstance(row, tuple)]
            inner = r" \\ ".join(lines)
            return rf"\begin{{pmatrix}} {inner} \end{{pmatrix}}"
        case int() | Fraction() | float():
            decimal = terminating(value) if isinstance(value, Fraction) else None
            return number_latex(value) if decimal is None else decimal
        case str():
            return value
        case Complex():
            return complex_tex(value)
        case _:
            return latex(value)


def _share(credit: Fraction) -> str:
    """` (50%)`, ` (1/3)`, or nothing."""
    if not credit:
        return ""
    percent = terminating(credit * 100)
    return f" ({credit})" if percent is None else f" ({percent}%)"


def _met(holds: Judge, value: Value, example: Example, condition: Placed) -> bool:
    try:
        found = holds(_exactly(value))
        if isinstance(found, bool):
            return found
        variables = example.variables if isinstance(example, FormulaAnswer) else {}
        return _hold_at_points(found, variables)
    except (ArithmeticError, ValueError) as error:
        source = condition.expression.source
        message = f"'{source}' with {RESPONSE_NAME} = {brief(value)}: {error} ({condition.place})"
        raise VariantFailure("accept", message) from error


def _exactly(value: Value) -> Value:
    """The value as it is typed, in exact numbers."""
    if isinstance(value, tuple):
        return tuple([_exactly(each) for each in value])
    return exact_value(value) if is_real(value) else value


def _hold_at_points(claims: Claims, variables: Mapping[str, VariableDomain]) -> bool:
    """Whether all comparisons hold as far as a few points tell: `qgen check` proves them."""
    points = sample_points(variables)
    return all(_agree(claim.left, claim.right, points) == claim.is_equal for claim in claims)


def _agree(left: Formula, right: Formula, points: Sequence[Mapping[str, float]]) -> bool:
    """Whether two formulas have the same values; raises ValueError where they have none."""
    met = False
    for point in points:
        try:
            one, other = evaluate(left, point), evaluate(right, point)
        except (ArithmeticError, ValueError):
            continue
        met = True
        if abs(one - other) > _NEAR * (1 + abs(one)):
            return False
    if not met:
        raise ValueError("there is no value at any of the points that are tried")
    return True
