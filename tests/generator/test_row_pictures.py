"""Rows whose cells are pictures or formulas, in the texts that show them."""

from pathlib import Path
from typing import Any

import pytest

from qgen.bank.templates import QuestionTemplate
from qgen.document.richtext import plain_text
from qgen.document.values import TeX, Values
from qgen.generator.drawing import VariantFailure
from qgen.generator.outline import outline
from qgen.generator.variants import VariantSource
from tests.bank.written import load_text, question, written
from tests.generator.filled import fill
from tests.samples import PNG

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
STEM = "![a flag](picture:c.flag)"


def rows(**changes: Any) -> dict[str, Any]:
    table = {
        "names": ["name", "flag", "f"],
        "of": [["Angola", "a.svg", "x^2"], ["Belgium", "b.png", "\\frac{1}{x}"]],
        "picture": ["flag"],
        "tex": ["f"],
    }
    return {"c": {"rows": {**table, **changes}}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in (("a.svg", SVG), ("a.png", PNG), ("b.png", PNG + b"B"), ("x.svg", SVG)):
        (tmp_path / name).write_bytes(content)
    return tmp_path


def loaded(folder: Path, **changes: Any) -> tuple[QuestionTemplate | None, list[str]]:
    data = question(**{"stem": STEM, "parameters": rows(), **changes})
    bank, problems = load_text(written(data), folder)
    (found,) = bank.questions.values() if bank.questions else (None,)
    return found, [problem.message for problem in problems]


def the(folder: Path, **changes: Any) -> QuestionTemplate:
    found, problems = loaded(folder, **changes)
    assert problems == []
    assert found is not None
    return found


VALUES: Values = {"c.name": "Belgium", "c.flag": "b.png", "c.f": TeX("\\frac{1}{x}")}


def test_each_variant_shows_its_own_picture(folder: Path) -> None:
    found = the(folder)
    belgium = fill(found, VALUES)
    angola = fill(found, {**VALUES, "c.flag": "a.svg"})
    assert belgium.assets["picture-c-flag"].forms == {"png": PNG + b"B"}
    # Only the forms that all rows have: what a format cannot show is told before anything is drawn.
    assert angola.assets["picture-c-flag"].forms == {"png": PNG}
    assert outline(found, found.points, "per_option").assets["picture-c-flag"].forms.keys() == {
        "png"
    }


def test_variants_differ_by_the_picture_that_students_see(folder: Path) -> None:
    source = VariantSource(the(folder), 1, "slot", lambda values: {})
    first, second = source.variants(["A", "B"])
    assert first.values["c.flag"] != second.values["c.flag"]


def test_a_changed_picture_is_another_question(folder: Path) -> None:
    before = the(folder).digest
    (folder / "b.png").write_bytes(PNG + b"other")
    assert the(folder).digest != before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stem": "![a flag](picture:c.flagg)"},
         "there is no column of pictures 'c.flagg' (did you mean 'c.flag'?)"),
        ({"stem": f"{STEM} {{{{ c.flag }}}}"},
         "'c.flag' is a picture: show it by ![what it shows](picture:c.flag)"),
        ({"parameters": rows(of=[["A", "z.svg", "x"]])}, "there is no picture 'z.svg'"),
        ({"parameters": rows(of=[["A", "../a.svg", "x"]])},
         "the picture '../a.svg' lies outside the bank"),
        ({"parameters": rows(of=[["A", "x.svg", "x"], ["B", "b.png", "x"]])},
         "the pictures of 'c.flag' have no form in common: all as svg, or all as png"),
        ({"parameters": rows(picture=["flags"])},
         "there is no column 'flags' that could hold pictures"),
        ({"parameters": rows(size=2)},
         "a text shows the picture of one row: 'size' does not go with 'picture'"),
    ],
)  # fmt: skip
def test_mistakes(folder: Path, changes: dict[str, Any], message: str) -> None:
    assert message in loaded(folder, **changes)[1]


def test_tex_prints_as_a_formula_and_in_no_text(folder: Path) -> None:
    shown = fill(the(folder, stem="$f(x) = {{ c.f }}$, $2 - {{ c.f }}^2$"), VALUES)
    assert plain_text(shown.stem) == "$f(x) = {\\frac{1}{x}}$, $2 - {\\frac{1}{x}}^2$"
    with pytest.raises(VariantFailure, match=r"it is TeX: put the hole inside a formula"):
        fill(the(folder, stem="the function {{ c.f }}"), VALUES)


def test_a_cell_is_its_authors_word(folder: Path) -> None:
    known = {"kind": "short_answer", "accept": "{{ c.name }}"}
    data = {**question("short_answer"), "stem": STEM, "parameters": rows(), **known}
    bank, problems = load_text(written(data), folder)
    assert problems == []
    (found,) = bank.questions.values()
    assert fill(found, VALUES).parts[0].provenance == "stated"
