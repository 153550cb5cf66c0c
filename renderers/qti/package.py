"""One package: items, a test that draws from them, a manifest, pictures."""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

from qgen.document.exam import ExamDocument, Pool
from qgen.document.richtext import Passage
from qgen.renderers.markup_text import attribute
from qgen.renderers.qti.dialect import Dialect
from qgen.renderers.zip_stream import ZipStream

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class _Group:
    """The items of one pool, of which a package has thousands: no text that can be made again."""

    pool: Pool
    name: str
    """What the names of all of them begin with."""
    variants: "array[int]" = field(default_factory=lambda: array("L"))
    pictures: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """By variant, where it shows any."""

    def items(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The name of each item, and the pictures that it shows."""
        for variant in self.variants:
            yield item_name(self.name, variant), self.pictures.get(variant, ())


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    instructions: Passage | None
    groups: list[_Group] = field(default_factory=list)


class Package:
    """A package in the making: items go to its file at once, what names them is kept."""

    def __init__(self, file: str, dialect: Dialect) -> None:
        self.file = file
        self._dialect = dialect
        self._tag = dialect.element
        self._zip = ZipStream()
        self._sections: list[_Section] = []
        self._pictures: dict[str, str] = {}

    def item(
        self, pool: Pool, name: str, variant: int, markup: str, pictures: dict[str, bytes]
    ) -> bytes:
        """A variant of the question of this name, and what it shows for the first time."""
        group = self._group(pool, name)
        group.variants.append(variant)
        address = _address(item_name(name, variant))
        if not pictures:
            return self._zip.member(address, markup.encode())
        written = b""
        for picture, content in sorted(pictures.items()):
            if picture not in self._pictures:
                self._pictures[picture] = picture
                written += self._zip.member(f"media/{picture}", content)
        # One text for a name, however many thousand items show the picture.
        group.pictures[variant] = tuple(self._pictures[each] for each in sorted(pictures))
        return written + self._zip.member(address, markup.encode())

    def end(
        self, exam: ExamDocument, title: str, write: Callable[[Passage], str]
    ) -> Iterator[bytes]:
        """The test, the manifest and the directory of the archive; `write` makes markup."""
        yield self._zip.member("test.xml", self._test(exam, title, write).encode())
        yield from self._zip.stored("imsmanifest.xml", self._manifest)
        yield self._zip.end()

    def _group(self, pool: Pool, name: str) -> _Group:
        """The group of the pool that items are from now."""
        if self._sections and self._sections[-1].groups[-1].pool is pool:
            return self._sections[-1].groups[-1]
        begun = [(each.title, each.instructions) for each in self._sections[-1:]]
        if begun != [(pool.section, pool.instructions)]:
            self._sections.append(_Section(pool.section, pool.instructions))
        group = _Group(pool, name)
        self._sections[-1].groups.append(group)
        return group

    def _items(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        for section in self._sections:
            for group in section.groups:
                yield from group.items()

    def _drawn(self, group: _Group, number: int) -> str:
        """The references of a pool: one is drawn where it varies."""
        references = "".join(
            self._tag("assessmentItemRef", identifier=f"ref_{name}", href=_address(name))
            for name, _ in group.items()
        )
        if not group.pool.varies:
            return references
        return self._tag(
            "assessmentSection",
            self._tag("selection", select=1) + references,
            identifier=f"G{number}",
            title=group.pool.header.title,
            visible="false",
            keepTogether="true",
        )

    def _rubric(self, instructions: Passage | None, write: Callable[[Passage], str]) -> str:
        """What candidates read before a section's questions."""
        if instructions is None:
            return ""
        told = self._dialect.content(f"<div>{write(instructions)}</div>")
        return self._tag("rubricBlock", told, view="candidate")

    def _test(self, exam: ExamDocument, title: str, write: Callable[[Passage], str]) -> str:
        sections, numbers = "", count(1)
        for place, section in enumerate(self._sections, 1):
            groups = "".join(self._drawn(group, next(numbers)) for group in section.groups)
            rubric = self._rubric(exam.instructions, write) if place == 1 else ""
            rubric += self._rubric(section.instructions, write)
            sections += self._tag(
                "assessmentSection",
                rubric + groups,
                identifier=f"S{place}",
                title=section.title,
                visible="true",
            )
        control = self._tag("itemSessionControl", maxAttempts=1, showFeedback="true")
        limits = ""
        if exam.duration is not None:
            limits = self._tag("timeLimits", maxTime=exam.duration * _SECONDS)
        part = self._tag(
            "testPart",
            control + limits + sections,
            identifier="P1",
            navigationMode="nonlinear",
            submissionMode="simultaneous",
        )
        default = self._tag("defaultValue", self._tag("value", "0"))
        score = self._tag(
            "outcomeDeclaration",
            default,
            identifier="SCORE",
            cardinality="single",
            baseType="float",
        )
        total = self._tag("sum", self._tag("testVariables", variableIdentifier="SCORE"))
        outcome = self._tag(
            "outcomeProcessing", self._tag("setOutcomeValue", total, identifier="SCORE")
        )
        return self._dialect.document(
            "assessmentTest", score + part + outcome, identifier="T1", title=title
        )

    def _manifest(self) -> Iterator[bytes]:
        schema, version = self._dialect.schema
        kind = f"imsqti_test_{self._dialect.resource}"
        yield (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<manifest xmlns="{attribute(self._dialect.manifest_namespace)}" identifier="M1">\n'
            f"<metadata><schema>{schema}</schema><schemaversion>{version}</schemaversion>"
            "</metadata>\n<organizations/>\n<resources>\n"
            f'<resource identifier="T1r" type="{kind}" href="test.xml"><file href="test.xml"/>'
        ).encode()
        for name, _ in self._items():
            yield f'<dependency identifierref="{name}"/>'.encode()
        yield b"</resource>\n"
        kind = f"imsqti_item_{self._dialect.resource}"
        for name, pictures in self._items():
            files = [_address(name), *(f"media/{picture}" for picture in pictures)]
            held = "".join(f'<file href="{file}"/>' for file in files)
            yield (
                f'<resource identifier="{name}" type="{kind}" href="{_address(name)}">{held}'
                "</resource>\n"
            ).encode()
        yield b"</resources>\n</manifest>\n"


def item_name(name: str, variant: int) -> str:
    """The identifier of a variant of the question of this name."""
    return f"{name}-v{variant:04}"


def _address(name: str) -> str:
    """Where an item lies in its package."""
    return f"items/{name}.xml"
