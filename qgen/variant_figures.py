"""Joins questions and figures: which figure a question means, and its drawing for a variant."""

from dataclasses import dataclass, field, replace
from functools import lru_cache

from qgen.bank.expressions import ExpressionError, evaluate
from qgen.bank.templates import FigureTemplate, QuestionTemplate
from qgen.document.exam import Asset
from qgen.document.problem import Problem
from qgen.document.values import Values, show_all
from qgen.figures.registry import (
    Drawing,
    FigureFailure,
    UnknownFigure,
    argument_faults,
    find_figure,
)
from qgen.generator.drawing import VariantFailure

_REMEMBERED = 256
"""Drawings kept for variants with the same numbers; each has some 50 kB."""


def is_shipped(figure: FigureTemplate) -> bool:
    """Whether a figure's drawing comes with qgen, and not from a course's own file."""
    try:
        return find_figure(figure.figure).file is None
    except UnknownFigure:
        return False


def figure_problems(template: QuestionTemplate) -> list[Problem]:
    """Figures that do not exist, and arguments that they do not take or that are missing."""
    problems: list[Problem] = []
    for figure in template.figures:
        try:
            drawing = find_figure(figure.figure)
        except UnknownFigure as error:
            message = f"{error}; a course's own stand in a file under 'solvers:' of the exam"
            problems.append(Problem("unknown-figure", message, figure.place))
            continue
        places = {argument.name: argument.name_place for argument in figure.arguments}
        problems += [
            Problem("figure-argument", message, places.get(name, figure.place))
            for name, message in argument_faults(drawing, places.keys())
        ]
    return problems


def figures_of(template: QuestionTemplate, known: Values, *, pdf: bool = True) -> dict[str, Asset]:
    """The question's figures for one variant, by the names that its texts know them by.

    `known` are drawn, derived and solved values; `pdf` says whether they are wanted as PDF, too.
    Raises VariantFailure where an argument has no value, or one that cannot be drawn.
    """
    return {figure.asset: _drawn(_order(figure, known), pdf) for figure in template.figures}


@dataclass(frozen=True, slots=True)
class _Order:
    """A figure to draw. Compared by how its values are written: 1 and true are not the same."""

    figure: FigureTemplate = field(compare=False)
    values: Values = field(compare=False)
    asset: str
    drawing: Drawing
    written: str


def _order(figure: FigureTemplate, known: Values) -> _Order:
    try:
        values = {
            argument.name: evaluate(argument.value.expression, known)
            for argument in figure.arguments
        }
    except ExpressionError as error:
        raise VariantFailure("figure", f"the figure's {error} ({figure.place})") from None
    drawing = find_figure(figure.figure)
    return _Order(figure, values, figure.asset, drawing, repr(sorted(values.items())))


@lru_cache(maxsize=_REMEMBERED)
def _drawn(order: _Order, pdf: bool) -> Asset:
    from qgen.figures.rendering import render_figure

    try:
        asset = render_figure(order.drawing.name, order.values, pdf=pdf)
    except FigureFailure as failure:
        message = f"{failure}; it was given {show_all(order.values)} ({order.figure.place})"
        raise VariantFailure("figure", message) from None
    return replace(asset, name=order.asset)
