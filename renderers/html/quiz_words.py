"""The words that a page's script says, by language."""

from collections.abc import Mapping

from qgen.renderers.html.quiz_languages.chinese import CHINESE
from qgen.renderers.html.quiz_languages.dutch import DUTCH
from qgen.renderers.html.quiz_languages.english import ENGLISH
from qgen.renderers.html.quiz_languages.french import FRENCH
from qgen.renderers.html.quiz_languages.german import GERMAN
from qgen.renderers.html.quiz_languages.italian import ITALIAN
from qgen.renderers.html.quiz_languages.japanese import JAPANESE
from qgen.renderers.html.quiz_languages.polish import POLISH
from qgen.renderers.html.quiz_languages.portuguese import PORTUGUESE
from qgen.renderers.html.quiz_languages.spanish import SPANISH
from qgen.renderers.html.quiz_languages.words import QuizWords

QUIZ_WORDS: Mapping[str, QuizWords] = {
    "en": ENGLISH,
    "de": GERMAN,
    "zh": CHINESE,
    "fr": FRENCH,
    "es": SPANISH,
    "it": ITALIAN,
    "pt": PORTUGUESE,
    "nl": DUTCH,
    "pl": POLISH,
    "ja": JAPANESE,
}


def quiz_words(language: str) -> QuizWords:
    """The words for the language of a page's labels (`Labels.language`)."""
    return QUIZ_WORDS[language]
