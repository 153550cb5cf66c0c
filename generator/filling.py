"""Fills a template with drawn values and solved answers: a closed item comes out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite
from typing import TypeAlias, assert_never

from qgen.bank.expressions import ExpressionError, evaluate
from qgen.bank.formula_arithmetic import formula
from qgen.bank.templates import (
    AnswerTemplate,
    ChoiceTemplate,
    ComplexTemplate,
    FormulaTemplate,
    HoleTemplate,
    MatchingTemplate,
    MatrixTemplate,
    MistakeTemplate,
    NumericTemplate,
    OpenTemplate,
    OptionTemplate,
    OrderingTemplate,
    PartTemplate,
    Placed,
    QuestionTemplate,
    ShortAnswerTemplate,
)
from qgen.document.answers import (
    Answer,
    FormulaAnswer,
    FormulaMistake,
    Hint,
    MarkFeedback,
    Matching,
    MultipleSelect,
    Numeric,
    NumericMistake,
    Open,
    Option,
    Ordering,
    Part,
    ScoringRule,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import Asset, Item
from qgen.document.formula import Formula, numbers, symbols
from qgen.document.languages import has_decimal_comma
from qgen.document.quick_making import quick_maker
from qgen.document.richtext import Passage, RichText, join_parts
from qgen.document.values import (
    FORMULA_TYPES,
    LARGEST,
    Complex,
    Real,
    SolverResults,
    Value,
    Values,
    brief,
    is_real,
)
from qgen.generator.accepting import accepted_answer
from qgen.generator.arrangements import matching, mixed, ordering, rising
from qgen.generator.carrying import carried_forward
from qgen.generator.complex_answers import complex_answer
from qgen.generator.drawing import VariantFailure
from qgen.generator.matrices import matrix_answer
from qgen.generator.option_texts import OptionTexts
from qgen.generator.printing import Printer, printer
from qgen.generator.provenance import known_answers
from qgen.generator.proving import check_proof
from qgen.generator.seeds import RandomSource
from qgen.generator.shown_options import in_random_order, shown_options
from qgen.generator.spaces import NO_SPACES, Spaces
from qgen.generator.worded import Printed, check_words, worded_answer

Held: TypeAlias = Sequence[Value]
"""The values of all holes of a question."""

_PLAIN_BITS = 990
"""Numbers with fewer bits than this are far below the largest."""
_NO_FEEDBACK = MarkFeedback()

# Every variant has some of these.
_item, _part, _numeric = quick_maker(Item), quick_maker(Part), quick_maker(Numeric)


@dataclass(frozen=True, slots=True)
class Filling:
    """How an exam wants a template filled, and for which of its places (`slot`).

    `verified` are the results that two routes prove.
    """

    points: Fraction
    rule: ScoringRule
    shuffle_options: bool
    verified: frozenset[str]
    slot: str = ""
    spaces: Spaces = NO_SPACES


class Filler:
    """Fills one template; built once, used for every variant."""

    def __init__(self, template: QuestionTemplate, filling: Filling) -> None:
        self._template = template
        self._filling = filling
        self._comma = comma = has_decimal_comma(template.header.language)
        self._readers = [hole.expression.evaluate for hole in template.holes]
        self._writers = [_printer(hole, comma=comma) for hole in template.holes]
        # Short answers are typed, and either mark is right.
        self._pointed = tuple(
            (hole.expression.evaluate, _printer(hole, comma=False))
            for hole in template.holes
            if comma and _has_words(template)
        )
        verified = filling.verified
        known = known_answers(template, verified)
        self.provenances = tuple(provenance for provenance, _ in known)
        self._proved = tuple((n, each) for n, each in template.derived if each.proof is not None)
        self._points = part_points(template, filling.points)
        self._spaces = filling.spaces.of_parts(template.parts)
        self._texts = OptionTexts(template)

    def fill(
        self, variant: int, values: Values, answers: SolverResults, random_source: RandomSource
    ) -> Item:
        """The closed item of a variant.

        `answers` are the solvers' results; `random_source` decides which options are shown, in
        which order. Raises VariantFailure for what these numbers make impossible: an expression
        without a value, two options that print alike, no right option.
        """
        template = self._template
        known: Values = {**values, **answers}
        for name, derived in self._proved:
            check_proof(derived, known[name], known)
        try:
            held = [read(known) for read in self._readers]
            printed = tuple(
                [write(value) for write, value in zip(self._writers, held, strict=True)]
            )
        except (ArithmeticError, ValueError, TypeError):
            raise self._unprintable(known) from None
        return _item(
            template.header,
            variant,
            self._filling.points,
            Passage(template.stem, printed),
            self._parts(known, held, printed, random_source),
            optional_passage(template.explanation, printed),
            values,
            self._assets(values),
            self._filling.slot,
        )

    def _assets(self, values: Values) -> Mapping[str, Asset]:
        """The question's pictures, and those of the drawn rows."""
        template = self._template
        if not template.pictures:
            return template.assets
        drawn = {each.asset: each.files[str(values[each.column])] for each in template.pictures}
        return {**template.assets, **drawn}

    def _unprintable(self, known: Values) -> VariantFailure:
        for hole in self._template.holes:
            reason = _print_failure(hole, known)
            if reason:
                return VariantFailure("hole", f"{reason} ({hole.place})")
        raise AssertionError("a hole failed once and not again")

    def _parts(
        self, known: Values, held: Held, printed: Printed, random_source: RandomSource
    ) -> tuple[Part, ...]:
        return tuple(
            [
                _part(
                    part.label,
                    Passage(part.prompt, printed),
                    _worth(self._answer(part.answer, known, held, printed, random_source), points),
                    points,
                    provenance,
                    optional_passage(part.explanation, printed),
                    None if part.carry is None else carried_forward(part.carry, known),
                    space,
                    part.in_text,
                    filled_hints(part, printed),
                    filled_feedback(part, printed),
                )
                for part, points, provenance, space in zip(
                    self._template.parts, self._points, self.provenances, self._spaces, strict=True
                )
            ]
        )

    def _answer(
        self,
        answer: AnswerTemplate,
        known: Values,
        held: Held,
        printed: Printed,
        random_source: RandomSource,
    ) -> Answer:
        match answer:
            case ChoiceTemplate():
                options = self._options(answer, known, held, printed, random_source)
                if answer.kind == "single_choice":
                    return SingleChoice(options)
                return MultipleSelect(options, self._filling.rule)
            case NumericTemplate():
                key = _number(answer.answer, known)
                number = _numeric(
                    key,
                    answer.tolerance,
                    None if answer.unit is None else join_parts(answer.unit, printed),
                    tuple(
                        [
                            NumericMistake(
                                _other(mistake, _number(mistake.answer, known), key),
                                Passage(mistake.feedback, printed),
                                mistake.credit,
                            )
                            for mistake in answer.mistakes
                        ]
                    ),
                    answer.worked_out,
                )
                if answer.accept is None:
                    return number
                return accepted_answer(answer.accept, number, known, printed, comma=self._comma)
            case ComplexTemplate():
                return complex_answer(answer, printed, lambda placed: _value(placed, known))
            case FormulaTemplate():
                mistakes = (
                    FormulaMistake(
                        _formula(mistake.answer, known, answer.variables),
                        Passage(mistake.feedback, printed),
                        mistake.credit,
                    )
                    for mistake in answer.mistakes
                )
                asked = FormulaAnswer(
                    _formula(answer.answer, known, answer.variables),
                    answer.variables,
                    tuple(mistakes),
                    answer.forms,
                    answer.up_to,
                )
                if answer.accept is None:
                    return asked
                return accepted_answer(answer.accept, asked, known, printed, comma=self._comma)
            case MatrixTemplate():
                matrix = matrix_answer(answer, printed, lambda placed: _value(placed, known))
                if answer.accept is None:
                    return matrix
                row = _value(answer.answer, known)
                is_vector = isinstance(row, tuple) and not isinstance(row[0], tuple)
                return accepted_answer(
                    answer.accept, matrix, known, printed, is_vector=is_vector, comma=self._comma
                )
            case MatchingTemplate():
                return self._matching(answer, held, printed, random_source)
            case OrderingTemplate():
                return self._ordering(answer, known, held, printed, random_source)
            case ShortAnswerTemplate() | OpenTemplate():
                words = worded_answer(answer, printed, self._with_points(known))
                if isinstance(words, ShortAnswer):
                    check_words(words)
                return words
            case _:
                assert_never(answer)

    def _with_points(self, known: Values) -> Printed:
        """What the holes print where decimals have points; nothing where they have them anyway."""
        return tuple([write(read(known)) for read, write in self._pointed])

    def _options(
        self,
        answer: ChoiceTemplate,
        known: Values,
        held: Held,
        printed: Printed,
        random_source: RandomSource,
    ) -> tuple[Option, ...]:
        options = answer.options
        right = [_truth(option, known) for option in options]
        shown = shown_options(answer, right, random_source)
        if self._filling.shuffle_options:
            shown = in_random_order(options, shown, random_source)
        result = tuple(
            [
                Option(
                    Passage(options[index].text, printed),
                    right[index],
                    optional_passage(options[index].feedback, printed),
                    options[index].position is not None,
                )
                for index in shown
            ]
        )
        different = [options[index] for index in shown]
        self._texts.check_different(different, held, printed, "equal-options", "options")
        return result

    def _matching(
        self,
        answer: MatchingTemplate,
        held: Held,
        printed: Printed,
        random_source: RandomSource,
    ) -> Matching:
        """The right sides are mixed even where options keep their order: that would be the key."""
        check = self._texts.check_different
        check(answer.lefts, held, printed, "equal-items", "left items")
        check(answer.rights, held, printed, "equal-items", "right items")
        shown = mixed(random_source, range(len(answer.rights)))
        return matching(answer, printed, shown, self._filling.rule)

    def _ordering(
        self,
        answer: OrderingTemplate,
        known: Values,
        held: Held,
        printed: Printed,
        random_source: RandomSource,
    ) -> Ordering:
        self._texts.check_different(answer.items, held, printed, "equal-items", "items")
        right: Sequence[int] = range(len(answer.items))
        if answer.values:
            right = rising([_number(value, known) for value in answer.values])
        return ordering(answer, printed, right, mixed(random_source, right))


def filled_hints(part: PartTemplate, printed: Printed) -> tuple[Hint, ...]:
    """The hints of a part."""
    return tuple([Hint(Passage(each.text, printed), each.penalty) for each in part.hints])


def filled_feedback(part: PartTemplate, printed: Printed) -> MarkFeedback:
    """What is said of a part by its mark."""
    if not part.by_mark:
        return _NO_FEEDBACK
    return MarkFeedback(**{mark: Passage(text, printed) for mark, text in part.by_mark.items()})


def optional_passage(text: RichText | None, printed: Printed) -> Passage | None:
    """The passage of a text that need not be there."""
    return None if text is None else Passage(text, printed)


def _print_failure(hole: HoleTemplate, known: Values) -> str | None:
    try:
        value = evaluate(hole.expression, known)
    except ExpressionError as error:
        return f"the hole {error}"
    try:
        _printer(hole, comma=False)(value)
    except (ArithmeticError, ValueError, TypeError) as error:
        return f"the hole '{hole.expression.source}' cannot print {brief(value)}: {error}"
    return None


def _value(placed: Placed, known: Values) -> Value:
    try:
        value = placed.expression.evaluate(known)
    except (ArithmeticError, ValueError, TypeError):
        raise _without_value(placed, known) from None
    if placed.proof is not None:
        check_proof(placed, value, known)
    return value


def _without_value(placed: Placed, known: Values) -> VariantFailure:
    """What to say of an expression that has no value."""
    try:
        evaluate(placed.expression, known)
    except ExpressionError as error:
        return VariantFailure("answer", f"{error} ({placed.place})")
    raise AssertionError("an expression failed once and not again")


def _number(placed: Placed, known: Values) -> Real:
    value = _value(placed, known)
    kind = type(value)
    if kind is int or kind is Fraction:
        assert isinstance(value, (int, Fraction))
        if value.numerator.bit_length() < _PLAIN_BITS:
            return value
    if isinstance(value, (float, Fraction, int)) and kind is not bool:
        if -LARGEST < value < LARGEST:
            return value
        finite = type(value) is not float or isfinite(value)
        fault = "beyond 10**300, which no format holds" if finite else f"{value}, not finite"
        message = f"'{placed.expression.source}' is {fault} ({placed.place})"
        raise VariantFailure("answer", message)
    hint = "; 'number: complex' asks for a complex one" if isinstance(value, Complex) else ""
    wanted = f"a real number{hint}" if hint else "a number"
    message = f"'{placed.expression.source}' is {brief(value)}, not {wanted} ({placed.place})"
    raise VariantFailure("answer", message)


def _other(mistake: MistakeTemplate, value: Real, key: Real) -> Real:
    # As ratios: Python takes long to compare fractions with one another, and with floats.
    if value.as_integer_ratio() == key.as_integer_ratio():
        message = (
            f"the mistake '{mistake.answer.expression.source}' gives the key {brief(key)} itself"
        )
        raise VariantFailure("mistake-is-key", message)
    return value


def _formula(placed: Placed, known: Values, variables: Collection[str]) -> Formula:
    value = _value(placed, known)
    if is_real(value):
        value = formula(value)
    if isinstance(value, FORMULA_TYPES):
        unknown = symbols(value).difference(variables, ("pi",))
        if unknown:
            message = (
                f"the formula '{placed.expression.source}' holds '{min(unknown)}', which is not "
                f"among the 'variables' ({placed.place})"
            )
            raise VariantFailure("answer", message)
        if all(isfinite(number) for number in numbers(value) if isinstance(number, float)):
            return value
        message = f"the formula '{placed.expression.source}' holds a number that is not finite"
        raise VariantFailure("answer", message)
    message = f"'{placed.expression.source}' is {brief(value)}, not a formula ({placed.place})"
    raise VariantFailure("answer", message)


def _truth(option: OptionTemplate, known: Values) -> bool:
    if isinstance(option.correct, bool):
        return option.correct
    value = _value(option.correct, known)
    if isinstance(value, bool):
        return value
    source = option.correct.expression.source
    message = f"'{source}' is {brief(value)}, neither true nor false ({option.correct.place})"
    raise VariantFailure("answer", message)


def _printer(hole: HoleTemplate, *, comma: bool) -> Printer:
    return printer(hole.expression.filter, hole.context, comma=comma)


def _has_words(template: QuestionTemplate) -> bool:
    return any(isinstance(part.answer, ShortAnswerTemplate) for part in template.parts)


def _worth(answer: Answer, points: Fraction) -> Answer:
    """An open answer whose rubric adds to what the exam gives for it."""
    if not isinstance(answer, Open):
        return answer
    total = sum((line.points for line in answer.rubric), Fraction(0))
    if total in (0, points):
        return answer
    rubric = (replace(line, points=line.points * points / total) for line in answer.rubric)
    return replace(answer, rubric=tuple(rubric))


def part_points(template: QuestionTemplate, points: Fraction) -> tuple[Fraction, ...]:
    """The parts' points, scaled where an exam gives the question other points than its own."""
    total = template.points
    return tuple(part.points * points / total for part in template.parts)
