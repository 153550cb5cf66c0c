from fractions import Fraction

from qgen.document.formula import linear
from qgen.document.values import is_real, show, show_all


def test_a_truth_value_is_no_number() -> None:
    assert [is_real(value) for value in (1, Fraction(1, 2), 0.5)] == [True] * 3
    assert [is_real(value) for value in (True, "1", (1,), None)] == [False] * 4


def test_values_show_in_one_line() -> None:
    values = {
        "w": (3, -4, (Fraction(1, 2),)),
        "rate": 0.1,
        "name": "relu",
        "deep": True,
        "mean": linear([(2, "x_1")], -1),
    }
    assert show_all(values) == (
        "w = (3, -4, (1/2)), rate = 0.1, name = relu, deep = True, mean = 2*x_1 - 1"
    )
    assert show(()) == "()"
