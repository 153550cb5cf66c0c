"""Mistakes inside the texts of a question whose other fields are wrong as well.

A question that does not validate has no template, yet its author wants to hear of its broken
formulas and expressions in the same run.
"""

from collections.abc import Callable, Iterator
from typing import Any, get_args

from qgen.bank.author_model import is_number
from qgen.bank.choice_models import ONE_RIGHT_OPTION, OptionModel
from qgen.bank.expression_syntax import parsed
from qgen.bank.expressions import CONSTANTS, ExpressionError, compile_expression, unknown_name
from qgen.bank.macros import Macros
from qgen.bank.markup import Handlers, MarkupError, read_markup
from qgen.bank.math_faults import math_fault
from qgen.bank.models import DerivationQuestion, SoleQuestion
from qgen.bank.parameters import may_be_expression
from qgen.bank.templates import HoleContext
from qgen.bank.yaml_source import Source, Steps
from qgen.document.answers import MARKS
from qgen.document.problem import Problem, did_you_mean

_KEYS = frozenset(
    entry.alias or name
    for model in (*get_args(SoleQuestion), DerivationQuestion)
    for name, entry in model.model_fields.items()
)
_NAMING = ("parameters", "let", "derive")
_OPTION_KEYS = frozenset(OptionModel.model_fields)
_TEXTS = frozenset({"stem", "prompt", "explanation", "feedback", "study_note", "left", "right"})
_TEXTS_OF = frozenset({"options", "rubric", "items", "hints"})
_LISTS_OF_TEXTS = frozenset({"items", "also", "options", "hints"})
_EXPRESSIONS = frozenset({"answer", "correct", "value", "example"})
_EXPRESSIONS_OF = frozenset({"where", "let", "with"})


def mistakes_in_texts(data: object, source: Source, path: Steps, macros: Macros) -> list[Problem]:
    """What is wrong inside the texts and expressions of a question that is only known as data."""
    problems: list[Problem] = list(_right_options(data, source, path))
    known = _value_names(data)
    for steps, text in _leaves(data, path):
        names = [step for step in steps if isinstance(step, str)]
        key = names[-1] if names else ""
        parent = names[-2] if len(names) > 1 else ""
        is_text = (
            key in _TEXTS | _LISTS_OF_TEXTS
            or (key == "text" and parent in _TEXTS_OF)
            or (key in MARKS and parent == "feedback")
        )
        if is_text:
            problems += _in_markup(text, source, steps, known, macros)
        elif _is_in_domain(steps) and is_number(text):
            continue
        elif (
            _is_in_domain(steps)
            or key in _EXPRESSIONS
            or key in _EXPRESSIONS_OF
            or parent in _EXPRESSIONS_OF
        ):
            problems += _in_expression(text, source, steps, compile_expression)
        elif key == "accept_if":
            # Which functions it may have is known with the kind of its question.
            problems += _in_expression(text, source, steps, parsed)
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


def _in_expression(
    text: str, source: Source, steps: Steps, read: Callable[[str], object]
) -> list[Problem]:
    try:
        read(text.strip())
    except ExpressionError as error:
        message = f"the expression '{text}': {error}"
        return [Problem("expression", message, source.place(steps))]
    return []


def _value_names(data: object) -> frozenset[str] | None:
    """The names of the values that holes may print; None where they are not known.

    What a solver returns is not known here, nor what a misspelt key would have defined.
    """
    if not isinstance(data, dict) or "solver" in data:
        return None
    if any(did_you_mean(key, (*_NAMING, "solver")) for key in data.keys() - _KEYS):
        return None
    named = [data.get(key, {}) for key in _NAMING]
    if not all(isinstance(each, dict) for each in named):
        return None
    return frozenset(name for each in named for name in each)


def _right_options(data: object, source: Source, path: Steps) -> Iterator[Problem]:
    """Single choices whose options say that none is right, or several."""
    if not isinstance(data, dict):
        return
    parts = data.get("parts")
    for index, part in enumerate(parts if isinstance(parts, list) else ()):
        yield from _right_options(part, source, (*path, "parts", index))
    options = data.get("options")
    if data.get("kind") != "single_choice" or not isinstance(options, list):
        return
    written: list[Any] = [{"text": each} if isinstance(each, str) else each for each in options]
    if not all(isinstance(each, dict) and each.keys() <= _OPTION_KEYS for each in written):
        return
    said = [each.get("correct", False) for each in written]
    draws = isinstance(data.get("draw"), dict) and "right" in data["draw"]
    if draws and sum(each is True for each in said) > 1:
        return
    if all(isinstance(each, bool) for each in said) and sum(said) != 1:
        yield Problem(
            "right-options", ONE_RIGHT_OPTION.format(sum(said)), source.place((*path, "options"))
        )


def _in_markup(
    text: str, source: Source, steps: Steps, known: frozenset[str] | None, macros: Macros
) -> list[Problem]:
    problems: list[Problem] = []

    def keep(code: str, message: str, offset: int) -> None:
        problems.append(Problem(code, message, source.place_in_text(steps, text, offset)))

    def hole(expression: str, context: HoleContext, offset: int) -> int:
        try:
            names = compile_expression(expression, printing=True).names
        except ExpressionError as error:
            keep("expression", f"the hole '{expression}': {error}", offset)
            return 0
        if known is not None:
            for name in sorted(names - {*known, *CONSTANTS}):
                keep("unknown-name", f"in '{expression}': {unknown_name(name, known)}", offset)
        return 0

    def image(target: str, offset: int) -> str:
        return target

    def data(target: str, offset: int) -> None:
        return None

    def mistake(error: MarkupError) -> None:
        keep(error.code, str(error), error.offset)

    read_markup(text, Handlers(hole, image, data, mistake, macros))
    return problems
