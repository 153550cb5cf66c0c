"""Reads a question of the plugin STACK as the plugin does, and marks with its tree of nodes."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from lxml import etree

from qgen.document.formula import Formula, VariableDomain, evaluate
from qgen.marking.formula_reader import parse_formula
from qgen.marking.number_reader import Refusal

# What is left out becomes a default, some of which give marks to wrong answers.
ELEMENTS = (
    "name questiontext generalfeedback defaultgrade penalty hidden idnumber tags stackversion "
    "questionvariables specificfeedback questionnote questiondescription questionsimplify "
    "assumepositive assumereal prtcorrect prtpartiallycorrect prtincorrect decimals "
    "scientificnotation multiplicationsign sqrtsign complexno inversetrig logicsymbol matrixparens "
    "isbroken variantsselectionseed input prt"
).split()
INPUT = (
    "name type tans boxsize strictsyntax insertstars syntaxhint syntaxattribute forbidwords "
    "allowwords forbidfloat requirelowestterms checkanswertype mustverify showvalidation options"
).split()
NODE = (
    "name description answertest sans tans testoptions quiet truescoremode truescore truepenalty "
    "truenextnode trueanswernote truefeedback falsescoremode falsescore falsepenalty "
    "falsenextnode falseanswernote falsefeedback"
).split()
PLACES = (
    (0.31, 0.67, 0.45, 0.53, 0.29),
    (0.83, 0.12, 0.56, 0.41, 0.77),
    (0.19, 0.91, 0.72, 0.64, 0.35),
    (0.58, 0.37, 0.24, 0.86, 0.48),
)


FOLLOWS = re.compile(
    r"(\w+):if is\((ans\d+)=EMPTYANSWER\) then (\S+) else if is\(ev\(float\((.+)\),simp\)=0\.0\) "
    r"then \3 else ev\(float\(\((.+)\)/\(\4\)\),simp\);"
)
EMPTY = "EMPTYANSWER"


class Told(NamedTuple):
    """What one tree gives: score, note of the last node, and feedback."""

    score: float
    note: str
    feedback: str


class StackQuestion:
    """One question, with a tree for each input."""

    def __init__(self, element: etree._Element, variables: Mapping[str, VariableDomain]) -> None:
        self.element, self.variables = element, variables
        self._known_values: dict[str, list[float | None]] = {}
        self.known = self._assigned()
        self.kinds = {
            each.findtext("name"): each.findtext("type") for each in element.findall("input")
        }
        self._check()
        self.values = {
            each.findtext("name")[3:]: float(each.findtext("value"))
            for each in element.findall("prt")
        }

    def _assigned(self) -> dict[str, str]:
        text = self.element.findtext("questionvariables/text")
        lines = [line for line in text.split(";") if line.strip()]
        found = {}
        for line in lines:
            name, colon, value = line.strip().partition(":")
            if colon and not value.startswith("="):
                found[name] = value
        return found

    def _check(self) -> None:
        element = self.element
        for name in ELEMENTS:
            assert len(element.findall(name)) == 1 or name in ("input", "prt"), name
        inputs, trees = element.findall("input"), element.findall("prt")
        assert len(inputs) == len(trees) >= 1
        text = element.findtext("questiontext/text")
        told = element.findtext("specificfeedback/text")
        for number, (box, tree) in enumerate(zip(inputs, trees, strict=True), 1):
            assert (box.findtext("name"), tree.findtext("name")) == (f"ans{number}", f"prt{number}")
            assert [each.tag for each in box] == INPUT
            assert all([each.tag for each in node] == NODE for node in tree.findall("node"))
            for tag in (f"[[input:ans{number}]]", f"[[validation:ans{number}]]"):
                assert text.count(tag) == 1
                text = text.replace(tag, "")
            assert told.count(f"[[feedback:prt{number}]]") == 1
            told = told.replace(f"[[feedback:prt{number}]]", "")
            notes = [
                node.findtext(f"{side}answernote")
                for node in tree.findall("node")
                for side in ("true", "false")
            ]
            assert len(set(notes)) == len(notes)
            assert not any(";" in note or "|" in note or not note for note in notes)
        others = [text, told]
        others += [each.findtext("text") or "" for each in element.findall("prt/node/truefeedback")]
        others.append(element.findtext("generalfeedback/text") or "")
        assert not any(re.search(r"\[\[|\{[@#]", other) for other in others)
        assert not self.known.keys() & self.variables.keys()

    def mark(self, typed_in: str) -> Told:
        """What the only tree gives."""
        (told,) = self.marks([typed_in])
        assert told is not None
        return told

    def marks(self, typed_in: Sequence[str]) -> list[Told | None]:
        """What each tree gives; nothing for one that does not run.

        A tree runs where all inputs that it names are filled, or may be empty.
        """
        responses = {f"ans{number}": each for number, each in enumerate(typed_in, 1)}
        may_be_empty = {
            each.findtext("name")
            for each in self.element.findall("input")
            if each.findtext("options") == "allowempty"
        }
        found: list[Told | None] = []
        for tree in self.element.findall("prt"):
            named = set(re.findall(r"\bans\d+\b", etree.tostring(tree, encoding="unicode")))
            empty = {name for name in named if not responses[name]}
            found.append(None if empty - may_be_empty else self._run(tree, responses))
        return found

    def share(self, typed_in: Sequence[str]) -> float:
        """The share of all marks that the responses earn."""
        earned = zip(self.values.values(), self.marks(typed_in), strict=True)
        return sum(value * told.score for value, told in earned if told) / sum(self.values.values())

    def _run(self, tree: etree._Element, responses: Mapping[str, str]) -> Told:
        """The first node is the root."""
        nodes = {node.findtext("name"): node for node in tree.findall("node")}
        own = f"ans{tree.findtext('name')[3:]}"
        known = self._following(tree.findtext("feedbackvariables/text") or "", responses)
        place, visited = "0", set()
        while True:
            assert place not in visited, "a circle"
            visited.add(place)
            node = nodes[place]
            assert node.findtext("sans") == own or node.findtext("sans") in known
            side = "true" if self._holds(node, responses[own] or EMPTY, known) else "false"
            assert node.findtext(f"{side}scoremode") == "="
            following = node.findtext(f"{side}nextnode")
            if following == "-1":
                return Told(
                    float(node.findtext(f"{side}score")),
                    node.findtext(f"{side}answernote"),
                    node.findtext(f"{side}feedback/text") or "",
                )
            place = following

    def _following(self, text: str, responses: Mapping[str, str]) -> dict[str, float]:
        """The value that a tree works out from an earlier box."""
        if not text:
            return {}
        if text.startswith("tre"):
            return self._near(text, responses)
        name, box, key, bottom, top = FOLLOWS.fullmatch(text).groups()
        if not responses[box]:
            return {name: float(key)}
        at = {box: float(Fraction(responses[box]))}

        def value(polynomial: str) -> float:
            assert re.fullmatch(rf"(\(-?\d+(/\d+)?\)|{box}|\^\d+|[*+])+", polynomial), polynomial
            assert not re.search(r"\^0", polynomial), "zero to the power of zero is an error"
            return eval(polynomial.replace("^", "**"), {"__builtins__": {}}, at)

        return {name: value(top) / value(bottom) if value(bottom) else float(key)}

    def _near(self, text: str, responses: Mapping[str, str]) -> dict[str, bool]:
        """What a tree works out of a complex number: its parts, and what it is near to."""
        parts, *hits = re.split(r"\n(?=thit)", text)
        number, box = re.fullmatch(
            r"tre(\d+):ev\(float\(realpart\((ans\1)\)\),simp\);\n"
            r"tim\1:ev\(float\(imagpart\(\2\)\),simp\);",
            parts,
        ).groups()
        given = self._complex(responses[box])
        found = {}
        for hit in hits:
            name, condition = re.fullmatch(
                rf"(thit{number}x\d+):if numberp\(tre{number}\) and numberp\(tim{number}\) "
                r"then is\((.+)\) else false;",
                hit,
            ).groups()
            assert re.fullmatch(rf"([-+*^()<=.0-9e ]|and|tre{number}|tim{number})+", condition)
            at = {} if given is None else {f"tre{number}": given.real, f"tim{number}": given.imag}
            source = condition.replace("^", "**")
            found[name] = given is not None and eval(source, {"__builtins__": {}}, at)
        return found

    def _complex(self, text: str) -> complex | None:
        """A number of real parts and %i, or i as students type it; None where it is none."""
        for name, value in self.known.items():
            text = re.sub(rf"\b{name}\b", f"({value})", text)
        assert not re.search(r"\bj\b", text) or "j" in self.element.findtext("input/forbidwords")
        if not text or re.search(r"[a-hj-zA-Z]", text):
            return None
        source = re.sub(r"%?i", "I", text).replace("^", "**")
        return complex(eval(source, {"__builtins__": {}}, {"I": 1j}))

    def _holds(self, node: etree._Element, given: str, known: Mapping[str, float]) -> bool:
        test, against = node.findtext("answertest"), node.findtext("tans")
        margin = node.findtext("testoptions")
        if given == EMPTY:
            return False
        if node.findtext("sans") in known:
            assert (test, against, margin) == ("AlgEquiv", "true", "")
            return bool(known[node.findtext("sans")])
        if test == "AlgEquiv":
            assert margin == ""
            kind = self.kinds[node.findtext("sans")]
            return given == against if kind == "radio" else self._equal(given, against)
        value = known[against] if against in known else float(against)
        if test == "NumRelative":
            return abs(float(Fraction(given)) - value) <= float(margin) * abs(value)
        assert test == "NumAbsolute"
        return abs(float(Fraction(given)) - value) <= float(margin)

    def _read(self, text: str) -> Formula:
        for name, value in self.known.items():
            text = re.sub(rf"\b{name}\b", f"({value})", text)
        formula = parse_formula(text, tuple(self.variables))
        assert not isinstance(formula, Refusal), (text, formula)
        return formula

    def _valued(self, text: str) -> list[float | None]:
        """The values of a formula at all places, worked out once; None where it has none."""
        if text not in self._known_values:
            formula, values = self._read(text), []
            for place in PLACES:
                try:
                    point = dict(zip(sorted(self.variables), place, strict=False))
                    values.append(evaluate(formula, point))
                except (ArithmeticError, ValueError):
                    values.append(None)
            self._known_values[text] = values
        return self._known_values[text]

    def _equal(self, one: str, other: str) -> bool:
        for first, second in zip(self._valued(one), self._valued(other), strict=True):
            if first is None or second is None:
                if first is not second:
                    return False
            elif abs(first - second) > 1e-9 * (1 + abs(first)):
                return False
        return True

    def run_tests(self) -> int:
        """Runs the question's own tests; how many there were."""
        tests = self.element.findall("qtest")
        for test in tests:
            typed_in = [each.findtext("value") for each in test.findall("testinput")]
            told = self.marks(typed_in)
            for found, expected in zip(told, test.findall("expected"), strict=True):
                score = expected.findtext("expectedscore")
                note = expected.findtext("expectedanswernote")
                if found is None:
                    assert (score, note) == ("", "NULL")
                else:
                    assert (found.score, found.note) == (float(score), note), typed_in
        return len(tests)
