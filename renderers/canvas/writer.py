"""Writes the pools of an exam as quizzes for Canvas, classic and New Quizzes alike."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from qgen.document.answers import MultipleSelect, Numeric, Part
from qgen.document.exam import ExamDocument, Header, Item, Pool
from qgen.document.formats import CanvasOptions
from qgen.document.problem import Problem
from qgen.renderers.canvas.answers import is_judged
from qgen.renderers.canvas.items import CanvasItems, says_by_mark
from qgen.renderers.canvas.losses import answer_losses, item_losses
from qgen.renderers.canvas.package import GROUP_END, Package, group_head
from qgen.renderers.canvas.text import CanvasText
from qgen.renderers.carriage import MarkedBy, marked_by
from qgen.renderers.labels import Labels, exam_labels, labels_of
from qgen.renderers.moodle.numbers import grade
from qgen.renderers.moodle.text import cleaned
from qgen.renderers.package_plan import PackagePlan, package_plan
from qgen.renderers.sections import instructions_before
from qgen.renderers.variant_losses import VariantLosses
from qgen.renderers.writer import Chunk, Writer

ITEMS_IN_A_PACKAGE = 500
"""More take Canvas so long that it gives up."""
TITLE_LENGTH = 200


@dataclass(slots=True)
class _OpenGroup:
    """The variants of a pool that one package gets: those of the first part are written at once."""

    pool: Pool
    packages: list[Package]
    heads: list[str]
    """What stands before the variants of each part."""
    waiting: list[list[str]]
    """Those of each further part, until all are there."""


class CanvasWriter(Writer):
    """`<slug>.zip`, or `<slug>-1.zip`, …: whole quizzes, each with some of the variants."""

    attaches_data = True

    def __init__(
        self, options: CanvasOptions, items_in_a_package: int = ITEMS_IN_A_PACKAGE
    ) -> None:
        super().__init__()
        self.variants = options.variants
        self._options = options
        self._most = items_in_a_package
        self._text = CanvasText(options.math)
        self._packages: list[Package] = []
        self._plan = PackagePlan(1, 1)
        self._slug = ""
        self._exam_labels: Labels | None = None
        self._items: CanvasItems | None = None
        self._group: _OpenGroup | None = None
        self._before: Pool | None = None
        """The pool before the one that is written."""
        self._occurrences: Counter[str] = Counter()
        self._variants = VariantLosses(lambda answer: answer_losses(answer, options.multiple))
        self._has_numbers = False
        self._has_ticks = False

    def losses(self, item: Item) -> list[Problem]:
        """What Canvas cannot carry of a question, and what is written instead."""
        self._variants.remember(item)
        return [
            Problem(code, text, item.header.place, "loss")
            for code, text in item_losses(item, self._options.multiple)
        ]

    def says_by_mark(self, item: Item, part: Part) -> bool:
        """Where an answer is right or wrong."""
        return says_by_mark(part.answer)

    def marked_by(self, item: Item) -> tuple[MarkedBy, ...]:
        """Who marks each part."""
        return tuple(marked_by("canvas", part.answer) for part in item.parts)

    def begin(self, exam: ExamDocument) -> Iterator[Chunk]:
        """The head of each package."""
        self._exam_labels = exam_labels(exam)
        self._slug = exam.slug
        self._items = CanvasItems(self._text, exam.shuffle_options, self._options.multiple)
        sizes = [(pool.parts, pool.varies) for pool in exam.pools]
        self._plan = package_plan(sizes, self.variants, self._most)
        count = self._plan.packages
        self.problems += _exam_losses(exam, count)
        description = "" if exam.instructions is None else self._text.write(exam.instructions)
        title = " ".join(cleaned(exam.title).split())[:TITLE_LENGTH]
        for number in range(1, count + 1):
            ending, told = (f"-{number}", f" ({number}/{count})") if count > 1 else ("", "")
            ident = _identifier(exam.slug, str(number))
            package = Package(f"{exam.slug}{ending}.zip", ident)
            self._packages.append(package)
            yield Chunk(package.file, package.head(exam, f"{title}{told}", description))

    def variant(self, pool: Pool, item: Item) -> Iterator[Chunk]:
        """The question, and what is complete of the quiz before it."""
        self.problems += self._variants.of(item)
        for part in item.parts:
            answer = part.answer
            self._has_numbers |= isinstance(answer, Numeric)
            self._has_ticks |= isinstance(answer, MultipleSelect) and not is_judged(answer)
        packages = self._packages
        if pool.varies:
            packages = [packages[self._plan.holding(item.variant)]]
        opened, written = self._group, ""
        if opened is None or opened.pool is not pool or opened.packages != packages:
            yield from self._closed()
            if opened is None or opened.pool is not pool:
                self._occurrences[pool.header.identifier] += 1
                self._before = None if opened is None else opened.pool
            opened = self._group = _OpenGroup(pool, packages, self._heads(pool, item), [])
            opened.waiting = [[] for _ in item.parts[1:]]
            written = self._description(pool) + opened.heads[0]
        first, *others = self._questions(item)
        for waiting, markup in zip(opened.waiting, others, strict=True):
            waiting.append(markup)
        for package in packages:
            package.pictures.update(self._text.files)
            yield Chunk(package.file, package.questions(written + first))
        self._text.files.clear()

    def end(self) -> Iterator[Chunk]:
        """The last questions, the pictures and the manifests."""
        yield from self._closed()
        for package in self._packages:
            yield Chunk(package.file, package.end())
        if self._has_numbers:
            text = "Canvas reads numbers as decimals such as 0.25 or 1.2e-5, not 1/4, 25%, sqrt(2)"
            self.problems.append(Problem("canvas-numbers", text, None, "loss"))
        if self._has_ticks:
            text = "New Quizzes gives some of several right ticks a partial credit by its own rule"
            self.problems.append(Problem("canvas-partial", text, None, "loss"))

    def _questions(self, item: Item) -> Iterator[str]:
        """One for each part."""
        assert self._items is not None
        header = item.header
        number = self._occurrences[header.identifier]
        labels = labels_of(header.language, self._labels())
        name = _title(header)
        for place, part in enumerate(item.parts):
            key = (header.identifier, str(number), str(item.variant), part.label)
            title = f"{name} {item.variant:04}{f' ({part.label})' if part.label else ''}"
            yield self._items.item(item, place, _identifier(self._slug, *key), title, labels)

    def _description(self, pool: Pool) -> str:
        """The instructions of the section, where it begins here."""
        told = instructions_before(pool, self._before)
        if told is None:
            return ""
        assert self._items is not None
        number = self._occurrences[pool.header.identifier]
        ident = _identifier(self._slug, pool.header.identifier, str(number), "section")
        title = " ".join(cleaned(pool.section).split())[:TITLE_LENGTH]
        return self._items.description(told, ident, title)

    def _heads(self, pool: Pool, item: Item) -> list[str]:
        """What stands before the variants of each part; a question of its own is in no group."""
        if not pool.varies:
            return [""] * len(item.parts)
        header, name = item.header, _title(item.header)
        number = self._occurrences[header.identifier]
        heads = []
        for place, part in enumerate(item.parts):
            ident = _identifier(self._slug, header.identifier, str(number), "group", str(place))
            title = f"{name} ({part.label})" if part.label else name
            heads.append(group_head(ident, title, grade(part.points)))
        return heads

    def _closed(self) -> Iterator[Chunk]:
        """The end of the group that is open, in all its packages, and its further parts."""
        opened, self._group = self._group, None
        if opened is None:
            return
        ending = GROUP_END if opened.pool.varies else ""
        written = [ending]
        for head, items in zip(opened.heads[1:], opened.waiting, strict=True):
            written += [head, *items, ending]
        markup = "".join(written)
        for package in opened.packages:
            yield Chunk(package.file, package.questions(markup))

    def _labels(self) -> Labels:
        assert self._exam_labels is not None
        return self._exam_labels


def _title(header: Header) -> str:
    return " ".join(cleaned(header.title).split())[:TITLE_LENGTH]


def _identifier(*words: str) -> str:
    """Canvas overwrites what an earlier import of the course gave the same identifier."""
    return f"q{sha256('/'.join(words).encode('utf-8', 'replace')).hexdigest()[:31]}"


def _exam_losses(exam: ExamDocument, packages: int) -> Iterator[Problem]:
    if len({pool.section for pool in exam.pools}) > 1:
        text = "a Canvas quiz has no sections; their questions follow one another"
        yield Problem("canvas-sections", text, None, "loss")
    if packages > 1:
        text = (
            f"{packages} packages are written, as Canvas takes no more than about "
            f"{ITEMS_IN_A_PACKAGE} questions: each is a whole quiz with variants of its own"
        )
        yield Problem("canvas-packages", text, None, "loss")
