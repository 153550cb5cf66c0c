"""Reads what students handed in: files that an exam page saved, and tables copied from paper.

Nothing in them is trusted, and nothing of them is dropped in silence: what cannot be read becomes
a concern, which names the file and the place in it.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from qgen.csv_tables import read_table

FORMAT = "qgen-responses"
VERSION = 1
_LARGEST = 2 * 2**20
_QUESTION = re.compile(r"([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,2}))?")
_HALF = re.compile("[\ud800-\udfff]")
_TEXTS = ("exam", "paper", "checksum")


@dataclass(frozen=True, slots=True)
class Concern:
    """What a person must look at: why, where it stands, and what it is about."""

    reason: str
    message: str
    file: str = ""
    place: str = ""
    student: str = ""
    paper: str = ""
    question: str = ""
    part: str = ""
    answer: str = ""


class Given(NamedTuple):
    """A value as it was given, and where it stands in its file."""

    value: object
    place: str


@dataclass(frozen=True, slots=True)
class Submission:
    """What one student gave for one paper.

    `answers` are by the question's number and the part as it was named (empty where it was not).
    `is_transcript` says that a person copied it from paper.
    """

    file: str
    paper: str
    student: str | None
    handed_in: str
    answers: Mapping[tuple[int, str], Given]
    is_transcript: bool = False


@dataclass(slots=True)
class ReadResponses:
    """All submissions of the files that were given, and what a person must look at in them."""

    submissions: list[Submission] = field(default_factory=list)
    concerns: list[Concern] = field(default_factory=list)


def read_responses(paths: Iterable[Path], exam: str, output: Path) -> ReadResponses:
    """Reads response files, tables, and folders of them, for the exam of this title.

    `output` is where grades are written: it may lie in a folder that is read, and is passed over.
    """
    read = ReadResponses()
    seen: dict[Path, None] = {output.resolve(): None}
    for path in _files(paths, read):
        where = path.resolve()
        if where in seen:
            continue
        seen[where] = None
        match "" if path.is_dir() else path.suffix.lower():
            case ".json":
                _read_json(path, exam, read)
            case ".csv":
                _read_csv(path, read)
            case _:
                message = (
                    "not read: a folder in a folder; name it in the command"
                    if path.is_dir()
                    else "not read: response files end in .json, tables in .csv"
                )
                read.concerns.append(Concern("not-read", message, str(path)))
    return read


def _files(paths: Iterable[Path], read: ReadResponses) -> Iterator[Path]:
    """The files, and what lies in the folders; a folder in a folder is left as it is."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        try:
            inner = sorted(each for each in path.iterdir() if not each.name.startswith("."))
        except OSError as error:
            read.concerns.append(Concern("unreadable-file", str(error.strerror), str(path)))
            continue
        yield from inner


class _NotAsSaved(Exception):
    """A file that no page saved; the message says what is wrong in it."""


def _read_json(path: Path, exam: str, read: ReadResponses) -> None:
    file = str(path)
    try:
        data = _object(path)
        answers = _checked(data)
    except _NotAsSaved as wrong:
        read.concerns.append(Concern("unreadable-file", str(wrong), file))
        return
    paper, student = data["paper"], data["student"]
    name = student or ""
    if data["exam"] != exam:
        message = f"of another exam, '{data['exam'][:200]}', not of '{exam}'"
        read.concerns.append(Concern("another-exam", message, file, "exam", name, paper))
        return
    if data["checksum"].lower() != checksum(data):
        message = "the checksum does not fit: the file was changed after it was saved, or damaged"
        read.concerns.append(Concern("checksum", message, file, "checksum", name, paper))
    given: dict[tuple[int, str], Given] = {}
    for key, value in answers.items():
        found = _QUESTION.fullmatch(key)
        place = f"answers, '{key[:50]}'"
        if found is None:
            message = "names no question: a question's number is expected, or 3-1 for a part"
            read.concerns.append(
                Concern("unknown-question", message, file, place, name, paper, answer=brief(value))
            )
        else:
            frozen = tuple(value) if isinstance(value, list) else value
            given[int(found[1]), found[2] or ""] = Given(frozen, place)
    handed_in = data.get("handed_in")
    when = handed_in if isinstance(handed_in, str) else ""
    read.submissions.append(Submission(file, paper, student, when, given))


def _object(path: Path) -> dict[str, Any]:
    """The object that a file holds; raises _NotAsSaved."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise _NotAsSaved(f"cannot be read: {error.strerror}") from None
    if len(content) > _LARGEST:
        raise _NotAsSaved(f"larger than {_LARGEST // 2**20} MiB")
    try:
        data = json.loads(
            content.decode("utf-8-sig"),
            object_pairs_hook=_without_repeats,
            parse_constant=_no_number,
        )
    except UnicodeDecodeError as error:
        raise _NotAsSaved(f"not UTF-8, at byte {error.start + 1}") from None
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise _NotAsSaved(message) from None
    except RecursionError:
        raise _NotAsSaved("nested too deeply") from None
    except ValueError:
        raise _NotAsSaved("holds a number with thousands of digits") from None
    if not isinstance(data, dict):
        raise _NotAsSaved("not a response file: it holds no object")
    return data


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key, value in pairs:
        if key in data:
            raise _NotAsSaved(f"'{key[:50]}' stands twice in one object")
        data[key] = value
    return data


def _no_number(word: str) -> object:
    raise _NotAsSaved(f"{word} is no number that a page saves")


def _checked(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answers of a response file of the right form; raises _NotAsSaved for another."""
    if data.get("format") != FORMAT:
        raise _NotAsSaved(f"not a response file: its 'format' is not '{FORMAT}'")
    version = data.get("version")
    if type(version) is not int or version != VERSION:
        raise _NotAsSaved(f"version {brief(version)} of the format, where {VERSION} is known")
    for name in _TEXTS:
        if not isinstance(data.get(name), str):
            raise _NotAsSaved(f"'{name}' is no text")
    if "student" not in data or not isinstance(data["student"], str | None):
        raise _NotAsSaved("'student' is neither a name nor null")
    answers = data.get("answers")
    if not isinstance(answers, dict):
        raise _NotAsSaved("'answers' is no object")
    return answers


def checksum(data: Mapping[str, Any]) -> str:
    """The SHA-256 that a page writes: of the object without it, keys sorted, without blanks."""
    rest = {key: value for key, value in data.items() if key != "checksum"}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    # Half of a surrogate pair has no UTF-8; browsers write it as an escape.
    text = _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def brief(value: object, most: int = 200) -> str:
    """A value as a table shows it, in at most so many characters."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**most:
        return "a number of hundreds of digits"
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = "a value of another form"
    return text if len(text) <= most else text[: most - 1] + "…"


def _read_csv(path: Path, read: ReadResponses) -> None:
    """A table of answers: all rows of one paper and student are one submission."""
    rows, problems = read_table(path, ("paper", "question", "part", "answer"), ("student",))
    for problem in problems:
        place = f"line {problem.place.line}" if problem.place else ""
        read.concerns.append(Concern("unreadable-file", problem.message, str(path), place))
    students: dict[tuple[str, str], dict[tuple[int, str], Given]] = {}
    for row in rows:
        paper, student, cell = row.get("paper"), row.get("student"), row.get("answer")
        question, part = row.get("question"), row.get("part")
        place = f"line {row.line}"
        answers = students.setdefault((paper, student), {})
        about = (str(path), place, student, paper, question, part, brief(cell))
        if not question.isascii() or not question.isdecimal() or len(question) > 5:
            message = f"'{question[:50]}' is no number of a question"
            read.concerns.append(Concern("unknown-question", message, *about))
            continue
        key = int(question), part
        earlier = answers.get(key)
        if earlier is not None and earlier.value != cell:
            message = f"answered twice, here and in {earlier.place}: nothing is marked"
            read.concerns.append(Concern("answered-twice", message, *about))
            answers[key] = Given(TWICE, place)
        else:
            answers[key] = Given(cell, place)
    for (paper, student), answers in students.items():
        read.submissions.append(
            Submission(str(path), paper, student or None, "", answers, is_transcript=True)
        )


TWICE = object()
"""Stands for two answers that differ: it is none that can be marked."""
