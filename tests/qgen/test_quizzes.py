"""The example exams made after published quizzes: they cover them, and build in every format."""

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import Result
from lxml import etree

from qgen.loading import LoadedExam, load_whole_exam
from qgen.typesetting import Engine, find_engine
from tests.qgen.course import EXAMPLES
from tests.shipped import shipped_templates

pytestmark = pytest.mark.slow

CHOICES = {"single_choice", "multiple_select"}
TYPED = {"numeric", "formula", "short_answer"}
FORMATS = ("latex", "moodle", "html")


class Quiz(NamedTuple):
    """A published quiz: the example made after it, how the bank names it, its questions."""

    example: str
    source: str
    questions: tuple[int, ...]
    points: int


QUIZZES = (
    # Two of its eight questions cannot be read in any copy at hand.
    Quiz("coursera-vae", "Coursera, Variational autoencoders quiz", tuple(range(1, 7)), 6),
    Quiz(
        "quizizz-generative-models",
        "Quizizz, Deep Learning: Generative Models",
        tuple(range(1, 11)),
        10,
    ),
    Quiz(
        "quizgecko-vae",
        "Quizgecko, Variational autoencoders and the reparameterization trick",
        tuple(range(1, 11)),
        10,
    ),
    Quiz("cs726-vae", "CS 726 sample questions on VAEs", (1, 2), 9),
)
each_quiz = pytest.mark.parametrize("quiz", QUIZZES, ids=lambda quiz: quiz.example)


def loaded(example: str) -> LoadedExam:
    exam, problems = load_whole_exam(EXAMPLES / f"{example}.yaml")
    assert exam is not None, "\n".join(map(str, problems))
    return exam


def numbered(quiz: Quiz) -> list[str]:
    """How the bank names the questions of a published quiz."""
    return [f"{quiz.source}, question {number}" for number in quiz.questions]


@each_quiz
def test_an_example_asks_the_questions_of_its_quiz_in_their_order(quiz: Quiz) -> None:
    assert [slot.template.header.source for slot in loaded(quiz.example).slots] == numbered(quiz)


@each_quiz
def test_an_example_is_worth_what_its_quiz_is(quiz: Quiz) -> None:
    slots = loaded(quiz.example).slots
    assert sum((slot.points for slot in slots), Fraction()) == quiz.points


def test_the_bank_holds_every_published_question_once() -> None:
    counts = Counter(template.header.source for template in shipped_templates())
    for quiz in QUIZZES:
        assert [counts[source] for source in numbered(quiz)] == [1] * len(quiz.questions)


def test_coursera_counts_ticks_one_by_one_under_chinese_labels() -> None:
    spec = loaded("coursera-vae").loaded.spec
    assert spec.language == "zh"
    assert spec.scoring.multiple_select == "per_option"
    assert spec.pass_mark == Fraction(4, 5)
    assert spec.attempts is not None
    assert (spec.attempts.allowed, spec.attempts.every) == (3, 8 * 60)


def test_quizizz_allows_fifteen_minutes_and_gives_a_point_for_each_question() -> None:
    exam = loaded("quizizz-generative-models")
    assert exam.loaded.spec.duration == 15 * len(exam.slots)
    assert {slot.points for slot in exam.slots} == {1}


def test_quizizz_shows_a_plot_in_questions_7_and_9() -> None:
    slots = loaded("quizizz-generative-models").slots
    assert [number for number, slot in enumerate(slots, 1) if slot.template.figures] == [7, 9]


def test_quizgecko_takes_one_choice_or_a_short_answer() -> None:
    kinds = Counter(slot.template.header.kind for slot in loaded("quizgecko-vae").slots)
    assert set(kinds) <= {"single_choice", *TYPED}
    assert kinds["short_answer"] >= kinds["numeric"]


def test_coursera_asks_for_choices_only() -> None:
    kinds = {slot.template.header.kind for slot in loaded("coursera-vae").slots}
    assert kinds <= CHOICES


def test_cs726_gives_marks_to_parts() -> None:
    slots = loaded("cs726-vae").slots
    assert {slot.template.header.kind for slot in slots} == {"derivation"}
    assert [slot.points for slot in slots] == [7, 2]


def build(quiz: Quiz, qgen: Callable[..., Result]) -> tuple[Path, list[str]]:
    """The folder of an example built by the command, and the codes of what was lost."""
    result = qgen("build", EXAMPLES / f"{quiz.example}.yaml", "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["ok"]
    assert {problem["severity"] for problem in report["problems"]} <= {"loss"}
    return Path(report["folder"]), [problem["code"] for problem in report["problems"]]


@each_quiz
def test_an_example_builds_in_every_format_where_there_is_no_tex(
    quiz: Quiz, example: Callable[[Path], Path]
) -> None:
    folder = example(EXAMPLES / f"{quiz.example}.yaml")
    report = (folder.parent / "report.txt").read_text("utf-8")
    assert report.count("[no-tex]") == 1
    told = [line for line in report.splitlines() if re.search(r" \[[a-z-]+\]$", line)]
    assert all(re.search(r"\bloss: ", line) for line in told), report
    assert {path.name for path in folder.iterdir() if path.is_dir()} == set(FORMATS)
    assert not list(folder.glob("latex/*.pdf"))
    asked_for = len(quiz.questions)
    for page in folder.glob("html/*-?.html"):
        tree = etree.parse(page, etree.HTMLParser())
        assert len(tree.xpath("//article[@class='question']")) == asked_for
    (bank,) = folder.glob("moodle/*.xml")
    categories = etree.parse(bank).xpath("//question[@type='category']/category/text/text()")
    assert len({name.rpartition("/")[2] for name in categories}) >= asked_for
    for version in "AB" if quiz.example == "cs726-vae" else "A":
        paper = (folder / "latex" / f"paper-{version}.tex").read_text("utf-8")
        assert "\\end{document}" in paper


@pytest.mark.tex
@pytest.mark.skipif(
    not isinstance(find_engine(), Engine) or shutil.which("pdftotext") is None,
    reason="no TeX engine or no pdftotext",
)
@each_quiz
def test_an_example_becomes_papers_where_its_script_can_be_set(
    quiz: Quiz, qgen: Callable[..., Result]
) -> None:
    folder, losses = build(quiz, qgen)
    papers = list(folder.glob("latex/paper-*.pdf"))
    chinese = loaded(quiz.example).loaded.spec.language == "zh"
    if chinese and not isinstance(find_engine(unicode=True), Engine):
        assert losses.count("no-tex") == 1
        assert not papers
        return
    assert "no-tex" not in losses
    assert papers
    for paper in papers:
        text = subprocess.run(
            ["pdftotext", "-layout", paper, "-"], capture_output=True, text=True, check=True
        ).stdout
        numbers = "第 {} 题" if chinese else "Question {}"
        for number in range(1, len(quiz.questions) + 1):
            assert numbers.format(number).replace(" ", "") in text.replace(" ", "")
