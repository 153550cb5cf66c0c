"""Questions that give each other away (`not_with`): an exam should ask only one of them."""

from collections.abc import Iterable, Mapping

from qgen.bank.loader import LoadedSpec
from qgen.document.exam import Header
from qgen.document.problem import Problem

Rivals = Mapping[str, frozenset[str]]
"""For each question that has any, the questions that it must not be asked with."""


def rivals_of(headers: Iterable[Header]) -> Rivals:
    """Who gives whom away: it is enough that one of two questions names the other."""
    rivals: dict[str, frozenset[str]] = {}
    for header in headers:
        for other in header.not_with:
            for one, two in ((header.identifier, other), (other, header.identifier)):
                rivals[one] = rivals.get(one, frozenset()) | {two}
    return rivals


def listed_together(loaded: LoadedSpec, headers: Iterable[Header]) -> list[Problem]:
    """A warning for each two questions of an exam that are listed though they give each other away.

    `headers` are those of the exam's questions.
    """
    rivals = rivals_of(headers)
    earlier: dict[str, int] = {}
    problems: list[Problem] = []
    for index, section in enumerate(loaded.spec.sections):
        for number, question in enumerate(section.questions):
            place = loaded.source.place(("sections", index, "questions", number, "id"))
            problems += [
                Problem(
                    "given-away",
                    f"'{question.id}' and '{other}' (line {earlier[other]}) give each other away; "
                    "ask one of them",
                    place,
                    "warning",
                )
                for other in sorted(rivals.get(question.id, frozenset()) & earlier.keys())
            ]
            earlier.setdefault(question.id, place.line)
    return problems
