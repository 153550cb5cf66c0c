"""Reads a question of the plugin Formulas as the plugin does, and marks by sampled places."""

import itertools
import math
import random
import re
from fractions import Fraction

from lxml import etree

from qgen.document.formula import evaluate
from qgen.marking.formula_reader import parse_formula
from qgen.marking.number_reader import Refusal

# The plugin refuses a question in which one is left out.
QUESTION = (
    "name questiontext generalfeedback defaultgrade penalty hidden correctfeedback "
    "partiallycorrectfeedback incorrectfeedback varsrandom varsglobal answernumbering"
).split()
PART = (
    "partindex placeholder answermark answertype numbox vars1 answer answernotunique vars2 "
    "correctness unitpenalty postunit ruleid otherrule subqtext feedback correctfeedback "
    "partiallycorrectfeedback incorrectfeedback"
).split()
SET = re.compile(r"(\w+) = \{([-.\d]+):([-.\d]+):([.\de-]+)\};")
ERROR = re.compile(r"_err (<=?) ([\d.e-]+)")
SAMPLES = 100


class PluginQuestion:
    """One question; each part has one box."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self.parts = element.findall("answers")
        self._key_values: dict[etree._Element, list[float]] = {}
        for name in QUESTION:
            assert len(element.findall(name)) == 1, name
        # Otherwise names in braces would be replaced in the texts, in formulas too.
        assert element.findtext("varsrandom/text") == element.findtext("varsglobal/text") == ""
        texts = [element.findtext("questiontext/text"), element.findtext("generalfeedback/text")]
        for number, part in enumerate(self.parts):
            assert [each.tag for each in part] == PART
            assert part.findtext("partindex/text") == str(number)
            boxes = int(part.findtext("numbox/text"))
            assert part.findtext("ruleid/text") == "1"
            assert float(part.findtext("answermark/text")) > 0
            assert part.findtext("placeholder/text") == ""
            text = part.findtext("subqtext/text")
            if boxes > 1:
                # Boxes stand where the text names them, each once.
                assert all(text.count(f"{{_{box}}}") == 1 for box in range(boxes))
                text = re.sub(r"\{_\d\}", "", text)
            texts.append(text)
        assert not any(re.search(r"\{[_=#]", text) for text in texts)
        self.marks = [float(part.findtext("answermark/text")) for part in self.parts]

    def mark(self, number: int, *typed_in: str) -> float:
        """What a response earns in a part, between 0 and 1; one for each of its boxes."""
        part = self.parts[number]
        sign, limit = ERROR.fullmatch(part.findtext("correctness/text")).groups()
        assert int(part.findtext("numbox/text")) == len(typed_in)
        if not all(each.strip() for each in typed_in):
            return 0
        kind = part.findtext("answertype/text")
        if kind == "10":
            keys = part.findtext("answer/text").strip("[]").split(", ")
            given = [float(Fraction(each)) for each in typed_in]
            away = math.dist(given, [float(key) for key in keys])
        else:
            assert kind == "1000"
            away = self._distance(part, *typed_in)
        return float(away < float(limit) or (sign == "<=" and away == float(limit)))

    def _distance(self, part: etree._Element, typed_in: str) -> float:
        text = part.findtext("vars1/text")
        places = {
            name: [
                float(low) + index * float(step)
                for index in range(math.ceil((float(high) - float(low)) / float(step)))
            ]
            for name, low, high, step in SET.findall(text)
        }
        assert SET.sub("", text).strip() == ""
        assert places
        answer = part.findtext("answer/text")
        assert answer[0] == answer[-1] == '"'
        given = parse_formula(typed_in, tuple(places))
        assert not isinstance(given, Refusal), given
        grid = [
            dict(zip(places, values, strict=True)) for values in itertools.product(*places.values())
        ]
        if part not in self._key_values:
            key = parse_formula(answer[1:-1], tuple(places))
            assert not isinstance(key, Refusal)
            # The key must have a value wherever the plugin may sample.
            self._key_values[part] = [evaluate(key, place) for place in grid]
            assert all(map(math.isfinite, self._key_values[part]))
        keys = self._key_values[part]
        chosen = random.Random(1).choices(range(len(grid)), k=SAMPLES)
        try:
            return sum(abs(keys[n] - evaluate(given, grid[n])) for n in chosen) / SAMPLES
        except (ArithmeticError, ValueError):
            return math.inf
