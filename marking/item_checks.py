"""What must hold of every item: the grader and the key agree, and a mistake earns its own share.

Every response goes the way that a student's does: typed as text, parsed, marked.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias, assert_never

from qgen.document.answers import (
    Answer,
    ComplexAnswer,
    FormulaAnswer,
    Freedom,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Option,
    Ordering,
    Part,
    ScoringRule,
    ShortAnswer,
    SingleChoice,
    option_letter,
)
from qgen.document.complex_numbers import typed_complex
from qgen.document.exam import Item
from qgen.document.formula import Formula, evaluate, evaluate_all, latex, typed
from qgen.document.formula_samples import sample_points
from qgen.document.numbers import exact_ratio, exact_value, machine_decimal
from qgen.document.richtext import NO_TEXT, Passage
from qgen.document.values import AnyNumber, Complex, Real, as_complex
from qgen.marking.complex_checks import complex_faults
from qgen.marking.complex_marker import given_exactly, mark_complex
from qgen.marking.conditions import condition_faults
from qgen.marking.equal_texts import Fault, equal_texts
from qgen.marking.grader import (
    THE_KEY,
    NumberMarker,
    WordsMarker,
    mark_choice,
    mark_matching,
    mark_number,
    mark_ordering,
)
from qgen.marking.matrix_checks import matrix_faults
from qgen.marking.number_reader import Refusal, parse_number
from qgen.marking.rules import interval_ends

_NO_PASSAGE = Passage(NO_TEXT)

_Typing: TypeAlias = tuple[str, tuple[int, int] | Refusal]
"""What is typed, and what it is read as: above and below the line."""


def item_faults(
    item: Item, *, with_formulas: bool, sound: set[object] | None = None
) -> Iterator[Fault]:
    """Everything that is wrong with an item; `with_formulas` also marks typed formulas.

    Marking a formula can take seconds of computer algebra, so callers ask for it on a few
    variants and rely on the sampled comparison for the others. `sound` holds numbers, with their
    tolerances and mistakes, that have no fault, and gets those of this item: of a question's
    variants, every other one asks for a number as an earlier one did.
    """
    sound = set() if sound is None else sound
    for part in item.parts:
        where = f"part {part.label}: " if part.label else ""
        for code, message in _answer_faults(part.answer, with_formulas, sound):
            yield code, where + message
    yield from _carried_values(item.parts)


def _carried_values(parts: tuple[Part, ...]) -> Iterator[Fault]:
    """What follows from the right earlier value must be the key."""
    carrying = [part for part in parts if part.carried is not None]
    if not carrying:
        return
    keys = {
        part.label: part.answer.key
        for part in parts
        if isinstance(part.answer, (Numeric, ComplexAnswer))
    }
    for part in carrying:
        if part.carried is None or not isinstance(part.answer, (Numeric, ComplexAnswer)):
            continue
        key = keys[part.carried.part]
        try:
            followed = part.carried.key(key if isinstance(key, Complex) else exact_value(key))
        except (ArithmeticError, ValueError) as error:
            yield (
                "carry",
                f"part {part.label}: nothing follows from the key of an earlier part: {error}",
            )
            continue
        if not _is_right(part.answer, followed):
            yield (
                "carry",
                f"part {part.label}: from the key of part {part.carried.part} follows "
                f"{_brief(followed)}, but the key is {_brief(part.answer.key)}",
            )


def _is_right(answer: Numeric | ComplexAnswer, given: AnyNumber) -> bool:
    if isinstance(answer, ComplexAnswer):
        return mark_complex(answer, given_exactly(as_complex(given))).credit > 0
    return not isinstance(given, Complex) and mark_number(answer, given).credit > 0


def _brief(value: AnyNumber) -> str:
    return typed_complex(value) if isinstance(value, Complex) else f"{float(value):.6g}"


def mistakes_tested(item: Item) -> int:
    """How many named mistakes and wrong options the checks of an item try."""
    return sum(_mistakes(part.answer) for part in item.parts)


def _mistakes(answer: Answer) -> int:
    match answer:
        case SingleChoice() | MultipleSelect():
            return sum(not option.correct for option in answer.options)
        case Numeric() | ComplexAnswer() | FormulaAnswer() | MatrixAnswer() | ShortAnswer():
            return len(answer.mistakes)
        case Matching():
            return len(answer.pairs)
        case Ordering():
            return len(answer.items) - 1
        case Open():
            return len(answer.accepts.example.mistakes) if answer.accepts else 0
        case _:
            assert_never(answer)


def _answer_faults(answer: Answer, with_formulas: bool, sound: set[object]) -> Iterator[Fault]:
    match answer:
        case SingleChoice():
            yield from _choice_faults(tuple([option.correct for option in answer.options]), None)
            yield from equal_texts("options", [option.text for option in answer.options])
        case MultipleSelect():
            rights = tuple([option.correct for option in answer.options])
            yield from _choice_faults(rights, answer.rule)
            yield from equal_texts("options", [option.text for option in answer.options])
        case Numeric():
            marked = _what_is_marked(answer)
            if marked not in sound:
                faults = tuple(_numeric(answer))
                yield from faults
                if not faults:
                    sound.add(marked)
        case ComplexAnswer():
            yield from complex_faults(answer)
        case FormulaAnswer():
            yield from _formula_values(answer)
            if with_formulas:
                yield from _formula_marks(answer)
        case MatrixAnswer():
            yield from matrix_faults(answer)
        case ShortAnswer():
            yield from _short_answer(answer)
        case Matching():
            yield from _matching(answer)
            yield from equal_texts("left items", [pair.left for pair in answer.pairs])
            yield from equal_texts("right items", answer.rights)
        case Ordering():
            yield from _ordering(answer)
            yield from equal_texts("items", answer.items)
        case Open():
            if answer.accepts is not None:
                yield from condition_faults(answer.accepts, with_formulas=with_formulas)
        case _:
            assert_never(answer)


# What ticks earn does not depend on what options say, and a question has few such patterns.
@lru_cache(maxsize=1024)
def _choice_faults(rights: tuple[bool, ...], rule: ScoringRule | None) -> tuple[Fault, ...]:
    """What is wrong with the marks for ticking options, of which these are right."""
    options = tuple([Option(_NO_PASSAGE, right, None) for right in rights])
    if rule is None:
        return tuple(_single_choice(SingleChoice(options)))
    return tuple(_multiple_select(MultipleSelect(options, rule)))


def _single_choice(answer: SingleChoice) -> Iterator[Fault]:
    right = [index for index, option in enumerate(answer.options) if option.correct]
    if len(right) != 1:
        yield "right-options", f"{len(right)} options are right"
    for index, option in enumerate(answer.options):
        earned = mark_choice(answer, {index}).credit
        if earned != int(option.correct):
            yield "credit", f"option {option_letter(index)} earns {earned}"
    if mark_choice(answer, set()).credit:
        yield "credit", "a blank earns marks"


def _multiple_select(answer: MultipleSelect) -> Iterator[Fault]:
    key = {index for index, option in enumerate(answer.options) if option.correct}
    if mark_choice(answer, key).credit != 1:
        yield "credit", "ticking exactly the right options does not earn full marks"
    for index in range(len(answer.options)):
        if mark_choice(answer, key ^ {index}).credit >= 1:
            yield "credit", f"full marks although option {option_letter(index)} is answered wrongly"
    if key and mark_choice(answer, set()).credit >= 1:
        yield "credit", "a blank earns full marks"


def _matching(answer: Matching) -> Iterator[Fault]:
    """The key, the key with one left item matched otherwise, and a blank."""
    key = [pair.right for pair in answer.pairs]
    if mark_matching(answer, key).credit != 1:
        yield "credit", "matching every pair does not earn full marks"
    for index, right in enumerate(key):
        others = [*key[:index], (right + 1) % len(answer.rights), *key[index + 1 :]]
        if mark_matching(answer, others).credit >= 1:
            yield "credit", f"full marks although left item {index + 1} is matched wrongly"
    if mark_matching(answer, [None] * len(key)).credit:
        yield "credit", "a blank earns marks"


def _ordering(answer: Ordering) -> Iterator[Fault]:
    """The key, the key with two neighbours exchanged, and a blank."""
    key = list(answer.key)
    if mark_ordering(answer, key).credit != 1:
        yield "credit", "the right order does not earn full marks"
    for index in range(len(key) - 1):
        others = [*key[:index], key[index + 1], key[index], *key[index + 2 :]]
        if mark_ordering(answer, others).credit >= 1:
            yield "credit", f"full marks although positions {index + 1} and {index + 2} change"
    if mark_ordering(answer, [None] * len(key)).credit:
        yield "credit", "a blank earns marks"


def _what_is_marked(answer: Numeric) -> object:
    """All that marking a number depends on; fractions as ratios, whose hash takes not as long."""
    key, tolerance = answer.key, answer.tolerance
    return (
        type(key),
        _exactly_given(key),
        tolerance.kind,
        tolerance.amount.as_integer_ratio(),
        tuple(
            [
                (_exactly_given(each.value), each.credit.as_integer_ratio())
                for each in answer.mistakes
            ]
        ),
    )


def _exactly_given(value: Real) -> float | tuple[int, int]:
    return value if isinstance(value, float) else value.as_integer_ratio()


def _numeric(answer: Numeric) -> Iterator[Fault]:
    low, high, below = interval_ends(*exact_ratio(answer.key), answer.tolerance)
    taken_for = NumberMarker(answer).taken_for
    right = [THE_KEY, *[n for n, each in enumerate(answer.mistakes) if each.credit == 1]]
    for text, given in _typings(answer, low, high, below):
        if isinstance(given, Refusal):
            yield "key-refused", f"the key typed as {text} is refused: {given.sentence}"
        elif taken_for(*given) not in right:
            yield "key-wrong", f"the key typed as {text} earns no marks{_exactly(answer)}"
    # In whole numbers, as `interval_ends` gives them.
    parts, beyond = (1_000_000, high - low) if high > low else (10**9, below)
    for end in (low * parts - beyond, high * parts + beyond):
        if taken_for(end, below * parts) in right:
            outside = end / (below * parts)
            yield "credit", f"{outside:.12g} lies outside the tolerance and earns marks"
    for index, mistake in enumerate(answer.mistakes):
        found = taken_for(*exact_ratio(mistake.value))
        if found in right:
            yield (
                "mistake-in-tolerance",
                f"the mistake {float(mistake.value):.6g} lies inside the tolerance of the key "
                f"{float(answer.key):.6g}",
            )
        elif found is None:
            yield "mistake", f"the mistake {float(mistake.value):.6g} is not recognised"
        elif found != index:
            yield (
                "equal-mistakes",
                f"the mistakes {found + 1} and {index + 1} both give "
                f"{float(mistake.value):.6g}: who makes the second reads the feedback of the first",
            )


def _exactly(answer: Numeric) -> str:
    """What to say where no decimal is the key, and the tolerance allows for nothing else."""
    if answer.tolerance.amount or isinstance(answer.key, float):
        return ""
    return (
        f": the key is {answer.key}, and the tolerance {{{answer.tolerance.kind}: 0}} accepts "
        "nothing beside it; allow for rounding, as in {absolute: 0.001} or {relative: 1%}"
    )


def _typings(answer: Numeric, low: int, high: int, below: int) -> Sequence[_Typing]:
    """The key as students may type it; rounded to 14 decimals where that is accepted.

    It lies from low / below to high / below.
    """
    key = answer.key
    typings, (above, ten), rounded = _forms(_exactly_given(key), isinstance(key, Fraction))
    return (*typings, rounded) if low * ten <= above * below <= high * ten else typings


# The grids that keys are drawn from are small; not the key itself, whose hash takes long.
@lru_cache(maxsize=2048)
def _forms(
    key: float | tuple[int, int], as_fraction: bool
) -> tuple[tuple[_Typing, ...], tuple[int, int], _Typing]:
    """How a key is typed in full; a rounded number, and that number typed."""
    value = key if isinstance(key, float) else Fraction(*key)
    decimal = machine_decimal(value)
    texts = [decimal]
    if decimal.startswith("-"):
        texts.append(decimal.replace("-", "−"))
    if as_fraction:
        texts.append(str(value))
    mantissa = f"{float(value):.14e}"
    return tuple(map(_typing, texts)), Decimal(mantissa).as_integer_ratio(), _typing(mantissa)


def _typing(text: str) -> _Typing:
    """A text, and the number that it is read as."""
    number = parse_number(text)
    return text, number if isinstance(number, Refusal) else number.as_integer_ratio()


def _formula_values(answer: FormulaAnswer) -> Iterator[Fault]:
    """A named mistake must differ from the key somewhere, whatever the numbers are."""
    points = sample_points(answer.variables)
    others = answer.mistakes
    if answer.up_to is None:
        # Nearly always the first point tells that a mistake is another formula.
        first = _value(answer.key, points[0])
        others = tuple([each for each in others if _alike(first, _value(each.value, points[0]))])
        if first is not None and not others:
            return
    key = _values(answer.key, points, answer.up_to)
    if all(value is None for value in key):
        yield "key-undefined", f"the key {typed(answer.key)} has no value on its domain"
    for mistake in others:
        values = _values(mistake.value, points, answer.up_to)
        if all(_alike(one, other) for one, other in zip(key, values, strict=True)):
            yield "mistake-is-key", f"the mistake {typed(mistake.value)} is equal to the key"


def _alike(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= 1e-9 * (1 + abs(one))


def _values(
    expression: Formula, points: Sequence[Mapping[str, float]], freedom: Freedom | None
) -> list[float | None]:
    """The values at points; less the first one, or as shares of it, where that is free."""
    values = _values_at(expression, points)
    first = next((value for value in values if value is not None), 0.0)
    match freedom:
        case None:
            return values
        case "constant":
            return [None if value is None else value - first for value in values]
        case "factor":
            scale = first or 1.0
            return [None if value is None else value / scale for value in values]
        case _:
            assert_never(freedom)


def _values_at(expression: Formula, points: Sequence[Mapping[str, float]]) -> list[float | None]:
    try:
        return [*evaluate_all(expression, points)]
    except (ArithmeticError, ValueError):
        return [_value(expression, point) for point in points]


def _value(expression: Formula, point: Mapping[str, float]) -> float | None:
    try:
        return evaluate(expression, point)
    except (ArithmeticError, ValueError):
        return None


def _formula_marks(answer: FormulaAnswer) -> Iterator[Fault]:
    from qgen.marking.equivalence import mark_formula

    for text in (typed(answer.key), latex(answer.key)):
        mark = mark_formula(answer, text)
        if mark.credit != 1:
            yield "key-wrong", f"the key typed as {text} is marked {mark.verdict}"
    if mark_formula(answer, "").credit:
        yield "credit", "a blank earns marks"
    for mistake in answer.mistakes:
        text = typed(mistake.value)
        mark = mark_formula(answer, text)
        if mark.credit != mistake.credit:
            yield "credit", f"the mistake {text} is marked {mark.verdict}"
        elif mark.mistake is None:
            yield "mistake", f"the mistake {text} is not recognised"


def _short_answer(answer: ShortAnswer) -> Iterator[Fault]:
    marker = WordsMarker(answer)
    for text in answer.accepted:
        if marker.mark(text).credit != 1:
            yield "key-wrong", f"the accepted answer '{text}' earns no marks"
    for index, mistake in enumerate(answer.mistakes):
        mark = marker.mark(mistake.text)
        if mark.credit != mistake.credit:
            yield "credit", f"the mistake '{mistake.text}' earns {mark.credit} of the points"
        elif mark.mistake != index:
            yield "mistake", f"the mistake '{mistake.text}' is taken for another one"
    if marker.mark("").credit:
        yield "credit", "a blank earns marks"
