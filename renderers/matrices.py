"""Matrices as TeX, and what students are told of their size."""

from collections.abc import Sequence
from fractions import Fraction

from qgen.document.answers import MatrixAnswer, Rows
from qgen.document.formula import number_latex
from qgen.document.numbers import terminating
from qgen.document.values import Real
from qgen.marking.rules import accepted_interval
from qgen.renderers.labels import Labels

_LONGEST_DECIMAL = 10


def rows_tex(rows: Sequence[Sequence[Real]]) -> str:
    r"""`\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}`."""
    lines = r" \\ ".join(" & ".join(map(_entry_tex, row)) for row in rows)
    return rf"\begin{{pmatrix}} {lines} \end{{pmatrix}}"


def _entry_tex(value: Real) -> str:
    exact = None if isinstance(value, float) else terminating(Fraction(value))
    if exact is not None and len(exact) <= _LONGEST_DECIMAL:
        return exact
    return number_latex(value)


def key_tex(answer: MatrixAnswer) -> str:
    r"""The key, and how far from it each entry may be: `… \pm 0.01`, or a matrix of that."""
    margins = _margins(answer)
    distinct = {margin for row in margins for margin in row}
    key = rows_tex(answer.key)
    if distinct == {0}:
        return key
    if len(distinct) == 1:
        return rf"{key} \pm {_entry_tex(_rounded(*distinct))}"
    return rf"{key} \pm {rows_tex([[_rounded(each) for each in row] for row in margins])}"


def _margins(answer: MatrixAnswer) -> list[list[Fraction]]:
    def margin(key: Real) -> Fraction:
        low, high = accepted_interval(key, answer.tolerance)
        return (high - low) / 2

    return [[margin(key) for key in row] for row in answer.key]


def _rounded(margin: Fraction) -> Real:
    """A margin as it is, or where it is long as a person reads it."""
    exact = terminating(margin)
    return margin if exact is not None and len(exact) <= _LONGEST_DECIMAL else float(margin)


def accepted_rows(answer: MatrixAnswer) -> tuple[Rows, Rows]:
    """The smallest and the largest number that is accepted in each place."""
    spans = [[accepted_interval(key, answer.tolerance) for key in row] for row in answer.key]
    lows = tuple(tuple(low for low, _ in row) for row in spans)
    highs = tuple(tuple(high for _, high in row) for row in spans)
    return lows, highs


def size_text(answer: MatrixAnswer, labels: Labels) -> str:
    """`Rows: 2, columns: 3`."""
    return labels.matrix_size.format(answer.height, answer.width)


def scoring_text(answer: MatrixAnswer, labels: Labels) -> str:
    """What right entries earn, in a sentence."""
    return labels.entries_all if answer.credit == "all" else labels.entries_each
