"""The texts and expressions of one question, read with their places; what is wrong is collected."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from qgen.bank.expressions import (
    CONSTANTS,
    FUNCTIONS,
    Expression,
    ExpressionError,
    compile_expression,
)
from qgen.bank.formula_builder import Compiler
from qgen.bank.macros import Macros
from qgen.bank.markup import DATA, Handlers, MarkupError, read_closed_markup, read_markup
from qgen.bank.models import QuestionModel
from qgen.bank.pictures import read_picture
from qgen.bank.plain_text import read_plain_text
from qgen.bank.question_data import CONTEXT as FILE_CONTEXT
from qgen.bank.question_data import QuestionData
from qgen.bank.question_figures import SCHEME, QuestionFigures
from qgen.bank.row_pictures import SCHEME as PICTURE_SCHEME
from qgen.bank.row_pictures import RowPictures
from qgen.bank.templates import HoleContext, HoleTemplate, Placed
from qgen.bank.yaml_source import Source, Steps
from qgen.document.exam import Asset
from qgen.document.problem import Place, Problem
from qgen.document.richtext import PlainText, RichText


class QuestionReader:
    """Reads what stands in one question; its holes, pictures and files are counted as they come."""

    def __init__(
        self, model: QuestionModel, source: Source, path: Steps, folder: Path, macros: Macros
    ) -> None:
        self._source = source
        self._path = path
        self._folder = folder
        self.macros = macros
        self.holes: list[HoleTemplate] = []
        self._known_holes: dict[tuple[str, HoleContext], int] = {}
        self.assets: dict[str, Asset] = {}
        self.figures = QuestionFigures(model)
        self.data_files = QuestionData(model)
        self.pictures = RowPictures(model, self.place, source.path, folder)
        self.drawn = {*model.parameters, *model.let}
        # A solver may return a value of a constant's name.
        mine = {*self.drawn, *model.derive, *(CONSTANTS if model.solver else ())}
        self._own = frozenset(mine & {*FUNCTIONS, *CONSTANTS})
        self.decimal_names: set[str] = set()
        """The names of values that print as decimals."""
        self._decimal_results = False
        self.problems: list[Problem] = []

    def print_as_decimals(self, parameters: Collection[str]) -> None:
        """These parameters are drawn as decimals, so that what a solver makes of them is, too."""
        self.decimal_names = set(parameters)
        self._decimal_results = bool(parameters)

    # Places and problems

    def place(self, *steps: str | int, key: bool = False) -> Place:
        """Where a value stands, or its key."""
        return self._source.place((*self._path, *steps), key=key)

    def place_in(self, text: str, offset: int, *steps: str | int) -> Place:
        """The place of a character of a text."""
        return self._source.place_in_text((*self._path, *steps), text, offset)

    def is_mapping(self, *steps: str | int) -> bool:
        """Whether a value is a mapping."""
        return bool(self._source.node((*self._path, *steps)).keys)

    def is_text(self, steps: Steps) -> bool:
        """Whether a value is neither a mapping nor a list."""
        node = self._source.node((*self._path, *steps))
        return not node.keys and not node.elements

    def is_list(self, key: str, steps: Steps = ()) -> bool:
        """Whether a value is a list with something in it."""
        return bool(self._source.node((*self._path, *steps, key)).elements)

    def report(self, code: str, message: str, place: Place) -> None:
        """Keeps a mistake."""
        self.problems.append(Problem(code, message, place))

    # Expressions and texts

    def expression(
        self,
        text: str,
        *steps: str | int,
        compiled: Compiler | None = None,
    ) -> Placed:
        """An expression; 0 where it is none, which is a problem."""
        place = self.place(*steps)
        try:
            expression = compiled(text) if compiled else compile_expression(text, own=self._own)
            return Placed(expression, place)
        except ExpressionError as error:
            self.report("expression", f"the expression '{text}': {error}", place)
            return Placed(compile_expression("0"), place)

    def proved(
        self,
        text: str,
        proof: str | None,
        *steps: str | int,
        compiled: Compiler | None = None,
    ) -> Placed:
        """An expression with the proof that stands beside it, if one does."""
        claim = self.expression(text, *steps, compiled=compiled)
        if proof is None:
            return claim
        other = self.expression(proof, *steps[:-1], "proof", compiled=compiled)
        if "".join(proof.split()) == "".join(text.split()):
            message = f"the proof of '{text}' is the same expression; give another way to its value"
            self.report("proof", message, other.place)
        return replace(claim, proof=other)

    def optional(self, text: str | None, *steps: str | int) -> RichText | None:
        """A text that may be missing."""
        return None if text is None else self.text(text, *steps)

    def text(self, text: str, *steps: str | int, has_blanks: bool = False) -> RichText:
        """A text with its holes; in some, `[[a]]` is where part a is answered."""
        path = (*self._path, *steps)

        def place(offset: int) -> Place:
            return self._source.place_in_text(path, text, offset)

        def hole(source: str, context: HoleContext, offset: int) -> int:
            return self._hole(source, context, place(offset))

        def image(target: str, offset: int) -> str:
            if target.startswith(SCHEME):
                return self.figures.shown(target, place(offset), self.problems)
            if target.startswith(PICTURE_SCHEME):
                return self.pictures.shown(target, place(offset))
            return self._image(target, place(offset))

        def data(target: str, offset: int) -> tuple[str, int] | None:
            return self._data_file(target, place(offset))

        def mistake(error: MarkupError) -> None:
            self.report(error.code, str(error), place(error.offset))

        return read_markup(text, Handlers(hole, image, data, mistake, self.macros, has_blanks))

    def plain(self, text: str, *steps: str | int) -> PlainText:
        """A text without markup: its holes print as among words."""
        path = (*self._path, *steps)

        def hole(source: str, offset: int) -> int:
            place = self._source.place_in_text(path, text, offset)
            return self._hole(source, HoleContext(in_math=False), place)

        def mistake(code: str, message: str, offset: int) -> None:
            self.report(code, message, self._source.place_in_text(path, text, offset))

        return read_plain_text(text, hole, mistake)

    def closed_text(self, text: str, owner: str, *steps: str | int) -> RichText:
        """A text that stands for all variants: it has no holes and shows nothing of a variant."""

        def mistake(error: MarkupError) -> None:
            self.report(error.code, str(error), self.place_in(text, error.offset, *steps))

        return read_closed_markup(text, owner, mistake, self.macros)

    def _hole(self, source: str, context: HoleContext, place: Place) -> int:
        try:
            expression = compile_expression(source, printing=True, own=self._own)
        except ExpressionError as error:
            self.report("expression", f"the hole '{source}': {error}", place)
            expression = compile_expression("0")
        self.pictures.check_hole(expression, place)
        return self._number_hole(expression, context, place)

    def _number_hole(self, expression: Expression, context: HoleContext, place: Place) -> int:
        decimal = (
            expression.decimal
            or bool(expression.names & self.decimal_names)
            or (self._decimal_results and bool(expression.names - self.drawn))
        )
        context = replace(context, decimal=decimal)
        key = (expression.source, context)
        if key not in self._known_holes:
            self._known_holes[key] = len(self.holes)
            self.holes.append(HoleTemplate(expression, context, place))
        return self._known_holes[key]

    def _data_file(self, target: str, place: Place) -> tuple[str, int] | None:
        """The name of a file of data, and the number of the hole that is its content."""
        file = self.data_files.file(target, place, self.problems)
        if file is None:
            return None
        if (target, FILE_CONTEXT) not in self._known_holes:
            content = self.data_files.content(target, self.expression)
            here = self.place("data", target.removeprefix(DATA), "columns")
            self._known_holes[target, FILE_CONTEXT] = len(self.holes)
            self.holes.append(HoleTemplate(content, FILE_CONTEXT, here))
        return file, self._known_holes[target, FILE_CONTEXT]

    def _image(self, target: str, place: Place) -> str:
        asset, fault = read_picture(target, self._source.path, self._folder)
        earlier = self.assets.get(asset.name)
        if fault is None and earlier is not None and earlier.forms != asset.forms:
            fault = f"two different pictures are named '{asset.name}'"
        if fault is not None:
            self.report("image", fault, place)
        self.assets[asset.name] = asset
        return asset.name
