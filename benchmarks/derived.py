"""What a derived value costs a variant, beside a solver that somebody wrote by hand for the same.

    python benchmarks/derived.py

Both are called as a build calls them, with the values of each variant, without second routes. The
closed forms are derived beforehand, once.
"""

import math
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from qgen.bank.loader import load_bank
from qgen.banks import bank_path
from qgen.deriving import derived_solver
from qgen.document.values import SolverResults, Values
from qgen.solvers.routes.registry import Parameter, Solver, solve

VARIANTS = 20_000
QUESTION = """
id: derived
kind: numeric
title: Derived
topic: derived
difficulty: 1
parameters:
  rate: {integers: {from: 2, to: 9}}
  t: {decimals: {from: 0.1, to: 2, step: 0.1}}
derive:
  density: {formula: "rate * exp(-rate * x)", variables: {x: nonnegative}}
  mean: "integrate(x * density, x, 0, oo)"
  above: "integrate(density, x, t, oo)"
  second: "integrate(x**2 * density, x, 0, oo)"
stem: "{{ rate }} {{ t }} {{ above }} {{ second }}"
answer: mean
tolerance: {absolute: 0}
"""


def by_hand(rate: int, t: Fraction) -> SolverResults:
    """What a lecturer would write for the same results."""
    return {
        "mean": Fraction(1, rate),
        "above": math.exp(-rate * t),
        "second": Fraction(2, rate**2),
    }


def microseconds(call: Callable[[Values], Any], variants: list[Values]) -> float:
    start = time.perf_counter()
    for values in variants:
        call(values)
    return (time.perf_counter() - start) / len(variants) * 1e6


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bank.yaml"
        path.write_text(QUESTION, encoding="utf-8")
        bank, problems = load_bank([bank_path(str(path), Path(), None)])
    assert not problems, problems
    derived, problems = derived_solver(bank.questions["derived"])
    assert derived is not None, problems
    names = ("mean", "above", "second")
    hand = Solver(
        name="benchmark.by_hand",
        function=by_hand,
        results=dict.fromkeys(names, ""),
        mistakes={},
        domains={},
        examples=(),
        parameters=(Parameter("rate", True, 0), Parameter("t", True, 0)),
        source=Path(__file__),
        expected=frozenset(names),
    )
    variants: list[Values] = [
        {"rate": 2 + number % 8, "t": Fraction(1 + number % 20, 10)} for number in range(VARIANTS)
    ]
    for name, solver in (("derived", derived), ("by hand", hand)):
        took = min(microseconds(lambda values, s=solver: solve(s, values), variants) for _ in "123")
        print(f"{name:10}{took:8.2f} µs a variant")


if __name__ == "__main__":
    main()
