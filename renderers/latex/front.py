"""What stands before the questions of a paper: its title, fields, table of marks and rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from qgen.document.exam import ExamDocument, Paper
from qgen.document.formats import LatexOptions
from qgen.renderers.front_matter import (
    Fact,
    Piece,
    front_facts,
    front_pieces,
    has_mark_columns,
    section_rows,
)
from qgen.renderers.labels import Labels
from qgen.renderers.latex.characters import escape
from qgen.renderers.latex.pictures import Pictures, picture_form
from qgen.renderers.latex.text import LatexPassageWriter, asset_name
from qgen.renderers.latex.words import fill_label, label_text, points_source, points_text
from qgen.renderers.locales import date_text
from qgen.renderers.scoring_words import in_a_row, scoring_sentences
from qgen.renderers.wording import field_label, minutes_label


@dataclass(frozen=True, slots=True)
class Front:
    """Writes the fronts of one exam's papers."""

    exam: ExamDocument
    labels: Labels
    passages: LatexPassageWriter
    pictures: Pictures
    options: LatexOptions

    def lines(self, paper: Paper, *, is_solution: bool) -> Iterator[str]:
        """The front of a paper or of its solutions."""
        exam, words = self.exam, self.labels
        version = f"{escape(words.version)} {escape(paper.label)}"
        if is_solution:
            version += f" · {escape(words.solutions)}"
        course = " · ".join(map(escape, filter(None, (exam.course, exam.title))))
        page = fill_label(words.page, "#1", "#2")
        yield rf"\renewcommand{{\examversion}}{{{version}}}"
        yield rf"\renewcommand{{\examcourse}}{{{course}}}"
        yield rf"\renewcommand{{\exampage}}[2]{{{page}}}"
        if is_solution:
            yield r"\renewcommand{\examkept}{.15}"
        else:
            sides = self.options.sides
            yield rf"\renewcommand{{\examturn}}{{\examturn{sides}{{{escape(words.turn_over)}}}}}"
        title = escape(exam.title)
        if is_solution:
            title += f" · {escape(words.solutions)}"
        cover = self.options.cover
        for piece in front_pieces(paper, is_solution=is_solution, has_cover=cover):
            yield from self._piece(piece, paper, title)

    def _piece(self, piece: Piece, paper: Paper, title: str) -> Iterator[str]:
        exam, words = self.exam, self.labels
        match piece:
            case "cover_space":
                yield r"\vspace*{\measureabovecover}"
            case "logo":
                if exam.logo is not None and picture_form(exam.logo) is not None:
                    yield self.pictures.definitions({exam.logo.name: exam.logo}).rstrip()
                    yield rf"\examlogo{{{asset_name(exam.logo.name)}}}"
            case "title":
                yield rf"\examtitle{{{escape(exam.course or '')}}}{{{title}}}"
                known = (self._fact(fact, paper) for fact in front_facts(exam, paper))
                facts = r"\examfact ".join(rf"\mbox{{{fact}}}" for fact in known)
                yield rf"\examfacts{{{facts}}}"
            case "fields":
                yield self._fields(paper)
            case "marks":
                yield self._grades(paper)
            case "student":
                yield escape(words.labelled.format(words.name, paper.student or "")) + "\n"
            case "instructions":
                if exam.instructions is not None:
                    yield self.passages.write(exam.instructions) + "\n"
            case "rules":
                yield from self._rules(paper)
            case "page_break":
                yield r"\clearpage"
            case _:
                assert_never(piece)

    def _rules(self, paper: Paper) -> Iterator[str]:
        """What may be used, and how the paper is scored, in words."""
        words, aids = self.labels, self.exam.aids
        if aids is not None:
            named = "; ".join(aids) or words.no_aids
            yield rf"\examlabel{{{label_text(words.aids, words)}}}{escape(named)}\par"
        sentences = scoring_sentences(paper, words)
        if sentences:
            name = label_text(words.scoring, words)
            yield rf"\examlabel{{{name}}}{escape(in_a_row(sentences))}\par"

    def _fact(self, fact: Fact, paper: Paper) -> str:
        exam, words = self.exam, self.labels
        match fact:
            case "version":
                return rf"\textbf{{{escape(words.version)} {escape(paper.label)}}}"
            case "date":
                return escape(
                    words.labelled.format(words.date, date_text(exam.date or "", words.locale))
                )
            case "duration":
                duration = exam.duration_of(paper) or 0
                minutes = fill_label(minutes_label(duration, words), str(duration))
                return label_text(words.duration, words) + minutes
            case "total":
                return label_text(words.total, words) + points_text(paper.points, words)
            case "pass_mark":
                share = points_source((exam.pass_mark or Fraction(0)) * 100, words)
                return label_text(words.pass_mark, words) + fill_label(words.percent, share)
            case _:
                assert_never(fact)

    def _fields(self, paper: Paper) -> str:
        words = self.labels
        name = escape(field_label(words.name, words))
        if paper.student is not None:
            name += rf"\enspace {escape(paper.student)}"
        number = escape(field_label(words.student_number, words))
        return rf"\examfields{{{name}}}{{{number}}}" + "\n"

    def _grades(self, paper: Paper) -> str:
        """The table that a marker fills: a column for each question, or a row for each section."""
        words = self.labels
        items = list(paper.items())
        if has_mark_columns(paper):
            numbers = [str(number) for number in range(1, len(items) + 1)]
            rows = [
                [escape(words.questions), *numbers, escape(words.total)],
                [
                    escape(words.worth),
                    *(points_source(item.points, words) for item in items),
                    points_source(paper.points, words),
                ],
                [escape(words.reached), *[""] * (len(items) + 1)],
            ]
            columns = "|l|" + r"w{c}{2.2em}|" * len(items) + r"w{c}{3em}|"
        else:
            rows = [
                [
                    escape(words.section),
                    escape(words.questions),
                    escape(words.worth),
                    escape(words.reached),
                ],
                *self._section_rows(paper),
                [escape(words.total), "", points_source(paper.points, words), ""],
            ]
            columns = r"|X|c|c|w{c}{5em}|"
        body = "".join("{}" + " & ".join(row) + r" \\\hline" + "\n" for row in rows)
        table = r"\examgrades" if has_mark_columns(paper) else r"\examsectiongrades"
        return f"{table}{{{columns}}}{{%\n\\hline\n{body}}}\n"

    def _section_rows(self, paper: Paper) -> Iterator[list[str]]:
        for row in section_rows(paper):
            yield [
                escape(row.title),
                f"{row.first}--{row.last}" if row.last > row.first else str(row.first),
                points_source(row.points, self.labels),
                "",
            ]
