"""Exact linear algebra against SymPy and against its own defining equations."""

from fractions import Fraction
from functools import cache

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as draw

from qgen.solvers.numerics import exact_linear_algebra as algebra
from tests.drawn_fractions import fractions
from tests.examples import examples

entries = draw.integers(-5, 5) | fractions(-5, 5, max_denominator=6)


def matrices(rows, columns):
    return draw.tuples(*[draw.tuples(*[entries] * columns)] * rows)


squares = draw.integers(1, 4).flatmap(cache(lambda size: matrices(size, size)))


def sympy_matrix(matrix):
    return sympy.Matrix([[sympy.Rational(str(entry)) for entry in row] for row in matrix])


@examples(60)
@given(squares)
def test_determinant_inverse_and_definiteness_are_those_of_sympy(matrix):
    witness = sympy_matrix(matrix)
    determinant = algebra.determinant(matrix)
    assert sympy.Rational(str(determinant)) == witness.det()
    if determinant:
        assert sympy_matrix(algebra.inverse(matrix)) == witness.inv()
        assert algebra.times(matrix, algebra.inverse(matrix)) == algebra.identity(len(matrix))
    else:
        with pytest.raises(ValueError, match="singular"):
            algebra.inverse(matrix)
    symmetric = algebra.plus(matrix, algebra.transpose(matrix))
    minors = [sympy_matrix(symmetric)[:k, :k].det() for k in range(1, len(matrix) + 1)]
    assert algebra.is_positive_definite(symmetric) == all(minor > 0 for minor in minors)


@settings(max_examples=40, deadline=None)
@given(squares)
def test_the_factors_multiply_to_the_matrix(matrix):
    definite = algebra.plus(
        algebra.times(matrix, algebra.transpose(matrix)), algebra.identity(len(matrix))
    )
    algebra.require_positive_definite("covariance", definite)
    lower, diagonal = algebra.ldl(definite)
    scaled = tuple(tuple(a * d for a, d in zip(row, diagonal, strict=True)) for row in lower)
    assert algebra.times(scaled, algebra.transpose(lower)) == definite
    assert all(lower[i][j] == (i == j) for i in range(len(lower)) for j in range(i, len(lower)))
    assert min(diagonal) > 0


@settings(max_examples=30, deadline=None)
@given(matrices(2, 3), matrices(3, 2), draw.tuples(entries, entries, entries))
def test_products_of_oblong_matrices(first, second, vector):
    product = sympy_matrix(first) * sympy_matrix(second)
    assert sympy_matrix(algebra.times(first, second)) == product
    column = tuple((entry,) for entry in vector)
    assert tuple((entry,) for entry in algebra.times_vector(first, vector)) == algebra.times(
        first, column
    )
    square = algebra.times(second, first)
    assert algebra.quadratic_form(square, vector) == algebra.dot(
        algebra.times_vector(first, vector),
        algebra.times_vector(algebra.transpose(second), vector),
    )
    assert algebra.trace(square) == algebra.trace(algebra.times(first, second))
    assert algebra.minus(algebra.plus(square, square), square) == square


def test_worked_numbers():
    matrix = ((0, 2), (3, 4))
    assert algebra.determinant(matrix) == -6
    assert algebra.inverse(matrix) == ((Fraction(-2, 3), Fraction(1, 3)), (Fraction(1, 2), 0))
    assert algebra.solve_linear(matrix, ((2,), (7,))) == ((1,), (1,))
    assert algebra.ldl(((4, 2), (2, 5))) == (((1, 0), (Fraction(1, 2), 1)), (4, 4))
    assert algebra.submatrix(((1, 2, 3), (4, 5, 6)), (1, 0), (2,)) == ((6,), (3,))
    assert not algebra.is_positive_definite(((1, 2), (2, 4)))
    assert type(algebra.inverse(((Fraction(1, 2),),))[0][0]) is int


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: algebra.require_square("A", ((1, 2),)), "A must be square"),
        (lambda: algebra.require_positive_definite("A", ((1, 2), (3, 9))), "must be symmetric"),
        (lambda: algebra.require_positive_definite("A", ((1, 2), (2, 1))), "positive definite"),
        (lambda: algebra.ldl(((0, 1), (1, 0))), "a leading minor that is 0"),
    ],
)
def test_unfit_matrices_are_refused(call, reason):
    with pytest.raises(ValueError, match=reason):
        call()
