"""Writes the pools of an exam as a test in QTI 2.1 or 3.0."""

import re
from collections.abc import Iterator
from typing import assert_never

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
    Part,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import ExamDocument, Header, Item, Pool
from qgen.document.formats import QtiOptions
from qgen.document.problem import Problem
from qgen.renderers.carriage import MarkedBy, marked_by
from qgen.renderers.labels import Labels, exam_labels, labels_of
from qgen.renderers.moodle.text import cleaned, web_form
from qgen.renderers.package_plan import PackagePlan, package_plan
from qgen.renderers.qti.answers import QtiAnswers, Unfollowed
from qgen.renderers.qti.dialect import DIALECTS
from qgen.renderers.qti.items import QtiItems
from qgen.renderers.qti.number_processing import Numbers
from qgen.renderers.qti.package import Package, item_name
from qgen.renderers.qti.text import QtiText
from qgen.renderers.qti.value_boxes import Unvalued, marks_values
from qgen.renderers.remembering import made_once
from qgen.renderers.variant_losses import VariantLosses
from qgen.renderers.writer import Chunk, Writer

ITEMS_IN_A_PACKAGE = 5000
TITLE_LENGTH = 200
_UNSAFE_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


class QtiWriter(Writer):
    """`<slug>.zip`, or `<slug>-1.zip`, …: whole tests, each with some of the variants."""

    attaches_data = True

    def __init__(self, options: QtiOptions, items_in_a_package: int = ITEMS_IN_A_PACKAGE) -> None:
        super().__init__()
        self.variants = options.variants
        self._formulas = options.formulas
        self._dialect = DIALECTS[options.version]
        self._refused_equal = options.version == "3.0" and options.numbers == "equal"
        self._numbers: Numbers = "range" if self._refused_equal else options.numbers
        self._most = items_in_a_package
        self._text = QtiText()
        self._exam: ExamDocument | None = None
        self._labels: Labels | None = None
        self._items: QtiItems | None = None
        self._plan = PackagePlan(1, 1)
        self._packages: list[Package] = []
        self._places: dict[int, int] = {}
        self._variants = VariantLosses(self._answer_losses)
        self._has_numbers = False

    def losses(self, item: Item) -> list[Problem]:
        """What QTI cannot carry of a question, and what is written instead."""
        self._variants.remember(item)
        found: list[tuple[str, str]] = []
        for part in item.parts:
            where = f"part {part.label}: " if part.label else ""
            found += [(code, where + text) for code, text in self._answer_losses(part.answer)]
        found += [
            (
                "qti-picture",
                f"the picture '{asset.name}' has no form that browsers show; its alternative text "
                "is written instead",
            )
            for asset in item.assets.values()
            if web_form(asset) is None
        ]
        return [Problem(code, text, item.header.place, "loss") for code, text in found]

    def marked_by(self, item: Item) -> tuple[MarkedBy, ...]:
        """Who marks each part."""
        return tuple(self._marked_by(part.answer) for part in item.parts)

    def _marked_by(self, answer: Answer) -> MarkedBy:
        if isinstance(answer, FormulaAnswer) and not marks_values(answer, self._formulas):
            return "person"
        return marked_by("qti", answer)

    def _asks_for_numbers(self, answer: Answer) -> bool:
        is_number = isinstance(answer, (Numeric, ComplexAnswer, MatrixAnswer, FormulaAnswer))
        return is_number and self._marked_by(answer) == "machine"

    def says_by_mark(self, item: Item, part: Part) -> bool:
        """Wherever a player gives the mark itself."""
        return self._marked_by(part.answer) == "machine"

    def _answer_losses(self, answer: Answer) -> list[tuple[str, str]]:
        if isinstance(answer, FormulaAnswer):
            return _formula_losses(answer, by_values=marks_values(answer, self._formulas))
        return _answer_losses(answer)

    def begin(self, exam: ExamDocument) -> Iterator[Chunk]:
        """Nothing yet: the test stands behind its items."""
        self._exam, self._labels = exam, exam_labels(exam)
        shuffle = exam.shuffle_options
        answers = QtiAnswers(self._dialect, self._text, self._numbers, shuffle, self._formulas)
        self._items = QtiItems(self._dialect, self._text, answers)
        sizes = [(1, pool.varies) for pool in exam.pools]
        self._plan = package_plan(sizes, self.variants, self._most)
        # Pools are told apart by identity, as two of an exam may ask the same question.
        self._places = {id(pool): place for place, pool in enumerate(exam.pools, 1)}
        count = self._plan.packages
        for number in range(1, count + 1):
            ending = f"-{number}" if count > 1 else ""
            self._packages.append(Package(f"{exam.slug}{ending}.zip", self._dialect))
        if self._refused_equal:
            text = "players of QTI 3.0 misread the tolerance of equal; ranges are written instead"
            self.problems.append(Problem("qti-equal", text, None, "loss"))
        if count > 1:
            text = f"{count} packages are written, each a whole test with variants of its own"
            self.problems.append(Problem("qti-packages", text, None, "loss"))
        return iter(())

    def variant(self, pool: Pool, item: Item) -> Iterator[Chunk]:
        """One item, in one package or, where it does not vary, in all."""
        assert self._items is not None
        assert self._labels is not None
        self.problems += self._variants.of(item)
        self._has_numbers |= any(self._asks_for_numbers(part.answer) for part in item.parts)
        header = item.header
        name = f"q{self._places[id(pool)]}-{_safe(header)}"
        labels = labels_of(header.language, self._labels)
        self._text.files.clear()
        markup = self._items.item(item, item_name(name, item.variant), _title(header), labels)
        pictures = dict(self._text.files)
        packages = self._packages
        if pool.varies:
            packages = [packages[self._plan.holding(item.variant)]]
        for package in packages:
            yield Chunk(package.file, package.item(pool, name, item.variant, markup, pictures))

    def end(self) -> Iterator[Chunk]:
        """The tests and the manifests."""
        exam = self._exam
        if exam is None:
            return
        title = " ".join(cleaned(exam.title).split())[:TITLE_LENGTH]
        for package in self._packages:
            for written in package.end(exam, title, self._text.write):
                yield Chunk(package.file, written)
        if self._has_numbers:
            text = (
                "QTI players read numbers as decimals such as 0.25 or 1.2e-5, not 1/4, 25%, sqrt(2)"
            )
            self.problems.append(Problem("qti-numbers", text, None, "loss"))
        if self._items is not None:
            self.problems += map(_unfollowed_problem, self._items.answers.unfollowed)
            self.problems += map(_unvalued_problem, self._items.answers.unvalued)


@made_once
def _safe(header: Header) -> str:
    return _UNSAFE_IN_A_NAME.sub("-", header.identifier)[:60]


@made_once
def _title(header: Header) -> str:
    return " ".join(cleaned(header.title).split())[:TITLE_LENGTH]


def _unfollowed_problem(carried: Unfollowed) -> Problem:
    header, label = carried
    text = (
        f"question '{header.identifier}', part {label}: no mark by the student's own earlier "
        "value is written; only the key is right"
    )
    return Problem("qti-carried", text, header.place, "loss")


def _unvalued_problem(lost: Unvalued) -> Problem:
    header, label, text = lost
    where = f", part {label}" if label else ""
    message = f"question '{header.identifier}'{where} (variants may be like it): {text}"
    return Problem("qti-points", message, header.place, "loss")


def _formula_losses(answer: FormulaAnswer, *, by_values: bool) -> list[tuple[str, str]]:
    if not by_values:
        text = "a person marks the formula by the key in the rubric"
        if answer.up_to is not None:
            text = f"right formulas may differ by a {answer.up_to}, and so in their values; {text}"
        return [("qti-formula", text)]
    text = (
        "QTI marks the formula's values at two or three points, each for its share, and not its "
        "form: a formula that agrees with the key at a point earns that point's share"
    )
    return [("qti-formula", text)]


def _answer_losses(answer: Answer) -> list[tuple[str, str]]:
    match answer:
        case SingleChoice() | MultipleSelect() | Numeric() | ComplexAnswer() | MatrixAnswer():
            return []
        case Matching():
            return []
        case Ordering():
            text = "some players of QTI give nothing for neighbours that are still together"
            return [("qti-ordering", text)] if answer.credit == "adjacent" else []
        case FormulaAnswer() | Open():
            return []
        case ShortAnswer():
            return _words_losses(answer)
        case _:
            assert_never(answer)


def _words_losses(answer: ShortAnswer) -> list[tuple[str, str]]:
    text = "QTI players take words with other blanks, also before and behind them, for wrong"
    found = [("qti-blanks", text)]
    forms = [*answer.accepted, *(mistake.text for mistake in answer.mistakes)]
    if not answer.case_sensitive and any(form.lower() != form.casefold() for form in forms):
        text = "QTI players ignore case letter by letter: they do not take ss for ß or ſ for s"
        found.append(("qti-case", text))
    return found
