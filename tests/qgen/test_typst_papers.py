"""Typst sources to PDF: the same bytes each time, and every failure in an author's words."""

import threading
from pathlib import Path
from socket import socket

import pytest

from qgen.document.problem import Problem
from qgen.typesetting import Typeset
from qgen.typst_papers import compile_papers

ENDLESS = "#{ for i in range(100000000) { i } }"
HEAD = '#set document(title: "T")\n#set page(width: 10cm, height: auto)\n'


def typeset(folder: Path, *bodies: str, jobs: int = 1, seconds: float = 60.0) -> list[Typeset]:
    names = [f"paper-{index}.typ" for index in range(len(bodies))]
    for name, body in zip(names, bodies, strict=True):
        (folder / name).write_text(HEAD + body, "utf-8")
    return list(compile_papers(folder, names, jobs, seconds))


def problem(folder: Path, body: str, seconds: float = 60.0) -> Problem:
    (result,) = typeset(folder, body, seconds=seconds)
    assert result.pdf is None
    (found,) = result.problems
    return found


def test_papers_come_in_order_with_the_same_bytes_for_any_number_of_jobs(tmp_path: Path) -> None:
    bodies = [f'#"paper {index}";' for index in range(5)]
    one = typeset(tmp_path, *bodies)
    assert [result.name for result in one] == [f"paper-{index}.typ" for index in range(5)]
    assert all(result.pdf and result.pdf.startswith(b"%PDF") for result in one)
    assert one == typeset(tmp_path, *bodies, jobs=2) == typeset(tmp_path, *bodies, jobs=9)


def test_papers_are_tagged_for_those_who_listen(tmp_path: Path) -> None:
    (result,) = typeset(tmp_path, "text")
    assert result.pdf is not None
    assert b"pdfuaid" in result.pdf
    assert b"/StructTreeRoot" in result.pdf


def test_a_failure_names_the_line_and_the_question(tmp_path: Path) -> None:
    found = problem(tmp_path, "// question elbo\n#nothing\n// question other\n")
    assert str(found) == (
        "paper-0.typ:4:2: error: Typst: unknown variable: nothing, in question 'elbo' [typst]"
    )


def test_a_failure_leaves_the_other_papers_alone(tmp_path: Path) -> None:
    results = typeset(tmp_path, "#nothing", "text")
    assert [result.pdf is None for result in results] == [True, False]


def test_a_character_that_no_font_has_is_named_with_what_to_install(tmp_path: Path) -> None:
    found = problem(tmp_path, '// question elbo\n#"a\U00012345";')
    assert found.code == "typst-character"
    assert found.message == (
        "no font on this machine has '\U00012345' (CUNEIFORM SIGN URU TIMES KI); install one, on "
        "Debian or Ubuntu with 'apt-get install fonts-noto-core', or name a folder with one by "
        "'fonts' of the output, in question 'elbo'"
    )


def test_pictures_without_words_are_no_paper(tmp_path: Path) -> None:
    (tmp_path / "x.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    assert "missing alt text" in problem(tmp_path, '#image("x.svg", width: 1cm)').message


@pytest.mark.parametrize("path", ["/etc/passwd", "../../../../../../etc/passwd"])
def test_files_outside_the_folder_are_not_read(tmp_path: Path, path: str) -> None:
    message = problem(tmp_path, f'#read("{path}")').message
    assert "not found" in message or "escape the project root" in message


@pytest.mark.parametrize(
    ("body", "seconds", "message"),
    [
        ("#let f(n) = f(n + 1)\n#f(0)", 60, "maximum function call depth exceeded"),
        (
            '#{ let x = "aaaaaaaaaaaaaaaa"; for i in range(60) { x = x + x } }',
            0.4,
            "Typst was stopped after 0.4 seconds, or by the system",
        ),
        (ENDLESS, 0.4, "Typst was stopped after 0.4 seconds"),
    ],
)
def test_hostile_sources_end_in_an_error(
    tmp_path: Path, body: str, seconds: float, message: str
) -> None:
    assert message in problem(tmp_path, body, seconds).message


def test_a_stopped_process_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter((0.4, 60.0))
    monkeypatch.setattr(
        "qgen.typst_papers.Timer", lambda _, stop: threading.Timer(next(seconds), stop)
    )
    results = typeset(tmp_path, ENDLESS, "text")
    assert list(seconds) == []
    assert [result.pdf is None for result in results] == [True, False]


def test_a_folder_of_the_package_s_name_where_the_command_is_run_is_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of the repository has a folder `qgen`, in which most of the package is missing."""
    shadow = tmp_path / "here" / "qgen"
    shadow.mkdir(parents=True)
    (shadow / "__init__.py").write_text("raise ImportError('the wrong package')\n", "utf-8")
    monkeypatch.chdir(shadow.parent)
    (result,) = typeset(tmp_path, "text")
    assert result.pdf is not None


@pytest.mark.parametrize("name", ['"@preview/cetz:0.3.0"', '("@prev" + "iew/cetz:0.3.0")'])
def test_no_package_is_fetched_and_nobody_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A proxy of the user's would be asked first: it stands in for the whole network."""
    with socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0.5)
        for variable in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(variable, f"http://127.0.0.1:{listening.getsockname()[1]}")
        monkeypatch.setenv("NO_PROXY", "*")
        found = problem(tmp_path, f"#import {name}: *\n")
        with pytest.raises(TimeoutError):
            listening.accept()
    assert found.code == "typst-package"
    assert found.message == (
        "the package '@preview/cetz' is not used: papers are set without a network; write into "
        "the template what you need of it"
    )
