"""One result of a batch of variants, as the first route and the second give it, compared.

Torch is imported where it is used.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, assert_never

from qgen.document.formula import Formula, VariableDomain, symbols
from qgen.document.values import FORMULA_TYPES, Complex, Value, show
from qgen.solvers.numerics.formula_values import POINTS, Points, evaluate_alike, skeleton

if TYPE_CHECKING:
    from torch import Tensor

ROUNDING = 1e-13
"""Where terms cancel, what rounding leaves of them is so large a share of the largest entry, or
of 1 where that is smaller."""
TINY = 1e-30
"""Rounding leaves nothing this small: it is a result, such as a density far from the mean."""
STANDARD_ERRORS = 5
RESOLUTION = 0.05
"""A sampled result proves nothing if five of its standard errors exceed this share of it (or
of 1, where it is smaller)."""

_NUMBERS = frozenset({int, float, Fraction})

Shape: TypeAlias = "str | tuple[Shape, ...]"
Kind: TypeAlias = Literal["number", "truth", "text", "formula", "mixture"]


_SHAPES: Mapping[type, Shape] = {
    **dict.fromkeys(_NUMBERS, "number"),
    **dict.fromkeys(FORMULA_TYPES, "formula"),
    bool: "truth",
    str: "text",
}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where the routes differ: the variant's index in the batch, and what each route says."""

    variant: int
    result: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Comparison:
    disagreements: tuple[Disagreement, ...] = ()
    largest: float = 0.0


@dataclass(frozen=True, slots=True)
class Expected:
    """A result as the first route gives it for each variant; all values have one shape."""

    result: str
    values: Sequence[Value]
    tolerance: float
    domains: Mapping[str, VariableDomain] = field(default_factory=dict)

    def fault(self, variant: int, second: str, first: str | None = None) -> Disagreement:
        """This variant's disagreement."""
        return Disagreement(variant, self.result, first or show(self.values[variant]), second)

    def all_faulty(self, second: str) -> Comparison:
        """What the second route gave as a whole cannot be compared."""
        faults = (self.fault(index, second) for index in range(len(self.values)))
        return Comparison(tuple(faults), math.inf)


def shape_of(value: Value) -> Shape:
    """What a value is made of: its kind, or the shapes of a tuple's entries."""
    kind = type(value)
    if kind in _NUMBERS:
        return "number"
    if isinstance(value, tuple):
        if _NUMBERS.issuperset(map(type, value)):
            return ("number",) * len(value)
        return tuple(map(shape_of, value))
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, str):
        return "text"
    return "formula" if isinstance(value, FORMULA_TYPES) else "number"


def shapes_of(values: Sequence[Value]) -> Sequence[Shape]:
    """The shape of each value; mostly all are of one kind, and are not looked at one by one."""
    kinds = {_SHAPES.get(kind) for kind in set(map(type, values))}
    shape = kinds.pop() if len(kinds) == 1 else None
    return list(map(shape_of, values)) if shape is None else (shape,) * len(values)


def kind_of(shape: Shape) -> Kind:
    """`number` and `truth` for what fits into one tensor; other tuples are a `mixture`."""
    match shape:
        case "number" | "truth" | "text" | "formula":
            return shape
        case (first, *rest) if all(entry == first for entry in rest):
            kind = kind_of(first)
            return kind if kind in ("number", "truth") else "mixture"
        case _:
            return "mixture"


def floats(value: Value) -> Any:
    """A number, or a nested tuple of numbers, in double precision; complex where they are."""
    kind = type(value)
    if kind is float:
        return value
    if kind is Fraction or kind is int:
        number: Any = value
        above, below = number.as_integer_ratio()
        return above / below  # as `float` does, which looks for other kinds of numbers first
    if isinstance(value, tuple):
        return [entry if type(entry) is float else floats(entry) for entry in value]
    if isinstance(value, (str, *FORMULA_TYPES)):
        raise TypeError(f"{show(value)} is not a number")
    if isinstance(value, Complex):
        return complex(value.real, value.imaginary)
    return float(value)


def number_tensor(values: Sequence[Value]) -> "Tensor":
    """Numbers of all variants in double precision, complex where one of them is."""
    import torch

    numbers, shape = _flattened(values)
    plain = [value if type(value) is float else floats(value) for value in numbers]
    try:
        return torch.tensor(plain, dtype=torch.float64).reshape(shape)
    except TypeError:  # one of them is complex
        return torch.tensor(plain, dtype=torch.complex128).reshape(shape)


def _flattened(values: Sequence[Value]) -> tuple[Sequence[Value], list[int]]:
    """The numbers inside tuples of one shape, one after the other, and that shape."""
    shape = [len(values)]
    while values and isinstance(values[0], tuple):
        rows: Any = values
        shape.append(len(rows[0]))
        values = [entry for row in rows for entry in row]
    return values, shape


def missing(expected: Expected) -> Comparison:
    """The comparison of a result that the second route does not return."""
    return expected.all_faulty("nothing: the second route does not return it")


def compare(expected: Expected, returned: object) -> Comparison:
    """Compares a result of some variants with what the second route returned for them."""
    kind = kind_of(shape_of(expected.values[0]))
    match kind:
        case "number":
            return _compare_numbers(expected, returned)
        case "truth":
            return _compare_truths(expected, returned)
        case "formula":
            return _compare_formulas(expected, returned)
        case "text":
            return _compare_texts(expected, returned)
        case "mixture":
            return _compare_entries(expected, returned)
        case _:
            assert_never(kind)


def _compare_numbers(expected: Expected, returned: object) -> Comparison:
    import torch

    first = number_tensor(expected.values)
    second: Any
    errors: Any
    second, errors = (
        returned if isinstance(returned, tuple) and len(returned) == 2 else (returned, None)
    )
    for tensor in (second,) if errors is None else (second, errors):
        fault = _unlike(tensor, tuple(first.shape), truths=False, may_be_complex=tensor is second)
        if fault:
            return expected.all_faulty(fault)
    if second.is_complex():  # a complex result may be real for some variants
        first = first.to(torch.complex128)
    agree, largest = agreement(first, second, errors, expected.tolerance)
    wrong = (~agree).reshape(len(first), -1).any(-1).nonzero()[:, 0].tolist()
    faults = tuple(
        expected.fault(index, _describe(second[index], None if errors is None else errors[index]))
        for index in wrong
    )
    return Comparison(faults, largest)


def agreement(
    first: "Tensor", second: "Tensor", errors: "Tensor | None", tolerance: float
) -> tuple["Tensor", float]:
    """Where two float tensors of one shape agree, and their largest relative difference.

    The first axis is that of variants. Differences are relative beyond what rounding may leave;
    where a variant of the batch has a tiny value, all are. Sampled values, which have standard
    errors, agree only where these are narrow enough to prove something; their difference is not
    measured. NaN agrees with nothing.
    """
    second = second.detach().to(first.dtype)
    size = first.abs()
    difference = (first - second).abs()
    rounding = _rounding(size) if tolerance else size.new_zeros(1)
    allowed = tolerance * size + rounding
    if errors is None:
        beyond = (difference - rounding).clamp(min=0)
        shares = (beyond / size).where(beyond > 0, beyond).nan_to_num(nan=float("inf"))
        return difference <= allowed, float(shares.max()) if shares.numel() else 0.0
    spread = STANDARD_ERRORS * errors.detach().double()
    sharp = (spread >= 0) & (spread <= RESOLUTION * size.clamp(min=1))
    return sharp & (difference <= allowed + spread), 0.0


def _rounding(size: "Tensor") -> "Tensor":
    """What rounding may leave in each value, from the values' magnitudes."""
    if bool(((size > 0) & (size < TINY)).any()) or not size.numel():
        return size.new_zeros(1)
    rows = size.reshape(len(size), -1)
    largest = rows.amax(-1).clamp(min=1).reshape(-1, *[1] * (size.dim() - 1))
    return ROUNDING * largest.nan_to_num(posinf=1.0)


def _unlike(
    tensor: object, shape: tuple[int, ...], *, truths: bool, may_be_complex: bool = False
) -> str | None:
    """Why this is no tensor of numbers (or truths) of the shape, or None."""
    import torch

    if not isinstance(tensor, torch.Tensor):
        return f"a {type(tensor).__name__}, not a tensor"
    refused = tensor.dtype != torch.complex128 or not may_be_complex
    if (tensor.is_complex() and refused) or (tensor.dtype == torch.bool) is not truths:
        return f"a tensor of {tensor.dtype}"
    if tuple(tensor.shape) != shape:
        return f"a tensor of shape {tuple(tensor.shape)} where {shape} belongs"
    return None


def _describe(second: "Tensor", errors: "Tensor | None" = None) -> str:
    def text(entry: Any) -> str:
        if isinstance(entry, list):
            return f"({', '.join(map(text, entry))})"
        return f"{entry:.12g}" if isinstance(entry, (float, complex)) else str(entry)

    told = text(second.tolist())
    return told if errors is None else f"{told} with standard error {text(errors.tolist())}"


def _compare_truths(expected: Expected, returned: object) -> Comparison:
    import torch

    first = torch.tensor(expected.values, dtype=torch.bool)
    fault = _unlike(returned, tuple(first.shape), truths=True)
    if fault or not isinstance(returned, torch.Tensor):
        return expected.all_faulty(fault or "")
    wrong = (first != returned).reshape(len(first), -1).any(-1).nonzero()[:, 0].tolist()
    return Comparison(tuple(expected.fault(index, _describe(returned[index])) for index in wrong))


def _compare_texts(expected: Expected, returned: object) -> Comparison:
    if not isinstance(returned, (list, tuple)) or len(returned) != len(expected.values):
        return expected.all_faulty("no list with a text for each variant")
    pairs = enumerate(zip(expected.values, returned, strict=True))
    return Comparison(
        tuple(
            expected.fault(index, str(second))
            for index, (first, second) in pairs
            if first != second
        )
    )


def _compare_entries(expected: Expected, returned: object) -> Comparison:
    rows = [value for value in expected.values if isinstance(value, tuple)]
    count = len(rows[0])
    if not isinstance(returned, (list, tuple)) or len(returned) != count:
        return expected.all_faulty(f"no sequence of {count} entries")
    found = [
        compare(
            Expected(
                f"{expected.result}[{entry}]",
                [row[entry] for row in rows],
                expected.tolerance,
                expected.domains,
            ),
            returned[entry],
        )
        for entry in range(count)
    ]
    return Comparison(
        tuple(fault for each in found for fault in each.disagreements),
        max((each.largest for each in found), default=0.0),
    )


def _compare_formulas(expected: Expected, returned: object) -> Comparison:
    """At the points of the symbols' domains, where the first route's formula must be defined."""
    if not callable(returned):
        return expected.all_faulty(f"a {type(returned).__name__}, not a function of points")
    count = len(expected.values)
    points = Points(expected.domains, count)
    try:
        second = returned(points)
    except (Exception, SystemExit) as error:  # the check's own code runs here too
        return expected.all_faulty(f"an error: {type(error).__name__}: {error}")
    fault = _unlike(second, (count, POINTS), truths=False)
    if fault:
        return expected.all_faulty(fault)
    first = _formula_values(expected)
    agree, largest = agreement(first, second, None, expected.tolerance)
    faults = []
    for index in (~agree).any(-1).nonzero()[:, 0].tolist():
        point = int((~agree[index]).nonzero()[0, 0])
        faults.append(
            expected.fault(
                index,
                f"{float(second[index, point]):.12g} there",
                _at_point(expected, index, point, float(first[index, point])),
            )
        )
    return Comparison(tuple(faults), largest)


def _at_point(expected: Expected, index: int, point: int, value: float) -> str:
    """A formula of the first route with its value at one of the points."""
    formula = expected.values[index]
    names = sorted(symbols(formula)) if isinstance(formula, FORMULA_TYPES) else []
    points = Points(expected.domains, 1)
    here = ", ".join(f"{name} = {float(points[name][0, point]):.6g}" for name in names)
    told = f"{value:.12g}" if math.isfinite(value) else "undefined"
    return f"{show(formula)}, which is {told}{f' at {here}' if here else ''}"


def _formula_values(expected: Expected) -> "Tensor":
    """The first route's formulas [variants, points]."""
    import torch

    # What holds no drawn number is often one and the same object for all variants.
    kinds = {id(value): value for value in expected.values}
    places = {identity: place for place, identity in enumerate(kinds)}
    formulas = [value for value in kinds.values() if isinstance(value, FORMULA_TYPES)]
    groups: dict[object, list[int]] = {}
    for index, formula in enumerate(formulas):
        groups.setdefault(skeleton(formula), []).append(index)
    first = torch.empty(len(formulas), POINTS, dtype=torch.float64)
    for indices in groups.values():
        alike: list[Formula] = [formulas[index] for index in indices]
        first[indices] = evaluate_alike(alike, Points(expected.domains, len(alike)))
    return first[[places[id(value)] for value in expected.values]]
