"""What options look like in print, so that no two that look alike are ever shown."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias, assert_never

from qgen.bank.templates import (
    AnswerTemplate,
    ChoiceTemplate,
    ComplexTemplate,
    FormulaTemplate,
    MatchingTemplate,
    MatrixTemplate,
    NumericTemplate,
    OpenTemplate,
    OptionTemplate,
    OrderingTemplate,
    QuestionTemplate,
    ShortAnswerTemplate,
    ShownText,
)
from qgen.document.richtext import (
    Code,
    CodeBlock,
    DataLink,
    DisplayMath,
    Hole,
    Image,
    Math,
    RichText,
    Text,
    walk,
)
from qgen.document.values import Value
from qgen.generator.drawing import VariantFailure

Pieces: TypeAlias = tuple[str | int, ...]
"""A text's characters, cut at its holes, each of which is its number."""


class OptionTexts:
    """The texts of a question of which no two may be equal: options, partners, items to order."""

    def __init__(self, template: QuestionTemplate) -> None:
        self._template = template
        # By identity: the hash of a text asks all of its nodes.
        self._pieces = {
            id(option.text): text_pieces(option.text)
            for part in template.parts
            for option in _distinct_texts(part.answer)
        }

    def check_different(
        self,
        options: Sequence[OptionTemplate | ShownText],
        held: Sequence[Value],
        printed: tuple[str, ...],
        code: str,
        what: str,
    ) -> None:
        """No two may be equal in value or in print: one would be right where the other is.

        `held` and `printed` are the values and the prints of all holes. Raises VariantFailure
        with the code; `what` is what such texts are called.
        """
        pieces = self._pieces
        texts = [printed_text(pieces[id(option.text)], printed) for option in options]
        lone = [option.only_hole for option in options]
        values = [held[index] for index in lone if index is not None]
        if len(set(texts)) < len(texts) or len(set(values)) < len(values):
            raise VariantFailure(code, self._first_equal(texts, lone, held, what))

    def _first_equal(
        self, texts: list[str], lone: list[int | None], held: Sequence[Value], what: str
    ) -> str:
        """The sentence that names the first two texts which are equal in print or in value."""
        seen: dict[tuple[str, Value], str] = {}
        for text, index in zip(texts, lone, strict=True):
            name = text
            marks: list[tuple[str, Value]] = [("print", text)]
            if index is not None:
                name = self._template.holes[index].expression.source
                marks.append(("value", held[index]))
            for mark in marks:
                if mark in seen:
                    return f"the {what} '{seen[mark]}' and '{name}' are both {text}"
                seen[mark] = name
        raise AssertionError("two texts were equal once and not again")


def _distinct_texts(answer: AnswerTemplate) -> Iterator[OptionTemplate | ShownText]:
    match answer:
        case ChoiceTemplate():
            yield from answer.options
        case MatchingTemplate():
            yield from answer.lefts
            yield from answer.rights
        case OrderingTemplate():
            yield from answer.items
        case NumericTemplate() | ComplexTemplate() | FormulaTemplate() | MatrixTemplate():
            pass
        case ShortAnswerTemplate() | OpenTemplate():
            pass
        case _:
            assert_never(answer)


def printed_text(pieces: Pieces, printed: tuple[str, ...]) -> str:
    """The characters of an option, whether they stand in words or in a formula."""
    text = "".join(
        [piece if isinstance(piece, str) else printed[piece] for piece in pieces]
    ).strip()
    if text.isprintable() and "  " not in text:
        return text
    return " ".join(text.split())


def text_pieces(text: RichText) -> Pieces:
    """A text's characters, cut at its holes, without what they are marked up with."""
    pieces: list[str | int] = []
    for node in walk(text.blocks):
        if isinstance(node, Hole):
            pieces.append(node.index)
        elif isinstance(node, (Text, Code)):
            pieces.append(node.text)
        elif isinstance(node, CodeBlock):
            pieces += [part.index if isinstance(part, Hole) else part for part in node.text]
        elif isinstance(node, Image):
            pieces.append(node.asset)
        elif isinstance(node, DataLink):
            pieces += [part.index if isinstance(part, Hole) else part for part in node.content]
        elif isinstance(node, (Math, DisplayMath)):
            pieces += [part.index if isinstance(part, Hole) else part for part in node.parts]
        else:
            pieces.append(" ")
    return tuple(pieces)
