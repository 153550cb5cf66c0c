"""Figures of functions."""

import math
from typing import TYPE_CHECKING

from qgen.document.formula import Formula, evaluate, symbols
from qgen.document.values import FORMULA_TYPES, Real, Value, is_real, show
from qgen.figures.arguments import all_words, entries, number, words
from qgen.figures.canvas import FAINT, FIRST, INK, SECOND, THIRD, Frame, evenly, line, sheet
from qgen.figures.labels import Curve, label_curves
from qgen.figures.registry import figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_POINTS = 401
_STROKES = (FIRST, SECOND, THIRD)


@figure("plot.functions")
def functions(
    functions: Value,
    low: Real,
    high: Real,
    bottom: Real,
    top: Real,
    labels: tuple[str, ...] = (),
    x_label: str = "$x$",
    y_label: str = "$y$",
) -> "Figure":
    """One to three formulas in one variable, between `low` and `high`, `bottom` and `top`.

    `functions` is a formula of `derive` or of a solver, or several: `"(f, g)"`. Where one has no
    value, or leaves the picture, there is a gap.
    """
    given = list(functions) if isinstance(functions, tuple) else [functions]
    given = entries("functions", tuple(given), least=1, most=3)
    left, right = number("low", low), number("high", high)
    lower, upper = number("bottom", bottom), number("top", top)
    if left >= right or lower >= upper:
        raise ValueError("low must lie below high, and bottom below top")
    names = all_words("labels", labels, len(given)) if labels else [""] * len(given)
    drawn, (axes,) = sheet(260, 190, [Frame(40, 32, 210, 150)])
    axes.set(xlim=(left, right), ylim=(lower, upper))
    axes.set(xlabel=words("x_label", x_label), ylabel=words("y_label", y_label))
    axes.grid(color=FAINT, linewidth=0.4)
    axes.set_axisbelow(True)
    if lower < 0 < upper:
        axes.axhline(0, color=INK, linewidth=0.6)
    if left < 0 < right:
        axes.axvline(0, color=INK, linewidth=0.6)
    xs = evenly(left, right, _POINTS)
    curves = []
    for index, (function, name, stroke) in enumerate(zip(given, names, _STROKES, strict=False)):
        formula = _in_one_variable(f"functions[{index}]", function)
        span = upper - lower
        ys = [_height(formula, x, lower - span, upper + span) for x in xs]
        line(axes, xs, ys, stroke)
        shown = [(x, y) for x, y in zip(xs, ys, strict=True) if lower <= y <= upper]
        if not shown:
            raise ValueError(f"functions[{index}] has no point in the picture")
        if name:
            curves.append(Curve(name, [x for x, _ in shown], [y for _, y in shown], stroke))
    if curves:
        label_curves(axes, curves)
    return drawn


def _in_one_variable(name: str, value: Value) -> Formula | float:
    if is_real(value):
        return float(value)
    if not isinstance(value, FORMULA_TYPES):
        raise ValueError(f"{name} must be a formula, as 'derive' gives one; it is {show(value)}")
    variables = symbols(value) - {"pi"}
    if len(variables) > 1:
        raise ValueError(f"{name} has the variables {', '.join(sorted(variables))}: only one fits")
    return value


def _height(formula: Formula | float, x: float, lowest: float, highest: float) -> float:
    """The value at x; not a number where there is none, or none near the picture."""
    if isinstance(formula, float):
        return formula
    try:
        value = evaluate(formula, dict.fromkeys(symbols(formula) - {"pi"}, x))
    except (ArithmeticError, ValueError):
        return math.nan
    return value if lowest <= value <= highest else math.nan
