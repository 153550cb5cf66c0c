"""The functions of authors' expressions: the one table of them.

The evaluator, its messages, `qgen functions` and the page on the language come from it.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from qgen.bank import complex_functions as complexes
from qgen.bank import matrix_functions as matrices
from qgen.bank import number_functions as numbers
from qgen.bank import vector_functions as vectors
from qgen.bank.distributions import DISTRIBUTIONS, Distribution, checked
from qgen.bank.exact_arithmetic import remainder
from qgen.bank.number_functions import entrywise, entrywise_of_one, of_floats
from qgen.bank.probability_laws import LAWS, Law

Gives: TypeAlias = Literal["exact", "rounded", "exact where it can be"]
MANY = 1_000
"""How many arguments a function takes that takes any number of them."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function: how it is written, what it gives, and how many arguments it takes.

    `counts` are the numbers of arguments that it takes. `exact` results of exact numbers are
    exact; `rounded` ones are floats; some are exact where the result is a fraction.
    """

    name: str
    written: str
    says: str
    gives: Gives
    counts: Collection[int]
    apply: Callable[..., Any]


def _function(
    written: str, says: str, apply: Callable[..., Any], gives: Gives = "exact", more: int = 0
) -> Function:
    """A function by how it is written, as in `round(x, places)`; the last `more` are optional."""
    forms = [form.rstrip(")").split("(") for form in written.split(" or ")]
    counts = [len(arguments.replace(", …", "").split(", ")) for _, arguments in forms]
    if "…" in written:
        accepted: Collection[int] = range(min(counts) - more, MANY + 1)
    else:
        accepted = {*counts, *range(counts[0] - more, counts[0])}
    return Function(forms[0][0], written, says, gives, accepted, apply)


def _entrywise(
    written: str, says: str, apply: Callable[..., Any], gives: Gives = "exact", more: int = 0
) -> Function:
    """A function of numbers that takes vectors entry by entry."""
    by_entry = entrywise(apply) if "," in written else entrywise_of_one(apply)
    return _function(written, says, by_entry, gives, more)


_FITS: Gives = "exact where it can be"


def _of_numbers() -> Iterator[Function]:
    yield _entrywise("abs(x)", "the magnitude, of complex numbers too", numbers.absolute)
    yield _entrywise("sign(x)", "−1, 0 or 1", numbers.sign)
    yield _entrywise("floor(x)", "the largest whole number not above x", numbers.floor)
    yield _entrywise("ceil(x)", "the smallest whole number not below x", numbers.ceil)
    says = "x to so many decimal places (0 if none are named), half to even, as values print"
    yield _entrywise("round(x, places)", says, numbers.rounded, more=1)
    yield _function("mod(a, b)", "what is left of a after dividing by b: a % b", remainder)
    yield _function("gcd(a, b, …)", "the greatest common divisor", numbers.gcd, more=1)
    yield _function("lcm(a, b, …)", "the least common multiple", numbers.lcm, more=1)
    yield _entrywise("factorial(n)", "n!", numbers.factorial)
    yield _entrywise("binomial(n, k)", "the ways to choose k of n", numbers.binomial)
    yield _entrywise("sqrt(x)", "the square root", numbers.square_root, _FITS)
    yield _entrywise(
        "exp(x)", "e to the power x, of complex numbers too", complexes.exponential, "rounded"
    )
    yield _entrywise("log(x)", "the natural logarithm", numbers.logarithm, "rounded")
    yield _entrywise("ln(x)", "the natural logarithm, too", numbers.logarithm, "rounded")
    yield _entrywise("log2(x)", "the logarithm to base 2", numbers.logarithm_to(2), _FITS)
    yield _entrywise("log10(x)", "the logarithm to base 10", numbers.logarithm_to(10), _FITS)


_WAVES: tuple[tuple[str, str, Callable[[float], float], int | None], ...] = (
    ("sin", "the sine of an angle in radians", math.sin, 0),
    ("cos", "the cosine of an angle in radians", math.cos, 1),
    ("tan", "the tangent of an angle in radians", math.tan, 0),
    ("asin", "the angle of a sine, from −π/2 to π/2", math.asin, 0),
    ("acos", "the angle of a cosine, from 0 to π", math.acos, None),
    ("atan", "the angle of a tangent, between −π/2 and π/2", math.atan, 0),
    ("sinh", "the hyperbolic sine", math.sinh, 0),
    ("cosh", "the hyperbolic cosine", math.cosh, 1),
    ("tanh", "the hyperbolic tangent", math.tanh, 0),
)


def _of_angles() -> Iterator[Function]:
    for name, says, function, zero in _WAVES:
        apply = of_floats(name, function, zero)
        yield _entrywise(f"{name}(x)", says, apply, "rounded" if zero is None else _FITS)


def _of_complex_numbers() -> Iterator[Function]:
    c = complexes
    yield _entrywise("complex(a, b)", "a + bi", c.from_parts)
    yield _entrywise("re(z)", "the real part", c.real_part)
    yield _entrywise("im(z)", "the imaginary part, a real number", c.imaginary_part)
    yield _entrywise("conj(z)", "the conjugate: re(z) − im(z) i", c.conjugate)
    says = "the angle to the positive real axis, above −π and up to π"
    yield _entrywise("arg(z)", says, c.angle, _FITS)


def _of_vectors() -> Iterator[Function]:
    v = vectors
    yield _function("min(v) or min(a, b, …)", "the smallest", v.smallest)
    yield _function("max(v) or max(a, b, …)", "the largest", v.largest)
    yield _function("sum(v)", "the sum of the entries, of complex numbers too", v.sum_of)
    yield _function("length(v)", "how many entries, or rows of a matrix", v.length)
    yield _function("dot(v, w)", "the inner product", v.dot)
    yield _function("distinct(v)", "whether no two entries are equal", v.distinct)
    yield _function("mean(v)", "the arithmetic mean", v.mean)
    yield _function("var(v)", "the sample variance, divided by n − 1", v.variance)
    yield _function("sd(v)", "the standard deviation, the root of var(v)", v.deviation, _FITS)
    yield _function("median(v)", "the middle entry, or the mean of both", v.median)
    says = "the quantile at a share from 0 to 1, as R and NumPy have it"
    yield _function("quantile(v, share)", says, v.quantile)
    yield _function("sort(v)", "the entries, rising", v.in_order)
    yield _function("cumsum(v)", "the running sums", v.running_sums)
    says = "the place of the largest entry, the first of several, from 0"
    yield _function("argmax(v)", says, v.place_of_largest)
    says = "how many entries equal x; without x, how many are true, as in count(v > 2)"
    yield _function("count(v, x)", says, v.count, more=1)
    yield _function("any(v)", "whether one entry is true, as in any(v > 2)", v.any_of)
    yield _function("all(v)", "whether all entries are true", v.all_of)
    says = "the whole numbers from a to b − 1, or from 0"
    yield _function("range(b) or range(a, b)", says, v.whole_numbers)
    yield _function("zip(v, w, …)", "a matrix with a column for each vector", v.paired, more=1)


def _of_matrices() -> Iterator[Function]:
    m = matrices
    yield _function("matmul(A, B)", "the product of matrices, or with a vector", m.matmul)
    yield _function("transpose(A)", "rows as columns", m.transpose)
    yield _function("det(A)", "the determinant", m.det)
    yield _function("inverse(A)", "the inverse", m.inverse)
    yield _function("rank(A)", "the rank, of exact entries", m.rank)
    yield _function("trace(A)", "the sum of the diagonal", m.trace)
    yield _function("norm(v)", "the root of the sum of squares, of a matrix too", m.norm, _FITS)
    yield _function("outer(v, w)", "the matrix of all products", m.outer)
    yield _function("eye(n)", "the identity matrix of n rows", m.eye)


def _of_distribution(name: str, family: Distribution) -> Iterator[Function]:
    rest = ", ".join(family.parameters)
    likelihood, cumulative, quantile = LAWS[name]
    density, x = ("pmf", "k") if family.is_discrete else ("pdf", "x")
    likely = "the probability of k" if family.is_discrete else "the density"
    whole: Gives = "exact" if family.is_discrete else family.gives
    laws: tuple[tuple[str, str, str, Law, Gives], ...] = (
        (density, x, likely, likelihood, family.gives),
        ("cdf", x, f"the probability of {x} or less", cumulative, family.gives),
        ("quantile", "share", f"the first {x} that reaches a share", quantile, whole),
    )
    for ending, first, says, law, gives in laws:
        full = f"{name}_{ending}"
        short = f"{full}({first}) or " if family.defaults else ""
        apply = checked(full, family, law, of_share=ending == "quantile")
        written = f"{short}{full}({first}, {rest})"
        yield _function(written, f"{family.title}: {says}", apply, gives)


def _of_distributions() -> Iterator[Function]:
    for name, family in DISTRIBUTIONS.items():
        yield from _of_distribution(name, family)


GROUPS: Mapping[str, tuple[Function, ...]] = {
    "Numbers": tuple(_of_numbers()),
    "Angles": tuple(_of_angles()),
    "Complex numbers": tuple(_of_complex_numbers()),
    "Vectors": tuple(_of_vectors()),
    "Matrices": tuple(_of_matrices()),
    "Distributions": tuple(_of_distributions()),
}
"""All functions, in groups: what every list of them is made from."""

FUNCTIONS: Mapping[str, Function] = {
    function.name: function for group in GROUPS.values() for function in group
}
CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e}
"""Names that are numbers where the question has no value of that name."""
APPLIED: Mapping[str, Callable[..., Any]] = {
    name: function.apply for name, function in FUNCTIONS.items()
}
"""What compiled expressions call, by name."""
