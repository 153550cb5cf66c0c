"""One package: items, a test that draws from them, a manifest, pictures."""

from dataclasses import dataclass, field

from qgen.document.exam import ExamDocument, Pool
from qgen.renderers.markup_text import attribute
from qgen.renderers.qti.dialect import Dialect
from qgen.renderers.zip_stream import ZipStream

_SECONDS = 60


@dataclass(slots=True)
class _Section:
    title: str
    content: list[str] = field(default_factory=list)


class Package:
    """A package in the making: items go to its file at once, what names them is kept."""

    def __init__(self, file: str, dialect: Dialect) -> None:
        self.file = file
        self._dialect = dialect
        self._tag = dialect.element
        self._zip = ZipStream()
        self._sections: list[_Section] = []
        self._pool: Pool | None = None
        self._drawn: list[str] = []
        self._resources: list[str] = []
        self._names: list[str] = []
        self._pictures: set[str] = set()

    def item(self, pool: Pool, name: str, markup: str, pictures: dict[str, bytes]) -> bytes:
        """An item and what it shows for the first time."""
        written = b""
        href = f"items/{name}.xml"
        files = f'<file href="{href}"/>'
        for picture, content in sorted(pictures.items()):
            if picture not in self._pictures:
                self._pictures.add(picture)
                written += self._zip.member(f"media/{picture}", content)
            files += f'<file href="media/{picture}"/>'
        self._refer(pool, self._tag("assessmentItemRef", identifier=f"ref_{name}", href=href))
        kind = f"imsqti_item_{self._dialect.resource}"
        self._resources.append(
            f'<resource identifier="{name}" type="{kind}" href="{href}">{files}</resource>\n'
        )
        self._names.append(name)
        return written + self._zip.member(href, markup.encode())

    def end(self, exam: ExamDocument, title: str, instructions: str) -> bytes:
        """The test, the manifest and the directory of the archive."""
        self._close_pool()
        test = self._test(exam, title, instructions)
        return (
            self._zip.member("test.xml", test.encode())
            + self._zip.member("imsmanifest.xml", self._manifest().encode())
            + self._zip.end()
        )

    def _refer(self, pool: Pool, reference: str) -> None:
        """Puts an item into the test, into the group of its pool where it varies."""
        if pool is not self._pool:
            self._close_pool()
            self._pool = pool
            if not self._sections or self._sections[-1].title != pool.section:
                self._sections.append(_Section(pool.section))
        self._drawn.append(reference)

    def _close_pool(self) -> None:
        if self._pool is None:
            return
        section = self._sections[-1]
        content = "".join(self._drawn)
        if self._pool.varies:
            number = sum(len(each.content) for each in self._sections) + 1
            content = self._tag(
                "assessmentSection",
                self._tag("selection", select=1) + content,
                identifier=f"G{number}",
                title=self._pool.header.title,
                visible="false",
                keepTogether="true",
            )
        section.content.append(content)
        self._drawn.clear()

    def _test(self, exam: ExamDocument, title: str, instructions: str) -> str:
        rubric = ""
        if instructions:
            told = self._dialect.content(f"<div>{instructions}</div>")
            rubric = self._tag("rubricBlock", told, view="candidate")
        sections = ""
        for place, section in enumerate(self._sections, 1):
            sections += self._tag(
                "assessmentSection",
                (rubric if place == 1 else "") + "".join(section.content),
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

    def _manifest(self) -> str:
        schema, version = self._dialect.schema
        dependencies = "".join(f'<dependency identifierref="{name}"/>' for name in self._names)
        kind = f"imsqti_test_{self._dialect.resource}"
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<manifest xmlns="{attribute(self._dialect.manifest_namespace)}" identifier="M1">\n'
            f"<metadata><schema>{schema}</schema><schemaversion>{version}</schemaversion>"
            "</metadata>\n<organizations/>\n<resources>\n"
            f'<resource identifier="T1r" type="{kind}" href="test.xml"><file href="test.xml"/>'
            f"{dependencies}</resource>\n{''.join(self._resources)}</resources>\n</manifest>\n"
        )
