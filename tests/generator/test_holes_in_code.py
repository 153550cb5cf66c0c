"""Holes in blocks of code print as programs have their numbers, in every format."""

import re
from fractions import Fraction
from typing import Any

import pytest

from qgen.bank.templates import HoleContext
from qgen.generator.printing import printer
from tests.qgen.course import Course, numeric

CODE = HoleContext(in_math=False, in_code=True, decimal=True)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (-3, "-3"),
        (Fraction(-1, 2), "-0.5"),
        (0.1234567, "0.1235"),
        (-2.5e20, "-2.5e+20"),
        ((1, Fraction(-1, 4), "a"), "(1, -0.25, a)"),
        ("x − y_1", "x − y_1"),
        (True, "true"),
    ],
)
def test_numbers_are_those_of_programs(value: Any, printed: str) -> None:
    assert printer(None, CODE)(value) == printed
    assert printer(None, CODE, comma=True)(value) == printed


@pytest.mark.slow
def test_every_format_has_the_drawn_number(tmp_path: Any) -> None:
    course = Course(tmp_path / "course")
    code = "for n in range({{ a }}):\n    n -= {{ -a }}\n"
    stem = f"What is printed, and not {{{{ b }}}}?\n\n```python\n{code}```\n"
    parameters = {"a": {"one_of": [5323]}, "b": {"integers": {"from": 1, "to": 10_000}}}
    fixed: dict[str, Any] = {"solver": None, "answer": "a", "mistakes": None}
    course.bank(numeric("q", parameters=parameters, stem=stem, language="de", **fixed))
    names = ("html", "latex", "paper", "moodle", "gift", "blackboard", "brightspace")
    outputs: dict[str, Any] = {name: {} for name in names}
    outputs |= {"latex": {"pdf": "never"}, "paper": {"pdf": "never"}}
    course.exam("q", versions=1, outputs=outputs)
    folder = course.built()
    for name in names:
        text = "".join(
            path.read_text("utf-8")
            for path in (folder / name).iterdir()
            if path.is_file() and path.suffix != ".pdf"
        )
        if name == "latex":  # which may break a line anywhere
            assert len(re.findall(r"\\examcodeline\{.*5323", text)) >= 2
            continue
        assert "range(5323)" in text.replace("\\", ""), name
        assert "n -= -5323" in text.replace("\\", ""), name
