"""What a format that checks no formulas loses of what a question says about their marking."""

from collections.abc import Iterator, Mapping

from qgen.document.answers import FormulaAnswer, FormulaForm, Freedom
from qgen.document.exam import Item
from qgen.document.problem import Problem
from qgen.renderers.writer import Writer

_FORMS: Mapping[FormulaForm, str] = {
    "factorised": "must be factorised",
    "expanded": "must be multiplied out",
    "lowest_terms": "must be in lowest terms",
    "no_decimals": "must be without decimals",
}
_FREEDOMS: Mapping[Freedom, str] = {
    "constant": "may differ from the key by an additive constant",
    "factor": "may differ from the key by a nonzero factor",
}


def formula_losses(format_name: str, writer: Writer, item: Item) -> Iterator[Problem]:
    """A loss for each formula whose form or freedom somebody else must mind."""
    if writer.checks_formulas or not (writer.takes_papers or writer.variants):
        return
    for part in item.parts:
        if not isinstance(part.answer, FormulaAnswer):
            continue
        said = [_FORMS[form] for form in part.answer.forms]
        said += [_FREEDOMS[part.answer.up_to]] if part.answer.up_to else []
        if said:
            where = f", part {part.label}" if part.label else ""
            message = (
                f"question '{item.header.identifier}'{where}: in '{format_name}', whoever marks "
                f"must know that the formula {' and '.join(said)}; say so in its text"
            )
            yield Problem("formula-form", message, item.header.place, "loss")
