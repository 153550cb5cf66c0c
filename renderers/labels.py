"""The words that a paper or a page adds to the questions, by language."""

from dataclasses import replace

from qgen.document.problem import did_you_mean
from qgen.renderers.languages.chinese import CHINESE
from qgen.renderers.languages.dutch import DUTCH
from qgen.renderers.languages.english import ENGLISH
from qgen.renderers.languages.french import FRENCH
from qgen.renderers.languages.german import GERMAN
from qgen.renderers.languages.italian import ITALIAN
from qgen.renderers.languages.japanese import JAPANESE
from qgen.renderers.languages.polish import POLISH
from qgen.renderers.languages.portuguese import PORTUGUESE
from qgen.renderers.languages.spanish import SPANISH
from qgen.renderers.languages.words import Labels

__all__ = ["LABELS", "Labels", "labels_for", "labels_of"]

LABELS = {
    labels.language: labels
    for labels in (
        ENGLISH,
        GERMAN,
        CHINESE,
        FRENCH,
        SPANISH,
        ITALIAN,
        PORTUGUESE,
        DUTCH,
        POLISH,
        JAPANESE,
    )
}


def labels_for(language: str) -> Labels:
    """The words for a language tag such as `en` or `de-CH`.

    Raises LookupError, with the languages there are, for a language without words.
    """
    found = LABELS.get(language.partition("-")[0].lower())
    if found is None:
        known = ", ".join(LABELS)
        hint = did_you_mean(language, LABELS)
        raise LookupError(f"there are no labels for the language '{language}'{hint}; use {known}")
    return replace(found, locale=language)


def labels_of(language: str | None, exam: Labels) -> Labels:
    """The words in a question's own language, or in the exam's where it has none."""
    if language is None or language == exam.locale:
        return exam
    try:
        return labels_for(language)
    except LookupError:
        return exam
