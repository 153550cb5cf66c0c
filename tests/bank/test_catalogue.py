"""Which files of a bank are read for the questions that an exam lists."""

from pathlib import Path

from qgen.bank.catalogue import BankPath, find_questions
from tests.bank.written import question, written


class TestQuestionsByTheirIds:
    def files(self, folder: Path, **texts: str) -> list[BankPath]:
        for name, text in texts.items():
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        return [BankPath(folder, "bank")]

    def test_a_mistake_in_a_file_that_is_not_needed_does_no_harm(self, tmp_path: Path) -> None:
        paths = self.files(tmp_path, right=written(question(id="wanted")), wrong="kind: [")
        catalogue, problems = find_questions(paths, ["wanted"])
        assert set(catalogue.entries) == {"wanted"}
        assert problems == []

    def test_with_a_mistake_in_a_needed_file_those_of_all_are_told(self, tmp_path: Path) -> None:
        mistaken = written(question(id="wanted", difficulty="nine"))
        paths = self.files(tmp_path, right=mistaken, wrong="kind: [")
        _, problems = find_questions(paths, ["wanted"])
        assert {each.place.file for each in problems if each.place} == {
            "bank/right.yaml",
            "bank/wrong.yaml",
        }

    def test_an_id_that_is_written_with_an_escape_is_found(self, tmp_path: Path) -> None:
        escaped = written(question(id="wanted")).replace("id: wanted", 'id: "w\\x61nted"')
        paths = self.files(tmp_path, escaped=escaped)
        assert "wanted" in find_questions(paths, ["wanted"])[0].entries
