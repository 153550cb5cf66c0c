"""Answers of which a condition tells whether they are right."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import assert_never

from qgen.document.answers import (
    Acceptance,
    FormulaAnswer,
    MatrixAnswer,
    Numeric,
    Rows,
    entries_of,
)
from qgen.document.conditions import Applied, Claims, Given, Response, Term
from qgen.document.formula import Formula, Number, Symbol, typed
from qgen.document.formula_changes import has_kinks
from qgen.document.matrices import typed_rows
from qgen.document.numbers import exact_value, machine_decimal
from qgen.marking.equivalence import equivalence, has_values
from qgen.marking.formula_reader import parse_formula
from qgen.marking.grader import NO_SLACK, Mark, mark_matrix, mark_number
from qgen.marking.number_reader import Refusal, parse_number
from qgen.marking.rules import RIGHT, WRONG

_FAR = Fraction(1, 10)


def mark_by_condition(
    acceptance: Acceptance, number: Fraction, slack: Fraction = NO_SLACK
) -> Mark | None:
    """The mark of a number; None where the condition cannot tell, so that a person must look.

    What was typed lies at most `slack` from the number: sqrt(2) is known to some digits. A wrong
    number is marked as the nearest known mistake in the example's tolerance.
    """
    example = acceptance.example
    assert isinstance(example, Numeric)
    responses = {number - slack, number, number + slack}
    holds = _told(acceptance, responses)
    if holds is None:
        return None
    in_doubt = _in_doubt(acceptance, responses)
    if holds:
        return None if in_doubt else Mark(RIGHT)
    found = mark_number(example, number, slack)
    if found.mistake is None:
        return None if in_doubt or (slack and acceptance.compares) else Mark(WRONG)
    return found


def mark_matrix_by_condition(
    acceptance: Acceptance, entries: Sequence[Fraction | None], slacks: Sequence[Fraction]
) -> Mark | None:
    """The mark of a matrix, its entries row by row; None where a person must look.

    An entry that was left empty makes it wrong. A wrong matrix is marked as the known mistake
    whose entries it has within the example's tolerance.
    """
    example = acceptance.example
    assert isinstance(example, MatrixAnswer)
    known = [entry for entry in entries if entry is not None]
    if len(known) < len(entries):
        return Mark(WRONG)
    responses = _within(known, slacks, example.width)
    holds = _told(acceptance, responses)
    if holds is None:
        return None
    in_doubt = _in_doubt(acceptance, responses)
    if holds:
        return None if in_doubt else Mark(RIGHT)
    mistake = mark_matrix(example, known, slacks).mistake
    if mistake is None:
        unsure = in_doubt or (any(slacks) and acceptance.compares)
        return None if unsure else Mark(WRONG)
    return Mark(WRONG, (example.mistakes[mistake].feedback,), mistake)


def mark_formula_by_condition(acceptance: Acceptance, formula: Formula) -> Mark | None:
    """The mark of a formula; None where it cannot be decided, so that a person must look."""
    example = acceptance.example
    assert isinstance(example, FormulaAnswer)
    holds = _proved(acceptance, formula)
    if holds:
        return Mark(RIGHT)
    for place, mistake in enumerate(example.mistakes):
        outcome = equivalence(formula, mistake.value, example.variables).outcome
        if outcome == "equal":
            return Mark(mistake.credit, (mistake.feedback,), place)
        if outcome == "undecided" and mistake.credit:
            return None
    return None if holds is None else Mark(WRONG)


def _told(acceptance: Acceptance, responses: set[Fraction] | set[Rows]) -> bool | None:
    """What the condition says of all of these; None where it cannot tell, or says both."""
    try:
        told = {acceptance.holds(each) for each in responses}
    except (ArithmeticError, ValueError):
        return None
    return told == {True} if len(told) == 1 else None


def _in_doubt(acceptance: Acceptance, responses: set[Fraction] | set[Rows]) -> bool:
    """Whether what was typed is known too roughly for what the condition says of it."""
    try:
        return acceptance.holds.is_in_doubt(responses)
    except (ArithmeticError, ValueError, LookupError):
        return True


def _within(entries: Sequence[Fraction], slacks: Sequence[Fraction], width: int) -> set[Rows]:
    """The matrix, and others as far from it as it is not known: each entry, and all together."""
    steps = [[0] * len(entries), [1] * len(entries), [-1] * len(entries)]
    for place, slack in enumerate(slacks):
        if slack:
            alone = [0] * len(entries)
            alone[place] = 1
            steps += [alone, [-each for each in alone]]
    moved = ([e + s * d for e, s, d in zip(entries, slacks, step, strict=True)] for step in steps)
    return {_rows(each, width) for each in moved}


def _rows(entries: Sequence[Fraction], width: int) -> Rows:
    starts = range(0, len(entries), width)
    return tuple([tuple(entries[start : start + width]) for start in starts])


def _proved(acceptance: Acceptance, formula: Formula) -> bool | None:
    """Whether a formula meets the condition; None where that is neither proved nor refuted."""
    example = acceptance.example
    assert isinstance(example, FormulaAnswer)
    try:
        claims = acceptance.holds(formula)
        assert not isinstance(claims, bool)
        outcomes = _outcomes(claims, example)
        if False in outcomes:
            return False
        # A derivative drops a term without a value, such as x/0 by y, and passes over kinks.
        unsure = None in outcomes or has_kinks(formula, _derived_by(acceptance.holds.terms))
        return True if not unsure and has_values(formula, example.variables) else None
    except (ArithmeticError, ValueError):
        return None


def _derived_by(terms: Sequence[Term]) -> set[str]:
    """The variables by which a condition takes derivatives."""
    found: set[str] = set()
    for term in terms:
        match term:
            case Applied(name="diff", arguments=(inner, Given(value=Symbol() as variable))):
                found |= {variable.name, *_derived_by((inner,))}
            case Applied():
                found |= _derived_by(term.arguments)
            case Given() | Response():
                pass
            case _:
                assert_never(term)
    return found


def _outcomes(claims: Claims, example: FormulaAnswer) -> list[bool | None]:
    found: list[bool | None] = []
    for claim in claims:
        outcome = equivalence(claim.left, claim.right, example.variables).outcome
        found.append(None if outcome == "undecided" else (outcome == "equal") == claim.is_equal)
    return found


def condition_faults(acceptance: Acceptance, *, with_formulas: bool) -> Iterator[tuple[str, str]]:
    """What is wrong where the example, as it can be typed, earns nothing, or a mistake too much.

    Formulas are only tried `with_formulas`: proving what they claim takes time.
    """
    example = acceptance.example
    match example:
        case Numeric():
            yield from _number_faults(acceptance, example)
        case MatrixAnswer():
            yield from _matrix_faults(acceptance, example)
        case FormulaAnswer():
            if with_formulas:
                yield from _formula_faults(acceptance, example)
        case _:
            assert_never(example)


def _number_faults(acceptance: Acceptance, example: Numeric) -> Iterator[tuple[str, str]]:
    texts = [machine_decimal(example.key)]
    texts += [str(example.key)] if isinstance(example.key, Fraction) else []
    for text in texts:
        number = parse_number(text)
        mark = mark_by_condition(acceptance, number) if isinstance(number, Fraction) else None
        if mark is None or mark.credit != 1:
            yield (
                "key-wrong",
                f"the example typed as {text} is not accepted: where no decimal meets the "
                "condition, allow for rounding, as in abs(response**2 - 2) < 0.001",
            )
    for place, mistake in enumerate(example.mistakes):
        mark = mark_by_condition(acceptance, Fraction(mistake.value))
        if mark is None or mark.credit != mistake.credit or mark.mistake != place:
            shown = f"{float(mistake.value):.6g}"
            yield "mistake", f"the mistake {shown} is accepted, or not told from another one"


def _matrix_faults(acceptance: Acceptance, example: MatrixAnswer) -> Iterator[tuple[str, str]]:
    known = [NO_SLACK] * len(example.entries)

    def mark(rows: Rows) -> Mark | None:
        return mark_matrix_by_condition(acceptance, _exactly(rows), known)

    decimals = tuple(
        tuple([Fraction(machine_decimal(entry)) for entry in row]) for row in example.key
    )
    for rows in {example.key, decimals}:
        found = mark(rows)
        if found is None or found.credit != 1:
            yield (
                "key-wrong",
                f"the example typed as {typed_rows(rows)} is not accepted: where no decimals meet "
                "the condition, allow for rounding, as in abs(det(response) - d) < 0.001",
            )
    empty = [None, *_exactly(example.key)[1:]]
    blank = mark_matrix_by_condition(acceptance, empty, known)
    if blank is None or blank.credit:
        yield "credit", "a matrix with an entry left empty is accepted"
    for place, mistake in enumerate(example.mistakes):
        found = mark(mistake.rows)
        if found is None or found.credit or found.mistake != place:
            text = typed_rows(mistake.rows)
            yield "mistake", f"the mistake {text} is accepted, or not told from another one"


def _exactly(rows: Rows) -> list[Fraction]:
    return [exact_value(entry) for entry in entries_of(rows)]


def _formula_faults(acceptance: Acceptance, example: FormulaAnswer) -> Iterator[tuple[str, str]]:
    text = typed(example.key)
    formula = parse_formula(text, example.variables)
    mark = None if isinstance(formula, Refusal) else mark_formula_by_condition(acceptance, formula)
    if mark is None:
        yield "key-wrong", f"whether the example typed as {text} is right could not be decided"
    elif mark.credit != 1:
        yield "key-wrong", f"the example typed as {text} is not accepted"
    for place, mistake in enumerate(example.mistakes):
        found = mark_formula_by_condition(acceptance, mistake.value)
        if found is None or found.credit != mistake.credit or found.mistake != place:
            shown = typed(mistake.value)
            yield "mistake", f"the mistake {shown} is accepted, or not told from another one"


def too_easy(acceptance: Acceptance, *, with_formulas: bool) -> str | None:
    """What a condition accepts that nobody had to work for, in words; or None.

    Tried are nothing but zeros, and what lies beside the example in every place.
    """
    example = acceptance.example
    match example:
        case Numeric():
            if _told(acceptance, {Fraction(0)}):
                return "0"
            beside = [exact_value(example.key) + step for step in _steps(example.key)]
            if all(_told(acceptance, {each}) for each in beside):
                return "every number tried beside the example"
        case MatrixAnswer():
            if _told(acceptance, {_rows([NO_SLACK] * len(example.entries), example.width)}):
                return "a matrix of zeros"
            if all(_told(acceptance, {each}) for each in _beside(example)):
                return "every matrix tried that differs from the example in one entry"
        case FormulaAnswer():
            if with_formulas and _proved(acceptance, Number(0)):
                return "0"
        case _:
            assert_never(example)
    return None


def _steps(value: int | Fraction | float) -> list[Fraction]:
    """Ways off, small and large."""
    size = abs(exact_value(value)) * _FAR or Fraction(1)
    return [size, -size, Fraction(1), Fraction(-1), Fraction(1, 7)]


def _beside(example: MatrixAnswer) -> Iterator[Rows]:
    entries = _exactly(example.key)
    for place, entry in enumerate(entries):
        for step in _steps(entry):
            yield _rows([*entries[:place], entry + step, *entries[place + 1 :]], example.width)
