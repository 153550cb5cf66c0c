"""Exam papers and exam pages hold no key: nothing of it, of any question that ships."""

import csv
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from qgen.typesetting import Engine, find_engine
from tests.qgen.course import Course, choice, manifest
from tests.qgen.test_examples import shipped_questions
from tests.qgen.whole_bank import SEED, WholeBank, build_shipped

pytestmark = pytest.mark.slow

TENTH = 10
TEXTS = {
    *("id", "topic", "tags", "title", "source", "stem", "prompt", "text", "unit"),
    *("left", "right", "items", "also"),
}
SECRET = {"feedback", "explanation", "note", "accept", "rubric", "mistakes", "hints"}


def texts(data: object, path: tuple[str, ...] = ()) -> Iterator[tuple[bool, str]]:
    """Every text that an author wrote in a question, and whether it must stay hidden."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from texts(value, (*path, str(key)))
    elif isinstance(data, list):
        for value in data:
            yield from texts(value, path)
    elif isinstance(data, str) and ((TEXTS | SECRET) & set(path)):
        yield bool(SECRET & set(path)), data


def plain(text: str) -> str:
    """Lower-case words with one blank between them."""
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def bare(text: str) -> str:
    """A text with a sign in place of each formula and hole."""
    return re.sub(r"\$\$.*?\$\$|\$.*?\$|\{\{.*?\}\}", "\0", text, flags=re.DOTALL)


def runs(text: str) -> Iterator[str]:
    """The plain words between formulas, holes and marks; each run prints as it stands."""
    for run in re.split(r"\0|[*_`\[\]<>|]|['’\"“”]", bare(text)):
        if words := plain(run):
            yield f" {words} "


@pytest.fixture(scope="session")
def secrets() -> list[str]:
    """What no student may read: runs of five words or more, and every accepted text.

    A text that some question shows to everybody is no secret, nor are a few letters.
    """
    return secrets_of(shipped_questions())


def secrets_of(questions: Mapping[str, Any]) -> list[str]:
    visible, hidden = [], []
    for question in questions.values():
        for is_secret, text in texts(question):
            (hidden if is_secret else visible).extend(runs(text))
            if not is_secret:  # as it is read, without the formulas and with them
                visible += [f" {plain(bare(text))} ", f" {plain(text)} "]
        hidden += [f" {plain(text)} " for text in _accepted(question)]
    seen = "|".join(dict.fromkeys(visible))
    accepted = {f" {plain(text)} " for each in questions.values() for text in _accepted(each)}
    kept = [
        run
        for run in set(hidden)
        if len(run.split()) >= 5 or (run in accepted and re.search("[a-z]{4}", run))
    ]
    return sorted({*kept} - {*found(kept, seen)})


def _accepted(question: Mapping[str, Any]) -> list[str]:
    parts = [question, *question.get("parts", [])]
    return [text for part in parts for text in part.get("accept", [])]


@pytest.fixture(scope="session")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all questions that ship as papers in print."""
    folder = tmp_path_factory.mktemp("printed")
    return build_shipped(folder, "printed", {"latex": {"pdf": "always"}})


@pytest.fixture
def exam(whole_bank: WholeBank) -> Path:
    """The folder of all questions that ship as an exam's page and as sources of papers."""
    return whole_bank.folder


def page_text(path: Path) -> str:
    page = lxml.html.document_fromstring(path.read_bytes())
    for element in page.xpath("//*[local-name()='math' or local-name()='style']"):
        element.tail = f" {element.tail or ''}"
        element.drop_tree()
    pieces = [*page.itertext(), *page.xpath("//@*"), *page.xpath("//comment()/text()")]
    return f" {plain(' '.join(map(str, pieces)))} "


def source_text(path: Path) -> str:
    """The words of a TeX source; formulas and commands are taken out."""
    text = path.read_text("utf-8").split(r"\begin{document}")[1]
    return f" {plain(re.sub(r'%|[$].*?[$]|[{}~]', ' ', text))} "


def pdf_text(path: Path) -> str:
    run = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True, text=True)
    return f" {plain(run.stdout.replace(chr(0xAD), ''))} "


def found(secrets: list[str], text: str) -> list[str]:
    """Those that stand in a text, looked for only where their first words stand."""
    words = text.split()
    begun: dict[tuple[str, ...], list[int]] = {}
    for place, first in enumerate(zip(words, words[1:], words[2:], strict=False)):
        begun.setdefault(first, []).append(place)

    def stands(run: str) -> bool:
        wanted = run.split()
        if len(wanted) < 3:
            return run in text
        places = begun.get(tuple(wanted[:3]), ())
        return any(words[place : place + len(wanted)] == wanted for place in places)

    return list(filter(stands, secrets))


def test_there_is_much_to_hide(secrets: list[str]) -> None:
    assert len(secrets) > 100
    assert [run for run in secrets if len(run.split()) < 5]


class TestPages:
    def test_exam_pages_hold_no_key(self, exam: Path, secrets: list[str]) -> None:
        (page,) = (exam / "html").glob("*-A.html")
        assert found(secrets, page_text(page)) == []

    def test_practice_pages_do_so_the_scan_finds_what_is_there(self, tmp_path: Path) -> None:
        some = {name: shipped_questions()[name] for name in list(shipped_questions())[::TENTH]}
        secrets = secrets_of(some)
        folder = build_shipped(tmp_path, "practice", {"html": {"mode": "practice"}}, TENTH)
        (page,) = (folder / "html").glob("*-A.html")
        assert len(found(secrets, page_text(page))) > 0.8 * len(secrets)

    def test_right_and_wrong_options_are_written_alike(self, exam: Path) -> None:
        (path,) = (exam / "html").glob("*-A.html")
        page = lxml.html.document_fromstring(path.read_bytes())
        options = page.xpath("//*[@class='option']")
        assert len(options) > 20
        shapes = Counter(
            tuple(
                (each.tag, tuple(sorted(set(each.keys()))), each.get("class"))
                for each in option.xpath("self::* | ./input | ./label | ./label/span")
            )
            for option in options
        )
        assert len(shapes) == 1
        assert not page.xpath("//@checked | //@data-correct | //details | //comment()")
        assert not page.xpath("//input[@type='hidden'] | //input[@type='text']/@value")

    def test_computed_keys_are_not_there(self, exam: Path) -> None:
        with (exam / "key.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        text = (exam / "html" / "everything-A.html").read_text("utf-8")
        text += (exam / "latex" / "paper-A.tex").read_text("utf-8")
        keys = [row["key"] for row in rows]
        long = [key for key in keys if re.fullmatch(r"-?\d\.\d{6,}.*", key)]
        assert long
        shown = {digits[0] for digits in re.finditer(r"\d\.\d{6}", text)}
        assert shown
        assert [key for key in long if key.removeprefix("-")[:8] in shown] == []


class TestPapers:
    def test_sources_of_papers_hold_no_key(self, exam: Path, secrets: list[str]) -> None:
        (paper,) = (exam / "latex").glob("paper-*.tex")
        assert found(secrets, source_text(paper)) == []

    def test_solutions_do_so_the_scan_finds_what_is_there(
        self, exam: Path, secrets: list[str]
    ) -> None:
        (solutions,) = (exam / "latex").glob("solutions-*.tex")
        assert len(found(secrets, source_text(solutions))) > 0.7 * len(secrets)

    @pytest.mark.tex
    @pytest.mark.skipif(not isinstance(find_engine(), Engine), reason="no TeX engine")
    def test_printed_papers_hold_no_key(self, printed: Path, secrets: list[str]) -> None:
        folder = printed / "latex"
        for paper in folder.glob("paper-*.pdf"):
            assert found(secrets, pdf_text(paper)) == []
        shown = "".join(pdf_text(path) for path in folder.glob("solutions-*.pdf"))
        assert len(found(secrets, shown)) > 0.5 * len(secrets)

    def test_nobody_can_draw_the_numbers_again(self, exam: Path) -> None:
        assert manifest(exam)["seed"] == SEED
        for path in (*(exam / "html").glob("*-*.html"), *(exam / "latex").glob("paper-*")):
            assert str(SEED).encode() not in path.read_bytes()


DISTINCTIVE = {
    "explanation": "Explanation-7531.",
    "options": [
        {"text": "the right one", "correct": True, "feedback": "Praise-7532."},
        {"text": "a wrong one", "feedback": "Blame-7533."},
    ],
}


def test_distinctive_words_of_every_kind_stay_out(course: Course) -> None:
    header = {"topic": "words", "difficulty": 1, "title": "T", "stem": "S", **DISTINCTIVE}
    del header["options"]
    questions = [
        choice("single", **DISTINCTIVE),
        choice("several", **{**DISTINCTIVE, "kind": "multiple_select"}),
        {
            **header,
            "id": "number",
            "kind": "numeric",
            "answer": "7534",
            "tolerance": {"absolute": 0},
            "mistakes": [{"answer": "7535", "feedback": "Blame-7536."}],
        },
        {
            **header,
            "id": "words",
            "kind": "short_answer",
            "accept": ["Word-7537", "Word-7538"],
            "mistakes": [{"text": "Word-7539", "feedback": "Blame-7531."}],
        },
        {
            **header,
            "id": "essay",
            "kind": "open",
            "rubric": [{"points": 1, "text": "Rubric-7532."}],
            "note": "Note-7533.",
        },
    ]
    parts = [
        {
            key: value
            for key, value in {**question, "prompt": "P", "points": 1}.items()
            if key not in {"id", "title", "topic", "difficulty", "stem", "note"}
        }
        for question in questions
    ]
    questions.append({**header, "id": "parts", "kind": "derivation", "parts": parts})
    course.bank(*questions)
    names = [str(question["id"]) for question in questions]
    for mode, hidden in (("exam", True), ("practice", False)):
        course.exam(*names, outputs={"latex": {"pdf": "never"}, "html": {"mode": mode}})
        folder = course.built()
        pages = "".join(path.read_text("utf-8") for path in (folder / "html").glob("*-*.html"))
        bare = re.sub(r"<style>.*?</style>", "", pages, flags=re.DOTALL)
        assert ("753" not in bare) == hidden
        for paper in (folder / "latex").glob("paper-*"):
            assert "753" not in paper.read_text("utf-8")
    for solutions in (folder / "latex").glob("solutions-*"):
        assert set(re.findall(r"753\d", solutions.read_text("utf-8"))) == {
            f"753{n}" for n in range(1, 10)
        }
