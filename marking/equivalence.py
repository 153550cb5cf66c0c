"""Whether two formulas are equal, different or undecided, and what a typed formula earns.

The order is: certain differences at points all over the domain, then an exact proof for
rational functions, then a proof by SymPy with a time limit. What none of these settles is
undecided, and then a person must look. Where formulas agree at a few points and more points
could not tell them apart, none are tried.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from qgen.document.answers import FormulaAnswer, Freedom
from qgen.document.formula import (
    Formula,
    Number,
    Product,
    Sum,
    Symbol,
    VariableDomain,
    symbols,
    typed,
)
from qgen.document.richtext import Passage
from qgen.marking.formula_forms import WANTED, form_of
from qgen.marking.formula_freedom import at, has_value, pinned, places
from qgen.marking.formula_identities import identical, inseparable
from qgen.marking.formula_points import (
    Point,
    compare,
    constants_of,
    differs_nearby,
    points,
)
from qgen.marking.formula_reader import parse_formula
from qgen.marking.number_reader import Refusal
from qgen.marking.rules import RIGHT, WRONG
from qgen.marking.sympy_prover import prove

_FEWEST_POINTS = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """`witness` is a point where different formulas differ, or where only one has a value."""

    outcome: Literal["equal", "different", "undecided"]
    witness: Point | None = None


def equivalence(
    first: Formula,
    second: Formula,
    variables: Mapping[str, VariableDomain],
    seconds: float = 2.0,
) -> Verdict:
    """Whether two formulas agree wherever the variables lie in their domains.

    Single points without a value (x/x at 0) are passed over; a formula that lacks a value on a
    whole region where the other one has it is different. `different` and its witness are
    certain; `equal` is proved; the points and SymPy each take at most `seconds`. Raises
    ValueError for a symbol that is not among the variables (`pi` is known).
    """
    used = symbols(first) | symbols(second)
    if unknown := used - variables.keys() - {"pi"}:
        raise ValueError(f"no domain is declared for {', '.join(sorted(unknown))}")
    domains = {name: domain for name, domain in variables.items() if name in used}
    deadline = time.monotonic() + seconds
    agreements, wanted = 0, _FEWEST_POINTS if domains else 1
    for point in points(domains, constants_of(first, second)):
        comparison = compare(first, second, point)
        if comparison == "different" or (
            comparison == "one_sided" and differs_nearby(first, second, point, domains)
        ):
            return Verdict("different", point)
        if comparison == "same":
            agreements += 1
            if agreements == wanted and _cannot_differ(first, second):
                return Verdict("equal")
        if time.monotonic() > deadline:
            return Verdict("undecided")
    if identical(first, second):
        return Verdict("equal")
    # Without points to lean on, SymPy's complex numbers are not to be trusted.
    proved = agreements >= wanted and prove(first, second, domains, seconds)
    return Verdict("equal" if proved else "undecided")


def _cannot_differ(first: Formula, second: Formula) -> bool:
    """Whether no further point could tell the formulas apart.

    Written alike, they have the same values, and lack them at the same points.
    """
    # 0.1 equals the binary fraction that it is kept as, and stands for 1/10.
    if first == second and repr(first) == repr(second):
        return True
    return inseparable(first, second)


def has_values(
    formula: Formula, variables: Mapping[str, VariableDomain], seconds: float = 2.0
) -> bool:
    """Whether a formula certainly has a value at some points of its domain, as x/0 has nowhere.

    A formula that gets no such answer within `seconds` is taken to have none.
    """
    deadline = time.monotonic() + seconds
    found, wanted = 0, _FEWEST_POINTS if variables else 1
    for point in points(variables, constants_of(formula)):
        found += compare(formula, formula, point) == "same"
        if found == wanted or time.monotonic() > deadline:
            break
    return found == wanted


@dataclass(frozen=True, slots=True)
class FormulaMark:
    """What a typed formula earns. `credit` is None where a person must decide.

    The verdict `form` is of a formula that is right and does not look as the question asks.
    `mistake` is the index of the recognised mistake, or None; `sentence` tells the student how
    the formula was read, or why it could not be.
    """

    credit: Fraction | None
    verdict: Literal["equal", "different", "undecided", "refused", "form"]
    sentence: str
    feedback: tuple[Passage, ...] = ()
    mistake: int | None = None


def mark_formula(answer: FormulaAnswer, text: str) -> FormulaMark:
    """Marks a formula as a student typed it, in the variables of the question.

    Undecided is never counted as wrong: it has no credit at all, and says that a person must
    look. A text that cannot be read earns nothing and says what to change.
    """
    formula = parse_formula(text, answer.variables.keys() | answer.free_names)
    if isinstance(formula, Refusal):
        return FormulaMark(WRONG, "refused", formula.sentence)
    read = f"The formula was read as {typed(formula)}."
    plain = _without_free_constant(formula, answer)
    if plain is None:
        sentence = f"{read} The free constant must be added to the rest, as in … + C."
        return FormulaMark(WRONG, "refused", sentence)
    match freely_equivalent(plain, answer.key, answer.variables, answer.up_to).outcome:
        case "equal":
            return _of_right_form(formula, text, answer, read)
        case "undecided":
            return _undecided(f"{read} Whether it equals the expected one could not be decided")
        case "different":
            return _of_mistake(plain, answer, read)


def _of_mistake(plain: Formula, answer: FormulaAnswer, read: str) -> FormulaMark:
    """The mark of a formula that is certainly not the key: that of the mistake that it is.

    Whether it is one that earns marks must be known; of any other, only the feedback is missed.
    """
    in_doubt = False
    for index, mistake in enumerate(answer.mistakes):
        verdict = freely_equivalent(plain, mistake.value, answer.variables, answer.up_to)
        if verdict.outcome == "equal":
            return FormulaMark(mistake.credit, "different", read, (mistake.feedback,), index)
        in_doubt = in_doubt or (verdict.outcome == "undecided" and mistake.credit > 0)
    if in_doubt:
        sentence = f"{read} Whether it is a mistake that earns marks could not be decided"
        return _undecided(sentence)
    return FormulaMark(WRONG, "different", read)


def freely_equivalent(
    first: Formula,
    second: Formula,
    variables: Mapping[str, VariableDomain],
    freedom: Freedom | None,
) -> Verdict:
    """Whether two formulas are equal, or differ by no more than an allowed constant or factor."""
    if freedom is None:
        return equivalence(first, second, variables)
    for place in places(variables):
        if not has_value(at(second, place), beside_zero=freedom == "factor"):
            continue
        here = at(first, place)
        if not has_value(here, beside_zero=False):
            continue
        if freedom == "factor" and not has_value(here, beside_zero=True):
            # The key is not zero there, and no multiple of it is.
            zero = equivalence(here, Number(0), {}).outcome
            return Verdict("different", place) if zero == "equal" else Verdict("undecided")
        return equivalence(pinned(first, freedom, place), pinned(second, freedom, place), variables)
    # Nowhere do both have a value: equal they can only be as they stand.
    return equivalence(first, second, variables)


def _without_free_constant(formula: Formula, answer: FormulaAnswer) -> Formula | None:
    """The formula without `+ C`; None where C stands anywhere else than as a term."""
    free = {Symbol(name) for name in answer.free_names}
    terms = formula.terms if isinstance(formula, Sum) else (formula,)
    kept = tuple(
        term
        for term in terms
        if term not in free and term not in {Product((Number(-1), each)) for each in free}
    )
    rest = Sum(kept) if len(kept) > 1 else kept[0] if kept else Number(0)
    return None if symbols(rest) & {each.name for each in free} else rest


def _of_right_form(formula: Formula, text: str, answer: FormulaAnswer, read: str) -> FormulaMark:
    """The mark of a formula that is right but for its form."""
    for form in answer.forms:
        match form_of(formula, text, form, answer.variables):
            case "missed":
                return FormulaMark(WRONG, "form", f"{read} It is right, but not {WANTED[form]}.")
            case "undecided":
                return _undecided(f"{read} Whether it is {WANTED[form]} could not be decided")
            case "met":
                pass
    return FormulaMark(RIGHT, "equal", read)


def _undecided(sentence: str) -> FormulaMark:
    return FormulaMark(None, "undecided", f"{sentence}: a person must look at it.")
