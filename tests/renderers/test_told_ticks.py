"""A paper says once that several options may be ticked."""

from dataclasses import replace

import pytest

from qgen.document.exam import Item, Paper, Section
from qgen.document.formats import LatexOptions, PaperOptions
from qgen.document.richtext import passage_of
from tests import samples
from tests.written import render

HINT = "Any number of answers."
TOLD = [
    "Tick every statement that holds; there may be none.",
    "Which hold? Select all that apply.",
    "Kreuzen Sie alle richtigen Aussagen an.",
    "Welche gelten? Beliebig viele Antworten.",
    "Cochez toutes les affirmations vraies.",
    "Marque todas las afirmaciones correctas.",
    "Segnare tutte le affermazioni vere.",
    "Assinale todas as afirmações verdadeiras.",
    "Kruis alle juiste uitspraken aan.",
    "Zaznacz wszystkie prawdziwe stwierdzenia.",
    "请选出所有正确的说法。",
    "正しいものをすべて選びなさい。",
]
NOT_TOLD = ["Which of these hold?", "A method to select features: what is true?", "Was gilt?"]


def papers(item: Item) -> list[str]:
    """The sources of its papers, by Typst and by LaTeX."""
    paper = Paper("A", None, (Section("Questions", None, (item,)),))
    exam = replace(samples.exam(), papers=(paper,), pools=(), variants=())
    typst = render(exam, PaperOptions(solutions=False)).files["paper-A.typ"]
    latex = render(exam, LatexOptions(solutions=False)).files["paper-A.tex"]
    return [typst.decode(), latex.decode()]


@pytest.mark.parametrize("stem", TOLD)
def test_a_stem_that_says_it_is_enough(stem: str) -> None:
    item = samples.item("multiple_select", stem=passage_of(stem))
    assert [HINT in source for source in papers(item)] == [False, False]


@pytest.mark.parametrize("stem", NOT_TOLD)
def test_where_no_stem_says_it_the_paper_does(stem: str) -> None:
    item = samples.item("multiple_select", stem=passage_of(stem))
    assert [HINT in source for source in papers(item)] == [True, True]


def test_of_a_part_its_prompt_must_say_it() -> None:
    item = samples.item("multiple_select", stem=passage_of(TOLD[0]))
    (part,) = item.parts
    silent = replace(part, label="a", prompt=passage_of("Which of these hold?"))
    assert all(HINT in source for source in papers(replace(item, parts=(silent,))))
    telling = replace(part, label="a", prompt=passage_of(TOLD[1]))
    assert not any(HINT in source for source in papers(replace(item, parts=(telling,))))
