"""Papers in Chinese and Japanese: each language's own shapes, on Typst's pages and on LaTeX's."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from qgen.document.answers import Open
from qgen.document.exam import Paper, Section
from qgen.document.formats import LatexOptions, PaperOptions
from qgen.document.richtext import Emphasis, Math, Paragraph, Passage, RichText, Text
from qgen.renderers.labels import labels_for
from qgen.renderers.latex.characters import escape
from qgen.renderers.scoring_words import in_a_row
from qgen.typst_papers import compile_papers
from tests import samples
from tests.renderers.paper.pages import beyond_the_margin, needs_poppler
from tests.renderers.paper.test_writer import pdfs
from tests.samples import SampleExam
from tests.written import render

FONTS = {"zh": "Noto Serif CJK SC", "ja": "Noto Serif CJK JP"}


def has_font(name: str) -> bool:
    if shutil.which("fc-list") is None:
        return False
    return bool(told(["fc-list", name, "family"]).strip())


def told(command: list[str | Path]) -> str:
    """What a program prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def exam_in(language: str) -> SampleExam:
    """One whose question has words beside a formula and within it."""
    words = (Text("関係“直”…"), Emphasis((Text("角"),)))
    paragraph = Paragraph((*words, Math((r"x = \text{直} \mathrm{k}",))))
    item = samples.item("open", stem=Passage(RichText((paragraph,)), ()))
    assert isinstance(item.parts[0].answer, Open)
    paper = Paper("A", None, (Section("問", None, (item,)),))
    return replace(
        samples.exam(), title="試験", language=language, papers=(paper,), pools=(), variants=()
    )


@needs_poppler
@pytest.mark.parametrize("language", FONTS)
def test_typst_takes_the_languages_own_font_with_strokes(language: str, tmp_path: Path) -> None:
    if not has_font(FONTS[language]):
        pytest.skip(f"no {FONTS[language]}")
    for name, content in render(exam_in(language), PaperOptions(solutions=False)).files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (result,) = compile_papers(tmp_path, ["paper-A.typ"])
    assert result.problems == ()
    assert result.pdf is not None
    (tmp_path / "paper.pdf").write_bytes(result.pdf)
    fonts = told(["pdffonts", tmp_path / "paper.pdf"])
    name = f"NotoSerifCJK{FONTS[language][-2:].lower()}"
    assert f"{name}-Regular" in fonts
    assert "Sans" not in fonts
    assert "<b>角</b>" in told(["pdftohtml", "-xml", "-i", "-stdout", tmp_path / "paper.pdf"])


@needs_poppler
@pytest.mark.tex
@pytest.mark.parametrize("text_size", [11, 18])
@pytest.mark.parametrize("language", FONTS)
def test_every_kind_stays_on_its_page(language: str, text_size: int, tmp_path: Path) -> None:
    if not has_font(FONTS[language]):
        pytest.skip(f"no {FONTS[language]}")
    made = pdfs(
        replace(samples.exam(), language=language), tmp_path, PaperOptions(text_size=text_size)
    )
    for pdf in made:
        assert beyond_the_margin(pdf, text_size) == []


def test_latex_looks_for_japanese_shapes_first_in_japanese_only() -> None:
    for language in ("zh", "ja", "en"):
        source = render(exam_in(language), LatexOptions(solutions=False)).files["paper-A.tex"]
        body = source.decode().partition(r"\begin{document}")[2]
        assert (r"\examfindjapanesefont\examfindfont" in body) == (language == "ja")
        assert r"\examfindfont" in body
        assert (r"\exambolden" in body) == (language != "en")


def test_the_rule_of_the_answer_sheet_ends_as_its_language_does() -> None:
    ends = {"zh": "。", "ja": "。", "en": "."}
    for language, end in ends.items():
        files = render(exam_in(language), PaperOptions(solutions=False, sheet=True)).files
        assert f'#"1";#"{end}";];' in files["paper-A.typ"].decode()


@pytest.mark.parametrize(
    ("language", "colon"),
    [("en", ": "), ("ja", "："), ("zh", "："), ("fr", "\N{NO-BREAK SPACE}: ")],
)
def test_labels_have_the_colon_of_their_language(language: str, colon: str) -> None:
    labels = labels_for(language)
    exam = replace(samples.exam(), language=language)
    typst = render(exam, PaperOptions()).files
    tex = render(exam, LatexOptions()).files
    for label in (labels.date, labels.total):
        assert f'#"{label}{colon}";' in typst["paper-A.typ"].decode()
    assert f'#key[#"{labels.key}{colon}";]' in typst["solutions-A.typ"].decode()
    assert f'#blank([#"{labels.answer}{colon.rstrip()}";]' in typst["paper-A.typ"].decode()
    key = rf"\examkey{{{escape(f'{labels.key}{colon}')}}}"
    assert key in tex["solutions-A.tex"].decode()


def test_sentences_in_a_row_have_blanks_only_where_their_language_has_them() -> None:
    assert in_a_row(["One.", "Two."]) == "One. Two."
    assert in_a_row(["一。", "二。"]) == "一。二。"
