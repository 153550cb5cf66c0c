"""Pictures come from the bank, whatever its links point at."""

from pathlib import Path

import pytest

from qgen.bank.pictures import read_picture
from tests.samples import PNG


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("a key", encoding="utf-8")
    folder = tmp_path / "bank"
    folder.mkdir()
    (folder / "pic.pdf").write_bytes(b"%PDF")
    return folder


@pytest.mark.parametrize("form", ["png", "svg", "jpeg", "jpg"])
def test_no_form_leads_out_of_the_bank(bank: Path, form: str) -> None:
    (bank / f"pic.{form}").symlink_to("../secret")
    asset, fault = read_picture("pic.pdf", bank / "questions.yaml", bank)
    assert asset.forms == {}
    assert fault == f"'pic.{form}' beside 'pic.pdf' leads out of the bank"


def test_a_link_inside_the_bank_is_followed(bank: Path) -> None:
    (bank / "other.png").write_bytes(PNG)
    (bank / "pic.png").symlink_to("other.png")
    asset, fault = read_picture("pic.pdf", bank / "questions.yaml", bank)
    assert fault is None
    assert asset.forms == {"pdf": b"%PDF", "png": PNG}


def test_the_picture_itself_may_not_lead_out(bank: Path) -> None:
    (bank / "away.png").symlink_to("../secret")
    assert read_picture("away.png", bank / "questions.yaml", bank)[1] is not None
