"""`marking.jsonl`: the keys of a build's papers as a program needs them to mark, without the bank.

A line of JSON each: first the exam; then each text under its number and each paper, whose
passages refer to the texts before it. Like `key.csv`, it is for those who mark only.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, assert_never

from qgen.document.answers import (
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
)
from qgen.document.exam import ExamDocument, Item, Paper
from qgen.document.richtext import (
    NO_TEXT,
    Blank,
    BulletList,
    Code,
    CodeBlock,
    DataLink,
    DisplayMath,
    Emphasis,
    Heading,
    Hole,
    Image,
    LineBreak,
    Link,
    Math,
    NumberedList,
    Paragraph,
    Passage,
    PlainText,
    Quotation,
    RichText,
    Rule,
    Strong,
    Table,
    Text,
    walk,
)
from qgen.document_codec import Decoder, Encoder
from qgen.earlier_build import MARKING
from qgen.renderers.passage_writer import PassageWriter, Piece, Slot
from qgen.renderers.writer import Chunk, Writer

_FORMAT = "qgen-marking"
_VERSION = 1
_PAPER = b'{"paper": '
_TEXT = b'{"text": '
_UNREAD = Passage(NO_TEXT)


class MarkingRecorder(Writer):
    """Writes `marking.jsonl`; `by_student` says that each paper is one student's own."""

    takes_papers = True

    def __init__(self, *, by_student: bool) -> None:
        super().__init__()
        self._by_student = by_student
        self._encoder = Encoder()
        self._seen = _SeenText()

    def begin(self, exam: ExamDocument) -> Iterator[Chunk]:
        """What holds for all papers."""
        yield _line(
            {
                "format": _FORMAT,
                "version": _VERSION,
                "title": exam.title,
                "course": exam.course,
                "date": exam.date,
                "language": exam.language,
                **({"labels": exam.labels} if exam.labels else {}),
                "pass_mark": None if exam.pass_mark is None else str(exam.pass_mark),
                "by_student": self._by_student,
            }
        )

    def paper(self, paper: Paper) -> Iterator[Chunk]:
        """The answers of one paper, after the texts that are met in it first."""
        items = [self._item(item) for item in paper.items()]
        for number, blocks in self._encoder.new_texts:
            yield _line({"text": number, "blocks": blocks})
        self._encoder.new_texts.clear()
        yield _line({"paper": [paper.label, paper.student], "items": items})

    def _item(self, item: Item) -> dict[str, Any]:
        # What only the paper prints is left out; how it is marked is not.
        self._encoder.prints.clear()
        parts = [self._part(part) for part in item.parts]
        return {
            "question": item.header.identifier,
            "language": item.header.language,
            "shown": self._shown(item),
            "prints": list(self._encoder.prints),
            "parts": parts,
        }

    def _part(self, part: Part) -> dict[str, Any]:
        return {
            "label": part.label,
            "points": str(part.points),
            "provenance": part.provenance,
            "answer": self._encoder.encode(part.answer),
            "carried": self._encoder.encode(part.carried),
            **({"said": self._encoder.encode(part.by_mark)} if part.by_mark.texts else {}),
        }

    def _shown(self, item: Item) -> str:
        """A short hash of what a student sees of an item: not of its key, which may be mended."""
        texts = [item.stem, *(part.prompt for part in item.parts)]
        texts += [text for part in item.parts for text in _choices(part.answer)]
        seen = "\0".join(map(self._seen.write, texts))
        return hashlib.sha256(seen.encode("utf-8", "surrogatepass")).hexdigest()[:12]


class _SeenText(PassageWriter):
    """A passage as a run of all characters in it, whatever number its holes have."""

    def pieces(self, text: RichText) -> Iterator[Piece]:
        """The characters, with a mark for each node."""
        for node in walk(text.blocks):
            yield f"\1{type(node).__name__}\1"
            match node:
                case Hole():
                    yield Slot(node.index, str)
                case Math() | DisplayMath():
                    yield from _cut(node.parts)
                case Image():
                    yield node.asset
                    yield from _cut(node.alternative)
                case DataLink():
                    yield node.file
                    yield from _cut(node.content)
                case CodeBlock():
                    yield from _cut((node.text,) if isinstance(node.text, str) else node.text)
                case Text() | Code():
                    yield node.text
                case Blank():
                    yield node.label
                case Emphasis() | Strong() | Link() | LineBreak() | Paragraph() | Heading():
                    pass
                case BulletList() | NumberedList() | Quotation() | Rule() | Table():
                    pass
                case _:
                    assert_never(node)


def _cut(parts: PlainText) -> Iterator[Piece]:
    for part in parts:
        yield part if isinstance(part, str) else Slot(part.index, str)


def _line(data: Mapping[str, Any]) -> Chunk:
    return Chunk(MARKING, json.dumps(data).encode("ascii") + b"\n")


def _choices(answer: Answer) -> Iterator[Passage]:
    match answer:
        case SingleChoice() | MultipleSelect():
            yield from (option.text for option in answer.options)
        case Matching():
            yield from (pair.left for pair in answer.pairs)
            yield from answer.rights
        case Ordering():
            yield from answer.items
        case Numeric() | ComplexAnswer() | FormulaAnswer() | MatrixAnswer():
            return
        case ShortAnswer() | Open():
            return
        case _:
            assert_never(answer)


@dataclass(frozen=True, slots=True)
class MarkedItem:
    """A question of a paper as it is marked; `shown` is a hash of what the student sees of it."""

    question: str
    language: str | None
    shown: str
    parts: tuple[Part, ...]

    @property
    def is_derivation(self) -> bool:
        """True where its parts have labels."""
        return bool(self.parts[0].label)


@dataclass(frozen=True, slots=True)
class MarkedPaper:
    label: str
    items: tuple[MarkedItem, ...]


@dataclass(frozen=True, slots=True)
class MarkedExam:
    """What holds for all papers of an exam that is marked."""

    title: str
    course: str | None
    date: str | None
    language: str
    pass_mark: Fraction | None
    by_student: bool
    labels: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)


class DamagedMarking(Exception):
    """A file of keys that no build wrote as it stands; the message says what to do."""


class MarkingFile:
    """The papers of a `marking.jsonl`; texts are read at once, papers when they are asked for.

    Raises DamagedMarking for a file that no build wrote, and OSError where it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._decoder = Decoder()
        self._offsets: dict[str, int] = {}
        self.students: dict[str, str | None] = {}
        """The name of each paper's student, by the papers' labels in the order of the build."""
        try:
            with path.open("rb") as file:
                self.exam = _exam(json.loads(next(file, b"null")))
            self._learn()
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise self._damaged() from error

    def paper(self, label: str) -> MarkedPaper:
        """One paper; raises KeyError for a label that is none of `students`."""
        offset = self._offsets[label]
        with self._path.open("rb") as file:
            file.seek(offset)
            line = file.readline()
        try:
            data = json.loads(line)
            items = tuple(self._item(each) for each in data["items"])
            return MarkedPaper(label, items)
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise self._damaged() from error

    def _learn(self) -> None:
        """Reads all texts, and where each paper stands."""
        reader = json.JSONDecoder()
        offset = 0
        with self._path.open("rb") as file:
            for line in file:
                if line.startswith(_PAPER):
                    (label, name), _ = reader.raw_decode(line.decode("ascii"), len(_PAPER))
                    self._offsets[label], self.students[label] = offset, name
                elif line.startswith(_TEXT):
                    data = json.loads(line)
                    self._decoder.learn(data["text"], data["blocks"])
                offset += len(line)

    def _item(self, data: Mapping[str, Any]) -> MarkedItem:
        self._decoder.use_prints(data["prints"])
        parts = tuple(self._part(each) for each in data["parts"])
        return MarkedItem(data["question"], data["language"], data["shown"], parts)

    def _part(self, data: Mapping[str, Any]) -> Part:
        answer, carried = self._decoder.decode([data["answer"], data["carried"]])
        points, provenance = Fraction(data["points"]), data["provenance"]
        part = Part(data["label"], _UNREAD, answer, points, provenance, None, carried)
        if "said" not in data:
            return part
        return replace(part, by_mark=self._decoder.decode(data["said"]))

    def _damaged(self) -> DamagedMarking:
        return DamagedMarking(f"{self._path} is not as a build writes it: build the exam again")


def _exam(data: Any) -> MarkedExam:
    if data["format"] != _FORMAT or data["version"] != _VERSION:
        raise ValueError(f"not {_FORMAT}, version {_VERSION}")
    pass_mark = data["pass_mark"]
    return MarkedExam(
        data["title"],
        data["course"],
        data["date"],
        data["language"],
        None if pass_mark is None else Fraction(pass_mark),
        data["by_student"],
        data.get("labels", {}),
    )
