"""`qgen grade` gives the marks that the marking room gives, and drops nothing in silence."""

from fractions import Fraction

import lxml.html
import pytest

from qgen.document.answers import (
    FormulaAnswer,
    Matching,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    Part,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import Paper
from qgen.document.formula import typed
from qgen.document.numbers import machine_decimal
from qgen.document.richtext import Passage, plain_text
from qgen.marking.equivalence import mark_formula
from qgen.marking.grader import (
    mark_choice,
    mark_matching,
    mark_ordering,
    mark_part_number,
    mark_words,
)
from qgen.marking.number_reader import Refusal, parse_number
from tests.qgen.course import digests
from tests.qgen.handed_in import Desk, answers_of, key, response

JUNK = ["", "  ", "1,234", "x +", "0/0", "quarter", "=cmd()", "\x00\u202e", "9" * 5000]
NO_TEXT = [True, 0, 99, -1, [], [1, 1], [0], [None], [[1]], {"a": 1}, [99]]


def values(part: Part) -> list[object]:
    """The key, every option and mistake, a blank, and junk."""
    answer = part.answer
    given: list[object] = [key(part), None, *NO_TEXT]
    match answer:
        case SingleChoice():
            given += range(1, len(answer.options) + 1)
        case MultipleSelect():
            given += [[number] for number in range(1, len(answer.options) + 1)] + [[1, 2, 3]]
        case Numeric():
            given += [machine_decimal(mistake.value) for mistake in answer.mistakes] + ["7", *JUNK]
        case FormulaAnswer():
            given += [typed(mistake.value) for mistake in answer.mistakes] + ["e", *JUNK]
        case ShortAnswer():
            given += ["elbo", *(mistake.text for mistake in answer.mistakes), *JUNK]
        case Matching():
            given += [[2, 1], [1, None], [1, 2]]
        case Ordering():
            given += [[1, 2, 3], [3, 2, 1], [2, None, 1]]
        case Open():
            given += JUNK
    return given


def direct(part: Part, value: object) -> tuple[Fraction | None, tuple[Passage, ...]]:
    """What the marking room gives a value, asked directly; None where a person must look."""
    answer, text = part.answer, value if isinstance(value, str) else ""
    match answer:
        case SingleChoice() | MultipleSelect():
            given = [value] if isinstance(answer, SingleChoice) and value is not None else value
            if given is None:
                given = []
            right = isinstance(given, list) and all(
                type(each) is int and 1 <= each <= len(answer.options) for each in given
            )
            if not right or len(set(given)) < len(given):
                return None, ()
            mark = mark_choice(answer, {each - 1 for each in given})
            return mark.credit, mark.feedback
        case Matching() | Ordering():
            shown = answer.rights if isinstance(answer, Matching) else answer.items
            count = len(answer.pairs if isinstance(answer, Matching) else answer.items)
            chosen = [None] * count if value is None or value == [] else value
            if not isinstance(chosen, list) or len(chosen) != count:
                return None, ()
            places = [None if each is None else each - 1 for each in chosen]
            if any(each is not None and not 0 <= each < len(shown) for each in places):
                return None, ()
            if isinstance(answer, Matching):
                mark = mark_matching(answer, places)
            else:
                mark = mark_ordering(answer, places)
            return mark.credit, mark.feedback
    if value is None or (isinstance(value, str) and not value.strip()):
        return Fraction(0), ()
    if not isinstance(value, str) or isinstance(answer, Open):
        return None, ()
    if isinstance(answer, Numeric):
        number = parse_number(text)
        if isinstance(number, Refusal):
            return None, ()
        mark = mark_part_number(part, number, {})
        return mark.credit, mark.feedback
    if isinstance(answer, FormulaAnswer):
        found = mark_formula(answer, text)
        decided = found.verdict in ("equal", "different")
        return (found.credit if decided else None), found.feedback
    mark = mark_words(answer, text)
    return mark.credit, mark.feedback


@pytest.mark.slow
@pytest.mark.parametrize("label", ["A", "B"])
def test_every_answer_of_every_kind_is_marked_as_the_marking_room_marks_it(
    desk: Desk, papers: dict[str, Paper], label: str
) -> None:
    paper = papers[label]
    expected: dict[tuple[str, str], tuple[Part, object]] = {}
    most = max(len(values(part)) for item in paper.items() for part in item.parts)
    for turn in range(most):
        answers = answers_of(paper, lambda part, turn=turn: (values(part) * most)[turn])
        desk.put(f"{turn}.json", response(answers, label, f"student {turn}"))
        for number, item in enumerate(paper.items(), 1):
            for part in item.parts:
                if part.carried is None:
                    value = (values(part) * most)[turn]
                    expected[f"student {turn}", f"{number}{part.label}"] = part, value
    desk.graded()
    found = {
        (row["student"], row["question"] + row["part"]): row for row in desk.table("marks.csv")
    }
    for place, (part, value) in expected.items():
        row = found[place]
        credit, feedback = direct(part, value)
        shown = "" if credit is None else float(credit)
        assert (row["credit"] and float(row["credit"])) == pytest.approx(shown, abs=1e-6), row
        assert row["feedback"] == " ".join(map(plain_text, feedback)), row
        assert float(row["worth"]) == float(part.points)


class TestAWholePaper:
    def test_the_key_earns_all_but_what_a_person_marks(
        self, desk: Desk, papers: dict[str, Paper]
    ) -> None:
        for label, paper in papers.items():
            desk.put(f"{label}.json", response(answers_of(paper), label, f"Student {label}"))
        report = desk.graded()
        open_points = Fraction(1)
        for row in desk.table("totals.csv"):
            worth = papers[row["paper"]].points
            assert Fraction(row["points"]) == worth - open_points
            assert Fraction(row["worth"]) == worth
            assert row["waiting"] == "1"
        assert report.students == 2
        assert desk.reasons() == ["open", "open"]

    def test_a_carried_value_is_marked_by_the_students_own(
        self, desk: Desk, papers: dict[str, Paper]
    ) -> None:
        place = next(n for n, i in enumerate(papers["A"].items(), 1) if i.is_derivation)
        answers = {f"{place}-1": "6", f"{place}-2": "19/3"}
        desk.put("a.json", response(answers))
        desk.graded()
        marks = desk.marks()
        assert [marks[f"{place}{part}"]["points"] for part in "abc"] == ["0", "2", "0"]

    @pytest.mark.parametrize(
        ("second", "waits"), [("19/3", True), (None, False), ("the key", False)]
    )
    def test_what_may_follow_from_an_unread_answer_waits_with_it(
        self, desk: Desk, papers: dict[str, Paper], second: str | None, waits: bool
    ) -> None:
        items = enumerate(papers["A"].items(), 1)
        place, item = next((n, each) for n, each in items if each.is_derivation)
        given = key(item.parts[1]) if second == "the key" else second
        desk.put("a.json", response({f"{place}-1": "six", f"{place}-2": given}))
        desk.graded()
        marks = desk.marks()
        assert marks[f"{place}a"]["outcome"] == "unreadable"
        assert (marks[f"{place}b"]["outcome"] == "undecided") is waits
        assert (marks[f"{place}b"]["points"] == "") is waits

    def test_the_same_files_give_the_same_bytes_in_any_order(
        self, desk: Desk, papers: dict[str, Paper]
    ) -> None:
        paths = [
            desk.put(f"{name}.json", response(answers_of(papers["A"]), "A", name))
            for name in ("Bo", "Ada", "Cy")
        ]
        desk.graded(responses=tuple(paths))
        first = digests(desk.output)
        desk.graded(responses=tuple(reversed(paths)), output=desk.course.folder / "again")
        again = digests(desk.course.folder / "again")
        assert {**again, "manifest.json": ""} == {**first, "manifest.json": ""}

    def test_names_and_answers_run_nothing(self, desk: Desk, papers: dict[str, Paper]) -> None:
        name = '<script>alert("1")</script>'
        answers = {"1": 1, "3": "=HYPERLINK(1)", "5": "<img src=x onerror=alert(2)>\x1b[2J"}
        desk.put("a.json", response(answers, "A", name))
        desk.put("b.json", response({}, "A", "=1+1"))
        desk.graded()
        for path in (desk.output / "feedback").iterdir():
            page = path.read_text("utf-8")
            assert "<script" not in page
            assert "<img" not in page
            assert "\x1b" not in page
        for row in desk.table("marks.csv"):
            for cell in row.values():
                assert not cell.startswith(("=", "+", "@"))
                assert "\x1b" not in cell

    def test_a_page_shows_what_was_ticked_and_no_key(
        self, desk: Desk, papers: dict[str, Paper]
    ) -> None:
        (asked,) = papers["A"].sections[0].items[0].parts
        assert isinstance(asked.answer, SingleChoice)
        wrong = next(n for n, option in enumerate(asked.answer.options) if not option.correct)
        desk.put("a.json", response({"1": wrong + 1}))
        desk.graded()
        (page,) = (desk.output / "feedback").iterdir()
        words = lxml.html.document_fromstring(page.read_bytes()).text_content()
        assert plain_text(asked.answer.options[wrong].text) in words
        assert "the right one" not in words
        assert "No answer" in words

    def test_a_page_says_what_was_earned_and_why(
        self, desk: Desk, papers: dict[str, Paper]
    ) -> None:
        square = papers["A"].sections[0].items[2].parts[0].answer
        assert isinstance(square, Numeric)
        desk.put("a.json", response({"3": machine_decimal(square.mistakes[0].value)}))
        desk.graded()
        (page,) = (desk.output / "feedback").iterdir()
        text = page.read_text("utf-8")
        assert "That is twice the number." in text
        assert "Points: 0 of 1" in text
        assert "Ada" in text
