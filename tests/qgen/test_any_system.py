"""What must hold on Linux, macOS and Windows alike: names of files, long paths, processes."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from qgen import checking
from qgen.renderers.wording import FileNames, is_refused
from tests.qgen.course import Course, choice, numeric, run_python

REFUSED = re.compile(  # Microsoft, "Naming Files, Paths, and Namespaces"
    r'(?i:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]) *(\..*)?|.*[<>:"/\\|?*\x00-\x1f].*|.*[. ]', re.S
)
NAMES = (
    *("CON", "nul", "Aux", "COM1", "lpt9", "COM²", "con.", "a.", "a ", "..", "a:b", 'a"b', "a/b"),
    *("a\\b", "a|b", "a?b*", "<a>", "\x00", "\n", "", "名前", "Łukasz Żółć", "x" * 300, "名" * 300),
    *("Ada", "ADA", "ada", "a\u0308da", "äda", "ÄDA", "straße", "STRASSE"),
)

MODULES = "import qgen." + ", qgen.".join(
    "cli pipeline checking grading typst_papers typesetting workshop showing".split()
)


@pytest.mark.parametrize("all_letters", [True, False])
def test_files_of_students_have_names_that_every_system_takes(all_letters: bool) -> None:
    names = FileNames(all_letters=all_letters)
    found = [names.free(name) for name in NAMES] + [names.free("exam", name) for name in NAMES]
    assert not [name for name in found if REFUSED.fullmatch(name)]
    assert all(0 < len(name.encode()) <= 180 for name in found)
    assert len({name.casefold() for name in found}) == len(found)


@pytest.mark.parametrize("name", ["con", "NUL.x", "aux ", "COM1.a.b", "a.", "a ", "x:y", "a?"])
def test_refused_names_are_known(name: str) -> None:
    assert is_refused(name)
    assert REFUSED.fullmatch(name)


@pytest.mark.parametrize("name", ["console", "com", "com10", "exam", "a.b", ".con", "nul-1", "é"])
def test_other_names_are_not(name: str) -> None:
    assert not is_refused(name)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such file there")
def test_an_exam_with_such_a_name_is_built_and_told(course: Course) -> None:
    course.bank(numeric("square"))
    course.exam("square", name="aux")
    report = course.build("aux")
    assert not report.failed
    (problem,) = report.problems
    assert problem.code == "file-name"
    assert "called 'aux'" in problem.message
    course.exam("square")
    assert not course.build().problems


def test_a_build_deep_in_the_folders(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a folder with a long name " + "x" * 60] * 8)
    deep.mkdir(parents=True)
    course = Course(deep)
    course.solvers()
    course.bank(numeric("square"))
    course.write("roster.csv", "id,name\nCON,Ada\ncon,ADA\naux.,Émile\n" + "9" * 200 + ",\n")
    outputs = {"paper": {"sheet": True}, "html": {"mode": "exam"}}
    course.exam("square", versions=None, students="roster.csv", outputs=outputs)
    folder = course.built(verify="never")
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    assert len([path for path in files if path.suffix == ".html"]) == 5
    assert len([path for path in files if path.suffix == ".pdf"]) >= 12
    for path in files:
        assert not any(REFUSED.fullmatch(part) for part in path.parts), path
        assert all(len(part.encode()) <= 200 for part in path.parts), path
    assert len({str(path).casefold() for path in files}) == len(files)


@pytest.mark.slow
def test_processes_that_begin_afresh_check_the_same(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """macOS and Windows have no forks that a check can use."""
    wrong = choice("wrong") | {"options": [{"text": "a", "correct": True}, {"text": "a"}]}
    # One question has a second route: whatever begins afresh has to load torch for each.
    plain = {"solver": None, "answer": "a*a", "mistakes": None}
    bank = course.bank(
        *[numeric(f"square-{n}", **plain) for n in range(7)], numeric("proved"), wrong
    )

    def check(method: str) -> checking.BankCheck:
        monkeypatch.setattr(checking, "start_method", lambda: method)
        solvers = [course.folder / "course_solvers.py"]
        return checking.check_banks([str(bank.parent)], 5, solver_files=solvers, jobs=2)

    forked = check("fork")
    assert forked.problems
    assert len(forked.questions) == 9
    # What begins afresh runs the program that began it once more, here a test's.
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    assert check("spawn") == forked


def test_only_linux_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    for system, method in (("linux", "fork"), ("darwin", "spawn"), ("win32", "spawn")):
        monkeypatch.setattr(sys, "platform", system)
        assert checking.start_method() == method


def test_a_check_needs_no_module_of_one_system(tmp_path: Path) -> None:
    """Python on Windows has no fcntl, no resource and no pwd."""
    code = (
        "import sys\n"
        f"{MODULES}\n"  # what they need of others is loaded as it is here
        "for name in [name for name in sys.modules if name.startswith('qgen')]:\n"
        "    del sys.modules[name]\n"
        "for name in ('fcntl', 'resource', 'pwd', 'grp', 'termios', 'posix_ipc'):\n"
        "    sys.modules[name] = None\n"
        "sys.platform = 'win32'\n"
        f"{MODULES}\n"
    )
    run = run_python(code, cwd=tmp_path)
    assert run.returncode == 0, run.stderr
