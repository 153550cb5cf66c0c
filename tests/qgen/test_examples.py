"""The example exams build as they are, and their keys agree with other readings of them."""

import csv
import json
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from math import log
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from qgen.banks import bank_path
from tests.folded import unpacked
from tests.qgen.course import EXAMPLES, digests, manifest
from tests.quick_yaml import from_yaml

pytestmark = pytest.mark.slow

SPECS = sorted(EXAMPLES.glob("*.yaml"))


@cache
def shipped_questions() -> dict[str, dict[str, Any]]:
    """The shipped bank as plain YAML, read by nothing of ours."""
    found = {}
    for path in sorted(bank_path("builtin", Path()).path.rglob("*.yaml")):
        data = from_yaml(path.read_text("utf-8"))
        for question in data if isinstance(data, list) else [data]:
            found[question["id"]] = question
    return found


def keys(folder: Path) -> list[dict[str, str]]:
    with (folder / "key.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)
class TestEveryExample:
    @pytest.fixture
    def folder(self, spec: Path, example: Callable[[Path], Path]) -> Path:
        return example(spec)

    def test_every_file_is_there_with_its_digest(self, folder: Path) -> None:
        written = digests(folder)
        assert written.pop("manifest.json")
        assert manifest(folder)["files"] == written
        assert all(path.stat().st_size for path in folder.rglob("*") if path.is_file())

    def test_every_format_of_the_spec_is_there(self, folder: Path, spec: Path) -> None:
        outputs = from_yaml(spec.read_text("utf-8"))["outputs"]
        assert {path.name for path in folder.iterdir() if path.is_dir()} == set(outputs)

    def test_every_paper_has_a_key_for_every_answer(self, folder: Path) -> None:
        table = keys(folder)
        assert {row["version"] for row in table} == set(manifest(folder)["versions"])
        assert all(row["key"] for row in table)
        recorded = {
            (each["copy"], each["question"], tuple(each["answers"]))
            for each in manifest(folder)["items"]
        }
        for label in manifest(folder)["versions"]:
            for number in {row["number"] for row in table if row["version"] == label}:
                here = [r for r in table if (r["version"], r["number"]) == (label, number)]
                answers = tuple(row["key"].removeprefix("'") for row in here)
                assert (label, here[0]["question"], answers) in recorded

    def test_no_item_is_recorded_twice(self, folder: Path) -> None:
        items = manifest(folder)["items"]
        assert len({(each["slot"], each["copy"]) for each in items}) == len(items)

    def test_the_letters_of_the_key_are_those_of_the_options_the_bank_calls_right(
        self, folder: Path, spec: Path
    ) -> None:
        checked = 0
        for label in manifest(folder)["versions"]:
            page = _practice_page(folder, label)
            rows = [row for row in keys(folder) if row["version"] == label]
            grouped = {"single_choice", "multiple_select", "ordering"}
            rows = [row for row in rows if row["kind"] in grouped]
            groups = page.xpath("//fieldset")
            assert len(groups) == len(rows)
            for row, group in zip(rows, groups, strict=True):
                if row["kind"] == "ordering":
                    continue
                right = _right_letters(group, _options(row))
                if right is not None:
                    assert row["key"] == (" ".join(right) or "none"), row
                    checked += 1
        assert checked >= 16 or spec.stem != "midterm"


@pytest.mark.parametrize("name", ["quiz", "midterm", "problem-sheet"])
def test_the_budgets_of_time_and_points_add_up(name: str, example: Callable[[Path], Path]) -> None:
    """What an exam to start from says about its points and its work is what its questions give."""
    spec = from_yaml((EXAMPLES / f"{name}.yaml").read_text("utf-8"))
    said = re.search(r"There are (\d+) points for about (\d+) minutes", spec["instructions"])
    assert said is not None
    points, minutes = map(int, said.groups())
    folder = example(EXAMPLES / f"{name}.yaml")
    first = manifest(folder)["versions"][0]
    rows = [row for row in keys(folder) if row["version"] == first]
    work = sum(
        Fraction(str(shipped_questions()[question]["minutes"]))
        for question in {row["question"] for row in rows}
    )
    assert sum(Fraction(row["points"]) for row in rows) == points
    assert abs(work - minutes) <= 5
    amount, unit = spec["duration"].split()
    assert minutes < int(amount) * {"min": 1, "h": 60}[unit]


def _practice_page(folder: Path, label: str) -> lxml.html.HtmlElement:
    pages = [path for path in (folder / "html").iterdir() if path.stem.endswith(f"-{label}")]
    if not pages:
        pytest.skip("this example has no pages")
    page = lxml.html.document_fromstring(_unfolded(pages[0].read_text("utf-8")))
    for formula in page.xpath("//*[local-name()='math']"):
        formula.drop_tree()
    return page


def _unfolded(page: str) -> str:
    """A large page with the solutions that its script would put back at once."""
    place = "<template class=solution></template>"
    if place not in page:
        return page
    found = re.search(r'"([^"]+)"\)\n</script>', page)
    assert found is not None
    *solutions, _ = unpacked(found[1]).decode().split("\0")
    assert page.count(place) == len(solutions)
    for solution in solutions:
        page = page.replace(place, solution, 1)
    return page


def _options(row: Mapping[str, str]) -> list[dict[str, Any]]:
    question = shipped_questions()[row["question"]]
    if row["part"]:
        question = question["parts"]["abcdefghijklmnopqrstuvwxyz".index(row["part"])]
    options = question["options"]
    assert isinstance(options, list)
    return options


def _right_letters(group: lxml.html.HtmlElement, options: list[dict[str, Any]]) -> list[str] | None:
    """The letters of right options, found by their words outside formulas.

    None where those words do not tell the options apart, or where numbers decide.
    """
    by_words: dict[tuple[str, ...], object] = {}
    for option in options:
        words = _written_words(f"{option['text']} {option.get('feedback') or ''}")
        if words in by_words or "{{" in _outside_formulas(option["text"]):
            return None
        by_words[words] = option.get("correct", False)
    verdicts = group.xpath("following-sibling::details[1]//li")
    letters = []
    for label, verdict in zip(group.xpath(".//label"), verdicts, strict=True):
        shown = label.xpath(".//*[@class='words']")[0].text_content()
        shown += " " + " ".join(each.text_content() for each in verdict.xpath("./div"))
        correct = by_words[_plain_words(shown)]
        if not isinstance(correct, bool):
            return None
        if correct:
            letters.append(label.xpath("string(.//*[@class='letter'])"))
    return letters


def _outside_formulas(text: str) -> str:
    return re.sub(r"\$\$.*?\$\$|\$.*?\$", " ", text, flags=re.DOTALL)


def _written_words(text: str) -> tuple[str, ...]:
    return _plain_words(re.sub(r"\{\{.*?\}\}|[*_`]", "", _outside_formulas(text)))


def _plain_words(text: str) -> tuple[str, ...]:
    return tuple(re.findall("[a-z]+", text.lower()))


# Keys by arithmetic that is written down here once more.


def _divergence(values: Mapping[str, str]) -> float:
    q, p = float(Fraction(values["e"])), float(Fraction(values["alpha"]))
    return q * log(q / p) + (1 - q) * log((1 - q) / (1 - p))


def _translator(values: Mapping[str, str]) -> float:
    doubt, knows, guesses = (Fraction(values[name]) for name in ("doubt", "knows", "guesses"))
    return float((1 - doubt) * knows / ((1 - doubt) * knows + doubt * guesses))


def _best_prior(values: Mapping[str, Any]) -> float:
    return float(sum(map(Fraction, values["e"])) / 4)


def _encoder_variance(values: Mapping[str, Any]) -> float:
    noise = Fraction(values["alpha"]) ** 2
    return float(noise / (noise + sum(Fraction(slope) ** 2 for slope in values["w"])))


ARITHMETIC: dict[str, tuple[int, Callable[[Mapping[str, Any]], float]]] = {
    "bernoulli-prior-vae": (2, _divergence),
    "who-understands-chinese": (0, _translator),
    "best-bernoulli-prior": (0, _best_prior),
    "linear-gaussian-vae": (2, _encoder_variance),
}


@pytest.mark.parametrize("question", ARITHMETIC)
def test_keys_of_the_midterm_by_other_arithmetic(midterm: Path, question: str) -> None:
    position, arithmetic = ARITHMETIC[question]
    items = [each for each in manifest(midterm)["items"] if each["question"] == question]
    assert len(items) == 4 + 12
    for each in items:
        written = each["answers"][position].split(" ")[0]
        assert float(Fraction(written)) == pytest.approx(arithmetic(each["values"]), rel=1e-12)


def test_the_report_of_the_midterm(midterm: Path, midterm_report: str) -> None:
    lines = midterm_report.splitlines()
    losses = [line for line in lines if "loss: " in line]
    counted = lines[len(losses) :]
    assert re.fullmatch(r"11 questions, 4 papers, \d+ variants in all", counted[0])
    found = re.fullmatch(r"answers: (\d+) verified, (\d+) computed, (\d+) stated", counted[1])
    assert found is not None
    verified, computed, stated = map(int, found.groups())
    assert verified > 100
    recorded = sum(len(each["answers"]) for each in manifest(midterm)["items"])
    assert verified + computed + stated == recorded
    assert re.fullmatch(r"proofs: \d+ proved now, \d+ earlier \(.*\)", counted[2])
    assert re.fullmatch(
        r"blind guessing scores \d+\.\d% \(multiple-select: per option\)", counted[3]
    )
    assert re.fullmatch(rf"\d+ files in .*/midterm/, {len(losses)} losses \(above\)", counted[-1])
    assert sum("[moodle-formula]" in line for line in losses) == 3
    by_person = "3 by a person (posterior-collapse-explained)"
    assert f"moodle: 20 of 23 marks by machine, {by_person}" in counted


def test_the_manifest_of_the_midterm_is_ascii_safe_json(midterm: Path) -> None:
    text = (midterm / "manifest.json").read_bytes().decode("utf-8")
    assert json.loads(text) == manifest(midterm)
    assert text.endswith("\n")
