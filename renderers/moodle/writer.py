"""Writes the pools of an exam as Moodle XML, a category each, and a sheet of quiz settings."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, assert_never

from qgen.document.answers import (
    KIND_NAMES,
    Answer,
    FormulaAnswer,
    Matching,
    MultipleSelect,
    Numeric,
    Open,
    Option,
    Ordering,
    Part,
    ShortAnswer,
    SingleChoice,
    marked_by_machine,
)
from qgen.document.exam import ExamDocument, Item, Pool
from qgen.document.formats import MoodleOptions
from qgen.document.problem import Problem
from qgen.document.richtext import Image, Passage, walk
from qgen.renderers.carriage import MarkedBy, marked_by
from qgen.renderers.moodle.arrangements import has_matching_type
from qgen.renderers.moodle.cloze import can_be_ticked, marked_by_moodle
from qgen.renderers.moodle.questions import NAME_LENGTH, TAG_LENGTH, Frame, MoodleQuestions
from qgen.renderers.moodle.sheet import FilePlan, category_paths, plan_files, settings_sheet
from qgen.renderers.moodle.text import escaped, web_form
from qgen.renderers.writer import Chunk, Writer

QUESTIONS_PER_FILE = 2000
"""Moodle imports so many in a few seconds and 81 MB."""

_OPENING = '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'
_CLOSING = "</quiz>\n"


class MoodleWriter(Writer):
    """`<slug>.xml` (or `<slug>-1.xml`, …) with a category a question, and `settings.txt`."""

    def __init__(
        self, options: MoodleOptions, questions_per_file: int = QUESTIONS_PER_FILE
    ) -> None:
        super().__init__()
        self.variants = options.variants
        self._ordering = options.ordering
        self._questions_per_file = questions_per_file
        self._bank: _Bank | None = None

    def losses(self, item: Item) -> list[Problem]:
        """What Moodle cannot carry of a question, and what is written instead.

        Errors are questions that Moodle would refuse. `item` may be an outline: only its shape
        counts, not its values.
        """
        found: list[tuple[str, str]] = []
        if item.is_derivation:
            embedded = marked_by_moodle(item.parts)
            if not embedded:
                found.append(_one_essay(item.parts))
            for part in item.parts:
                where = f"part {part.label}: "
                if embedded:
                    lost = _answer_losses(part.answer, embedded=True)
                    found += [(code, where + text) for code, text in lost]
                    found += [(code, where + text) for code, text in _blank_losses(part.answer)]
        else:
            found += _answer_losses(item.parts[0].answer, ordering=self._ordering)
        found += _picture_losses(item)
        found += _cut_losses(item)
        problems = [Problem(code, text, item.header.place, "loss") for code, text in found]
        return problems + _refusals(item)

    def marked_by(self, item: Item) -> tuple[MarkedBy, ...]:
        """Who marks each part: a person all parts of a derivation that is one essay."""
        by = tuple(marked_by("moodle", part.answer) for part in item.parts)
        return by if set(by) == {"machine"} else tuple("person" for _ in by)

    def begin(self, exam: ExamDocument) -> Iterator[Chunk]:
        """The sheet of settings; all counts are known before the first question is."""
        counts = [pool.count(self.variants) for pool in exam.pools]
        paths = category_paths(exam)
        files = plan_files(counts, exam.slug, self._questions_per_file)
        questions = MoodleQuestions(exam.language, exam.shuffle_options, self._ordering)
        self._bank = _Bank(questions, _places(files, paths))
        drags = self._ordering == "ordering" and any(
            pool.header.kind == KIND_NAMES[Ordering] for pool in exam.pools
        )
        sheet = settings_sheet(exam, counts, paths, files, drags=drags)
        # Half of a surrogate pair has no bytes.
        yield Chunk("settings.txt", sheet.encode("utf-8", "replace"))

    def variant(self, pool: Pool, item: Item) -> Iterator[Chunk]:
        """One question, with the head of its file or category where it is the first there.

        Raises ValueError for more variants than were announced.
        """
        assert self._bank is not None
        yield self._bank.chunk(pool, pool.count(self.variants), item)

    def end(self) -> Iterable[Chunk]:
        """Nothing more. Raises ValueError where questions are missing that were announced."""
        if self._bank is not None and next(self._bank.places, None) is not None:
            raise ValueError("fewer variants came than were announced")
        return ()


class _Place(NamedTuple):
    """Where one question stands: its file, and what stands before and behind it there."""

    file: str
    before: str
    behind: str


def _places(files: Sequence[FilePlan], paths: Sequence[str]) -> Iterator[_Place]:
    """The places of all questions in order; `paths` are the pools' categories."""
    for file in files:
        opening, left = _OPENING, file.questions
        for index, count in file.counts:
            opening += (
                '<question type="category"><category><text>'
                f"{escaped(paths[index])}</text></category></question>\n"
            )
            for _ in range(count):
                left -= 1
                yield _Place(file.name, opening, "" if left else _CLOSING)
                opening = ""


@dataclass(slots=True)
class _Bank:
    """The question bank in the making."""

    questions: MoodleQuestions
    places: Iterator[_Place]
    pool: Pool | None = None
    frame: Frame | None = None

    def chunk(self, pool: Pool, count: int, item: Item) -> Chunk:
        """The next question in its place."""
        if self.frame is None or pool is not self.pool:
            self.pool, self.frame = pool, self.questions.frame(pool, count)
        place = next(self.places, None)
        if place is None:
            raise ValueError("more variants came than were announced")
        question = self.questions.question(item, self.frame)
        return Chunk(place.file, f"{place.before}{question}{place.behind}".encode())


def _answer_losses(
    answer: Answer,
    *,
    embedded: bool = False,
    ordering: Literal["ordering", "matching"] = "matching",
) -> list[tuple[str, str]]:
    """What an answer loses, as a question or `embedded` among others."""
    match answer:
        case Matching():
            return _matching_losses(answer, embedded)
        case Ordering():
            return [] if ordering == "ordering" else _POSITIONS
        case MultipleSelect():
            return _select_losses(answer)
        case ShortAnswer():
            return _words_losses(answer)
        case FormulaAnswer():
            text = (
                "Moodle cannot mark a formula; an essay is written instead, with the key and the "
                "known mistakes in the notes for the person who marks it"
            )
            return [("moodle-formula", text)]
        case SingleChoice() | Numeric() | Open():
            return []
        case _:
            assert_never(answer)


_POSITIONS = [
    (
        "moodle-ordering",
        "each item with a choice of its position is written instead of items to drag; each in its "
        "right position earns the same share, whatever the question's own rule",
    )
]


def _matching_losses(answer: Matching, embedded: bool) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    listed = not embedded and has_matching_type(answer)
    if not embedded and not listed:
        text = (
            "Moodle's matching shows its choices in lists of three or more, without formulas; "
            "embedded answers with letters are written instead"
        )
        found.append(("moodle-matching", text))
    if answer.rule != "per_option":
        text = (
            f"Moodle cannot carry the scoring rule {answer.rule} for pairs; per_option is "
            "written instead: each pair earns the same share"
        )
        found.append(("moodle-scoring", text))
    if listed and any(pair.feedback is not None for pair in answer.pairs):
        found.append(("moodle-feedback", "Moodle's matching has no feedback for a pair"))
    return found


def _select_losses(answer: MultipleSelect) -> list[tuple[str, str]]:
    if not can_be_ticked(answer):
        right = sum(option.correct for option in answer.options)
        text = (
            f"Moodle cannot mark ticks where {right} of {len(answer.options)} options are right; "
            "a choice of yes or no for each is written instead, each worth the same share, and "
            "one without a choice earns nothing"
        )
        return [("moodle-judged", text)]
    if answer.rule == "right_minus_wrong":
        return []
    text = (
        f"Moodle's shares cannot carry the scoring rule {answer.rule}; right_minus_wrong is "
        "written instead: each wrong tick takes away what a right one earns"
    )
    return [("moodle-scoring", text)]


def _words_losses(answer: ShortAnswer) -> list[tuple[str, str]]:
    forms = [*answer.accepted, *(mistake.text for mistake in answer.mistakes)]
    found: list[tuple[str, str]] = []
    if any(len(form.split()) > 1 for form in forms):
        text = "Moodle does not take several blanks between words for one; such answers are wrong"
        found.append(("moodle-blanks", text))
    if not answer.case_sensitive and any(form.lower() != form.casefold() for form in forms):
        text = "Moodle ignores case letter by letter: it does not take ss for ß or ſ for s"
        found.append(("moodle-case", text))
    return found


def _one_essay(parts: tuple[Part, ...]) -> tuple[str, str]:
    labels = [part.label for part in parts if not marked_by_machine(part.answer)]
    return (
        "moodle-derivation",
        f"Moodle cannot mark part {', '.join(labels)}, and parts of one variant cannot be drawn "
        "apart; one essay with all parts is written instead, with their keys and rubrics in the "
        "notes for the person who marks it",
    )


def _blank_losses(answer: Answer) -> list[tuple[str, str]]:
    passages: list[Passage] = []
    match answer:
        case SingleChoice() | MultipleSelect():
            judged = isinstance(answer, MultipleSelect) and not can_be_ticked(answer)
            passages += [] if judged else [option.text for option in answer.options]
            passages += _feedback(answer.options)
        case Numeric() | ShortAnswer():
            passages += [mistake.feedback for mistake in answer.mistakes]
        case Matching():
            passages += [pair.feedback for pair in answer.pairs if pair.feedback is not None]
        case FormulaAnswer() | Ordering() | Open():
            pass
        case _:
            assert_never(answer)
    if not any(_images(passage) for passage in passages):
        return []
    text = "a blank cannot hold a picture; its words in the alternative text are written instead"
    return [("moodle-picture", text)]


def _feedback(options: Iterable[Option]) -> list[Passage]:
    return [option.feedback for option in options if option.feedback is not None]


def _images(passage: Passage) -> list[Image]:
    return [node for node in walk(passage.text.blocks) if isinstance(node, Image)]


def _picture_losses(item: Item) -> list[tuple[str, str]]:
    return [
        (
            "moodle-picture",
            f"the picture '{asset.name}' has no form that browsers show (png, svg, jpg, gif or "
            "webp); its alternative text is written instead",
        )
        for asset in item.assets.values()
        if web_form(asset) is None
    ]


def _cut_losses(item: Item) -> list[tuple[str, str]]:
    header = item.header
    found = [
        ("moodle-cut", f"Moodle keeps {TAG_LENGTH} characters of the tag '{tag}'")
        for tag in dict.fromkeys((header.topic, *header.tags))
        if len(tag) > TAG_LENGTH
    ]
    if len(header.title) > NAME_LENGTH:
        found.append(("moodle-cut", f"the name keeps {NAME_LENGTH} characters of the title"))
    return found


def _refusals(item: Item) -> list[Problem]:
    text = "Moodle refuses a single choice with fewer than two options"
    return [
        Problem("moodle-one-option", text, item.header.place, "error")
        for part in item.parts
        if isinstance(part.answer, SingleChoice) and len(part.answer.options) < 2
    ]
