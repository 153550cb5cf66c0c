"""What a format loses of an answer that a condition decides, and that it cannot evaluate."""

from collections.abc import Iterator

from qgen.bank.conditions import used
from qgen.document.answers import Acceptance, FormulaAnswer, Open, Part
from qgen.document.exam import Item
from qgen.document.problem import Problem
from qgen.renderers.carriage import MARKED_BY
from qgen.renderers.writer import Writer


def condition_losses(format_name: str, writer: Writer, item: Item) -> Iterator[Problem]:
    """A loss for each such answer in a format that marks answers, and not this one as qgen does."""
    if format_name in MARKED_BY:
        by = writer.marked_by(item)
    elif format_name == "html":
        by = tuple("machine" if _is_worked_out(part) else "person" for part in item.parts)
    else:
        return
    for part, who in zip(item.parts, by, strict=True):
        accepts = part.answer.accepts if isinstance(part.answer, Open) else None
        if accepts is not None and who != "machine":
            where = f"part {part.label}: " if part.label else ""
            message = (
                f"{where}'{format_name}' cannot evaluate 'accept_if': a person marks by the "
                "condition and the example; 'qgen grade' marks what a page saves by itself"
            )
            yield Problem("accept-if", message, item.header.place, "loss")
        elif format_name == "moodle" and accepts is not None and _takes_derivatives(accepts):
            where = f"part {part.label}: " if part.label else ""
            message = (
                f"{where}STACK takes the derivatives of 'accept_if' almost everywhere: it marks as "
                "right what 'qgen grade' leaves to a person, a formula with a bend (abs(x)) or "
                "without a value (sqrt(-1))"
            )
            yield Problem("accept-if", message, item.header.place, "loss")


def _takes_derivatives(accepts: Acceptance) -> bool:
    of_formula = isinstance(accepts.example, FormulaAnswer)
    return of_formula and any("diff" in used(term) for term in accepts.holds.shape)


def _is_worked_out(part: Part) -> bool:
    """Whether a page works the condition out."""
    return isinstance(part.answer, Open) and (
        part.answer.accepts is not None and part.answer.accepts.holds.is_portable
    )
