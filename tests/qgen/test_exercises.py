"""Twenty exercises of other fields, in YAML alone: proved, and built to every format."""

import base64
import contextlib
import csv
import io
import statistics
from dataclasses import fields
from fractions import Fraction
from pathlib import Path

import pytest
from lxml import html

from qgen.document.formats import FORMATS
from tests.qgen.course import EXAMPLES, Course, manifest
from tests.quick_yaml import from_yaml

pytestmark = pytest.mark.slow

BANK = EXAMPLES / "exercises"
FIELDS = ("statistics", "calculus", "algebra", "physics", "programming", "languages")


def exercises() -> dict[str, dict[str, object]]:
    files = (from_yaml((BANK / f"{name}.yaml").read_text("utf-8")) for name in FIELDS)
    return {each["id"]: each for file in files for each in file}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = Course(tmp_path_factory.mktemp("exercises") / "course")
    never = {"paper": {"pdf": "never"}, "latex": {"pdf": "never"}, "guide": {"pdf": "never"}}
    few = {
        name: {"variants": 2}
        for name, known in FORMATS.items()
        if any(option.name == "variants" for option in fields(known.options))
    }
    course.exam(
        *exercises(),
        bank=[str(BANK)],
        proofs="required",
        versions=1,
        outputs={name: few.get(name, {}) | never.get(name, {}) for name in FORMATS},
    )
    return course.built()


def keys(folder: Path) -> dict[str, dict[str, str]]:
    """By the question and the part, what the key is."""
    found: dict[str, dict[str, str]] = {}
    with (folder / "key.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["question"], {})[row.get("part", "")] = row["key"]
    return found


def article(folder: Path, words: str) -> html.HtmlElement:
    """The question on the page that has these words."""
    page = html.fromstring((folder / "html" / "exam-A.html").read_text("utf-8"))
    (found,) = [each for each in page.findall(".//article") if words in each.text_content()]
    return found


def test_they_are_yaml_alone_and_of_six_fields() -> None:
    assert len(exercises()) >= 20
    assert not any("solver" in each for each in exercises().values())
    assert not list(BANK.rglob("*.py"))


def test_every_format_has_them_and_no_key_is_without_proof(built: Path) -> None:
    assert {path.name for path in built.iterdir() if path.is_dir()} == set(FORMATS)
    told = manifest(built)
    assert "computed" not in {key for key, count in told["answers"].items() if count}
    assert told["answers"]["verified"] > 10 * told["answers"].get("stated", 0)


def test_the_regression_is_that_of_the_file_on_the_page(built: Path) -> None:
    (link,) = article(built, "by least squares").findall(".//a[@download]")
    content = base64.b64decode(str(link.get("href")).partition(",")[2]).decode()
    rows = list(csv.DictReader(io.StringIO(content)))
    xs, ys = ([float(row[name]) for row in rows] for name in "xy")
    fitted = statistics.linear_regression(xs, ys)
    told = keys(built)["regression-from-a-file"]
    key = {part: float(Fraction(each.partition(" ")[0])) for part, each in told.items()}
    assert key == pytest.approx({"a": fitted.slope, "b": fitted.intercept}, rel=1e-9)


def test_the_program_on_the_page_prints_the_key(built: Path) -> None:
    (code,) = article(built, "What does this program print").findall(".//pre/code")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code.text_content(), {})
    (key,) = keys(built)["output-of-a-loop"].values()
    assert printed.getvalue().strip() == key


def test_the_flag_is_a_picture_and_not_its_name(built: Path) -> None:
    asked = article(built, "country with this flag")
    (flag,) = asked.findall(".//img")
    assert str(flag.get("src")).startswith("data:image/svg+xml")
    (capital,) = keys(built)["capital-by-flag"].values()
    assert capital in {"Paris", "Dublin", "Rome", "Berlin", "Amsterdam", "Brussels"}
