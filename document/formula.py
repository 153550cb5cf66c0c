"""Formulas as values: a small closed tree, printed as TeX or as a student types it.

Solvers return these trees for answers that are functions (say, a posterior mean in x), with
exact numbers as coefficients; no computer algebra is needed to print or to evaluate one.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias, assert_never

from qgen.document.numbers import significant

FunctionName: TypeAlias = Literal[
    "exp", "ln", "sqrt", "abs", "sin", "cos", "tanh", "sigmoid", "max", "min"
]
VariableDomain: TypeAlias = Literal["real", "positive", "nonnegative", "probability"]


@dataclass(frozen=True, slots=True)
class Number:
    value: int | Fraction | float


@dataclass(frozen=True, slots=True)
class Symbol:
    """A variable: `x`, `x_1`, `alpha`, `e_i`; `pi` is the circle's, unless one is so named."""

    name: str


@dataclass(frozen=True, slots=True)
class Sum:
    terms: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Product:
    factors: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Quotient:
    numerator: "Formula"
    denominator: "Formula"


@dataclass(frozen=True, slots=True)
class Power:
    base: "Formula"
    exponent: "Formula"


@dataclass(frozen=True, slots=True)
class Call:
    """A function of expressions. Raises TypeError for what a course's own solver gets wrong."""

    function: FunctionName
    arguments: tuple["Formula", ...]

    def __post_init__(self) -> None:
        if self.function not in _EVALUATE:
            raise TypeError(f"there is no function '{self.function}'; use {', '.join(_EVALUATE)}")
        if not isinstance(self.arguments, tuple):
            raise TypeError("the arguments of a Call are a tuple, as in Call('exp', (x,))")


Formula: TypeAlias = Number | Symbol | Sum | Product | Quotient | Power | Call

GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split()
)


def linear(coefficients: Iterable[tuple[int | Fraction, str]], constant: int | Fraction) -> Formula:
    """The tree of `sum of coefficient * variable + constant`, without its zero terms."""
    terms: list[Formula] = [
        Symbol(name) if factor == 1 else Product((Number(factor), Symbol(name)))
        for factor, name in coefficients
        if factor
    ]
    if constant or not terms:
        terms.append(Number(constant))
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def operands(expression: Formula) -> tuple[Formula, ...]:
    """The formulas that a formula is directly made of."""
    match expression:
        case Number() | Symbol():
            return ()
        case Sum():
            return expression.terms
        case Product():
            return expression.factors
        case Quotient():
            return expression.numerator, expression.denominator
        case Power():
            return expression.base, expression.exponent
        case Call():
            return expression.arguments
        case _:
            assert_never(expression)


def symbols(expression: Formula) -> frozenset[str]:
    """The names of all variables in a formula."""
    return frozenset([leaf.name for leaf in _leaves(expression) if isinstance(leaf, Symbol)])


def numbers(expression: Formula) -> list[int | Fraction | float]:
    """Every number that stands in a formula."""
    return [leaf.value for leaf in _leaves(expression) if isinstance(leaf, Number)]


def _leaves(expression: Formula) -> list[Symbol | Number]:
    found: list[Symbol | Number] = []
    pending = [expression]
    while pending:
        node = pending.pop()
        if isinstance(node, (Symbol, Number)):
            found.append(node)
        else:
            pending += operands(node)
    return found


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


_EVALUATE: dict[FunctionName, Callable[..., float]] = {
    "exp": math.exp,
    "ln": math.log,
    "sqrt": math.sqrt,
    "abs": abs,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "sigmoid": _sigmoid,
    "max": max,
    "min": min,
}


def evaluate(expression: Formula, point: Mapping[str, float]) -> float:
    """The formula's value at a point, in double precision.

    `pi` need not be part of the point. Raises KeyError for a variable that the point lacks, and
    ValueError, ZeroDivisionError or OverflowError where the formula has no real value there.
    """
    match expression:
        case Number():
            return _machine_number(expression.value)
        case Symbol():
            name = expression.name
            return math.pi if name == "pi" and name not in point else point[name]
        case Sum():
            return math.fsum([evaluate(term, point) for term in expression.terms])
        case Product():
            return math.prod([evaluate(factor, point) for factor in expression.factors])
        case Quotient():
            return evaluate(expression.numerator, point) / evaluate(expression.denominator, point)
        case Power():
            return math.pow(evaluate(expression.base, point), evaluate(expression.exponent, point))
        case Call():
            arguments = [evaluate(argument, point) for argument in expression.arguments]
            return float(_EVALUATE[expression.function](*arguments))
        case _:
            assert_never(expression)


def _machine_number(value: int | Fraction | float) -> float:
    """The number as a float; of a fraction, faster than Python finds out that it is one."""
    return value.numerator / value.denominator if isinstance(value, Fraction) else float(value)


def evaluate_all(expression: Formula, points: Sequence[Mapping[str, float]]) -> list[float]:
    """What `evaluate` gives at each point, in one walk through the formula.

    Raises what `evaluate` raises at any of them.
    """
    match expression:
        case Sum():
            terms = [evaluate_all(term, points) for term in expression.terms]
            return [math.fsum([each[place] for each in terms]) for place in range(len(points))]
        case Product():
            factors = [evaluate_all(factor, points) for factor in expression.factors]
            return [math.prod([each[place] for each in factors]) for place in range(len(points))]
        case Quotient():
            tops = evaluate_all(expression.numerator, points)
            bottoms = evaluate_all(expression.denominator, points)
            return [top / bottom for top, bottom in zip(tops, bottoms, strict=True)]
        case Power():
            bases = evaluate_all(expression.base, points)
            return list(map(math.pow, bases, evaluate_all(expression.exponent, points)))
        case Call():
            arguments = [evaluate_all(argument, points) for argument in expression.arguments]
            return list(map(float, map(_EVALUATE[expression.function], *arguments)))
        case Number():
            return [_machine_number(expression.value)] * len(points)
        case _:
            return [evaluate(expression, point) for point in points]


# Binding strength, weakest first; a part that binds weaker than its place needs brackets.
_SUM, _PRODUCT, _POWER, _ATOM = 1, 2, 3, 4


def latex(expression: Formula) -> str:
    """The formula as TeX source, without dollars."""
    return _latex(expression)[0]


def typed(expression: Formula) -> str:
    """The formula as a student types it: `(3*x_1 - 2)/(alpha^2 + 26)`."""
    return _typed(expression)[0]


def number_latex(value: int | Fraction | float) -> str:
    r"""A number as TeX: fractions upright as \frac, floats to six digits, -3 with its sign."""
    if isinstance(value, Fraction) and value.denominator != 1:
        sign = "-" if value < 0 else ""
        return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
    return _decimal(value, 6, r"{} \cdot 10^{{{}}}")


def _number_typed(value: int | Fraction | float) -> str:
    return str(value) if isinstance(value, Fraction) else _decimal(value, 15, "{}*10^({})")


def _decimal(value: int | Fraction | float, digits: int, scientific: str) -> str:
    """A whole number in full, a float to so many digits, with a power of ten where it needs one."""
    if not isinstance(value, float):
        return str(value.numerator if isinstance(value, Fraction) else value)
    mantissa, _, exponent = significant(value, digits).partition("e")
    return scientific.format(mantissa, exponent) if exponent else mantissa


def _shown(expression: Formula) -> Formula:
    """The formula without what nobody writes: + 0, a factor 1, / 1 and ^1 around all of it."""
    match expression:
        case Sum():
            parts = tuple(part for part in expression.terms if not _is_number(part, 0))
            whole: type[Sum | Product] = Sum
        case Product():
            parts = tuple(part for part in expression.factors if not _is_number(part, 1))
            whole = Product
        case Quotient(inner, outer) | Power(inner, outer) if _is_number(outer, 1):
            return _shown(inner)
        case _:
            return expression
    if len(parts) == len(operands(expression)) != 1:
        return expression
    return _shown(parts[0]) if len(parts) == 1 else whole(parts)


def _is_number(expression: Formula, value: int) -> bool:
    return isinstance(expression, Number) and expression.value == value


def _negated(expression: Formula) -> Formula | None:
    """The formula without its leading minus, or None if it has none."""
    match _shown(expression):
        case Number(value) if value < 0:
            return Number(-value)
        case Product((Number(value), *rest)) if value < 0 and rest:
            if value == -1:
                return rest[0] if len(rest) == 1 else Product(tuple(rest))
            return Product((Number(-value), *rest))
        case Quotient(numerator, denominator):
            top = _negated(numerator)
            return None if top is None else Quotient(top, denominator)
        case _:
            return None


def _symbol_latex(name: str) -> str:
    base, _, index = name.partition("_")
    text = f"\\{base}" if base in GREEK else base if len(base) == 1 else rf"\mathrm{{{base}}}"
    if not index:
        return text
    index = f"\\{index}" if index in GREEK else index
    return f"{text}_{index}" if len(index) == 1 else f"{text}_{{{index}}}"


def _bracketed(text: str, strength: int, needed: int) -> str:
    return text if strength >= needed else rf"\left({text}\right)"


def _latex(expression: Formula) -> tuple[str, int]:
    expression = _shown(expression)
    match expression:
        case Number():
            value = expression.value
            text = number_latex(value)
            return text, _SUM if value < 0 else _PRODUCT if "\\" in text else _ATOM
        case Symbol():
            return _symbol_latex(expression.name), _ATOM
        case Sum():
            return _sum(expression.terms, _latex, r"\left({}\right)"), _SUM
        case Product():
            positive = _negated(expression)
            if positive is not None:
                return f"-{_bracketed(*_latex(positive), _PRODUCT)}", _SUM
            return _product_latex(expression.factors), _PRODUCT
        case Quotient():
            positive = _negated(expression)
            if positive is not None:
                return f"-{_latex(positive)[0]}", _SUM
            top, bottom = latex(expression.numerator), latex(expression.denominator)
            return rf"\frac{{{top}}}{{{bottom}}}", _PRODUCT
        case Power():
            base = _shown(expression.base)
            inner = _call_latex(base, bare=False) if isinstance(base, Call) else None
            text = inner or _bracketed(*_latex(base), _ATOM)
            return f"{text}^{{{latex(expression.exponent)}}}", _POWER
        case Call():
            return _call_latex(expression, bare=True), _ATOM
        case _:
            assert_never(expression)


def _product_latex(factors: tuple[Formula, ...]) -> str:
    words: list[str] = []
    for place, factor in enumerate(map(_shown, factors), 1):
        text = _bracketed(*_latex(factor), _PRODUCT)
        if place < len(factors) and is_open_ended(factor):
            call = _call_latex(factor, bare=False) if isinstance(factor, Call) else None
            text = call or rf"\left({text}\right)"
        if words and (text[0].isdigit() or text.startswith("\\frac")):
            words.append(r"\cdot")
        words.append(text)
    return " ".join(words) or "1"


def is_open_ended(expression: Formula) -> bool:
    r"""Whether its TeX ends in an argument without brackets, to which what follows would belong."""
    expression = _shown(expression)
    if isinstance(expression, Product) and expression.factors:
        return is_open_ended(expression.factors[-1])
    return isinstance(expression, Call) and _has_bare_argument(expression)


def _has_bare_argument(call: Call) -> bool:
    r"""Whether people write it without brackets, as in `\ln x` and `\sin 2`."""
    if call.function not in ("ln", "sin", "cos", "tanh") or len(call.arguments) != 1:
        return False
    argument = _shown(call.arguments[0])
    if isinstance(argument, (Number, Quotient)):
        text = latex(argument)
        return text.startswith(r"\frac") or text.replace(".", "").isdigit()
    return isinstance(argument, Symbol)


def _call_latex(call: Call, *, bare: bool) -> str:
    inner = [latex(argument) for argument in call.arguments]
    if bare and _has_bare_argument(call):
        return rf"\{call.function} {inner[0]}"
    match call.function:
        case "sqrt":
            return rf"\sqrt{{{inner[0]}}}"
        case "abs":
            return rf"\left|{inner[0]}\right|"
        case "exp" | "ln" | "sin" | "cos" | "tanh" | "max" | "min":
            return rf"\{call.function}\left({', '.join(inner)}\right)"
        case "sigmoid":
            # A bare \sigma would read as the variable of that name.
            return rf"\operatorname{{sigmoid}}\left({inner[0]}\right)"
        case _:
            assert_never(call.function)


def _sum(
    terms: tuple[Formula, ...],
    write: Callable[[Formula], tuple[str, int]],
    brackets: str,
) -> str:
    words: list[str] = []
    for term in map(_shown, terms):
        positive = _negated(term)
        text, strength = write(term if positive is None else positive)
        # Whatever starts with a sign of its own cannot follow one.
        if strength == _SUM and (positive is not None or (words and text.startswith("-"))):
            text = brackets.format(text)
        if words:
            words.append("+" if positive is None else "-")
            words.append(text)
        else:
            words.append(text if positive is None else f"-{text}")
    return " ".join(words) or "0"


def _typed(expression: Formula) -> tuple[str, int]:
    def inside(part: Formula, needed: int) -> str:
        text, strength = _typed(part)
        return text if strength >= needed else f"({text})"

    expression = _shown(expression)
    match expression:
        case Number():
            value = expression.value
            text = _number_typed(value)
            atom = text.replace(".", "").isdigit()
            return text, _SUM if value < 0 else _ATOM if atom else _PRODUCT
        case Symbol():
            return expression.name, _ATOM
        case Sum():
            return _sum(expression.terms, _typed, "({})"), _SUM
        case Product():
            positive = _negated(expression)
            if positive is not None:
                return f"-{inside(positive, _PRODUCT)}", _SUM
            # Behind the first factor a quotient is bracketed: a/b*c/d is easily misread.
            words = [
                inside(factor, _POWER if index else _PRODUCT)
                for index, factor in enumerate(expression.factors)
            ]
            return "*".join(words) or "1", _PRODUCT
        case Quotient():
            positive = _negated(expression)
            if positive is not None:
                return f"-{typed(positive)}", _SUM
            top = inside(expression.numerator, _PRODUCT)
            return f"{top}/{inside(expression.denominator, _POWER)}", _PRODUCT
        case Power():
            base = inside(expression.base, _ATOM)
            return f"{base}^{inside(expression.exponent, _ATOM)}", _POWER
        case Call():
            inner = ", ".join(typed(argument) for argument in expression.arguments)
            return f"{expression.function}({inner})", _ATOM
        case _:
            assert_never(expression)
