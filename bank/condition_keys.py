"""What stands beside `accept_if`, and what beside a key of its own."""

from collections.abc import Collection
from typing import Any

from pydantic_core import PydanticCustomError


def check_key(model: Any, thing: str, needed: Collection[str], unfit: Collection[str] = ()) -> None:
    """Raises PydanticCustomError unless an answer has a key, or a condition with an example.

    `thing` is what is asked for, `needed` what a key needs, `unfit` what says nothing of a
    response that a condition judges as a whole.
    """
    if not model.accept_if:
        missing = [key for key in needed if not getattr(model, key)]
        if missing:
            raise PydanticCustomError("no_key", "'{key}' is missing", {"key": missing[0]})
        if model.example:
            message = "'example' stands beside 'accept_if'; a key is written as 'answer'"
            raise PydanticCustomError("accept_if", message)
        return
    if not model.example or model.answer:
        raise PydanticCustomError(
            "accept_if",
            "beside 'accept_if', give one right {thing} as 'example', and no 'answer'",
            {"thing": thing},
        )
    for key in unfit:
        if key in model.model_fields_set:
            raise PydanticCustomError(
                "accept_if",
                "'{key}' has no place beside 'accept_if': the condition judges the whole answer",
                {"key": key},
            )
