"""Writes the pools of an exam as Moodle XML, a category each, and a sheet of quiz settings."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

from qgen.document.answers import (
    AUTOMATIC,
    Derivation,
    FormulaAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Option,
    PartAnswer,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import Content, ExamDocument, Item, Rendered
from qgen.document.problem import Problem
from qgen.document.richtext import Image, Passage, walk
from qgen.renderers.moodle.cloze import can_be_ticked, marked_by_moodle
from qgen.renderers.moodle.questions import NAME_LENGTH, TAG_LENGTH, QuestionWriter
from qgen.renderers.moodle.sheet import FilePlan, category_paths, plan_files, settings_sheet
from qgen.renderers.moodle.text import escaped, web_form

_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class MoodleOptions:
    """`questions_per_file`: Moodle imports 2 000 questions in a few seconds and 81 MB."""

    questions_per_file: int = 2000

    def __post_init__(self) -> None:
        """Raises ValueError for a file size below one question."""
        if self.questions_per_file < 1:
            raise ValueError("questions_per_file must be at least 1")


def losses(item: Item, options: MoodleOptions) -> list[Problem]:
    """What Moodle cannot carry of a question, and what is written instead.

    Errors are questions that Moodle would refuse. `item` may be an outline: only its shape
    counts, not its values.
    """
    found: list[tuple[str, str]] = []
    answer = item.answer
    if isinstance(answer, Derivation):
        embedded = marked_by_moodle(answer)
        if not embedded:
            found.append(_one_essay(answer))
        for part in answer.parts:
            where = f"part {part.label}: "
            if embedded:
                found += [(code, where + text) for code, text in _answer_losses(part.answer)]
                found += [(code, where + text) for code, text in _blank_losses(part.answer)]
    else:
        found += _answer_losses(answer)
    found += _picture_losses(item)
    found += _cut_losses(item)
    problems = [Problem(code, text, item.header.place, "loss") for code, text in found]
    return problems + _refusals(item)


def render(exam: ExamDocument, options: MoodleOptions) -> Rendered:
    """Writes `<slug>.xml` (or `<slug>-1.xml`, …) and `settings.txt`.

    The XML files stream, and share the pools' streams: read them once, in their order, each to
    its end. Reading raises RuntimeError if another order is tried, and ValueError if a pool has
    fewer or more variants than it says.
    """
    paths = category_paths(exam)
    files = plan_files(exam.pools, exam.slug, options.questions_per_file)
    stream = _Stream(exam, paths)
    content: dict[str, Content] = {
        file.name: stream.file(number, file, number == len(files) - 1)
        for number, file in enumerate(files)
    }
    content["settings.txt"] = settings_sheet(exam, paths, files).encode()
    return Rendered(content)


class _Stream:
    """The questions of all pools, handed out to one file after the other."""

    def __init__(self, exam: ExamDocument, paths: list[str]) -> None:
        self._exam = exam
        self._paths = paths
        self._writer = QuestionWriter(exam.language, exam.shuffle_options)
        self._pools = [self._written(index) for index in range(len(exam.pools))]
        self._finished = 0

    def file(self, number: int, plan: FilePlan, last: bool) -> Iterator[bytes]:
        """One file's bytes in chunks of about 64 kB."""
        if number != self._finished:
            raise RuntimeError(f"{plan.name} was read before the files in front of it were done")
        yield from _chunks(self._pieces(plan))
        if last:
            self._expect_ends()
        self._finished += 1

    def _pieces(self, plan: FilePlan) -> Iterator[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'
        for index, count in plan.counts:
            yield (
                '<question type="category"><category><text>'
                f"{escaped(self._paths[index])}</text></category></question>\n"
            )
            questions = self._pools[index]
            for position in range(count):
                question = next(questions, None)
                if question is None:
                    raise ValueError(self._miscounted(index, f"only {position} more"))
                yield question
        yield "</quiz>\n"

    def _written(self, index: int) -> Iterator[str]:
        pool = self._exam.pools[index]
        frame = self._writer.frame(pool)
        write = self._writer.question
        for item in pool.items:
            yield write(item, frame)

    def _expect_ends(self) -> None:
        for index, questions in enumerate(self._pools):
            if next(questions, None) is not None:
                raise ValueError(self._miscounted(index, "more"))

    def _miscounted(self, index: int, found: str) -> str:
        pool = self._exam.pools[index]
        return f"the pool of {pool.header.identifier} says {pool.count} variants but has {found}"


def _chunks(pieces: Iterable[str]) -> Iterator[bytes]:
    waiting: list[str] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    yield "".join(waiting).encode()


def _answer_losses(answer: PartAnswer) -> list[tuple[str, str]]:
    match answer:
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


def _one_essay(answer: Derivation) -> tuple[str, str]:
    parts = [part.label for part in answer.parts if not isinstance(part.answer, AUTOMATIC)]
    return (
        "moodle-derivation",
        f"Moodle cannot mark part {', '.join(parts)}, and parts of one variant cannot be drawn "
        "apart; one essay with all parts is written instead, with their keys and rubrics in the "
        "notes for the person who marks it",
    )


def _blank_losses(answer: PartAnswer) -> list[tuple[str, str]]:
    passages: list[Passage] = []
    match answer:
        case SingleChoice() | MultipleSelect():
            judged = isinstance(answer, MultipleSelect) and not can_be_ticked(answer)
            passages += [] if judged else [option.text for option in answer.options]
            passages += _feedback(answer.options)
        case Numeric() | ShortAnswer():
            passages += [mistake.feedback for mistake in answer.mistakes]
        case FormulaAnswer() | Open():
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
    answer = item.answer
    parts = [part.answer for part in answer.parts] if isinstance(answer, Derivation) else [answer]
    text = "Moodle refuses a single choice with fewer than two options"
    return [
        Problem("moodle-one-option", text, item.header.place, "error")
        for part in parts
        if isinstance(part, SingleChoice) and len(part.options) < 2
    ]
