"""Wherever a mapping may stand, a key that nobody reads is reported with its place."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from qgen.bank.parameters import ParameterEntry
from tests.bank.written import (
    KINDS,
    exam,
    exam_problems,
    load_exam_text,
    load_text,
    messages,
    problems_of,
    question,
    written,
)

# Mappings whose keys are names that the author chooses.
FREE = {"parameters", "let", "variables", "with", "figures", "headings", "accepted_warnings"}
MISTAKES = [{"answer": 3, "feedback": "No."}]
DOMAINS: dict[str, Any] = {
    "integers": {"integers": {"from": 1, "to": 9, "not": [5], "length": 2}},
    "decimals": {"decimals": {"from": 0, "to": 1, "step": 0.1, "shape": [2, 2]}},
    "one_of": {"one_of": {"of": [1, 2]}},
    "subset": {"subset": {"of": [1, 2, 3], "size": 2}},
    "probabilities": {"probabilities": {"length": 3}},
    "choice": {"choice": {"of": [1, 2], "weights": [1, 3]}},
    "permutation": {"permutation": {"of": [1, 2, 3]}},
    "rows": {"rows": {"names": ["a", "b"], "of": [[1, "x"], [2, "y"]], "tex": ["b"]}},
    "normal": {"normal": {"mean": "p_integers[0]", "step": 0.1, "length": 2}},
    "uniform": {"uniform": {"from": 0, "to": "p_integers[0]", "step": 1}},
    "binomial": {"binomial": {"n": 5, "p": "1/p_integers[0]"}},
    "poisson": {"poisson": {"mean": 2}},
    "exponential": {"exponential": {"rate": 2, "step": 0.01}},
    "spd": {"spd": {"size": 2}},
    "generator": {"generator": "tables.joint", "with": {"rows": 2}},
}


def full(kind: str) -> dict[str, Any]:
    """A question of a kind with every mapping that it may hold."""
    data = deepcopy(question(kind))
    # Parameters are read alike whatever a question asks for: one kind has every domain.
    domains = DOMAINS if kind == "numeric" else ("integers", "generator")
    data["parameters"] = {f"p_{name}": deepcopy(DOMAINS[name]) for name in domains}
    data["let"] = {"one": 1}
    data["figures"] = {"curve": {"figure": "line", "with": {"slope": 1}}}
    data["stem"] = "![a line](figure:curve)"
    for place in (data, *data.get("parts", ())):
        _fill(place)
    if kind == "derivation":
        data["parts"] += [
            {"kind": part, "prompt": "And?", "points": 1, **deepcopy(KINDS[part])}
            for part in KINDS
            if part not in ("numeric", "derivation", "formula")
        ]
        data["parts"].append(
            {
                **deepcopy(data["parts"][0]),
                "carry": {"part": "a", "answer": "earlier + 1"},
            }
        )
    return data


def _fill(place: dict[str, Any]) -> None:
    if place["kind"] != "derivation":
        place["hints"] = [{"text": "Think.", "penalty": "10%"}]
        place["feedback"] = {"right": "Yes.", "wrong": "No {{ one }}."}
    if place["kind"] in ("single_choice", "multiple_select"):
        place["options"].append("three")
        place["draw"] = {"options": 3, "right": 1}
    if place["kind"] in ("numeric", "formula"):
        place["mistakes"] = deepcopy(MISTAKES)
    if place["kind"] == "open":
        place["upload"] = [".pdf"]
    if place["kind"] == "ordering":
        place["items"] = [{"text": "first", "value": 1}, {"text": "second", "value": 2}]
    if place["kind"] == "short_answer":
        place["mistakes"] = [{"text": "KL", "feedback": "No."}]


EXAM = exam(
    duration="90 min",
    attempts={"allowed": 3, "every": "8 h"},
    scoring={"multiple_select": "per_option"},
    shuffle={"questions": True},
    sections=[
        {"title": "Listed", "questions": [{"id": "a-numeric", "points": 2}]},
        {"title": "Picked", "pick": 1, "from": {"topics": ["a-topic"]}},
    ],
    outputs={
        "latex": {"pdf": "never"},
        "moodle": {"variants": 2},
        "html": {"mode": "exam"},
        "guide": {"headings": {"a-topic": "A heading"}},
    },
)


def mappings(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all mappings with set keys."""
    if isinstance(data, dict):
        if not path or path[-1] not in FREE:
            yield path
        for key, value in data.items():
            yield from mappings(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from mappings(value, (*path, index))


def with_key(data: Any, path: tuple[Any, ...], key: str) -> Any:
    changed = deepcopy(data)
    target = changed
    for step in path:
        target = target[step]
    target[key] = 1
    return changed


def place_of(text: str, word: str) -> str:
    """`line:column` of the one line that names a word."""
    ((number, line),) = [
        (number, line) for number, line in enumerate(text.splitlines(), 1) if word in line
    ]
    return f"{number}:{line.index(word) + 1}"


QUESTION_PLACES = [(kind, path) for kind in KINDS for path in mappings(full(kind))]
EXAM_PLACES = list(mappings(EXAM))


@pytest.mark.parametrize("kind", KINDS)
def test_the_questions_have_no_mistake_of_their_own(kind: str) -> None:
    assert load_text(written(full(kind)))[1] == []


def test_the_exam_has_no_mistake_of_its_own() -> None:
    assert load_exam_text(written(EXAM))[1] == []


@pytest.mark.parametrize(("kind", "path"), QUESTION_PLACES)
def test_in_a_question(kind: str, path: tuple[Any, ...]) -> None:
    text = written(with_key(full(kind), path, "extoll"))
    (problem,) = problems_of(text)
    assert problem.startswith(f"{place_of(text, 'extoll')}: unknown key 'extoll'")
    assert problem.endswith(" [unknown-key]")


@pytest.mark.parametrize("path", EXAM_PLACES)
def test_in_an_exam(path: tuple[Any, ...]) -> None:
    text = written(with_key(EXAM, path, "extoll"))
    (problem,) = exam_problems(text)
    assert problem.startswith(f"{place_of(text, 'extoll')}: unknown key 'extoll'")


@pytest.mark.parametrize(
    ("kind", "path"),
    [("numeric", ()), ("open", ("rubric", 0)), ("derivation", ("parts", 0))],
)
def test_the_nearest_right_key_is_offered(kind: str, path: tuple[Any, ...]) -> None:
    found = problems_of(with_key(full(kind), path, "expionts"))
    assert messages(found) == ["unknown key 'expionts' (did you mean 'points'?)"]


def test_the_nearest_right_key_is_offered_in_an_exam() -> None:
    found = exam_problems(with_key(EXAM, ("sections", 0, "questions", 0), "expionts"))
    assert messages(found) == ["unknown key 'expionts' (did you mean 'points'?)"]


def test_every_domain_is_tried() -> None:
    assert set(DOMAINS) == set(ParameterEntry.model_fields)


def test_unknown_keys_are_reported_beside_other_mistakes() -> None:
    data = question(difficulty=9, tittle="x", answer="a +")
    data["tolerance"] = {"absolute": 0, "relativ": 1}
    assert messages(problems_of(data)) == [
        "must be at most 5, got 9",
        "the expression 'a +': cannot be read: unexpected end of the expression",
        "unknown key 'relativ' (did you mean 'relative'?)",
        "unknown key 'tittle' (did you mean 'title'?)",
    ]


def test_an_aliased_mapping_is_reported_once() -> None:
    text = written(question("open")) + "figures: {}\nnote: x\n"
    text = text.replace("rubric:\n", "rubric:\n- &line {points: 1, text: x, extoll: 1}\n- *line\n")
    assert sum("extoll" in line for line in problems_of(text)) == 1
