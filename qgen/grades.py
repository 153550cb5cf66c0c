"""One student's answers against the keys of a paper: each part's mark, and what a person must see.

All marks come from `qgen.marking`; here is only which answer belongs to which part.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import assert_never

from qgen.document.answers import (
    NOTHING_SAID,
    Answer,
    ComplexAnswer,
    FormulaAnswer,
    MarkFeedback,
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
from qgen.document.matrices import in_rows
from qgen.document.richtext import Passage
from qgen.document.values import AnyNumber
from qgen.marking.number_reader import Refusal
from qgen.marking.responses import Outcome, ResponseMark, mark_response, named_mistake
from qgen.marking.rules import WRONG
from qgen.marking.written_choices import written_response
from qgen.marking_file import MarkedItem, MarkedPaper
from qgen.response_files import TWICE, Concern, Given, Submission, brief

_REASONS: Mapping[Outcome, str] = {
    "open": "open",
    "undecided": "undecided",
    "unreadable": "unreadable",
    "no_answer": "no-answer",
}
_SENTENCES: Mapping[Outcome, str] = {
    "open": "an open answer: a person marks it by the rubric",
}


@dataclass(frozen=True, slots=True)
class GradedPart:
    """One part's mark; `credit` is None while a person has not decided."""

    number: int
    place: int
    """Which part of the question, counted from 1; 0 where it has no parts."""
    label: str
    question: str
    shown: str
    language: str | None
    answer: str
    """What was answered, as a person reads it; empty for a blank."""
    chosen: tuple[tuple[str, Passage], ...]
    """The options that were ticked, each with its letter."""
    worth: Fraction
    credit: Fraction | None
    outcome: Outcome
    mistake: str = ""
    feedback: tuple[Passage, ...] = ()
    by_mark: MarkFeedback = NOTHING_SAID
    sentence: str = ""
    by_hand: bool = False

    @property
    def points(self) -> Fraction | None:
        """The points that the credit is worth."""
        return None if self.credit is None else self.credit * self.worth


@dataclass(frozen=True, slots=True)
class GradedPaper:
    """What one student's paper earns."""

    student: str
    paper: str
    submission: Submission
    parts: tuple[GradedPart, ...]
    concerns: tuple[Concern, ...]

    @property
    def points(self) -> Fraction:
        """The points of all parts that are decided."""
        return sum((part.points or WRONG for part in self.parts), WRONG)

    @property
    def worth(self) -> Fraction:
        """The points that the paper is worth."""
        return sum((part.worth for part in self.parts), WRONG)

    @property
    def waiting(self) -> int:
        """How many parts a person must decide."""
        return sum(part.credit is None for part in self.parts)


class PaperMarker:
    """Marks submissions for one paper; what many students answer alike is marked once."""

    def __init__(self, paper: MarkedPaper) -> None:
        self._paper = paper
        self._known: dict[tuple[int, int, str], ResponseMark] = {}

    @property
    def label(self) -> str:
        """The name of the paper."""
        return self._paper.label

    def mark(self, submission: Submission, student: str) -> GradedPaper:
        """Everything that the submission earns, with what a person must look at."""
        about = Concern("", "", submission.file, "", student, self._paper.label)
        found, concerns = self._places(submission, about)
        parts: list[GradedPart] = []
        missing: list[str] = []
        for number, item in enumerate(self._paper.items, 1):
            earlier: dict[str, AnyNumber] = {}
            waiting: set[str] = set()
            for index, part in enumerate(item.parts):
                given = found.get((number, index))
                if given is None and submission.is_transcript:
                    missing.append(f"{number}-{part.label}" if part.label else str(number))
                graded, mark = self._part((number, index), given, earlier, submission)
                if mark.outcome == "marked" and mark.credit != 1 and _follows(part, waiting):
                    graded = _undecided(graded, part)
                if mark.credit is None:
                    waiting.add(part.label)
                if mark.number is not None:
                    earlier[part.label] = mark.number
                parts.append(graded)
                concerns += _part_concerns(graded, given, about)
        if missing:
            message = (
                f"the table has no row for {', '.join(missing)}, which are not marked: give each a "
                "row, with an empty cell for what was left blank"
            )
            concerns.append(replace(about, reason="no-row", message=message))
        label = self._paper.label
        return GradedPaper(student, label, submission, tuple(parts), tuple(concerns))

    def _places(
        self, submission: Submission, about: Concern
    ) -> tuple[dict[tuple[int, int], Given], list[Concern]]:
        """The answers by the number of question and part, and those that belong to none."""
        found: dict[tuple[int, int], Given] = {}
        concerns: list[Concern] = []
        for (number, part), given in submission.answers.items():
            place = self._place(number, part)
            here = replace(
                about,
                place=given.place,
                question=str(number),
                part=part[:50],
                answer=brief(given.value),
            )
            if place is None:
                named = f"question {number}, part {part[:50]}" if part else f"question {number}"
                message = f"the paper has no {named}"
                concerns.append(replace(here, reason="unknown-question", message=message))
            elif (number, place) in found and found[number, place].value != given.value:
                message = f"answered twice, here and in {found[number, place].place}"
                concerns.append(replace(here, reason="answered-twice", message=message))
                found[number, place] = Given(TWICE, given.place)
            else:
                found[number, place] = given
        return found, concerns

    def _place(self, number: int, part: str) -> int | None:
        """Which part a name means, counted from 0; None where the paper has no such place."""
        if not 1 <= number <= len(self._paper.items):
            return None
        item = self._paper.items[number - 1]
        if not item.is_derivation:
            return None if part else 0
        names = [
            name for index, each in enumerate(item.parts, 1) for name in (str(index), each.label)
        ]
        return names.index(part) // 2 if part in names else None

    def _part(
        self,
        where: tuple[int, int],
        given: Given | None,
        earlier: Mapping[str, AnyNumber],
        submission: Submission,
    ) -> tuple[GradedPart, ResponseMark]:
        number, index = where
        item = self._paper.items[number - 1]
        part = item.parts[index]
        response, mark = self._marked(where, part, given, earlier, submission)
        return _graded(number, index, item, part, response, mark), mark

    def _marked(
        self,
        where: tuple[int, int],
        part: Part,
        given: Given | None,
        earlier: Mapping[str, AnyNumber],
        submission: Submission,
    ) -> tuple[object, ResponseMark]:
        response = None if given is None else given.value
        if response is TWICE:
            sentence = "two answers that differ were given"
            return None, ResponseMark(None, "no_answer", sentence=sentence)
        if submission.is_transcript:
            if given is None:
                return None, ResponseMark(None, "missing")
            if isinstance(part.answer, Open) and part.answer.accepts is None:
                # Nobody copies a page of text into a cell: what stands on paper counts.
                return response, ResponseMark(None, "open")
            written = written_response(part.answer, str(response or ""))
            if isinstance(written, Refusal):
                return response, ResponseMark(None, "unreadable", sentence=written.sentence)
            response = written
        if not isinstance(response, str) or part.carried is not None:
            return response, mark_response(part, response, earlier)
        key = (*where, response)
        if key not in self._known:
            self._known[key] = mark_response(part, response, {})
        return response, self._known[key]


def _follows(part: Part, labels: Collection[str]) -> bool:
    """Whether a part may follow from one of these."""
    return part.carried is not None and part.carried.part in labels


def _undecided(graded: GradedPart, part: Part) -> GradedPart:
    """A mark that would be another one, if it were known what the earlier part's answer is."""
    before = "" if part.carried is None else part.carried.part
    sentence = f"it may follow from the answer to part {before}, which waits for a person itself"
    return replace(
        graded, credit=None, outcome="undecided", mistake="", feedback=(), sentence=sentence
    )


def part_place(name: str, labels: Sequence[str]) -> int | None:
    """Which part a label or a number counted from 1 means, counted from 0; None for no part."""
    if name in labels:
        return labels.index(name)
    numbers = [str(number) for number in range(1, len(labels) + 1)]
    return numbers.index(name) if name in numbers else None


def _graded(
    number: int, index: int, item: MarkedItem, part: Part, response: object, mark: ResponseMark
) -> GradedPart:
    return GradedPart(
        number,
        index + 1 if item.is_derivation else 0,
        part.label,
        item.question,
        item.shown,
        item.language,
        shown_response(part.answer, response),
        tuple(_chosen(part.answer, response)),
        part.points,
        mark.credit,
        mark.outcome,
        named_mistake(part.answer, mark),
        mark.feedback,
        part.by_mark,
        mark.sentence,
    )


def _part_concerns(part: GradedPart, given: Given | None, about: Concern) -> Iterator[Concern]:
    reason = _REASONS.get(part.outcome)
    if reason is not None:
        yield replace(
            about,
            reason=reason,
            message=part.sentence or _SENTENCES.get(part.outcome, ""),
            place="" if given is None else given.place,
            question=str(part.number),
            part=part.label,
            answer=part.answer,
        )


def shown_response(answer: Answer, response: object) -> str:
    """A response as a person reads it: letters for choices, and what was typed."""
    if response is None:
        return ""
    match answer:
        case SingleChoice() | MultipleSelect() | Ordering():
            numbers = response if isinstance(response, tuple) else (response,)
            letters = [_letter(number) for number in numbers]
            return brief(response) if None in letters else ", ".join(map(str, letters))
        case Matching():
            if not isinstance(response, tuple):
                return brief(response)
            letters = [_letter(number) for number in response]
            if None in letters or len(letters) != len(answer.pairs):
                return brief(response)
            pairs = enumerate(letters, 1)
            return ", ".join(f"{left}-{right}" for left, right in pairs if right != "–")
        case MatrixAnswer():
            if isinstance(response, tuple) and all(map(_is_entry, response)):
                return brief(in_rows(response, answer.width), 10_000)
            return brief(response)
        case Numeric() | ComplexAnswer() | FormulaAnswer() | ShortAnswer() | Open():
            return brief(response, 10_000)
        case _:
            assert_never(answer)


def _is_entry(entry: object) -> bool:
    return entry is None or isinstance(entry, str)


def _letter(number: object) -> str | None:
    """An option's letter, a dash for an empty place; None for what is no number of an option."""
    if number is None:
        return "–"
    return option_letter(number - 1) if type(number) is int and 1 <= number <= 10_000 else None


def _chosen(answer: Answer, response: object) -> Iterator[tuple[str, Passage]]:
    """The letters and texts of the chosen options, where some were."""
    if isinstance(answer, SingleChoice | MultipleSelect):
        numbers = response if isinstance(response, tuple) else (response,)
        for number in numbers:
            if type(number) is int and 1 <= number <= len(answer.options):
                yield option_letter(number - 1), answer.options[number - 1].text
