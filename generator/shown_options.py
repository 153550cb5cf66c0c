"""Which of a choice question's options a variant shows, and in which order."""

from collections.abc import Sequence

from qgen.bank.templates import ChoiceTemplate, DrawTemplate, OptionTemplate
from qgen.generator.drawing import VariantFailure
from qgen.generator.seeds import RandomSource, index_below, shuffled


def shown_options(
    answer: ChoiceTemplate, right: Sequence[bool], random_source: RandomSource
) -> list[int]:
    """The options to show, in the author's order; `right` says which are right for this variant.

    Raises VariantFailure where these numbers do not allow what is asked for.
    """
    draw = answer.draw
    asks_for_one = draw is not None and draw.right == (1, 1)
    if answer.kind == "single_choice" and sum(right) != 1 and not (asks_for_one and any(right)):
        message = f"{sum(right)} options are right where a single choice needs one"
        raise VariantFailure("right-options", message)
    if draw is None:
        return list(range(len(answer.options)))
    if draw.right is None:
        return _some(answer, right, _one_of(draw.options, random_source), random_source)
    return _some_of_each(answer.options, draw, draw.right, right, random_source)


def _one_of(counts: tuple[int, int], random_source: RandomSource) -> int:
    """A whole number of a range, each as likely; what is one number takes no lot."""
    fewest, most = counts
    return fewest if fewest == most else fewest + index_below(random_source, most - fewest + 1)


def _some(
    answer: ChoiceTemplate, right: Sequence[bool], count: int, random_source: RandomSource
) -> list[int]:
    """Those with a fixed place, a right one, and others by lot."""
    options = range(len(answer.options))
    lot = shuffled(random_source, len(answer.options))
    chosen = {index for index in options if answer.options[index].position is not None}
    rights = [index for index in lot if right[index]]
    if answer.kind == "single_choice":
        chosen.update(rights)
    elif rights and not any(right[index] for index in chosen):
        chosen.add(rights[0])
    for index in lot:
        if len(chosen) >= count:
            break
        chosen.add(index)
    return sorted(chosen)


def _some_of_each(
    options: Sequence[OptionTemplate],
    draw: DrawTemplate,
    wanted: tuple[int, int],
    right: Sequence[bool],
    random_source: RandomSource,
) -> list[int]:
    """Those with a fixed place, and by lot as many right and wrong ones as are asked for."""
    placed = [index for index, option in enumerate(options) if option.position is not None]
    rights, placed_rights = sum(right), sum(right[index] for index in placed)
    possible: list[tuple[int, int, int]] = []
    for count in range(draw.options[0], draw.options[1] + 1):
        low = max(wanted[0], placed_rights, count - (len(right) - rights))
        high = min(wanted[1], rights, count - (len(placed) - placed_rights))
        if low <= high:
            possible.append((count, low, high))
    if not possible:
        message = (
            f"{rights} options are right and {len(right) - rights} are wrong, which is not enough "
            f"for what 'draw' asks for ({draw.right_place})"
        )
        raise VariantFailure("draw", message)
    count, low, high = possible[_one_of((0, len(possible) - 1), random_source)]
    wanted_rights = _one_of((low, high), random_source)
    chosen = set(placed)
    for index in shuffled(random_source, len(options)):
        taken = sum(right[each] for each in chosen)
        room = (
            wanted_rights - taken
            if right[index]
            else (count - wanted_rights - (len(chosen) - taken))
        )
        if room > 0:
            chosen.add(index)
    return sorted(chosen)


def in_random_order(
    options: Sequence[OptionTemplate], shown: Sequence[int], random_source: RandomSource
) -> list[int]:
    """The shown options in random order, but for those that have a fixed place."""
    middle = [index for index in shown if options[index].position is None]
    moved = [middle[index] for index in shuffled(random_source, len(middle))]
    if len(moved) == len(shown):
        return moved
    first = [index for index in shown if options[index].position == "first"]
    last = [index for index in shown if options[index].position == "last"]
    return [*first, *moved, *last]
