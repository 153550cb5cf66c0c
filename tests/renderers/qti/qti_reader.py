"""Reads a package of QTI 2.1 or 3.0 and runs its rules, as the specification says them.

It is told the names of 2.1; those of 3.0 are turned back by the specification's rule of renaming.
"""

import copy
import io
import re
import zipfile
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml import etree

from tests.renderers.browser_text import with_numbers
from tests.renderers.qti.qti_rules import QtiRules

NAMESPACES = {
    "http://www.imsglobal.org/xsd/imsqti_v2p1": "2.1",
    "http://www.imsglobal.org/xsd/imsqtiasi_v3p0": "3.0",
}
MATHML = "http://www.w3.org/1998/Math/MathML"
ITEM_ORDER = (
    *("responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing"),
    "modalFeedback",
)
BLOCKS = set(
    "p div ul ol table h4 h5 h6 blockquote pre hr choiceInteraction matchInteraction "
    "orderInteraction extendedTextInteraction uploadInteraction rubricBlock".split()
)


@dataclass
class QtiItem:
    identifier: str
    title: str
    root: Any
    xml: str

    def responses(self) -> list[str]:
        """The names of all responses."""
        return [each.get("identifier") for each in self.root.iter("responseDeclaration")]

    def run(self, responses: dict[str, Any]) -> dict[str, Any]:
        """All outcomes after the rules have run; a response that is missing is null."""
        return self._rules.run(responses)

    @cached_property
    def _rules(self) -> QtiRules:
        return QtiRules(self.root)

    @cached_property
    def _feedback(self) -> list[tuple[str, str, str]]:
        """Of each feedback the outcome that shows it, the value that does, and its text."""
        return [
            (modal.get("outcomeIdentifier"), modal.get("identifier"), _text(modal))
            for modal in self.root.findall("modalFeedback")
        ]

    def feedback(self, outcomes: dict[str, Any]) -> list[str]:
        """The texts that are shown for such outcomes."""
        shown = []
        for name, identifier, text in self._feedback:
            value = outcomes.get(name)
            if identifier in (value if isinstance(value, set) else {value}):
                shown.append(text)
        return shown

    def body(self) -> str:
        return _text(with_numbers(copy.deepcopy(self.root.find("itemBody"))))

    def choices(self, name: str) -> list[tuple[str, str]]:
        """The identifiers of an interaction with what stands at each."""
        (interaction,) = (
            each for each in self.root.iter() if each.get("responseIdentifier") == name
        )
        kinds = ("simpleChoice", "inlineChoice", "simpleAssociableChoice")
        return [(e.get("identifier"), _text(e)) for e in interaction.iter() if e.tag in kinds]


@dataclass
class QtiTest:
    version: str
    sections: list[tuple[str, list[list[QtiItem]]]]
    """Of each section its title, and its questions: of each the variants that are drawn from."""
    files: dict[str, bytes]
    time_limit: str | None

    @property
    def items(self) -> list[QtiItem]:
        return [item for _, groups in self.sections for group in groups for item in group]


def read(data: bytes) -> QtiTest:
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    files = {name: archive.read(name) for name in archive.namelist()}
    assert len(files) == len(archive.namelist())
    manifest = etree.fromstring(files["imsmanifest.xml"])
    named = {each.get("href") for each in manifest.iter("{*}file")}
    assert named | {"imsmanifest.xml"} == set(files)
    resources = {each.get("identifier"): each for each in manifest.iter("{*}resource")}
    assert {each.get("identifierref") for each in manifest.iter("{*}dependency")} == {
        name for name, each in resources.items() if "_item_" in each.get("type")
    }
    root, version = _parsed(files["test.xml"])
    assert root.tag == "assessmentTest"
    sections = []
    for section in root.findall("testPart/assessmentSection"):
        groups = []
        for child in section:
            if child.tag == "assessmentItemRef":
                groups.append([_item(child, files)])
            elif child.tag == "assessmentSection":
                assert child.find("selection").get("select") == "1"
                groups.append([_item(each, files) for each in child.findall("assessmentItemRef")])
        sections.append((section.get("title"), groups))
    limits = root.find("testPart/timeLimits")
    return QtiTest(version, sections, files, None if limits is None else limits.get("maxTime"))


def _item(reference: Any, files: dict[str, bytes]) -> QtiItem:
    content = files[reference.get("href")]
    root, _ = _parsed(content)
    assert root.tag == "assessmentItem"
    assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", root.get("identifier"))
    order = [ITEM_ORDER.index(child.tag) for child in root]
    assert order == sorted(order)
    assert {child.tag for child in root.find("itemBody")} <= BLOCKS
    _check_attributes(root)
    for image in root.iter("img"):
        assert image.get("src").removeprefix("../") in files
    return QtiItem(root.get("identifier"), root.get("title"), root, content.decode())


def _check_attributes(root: Any) -> None:
    """Those that browsers know and the schema of QTI does not."""
    for node in root.iter():
        assert "scriptlevel" not in node.attrib or node.tag == "mstyle"
        assert "displaystyle" not in node.attrib or node.tag in ("mstyle", "mtable")
        if node.tag == "extendedTextInteraction":
            assert node.get("format") in (None, "plain", "preformatted", "xhtml")


def _parsed(content: bytes) -> tuple[Any, str]:
    """The tree by the names of 2.1, without namespaces."""
    assert b"<script" not in content
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, huge_tree=True))
    version = NAMESPACES[etree.QName(root).namespace]
    for node in root.iter():
        space, _, local = node.tag.removeprefix("{").partition("}")
        if space == MATHML:
            node.tag = local
            continue
        assert NAMESPACES[space] == version
        if version == "3.0" and local.startswith("qti-"):
            local = _turned_back(local.removeprefix("qti-"))
            attributes = {_turned_back(key): value for key, value in node.attrib.items()}
            node.attrib.clear()
            node.attrib.update(attributes)
        node.tag = local
    return root, version


def _turned_back(name: str) -> str:
    return re.sub(r"-([a-z])", lambda found: found[1].upper(), name)


def _text(node: Any) -> str:
    return "".join(node.itertext())
