"""Reads GIFT as Moodle's importer does, and marks with it: its rules, none of the writer's code."""

import re
import unicodedata
from dataclasses import dataclass, field

# What PHP takes for white space at the ends of a text.
BLANK = " \t\n\r\0\x0b"
# Escaped characters are put aside under these names, and come back once a text is cut out: so a
# text that holds such a name of its own comes back as the character.
ASIDE = {
    r"\:": ("&&058;", ":"),
    r"\#": ("&&035;", "#"),
    r"\=": ("&&061;", "="),
    r"\{": ("&&123;", "{"),
    r"\}": ("&&125;", "}"),
    r"\~": ("&&126;", "~"),
    r"\n": ("&&010", "\n"),
}
WEIGHT = re.compile(r"%(-*[0-9]{1,2}\.?[0-9]*)%")
LISTED = (0, 100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20)
LISTED += (16.66667, 14.28571, 12.5, 11.11111, 10, 5)
FORMATS = ("html", "markdown", "plain", "moodle")
# As Moodle reads a typed number where the page's language has a decimal point.
TYPED = re.compile(
    r"""\s* ([+-]?(?:\d+\.?\d*|\.\d+)) (?:(?:e|[x*×]\s*10\s*(?:\^|\*\*)) ([+-]?\d+))? \s*""",
    re.VERBOSE | re.IGNORECASE,
)
SLACK = 1e-14


@dataclass
class Answer:
    text: str
    weight: float
    feedback: str
    tolerance: float = 0.0


@dataclass
class Question:
    kind: str
    category: str
    name: str
    text: str
    explanation: str
    idnumber: str = ""
    tags: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    single: bool = True
    partners: list[str] = field(default_factory=list)
    """What stands behind each arrow of a matching question; its answers are what stands before."""

    def mark(self, response) -> tuple[float, str]:
        """The share earned and the feedback.

        Ticks are sets of positions from 0; what was matched is the partners chosen, in order.
        """
        match self.kind:
            case "multichoice" if self.single:
                return self._first(lambda answer: answer is self.answers[response])
            case "multichoice":
                total = sum(self.answers[index].weight for index in response)
                return min(max(total, 0), 1), ""
            case "numerical":
                typed = TYPED.fullmatch(response)
                if typed is None:
                    return 0.0, ""
                value = float(f"{typed[1]}e{typed[2] or 0}")
                return self._first(lambda answer: _near(answer, value))
            case "match":
                asked = [
                    pair for pair in zip(self.answers, self.partners, strict=True) if pair[0].text
                ]
                found = [
                    chosen == right for chosen, (_, right) in zip(response, asked, strict=True)
                ]
                return sum(found) / len(asked), ""
            case "shortanswer":
                return self._first(lambda answer: _matches(answer.text, response))
        raise AssertionError(f"{self.kind} is marked by a person")

    def _first(self, accepts) -> tuple[float, str]:
        for answer in self.answers:
            if accepts(answer):
                return answer.weight, answer.feedback
        return 0.0, ""


def _near(answer: Answer, value: float) -> bool:
    if answer.text == "*":
        return True
    centre = float(answer.text)
    return abs(value - centre) <= answer.tolerance + SLACK * max(1, abs(centre))


def _matches(pattern: str, response: str) -> bool:
    """Case never counts, as no GIFT file can ask for it; a bare star stands for anything."""
    bits = re.split(r"(?<!\\)\*+", unicodedata.normalize("NFC", pattern))
    written = ".*".join(re.escape(bit.replace(r"\*", "*")) for bit in bits)
    given = unicodedata.normalize("NFC", response.strip(BLANK))
    return re.fullmatch(written, given, re.IGNORECASE) is not None


def read(data: bytes) -> list[Question]:
    """The questions of a file in order. Asserts what the importer insists on."""
    found: list[Question] = []
    category = ""
    for block in _blocks(data.decode("utf-8")):
        comments = [line for line in block if line.startswith("//")]
        text = "\n".join(" " if line.startswith("//") else line for line in block).strip(BLANK)
        if not text:
            continue
        text = _aside(text)
        if text.startswith("$CATEGORY:"):
            category = text.removeprefix("$CATEGORY:").strip(BLANK)
            continue
        question = _question(text, category)
        question.idnumber, question.tags = _labels("\n".join(comments))
        found.append(question)
    return found


def _blocks(text: str) -> list[list[str]]:
    """Runs of lines between blank ones; a line that holds just a nought is blank as well."""
    blocks: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line.strip(BLANK) in ("", "0"):
            blocks.append([])
        else:
            blocks[-1].append(line.strip(BLANK))
    return [block for block in blocks if block]


def _aside(text: str) -> str:
    text = text.replace(r"\\", "&&092;")
    for escape, (name, _) in ASIDE.items():
        text = text.replace(escape, name)
    return text.replace("&&092;", "\\")


def _back(text: str) -> str:
    for name, character in ASIDE.values():
        text = text.replace(name, character)
    return text


def _formatted(text: str, default: str) -> tuple[str, str]:
    """A text without the format in brackets before it, and that format."""
    name, bracket, rest = text[1:].partition("]")
    if text.startswith("[") and bracket and name in FORMATS:
        text, default = rest, name
    return _back(text).strip(BLANK), default


def _labels(comments: str) -> tuple[str, list[str]]:
    number = re.search(r"\[id:((?:\\\]|[^\]\x00-\x1f\x7f])+)\]", comments)
    tags = re.findall(r"\[tag:((?:\\\]|[^\]<>`\x00-\x1f\x7f])+)\]", comments)
    identifier = number[1].replace(r"\]", "]").strip(BLANK) if number else ""
    assert len(identifier) <= 100
    assert all(0 < len(tag.strip(BLANK)) <= 50 for tag in tags)
    return identifier, [tag.replace(r"\]", "]").strip(BLANK) for tag in tags]


def _question(text: str, category: str) -> Question:
    assert text.startswith("::"), f"a question without a head: {text[:60]}"
    name, colons, text = text[2:].partition("::")
    assert colons
    name = _back(name).strip(BLANK)
    assert 0 < len(name) <= 255
    text = text.strip(BLANK)
    start, end = text.find("{"), text.find("}")
    if (start, end) == (-1, -1):
        told, form = _formatted(text, "moodle")
        assert form == "html"
        return Question("description", category, name, told, "")
    assert 0 <= start < end, f"no answer in {text[:60]}"
    inside = text[start + 1 : end].strip(BLANK)
    gap = "" if text.endswith("}") else "_____"
    stem, default = _formatted(text[:start] + gap + text[end + 1 :], "moodle")
    assert default == "html"
    inside, hashes, general = inside.rpartition("####")
    if not hashes:
        inside, general = general, ""
    explanation, general_format = _formatted(general, default)
    assert general_format == "html"
    question = Question("", category, name, stem, explanation)
    _read_answers(question, inside.strip(BLANK))
    return question


def _read_answers(question: Question, inside: str) -> None:
    if not inside:
        question.kind = "essay"
    elif inside.startswith("#"):
        question.kind = "numerical"
        _read_numbers(question, inside[1:])
    elif "~" in inside:
        question.kind = "multichoice"
        _read_options(question, inside)
    elif "=" in inside and "->" in inside:
        question.kind = "match"
        _read_pairs(question, inside)
    elif inside.partition("#")[0].strip(BLANK) in ("T", "TRUE", "F", "FALSE"):
        question.kind = "truefalse"
    else:
        question.kind = "shortanswer"
        question.answers = [_answer(each, 1) for each in _cut(inside, "=")]
        assert any(answer.weight == 1 for answer in question.answers)


def _cut(inside: str, mark: str) -> list[str]:
    pieces = [piece.strip(BLANK) for piece in inside.split(mark)]
    return pieces[1:] if pieces[0] in ("", "0") else pieces


def _answer(written: str, weight: float) -> Answer:
    """An answer with the weight that it brings, or else the one given."""
    if own := WEIGHT.match(written):
        weight, written = float(own[1]) / 100, written[own.end() :]
        assert any(abs(abs(weight) * 100 - listed) <= 1e-3 for listed in LISTED), weight
    text, _, feedback = written.partition("#")
    shown, _ = _formatted(text.strip(BLANK), "html")
    told, told_format = _formatted(feedback.strip(BLANK), "html")
    assert told_format == "html"
    return Answer(shown, weight, told)


def _read_options(question: Question, inside: str) -> None:
    question.single = "=" in inside
    for written in _cut(inside.replace("=", "~="), "~"):
        if written.startswith("="):
            answer = _answer(f"%100%{written[1:]}", 1)
        else:
            answer = _answer(written, 0)
        question.answers.append(answer)
    assert len(question.answers) > 1
    weights = [answer.weight for answer in question.answers]
    if question.single:
        assert weights.count(1) == 1
    else:
        assert abs(sum(weight for weight in weights if weight > 0) - 1) < 1e-6


def _read_pairs(question: Question, inside: str) -> None:
    for written in _cut(inside, "="):
        left, arrow, right = written.partition("->")
        assert arrow
        assert "#" not in written
        question.answers.append(_answer(left.strip(BLANK), 1))
        question.partners.append(_formatted(right.strip(BLANK), "plain")[0])
    # Moodle's form needs two questions and three answers.
    assert sum(bool(answer.text) for answer in question.answers) >= 2
    assert len(set(question.partners)) >= 3


def _read_numbers(question: Question, inside: str) -> None:
    assert "~" not in inside
    for written in _cut(inside, "="):
        answer = _answer(written, 1)
        assert ".." not in answer.text
        answer.text, _, tolerance = answer.text.partition(":")
        answer.tolerance = float(tolerance or 0)
        assert answer.tolerance >= 0
        assert float(answer.text) == float(answer.text)
        question.answers.append(answer)
    assert question.answers[0].weight == 1
