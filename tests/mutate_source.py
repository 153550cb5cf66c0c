"""Breaks single operations in qgen's own code, and shows what notices.

    python -m tests.mutate_source --sample 300 --seed 1
    python -m tests.mutate_source --only qgen.generator.printing --sample 50

First routes and their mistakes are held to `qgen check` of the questions that use them; what
prints, compares and reckons, to its own tests and to `qgen check` of questions that it changes. A
mutant that nothing notices may change no item of the shipped bank (what is printed, keys, mistakes
and feedback); one that changes an item is a survivor and makes the exit status 1.
"""

import argparse
import hashlib
import importlib
import os
import random
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import ModuleType

from qgen.bank.templates import QuestionTemplate
from qgen.banks import load_banks
from qgen.checking import How, check_question
from qgen.generator.drawing import VariantFailure
from qgen.generator.filling import Filler, Filling
from qgen.generator.seeds import stream
from qgen.generator.variants import Variant
from qgen.production import solve_all, variant_source
from qgen.question_solvers import question_solvers, verified_results
from qgen.solvers.routes.registry import all_solvers
from tests.reached_functions import Reach, be_silent, noticed_by, reach_of
from tests.source_mutants import Mutant, mutants

_CHECKS = ("qgen/test_checking.py", "qgen/test_own_proofs.py", "qgen/test_reading_back.py")
_EXPRESSIONS = ("bank/test_expressions.py", "bank/test_functions.py")
OWN_TESTS: dict[str, tuple[str, ...]] = {
    "qgen.generator.printing": ("generator", "qgen/test_reading_back.py"),
    "qgen.generator.complex_printing": ("generator",),
    "qgen.generator.filling": ("generator", "qgen/test_checking.py"),
    "qgen.generator.accepting": ("generator",),
    "qgen.generator.judging": ("generator", "qgen/test_checking.py"),
    "qgen.generator.option_texts": ("generator",),
    "qgen.generator.shown_options": ("generator",),
    "qgen.generator.arrangements": ("generator",),
    "qgen.generator.matrices": ("generator", "qgen/test_checking.py"),
    "qgen.generator.complex_answers": ("generator",),
    "qgen.generator.carrying": ("generator", "marking"),
    "qgen.generator.worded": ("generator",),
    "qgen.generator.proving": ("qgen/test_own_proofs.py",),
    "qgen.document.numbers": ("document", "generator/test_printing.py", "marking"),
    "qgen.document.formula": ("document", "generator/test_printing.py", "marking"),
    "qgen.renderers.math_markup": ("renderers/html/test_html.py", "qgen/test_reading_back.py"),
    "qgen.solvers.routes.comparison": ("solvers/routes", *_CHECKS),
    "qgen.solvers.routes.verification": ("solvers/routes", *_CHECKS),
    "qgen.marking.grader": ("marking", "qgen/test_checking.py"),
    "qgen.marking.rules": ("marking", "qgen/test_checking.py"),
    "qgen.marking.number_reader": ("marking",),
    "qgen.marking.complex_reader": ("marking", "generator/test_complex.py"),
    "qgen.marking.complex_marker": ("marking", "generator/test_complex.py"),
    "qgen.marking.item_checks": (*_CHECKS, "marking", "generator", "bank/test_wanted_forms.py"),
    "qgen.marking.equal_texts": (*_CHECKS, "marking"),
    "qgen.marking.matrix_checks": (*_CHECKS, "marking", "generator"),
    "qgen.bank.entries": _EXPRESSIONS,
    "qgen.bank.exact_arithmetic": _EXPRESSIONS,
    "qgen.bank.number_functions": _EXPRESSIONS,
    "qgen.bank.vector_functions": _EXPRESSIONS,
    "qgen.bank.matrix_functions": _EXPRESSIONS,
    "qgen.bank.complex_functions": _EXPRESSIONS,
    "qgen.bank.probability_laws": ("bank/test_distributions.py", "bank/test_functions.py"),
    "qgen.bank.formula_arithmetic": ("bank/test_formula_keys.py", "bank/test_expressions.py"),
}
"""What is not a first route: the tests that hold each module."""

_NUMBER = re.compile(r"\d+(?:\.\d*)?(?:e[+-]?\d+)?")
VARIANTS, MORE_VARIANTS = 25, 300
CHECKED = 24
"""So many of the questions that a broken module changes are checked."""
SECONDS = 120
"""No mutant may take more of the processor; one that does is noticed."""
CAUGHT, UNCHANGED, SURVIVED = range(3)
WORDS = ("caught", "changes no item", "survived")


class Bank:
    """The shipped questions, their variants as they are drawn, and their items' fingerprints."""

    def __init__(self, variants: int) -> None:
        self._variants = variants
        questions = load_banks(())[0].questions.values()
        # A busy machine may leave computer algebra no time to derive what a question reads.
        ready = [each for each in questions if not question_solvers(each)[1]]
        self._questions = {each.header.identifier: each for each in ready}
        self._drawn: dict[tuple[str, int], list[Variant]] = {}
        self._prints: dict[tuple[str, int], bytes] = {}

    def using(self, module: str) -> list[QuestionTemplate]:
        """The questions that a solver of a topic's module answers."""
        topic = module.rpartition(".")[2]
        return [
            each
            for each in self._questions.values()
            if any(name.partition(".")[0] == topic for name, _ in each.solvers)
        ]

    def all(self) -> list[QuestionTemplate]:
        return list(self._questions.values())

    def remember(self, questions: list[QuestionTemplate], variants: int) -> None:
        """Draws variants of questions and takes the fingerprints of their items."""
        for template in questions:
            key = template.header.identifier, variants
            if key not in self._prints:
                source = variant_source(template, question_solvers(template)[0], 5, "mutants")
                copies = [str(number) for number in range(variants if template.parameters else 1)]
                self._drawn[key] = []
                with suppress(VariantFailure):  # there are fewer than copies
                    self._drawn[key].extend(source.variants(copies))
                self._prints[key] = self._fingerprint(template, variants)

    def is_changed(self, template: QuestionTemplate, variants: int) -> bool:
        """Whether an item is another than the remembered one, or cannot be made any more."""
        try:
            now = self._fingerprint(template, variants)
        except Exception:
            return True
        return now != self._prints[template.header.identifier, variants]

    def _fingerprint(self, template: QuestionTemplate, variants: int) -> bytes:
        solvers, _ = question_solvers(template)
        filling = Filling(template.points, "per_option", True, verified_results(solvers))
        filler, digest = Filler(template, filling), hashlib.sha256()
        for variant in self._drawn[template.header.identifier, variants]:
            answers = solve_all(solvers, variant.values)
            source = stream(5, "order", "", variant.copy, 0)
            item = filler.fill(1, variant.values, answers, source)
            # What is printed, and every answer with its key, mistakes and feedback.
            digest.update(_NUMBER.sub(_rounded, repr((item.stem.printed, item.parts))).encode())
        return digest.digest()


def _rounded(found: re.Match[str]) -> str:
    """A number to ten digits, be it whole or not: terms in another order change none of these."""
    return f"{Decimal(found[0]):.9e}"


def notices(template: QuestionTemplate, variants: int) -> bool:
    """Whether the check of a question finds an error."""
    problems = check_question(template, How(variants, strict=True)).problems
    return any(problem.severity == "error" for problem in problems)


def verdict_on_route(mutant: Mutant, bank: Bank) -> int:
    """What comes of a broken first route."""
    questions = bank.using(mutant.module)
    changed = [each for each in questions if bank.is_changed(each, VARIANTS)]
    if not changed:
        return UNCHANGED
    # Each question must notice by itself: an author may use any one alone. What shows in few
    # variants is looked for in as many as an author would check.
    seen = all(notices(each, VARIANTS) or notices(each, MORE_VARIANTS) for each in changed)
    return CAUGHT if seen else SURVIVED


def verdict_on_engine(mutant: Mutant, bank: Bank, reach: Reach, files: Sequence[str]) -> int:
    """What comes of a broken printer, comparison, marker or operation."""
    if noticed_by(mutant, reach, files):
        return CAUGHT
    if mutant.module.startswith("qgen.marking."):
        return SURVIVED  # items do not show what they are marked by
    changed = [each for each in bank.all() if bank.is_changed(each, 2)]
    if not changed:
        return UNCHANGED
    return CAUGHT if all(notices(each, 8) for each in changed[:CHECKED]) else SURVIVED


def tried(mutant: Mutant, verdict_on: Callable[[Mutant], int]) -> int:
    """The verdict on a mutant, in a process of its own."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        status = os.waitpid(child, 0)[1]
        # A child that was killed, or went under, is noticed by whoever runs it.
        return os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else CAUGHT
    be_silent()
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (6 * 2**30, 6 * 2**30))
    verdict = CAUGHT
    try:
        mutant.put_in_place()
        verdict = verdict_on(mutant)
    finally:
        os._exit(verdict)


def topics() -> list[ModuleType]:
    """The modules with first routes."""
    names = sorted({solver.function.__module__ for solver in all_solvers()})
    return [importlib.import_module(name) for name in names]


def import_tests(tests: Path) -> None:
    """Imports the engine's tests, so that each mutant's process has them already."""
    importlib.import_module("tests.conftest")  # what the others rest on when they are imported
    named = {tests / name for names in OWN_TESTS.values() for name in names}
    for path in named:
        for file in path.rglob("test_*.py") if path.is_dir() else [path]:
            importlib.import_module(".".join(file.relative_to(tests.parent).with_suffix("").parts))


def first_routes(module: ModuleType) -> Iterator[Mutant]:
    """The mutants of a topic's functions that no second route is made of."""
    second = {
        solver.check.function.__name__
        for solver in all_solvers()
        if solver.check is not None and solver.function.__module__ == module.__name__
    }
    yield from (each for each in mutants(module) if each.function.partition(".")[0] not in second)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="print every mutant's verdict")
    parser.add_argument("--only", nargs="*", default=[], help="modules, as qgen.solvers.gaussian")
    chosen = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    chance, bank, tests = random.Random(chosen.seed), Bank(VARIANTS), Path(__file__).parent
    routes = [each for each in topics() if not chosen.only or each.__name__ in chosen.only]
    engine = [name for name in OWN_TESTS if not chosen.only or name in chosen.only]
    found = [each for module in routes for each in first_routes(module)]
    broken = [each for name in engine for each in mutants(importlib.import_module(name))]
    print(f"{len(found)} mutants of first routes, {len(broken)} of the engine", flush=True)
    if broken:
        bank.remember(bank.all(), 2)
        import_tests(tests)
    share = chosen.sample if not broken else chosen.sample // 2
    sample = chance.sample(found, min(share, len(found)))
    sample += chance.sample(broken, min(chosen.sample - len(sample), len(broken)))
    counts: Counter[tuple[str, int]] = Counter()
    reached: dict[str, Reach] = {}
    for mutant in sorted(sample, key=lambda each: each.module):
        if mutant.code() is None:
            continue
        started, name = time.monotonic(), mutant.module
        if name in OWN_TESTS:
            files = [str(tests / each) for each in OWN_TESTS[name]]
            if name not in reached:
                reached[name] = reach_of(files, [each for each in broken if each.module == name])
                for test in sorted(reached[name].failing):
                    print(f"fails although nothing is broken: {test}", flush=True)
            verdict_on = partial(verdict_on_engine, bank=bank, reach=reached[name], files=files)
        else:
            bank.remember(bank.using(name), VARIANTS)
            verdict_on = partial(verdict_on_route, bank=bank)
        verdict = tried(mutant, verdict_on)
        counts[name if name in OWN_TESTS else "first routes", verdict] += 1
        if verdict == SURVIVED or chosen.all:
            seconds = time.monotonic() - started
            print(f"{WORDS[verdict]}: {mutant} ({seconds:.0f} s)", flush=True)
    for group in sorted({group for group, _ in counts}):
        caught, same, alive = (counts[group, each] for each in (CAUGHT, UNCHANGED, SURVIVED))
        print(f"{group}: {caught} caught, {same} change no item, {alive} survived")
    sys.exit(any(verdict == SURVIVED for _, verdict in counts))


if __name__ == "__main__":
    main()
