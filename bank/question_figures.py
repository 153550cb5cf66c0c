"""The figures that a question declares, and the places in its texts where they stand."""

from collections.abc import Callable, Container
from typing import TypeAlias

from qgen.bank.models import QuestionFields
from qgen.bank.templates import FigureArgument, FigureTemplate, Placed
from qgen.document.problem import Place, Problem, did_you_mean

SCHEME = "figure:"
"""How a text names a figure: `![alternative text](figure:name)`."""

PlaceOf: TypeAlias = Callable[..., Place]
Compile: TypeAlias = Callable[..., Placed]


class QuestionFigures:
    """Reads one question's figures, and notes which of them its texts show."""

    def __init__(self, model: QuestionFields) -> None:
        self._declared = model.figures
        self._shown: set[str] = set()

    def shown(self, target: str, place: Place, problems: list[Problem]) -> str:
        """The asset that a text's `figure:name` stands for; an undeclared name is a problem."""
        name = target.removeprefix(SCHEME)
        self._shown.add(name)
        if name not in self._declared:
            hint = did_you_mean(name, self._declared) or (
                f"; there are {', '.join(self._declared)}"
                if self._declared
                else "; the question's 'figures' declare none"
            )
            problems.append(Problem("figure", f"there is no figure '{name}'{hint}", place))
        return asset_name(name)

    def templates(
        self,
        place: PlaceOf,
        compile_at: Compile,
        pictures: Container[str],
        problems: list[Problem],
    ) -> tuple[FigureTemplate, ...]:
        """All declared figures, once every text has been read.

        `place` and `compile_at` take steps into the question. A figure that no text shows is a
        problem, and so is one that has the name of a picture in a file.
        """
        for name in self._declared:
            if name not in self._shown:
                message = f"no text shows the figure: write ![what it shows]({SCHEME}{name})"
                problems.append(Problem("figure", message, place("figures", name, key=True)))
            if asset_name(name) in pictures:
                message = f"a picture in a file is named '{asset_name(name)}' already"
                problems.append(Problem("figure", message, place("figures", name, key=True)))
        return tuple(
            FigureTemplate(
                asset_name(name),
                model.figure,
                place("figures", name, "figure"),
                tuple(
                    FigureArgument(
                        argument,
                        compile_at(text, "figures", name, "with", argument),
                        place("figures", name, "with", argument, key=True),
                    )
                    for argument, text in model.arguments.items()
                ),
            )
            for name, model in self._declared.items()
        )


def asset_name(name: str) -> str:
    """A figure's name among the question's pictures."""
    return f"figure-{name}"
