"""What a writer is: one format, fed each item of an exam once, giving the bytes of its files."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from qgen.document.answers import Part
from qgen.document.exam import ExamDocument, Item, Paper, Pool
from qgen.document.formats import Pdf
from qgen.document.problem import Problem
from qgen.renderers.carriage import MarkedBy


class Chunk(NamedTuple):
    """Bytes that follow what a file holds so far; its path is relative to the format's folder."""

    file: str
    content: bytes


class Memory(Protocol):
    """What is dear to make and is the same each time, remembered from one build to the next."""

    def read(self, name: str) -> bytes | None:
        """What was kept under a name, if anything was."""

    def keep(self, name: str, content: bytes) -> None:
        """Keeps bytes under a name."""


class NoMemory:
    """Remembers nothing."""

    def read(self, name: str) -> bytes | None:
        """Nothing."""

    def keep(self, name: str, content: bytes) -> None:
        """Lets it go."""


class Writer:
    """The base of all writers: it takes nothing and writes nothing until a format says otherwise.

    `begin` is called once, then `paper` for every paper in order where `takes_papers`, then
    `variant` for the first `variants` items of every pool in order, then `end`. Each item is made
    once and handed to every writer that wants it, so that a writer keeps none.
    """

    takes_papers: bool = False
    """Whether it wants the papers of the versions or students."""

    variants: int = 0
    """How many variants of each template it wants, beside the papers."""

    guide_headings: Mapping[str, str] | None = None
    """Headings for the topics of the study guide, where the exam it begins with must have one."""

    shows_hints: bool = False
    """Whether hints are shown on request, each for its penalty."""

    checks_formulas: bool = False
    """Whether what it writes marks typed formulas, and minds their form."""

    attaches_data: bool = False
    """Whether files of data travel with it; otherwise short ones are printed as tables."""

    prints_data: bool = True
    """Whether it prints short files of data as tables, where it attaches none."""

    embeds_pdf: bool = False
    """Whether figures stand in its papers as PDF and not as SVG."""

    pdf: Pdf = "never"
    """Whether the TeX sources among its files are compiled once all are written."""

    memory: Memory = NoMemory()
    """Where it may look up what costs more than reading it; its bytes are the same without."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        """What the exam's own texts lose; complete after `end`. Items' losses are `losses`."""

    def losses(self, item: Item) -> list[Problem]:
        """What the format cannot carry of a question, seen on its outline before any draw."""
        return []

    def marked_by(self, item: Item) -> tuple[MarkedBy, ...]:
        """Who marks each part of a question, seen on its outline; none where a paper is marked."""
        return ()

    def says_by_mark(self, item: Item, part: Part) -> bool:
        """Whether what a part says by its mark is said, seen on its question's outline."""
        return False

    def begin(self, exam: ExamDocument) -> Iterable[Chunk]:
        """What stands before all items. Raises LookupError for a language without labels."""
        return ()

    def paper(self, paper: Paper) -> Iterable[Chunk]:
        """One paper."""
        return ()

    def variant(self, pool: Pool, item: Item) -> Iterable[Chunk]:
        """One variant of a pool's question."""
        return ()

    def end(self) -> Iterable[Chunk]:
        """What follows all items."""
        return ()
