"""Solvers are found by name, refuse what they cannot mean, and fail with a sentence."""

import math
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import pytest

from qgen.solvers.routes.registry import (
    RegistrationError,
    SolverFailure,
    UnknownSolver,
    check,
    find_solver,
    solve,
    solver,
    source_digest,
)


def registered(function, results=("value",), name="test_registry.sample"):
    solver(name, results=dict.fromkeys(results, "…"))(function)
    return find_solver(name)


@pytest.mark.usefixtures("own_registry")
class TestNames:
    def test_a_duplicate_raises(self):
        registered(lambda: {"value": 1})
        with pytest.raises(RegistrationError, match="two solvers have the name 'test_registry"):
            registered(lambda: {"value": 1})

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("sample", "form module.function"),
            ("test_registry.", "form module.function"),
            ("test_registry.a.b", "form module.function"),
            ("test_registry.a b", "form module.function"),
            ("bernoulli.sample", "must begin with 'test_registry.'"),
        ],
    )
    def test_a_bad_name_raises(self, name, reason):
        with pytest.raises(RegistrationError, match=reason):
            registered(lambda: {"value": 1}, name=name)

    def test_a_check_for_nothing_raises_and_names_the_nearest(self):
        with pytest.raises(RegistrationError, match=r"did you mean 'bernoulli\.kl'"):
            check("bernoulli.lk", tolerance=0.1)(lambda: {})

    def test_a_second_check_raises(self):
        with pytest.raises(RegistrationError, match=r"bernoulli\.kl has two checks"):
            check("bernoulli.kl", tolerance=0.1)(lambda e, alpha: {})

    def test_a_check_with_other_parameters_raises(self):
        registered(lambda a, b: {"value": 1})
        with pytest.raises(RegistrationError, match=r"takes \(a\), the solver takes \(a, b\)"):
            check("test_registry.sample", tolerance=0.1)(lambda a: {})

    @pytest.mark.parametrize("tolerance", [-1.0, math.nan, math.inf])
    def test_a_senseless_tolerance_raises(self, tolerance):
        registered(lambda: {"value": 1})
        with pytest.raises(RegistrationError, match="tolerance"):
            check("test_registry.sample", tolerance=tolerance)(lambda: {})

    def test_contradicting_declarations_raise(self):
        with pytest.raises(RegistrationError, match="'a' is both a result and a mistake"):
            solver("test_registry.x", results={"a": ""}, mistakes={"a": ""})(lambda: {})
        with pytest.raises(RegistrationError, match="declares no results"):
            solver("test_registry.x", results={})(lambda: {})
        with pytest.raises(RegistrationError, match="no result: 'b'"):
            solver("test_registry.x", results={"a": ""}, domains={"b": {}})(lambda: {})
        with pytest.raises(RegistrationError, match="cannot be given by name"):
            registered(lambda *values: {"value": 1})

    @pytest.mark.parametrize(
        "name", ["bernoulli.kll", "bernouli.kl", "bernoulli", "os.path", "registry.kl", "..", ""]
    )
    def test_an_unknown_name_raises(self, name):
        with pytest.raises(UnknownSolver, match="no solver is named"):
            find_solver(name)

    def test_an_unknown_name_is_given_the_nearest(self):
        with pytest.raises(LookupError, match=r"did you mean 'linear_gaussian\.posterior'"):
            find_solver("linear_gausian.posterior")


def test_looking_one_up_imports_its_module_only_and_no_torch():
    program = (
        "import sys; from qgen.solvers.routes.registry import find_solver, source_digest, solve;"
        "known = find_solver('bernoulli.kl');"
        "source_digest(known); solve(known, known.examples[0]);"
        "loaded = {'torch', 'sympy', 'qgen.solvers.bayes', 'qgen.solvers.linear_gaussian'};"
        "print(sorted(loaded & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert done.stdout.strip() == b"[]"


@pytest.mark.usefixtures("own_registry")
class TestSolve:
    def test_values_are_passed_by_name_and_others_ignored(self):
        known = registered(lambda a, b=7: {"value": a - b})
        assert solve(known, {"b": 2, "a": 5, "stray": 1}) == {"value": 3}
        assert solve(known, {"a": 5}) == {"value": -2}

    def test_a_missing_value_is_named(self):
        with pytest.raises(SolverFailure, match=r"test_registry\.sample needs a value named 'a'"):
            solve(registered(lambda a: {"value": a}), {"b": 1})

    @pytest.mark.parametrize(
        "function",
        [
            lambda a: {"value": Fraction(1, a)},
            lambda a: {"value": math.log(a)},
            lambda a: {"value": math.exp(1000 + a)},
            lambda a: {"value": a[0]},
            lambda a: {"value": ()[a]},
        ],
    )
    def test_broken_arithmetic_is_a_failure_that_shows_the_values(self, function):
        with pytest.raises(SolverFailure, match=r"^test_registry\.sample: .*given a = 0$"):
            solve(registered(function), {"a": 0})

    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            (math.nan, "'value' is nan"),
            (-math.inf, "'value' is -inf"),
            ((1, (2, math.inf)), "'value' is inf"),
            (1j, "'value' is of type complex"),
            (None, "'value' is of type NoneType"),
            ([1, 2], "'value' is of type list"),
        ],
    )
    def test_what_is_not_finite_or_no_value_is_a_failure(self, value, reason):
        with pytest.raises(SolverFailure, match=reason):
            solve(registered(lambda: {"value": value}), {})

    def test_other_names_than_declared_are_a_failure(self):
        known = registered(lambda: {"value": 1, "other": 2}, results=("value", "wanted"))
        with pytest.raises(SolverFailure, match="not return wanted and returns undeclared other"):
            solve(known, {})


def test_the_digest_changes_with_any_source_it_rests_on(monkeypatch):
    from qgen.solvers.routes import source_files

    known = find_solver("bernoulli.kl")
    paths = [known.source]
    reference = source_files.digest_with_imports(paths)
    read = type(known.source).read_bytes
    for name in ("bernoulli", "registry", "arguments", "numerical_methods", "formula"):
        altered = lambda path, name=name: read(path) + b"\n#" * (path.stem == name)  # noqa: E731
        monkeypatch.setattr(type(known.source), "read_bytes", altered)
        assert source_files.digest_with_imports(paths) != reference, name
    altered = lambda path: read(path) + b"\n#" * (path.stem in ("bayes", "richtext"))  # noqa: E731
    monkeypatch.setattr(type(known.source), "read_bytes", altered)
    assert source_files.digest_with_imports(paths) == reference


def test_the_digest_covers_the_verification(monkeypatch):
    known = find_solver("bernoulli.kl")
    reference = source_digest(known)
    read = type(known.source).read_bytes
    altered = lambda path: read(path) + b"\n#" * (path.stem == "comparison")  # noqa: E731
    monkeypatch.setattr(type(known.source), "read_bytes", altered)
    assert source_digest(replace(known)) != reference
