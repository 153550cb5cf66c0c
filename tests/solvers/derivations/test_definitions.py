"""Definitions by numbers against values from tables and textbooks, never from computer algebra."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch

from qgen.bank.derivations import Scope, read_derivation
from qgen.document.derivation import Derivation
from qgen.document.formula import VariableDomain
from qgen.solvers.derivations import definitions
from qgen.solvers.derivations.definitions import broadcast
from qgen.solvers.derivations.quadrature import integral
from qgen.solvers.derivations.roots import only_root
from qgen.solvers.derivations.second_route import evaluated

A = [0.5, 1.0, 3.0]
"""The values of `a` in the batch; `n` is 4, 5, 6 there."""


def line(name: str, source: str, variables: dict[str, VariableDomain] | None = None) -> Derivation:
    scope = Scope({"a": (), "n": (), "M": (2, 2)}, {"density": ("x",)})
    return read_derivation(name, source, variables or {}, scope)


DENSITY = line("density", "a*exp(-a*x)", {"x": "nonnegative"})


def values(source: str) -> Any:
    count = len(A)
    given = {
        "a": torch.tensor(A, dtype=torch.float64),
        "n": torch.arange(4.0, 4.0 + count, dtype=torch.float64),
        "M": torch.tensor([[[2.0, 1.0], [1.0, 3.0 + i]] for i in range(count)]).double(),
        "always": torch.zeros(count, dtype=torch.float64),
    }
    it = line("it", source)
    return evaluated([DENSITY, it], [it], given, "always")["it"].tolist()


KNOWN: list[tuple[str, Callable[[float], float]]] = [
    ("integrate(x*density, x, 0, oo)", lambda a: 1 / a),
    ("integrate(density, x, a, oo)", lambda a: math.exp(-a * a)),
    ("integrate(density(s), s, 0, 2)", lambda a: 1 - math.exp(-2 * a)),
    ("integrate(exp(-(z**2)/(2*a**2)), z, -oo, oo)", lambda a: a * math.sqrt(2 * math.pi)),
    ("integrate(exp(-((z - 40)**2)/(2*a**2)), z, -oo, oo)", lambda a: a * math.sqrt(2 * math.pi)),
    ("integrate(exp(-((10*(z - 40))**2)/2), z, -oo, oo)", lambda a: math.sqrt(2 * math.pi) / 10),
    ("integrate(1/sqrt(z), z, 0, a)", lambda a: 2 * math.sqrt(a)),
    ("integrate(log(z), z, 0, a)", lambda a: a * math.log(a) - a),
    ("integrate(abs(z - a), z, 0, 4)", lambda a: a * a / 2 + (4 - a) ** 2 / 2),
    ("integrate(abs(z - a)*exp(-abs(z))/2, z, -oo, oo)", lambda a: a + math.exp(-a)),
    ("integrate(max(0, z - a), z, -1, 4)", lambda a: (4 - a) ** 2 / 2),
    ("integrate(1/(1 + z**2), z, -oo, oo)", lambda a: math.pi),
    ("integrate(abs(sin(z)), z, 0, 2*pi)", lambda a: 4),
    ("integrate(abs(z**2 - a), z, 0, 1)", lambda a: abs(a) - 1 / 3 if a >= 1 else 0.30473785),
    ("integrate(exp(a*z)/(1 + exp(a*z))**2, z, -oo, oo)", lambda a: 1 / a),
    ("integrate(1/(a + 1 + cos(z)), z, 0, 2*pi)", lambda a: 2 * math.pi / math.sqrt(a * a + 2 * a)),
    ("integrate(z, z, 2, 0)", lambda a: -2),
    ("integrate(z, z, a, a)", lambda a: 0),
    ("integrate(integrate(z*y, y, 0, z), z, 0, a)", lambda a: a**4 / 8),
    ("sum(a**k*exp(-a)/factorial(k), k, 0, oo)", lambda a: 1),
    ("sum(k*a**k*exp(-a)/factorial(k), k, 0, oo)", lambda a: a),
    ("sum((a/4)**k, k, 0, oo)", lambda a: 1 / (1 - a / 4)),
    ("sum(1/k**2, k, 1, oo)", lambda a: math.pi**2 / 6),
    ("sum((-1)**k/(k + 1), k, 0, oo)", lambda a: math.log(2)),
    ("sum(binomial(6, k)*k, k, 0, 6)", lambda a: 192),
    ("product(1 - 1/k**2, k, 2, oo)", lambda a: 0.5),
    ("product(k, k, 1, 5)", lambda a: 120),
    ("limit((1 + a/h)**h, h, oo)", math.exp),
    ("limit(sin(a*h)/h, h, 0)", lambda a: a),
    ("limit((exp(h) - 1)/h, h, 0)", lambda a: 1),
    ("solve(z**2 == a, z, 0, oo)", math.sqrt),
    ("solve(exp(z) == a + 1, z)", lambda a: math.log(a + 1)),
    ("solve(z**3 == a, z)", lambda a: a ** (1 / 3)),
    ("diff(a**3, a)", lambda a: 3 * a**2),
    ("diff(a**3, a, 2)", lambda a: 6 * a),
    ("diff(integrate(density, x, 0, 2), a)", lambda a: 2 * math.exp(-2 * a)),
    ("expand((a + 1)**2)", lambda a: (a + 1) ** 2),
    ("gamma(a) + erf(a)", lambda a: math.gamma(a) + math.erf(a)),
]


@pytest.mark.parametrize(("source", "known"), KNOWN, ids=[source for source, _ in KNOWN])
def test_what_textbooks_know(source: str, known: Callable[[float], float]) -> None:
    assert values(source) == pytest.approx([known(a) for a in A], rel=2e-7, abs=1e-9)


@pytest.mark.parametrize(
    "source",
    [
        "integrate(1/z, z, 0, a)",
        "integrate(1/z, z, 1, oo)",
        "integrate(sin(z), z, 0, oo)",
        "integrate(1/(z - 2), z, 1, 4)",
        "sum(1/k, k, 1, oo)",
        "sum((-1)**k, k, 0, oo)",
        "limit(sin(h), h, oo)",
        "limit(1/h, h, 0)",
        "limit(abs(h)/h, h, 0)",
        "solve(z**2 == a, z)",
        "solve(z**2 == -a, z)",
        "solve(1/z == 0, z)",
    ],
)
def test_what_has_no_value_is_nan(source: str) -> None:
    assert all(math.isnan(each) for each in values(source))


def test_matrices() -> None:
    assert values("det(M)") == pytest.approx([5, 7, 9])
    assert values("trace(M)") == pytest.approx([5, 6, 7])
    assert values("inverse(M)")[0] == [pytest.approx([0.6, -0.2]), pytest.approx([-0.2, 0.4])]
    assert values("matmul(M, [1, a])")[1] == pytest.approx([3, 5])
    assert values("eigenvalues([[0, 1], [1, 0]])")[0] == pytest.approx([-1, 1])
    assert math.isnan(values("eigenvalues([[0, 1], [-1, 0]])")[0][0])
    assert values("transpose([[1, 2], [3, 4]]) + M")[0] == [[3, 4], [3, 7]]


def test_a_formula_is_a_function_of_points() -> None:
    given = {"a": torch.tensor(A).double(), "always": torch.zeros(3).double()}
    slope = line("slope", "diff(density, x)", {"x": "nonnegative"})
    whole = line("whole", "integrate(density(s), s, 0, x)", {"x": "nonnegative"})
    taylor = line("taylor", "series(exp(a*x), x, 0, 3)", {"x": "real"})
    lines = [DENSITY, slope, whole, taylor]
    found = evaluated(lines, lines, given, "always")
    points = {"x": torch.tensor([[0.0, 0.5, 2.0]] * 3).double()}
    for row, a in enumerate(A):
        for column, x in enumerate((0.0, 0.5, 2.0)):
            at = row, column
            assert float(found["slope"](points)[at]) == pytest.approx(-a * a * math.exp(-a * x))
            assert float(found["whole"](points)[at]) == pytest.approx(1 - math.exp(-a * x))
            assert float(found["taylor"](points)[at]) == pytest.approx(1 + a * x + (a * x) ** 2 / 2)


@pytest.mark.parametrize("source", ["a*M[1][1]", "det(M)", "sum(a*k*n, k, 1, 3)", "density(n)"])
def test_variants_that_share_some_numbers_only_have_values_of_their_own(source: str) -> None:
    """Among three kinds of variants in mixed order, beside each kind alone."""
    kinds = {
        "a": torch.tensor([2.0, 0.5, 2.0, 2.0]).double(),
        "n": torch.tensor([4.0, 4.0, 5.0, 4.0]).double(),
        "M": torch.tensor([[[2.0, 1.0], [1.0, last]] for last in (3.0, 3.0, 3.0, 8.0)]).double(),
        "always": torch.zeros(4).double(),
    }
    it = line("it", source)
    order = torch.tensor([3, 0, 1, 2, 0, 3, 1, 1, 2, 0])
    mixed = {name: each[order] for name, each in kinds.items()}
    alone = [
        evaluated([DENSITY, it], [it], {n: v[[kind]] for n, v in kinds.items()}, "always")["it"]
        for kind in order.tolist()
    ]
    found = evaluated([DENSITY, it], [it], mixed, "always")["it"]
    assert found.tolist() == torch.cat(alone).tolist()


def test_a_formula_keeps_the_points_of_each_variant_apart() -> None:
    given = {"a": torch.tensor([2.0, 2.0, 1.0]).double(), "always": torch.zeros(3).double()}
    square = line("square", "a*x**2", {"x": "real"})
    points = {"x": torch.tensor([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]]).double()}
    found = evaluated([square], [square], given, "always")["square"](points)
    assert found.tolist() == [[2, 8], [18, 32], [1, 4]]


def test_a_line_that_rests_on_another_does_not_find_it_again(monkeypatch) -> None:
    found = []
    monkeypatch.setattr(
        definitions, "only_root", lambda *given: found.append(1) or only_root(*given)
    )
    given = {"a": torch.tensor(A).double(), "always": torch.zeros(3).double()}
    scope = Scope({"a": ()}, {"root": ()})
    root = read_derivation("root", "solve(x**3 == a, x)", {}, scope)
    double = read_derivation("double", "2*root", {}, scope)
    curve = read_derivation("curve", "diff(root*x**2, x)", {"x": "real"}, scope)
    results = evaluated([root, double, curve], [root, double, curve], given, "always")
    points = {"x": torch.tensor([[1.0, 3.0]] * 3).double()}
    for row, a in enumerate(A):
        assert float(results["double"][row]) == pytest.approx(2 * a ** (1 / 3))
        assert float(results["curve"](points)[row, 1]) == pytest.approx(6 * a ** (1 / 3))
    assert len(found) == 1


def test_ends_may_be_infinite_in_some_variants_of_a_batch():
    low = torch.tensor([-math.inf, 0.0, -math.inf, 0.0], dtype=torch.float64)
    high = torch.tensor([math.inf, math.inf, 0.0, 1.0], dtype=torch.float64)
    found = integral(lambda points: torch.exp(-points * points), low, high, ())
    half = math.sqrt(math.pi) / 2
    assert found.tolist() == pytest.approx([2 * half, half, half, half * math.erf(1)], rel=1e-9)


@pytest.mark.parametrize(
    "shapes", [((3, 1), (4,)), ((1,), (2, 1, 5), (3, 1)), ((), (2,)), ((1, 1),), ((0, 1), (1, 3))]
)
def test_shapes_go_together_as_torch_says(shapes):
    assert broadcast(shapes) == tuple(torch.broadcast_shapes(*shapes))


def test_shapes_that_do_not_go_together_are_refused():
    with pytest.raises(ValueError, match="do not go together"):
        broadcast(((3, 2), (3,)))
