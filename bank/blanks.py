"""Blanks in the stem of a derivation, `[[a]]`: each for one part, in which its answer stands."""

from collections.abc import Sequence

from qgen.bank.answer_models import FormulaFields, NumericFields, ShortAnswerFields
from qgen.bank.choice_models import SingleChoiceFields
from qgen.bank.models import PartModel
from qgen.document.richtext import Blank, DataLink, Link, RichText, walk


def blanks_of(stem: RichText) -> list[str]:
    """The labels of the blanks in the order of the text."""
    return [node.label for node in walk(stem.blocks) if isinstance(node, Blank)]


def blank_faults(
    stem: RichText, parts: Sequence[PartModel], labels: Sequence[str]
) -> list[tuple[str, int, str]]:
    """What is wrong with blanks: the label, which of its blanks, and a sentence."""
    known = dict(zip(labels, parts, strict=False))
    found: list[tuple[str, int, str]] = []
    met: dict[str, int] = {}
    for label in blanks_of(stem):
        met[label] = met.get(label, -1) + 1
        part = known.get(label)
        if part is None:
            last = labels[len(parts) - 1]
            message = (
                f"[[{label}]] stands for the part '{label}', and the parts are a to {last}; "
                f"write `[[{label}]]` for the brackets themselves"
            )
            found.append((label, met[label], message))
        elif met[label]:
            message = f"the part '{label}' has a blank already; its answer stands in one place"
            found.append((label, met[label], message))
        else:
            fault = _fault(part)
            if fault is not None:
                found.append((label, 0, f"the part '{label}' {fault}"))
    for node in walk(stem.blocks):
        if isinstance(node, (Link, DataLink)):
            found += [
                (inner.label, 0, "a blank cannot stand in a link")
                for inner in walk(node.children)
                if isinstance(inner, Blank)
            ]
    return found


def _fault(part: PartModel) -> str | None:
    """Why the answer of a part cannot be given in a blank."""
    if isinstance(part, NumericFields) and part.unit is not None:
        return "has a 'unit': write it in the text, behind the blank"
    if isinstance(part, (NumericFields, FormulaFields)) and part.accept_if:
        return "is decided by 'accept_if', and may need a person: give it a prompt and no blank"
    if isinstance(part, (NumericFields, ShortAnswerFields, SingleChoiceFields, FormulaFields)):
        return None
    return (
        f"is of kind '{part.kind}', whose answer does not fit into a line; a blank is for numeric, "
        "short_answer, single_choice and formula"
    )


def unasked(parts: Sequence[PartModel], labels: Sequence[str], blanks: Sequence[str]) -> list[int]:
    """The places of the parts that neither ask anything nor have a blank."""
    return [
        index
        for index, (part, label) in enumerate(zip(parts, labels, strict=False))
        if part.prompt is None and label not in blanks
    ]
