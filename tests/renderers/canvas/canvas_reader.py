"""Reads a package as Canvas's two importers do, and marks with it; none of the writer's code.

The classic importer (through QTIMigrationTool) gives each option the weight of the last condition
that names it, and none where that sets no score. New Quizzes takes every condition that sets a
score for a right answer. Where both must agree, this reader insists that they do.
"""

import io
import zipfile
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from tests.renderers.browser_text import with_numbers

QTI = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
MANIFEST = "{http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1}"
SETTINGS = "{http://canvas.instructure.com/xsd/cccv1p0}"
RULES = etree.DTD(str(Path(__file__).with_name("items.dtd")))
"""The order and the attributes of elements, as QTI 1.2 has them."""
KINDS_OF_LISTS = ("matching_question", "multiple_dropdowns_question")


@dataclass
class CanvasItem:
    ident: str
    title: str
    metadata: dict[str, str]
    stem: str
    options: dict[str, str]
    key: set[str]
    feedback: dict[str, str]
    interval: tuple[Decimal, Decimal] | None = None
    new_margin: Decimal | None = None
    forms: list[str] = field(default_factory=list)
    blanks: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)
    """Of each list its identifier, what stands before it, its entries, and the right one."""
    group: str = ""

    @property
    def kind(self) -> str:
        return self.metadata["question_type"].removesuffix("_question")

    def mark(self, response: Any) -> Fraction:
        """Ticks are sets of identifiers, lists the entries chosen; None leaves one out."""
        match self.kind:
            case "multiple_choice":
                return Fraction(response == self.key)
            case "multiple_answers":
                right = len(response & self.key) - len(response - self.key)
                return max(Fraction(0), Fraction(right, len(self.key)))
            case "numerical":
                return Fraction(self._is_within(response))
            case "short_answer":
                typed = response.strip().lower()
                return Fraction(typed in [form.strip().lower() for form in self.forms])
            case "matching" | "multiple_dropdowns":
                chosen = zip(response, self.blanks, strict=True)
                right = sum(entry == blank[3] for entry, blank in chosen)
                return Fraction(right, len(self.blanks))
        raise AssertionError(f"{self.kind} is marked by a person")

    def _is_within(self, response: str) -> bool:
        assert self.interval is not None
        try:
            number = Decimal(response.strip())
        except InvalidOperation:
            return False
        low, high = self.interval
        classic = low <= number <= high
        middle = (low + high) / 2
        margin = self.new_margin if self.new_margin is not None else (high - low) / 2
        assert classic == (abs(number - middle) <= margin), "the two importers differ"
        return classic


@dataclass
class CanvasQuiz:
    settings: dict[str, str]
    items: list[CanvasItem]
    groups: dict[str, tuple[str, str]]
    """The title and the points of each group."""
    files: dict[str, bytes]


def read(data: bytes) -> CanvasQuiz:
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    files = {name: archive.read(name) for name in archive.namelist()}
    assert len(files) == len(archive.namelist())
    assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    manifest = _parsed(files["imsmanifest.xml"])
    assert "imsqti_v2" not in files["imsmanifest.xml"].decode()
    resources = manifest.findall(f".//{MANIFEST}resource")
    by_type: dict[str, list[Any]] = {}
    for resource in resources:
        by_type.setdefault(resource.get("type"), []).append(resource)
    (quiz,) = by_type["imsqti_xmlv1p2"]
    (meta,) = by_type["associatedcontent/imscc_xmlv1p1/learning-application-resource"]
    assert quiz.find(f"{MANIFEST}dependency").get("identifierref") == meta.get("identifier")
    named = {node.get("href") for node in manifest.iter(f"{MANIFEST}file")}
    assert named | {"imsmanifest.xml"} == set(files)
    settings = {
        etree.QName(node).localname: node.text or "" for node in _parsed(files[meta.get("href")])
    }
    tree = _parsed(files[quiz.find(f"{MANIFEST}file").get("href")])
    assert RULES.validate(tree), RULES.error_log.filter_from_errors()[:3]
    groups: dict[str, tuple[str, str]] = {}
    items = []
    root = tree.find(f"{QTI}assessment/{QTI}section")
    assert root.get("ident") == "root_section"
    for node in root:
        if node.tag == f"{QTI}item":
            items.append(_item(node, ""))
            continue
        points = node.find(f".//{QTI}points_per_item").text
        assert node.find(f".//{QTI}selection_number").text == "1"
        groups[node.get("ident")] = (node.get("title"), points)
        items += [_item(each, node.get("ident")) for each in node.findall(f"{QTI}item")]
    idents = [item.ident for item in items]
    assert len(set(idents)) == len(idents)
    return CanvasQuiz(settings, items, groups, files)


@cache
def shown(html: str) -> str:
    """What a browser shows of HTML, with the source in place of each equation picture."""
    tree = lxml_html.fromstring(f"<div>{html}</div>")
    assert not tree.findall(".//script")
    for image in tree.findall(".//img"):
        image.text = image.get("data-equation-content") or f"[{image.get('alt')}]"
    return "".join(with_numbers(tree).itertext())


def _parsed(content: bytes) -> Any:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, huge_tree=True))


def _texts(node: Any) -> str:
    return "".join(each.text or "" for each in node.findall(f".//{QTI}mattext"))


def _item(node: Any, group: str) -> CanvasItem:
    metadata = {
        field.find(f"{QTI}fieldlabel").text: field.find(f"{QTI}fieldentry").text or ""
        for field in node.iter(f"{QTI}qtimetadatafield")
    }
    presentation = node.find(f"{QTI}presentation")
    feedback = {each.get("ident"): _texts(each) for each in node.findall(f"{QTI}itemfeedback")}
    item = CanvasItem(
        node.get("ident"),
        node.get("title"),
        metadata,
        presentation.find(f"{QTI}material/{QTI}mattext").text or "",
        {},
        set(),
        feedback,
        group=group,
    )
    conditions = node.findall(f"{QTI}resprocessing/{QTI}respcondition")
    scoring = [each for each in conditions if each.find(f"{QTI}setvar") is not None]
    _check_feedback(node, conditions)
    match item.kind:
        case "multiple_choice" | "multiple_answers":
            _read_choice(item, presentation, conditions, scoring)
        case "numerical":
            _read_number(item, scoring)
        case "short_answer":
            (condition,) = scoring
            variables = condition.find(f"{QTI}conditionvar")
            assert all(each.tag == f"{QTI}varequal" for each in variables)
            item.forms = [each.text or "" for each in variables]
        case "matching" | "multiple_dropdowns":
            _read_lists(item, presentation, scoring)
        case "text_only":
            assert not conditions
            assert metadata["points_possible"] == "0"
        case "essay" | "file_upload":
            assert conditions
            assert not scoring
            assert item.metadata["grading_notes"]
        case _:
            raise AssertionError(item.kind)
    return item


def _check_feedback(node: Any, conditions: list[Any]) -> None:
    """Each condition shows a feedback that exists."""
    idents = [each.get("ident") for each in node.findall(f"{QTI}itemfeedback")]
    assert len(set(idents)) == len(idents)
    for each in conditions:
        for display in each.findall(f"{QTI}displayfeedback"):
            assert display.get("linkrefid") in idents


def _read_choice(item: CanvasItem, presentation: Any, conditions: Any, scoring: Any) -> None:
    labels = presentation.findall(f".//{QTI}response_label")
    item.options = {label.get("ident"): _texts(label) for label in labels}
    assert all(ident.isdecimal() for ident in item.options)
    assert item.metadata["original_answer_ids"].split(",") == list(item.options)
    (new,) = scoring
    variables = new.find(f"{QTI}conditionvar")
    assert new.find(f"{QTI}setvar").text == "100"
    if item.kind == "multiple_choice":
        weights: dict[str, float] = {}
        for condition in conditions:
            for equal in condition.findall(f"{QTI}conditionvar/{QTI}varequal"):
                score = condition.find(f"{QTI}setvar")
                weights[equal.text] = 0 if score is None else float(score.text)
        item.key = {ident for ident, weight in weights.items() if weight > 0}
        assert item.key == {each.text for each in variables}
        assert len(item.key) == 1
    else:
        (both,) = variables
        assert both.tag == f"{QTI}and"
        item.key = {each.text for each in both.findall(f"{QTI}varequal")}
        others = {each.text for each in both.findall(f"{QTI}not/{QTI}varequal")}
        assert item.key | others == set(item.options)
        assert item.key


def _read_number(item: CanvasItem, scoring: Any) -> None:
    (condition,) = scoring
    (either,) = condition.find(f"{QTI}conditionvar")
    equal, both = either
    assert (either.tag, both.tag) == (f"{QTI}or", f"{QTI}and")
    low, high = both
    assert (low.tag, high.tag) == (f"{QTI}vargte", f"{QTI}varlte")
    key, below, above = (Decimal(each.text) for each in (equal, low, high))
    assert all("e" not in each.text.lower() for each in (equal, low, high))
    # Classic: the key and the distance from it to the upper end.
    item.interval = (key - (above - key), above)
    assert below == item.interval[0]
    if below == above:
        assert equal.text == low.text == high.text
        assert equal.get("margin") is None
    else:
        assert equal.get("margintype") == "absolute"
        item.new_margin = Decimal(equal.get("margin"))


def _read_lists(item: CanvasItem, presentation: Any, scoring: Any) -> None:
    right = {}
    for condition in scoring:
        (equal,) = condition.find(f"{QTI}conditionvar")
        assert condition.find(f"{QTI}setvar").get("action") == "Add"
        assert equal.get("respident") not in right
        right[equal.get("respident")] = equal.text
    for blank in presentation.findall(f"{QTI}response_lid"):
        ident = blank.get("ident")
        labels = blank.findall(f".//{QTI}response_label")
        entries = {label.get("ident"): _texts(label) for label in labels}
        assert len(set(entries.values())) == len(entries)
        name = blank.find(f"{QTI}material/{QTI}mattext").text
        if item.kind == "multiple_dropdowns":
            assert item.stem.count(f"[{name}]") == 1
            assert ident == f"response_{name}"
        item.blanks.append((ident, name, entries, right[ident]))
    assert len(right) == len(item.blanks)
