"""The words of a page's script: every language says what English says."""

import re
from dataclasses import asdict
from pathlib import Path

import pytest

import qgen.renderers.html
from qgen.renderers.html.quiz_words import QUIZ_WORDS
from qgen.renderers.labels import LABELS

ENGLISH = asdict(QUIZ_WORDS["en"])
SCRIPTS = Path(str(qgen.renderers.html.__file__)).parent / "scripts"


def test_there_are_words_for_every_language_of_labels() -> None:
    assert QUIZ_WORDS.keys() == LABELS.keys()


@pytest.mark.parametrize("language", QUIZ_WORDS)
def test_every_sentence_takes_what_the_english_one_takes(language: str) -> None:
    words = asdict(QUIZ_WORDS[language])
    for name, text in ENGLISH.items():
        assert (name, words[name].count("{}")) == (name, text.count("{}"))
        assert words[name].strip() == words[name] != ""
    if language != "en":
        same = {name for name in words if words[name] == ENGLISH[name]}
        assert same <= {"score"}


def test_no_word_is_written_that_no_script_says() -> None:
    script = "".join(file.read_text("utf-8") for file in SCRIPTS.glob("*.mjs"))
    said = set(re.findall(r"[wW]ords\.(\w+)", script))
    said |= set(re.findall(r'refusal\(\s*"(\w+)"', script))
    said |= set(re.findall(r'"(\w+)"', script))
    said |= {f"complex{code}" for code in re.findall(r'askedBack\("(\w+)"', script)}
    for name in ENGLISH:
        first, *rest = name.split("_")
        camel = first + "".join(map(str.title, rest))
        ours = camel.removeprefix("number").removeprefix("formula")
        assert camel in said | {"copying", "folded"} or ours in said
