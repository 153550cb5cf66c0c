"""What students see of a variant: two whose texts and figures print alike are one to them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from qgen.bank.expressions import Expression, ExpressionError, compile_expression, evaluate
from qgen.bank.templates import (
    AnswerTemplate,
    ChoiceTemplate,
    ComplexTemplate,
    FormulaTemplate,
    MatchingTemplate,
    MatrixTemplate,
    NumericTemplate,
    OpenTemplate,
    OrderingTemplate,
    Parameter,
    PartTemplate,
    Placed,
    QuestionTemplate,
    ShortAnswerTemplate,
)
from qgen.document.richtext import Image, PlainText, RichText, walk
from qgen.document.values import Values, show
from qgen.generator.option_texts import Pieces, text_pieces
from qgen.generator.printing import Printer, printer


@dataclass(frozen=True, slots=True)
class Appearance:
    """What of a template's variants is printed before anybody answers.

    Explanations, feedback and marking schemes do not count, nor which options are shown and in
    which order.
    """

    pieces: Pieces
    """All that is printed, one text behind the other."""

    prints: tuple[tuple[int, Placed, Printer], ...]
    """Each hole in it, by its number, with what is printed there and how."""

    figures: tuple[Placed, ...]
    """What its figures are drawn from."""

    reads_results: bool
    """Whether any of it shows what a solver returns."""

    def digest(self, known: Values) -> bytes | None:
        """16 bytes that are the same for what looks the same; None for what cannot be printed."""
        try:
            printed = {
                number: write(evaluate(placed.expression, known))
                for number, placed, write in self.prints
            }
            drawn = [show(evaluate(placed.expression, known)) for placed in self.figures]
        except (ExpressionError, ArithmeticError, ValueError, TypeError):
            return None
        text = "".join(
            [piece if isinstance(piece, str) else printed[piece] for piece in self.pieces]
        )
        content = "\0".join([text, *drawn]).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(content, digest_size=16).digest()


def appearance(template: QuestionTemplate) -> Appearance | None:
    """What students see of a template's variants.

    None where every drawn value is printed in full: then variants that differ look different.
    """
    pieces: list[str | int] = []
    assets: set[str] = set()
    for text in _texts(template):
        pieces += ("\0", *text_pieces(text))
        assets.update(node.asset for node in walk(text.blocks) if isinstance(node, Image))
    for unit in _units(template.parts):
        pieces += ("\0", *(part if isinstance(part, str) else part.index for part in unit))
    numbers = sorted({piece for piece in pieces if isinstance(piece, int)})
    holes = [(number, template.holes[number]) for number in numbers]
    in_full = {source for _, hole in holes if (source := _printed_in_full(hole.expression))}
    if all(_stands(each.name, _dimensions(each), in_full) for each in template.parameters):
        return None
    figures = (
        *(
            argument.value
            for figure in template.figures
            if figure.asset in assets
            for argument in figure.arguments
        ),
        *(
            Placed(compile_expression(picture.column), template.header.place)
            for picture in template.pictures
            if picture.asset in assets
        ),
    )
    prints = tuple(
        (number, Placed(hole.expression, hole.place), printer(hole.expression.filter, hole.context))
        for number, hole in holes
    )
    names = {
        name
        for placed in (*(placed for _, placed, _ in prints), *figures)
        for name in placed.expression.names
    }
    return Appearance(tuple(pieces), prints, figures, not names <= template.drawn_names)


_IN_FULL = frozenset({"frac", "signed", "coef", "vector", "column", "matrix"})
"""Filters that round nothing."""


def _printed_in_full(expression: Expression) -> str:
    """What a hole prints without rounding, as its author wrote it; nothing where it rounds."""
    if expression.filter is None:
        return expression.source.strip()
    whole = expression.filter.name in _IN_FULL
    return expression.source.partition("|")[0].strip() if whole else ""


def _dimensions(parameter: Parameter) -> tuple[int, ...]:
    """The shape of a parameter, where all its variants have one."""
    return () if "length" in parameter.expressions else parameter.domain.dimensions


def _stands(name: str, dimensions: tuple[int, ...], sources: set[str]) -> bool:
    """Whether a value is printed, as a whole or entry by entry."""
    if name in sources:
        return True
    entries = range(dimensions[0]) if dimensions else ()
    return bool(entries) and all(
        _stands(f"{name}[{entry}]", dimensions[1:], sources) for entry in entries
    )


def _texts(template: QuestionTemplate) -> Iterator[RichText]:
    yield template.stem
    for part in template.parts:
        yield part.prompt
        yield from _asked(part.answer)


def _asked(answer: AnswerTemplate) -> Iterator[RichText]:
    match answer:
        case ChoiceTemplate():
            yield from (option.text for option in answer.options)
        case MatchingTemplate():
            yield from (each.text for each in (*answer.lefts, *answer.rights))
        case OrderingTemplate():
            yield from (each.text for each in answer.items)
        case NumericTemplate() | ComplexTemplate() | FormulaTemplate() | MatrixTemplate():
            pass
        case ShortAnswerTemplate() | OpenTemplate():
            pass
        case _:
            assert_never(answer)


def _units(parts: tuple[PartTemplate, ...]) -> Iterator[PlainText]:
    for part in parts:
        if isinstance(part.answer, NumericTemplate) and part.answer.unit is not None:
            yield part.answer.unit
