"""Reads a question of the plugin STACK as the plugin does, and marks with its tree of nodes."""

import re
from collections.abc import Mapping

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
PLACES = ((0.31, 0.67, 0.45), (0.83, 0.12, 0.56), (0.19, 0.91, 0.72), (0.58, 0.37, 0.24))


class StackQuestion:
    """One question with one input and one tree."""

    def __init__(self, element: etree._Element, variables: Mapping[str, VariableDomain]) -> None:
        self.element, self.variables = element, variables
        self.known = self._assigned()
        self._check()
        self.nodes = {node.findtext("name"): node for node in element.findall("prt/node")}

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
            assert len(element.findall(name)) == 1, name
        assert [each.tag for each in element.find("input")] == INPUT
        assert all([each.tag for each in node] == NODE for node in element.findall("prt/node"))
        text = element.findtext("questiontext/text")
        assert text.count("[[input:ans1]]") == text.count("[[validation:ans1]]") == 1
        assert element.findtext("specificfeedback/text") == "[[feedback:prt1]]"
        others = [text.replace("[[input:ans1]]", "").replace("[[validation:ans1]]", "")]
        others += [each.findtext("text") or "" for each in element.findall("prt/node/truefeedback")]
        others.append(element.findtext("generalfeedback/text") or "")
        assert not any(re.search(r"\[\[|\{[@#]", other) for other in others)
        assert not self.known.keys() & self.variables.keys()
        notes = [
            node.findtext(f"{side}answernote")
            for node in element.findall("prt/node")
            for side in ("true", "false")
        ]
        assert len(set(notes)) == len(notes)
        assert not any(";" in note or "|" in note or not note for note in notes)

    def mark(self, typed_in: str) -> tuple[float, str, str]:
        """Score, note of the last node, and feedback. The first node is the root."""
        place, visited = "0", set()
        while True:
            assert place not in visited, "a circle"
            visited.add(place)
            node = self.nodes[place]
            assert (node.findtext("answertest"), node.findtext("sans")) == ("AlgEquiv", "ans1")
            equal = self._equal(typed_in, node.findtext("tans"))
            side = "true" if equal else "false"
            assert node.findtext(f"{side}scoremode") == "="
            following = node.findtext(f"{side}nextnode")
            if following == "-1":
                return (
                    float(node.findtext(f"{side}score")),
                    node.findtext(f"{side}answernote"),
                    node.findtext(f"{side}feedback/text") or "",
                )
            place = following

    def _read(self, text: str) -> Formula:
        for name, value in self.known.items():
            text = re.sub(rf"\b{name}\b", f"({value})", text)
        formula = parse_formula(text, tuple(self.variables))
        assert not isinstance(formula, Refusal), (text, formula)
        return formula

    def _equal(self, one: str, other: str) -> bool:
        first, second = self._read(one), self._read(other)
        for place in PLACES:
            point = dict(zip(sorted(self.variables), place, strict=False))
            values = []
            for formula in (first, second):
                try:
                    values.append(evaluate(formula, point))
                except (ArithmeticError, ValueError):
                    values.append(None)
            if None in values:
                if values[0] is not values[1]:
                    return False
                continue
            if abs(values[0] - values[1]) > 1e-9 * (1 + abs(values[0])):
                return False
        return True

    def run_tests(self) -> int:
        """Runs the question's own tests; how many there were."""
        tests = self.element.findall("qtest")
        for test in tests:
            typed_in = test.findtext("testinput/value")
            score = test.findtext("expected/expectedscore")
            note = test.findtext("expected/expectedanswernote")
            if not typed_in:
                assert (score, note) == ("", "NULL")
                continue
            found, last, _ = self.mark(typed_in)
            assert (found, last) == (float(score), note), typed_in
        return len(tests)
