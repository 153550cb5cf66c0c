"""What a course's own code returns, as values of a question: SymPy, NumPy and torch included.

Nothing of those is imported here: who returns something of theirs has them loaded.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from qgen.course_guard import named_results
from qgen.document.formula import Number, Symbol, operands
from qgen.document.values import (
    FORMULA_TYPES,
    LARGEST,
    Complex,
    Real,
    TeX,
    Value,
    complex_value,
    is_real,
)
from qgen.solvers.routes.registry import value_fault
from qgen.sympy_formulas import from_sympy, is_sympy

MOST_ENTRIES = 5_000
"""Vectors and matrices have no more entries than the functions of expressions allow."""
MOST_NESTED = 100
"""Formulas are no deeper: they are printed and compared by recursion."""


def solver_results(returned: Any, names: frozenset[str]) -> Mapping[str, Value]:
    """A first route's results and mistakes. Raises TypeError with a sentence for anything else."""
    results = {}
    for name, value in named_results(returned, names).items():
        try:
            results[name] = plain(value)
        except (TypeError, ValueError) as error:
            raise TypeError(f"'{name}' {error}") from None
    return results


def drawn_value(returned: Any) -> Value:
    """What a generator drew: exact numbers, truth values, texts, and tuples of them."""
    try:
        value = plain(returned)
    except (TypeError, ValueError) as error:
        raise TypeError(f"its value {error}") from None
    _refuse_inexact(value)
    return value


def _refuse_inexact(value: Value) -> None:
    if isinstance(value, tuple):
        for entry in value:
            _refuse_inexact(entry)
    elif isinstance(value, float):
        raise TypeError(
            f"it drew the float {value}, whose digits do not all print: return an int, a Fraction "
            "or a Decimal"
        )
    elif isinstance(value, Complex):
        raise TypeError("it drew a complex number; return its two parts")
    elif isinstance(value, FORMULA_TYPES):
        raise TypeError("it drew a formula; return numbers, texts and truth values")


def plain(value: Any) -> Value:
    """A value of a question. Raises TypeError or ValueError: the end of a sentence."""
    found = _plain(value, [0])
    if fault := value_fault(found):
        raise ValueError(fault)
    return found


def _plain(value: Any, entries: list[int]) -> Value:
    """Counts the entries on its way, and stops before there are too many."""
    entries[0] += 1
    if entries[0] > MOST_ENTRIES:
        raise ValueError(f"has more than {MOST_ENTRIES} entries")
    if isinstance(value, (bool, TeX)) or type(value) in (int, float, str, Fraction):
        return cast(Value, value)
    if isinstance(value, Complex):
        return complex_value(
            *(cast(Real, _plain(each, entries)) for each in (value.real, value.imaginary))
        )
    if isinstance(value, complex):
        return complex_value(float(value.real), float(value.imag))
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"is {value}")
        return _whole(Fraction(value))
    if isinstance(value, FORMULA_TYPES):
        _check_formula(value, MOST_NESTED)
        return value
    if isinstance(value, (tuple, list)):
        return tuple([_plain(entry, entries) for entry in value])
    if is_sympy(value):
        return _plain(from_sympy(value), entries)
    library = type(value).__module__.partition(".")[0]
    if library == "torch" and hasattr(value, "detach"):
        _refuse_large(value.numel())
        return _plain(value.detach().tolist(), entries)
    if library == "numpy" and hasattr(value, "tolist"):
        _refuse_large(value.size)
        return _plain(value.tolist(), entries)
    kind = type(value).__name__
    raise TypeError(f"is of type {kind}, which is no value of a question")


def _refuse_large(count: int) -> None:
    if count > MOST_ENTRIES:
        raise ValueError(f"has more than {MOST_ENTRIES} entries")


def _whole(value: Fraction) -> int | Fraction:
    return value.numerator if value.denominator == 1 else value


def _check_formula(value: object, depth: int) -> None:
    """Refuses a tree that holds what is no formula: the classes themselves take anything."""
    if not isinstance(value, FORMULA_TYPES):
        raise TypeError(
            f"is a formula that holds {value!r}, which is none: wrap numbers as Number(2) and "
            "variables as Symbol('x')"
        )
    if not depth:
        raise ValueError(f"is a formula nested deeper than {MOST_NESTED} levels")
    if isinstance(value, Number):
        number = value.value
        if not is_real(number):
            raise TypeError(f"is a formula that holds Number({number!r}), which is no number")
        if not -LARGEST < number < LARGEST:
            raise ValueError(f"is a formula that holds the number {number!r}")
    elif isinstance(value, Symbol):
        if not isinstance(value.name, str) or not value.name.isascii() or not value.name:
            raise TypeError(f"is a formula that holds Symbol({value.name!r}), which is no name")
    else:
        parts = operands(value)
        if not isinstance(parts, tuple):
            raise TypeError(f"is a formula that holds {parts!r} where a tuple belongs")
        for part in parts:
            _check_formula(part, depth - 1)
