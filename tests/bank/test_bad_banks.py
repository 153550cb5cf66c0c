"""Banks with mistakes in them: each is reported where it stands, in words that help."""

from pathlib import Path

import pytest

from qgen.bank.catalogue import BankPath
from qgen.bank.loader import load_bank

FOLDER = Path(__file__).parents[1] / "bad_banks"

REPORTS = {
    "fields.yaml": [
        "fields.yaml:1:7: error: an id is made of small letters, digits and single hyphens, got "
        "'Bernoulli_KL' [string-pattern-mismatch]",
        "fields.yaml:5:15: error: must be at most 5, got 7 [less-than-equal]",
        "fields.yaml:6:3: error: unknown key 'minuts' (did you mean 'minutes'?) [unknown-key]",
        "fields.yaml:11:9: error: there is no kind 'single_choise' (did you mean "
        "'single_choice'?) [union-tag-invalid]",
    ],
    "expressions.yaml": [
        "expressions.yaml:10:5: error: in 'width != hieght': there is no value named 'hieght' "
        "(did you mean 'height'?) [unknown-name]",
        "expressions.yaml:12:9: error: in 'width * height.real': '.real' is not allowed: only a "
        "drawn row has columns [unknown-name]",
        "expressions.yaml:15:4: error: the hole 'height | nmu(3)': there is no filter 'nmu' (did "
        "you mean 'num'?) [expression]",
    ],
    "texts.yaml": [
        "texts.yaml:9:15: error: in 'pert': there is no value named 'pert' (did you mean 'part'?)"
        " [unknown-name]",
        "texts.yaml:11:3: error: the formula '\\frac{1}{' cannot be typeset: 9: Expected closing "
        'token "}", but reached end of input. [math]',
        "texts.yaml:14:18: error: a hole cannot stand inside code [hole-place]",
    ],
}


@pytest.mark.parametrize("name", REPORTS)
def test_every_mistake_of_a_file_is_reported_where_it_stands(name: str) -> None:
    bank, problems = load_bank([BankPath(FOLDER / name, name)])
    assert [str(problem) for problem in problems] == REPORTS[name]
    assert not bank.questions


def test_a_folder_reports_all_its_files_in_reading_order() -> None:
    bank, problems = load_bank([BankPath(FOLDER, "bad")])
    reports = [line for name in sorted(REPORTS) for line in REPORTS[name]]
    assert [str(problem) for problem in problems] == [f"bad/{line}" for line in reports]
    assert len(reports) == 10
    assert not bank.questions


def test_every_file_here_is_tested() -> None:
    assert {path.name for path in FOLDER.glob("*.yaml")} == set(REPORTS)
