"""What is said by the mark, in files: where a format can say it, and never in what is asked."""

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from qgen.document.answers import (
    MarkFeedback,
    Matching,
    MultipleSelect,
    Numeric,
    Ordering,
    Part,
    SingleChoice,
)
from qgen.document.exam import Item, Paper, Pool, Section
from qgen.document.formats import (
    FORMATS,
    CanvasOptions,
    HtmlOptions,
    MoodleOptions,
    QtiOptions,
)
from qgen.document.richtext import passage_of
from qgen.extra_losses import BY_MARK, extra_losses
from qgen.renderers.moodle.losses import variant_losses
from qgen.renderers.moodle.writer import MoodleWriter
from tests import samples
from tests.renderers.canvas import canvas_reader
from tests.renderers.moodle import moodle_reader
from tests.renderers.qti import qti_reader
from tests.written import render

RIGHT, PARTLY, WRONG = "Said where it is", "Said where some of it", "Said if it is wrong"
TEXTS = (RIGHT, PARTLY, WRONG)
TICKED = MoodleOptions(variants=1, per_option="all_or_nothing")


def exam_of(*items: Item) -> samples.SampleExam:
    return replace(
        samples.exam(),
        papers=(Paper("A", None, (Section("One", None, items),)),),
        pools=tuple(Pool(item.header, "One", item.points, True) for item in items),
        variants=tuple([item] for item in items),
    )


def files(options: Any, *items: Item) -> Mapping[str, bytes]:
    return render(exam_of(*items), options).files


def moodle(item: Item, options: MoodleOptions = TICKED) -> list[moodle_reader.Question]:
    (content,) = (
        content for name, content in files(options, item).items() if name.endswith(".xml")
    )
    return [each for questions in moodle_reader.read(content).values() for each in questions]


def qti(item: Item, version: Any) -> qti_reader.QtiItem:
    (content,) = files(QtiOptions(variants=1, version=version), item).values()
    (found,) = qti_reader.read(content).items
    return found


def said_in(texts: list[str]) -> list[str]:
    return [text for text in TEXTS if any(text in each for each in texts)]


class TestMoodle:
    @pytest.mark.parametrize("kind", ["single_choice", "matching", "ordering"])
    def test_three_fields_say_it(self, kind: str) -> None:
        (question,) = moodle(samples.item(kind))
        assert [said_in([text]) for text in question.by_mark] == [[RIGHT], [PARTLY], [WRONG]]
        assert r"\(v &lt; 6\)" in question.by_mark[2]

    def test_what_is_not_said_is_empty(self) -> None:
        item = samples.item("single_choice")
        part = replace(item.parts[0], by_mark=MarkFeedback(wrong=passage_of("Well.")))
        (question,) = moodle(replace(item, parts=(part,)))
        assert question.by_mark[:2] == ["", ""]
        assert "Well." in question.by_mark[2]
        (bare,) = moodle(replace(item, parts=samples.sole(item.parts[0].answer)))
        assert bare.by_mark == []

    @pytest.mark.parametrize(
        ("kind", "typed"),
        [
            ("numeric", [(1 / 17, RIGHT, ""), (9, WRONG, ""), (0.25, WRONG, "standard deviation")]),
            ("numeric", [(2 / 17, PARTLY, "Twice too much.")]),
            (
                "short_answer",
                [("elbo", RIGHT, ""), ("no", WRONG, ""), ("evidence", WRONG, "Only a bound")],
            ),
            ("short_answer", [("lower bound", PARTLY, "Of what?")]),
        ],
    )
    def test_answers_that_are_typed_say_it_beside_their_own(
        self, kind: str, typed: list[tuple[Any, str, str]]
    ) -> None:
        (question,) = moodle(samples.item(kind))
        for response, mark, own in typed:
            _, told = question.mark(response)
            assert said_in([told]) == [mark]
            assert own in told

    @pytest.mark.parametrize("options", [MoodleOptions(variants=1), TICKED])
    @pytest.mark.parametrize("kind", samples.KINDS)
    def test_a_loss_says_where_it_is_not_said(self, kind: str, options: MoodleOptions) -> None:
        item = samples.item(kind)
        told = [
            text
            for each in moodle(item, options)
            for text in (*each.by_mark, *(answer.feedback for answer in each.answers))
        ]
        lost = {each.code for each in extra_losses("moodle", MoodleWriter(options), item)}
        assert (said_in(told) == list(TEXTS)) == ("feedback" not in lost)
        assert said_in(told) in ([], list(TEXTS))

    def test_a_variant_that_becomes_another_type_says_so(self) -> None:
        """All options count as right on an outline; here a variant has no right one."""
        item = samples.item("multiple_select")
        answer = item.parts[0].answer
        assert isinstance(answer, MultipleSelect)
        none_right = tuple(option._replace(correct=False) for option in answer.options)
        part = replace(item.parts[0], answer=replace(answer, options=none_right))
        drawn = replace(item, parts=(part,))
        (problem,) = variant_losses(drawn, TICKED, set())
        assert problem.message.endswith("nothing is said by the mark")
        assert all(said_in([each.explanation, *each.by_mark]) == [] for each in moodle(drawn))
        silent = replace(part, by_mark=MarkFeedback())
        (problem,) = variant_losses(replace(item, parts=(silent,)), TICKED, set())
        assert "said" not in problem.message


def responses(answer: Any) -> list[tuple[Any, str]]:
    """Responses in QTI with what is said of them, by the options' and items' places."""
    match answer:
        case SingleChoice():
            return [("C1", RIGHT), ("C2", WRONG), (None, WRONG)]
        case MultipleSelect():
            return [({"C1", "C3"}, RIGHT), ({"C1"}, PARTLY), ({"C2"}, WRONG), (None, PARTLY)]
        case Numeric():
            return [("0.0588", RIGHT), (repr(2 / 17), PARTLY), ("0.25", WRONG), (None, WRONG)]
        case Matching():
            return [({"L1 C3", "L2 C1"}, RIGHT), ({"L1 C3", "L2 C2"}, PARTLY), ({"L1 C1"}, WRONG)]
        case Ordering():
            return [(["C2", "C3", "C1"], RIGHT), (["C1", "C2", "C3"], PARTLY)]
    raise AssertionError(answer)


QTI_KINDS = ("single_choice", "multiple_select", "numeric", "matching", "ordering")


@pytest.mark.parametrize("version", ["2.1", "3.0"])
class TestQti:
    @pytest.mark.parametrize("kind", QTI_KINDS)
    def test_modal_feedback_goes_by_the_score(self, kind: str, version: Any) -> None:
        item = samples.item(kind)
        written = qti(item, version)
        for response, mark in responses(item.parts[0].answer):
            given = {} if response is None else {"R1": response}
            assert said_in(written.feedback(written.run(given))) == [mark], response

    def test_thirds_and_sevenths_of_the_points_are_right_when_all_are_earned(
        self, version: Any
    ) -> None:
        item = samples.item("multiple_select")
        for points in (Fraction(1, 3), Fraction(10, 7)):
            part = replace(item.parts[0], points=points)
            written = qti(replace(item, parts=(part,), points=points), version)
            for response, mark in responses(part.answer):
                given = {} if response is None else {"R1": response}
                assert said_in(written.feedback(written.run(given))) == [mark]

    def test_each_part_has_its_own(self, version: Any) -> None:
        item = samples.item("derivation")
        written = qti(item, version)
        # The first part, a single choice, is right; the others that say something are blank.
        told = written.feedback(written.run({"R1": "C1"}))
        assert sum(RIGHT in each for each in told) == 1
        silent = sum(part.by_mark.texts == () for part in item.parts)
        by_person = sum(
            bool(part.by_mark.texts) and type(part.answer).__name__ in ("FormulaAnswer", "Open")
            for part in item.parts
        )
        said = sum(any(text in each for text in TEXTS) for each in told)
        assert said == len(item.parts) - silent - by_person


def canvas(kind: str) -> canvas_reader.CanvasItem:
    (content,) = files(CanvasOptions(variants=1), samples.item(kind)).values()
    (found,) = canvas_reader.read(content).items
    return found


@pytest.mark.parametrize("kind", samples.ANSWERS)
def test_canvas_says_it_where_an_answer_is_right_or_wrong(kind: str) -> None:
    told = canvas(kind).feedback
    if kind in ("single_choice", "numeric", "short_answer"):
        assert RIGHT in told["correct_fb"]
        assert WRONG in told["general_incorrect_fb"]
    else:
        assert "correct_fb" not in told
        assert said_in(list(told.values())) == []
    assert not any(PARTLY in each for each in told.values())


def test_a_practice_page_holds_it_hidden_and_an_exam_page_not_at_all() -> None:
    items = list(map(samples.item, samples.KINDS))
    (practice,) = files(HtmlOptions("practice"), *items).values()
    (exam,) = files(HtmlOptions("exam"), *items).values()
    saying = sum(bool(part.by_mark.texts) for item in items for part in item.parts)
    for mark, text in zip(("right", "partly", "wrong"), TEXTS, strict=True):
        hidden = rf"""<div class="?said"? id="?q[\d-]+-said-{mark}"? hidden>"""
        assert len(re.findall(hidden, practice.decode())) == saying
        assert text not in exam.decode()


def test_every_format_is_in_the_table() -> None:
    """But pages, which `qgen grade` or their own script completes, and what asks nothing."""
    assert set(FORMATS) - set(BY_MARK) == {"html", "guide"}


def test_what_is_said_of_a_credit() -> None:
    part: Part = samples.parts("numeric")[0]
    said = [part.by_mark.of(Fraction(share)) for share in ("1", "1/1000", "0")]
    assert said == list(samples.SAID)
