"""The pages of docs/ agree with the code: what they list is printed from the tables themselves.

After a meant change, `python -m tests.test_docs` prints what the pages must hold.
"""

from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from qgen.bank.expressions import FILTERS, Filter, compile_expression
from qgen.bank.functions import GROUPS
from qgen.bank.templates import HoleContext
from qgen.document.formats import FORMATS
from qgen.generator.outline import outline
from qgen.generator.printing import printer
from qgen.renderers.carriage import MARKED_BY, marks_by_format
from qgen.renderers.wording import points_number
from qgen.writers import default_writer
from tests.shipped import shipped_templates
from tests.test_imports import MAY_IMPORT

ROOT = Path(__file__).parents[1]

EXAMPLES = {
    "num": ("(2/3)", (3,)),
    "frac": ("(1/2)", ()),
    "signed": ("3", ()),
    "coef": ("(-1)", ()),
    "vector": ("(1, 2)", ()),
    "column": ("(1, 2)", ()),
    "matrix": ("(1, 2)", ()),
    "percent": ("(1/8)", ()),
}
"""For each filter a value and arguments with which it prints otherwise than no filter would."""


def formats() -> str:
    """Every format, with what can be chosen for it."""
    lines = []
    for name, known in FORMATS.items():
        lines += [f"## {name}", "", f"Writes {known.summary}.", ""]
        lines += ["| option | values | default | what it chooses |", "|---|---|---|---|"]
        types = get_type_hints(known.options)
        for each in fields(known.options):
            default = each.default if each.default is not MISSING else {}
            says, least, most = (each.metadata.get(key) for key in ("says", "least", "most"))
            values = f"{least} to {most}" if least is not None else _values(types[each.name])
            lines.append(f"| `{each.name}` | {values} | {_yaml(default)} | {says} |")
        lines.append("")
    return "\n".join(lines)


def marked() -> str:
    """Who marks which kind in which format."""
    lines = [f"| kind | {' | '.join(f'`{name}`' for name in MARKED_BY)} |"]
    lines.append("|---" * (len(MARKED_BY) + 1) + "|")
    for kind in next(iter(MARKED_BY.values())):
        lines.append(f"| `{kind}` | {' | '.join(row[kind] for row in MARKED_BY.values())} |")
    return "\n".join(lines) + "\n"


def shipped_marks() -> str:
    """Who marks how many of the shipped bank's marks, by format.

    Not held to the letter, since every new question changes it:
    `tests/qgen/test_moodle_of_the_bank.py` sees that the shares are still about right.
    """
    outlines = [outline(each, each.points, "per_option") for each in shipped_templates()]
    writers = {name: default_writer(name) for name in MARKED_BY}
    lines = ["| format | by machine | by a person | lost | share by machine |"]
    lines.append("|---|---|---|---|---|")
    for name, marks in marks_by_format(writers, outlines).items():
        total = marks.machine + marks.person + marks.lost
        counts = " | ".join(map(points_number, (marks.machine, marks.person, marks.lost)))
        lines.append(f"| `{name}` | {counts} | {float(marks.machine / total):.0%} |")
    return "\n".join(lines) + "\n"


def _values(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return ", ".join(map(_yaml, get_args(kind)))
    if kind is str:
        return "a path"
    return f"{_yaml(True)}, {_yaml(False)}" if kind is bool else "names and texts"


def _yaml(value: object) -> str:
    if value == "":
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def filters() -> str:
    """Every filter, with what it and no filter make of a value inside a formula."""
    lines = ["| written | prints | without the filter |", "|---|---|---|"]
    for name in FILTERS:
        source, arguments = EXAMPLES[name]
        shown = f"{name}({', '.join(map(str, arguments))})" if arguments else name
        with_filter, without = printed(name)
        written = f"{{{{ {source} \\| {shown} }}}}"
        lines.append(f"| `{written}` | `{with_filter}` | `{without}` |")
    return "\n".join(lines) + "\n"


def printed(name: str) -> tuple[str, str]:
    """An example's value printed with the filter and without it."""
    source, arguments = EXAMPLES[name]
    value = compile_expression(source).evaluate({})
    context = HoleContext(in_math=True, decimal=True)
    return (
        printer(Filter(name, arguments), context)(value),
        printer(None, context)(value),
    )


def functions() -> str:
    """All functions in their groups, with how each is written."""
    lines = []
    for title, group in GROUPS.items():
        lines += [f"### {title}", "", "| written | what it gives | of exact numbers |"]
        lines.append("|---|---|---|")
        for each in group:
            written = " or ".join(f"`{form}`" for form in each.written.split(" or "))
            lines.append(f"| {written} | {each.says} | {each.gives} |")
        lines.append("")
    return "\n".join(lines)


def rooms() -> str:
    """Which room may import which."""
    lines = ["| room | may import |", "|---|---|"]
    for room, others in MAY_IMPORT.items():
        names = ", ".join(f"`{other}`" for other in sorted(others)) or "the standard library only"
        lines.append(f"| `{room}/` | {names} |")
    return "\n".join(lines) + "\n"


PAGES = {
    "formats.md": [formats, marked],
    "language.md": [filters, functions],
    "architecture.md": [rooms],
}


@pytest.mark.parametrize(("page", "part"), [(page, part) for page in PAGES for part in PAGES[page]])
def test_a_page_tells_what_the_table_holds(page: str, part: Any) -> None:
    assert part() in (ROOT / "docs" / page).read_text("utf-8"), f"it should read:\n{part()}"


@pytest.mark.parametrize("name", sorted(FILTERS.keys() - {"vector"}))
def test_every_filter_changes_what_is_printed(name: str) -> None:
    """But for `vector`, which says that a value is an array, and refuses any other."""
    with_filter, without = printed(name)
    assert with_filter != without


def test_files_that_the_pages_name_exist() -> None:
    for page in (*(ROOT / "docs").glob("*.md"), ROOT / "CONTRIBUTING.md"):
        for word in page.read_text("utf-8").split("`")[1::2]:
            if "/" in word and word.endswith((".py", ".md", "/")) and " " not in word:
                assert (ROOT / word).exists(), f"{page.name} names {word}"


if __name__ == "__main__":
    for page, parts in PAGES.items():
        print(f"==== docs/{page}", *(part() for part in parts), sep="\n")
    print("==== docs/formats.md, the shipped bank", shipped_marks(), sep="\n")
