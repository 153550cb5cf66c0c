"""Shows one variant of a question as text."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import assert_never

from qgen.banks import find_question, macros_from
from qgen.course_files import load_course_files
from qgen.document.answers import (
    Answer,
    ComplexAnswer,
    FormulaAnswer,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    Part,
    ShortAnswer,
    SingleChoice,
    option_letter,
)
from qgen.document.complex_numbers import typed_complex
from qgen.document.exam import Item
from qgen.document.matrices import typed_rows
from qgen.document.numbers import significant
from qgen.document.problem import Problem
from qgen.document.richtext import (
    Block,
    BulletList,
    CodeBlock,
    NumberedList,
    Paragraph,
    Passage,
    RichText,
    Table,
    join_parts,
    plain_text,
)
from qgen.document.values import Real
from qgen.generator.filling import Filling
from qgen.production import Production, ProductionFailed, Prover, Tally, variant_source
from qgen.proofs import ProofStore
from qgen.question_solvers import question_solvers, verified_results
from qgen.renderers.keys import key_text
from qgen.renderers.labels import labels_for
from qgen.renderers.wording import credit_text, hint_label, points_number


def show_question(
    identifier: str,
    banks: Sequence[str],
    solver_files: Sequence[Path],
    seed: int,
    solution: bool,
    macro_files: Sequence[Path] = (),
) -> tuple[str, list[Problem]]:
    """One variant of a question as text, proved by both routes; or the problems."""
    macros, problems = macros_from(macro_files)
    if problems:
        return "", problems
    entry, problems = find_question(banks, identifier, macros)
    if entry is None:
        return "", problems
    unloaded = load_course_files(solver_files)
    template, mistakes = entry.compiled
    if template is None:
        return "", mistakes
    solvers, mistakes = question_solvers(template)
    if unloaded or mistakes:
        return "", unloaded + mistakes
    tally = Tally()
    filling = Filling(template.points, "per_option", True, verified_results(solvers))
    production = Production(
        template,
        solvers,
        filling,
        variant_source(template, solvers, seed, "show"),
        Prover("new", ProofStore(), tally),
    )
    try:
        items = list(production.items(["show"]))
    except ProductionFailed:
        return "", tally.problems
    return item_text(items[0], solution), []


def item_text(item: Item, solution: bool) -> str:
    """An item as plain text, with its solution or without."""
    header = item.header
    lines = [
        f"{header.title} [{header.identifier}]",
        f"{header.kind}, {header.topic}, difficulty {header.difficulty}, {_points(item.points)}",
        *([f"not with {', '.join(header.not_with)}"] if header.not_with else []),
        "",
        _blocks(item.stem),
    ]
    for part in item.parts:
        if part.label:
            words = " ".join(filter(None, (f"({part.label})", plain_text(part.prompt))))
            lines += ["", f"{words} [{_points(part.points)}]"]
        lines += _asked(part.answer, solution)
        if solution:
            lines.append(f"Key: {key_text(part.answer)} ({part.provenance})")
            lines += _marking(part.answer)
            lines += _hints(part)
            lines += [f"If {mark}: {plain_text(text)}" for mark, text in part.by_mark.texts]
            if part.explanation is not None:
                lines.append(_blocks(part.explanation))
    if solution and item.explanation is not None:
        lines += ["", _blocks(item.explanation)]
    return "\n".join(lines)


def _hints(part: Part) -> list[str]:
    """The hints, each with what it costs."""
    return [
        f"{hint_label(number, hint.penalty, labels_for('en'))}: {plain_text(hint.text)}"
        for number, hint in enumerate(part.hints, 1)
    ]


def _blocks(passage: Passage) -> str:
    """A passage as plain text: paragraphs and formulas apart, tables and lists line by line."""

    def text(block: Block) -> str:
        return plain_text(Passage(RichText((block,)), passage.printed))

    def item(mark: str, blocks: tuple[Block, ...]) -> str:
        return f"{mark} {plain_text(Passage(RichText(blocks), passage.printed))}"

    def written(block: Block) -> str:
        match block:
            case Table():
                rows = (block.header, *block.rows)
                return "\n".join(" | ".join(text(Paragraph(cell)) for cell in row) for row in rows)
            case NumberedList():
                numbered = enumerate(block.items, block.start)
                return "\n".join(item(f"{number}.", blocks) for number, blocks in numbered)
            case BulletList():
                return "\n".join(item("-", blocks) for blocks in block.items)
            case CodeBlock():
                return join_parts(block.text, passage.printed).rstrip("\n")
            case _:
                return text(block)

    return "\n\n".join(map(written, passage.text.blocks))


def _points(points: Fraction) -> str:
    return f"{points_number(points)} {'point' if points == 1 else 'points'}"


def _asked(answer: Answer, solution: bool) -> list[str]:
    match answer:
        case SingleChoice() | MultipleSelect():
            lines = []
            for index, option in enumerate(answer.options):
                mark = ("* " if option.correct else "  ") if solution else "  "
                lines.append(f"{mark}{option_letter(index)}. {plain_text(option.text)}")
                if solution and option.feedback is not None:
                    lines.append(f"       {plain_text(option.feedback)}")
            return lines
        case Numeric() | ComplexAnswer():
            return [] if answer.unit is None else [f"  in {answer.unit}"]
        case MatrixAnswer():
            return [f"  in {answer.height} × {answer.width} entries"]
        case FormulaAnswer():
            return [f"  in {', '.join(answer.variables)}"]
        case Matching():
            lefts = [
                f"  {number}. {plain_text(pair.left)}"
                for number, pair in enumerate(answer.pairs, 1)
            ]
            return [*lefts, *_lettered(answer.rights)]
        case Ordering():
            return _lettered(answer.items)
        case Open() if answer.upload:
            return [f"  handed in as a file: {', '.join(answer.upload)}"]
        case Open() if answer.code is not None:
            return [f"  in {answer.code}"]
        case ShortAnswer() | Open():
            return []
        case _:
            assert_never(answer)


def _lettered(texts: Sequence[Passage]) -> list[str]:
    return [f"  {option_letter(index)}. {plain_text(text)}" for index, text in enumerate(texts)]


def _value(value: Real) -> str:
    """A mistake's value: whole numbers in full, others to six digits."""
    return significant(value, 6 if value % 1 else 15)


def _marking(answer: Answer) -> list[str]:
    """What a marker wants to know beside the key."""
    match answer:
        case Open():
            return [f"  {_points(line.points)}: {plain_text(line.text)}" for line in answer.rubric]
        case Numeric():
            return [
                f"  {_value(mistake.value)}{credit_text(mistake.credit)}: "
                f"{plain_text(mistake.feedback)}"
                for mistake in answer.mistakes
            ]
        case ComplexAnswer():
            return [
                f"  {typed_complex(mistake.value)}{credit_text(mistake.credit)}: "
                f"{plain_text(mistake.feedback)}"
                for mistake in answer.mistakes
            ]
        case MatrixAnswer():
            return [
                f"  {typed_rows(mistake.rows)}: {plain_text(mistake.feedback)}"
                for mistake in answer.mistakes
            ]
        case FormulaAnswer() | ShortAnswer():
            return [
                f"  {plain_text(mistake.feedback)}{credit_text(mistake.credit)}"
                for mistake in answer.mistakes
            ]
        case Matching():
            return [
                f"  {number}: {plain_text(pair.feedback)}"
                for number, pair in enumerate(answer.pairs, 1)
                if pair.feedback is not None
            ]
        case SingleChoice() | MultipleSelect() | Ordering():
            return []
        case _:
            assert_never(answer)
