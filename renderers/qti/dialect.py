"""The names of QTI 2.1, and those of 3.0, which are the same ones spelled otherwise."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from qgen.renderers.markup_text import attribute

Version = Literal["2.1", "3.0"]
_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")


@lru_cache(maxsize=256)
def _spelled(name: str) -> str:
    """`responseElseIf` as `response-else-if`."""
    return _CAPITAL.sub(r"-\1", name).lower()


@dataclass(frozen=True, slots=True)
class Dialect:
    """Writes elements by the names of 2.1; every one has an end tag, as 3.0's players ask for."""

    version: Version
    namespace: str
    manifest_namespace: str
    schema: tuple[str, str]
    resource: str

    def element(self, name: str, content: str = "", **attributes: str | int) -> str:
        """An element; its content is markup, its attributes plain characters."""
        opening, closing = _known_tags(self.version, name, **attributes)
        return f"{opening}{content}{closing}"

    def content(self, markup: str) -> str:
        """What feedback and rubrics hold: blocks, in 3.0 in an element of their own."""
        return markup if self.version == "2.1" else self.element("contentBody", markup)

    def document(self, name: str, content: str, **attributes: str | int) -> str:
        """A whole file whose root is such an element."""
        opening, closing = _tags(self.version, name, xmlns=self.namespace, **attributes)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{opening}{content}{closing}\n'


def _tags(version: Version, name: str, /, **attributes: str | int) -> tuple[str, str]:
    """What stands before and behind the content of an element."""
    if version == "2.1":
        written = "".join([f' {key}="{attribute(str(v))}"' for key, v in attributes.items()])
        return f"<{name}{written}>", f"</{name}>"
    written = "".join([f' {_spelled(key)}="{attribute(str(v))}"' for key, v in attributes.items()])
    tag = f"qti-{_spelled(name)}"
    return f"<{tag}{written}>", f"</{tag}>"


# An item has some eighty elements, nearly all of which the next variant has as well.
_known_tags = lru_cache(maxsize=4096)(_tags)


DIALECTS: dict[Version, Dialect] = {
    "2.1": Dialect(
        "2.1",
        "http://www.imsglobal.org/xsd/imsqti_v2p1",
        "http://www.imsglobal.org/xsd/imscp_v1p1",
        ("QTIv2.1 Package", "1.0.0"),
        "xmlv2p1",
    ),
    "3.0": Dialect(
        "3.0",
        "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
        "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
        ("QTI Package", "3.0.0"),
        "xmlv3p0",
    ),
}
