"""Our proofs about formulas beside what mpmath and SymPy bring, in processor time.

    python benchmarks/equivalence.py

Bounds miss where the value, found with twice the digits, lies outside them. Formulas are those
that `qgen check` proves equal in the shipped bank.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any
from unittest.mock import patch

import mpmath  # type: ignore[import-untyped]

from qgen.banks import load_banks
from qgen.checking import How, check_question
from qgen.marking import equivalence
from qgen.marking.formula_identities import identical
from qgen.marking.formula_intervals import Arithmetic
from qgen.marking.formula_points import compare, constants_of, points
from qgen.marking.sympy_worker import is_proved, postfix

DIGITS = 40
VALUES = 20_000
FUNCTIONS = ("exp", "ln", "sqrt", "sin", "cos")


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Processor time of the work, and its result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def fraction(number: tuple[int, int, int, int]) -> Fraction:
    """What a number inside mpmath is."""
    sign, mantissa, exponent, _ = number
    size = int(mantissa) * (Fraction(2**exponent) if exponent > 0 else Fraction(1, 2**-exponent))
    return -size if sign else size


def print_intervals() -> None:
    """Times and misses of bounds, at values that both write in so many digits without rounding."""
    stream = random.Random(1)
    arithmetic, mpmath.iv.dps, mpmath.mp.dps = Arithmetic(DIGITS), DIGITS, 2 * DIGITS
    values = [
        Fraction(stream.getrandbits(35) | 1, 2 ** stream.randrange(28, 39)) for _ in range(VALUES)
    ]
    given = [arithmetic.interval(value) for value in values]
    given_library = [mpmath.iv.mpf(value.numerator) / value.denominator for value in values]
    print(f"{f'bounds, {DIGITS} digits':20}{'ours':>10}{'iv':>10}{'missed':>14}{'by iv':>8}")
    for name in FUNCTIONS:
        function, library = getattr(arithmetic, name), getattr(mpmath.iv, name)
        own, found = seconds(partial(list, map(function, given)))
        other, found_library = seconds(partial(list, map(library, given_library)))
        missed = missed_library = 0
        for value, bounds, pair in zip(values, found, found_library, strict=True):
            point = mpmath.mpf(value.numerator) / value.denominator
            true = fraction(getattr(mpmath, name)(point)._mpf_)
            ends = arithmetic.interval(bounds)
            missed += not Fraction(ends.low) <= true <= Fraction(ends.high)
            low, high = map(fraction, pair._mpi_)
            missed_library += not low <= true <= high
        times = "".join(f"{spent / VALUES * 1e6:7.1f} µs" for spent in (own, other))
        print(f"{name:20}{times}{missed:14}{missed_library:8}", flush=True)


def formula_pairs() -> list[Any]:
    """Arguments of `equivalence` for the formulas that the shipped bank's checks prove equal."""
    pairs = []
    decide = equivalence.equivalence

    def remembered(*arguments: Any) -> equivalence.Verdict:
        verdict = decide(*arguments)
        if verdict.outcome == "equal":
            pairs.append(arguments)
        return verdict

    with patch.object(equivalence, "equivalence", remembered):
        for template in load_banks(["builtin"])[0].questions.values():
            if "FormulaTemplate(" in repr(template.answer):
                check_question(template, How(2))
    return pairs


def worker_start() -> float:
    """Processor time of a process that only imports SymPy, as the worker does first."""
    before = os.times()
    subprocess.run([sys.executable, "-P", "-c", "import sympy"], check=True)
    after = os.times()
    return after.children_user + after.children_system - sum(before[2:4])


def print_identities() -> None:
    """Times of our proofs and of SymPy's, beside the comparison at points before them."""
    pairs = formula_pairs()
    requests = [
        {"first": postfix(first), "second": postfix(second), "domains": dict(domains)}
        for first, second, domains in pairs
    ]
    places = [
        (first, second, point)
        for first, second, domains in pairs
        for point in points(domains, constants_of(first, second))
    ]
    spent, _ = seconds(lambda: [compare(*place) for place in places])
    print(f"\n{len(pairs)} equal formulas compared at {len(places)} points: {spent:.2f} s")
    spent, proved = seconds(lambda: sum(identical(first, second) for first, second, _ in pairs))
    print(f"proofs by our polynomials:  {proved:4} in {spent:.3f} s")
    is_proved(requests[0])  # imports SymPy
    spent, proved = seconds(lambda: sum(map(is_proved, requests)))
    start = worker_start()
    print(f"proofs by SymPy:            {proved:4} in {spent:.3f} s, and {start:.2f} s to start it")


if __name__ == "__main__":
    print_intervals()
    print_identities()
