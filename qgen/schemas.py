"""JSON Schemas of what authors write."""

from typing import Any

from qgen.bank.exam_spec import EXAM
from qgen.bank.models import BANK_FILE

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def question_schema() -> dict[str, Any]:
    """The schema of bank files: one question or a list of them."""
    return {"$schema": _DIALECT, "title": "qgen bank file", **BANK_FILE.json_schema()}


def exam_schema() -> dict[str, Any]:
    """The schema of exam specs."""
    return {"$schema": _DIALECT, **EXAM.json_schema(), "title": "qgen exam"}
