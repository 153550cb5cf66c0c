"""What is wrong with the TeX of a formula, told where it is written."""

import re
from functools import cache
from typing import TYPE_CHECKING

from qgen.document.formula_limits import formula_fault

if TYPE_CHECKING:
    from math_core import LatexToMathML

# math-core would take definitions; a formula of the bank only ever uses what there is.
_DEFINITION = re.compile(r"\\(def|gdef|edef|let|newcommand|renewcommand|providecommand|require)\b")
_COMMENT = re.compile(r"(?<!\\)(?:\\\\)*%")


@cache
def _math_checker() -> "LatexToMathML":
    from math_core import LatexToMathML

    return LatexToMathML(allow_unreliable_rendering=True, fancy_error=False)


def math_fault(source: str) -> str | None:
    """What is wrong with the TeX of a formula, if anything is."""
    from math_core import LatexError

    fault = formula_fault(source)
    if fault is not None:
        return f"the formula '{_shortened(source)}' cannot be read: {fault}"
    definition = _DEFINITION.search(source)
    if definition:
        return f"'{definition.group()}' is not allowed in a formula"
    if _COMMENT.search(source):
        return (
            f"the formula '{_shortened(source)}': what follows a '%' would not be printed; for the "
            r"sign itself write '\%'"
        )
    try:
        _math_checker().convert_with_local_state(source, displaystyle=False)
    except LatexError as error:
        reason = str(error).splitlines()[0]
        return f"the formula '{_shortened(source)}' cannot be typeset: {reason}"
    return None


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"
