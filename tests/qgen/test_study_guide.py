"""The study guide of an exam: what it says, in which order, and that it gives no key away."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from tests.qgen.course import Course, choice, errors, formula, numeric
from tests.quick_yaml import from_yaml

ROOT = Path(__file__).parents[2]


def shown(folder: Path) -> str:
    """What the guide's page shows, formulas as they are stored beside their markup."""
    page = html.fromstring((folder / "guide" / "guide.html").read_text("utf-8"))
    return "\n".join(each.text_content() for each in page.iter("header", "main"))


def notes(folder: Path) -> list[str]:
    page = html.fromstring((folder / "guide" / "guide.html").read_text("utf-8"))
    return [each.text_content().strip() for each in page.findall(".//article")]


def test_notes_of_the_banks_questions_on_the_exams_topics(course: Course) -> None:
    course.bank(
        choice("hard", difficulty=4, study_note="Hard insight."),
        choice("asked", difficulty=2, study_note="Middling insight."),
        choice("unasked", difficulty=1, study_note="Easy insight."),
        choice("again", difficulty=3, study_note="Easy  insight."),
        choice("silent"),
        choice("elsewhere", topic="letters", study_note="Another topic."),
    )
    course.exam("asked", outputs={"guide": {"pdf": "never"}})
    folder = course.built()
    # The note of the question that is asked is told with its answer.
    assert notes(folder) == ["Easy insight.", "Hard insight."]
    assert {path.name for path in (folder / "guide").iterdir()} == {"guide.html", "guide.tex"}


def test_topics_stand_in_the_exams_order_under_their_headings(course: Course) -> None:
    topics = {"a": "zeta", "b": "alpha-beta", "c": "gan", "d": "hybrid-mcmc-chains", "e": "mcmc"}
    course.bank(
        *(choice(name, topic=topic) for name, topic in topics.items()),
        *(
            choice(f"{name}-noted", topic=topic, kind="multiple_select", study_note=f"On {topic}.")
            for name, topic in topics.items()
        ),
    )
    course.exam(
        outputs={"guide": {"format": "html", "headings": {"gan": "Adversarial networks"}}},
        sections=[
            {"title": "One", "questions": ["a"]},
            {
                "title": "Two",
                "pick": 1,
                "from": {"topics": ["gan", "alpha-beta"], "kinds": "single_choice"},
            },
            {"title": "Three", "questions": ["d", "e"]},
        ],
    )
    page = html.fromstring((course.built() / "guide" / "guide.html").read_text("utf-8"))
    headings = [each.text_content() for each in page.findall(".//h2")]
    assert headings == ["Zeta", "Adversarial networks", "Alpha beta", "Hybrid MCMC chains", "MCMC"]


GIVEN_AWAY: list[tuple[dict[str, Any], str]] = [
    (choice("asked"), "Remember: THE  right one!"),
    (choice("asked"), "It is **not this one**."),
    (choice("asked", explanation="All of them follow."), "Note that all of them follow from it."),
    (numeric("asked"), "Careful: that is twice the number."),
    (
        {
            **choice("asked"),
            "kind": "short_answer",
            "options": None,
            "accept": ["ELBO", "the evidence bound"],
        },
        "Maximise the ELBO.",
    ),
    (
        {
            **choice("asked", points=1),
            "kind": "open",
            "options": None,
            "rubric": [{"points": 1, "text": "Names the joint law."}],
        },
        "A good answer names the joint law.",
    ),
    *(
        (
            {
                **choice("asked"),
                "kind": "matching",
                "options": None,
                "pairs": [
                    {"left": "what is on the left", "right": "its partner here"},
                    {"left": "more", "right": "less", "feedback": "More or less so."},
                ],
                "also": ["the one left over"],
            },
            note,
        )
        for note in (
            "See what is on the left.",
            "This is its partner here.",
            "It is more or less so.",
            "Never the one left over.",
        )
    ),
    (
        {**choice("asked"), "kind": "ordering", "options": None, "items": ["first of all", "z"]},
        "That comes first of all.",
    ),
]


@pytest.mark.parametrize(("asked", "note"), GIVEN_AWAY)
def test_a_note_that_gives_an_asked_question_away_is_left_out_and_reported(
    course: Course, asked: dict[str, Any], note: str
) -> None:
    course.bank(asked, choice("leaky", study_note=note), choice("sound", study_note="A true word."))
    course.exam("asked", outputs={"guide": {"pdf": "never"}})
    report = course.build()
    assert not report.failed
    assert report.folder is not None
    assert notes(report.folder) == ["A true word."]
    (problem,) = [each for each in report.problems if each.code == "guide-answer"]
    assert problem.severity == "loss"
    assert "'leaky' holds an answer of 'asked'" in problem.message


KL = formula("asked")
"""Its key is the formula of a divergence, for a number that is drawn."""


@pytest.mark.parametrize(
    ("note", "is_told"),
    [
        ("It is $e \\ln\\frac{e}{\\alpha} + (1-e) \\ln\\frac{1-e}{1-\\alpha}$.", True),
        ("So $D = (1-q) \\ln(1-q) - (1-q) \\ln(1-p) + q \\ln q - q \\ln p$.", True),
        ("$$d(q_j) = q_j (\\ln q_j - \\ln p) + (1-q_j) \\ln\\frac{1-q_j}{1-p}$$", True),
        ("It is $e \\ln\\frac{e}{\\alpha}$ and more.", False),
        ("The other: $p \\ln\\frac{p}{q} + (1-p) \\ln\\frac{1-p}{1-q} + 1$.", False),
        ("Let $e$ lie in $(0, 1)$.", False),
    ],
)
def test_a_formula_that_is_the_key_is_not_told(course: Course, note: str, is_told: bool) -> None:
    """Whatever it calls its variables, and however it is written."""
    course.bank(KL, choice("leaky", study_note=note), choice("sound", study_note="A true word."))
    course.exam("asked", outputs={"guide": {"pdf": "never"}})
    report = course.build()
    assert report.folder is not None
    found = [each.message for each in report.problems if each.code == "guide-answer"]
    assert len(notes(report.folder)) == (1 if is_told else 2)
    assert [("the formula that is the key of 'asked'" in each) for each in found] == (
        [True] if is_told else []
    )


@pytest.mark.parametrize(
    ("note", "is_told"),
    [
        ("An autoregressive decoder easily models words without latent variables.", True),
        ("Remember. Strong autoregressive decoder: words without latent variables.", True),
        ("A decoder models words. Latent variables are drawn.", False),
        ("Every autoregressive decoder needs a mask.", False),
    ],
)
def test_a_sentence_said_in_nearly_the_same_words_is_not_told(
    course: Course, note: str, is_told: bool
) -> None:
    line = "Says that a strong autoregressive decoder models words without latent variables."
    asked = {
        **choice("asked", points=1),
        "kind": "open",
        "options": None,
        "rubric": [{"points": 1, "text": line}],
    }
    course.bank(asked, choice("leaky", study_note=note), choice("sound", study_note="A true word."))
    course.exam("asked", outputs={"guide": {"pdf": "never"}})
    assert len(notes(course.built())) == (1 if is_told else 2)


@pytest.mark.parametrize("others", [{}, {"paper": {"guide": True}}], ids=["one", "two"])
def test_the_note_of_an_asked_question_is_left_out_and_reported_once(
    course: Course, others: dict[str, Any]
) -> None:
    course.bank(choice("asked", study_note="Quite another word."), choice("b", study_note="Fine."))
    course.exam("asked", outputs={"guide": {"pdf": "never"}, **others})
    report = course.build()
    (problem,) = [each for each in report.problems if each.code == "guide-answer"]
    assert "'asked' belongs to a question that the exam asks" in problem.message
    assert problem.severity == "loss"


def test_the_same_note_stays_where_the_question_is_not_asked(course: Course) -> None:
    course.bank(choice("asked", options=[{"text": "x", "correct": True}, {"text": "y"}]))
    course.bank(choice("leaky", study_note="Remember the right one."), name="other")
    course.exam("asked", outputs={"guide": {"pdf": "never"}})
    assert notes(course.built()) == ["Remember the right one."]


@pytest.mark.parametrize(
    ("note", "message"),
    [
        ("For $a = {{ a }}$ it is so.", "a study note has no values to print [hole-place]"),
        ("See ![a picture](picture.png).", "a study note cannot show pictures [image]"),
        ("A formula $\\frac{1$ is broken.", "[math]"),
    ],
)
def test_a_note_is_the_same_for_every_variant(course: Course, note: str, message: str) -> None:
    course.bank(numeric("asked", study_note=note))
    course.exam("asked")
    (error,) = [each for each in errors(course.build()) if message in each]
    assert re.match(r".*questions/bank\.yaml:\d+:\d+: error: ", error)


def test_headings_for_no_topic_and_topics_without_notes_are_reported(course: Course) -> None:
    course.bank(choice("asked"))
    course.exam("asked", outputs={"guide": {"pdf": "never", "headings": {"number": "Numbers"}}})
    assert any("did you mean 'numbers'?" in error for error in errors(course.build()))
    course.exam("asked", outputs={"guide": {"pdf": "never"}})
    report = course.build()
    assert [each.code for each in report.problems] == ["guide-topic"]
    assert not report.failed


def test_a_format_named_with_nothing_behind_it_is_written(course: Course) -> None:
    course.bank(choice("asked"), choice("other", study_note="A true word."))
    course.exam("asked", outputs={"html": {}, "guide": {"pdf": "never"}})
    spec = course.folder / "exam.yaml"
    spec.write_text(spec.read_text().replace('"html": {}', '"html": null'))
    folder = course.built()
    assert {path.name for path in folder.iterdir() if path.is_dir()} == {"html", "guide"}


def test_a_note_changes_no_proof_and_no_paper(course: Course) -> None:
    course.bank(numeric("asked"))
    course.exam("asked")
    before = (course.built() / "html" / "exam-A.html").read_bytes()
    course.bank(numeric("asked", study_note="A true word."))
    report = course.build()
    assert report.tally.proved_now == 0
    assert report.folder is not None
    assert (report.folder / "html" / "exam-A.html").read_bytes() == before


@pytest.mark.slow
def test_the_midterms_guide_gives_nothing_away(midterm: Path) -> None:
    """No key, option, feedback, explanation or title of what the midterm asks is in its guide."""
    source = (midterm / "guide" / "guide.tex").read_text("utf-8").partition(r"\begin{document}")[2]
    guide = _plain(shown(midterm)) + _plain(source)
    asked = {
        item["question"] for item in json.loads((midterm / "manifest.json").read_text())["items"]
    }
    questions = [
        question
        for path in sorted((ROOT / "bank" / "questions").rglob("*.yaml"))
        for question in _questions(path)
        if question["id"] in asked
    ]
    assert len(questions) == len(asked)
    for text in (text for question in questions for text in _telling(question)):
        plain = _plain(text)
        if len(plain.split()) >= 3:
            assert plain not in guide, text
    for question in questions:
        for accepted in question.get("accept", []):
            assert f" {_plain(accepted)} " not in guide
    with (midterm / "key.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for key in re.findall(r"\d+\.\d{2,}", " ".join(map(str, row.values()))):
                assert key not in guide
    assert len(notes(midterm)) >= 8


def _questions(path: Path) -> list[dict[str, Any]]:
    data = from_yaml(path.read_text("utf-8"))
    return data if isinstance(data, list) else [data]


def _telling(data: Any, key: str = "") -> list[str]:
    """Every text of a question that says something about its answer, and its title."""
    if isinstance(data, dict):
        return [text for name, value in data.items() for text in _telling(value, name)]
    if isinstance(data, list):
        return [text for value in data for text in _telling(value, key)]
    telling = {"title", "text", "feedback", "explanation"}
    return [data] if key in telling and isinstance(data, str) else []


def _plain(text: str) -> str:
    """Letters and digits only, so that line breaks, markup and formulas' dress do not matter."""
    return f" {' '.join(re.findall(r'[a-z0-9.]+', text.lower()))} "
