"""A format that marks no formulas tells what whoever marks must know of a formula's form."""

from typing import Any

import pytest

from tests.qgen.course import Course, formula


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"form": "expanded"}, "must be multiplied out"),
        (
            {"form": ["factorised", "no_decimals"]},
            "must be factorised and must be without decimals",
        ),
        ({"up_to": "constant"}, "may differ from the key by an additive constant"),
        ({"up_to": "factor"}, "may differ from the key by a nonzero factor"),
        ({}, None),
    ],
)
def test_every_format_of_items_tells(
    course: Course, changes: dict[str, Any], told: str | None
) -> None:
    drawn = {"alpha": {"integers": {"from": 2, "to": 400}}}
    made = formula(
        "a-formula", parameters=drawn, solver=None, let=None, answer="alpha*e", **changes
    )
    course.bank(made)
    outputs = {"moodle": {}, "gift": {}, "csv": {}, "latex": {"pdf": "never"}}
    # Pages mark formulas as Python does.
    course.exam("a-formula", outputs={**outputs, "html": {}})
    report = course.build()
    assert not report.failed, report.problems
    losses = [each for each in report.problems if each.code == "formula-form"]
    if told is None:
        assert losses == []
    else:
        assert len(losses) == len(outputs)
        for name, loss in zip(sorted(outputs), sorted(losses, key=str), strict=True):
            assert told in loss.message
            assert f"'{name}'" in loss.message
            assert loss.place is not None
            assert loss.severity == "loss"
