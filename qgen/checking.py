"""Proves a bank: every question, many variants, both routes, the grader and the texts."""

import gc
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

from qgen.bank.templates import Bank, QuestionTemplate
from qgen.banks import BUILTIN, BankFiles, load_banks, macros_from, open_banks
from qgen.course_files import load_course_files
from qgen.document.answers import ScoringRule
from qgen.document.exam import Item
from qgen.document.problem import Place, Problem, did_you_mean, in_reading_order
from qgen.document.values import Values, show_all
from qgen.generator.drawing import VariantFailure
from qgen.generator.filling import Filler, Filling
from qgen.generator.outline import outline
from qgen.generator.provenance import unproved_keys
from qgen.generator.variants import Variant
from qgen.kept_results import KeptResults, can_be_kept, result_key
from qgen.marking.item_checks import item_faults, mistakes_tested
from qgen.marking.rules import guess_floor
from qgen.production import Production, ProductionFailed, Prover, Tally, variant_source
from qgen.progress import NO_STEPS, Steps
from qgen.proofs import ProofStore
from qgen.question_solvers import question_solvers, verified_results
from qgen.question_warnings import QuestionWatch
from qgen.reading_back import ReadingBack
from qgen.rejected_proofs import rejected_faults
from qgen.renderers.carriage import Marks, marks_by_format
from qgen.report import count
from qgen.solvers.routes.registry import SolverFailure, UnknownSolver, find_solver
from qgen.variant_figures import is_shipped
from qgen.writers import default_writer

ENOUGH_VARIANTS = 200
"""A parameterised question with fewer distinct variants must say in a `note` why."""

FORMULA_VARIANTS = 2
"""On so many variants of a question, formulas are marked as typed text by computer algebra."""

GUESS_VARIANTS = 20
"""Over so many variants of a question, what blind guessing earns is averaged."""

FIGURE_VARIANTS = 3
"""On so many variants of a question, its figures are drawn."""

PDF_VARIANTS = 1
"""On so many of them as PDF, too: a shipped drawing gives both forms the same lines and texts."""

MAX_FAULTS = 3
FEW_QUESTIONS = 8
"""With fewer questions, starting processes takes longer than it saves."""


@dataclass(frozen=True, slots=True)
class How:
    """How questions are checked: on so many variants each, blind guessing under this rule.

    `strict` makes a key without a proof an error. Where questions are checked anew (`again`),
    kept results do not count.
    """

    variants: int
    rule: ScoringRule = "per_option"
    strict: bool = False
    again: bool = True


@dataclass(slots=True)
class QuestionCheck:
    """What was proved of one question; of the `variants` asked for, `distinct` exist."""

    identifier: str
    kind: str
    variants: int = 1
    distinct: int = 0
    routes: int = 0
    largest: float = 0.0
    mistakes: int = 0
    guess: Fraction = Fraction(0)
    provenances: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    kept: bool = False
    """Whether this was proved by an earlier check, and nothing changed since."""

    @property
    def status(self) -> str:
        """`ok`, or how many problems there are."""
        return number_of(self.problems) or "ok"


@dataclass(slots=True)
class BankCheck:
    """What was proved of a bank, and every problem found."""

    questions: list[QuestionCheck]
    problems: list[Problem]
    marks: dict[str, Marks] = field(default_factory=dict)
    """Who marks the bank, in each format asked for that is answered on a platform."""

    @property
    def failed(self) -> bool:
        """True where a problem is an error and not just a warning."""
        return any(problem.severity == "error" for problem in self.problems)


def check_banks(
    paths: Sequence[str],
    variants: int,
    rule: ScoringRule = "per_option",
    solver_files: Sequence[Path] = (),
    steps: Steps = NO_STEPS,
    jobs: int = 1,
    formats: Sequence[str] = (),
    strict: bool = False,
    macro_files: Sequence[Path] = (),
    again: bool = True,
) -> BankCheck:
    """Checks every question of the banks that a command line names (or the shipped one).

    With more than one job, questions are shared out among processes. For the formats, it is told
    who marks how many of the bank's marks. `strict` makes a key without a proof an error. Unless
    it is to be done `again`, a question of which nothing changed is not checked twice.
    """
    problems = load_course_files(solver_files)
    macros, mistakes = macros_from(macro_files)
    if mistakes:
        return BankCheck([], in_reading_order(problems + mistakes))
    bank, mistakes = load_banks(paths, macros)
    problems += mistakes
    problems += _unknown_rivals(bank)
    checks = []
    how = How(variants, rule, strict, again)
    steps.expect("question", len(bank.questions))
    files = BankFiles(tuple(paths), tuple(solver_files), tuple(macro_files))
    for check in _checked(tuple(bank.questions.values()), how, jobs, files):
        checks.append(check)
        problems += check.problems
        steps.step("question")
    templates = bank.questions.values()
    outlines = [outline(each, each.points, rule) for each in templates if formats]
    writers = {name: default_writer(name) for name in formats}
    return BankCheck(checks, in_reading_order(problems), marks_by_format(writers, outlines))


def _unknown_rivals(bank: Bank) -> list[Problem]:
    """Warnings of names under `not_with` that no question has, here or in the shipped bank."""
    templates = bank.questions.values()
    named = {name for template in templates for name in template.header.not_with}
    if named <= bank.questions.keys():
        return []
    # A course's question may name a shipped one.
    known = bank.questions.keys() | open_banks([BUILTIN])[0].entries.keys()
    return [
        Problem(
            "unknown-question",
            f"'not_with' names '{name}', and no question has that id{did_you_mean(name, known)}",
            template.header.place,
            "warning",
        )
        for template in templates
        for name in template.header.not_with
        if name not in known
    ]


def start_method() -> Literal["fork", "spawn"]:
    """How processes begin: only Linux forks one safely that has loaded torch."""
    return "fork" if sys.platform == "linux" else "spawn"


def _checked(
    templates: tuple[QuestionTemplate, ...], how: How, jobs: int, files: BankFiles
) -> Iterator[QuestionCheck]:
    """The checks in the order of the questions, made by so many processes."""
    recalled = [None if how.again else _recalled(template, how) for template in templates]
    left = [place for place, found in enumerate(recalled) if found is None]
    anew = _checked_anew(templates, left, how, jobs, files)
    yield from (next(anew) if found is None else found for found in recalled)


def _checked_anew(
    templates: tuple[QuestionTemplate, ...],
    left: list[int],
    how: How,
    jobs: int,
    files: BankFiles,
) -> Iterator[QuestionCheck]:
    """The checks of the questions at these places."""
    if jobs == 1 or len(left) < FEW_QUESTIONS:
        with _rare_collections():
            yield from (_check_and_keep(templates[place], how) for place in left)
        return
    # Compiled questions cannot be sent to another process: a forked one has them already, and
    # torch with them; any other reads them again.
    method, source = start_method(), files if start_method() == "spawn" else templates
    if method == "fork":
        _load_beforehand([templates[place] for place in left])
    with ProcessPoolExecutor(jobs, get_context(method), _remember, (source, how)) as pool:
        yield from pool.map(_check_remembered, left)


def _load_beforehand(templates: Sequence[QuestionTemplate]) -> None:
    """Loads once what each forked process would load for itself."""
    import torch

    torch.set_num_threads(1)  # with more threads, torch would not survive the fork
    load: Any = torch.broadcast_shapes
    load((1,), (1,))  # as the first distribution does, SymPy with it
    if any(template.figures for template in templates):
        for name in ("figure", "backends.backend_svg", "backends.backend_pdf"):
            import_module(f"matplotlib.{name}")


_REMEMBERED: list[tuple[tuple[QuestionTemplate, ...], How]] = []


def _remember(source: tuple[QuestionTemplate, ...] | BankFiles, how: How) -> None:
    templates = source.templates() if isinstance(source, BankFiles) else source
    _REMEMBERED.append((templates, how))
    _collect_rarely()


def _collect_rarely() -> None:
    """Items hold one another in no circles, and looking for some takes a tenth of a check."""
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


@contextmanager
def _rare_collections() -> Iterator[None]:
    thresholds = gc.get_threshold()
    _collect_rarely()
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


def _check_remembered(index: int) -> QuestionCheck:
    templates, how = _REMEMBERED[-1]
    return _check_and_keep(templates[index], how)


def _key(template: QuestionTemplate, how: How) -> str | None:
    """Under what a question's result is kept; None where it cannot be."""
    if not can_be_kept(template):
        return None
    try:
        solvers = [find_solver(name) for name, _ in template.solvers]
    except UnknownSolver:
        return None
    if not all(each.alone for each in solvers):
        return None
    return result_key(template, solvers, f"{how.variants} {how.rule} {how.strict}")


def _recalled(template: QuestionTemplate, how: How) -> QuestionCheck | None:
    """What an earlier check of just the same question proved, if there was one."""
    key = _key(template, how)
    found = None if key is None else KeptResults().load(key)
    if found is None:
        return None
    found["guess"] = Fraction(found["guess"])
    found["provenances"] = tuple(found["provenances"])
    return QuestionCheck(template.header.identifier, template.header.kind, **found, kept=True)


def _check_and_keep(template: QuestionTemplate, how: How) -> QuestionCheck:
    check, key = check_question(template, how), _key(template, how)
    if not check.problems and key is not None:
        names = ("variants", "distinct", "routes", "largest", "mistakes", "provenances")
        result = {name: getattr(check, name) for name in names}
        KeptResults().keep(key, {**result, "guess": str(check.guess)})
    return check


def check_question(template: QuestionTemplate, how: How) -> QuestionCheck:
    """Proves variants of one question by everything that can be computed."""
    header = template.header
    check = QuestionCheck(header.identifier, header.kind)
    check.problems += _static_problems(template)
    solvers, problems = question_solvers(template)
    check.problems += problems
    if problems:
        return check
    check.variants = how.variants if template.parameters else 1
    check.routes = min((2 if solver.check else 1 for solver in solvers), default=0)
    verified = verified_results(solvers)
    check.problems += unproved_keys(template, verified, required=how.strict)
    filling = Filling(template.points, how.rule, True, verified)
    check.provenances = Filler(template, filling).provenances
    # What is hidden is proved, too: variants that print alike may have different keys.
    source = variant_source(template, solvers, 0, "check", by_value=True)
    prover = Prover("always", ProofStore(), Tally())
    reading, watch = ReadingBack(template), QuestionWatch(template)

    def observe(item: Item, known: Values) -> None:
        for message, place in reading.faults(item, known):
            check.problems.append(_fault(template, item, "misprint", message, place))
        watch.see(item, known)

    # A course's own drawing may be one that only some values keep from becoming a PDF.
    pdf_limit = PDF_VARIANTS if all(map(is_shipped, template.figures)) else None
    production = Production(
        template,
        solvers,
        filling,
        source,
        prover,
        FIGURE_VARIANTS,
        observe,
        pdf_limit=pdf_limit,
    )
    _prove(production, _distinct(production, check), check)
    check.problems += prover.tally.problems
    if not prover.tally.problems:
        check.problems += rejected_faults(template, solvers)
    complete = all(problem.severity != "error" for problem in check.problems)
    every = check.distinct < how.variants
    check.problems += watch.problems(complete=complete, every_variant=every)
    check.largest = prover.largest
    return check


def _static_problems(template: QuestionTemplate) -> list[Problem]:
    """What the texts alone show."""
    parts = [part.explanation for part in template.parts]
    if template.explanation is not None or None not in parts:
        return []
    message = f"question '{template.header.identifier}' has no explanation"
    return [Problem("explanation", message, template.header.place)]


def _distinct(production: Production, check: QuestionCheck) -> list[Variant]:
    """The distinct variants there are, up to those asked for."""
    template = production.template
    copies = [f"variant {number}" for number in range(1, check.variants + 1)]
    found: list[Variant] = []
    try:
        found.extend(production.source.variants(copies))
    except (SolverFailure, VariantFailure) as failure:
        if not (isinstance(failure, VariantFailure) and failure.code == "too-few-variants"):
            production.fail_draw(failure, len(found) + 1)
            return found
    wanted = min(ENOUGH_VARIANTS, check.variants)
    looks = _looks(production, found, wanted) if template.parameters else wanted
    if looks < wanted and not template.note:
        counted = "1 variant" if looks == 1 else f"{looks} variants"
        message = (
            f"question '{check.identifier}' has only {counted} that students can tell "
            "apart; widen its parameters, or say in a 'note' why there are no more"
        )
        check.problems.append(Problem("few-variants", message, template.header.place))
    return found


def _looks(production: Production, found: Sequence[Variant], wanted: int) -> int:
    """How many variants students can tell apart; beyond those found, until there are enough."""
    source, looks = production.source, set[bytes]()
    for variant in found:
        looks.add(source.look(variant))
        if len(looks) >= wanted:
            return wanted
    more = (f"variant {number}" for number in range(len(found) + 1, 10 * wanted))
    with suppress(SolverFailure, VariantFailure):
        while len(looks) < wanted and (copy := next(more, None)):
            looks.update(map(source.look, source.variants([copy])))
    return len(looks)


def _prove(production: Production, variants: list[Variant], check: QuestionCheck) -> None:
    check.distinct = len(variants)
    guesses: list[Fraction] = []
    faults, sound = 0, set[object]()
    try:
        for item in production.items_of(variants):
            check.mistakes += mistakes_tested(item)
            if item.variant <= GUESS_VARIANTS:
                guesses.append(guess_floor(item.parts))
                check.guess = sum(guesses, Fraction(0)) / len(guesses)
            with_formulas = item.variant <= FORMULA_VARIANTS
            for code, message in item_faults(item, with_formulas=with_formulas, sound=sound):
                check.problems.append(_fault(production.template, item, code, message))
                faults += 1
            if faults >= MAX_FAULTS:
                break
    except ProductionFailed:
        return


def _fault(
    template: QuestionTemplate, item: Item, code: str, message: str, place: Place | None = None
) -> Problem:
    drawn = template.parameter_values(item.values)
    shown = f" ({show_all(drawn)})" if drawn else ""
    where = f"question '{item.header.identifier}', variant {item.variant}{shown}"
    return Problem(code, f"{where}: {message}", place or item.header.place)


def number_of(problems: Sequence[Problem]) -> str:
    """`2 problems, 1 warning`; nothing where there are none."""
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    found = [count(errors, "problem")] if errors else []
    found += [count(warnings, "warning")] if warnings else []
    return ", ".join(found)
