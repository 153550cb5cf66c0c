"""The second route: definitions evaluated as they stand, by numbers, for a batch of variants.

No closed form and no computer algebra is used: integrals by quadrature, derivatives by autograd,
sums by adding up, limits by approaching, roots by bisection, matrices by linear algebra. A value
that this cannot find is NaN, which agrees with nothing.

Every number is a float64 tensor whose first axis counts variants; integrals, sums and limits add
an axis for their points, inside which everything is evaluated once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import factorial
from typing import TYPE_CHECKING, Any, TypeAlias

import torch

from qgen.document.derivation import Apply, Derivation, Exact, Name, Term, names
from qgen.solvers.derivations.elementwise import MATRICES, apply, stacked, unstacked
from qgen.solvers.derivations.quadrature import integral, sign_changes
from qgen.solvers.derivations.roots import only_root
from qgen.solvers.derivations.sequences import (
    finite_product,
    finite_sum,
    infinite_sum,
    limit,
)

if TYPE_CHECKING:
    from torch import Tensor

Env: TypeAlias = Mapping[str, "Tensor"]
Found: TypeAlias = "Tensor | list[Any]"
"""A number for each variant, or the rows of a vector or a matrix of such numbers."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """The lines of a question by name, and the names of the values that it draws."""

    lines: Mapping[str, Derivation]
    values: frozenset[str]

    def value(self, term: Term, env: Env) -> Found:
        """The value of a definition where names have these values."""
        if isinstance(term, Exact):
            return _constant(float(term.value), env)
        if isinstance(term, Name):
            return self._named(term.name, env)
        operation, arguments = term.operation, term.arguments
        if operation == "row":
            return [self.value(each, env) for each in arguments]
        if operation == "at":
            return self._at(arguments, env)
        if operation in ("expand", "factor"):
            return self.value(arguments[0], env)
        if operation in MATRICES:
            matrices = [self._matrix(each, env) for each in arguments]
            return _found(unstacked(MATRICES[operation](*matrices)))
        if operation in _CALCULUS:
            body, letter, *rest = arguments
            assert isinstance(letter, Name)
            return _found(getattr(self, f"_{operation}")(body, letter.name, rest, env))
        return _found(apply(operation, [self.value(each, env) for each in arguments]))

    def _at(self, arguments: Sequence[Term], env: Env) -> Found:
        """A formula of an earlier line with these arguments."""
        formula, *places = arguments
        assert isinstance(formula, Name)
        line = self.lines[formula.name]
        given = [self.number(each, env) for each in places]
        inner = {**self._outside(env), **dict(zip(line.variables, given, strict=True))}
        return self.value(line.term, inner)

    def number(self, term: Term, env: Env) -> "Tensor":
        """The value of a definition that is one number."""
        found = self.value(term, env)
        if isinstance(found, list):
            raise TypeError("a vector or a matrix stands where one number belongs")
        return found

    def _named(self, name: str, env: Env) -> Found:
        if name in env:
            return env[name]
        if name in self.lines:
            line = self.lines[name]
            # Letters that are bound where the name stands mean nothing inside its definition.
            inner = {**self._outside(env), **{each: env[each] for each in line.variables}}
            return self.value(line.term, inner)
        return _constant({"pi": torch.pi, "oo": torch.inf}[name], env)

    def _outside(self, env: Env) -> dict[str, "Tensor"]:
        """The question's own values, without the letters in scope."""
        return {name: value for name, value in env.items() if name in self.values}

    def _matrix(self, term: Term, env: Env) -> "Tensor":
        return stacked(self.value(term, env), _shape(env))

    def _with_points(self, body: Term, letter: str, env: Env) -> Callable[["Tensor"], "Tensor"]:
        """The body as a function of points [..., n] of a letter."""
        wider = {name: value[..., None] for name, value in env.items()}

        def values(points: "Tensor") -> "Tensor":
            return self.number(body, {**wider, letter: points}).expand(points.shape)

        return values

    def _integrate(self, body: Term, letter: str, ends: Sequence[Term], env: Env) -> "Tensor":
        shape = _shape(env)
        low, high = (self.number(each, env).expand(shape) for each in ends)
        known = {letter, "pi", *env, *self.lines}
        kinks = [
            kink
            for inside in self._kinked(body)
            if letter in names(inside) and known.issuperset(names(inside))
            for kink in sign_changes(self._with_points(inside, letter, env), low, high)
        ]
        return integral(self._with_points(body, letter, env), low, high, kinks)

    def _kinked(self, term: Term) -> list[Term]:
        """What changes its sign where a term has a kink: inside absolute values and extremes."""
        match term:
            case Apply("abs", (inside,)):
                return [inside, *self._kinked(inside)]
            case Apply("max" | "min", (first, *others)):
                return [Apply("subtract", (first, other)) for other in others]
            case Apply(_, arguments):
                return [each for argument in arguments for each in self._kinked(argument)]
            case Name(name) if name in self.lines:
                return self._kinked(self.lines[name].term)
            case _:
                return []

    def _sum(self, body: Term, letter: str, ends: Sequence[Term], env: Env) -> "Tensor":
        shape = _shape(env)
        low, high = (self.number(each, env).expand(shape) for each in ends)
        terms = self._with_points(body, letter, env)
        return infinite_sum(terms, low) if _infinite(high) else finite_sum(terms, low, high)

    def _product(self, body: Term, letter: str, ends: Sequence[Term], env: Env) -> "Tensor":
        shape = _shape(env)
        low, high = (self.number(each, env).expand(shape) for each in ends)
        factors = self._with_points(body, letter, env)
        if _infinite(high):
            return infinite_sum(lambda points: factors(points).log(), low).exp()
        return finite_product(factors, low, high)

    def _limit(self, body: Term, letter: str, ends: Sequence[Term], env: Env) -> "Tensor":
        place = self.number(ends[0], env).expand(_shape(env))
        infinite = int(torch.sign(place.flatten()[0])) if _infinite(place) else 0
        return limit(self._with_points(body, letter, env), place, infinite)

    def _solve(self, body: Term, letter: str, ends: Sequence[Term], env: Env) -> "Tensor":
        shape = _shape(env)
        bounds = ends or (Apply("negative", (Name("oo"),)), Name("oo"))
        low, high = (self.number(each, env).expand(shape) for each in bounds)
        return only_root(self._with_points(body, letter, env), low, high)

    def _diff(self, body: Term, letter: str, rest: Sequence[Term], env: Env) -> "Tensor":
        order = int(rest[0].value) if rest and isinstance(rest[0], Exact) else 1
        return self._derivatives(body, letter, env[letter], order, env)[order]

    def _series(self, body: Term, letter: str, rest: Sequence[Term], env: Env) -> "Tensor":
        place, count = self.number(rest[0], env), rest[1]
        assert isinstance(count, Exact)
        order = int(count.value) - 1
        found = self._derivatives(body, letter, place, order, env)
        step = env[letter] - place
        total = torch.zeros_like(step)
        for power, derivative in enumerate(found):
            total = total + derivative * step**power / factorial(power)
        return total

    def _derivatives(
        self, body: Term, letter: str, place: "Tensor", order: int, env: Env
    ) -> list["Tensor"]:
        """The body and its derivatives by a letter at a place, by autograd."""
        shape = broadcast((_shape(env), place.shape))
        keep = place.requires_grad
        # Whether a derivative outside of this one goes through it.
        inside = torch.is_grad_enabled() and any(
            value.requires_grad for value in (place, *env.values())
        )
        with torch.enable_grad():
            point = place.expand(shape).clone()
            if not keep:
                point = point.detach().requires_grad_()
            found = [self.number(body, {**env, letter: point}).expand(shape)]
            for number in range(1, order + 1):
                slope: Tensor | None = None
                if found[-1].requires_grad:
                    (slope,) = torch.autograd.grad(
                        found[-1].sum(),
                        point,
                        create_graph=inside or number < order,
                        allow_unused=True,
                    )
                found.append(torch.zeros(shape, dtype=torch.float64) if slope is None else slope)
        return found


_CALCULUS = frozenset({"integrate", "sum", "product", "limit", "solve", "diff", "series"})
ALWAYS = ""
"""A value that is always there, so that the number of variants can be seen."""


def _found(value: Any) -> Found:
    found: Found = value
    return found


def broadcast(shapes: Iterable[Sequence[int]]) -> tuple[int, ...]:
    """The shape that tensors of such shapes have together.

    Torch's own function loads a compiler first, and takes longer than most operations.
    """
    together: list[int] = []
    for shape in shapes:
        missing = len(shape) - len(together)
        together = [1] * missing + together
        start = len(together) - len(shape)
        for place, size in enumerate(shape, start):
            if together[place] == 1:
                together[place] = size
            elif size not in (1, together[place]):
                raise ValueError(f"shapes do not go together: {size} and {together[place]} entries")
    return tuple(together)


def _constant(number: float, env: Env) -> "Tensor":
    return _full(number, next(iter(env.values())).ndim)


@lru_cache(maxsize=256)
def _full(number: float, dimensions: int) -> "Tensor":
    return torch.full((1,) * dimensions, number, dtype=torch.float64)


def _shape(env: Env) -> tuple[int, ...]:
    return broadcast(value.shape for value in env.values())


def _infinite(end: "Tensor") -> bool:
    infinite = torch.isinf(end)
    if bool(infinite.any()) and not bool(infinite.all()):
        raise ValueError("an end is infinite in some variants only")
    return bool(infinite.any())
