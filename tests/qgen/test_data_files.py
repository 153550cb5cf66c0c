"""Files of data: what is in them, and how they reach students in every format."""

import base64
import csv
import io
import re
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from qgen.document.data_files import (
    MOST_ROWS,
    cells,
    csv_text,
    is_long,
    name_fault,
    printed_tables,
)
from qgen.document.formats import FORMATS
from tests.qgen.course import Course, digests, errors

ATTACHING = {"html", "moodle", "canvas", "qti"}
DECIMALS = st.decimals(
    allow_nan=False, allow_infinity=False, places=6, min_value=-999, max_value=999
)


def read(text: str) -> list[list[str]]:
    """Python's own reader, as a student's program would."""
    return list(csv.reader(io.StringIO(text, newline="")))


class TestText:
    @given(st.lists(st.tuples(DECIMALS, st.floats(allow_nan=False, allow_infinity=False))))
    def test_numbers_are_what_they_were(self, rows: list[tuple[Any, float]]) -> None:
        exact = tuple(Fraction(decimal) for decimal, _ in rows)
        rounded = tuple(number for _, number in rows)
        head, *body = read(csv_text({"x": exact, "y": rounded}))
        assert head == ["x", "y"]
        assert [Fraction(x) for x, _ in body] == list(exact)
        assert [float(y) for _, y in body] == list(rounded)

    @given(st.lists(st.text(min_size=1), min_size=1))
    def test_texts_are_one_line_each_and_no_formula(self, texts: list[str]) -> None:
        _, *body = read(csv_text({"a": tuple(texts), "b": (1,) * len(texts)}))
        assert len(body) == len(texts)
        for (written, _), text in zip(body, texts, strict=True):
            assert text.split() in (written.split(), written.removeprefix("'").split())
            assert not re.match(r"[\x00-\x20\x7f\ufeff]*[=+\-@＝＋－＠]", written)

    def test_what_each_kind_of_value_becomes(self) -> None:
        values = (3, Fraction(-1, 4), Fraction(1, 3), 0.5, True, "a, b", 'say "x"', "=1+1")
        assert csv_text({"v": values}) == (
            'v\n3\n-0.25\n0.3333333333333333\n0.5\nTRUE\n"a, b"\n"say ""x"""\n\'=1+1\n'
        )

    @pytest.mark.parametrize(
        ("columns", "reason"),
        [
            ({"x": 3}, "the column 'x' is no vector"),
            ({"x": (1, 2), "y": (1,)}, "different numbers of entries: 'x' 2, 'y' 1"),
            ({"x": ((1,),)}, "no number and no text"),
            ({"x": (1,) * (MOST_ROWS + 1)}, "more than 2000 rows"),
            ({"x": ("a" * 1000,) * 200}, "more than 100000 characters"),
        ],
    )
    def test_what_is_no_data_is_told(self, columns: Any, reason: str) -> None:
        with pytest.raises(ValueError, match=re.escape(reason)):
            csv_text(columns)

    def test_names_are_plain(self) -> None:
        assert name_fault("regression_2-b.csv") is None
        for name in (
            "../a.csv",
            "a/b.csv",
            ".csv",
            "a.exe",
            "a.csv.exe",
            "CON.csv",
            "ä.csv",
            "a b.csv",
        ):
            assert name_fault(name) is not None

    @given(st.integers(1, 130), st.integers(1, 3))
    def test_a_printed_table_has_every_cell_once(self, rows: int, columns: int) -> None:
        text = csv_text({f"c{n}": tuple(range(n * 1000, n * 1000 + rows)) for n in range(columns)})
        found = [
            [node.text for cell in row[1:] for node in cell]  # type: ignore[union-attr]
            for table in printed_tables("a.csv", text)
            for row in table.rows
        ]
        assert not is_long(text)
        for column in range(columns):
            whole = [cell for row in found[column::columns] for cell in row]
            assert whole == [row[column] for row in cells(text)[1:]]


def question(**changes: Any) -> dict[str, Any]:
    """A regression whose data are in a file, and on paper in a table."""
    return {
        "id": "fit",
        "kind": "numeric",
        "title": "A fit",
        "topic": "regression",
        "difficulty": 1,
        "parameters": {
            "x": {"integers": {"from": 11, "to": 99, "length": 12}},
            "e": {"normal": {"mean": 0, "deviation": 1, "step": 0.01, "length": 12}},
            "who": {"one_of": ["=HYPERLINK()", "@SUM"]},
        },
        "let": {"y": "100 + 2*x + e", "names": "(who, 'b')"},
        "data": {
            "reg": {"file": "fit.csv", "columns": {"x": "x", "y": "y"}},
            "who": {"file": "who.csv", "columns": {"name": "names"}},
        },
        "stem": "Fit [the data](data:reg) of [these](data:who).\n\nWhat is the mean of $y$?",
        "answer": "mean(y)",
        "tolerance": {"relative": "1%"},
        "explanation": "Add up [the data](data:reg).",
        **changes,
    }


def outputs() -> dict[str, Any]:
    never = {"paper": {"pdf": "never"}, "latex": {"pdf": "never"}, "guide": {"pdf": "never"}}
    return {name: never.get(name, {}) for name in FORMATS}


def mean_of(content: bytes) -> Fraction:
    head, *body = read(content.decode())
    assert head == ["x", "y"]
    return sum((Fraction(y) for _, y in body), Fraction()) / len(body)


@pytest.mark.slow
class TestFormats:
    @pytest.fixture(scope="module")
    @staticmethod
    def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
        course = Course(tmp_path_factory.mktemp("data") / "course")
        course.bank(question())
        course.exam("fit", outputs=outputs())
        return course.built()

    def test_a_page_saves_them_without_network(self, built: Path) -> None:
        for page in sorted((built / "html").glob("exam-?.html")):
            links = html.fromstring(page.read_text("utf-8")).findall(".//a[@download]")
            found = {str(each.get("download")): str(each.get("href")) for each in links}
            assert set(found) == {"fit.csv", "who.csv"}
            kind, _, content = found["fit.csv"].partition(";base64,")
            assert kind == "data:text/csv;charset=utf-8"
            assert mean_of(base64.b64decode(content)) > 100

    def test_moodle_attaches_each_variants_own(self, built: Path) -> None:
        contents = set()
        for path in (built / "moodle").glob("*.xml"):
            for each in etree.parse(path).iterfind(".//question[name]"):
                field = each.find("questiontext")
                files = {file.get("name"): file.text for file in field.iterfind("file")}
                assert set(files) == {"fit.csv", "who.csv"}
                linked = re.findall(r"@@PLUGINFILE@@/([^\"]+)", field.findtext("text"))
                assert set(linked) == set(files)
                content = base64.b64decode(files["fit.csv"])
                key = Fraction(each.findtext("answer/text"))
                assert abs(mean_of(content) / key - 1) < Fraction(1, 100)
                contents.add(content)
                assert base64.b64decode(files["who.csv"]).startswith(b"name\n'")
        assert len(contents) > 5

    @pytest.mark.parametrize("name", ["canvas", "qti"])
    def test_packages_hold_what_they_link_to(self, built: Path, name: str) -> None:
        (path,) = (built / name).glob("*.zip")
        with zipfile.ZipFile(path) as package:
            members = {member: package.read(member) for member in package.namelist()}
        texts = "".join(content.decode() for member, content in members.items() if ".xml" in member)
        linked = set(re.findall(r"fit-[0-9a-f]{16}\.csv", texts))
        held = {member.rpartition("/")[2]: content for member, content in members.items()}
        assert linked
        for file in linked:
            assert mean_of(held[file]) > 100
            assert f'href="{"web_resources" if name == "canvas" else "media"}/{file}"' in texts

    @pytest.mark.parametrize(
        "name", ["paper", "latex", "gift", "anki", "blackboard", "brightspace"]
    )
    def test_others_print_a_table(self, built: Path, name: str) -> None:
        folder = built / name
        paths = [*folder.glob("paper-A.*"), *folder.glob("*.gift.txt"), *folder.glob("*.csv")]
        paths += folder.glob("exam.txt")
        if name == "anki":
            with zipfile.ZipFile(next(folder.glob("*.apkg"))) as package:
                text = package.read("collection.anki2").decode("utf-8", "replace")
        else:
            text = paths[0].read_text("utf-8")
        assert "fit.csv" in text
        assert "data:reg" not in text

    def test_long_ones_are_a_loss_where_nothing_is_attached(self, tmp_path: Path) -> None:
        long = {"integers": {"from": 1, "to": 9, "length": 300}}
        course = Course(tmp_path / "long")
        parameters = {"x": long, "e": long, "who": {"one_of": ["a", "b"]}}
        course.bank(question(parameters=parameters))
        course.exam("fit", outputs=outputs())
        report = course.build()
        assert not report.failed
        told = [each.message for each in report.problems if each.code == "data"]
        assert len(told) == len(set(told))
        pattern = re.compile(r": (\w+) cannot attach '(?:fit|who)\.csv', and (300 rows|prints no)")
        names = {match[1] for match in map(pattern.search, told) if match}
        assert names == set(FORMATS) - ATTACHING - {"guide"}

    def test_the_same_seed_gives_the_same_bytes(self, tmp_path: Path) -> None:
        course = Course(tmp_path / "again")
        course.bank(question())
        course.exam("fit", outputs={"html": {}, "moodle": {"variants": 3}})
        course.built()
        first = digests(course.output / "exam")
        course.built()
        assert digests(course.output / "exam") == first


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stem": "[a](data:rag) [b](data:who)"}, "there are no data 'rag' (did you mean 'reg'?"),
        ({"data": None}, "the question's 'data' declare none"),
        ({"stem": "{{ x }}", "explanation": "e"}, "no text links to the data: write [the data]"),
        ({"stem": "# [a](data:who)\n\n[b](data:reg)"}, "stands in a paragraph, not in a table"),
        (
            {"data": {"reg": {"file": "../x.csv", "columns": {"x": "x"}}}},
            "'../x.csv' is no plain name of a file",
        ),
        (
            {"data": {"reg": {"file": "a.csv", "columns": {"x": "xs"}}}},
            "there is no value named 'xs' (did you mean 'x'?)",
        ),
        (
            {"data": {"reg": {"file": "a.csv", "columns": {"x": "x", "y": "(1, 2)"}}}},
            "different numbers of entries: 'x' 12, 'y' 2",
        ),
        ({"data": {"reg": {"file": "a.csv", "columns": {}}}}, "[too-short]"),
        ({"data": {"reg": {"file": "a.csv", "colums": {"x": "x"}}}}, "did you mean 'columns'"),
    ],
)
def test_mistakes_are_told_at_their_line(
    course: Course, changes: dict[str, Any], message: str
) -> None:
    given = question(**changes)
    if given["data"] is not None and "who" not in given["data"]:
        given |= {"stem": "[a](data:reg)"}
    course.bank(given)
    course.exam("fit")
    found = [each for each in errors(course.build()) if message in each]
    assert found
    assert re.match(r".*questions/bank\.yaml:\d+:\d+: error: ", found[0])
