"""The two routes of a solver against each other, batched over variants.

Torch is imported where it is used: a build whose proofs are all kept never gets here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from qgen.document.values import SolverResults, Value, Values, show_all
from qgen.solvers.routes.comparison import (
    Disagreement,
    Expected,
    compare,
    kind_of,
    missing,
    number_tensor,
    shape_of,
    shapes_of,
)
from qgen.solvers.routes.registry import Check, Solver, SolverFailure, complete_arguments

__all__ = ["Disagreement", "Verification", "verify"]

BATCH = 1000
"""So many variants go to a check in one call, which bounds its memory."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What comparing the routes gave.

    `compared` counts results, one for each name and variant. `largest` is the largest difference
    between the routes, as a share of the value, beyond what rounding leaves where terms cancel;
    results that the second route only samples are left out of it.
    """

    disagreements: tuple[Disagreement, ...]
    compared: int
    largest: float


def verify(
    solver: Solver, batch: Sequence[Values], answers: Sequence[SolverResults]
) -> Verification:
    """Runs the second route on all variants and compares it with `answers`, what `solve` gave.

    The check is called with float64 tensors that have a leading axis for variants: scalars
    [variants], vectors [variants, d], matrices [variants, r, c]; truth values as bool tensors;
    everything else as lists. Variants whose values or answers have different shapes go to
    separate calls. It returns, for every result: a tensor [variants, …] of numbers or truth
    values; for a formula, a callable that takes `{symbol: tensor [variants, points]}` and gives
    such a tensor; for a text, a list; for a tuple of formulas or texts, a sequence of those. A
    pair (tensor, tensor of standard errors) stands for sampled numbers. Named mistakes may be
    returned too and are then compared as well.

    Numbers agree if they differ by at most the check's tolerance times the value, plus what
    rounding leaves where terms cancel, plus five standard errors for sampled ones. A result that is
    missing, not finite or of another shape is a disagreement. Raises SolverFailure if the
    solver has no check, or the check fails or returns names that nobody declared.
    """
    if solver.check is None:
        raise SolverFailure(f"{solver.name} has no second route")
    if len(batch) != len(answers):
        raise ValueError(f"{len(batch)} variants cannot have {len(answers)} answers")
    given = _columns([complete_arguments(solver, values) for values in batch])
    told = _columns(answers)
    disagreements: list[Disagreement] = []
    compared, largest = 0, 0.0
    for indices in _alike((*given.values(), *told.values()), len(batch)):
        chosen = {name: [column[index] for index in indices] for name, column in given.items()}
        returned = _run(solver, solver.check, chosen, len(indices))
        for name in solver.names:
            if name in solver.mistakes and name not in returned:
                continue
            expected = Expected(
                name,
                [told[name][index] for index in indices],
                solver.check.tolerance,
                solver.domains.get(name, {}),
            )
            found = compare(expected, returned[name]) if name in returned else missing(expected)
            disagreements += (
                Disagreement(indices[fault.variant], fault.result, fault.first, fault.second)
                for fault in found.disagreements
            )
            largest = max(largest, found.largest)
            compared += len(indices)
    disagreements.sort(key=lambda each: each.variant)
    return Verification(tuple(disagreements), compared, largest)


def _columns(rows: Sequence[Values]) -> dict[str, list[Value]]:
    """What all variants have under each name."""
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}


def _alike(columns: Iterable[Sequence[Value]], count: int) -> Iterator[Sequence[int]]:
    """The indices of variants whose values and answers have equal shapes, in batches."""
    told = [shapes for shapes in map(shapes_of, columns) if len(set(shapes)) > 1]
    groups: dict[object, list[int]] = {}
    for index, shapes in enumerate(zip(*told, strict=True) if told else repeat((), count)):
        groups.setdefault(shapes, []).append(index)
    for indices in groups.values():
        for start in range(0, len(indices), BATCH):
            yield indices[start : start + BATCH]


def _run(
    solver: Solver, check: Check, arguments: Mapping[str, Sequence[Value]], count: int
) -> Mapping[str, Any]:
    """What the check returns for variants of one shape; its random streams are its own."""
    import torch

    route = f"the second route of {solver.name} ({check.function.__name__})"
    first = {name: column[0] for name, column in arguments.items()}
    given = f"it was given {count} variants, the first with {show_all(first)}"
    # A check that draws from torch's global stream draws the same each time.
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        # Not torch.manual_seed: for machines without such it notes a call for each graphics card.
        torch.default_generator.manual_seed(0)
        try:
            returned = check.function(
                **{name: _batched(column) for name, column in arguments.items()}
            )
        except SolverFailure as failure:
            raise SolverFailure(f"{route} failed: {failure}; {given}") from failure
        except (Exception, SystemExit) as error:
            raise SolverFailure(
                f"{route} failed: {type(error).__name__}: {error}; {given}"
            ) from error
    if not isinstance(returned, Mapping):
        raise SolverFailure(f"{route} returned a {type(returned).__name__}, not a dict")
    stray = sorted(returned.keys() - {*solver.names})
    if stray:
        raise SolverFailure(f"{route} returned undeclared {', '.join(stray)}")
    return returned


def _batched(values: Sequence[Value]) -> Any:
    """One argument of all variants: a tensor where it holds numbers or truth values."""
    import torch

    match kind_of(shape_of(values[0])):
        case "number":
            return number_tensor(values)
        case "truth":
            return torch.tensor(values, dtype=torch.bool)
        case _:
            return list(values)
