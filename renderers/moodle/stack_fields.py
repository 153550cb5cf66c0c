"""What the STACK plugin asks in one box, and the nodes that mark it, for each kind that it asks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal, TypeAlias, assert_never

from qgen.document.answers import (
    Acceptance,
    Answer,
    ComplexAnswer,
    FormulaAnswer,
    MatrixAnswer,
    Numeric,
    Open,
    Part,
    Rows,
    SingleChoice,
    option_letter,
)
from qgen.document.complex_numbers import exact_parts
from qgen.document.formula import GREEK, VariableDomain, numbers
from qgen.document.numbers import exact_value
from qgen.document.values import Complex
from qgen.marking.rules import reach_of
from qgen.renderers.carried import Quotient
from qgen.renderers.complex_numbers import rivals, squared_margin
from qgen.renderers.moodle import stack_conditions
from qgen.renderers.moodle.numbers import NumberWriter, grade
from qgen.renderers.moodle.stack_formulas import functions_in, maxima, other_names

_KEY, _MISTAKE, _FOLLOWING, _HIT = "tkey", "tmis", "tfol", "thit"
# Words and functions of the plugin's computer algebra, which a variable cannot be.
_TAKEN = frozenset(
    "pi inf minf infinity und ind true false at if is do or del and not then else for in to "
    "thru step while unless return block ln lg log exp sqrt abs sin cos tan tanh max min "
    "sigmoid".split()
)
_OWN = re.compile(rf"({_KEY}|{_MISTAKE}|{_FOLLOWING}|{_HIT}|tre|tim|ans|prt)[0-9x]*|tq[a-z]+[0-9]*")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*")
_UNPROVED = frozenset(("max", "min"))
_SHORT = 2
_NOTHING = "<text></text>"

Kind: TypeAlias = Literal["algebraic", "numerical", "matrix", "radio"]
AnswerTest: TypeAlias = Literal["AlgEquiv", "NumAbsolute", "NumRelative"]


@dataclass(frozen=True, slots=True)
class Node:
    """What a response is compared with, and what it earns where it is that.

    `given` is what is compared, where that is not what was typed.
    """

    against: str
    score: str
    note: str
    feedback: str = _NOTHING
    test: AnswerTest = "AlgEquiv"
    margin: str = ""
    given: str = ""
    """What is compared, where it is not the box itself."""


@dataclass(frozen=True, slots=True)
class Field:
    """One box and its nodes. `tests` are what is typed, its score and the note; the key first.

    `following` is worked out of an earlier box, `judging` of its own, before the nodes.
    """

    number: int
    value: str
    kind: Kind
    key: str
    nodes: tuple[Node, ...]
    tests: tuple[tuple[str, str, str], ...]
    lines: tuple[str, ...] = ()
    domains: Mapping[str, VariableDomain] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()
    following: str = ""
    judging: str = ""
    forbidden: tuple[str, ...] = ()
    reads_others: bool = False
    """Whether its tree reads an earlier box, too."""


def name_fault(answer: FormulaAnswer) -> str | None:
    """Why STACK cannot ask for a formula in such variables; None where it can."""
    for name in answer.variables:
        if not _NAME.fullmatch(name) or name in _TAKEN or _OWN.fullmatch(name):
            return f"'{name}' is no variable in STACK"
    return None


def stack_fault(answer: FormulaAnswer) -> str | None:
    """Why STACK cannot ask for a formula as it is; None where it can."""
    formulas = (answer.key, *(mistake.value for mistake in answer.mistakes))
    if any(isinstance(number, float) for formula in formulas for number in numbers(formula)):
        return "STACK compares exact numbers, and the formula has rounded ones"
    called = {name for formula in formulas for name in functions_in(formula)} & _UNPROVED
    if called:
        return f"STACK cannot prove what {' and '.join(sorted(called))} of formulas are"
    return None


def shape_fault(parts: Sequence[Part]) -> str | None:
    """Why one question of STACK cannot ask for these parts of a derivation, seen on an outline."""
    domains: dict[str, VariableDomain] = {}
    for part in parts:
        where = f"part {part.label}: " if part.label else ""
        match judged_as(part.answer):
            case FormulaAnswer() as answer:
                if (fault := name_fault(answer)) is not None:
                    return f"{where}{fault}"
                others = other_names(answer.variables)
                for name, domain in answer.variables.items():
                    if domains.setdefault(others.get(name, name), domain) != domain:
                        return f"{where}'{name}' has another domain than before"
            case Numeric() | ComplexAnswer() | SingleChoice():
                pass
            case MatrixAnswer() if isinstance(part.answer, Open):
                pass
            case _:
                return f"{where}only numbers, formulas and single choices are asked"
    return None


def judged_as(answer: Answer) -> Answer:
    """What a box is for: of an answer whose condition STACK works out, what its example is."""
    match answer:
        case Open(accepts=Acceptance() as accepts) if stack_conditions.shape_fault(accepts) is None:
            return accepts.example
        case _:
            return answer


def parts_fault(parts: Sequence[Part]) -> str | None:
    """Why one question of STACK cannot ask for these parts as they are; None where it can."""
    faults = ((part.label, _values_fault(part.answer)) for part in parts)
    told = (
        f"part {label}: {fault}" if label else fault for label, fault in faults if fault is not None
    )
    return next(told, None)


def _values_fault(answer: Answer) -> str | None:
    match answer:
        case FormulaAnswer():
            return stack_fault(answer)
        case Open(accepts=Acceptance(example=example) as accepts):
            fault = stack_fault(example) if isinstance(example, FormulaAnswer) else None
            return fault or stack_conditions.values_fault(accepts)
        case _:
            return None


def formula_field(
    number: int, points: Fraction, answer: FormulaAnswer, feedback: Sequence[str]
) -> Field:
    """A formula, with the mistakes' `<text>` elements."""
    others = other_names(answer.variables)
    formulas = [answer.key, *(mistake.value for mistake in answer.mistakes)]
    names = [f"{_KEY}{number}", *(f"{_MISTAKE}{number}x{n}" for n in range(1, len(formulas)))]
    lines = [
        f"{name}:{maxima(formula, others)};" for name, formula in zip(names, formulas, strict=True)
    ]
    allowed = [name for name in answer.variables if len(name) > _SHORT and name not in GREEK]
    if any("sigmoid" in functions_in(formula) for formula in formulas):
        lines.insert(0, "sigmoid(qx):=1/(1+exp(-qx));")
        allowed.append("sigmoid")
    nodes = [Node(names[0], "1", "KEY")]
    for place, text in enumerate(feedback, 1):
        earned = grade(answer.mistakes[place - 1].credit)
        nodes.append(Node(names[place], earned, f"MISTAKE{place}", text))
    tests = [(node.against, node.score, node.note) for node in nodes]
    tests.append((f"{names[0]}*1001/1000+1/1000", "0", f"NOT{len(feedback)}"))
    domains = {others.get(name, name): domain for name, domain in answer.variables.items()}
    return Field(
        number, grade(points), "algebraic", names[0], tuple(nodes), tuple(tests), tuple(lines),
        domains, tuple(allowed),
    )  # fmt: skip


def number_field(number: int, points: Fraction, answer: Numeric, feedback: Sequence[str]) -> Field:
    """A number, with the mistakes' `<text>` elements."""
    writer = NumberWriter(answer.tolerance)
    (key, margin), wrong = (
        writer.write(answer.key),
        writer.write_mistakes([each.value for each in answer.mistakes]),
    )
    nodes = [Node(key, "1", "KEY", _NOTHING, "NumAbsolute", margin)]
    for place, ((value, width), text) in enumerate(zip(wrong, feedback, strict=True), 1):
        earned = grade(answer.mistakes[place - 1].credit)
        nodes.append(Node(value, earned, f"MISTAKE{place}", text, "NumAbsolute", width))
    tests = [(node.against, node.score, node.note) for node in nodes]
    near = float(key) + 2 * float(margin) + abs(float(key)) / 1000 + 1e-9
    if all(abs(near - float(value)) > 2 * float(width) for value, width in wrong):
        tests.append((f"{near:.14g}", "0", f"NOT{len(feedback)}"))
    return Field(number, grade(points), "numerical", key, tuple(nodes), tuple(tests))


def condition_field(
    number: int, points: Fraction, acceptance: Acceptance, feedback: Sequence[str]
) -> Field:
    """What a condition judges, with the mistakes' `<text>` elements."""
    example = acceptance.example
    match example:
        case Numeric():
            made = number_field(number, points, example, feedback)
        case FormulaAnswer():
            made = formula_field(number, points, example, feedback)
        case MatrixAnswer():
            made = _matrix_field(number, points, example, feedback)
        case _:
            assert_never(example)
    lines, given, against = stack_conditions.judged(acceptance, number)
    judge = Node(against, "1", "KEY", given=given)
    # What lies beside the example may be right as well.
    tests = tuple(test for test in made.tests if not test[2].startswith("NOT"))
    helpers = () if isinstance(example, FormulaAnswer) else stack_conditions.HELPERS
    return replace(
        made,
        nodes=(judge, *made.nodes[1:]),
        tests=tests,
        lines=(*helpers, *made.lines),
        judging=lines,
        # The plugin would work these out for the student, who is to find what they give.
        forbidden=("int", "integrate", "diff") if isinstance(example, FormulaAnswer) else (),
    )


def _matrix_field(
    number: int, points: Fraction, answer: MatrixAnswer, feedback: Sequence[str]
) -> Field:
    """A matrix, whose known mistakes are those with just their entries."""
    key = f"{_KEY}{number}"
    lines, nodes = [f"{key}:{_matrix(answer.key)};"], [Node(key, "1", "KEY")]
    for place, (mistake, text) in enumerate(zip(answer.mistakes, feedback, strict=True), 1):
        name = f"{_MISTAKE}{number}x{place}"
        lines.append(f"{name}:{_matrix(mistake.rows)};")
        nodes.append(Node(name, "0", f"MISTAKE{place}", text))
    tests = tuple((node.against, node.score, node.note) for node in nodes)
    return Field(number, grade(points), "matrix", key, tuple(nodes), tests, tuple(lines))


def _matrix(rows: Rows) -> str:
    lines = (f"[{','.join(str(exact_value(entry)) for entry in row)}]" for row in rows)
    return f"matrix({','.join(lines)})"


def complex_field(
    number: int, points: Fraction, answer: ComplexAnswer, feedback: Sequence[str]
) -> Field:
    """A complex number, near enough in the plane, with the mistakes' `<text>` elements.

    The tree works out the parts of what was typed, and how far each number that is known lies from
    it. `j` is refused, which would be a variable.
    """
    values = [answer.key, *(mistake.value for mistake in answer.mistakes)]
    key = f"{_KEY}{number}"
    names = [key, *(f"{_MISTAKE}{number}x{n}" for n in range(1, len(values)))]
    lines = tuple(f"{name}:{_in_parts(each)};" for name, each in zip(names, values, strict=True))
    scores = ["1", *(grade(mistake.credit) for mistake in answer.mistakes)]
    notes = ["KEY", *(f"MISTAKE{place}" for place in range(1, len(values)))]
    said = [_NOTHING, *feedback]
    nodes = tuple(
        Node("true", score, note, text, given=f"{_HIT}{number}x{place}")
        for place, (score, note, text) in enumerate(zip(scores, notes, said, strict=True))
    )
    tests = list(zip(names, scores, notes, strict=True))
    away = 2 * reach_of(answer.key, answer.tolerance) + 1e-3
    beside = [complex(each.real, each.imaginary) for each in values]
    if all(
        abs(beside[0] + away - other) > 2 * reach_of(value, answer.tolerance)
        for other, value in zip(beside, values, strict=True)
    ):
        tests.append((f"{key}+{away:.6f}", "0", f"NOT{len(feedback)}"))
    return Field(
        number, grade(points), "algebraic", key, nodes, tuple(tests), lines,
        judging=_distances(number, answer), forbidden=("j",),
    )  # fmt: skip


def _distances(number: int, answer: ComplexAnswer) -> str:
    """Whether the number in a box is near to the key and to each mistake, and to none more so."""
    box, real, imaginary = f"ans{number}", f"tre{number}", f"tim{number}"
    values = [answer.key, *(mistake.value for mistake in answer.mistakes)]
    away = [
        f"({real}-({float(each.real)!r}))^2+({imaginary}-({float(each.imaginary)!r}))^2"
        for each in values
    ]
    lines = [
        f"{real}:ev(float(realpart({box})),simp);",
        f"{imaginary}:ev(float(imagpart({box})),simp);",
    ]
    for place, value in enumerate(values):
        holds = [f"{away[place]}<={squared_margin(value, answer.tolerance)!r}"]
        if place:
            for other in rivals(answer, place - 1):
                order = "<=" if place - 1 < other else "<"
                holds.append(f"{away[place]}{order}{away[other + 1]}")
        known = f"numberp({real}) and numberp({imaginary})"
        lines.append(
            f"{_HIT}{number}x{place}:if {known} then is({' and '.join(holds)}) else false;"
        )
    return "\n".join(lines)


def _in_parts(value: Complex) -> str:
    real, imaginary = exact_parts(value)
    return f"({real})+({imaginary})*%i"


def choice_field(
    number: int,
    points: Fraction,
    answer: SingleChoice,
    order: Sequence[int],
    feedback: Sequence[str],
) -> Field:
    """A choice of letters, which stand before the options in the text in the given order."""
    nodes, listed = [], []
    for place, option in enumerate(order, 1):
        right = answer.options[option].correct
        note = "KEY" if right else f"OPTION{place}"
        nodes.append(Node(str(place), "1" if right else "0", note, feedback[option]))
        listed.append(f'[{place},{str(right).lower()},"{option_letter(place - 1)}"]')
    tests = [(node.against, node.score, node.note) for node in nodes]
    tests.sort(key=lambda test: test[1] != "1")
    name = f"{_KEY}{number}"
    return Field(
        number, grade(points), "radio", name, tuple(nodes), tuple(tests),
        (f"{name}:[{','.join(listed)}];",),
    )  # fmt: skip


def follows_by(answer: Numeric) -> bool:
    """Whether the plugin can tell what is near a value that it works out itself."""
    return answer.tolerance.kind != "significant_digits"


def following(made: Field, answer: Numeric, earlier: int, rule: Quotient, feedback: str) -> Field:
    """A number that is right, too, where it follows from what stands in an earlier box."""
    name, box, key = f"{_FOLLOWING}{made.number}", f"ans{earlier}", made.key
    top, bottom = _polynomial(rule.top, box), _polynomial(rule.bottom, box)
    variables = (
        f"{name}:if is({box}=EMPTYANSWER) then {key} "
        f"else if is(ev(float({bottom}),simp)=0.0) then {key} "
        f"else ev(float(({top})/({bottom})),simp);"
    )
    test: AnswerTest = "NumRelative" if answer.tolerance.kind == "relative" else "NumAbsolute"
    margin = format(float(answer.tolerance.amount), ".14g")
    node = Node(name, "1", "FOLLOWS", feedback, test, margin)
    tests = tuple(
        (typed_in, score, f"NOT{len(made.nodes)}" if note.startswith("NOT") else note)
        for typed_in, score, note in made.tests
    )
    nodes = (made.nodes[0], node, *made.nodes[1:])
    return replace(made, nodes=nodes, tests=tests, following=variables, reads_others=True)


def _polynomial(coefficients: Sequence[Fraction], box: str) -> str:
    # The constant stands alone: zero to the power of zero is an error there.
    terms = [f"({each})*{box}^{power}" for power, each in enumerate(coefficients) if power]
    return "+".join((f"({coefficients[0]})", *terms))
