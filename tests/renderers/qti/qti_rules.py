"""Response processing of QTI 2.1, as the specification says it."""

import math
import re
from collections.abc import Callable, Iterable
from typing import Any

Reading = Callable[[dict[str, Any]], Any]
Effect = Callable[[dict[str, Any]], None]
_PLAIN_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")


class QtiRules:
    """The rules of an item, read once into functions of what the variables hold."""

    def __init__(self, root: Any) -> None:
        self.declared = {
            each.get("identifier", ""): each for each in root.findall("responseDeclaration")
        }
        self.defaults: dict[str, float | None] = {}
        """What each outcome is before the rules run."""
        for outcome in root.findall("outcomeDeclaration"):
            value = outcome.findtext("defaultValue/value")
            self.defaults[outcome.get("identifier", "")] = None if value is None else float(value)
        self.are_numbers = {
            name: each.get("baseType") == "float" for name, each in self.declared.items()
        }
        processing = root.find("responseProcessing")
        assert processing is not None
        self.rules = self._all(processing)

    def run(self, responses: dict[str, Any]) -> dict[str, Any]:
        """The outcomes for such responses."""
        values: dict[str, Any] = dict(self.defaults)
        for name, is_number in self.are_numbers.items():
            values[name] = _typed(responses.get(name), is_number)
        for rule in self.rules:
            rule(values)
        return {name: values[name] for name in self.defaults}

    def _all(self, rules: Iterable[Any]) -> list[Effect]:
        return [self._rule(each) for each in rules]

    def _rule(self, rule: Any) -> Effect:
        match rule.tag:
            case "setOutcomeValue":
                name, value = rule.get("identifier", ""), self._value(rule[0])
                assert name in self.defaults
                return lambda values: values.__setitem__(name, value(values))
            case "responseCondition":
                return self._condition(rule)
        raise AssertionError(rule.tag)

    def _condition(self, rule: Any) -> Effect:
        branches: list[tuple[Reading, list[Effect]]] = []
        for branch in rule:
            if branch.tag == "responseElse":
                branches.append((lambda values: True, self._all(branch)))
            else:
                branches.append((self._value(branch[0]), self._all(branch[1:])))

        def first_that_holds(values: dict[str, Any]) -> None:
            for holds, effects in branches:
                if holds(values) is True:
                    for effect in effects:
                        effect(values)
                    break

        return first_that_holds

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

    def _mapped(self, name: str) -> Reading:
        mapping = self.declared[name].find("mapping")
        assert mapping is not None
        entries = [
            (e.attrib["mapKey"], float(e.attrib["mappedValue"]), e.get("caseSensitive"))
            for e in mapping.findall("mapEntry")
        ]
        default, low = float(mapping.attrib["defaultValue"]), mapping.get("lowerBound")

        def mapped(values: dict[str, Any]) -> float:
            value = values[name]
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
            return total if low is None else max(float(low), total)

        return mapped

    def _value(self, node: Any) -> Reading:
        name = node.get("identifier", "")
        constant: Any
        match node.tag:
            case "variable":
                return lambda values: values[name]
            case "correct":
                constant = self._correct(name)
                return lambda values: constant
            case "mapResponse":
                return self._mapped(name)
            case "baseValue":
                is_number = node.get("baseType") == "float"
                constant = float(node.text or "") if is_number else node.text or ""
                return lambda values: constant
        inner = [self._value(each) for each in node]
        operator = _of_null(node) or _of_values(node)
        return lambda values: operator([each(values) for each in inner])


def _typed(value: Any, is_number: bool) -> Any:
    if is_number and value is not None:
        return float(value) if _PLAIN_NUMBER.fullmatch(value) else None
    return None if value in ("", [], set()) else value


def _of_null(node: Any) -> Callable[[list[Any]], Any] | None:
    """The operators that give more than null for what is null."""
    match node.tag:
        case "isNull":
            return lambda inner: inner[0] is None
        case "not":
            return lambda inner: None if inner[0] is None else not inner[0]
        case "and":
            return lambda inner: False if False in inner else None if None in inner else True
        case "or":
            return lambda inner: True if True in inner else None if None in inner else False
        case "index":
            place = int(node.attrib["n"]) - 1
            return lambda inner: (inner[0] or [])[place] if place < len(inner[0] or []) else None
    return None


def _of_values(node: Any) -> Callable[[list[Any]], Any]:
    """The operators that are null where anything in them is."""
    if node.tag == "equal":
        below, above = map(float, node.attrib["tolerance"].split())
        assert node.get("toleranceMode") == "absolute"

        def operator(first: float, second: float) -> bool:
            return second - below <= first <= second + above

    elif node.tag == "stringMatch" and node.get("caseSensitive") == "false":

        def operator(first: str, second: str) -> bool:
            return first.lower() == second.lower()

    else:
        operator = _OPERATORS[node.tag]
    return lambda inner: None if None in inner else operator(*inner)


_OPERATORS: dict[str, Callable[..., Any]] = {
    "sum": lambda *terms: sum(terms),
    "product": lambda *factors: math.prod(factors),
    "subtract": lambda first, second: first - second,
    "divide": lambda first, second: first / second if second else None,
    "match": lambda first, second: first == second,
    "member": lambda first, second: first in second,
    "gte": lambda first, second: first >= second,
    "lt": lambda first, second: first < second,
    "lte": lambda first, second: first <= second,
    "stringMatch": lambda first, second: first == second,
}
