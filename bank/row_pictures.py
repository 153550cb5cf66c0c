"""The pictures in the tables that a question draws rows of, and where its texts show them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from qgen.bank.expressions import Expression
from qgen.bank.models import QuestionFields
from qgen.bank.pictures import read_picture
from qgen.bank.table_domains import Rows
from qgen.bank.templates import RowPicture
from qgen.document.exam import Asset
from qgen.document.problem import Place, Problem, did_you_mean

SCHEME = "picture:"
"""How a text shows the picture of a drawn row: `![alternative text](picture:c.flag)`."""


class RowPictures:
    """Reads the pictures of one question's tables."""

    def __init__(
        self, model: QuestionFields, place: Callable[..., Place], file: Path, folder: Path
    ) -> None:
        self.problems: list[Problem] = []
        self.pictures: dict[str, RowPicture] = {}
        for name, entry in model.parameters.items():
            if isinstance(entry.domain, Rows):
                for column in entry.domain.picture:
                    at = (name, entry.domain, column)
                    self._read(*at, lambda *steps: place("parameters", *steps), file, folder)

    def _read(
        self,
        name: str,
        table: Rows,
        column: str,
        place: Callable[..., Place],
        file: Path,
        folder: Path,
    ) -> None:
        """One column: all its pictures, in the forms that they share."""
        full, asset = f"{name}.{column}", f"picture-{name}-{column}"
        number = table.names.index(column)
        files: dict[str, Asset] = {}
        for row, cells in enumerate(table.of):
            found, fault = read_picture(str(cells[number]), file, folder)
            if fault is not None:
                here = place(name, "rows", "of", row, number)
                self.problems.append(Problem("image", fault, here))
            files[str(cells[number])] = replace(found, name=asset)
        shared = set.intersection(*(set(each.forms) for each in files.values()))
        if not shared and not self.problems:
            message = f"the pictures of '{full}' have no form in common: all as svg, or all as png"
            self.problems.append(Problem("image", message, place(name, "rows", "picture")))
        kept = {
            cell: replace(each, forms={form: each.forms[form] for form in sorted(shared)})
            for cell, each in files.items()
        }
        self.pictures[full] = RowPicture(asset, full, kept)

    def shown(self, target: str, place: Place) -> str:
        """The asset that a text's `picture:c.flag` stands for; another name is a problem."""
        name = target.removeprefix(SCHEME)
        if name in self.pictures:
            return self.pictures[name].asset
        hint = did_you_mean(name, self.pictures) or "; declare it under 'picture' of the rows"
        message = f"there is no column of pictures '{name}'{hint}"
        self.problems.append(Problem("image", message, place))
        return name

    def check_hole(self, expression: Expression, place: Place) -> None:
        """A hole would print the file's name, which may give the answer away."""
        for name in sorted(expression.names & self.pictures.keys()):
            message = f"'{name}' is a picture: show it by ![what it shows]({SCHEME}{name})"
            self.problems.append(Problem("image", message, place))
