"""Questions as HTML with real form controls, so that a student can tick and type in the page."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from qgen.document.answers import (
    Answer,
    ComplexAnswer,
    FormulaAnswer,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Option,
    Ordering,
    Part,
    ShortAnswer,
    SingleChoice,
    option_letter,
)
from qgen.document.exam import Item
from qgen.document.richtext import Passage, plain_text
from qgen.renderers.blanks import stands_in_text
from qgen.renderers.html.conditions import asked_as
from qgen.renderers.html.languages import direction_attribute
from qgen.renderers.html.solutions import SolutionWriter
from qgen.renderers.html.text import HtmlLine, HtmlText, Surroundings, escape, shortened
from qgen.renderers.html.words import filled, points_text
from qgen.renderers.labels import Labels
from qgen.renderers.locales import number_tex
from qgen.renderers.matrices import size_text
from qgen.renderers.wording import hint_label, upload_label

_TYPED_WORDS = 'autocapitalize="none" spellcheck="false"'


class HtmlQuestions:
    """Writes the questions of one exam's pages; `has_solutions` adds a solution below each."""

    def __init__(self, labels: Labels, *, has_solutions: bool) -> None:
        self.surroundings = Surroundings()
        self._labels = labels
        self._texts: dict[int, HtmlText] = {}
        self._line = HtmlLine(self.surroundings)
        self._language = ""
        self._has_solutions = has_solutions
        self._solutions = SolutionWriter(labels, self.blocks, self._formula)

    def _formula(self, tex: str) -> str:
        """A formula of the writer's own, with the language's decimal mark."""
        return self.surroundings.formula(number_tex(tex, self._labels.locale))

    def blocks(
        self, passage: Passage, heading_level: int, boxes: Mapping[str, str] | None = None
    ) -> str:
        """A passage as a box of blocks; its own headings start at the given level.

        `boxes` are the controls that stand in its blanks.
        """
        text = self._texts.get(heading_level)
        if text is None:
            text = self._texts[heading_level] = HtmlText(self.surroundings, heading_level)
        text.blanks = boxes or {}
        return f'<div class="text"{self._language}>\n{text.write(passage)}</div>'

    def question(self, number: int, item: Item) -> str:
        """One question with its controls. Identifiers in it start with `q<number>`."""
        header, labels = item.header, self._labels
        language = f' lang="{escape(header.language)}"' if header.language else ""
        turn = direction_attribute(header.language, labels.language)
        base = f"q{number}"
        name = filled(labels.question, str(number))
        # A title may give the answer away, so that only practice pages show it.
        title = f'<span class="title"{language}>{escape(header.title)}</span>'
        heading = f"{name} {title}" if self._has_solutions else name
        head = (
            f'<article class="question" id="{base}"{turn} aria-labelledby="{base}-name">\n'
            f'<div class="head"><h3 id="{base}-name">{heading}</h3>'
            f'<p class="points">{points_text(item.points, labels)}</p></div>\n'
        )
        return f"{shortened(head)}{self.asked(number, item)}</article>\n"

    def asked(self, number: int, item: Item) -> str:
        """What differs between a question's variants: all but its name and points."""
        header = item.header
        self.surroundings.assets, self.surroundings.place = item.assets, header.place
        self._language = f' lang="{escape(header.language)}"' if header.language else ""
        base, name = f"q{number}", filled(self._labels.question, str(number))
        solution = self._solutions.of_item(item, name) if self._has_solutions else ""
        if self._has_solutions and not item.is_derivation:
            part = item.parts[0]
            solution = self._said(base, part) + self._hints(base, part) + solution
        markup = f"{self._stem(base, item)}\n{self._parts(base, item)}{solution}"
        self.surroundings.assets, self.surroundings.place, self._language = {}, None, ""
        return shortened(markup)

    def _stem(self, base: str, item: Item) -> str:
        """The text of a question, with the boxes of the parts that stand in it."""
        boxes = {
            part.label: self._in_text(f"{base}-{index}", part)
            for index, part in enumerate(item.parts, 1)
            if stands_in_text(part)
        }
        return self.blocks(item.stem, 4, boxes)

    def _in_text(self, base: str, part: Part) -> str:
        """A label and a box within a line."""
        match part.answer:
            case SingleChoice():
                control = _word_list(base, [plain_text(each.text) for each in part.answer.options])
            case Numeric():
                control = _input(base, "number", 'inputmode="decimal"')
            case ComplexAnswer():
                control = _input(base, "number", _TYPED_WORDS)
            case FormulaAnswer():
                control = _input(base, "typed", _TYPED_WORDS)
            case _:
                control = _input(base, "short", "")
        label = f'<label id="{base}-label" for="{base}-answer">({escape(part.label)})</label>'
        return f'<span class="blank">{label} {control}</span>'

    def _parts(self, base: str, item: Item) -> str:
        if not item.is_derivation:
            return self._answer(base, asked_as(item.parts[0].answer))
        return "".join(
            self._part(f"{base}-{index}", base, part) for index, part in enumerate(item.parts, 1)
        )

    def _answer(self, base: str, answer: Answer) -> str:
        labels = self._labels
        match answer:
            case SingleChoice():
                return self._choices(base, answer.options, "radio", labels.select_one)
            case MultipleSelect():
                return self._choices(base, answer.options, "checkbox", labels.select_any)
            case Numeric() | ComplexAnswer():
                return self._number(base, answer)
            case FormulaAnswer():
                names = ", ".join(f"<code>{escape(name)}</code>" for name in answer.variables)
                variables = f" ({filled(labels.variables, names)})" if names else ""
                control = _input(base, "typed", _TYPED_WORDS)
                return self._field(base, control, variables)
            case MatrixAnswer():
                return self._entries(base, answer)
            case ShortAnswer():
                return self._field(base, _input(base, "short", ""))
            case Matching():
                return self._pairs(base, answer)
            case Ordering():
                return self._positions(base, answer)
            case Open() if answer.upload:
                return self._files(base, answer)
            case Open():
                lines = max(answer.lines, 2)
                control = (
                    f'<textarea id="{base}-answer" aria-labelledby="{base}-name {base}-label" '
                    f'rows="{lines}" style="--lines: {lines}" autocomplete="off"'
                    f"{_typed_as(answer)}></textarea>"
                )
                return self._field(base, control)
            case _:
                assert_never(answer)

    def _part(self, base: str, question: str, part: Part) -> str:
        name = filled(self._labels.part, escape(part.label))
        solution = ""
        if self._has_solutions:
            solution = self._said(base, part) + self._hints(base, part)
            solution += self._solutions.of_part(part, name)
        prompt = f"{self.blocks(part.prompt, 5)}\n" if part.prompt.text.blocks else ""
        answer = "" if stands_in_text(part) else self._answer(base, asked_as(part.answer))
        return (
            f'<section class="part" aria-labelledby="{question}-name {base}-name">\n'
            f'<div class="head"><h4 id="{base}-name">{name}</h4>'
            f'<p class="points">{points_text(part.points, self._labels)}</p></div>\n'
            f"{prompt}{answer}{solution}"
            "</section>\n"
        )

    def _files(self, base: str, answer: Open) -> str:
        """A choice of files, and below it their names and sizes, which are the answer."""
        labels, names = self._labels, f"{base}-name {base}-label"
        return (
            f'<div class="field"><label id="{base}-label" for="{base}-file">'
            f"{escape(upload_label(answer, labels))}</label>\n"
            f'<input type="file" id="{base}-file" aria-labelledby="{names}" multiple '
            f'accept="{escape(",".join(answer.upload))}">\n'
            f'<textarea class="files" id="{base}-answer" aria-labelledby="{names}" readonly '
            'rows="2" style="--lines: 2" autocomplete="off"></textarea>\n'
            f'<p class="beside">{escape(labels.file_beside)}</p></div>\n'
        )

    def _hints(self, base: str, part: Part) -> str:
        """The hints of a part, folded; the page's script shows them one after another."""
        if not part.hints:
            return ""
        shown = "".join(
            f'<details class="hint">\n<summary>'
            f"{escape(hint_label(number, hint.penalty, self._labels))}</summary>\n"
            f"{self.blocks(hint.text, 5)}\n</details>\n"
            for number, hint in enumerate(part.hints, 1)
        )
        return f'<div class="hints" id="{base}-hints" role="status">\n{shown}</div>\n'

    def _said(self, base: str, part: Part) -> str:
        """What the page's script says beside the mark."""
        texts = part.by_mark.texts
        return "".join(
            f'<div class="said" id="{base}-said-{mark}" hidden>\n{self.blocks(text, 5)}\n</div>\n'
            for mark, text in texts
        )

    def _field(self, base: str, control: str, more: str = "") -> str:
        label = f'<label id="{base}-label" for="{base}-answer">{escape(self._labels.answer)}'
        return f'<div class="field">{label}{more}</label>\n{control}</div>\n'

    def _number(self, base: str, answer: Numeric | ComplexAnswer) -> str:
        # A keyboard of digits alone types no sqrt(2) and no i.
        has_digits_only = isinstance(answer, Numeric) and answer.worked_out
        attributes = 'inputmode="decimal"' if has_digits_only else _TYPED_WORDS
        unit = ""
        if answer.unit is not None:
            attributes += f' aria-describedby="{base}-unit"'
            unit = f' <span class="unit" id="{base}-unit">{escape(answer.unit)}</span>'
        control = _input(base, "number", attributes)
        return self._field(base, f'<span class="measure">{control}{unit}</span>')

    def _entries(self, base: str, answer: MatrixAnswer) -> str:
        """A box for each entry, `q3-r1-c2`, as a grid between brackets."""
        boxes = "".join(
            f"{self._entry(base, row, column)}\n"
            for row in range(1, answer.height + 1)
            for column in range(1, answer.width + 1)
        )
        columns = f' style="--columns: {answer.width}"'
        shown = f'<div class="entries"{columns}>\n{boxes}</div>\n'
        return self._group(base, "matrix", size_text(answer, self._labels), shown)

    def _entry(self, base: str, row: int, column: int) -> str:
        name = escape(self._labels.matrix_entry.format(row, column))
        box = f"{base}-r{row}-c{column}"
        names = f'aria-labelledby="{base}-name {box}-label"'
        return (
            f'<span class="entry"><label class="unseen" id="{box}-label" for="{box}">{name}</label>'
            f'<input type="text" class="number" id="{box}" {names} inputmode="decimal" '
            'autocomplete="off"></span>'
        )

    def _choices(self, base: str, options: Sequence[Option], kind: str, legend: str) -> str:
        shown = "".join(
            self._option(base, index, option.text, kind) for index, option in enumerate(options)
        )
        return self._group(base, "choices", legend, shown)

    def _pairs(self, base: str, answer: Matching) -> str:
        """The right items behind letters, and the left ones, each with a choice of letter."""
        rows = "".join(
            self._pair(f"{base}-l{number}", f"{base}-name", number, pair.left, len(answer.rights))
            for number, pair in enumerate(answer.pairs, 1)
        )
        shown = f"{rows}{self._letters(answer.rights)}"
        return self._group(base, "matching", self._labels.match_each, shown)

    def _pair(self, row: str, question: str, number: int, left: Passage, rights: int) -> str:
        choice = _letter_choice(row, f"{question} {row}-label {row}-words", rights)
        return (
            f'<div class="pair">{choice}<label id="{row}-label" for="{row}">{number}</label>'
            f'<div class="words" id="{row}-words">{self.blocks(left, 4)}</div></div>\n'
        )

    def _positions(self, base: str, answer: Ordering) -> str:
        """The items behind letters, and for each position a choice of letter."""
        count = len(answer.items)
        rows = "".join(
            self._position(f"{base}-l{number}", f"{base}-name", number, count)
            for number in range(1, count + 1)
        )
        shown = f'{self._letters(answer.items)}<div class="positions">\n{rows}</div>\n'
        return self._group(base, "ordering", self._labels.order_all, shown)

    def _position(self, row: str, question: str, number: int, items: int) -> str:
        label = filled(self._labels.position, str(number))
        choice = _letter_choice(row, f"{question} {row}-label", items)
        return (
            f'<div class="position"><label id="{row}-label" for="{row}">{label}</label>'
            f"{choice}</div>\n"
        )

    def _letters(self, texts: Sequence[Passage]) -> str:
        rows = "".join(
            f'<div class="lettered"><span class="letter">{option_letter(index)}</span>'
            f'<div class="words">{self.blocks(text, 4)}</div></div>\n'
            for index, text in enumerate(texts)
        )
        return f'<div class="letters">\n{rows}</div>\n'

    def _group(self, base: str, kind: str, legend: str, shown: str) -> str:
        return (
            f'<fieldset class="{kind}" aria-labelledby="{base}-name {base}-legend">\n'
            f'<legend id="{base}-legend">{escape(legend)}</legend>\n{shown}</fieldset>\n'
        )

    def _option(self, base: str, index: int, text: Passage, kind: str) -> str:
        """One option. A label holds a line only; longer options stand beside their letter."""
        identifier = f"{base}-o{index + 1}"
        letter = f'<span class="letter">{option_letter(index)}</span>'
        control = (
            f'<input type="{kind}" id="{identifier}" name="{base}" value="{index + 1}" '
            'autocomplete="off"'
        )
        if self._line.fits(text.text):
            words = f'<span class="words"{self._language}>{self._line.write(text)}</span>'
            label = f'<label for="{identifier}">{letter} {words}</label>'
            return f'<div class="option">{control}>{label}</div>\n'
        names = f'aria-labelledby="{identifier}-letter {identifier}-words"'
        return (
            f'<div class="option">{control} {names}>'
            f'<label id="{identifier}-letter" for="{identifier}">{letter}</label>'
            f'<div class="words" id="{identifier}-words">{self.blocks(text, 4)}</div></div>\n'
        )


def _typed_as(answer: Open) -> str:
    """What tells a box that code is typed in it."""
    if answer.code is None:
        return ""
    return ' class="code" spellcheck="false" autocapitalize="none" autocorrect="off" wrap="off"'


def _input(base: str, kind: str, attributes: str) -> str:
    # The question's name is part of the control's: a list of fields tells them apart.
    names = f'aria-labelledby="{base}-name {base}-label"'
    more = f" {attributes}" if attributes else ""
    return f'<input type="text" class="{kind}" id="{base}-answer" {names}{more} autocomplete="off">'


def _letter_choice(identifier: str, names: str, count: int) -> str:
    """A list of so many letters; each stands for what is shown behind it, whatever the key is.

    `names` are the identifiers of what the control is called by.
    """
    letters = "".join(f"<option>{option_letter(index)}</option>" for index in range(count))
    return (
        f'<select id="{identifier}" aria-labelledby="{names}" '
        f'autocomplete="off"><option value="">–</option>{letters}</select>'
    )


def _word_list(base: str, words: Sequence[str]) -> str:
    """A list of plain words, of which one is chosen."""
    options = "".join(f"<option>{escape(each)}</option>" for each in words)
    names = f'aria-labelledby="{base}-name {base}-label"'
    return (
        f'<select id="{base}-answer" {names} autocomplete="off">'
        f'<option value="">–</option>{options}</select>'
    )
