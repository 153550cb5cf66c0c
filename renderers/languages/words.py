"""The words that every language must have."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Labels:
    """One language's words. Texts with `{}` take a number or a name.

    Words that count have a form for each of the language's plural categories (`one`, `few`,
    `many`, `other`), as Unicode's CLDR has them.
    """

    language: str
    babel: str | None
    version: str
    name: str
    student_number: str
    date: str
    duration: str
    minutes: Mapping[str, str]
    total: str
    points: Mapping[str, str]
    question: str
    part: str
    labelled: str
    select_one: str
    select_any: str
    match_each: str
    order_all: str
    position: str
    matrix_size: str
    matrix_entry: str
    answer: str
    solutions: str
    for_example: str
    key: str
    correct: str
    wrong: str
    explanation: str
    rubric: str
    carried: str
    feedback: str
    your_answer: str
    no_answer: str
    given_of: str
    waits: str
    waiting_parts: str
    passed: str
    not_passed: str
    tolerance: str
    variables: str
    pass_mark: str
    percent: str
    attempts: str
    hint: str
    hand_in_file: str
    file_beside: str
    show_solution: str
    practice_note: str
    study_guide: str
    topics: str
    yes: str
    no: str
    page: str
    section: str
    questions: str
    worth: str
    reached: str
    mistake: str
    judge_each: str
    type_decimal: str
    type_complex: str
    type_formula: str
    type_values: str
    type_value: str
    asked_elsewhere: str
    read_only: str
    other_numbers: str
    aids: str
    no_aids: str
    scoring: str
    ticks_all_or_nothing: str
    ticks_per_option: str
    ticks_right_minus_wrong: str
    letters_all_or_nothing: str
    letters_per_option: str
    letters_right_minus_wrong: str
    order_all_or_nothing: str
    order_adjacent: str
    answer_sheet: str
    fill_circles: str
    on_paper: str
    use_sheet: str
    entries_all: str
    entries_each: str
    turn_over: str
    verified: str
    computed: str
    stated: str
    locale: str = ""
    """The tag that was asked for, such as `de-CH`, whose numbers and dates are printed."""
