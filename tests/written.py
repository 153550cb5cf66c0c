"""A sample exam written in one format, as the pipeline would: files and problems."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from qgen.document.exam import ExamDocument, Item
from qgen.document.formats import FORMATS
from qgen.document.problem import Problem
from qgen.renderers.writer import Chunk, Writer
from tests.samples import SampleExam


@dataclass(frozen=True)
class Rendered:
    files: Mapping[str, bytes]
    problems: tuple[Problem, ...]


class Remembered:
    """What writers remember, for as long as the tests run: fonts and scripts are made once."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def read(self, name: str) -> bytes | None:
        return self._kept.get(name)

    def keep(self, name: str, content: bytes) -> None:
        self._kept[name] = content


_MEMORY = Remembered()


def writer_of(options: Any) -> Writer:
    """The writer of the format that has such options."""
    (target,) = (each.writer for each in FORMATS.values() if each.options is type(options))
    module, _, name = target.partition(":")
    writer = getattr(import_module(module), name)(options)
    assert isinstance(writer, Writer)
    writer.memory = _MEMORY
    return writer


def losses(item: Item, options: Any) -> list[Problem]:
    return writer_of(options).losses(item)


def render(exam: ExamDocument, options: Any) -> Rendered:
    return written(writer_of(options), exam)


def written(writer: Writer, exam: ExamDocument) -> Rendered:
    """All files of an exam; a sample exam brings papers and variants along."""
    files: dict[str, list[bytes]] = {}
    for chunk in chunks(writer, exam):
        files.setdefault(chunk.file, []).append(chunk.content)
    whole = {name: b"".join(content) for name, content in files.items()}
    return Rendered(whole, tuple(writer.problems))


def chunks(writer: Writer, exam: ExamDocument) -> Iterator[Chunk]:
    papers, variants = (exam.papers, exam.variants) if isinstance(exam, SampleExam) else ((), ())
    yield from writer.begin(exam)
    for paper in papers if writer.takes_papers else ():
        yield from writer.paper(paper)
    pools: Iterable[Any] = zip(exam.pools, variants, strict=True) if writer.variants else ()
    for pool, items in pools:
        for item in items:
            if item.variant <= pool.count(writer.variants):
                yield from writer.variant(pool, item)
    yield from writer.end()
