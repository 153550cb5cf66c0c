"""Papers as PDF: they compile, say what their source says, and are the same bytes anywhere."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qgen.document.exam import Paper, Section
from qgen.document.formats import LatexOptions
from qgen.document.problem import Place, Problem
from qgen.document.richtext import (
    Block,
    Code,
    CodeBlock,
    DisplayMath,
    Math,
    Paragraph,
    Passage,
    RichText,
    Table,
    Text,
)
from qgen.renderers.latex import characters
from qgen.renderers.latex.math import COMMANDS
from qgen.typesetting import UNICODE_MARK, Engine, Typeset, compile_papers, find_engine
from tests import samples
from tests.written import render

needs_tex = pytest.mark.skipif(
    not isinstance(find_engine(), Engine) or shutil.which("pdftotext") is None,
    reason="no TeX engine or no pdftotext",
)
needs_unicode_tex = pytest.mark.skipif(
    not isinstance(find_engine(unicode=True), Engine) or shutil.which("pdftotext") is None,
    reason="no LuaLaTeX or XeLaTeX with their fonts' loader",
)


def write(exam: samples.SampleExam, folder: Path) -> list[str]:
    """The exam's files in a folder; the names of those that are TeX."""
    files = render(exam, LatexOptions()).files
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return [name for name in files if name.endswith(".tex")]


def compile_exam(exam: samples.SampleExam, folder: Path, jobs: int = 2) -> list[Typeset]:
    return list(compile_papers(folder, write(exam, folder), jobs))


def text_of(pdf: bytes | None) -> str:
    assert pdf is not None
    command = ["pdftotext", "-layout", "-", "-"]
    done = subprocess.run(command, input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def paper_of(blocks: Iterable[Block]) -> samples.SampleExam:
    item = samples.item("numeric", stem=Passage(RichText(tuple(blocks))))
    papers = (Paper("A", None, (Section("Questions", None, (item,)),)),)
    return replace(samples.exam(), papers=papers)


# Without an engine.


def test_a_missing_engine_is_a_sentence_that_names_the_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    plain, unicode = find_engine(), find_engine(unicode=True)
    assert isinstance(plain, Problem)
    assert "texlive-latex-base texlive-latex-recommended lmodern" in plain.message
    assert isinstance(unicode, Problem)
    assert "fonts-noto-cjk" in unicode.message
    (tmp_path / "x.tex").write_text("x", encoding="utf-8")
    assert list(compile_papers(tmp_path, ["x.tex"])) == [Typeset("x.tex", None, (plain,))]


def test_a_source_with_chinese_asks_for_an_engine_that_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    names = write(replace(paper_of([Paragraph((Text("中文"),))]), language="zh"), tmp_path)
    assert (tmp_path / names[0]).read_text("utf-8").startswith(UNICODE_MARK)
    problems = [result.problems for result in compile_papers(tmp_path, names)]
    assert all("Chinese" in problem.message for (problem,) in problems)


# The samples.


@pytest.mark.tex
@needs_tex
def test_the_samples_compile_without_a_problem_and_say_what_they_should(tmp_path: Path) -> None:
    results = compile_exam(samples.exam(), tmp_path)
    assert [result.problems for result in results] == [()] * 4
    paper, solutions = text_of(results[0].pdf), text_of(results[1].pdf)
    last = samples.parts("derivation")[-1]
    for words in (
        "Samples & more",
        "Version A",
        "Time allowed: 90 minutes",
        "Plain & <b>not bold</b> 100% $5 #1 _x_ {y} ~z^ \\frac “quoted” – naïve −3<7> & 8",
        "p_x = a[0] < 1 & ~b {}",
        "https://example.org/",
        "print(i & 1 < 2, '\\n', \"{}\")",
        "4. fourth",
        "<7> & 8 4 5 6",
        "Read <carefully>.",
        "A the right one",
        "nats",
        f"({last.label}) ({float(last.points):g} points) Prompt of the complex part.",
        "Page 1 of 10",
        "Page 10 of 10",
    ):
        assert words in paper, words
    for words in ("Why it is right", "ELBO", "0.0588", "worked solution", "Key", "Marking"):
        assert words not in paper, words
        assert words in solutions, words
    assert "Ada O’Neil & co" in text_of(results[2].pdf)


@pytest.mark.tex
@needs_tex
def test_the_same_source_gives_the_same_bytes_anywhere(tmp_path: Path) -> None:
    near, far = tmp_path / "near", tmp_path / "far" / "off"
    together = compile_exam(samples.exam(), near)
    names = write(samples.exam(), far)
    (alone,) = compile_papers(far, names[-1:])
    assert alone.pdf == together[-1].pdf
    swapped = list(compile_papers(far, names[1::-1]))
    assert [result.pdf for result in swapped] == [result.pdf for result in together[1::-1]]
    assert all(str(tmp_path).encode() not in (result.pdf or b"") for result in together)


@pytest.mark.tex
@needs_tex
def test_nothing_is_written_into_the_folder(tmp_path: Path) -> None:
    names = write(paper_of([Paragraph((Text("x"),))]), tmp_path)
    before = sorted(tmp_path.rglob("*"))
    list(compile_papers(tmp_path, names))
    assert sorted(tmp_path.rglob("*")) == before


# Anything that an author or a student's name may hold.


@pytest.mark.tex
@needs_tex
@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.text(min_size=1, max_size=60), min_size=40, max_size=40))
def test_any_text_compiles(tmp_path: Path, texts: list[str]) -> None:
    plain = [re.sub("[⺀-﹏ -\U0010ffff]", "?", text) for text in texts]
    blocks = [
        block
        for text in plain
        for block in (Paragraph((Text(text), Code(text))), CodeBlock(text, ""))
    ]
    for result in compile_exam(paper_of(blocks), tmp_path):
        assert result.pdf is not None, result.problems
        assert [problem for problem in result.problems if problem.severity == "error"] == []


@pytest.mark.tex
@needs_tex
def test_all_ascii_prints_as_it_is(tmp_path: Path) -> None:
    random = Random(1)
    signs = [chr(code) for code in range(33, 127)]
    words = ["".join(random.sample(signs, 6)) for _ in range(60)]
    blocks = [Paragraph((Text(f"({word})"),)) for word in words]
    blocks += [CodeBlock(word, "") for word in words]
    for result in compile_exam(paper_of(blocks), tmp_path):
        # Typographic apostrophes are meant, in text but not in code.
        printed = text_of(result.pdf)
        missing = [word for word in words if f"({word.replace(chr(39), '’')})" not in printed]
        assert missing == []
        assert [word for word in words if f" {word} " not in printed] == []


@pytest.mark.tex
@needs_tex
def test_every_character_that_is_not_ascii_has_a_glyph(tmp_path: Path) -> None:
    letters = sorted(characters._LATIN | set(characters._FORMULAS) | set("ệṣȘžḿ"))
    blocks = [Paragraph((Text(f"{letter} x"), Math((f"y {letter} x",)))) for letter in letters]
    for result in compile_exam(paper_of(blocks), tmp_path):
        assert result.problems == ()
        printed = text_of(result.pdf)
        assert [letter for letter in "ÄßœŁž€µ†≤α∞→∈ℝ−" if letter not in printed] in (
            [],
            ["ℝ"],  # a blackboard R is an R to some readers
        )


@pytest.mark.tex
@needs_tex
def test_every_allowed_command_of_formulas_is_defined(tmp_path: Path) -> None:
    name = write(paper_of([Paragraph((Text("x"),))]), tmp_path)[0]
    path = tmp_path / name
    checks = "\n".join(
        rf"\ifdefined\{command}\else\errmessage{{no {command}}}\fi"
        for command in sorted(COMMANDS - {"end"})
    )
    source = path.read_text("utf-8").replace(r"\examstart" + "\n", checks + "\n", 1)
    path.write_text(source, encoding="utf-8")
    (result,) = compile_papers(tmp_path, [name])
    assert result.problems == ()


# What is too wide.


@pytest.mark.tex
@needs_tex
def test_long_formulas_tables_and_code_stay_on_the_page(tmp_path: Path) -> None:
    long = " + ".join(rf"\frac{{x_{{{index}}}}}{{y_{{{index}}}}}" for index in range(60))
    cells = tuple((Text("some words in a cell " * 4),) for _ in range(3))
    blocks = (
        DisplayMath((long,)),
        Paragraph((Math((long,)),)),
        Table(("left", "center", "right"), cells, (cells,)),
        Table(("left",) * 12, tuple((Text("narrow cell"),) for _ in range(12)), ()),
        CodeBlock("value = " + "function(argument, " * 20 + "x" * 150, "python"),
        Paragraph((Code("a" * 200),)),
    )
    assert [result.problems for result in compile_exam(paper_of(blocks), tmp_path)] == [(), ()]


@pytest.mark.tex
@needs_tex
def test_a_line_that_stays_too_wide_is_a_loss_that_names_its_question(tmp_path: Path) -> None:
    wide = r"\mathrm{" + "x" * 200 + "}"
    paper, _ = compile_exam(paper_of([Paragraph((Math((wide,)),))]), tmp_path)
    assert paper.pdf is not None
    (problem,) = paper.problems
    assert (problem.code, problem.severity) == ("tex-overfull", "loss")
    assert "in question 'sample-numeric'" in problem.message


# What goes wrong.


@pytest.mark.tex
@needs_tex
def test_an_error_of_tex_has_its_message_line_and_question(tmp_path: Path) -> None:
    names = write(paper_of([Paragraph((Math((r"\left( x",)),))]), tmp_path)
    paper, _ = compile_papers(tmp_path, names)
    assert paper.pdf is None
    problem = paper.problems[0]
    lines = (tmp_path / names[0]).read_text("utf-8").splitlines()
    assert problem.place is not None
    assert problem.place.file == "paper-A.tex"
    assert r"\left( x" in lines[problem.place.line - 1]
    assert problem.message.startswith("TeX: ")
    assert problem.message.endswith("in question 'sample-numeric'")


@pytest.mark.tex
@needs_tex
def test_a_source_cannot_run_programs_or_reach_other_files(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the key is 42", encoding="utf-8")
    folder = tmp_path / "exam"
    folder.mkdir()
    escaped = tmp_path / "escaped.txt"
    (folder / "x.tex").write_text(
        r"\documentclass{article}\begin{document}"
        rf"\immediate\write18{{touch {escaped}}}"
        rf"\newwrite\out\immediate\openout\out={escaped}\immediate\write\out{{x}}"
        rf"\newread\in\openin\in={secret} \ifeof\in nothing\else\read\in to\x\x\fi"
        r"\end{document}",
        encoding="utf-8",
    )
    (result,) = compile_papers(folder, ["x.tex"])
    assert not escaped.exists()
    assert result.pdf is None or "42" not in text_of(result.pdf)


@pytest.mark.tex
@needs_tex
def test_a_source_that_never_ends_is_stopped(tmp_path: Path) -> None:
    endless = r"\documentclass{article}\begin{document}\def\x{\x}\x\end{document}"
    (tmp_path / "x.tex").write_text(endless, encoding="utf-8")
    (result,) = compile_papers(tmp_path, ["x.tex"], seconds=1.5)
    assert result.pdf is None
    assert result.problems[0].code == "tex-time"
    assert result.problems[0].place == Place("x.tex", 1, 1)


@pytest.mark.tex
@needs_unicode_tex
def test_chinese_papers_compile_where_an_engine_has_it(tmp_path: Path) -> None:
    exam = replace(paper_of([Paragraph((Text("变分自编码器"),))]), language="zh")
    for result in compile_exam(exam, tmp_path):
        if result.pdf is None:
            assert result.problems[0].code == "no-tex"
            assert "fonts-noto-cjk" in result.problems[0].message
        else:
            assert "变分自编码器" in text_of(result.pdf).replace(" ", "")
