"""Banks as files: which are read, in which order, and the pictures beside them."""

from pathlib import Path

import pytest

from qgen.bank.catalogue import BankPath
from qgen.bank.loader import load_bank
from qgen.document.problem import Place
from tests.bank.written import exam, question, template, written
from tests.samples import PNG

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
JPEG = b"\xff\xd8\xff\xe0"


class TestPictures:
    def test_all_forms_beside_each_other(self, tmp_path: Path) -> None:
        (tmp_path / "plots").mkdir()
        (tmp_path / "plots" / "kl.PNG").write_bytes(PNG)
        (tmp_path / "plots" / "kl.svg").write_bytes(SVG)
        (tmp_path / "my plot.jpeg").write_bytes(JPEG)
        found = template(
            question(stem="![two curves](plots/kl.PNG) ![one](<my plot.jpeg>)"), tmp_path
        )
        assert {name: asset.forms for name, asset in found.assets.items()} == {
            "kl": {"png": PNG, "svg": SVG},
            "my plot": {"jpg": JPEG},
        }

    @pytest.mark.parametrize(
        ("target", "message"),
        [
            ("none.png", "there is no picture 'none.png'"),
            ("../out.png", "the picture '../out.png' lies outside the bank"),
            ("/etc/passwd.png", "the picture '/etc/passwd.png' lies outside the bank"),
            ("bank.yaml", "'bank.yaml': use svg, pdf, png, jpg, jpeg"),
            ("link.png", "the picture 'link.png' lies outside the bank"),
            ("large.png", "the picture 'large.png' has more than 5 MB"),
            ("y" * 300 + ".png", f"the picture '{'y' * 300}.png' cannot be read"),
            ("folder.png", "there is no picture 'folder.png'"),
            ("empty.png", "what 'empty.png' holds is no PNG"),
            ("other.jpeg", "what 'other.jpeg' holds is no JPG"),
            ("other.pdf", "what 'other.jpeg' holds is no JPG"),
            ("half.svg", "what 'half.svg' holds is no SVG, or its root has no xmlns"),
            ("nameless.svg", "what 'nameless.svg' holds is no SVG, or its root has no xmlns"),
        ],
    )
    def test_mistakes(self, tmp_path: Path, target: str, message: str) -> None:
        folder = tmp_path / "bank"
        (folder / "folder.png").mkdir(parents=True)
        (tmp_path / "out.png").write_bytes(PNG)
        (folder / "link.png").symlink_to(tmp_path / "out.png")
        (folder / "large.png").write_bytes(b"x" * 5_000_001)
        (folder / "empty.png").write_bytes(b"")
        (folder / "other.jpeg").write_bytes(PNG)
        (folder / "other.pdf").write_bytes(b"%PDF")
        (folder / "half.svg").write_bytes(SVG[:20])
        (folder / "nameless.svg").write_bytes(b"<svg/>")
        (folder / "bank.yaml").write_text(written(question(stem=f"![x]({target})")), "utf-8")
        problems = load_bank([BankPath(folder / "bank.yaml", "bank.yaml")])[1]
        assert [each.message for each in problems] == [message]

    def test_two_pictures_of_one_name(self, tmp_path: Path) -> None:
        for name in ("a", "b"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "x.png").write_bytes(PNG + name.encode())
        (tmp_path / "bank.yaml").write_text(
            written(question(stem="![1](a/x.png) ![2](b/x.png)")), "utf-8"
        )
        problems = load_bank([BankPath(tmp_path, "bank")])[1]
        assert [each.message for each in problems] == ["two different pictures are named 'x'"]


class TestBanks:
    def test_files_are_read_in_order(self, tmp_path: Path) -> None:
        for name in (
            "b.yaml",
            "a.yml",
            "sub/c.yaml",
            ".hidden.yaml",
            "__pycache__/d.yaml",
            "e.txt",
        ):
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(written(question(id=path.stem.strip("."))), "utf-8")
        bank, problems = load_bank([BankPath(tmp_path, "bank")])
        assert problems == []
        assert list(bank.questions) == ["a", "b", "c"]
        assert str(bank.questions["c"].header.place) == "bank/sub/c.yaml:1:1"

    def test_an_exams_spec_may_stand_beside_its_questions(self, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").write_text(written(question()), "utf-8")
        spec = tmp_path / "exam.yaml"
        spec.write_text(written(exam()), "utf-8")
        bank, problems = load_bank([BankPath(tmp_path, "bank")])
        assert (len(bank.questions), problems) == (1, [])
        (problem,) = load_bank([BankPath(spec, "exam.yaml")])[1]
        assert str(problem).startswith("exam.yaml:1:1: error: this is an exam's spec: name the")

    def test_an_id_stands_once(self, tmp_path: Path) -> None:
        for name in ("a.yaml", "b.yaml"):
            (tmp_path / name).write_text(written(question()), "utf-8")
        bank, problems = load_bank([BankPath(tmp_path, "bank")])
        assert [str(each) for each in problems] == [
            "bank/b.yaml:1:5: error: the id 'a-numeric' is taken by the question at "
            "bank/a.yaml:1:1 [repeated-id]"
        ]
        assert list(bank.questions) == ["a-numeric"]

    def test_a_file_named_twice_is_read_once(self, tmp_path: Path) -> None:
        path = tmp_path / "a.yaml"
        path.write_text(written(question()), "utf-8")
        bank, problems = load_bank([BankPath(tmp_path, "bank"), BankPath(path, "a.yaml")])
        assert (list(bank.questions), problems) == (["a-numeric"], [])

    def test_banks_that_are_not_there(self, tmp_path: Path) -> None:
        place = Place("exam.yaml", 3, 8)
        _, problems = load_bank(
            [BankPath(tmp_path / "none", "none", place), BankPath(tmp_path, "empty", place)]
        )
        assert [str(each) for each in problems] == [
            "exam.yaml:3:8: error: no bank files (*.yaml) under 'empty' [bank-missing]",
            "exam.yaml:3:8: error: there is no bank 'none' [bank-missing]",
        ]

    def test_questions_without_mistakes_stay(self, tmp_path: Path) -> None:
        data = [question(id="good"), question(id="bad", answer="1 +"), question(id="fine")]
        (tmp_path / "a.yaml").write_text(written(data), "utf-8")
        bank, problems = load_bank([BankPath(tmp_path, "bank")])
        assert list(bank.questions) == ["good", "fine"]
        assert len(problems) == 1


def test_a_digest_knows_what_the_author_changed(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(PNG)
    data = question(stem="![x](x.png)")
    first = template(data, tmp_path).digest
    assert template(dict(reversed(data.items())), tmp_path).digest == first
    assert template({**data, "title": "Another"}, tmp_path).digest != first
    (tmp_path / "x.png").write_bytes(PNG + b"more")
    assert template(data, tmp_path).digest != first
