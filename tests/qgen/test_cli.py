"""The command line: what it says, where it says it, and with which exit status."""

import json
import os
import pty
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec, module_from_spec
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qgen import __version__
from qgen.cli import main
from qgen.document.answers import DERIVATION, KINDS
from tests.qgen.course import Course, choice, formula, numeric, run_python
from tests.qgen.test_examples import shipped_questions

GOLDENS = Path(__file__).parents[1] / "goldens"
COMMANDS = ("build", "check", "grade", "list", "show", "functions", "schema")
Run = Callable[..., Result]


@pytest.fixture
def two_questions(course: Course) -> Course:
    course.bank(numeric("square"), choice("which", difficulty=2))
    course.exam("square", "which")
    return course


class TestHelp:
    @pytest.mark.parametrize("command", ["", *COMMANDS])
    def test_is_as_agreed(self, command: str) -> None:
        """A meant change is made with `COLUMNS=80 qgen COMMAND --help > tests/goldens/…`."""
        golden = GOLDENS / f"help{command and '-'}{command}.txt"
        arguments = [*command.split(), "--help"]
        # Two columns less than the terminal has, as the command itself leaves them.
        result = CliRunner().invoke(main, arguments, prog_name="qgen", terminal_width=78)
        assert result.exit_code == 0
        assert result.stdout == golden.read_text("utf-8")

    def test_every_command_has_a_golden(self) -> None:
        assert tuple(main.commands) == COMMANDS

    def test_short_option_and_no_argument_help_too(self, qgen: Run) -> None:
        assert qgen("-h").stdout == qgen("--help").stdout
        assert "Usage: " in qgen().output

    def test_loads_nothing_heavy(self, tmp_path: Path) -> None:
        code = (
            "import sys\n"
            "from qgen.cli import main\n"
            "main(['--help'], standalone_mode=False)\n"
            "print(sorted({name.split('.')[0] for name in sys.modules}))"
        )
        loaded = run_python(code, cwd=tmp_path).stdout.splitlines()[-1]
        for name in ("torch", "sympy", "pydantic", "yaml", "jinja2", "rich", "markdown_it"):
            assert f"'{name}'" not in loaded

    @pytest.mark.slow
    def test_works_where_there_are_very_many_processors(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "cpu_count", lambda: 512)
        found = find_spec("qgen.cli")
        assert found is not None
        assert found.loader is not None
        anew = module_from_spec(found)
        found.loader.exec_module(anew)
        result = CliRunner().invoke(anew.main, ["build", str(tmp_path / "missing.yaml")])
        assert result.exit_code == 1
        assert "512" not in result.stderr

    def test_version(self, qgen: Run) -> None:
        result = qgen("--version")
        assert (result.exit_code, result.stdout) == (0, f"qgen, version {__version__}\n")


class TestUsage:
    """Exit status 2: the command line itself is wrong."""

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["bild"], "bild"),
            (["build"], "EXAM.YAML"),
            (["build", "x.yaml", "--format", "latx"], "did you mean 'latex'?"),
            (["build", "x.yaml", "--format", "zzz"], "there are paper, latex, moodle, html"),
            (["build", "x.yaml", "--format", " , "], "names no format"),
            (["build", "x.yaml", "--format", "html,latx"], "there is no format 'latx'"),
            (["build", "x.yaml", "--seed", "-1"], "-1"),
            (["build", "x.yaml", "--jobs", "0"], "0"),
            (["build", "x.yaml", "--verify", "maybe"], "maybe"),
            (["build", "x.yaml", "y.yaml"], "y.yaml"),
            (["build", "x.yaml", "-o", __file__], "is a file"),
            (["list", "--colour"], "--colour"),
            (["show"], "ID"),
            (["schema", "answer"], "answer"),
            (["check", "--variants", "0"], "0"),
        ],
    )
    def test_is_said_on_standard_error(self, qgen: Run, arguments: list[str], words: str) -> None:
        result = qgen(*arguments)
        assert result.exit_code == 2
        assert words in result.stderr
        assert result.stdout == ""


def binary(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00\x01")


class TestBuild:
    def test_reports_on_standard_output(self, qgen: Run, two_questions: Course) -> None:
        result = qgen("build", two_questions.folder / "exam.yaml")
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.splitlines()[-1] == "6 files in build/exam/, nothing lost"
        assert (Path("build") / "exam" / "key.csv").exists()

    def test_mistakes_go_to_standard_error(self, qgen: Run, two_questions: Course) -> None:
        spec = two_questions.exam("sqare", "wich")
        result = qgen("build", spec)
        assert (result.exit_code, result.stdout) == (1, "")
        lines = result.stderr.splitlines()
        assert len(lines) == 3
        assert re.fullmatch(
            rf"{re.escape(str(spec))}:\d+:\d+: error: no question has the id 'sqare' "
            r"\(did you mean 'square'\?\) \[unknown-question\]",
            lines[0],
        )
        assert lines[2] == "2 errors"
        assert not Path("build").exists()

    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda path: None, "exam.yaml"),
            (lambda path: path.mkdir(), "exam.yaml"),
            (lambda path: path.write_text(""), "exam.yaml:1:1"),
            (lambda path: path.write_text("[]"), "exam.yaml:1:1"),
            (lambda path: path.write_text("title: [\n"), "exam.yaml:"),
            (lambda path: path.write_text("title: !!python/object:os.system x"), "exam.yaml:1:"),
            (binary, "exam.yaml"),
        ],
        ids=["missing", "folder", "empty", "list", "broken", "tag", "binary"],
    )
    def test_a_spec_that_cannot_be_read_is_one_error(
        self, qgen: Run, make: Callable[[Path], object], words: str
    ) -> None:
        make(Path("exam.yaml"))
        result = qgen("build", "exam.yaml")
        assert (result.exit_code, result.stdout) == (1, "")
        assert words in result.stderr
        assert result.stderr.splitlines()[-1].endswith(("error", "errors"))
        assert isinstance(result.exception, SystemExit)
        assert not Path("build").exists()

    def test_a_folder_that_cannot_be_written_is_a_sentence(
        self, qgen: Run, two_questions: Course
    ) -> None:
        Path("file").write_text("in the way")
        result = qgen("build", two_questions.folder / "exam.yaml", "-o", "file/below")
        assert result.exit_code == 1
        assert result.stderr.startswith("Error: cannot write to file/below: ")
        assert isinstance(result.exception, SystemExit)

    def test_a_folder_that_is_not_ours_is_a_sentence(
        self, qgen: Run, two_questions: Course
    ) -> None:
        mine = Path("build/exam/thesis.tex")
        mine.parent.mkdir(parents=True)
        mine.write_text("years of work")
        result = qgen("build", two_questions.folder / "exam.yaml")
        assert result.exit_code == 1
        assert "was not written by qgen" in result.stderr
        assert mine.read_text() == "years of work"

    def test_as_json(self, qgen: Run, course: Course) -> None:
        course.bank(numeric("square"), choice("which"), formula("divergence"))
        spec = course.exam("square", "which", "divergence", outputs={"moodle": {"variants": 2}})
        data = json.loads(qgen("build", spec, "--json").stdout)
        loss, numbers = data.pop("problems")
        assert (numbers["code"], numbers["file"]) == ("moodle-numbers", None)
        assert (loss["severity"], loss["code"]) == ("loss", "moodle-formula")
        assert loss["file"].endswith("bank.yaml")
        assert loss["line"] > 1
        proved = data.pop("proved")
        assert proved["now"] + proved["earlier"] == 8
        expected = {
            "ok": True,
            "folder": "build/exam",
            "files": [
                *("key.csv", "manifest.json", "marking.jsonl", "moodle/exam.xml"),
                *("moodle/settings.html", "moodle/settings.md", "moodle/settings.txt"),
            ],
            "questions": 3,
            "papers": 2,
            "variants": 11,
            "answers": {"stated": 3, "verified": 8},
            "verify": "new",
            "blind_guessing": pytest.approx(1 / 9),
            "marks": {
                "moodle": {
                    "machine": 3,
                    "person": 0,
                    "lost": 0,
                    "by_person": [],
                    "without": [],
                }
            },
        }
        assert {key: data[key] for key in expected} == expected

    def test_mistakes_as_json(self, qgen: Run, two_questions: Course) -> None:
        result = qgen("build", two_questions.exam("sqare"), "--json")
        assert (result.exit_code, result.stderr) == (1, "")
        data = json.loads(result.stdout)
        assert (data["ok"], data["folder"], data["files"]) == (False, None, [])
        (problem,) = data["problems"]
        assert problem["code"] == "unknown-question"

    def test_options_reach_the_build(self, qgen: Run, two_questions: Course) -> None:
        spec = two_questions.folder / "exam.yaml"
        result = qgen(
            *("build", spec, "-o", "out", "--seed", 9, "--verify", "never", "--jobs", 1),
            *("--format", " moodle , html "),
        )
        assert result.exit_code == 0
        folder = Path("out") / "exam"
        assert {path.name for path in folder.iterdir()} == {
            *("html", "moodle", "key.csv", "manifest.json", "marking.jsonl")
        }
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        assert (manifest["seed"], manifest["verify"]) == (9, "never")


class TestList:
    def test_shows_each_question_once(self, qgen: Run, two_questions: Course) -> None:
        result = qgen("list", two_questions.folder / "questions")
        assert result.exit_code == 0
        assert result.stdout.count("square") >= 1
        assert result.stdout.splitlines()[-1] == "2 questions"

    def test_a_topic_or_a_kind_that_there_is_not_is_an_error(
        self, qgen: Run, two_questions: Course
    ) -> None:
        folder = two_questions.folder / "questions"
        result = qgen("list", folder, "--topic", "nmbers", "--kind", "essay")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "there is no topic 'nmbers' (did you mean 'numbers'?)" in result.stderr
        assert "there is no kind 'essay'; there are derivation, " in result.stderr
        assert qgen("list", folder, "--kind", "ordering").stdout.endswith("\n0 questions\n")

    @pytest.mark.slow
    def test_without_a_path_it_is_the_shipped_bank(self, qgen: Run) -> None:
        data = json.loads(qgen("list", "--json").stdout)
        assert {each["id"] for each in data} == set(shipped_questions())
        for each in data:
            written = shipped_questions()[each["id"]]
            assert each["kind"] == written["kind"]
            assert each["parameterised"] == ("parameters" in written)

    def test_as_json(self, qgen: Run, two_questions: Course) -> None:
        data = json.loads(qgen("list", two_questions.folder / "questions", "--json").stdout)
        assert data[0] == {
            "id": "square",
            "title": "Title of square",
            "kind": "numeric",
            "topic": "numbers",
            "tags": [],
            "difficulty": 1,
            "points": "1",
            "parameterised": True,
            "solvers": ["course_solvers.square"],
            "source": None,
            "not_with": [],
            "file": f"{two_questions.folder}/questions/bank.yaml",
            "line": 2,
        }

    def test_by_kind_and_topic(self, qgen: Run, two_questions: Course) -> None:
        def listed(*options: str) -> list[str]:
            result = qgen("list", two_questions.folder / "questions", "--json", *options)
            return [each["id"] for each in json.loads(result.stdout)]

        assert listed("--kind", "numeric") == ["square"]
        assert listed("--topic", "numbers") == ["square", "which"]
        assert listed("--topic", "numbers", "--kind", "open") == []

    def test_counts_kinds_by_topic(self, qgen: Run, course: Course) -> None:
        elsewhere = {**choice("which"), "topic": "letters"}
        course.bank(numeric("square"), numeric("other"), elsewhere)
        lines = qgen("list", course.folder / "questions", "--count").stdout.splitlines()
        assert [line.split() for line in lines] == [
            ["topic", "single_choice", "numeric", "drawn", "all"],
            ["letters", "1", "1"],
            ["numbers", "2", "2", "2"],
            ["all", "1", "2", "2", "3"],
        ]
        assert lines[1].index("1") == lines[0].index("single_choice")
        asked = (course.folder / "questions", "--count", "--json", "--topic", "letters")
        assert json.loads(qgen("list", *asked).stdout) == {
            "letters": {"single_choice": 1, "drawn": 0, "all": 1}
        }

    def test_mistakes_in_the_bank_stop_it(self, qgen: Run, two_questions: Course) -> None:
        two_questions.write("questions/other.yaml", "id: x\nkynd: open\n")
        result = qgen("list", two_questions.folder / "questions")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "other.yaml:" in result.stderr

    def test_a_bank_that_is_not_there(self, qgen: Run) -> None:
        result = qgen("list", "missing")
        assert result.exit_code == 1
        assert "there is no bank 'missing'" in result.stderr


class TestShow:
    @pytest.fixture
    def show(self, qgen: Run, two_questions: Course) -> Run:
        folder = two_questions.folder
        fixed = ("--bank", folder / "questions", "--solvers", folder / "course_solvers.py")
        return lambda *arguments: qgen("show", *fixed, *arguments)

    def test_prints_a_variant_without_its_key(self, show: Run) -> None:
        result = show("square")
        assert result.exit_code == 0
        (number,) = re.findall(r"(\d+)\^2", result.stdout)
        for hidden in (str(int(number) ** 2), "Key", "It follows.", "twice", "verified"):
            assert hidden not in result.stdout

    def test_prints_the_key_when_asked(self, show: Run) -> None:
        result = show("square", "--solution")
        (number,) = re.findall(r"(\d+)\^2", result.stdout)
        assert f"Key: {int(number) ** 2} (verified)" in result.stdout
        assert "It follows." in result.stdout
        assert "That is twice the number." in result.stdout

    def test_says_where_it_looked(self, qgen: Run, show: Run) -> None:
        assert "in the shipped bank; name yours: --bank" in qgen("show", "square").stderr
        assert "shipped" not in show("sqare").stderr

    def test_names_the_questions_that_it_must_not_be_asked_with(
        self, qgen: Run, course: Course
    ) -> None:
        course.bank(choice("which", not_with=["square", "other"]))
        shown = qgen("show", "--bank", course.folder / "questions", "which").stdout
        assert shown.splitlines()[2:4] == ["not with square, other", ""]

    def test_numbers_stand_in_full(self, qgen: Run, course: Course) -> None:
        plain = {
            "parameters": {"a": {"integers": {"from": 2240, "to": 2240}}},
            "points": "1/2",
            "solver": [],
            "answer": "a*a",
            "mistakes": [{"answer": "a*a + 12", "feedback": "Less."},
                         {"answer": "a/3000007", "feedback": "More."}],
        }  # fmt: skip
        course.bank(numeric("square", **plain))
        shown = qgen("show", "--bank", course.folder / "questions", "square", "--solution").stdout
        assert "difficulty 1, 0.5 points" in shown
        assert "  5017612: Less." in shown
        assert "  0.000746665: More." in shown
        assert "Key: 5017600 " in shown

    def test_marks_options_only_in_solutions(self, show: Run) -> None:
        assert "*" not in show("which").stdout
        assert "Well done" not in show("which").stdout
        (right,) = re.findall(r"\* ([A-C])\. the right one", show("which", "--solution").stdout)
        assert f"Key: {right} (stated)" in show("which", "--solution").stdout

    def test_paragraphs_and_the_rows_of_a_table_stay_apart(
        self, show: Run, two_questions: Course
    ) -> None:
        stem = "Look.\n\n| $x$ | 1 |\n|---|---|\n| y | 2 |\n\n$$z$$\n\nWhich?"
        two_questions.bank(choice("which", stem=stem))
        assert "\nLook.\n\n$x$ | 1\ny | 2\n\n$$z$$\n\nWhich?\n" in show("which").stdout

    def test_lists_and_programs_keep_their_lines(self, show: Run, two_questions: Course) -> None:
        program = "for i in x:\n    pass"
        stem = f"3. First\n4. then $y$\n\n- a\n- b\n\n```\n{program}\n```\n\nWhich?"
        two_questions.bank(choice("which", stem=stem))
        lines = ("\n3. First\n4. then $y$", "- a\n- b", program, "Which?\n")
        assert "\n\n".join(lines) in show("which").stdout

    def test_seeds(self, show: Run) -> None:
        assert show("square").stdout == show("square", "--seed", 0).stdout
        assert len({show("square", "--seed", seed).stdout for seed in range(5)}) > 1

    @pytest.mark.slow
    def test_a_shipped_question_of_every_kind_can_be_shown(self, qgen: Run) -> None:
        of_kind = {each["kind"]: name for name, each in shipped_questions().items()}
        assert of_kind.keys() == {*KINDS, DERIVATION}
        for identifier in of_kind.values():
            result = qgen("show", identifier, "--solution")
            assert result.exit_code == 0, result.output
            assert f"[{identifier}]" in result.stdout
            assert "Key: " in result.stdout
            assert "{{" not in result.stdout

    def test_an_unknown_question_has_a_nearest_name(self, show: Run) -> None:
        result = show("sqare")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "did you mean 'square'?" in result.stderr

    def test_a_solver_file_that_cannot_be_run_is_named(
        self, show: Run, two_questions: Course
    ) -> None:
        two_questions.solvers("undefined_name\n")
        result = show("square")
        assert result.exit_code == 1
        assert "course_solvers.py:1: NameError" in result.stderr

    def test_a_key_that_is_not_proved_is_not_shown(self, show: Run, two_questions: Course) -> None:
        source = (two_questions.folder / "course_solvers.py").read_text()
        two_questions.solvers(source.replace("a * a", "a * a + 1"))
        result = show("square", "--solution")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "the two routes of course_solvers.square" in result.stderr


@pytest.mark.slow
class TestProgress:
    def test_a_pipe_gets_the_report_and_nothing_else(
        self,
        two_questions: Course,
        monkeypatch: pytest.MonkeyPatch,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.chdir(two_questions.folder)
        with pytest.raises(SystemExit) as end:
            main(["build", "exam.yaml", "--verify", "never"])
        out, err = capfd.readouterr()
        assert (end.value.code, err) == (0, "")
        assert len(out.splitlines()) == 5
        assert "\x1b" not in out
        assert "\r" not in out

    def test_a_terminal_gets_a_progress_bar_that_goes_away(
        self,
        two_questions: Course,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.chdir(two_questions.folder)
        monkeypatch.setenv("TERM", "xterm")
        controller, terminal = pty.openpty()
        with (
            ThreadPoolExecutor(1) as reader,
            os.fdopen(terminal, "w") as stderr,
            monkeypatch.context() as patch,
        ):
            # A terminal takes no more than a few thousand letters that nobody reads.
            reading = reader.submit(lambda: b"".join(_read(controller)))
            patch.setattr(sys, "stderr", stderr)
            with pytest.raises(SystemExit) as end:
                main(["build", "exam.yaml"])
        shown = reading.result()
        os.close(controller)
        assert end.value.code == 0
        assert b"building" in shown
        assert shown.rstrip().endswith((b"\x1b[2K", b"\x1b[?25h"))
        assert "building" not in capsys.readouterr().out


def _read(controller: int) -> Iterator[bytes]:
    """What arrives at a terminal until the other side closes it."""
    while True:
        try:
            chunk = os.read(controller, 4096)
        except OSError:
            return
        if not chunk:
            return
        yield chunk
