"""Reads a package of QTI 2.1 or 3.0 and runs its rules, as the specification says them.

It is told the names of 2.1; those of 3.0 are turned back by the specification's rule of renaming.
"""

import copy
import io
import math
import re
import zipfile
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from xml.etree import ElementTree

from lxml import etree

from tests.renderers.browser_text import with_numbers

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
        return _Run(self._rules, self._defaults, responses).outcomes()

    @cached_property
    def _rules(self) -> ElementTree.Element:
        """What is declared, and the rules, in Python's own tree, which is faster to walk."""
        return _copied(self.root, without="itemBody")

    @cached_property
    def _defaults(self) -> dict[str, float | None]:
        """What each outcome is before the rules run."""
        defaults = {}
        for outcome in self._rules.findall("outcomeDeclaration"):
            value = outcome.findtext("defaultValue/value")
            defaults[outcome.get("identifier", "")] = None if value is None else float(value)
        return defaults

    def feedback(self, outcomes: dict[str, Any]) -> list[str]:
        """The texts that are shown for such outcomes."""
        shown = []
        for modal in self.root.findall("modalFeedback"):
            value = outcomes.get(modal.get("outcomeIdentifier"))
            held = value if isinstance(value, set) else {value}
            if modal.get("identifier") in held:
                shown.append(_text(modal))
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
        space, local = etree.QName(node).namespace, etree.QName(node).localname
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


def _copied(node: Any, without: str = "") -> ElementTree.Element:
    made = ElementTree.Element(node.tag, dict(node.attrib))
    made.text = node.text
    made.extend(_copied(child) for child in node if child.tag != without)
    return made


class _Run:
    def __init__(
        self,
        root: ElementTree.Element,
        defaults: dict[str, float | None],
        responses: dict[str, Any],
    ) -> None:
        self.root = root
        self.declared = {
            each.get("identifier"): each for each in root.findall("responseDeclaration")
        }
        self.values: dict[str, Any] = dict(defaults)
        self.outcome_names = set(defaults)
        for name, declaration in self.declared.items():
            self.values[name] = self._typed(declaration, responses.get(name))

    def _typed(self, declaration: Any, value: Any) -> Any:
        if declaration.get("baseType") == "float" and value is not None:
            plain = r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*"
            return float(value) if re.fullmatch(plain, value) else None
        return None if value in ("", [], set()) else value

    def outcomes(self) -> dict[str, Any]:
        for rule in self.root.find("responseProcessing"):
            self._rule(rule)
        return {name: self.values[name] for name in self.outcome_names}

    def _rule(self, rule: Any) -> None:
        match rule.tag:
            case "setOutcomeValue":
                assert rule.get("identifier") in self.outcome_names
                self.values[rule.get("identifier")] = self._value(rule[0])
            case "responseCondition":
                for branch in rule:
                    effects = list(branch)
                    if branch.tag != "responseElse" and self._value(effects.pop(0)) is not True:
                        continue
                    for effect in effects:
                        self._rule(effect)
                    break
            case _:
                raise AssertionError(rule.tag)

    def _correct(self, name: str) -> Any:
        declaration = self.declared[name]
        values = [each.text or "" for each in declaration.findall("correctResponse/value")]
        match declaration.get("cardinality"):
            case "single":
                return float(values[0]) if declaration.get("baseType") == "float" else values[0]
            case "multiple":
                return set(values)
            case _:
                return values

    def _mapped(self, name: str) -> float:
        declaration, value = self.declared[name], self.values[name]
        mapping = declaration.find("mapping")
        entries = [
            (e.get("mapKey"), float(e.get("mappedValue")), e.get("caseSensitive"))
            for e in mapping.findall("mapEntry")
        ]
        default = float(mapping.get("defaultValue"))
        held = [] if value is None else value if isinstance(value, (set, list)) else [value]
        total = 0.0
        for each in held:
            total += next(
                (
                    worth
                    for key, worth, sensitive in entries
                    if key == each or (sensitive == "false" and key.lower() == each.lower())
                ),
                default,
            )
        low = mapping.get("lowerBound")
        return total if low is None else max(float(low), total)

    def _value(self, node: Any) -> Any:
        match node.tag:
            case "variable":
                return self.values[node.get("identifier")]
            case "correct":
                return self._correct(node.get("identifier"))
            case "mapResponse":
                return self._mapped(node.get("identifier"))
            case "baseValue":
                return float(node.text) if node.get("baseType") == "float" else node.text or ""
        inner = [self._value(each) for each in node]
        match node.tag:
            case "isNull":
                return inner[0] is None
            case "not":
                return None if inner[0] is None else not inner[0]
            case "and":
                return False if False in inner else None if None in inner else True
            case "or":
                return True if True in inner else None if None in inner else False
            case "index":
                place = int(node.get("n")) - 1
                held = inner[0] or []
                return held[place] if place < len(held) else None
        if None in inner:
            return None
        match node.tag:
            case "sum":
                return sum(inner)
            case "product":
                return math.prod(inner)
            case "subtract":
                return inner[0] - inner[1]
            case "divide":
                return inner[0] / inner[1] if inner[1] else None
            case "match":
                return inner[0] == inner[1]
            case "member":
                return inner[0] in inner[1]
            case "gte":
                return inner[0] >= inner[1]
            case "lt":
                return inner[0] < inner[1]
            case "lte":
                return inner[0] <= inner[1]
            case "equal":
                below, above = map(float, node.get("tolerance").split())
                assert node.get("toleranceMode") == "absolute"
                return inner[1] - below <= inner[0] <= inner[1] + above
            case "stringMatch":
                first, second = inner
                if node.get("caseSensitive") == "false":
                    first, second = first.lower(), second.lower()
                return first == second
        raise AssertionError(node.tag)
