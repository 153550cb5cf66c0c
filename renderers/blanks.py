"""Which answers of a derivation can be given in a box within the text."""

from typing import assert_never

from qgen.document.answers import (
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
)
from qgen.renderers.moodle.cloze import can_be_listed


def stands_in_text(part: Part) -> bool:
    """Whether a part's box stands in a blank of the stem: what is typed, or a list of words.

    Options with formulas, which no list shows, stay below with the part's own heading.
    """
    if not part.in_text:
        return False
    match part.answer:
        case Numeric() | ComplexAnswer() | ShortAnswer() | FormulaAnswer():
            return True
        case SingleChoice():
            return can_be_listed(option.text for option in part.answer.options)
        case MultipleSelect() | MatrixAnswer() | Matching() | Ordering() | Open():
            return False
        case _:
            assert_never(part.answer)
