"""TeX reads `^^69` as `i` wherever it stands: no spelling of a command gets through."""

import pytest

from qgen.renderers.latex.math import forbidden_commands, formula_source


@pytest.mark.parametrize(
    "tex", [r"\^^69nput{x}", r"\in^^70ut{x}", "^^5cinput{x}", r"\^^5c", r"\\^^69", r"\^^M"]
)
def test_no_command_is_spelt_otherwise(tex: str) -> None:
    assert formula_source(tex) is None
    assert "^^" in forbidden_commands(tex)


def test_powers_of_powers_are_formulas() -> None:
    assert formula_source("x^{2^{3}} + a^b") is not None
