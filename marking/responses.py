"""A whole response to one part, as a page saves it, and what it earns: one way for all kinds.

A value is the number of an option counted from 1, a list of such numbers (None where one is left
empty), the typed text, or a list of such texts; None is a blank.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias, assert_never

from qgen.document.answers import (
    Acceptance,
    Answer,
    ComplexAnswer,
    FormulaAnswer,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    Part,
    ShortAnswer,
    SingleChoice,
    option_letter,
)
from qgen.document.richtext import Passage
from qgen.document.values import AnyNumber
from qgen.marking.closed_forms import read_typed
from qgen.marking.complex_marker import given_as_typed, mark_part_complex
from qgen.marking.complex_reader import read_complex
from qgen.marking.conditions import (
    mark_by_condition,
    mark_formula_by_condition,
    mark_matrix_by_condition,
)
from qgen.marking.equivalence import mark_formula
from qgen.marking.formula_reader import parse_formula
from qgen.marking.grader import (
    NO_SLACK,
    Mark,
    mark_choice,
    mark_matching,
    mark_matrix,
    mark_ordering,
    mark_part_number,
    mark_words,
)
from qgen.marking.number_reader import Refusal
from qgen.marking.rules import WRONG
from qgen.marking.written_matrices import written_entries

Response: TypeAlias = int | str | tuple[int | None, ...] | tuple[str | None, ...] | None
"""What a student gave; choices are numbers counted from 1, as they stand on the paper.

The entries of a matrix are texts, row by row.
"""

Outcome: TypeAlias = Literal[
    "marked", "blank", "open", "undecided", "unreadable", "no_answer", "missing"
]
"""`no_answer` is a value that no control gives, such as option 7 of 4; `missing` is the answer
that somebody who copied a paper did not copy."""


@dataclass(frozen=True, slots=True)
class ResponseMark:
    """What a response earns; `credit` is None where a person must decide.

    `mistake` is the index of the recognised mistake, `sentence` says what a person must know, and
    `number` is what was read where the part asks for a number.
    """

    credit: Fraction | None
    outcome: Outcome
    feedback: tuple[Passage, ...] = ()
    mistake: int | None = None
    sentence: str = ""
    number: AnyNumber | None = None


def mark_response(part: Part, response: object, earlier: Mapping[str, AnyNumber]) -> ResponseMark:
    """Marks whatever stands as a response, also what cannot be one.

    `earlier` holds the numbers that the student gave in earlier parts, by label. Neither an
    undecided formula nor an unreadable text counts as wrong: a person must look.
    """
    answer = part.answer
    match answer:
        case SingleChoice() | MultipleSelect():
            return _choice(answer, response)
        case Matching() | Ordering():
            return _arrangement(answer, response)
        case MatrixAnswer():
            return _matrix(answer, response)
        case Open(accepts=Acceptance(example=MatrixAnswer() as example) as acceptance):
            return _matrix_by_condition(acceptance, example, response)
        case Numeric() | ComplexAnswer() | FormulaAnswer() | ShortAnswer() | Open():
            if response is None or (isinstance(response, str) and not response.strip()):
                return ResponseMark(WRONG, "blank")
            if not isinstance(response, str):
                return _no_answer("the answer is a text here")
            return _typed(part, answer, response, earlier)
        case _:
            assert_never(answer)


def _no_answer(sentence: str) -> ResponseMark:
    return ResponseMark(None, "no_answer", sentence=sentence)


def _marked(mark: Mark, *, blank: bool = False) -> ResponseMark:
    return ResponseMark(mark.credit, "blank" if blank else "marked", mark.feedback, mark.mistake)


def _choice(answer: SingleChoice | MultipleSelect, response: object) -> ResponseMark:
    given: tuple[object, ...]
    if isinstance(answer, SingleChoice):
        given = () if response is None else (response,)
        expected = "the number of one option"
    else:
        given = () if response is None else response if isinstance(response, tuple) else (response,)
        expected = "a list of numbers of options"
    places = _places(given, len(answer.options))
    if places is None or (isinstance(answer, MultipleSelect) and isinstance(response, int)):
        return _no_answer(f"the answer is {expected} from 1 to {len(answer.options)} here")
    ticked = {place for place in places if place is not None}
    if len(ticked) != len(places):
        return _no_answer("an option is named twice, or is none")
    return _marked(mark_choice(answer, ticked), blank=not ticked)


def _arrangement(answer: Matching | Ordering, response: object) -> ResponseMark:
    if isinstance(answer, Matching):
        length, largest = len(answer.pairs), len(answer.rights)
    else:
        length = largest = len(answer.items)
    given = (None,) * length if response is None or response == () else response
    places = _places(given, largest) if isinstance(given, tuple) else None
    if places is None or len(places) != length:
        return _no_answer(f"the answer is a list of {length} numbers from 1 to {largest} here")
    if isinstance(answer, Matching):
        mark = mark_matching(answer, places)
    else:
        mark = mark_ordering(answer, places)
    return _marked(mark, blank=not any(place is not None for place in places))


def _matrix(answer: MatrixAnswer, response: object) -> ResponseMark:
    """An entry that cannot be read leaves the whole matrix to a person."""
    given = _entries(answer, response)
    if isinstance(given, ResponseMark):
        return given
    numbers, slacks = given
    is_blank = all(each is None for each in numbers)
    return _marked(mark_matrix(answer, numbers, slacks), blank=is_blank)


def _matrix_by_condition(
    acceptance: Acceptance, example: MatrixAnswer, response: object
) -> ResponseMark:
    """Where there are no boxes for the entries, the matrix stands in a line."""
    if isinstance(response, str) and response.strip():
        written = written_entries(example, response)
        if isinstance(written, Refusal):
            return ResponseMark(None, "unreadable", sentence=written.sentence)
        response = written
    given = _entries(example, None if response == "" else response)
    if isinstance(given, ResponseMark):
        return given
    numbers, slacks = given
    if all(each is None for each in numbers):
        return ResponseMark(WRONG, "blank")
    mark = mark_matrix_by_condition(acceptance, numbers, slacks)
    return _undecided("matrix") if mark is None else _marked(mark)


def _entries(
    answer: MatrixAnswer, response: object
) -> tuple[list[Fraction | None], list[Fraction]] | ResponseMark:
    """The entries and how far each may be from what is meant; or a mark, where one is none."""
    count = len(answer.entries)
    given = (None,) * count if response is None or response == () else response
    if not isinstance(given, tuple) or len(given) != count:
        return _no_answer(f"the answer is a list of {count} texts here, row by row")
    numbers: list[Fraction | None] = []
    slacks: list[Fraction] = []
    for place, entry in enumerate(given):
        if entry is None or (isinstance(entry, str) and not entry.strip()):
            numbers.append(None)
            slacks.append(NO_SLACK)
            continue
        if not isinstance(entry, str):
            return _no_answer(f"the answer is a list of {count} texts here, row by row")
        number = read_typed(entry)
        if isinstance(number, Refusal):
            row, column = divmod(place, answer.width)
            sentence = f"row {row + 1}, column {column + 1}: {number.sentence}"
            return ResponseMark(None, "unreadable", sentence=sentence)
        numbers.append(number.value)
        slacks.append(number.slack)
    return numbers, slacks


def _places(given: tuple[object, ...], largest: int) -> list[int | None] | None:
    """Places counted from 0 for numbers counted from 1; None where one is no such number."""
    places: list[int | None] = []
    for number in given:
        if number is None:
            places.append(None)
        elif type(number) is int and 1 <= number <= largest:
            places.append(number - 1)
        else:
            return None
    return places


def _typed(
    part: Part,
    answer: Numeric | ComplexAnswer | FormulaAnswer | ShortAnswer | Open,
    text: str,
    earlier: Mapping[str, AnyNumber],
) -> ResponseMark:
    match answer:
        case Numeric():
            read = read_typed(text, worked_out=answer.worked_out)
            if isinstance(read, Refusal):
                return ResponseMark(None, "unreadable", sentence=read.sentence)
            mark = mark_part_number(part, read.value, earlier, read.slack)
            return ResponseMark(
                mark.credit, "marked", mark.feedback, mark.mistake, number=read.value
            )
        case ComplexAnswer():
            found = read_complex(text, worked_out=answer.worked_out)
            if isinstance(found, Refusal):
                return ResponseMark(None, "unreadable", sentence=found.sentence)
            given = given_as_typed(found)
            earned = mark_part_complex(part, given, earlier)
            return ResponseMark(
                earned.credit, "marked", earned.feedback, earned.mistake, number=given.value
            )
        case FormulaAnswer():
            return _formula(answer, text)
        case ShortAnswer():
            return _marked(mark_words(answer, text))
        case Open():
            if answer.accepts is None:
                return ResponseMark(None, "open")
            return _by_condition(answer.accepts, text)
        case _:
            assert_never(answer)


def _by_condition(acceptance: Acceptance, text: str) -> ResponseMark:
    example = acceptance.example
    if isinstance(example, FormulaAnswer):
        formula = parse_formula(text, example.variables.keys())
        if isinstance(formula, Refusal):
            return ResponseMark(None, "unreadable", sentence=formula.sentence)
        found = mark_formula_by_condition(acceptance, formula)
        return _undecided("formula") if found is None else _marked(found)
    assert isinstance(example, Numeric)
    read = read_typed(text, worked_out=example.worked_out)
    if isinstance(read, Refusal):
        return ResponseMark(None, "unreadable", sentence=read.sentence)
    mark = mark_by_condition(acceptance, read.value, read.slack)
    if mark is None:
        return _undecided("number")
    return ResponseMark(mark.credit, "marked", mark.feedback, mark.mistake, number=read.value)


def _undecided(thing: str) -> ResponseMark:
    sentence = f"The condition cannot tell whether this {thing} is right: a person must look."
    return ResponseMark(None, "undecided", sentence=sentence)


def _formula(answer: FormulaAnswer, text: str) -> ResponseMark:
    found = mark_formula(answer, text)
    match found.verdict:
        case "refused":
            return ResponseMark(None, "unreadable", sentence=found.sentence)
        case "undecided":
            return ResponseMark(None, "undecided", sentence=found.sentence)
        case "equal" | "different" | "form":
            return ResponseMark(
                found.credit, "marked", found.feedback, found.mistake, found.sentence
            )
        case _:
            assert_never(found.verdict)


def named_mistake(answer: Answer, mark: ResponseMark) -> str:
    """How a recognised mistake is named in a table: `mistake 2`, an option's letter, or nothing."""
    if mark.mistake is None:
        return ""
    if isinstance(answer, SingleChoice):
        return option_letter(mark.mistake)
    return f"mistake {mark.mistake + 1}"
