"""Reads Moodle XML the way Moodle does, and marks with it: its rules, none of the writer's code."""

import base64
import html
import re
import unicodedata
from dataclasses import dataclass, field
from itertools import pairwise

from lxml import etree

LISTED = (
    *(0, 100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20),
    *(16.66667, 14.28571, 12.5, 11.11111, 10, 5),
)
SLACK = 1e-14  # PHP's `precision` is 14


@dataclass
class Answer:
    text: str
    fraction: float
    feedback: str
    tolerance: float | None = None


@dataclass
class Question:
    kind: str
    name: str = ""
    text: str = ""
    explanation: str = ""
    grade: float = 0.0
    idnumber: str = ""
    tags: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    single: bool = True
    shuffle: bool = False
    use_case: bool = False
    notes: str = ""
    lines: int = 0
    blanks: list["Question"] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    """Of a matching question: stems, empty where a choice has none, and their choices."""
    grading: str = ""
    penalty: float = 0.0
    """What each wrong try costs where hints are shown after them."""
    hints: list[str] = field(default_factory=list)
    by_mark: list[str] = field(default_factory=list)
    """What is said where all is right, some of it, nothing, in the types that say it."""
    element: object = None
    """Of a plugin's question, all that stands there."""

    def mark(self, response) -> tuple[float, str]:
        """The share earned and the feedback; ticks are sets of positions from 0."""
        match self.kind:
            case "multichoice" if self.single:
                chosen = self.answers[response]
                return chosen.fraction, chosen.feedback
            case "multichoice":
                total = sum(self.answers[index].fraction for index in response)
                return min(max(total, 0), 1), ""
            case "numerical":
                return self._first(lambda answer: _near(answer, float(response)))
            case "shortanswer":
                return self._first(lambda answer: _matches(answer.text, response, self.use_case))
            case "matching":
                stems = [(stem, choice) for stem, choice in self.pairs if stem]
                right = sum(
                    given == choice for (_, choice), given in zip(stems, response, strict=True)
                )
                return right / len(stems), ""
            case "ordering":
                return _ordered(self.grading, [answer.text for answer in self.answers], response)
            case "cloze":
                marks = [
                    blank.mark(one)[0] if one is not None else 0
                    for blank, one in zip(self.blanks, response, strict=True)
                ]
                weighted = sum(m * b.grade for m, b in zip(marks, self.blanks, strict=True))
                return weighted / sum(blank.grade for blank in self.blanks), ""
        raise AssertionError(f"{self.kind} is marked by a person")

    def _first(self, accepts) -> tuple[float, str]:
        for answer in self.answers:
            if accepts(answer):
                return answer.fraction, answer.feedback
        return 0.0, ""


def _ordered(grading: str, right: list[str], given: list[str]) -> tuple[float, str]:
    """Moodle's own grading types, of which the others are not written."""
    assert sorted(right) == sorted(given)
    match grading:
        case "ALL_OR_NOTHING":
            return float(right == given), ""
        case "RELATIVE_NEXT_EXCLUDE_LAST":
            following = dict(pairwise(given))
            pairs = list(pairwise(right))
            kept = sum(following.get(one) == other for one, other in pairs)
            return kept / len(pairs), ""
    raise AssertionError(f"unknown grading type {grading}")


def _near(answer: Answer, value: float) -> bool:
    if answer.text == "*":
        return True
    centre = float(answer.text)
    reach = abs(answer.tolerance) + SLACK * max(1, abs(centre))
    return centre - reach <= value <= centre + reach


def _matches(pattern: str, response: str, use_case: bool) -> bool:
    pattern = unicodedata.normalize("NFC", pattern)
    bits = [re.escape(bit.replace("\\*", "*")) for bit in re.split(r"(?<!\\)\*+", pattern)]
    flags = 0 if use_case else re.IGNORECASE
    given = unicodedata.normalize("NFC", response.strip())
    return re.fullmatch(".*".join(bits), given, flags) is not None


def read(data: bytes) -> dict[str, list[Question]]:
    """The questions of one file by category. Asserts what Moodle's importer insists on."""
    root = etree.fromstring(data, etree.XMLParser(huge_tree=True))
    assert root.tag == "quiz"
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", data.decode())
    found: dict[str, list[Question]] = {}
    category = None
    for element in root:
        if element.get("type") == "category":
            category = element.findtext("category/text")
            assert category.startswith("$course$/top/")
            names = re.split(r"(?<!/)/(?!/)", category)[2:]
            assert len(names) == 2
            assert all(0 < len(name) <= 255 and not re.search("<[a-z/!]", name) for name in names)
            assert len(category) <= 255
            found.setdefault(category, [])
            continue
        assert category is not None, "a question in front of every category"
        found[category].append(_question(element))
    for questions in found.values():
        numbers = [each.idnumber for each in questions if each.kind != "description"]
        assert len(set(numbers)) == len(numbers)
    return found


def _text(holder, files: list[str]) -> str:
    assert holder.get("format") in ("html", "moodle_auto_format"), holder.tag
    written = holder.findtext("text") or ""
    present = {file.get("name") for file in holder.findall("file")}
    for file in holder.findall("file"):
        assert base64.b64decode(file.text, validate=True)
        files.append(file.get("name"))
    used = {html.unescape(name) for name in re.findall(r'@@PLUGINFILE@@/([^"]*)"', written)}
    if holder.get("format") == "html":  # a text to be typed shows no picture
        assert used == present, (holder.tag, used, present)
    return written


def _question(element) -> Question:
    question = Question(element.get("type"))
    question.name = element.findtext("name/text")
    assert question.name.strip()
    assert len(question.name) <= 255
    question.text = _text(element.find("questiontext"), question.files)
    question.explanation = _text(element.find("generalfeedback"), question.files)
    question.grade = float(element.findtext("defaultgrade"))
    question.penalty = float(element.findtext("penalty"))
    question.hints = [_text(hint, question.files) for hint in element.findall("hint")]
    assert bool(question.penalty) <= bool(question.hints)
    if question.kind == "description":
        assert question.grade == 0
        return question
    question.idnumber = element.findtext("idnumber")
    assert len(question.idnumber) <= 100
    question.tags = [tag.findtext("text") for tag in element.findall("tags/tag")]
    assert all(0 < len(tag) <= 50 for tag in question.tags)
    said = [
        element.find(f"{mark}feedback") for mark in ("correct", "partiallycorrect", "incorrect")
    ]
    if any(each is not None for each in said) and question.kind != "formulas":
        assert question.kind in ("multichoice", "matching", "ordering")
        question.by_mark = [_text(each, question.files) for each in said]
    if question.kind != "ordering":  # its fractions are positions
        question.answers = [_answer(answer, question) for answer in element.findall("answer")]
    match question.kind:
        case "multichoice":
            question.single = element.findtext("single") not in ("false", "0", "")
            question.shuffle = element.findtext("shuffleanswers") == "true"
            _check_choices(question)
        case "numerical":
            assert element.findtext("showunits") == "3"
            _check_numbers(question)
        case "shortanswer":
            question.use_case = element.findtext("usecase") == "1"
            assert any(answer.fraction == 1 for answer in question.answers)
        case "matching":
            question.shuffle = element.findtext("shuffleanswers") == "true"
            _read_pairs(element, question)
        case "ordering":
            _read_order(element, question)
        case "essay":
            _read_essay(element, question)
        case "cloze":
            _read_blanks(question)
        case "stack" | "formulas":
            question.element = element
        case other:
            raise AssertionError(f"unknown type {other}")
    return question


def _answer(element, question: Question) -> Answer:
    percent = float(element.get("fraction"))
    assert any(abs(abs(percent) - listed) / 100 <= 1e-5 for listed in LISTED), percent
    tolerance = element.findtext("tolerance")
    return Answer(
        _text(element, question.files),
        percent / 100,
        _text(element.find("feedback"), question.files),
        None if tolerance is None else float(tolerance),
    )


def _check_choices(question: Question) -> None:
    assert len(question.answers) >= 2
    assert all(answer.text for answer in question.answers)
    if question.single:
        assert sum(answer.fraction == 1 for answer in question.answers) == 1
    else:
        total = sum(answer.fraction for answer in question.answers if answer.fraction > 0)
        assert abs(total - 1) < 1e-6


def _read_pairs(element, question: Question) -> None:
    """Choices are entries of a list: no formula, no tag, each of them once; at least three."""
    for sub in element.findall("subquestion"):
        choice = sub.findtext("answer/text").strip()
        assert choice
        assert "\\(" not in choice
        assert not re.search("<[a-z/!]", choice)
        question.pairs.append((_text(sub, question.files), choice))
    choices = [choice for _, choice in question.pairs]
    assert len(set(choices)) == len(choices) >= 3
    stems = [stem for stem, _ in question.pairs if stem]
    assert len(set(stems)) == len(stems) >= 2


def _read_essay(element, question: Question) -> None:
    shape = element.findtext("responseformat")
    assert shape in ("editor", "monospaced", "noinline")
    # Without a box to type in, there must be files to hand in.
    files = int(element.findtext("attachments") or 0)
    assert (shape == "noinline") == (files > 0)
    question.notes = _text(element.find("graderinfo"), question.files)
    question.lines = int(element.findtext("responsefieldlines"))


def _read_order(element, question: Question) -> None:
    """All items are shown; equal ones could not be told apart."""
    assert element.findtext("layouttype") == "VERTICAL"
    assert element.findtext("selecttype") == "ALL"
    question.grading = element.findtext("gradingtype")
    for answer in element.findall("answer"):
        text = _text(answer, question.files).strip()
        assert text
        question.answers.append(Answer(text, 0, ""))
    texts = [answer.text for answer in question.answers]
    assert len(set(texts)) == len(texts) >= 2


def _check_numbers(question: Question) -> None:
    plain = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")
    for answer in question.answers:
        assert answer.text == "*" or plain.fullmatch(answer.text), answer.text
        assert len(re.sub(r"e.*|^-?0\.0*|\D", "", answer.text)) <= 14 or "e" not in answer.text
        assert answer.tolerance >= 0
    assert question.answers[0].fraction == 1


# Embedded answers, scanned by hand: `{weight:TYPE:alternative~alternative}`.

_START = re.compile(r"\{([0-9]*):([A-Z_]+):")
_NUMBER = r"-?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?"
_TYPES = {
    "NUMERICAL": "numerical",
    **dict.fromkeys(("SHORTANSWER", "SHORTANSWER_C"), "shortanswer"),
    **dict.fromkeys(
        ("MULTICHOICE", "MULTICHOICE_S", "MULTICHOICE_V", "MULTICHOICE_VS"), "multichoice"
    ),
    **dict.fromkeys(("MULTIRESPONSE", "MULTIRESPONSE_S"), "multichoice"),
}


def _read_blanks(question: Question) -> None:
    assert not re.search(r"\{#\d+\}", question.text)
    text, position, rest = question.text, 0, []
    while start := _START.search(text, position):
        end = _until(text, start.end(), "}")
        question.blanks.append(_blank(int(start[1]), start[2], text[start.end() : end]))
        rest.append(text[position : start.start()])
        position = end + 1
    question.text = "{#}".join([*rest, text[position:]])
    assert question.blanks
    assert sum(blank.grade for blank in question.blanks) > 0


def _until(text: str, position: int, end: str) -> int:
    """Where the next `end` stands that neither `\\` nor `&` nor `&amp;` precedes."""
    while (position := text.find(end, position)) >= 0:
        if not text.endswith(("\\", "&", "&amp;"), 0, position):
            return position
        position += 1
    raise AssertionError("a blank without an end")


def _blank(weight: int, kind: str, inside: str) -> Question:
    blank = Question(_TYPES[kind], grade=weight)
    blank.single = not kind.startswith("MULTIRESPONSE")
    blank.shuffle, blank.use_case = kind.endswith("S"), kind.endswith("_C")
    specific, position = False, 0
    while position <= len(inside):
        end = _until(inside + "~", position, "~")
        fraction, given, answer = _alternative(inside[position:end], blank.kind)
        specific = specific or given
        blank.answers.append(answer)
        answer.fraction = fraction
        position = end + 1
    total = sum(answer.fraction for answer in blank.answers if answer.fraction > 0)
    assert total > 0
    if not blank.single:
        for answer in blank.answers:
            if answer.fraction > 0:
                answer.fraction /= total
            elif not specific:
                answer.fraction = -1 / total
    if blank.kind == "multichoice":
        assert len(blank.answers) >= 2
    return blank


def _alternative(written: str, kind: str) -> tuple[float, bool, Answer]:
    fraction, specific = 0.0, False
    percent = re.match(r"%(-?[0-9]+(?:[.,][0-9]*)?)%", written)
    if written.startswith("="):
        fraction, written = 1.0, written[1:]
    elif percent:
        fraction, written = float(percent[1]) / 100, written[percent.end() :]
        specific = float(percent[1]) != 0
    cut = _until(written + "#", 1, "#")
    text, feedback = written[:cut], _unescaped(written[cut + 1 :])
    if kind == "numerical":
        number = re.fullmatch(f"({_NUMBER})(?::({_NUMBER}))?", text)
        assert number, text
        return fraction, specific, Answer(number[1], 0, feedback, float(number[2] or 0))
    return fraction, specific, Answer(_unescaped(text), 0, feedback)


def _unescaped(text: str) -> str:
    return html.unescape(text).replace("\\}", "}").replace("\\#", "#")
