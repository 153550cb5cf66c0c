"""The sheet of settings as text, Markdown and a web page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from qgen.renderers.moodle.text import cleaned, escaped


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: 1 for the sheet's, 2 for a step's."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a list, or below one (level 2); `code` is what is copied as it stands."""

    level: int
    text: str
    code: str = ""


SheetLine: TypeAlias = Heading | Line

_MARKED = re.compile(r"([\\`*_\[\]<>#|~&])")
_PAGE = (
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
    "<style>body {{ font: 1rem/1.5 sans-serif; max-width: 50rem; margin: 2rem auto; "
    "padding: 0 1rem; }} code {{ background: #eee; }}</style>\n</head>\n<body>\n{body}</body>\n"
    "</html>\n"
)


def as_text(lines: Sequence[SheetLine]) -> str:
    """Plain text."""
    written: list[str] = []
    for line in lines:
        if isinstance(line, Heading):
            written += [*_blank_after(written), _one_line(line.text), ""]
        else:
            written.append(f"{'  ' * line.level}{_one_line(f'{line.text} {line.code}')}")
    return "\n".join(written) + "\n"


def as_markdown(lines: Sequence[SheetLine]) -> str:
    """Markdown, in which nothing of the exam's own texts is markup."""
    written: list[str] = []
    for line in lines:
        text = _MARKED.sub(r"\\\1", _one_line(line.text))
        if isinstance(line, Heading):
            written += [*_blank_after(written), f"{'#' * line.level} {text}", ""]
        else:
            code = f" {_code_span(_one_line(line.code))}" if line.code else ""
            written.append(f"{'  ' * (line.level - 1)}- {text}{code}")
    return "\n".join(written) + "\n"


def _blank_after(written: Sequence[str]) -> list[str]:
    return [""] if written and written[-1] else []


def as_page(lines: Sequence[SheetLine]) -> str:
    """A web page that needs nothing else."""
    body: list[str] = []
    depth = 0
    for line in lines:
        wanted = 0 if isinstance(line, Heading) else line.level
        body += ["<ul>\n"] * max(0, wanted - depth) + ["</ul>\n"] * max(0, depth - wanted)
        depth = wanted
        if isinstance(line, Heading):
            body.append(f"<h{line.level}>{escaped(line.text)}</h{line.level}>\n")
        else:
            code = f" <code>{escaped(line.code)}</code>" if line.code else ""
            body.append(f"<li>{escaped(line.text)}{code}</li>\n")
    body += ["</ul>\n"] * depth
    return _PAGE.format(title=escaped(lines[0].text), body="".join(body))


def _code_span(code: str) -> str:
    """A code span for any text: more backticks around it than are in it."""
    ticks = "`" * (max((len(run) for run in re.findall("`+", code)), default=0) + 1)
    blank = " " if code.startswith("`") or code.endswith(("`", " ")) else ""
    return f"{ticks}{blank}{code}{blank}{ticks}"


def _one_line(text: str) -> str:
    return " ".join(cleaned(text).split())
