"""Draws a figure as an asset: SVG for pages and platforms, and PDF as well for papers by LaTeX.

The same values give the same bytes: names inside the files are hashed with a fixed salt, there
are no dates, and the fonts are those that come with matplotlib, whatever a machine has.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from qgen.document.exam import Asset
from qgen.document.values import Values
from qgen.figures.registry import FigureFailure, argument_faults, find_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STYLE: dict[str, Any] = {
    "svg.hashsalt": "qgen",
    "svg.fonttype": "path",
    "pdf.fonttype": 3,
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 9.0,
    "axes.labelsize": 9.0,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "axes.linewidth": 0.7,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "axes.labelpad": 2.0,
    "hatch.linewidth": 0.5,
    "axes.unicode_minus": True,
    "axes.formatter.useoffset": False,
}
_WITHOUT_DATES: dict[str, dict[str, None]] = {
    "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
MAX_BYTES = 5_000_000
_SVG_PATH = re.compile(rb' d="(?P<steps>[^"]*)"')
_LONG_NUMBER = re.compile(rb"(\.\d\d)\d+")
_BLANKS_AT_A_LETTER = re.compile(rb"\s*([A-Za-z])\s*")
# Words that only somebody who edits the file would read, and what begins every name of a letter.
_NEEDLESS = re.compile(rb"\n *(?:<!--.*?-->)?(?=\n *<)|(?<=\n) +(?=<)|STIXGeneral-(?=[\w-]+\")")


def render_figure(name: str, values: Values, *, pdf: bool = True) -> Asset:
    """The figure of this name, drawn from values, as SVG and, unless told otherwise, as PDF.

    Raises UnknownFigure, and FigureFailure for values that it cannot be drawn from.
    """
    drawing = find_figure(name)
    for _, fault in argument_faults(drawing, values.keys()):
        raise FigureFailure(fault)
    with _style():
        try:
            drawn = drawing.function(**values)
        except ValueError as error:
            raise FigureFailure(f"{name}: {error}") from None
        try:
            forms = {form: _written(drawn, form) for form in _WITHOUT_DATES if pdf or form != "pdf"}
        except Exception as error:
            # Only now does a course's own drawing show what it holds, a label's formula, say.
            if drawing.file is None:
                raise
            told = f"{drawing.file}: what it drew cannot be written"
            raise FigureFailure(f"{name}: {told}: {type(error).__name__}: {error}") from None
    if any(len(content) > MAX_BYTES for content in forms.values()):
        raise FigureFailure(f"{name}: its picture has more than {MAX_BYTES // 10**6} MB")
    return Asset(name, forms)


@contextmanager
def _style() -> Iterator[None]:
    """Matplotlib with our settings and nobody else's; what was set before holds again after."""
    import matplotlib as mpl

    with mpl.rc_context(_settings()):
        yield


@cache
def _settings() -> Any:
    import matplotlib as mpl

    # The backend stays: setting it would close what a notebook shows.
    default: Any = mpl.rcParamsDefault
    return {**{key: default[key] for key in default if "backend" not in key}, **_STYLE}


def _written(drawn: "Figure", form: str) -> bytes:
    file = io.BytesIO()
    drawn.savefig(file, format=form, metadata=_WITHOUT_DATES[form], facecolor="white")
    content = file.getvalue()
    if form != "svg":
        return content
    return _NEEDLESS.sub(b"", _SVG_PATH.sub(_shortened, content))


def _shortened(path: re.Match[bytes]) -> bytes:
    """A path with a hundredth of a point as its finest step: smaller, and looks the same."""
    steps = _BLANKS_AT_A_LETTER.sub(rb"\1", path["steps"])
    return b' d="' + _LONG_NUMBER.sub(rb"\1", steps) + b'"'
