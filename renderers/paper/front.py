"""What stands before the questions of a paper: its title, fields, table of marks and rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from qgen.document.exam import ExamDocument, Paper
from qgen.renderers.front_matter import (
    Fact,
    Piece,
    front_facts,
    front_pieces,
    has_mark_columns,
    section_rows,
)
from qgen.renderers.paper.literals import string
from qgen.renderers.paper.sheet_layout import answered_on_paper, listed
from qgen.renderers.paper.text import PaperText
from qgen.renderers.paper.words import Words
from qgen.renderers.scoring_words import in_a_row, scoring_sentences
from qgen.renderers.wording import minutes_label


@dataclass(frozen=True, slots=True)
class Front:
    """Writes the fronts of one exam's papers; `logo` is the path of the picture above them."""

    exam: ExamDocument
    words: Words
    texts: PaperText
    logo: str | None
    has_cover: bool
    has_sheet: bool

    def lines(self, paper: Paper, title: str, *, is_solution: bool) -> Iterator[str]:
        """The front of a paper or of its solutions."""
        for piece in front_pieces(paper, is_solution=is_solution, has_cover=self.has_cover):
            yield from self._piece(piece, paper, title)

    def _piece(self, piece: Piece, paper: Paper, title: str) -> Iterator[str]:
        exam, words = self.exam, self.words
        match piece:
            case "cover_space":
                yield "#cover-space();"
            case "logo":
                if self.logo is not None:
                    yield f"#logo({string(self.logo)});"
            case "title":
                course = f"course: [{words.text(exam.course)}], " if exam.course else ""
                facts = ", ".join(
                    f"[{self._fact(each, paper)}]" for each in front_facts(exam, paper)
                )
                yield f"#title-block({course}[{words.title(title)}], {facts});\n"
            case "fields":
                yield self._fields(paper)
            case "marks":
                yield self._marks(paper)
            case "student":
                yield words.label(words.labels.name) + words.text(paper.student or "") + "\n"
            case "instructions":
                if exam.instructions is not None:
                    yield self.texts.write(exam.instructions) + "\n"
            case "rules":
                yield from self._rules(paper)
            case "page_break":
                yield "#pagebreak();"
            case _:
                assert_never(piece)

    def _rules(self, paper: Paper) -> Iterator[str]:
        """What may be used, where answers belong, and how the paper is scored, in words."""
        labels, aids = self.words.labels, self.exam.aids
        if aids is not None:
            yield self._rule(labels.aids, "; ".join(aids) or labels.no_aids)
        if self.has_sheet:
            yield self._sheet_rule(paper)
        sentences = scoring_sentences(paper, labels)
        if sentences:
            yield self._rule(labels.scoring, in_a_row(sentences))

    def _sheet_rule(self, paper: Paper) -> str:
        """That answers belong on the sheet, but for those that it has no room for."""
        words = self.words
        where = words.text(words.labels.use_sheet)
        named = listed(answered_on_paper(paper))
        if named:
            # Behind a full stop as wide as a sign there is no blank.
            between = "" if words.labels.use_sheet.endswith("。") else " "
            where += words.text(between) + words.filled(words.labels.on_paper, words.text(named))
        return f"#labelled[{words.label(words.labels.answer_sheet)}][{where}];\n"

    def _rule(self, name: str, words: str) -> str:
        return f"#labelled[{self.words.label(name)}][{self.words.text(words)}];\n"

    def _fact(self, fact: Fact, paper: Paper) -> str:
        exam, words = self.exam, self.words
        labels = words.labels
        match fact:
            case "version":
                return f"#strong[{words.text(f'{labels.version} {paper.label}')}];"
            case "date":
                return words.label(labels.date) + words.date(exam.date or "")
            case "duration":
                duration = exam.duration_of(paper) or 0
                minutes = words.filled(minutes_label(duration, labels), words.text(str(duration)))
                return words.label(labels.duration) + minutes
            case "total":
                return words.label(labels.total) + words.points(paper.points)
            case "pass_mark":
                share = words.points_number((exam.pass_mark or Fraction(0)) * 100)
                return words.label(labels.pass_mark) + words.filled(labels.percent, share)
            case _:
                assert_never(fact)

    def _fields(self, paper: Paper) -> str:
        words = self.words
        name, number = words.labels.name, words.labels.student_number
        known = ""
        if paper.student:  # a roster's papers bear the students' numbers
            student, identifier = words.text(paper.student), words.text(paper.label)
            known = f", student: [{student}], identifier: [{identifier}]"
        return f"#fields(name: [{words.field(name)}], number: [{words.field(number)}]{known});\n"

    def _marks(self, paper: Paper) -> str:
        """The table that a marker fills: a column for each question, or a row for each section."""
        words, items = self.words, list(paper.items())
        questions, worth, reached, total, section = map(
            words.text,
            (
                words.labels.questions,
                words.labels.worth,
                words.labels.reached,
                words.labels.total,
                words.labels.section,
            ),
        )
        whole = words.points_number(paper.points)
        if has_mark_columns(paper):
            widths = f"(auto, ..(2.4em,) * {len(items)}, auto)"
            header = [
                questions,
                *(words.text(f"{index + 1}") for index in range(len(items))),
                total,
            ]
            rows = [
                [worth, *(words.points_number(item.points) for item in items), whole],
                [reached, *[""] * (len(items) + 1)],
            ]
        else:
            widths = "(1fr, auto, auto, 5em)"
            header = [section, questions, worth, reached]
            rows = [*self._section_rows(paper), [total, "", whole, ""]]
        cells = ", ".join(f"[{cell}]" for row in rows for cell in row)
        titles = ", ".join(f"[{cell}]" for cell in header)
        return f"#marks(widths: {widths}, header: ({titles}), {cells});\n"

    def _section_rows(self, paper: Paper) -> Iterator[list[str]]:
        words = self.words
        for row in section_rows(paper):
            numbers = f"{row.first}–{row.last}" if row.last > row.first else str(row.first)
            yield [words.text(row.title), words.text(numbers), words.points_number(row.points), ""]
