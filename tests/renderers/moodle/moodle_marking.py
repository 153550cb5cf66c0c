"""Sends responses to a question read from a file, and to the grader: who gives what?

Each `Trial` says what is answered, what the grader gives, what Moodle gives, and which line of the
report would explain a difference.
"""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from html import unescape
from typing import Any, NamedTuple

from lxml import html as lxml_html

from qgen.document.answers import (
    ComplexAnswer,
    FormulaAnswer,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Ordering,
    Part,
    ShortAnswer,
    SingleChoice,
    entries_of,
)
from qgen.document.complex_numbers import exact_parts
from qgen.document.formula import Formula, evaluate
from qgen.document.numbers import exact_value, significant
from qgen.document.richtext import Passage, plain_text
from qgen.marking.complex_marker import Given, mark_complex
from qgen.marking.grader import (
    mark_choice,
    mark_matching,
    mark_matrix,
    mark_number,
    mark_ordering,
    mark_words,
)
from qgen.marking.rules import accepted_interval, reach_of
from tests.renderers.browser_text import with_numbers
from tests.renderers.moodle.moodle_reader import Question
from tests.renderers.moodle.moodle_typing import typed_number
from tests.renderers.spellings import credit_of, spellings


class Trial(NamedTuple):
    what: str
    ours: float
    moodles: float
    explained: str | None = None
    feedback: tuple[str, ...] = ()
    """What Moodle says, one for each box."""
    expected: str | None = None
    """What it must say in one of them."""


class Asked(NamedTuple):
    """The boxes of one part, and the text around them."""

    boxes: tuple[Question, ...]
    text: str

    def mark(self, responses: Sequence[Any]) -> tuple[float, tuple[str, ...]]:
        marks = [
            box.mark(response) if response is not None else (0.0, "")
            for box, response in zip(self.boxes, responses, strict=True)
        ]
        whole = sum(box.grade for box in self.boxes)
        share = sum(mark * box.grade for (mark, _), box in zip(marks, self.boxes, strict=True))
        return share / whole, tuple(feedback for _, feedback in marks)


def boxes_of(question: Question, parts: Sequence[Part]) -> list[Asked]:
    """The boxes of each part that a question asks; their weights are in the parts' proportion."""
    if question.kind != "cloze":
        question.grade = 1
        return [Asked((question,), question.text)]
    stem, segments = "", [question.text]
    if parts[0].label:
        stem, *segments = re.split(r"(?=<p><strong>Part [a-z])", question.text)
    segments = [segment for segment in segments if "{#}" in segment]
    left = list(question.blanks)
    # A box in the stem stands behind the label of its part.
    found = {
        label: Asked((left.pop(0),), stem)
        for label in re.findall(r"<strong>\(([a-z])\)</strong>&nbsp;\{#\}", stem)
    }
    assert len(found) == stem.count("{#}")
    below = [part for part in parts if part.label not in found]
    for segment, part in zip(segments, below, strict=True):
        count = segment.count("{#}")
        found[part.label] = Asked(tuple(left[:count]), segment)
        del left[:count]
    assert not left
    asked = [found[part.label] for part in parts]
    total = sum(blank.grade for blank in question.blanks)
    points = sum((part.points for part in parts), Fraction(0))
    for each, part in zip(asked, parts, strict=True):
        share = sum(box.grade for box in each.boxes) / total
        assert abs(share - float(part.points / points)) < 1e-9
    return asked


def trials(asked: Asked, part: Part) -> Iterator[Trial]:
    """What becomes of key, mistakes, edges, blanks and odd spellings."""
    match part.answer:
        case SingleChoice() as answer:
            yield from _single(asked, answer)
        case MultipleSelect() as answer:
            yield from _multiple(asked, answer)
        case Numeric() as answer:
            yield from _number(asked, answer)
        case FormulaAnswer() as answer:
            yield from _formula(asked, answer)
        case ShortAnswer() as answer:
            yield from _words(asked, answer)
        case ComplexAnswer() as answer:
            yield from _complex(asked, answer)
        case MatrixAnswer() as answer:
            yield from _matrix(asked, answer)
        case Matching() as answer:
            yield from _matching(asked, answer)
        case Ordering() as answer:
            yield from _ordering(asked, answer)
        case other:
            raise AssertionError(f"{other} is marked by a person")


def _said(feedback: Sequence[Passage]) -> str | None:
    return shown_passage(feedback[0]) if feedback else None


def shown_passage(passage: Passage) -> str:
    """A passage's characters without blanks and without what sets formulas apart."""
    return _letters(plain_text(passage))


def _letters(text: str) -> str:
    return re.sub(r"[\s$]|\\[()\[\]]", "", text)


def shown(html: str) -> str:
    """What a browser shows of Moodle's HTML, as `shown_passage` writes it."""
    return _letters(with_numbers(lxml_html.fromstring(f"<div>{html}</div>")).text_content())


def _single(asked: Asked, answer: SingleChoice) -> Iterator[Trial]:
    for index, option in enumerate(answer.options):
        ours = mark_choice(answer, {index})
        theirs, feedback = asked.mark([index])
        assert shown(asked.boxes[0].answers[index].text) == shown_passage(option.text)
        what = f"option {index}"
        yield Trial(what, float(ours.credit), theirs, None, feedback, _said(ours.feedback))
    yield Trial("blank", 0, asked.mark([None])[0])


def _multiple(asked: Asked, answer: MultipleSelect) -> Iterator[Trial]:
    count = len(answer.options)
    right = {index for index, option in enumerate(answer.options) if option.correct}
    judged = asked.boxes[0].single
    sets = [right, set(), set(range(count)), *({index} ^ right for index in range(count))]
    for ticked in sets:
        ours = float(mark_choice(answer, ticked).credit)
        response = [0 if i in ticked else 1 for i in range(count)] if judged else [ticked]
        code = "moodle-judged" if judged else "moodle-scoring"
        yield Trial(f"ticks {ticked}", ours, asked.mark(response)[0], code)
    ours = float(mark_choice(answer, set()).credit)
    yield Trial("blank", ours, asked.mark([None] * len(asked.boxes))[0], "moodle-judged")


_PLAIN = re.compile(r"\s*[+-]?\s*(\d+\.?\d*|\.\d+)([eE][+-]?\d+|[*]10\^[+-]?\d+)?\s*")


def _number(asked: Asked, answer: Numeric) -> Iterator[Trial]:
    low, high = accepted_interval(answer.key, answer.tolerance)
    beyond = (high - low) / 1000 or max(abs(low), Fraction(1, 10**6)) / 10**6
    for place, value in (("in", low + beyond), ("in", high - beyond), ("out", low - beyond)):
        if low < high or place == "out":
            yield _typed(asked, answer, f"{float(value):.17g}")
    yield _typed(asked, answer, f"{float(high + beyond):.17g}")
    for text in spellings(answer):
        yield _typed(asked, answer, text)
    for index, mistake in enumerate(answer.mistakes):
        ours = mark_number(answer, mistake.value)
        theirs, feedback = asked.mark([float(mistake.value)])
        what = f"mistake {index}"
        yield Trial(what, float(ours.credit), theirs, None, feedback, _said(ours.feedback))


def _typed(asked: Asked, answer: Numeric, text: str) -> Trial:
    ours = float(credit_of(answer, text))
    theirs = typed_number(text)
    explained = None if _PLAIN.fullmatch(text) else "moodle-numbers"
    return Trial(f"'{text}'", ours, asked.mark([theirs])[0], explained)


_POINT = re.compile(r"\\\(((?:[^()]+? = -?[0-9.]+(?:,\\; )?)+)\\\): \{#\}")


def points_in(asked: Asked, answer: FormulaAnswer) -> list[dict[str, float]]:
    """The points that the question's text names, with the names as the formula has them."""
    if not answer.variables:
        return [{}]
    names = sorted(answer.variables)
    found = []
    for written in _POINT.findall(unescape(asked.text)):
        values = [each.rpartition(" = ") for each in written.split(r",\; ")]
        assert len(values) == len(names)
        for name, (shown_name, _, _) in zip(names, values, strict=True):
            assert re.sub(r"[\\{}]|mathrm", "", shown_name) == name
        numbers = (float(value) for _, _, value in values)
        found.append(dict(zip(names, numbers, strict=True)))
    return found


def _formula(asked: Asked, answer: FormulaAnswer) -> Iterator[Trial]:
    points = points_in(asked, answer)
    assert len(points) == len(asked.boxes) <= 3
    assert len(points) > 1 or not answer.variables

    def values(formula: Formula, digits: int) -> list[float | None]:
        return [_value(formula, point, digits) for point in points]

    for digits in (4, 6, 15):
        yield Trial(f"key to {digits} digits", 1, asked.mark(values(answer.key, digits))[0])
    yield Trial("blank", 0, asked.mark([None] * len(points))[0])
    exact = values(answer.key, 15)
    off = [None if value is None else value + abs(value) / 2 + 0.3 for value in exact]
    yield Trial("wrong", 0, asked.mark(off)[0])
    for index, mistake in enumerate(answer.mistakes):
        theirs, feedback = asked.mark(values(mistake.value, 6))
        said = shown_passage(mistake.feedback)
        yield Trial(f"mistake {index}", 0, theirs, "moodle-formula", feedback, said)


def _value(formula: Formula, point: dict[str, float], digits: int) -> float | None:
    try:
        return float(significant(evaluate(formula, point), digits))
    except (ArithmeticError, ValueError):
        return None


def _words(asked: Asked, answer: ShortAnswer) -> Iterator[Trial]:
    forms = [*answer.accepted, *(mistake.text for mistake in answer.mistakes)]
    for form in forms:
        for text in (form, f"  {form} ", form.upper(), form.lower()):
            ours = mark_words(answer, text)
            theirs, feedback = asked.mark([text])
            credit, said = float(ours.credit), _said(ours.feedback)
            yield Trial(f"'{text}'", credit, theirs, "moodle-case", feedback, said)
        spaced = form.replace(" ", "  ")
        ours = mark_words(answer, spaced)
        yield Trial(f"'{spaced}'", float(ours.credit), asked.mark([spaced])[0], "moodle-blanks")
    for text in ("", "*", "%", f"{answer.accepted[0]} or not"):
        yield Trial(f"'{text}'", float(mark_words(answer, text).credit), asked.mark([text])[0])


def _complex(asked: Asked, answer: ComplexAnswer) -> Iterator[Trial]:
    """A box for each part: what is right earns all, and one right part half, as the report says."""
    real, imaginary = exact_parts(answer.key)
    reach = Fraction(reach_of(answer.key, answer.tolerance))
    shifts = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    near = [(real + reach * x * 7 / 10, imaginary + reach * y * 7 / 10) for x, y in shifts]
    far = [(real + reach * x * 11 / 10 + x, imaginary + reach * y * 11 / 10 + y) for x, y in shifts]
    for x, y in (*near, *far, *(exact_parts(mistake.value) for mistake in answer.mistakes)):
        ours = float(mark_complex(answer, Given(x, y)).credit)
        theirs = asked.mark([float(x), float(y)])[0]
        assert theirs == 1 if ours == 1 else theirs <= 0.5
        yield Trial(f"{float(x):.5g} and {float(y):.5g}", ours, theirs, "moodle-complex")
    yield Trial("blank", 0, asked.mark([None, None])[0])


def _matrix(asked: Asked, answer: MatrixAnswer) -> Iterator[Trial]:
    """Each box takes what the grader takes for its entry, and earns the same share."""
    key = [exact_value(entry) for entry in answer.entries]
    tried: list[tuple[str, list[Fraction | None]]] = [("key", [*key]), ("blank", [None] * len(key))]
    for place, entry in enumerate(answer.entries):
        low, high = accepted_interval(entry, answer.tolerance)
        beyond = (high - low) / 1000 or max(abs(low), Fraction(1, 10**6)) / 10**6
        inside = (low + beyond, high - beyond) if low < high else ()
        for one in (*inside, low - beyond, high + beyond, None):
            tried.append((f"entry {place}: {one}", [*key[:place], one, *key[place + 1 :]]))
    tried += [
        (f"mistake {index}", [exact_value(entry) for entry in entries_of(mistake.rows)])
        for index, mistake in enumerate(answer.mistakes)
    ]
    for what, given in tried:
        ours = float(mark_matrix(answer, given).credit)
        theirs = asked.mark([None if each is None else float(each) for each in given])[0]
        yield Trial(what, ours, theirs, "moodle-scoring")


def _matching(asked: Asked, answer: Matching) -> Iterator[Trial]:
    key = [pair.right for pair in answer.pairs]
    tried: list[list[int | None]] = [
        [*key],
        [None] * len(key),
        [key[0], *[None] * (len(key) - 1)],
        [*key[1:], key[0]],
    ]
    for chosen in tried:
        ours = float(mark_matching(answer, chosen).credit)
        if asked.boxes[0].kind == "matching":
            at = {shown(choice): choice for _, choice in asked.boxes[0].pairs}
            response: list[Any] = [
                [None if one is None else at[shown_passage(answer.rights[one])] for one in chosen]
            ]
        else:
            response = list(chosen)
        yield Trial(f"pairs {chosen}", ours, asked.mark(response)[0], "moodle-scoring")


def _ordering(asked: Asked, answer: Ordering) -> Iterator[Trial]:
    key = list(answer.key)
    for given in (key, key[::-1], [*key[1:], key[0]]):
        ours = float(mark_ordering(answer, given).credit)
        if asked.boxes[0].kind == "ordering":
            at = {shown(each.text): each.text for each in asked.boxes[0].answers}
            response: list[Any] = [[at[shown_passage(answer.items[place])] for place in given]]
        elif asked.boxes[0].kind == "matching":
            response = [[str(given.index(place) + 1) for place in range(len(key))]]
        else:
            response = [given.index(place) for place in range(len(key))]
        yield Trial(f"order {given}", ours, asked.mark(response)[0], "moodle-ordering")
