"""What Moodle cannot carry of a question, and what is written instead."""

from collections.abc import Iterable
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
    rewards_mistakes,
)
from qgen.document.exam import Item
from qgen.document.formats import MoodleOptions
from qgen.document.problem import Problem
from qgen.document.richtext import Image, Passage, walk
from qgen.renderers.carriage import MarkedBy
from qgen.renderers.moodle.arrangements import has_matching_type, has_positions_type
from qgen.renderers.moodle.cloze import can_be_ticked, is_ticked
from qgen.renderers.moodle.halves import (
    Half,
    halves,
    in_plugin,
    marks_formula,
    plugin_fault,
    variant_fault,
    wants_plugin,
    who_marks,
)
from qgen.renderers.moodle.names import name_losses
from qgen.renderers.moodle.numbers import are_listed
from qgen.renderers.moodle.text import web_form

NUMBERS = (
    "questions that ask for numbers: {}; Moodle reads decimals such as 0.25 or -1.2e-5, and marks "
    "1/4, 25%, 0,25, 2.5·10^-1 or sqrt(2)/2 wrong, or by the first number in them; each box says "
    "how to type"
)


def item_losses(item: Item, options: MoodleOptions) -> list[Problem]:
    """What Moodle cannot carry of a question, and what is written instead.

    Errors are questions that Moodle would refuse. `item` may be an outline: only its shape
    counts, not its values.
    """
    asked = halves(item, options)
    plugin = any(in_plugin(half, options) for half in asked)
    found = _plugin_losses(asked, options)
    if item.is_derivation:
        by = who_marks(item, options)
        found += _derivation_losses(item.parts, by, follows=plugin and options.formulas == "stack")
        for part, who in zip(item.parts, by, strict=True):
            where = f"part {part.label}: "
            if who == "machine":
                lost = _answer_losses(part.answer, options, embedded=True, plugin=plugin)
                lost += [] if plugin else _blank_losses(part.answer, options)
                lost += [] if plugin else _credit_losses(part.answer, embedded=True)
                found += [(code, where + text) for code, text in lost]
    else:
        answer = item.parts[0].answer
        found += _answer_losses(answer, options, plugin=plugin)
        if not plugin and who_marks(item, options) == ("machine",):
            found += _credit_losses(answer, embedded=isinstance(answer, FormulaAnswer))
    found += _picture_losses(item)
    found += _name_losses(item)
    problems = [Problem(code, text, item.header.place, "loss") for code, text in found]
    return problems + _refusals(item)


def variant_losses(item: Item, options: MoodleOptions, told: set[str]) -> list[Problem]:
    """What a variant loses that its outline did not show: how many options are right may vary.

    What is told is added to `told`, since thousands may lose the same.
    """
    found: list[Problem] = []
    for place, part in enumerate(item.parts):
        for code, text in _value_losses(part.answer, options, embedded=item.is_derivation):
            if code in told or who_marks(item, options)[place] == "person":
                continue
            told.add(code)
            words = f"variant {item.variant}"
            words += f", part {part.label}" if part.label else ""
            unsaid = ""
            if part.by_mark.texts and not (item.is_derivation or says_by_mark(item, options)):
                unsaid = "; nothing is said by the mark"
            message = f"{words} (others may be like it): {text}{unsaid}"
            found.append(Problem(code, message, item.header.place, "loss"))
    return found


def _value_losses(
    answer: Answer, options: MoodleOptions, *, embedded: bool
) -> list[tuple[str, str]]:
    """The losses of an answer that hang on a variant's values."""
    match answer:
        case MultipleSelect():
            return _select_losses(answer, options)
        case ShortAnswer():
            return _words_losses(answer)
        case Matching():
            return _matching_losses(answer, embedded)
        case _:
            return []


def says_by_mark(item: Item, options: MoodleOptions) -> bool:
    """Whether a question says something by its mark: in boxes within text Moodle says nothing."""
    answer = item.parts[0].answer
    if item.is_derivation:
        return False
    match answer:
        case SingleChoice():
            return True
        case MultipleSelect():
            return is_ticked(answer, options)
        case Matching():
            return has_matching_type(answer)
        case Ordering():
            return options.ordering == "ordering" or has_positions_type(answer)
        case Numeric() | ShortAnswer():
            return are_listed(answer)
        case ComplexAnswer() | FormulaAnswer() | MatrixAnswer() | Open():
            return False
        case _:
            assert_never(answer)


def types_number(item: Item, options: MoodleOptions) -> bool:
    """Whether students type a number in one of a question's boxes."""
    by_values = not any(
        in_plugin(half, options) and variant_fault(half, options) is None
        for half in halves(item, options)
    )
    return any(
        isinstance(part.answer, (Numeric, ComplexAnswer, MatrixAnswer))
        or (
            isinstance(part.answer, FormulaAnswer)
            and by_values
            and marks_formula(part.answer, options)
        )
        for part in item.parts
    )


def _answer_losses(
    answer: Answer, options: MoodleOptions, *, embedded: bool = False, plugin: bool
) -> list[tuple[str, str]]:
    """What an answer loses, as a question or `embedded` among others, in a `plugin` or not."""
    match answer:
        case Matching():
            return _matching_losses(answer, embedded)
        case Ordering():
            return [] if options.ordering == "ordering" and not embedded else _POSITIONS
        case MultipleSelect():
            return _select_losses(answer, options)
        case ShortAnswer():
            return _words_losses(answer)
        case FormulaAnswer():
            return _formula_losses(answer, options, plugin=plugin)
        case ComplexAnswer():
            return _complex_losses(answer, options, plugin=plugin)
        case MatrixAnswer():
            return _matrix_losses(answer)
        case SingleChoice() | Numeric() | Open():
            return []
        case _:
            assert_never(answer)


def _credit_losses(answer: Answer, *, embedded: bool) -> list[tuple[str, str]]:
    """Which mistakes earn another share than the question's own, `embedded` among others or not."""
    if not isinstance(answer, (Numeric, ShortAnswer, FormulaAnswer)):
        return []
    if not embedded and not isinstance(answer, FormulaAnswer) and are_listed(answer):
        return []
    shares = {mistake.credit for mistake in answer.mistakes if mistake.credit * 100 % 1}
    return [
        (
            "moodle-credit",
            f"a mistake that earns {share} of the points earns {int(share * 100)}% of them: Moodle "
            "knows whole percents here",
        )
        for share in sorted(shares)
    ]


_POSITIONS = [
    (
        "moodle-ordering",
        "each item with a choice of its position is written instead of items to drag; each in its "
        "right position earns the same share, whatever the question's own rule",
    )
]


def _formula_losses(
    answer: FormulaAnswer, options: MoodleOptions, *, plugin: bool
) -> list[tuple[str, str]]:
    if not marks_formula(answer, options):
        text = (
            "an essay is written for the formula, with the key and the known mistakes in the notes "
            "for the person who marks it"
        )
        if answer.up_to is not None and options.formulas != "essay":
            text = f"right formulas may differ by a {answer.up_to}, and so in their values; {text}"
        return [("moodle-formula", text)]
    asked = " and ".join(answer.forms).replace("_", " ")
    if plugin:
        name = _PLUGIN_NAMES[options.formulas]
        text = f"whether the formula is {asked} counts for nothing in {name}"
        return [("moodle-formula", text)] if asked else []
    text = (
        "Moodle marks the formula's values at two or three points, each for its share, and not "
        "its form: a formula that agrees with the key at a point earns that point's share"
    )
    if asked:
        text += f", and whether it is {asked} counts for nothing"
    return [("moodle-formula", text)]


_PLUGIN_NAMES = {"stack": "STACK", "plugin": "the Formulas plugin"}


def _plugin_losses(asked: Iterable[Half], options: MoodleOptions) -> list[tuple[str, str]]:
    """Why a plugin does not ask for a formula, or what is lost where it does."""
    found: list[tuple[str, str]] = []
    for half in asked:
        if not wants_plugin(half, options):
            continue
        fault = plugin_fault(half, options)
        if fault is not None:
            asked_for = "values of the formula are asked for, and "
            has_formula = any(isinstance(part.answer, FormulaAnswer) for part in half.parts)
            text = f"{fault}, so that {asked_for if has_formula else ''}no plugin is used"
            found.append(("moodle-formula" if has_formula else "moodle-complex", text))
            continue
        name = _PLUGIN_NAMES[options.formulas]
        found += [
            (
                "moodle-numbers",
                f"{_where(part)}{name} works out what is typed, so that 17*23 is right for its "
                "product, although the number is to be worked out",
            )
            for part in half.parts
            if isinstance(part.answer, (Numeric, ComplexAnswer)) and part.answer.worked_out
        ]
        if options.formulas == "plugin":
            if any(isinstance(part.answer, FormulaAnswer) for part in half.parts):
                text = "the Formulas plugin reads ln(x) and exp(x), but no log(x) and no e^x"
                found.append(("moodle-formula", text))
            if any(_has_mistakes(part.answer) for part in half.parts):
                text = "the Formulas plugin tells nothing of known mistakes"
                if any(rewards_mistakes(part.answer) for part in half.parts):
                    text += ", and those that earn a share of the points earn nothing"
                found.append(("moodle-feedback", text))
    return found


def _where(part: Part) -> str:
    return f"part {part.label}: " if part.label else ""


def _has_mistakes(answer: Answer) -> bool:
    return isinstance(answer, (FormulaAnswer, Numeric, ComplexAnswer)) and bool(answer.mistakes)


def _matrix_losses(answer: MatrixAnswer) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if answer.credit == "all":
        text = (
            "Moodle marks a matrix entry by entry, each for its share, and cannot ask for all of "
            "them together"
        )
        found.append(("moodle-scoring", text))
    if answer.mistakes:
        text = "Moodle has no feedback on a matrix as a whole; that on known mistakes is left out"
        found.append(("moodle-feedback", text))
    return found


def _complex_losses(
    answer: ComplexAnswer, options: MoodleOptions, *, plugin: bool
) -> list[tuple[str, str]]:
    spared = "an empty box is a wrong part, so that who means 0 has to write it"
    if plugin:
        has_one_box = options.formulas == "stack"
        return [] if has_one_box else [("moodle-complex", f"with two boxes {spared}")]
    text = (
        "Moodle marks the real and the imaginary part in a box each, each for half of the points "
        "and within the tolerance by itself: one right part earns half, and a number whose parts "
        "are both nearly a tolerance away is right; the plugins mark the number as a whole "
        f"(formulas: stack or plugin); {spared}"
    )
    found = [("moodle-complex", text)]
    if answer.mistakes:
        text = "Moodle has no feedback on a number in two boxes; that on known mistakes is left out"
        if rewards_mistakes(answer):
            text += ", and those that earn a share of the points earn what their parts do"
        found.append(("moodle-feedback", text))
    return found


def _matching_losses(answer: Matching, embedded: bool) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    listed = not embedded and has_matching_type(answer)
    if not embedded and not listed:
        text = (
            "Moodle's matching shows its choices in lists of three or more, without formulas; "
            "embedded answers with letters are written instead"
        )
        found.append(("moodle-matching", text))
    if answer.rule != "per_option":
        text = (
            f"Moodle cannot carry the scoring rule {answer.rule} for pairs; per_option is "
            "written instead: each pair earns the same share"
        )
        found.append(("moodle-scoring", text))
    if listed and any(pair.feedback is not None for pair in answer.pairs):
        found.append(("moodle-feedback", "Moodle's matching has no feedback for a pair"))
    return found


def _select_losses(answer: MultipleSelect, options: MoodleOptions) -> list[tuple[str, str]]:
    right = sum(option.correct for option in answer.options)
    if not can_be_ticked(answer):
        text = (
            f"Moodle cannot mark ticks where {right} of {len(answer.options)} options are right; "
            "a choice of yes or no for each is written instead, each worth the same share, and "
            "one without a choice earns nothing"
        )
        return [("moodle-judged", text)]
    if not is_ticked(answer, options):
        text = (
            "options to tick are written each with a choice of yes or no, which marks by the rule "
            "per_option; one without a choice earns nothing, where one not ticked counts as no"
        )
        return [("moodle-judged", text)]
    if answer.rule == "right_minus_wrong" or (answer.rule == "all_or_nothing" and right == 1):
        return []
    text = (
        f"Moodle's shares cannot carry the scoring rule {answer.rule}; right_minus_wrong is "
        "written instead: each wrong tick takes away what a right one earns"
    )
    return [("moodle-scoring", text)]


def _words_losses(answer: ShortAnswer) -> list[tuple[str, str]]:
    forms = [*answer.accepted, *(mistake.text for mistake in answer.mistakes)]
    found: list[tuple[str, str]] = []
    if any(len(form.split()) > 1 for form in forms):
        text = "Moodle does not take several blanks between words for one; such answers are wrong"
        found.append(("moodle-blanks", text))
    if not answer.case_sensitive and any(form.lower() != form.casefold() for form in forms):
        text = "Moodle ignores case letter by letter: it does not take ss for ß or ſ for s"
        found.append(("moodle-case", text))
    return found


def _derivation_losses(
    parts: tuple[Part, ...], by: tuple[MarkedBy, ...], *, follows: bool
) -> list[tuple[str, str]]:
    """What the parts lose together, in a question that `follows` earlier answers or does not."""
    labels = ", ".join(part.label for part, who in zip(parts, by, strict=True) if who == "person")
    found = [
        (
            "moodle-carry",
            f"part {part.label}: Moodle's core cannot follow a wrong answer to part "
            f"{part.carried.part}; what follows from it earns nothing",
        )
        for part, who in zip(parts, by, strict=True)
        if who == "machine" and part.carried is not None and not follows
    ]
    if not labels:
        return found
    if "machine" in by:
        text = (
            f"Moodle has no question that it marks in part: part {labels} is an essay of its own, "
            "which states its variant in full; a student's variant of it may be another one"
        )
    else:
        text = (
            "one essay with all parts is written, with their keys and rubrics in the notes for "
            "the person who marks it"
        )
    return [*found, ("moodle-derivation", text)]


def _blank_losses(answer: Answer, options: MoodleOptions) -> list[tuple[str, str]]:
    passages: list[Passage] = []
    match answer:
        case SingleChoice() | MultipleSelect():
            judged = isinstance(answer, MultipleSelect) and not is_ticked(answer, options)
            passages += [] if judged else [option.text for option in answer.options]
            passages += _feedback(answer.options)
        case Numeric() | ShortAnswer():
            passages += [mistake.feedback for mistake in answer.mistakes]
        case Matching():
            passages += [pair.feedback for pair in answer.pairs if pair.feedback is not None]
        case FormulaAnswer():
            passages += [mistake.feedback for mistake in answer.mistakes]
        case ComplexAnswer() | MatrixAnswer() | Ordering() | Open():
            pass
        case _:
            assert_never(answer)
    if not any(_images(passage) for passage in passages):
        return []
    text = "a blank cannot hold a picture; its words in the alternative text are written instead"
    return [("moodle-picture", text)]


def _feedback(options: Iterable[Option]) -> list[Passage]:
    return [option.feedback for option in options if option.feedback is not None]


def _images(passage: Passage) -> list[Image]:
    return [node for node in walk(passage.text.blocks) if isinstance(node, Image)]


def _picture_losses(item: Item) -> list[tuple[str, str]]:
    return [
        (
            "moodle-picture",
            f"the picture '{asset.name}' has no form that browsers show (png, svg, jpg, gif or "
            "webp); its alternative text is written instead",
        )
        for asset in item.assets.values()
        if web_form(asset) is None
    ]


def _name_losses(item: Item) -> list[tuple[str, str]]:
    return [(f"moodle-{code}", text) for code, text in name_losses(item.header)]


def _refusals(item: Item) -> list[Problem]:
    text = "Moodle refuses a single choice with fewer than two options"
    return [
        Problem("moodle-one-option", text, item.header.place, "error")
        for part in item.parts
        if isinstance(part.answer, SingleChoice) and len(part.answer.options) < 2
    ]
