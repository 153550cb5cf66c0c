"""What items of one template have in common, as far as most of what is written depends on it.

The shape of an item tells all of it but the values that it prints, the numbers and formulas of its
answers, and the texts that are shuffled: how many options there are, and which of them are right.
"""

from collections.abc import Hashable, Sequence
from typing import Any, NoReturn, TypeAlias

from qgen.document.answers import (
    Answer,
    CarriedForward,
    FormulaAnswer,
    FormulaMistake,
    Hint,
    MarkFeedback,
    Matching,
    MultipleSelect,
    Numeric,
    NumericMistake,
    Open,
    Option,
    Ordering,
    Pair,
    Part,
    RubricLine,
    SingleChoice,
)
from qgen.document.exam import Item
from qgen.document.richtext import Passage, RichText
from qgen.renderers.remembering import made_once

Shape: TypeAlias = tuple[Hashable, ...]


class Withheld(Exception):
    """Somebody looked at what a draft does not have."""


def _withhold(*_: object) -> NoReturn:
    raise Withheld


_ASKED = (
    *("bool", "str", "repr", "format", "hash", "getattr", "iter", "len", "getitem", "contains"),
    *("call", "index", "int", "float", "eq", "ne", "lt", "le", "gt", "ge", "neg", "abs"),
    *("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "pow", "rpow"),
)
# A test for a type looks at `__class__` where an object's own type is none of those asked for.
_HIDDEN: Any = type(
    "Hidden", (), {f"__{name}__": _withhold for name in _ASKED} | {"__class__": property(_withhold)}
)()
"""A value that nobody can read."""


class _HiddenValues(tuple[str, ...]):
    """Printed values that nobody can read."""

    __slots__ = ()
    __getitem__ = __iter__ = __len__ = _withhold


_UNREAD = _HiddenValues()


class _Shapeless(Exception):
    """An item that no other one may be written like."""


def _shape_of(item: Item) -> Shape | None:
    """The shape of an item, or None where no other item may be written like it.

    What variants share is told apart by its identity: whoever keeps a shape keeps an item of it.
    """
    printed = item.stem.printed
    try:
        return (
            id(item.header),
            id(item.points),
            id(item.stem.text),
            _text(item.explanation, printed),
            *[_part_shape(part, printed) for part in item.parts],
        )
    except _Shapeless:
        return None


shape_of = made_once(_shape_of, most=64)
"""The same, remembered for the items that go to one writer after another."""


def shuffled(answer: Answer) -> list[Passage | None]:
    """The texts of an answer that its shape does not tell, but for whether they are there."""
    match answer:
        case SingleChoice(options) | MultipleSelect(options):
            return [each for option in options for each in (option.text, option.feedback)]
        case Matching(pairs, rights):
            return [*[each for left, _, said in pairs for each in (left, said)], *rights]
        case Ordering(items):
            return [*items]
        case _:
            return []


class Draft:
    """What an item's shape tells, as an `item`; all else of it raises Withheld.

    `shuffled` has the place of each shuffled text by what stands for it: a part and a number.
    """

    def __init__(self, item: Item) -> None:
        self.shuffled: dict[RichText, tuple[int, int]] = {}
        parts = [self._part(place, part) for place, part in enumerate(item.parts)]
        stem, explanation = _unread(item.stem), _optional(item.explanation)
        self.item = Item(
            *(item.header, _HIDDEN, item.points, stem, tuple(parts), explanation),
            *(_HIDDEN, _HIDDEN, _HIDDEN),
        )

    def _part(self, place: int, part: Part) -> Part:
        standing: list[Passage | None] = []
        for number, passage in enumerate(shuffled(part.answer)):
            if passage is None:
                standing.append(None)
                continue
            text = RichText(_HIDDEN)
            self.shuffled[text] = place, number
            standing.append(Passage(text, _UNREAD))
        return Part(
            part.label,
            _unread(part.prompt),
            _answer_draft(part.answer, standing),
            part.points,
            part.provenance,
            _optional(part.explanation),
            None if part.carried is None else CarriedForward(part.carried.part, _HIDDEN),
            part.space,
            part.in_text,
            tuple([Hint(_unread(each.text), each.penalty) for each in part.hints]),
            MarkFeedback(*map(_optional, part.by_mark)),
        )


def _text(passage: Passage | None, printed: tuple[str, ...]) -> int:
    """What tells a text; an item has one row of printed values for all of them."""
    if passage is None:
        return 0
    if passage.printed is not printed:
        raise _Shapeless
    return id(passage.text)


def _unread(passage: Passage) -> Passage:
    return Passage(passage.text, _UNREAD)


def _optional(passage: Passage | None) -> Passage | None:
    return None if passage is None else _unread(passage)


def _part_shape(part: Part, printed: tuple[str, ...]) -> Shape:
    # A blank in the stem is filled with what its part is, which the stem does not tell.
    if part.in_text:
        raise _Shapeless
    return (
        part.label,
        _text(part.prompt, printed),
        _answer_shape(part.answer, printed),
        id(part.points),
        _text(part.explanation, printed),
        part.carried is None or part.carried.part,
        part.provenance,
        id(part.space),
        *[(_text(each.text, printed), each.penalty) for each in part.hints],
        *[_text(each, printed) for each in part.by_mark],
    )


def _answer_shape(answer: Answer, printed: tuple[str, ...]) -> Shape:
    match answer:
        case SingleChoice(options):
            return 1, *map(_option_shape, options)
        case MultipleSelect(options, rule):
            return rule, *map(_option_shape, options)
        case Numeric():
            mistakes = [(_text(m.feedback, printed), id(m.credit)) for m in answer.mistakes]
            return id(answer.tolerance), answer.unit, answer.worked_out, *mistakes
        case FormulaAnswer():
            mistakes = [(_text(m.feedback, printed), id(m.credit)) for m in answer.mistakes]
            return id(answer.variables), id(answer.forms), answer.up_to, *mistakes
        case Matching(pairs, rights, rule):
            return rule, len(rights), *[(right, said is None) for _, right, said in pairs]
        case Ordering():
            return answer.credit, answer.key
        case Open() if answer.accepts is None:
            lines = [(line.points, _text(line.text, printed)) for line in answer.rubric]
            return answer.lines, answer.upload, answer.code, *lines
        case _:
            raise _Shapeless


def _option_shape(option: Option) -> Shape:
    return option.correct, option.feedback is None, option.stays


def _answer_draft(answer: Answer, standing: Sequence[Any]) -> Answer:
    """The answer without its numbers, with what stands for its shuffled texts."""
    match answer:
        case SingleChoice():
            return SingleChoice(_options_draft(answer.options, standing))
        case MultipleSelect():
            return MultipleSelect(_options_draft(answer.options, standing), answer.rule)
        case Numeric():
            numbers = [
                NumericMistake(_HIDDEN, _unread(m.feedback), m.credit) for m in answer.mistakes
            ]
            return Numeric(
                _HIDDEN, answer.tolerance, answer.unit, tuple(numbers), answer.worked_out
            )
        case FormulaAnswer():
            known = [
                FormulaMistake(_HIDDEN, _unread(m.feedback), m.credit) for m in answer.mistakes
            ]
            rest = answer.variables, tuple(known), answer.forms, answer.up_to
            return FormulaAnswer(_HIDDEN, *rest)
        case Matching():
            own = 2 * len(answer.pairs)
            told = zip(standing[:own:2], answer.pairs, standing[1:own:2], strict=True)
            pairs = [Pair(left, pair.right, feedback) for left, pair, feedback in told]
            return Matching(tuple(pairs), tuple(standing[own:]), answer.rule)
        case Ordering():
            return Ordering(tuple(standing), answer.key, answer.credit)
        case Open():
            lines = [RubricLine(line.points, _unread(line.text)) for line in answer.rubric]
            return Open(tuple(lines), answer.lines, answer.upload, answer.code)
        case _:
            raise AssertionError("such an answer has no shape")


def _options_draft(options: Sequence[Option], standing: Sequence[Any]) -> tuple[Option, ...]:
    told = zip(standing[::2], options, standing[1::2], strict=True)
    return tuple(
        [Option(text, option.correct, feedback, option.stays) for text, option, feedback in told]
    )
