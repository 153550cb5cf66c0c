"""How papers look, decided once: the measures and colours that Typst and TeX read."""

from collections.abc import Mapping

TEXT_SIZE = 11
"""Points: the size of LaTeX's papers, and of Typst's where no option says another."""

LENGTHS: Mapping[str, str] = {
    "margin-side": "24mm",
    "margin-top": "22mm",
    "margin-bottom": "26mm",
    "above-cover": "30mm",
    "logo": "20mm",
    "title-rule": "0.8pt",
    # What stands before the blocks of a question, by what they begin with.
    "before-section": "2.2em",
    "before-question": "1.8em",
    "before-part": "1.3em",
    # A picture is never higher.
    "picture": "105mm",
    # Room to answer.
    "answer-line": "9mm",
    "formula-room": "16mm",
    "square": "5mm",
    "entry-width": "13mm",
    "entry-height": "8mm",
    "blank": "50mm",
    "gap": "22mm",
    "letter-line": "1.6em",
    # Options: the room for what is ticked and for the letter, and between columns of short ones.
    "option-box": "1.2em",
    "option-letter": "1.5em",
    "columns-gap": "1.5em",
}
"""Lengths that both know: an em is the size of the text."""

SHARES: Mapping[str, float] = {
    "name-field": 0.58,
    "number-field": 0.38,
    "words-blank": 0.6,
}
"""Of the line's width."""

MOST_COLUMNS = 5
"""Short options stand in no more columns."""
SHORT_OPTION = 120
"""Options with more source than this never stand in columns."""

SIZES: Mapping[str, float] = {
    "course": 1.15,
    "title": 1.55,
    "section": 1.3,
    "marks": 0.9,
    "notes": 0.9,
    "small": 0.85,
}
"""Of letters, in sizes of the text. `small` are the foot of a page and what tells a source."""

COLOURS: Mapping[str, str] = {
    "right": "005C2E",
    "faint": "999999",
    "quiet": "595959",
}
"""What is right, lines to write on, and what is there for markers only."""

_LEADING = 1.2
"""TeX's distance of lines, in sizes of their letters."""


def typst_measures() -> str:
    """The table as Typst's dictionaries `shared` and `colours`, at the head of its style."""
    lengths = [f"  {name}: {length}," for name, length in LENGTHS.items()]
    shares = [f"  {name}: {share * 100:g}%," for name, share in SHARES.items()]
    sizes = [f"  {name}-size: {size:g}em," for name, size in SIZES.items()]
    colours = [f"  {name}: {_typst_colour(colour)}," for name, colour in COLOURS.items()]
    return "\n".join(
        (
            "#let shared = (",
            *lengths,
            *shares,
            *sizes,
            f"  most-columns: {MOST_COLUMNS},",
            ")",
            "#let colours = (",
            *colours,
            ")",
            "",
        )
    )


def tex_measures() -> str:
    r"""The table as TeX's `\measure…`, `\size…` and `\examcolours`, before its preamble."""
    lengths = [_command("measure", name, length) for name, length in LENGTHS.items()]
    shares = [_command("measure", name, rf"{share:g}\linewidth") for name, share in SHARES.items()]
    sizes = [_command("size", name, _font(size)) for name, size in SIZES.items()]
    colours = (
        rf"\definecolor{{exam{name}}}{_tex_colour(colour)}" for name, colour in COLOURS.items()
    )
    defined = rf"\newcommand{{\examcolours}}{{{''.join(colours)}}}"
    most = rf"\newcommand{{\mostcolumns}}{{{MOST_COLUMNS}}}"
    return "\n".join((*lengths, *shares, *sizes, most, defined, ""))


def _command(prefix: str, name: str, meaning: str) -> str:
    letters = name.replace("-", "")
    return rf"\newcommand{{\{prefix}{letters}}}{{{meaning}}}"


def _is_grey(colour: str) -> bool:
    """Greys stay greys, so that no printer mixes them of its inks."""
    return colour[:2] == colour[2:4] == colour[4:]


def _typst_colour(colour: str) -> str:
    return f"luma({int(colour[:2], 16)})" if _is_grey(colour) else f'rgb("#{colour.lower()}")'


def _tex_colour(colour: str) -> str:
    return (
        f"{{gray}}{{{int(colour[:2], 16) / 255:.4g}}}"
        if _is_grey(colour)
        else f"{{HTML}}{{{colour}}}"
    )


def _font(size: float) -> str:
    points = size * TEXT_SIZE
    return rf"\fontsize{{{points:g}}}{{{points * _LEADING:.4g}}}\selectfont"
