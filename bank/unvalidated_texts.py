"""Mistakes inside the texts of a question whose other fields are wrong as well.

A question that does not validate has no template, yet its author wants to hear of its broken
formulas and expressions in the same run.
"""

from collections.abc import Iterator
from typing import Any

from qgen.bank.author_model import is_number
from qgen.bank.expressions import ExpressionError, compile_expression
from qgen.bank.markup import Handlers, MarkupError, math_fault, read_markup
from qgen.bank.parameters import may_be_expression
from qgen.bank.templates import HoleContext
from qgen.bank.yaml_source import Source, Steps
from qgen.document.problem import Problem

_TEXTS = frozenset({"stem", "prompt", "explanation", "feedback", "study_note", "left", "right"})
_TEXTS_OF = frozenset({"options", "rubric", "items"})
_LISTS_OF_TEXTS = frozenset({"items", "also"})
_EXPRESSIONS = frozenset({"answer", "correct", "value"})
_EXPRESSIONS_OF = frozenset({"where", "let", "with"})


def mistakes_in_texts(data: object, source: Source, path: Steps) -> list[Problem]:
    """What is wrong inside the texts and expressions of a question that is only known as data."""
    problems: list[Problem] = []
    for steps, text in _leaves(data, path):
        names = [step for step in steps if isinstance(step, str)]
        key = names[-1] if names else ""
        parent = names[-2] if len(names) > 1 else ""
        is_text = key in _TEXTS | _LISTS_OF_TEXTS or (key == "text" and parent in _TEXTS_OF)
        if is_text:
            problems += _in_markup(text, source, steps)
        elif _is_in_domain(steps) and is_number(text):
            continue
        elif (
            _is_in_domain(steps)
            or key in _EXPRESSIONS
            or key in _EXPRESSIONS_OF
            or parent in _EXPRESSIONS_OF
        ):
            problems += _in_expression(text, source, steps)
        elif _is_tex_cell(data, steps[len(path) :]):
            fault = math_fault(text)
            problems += [] if fault is None else [Problem("math", fault, source.place(steps))]
    return problems


def _is_in_domain(steps: Steps) -> bool:
    """Whether a step leads to a number of a parameter's domain that may be an expression."""
    if len(steps) < 4 or steps[-4] != "parameters":
        return False
    return may_be_expression(str(steps[-2]), str(steps[-1]))


def _is_tex_cell(data: object, steps: Steps) -> bool:
    """Whether steps lead to a cell of a drawn row that prints as a formula."""
    if len(steps) != 6 or steps[0] != "parameters" or steps[2:4] != ("rows", "of"):
        return False
    table: Any = data
    for step in steps[:3]:
        table = table[step]
    names, tex, column = table.get("names"), table.get("tex"), steps[5]
    if not isinstance(names, list) or not isinstance(tex, list) or not isinstance(column, int):
        return False
    return column < len(names) and names[column] in tex


def _leaves(data: object, path: Steps) -> Iterator[tuple[Steps, str]]:
    if isinstance(data, str) and data.strip():
        yield path, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _leaves(value, (*path, index))


def _in_expression(text: str, source: Source, steps: Steps) -> list[Problem]:
    try:
        compile_expression(text.strip())
    except ExpressionError as error:
        message = f"the expression '{text}': {error}"
        return [Problem("expression", message, source.place(steps))]
    return []


def _in_markup(text: str, source: Source, steps: Steps) -> list[Problem]:
    problems: list[Problem] = []

    def keep(code: str, message: str, offset: int) -> None:
        problems.append(Problem(code, message, source.place_in_text(steps, text, offset)))

    def hole(expression: str, context: HoleContext, offset: int) -> int:
        try:
            compile_expression(expression, printing=True)
        except ExpressionError as error:
            keep("expression", f"the hole '{expression}': {error}", offset)
        return 0

    def image(target: str, offset: int) -> str:
        return target

    def mistake(error: MarkupError) -> None:
        keep(error.code, str(error), error.offset)

    read_markup(text, Handlers(hole, image, mistake))
    return problems
