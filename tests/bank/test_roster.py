"""Lists of students as spreadsheets write them."""

from pathlib import Path

import pytest

from qgen.bank.roster import Student, read_roster


def roster(folder: Path, content: str | bytes) -> tuple[tuple[Student, ...], list[str]]:
    path = folder / "roster.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    students, problems = read_roster(path, "roster.csv")
    return students, [str(problem) for problem in problems]


ADA, BOB = Student("s1", "Ada Lovelace"), Student("s2", None)


@pytest.mark.parametrize(
    "content",
    [
        "id,name\ns1,Ada Lovelace\ns2,\n",
        "\ufeffid,name\r\ns1,Ada Lovelace\r\ns2,\r\n",
        "id,name\rs1,Ada Lovelace\rs2,",
        " ID , Name\n s1 , Ada Lovelace \n\n , \ns2\n\n",
        'name,id\n"Ada Lovelace",s1\n"","s2"\n',
    ],
    ids=["plain", "byte order mark", "old line ends", "blanks", "other order"],
)
def test_students(tmp_path: Path, content: str) -> None:
    assert roster(tmp_path, content) == ((ADA, BOB), [])


def test_names_may_hold_commas_and_line_ends(tmp_path: Path) -> None:
    students, problems = roster(tmp_path, 'id,name\ns1,"Lovelace, Ada"\ns2,"A\nB"\ns2,\n')
    assert students == (Student("s1", "Lovelace, Ada"), Student("s2", "A\nB"))
    assert problems == ["roster.csv:5:1: error: the id 's2' stands twice [roster]"]


def test_identifiers_alone(tmp_path: Path) -> None:
    assert roster(tmp_path, "id\n007\n7\n")[0] == (Student("007", None), Student("7", None))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("25%", 23), ("12.5 %", 12), ("20 min", 20), ("", 0), ("0%", 0), ("100%", 90)],
)
def test_extra_time_is_a_share_or_minutes(tmp_path: Path, text: str, minutes: int) -> None:
    (student,), problems = roster(tmp_path, f"id,extra_time\ns1,{text}\n")
    assert problems == []
    assert student.more_than(90) == minutes


@pytest.mark.parametrize(
    ("content", "report"),
    [
        ("id,extra_time\ns1,a lot\n",
         "2:1: error: unknown extra time 'a lot': write a share of the exam's duration, as in "
         "25%, or minutes, as in 20 min"),
        ("", "1:1: error: the first line must name the columns: id, or id,name"),
        ("s1,Ada\n", "1:1: error: the first line must name the columns: id, or id,name"),
        ("name\nAda\n", "1:1: error: the first line must name the columns: id, or id,name"),
        ("id;name\ns1;Ada\n", "1:1: error: the first line must name the columns: id, or id,name"),
        ("id,nmae\ns1,Ada\n", "1:1: error: unknown column 'nmae' (did you mean 'name'?)"),
        ("id,name\n", "1:1: error: the roster names no students"),
        ("id,name\n\n,\n", "1:1: error: the roster names no students"),
        ("id,name\ns1,Ada\n,Bob\n", "3:1: error: a student without an id"),
        ("id,name\ns1,Ada\ns2,\n s1 ,Bob\n", "4:1: error: the id 's1' stands twice"),
        ("id,name\ns1,Lovelace, Ada\n",
         "2:1: error: 3 cells under 2 columns; put a name with commas in quotes"),
        ("id,name\ns1,\0\n", "2:4: error: a control character (U+0000) is not text"),
        ("id,name\n" + "s" * 200_000, "2:1: error: not a CSV file: field larger than field limit "
                                      "(131072)"),
    ],
)  # fmt: skip
def test_mistakes(tmp_path: Path, content: str, report: str) -> None:
    problems = roster(tmp_path, content)[1]
    assert [problem.removeprefix("roster.csv:").rsplit(" [", 1)[0] for problem in problems] == [
        report
    ]


def test_other_encodings(tmp_path: Path) -> None:
    students, problems = roster(tmp_path, "id,name\ns1,Åsa\n".encode("latin-1"))
    assert students == ()
    assert problems == ["roster.csv:2:1: error: this is not UTF-8 text [file-not-text]"]


def test_a_missing_roster(tmp_path: Path) -> None:
    _, (problem,) = read_roster(tmp_path / "none.csv", "none.csv")
    assert str(problem) == "none.csv:1:1: error: there is no such file [file-missing]"


def test_all_mistakes_are_reported_together(tmp_path: Path) -> None:
    problems = roster(tmp_path, "id,nmae\n,a\ns1,\ns1,\n")[1]
    assert len(problems) == 3
