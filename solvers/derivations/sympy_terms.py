"""Definitions handed to SymPy, and its results written as expressions of ours.

SymPy gets trees with declared assumptions, never text. Its results are written node by node
from a whitelist; whatever else a result holds is a ValueError that names it.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from qgen.document.derivation import Apply, Exact, Name, Term

_BOUND_BY = {"integrate", "sum", "product", "limit", "solve"}


class NoClosedForm(ValueError):
    """What SymPy could not do, or what its result holds that no question can."""


def sympy() -> Any:
    """The library, which has no types, imported where it is used."""
    return importlib.import_module("sympy")


@dataclass(frozen=True, slots=True)
class Result:
    """What a line came out as; its variables are symbols of their own."""

    value: Any
    variables: tuple[Any, ...]


@dataclass(slots=True)
class Deriver:
    """Derives the lines of a question in their order; later lines use the results of earlier."""

    assumptions: Mapping[str, list[str]]
    _symbols: dict[str, Any] = field(default_factory=dict)
    _results: dict[str, Result] = field(default_factory=dict)

    def derive(self, name: str, term: Term, variables: Mapping[str, str]) -> Any:
        """The result of a line, remembered by its name. Raises NoClosedForm."""
        scope = {each: symbol(each, _words(domain)) for each, domain in variables.items()}
        value = self._value(term, scope)
        self._refuse(value)
        self._results[name] = Result(value, tuple(scope.values()))
        return value

    def keep(self, name: str, value: Any) -> None:
        """Replaces a line's result by an equal one of a simpler form."""
        self._results[name] = Result(value, self._results[name].variables)

    def _refuse(self, value: Any) -> None:
        s = sympy()
        entries = list(value) if isinstance(value, (s.MatrixBase, list)) else [value]
        for each in entries:
            # The ends of a root's domain may well be infinite.
            entry = s.Tuple(*each.args[2:]) if _is_root(each) else each
            # What stays unfinished in one of several cases is told where that case applies.
            entry = entry.replace(_is_unfinished, lambda _: s.S.One)
            if entry.has(s.zoo, s.nan, s.oo, -s.oo):
                raise NoClosedForm("SymPy finds no finite value: it diverges, or is too much")
            if entry.has(s.I):
                raise NoClosedForm("its closed form has complex numbers")

    def _value(self, term: Term, scope: Mapping[str, Any]) -> Any:
        s = sympy()
        match term:
            case Exact():
                return s.Rational(term.value.numerator, term.value.denominator)
            case Name():
                return self._named(term.name, scope)
            case Apply("at", (Name(name), *arguments)):
                result = self._results[name]
                values = [self._value(each, scope) for each in arguments]
                return result.value.subs(
                    dict(zip(result.variables, values, strict=True)), simultaneous=True
                )
            case Apply(operation, (body, Name(letter), *rest)) if operation in _BOUND_BY:
                bounds = [self._value(each, scope) for each in rest]
                return self._bound(operation, body, letter, bounds, scope)
            case Apply("diff" | "series" as operation, (body, Name(letter), *rest)):
                values = [self._value(each, scope) for each in rest]
                variable = self._named(letter, scope)
                inner = self._value(body, scope)
                if operation == "diff":
                    return s.diff(inner, variable, *values)
                return s.series(inner, variable, *values).removeO()
            case Apply("row"):
                return self._row([self._value(each, scope) for each in term.arguments])
            case Apply():
                values = [self._value(each, scope) for each in term.arguments]
                return _plain(term.operation)(*values)

    def _named(self, name: str, scope: Mapping[str, Any]) -> Any:
        s = sympy()
        if name in scope:
            return scope[name]
        if name in self._results:
            result = self._results[name]
            renamed = {each: scope[each.name] for each in result.variables}
            value = result.value
            return value.subs(renamed, simultaneous=True) if renamed else value
        if name in ("pi", "oo"):
            return s.pi if name == "pi" else s.oo
        if name not in self._symbols:
            self._symbols[name] = symbol(name, self.assumptions.get(name, ["real"]))
        return self._symbols[name]

    def _row(self, values: list[Any]) -> Any:
        s = sympy()
        if any(isinstance(each, s.MatrixBase) for each in values):
            if not all(isinstance(each, s.MatrixBase) for each in values):
                raise NoClosedForm("a number stands where a row of a matrix belongs")
            if len({len(each) for each in values}) > 1:
                raise NoClosedForm("the rows of a matrix have different lengths")
            return s.Matrix([list(each) for each in values])
        return s.Matrix(values)

    def _bound(
        self, operation: str, body: Term, letter: str, bounds: list[Any], scope: Mapping[str, Any]
    ) -> Any:
        s = sympy()
        words = ["real"]
        if operation in ("sum", "product"):
            words = ["integer", *(["nonnegative"] if bounds[0].is_nonnegative else [])]
        elif bounds and bounds[0].is_nonnegative and operation != "limit":
            words = ["positive"]
        variable = symbol(letter, words)
        inner = self._value(body, {**scope, letter: variable})
        match operation:
            case "integrate":
                return s.integrate(inner, (variable, *bounds))
            case "sum":
                return s.summation(inner, (variable, *bounds))
            case "product":
                return _product_of(inner, variable, *bounds)
            case "limit":
                way = "+-" if bounds[0].is_finite else "-"
                return s.limit(inner, variable, bounds[0], way)
            case _:
                return self._root(inner, variable, bounds)

    def _root(self, equation: Any, variable: Any, bounds: list[Any]) -> Any:
        """The one root in the domain; which of several it is, the numbers of a variant decide."""
        s = sympy()
        # The symbol's own assumption drops what lies below 0.
        roots = s.solve(equation, variable)
        if not roots:
            raise NoClosedForm("SymPy finds no root")
        low, high = bounds or (-s.oo, s.oo)
        if len(roots) == 1 and not bounds:
            return roots[0]
        return s.Function("root_between")(low, high, *roots)


def _product_of(factor: Any, variable: Any, low: Any, high: Any) -> Any:
    """SymPy leaves infinite products as they are, whose limits it may know."""
    s = sympy()
    if high.is_finite is not False:
        return s.product(factor, (variable, low, high))
    last = s.Symbol("last", integer=True, positive=True)
    return s.limit(s.product(factor, (variable, low, last)), last, high)


def _is_unfinished(value: Any) -> bool:
    return type(value).__name__ in _UNFINISHED


def _is_root(value: Any) -> bool:
    return type(value).__name__ == "root_between"


def symbol(name: str, words: list[str]) -> Any:
    """A symbol with assumptions."""
    return sympy().Symbol(name, **dict.fromkeys(words, True))


def _words(domain: str) -> list[str]:
    return {"probability": ["positive"], "nonnegative": ["nonnegative"]}.get(domain, [domain])


def _plain(operation: str) -> Callable[..., Any]:
    s = sympy()
    written: dict[str, Callable[..., Any]] = {
        "add": lambda a, b: a + b,
        "subtract": lambda a, b: a - b,
        "multiply": _times,
        "divide": lambda a, b: a / b,
        "power": lambda a, b: a**b,
        "negative": lambda a: -a,
        "abs": s.Abs,
        "max": s.Max,
        "min": s.Min,
        "sigmoid": lambda x: 1 / (1 + s.exp(-x)),
        "det": lambda a: a.det(),
        "trace": lambda a: a.trace(),
        "inverse": lambda a: a.inv(),
        "transpose": lambda a: a.T,
        "matmul": lambda a, b: a * b,
        "eigenvalues": _eigenvalues,
    }
    return written.get(operation) or getattr(s, operation)


def _times(first: Any, second: Any) -> Any:
    s = sympy()
    if isinstance(first, s.MatrixBase) and isinstance(second, s.MatrixBase):
        raise NoClosedForm("matrices and vectors are multiplied by 'matmul'")
    return first * second


def _eigenvalues(matrix: Any) -> Any:
    """All eigenvalues, each as often as it counts; sorted once they are numbers."""
    s = sympy()
    found = [value for value, times in matrix.eigenvals().items() for _ in range(times)]
    return s.Function("sorted_values")(*found)


# From SymPy to expressions

_SAME: Mapping[str, str] = {
    **{
        name: name
        for name in (
            *("exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"),
            *("erf", "erfc", "gamma", "loggamma", "factorial", "binomial"),
        )
    },
    "Abs": "abs",
    "Max": "max",
    "Min": "min",
    "sign": "sign",
    "floor": "floor",
    "ceiling": "ceil",
    "root_between": "root_between",
    "sorted_values": "sorted_values",
}
"""SymPy's functions by their names in expressions."""
_RELATIONS = {"StrictLessThan": "<", "LessThan": "<=", "StrictGreaterThan": ">"}
_RELATIONS |= {"GreaterThan": ">=", "Equality": "==", "Unequality": "!="}
_UNFINISHED = ("Integral", "Sum", "Product", "Limit", "Derivative", "Subs")


def text(value: Any) -> str:
    """A result as an expression. Raises NoClosedForm for what expressions cannot say."""
    s = sympy()
    if isinstance(value, s.MatrixBase):
        rows = [[text(entry) for entry in row] for row in value.tolist()]
        if value.shape == (1, 1):
            return rows[0][0]
        if value.shape[1] == 1:
            return f"[{', '.join(row[0] for row in rows)}]"
        written = [f"[{', '.join(row)}]" for row in rows]
        return f"[{', '.join(written)}]"
    return _text(value)


def _text(value: Any) -> str:
    s = sympy()
    kind = type(value).__name__
    if value.is_Integer:
        return str(value) if value >= 0 else f"({value})"
    if value.is_Rational:
        return f"({value.p}/{value.q})"
    if value.is_Symbol:
        return str(value.name)
    if value in (s.pi, s.E):
        return "pi" if value == s.pi else "exp(1)"
    if value in (s.oo, -s.oo):
        return "infinity" if value == s.oo else "(-infinity)"
    if value.is_Add:
        return _sum(value.args)
    if value.is_Mul:
        return _product(value)
    if value.is_Pow:
        return _power(value.base, value.exp)
    if isinstance(value, s.Piecewise):
        return _cases(value.args)
    if kind in _UNFINISHED:
        raise NoClosedForm(f"SymPy finds no closed form: the {kind.lower()} stays as it is")
    if kind in _SAME:
        return f"{_SAME[kind]}({', '.join(map(_text, value.args))})"
    raise NoClosedForm(f"its closed form has '{kind}', which no question can compute")


def _sum(terms: Any) -> str:
    words = [_text(terms[0])]
    for term in terms[1:]:
        negative = term.could_extract_minus_sign()
        words.append(f" - {_text(-term)}" if negative else f" + {_text(term)}")
    return f"({''.join(words)})"


def _product(value: Any) -> str:
    s = sympy()
    above, below = s.fraction(value, exact=True)
    if below != 1:
        return f"({_text(above)}/{_text(below)})"
    if value.args[0] == -1:
        # The reader wants to see what a sign before a power belongs to.
        return f"(-({_product_of_all(value.args[1:])}))"
    return _product_of_all(value.args)


def _product_of_all(factors: Any) -> str:
    written = "*".join(map(_text, factors))
    return f"({written})" if len(factors) > 1 else written


def _power(base: Any, exponent: Any) -> str:
    s = sympy()
    if exponent == s.Rational(1, 2):
        return f"sqrt({_text(base)})"
    if base == s.E:
        return f"exp({_text(exponent)})"
    if exponent.could_extract_minus_sign():
        return f"(1/{_power(base, -exponent)})" if exponent != -1 else f"(1/{_text(base)})"
    return f"({_text(base)})**({_text(exponent)})" if exponent != 1 else _text(base)


def _cases(pieces: Any) -> str:
    """A value by cases; one that SymPy has no closed form for is an error where it applies."""
    written = "no_closed_form()"
    for value, condition in reversed(pieces):
        kind = type(value).__name__
        piece = "no_closed_form()" if kind in _UNFINISHED else _text(value)
        if condition == True:  # noqa: E712  # SymPy's own truth
            written = piece
        elif piece != written:
            written = f"({piece} if {_condition(condition)} else {written})"
    if written == "no_closed_form()":
        raise NoClosedForm("SymPy finds no closed form")
    return written


def _condition(condition: Any) -> str:
    s = sympy()
    kind = type(condition).__name__
    if kind in _RELATIONS:
        left, right = map(_text, condition.args)
        return f"({left} {_RELATIONS[kind]} {right})"
    if isinstance(condition, (s.And, s.Or)):
        word = " and " if isinstance(condition, s.And) else " or "
        return f"({word.join(map(_condition, condition.args))})"
    if isinstance(condition, s.Not):
        return f"(not {_condition(condition.args[0])})"
    raise NoClosedForm(f"its closed form depends on '{condition}', which no question can decide")
