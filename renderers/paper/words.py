"""The labels of a paper, its numbers and points, as Typst markup."""

from fractions import Fraction

from qgen.document.formula import number_latex
from qgen.document.numbers import exact_value, terminating
from qgen.document.values import Real
from qgen.renderers.labels import Labels
from qgen.renderers.locales import date_text, number_tex
from qgen.renderers.paper.text import Surroundings
from qgen.renderers.wording import colon, credit_text, field_label, points_label, points_number


class Words:
    """The labels of a paper and its numbers, as markup."""

    def __init__(self, labels: Labels, surroundings: Surroundings) -> None:
        self.labels = labels
        self._surroundings = surroundings

    def text(self, words: str) -> str:
        """Plain characters."""
        return self._surroundings.text(words)

    def label(self, label: str) -> str:
        """A label before what it labels."""
        return self.text(f"{label}{colon(self.labels)}")

    def field(self, label: str) -> str:
        """A label before room to write in."""
        return self.text(field_label(label, self.labels))

    def title(self, words: str) -> str:
        """What a heading says: something in any case, for those who listen to the paper."""
        return self.text(words if any(map(str.isprintable, words.split())) else "–")

    def filled(self, label: str, *sources: str) -> str:
        """A label, its `{}` replaced by markup."""
        first, *others = map(self.text, label.split("{}"))
        pairs = zip(sources, others, strict=True)
        return first + "".join(source + other for source, other in pairs)

    def points(self, points: Fraction) -> str:
        """`2 points`."""
        return self.filled(points_label(points, self.labels), self.points_number(points))

    def points_number(self, points: Fraction) -> str:
        """Points as a decimal of at most three places, or as a fraction."""
        shown = points_number(points, self.labels.locale)
        return self.formula(number_latex(points)) if "/" in shown else self.text(shown)

    def credit(self, credit: Fraction) -> str:
        """What a mistake earns, behind it; nothing where that is nothing."""
        shown = credit_text(credit, self.labels.locale)
        return self.text(shown) if shown else ""

    def date(self, written: str) -> str:
        """A date as the language writes it."""
        return self.text(date_text(written, self.labels.locale))

    def formula(self, tex: str) -> str:
        """A formula in the line, with the language's decimal mark."""
        return self._surroundings.formula(number_tex(tex, self.labels.locale))

    def number(self, value: Real) -> str:
        """A number as it is graded: exact, with six digits of a fraction that does not end."""
        exact = None if isinstance(value, float) else terminating(Fraction(value))
        if exact is not None:
            return self.formula(exact)
        if isinstance(value, float):
            return self.formula(number_latex(value))
        return self.formula(rf"{number_latex(value)} \approx {number_latex(float(value))}")

    def bound(self, value: Fraction) -> str:
        """An end of an interval."""
        exact = terminating(value)
        if exact is not None and len(exact) <= 10:
            return self.formula(exact)
        return self.formula(number_latex(float(exact_value(float(value)))))
