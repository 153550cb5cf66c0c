"""What a study guide must not say: texts and formulas of the questions that its exam asks."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from math import isclose
from typing import assert_never

from qgen.bank.templates import FormulaTemplate
from qgen.document.answers import (
    Answer,
    ComplexAnswer,
    FormulaAnswer,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import Item
from qgen.document.formula import Formula, evaluate, operands, symbols
from qgen.document.richtext import (
    DisplayMath,
    Math,
    Passage,
    closed,
    join_parts,
    plain_text,
    walk,
)
from qgen.document.values import is_real
from qgen.generator.filling import Filling
from qgen.generator.outline import outline
from qgen.generator.planning import Slot
from qgen.loading import LoadedExam
from qgen.marking.formula_reader import parse_formula
from qgen.marking.number_reader import Refusal
from qgen.production import Production, ProductionFailed, Prover, Tally, variant_source
from qgen.proofs import ProofStore

FEWEST_WORDS = 3
"""Texts with fewer words than this are told apart by nothing: `yes`, `2`, `the mean`."""

FEWEST_TELLING = 5
TOLD = Fraction(4, 5)
"""A sentence is told in other words where one sentence of a note has this share of its telling
words, if there are so many of them."""

VARIANTS = ("1", "2")
"""On so many variants, a formula of a note must give the key, with the same names for the same."""

MOST_NAMES = 5
_POINTS = tuple({place: (number * 0.3819660 + place * 0.2360680) % 1 for place in range(20)}
                for number in range(1, 6))  # fmt: skip
_RELATIONS = re.compile(
    r"=|<|>|,|;|:|\\(?:approx|le|leq|ge|geq|to|mapsto|propto|quad|qquad|equiv|sim)\b"
)
_SUBSCRIPT = re.compile(r"_(?:\{[^{}]*\}|\\?\w)")
_SUM = re.compile(r"\\sum\b")
_FRACTION = re.compile(r"\\[dt]?frac\s*(\w)\s*(\w)")
_NAME = re.compile(r"\\(alpha|beta|gamma|delta|epsilon|varepsilon|eta|theta|kappa|lambda|mu|nu|xi|"
                   r"rho|sigma|tau|phi|varphi|psi|omega)\b|(?<![A-Za-z\\])([A-Za-z])(?![A-Za-z])"
                   )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Key:
    """A formula key of one variant, and the numbers that were drawn for it."""

    answer: FormulaAnswer
    drawn: Mapping[str, float]


class Secrets:
    """What the exam's questions ask for, to be looked for in the notes of a guide."""

    def __init__(self, exam: LoadedExam) -> None:
        slots = {slot.template.header.identifier: slot for slot in exam.slots}
        self._asked = frozenset(slots)
        self._texts: list[tuple[str, str]] = []
        self._sentences: list[tuple[frozenset[str], str]] = []
        self._formulas: list[tuple[Sequence[_Key], str]] = []
        for identifier, slot in slots.items():
            item = outline(slot.template, slot.template.points, "per_option")
            self._texts += ((text, identifier) for text in _secret_texts(item))
            self._sentences += ((words, identifier) for words in _secret_sentences(item))
            self._formulas += ((keys, identifier) for keys in _formula_keys(exam, slot))

    def belongs(self, identifier: str) -> bool:
        """Whether the exam asks this question."""
        return identifier in self._asked

    def betrayed(self, note: Passage) -> tuple[str, str] | None:
        """What a note tells of the exam, and of which question, if it does."""
        words = f" {_words(plain_text(note))} "
        for text, identifier in self._texts:
            if f" {text} " in words:
                return "an answer", identifier
        told = [_telling(sentence) for sentence in _sentences(plain_text(note))]
        for telling, identifier in self._sentences:
            if any(len(telling & said) >= TOLD * len(telling) for said in told):
                return "a sentence on the answer", identifier
        formulas = list(_formulas_of(note))
        for keys, identifier in self._formulas:
            if any(_gives(formula, keys) for formula in formulas):
                return "the formula that is the key", identifier
        return None


def _secret_texts(item: Item) -> Iterator[str]:
    """Words that no note may repeat."""
    for text in _texts(item):
        for whole in (plain_text(text), *_sentences(plain_text(text))):
            words = _words(whole)
            if words.count(" ") + 1 >= FEWEST_WORDS:
                yield words
    for part in item.parts:
        if isinstance(part.answer, ShortAnswer):
            yield from filter(None, map(_words, part.answer.accepted))


def _secret_sentences(item: Item) -> Iterator[frozenset[str]]:
    """The telling words of each sentence that no note may say in nearly the same words."""
    for text in _texts(item):
        for sentence in _sentences(plain_text(text)):
            telling = _telling(sentence)
            if len(telling) >= FEWEST_TELLING:
                yield telling


def _words(text: str) -> str:
    """A text reduced to what is read: words and signs, in small letters, one blank between."""
    return " ".join(re.findall(r"\w+|[^\w\s.,;:!?]", text.lower()))


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?;])\s+", text)


def _telling(sentence: str) -> frozenset[str]:
    """The long words of a sentence, formulas left out: small ones stand everywhere."""
    plain = re.sub(r"\$[^$]*\$", " ", sentence.lower())
    return frozenset(re.findall(r"[^\W\d_]{5,}", plain))


def _formula_keys(exam: LoadedExam, slot: Slot) -> Iterator[Sequence[_Key]]:
    """The keys of each part that asks for a formula, on a few variants."""
    template = slot.template
    if not any(isinstance(part.answer, FormulaTemplate) for part in template.parts):
        return
    solvers = exam.solvers[template.header.identifier]
    source = variant_source(template, solvers, exam.loaded.spec.seed, "guide", repeats=True)
    filling = Filling(template.points, "per_option", False, frozenset())
    prover = Prover("never", ProofStore(), Tally())
    try:
        items = list(Production(template, solvers, filling, source, prover, 0).items(VARIANTS))
    except ProductionFailed:
        return  # The build tells it where the item is made.
    for answers in zip(*([part.answer for part in item.parts] for item in items), strict=True):
        keys = [
            _Key(answer, {name: float(n) for name, n in item.values.items() if is_real(n)})
            for answer, item in zip(answers, items, strict=True)
            if isinstance(answer, FormulaAnswer) and operands(answer.key)
        ]
        if keys:
            yield keys


def _formulas_of(note: Passage) -> Iterator[Formula]:
    """What stands on either side of each sign of relation, as far as it can be read."""
    for node in walk(closed(note)):
        if not isinstance(node, (Math, DisplayMath)):
            continue
        plain = _SUM.sub("", _SUBSCRIPT.sub("", join_parts(node.parts, ())))
        plain = _FRACTION.sub(r"\\frac{\1}{\2}", plain)
        for piece in _RELATIONS.split(plain.strip().rstrip(".")):
            names = {greek or letter for greek, letter in _NAME.findall(piece)}
            found = parse_formula(piece, names)
            if not isinstance(found, Refusal) and 0 < len(symbols(found)) <= MOST_NAMES:
                yield found


def _gives(formula: Formula, keys: Sequence[_Key]) -> bool:
    """Whether a formula is the key, whatever it calls the variables and the drawn numbers."""
    wanted = symbols(keys[0].answer.key) - {"pi"}
    known = (*sorted(keys[0].answer.variables), *sorted(keys[0].drawn))
    names = sorted(symbols(formula) - {"pi"})
    if not wanted or len(names) < len(wanted):
        return False
    return any(
        wanted <= set(meant)
        and all(_same(formula, key, dict(zip(names, meant, strict=True))) for key in keys)
        for meant in permutations(known, len(names))
    )


def _same(formula: Formula, key: _Key, meant: Mapping[str, str]) -> bool:
    met = 0
    for point in _POINTS:
        here = {**key.drawn, **{name: point[n] for n, name in enumerate(key.answer.variables)}}
        try:
            one = evaluate(formula, {name: here[meaning] for name, meaning in meant.items()})
            other = evaluate(key.answer.key, here)
        except (ArithmeticError, ValueError):
            continue
        if not isclose(one, other, rel_tol=1e-9, abs_tol=1e-12):
            return False
        met += 1
    return met > 1


def _texts(item: Item) -> Iterator[Passage]:
    """The texts of an item that say something about its answer."""
    if item.explanation is not None:
        yield item.explanation
    for part in item.parts:
        yield from _answer_texts(part.answer)
        yield from (hint.text for hint in part.hints)
        yield from (text for _, text in part.by_mark.texts)
        if part.explanation is not None:
            yield part.explanation


def _answer_texts(answer: Answer) -> Iterator[Passage]:
    match answer:
        case SingleChoice() | MultipleSelect():
            for option in answer.options:
                yield option.text
                if option.feedback is not None:
                    yield option.feedback
        case Numeric() | ComplexAnswer() | FormulaAnswer() | MatrixAnswer() | ShortAnswer():
            yield from (mistake.feedback for mistake in answer.mistakes)
        case Matching():
            for pair in answer.pairs:
                yield pair.left
                if pair.feedback is not None:
                    yield pair.feedback
            yield from answer.rights
        case Ordering():
            yield from answer.items
        case Open():
            yield from (line.text for line in answer.rubric)
        case _:
            assert_never(answer)
