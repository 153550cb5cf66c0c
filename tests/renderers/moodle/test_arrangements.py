"""Pairs and orders in Moodle: its marks are ours, or the difference is said."""

from dataclasses import replace
from itertools import permutations, product

import pytest
from lxml import html

from qgen.document.answers import Answer, Matching, Option, Ordering, Pair, SingleChoice
from qgen.document.exam import Item
from qgen.document.formats import MoodleOptions
from qgen.document.richtext import Math, Paragraph, Passage, RichText, passage_of
from qgen.marking.grader import mark_matching, mark_ordering
from tests import samples
from tests.renderers.moodle.moodle_reader import Question, read
from tests.renderers.moodle.moodle_written import by_category, exam_of, files_of
from tests.written import losses

NEW, OLD = MoodleOptions(1), MoodleOptions(1, "matching")
WORDS = Matching(
    (
        Pair(passage_of("one"), 2, None),
        Pair(passage_of("two"), 0, passage_of("Two & too.")),
        Pair(passage_of("three"), 3, None),
    ),
    tuple(map(passage_of, ("a < b", "nobody's", "c & d", "e"))),
    "per_option",
)


def formula(source: str) -> Passage:
    return Passage(RichText((Paragraph((Math((source,)),)),)))


FORMULAS = replace(WORDS, rights=(formula("a < b"), *WORDS.rights[1:]))
ORDER = Ordering(
    (passage_of("fourth"), formula("1 < 2"), passage_of("third"), passage_of("second")),
    (1, 3, 2, 0),
    "adjacent",
)


def asking(answer: Answer, *others: Answer) -> Item:
    parts = samples.steps(answer, *others) if others else samples.sole(answer)
    return replace(samples.item("open", stem=passage_of("Stem.")), parts=parts)


def question_of(item: Item, options: MoodleOptions = NEW) -> Question:
    ((question,),) = read(files_of(exam_of(item), options)["samples.xml"]).values()
    return question


def codes(item: Item, options: MoodleOptions = NEW) -> list[str]:
    return [problem.code for problem in losses(item, options)]


def test_words_become_moodles_matching_which_marks_as_we_do() -> None:
    question = question_of(asking(WORDS))
    assert question.kind == "matching"
    choices = [choice for _, choice in question.pairs]
    assert sorted(map(shown, choices)) == ["a < b", "c & d", "e", "nobody's"]
    assert [stem for stem, _ in question.pairs] == ["one", "two", "three", ""]
    listed = {place: choices[index] for place, index in enumerate((1, 3, 0, 2))}
    for chosen in product((None, 0, 1, 2, 3), repeat=3):
        given = [None if place is None else listed[place] for place in chosen]
        credit = mark_matching(WORDS, chosen).credit
        assert question.mark(given)[0] == pytest.approx(float(credit))
    assert codes(asking(WORDS)) == ["moodle-feedback"]


def shown(fragment: str) -> str:
    return str(html.fromstring(f"<div>{fragment}</div>").text_content())


@pytest.mark.parametrize("rule", ["all_or_nothing", "right_minus_wrong"])
def test_other_rules_are_a_loss(rule: str) -> None:
    item = asking(replace(FORMULAS, rule=rule))
    assert codes(item) == ["moodle-matching", "moodle-scoring"]
    assert rule in losses(item, NEW)[1].message


@pytest.mark.parametrize("answer", [FORMULAS, replace(WORDS, rights=WORDS.rights[:3])])
def test_formulas_become_lists_of_letters(answer: Matching) -> None:
    if len(answer.rights) == 3:  # two pairs and nothing over: too few for Moodle's matching
        pairs = (Pair(passage_of("one"), 1, None), Pair(passage_of("two"), 0, None))
        answer = Matching(pairs, answer.rights[:2], "per_option")
    question = question_of(asking(answer))
    assert (question.kind, {blank.grade for blank in question.blanks}) == ("cloze", {1})
    places = (None, *range(len(answer.rights)))
    for chosen in product(places, repeat=len(answer.pairs)):
        credit = mark_matching(answer, chosen).credit
        assert question.mark(chosen)[0] == pytest.approx(float(credit))
    assert "moodle-matching" in codes(asking(answer))


def test_letters_stand_in_front_of_the_formulas_and_feedback_with_the_wrong_ones() -> None:
    question = question_of(asking(FORMULAS))
    assert [each.text for each in question.blanks[1].answers] == ["A", "B", "C", "D"]
    assert [each.feedback for each in question.blanks[1].answers] == [
        "", *["Two &amp; too."] * 3,
    ]  # fmt: skip
    rights = html.fromstring(f"<div>{question.text}</div>").findall(".//ol[@type='A']/li")
    assert rights[0].text_content() == r"\(a < b\)"


@pytest.mark.parametrize("credit", ["all_or_nothing", "adjacent"])
def test_an_order_is_dragged_and_marked_as_we_do(credit: str) -> None:
    answer = replace(ORDER, credit=credit)
    question = question_of(asking(answer))
    assert question.kind == "ordering"
    texts = [each.text for each in question.answers]
    assert texts == [r"\(1 &lt; 2\)", "second", "third", "fourth"]
    at = {place: texts[position] for position, place in enumerate(answer.key)}
    for given in permutations(range(4)):
        expected = mark_ordering(answer, given).credit
        assert question.mark([at[place] for place in given])[0] == pytest.approx(float(expected))
    assert codes(asking(answer)) == []


def test_older_ones_get_positions() -> None:
    item = asking(ORDER)
    question = question_of(item, OLD)
    assert question.kind == "matching"
    assert question.pairs == [
        ("fourth", "4"),
        (r"\(1 &lt; 2\)", "1"),
        ("third", "3"),
        ("second", "2"),
    ]
    assert question.mark(["4", "1", "3", "2"])[0] == 1
    assert codes(item, OLD) == ["moodle-ordering"]


def test_two_positions_are_too_few_for_moodles_matching() -> None:
    item = asking(Ordering(ORDER.items[:2], (1, 0), "adjacent"))
    question = question_of(item, OLD)
    assert question.kind == "cloze"
    assert question.mark([1, 0])[0] == 1
    assert question.mark([0, 1])[0] == 0
    assert question_of(item, NEW).kind == "ordering"


def test_in_a_derivation_each_keeps_its_share() -> None:
    choice = SingleChoice(
        (Option(passage_of("y"), True, None), Option(passage_of("n"), False, None))
    )
    item = asking(WORDS, ORDER, choice)
    question = question_of(item)
    assert [blank.grade for blank in question.blanks] == [4, 4, 4, 3, 3, 3, 3, 12]
    key = [pair.right for pair in WORDS.pairs]
    positions = [ORDER.key.index(place) for place in range(4)]
    assert question.mark([*key, *positions, 0])[0] == pytest.approx(1)
    assert question.mark([*key, *[None] * 4, None])[0] == pytest.approx(1 / 3)
    assert question.mark([*[None] * 3, *positions, None])[0] == pytest.approx(1 / 3)
    assert codes(item) == ["moodle-ordering"]
    assert codes(item, OLD) == ["moodle-ordering"]


def test_the_person_who_marks_an_essay_is_told_both() -> None:
    item = asking(WORDS, ORDER, samples.ANSWERS["open"])
    (_,), (question,) = by_category(item)
    assert question.kind == "essay"
    for text in ("1-C, 2-A, 3-D", "B, D, C, A", "Two &amp; too."):
        assert text in question.notes
        assert text not in question.text


def test_the_sheet_says_which_moodle_items_to_drag_need() -> None:
    item = samples.item("ordering")
    assert b"Moodle 4.4" in files_of(exam_of(item), NEW)["settings.txt"]
    assert b"Moodle 4.4" not in files_of(exam_of(item), OLD)["settings.txt"]
    assert b"Moodle 4.4" not in files_of(exam_of(samples.item("open")), NEW)["settings.txt"]
