"""Whether two formulas are equal, different or undecided, and what a typed formula earns.

The order is: certain differences at points all over the domain, then an exact proof for
rational functions, then a proof by SymPy with a time limit. What none of these settles is
undecided, and then a person must look.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from qgen.document.answers import FormulaAnswer
from qgen.document.formula import Formula, VariableDomain, symbols, typed
from qgen.document.richtext import Passage
from qgen.marking.formula_identities import identical
from qgen.marking.formula_points import Point, compare, constants_of, differs_nearby, points
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
    agreements = 0
    for point in points(domains, constants_of(first, second)):
        comparison = compare(first, second, point)
        if comparison == "different" or (
            comparison == "one_sided" and differs_nearby(first, second, point, domains)
        ):
            return Verdict("different", point)
        agreements += comparison == "same"
        if time.monotonic() > deadline:
            return Verdict("undecided")
    if identical(first, second):
        return Verdict("equal")
    # Without points to lean on, SymPy's complex numbers are not to be trusted.
    enough = agreements >= (_FEWEST_POINTS if domains else 1)
    proved = enough and prove(first, second, domains, seconds)
    return Verdict("equal" if proved else "undecided")


@dataclass(frozen=True, slots=True)
class FormulaMark:
    """What a typed formula earns. `credit` is None where a person must decide.

    `mistake` is the index of the recognised mistake, or None; `sentence` tells the student how
    the formula was read, or why it could not be.
    """

    credit: Fraction | None
    verdict: Literal["equal", "different", "undecided", "refused"]
    sentence: str
    feedback: tuple[Passage, ...] = ()
    mistake: int | None = None


def mark_formula(answer: FormulaAnswer, text: str) -> FormulaMark:
    """Marks a formula as a student typed it, in the variables of the question.

    Undecided is never counted as wrong: it has no credit at all, and says that a person must
    look. A text that cannot be read earns nothing and says what to change.
    """
    formula = parse_formula(text, answer.variables.keys())
    if isinstance(formula, Refusal):
        return FormulaMark(WRONG, "refused", formula.sentence)
    read = f"The formula was read as {typed(formula)}."
    match equivalence(formula, answer.key, answer.variables).outcome:
        case "equal":
            return FormulaMark(RIGHT, "equal", read)
        case "undecided":
            return FormulaMark(
                None,
                "undecided",
                f"{read} Whether it equals the expected one could not be decided: "
                "a person must look at it.",
            )
        case "different":
            for index, mistake in enumerate(answer.mistakes):
                verdict = equivalence(formula, mistake.value, answer.variables)
                if verdict.outcome == "equal":
                    return FormulaMark(WRONG, "different", read, (mistake.feedback,), index)
            return FormulaMark(WRONG, "different", read)
