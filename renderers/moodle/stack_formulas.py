"""Formulas as the STACK plugin's computer algebra reads them."""

import re
from collections.abc import Mapping

from qgen.document.formula import Call, Formula, VariableDomain, operands, typed

_CONSTANTS = frozenset(("e", "i"))


def other_names(variables: Mapping[str, VariableDomain]) -> dict[str, str]:
    """What is typed for the variables that the plugin would take for constants."""
    free = (letter for letter in "hkmnqrsuvwxyz" if letter not in variables)
    return {name: next(free) for name in sorted(_CONSTANTS & variables.keys())}


def functions_in(formula: Formula) -> frozenset[str]:
    """The names of the functions that stand in a formula."""
    here = frozenset((formula.function,)) if isinstance(formula, Call) else frozenset[str]()
    return here.union(*map(functions_in, operands(formula)))


def maxima(formula: Formula, others: Mapping[str, str]) -> str:
    """The formula in its language, some variables by other names."""
    text = re.sub(r"\bln\(", "log(", typed(formula))
    for name, other in others.items():
        text = re.sub(rf"(?<![A-Za-z0-9_]){name}(?![A-Za-z0-9_])", other, text)
    return text
