"""Conditions in the plugin STACK: what its computer algebra is asked, and what it answers."""

import random
import shutil
import subprocess
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from lxml import etree

from qgen.document.answers import CarriedForward, Part
from qgen.document.exam import Item
from qgen.document.formats import MoodleOptions
from qgen.document.richtext import passage_of
from qgen.marking.responses import mark_response
from qgen.renderers.moodle import stack_conditions
from qgen.renderers.moodle.halves import who_marks
from tests import samples
from tests.renderers.html.test_page_conditions import (
    MATRICES,
    NUMBERS,
    VECTORS,
    asked,
    part_example,
)
from tests.renderers.moodle.moodle_written import by_category

STACK = MoodleOptions(formulas="stack")
OSCILLATION = (
    "diff(diff(response, x), x) == -(a**2)*response and at(response, x, 0) == b",
    "b*cos(a*x)",
)


def item_of(*parts: Part) -> Item:
    here = passage_of("Stem.")
    kind = samples.item("formula" if len(parts) == 1 else "derivation")
    return replace(kind, parts=parts, stem=here, explanation=here)


def element_of(part: Part) -> etree._Element:
    ((question,),) = by_category(item_of(part), options=STACK)
    assert question.kind == "stack"
    return question.element


def judging(part: Part) -> tuple[str, str, str]:
    answer: Any = part.answer
    return stack_conditions.judged(answer.accepts, 1)


def test_a_matrix_is_asked_for_and_its_condition_worked_out() -> None:
    wrong = [{"answer": "[[a, 1], [1, 1]]", "feedback": "That has rank 2."}]
    condition = "rank(response) == 1 and response[0][0] == a"
    part = asked("matrix", condition, "[[a, 1], [a, 1]]", mistakes=wrong)
    element = element_of(part)
    assert element.findtext("input/type") == "matrix"
    assert element.findtext("input/tans") == "tkey1"
    variables = element.findtext("questionvariables/text") or ""
    assert "tkey1:matrix([3,1],[3,1]);\ntmis1x1:matrix([3,1],[1,1]);" in variables
    assert all(helper in variables for helper in stack_conditions.HELPERS)
    (tree,) = element.findall("prt")
    assert tree.findtext("feedbackvariables/text") == (
        "tqrsp1:tqrat(args(ans1));\n"
        "tqok1:if tqnum(tqrsp1) and (tqeq(rank(apply(matrix,tqrsp1)),(1)) and "
        "tqeq(tqit(tqit(tqrsp1,0),0),(3))) then 1 else 0;"
    )
    nodes = [
        (node.findtext("sans"), node.findtext("tans"), node.findtext("truescore"))
        for node in tree.findall("node")
    ]
    assert nodes == [("tqok1", "1", "1"), ("ans1", "tmis1x1", "0")]
    tests = [
        (each.findtext("testinput/value"), each.findtext("expected/expectedanswernote"))
        for each in element.findall("qtest")
    ]
    assert tests == [("tkey1", "KEY"), ("tmis1x1", "MISTAKE1"), ("", "NULL")]


def test_both_sides_of_each_comparison_of_a_formula_are_compared() -> None:
    wrong = [{"answer": "b*sin(a*x)", "feedback": "That is 0 at 0.", "credit": "25%"}]
    part = asked("formula", *OSCILLATION, variables={"x": "real"}, mistakes=wrong)
    element = element_of(part)
    (tree,) = element.findall("prt")
    assert tree.findtext("feedbackvariables/text") == (
        "tqlhs1:[diff(diff(ans1,(x)),(x)),subst((0),(x),ans1)];\ntqrhs1:[((-9)*ans1),(-5/2)];"
    )
    first, second = tree.findall("node")
    assert (first.findtext("sans"), first.findtext("tans")) == ("tqlhs1", "tqrhs1")
    assert (second.findtext("sans"), second.findtext("truescore")) == ("ans1", "0.25")
    assert element.findtext("input/forbidwords") == "int,integrate,diff"
    assert "tqrat" not in (element.findtext("questionvariables/text") or "")


def test_a_number_is_judged_before_its_mistakes_are_looked_for() -> None:
    wrong = [{"answer": "-b", "feedback": "Mind the sign.", "credit": "25%"}]
    root = "response**2 - (a + b)*response + a*b == 0"
    element = element_of(asked("numeric", root, "a", mistakes=wrong))
    assert element.findtext("input/type") == "numerical"
    tests = [each.findtext("sans") for each in element.findall("prt/node")]
    assert tests == ["tqok1", "ans1"]
    assert [each.text for each in element.findall("prt/node/answertest")] == [
        "AlgEquiv",
        "NumAbsolute",
    ]


@pytest.mark.parametrize(
    ("kind", "condition", "example"),
    [
        # What may have no value for some response would fail in front of the student.
        ("numeric", "1/(response - 7) == -1/4", "3"),
        ("numeric", "response**a == 27", "3"),
        ("numeric", "gcd(response, 12) == 1", "5"),
        ("numeric", "response % response == 0", "2"),
        ("numeric", "exp(response) > a", "5"),
        ("matrix", "inverse(response) == response", "eye(2)"),
        # Whether formulas differ is no question of the plugin's.
        ("formula", "diff(response, x) == a and response != 0", "a*x"),
        ("formula", "diff(max(response, 1), x) == 0", "0"),
    ],
)
def test_what_may_fail_is_left_to_a_person(kind: str, condition: str, example: str) -> None:
    more = {"variables": {"x": "real"}} if kind == "formula" else {}
    part = asked(kind, condition, example, mistakes=[], **more)
    assert who_marks(item_of(part), STACK) == ("person",)
    ((question,),) = by_category(item_of(part), options=STACK)
    assert question.kind == "essay"


def test_without_the_plugin_or_beside_what_it_does_not_ask_a_person_marks() -> None:
    part = asked("numeric", "response > a", "4", mistakes=[])
    assert who_marks(item_of(part), STACK) == ("machine",)
    assert who_marks(item_of(part), MoodleOptions()) == ("person",)
    (select,) = samples.sole(samples.ANSWERS["multiple_select"])
    (number,) = samples.sole(samples.ANSWERS["numeric"])
    labelled = [replace(each, label=name) for each, name in zip((part, select), "ab", strict=True)]
    assert who_marks(item_of(*labelled), STACK) == ("person", "machine")
    labelled = [replace(each, label=name) for each, name in zip((part, number), "ab", strict=True)]
    assert who_marks(item_of(*labelled), STACK) == ("machine", "machine")
    # Where a part follows from another, boxes may be left empty: no condition is to hold of that.
    third = replace(number, label="c", carried=CarriedForward("b", lambda earlier: earlier))
    assert who_marks(item_of(*labelled, third), STACK) == ("person", "machine", "machine")


@pytest.mark.maxima
@pytest.mark.skipif(shutil.which("maxima") is None, reason="there is no Maxima")
def test_maxima_says_of_numbers_and_matrices_what_qgen_says() -> None:
    stream = random.Random(3)
    typed = "0 1 2 3 -1 -5 5 7 1/2 -5/2 2/3 0.25 0.1 1.414 sqrt(2) sqrt(4) 1000000.5".split()
    entries = "0 1 2 3 -1 -2 1/2 0.2 6 sqrt(9)".split()
    cases: list[tuple[str, Any, Fraction | None]] = []
    lines = ["display2d:false$ ratprint:false$"]
    lines += [helper.replace(";", "$") for helper in stack_conditions.HELPERS]

    def add(part: Part, given: Any, written: str) -> None:
        assignments, left, right = judging(part)
        lines.append(f"ans1:{written}$")
        lines.append(assignments.replace(";", "$"))
        lines.append(f'print("told",if is(ratsimp({left}-({right}))=0) then 1 else 0)$')
        answer: Any = part.answer
        source = answer.accepts.holds.expression.source
        cases.append((source, given, mark_response(part, given, {}).credit))

    def known(part: Part) -> bool:
        answer: Any = part.answer
        return stack_conditions.shape_fault(answer.accepts) is None

    for condition, example in NUMBERS:
        part = asked("numeric", condition, example, mistakes=[])
        for text in typed if known(part) else ():
            add(part, text, text)
    for condition, example in (*MATRICES, *VECTORS):
        part = asked("matrix", condition, example)
        rows = part_example(part)
        tries = [tuple(str(entry) for row in rows for entry in row)]
        tries += [tuple(stream.choices(entries, k=len(tries[0]))) for _ in range(12)]
        for given in tries if known(part) else ():
            width = len(rows[0])
            starts = range(0, len(given), width)
            listed = ",".join(f"[{','.join(given[at : at + width])}]" for at in starts)
            add(part, given, f"matrix({listed})")
    singular = asked("matrix", "rank(response) == 1", "[[1, 2], [2, 4]]", mistakes=[])
    add(singular, ("z", "z", "z", "z"), "matrix([z,z],[z,z])")
    assert cases[-1][2] is None
    program = "\n".join(lines)
    run = subprocess.run(
        ["maxima", "--very-quiet", "--batch-string", program],
        capture_output=True,
        text=True,
        check=True,
    )
    told = [line.split()[1] for line in run.stdout.splitlines() if line.startswith("told ")]
    assert len(told) == len(cases) > 300
    for (source, given, credit), found in zip(cases, told, strict=True):
        # What qgen knows to twelve digits only, computer algebra may know exactly.
        assert given != ("z", "z", "z", "z") or found == "0"
        assert credit is None or (source, given, found) == (source, given, str(credit))
