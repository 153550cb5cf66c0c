"""Practice pages show how an answer is marked; exam pages hold nothing of it."""

import json
import math
import re
from dataclasses import replace
from fractions import Fraction

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.answers import (
    COMPLEX,
    CarriedForward,
    Numeric,
    RubricLine,
    SingleChoice,
    Tolerance,
)
from qgen.document.exam import Pool
from qgen.document.formats import HtmlOptions
from qgen.document.formula import Symbol
from qgen.document.richtext import passage_of
from qgen.document.values import Complex
from qgen.marking.grader import mark_number
from tests import samples
from tests.examples import examples
from tests.renderers.html.html_written import (
    EXAM,
    PRACTICE,
    exam_of,
    page_of,
    pages,
    sample,
    words,
)
from tests.written import render


class TestPracticeMode:
    def test_the_page_says_that_it_contains_the_solutions(self):
        assert "it contains the solutions" in words(sample(PRACTICE).find(".//header"))
        assert "it contains the solutions" not in sample(EXAM).text_content()

    @pytest.mark.parametrize(
        ("kind", "shown"),
        [
            ("single_choice", "Key: A ✓ A correct Why it is right. ✗ B wrong This swaps the two."),
            ("multiple_select", "Key: A, C ✓ A correct It follows from A. ✗ B wrong B contradicts"),
            ("numeric", "≈0.0588235 nats (accepted from 0.05824 to 0.0594)"),
            ("numeric", "If the answer is 0.25 That is the standard deviation."),
            ("formula", "(3*x_1 - 4*x_2 - 2)/26"),
            ("formula", "The square does not belong here."),
            ("short_answer", "Key: evidence lower bound · ELBO"),
            ("short_answer", "If the answer is evidence Only a bound of it."),
            ("open", "1 point Names the joint law. 0.5 points Gives a reason."),
        ],
    )
    def test_each_kind_has_its_solution_folded_away(self, kind, shown):
        (details,) = page_of(samples.item(kind)).xpath(".//details[@class='solution']")
        assert details.get("open") is None
        assert words(details.find("summary")).startswith("Show the solution")
        assert shown in words(details)
        assert f"The worked solution of the {kind} question." in words(details)

    @pytest.mark.parametrize("kind", samples.KINDS)
    def test_hints_stand_folded_below_what_they_help_with(self, kind):
        page = page_of(samples.item(kind))
        found = [
            [words(hint) for hint in box.xpath("./details[@class='hint']")]
            for box in page.xpath("//div[@class='hints'][@role='status']")
        ]
        texts = [
            "Hint 1 Think of the <joint> law & of nothing else.",
            "Hint 2 (−10%) w<5",
        ]
        assert found == [texts] * sum(bool(part.hints) for part in samples.parts(kind))
        below = {box.getnext().get("class") for box in page.xpath("//div[@class='hints']")}
        assert below == {"solution"}

    def test_a_derivation_has_a_solution_for_each_part_and_one_for_the_whole(self):
        page = page_of(samples.item("derivation"))
        parts = page.xpath("//section[@class='part']")
        labels = [f"Part {part.label}" for part in samples.parts("derivation")]
        assert [words(part.find(".//h4")) for part in parts] == labels
        folded = [part.xpath(".//details[@class='solution']") for part in parts]
        assert list(map(len, folded)) == [1] * len(labels)
        assert (
            words(parts[1].xpath("string(.//p[@class='points'])") and parts[1].find(".//p"))
            == "1 point"
        )
        assert "The worked solution" in words(page.findall(".//details")[-1])

    @pytest.mark.slow
    @given(
        st.fractions(min_value=-(10**6), max_value=10**6).filter(bool),
        st.fractions(min_value=Fraction(1, 10**6), max_value=1),
        st.sampled_from(["absolute", "relative"]),
    )
    @examples(60)
    def test_what_is_printed_as_accepted_is_accepted(self, key, amount, kind):
        answer = Numeric(key, Tolerance(kind, amount))
        page = page_of(replace(samples.item("numeric"), parts=samples.sole(answer)))
        low, high = (
            Fraction(re.sub(r"⋅10(.*)", r"e\1", "".join(found.itertext()).replace("−", "-")))
            for found in page.xpath("//span[@class='accepted']//math")
        )
        assert mark_number(answer, low).credit == mark_number(answer, high).credit == 1
        assert high - low >= Fraction(98, 100) * 2 * (
            amount if kind == "absolute" else amount * abs(key)
        )


class TestExamMode:
    SECRETS = (
        "Why it is right",
        "This swaps the two",
        "It follows from A",
        "B contradicts it",
        "standard deviation",
        "0.0588",
        "0.0582",
        "3*x_1",
        "The square does not belong",
        "evidence lower bound",
        "ELBO",
        "Only a bound",
        "Names the joint law",
        "Gives a reason",
        "worked solution",
        "Explanation of the part",
        "Show the solution",
        "<details",
        "</details",
        "Sample single_choice",
    )

    def test_no_key_feedback_explanation_or_rubric_is_in_the_bytes(self):
        practice = b"".join(pages(samples.exam(), PRACTICE).values()).decode()
        exam = b"".join(pages(samples.exam(), EXAM).values()).decode()
        for secret in self.SECRETS:
            assert secret in practice
            assert secret not in exam

    def test_the_bytes_do_not_depend_on_the_key(self):
        item = samples.item("single_choice")
        first, second, third = item.parts[0].answer.options
        other = SingleChoice(
            (
                first._replace(correct=False),
                second._replace(correct=True, feedback=None),
                third,
            )
        )
        numeric = samples.item("numeric")
        before = exam_of(item, numeric)
        after = exam_of(
            replace(item, parts=samples.sole(other), explanation=None),
            replace(
                numeric,
                parts=samples.sole(replace(numeric.parts[0].answer, key=3, mistakes=())),
            ),
        )
        assert pages(before, EXAM) == pages(after, EXAM)
        assert pages(before, PRACTICE) != pages(after, PRACTICE)

    def test_a_paper_of_nobody_asks_for_the_name(self):
        assert sample(EXAM, "samples-A.html").xpath("//input[@id='student-name']")
        assert not sample(EXAM, "samples-B.html").xpath("//input[@id='student-name']")
        assert not sample(PRACTICE).xpath("//input[@id='student-name']")


def test_exam_pages_of_banks_that_differ_in_what_is_secret_are_the_same():
    """Every kind, with another key, tolerance, mistake, feedback, rubric and explanation."""
    other = {
        "single_choice": lambda answer: replace(
            answer,
            options=tuple(
                option._replace(correct=index == 1, feedback=passage_of("Other."))
                for index, option in enumerate(answer.options)
            ),
        ),
        "multiple_select": lambda answer: replace(
            answer,
            options=tuple(
                option._replace(correct=not option.correct, feedback=None)
                for option in answer.options
            ),
        ),
        "numeric": lambda answer: replace(
            answer, key=7.25, tolerance=Tolerance("absolute", Fraction(1, 3)), mistakes=()
        ),
        COMPLEX: lambda answer: replace(
            answer,
            key=Complex(7, 0.5),
            tolerance=Tolerance("relative", Fraction(1, 3)),
            mistakes=(),
        ),
        "formula": lambda answer: replace(answer, key=Symbol("x_1"), mistakes=()),
        "matrix": lambda answer: replace(
            answer,
            key=((7, 8), (9, 10)),
            tolerance=Tolerance("relative", Fraction(1, 3)),
            credit="all",
            mistakes=(),
        ),
        "short_answer": lambda answer: replace(
            answer, accepted=("another",), case_sensitive=True, mistakes=()
        ),
        "matching": lambda answer: replace(
            answer,
            pairs=tuple(pair._replace(right=1 - min(pair.right, 1)) for pair in answer.pairs),
        ),
        "ordering": lambda answer: replace(answer, key=(0, 1, 2)),
        "open": lambda answer: replace(answer, rubric=(RubricLine(Fraction(9), passage_of("9")),)),
    }
    assert other.keys() == samples.ANSWERS.keys()

    def altered(part, kind):
        answer = other[kind](part.answer)
        assert answer != part.answer
        return replace(part, answer=answer, explanation=passage_of("Told otherwise."))

    kinds = list(samples.ANSWERS)
    items = [samples.item(kind) for kind in samples.KINDS]
    changed = [
        replace(
            item,
            parts=tuple(
                altered(part, kinds[index] if item.is_derivation else kind)
                for index, part in enumerate(item.parts)
            ),
            explanation=None,
        )
        for kind, item in zip(samples.KINDS, items, strict=True)
    ]
    assert pages(exam_of(*items), EXAM) == pages(exam_of(*changed), EXAM)
    assert pages(exam_of(*items), PRACTICE) != pages(exam_of(*changed), PRACTICE)


def test_what_is_for_practice_is_told_where_a_page_is_an_exam():
    options = HtmlOptions("exam", submit="exam", variants=5)
    written = render(exam_of(samples.item("numeric")), options)
    assert [problem.code for problem in written.problems] == ["html-option"] * 2
    assert (
        written.files
        == render(exam_of(samples.item("numeric")), HtmlOptions("exam", submit="exam")).files
    )


def test_a_carried_value_that_no_page_works_out_is_told():
    parts = samples.steps(samples.ANSWERS["numeric"], samples.ANSWERS["numeric"])
    carried = CarriedForward("a", math.exp)
    item = replace(samples.item("derivation"), parts=(parts[0], replace(parts[1], carried=carried)))
    (problem,) = render(exam_of(item), PRACTICE).problems
    assert (problem.code, problem.severity) == ("html-carried", "loss")
    assert render(exam_of(item), EXAM).problems == ()


def test_extra_time_is_added_to_the_exams_own() -> None:
    exam = samples.exam()
    paper = replace(exam.papers[0], extra_minutes=23)
    for options in (PRACTICE, EXAM):
        (content,) = pages(replace(exam, duration=90, papers=(paper,)), options).values()
        text = content.decode()
        assert "113 minutes" in text
        assert '"seconds":6780' in text


@pytest.mark.parametrize(("varies", "variants"), [(True, 2), (False, 1)])
def test_a_question_without_numbers_stands_once_on_a_page(varies: bool, variants: int) -> None:
    item = samples.item("single_choice")
    again = replace(item, stem=passage_of("As another draw would look."))
    pools = (Pool(item.header, "Only one", item.points, varies),)
    exam = replace(exam_of(item), pools=pools, variants=((again,),))
    (content,) = pages(exam, HtmlOptions(variants=4)).values()
    page = lxml.html.document_fromstring(content)
    data = json.loads(page.xpath("//script[@type='application/json']")[0].text)
    assert 1 + len(data["questions"][0].get("others", ())) == variants


@pytest.mark.parametrize(("language", "mark"), [("en", "."), ("de", ",")])
@pytest.mark.parametrize("kind", ["numeric", "matrix", "complex"])
def test_keys_have_the_decimal_mark_of_the_pages_language(kind, language, mark):
    exam = replace(exam_of(samples.item(kind)), language=language)
    (page,) = pages(exam, PRACTICE).values()
    solution = lxml.html.document_fromstring(page).xpath("//details[@class='solution']")[0]
    formulas = " ".join(map(words, solution.xpath(".//*[local-name()='math']")))
    assert set(re.findall(r"\d([.,])\d", formulas)) == {mark}
