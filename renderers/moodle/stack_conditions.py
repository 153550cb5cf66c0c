"""Conditions in the STACK plugin: its computer algebra works them out, and a node asks for that.

Lists are what vectors and rows are here, so that a matrix is a list of lists. What may fail for
some response (a division by it, an inverse) is left to a person: there, a tree that fails gives no
mark and shows the student an error.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import assert_never

from qgen.document.answers import Acceptance, FormulaAnswer, MatrixAnswer
from qgen.document.conditions import Applied, Given, Response, Term
from qgen.document.formula import numbers
from qgen.document.numbers import exact_value
from qgen.document.values import FORMULA_TYPES, Value
from qgen.renderers.moodle.stack_formulas import functions_in, maxima, other_names

HELPERS = (
    "tqrat(qx):=if listp(qx) then map(tqrat,qx) else ratdisrep(rat(qx));",
    "tqnum(qx):=if listp(qx) then not member(false,map(tqnum,qx)) "
    "else numberp(ev(float(qx),simp));",
    "tqeq(qa,qb):=if listp(qa) and listp(qb) then is(length(qa)=length(qb)) and "
    "not member(false,map(tqeq,qa,qb)) else if listp(qa) or listp(qb) then false "
    "else is(ratsimp(qa-qb)=0);",
    "tqlt(qa,qb):=if listp(qa) and listp(qb) then map(tqlt,qa,qb) "
    "else if listp(qa) then map(lambda([qx],tqlt(qx,qb)),qa) "
    "else if listp(qb) then map(lambda([qx],tqlt(qa,qx)),qb) else is(qa<qb);",
    "tqle(qa,qb):=if listp(qa) and listp(qb) then map(tqle,qa,qb) "
    "else if listp(qa) then map(lambda([qx],tqle(qx,qb)),qa) "
    "else if listp(qb) then map(lambda([qx],tqle(qa,qx)),qb) else is(qa<=qb);",
    "tqap(qf,qx):=if listp(qx) then map(lambda([qy],tqap(qf,qy)),qx) else qf(qx);",
    "tqmod(qa,qb):=tqap(lambda([qx],qx-qb*floor(qx/qb)),qa);",
    'tqdot(qa,qb):=apply("+",map(lambda([qx,qy],qx*qy),qa,qb));',
    "tqcol(qb):=args(transpose(apply(matrix,qb)));",
    "tqmul(qa,qb):=if listp(first(qa)) then map(lambda([qx],tqmul(qx,qb)),qa) "
    "else if listp(first(qb)) then map(lambda([qx],tqdot(qa,qx)),tqcol(qb)) else tqdot(qa,qb);",
    "tqit(qx,qi):=qx[if qi<0 then length(qx)+1+qi else qi+1];",
    'tqtr(qa):=apply("+",makelist(qa[qi][qi],qi,1,length(qa)));',
)
"""What conditions on numbers and matrices call, as the plugin's computer algebra defines it."""

_TRUTHS = frozenset(("<", "<=", "==", "!=", "and", "or", "not", "any", "all"))
_FORMS: Mapping[str, str] = {
    **{"+": "({0}+{1})", "-": "({0}-{1})", "*": "({0}*{1})", "/": "({0}/{1})", "**": "({0}^{1})"},
    **{"negate": "(-{0})", "<": "tqlt({0},{1})", "<=": "tqle({0},{1})", "==": "tqeq({0},{1})"},
    **{"!=": "(not tqeq({0},{1}))", "and": "({0} and {1})", "or": "({0} or {1})"},
    **{"not": "(not {0})", "if": "(if {0} then {1} else {2})", "abs": "tqap(abs,{0})"},
    **{"sign": "tqap(signum,{0})", "floor": "tqap(floor,{0})", "ceil": "tqap(ceiling,{0})"},
    **{"mod": "tqmod({0},{1})", "%": "tqmod({0},{1})", "sum": 'apply("+",{0})'},
    **{"length": "length({0})", "dot": "tqdot({0},{1})", "trace": "tqtr({0})"},
    **{"det": "determinant(apply(matrix,{0}))", "rank": "rank(apply(matrix,{0}))"},
    **{"transpose": "tqcol({0})", "matmul": "tqmul({0},{1})"},
    **{"any": "member(true,{0})", "all": "(not member(false,{0}))"},
}
"""How an operation is written; what is not here may fail, or has a form of its own."""
_OWN_FORMS = frozenset(("row", "item", "min", "max"))
_FORMULA_FORMS: Mapping[str, str] = {
    **{"+": "({0}+{1})", "-": "({0}-{1})", "*": "({0}*{1})", "/": "({0}/{1})", "**": "({0}^({1}))"},
    **{"negate": "(-{0})", "diff": "diff({0},{1})", "at": "subst({2},{1},{0})", "ln": "log({0})"},
    **{name: name + "({0})" for name in ("exp", "log", "sqrt", "abs", "sin", "cos", "tanh")},
}
_NOT_THERE = "STACK cannot work the condition out"


def shape_fault(acceptance: Acceptance) -> str | None:
    """Why STACK cannot judge by a condition, seen before there are values; None where it can."""
    terms = acceptance.holds.shape
    if not acceptance.holds.is_portable:
        return _NOT_THERE
    if isinstance(acceptance.example, FormulaAnswer):
        sides = [s for t in terms if isinstance(t, Applied) and t.name == "==" for s in t.arguments]
        asked = len(sides) == 2 * len(terms)
        return None if asked and all(map(_is_formula_known, sides)) else _NOT_THERE
    return None if all(map(_is_known, terms)) else _NOT_THERE


def _is_formula_known(term: Term) -> bool:
    if not isinstance(term, Applied):
        return True
    return term.name in _FORMULA_FORMS and all(map(_is_formula_known, term.arguments))


def _is_known(term: Term) -> bool:
    """Whether a tree has a value for every response of the right size."""
    if not isinstance(term, Applied):
        return True
    second = term.arguments[1] if len(term.arguments) > 1 else None
    match term.name:
        case "/" | "mod" | "%":
            fits = isinstance(second, Given)
        case "**":
            # A number that is written there; what a name stands for might be no whole number.
            fits = isinstance(second, Given) and type(second.value) is int and second.value > 0
        case "item":
            fits = isinstance(second, Given)
        case "==" | "!=":
            fits = not any(map(_is_truth, term.arguments))
        case "and" | "or" | "not":
            fits = all(map(_is_truth, term.arguments))
        case "if":
            fits = _is_truth(term.arguments[0])
        case _:
            fits = term.name in _FORMS or term.name in _OWN_FORMS
    return fits and all(map(_is_known, term.arguments))


def _is_truth(term: Term) -> bool:
    match term:
        case Applied():
            return term.name in _TRUTHS
        case Given() | Response():
            return False
        case _:
            assert_never(term)


def values_fault(acceptance: Acceptance) -> str | None:
    """Why STACK cannot judge by a condition with its values; None where it can."""
    for given in _givens(acceptance.holds.terms):
        if not isinstance(given, FORMULA_TYPES):
            continue
        if any(isinstance(number, float) for number in numbers(given)):
            return "STACK compares exact numbers, and the condition has rounded ones"
        if functions_in(given) & {"max", "min", "sigmoid"}:
            return _NOT_THERE
    return None


def _givens(terms: tuple[Term, ...]) -> list[Value]:
    found: list[Value] = []
    for term in terms:
        if isinstance(term, Given):
            found.append(term.value)
        elif isinstance(term, Applied):
            found += _givens(term.arguments)
    return found


def judged(acceptance: Acceptance, number: int) -> tuple[str, str, str]:
    """What a tree works out of a box, and the two values that are equal for a right answer."""
    box, example = f"ans{number}", acceptance.example
    if isinstance(example, FormulaAnswer):
        others = other_names(example.variables)
        sides = [
            [_formula(side, box, others) for side in term.arguments]
            for term in acceptance.holds.terms
            if isinstance(term, Applied)
        ]
        left, right = ("[" + ",".join(each[place] for each in sides) + "]" for place in (0, 1))
        return f"tqlhs{number}:{left};\ntqrhs{number}:{right};", f"tqlhs{number}", f"tqrhs{number}"
    typed = f"args({box})" if isinstance(example, MatrixAnswer) else box
    whole = " and ".join(_written(term, f"tqrsp{number}") for term in acceptance.holds.terms)
    # A letter is no number, though a matrix of letters has a rank.
    whole = f"tqnum(tqrsp{number}) and {whole}"
    lines = f"tqrsp{number}:tqrat({typed});\ntqok{number}:if {whole} then 1 else 0;"
    return lines, f"tqok{number}", "1"


def _formula(term: Term, box: str, others: Mapping[str, str]) -> str:
    match term:
        case Response():
            return box
        case Given():
            value = term.value
            if isinstance(value, FORMULA_TYPES):
                return f"({maxima(value, others)})"
            return _value(value)
        case Applied():
            parts = [_formula(each, box, others) for each in term.arguments]
            return _FORMULA_FORMS[term.name].format(*parts)
        case _:
            assert_never(term)


def _written(term: Term, response: str) -> str:
    match term:
        case Response():
            return response
        case Given():
            return _value(term.value)
        case Applied(name="item", arguments=(container, Given(value=int() as index))):
            return f"tqit({_written(container, response)},{index})"
        case Applied():
            parts = [_written(each, response) for each in term.arguments]
            if term.name == "row":
                return f"[{','.join(parts)}]"
            if term.name in ("min", "max"):
                return f"lreduce({term.name},flatten([{','.join(parts)}]))"
            return _FORMS[term.name].format(*parts)
        case _:
            assert_never(term)


def _value(value: Value) -> str:
    match value:
        case bool():
            return str(value).lower()
        case tuple():
            return f"[{','.join(map(_value, value))}]"
        case int() | Fraction() | float():
            return f"({exact_value(value)})"
        case _:
            raise AssertionError("no value of a condition on numbers")
