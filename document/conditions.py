"""Conditions on what a student gives, closed: nothing in them is left to look up but the response.

The grader calls what an author wrote (`Judge`); a writer whose format works such a condition out
by itself reads it as a tree (`Term`), in which all that does not hang on the response is a value.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from qgen.document.formula import Formula
from qgen.document.values import Value


@dataclass(frozen=True, slots=True)
class Given:
    """A value that the question gives."""

    value: Value


@dataclass(frozen=True, slots=True)
class Response:
    """What the student gives."""


@dataclass(frozen=True, slots=True)
class Applied:
    """An operation or a function of `PORTABLE`, or of formulas of `OF_FORMULAS`."""

    name: str
    arguments: tuple["Term", ...]


Term: TypeAlias = Given | Response | Applied

PORTABLE = frozenset(
    "+ - * / // % ** negate < <= == != and or not if row item "
    "abs sign floor ceil mod gcd lcm min max sum length dot "
    "det rank trace transpose inverse matmul any all".split()
)
"""What may be done with a number or a matrix that was typed, beyond qgen too: all of it exact."""

OF_FORMULAS = frozenset(
    "+ - * / ** negate diff at exp log ln sqrt abs sin cos tanh sigmoid max min".split()
)
"""What may be done with a formula that was typed."""


@dataclass(frozen=True, slots=True)
class Equation:
    """That two formulas are equal, or with `is_equal` false that they differ."""

    left: Formula
    right: Formula
    is_equal: bool = True


Claims: TypeAlias = tuple[Equation, ...]
"""What must hold of formulas, all of it: who compares formulas decides it."""


class Judge(Protocol):
    """An author's condition with the values that it reads."""

    def __call__(self, response: Value) -> bool | Claims:
        """Whether a number, vector or matrix is right; of a formula, what must hold for that.

        Raises ValueError or ArithmeticError where it cannot be told.
        """

    def is_in_doubt(self, responses: Collection[Value]) -> bool:
        """Whether it may hold, or fail, only since what was typed is known to some digits.

        `responses` are that and others as far away as it is not known. Raises as a call does.
        """

    @property
    def is_portable(self) -> bool:
        """Whether `terms` say all of it."""

    @property
    def terms(self) -> tuple[Term, ...]:
        """The condition as trees, all of which hold; of formulas, each is one comparison."""

    @property
    def shape(self) -> tuple[Term, ...]:
        """The trees before there are values: 0 stands for each that is not written there."""
