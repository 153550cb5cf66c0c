"""The second route of derived values as a check calls it: a batch of variants in, tensors out."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch

from qgen.document.derivation import OPERATIONS, Apply, Derivation, Name, Term, names
from qgen.solvers.derivations.definitions import Definitions, broadcast

if TYPE_CHECKING:
    from torch import Tensor

TOGETHER = {0: 1000, 1: 100}
"""So many variants are evaluated at once, by the depth of integrals and sums; 2 for deeper."""


def evaluated(
    lines: Sequence[Derivation],
    wanted: Sequence[Derivation],
    values: Mapping[str, Any],
    always: str,
) -> dict[str, Any]:
    """Each wanted line's value by its definition, or for a formula a function of points.

    `values` are tensors with an axis of variants, `always` the name of one that is there.
    """
    entries = {name: tensor for each in values for name, tensor in _entries(each, values[each])}
    known = {line.name: line for line in lines}
    found: dict[str, Any] = {}
    for line in wanted:
        definitions = Definitions(known, frozenset(entries))
        found[line.name] = value = _line(definitions, line, dict(entries), len(values[always]))
        if not line.variables and value.ndim == 1:
            # Later lines that rest on this one need not find it again.
            entries[line.name] = value
    return found


def _entries(name: str, value: "Tensor") -> list[tuple[str, "Tensor"]]:
    """A number under its name; the entries of a vector or a matrix under theirs."""
    if value.ndim == 1:
        return [(name, value)]
    return [
        entry
        for index in range(value.shape[1])
        for entry in _entries(f"{name}[{index}]", value[:, index])
    ]


def _line(
    definitions: Definitions, line: Derivation, entries: Mapping[str, "Tensor"], count: int
) -> Any:
    others = {name: other for name, other in definitions.lines.items() if name not in entries}
    together = TOGETHER.get(_depth(line.term, others), 2)
    read = [entries[name] for name in sorted(_read(line.term, others) & entries.keys())]

    def rounds(points: Mapping[str, "Tensor"]) -> "Tensor":
        parts = []
        places, kind_of = _kinds([*read, *(points[name] for name in line.variables)], count)
        for start in range(0, len(places), together):
            chosen = places[start : start + together]
            env = {name: value[chosen] for name, value in entries.items()}
            if line.variables:
                env = {name: value[:, None] for name, value in env.items()}
                env |= {name: points[name][chosen] for name in line.variables}
            shape = broadcast(value.shape for value in env.values())
            parts.append(_tensor(definitions.value(line.term, env), shape).detach())
        return torch.cat(parts)[kind_of]

    formula: Callable[[Mapping[str, Tensor]], Tensor] = rounds
    return formula if line.variables else rounds({})


def _kinds(columns: Sequence["Tensor"], count: int) -> tuple["Tensor", "Tensor"]:
    """A variant of each kind, and the kind of each: those of one kind have the same numbers."""
    if not columns:
        return torch.zeros(1, dtype=torch.long), torch.zeros(count, dtype=torch.long)
    rows = torch.cat([each.reshape(count, -1).double() for each in columns], dim=1)
    kinds, kind_of = torch.unique(rows, dim=0, return_inverse=True)
    places = torch.empty(len(kinds), dtype=torch.long)
    places[kind_of] = torch.arange(count)
    return places, kind_of


def _read(term: Term, lines: Mapping[str, Derivation]) -> frozenset[str]:
    """The names that a definition reads, itself or by other lines."""
    met: set[str] = set()
    new = set(names(term))
    while new:
        name = new.pop()
        met.add(name)
        if name in lines:
            new |= {*names(lines[name].term)} - met
    return frozenset(met)


def _tensor(value: Any, shape: tuple[int, ...]) -> "Tensor":
    """A number, a vector or a matrix with the axis of variants first."""
    if isinstance(value, list):
        return torch.stack([_tensor(each, shape) for each in value], dim=1)
    expanded: Tensor = value.expand(shape)
    return expanded


def _depth(term: Term, lines: Mapping[str, Derivation]) -> int:
    match term:
        case Apply(operation, arguments):
            inner = max(_depth(each, lines) for each in arguments)
            return inner + int(OPERATIONS[operation].bound)
        case Name(name) if name in lines:
            return _depth(lines[name].term, lines)
        case _:
            return 0
