"""Answers and texts as JSON and back: what a build keeps so that its papers can be marked later.

The classes are those of the document's closed vocabulary. A text stands once, under a number; so
does, for each item, what is printed in the holes of its texts. A passage holds the two numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from fractions import Fraction
from functools import cache
from typing import Any, get_args

from qgen.bank.expressions import compile_expression
from qgen.document.answers import (
    KINDS,
    Acceptance,
    CarriedForward,
    ComplexAnswer,
    ComplexMistake,
    FormulaMistake,
    MarkFeedback,
    MatrixMistake,
    NumericMistake,
    Option,
    Pair,
    RubricLine,
    TextMistake,
    Tolerance,
)
from qgen.document.richtext import Block, Hole, Inline, Passage, RichText
from qgen.document.values import FORMULA_TYPES, Complex
from qgen.generator.carrying import Following
from qgen.generator.judging import Condition, FormulaCondition

_CLASSES: Mapping[str, type] = {
    each.__name__: each
    for each in (
        *KINDS.values(),
        *FORMULA_TYPES,
        *get_args(Inline),
        *get_args(Block),
        *(Hole, Option, Tolerance, NumericMistake, FormulaMistake, TextMistake, RubricLine, Pair),
        *(
            ComplexAnswer,
            ComplexMistake,
            Complex,
            MatrixMistake,
            CarriedForward,
            Acceptance,
            MarkFeedback,
        ),
    )
}
_PLAIN = (str, int, bool, type(None))


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    if is_dataclass(kind):
        return tuple(each.name for each in fields(kind))
    named: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]  # a NamedTuple
    return named


@dataclass(slots=True)
class Encoder:
    """Turns values of the document into what JSON holds.

    `new_texts` are the texts, and `prints` the values printed in holes, that were met since
    somebody cleared the list.
    """

    new_texts: list[tuple[int, Any]] = field(default_factory=list)
    prints: list[tuple[str, ...]] = field(default_factory=list)
    # The text is kept beside its number, so that its identity cannot be given to another.
    _known: dict[int, tuple[RichText, int]] = field(default_factory=dict)

    def encode(self, value: Any) -> Any:
        """The value as JSON; raises TypeError for one that is not of the document."""
        kind: type = type(value)
        if kind in _PLAIN:
            return value
        if kind is tuple:
            return [self.encode(entry) for entry in value]
        if kind is Passage:
            number, printed = self._number(value.text), self._print(value.printed)
            return {"is": "Passage", "text": number, "print": printed}
        if kind is Fraction:
            return {"is": "Fraction", "of": str(value)}
        if kind is float:
            return {"is": "float", "of": repr(value)}
        if kind is Following:
            known = self.encode(value.known)
            return {"is": "Following", "source": value.expression.source, "known": known}
        if kind is Condition:
            known = self.encode(value.known)
            named = {"source": value.expression.source, "vector": value.is_vector}
            return {"is": "Condition", **named, "known": known}
        if kind is FormulaCondition:
            named = {"source": value.source, "variables": list(value.variables)}
            return {"is": "FormulaCondition", **named, "known": self.encode(value.known)}
        if isinstance(value, Mapping):
            entries = [self.encode(entry) for entry in value.values()]
            return {"is": "mapping", "names": list(value), "values": entries}
        if _CLASSES.get(kind.__name__) is not kind:
            raise TypeError(f"{kind.__name__} is nothing that a document holds")
        named = {name: self.encode(getattr(value, name)) for name in _field_names(kind)}
        return {"is": kind.__name__, **named}

    def _print(self, printed: tuple[str, ...]) -> int:
        for index, known in enumerate(self.prints):
            if known is printed or known == printed:
                return index
        self.prints.append(printed)
        return len(self.prints) - 1

    def _number(self, text: RichText) -> int:
        known = self._known.get(id(text))
        if known is None:
            known = (text, len(self._known) + 1)
            self._known[id(text)] = known
            self.new_texts.append((known[1], self.encode(text.blocks)))
        return known[1]


class Decoder:
    """Gives the values back that an encoder wrote, each text as one object.

    Raises ValueError, KeyError or TypeError for what no encoder writes.
    """

    def __init__(self) -> None:
        self._texts: dict[int, RichText] = {}
        self._prints: list[tuple[str, ...]] = []
        self._make: dict[str, Callable[[dict[str, Any]], Any]] = {
            "Passage": lambda data: Passage(self._texts[data["text"]], self._prints[data["print"]]),
            "Fraction": lambda data: Fraction(data["of"]),
            "float": lambda data: float(data["of"]),
            "Following": lambda data: Following(
                compile_expression(data["source"]), self.decode(data["known"])
            ),
            "Condition": lambda data: Condition(
                compile_expression(data["source"]),
                self.decode(data["known"]),
                data.get("vector", False),
            ),
            "FormulaCondition": lambda data: FormulaCondition(
                data["source"], tuple(data["variables"]), self.decode(data["known"])
            ),
            "mapping": lambda data: dict(
                zip(data["names"], self.decode(data["values"]), strict=True)
            ),
        }

    def learn(self, number: int, blocks: Sequence[Any]) -> None:
        """Remembers a text under its number."""
        self._texts[number] = RichText(self.decode(blocks))

    def use_prints(self, prints: Sequence[Sequence[str]]) -> None:
        """What is printed in the holes of the passages that are decoded next."""
        self._prints = [tuple(printed) for printed in prints]

    def decode(self, data: Any) -> Any:
        """The value behind its JSON."""
        if isinstance(data, list):
            return tuple(self.decode(entry) for entry in data)
        if not isinstance(data, dict):
            return data
        name = data["is"]
        if name in self._make:
            return self._make[name](data)
        kind = _CLASSES[name]
        # What an earlier version did not write has a value of its own.
        named = {each: self.decode(data[each]) for each in _field_names(kind) if each in data}
        return kind(**named)
