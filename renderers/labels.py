"""The words that a paper or a page adds to the questions, by language."""

from collections.abc import Mapping
from dataclasses import fields, replace

from qgen.document.exam import ExamDocument
from qgen.document.guide import GuideDocument
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

__all__ = ["LABELS", "Labels", "exam_labels", "labels_fault", "labels_for", "labels_of", "with_own"]

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


_NOT_WORDS = frozenset({"language", "babel", "locale"})
_CATEGORIES = frozenset({"zero", "one", "two", "few", "many", "other"})


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


def exam_labels(exam: ExamDocument | GuideDocument) -> Labels:
    """The words of an exam: those of its language, but for the course's own."""
    return with_own(labels_for(exam.language), exam.labels)


def with_own(labels: Labels, own: Mapping[str, str | Mapping[str, str]]) -> Labels:
    """The words of a language, but for the given ones, in which `labels_fault` finds none."""
    return replace(labels, **own)  # type: ignore[arg-type]  # names that are no field are faults


def labels_fault(name: str, own: object) -> str | None:
    """What is wrong with a word of a course's own, if anything is."""
    known = {each.name for each in fields(Labels)} - _NOT_WORDS
    if name not in known:
        return f"there is no label '{name}'{did_you_mean(name, known)}"
    wanted = getattr(ENGLISH, name)
    if isinstance(wanted, str):
        if not isinstance(own, str) or not own.strip():
            return f"the label '{name}' is a text"
        texts, holes = [own], wanted.count("{}")
    else:
        if not isinstance(own, dict) or "other" not in own or not own.keys() <= _CATEGORIES:
            return f"the label '{name}' has a text for each plural, as in {{one: …, other: …}}"
        texts, holes = list(own.values()), 1
    for text in texts:
        plain = text.replace("{}", "") if isinstance(text, str) else "{"
        if "{" in plain or "}" in plain or text.count("{}") != holes:
            places = ["no '{}'", "one '{}'", "two '{}'"][holes]
            return f"the label '{name}' has {places}, as in '{_sample(wanted)}'"
    return None


def _sample(words: str | Mapping[str, str]) -> str:
    return words if isinstance(words, str) else words["other"]


def labels_of(language: str | None, exam: Labels) -> Labels:
    """The words in a question's own language, or in the exam's where it has none."""
    if language is None or language == exam.locale:
        return exam
    try:
        return labels_for(language)
    except LookupError:
        return exam
