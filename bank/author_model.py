"""The base of everything that authors write: strict, frozen, unknown keys kept for the report."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from qgen.bank.yaml_source import Source
from qgen.document.problem import Place, Problem, did_you_mean


@dataclass(slots=True)
class UnknownKeys:
    """The unknown keys met while one source is validated: mapping identity, key, right keys."""

    found: list[tuple[int, str, tuple[str, ...]]] = field(default_factory=list)


class AuthorModel(BaseModel):
    """A mapping that an author writes. Unknown keys never pass: they are reported by place."""

    # Validators are built when they are used, which most commands do for a few models only.
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any, info: ValidationInfo) -> Any:
        return cls.set_unknown_keys_aside(data, info)

    @classmethod
    def set_unknown_keys_aside(cls, data: Any, info: ValidationInfo) -> Any:
        """The mapping without keys that the model does not know; these are kept for the report."""
        if not isinstance(data, dict) or not isinstance(info.context, UnknownKeys):
            return data
        known = _keys_of(cls)
        unknown = [key for key in data if key not in known]
        if not unknown:
            return data
        info.context.found.extend((id(data), key, known) for key in unknown)
        return {key: value for key, value in data.items() if key in known}


@cache
def _keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys that authors may write in a mapping of this model."""
    return tuple(entry.alias or name for name, entry in model.model_fields.items())


# A power of ten has two digits at most: a text may not ask for a number that fills the memory.
_NUMBER = re.compile(
    r"(?P<number>[-+]?(?:[0-9]{1,60} ?/ ?[0-9]{1,60}"
    r"|(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})(?:[eE][-+]?[0-9]{1,2})?)) ?(?P<percent>%?)"
)
MOST_DIGITS = 100


def _exact(value: object) -> Fraction:
    if isinstance(value, bool):
        raise PydanticCustomError("exact", "expected a number, got a truth value")
    number = _read_exact(value)
    if number is None:
        message = "expected a number such as 2, 0.25, 1/3 or 5%, got {shown}"
        raise PydanticCustomError("exact", message, {"shown": _shown(value)})
    if max(abs(number.numerator), number.denominator) >= 10**MOST_DIGITS:
        message = f"a number has at most {MOST_DIGITS} digits"
        raise PydanticCustomError("exact", message)
    return number


def _read_exact(value: object) -> Fraction | None:
    if isinstance(value, (int, Fraction, Decimal)):
        return Fraction(value)
    match = _NUMBER.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    try:
        number = Fraction(match["number"].replace(" ", ""))
    except ZeroDivisionError:
        return None
    return number / 100 if match["percent"] else number


def is_number(text: str) -> bool:
    """Whether a text is a number as authors write them, such as 1/2 or 5%."""
    return _read_exact(text) is not None


def _expression_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return str(value)
    if isinstance(value, str) and value.strip():
        # Over several lines an expression means the same as in one, and messages stay in theirs.
        return " ".join(line.strip() for line in value.strip().splitlines())
    raise PydanticCustomError("expression", "expected a number or an expression")


def _truth_text(value: object) -> object:
    text = _expression_text(value)
    return {"true": True, "false": False}.get(text, text)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _exact_positive(value: object) -> Fraction:
    number = _exact(value)
    if number <= 0:
        raise PydanticCustomError("positive", "must be more than 0")
    return number


def _mistake_credit(value: object) -> Fraction:
    credit = _exact(value)
    if not 0 < credit < 1:
        message = (
            "a mistake earns more than nothing and less than the key: write a share such as 50%, "
            "or leave 'credit' out"
        )
        raise PydanticCustomError("credit", message)
    return credit


def _without_holes(text: str) -> str:
    if "{{" in text:
        message = "a text that is the same for every variant has no values to print: no '{{'"
        raise PydanticCustomError("hole_place", message)
    return text


ONE_OR_MORE = BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...])
"""For a list of texts that may be written as one text."""

NOT_BLANK = r"\S"
IDENTIFIER = r"^[a-z0-9]+(-[a-z0-9]+)*$"
NAME = r"^[A-Za-z][A-Za-z0-9_]*$"
SOLVER = r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$"
FILE_TYPE = r"^(\.[A-Za-z0-9]{1,10}){1,2}$"
PROGRAMMING_LANGUAGE = r"^[A-Za-z][A-Za-z0-9+#_-]{0,19}$"
LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$"
_NUMBER_SCHEMA = {"anyOf": [{"type": "number"}, {"type": "string"}]}
ExactNumber: TypeAlias = Annotated[
    Fraction, BeforeValidator(_exact), WithJsonSchema(_NUMBER_SCHEMA)
]
PositiveNumber: TypeAlias = Annotated[
    Fraction, BeforeValidator(_exact_positive), WithJsonSchema(_NUMBER_SCHEMA)
]
NumberForm: TypeAlias = Annotated[
    Literal["worked_out"],
    Field(description="takes plain numbers only, no closed form such as sqrt(2)/2"),
]
NumberSort: TypeAlias = Annotated[
    Literal["real", "complex"],
    Field(description="complex takes numbers such as 3-2i; the tolerance is a distance then"),
]
MistakeCredit: TypeAlias = Annotated[
    Fraction,
    BeforeValidator(_mistake_credit),
    WithJsonSchema(
        {**_NUMBER_SCHEMA, "description": "the share of the points that it earns, such as 50%"}
    ),
]
ExpressionText: TypeAlias = Annotated[
    str,
    BeforeValidator(_expression_text),
    WithJsonSchema({"type": ["boolean", "number", "string"]}),
]
LEFT_OUT = ""
"""An expression that an author may leave out and has not written: none is empty."""
ExampleText: TypeAlias = Annotated[
    ExpressionText, Field(description="with accept_if, a right answer, which is printed as the key")
]
ConditionText: TypeAlias = Annotated[
    ExpressionText,
    Field(description="takes any number for which this holds, as in response**2 == n"),
]
MatrixConditionText: TypeAlias = Annotated[
    ExpressionText,
    Field(description="takes any matrix for which this holds, as in det(response) == d"),
]
FormulaConditionText: TypeAlias = Annotated[
    ExpressionText,
    Field(description="takes any formula for which this holds, as in diff(response, x) == f"),
]
TruthText: TypeAlias = Annotated[
    bool | str,
    BeforeValidator(_truth_text),
    WithJsonSchema({"type": ["boolean", "number", "string"]}),
]
"""A truth value, or an expression that has one."""
NonEmptyText: TypeAlias = Annotated[str, Field(min_length=1, pattern=NOT_BLANK)]
FixedText: TypeAlias = Annotated[NonEmptyText, AfterValidator(_without_holes)]
"""A text that is the same for every variant."""
WholeNumber: TypeAlias = Annotated[int, Field(strict=True)]
Identifier: TypeAlias = Annotated[str, Field(pattern=IDENTIFIER, max_length=90)]
Name: TypeAlias = Annotated[str, Field(pattern=NAME, max_length=40)]
SolverName: TypeAlias = Annotated[str, Field(pattern=SOLVER)]
FileType: TypeAlias = Annotated[str, Field(pattern=FILE_TYPE)]
ProgrammingLanguage: TypeAlias = Annotated[str, Field(pattern=PROGRAMMING_LANGUAGE)]
Language: TypeAlias = Annotated[str, Field(pattern=LANGUAGE)]


def validated(
    model: TypeAdapter[Any], data: object, source: Source, path: tuple[str | int, ...]
) -> tuple[Any, list[Problem]]:
    """The validated model (None where that fails) and every mistake, with its place."""
    unknown = UnknownKeys()
    result: object = None
    details: list[ErrorDetails] = []
    try:
        result = model.validate_python(data, context=unknown)
    except ValidationError as error:
        details = error.errors(include_url=False)
    problems = [_unknown_key(source, *entry) for entry in dict.fromkeys(unknown.found)]
    problems += [
        _explained(detail, source, path) for detail in details if not _is_consequence(detail)
    ]
    return result, problems


_HINTS = frozenset({"hint", "hints"})
_HINTS_ELSEWHERE = "; 'hints' stand beside the answer that they help with"
_OF_THE_QUESTION = frozenset({"parameters", "where", "let", "derive", "solver", "figures", "data"})
_SYNONYMS = {
    "choices": "options",
    "solution": "explanation",
    "question": "stem",
    "name": "title",
    "category": "topic",
    "marks": "points",
    "time": "minutes",
    "correct_answer": "answer",
}
"""Keys of other programs, and what they are called here."""


def _unknown_key(source: Source, mapping: int, key: str, known: tuple[str, ...]) -> Problem:
    line, column = source.mappings[mapping].keys[key]
    meant = _SYNONYMS.get(key, key)
    hint = f" (did you mean '{meant}'?)" if meant in known else did_you_mean(key, known)
    if key in _HINTS:
        hint = " (did you mean 'hints'?)" if "hints" in known else _HINTS_ELSEWHERE
    if not hint and key in _OF_THE_QUESTION and "prompt" in known:
        hint = f"; '{key}' stands at the question, for all its parts"
    if not hint and key in ("label", "id") and "prompt" in known:
        hint = "; parts are lettered a, b, c by themselves"
    hint = hint or f"; known keys: {', '.join(known)}"
    if "text" in known and list(source.mappings[mapping].keys) == [key]:
        hint = "; a text with a colon in it needs quotes"
    value = source.mappings[mapping].entries.get(key)
    if value is not None and (value.line, value.column) == (line, column + len(key)):
        # No colon: the key is what followed a comma in `{text: yes, sure}`.
        hint = "; a comma ends a text inside braces: put the text in quotes"
    return Problem("unknown-key", f"unknown key '{key}'{hint}", Place(source.file, line, column))


def _is_consequence(detail: ErrorDetails) -> bool:
    """Whether a list counts as too short only because some of its entries are wrong."""
    written = detail["input"]
    return (
        detail["type"] == "too_short"
        and isinstance(written, (list, tuple, dict))
        and len(written) >= detail["ctx"]["min_length"]
    )


def _explained(detail: ErrorDetails, source: Source, path: tuple[str | int, ...]) -> Problem:
    location = (*path, *detail["loc"])
    kind = detail["type"]
    shown = _shown(detail["input"])
    context = detail.get("ctx", {})
    last = detail["loc"][-1] if detail["loc"] else ""
    messages = {
        "missing": f"'{last}' is missing",
        "int_type": f"expected a whole number, got {shown}",
        "string_type": f"expected text, got {shown} (put it in quotes)",
        "string_too_short": "the text is empty",
        "list_type": f"expected a list, got {shown}",
        "tuple_type": f"expected a list, got {shown}",
        "dict_type": f"expected a mapping, got {shown}",
        "model_type": f"expected a mapping, got {shown}",
        "model_attributes_type": f"expected a mapping, got {shown}",
        "bool_type": f"expected true or false, got {shown}",
        "bool_parsing": f"expected true or false, got {shown}",
        "greater_than_equal": f"must be at least {context.get('ge')}, got {shown}",
        "less_than_equal": f"must be at most {context.get('le')}, got {shown}",
        "greater_than": f"must be more than {context.get('gt')}, got {shown}",
        "too_short": f"needs at least {_entries(context.get('min_length'))}",
        "too_long": f"may have at most {_entries(context.get('max_length'))}",
        "string_too_long": f"may have at most {context.get('max_length')} characters",
        "union_tag_not_found": "'kind' is missing",
    }
    message = messages.get(kind)
    if kind in {"model_type", "model_attributes_type", "dict_type"}:
        message = f"{message}; {wanted}" if (wanted := _wanted_form(detail)) else message
    if message is None and kind == "literal_error":
        hint = did_you_mean(str(detail["input"]), _quoted(str(context["expected"])))
        message = f"expected {context['expected']}, got {shown}{hint}"
    if message is None and kind == "union_tag_invalid":
        tags = _quoted(str(context["expected_tags"]))
        hint = did_you_mean(str(context["tag"]), tags) or f"; there are {', '.join(tags)}"
        written = detail["input"].get("kind") if isinstance(detail["input"], dict) else None
        message = f"there is no kind {_shown(written)}{hint}"
        location = (*location, "kind")
    if message is None and kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        message = _PATTERNS.get(pattern, f"expected text like {pattern}, got {{}}").format(shown)
    if message is None:
        message = detail["msg"]
    is_key = location and location[-1] == "[key]"
    place = source.place(location[:-1] if is_key else location, key=bool(is_key))
    return Problem(kind.replace("_", "-"), message, place)


_FORMS = {
    "tolerance": "write {{absolute: {}}} or {{relative: 1%}}",
    "options": 'write {{text: "{}", correct: true}} for a right option, "{}" for a wrong one',
    "mistakes": "write {{answer: {}, feedback: what to tell who made it}}",
    "rubric": "write {{points: 1, text: {}}}",
    "pairs": "write {{left: {}, right: its partner}}",
    "hints": "write {{text: {}, penalty: 10%}}",
    "parts": "write a part with its kind, prompt and points",
    "from": "write what to pick, as in {{topics: [{}]}}",
    "variables": "write what each may be, as in {{x: real, n: positive}}",
}
"""What is meant where people write a value in place of a mapping, by the key that it belongs to."""


def _wanted_form(detail: ErrorDetails) -> str:
    """The form that is wanted, with what was written put in its place."""
    keys = [step for step in detail["loc"] if isinstance(step, str)]
    written = detail["input"]
    plain = isinstance(written, (str, int, Decimal)) and not isinstance(written, bool)
    if not keys or keys[-1] not in _FORMS:
        return ""
    text = " ".join(str(written).split()) if plain else "…"
    if keys[-1] == "tolerance" and text.endswith("%"):
        return f"write {{relative: {text}}}"
    return _FORMS[keys[-1]].format(text, text)


def _shown(value: object) -> str:
    if isinstance(value, str):
        line = " ".join(value.split())
        return f"'{line[:40]}…'" if len(line) > 40 else f"'{line}'"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    return str(value)


def _quoted(text: str) -> list[str]:
    return text.split("'")[1::2]


def _entries(count: object) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


_PATTERNS = {
    NOT_BLANK: "the text is empty",
    IDENTIFIER: "an id is made of small letters, digits and single hyphens, got {}",
    NAME: "a name starts with a letter and has only letters, digits and '_', got {}",
    SOLVER: "a solver is named as module.function in small letters, got {}",
    FILE_TYPE: "a file type begins with a point, as in .pdf or .R, got {}",
    PROGRAMMING_LANGUAGE: "expected a programming language such as python or R, got {}",
    LANGUAGE: "expected a language such as en or pt-BR, got {}",
}
