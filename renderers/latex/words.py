"""Labels and points of papers as TeX source."""

from fractions import Fraction

from qgen.document.formula import number_latex
from qgen.renderers.labels import Labels
from qgen.renderers.latex.characters import escape
from qgen.renderers.latex.text import formula
from qgen.renderers.wording import colon, points_label, points_number


def fill_label(label: str, *written: str) -> str:
    """A label as TeX source, its `{}` replaced by TeX source."""
    first, *others = map(escape, label.split("{}"))
    return first + "".join(source + other for source, other in zip(written, others, strict=True))


def label_text(label: str, labels: Labels) -> str:
    """A label before what it labels, as TeX source."""
    return escape(f"{label}{colon(labels)}")


def points_text(points: Fraction, labels: Labels) -> str:
    """`2 points` as TeX source."""
    return fill_label(points_label(points, labels), points_source(points, labels))


def points_source(points: Fraction, labels: Labels) -> str:
    """Points as TeX source: a decimal of at most three places, or a fraction."""
    shown = points_number(points, labels.locale)
    return formula(number_latex(points)) if "/" in shown else shown
