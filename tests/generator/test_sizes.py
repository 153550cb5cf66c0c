"""Nothing grows beyond what a question can use, whatever its expressions say."""

from time import perf_counter

import pytest

from qgen.bank.expressions import ExpressionError, compile_expression
from qgen.generator.drawing import VariantFailure
from tests.bank.written import question, template
from tests.generator.filled import fill


def test_lists_that_double_are_refused_while_they_are_small() -> None:
    let = {"l0": "(1, 2)", **{f"l{n}": f"(l{n - 1}, l{n - 1})" for n in range(1, 40)}}
    started = perf_counter()
    with pytest.raises(ExpressionError, match="a list with more than 5000 entries"):
        fill(template(question(stem="{{ l39 }}", let=let)))
    assert perf_counter() - started < 2


def test_a_list_inside_one_expression_counts_too() -> None:
    text = ", ".join(["w"] * 100)
    expression = compile_expression(f"({text})")
    assert len(str(expression.evaluate({"w": (1,) * 50}))) > 5_000
    with pytest.raises(ExpressionError, match="entries"):
        expression.evaluate({"w": (1,) * 51})


@pytest.mark.parametrize("stem", ["{{ l }}", "${{ l }}$"])
def test_a_print_has_a_size(stem: str) -> None:
    found = template(question(stem=stem, let={"t": f"'{'a' * 600}'", "l": f"({'t, ' * 100})"}))
    with pytest.raises(VariantFailure, match="more than 50000 characters") as caught:
        fill(found)
    assert len(str(caught.value)) < 1_000
