"""Breaks solvers and mistakes one at a time, and shows that `qgen check` catches every break.

    python -m tests.mutate               # the whole shipped bank
    python -m tests.mutate --variants 50 bernoulli-kl-value

For each question and each result of its solvers that the question's key reads: the result with
its sign flipped, doubled, and computed from two swapped arguments. For each mistake that the
question names: the mistake replaced by the key. What survives is printed; the exit status is 1.
A break that changes neither a result that the key reads (minus zero, or a swap in a product) nor
the mistake that it replaces is no break and is left out.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from math import isclose
from typing import Any

from qgen.bank.templates import (
    ChoiceTemplate,
    FormulaTemplate,
    MatchingTemplate,
    NumericTemplate,
    OrderingTemplate,
    Placed,
    QuestionTemplate,
)
from qgen.banks import load_banks
from qgen.checking import How, check_question
from qgen.document.formula import Number, Product
from qgen.document.values import FORMULA_TYPES, SolverResults, Value
from qgen.generator.drawing import VariantFailure
from qgen.production import variant_source
from qgen.question_solvers import question_solvers
from qgen.solvers.routes import registry
from qgen.solvers.routes.registry import Solver, SolverFailure, solve

Change = Callable[[Solver, Mapping[str, Value]], SolverResults]


def scaled(value: Value, factor: int) -> Value:
    """A number, a formula or an array times a factor; a truth value flipped."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, Fraction, float)):
        return value * factor
    if isinstance(value, tuple):
        return tuple(scaled(entry, factor) for entry in value)
    if isinstance(value, FORMULA_TYPES):
        return Product((Number(factor), value))
    return f"not {value}"


def result_change(result: str, factor: int) -> Change:
    def changed(solver: Solver, arguments: Mapping[str, Value]) -> SolverResults:
        answers = dict(solver.function(**arguments))
        answers[result] = scaled(answers[result], factor)
        return answers

    return changed


def swap_change(first: str, second: str) -> Change:
    def changed(solver: Solver, arguments: Mapping[str, Value]) -> SolverResults:
        swapped = {**arguments, first: arguments[second], second: arguments[first]}
        return solver.function(**swapped)

    return changed


def mistake_change(mistake: str, key: str) -> Change:
    def changed(solver: Solver, arguments: Mapping[str, Value]) -> SolverResults:
        answers = dict(solver.function(**arguments))
        answers[mistake] = answers[key]
        return answers

    return changed


@contextmanager
def broken(solver: Solver, change: Change) -> Iterator[Solver]:
    """The registry with one solver broken."""

    def function(**arguments: Any) -> SolverResults:
        return change(solver, arguments)

    mutant = replace(solver, function=function)
    registry._SOLVERS[solver.name] = mutant
    try:
        yield mutant
    finally:
        registry._SOLVERS[solver.name] = solver


def names_of(template: QuestionTemplate) -> tuple[set[str], set[tuple[str, str]]]:
    """The names that keys read, and pairs of a mistake's name and its key's name."""
    keys: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    for answer in (part.answer for part in template.parts):
        if isinstance(answer, (NumericTemplate, FormulaTemplate)):
            key = answer.answer.expression
            keys |= key.names
            for mistake in answer.mistakes:
                wrong = mistake.answer.expression
                if wrong.source.isidentifier() and key.source.isidentifier():
                    pairs.add((wrong.source, key.source))
        elif isinstance(answer, ChoiceTemplate):
            printed: dict[bool, set[str]] = {True: set(), False: set()}
            for option in answer.options:
                if isinstance(option.correct, Placed):
                    keys |= option.correct.expression.names
                if option.only_hole is not None:
                    hole = template.holes[option.only_hole].expression
                    printed[option.correct is True] |= hole.names if len(hole.names) == 1 else set()
            keys |= printed[True]
            pairs |= {(wrong, key) for wrong in printed[False] for key in printed[True]}
        elif isinstance(answer, MatchingTemplate):
            holes = [right.only_hole for right in answer.rights[: len(answer.pairs)]]
            keys |= {
                name
                for hole in holes
                if hole is not None
                for name in template.holes[hole].expression.names
            }
        elif isinstance(answer, OrderingTemplate):
            keys |= {name for value in answer.values for name in value.expression.names}
    return keys, pairs


def changes(template: QuestionTemplate, solver: Solver) -> Iterator[tuple[str, Change, set[str]]]:
    """Each break in words, what it does, and the names that it must change to be one."""
    keys, pairs = names_of(template)
    keys &= set(solver.results)
    for result in sorted(keys):
        yield f"{result} with its sign flipped", result_change(result, -1), keys
        yield f"{result} doubled", result_change(result, 2), keys
    names = [parameter.name for parameter in solver.parameters]
    if keys:
        for first, second in combinations(names, 2):
            yield f"{first} and {second} swapped", swap_change(first, second), keys
    for mistake, key in sorted(pairs):
        if mistake in solver.mistakes and key in keys:
            what = f"the mistake {mistake} replaced by {key}"
            yield what, mistake_change(mistake, key), {mistake}


def alike(right: Value, wrong: Value) -> bool:
    """Whether two values are the same but for rounding."""
    if isinstance(right, float) and isinstance(wrong, float):
        return isclose(right, wrong, rel_tol=1e-12, abs_tol=1e-15)
    if isinstance(right, tuple) and isinstance(wrong, tuple) and len(right) == len(wrong):
        return all(map(alike, right, wrong))
    return right == wrong


def is_visible(
    template: QuestionTemplate, solver: Solver, mutant: Solver, watched: set[str], variants: int
) -> bool:
    """Whether the break changes one of the watched values by more than rounding."""
    solvers, _ = question_solvers(template)
    source = variant_source(template, solvers, 0, "check")
    try:
        for variant in source.variants([f"variant {n}" for n in range(1, variants + 1)]):
            right = solve(solver, variant.values)
            wrong = solve(mutant, variant.values)
            if any(not alike(right[name], wrong[name]) for name in watched):
                return True
    except (SolverFailure, VariantFailure):
        return True  # a break that the solver's own checks refuse
    return False


def survivors(template: QuestionTemplate, variants: int) -> Iterator[str]:
    """The breaks of a question's solvers that its check does not see."""
    solvers, _ = question_solvers(template)
    for solver in solvers:
        for what, change, watched in changes(template, solver):
            with broken(solver, change) as mutant:
                problems = check_question(template, How(variants)).problems
            caught = any(problem.severity == "error" for problem in problems)
            if not caught and is_visible(template, solver, mutant, watched, variants):
                yield f"{template.header.identifier}: {solver.name}: {what}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", nargs="*")
    parser.add_argument("--variants", type=int, default=20)
    chosen = parser.parse_args()
    bank, problems = load_banks(())
    if problems:
        sys.exit("\n".join(map(str, problems)))
    tried, alive = 0, []
    for identifier, template in bank.questions.items():
        if template.solvers and (not chosen.questions or identifier in chosen.questions):
            solvers, _ = question_solvers(template)
            tried += sum(1 for solver in solvers for _ in changes(template, solver))
            alive += list(survivors(template, chosen.variants))
    print("\n".join([*alive, f"{tried} breaks tried, {len(alive)} survived"]))
    sys.exit(bool(alive))


if __name__ == "__main__":
    main()
