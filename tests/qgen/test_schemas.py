"""The JSON Schemas say of a file what qgen says of it, as far as a schema can."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import jsonschema
import pytest
from click.testing import Result

from qgen.schemas import exam_schema, question_schema
from tests.examples import is_thorough
from tests.qgen.course import numeric
from tests.qgen.test_examples import SPECS, shipped_questions
from tests.quick_yaml import from_yaml


def described(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object of a schema that names its keys."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield schema
        for value in schema.values():
            yield from described(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from described(value)


def plain(data: object) -> Any:
    """YAML as JSON has it: dates are text."""
    return json.loads(json.dumps(data, default=str))


@cache
def of_questions() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(question_schema())


@cache
def of_exams() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(exam_schema())


class TestSchema:
    @pytest.mark.slow
    @pytest.mark.parametrize("what", ["question", "exam"])
    def test_is_a_json_schema_that_allows_no_other_keys(
        self, qgen: Callable[..., Result], what: str
    ) -> None:
        schema = json.loads(qgen("schema", what).stdout)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema == (question_schema() if what == "question" else exam_schema())
        objects = list(described(schema))
        assert len(objects) > 5
        assert all(each["additionalProperties"] is False for each in objects)

    @pytest.mark.slow
    def test_the_shipped_bank_is_valid(self) -> None:
        """Every day each fourth question of it."""
        validator = of_questions()
        for question in list(shipped_questions().values())[:: 1 if is_thorough() else 4]:
            assert [str(error) for error in validator.iter_errors(plain(question))] == []

    def test_the_examples_are_valid(self) -> None:
        validator = of_exams()
        for path in SPECS:
            data = plain(from_yaml(path.read_text("utf-8")))
            assert [str(error) for error in validator.iter_errors(data)] == []

    @pytest.mark.parametrize(
        "changes",
        [
            {"tolerence": {"absolute": 1}},
            {"kind": "no_such_kind"},
            {"difficulty": 6},
            {"id": None},
            {"tolerance": {"absolut": 1}},
            {"parameters": {"a": {"integers": {"form": 1}}}},
        ],
        ids=str,
    )
    def test_a_wrong_question_is_not_valid(self, changes: dict[str, Any]) -> None:
        good = numeric("x", solver=["course_solvers.square"])
        question = {key: v for key, v in {**good, **changes}.items() if v is not None}
        validator = of_questions()
        assert validator.is_valid(good)
        assert validator.is_valid([good, good])
        assert not validator.is_valid(question)

    def test_a_wrong_exam_is_not_valid(self) -> None:
        validator = of_exams()
        sections = [{"title": "S", "questions": [{"id": "x"}]}]
        exam = {"title": "T", "seed": 1, "sections": sections, "outputs": {"html": {}}}
        assert validator.is_valid(exam)
        for changes in ({"seeed": 1}, {"versions": 27}, {"seed": "x"}, {"outputs": {"pdf": {}}}):
            assert not validator.is_valid({**exam, **changes})
