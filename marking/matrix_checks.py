"""What must hold of every matrix that is asked for: entry by entry, key, tolerance and mistakes."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import TypeAlias

from qgen.document.answers import MatrixAnswer, entries_of
from qgen.document.matrices import typed_rows
from qgen.document.values import Real
from qgen.marking.grader import Mark, MatrixMarker
from qgen.marking.number_reader import Refusal, parse_number
from qgen.marking.rules import accepted_interval, matrix_credit
from qgen.marking.written_matrices import written_entries

_Marking: TypeAlias = Callable[[Sequence[Real | None]], Mark]


def matrix_faults(answer: MatrixAnswer) -> Iterator[tuple[str, str]]:
    """The key as it is typed in a line, each entry beyond its tolerance, mistakes and a blank."""
    mark = MatrixMarker(answer).mark
    yield from _key(answer, mark)
    entries: list[Real | None] = list(answer.entries)
    count = len(entries)
    all_but_one = matrix_credit(answer.credit, count - 1, count)
    for place, (row, column, key) in enumerate(_places(answer)):
        low, high = accepted_interval(key, answer.tolerance)
        beyond = (high - low) / 1_000_000 or Fraction(1, 10**9)
        for outside in (low - beyond, high + beyond, None):
            given = [*entries[:place], outside, *entries[place + 1 :]]
            if mark(given).credit != all_but_one:
                said = "left empty" if outside is None else f"{float(outside):.12g}"
                yield "credit", f"row {row}, column {column}: {said} earns marks"
    if mark([None] * count).credit:
        yield "credit", "a blank earns marks"
    yield from _mistakes(answer, mark)


def _places(answer: MatrixAnswer) -> Iterator[tuple[int, int, Real]]:
    for row, entries in enumerate(answer.key, 1):
        for column, key in enumerate(entries, 1):
            yield row, column, key


def _key(answer: MatrixAnswer, mark: _Marking) -> Iterator[tuple[str, str]]:
    text = typed_rows(answer.key)
    written = written_entries(answer, text)
    if isinstance(written, Refusal):
        yield "key-refused", f"the key typed as {text} is refused: {written.sentence}"
        return
    numbers: list[Real | None] = []
    for entry in written:
        number = parse_number(entry or "")
        if isinstance(number, Refusal):
            yield "key-refused", f"the entry typed as {entry} is refused: {number.sentence}"
            return
        numbers.append(number)
    if mark(numbers).credit != 1:
        yield "key-wrong", f"the key typed as {text} does not earn full marks"
    yield from _decimals(answer)


def _decimals(answer: MatrixAnswer) -> Iterator[tuple[str, str]]:
    """A key that no decimal gives needs a tolerance: platforms and many students have no other."""
    if answer.tolerance.amount:
        return
    for row, column, key in _places(answer):
        if not isinstance(key, float) and 10**12 * key % 1:
            yield (
                "key-wrong",
                f"row {row}, column {column}: the key is {key}, and the tolerance "
                f"{{{answer.tolerance.kind}: 0}} accepts no decimal; allow for rounding, as in "
                "{absolute: 0.001} or {relative: 1%}",
            )
            return


def _mistakes(answer: MatrixAnswer, mark: _Marking) -> Iterator[tuple[str, str]]:
    for index, mistake in enumerate(answer.mistakes):
        found = mark(entries_of(mistake.rows))
        text = typed_rows(mistake.rows)
        if found.credit == 1:
            yield "mistake-in-tolerance", f"the mistake {text} lies inside the key's tolerance"
        elif found.mistake is None:
            yield "mistake", f"the mistake {text} is not recognised"
        elif found.mistake != index:
            yield (
                "equal-mistakes",
                f"the mistakes {found.mistake + 1} and {index + 1} both give {text}: who makes the "
                "second reads the feedback of the first",
            )
