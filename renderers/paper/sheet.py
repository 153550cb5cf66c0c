"""Answer sheets: as Typst source, and as the description by which a scanner finds the bubbles."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from qgen.document.answers import Numeric
from qgen.document.exam import ExamDocument, Paper
from qgen.document.formats import PaperOptions
from qgen.document.languages import has_decimal_comma
from qgen.document.numbers import exact_value, significant, terminating
from qgen.document.problem import Problem
from qgen.marking.rules import accepted_interval
from qgen.renderers.paper.literals import string
from qgen.renderers.paper.sheet_layout import (
    NUMBER_COLUMNS,
    Bubble,
    SheetLayout,
    SheetPage,
    Square,
    listed,
    sheet_layout,
)
from qgen.renderers.paper.words import Words

CODE_LENGTH = 8
"""Letters of a sheet's code: among ten thousand sheets, two alike are not to be expected."""
_MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class AnswerSheets:
    """Writes the sheets of one exam."""

    exam: ExamDocument
    words: Words
    options: PaperOptions

    def layout(self, paper: Paper) -> SheetLayout:
        """Where everything stands on a paper's sheet."""
        options = self.options
        return sheet_layout(paper, options.page, options.text_size, options.student_digits)

    def source(self, paper: Paper, layout: SheetLayout, code: str, style: str) -> str:
        """The sheet as Typst source; `style` is the file with its functions."""
        words = self.words
        title = f"{self.exam.title} · {words.labels.answer_sheet}"
        version = f"{words.labels.version} {paper.label}"
        lines = [
            f"#import {string(f'/{style}')}: *",
            f"#show: sheet.with(language: {string(words.labels.language)}, page-size: "
            f"{string(self.options.page)}, text-size: {10 * layout.scale:g}pt, "
            f"title: {string(f'{title} · {version}')})",
            self._head(paper, layout, title, version),
        ]
        for number, page in enumerate(layout.pages, 1):
            if number > 1:
                lines.append("#pagebreak();")
            shown = words.labels.page.split("{}")
            count = f"{shown[0]}{number}{shown[1]}{len(layout.pages)}{shown[2]}"
            foot = words.text(f"{version} · {code} · {count}")
            lines.append(f"#sheet-squares({_squares(layout.marks())});")
            lines.append(f"#sheet-squares({_squares(layout.code_cells(code, number))});")
            lines.append(f"#sheet-foot[{foot}];")
            lines += self._body(page)
        return "\n".join(lines) + "\n"

    def _head(self, paper: Paper, layout: SheetLayout, title: str, version: str) -> str:
        exam, words = self.exam, self.words
        labels = words.labels
        course = f"course: [{words.text(exam.course)}], " if exam.course else ""
        student, number = words.text(paper.student or ""), paper.label if paper.student else ""
        lines = [
            f"#title-block({course}[{words.title(title)}], [#strong[{words.text(version)}];]);",
            f"#sheet-field[{words.field(labels.name)}][{student}];",
            f"#sheet-field[{words.field(labels.student_number)}][{words.text(number)}];",
            f"#par[{words.text(labels.fill_circles)}];",
        ]
        if layout.on_paper:
            named = words.text(listed(layout.on_paper))
            lines.append(f"#par[{words.filled(labels.on_paper, named)}];")
        head = layout.head
        body = "\n".join(lines)
        return f"#sheet-head({head.x}, {head.y}, {head.width}, {head.height})[\n{body}\n];"

    def _body(self, page: SheetPage) -> Iterator[str]:
        for box in page.boxes:
            yield f"#sheet-box({box.x}, {box.y}, {box.width}, {box.height});"
        for label in page.labels:
            yield f"#sheet-label({label.x}, {label.y})[{self.words.text(label.words)}];"
        for bubble in page.bubbles:
            shown = string(self._sign(bubble))
            yield f"#sheet-bubble({bubble.x}, {bubble.y}, {bubble.diameter}, {shown});"

    def _sign(self, bubble: Bubble) -> str:
        """What stands in a bubble: numbers have the language's decimal mark."""
        if bubble.value == "." and has_decimal_comma(self.words.labels.locale):
            return ","
        return "−" if bubble.value == "-" else bubble.value

    def description(self, paper: Paper, layout: SheetLayout, code: str) -> str:
        """The sheet as JSON: what each bubble says, its centre and its width in millimetres."""
        whole = {
            "paper": paper.label,
            "code": code,
            "unit": "mm",
            "origin": "top left",
            "width": layout.width,
            "height": layout.height,
            "on_paper": [
                {"question": question, "part": part} for question, part in layout.on_paper
            ],
            "pages": [
                {
                    "page": number,
                    "marks": [_square(mark) for mark in layout.marks()],
                    "code_cells": [
                        {**_square(cell), "filled": cell.filled}
                        for cell in layout.code_cells(code, number)
                    ],
                    "bubbles": [bubble._asdict() for bubble in page.bubbles],
                }
                for number, page in enumerate(layout.pages, 1)
            ],
        }
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":")) + "\n"


def _square(square: Square) -> dict[str, float]:
    return {"x": square.x, "y": square.y, "size": square.size}


def _squares(squares: Iterable[Square]) -> str:
    return "".join(f"({each.x}, {each.y}, {each.size}), " for each in squares if each.filled)


def unfitting(paper: Paper) -> Iterator[Problem]:
    """Numbers of which no accepted spelling has so few characters as a sheet has columns."""
    for item in paper.items():
        for part in item.parts:
            if isinstance(part.answer, Numeric) and not _fits(part.answer):
                where = f" part ({part.label})" if part.label else ""
                message = (
                    f"question '{item.header.identifier}'{where}: no accepted answer has at most "
                    f"{NUMBER_COLUMNS} digits and marks, as many as the answer sheet has columns; "
                    "a person must read the frames above them"
                )
                yield Problem("paper-sheet", message, item.header.place, "loss")


def _fits(answer: Numeric) -> bool:
    low, high = accepted_interval(answer.key, answer.tolerance)
    return any(
        len(written.removeprefix("-")) <= NUMBER_COLUMNS and low <= Fraction(written) <= high
        for written in _spellings(exact_value(answer.key))
    )


def _spellings(key: Fraction) -> Sequence[str]:
    """The key as a fraction, and rounded to ever more digits."""
    found = [str(key), terminating(key) or ""]
    found += [significant(key, digits) for digits in range(1, _MOST_DIGITS)]
    return [each for each in found if each and "e" not in each]
