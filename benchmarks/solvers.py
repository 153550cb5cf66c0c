"""Solved variants per second of every solver: exact route, and torch route batched or not.

    python benchmarks/solvers.py            # all topics
    python benchmarks/solvers.py gaussian   # one

Each solver's own examples are repeated to a batch; the exact route solves it one variant at a
time, the second route proves it in one call and, for comparison, a tenth of it in single calls.
"""

import argparse
import time
from itertools import cycle, islice

from qgen.solvers.routes.registry import Solver, all_solvers, complete_arguments, solve
from qgen.solvers.routes.verification import verify

BATCH = 200


def per_second(count: int, seconds: float) -> str:
    return f"{count / seconds:10.0f}"


def measure(solver: Solver) -> str:
    values = list(islice(cycle(solver.examples), BATCH))
    start = time.perf_counter()
    answers = [solve(solver, each) for each in values]
    exact = time.perf_counter() - start
    batch = [complete_arguments(solver, each) for each in values]
    verify(solver, batch[:1], answers[:1])  # the first call imports torch
    start = time.perf_counter()
    verify(solver, batch, answers)
    batched = time.perf_counter() - start
    single = BATCH // 20
    start = time.perf_counter()
    for each, answer in islice(zip(batch, answers, strict=True), single):
        verify(solver, [each], [answer])
    alone = time.perf_counter() - start
    figures = (per_second(BATCH, exact), per_second(BATCH, batched), per_second(single, alone))
    return f"{solver.name:42}{''.join(figures)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("topics", nargs="*")
    chosen = parser.parse_args().topics
    print(f"{'variants per second':42}{'exact':>10}{'batched':>10}{'single':>10}")
    for solver in all_solvers():
        if not chosen or solver.name.partition(".")[0] in chosen:
            print(measure(solver), flush=True)


if __name__ == "__main__":
    main()
