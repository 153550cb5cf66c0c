"""One package: a manifest, the quiz's settings, its questions, its pictures."""

from collections.abc import Mapping
from fractions import Fraction

from qgen.document.exam import ExamDocument
from qgen.renderers.canvas.text import FOLDER
from qgen.renderers.markup_text import attribute
from qgen.renderers.moodle.numbers import grade
from qgen.renderers.moodle.text import escaped
from qgen.renderers.zip_stream import ZipStream

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MANIFEST = (
    f"{_DECLARATION}"
    '<manifest identifier="{ident}m" xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1">\n'
    "<metadata><schema>IMS Content</schema><schemaversion>1.1.3</schemaversion></metadata>\n"
    '<organizations/>\n<resources>\n<resource identifier="{ident}" type="imsqti_xmlv1p2">'
    '<file href="{ident}/{ident}.xml"/><dependency identifierref="{ident}d"/></resource>\n'
    '<resource identifier="{ident}d" '
    'type="associatedcontent/imscc_xmlv1p1/learning-application-resource" '
    'href="{ident}/assessment_meta.xml"><file href="{ident}/assessment_meta.xml"/></resource>\n'
)


class Package:
    """A package in the making: the bytes of its file, in order."""

    def __init__(self, file: str, ident: str) -> None:
        self.file = file
        self.pictures: dict[str, bytes] = {}
        self._ident = ident
        self._zip = ZipStream()

    def head(self, exam: ExamDocument, title: str, description: str) -> bytes:
        """The settings, and what stands before all questions."""
        settings = _settings(exam, self._ident, title, description)
        opening = (
            f'{_DECLARATION}<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2">\n'
            f'<assessment ident="{self._ident}" title="{attribute(title)}">\n'
            '<section ident="root_section">\n'
        )
        return (
            self._zip.member(f"{self._ident}/assessment_meta.xml", settings.encode())
            + self._zip.open(f"{self._ident}/{self._ident}.xml")
            + self._zip.add(opening.encode())
        )

    def questions(self, markup: str) -> bytes:
        """Questions that follow."""
        return self._zip.add(markup.encode())

    def end(self) -> bytes:
        """What follows all questions: the pictures, and the manifest that names them."""
        closing = b"</section>\n</assessment>\n</questestinterop>\n"
        pictures = sorted(self.pictures.items())
        return b"".join(
            [
                self._zip.add(closing),
                self._zip.close(),
                *(self._zip.member(f"{FOLDER}/{name}", content) for name, content in pictures),
                self._zip.member("imsmanifest.xml", self._manifest(self.pictures).encode()),
                self._zip.end(),
            ]
        )

    def _manifest(self, pictures: Mapping[str, bytes]) -> str:
        files = "".join(
            f'<resource identifier="{self._ident}f{number}" type="webcontent" '
            f'href="{FOLDER}/{name}"><file href="{FOLDER}/{name}"/></resource>\n'
            for number, name in enumerate(sorted(pictures), 1)
        )
        return f"{_MANIFEST.format(ident=self._ident)}{files}</resources>\n</manifest>\n"


def group_head(ident: str, title: str, points: str) -> str:
    """What stands before questions of which each student gets one."""
    return (
        f'<section ident="{ident}" title="{attribute(title)}"><selection_ordering><selection>'
        "<selection_number>1</selection_number><selection_extension>"
        f"<points_per_item>{points}</points_per_item></selection_extension></selection>"
        "</selection_ordering>\n"
    )


GROUP_END = "</section>\n"
"""What follows them."""


def _settings(exam: ExamDocument, ident: str, title: str, description: str) -> str:
    points = grade(sum((pool.points for pool in exam.pools), Fraction(0)))
    elements = [
        ("title", escaped(title)),
        ("description", escaped(description)),
        ("shuffle_answers", "true" if exam.shuffle_options else "false"),
        ("quiz_type", "assignment"),
        ("points_possible", points),
    ]
    if exam.attempts is not None:
        elements.append(("allowed_attempts", str(exam.attempts.allowed)))
    if exam.duration is not None:
        elements.append(("time_limit", str(exam.duration)))
    inner = "".join(f"<{name}>{value}</{name}>\n" for name, value in elements)
    return (
        f'{_DECLARATION}<quiz identifier="{ident}" '
        f'xmlns="http://canvas.instructure.com/xsd/cccv1p0">\n{inner}</quiz>\n'
    )
