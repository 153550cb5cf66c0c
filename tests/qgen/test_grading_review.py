"""What a person must look at is listed, with its file and place, and the rest is marked."""

import hashlib
import json

import pytest

from qgen.document.exam import Paper
from tests.qgen.handed_in import Desk, answers_of, build_exam, response


class TestWhatAPersonMustLookAt:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ("", "unreadable-file"),
            ("[]", "unreadable-file"),
            ("{", "unreadable-file"),
            ("[" * 200_000, "unreadable-file"),
            ('{"a": NaN}', "unreadable-file"),
            ('{"a": 1' + "0" * 10_000 + "}", "unreadable-file"),
            ('{"a": 1, "a": 2}', "unreadable-file"),
            (b"\xff\xfe\x00", "unreadable-file"),
            (b" " * (3 * 2**20), "unreadable-file"),
            (response({}, format="other"), "unreadable-file"),
            (response({}, version=2), "unreadable-file"),
            (response({}, version=True), "unreadable-file"),
            (response({}, student=7), "unreadable-file"),
            (response({}, paper=None), "unreadable-file"),
            ({**response({}), "answers": [1]}, "unreadable-file"),
            (response({}, exam="Another"), "another-exam"),
            (response({}, paper="Z"), "unknown-paper"),
            (response({}, paper="\x00" * 10**5), "unknown-paper"),
        ],
    )
    def test_a_file_that_cannot_be_marked_is_named_and_the_others_are_marked(
        self, desk: Desk, papers: dict[str, Paper], content: object, reason: str
    ) -> None:
        path = desk.put("bad.json", content)
        desk.put("good.json", response(answers_of(papers["A"])))
        desk.graded()
        found = [row for row in desk.table("review.csv") if row["file"] == str(path)]
        assert [row["reason"] for row in found] == [reason]
        assert len(desk.marks()) == 11

    def test_a_changed_file_is_marked_and_named(self, desk: Desk, papers: dict[str, Paper]) -> None:
        desk.put("a.json", {**response({"1": 1}), "answers": {"1": 2}})
        desk.graded()
        assert desk.reasons() == ["checksum"]
        assert desk.marks()["1"]["answer"] == "B"

    def test_half_a_character_keeps_its_checksum(
        self, desk: Desk, papers: dict[str, Paper]
    ) -> None:
        data = {key: value for key, value in response({"5": "x"}).items() if key != "checksum"}
        data["answers"] = {"5": "\ud800"}
        # Browsers write half a character as an escape.
        text = json.dumps(data, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).hexdigest()
        desk.put("a.json", json.dumps({**data, "checksum": digest}))
        desk.graded()
        assert desk.reasons() == []

    @pytest.mark.parametrize("name", ["0", "12", "3-1", "9", "9-9", "9-a", "1 ", "x", "٣", "-1"])
    def test_an_answer_to_no_question_is_named(
        self, desk: Desk, papers: dict[str, Paper], name: str
    ) -> None:
        desk.put("a.json", response({name: "lost?"}))
        desk.graded()
        (row,) = desk.table("review.csv")
        assert (row["reason"], row["answer"]) == ("unknown-question", "lost?")

    def test_two_files_of_one_student_count_for_nothing_until_one_is_left(
        self, desk: Desk, papers: dict[str, Paper]
    ) -> None:
        desk.put("a.json", response({"1": 1}))
        desk.put("b.json", response({"1": 2}, "B", " ada "))
        report = desk.graded()
        assert report.withheld == 2
        assert desk.reasons() == ["two-files", "two-files"]
        assert desk.table("marks.csv") == []
        assert [row["points"] for row in desk.table("totals.csv")] == ["", ""]
        (desk.folder / "b.json").unlink()
        assert desk.graded().withheld == 0

    def test_the_same_answers_twice_are_marked_once(
        self, desk: Desk, papers: dict[str, Paper]
    ) -> None:
        desk.put("a.json", response({"1": 1}))
        desk.put("b.json", response({"1": 1}))
        desk.graded()
        assert desk.reasons() == ["same-answers"]
        assert len(desk.marks()) == 11

    def test_students_without_names_are_told_apart_by_their_files(
        self, desk: Desk, papers: dict[str, Paper]
    ) -> None:
        desk.put("a.json", response({"1": 1}, student=None))
        desk.put("b.json", response({"1": 2}, student="  "))
        desk.graded()
        assert desk.reasons() == ["no-name", "no-name"]
        assert {row["student"] for row in desk.table("totals.csv")} == {"a", "b"}

    def test_a_roster_s_papers_are_their_students(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk.course.write("roster.csv", "id,name\n7,Ada\n8,Bo\n9,\n")
        build_exam(desk.course, monkeypatch, versions=None, students="roster.csv")
        desk.put("a.json", response({"1": 1}, "7", "Ada"))
        desk.put("b.json", response({"1": 1}, "8", "Eve"))
        desk.graded()
        assert [(row["paper"], row["student"]) for row in desk.table("totals.csv")] == [
            ("7", "Ada"),
            ("8", "Bo"),
        ]
        rows = {row["reason"]: row for row in desk.table("review.csv")}
        assert rows["other-name"]["student"] == "Eve"
        assert rows["no-response"]["paper"] == "9"

    def test_a_roster_s_paper_is_of_one_student_whatever_name_is_typed(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk.course.write("roster.csv", "id,name\n7,Ada\n")
        build_exam(desk.course, monkeypatch, versions=None, students="roster.csv")
        desk.put("a.json", response({"1": 1}, "7", "Ada"))
        desk.put("b.json", response({"1": 2}, "7", "A. L."))
        assert desk.graded().withheld == 2

    def test_what_lies_beside_the_files_is_named(
        self, desk: Desk, papers: dict[str, Paper]
    ) -> None:
        desk.put("a.json", response({"1": 1}, student="x" * 10**5))
        desk.put("notes.txt", "mine")
        (desk.folder / "more").mkdir()
        for _ in range(2):
            desk.graded(output=desk.folder / "grades", responses=(desk.folder, desk.folder))
            text = (desk.folder / "grades" / "review.csv").read_text("utf-8")
            assert text.count("not-read") == 2
            assert "notes.txt" in text
            assert "x" * 201 not in text


class TestTables:
    def test_letters_numbers_and_pairs(self, desk: Desk, papers: dict[str, Paper]) -> None:
        lines = ["paper;question;part;answer;student", "A;1;;b;Ada", 'A;2;;"A, c";Ada']
        lines += ["A;6;;1-B, 2–a;Ada", "A;7;;CAB;Ada", "A;9;a;4;Ada", "A;9;3;1;Ada"]
        desk.put("scans.csv", "\r\n".join(lines))
        desk.graded()
        marks = desk.marks()
        shown = {name: marks[name]["answer"] for name in ("1", "2", "6", "7", "9a", "9c")}
        assert shown == {
            **{"1": "B", "2": "A, C", "6": "1-B, 2-A", "7": "C, A, B", "9a": "4", "9c": "A"}
        }
        answers = {"1": 2, "2": [1, 3], "6": [2, 1], "7": [3, 1, 2], "9-1": "4", "9-3": 1}
        desk.put("page.json", response(answers, "A", "Bo"))
        desk.graded()
        others = desk.marks("Bo")
        assert {n: marks[n]["credit"] for n in shown} == {n: others[n]["credit"] for n in shown}

    @pytest.mark.parametrize(
        ("cells", "reason"),
        [
            ("A,1,,Q", "unreadable"),
            ("A,1,,AB", "unreadable"),
            ("A,6,,1-A 2", "unreadable"),
            ('A,6,,"1-A, 1-B"', "unreadable"),
            ("A,7,,AB", "no-answer"),
            ("A,3,,abc", "unreadable"),
            ("A,99,,x", "unknown-question"),
            ("A,one,,x", "unknown-question"),
            ("C,1,,A", "unknown-paper"),
            ("A,1,,A\nA,1,,B", "answered-twice"),
            ("A,9,a,1\nA,9,1,2", "answered-twice"),
        ],
    )
    def test_a_cell_that_means_nothing_is_named_with_its_line(
        self, desk: Desk, papers: dict[str, Paper], cells: str, reason: str
    ) -> None:
        desk.put("scans.csv", f"paper,question,part,answer\n{cells}\n")
        desk.graded()
        rows = [row for row in desk.table("review.csv") if row["reason"] == reason]
        assert len(rows) == 1
        if reason != "unknown-paper":
            assert rows[0]["place"] == f"line {2 + cells.count(chr(10))}"

    @pytest.mark.parametrize(
        "content",
        ["", "a,b\n", "paper,question,part,answer,credit\n", 'paper,question,part,answer\n"A'],
    )
    def test_another_table_is_refused(
        self, desk: Desk, papers: dict[str, Paper], content: str
    ) -> None:
        desk.put("scans.csv", content)
        desk.graded()
        assert "unreadable-file" in desk.reasons() or "no-row" in desk.reasons()

    def test_rows_that_are_missing_are_told(self, desk: Desk, papers: dict[str, Paper]) -> None:
        desk.put("scans.csv", "paper,question,part,answer\nA,1,,A\n")
        desk.graded()
        (row,) = [row for row in desk.table("review.csv") if row["reason"] == "no-row"]
        assert "2, 3, 4, 5, 6, 7, 8, 9-a, 9-b, 9-c" in row["message"]
        assert [marked["credit"] for marked in desk.marks("scans").values()][1:] == [""] * 10

    def test_an_empty_cell_is_a_blank(self, desk: Desk, papers: dict[str, Paper]) -> None:
        rows = [f"A,{number},," for number in range(1, 9)] + [f"A,9,{part}," for part in "abc"]
        desk.put("scans.csv", "paper,question,part,answer\n" + "\n".join(rows))
        desk.put("page.json", response({}, student="Bo"))
        desk.graded()
        table, page = desk.marks("scans"), desk.marks("Bo")
        # An open answer on paper is not in the table, whether there is one or not.
        assert (table.pop("8")["credit"], page.pop("8")["credit"]) == ("", "0")
        assert {n: row["credit"] for n, row in table.items()} == {
            n: row["credit"] for n, row in page.items()
        }


class TestAPersonsMarks:
    def test_a_filled_in_review_decides(self, desk: Desk, papers: dict[str, Paper]) -> None:
        desk.put("a.json", response(answers_of(papers["A"])))
        desk.graded()
        text = (desk.output / "review.csv").read_text("utf-8")
        assert text.count("\n") == 2
        mine = desk.course.write("mine.csv", text.rstrip("\n")[:-1] + ",1/2\n")
        desk.graded(manual=mine)
        row = desk.marks()["8"]
        assert (row["points"], row["marked_by"]) == ("0.5", "person")
        assert desk.reasons() == []
        assert desk.table("totals.csv")[0]["waiting"] == "0"

    def test_a_program_keeps_its_lines(self, desk: Desk, papers: dict[str, Paper]) -> None:
        typed = 'def f(x):\r\n    if x:\n\treturn ",=1"\r\r@g\n'
        desk.put("a.json", response({"8": typed}))
        desk.graded()
        (row,) = (row for row in desk.table("review.csv") if row["question"] == "8")
        assert row["answer"] == 'def f(x):\n    if x:\n\treturn ",=1"\n\n@g'
        filled = desk.course.write("mine.csv", "")
        filled.write_bytes((desk.output / "review.csv").read_bytes().rstrip(b"\n")[:-1] + b",1/2\n")
        desk.graded(manual=filled)
        assert desk.marks()["8"]["points"] == "0.5"

    def test_points_are_a_share_of_what_the_part_is_worth(
        self, desk: Desk, papers: dict[str, Paper]
    ) -> None:
        desk.put("a.json", response(answers_of(papers["A"])))
        mine = desk.course.write(
            "mine.csv", "student,question,part,points,credit\nAda,9,b,1/2,\nAda,9,3,,1/3\n"
        )
        desk.graded(manual=mine)
        marks = desk.marks()
        assert (marks["9b"]["credit"], marks["9b"]["points"]) == ("0.25", "0.5")
        assert (marks["9c"]["credit"], marks["9c"]["points"]) == ("0.333333", "0.166667")

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            ("Ada,99,,1", "no marked paper has this"),
            ("Eve,8,,1", "no marked paper has this"),
            ("Ada,8,a,1", "no marked paper has this"),
            ("Ada,8,,2", "2 points, where 1 can be had"),
            ("Ada,8,,-1", "below 0"),
            ("Ada,8,,much", "not a number"),
            (",8,,1", "neither a student nor a paper"),
            ("Ada,,,1", "names no question"),
            ("Ada,8,,1\nAda,8,,1", "twice"),
        ],
    )
    def test_a_row_that_fits_nothing_stops_everything(
        self, desk: Desk, papers: dict[str, Paper], row: str, message: str
    ) -> None:
        desk.put("a.json", response({}))
        mine = desk.course.write("mine.csv", f"student,question,part,points\n{row}\n")
        report = desk.grade(manual=mine)
        assert report.failed
        assert not desk.output.exists()
        (problem,) = report.problems
        assert message in problem.message
        assert problem.place is not None
        assert problem.place.line == 2 + row.count("\n")

    def test_a_paper_of_two_students_needs_a_name(
        self, desk: Desk, papers: dict[str, Paper]
    ) -> None:
        desk.put("a.json", response({"1": 1}))
        desk.put("b.json", response({"1": 1}, student="Bo"))
        mine = desk.course.write("mine.csv", "paper,question,part,points\nA,8,,1\n")
        (problem,) = desk.grade(manual=mine).problems
        assert "name the student" in problem.message
