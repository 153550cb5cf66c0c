"""Templates of the two choice kinds: options with their truth, and how many of them are shown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from qgen.bank.choice_models import (
    MARK_ONE,
    NOTHING_MARKED,
    ONE_RIGHT_OPTION,
    ChoiceFields,
    DrawModel,
    OptionModel,
    SingleChoiceFields,
)
from qgen.bank.hole_context import only_hole
from qgen.bank.templates import ChoiceTemplate, DrawTemplate, OptionTemplate, Placed
from qgen.bank.yaml_source import Steps
from qgen.document.problem import Place
from qgen.document.richtext import RichText


class _Reader(Protocol):
    def __call__(self, text: str, *steps: str | int) -> RichText: ...


class _Prover(Protocol):
    def __call__(self, text: str, proof: str | None, *steps: str | int) -> Placed: ...


class _Locator(Protocol):
    def __call__(self, *steps: str | int) -> Place: ...


@dataclass(frozen=True, slots=True)
class ChoiceBuilder:
    """Builds them with a question's own readers of texts, expressions and places."""

    read: _Reader
    prove: _Prover
    locate: _Locator
    is_text: Callable[[Steps], bool]
    report: Callable[[str, str, Place], None]

    def build(self, model: ChoiceFields, steps: Steps) -> ChoiceTemplate:
        """The options in the author's order."""
        options = tuple(
            self._option(option, (*steps, "options", index))
            for index, option in enumerate(model.options)
        )
        single = isinstance(model, SingleChoiceFields)
        draw = None if model.draw is None else self._draw(model.draw, steps)
        fault = None if draw is None else _fault(draw, options, single=single)
        if fault is not None:
            self.report("draw", *fault)
        self._check_right(model, options, steps, single=single)
        return ChoiceTemplate("single_choice" if single else "multiple_select", options, draw)

    def _option(self, option: OptionModel, steps: Steps) -> OptionTemplate:
        text = self.read(option.text, *steps, "text")
        return OptionTemplate(
            text,
            self._correct(option, steps),
            None if option.feedback is None else self.read(option.feedback, *steps, "feedback"),
            option.position,
            self.locate(*steps),
            only_hole(text),
        )

    def _correct(self, option: OptionModel, steps: Steps) -> bool | Placed:
        if not isinstance(option.correct, bool):
            return self.prove(option.correct, option.proof, *steps, "correct")
        if option.proof is not None:
            message = "a proof needs an expression beside it, as in correct: a > b"
            self.report("proof", message, self.locate(*steps, "proof"))
        return option.correct

    def _check_right(
        self,
        model: ChoiceFields,
        options: tuple[OptionTemplate, ...],
        steps: Steps,
        *,
        single: bool,
    ) -> None:
        place = self.locate(*steps, "options")
        first = " ".join(model.options[0].text.split())
        plain = [self.is_text((*steps, "options", index)) for index in range(len(options))]
        if not single:
            if all(plain):
                self.report("right-options", NOTHING_MARKED.format(first), place)
            return
        fixed = [option.correct for option in options]
        right = fixed.count(True)
        one_is_shown = model.draw is not None and model.draw.right == (1, 1) and right > 1
        if one_is_shown or right == 1 or not all(isinstance(each, bool) for each in fixed):
            return
        message = ONE_RIGHT_OPTION.format(right)
        if any(plain) and not right:
            message += f"; {MARK_ONE.format(first)}"
        elif right > 1 and model.draw is not None:
            message += "; to show one of several, write draw: {options: …, right: 1}"
        self.report("right-options", message, place)

    def _draw(self, model: DrawModel, steps: Steps) -> DrawTemplate:
        def place(key: str) -> Place:
            return self.locate(*steps, "draw", key)

        return DrawTemplate(model.options, model.right, place("options"), place("right"))


def _fault(
    draw: DrawTemplate, options: tuple[OptionTemplate, ...], *, single: bool
) -> tuple[str, Place] | None:
    """What no variant can show, whatever the numbers are; and where that is asked for."""
    fewest, most = draw.options
    placed = [option for option in options if option.position is not None]
    if most > len(options):
        return "'draw' is more than there are options", draw.place
    if draw.right is not None:
        fault = _fault_of_right(draw.options, draw.right, options, single=single)
        return None if fault is None else (fault, draw.right_place)
    if fewest <= len(placed):
        return "'draw' leaves no room beside the options that have a position", draw.place
    return None


def _fault_of_right(
    shown: tuple[int, int],
    wanted: tuple[int, int],
    options: tuple[OptionTemplate, ...],
    *,
    single: bool,
) -> str | None:
    (fewest, most), (low, high) = shown, wanted
    if single and wanted != (1, 1):
        return "a single choice shows exactly one right option: write right: 1"
    if high > fewest:
        return f"{high} of the options shown are to be right, and only {fewest} may be shown"
    can_be_right = sum(option.correct is not False for option in options)
    can_be_wrong = sum(option.correct is not True for option in options)
    if high > can_be_right:
        return f"'draw' asks for {high} right options, and only {can_be_right} can be right"
    if most - low > can_be_wrong:
        return (
            f"'draw' asks for {most} options of which {low} are right, and only {can_be_wrong} "
            "can be wrong"
        )
    # An option with a position is always shown.
    placed = [option.correct for option in options if option.position is not None]
    right, wrong = placed.count(True), placed.count(False)
    if right > low or wrong > fewest - high or len(placed) > fewest:
        return "'draw' leaves no room for the options that have a position, which are always shown"
    return None
