"""What holds for the shipped bank, however many questions are added to it."""

import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import chain

import pytest

from qgen.bank.templates import (
    AnswerTemplate,
    ChoiceTemplate,
    ComplexTemplate,
    FormulaTemplate,
    MatchingTemplate,
    MatrixTemplate,
    NumericTemplate,
    OpenTemplate,
    OrderingTemplate,
    QuestionTemplate,
    ShortAnswerTemplate,
)
from qgen.document.answers import (
    DERIVATION,
    KINDS,
    MultipleSelect,
    Option,
    Part,
    SingleChoice,
)
from qgen.document.exam import Item
from qgen.document.richtext import RichText, Text, plain_text, walk
from qgen.figures.registry import all_figures
from qgen.generator.filling import Filler, Filling
from qgen.generator.provenance import known_answers
from qgen.production import Production, Prover, Tally, variant_source
from qgen.proofs import ProofStore
from qgen.question_solvers import question_solvers, verified_results
from qgen.solvers.routes.registry import all_solvers
from tests.shipped import shipped_templates

pytestmark = pytest.mark.slow

LAST_WORDS = {
    "Tick every statement that holds; there may be none.": 0,
    "Tick every statement that holds; at least one does.": 1,
    "At least one of them does, and at least one does not.": 1,
}
"""How a multiple-select question ends, and how many statements hold at least."""

MANY, FEW = 24, 8
"""So many variants of a question are looked at."""
NUMBER = re.compile(r"(-?)(?:\\frac\{(\d+)\}\{(\d+)\}|(\d+(?:\.\d+)?))(?P<rest>.*)", re.DOTALL)


@pytest.fixture(scope="module")
def questions() -> list[QuestionTemplate]:
    return list(shipped_templates())


@pytest.fixture(scope="module")
def choices(questions: list[QuestionTemplate]) -> dict[str, list[Item]]:
    """Some variants of every question that has options, in the author's order."""
    return {
        each.header.identifier: variants(each)
        for each in questions
        if any(isinstance(part.answer, ChoiceTemplate) for part in each.parts)
    }


def variants(template: QuestionTemplate) -> list[Item]:
    solvers, problems = question_solvers(template)
    assert problems == []
    filling = Filling(template.points, "per_option", False, verified_results(solvers))
    source = variant_source(template, solvers, 0, "test")
    prover = Prover("never", ProofStore(), Tally())
    production = Production(template, solvers, filling, source, prover, figure_limit=0)
    # Of a question with few variants, a note says why.
    most = MANY if template.note is None else FEW
    copies = [str(number) for number in range(most if template.parameters else 1)]
    return list(production.items(copies))


def parts_of(items: list[Item], kind: type) -> Iterator[tuple[Item, Part]]:
    return ((item, part) for item in items for part in item.parts if isinstance(part.answer, kind))


def test_every_kind_is_asked(questions: list[QuestionTemplate]) -> None:
    assert {each.header.kind for each in questions} == {*KINDS, DERIVATION}


def test_a_topic_is_a_folder(questions: list[QuestionTemplate]) -> None:
    for each in questions:
        assert each.header.place.file.split("/")[-2] == each.header.topic


def test_every_question_is_dressed(questions: list[QuestionTemplate]) -> None:
    for each in questions:
        name = each.header.identifier
        assert each.explanation is not None, name
        assert each.header.tags, name
        assert each.header.minutes, name


def test_every_option_says_why(questions: list[QuestionTemplate]) -> None:
    """An option that is plain text says nothing itself: then the explanation does, by its name."""
    for each in questions:
        for part in each.parts:
            if isinstance(part.answer, ChoiceTemplate):
                why = [text for text in (part.explanation, each.explanation) if text is not None]
                explained = " ".join(map(_words, why))
                for option in part.answer.options:
                    if option.feedback is None:
                        assert not option.correct, option.place
                        assert _words(option.text) in explained, option.place


def _words(text: RichText) -> str:
    written = (node.text for node in walk(text.blocks) if isinstance(node, Text))
    return " ".join(" ".join(written).casefold().split())


def test_questions_and_their_solvers_fit(questions: list[QuestionTemplate]) -> None:
    assert [problem for each in questions for problem in question_solvers(each)[1]] == []


def test_most_drawn_questions_have_verified_keys(questions: list[QuestionTemplate]) -> None:
    drawn = [each for each in questions if each.parameters]
    assert 2 * sum(map(has_a_verified_key, drawn)) > len(drawn)


def has_a_verified_key(template: QuestionTemplate) -> bool:
    solvers, _ = question_solvers(template)
    filling = Filling(template.points, "per_option", True, verified_results(solvers))
    return "verified" in Filler(template, filling).provenances


def test_what_can_be_computed_is_computed(questions: list[QuestionTemplate]) -> None:
    """An author's word alone is for what is said in words.

    Where formulas are to be chosen, matched or put in order, computing could decide; so at most
    one in twenty of the keys that could be computed is the author's word.
    """
    stated, all_keys = 0, 0
    for each in questions:
        solvers, _ = question_solvers(each)
        for part, (known, _) in zip(
            each.parts, known_answers(each, verified_results(solvers)), strict=True
        ):
            if not _is_about_words(part.answer):
                all_keys += 1
                stated += known == "stated"
    assert 20 * stated <= all_keys, f"{stated} of {all_keys}"


def _is_about_words(answer: AnswerTemplate) -> bool:
    """Whether a person has to read: a free answer, a word, options that are sentences."""
    match answer:
        case OpenTemplate() | ShortAnswerTemplate():
            return True
        case NumericTemplate() | ComplexTemplate() | FormulaTemplate() | MatrixTemplate():
            return False
        case ChoiceTemplate():
            texts = [option.text for option in answer.options]
        case MatchingTemplate():
            texts = [pair.right.text for pair in answer.pairs]
        case OrderingTemplate():
            texts = [item.text for item in answer.items]
    written = (
        " ".join(node.text for node in walk(text.blocks) if isinstance(node, Text))
        for text in texts
    )
    return all(len(re.findall("[A-Za-z]{2,}", words)) >= 3 for words in written)


def test_every_solver_is_used(questions: list[QuestionTemplate]) -> None:
    used = {name for each in questions for name, _ in each.solvers}
    assert sorted({known.name for known in all_solvers()} - used) == []


def test_every_figure_is_used(questions: list[QuestionTemplate]) -> None:
    used = {figure.figure for figure in chain.from_iterable(each.figures for each in questions)}
    assert used == {drawing.name for drawing in all_figures()}


def test_multiple_select_says_how_many_may_hold(choices: dict[str, list[Item]]) -> None:
    for name, items in choices.items():
        for item, part in parts_of(items, MultipleSelect):
            asked = plain_text(part.prompt if part.label else item.stem).rstrip()
            least = [LAST_WORDS[last] for last in LAST_WORDS if asked.endswith(last)]
            assert least, f"{name} ends '{asked[-60:]}'"
            assert isinstance(part.answer, MultipleSelect)
            assert sum(option.correct for option in part.answer.options) >= least[0], name


def test_the_longest_option_is_no_clue(choices: dict[str, list[Item]]) -> None:
    longest = []
    for items in choices.values():
        for _, part in parts_of(items[:1], SingleChoice):
            assert isinstance(part.answer, SingleChoice)
            lengths = dict.fromkeys((True, False), 0)
            for option in part.answer.options:
                length = len(plain_text(option.text))
                lengths[option.correct] = max(length, lengths[option.correct])
            longest.append(lengths[True] > lengths[False])
    assert 3 * sum(longest) <= len(longest)


def test_no_statement_at_an_end_is_always_right(choices: dict[str, list[Item]]) -> None:
    """In a drawn question the first and the last statement hold for some numbers only; over the
    others, neither of the two is right or wrong most of the time."""
    fixed: dict[int, list[bool]] = {0: [], -1: []}
    for name, items in choices.items():
        for number, part in enumerate(items[0].parts):
            if not isinstance(part.answer, MultipleSelect):
                continue
            for end, seen in fixed.items():
                verdicts = {_option(item, number, end).correct for item in items}
                if len(items) == MANY:
                    assert verdicts == {True, False}, f"{name}, {'first' if end == 0 else 'last'}"
                elif len(items) == 1:
                    seen.extend(verdicts)
    for end, seen in fixed.items():
        assert 0.25 <= sum(seen) / len(seen) <= 0.75, end


def _option(item: Item, number: int, end: int) -> Option:
    answer = item.parts[number].answer
    assert isinstance(answer, MultipleSelect)
    return answer.options[end]


@cache
def number_in(text: str) -> tuple[Fraction, str] | None:
    """The number that an option's text begins with, and what follows it."""
    found = NUMBER.match(text.lstrip("$"))
    if found is None:
        return None
    sign, over, under, decimal, rest = found.groups()
    size = Fraction(decimal) if decimal else Fraction(int(over), int(under))
    return (-size if sign else size), rest


def place_by_size(answer: SingleChoice) -> int | None:
    """Where the key stands among options that are numbers, from the smallest on."""
    read = [number_in(plain_text(option.text)) for option in answer.options]
    numbers = [each for each in read if each is not None]
    if len(numbers) < len(read) or len({rest for _, rest in numbers}) > 1:
        return None
    key = next(number for number, option in zip(numbers, answer.options, strict=True) if option[1])
    return sorted(numbers).index(key)


def test_the_size_of_a_number_is_no_clue(choices: dict[str, list[Item]]) -> None:
    """Each question counts once, shared out by where its variants have the key."""
    places: Counter[int] = Counter()
    for name, items in choices.items():
        found = [
            place_by_size(part.answer)
            for _, part in parts_of(items, SingleChoice)
            if isinstance(part.answer, SingleChoice)
        ]
        if found and len(items) == MANY and None not in found:
            assert len(set(found)) > 1, f"the key of '{name}' is always in place {found[0]}"
        for place in found:
            if place is not None:
                places[place] += Fraction(1, len(found))
    assert sum(places.values()) > 0
    assert max(places.values()) <= Fraction(1, 2) * sum(places.values()), places


def test_questions_that_give_each_other_away_name_each_other(
    questions: list[QuestionTemplate],
) -> None:
    headers = {each.header.identifier: each.header for each in questions}
    for name, header in headers.items():
        for other in header.not_with:
            assert name in headers[other].not_with, f"{other} does not name {name}"
