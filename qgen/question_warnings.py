"""What `qgen check` warns of: nothing that is wrong, but what an author would rather know."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import assert_never

from qgen.bank.templates import (
    ChoiceTemplate,
    ComplexTemplate,
    FormulaTemplate,
    MatchingTemplate,
    MatrixTemplate,
    NumericTemplate,
    OpenTemplate,
    OrderingTemplate,
    PartTemplate,
    QuestionTemplate,
    ShortAnswerTemplate,
    accept_of,
)
from qgen.complex_warnings import doubts
from qgen.document.answers import (
    Acceptance,
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
)
from qgen.document.complex_numbers import exact_parts
from qgen.document.exam import Item
from qgen.document.formula import typed
from qgen.document.numbers import exact_ratio, exact_value
from qgen.document.problem import Place, Problem, Severity
from qgen.document.richtext import (
    CodeBlock,
    DataLink,
    DisplayMath,
    Hole,
    Math,
    Passage,
    plain_text,
    walk,
)
from qgen.document.values import Values, show_all
from qgen.document.warnings import WARNINGS
from qgen.marking.complex_marker import given_exactly, mark_complex
from qgen.marking.conditions import too_easy
from qgen.marking.equal_texts import option_text
from qgen.marking.rules import accepted_interval, interval_ends
from qgen.telling_hints import telling

ENOUGH_VARIANTS = 100
"""With fewer variants, of those that exist, nothing is said of what never varies."""
MANY_VARIANTS = 1000
"""With fewer, no reason is called needless: what it accepts may be rare."""

WIDE = 0.1
"""So large a share of the key may be accepted on either side of it."""
TELLING = 0.1
"""In so large a share of the variants, the digits of the options may give the key away."""
GIVEN_AWAY = 0.5
"""In more than this share of the variants, a hint that holds the key was meant to."""
OF_ALL_VARIANTS = frozenset({"constant-truth", "telling-digits", "telling-hint"})
"""Warnings of all variants together, which further variants may take back."""
ROUNDING = 1e-9
TRIED_CONDITIONS = 10
"""In so many variants, answers that take no work are tried on a condition."""

_NONE_MAY_BE_RIGHT = re.compile(
    r"\b(none|no (option|statement|answer)|any number|keine[rs]?|beliebig viele|aucune?"
    r"|ningun[oa]?)\b|कोई नहीं",
    re.IGNORECASE,
)
_PRINTED_NUMBER = re.compile(r"[-−]?(\d+)(?:\.(\d+))?(.*)", re.DOTALL)


@dataclass(slots=True)
class _Finding:
    """What was found first, and in how many variants."""

    message: str
    severity: Severity
    variants: int = 1


@dataclass(slots=True)
class QuestionWatch:
    """Watches the items of one question as they are checked."""

    template: QuestionTemplate
    _seen: int = 0
    _found: dict[tuple[str, Place], _Finding] = field(default_factory=dict)
    _truths: dict[Place, set[bool]] = field(default_factory=dict)
    _telling: dict[Place, list[str]] = field(default_factory=dict)
    _given_away: dict[Place, list[str]] = field(default_factory=dict)
    _asked: dict[int, Item] = field(default_factory=dict)
    _holes_asked: list[tuple[int, ...]] = field(default_factory=list)
    _met: set[str] = field(default_factory=set)
    """Accepted warnings that a check of fewer variants would have given."""

    def see(self, item: Item, known: Values) -> None:
        """Takes note of an item; `known` are all values behind it."""
        self._seen += 1
        for template, part in zip(self.template.parts, item.parts, strict=True):
            answer = part.answer
            if template.hints:
                self._see_hints(template, part)
            if isinstance(answer, Numeric) and isinstance(template.answer, NumericTemplate):
                self._see_number(template.answer, answer, item, part.label)
            elif isinstance(answer, ComplexAnswer) and isinstance(template.answer, ComplexTemplate):
                self._see_complex(template.answer, answer, item, part.label)
            elif isinstance(answer, MatrixAnswer) and isinstance(template.answer, MatrixTemplate):
                self._see_matrix(template.answer, answer, item, part.label)
            elif isinstance(answer, (SingleChoice, MultipleSelect)):
                self._see_options(template, answer, item, known)
            elif isinstance(answer, Open) and answer.accepts is not None:
                self._see_condition(template, answer.accepts, item, part.label)
        self._see_print(item)
        if self.template.accepted_warnings and self._seen >= ENOUGH_VARIANTS:
            left = OF_ALL_VARIANTS.intersection(self.template.accepted_warnings) - self._met
            if left:
                self._met |= left.intersection(each.code for each in self._of_all_variants())

    def _see_hints(self, template: PartTemplate, part: Part) -> None:
        for hint, shown in zip(template.hints, part.hints, strict=True):
            told = telling(part.answer, shown.text)
            if told is not None:
                self._given_away.setdefault(hint.place, []).append(told)

    def _of_all_variants(self) -> Iterator[Problem]:
        yield from self._telling_hints()
        yield from self._constant_truths()
        yield from self._telling_digits()

    def problems(self, *, complete: bool, every_variant: bool) -> list[Problem]:
        """What was found, less what the question accepts with a reason.

        `complete` says that all variants asked for were seen, `every_variant` that no further
        ones exist.
        """
        enough = complete and (self._seen >= ENOUGH_VARIANTS or every_variant)
        found = [
            Problem(code, self._message(each), place, each.severity)
            for (code, place), each in self._found.items()
        ]
        found += self._telling_hints()
        if self._seen > 1:
            found += (*self._constant_truths(), *self._telling_digits()) if enough else ()
        accepted = self.template.accepted_warnings
        met = self._met | {each.code for each in found if each.severity == "warning"}
        kept = [each for each in found if each.severity == "error" or each.code not in accepted]
        if complete and (self._seen >= MANY_VARIANTS or every_variant):
            kept += (self._needless(code) for code in accepted if code not in met)
        return kept

    def _needless(self, code: str) -> Problem:
        """An acceptance that silences nothing."""
        message = (
            f"question '{self.template.header.identifier}': nothing is to be accepted any more, "
            f"{WARNINGS[code]} in none of {self._seen} variants; leave the reason out"
        )
        place = self.template.accepted_warnings[code]
        return Problem("accepted-warning", message, place, "warning")

    def _message(self, found: _Finding) -> str:
        share = f"; so in {found.variants} of {self._seen} variants" if self._seen > 1 else ""
        return f"question '{self.template.header.identifier}'{found.message}{share}"

    def _note(
        self, code: str, place: Place, message: str, item: Item, severity: Severity = "warning"
    ) -> None:
        known = self._found.get((code, place))
        if known is not None:
            known.variants += 1
            return
        drawn = show_all(self.template.parameter_values(item.values))
        shown = f", variant {item.variant} ({drawn})" if drawn else ""
        self._found[code, place] = _Finding(f"{shown}: {message}", severity)

    def _see_number(
        self, template: NumericTemplate, answer: Numeric, item: Item, label: str
    ) -> None:
        where = f"part {label}: " if label else ""
        least, most, below = interval_ends(*exact_ratio(answer.key), answer.tolerance)
        low, high = least / below, most / below
        key, half = float(answer.key), (high - low) / 2
        if not half:
            return
        place = template.answer.place
        if key and low <= 0 <= high:
            message = f"{where}the key is {key:.6g}, and 0 is accepted, {half:.3g} away"
            self._note("zero-accepted", place, message, item, "error")
        elif key and half > WIDE * abs(key) * (1 + ROUNDING):
            message = f"{where}the key is {key:.6g}, and what is {half:.3g} away is accepted"
            self._note("wide-tolerance", place, message, item)
        near = 2 * half * (1 - ROUNDING)
        values = [float(mistake.value) for mistake in answer.mistakes]
        for number, value in enumerate(values):
            place = template.mistakes[number].answer.place
            if half < abs(value - key) < near:
                message = (
                    f"{where}the mistake {value:.6g} lies nearer to the key {key:.6g} than two "
                    f"tolerances of {half:.3g}"
                )
                self._note("near-mistakes", place, message, item)
            for other in values[:number]:
                if 0 < abs(value - other) < near:
                    message = (
                        f"{where}the mistakes {value:.6g} and {other:.6g} are nearer to each "
                        f"other than two tolerances of {half:.3g}"
                    )
                    self._note("near-mistakes", place, message, item)
                    break

    def _see_complex(
        self, template: ComplexTemplate, answer: ComplexAnswer, item: Item, label: str
    ) -> None:
        where = f"part {label}: " if label else ""
        for code, message, mistake, severity in doubts(answer, WIDE, ROUNDING):
            about = template if mistake is None else template.mistakes[mistake]
            self._note(code, about.answer.place, f"{where}{message}", item, severity)

    def _see_matrix(
        self, template: MatrixTemplate, answer: MatrixAnswer, item: Item, label: str
    ) -> None:
        """An entry that may be left out, or be far off."""
        where = f"part {label}: " if label else ""
        for place, entry in enumerate(answer.entries):
            low, high = map(float, accepted_interval(entry, answer.tolerance))
            key, half = float(entry), (high - low) / 2
            if not key or not half:
                continue
            row, column = divmod(place, answer.width)
            named = f"{where}the key in row {row + 1}, column {column + 1} is {key:.6g}"
            if low <= 0 <= high:
                message = f"{named}, and 0 is accepted, {half:.3g} away"
                self._note("zero-accepted", template.answer.place, message, item, "error")
                return
            if half > WIDE * abs(key) * (1 + ROUNDING):
                message = f"{named}, and what is {half:.3g} away is accepted"
                self._note("wide-tolerance", template.answer.place, message, item)
                return

    def _see_condition(
        self, template: PartTemplate, acceptance: Acceptance, item: Item, label: str
    ) -> None:
        """A condition that is met without work, as far as the first variants show."""
        accept = accept_of(template.answer)
        if accept is None or self._seen > TRIED_CONDITIONS:
            return
        accepted = too_easy(acceptance, with_formulas=self._seen == 1)
        if accepted is not None:
            where = f"part {label}: " if label else ""
            message = f"{where}'accept_if' accepts {accepted}"
            self._note("easy-condition", accept.condition.place, message, item)

    def _see_options(
        self,
        template: PartTemplate,
        answer: SingleChoice | MultipleSelect,
        item: Item,
        known: Values,
    ) -> None:
        choice = template.answer
        assert isinstance(choice, ChoiceTemplate)
        for option in choice.options:
            if not isinstance(option.correct, bool):
                truth = option.correct.expression.evaluate(known) is True
                self._truths.setdefault(option.correct.place, set()).add(truth)
        place = choice.options[0].place
        if isinstance(answer, SingleChoice):
            shown = _telling(answer.options)
            if shown:
                self._telling.setdefault(place, []).append(shown)
        elif not any(option.correct for option in answer.options):
            prompt = Passage(template.prompt, item.stem.printed)
            if not _NONE_MAY_BE_RIGHT.search(f"{plain_text(item.stem)} {plain_text(prompt)}"):
                where = f"part {template.label}: " if template.label else ""
                message = f"{where}no option is right, and nothing says that this may be"
                self._note("no-right-option", place, message, item)

    def _see_print(self, item: Item) -> None:
        """Variants that look alike: an error where what is right differs, too."""
        if self.template.figures or not self.template.parameters:
            return
        if not self._holes_asked:
            self._holes_asked.append(tuple(_holes_of(self.template)))
        printed = item.stem.printed
        texts = tuple([printed[index] for index in self._holes_asked[0]])
        pictures = tuple(str(item.values[each.column]) for each in self.template.pictures)
        shown = [
            frozenset(id(option.text.text) for option in part.answer.options)
            for part in item.parts
            if isinstance(part.answer, (SingleChoice, MultipleSelect))
        ]
        other = self._asked.setdefault(hash((texts, pictures, *shown)), item)
        if other is item:
            return
        values = show_all(self.template.parameter_values(other.values))
        message = f"to a student it looks like variant {other.variant} ({values})"
        if all(map(_alike_keys, item.parts, other.parts)):
            self._note("alike-variants", self.template.header.place, message, item)
        else:
            message += ", but the keys differ"
            self._note("alike-variants", self.template.header.place, message, item, "error")

    def _constant_truths(self) -> Iterator[Problem]:
        for place, truths in self._truths.items():
            if len(truths) == 1:
                truth = str(*truths).lower()
                message = (
                    f"question '{self.template.header.identifier}': whether this option is right "
                    f"is computed, and came out {truth} in all {self._seen} variants"
                )
                yield Problem("constant-truth", message, place, "warning")

    def _telling_hints(self) -> Iterator[Problem]:
        for place, told in self._given_away.items():
            if len(told) > GIVEN_AWAY * self._seen:
                message = (
                    f"question '{self.template.header.identifier}': this hint holds the key in "
                    f"{len(told)} of {self._seen} variants, as {told[0]}"
                )
                yield Problem("telling-hint", message, place, "warning")

    def _telling_digits(self) -> Iterator[Problem]:
        for place, shown in self._telling.items():
            if len(shown) > TELLING * self._seen:
                message = (
                    f"question '{self.template.header.identifier}': the right option has another "
                    f"number of digits than all others in {len(shown)} of {self._seen} variants, "
                    f"as {shown[0]}"
                )
                yield Problem("telling-digits", message, place, "warning")


def _telling(options: tuple[Option, ...]) -> str | None:
    """`12 among 3.45, 0.678`, where the digits of the right option give it away."""
    if len(options) < 3:
        return None
    right = next(index for index, option in enumerate(options) if option.correct)
    own = _digits(option_text(options[right].text))
    if own is None:
        return None
    texts = [option_text(option.text) for option in options]
    wrong = {_digits(text) for index, text in enumerate(texts) if index != right}
    if None in wrong or len(wrong) > 1 or own in wrong:
        return None
    others = ", ".join(text for index, text in enumerate(texts) if index != right)
    return f"{texts[right]} among {others}"


def _digits(text: str) -> int | None:
    """How many significant digits a number prints with; None for what is no number."""
    found = _PRINTED_NUMBER.fullmatch(text)
    if found is None or any(character.isdigit() for character in found[3]):
        return None
    return len((found[1] + (found[2] or "")).lstrip("0"))


def _holes_of(template: QuestionTemplate) -> Iterator[int]:
    """The holes in what a student reads before answering."""
    texts = [template.stem]
    for part in template.parts:
        texts.append(part.prompt)
        answer = part.answer
        match answer:
            case ChoiceTemplate():
                texts += (option.text for option in answer.options)
            case MatchingTemplate():
                texts += (each.text for each in (*answer.lefts, *answer.rights))
            case OrderingTemplate():
                texts += (each.text for each in answer.items)
            case NumericTemplate() | ComplexTemplate():
                unit = answer.unit or ()
                yield from (piece.index for piece in unit if isinstance(piece, Hole))
            case FormulaTemplate() | MatrixTemplate() | ShortAnswerTemplate() | OpenTemplate():
                pass
            case _:
                assert_never(answer)
    for node in chain.from_iterable(walk(text.blocks) for text in texts):
        if isinstance(node, Hole):
            yield node.index
        elif isinstance(node, (Math, DisplayMath)):
            yield from (piece.index for piece in node.parts if isinstance(piece, Hole))
        elif isinstance(node, (CodeBlock, DataLink)):
            pieces = node.text if isinstance(node, CodeBlock) else node.content
            yield from (piece.index for piece in pieces if isinstance(piece, Hole))


def _alike_keys(one: Part, other: Part) -> bool:
    """Whether what is right for one of two variants is right for the other."""
    first, second = one.answer, other.answer
    if isinstance(first, Numeric) and isinstance(second, Numeric):
        low, high = accepted_interval(first.key, first.tolerance)
        return low <= exact_value(second.key) <= high
    if isinstance(first, ComplexAnswer) and isinstance(second, ComplexAnswer):
        return mark_complex(first, given_exactly(second.key)).credit == 1
    return _key(first) == _key(second)


def _key(answer: Answer) -> object:
    match answer:
        case SingleChoice() | MultipleSelect():
            return {option_text(option.text) for option in answer.options if option.correct}
        case Numeric():
            return exact_value(answer.key)
        case ComplexAnswer():
            return exact_parts(answer.key)
        case FormulaAnswer():
            return typed(answer.key)
        case MatrixAnswer():
            return [exact_value(entry) for entry in answer.entries], answer.height
        case ShortAnswer():
            return answer.accepted
        case Matching():
            return {
                (option_text(pair.left), option_text(answer.rights[pair.right]))
                for pair in answer.pairs
            }
        case Ordering():
            return [option_text(answer.items[index]) for index in answer.key]
        case Open():
            return None
        case _:
            assert_never(answer)
