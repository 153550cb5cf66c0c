"""The words that every language must have."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuizWords:
    """One language's words. Texts with `{}` take numbers or names, in order."""

    check: str
    submit: str
    again: str
    new_numbers: str
    new_later: str
    hand_in: str
    print: str
    flag: str
    flagged: str
    answered: str
    unanswered: str
    progress: str
    time_left: str
    time_over: str
    result: str
    score: str
    right: str
    partly: str
    wrong: str
    open: str
    blank: str
    chosen: str
    chosen_wrongly: str
    missed: str
    left: str
    not_factorised: str
    not_expanded: str
    not_lowest_terms: str
    not_no_decimals: str
    show_hint: str
    hints_taken: str
    open_points: str
    passed: str
    not_passed: str
    maybe_passed: str
    best: str
    attempts_left: str
    next_attempt: str
    no_attempt: str
    self_mark: str
    read_as: str
    unreadable: str
    forgets: str
    up: str
    down: str
    moved: str
    copying: str
    handed_in: str
    receipt: str
    left_out: str
    formula_unread: str
    number_long: str
    number_digits: str
    number_infinite: str
    number_slashes: str
    number_division: str
    number_zero: str
    number_power: str
    number_none: str
    number_groups: str
    number_ambiguous: str
