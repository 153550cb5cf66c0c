"""Every question of the shipped bank as Moodle XML: read back, and marked as the grader marks."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from typing import Literal

import pytest
from lxml import etree
from lxml import html as lxml_html

from qgen.document.answers import (
    ComplexAnswer,
    FormulaAnswer,
    Matching,
    MultipleSelect,
    Numeric,
    Open,
    Part,
    ScoringRule,
    SingleChoice,
)
from qgen.document.complex_numbers import exact_parts
from qgen.document.exam import Asset, ExamDocument, Item, Pool
from qgen.document.formats import MoodleOptions
from qgen.document.formula import Formula, typed
from qgen.document.problem import Problem
from qgen.generator.outline import outline
from qgen.marking.complex_marker import given_exactly, mark_complex
from qgen.marking.grader import mark_number, mark_part_number
from qgen.marking.rules import accepted_interval
from qgen.renderers.carriage import MARKED_BY, marks_by_format
from qgen.renderers.moodle.halves import Half, halves
from qgen.renderers.moodle.writer import MoodleWriter
from tests.renderers.moodle.moodle_marking import Trial, boxes_of, shown, shown_passage, trials
from tests.renderers.moodle.moodle_reader import Question, read
from tests.renderers.moodle.plugin_reader import PluginQuestion
from tests.renderers.moodle.stack_reader import StackQuestion
from tests.samples import PNG
from tests.shipped import shipped_items, shipped_templates
from tests.test_docs import ROOT, shipped_marks

pytestmark = pytest.mark.slow

OPTIONS = MoodleOptions(variants=2)


def as_moodle(
    items: Sequence[Item], shape: Item, options: MoodleOptions = OPTIONS
) -> tuple[list[list[Question]], list[Problem]]:
    """The questions of each category, and what the report says of them."""
    writer = MoodleWriter(options)
    problems = writer.losses(shape)
    pool = Pool(items[0].header, "Section", items[0].points, len(items) > 1)
    exam = ExamDocument("All questions", "all", "en", "per_option", pools=(pool,))
    chunks = [*writer.begin(exam), *(c for item in items for c in writer.variant(pool, item))]
    chunks += writer.end()
    content = b"".join(chunk.content for chunk in chunks if chunk.file == "all.xml")
    return list(read(content).values()), [*problems, *writer.problems]


def tried(items: Sequence[Item], found: list[list[Question]]) -> Iterator[Trial]:
    """All responses to all parts that Moodle marks."""
    for place, item in enumerate(items):
        by = MoodleWriter(OPTIONS).marked_by(item)
        for who, category in zip(dict.fromkeys(sorted(by)), found, strict=True):
            parts = [part for part, one in zip(item.parts, by, strict=True) if one == who]
            question = category[place]
            assert question.grade == pytest.approx(float(sum(p.points for p in parts)), abs=1e-6)
            if who == "person":
                assert question.kind == "essay"
                continue
            assert question.kind != "essay"
            for asked, part in zip(boxes_of(question, parts), parts, strict=True):
                for trial in trials(asked, part):
                    yield trial._replace(
                        what=f"{item.header.identifier} {part.label}: {trial.what}"
                    )


def fault(trial: Trial, codes: set[str]) -> str | None:
    """What is wrong with a mark, or with what is said of a mistake."""
    if trial.ours != pytest.approx(trial.moodles, abs=1e-5) and trial.explained not in codes:
        return f"{trial.what}: {trial.moodles} and not {trial.ours}, unsaid"
    if trial.expected is not None and trial.expected not in map(shown, trial.feedback):
        return f"{trial.what}: says {trial.feedback} and not {trial.expected}"
    return None


def under(rule: ScoringRule, item: Item) -> Item:
    """The item under another rule, with some picture where one would be drawn."""
    parts = tuple(
        replace(part, answer=replace(part.answer, rule=rule)) if has_rule(part) else part
        for part in item.parts
    )
    drawn = {
        name: asset if any(asset.forms.values()) else Asset(name, {"png": PNG})
        for name, asset in item.assets.items()
    }
    return replace(item, parts=parts, assets=drawn)


def has_rule(part: Part) -> bool:
    return isinstance(part.answer, (MultipleSelect, Matching))


@pytest.mark.parametrize(
    ("rule", "least"), [("per_option", 10_000), ("right_minus_wrong", 500), ("all_or_nothing", 500)]
)
def test_every_shipped_question_is_marked_in_moodle_as_the_grader_marks_it(
    rule: ScoringRule, least: int
) -> None:
    faults, made = [], 0
    for template, drawn in zip(shipped_templates(), shipped_items(), strict=True):
        items = [under(rule, item) for item in drawn]
        if rule != "per_option" and not any(map(has_rule, items[0].parts)):
            continue
        found, problems = as_moodle(items, outline(template, template.points, rule))
        codes = {problem.code for problem in problems}
        for trial in tried(items, found):
            made += 1
            wrong = fault(trial, codes)
            if wrong is not None:
                faults.append(wrong)
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults[:30])
    assert made > least


LOGARITHM = "an-encoder-within-a-budget"


@pytest.mark.parametrize("formulas", ["points", "stack"])
def test_every_mark_but_those_of_open_answers_is_marked_by_moodle(
    formulas: Literal["points", "stack"],
) -> None:
    outlines = [outline(each, each.points, "per_option") for each in shipped_templates()]
    writer = MoodleWriter(replace(OPTIONS, formulas=formulas))
    marks = marks_by_format({"moodle": writer}, outlines)["moodle"]
    by_kind: Counter[str] = Counter()
    for item in outlines:
        for part in item.parts:
            # STACK works conditions out, but for one with a logarithm of what is typed.
            judged = isinstance(part.answer, Open) and part.answer.accepts is not None
            by_machine = judged and formulas == "stack" and item.header.identifier != LOGARITHM
            name = "judged" if by_machine else type(part.answer).__name__
            by_kind[name] += part.points
    assert (by_kind["judged"] > 0) == (formulas == "stack")
    assert marks.person == by_kind["Open"]
    assert marks.lost == 0
    assert marks.machine == sum(by_kind.values(), Fraction(0)) - by_kind["Open"]


def test_the_page_of_formats_tells_about_whose_the_marks_of_the_bank_are() -> None:
    page = (ROOT / "docs" / "formats.md").read_text("utf-8")
    by_name = {line.split("|")[1].strip(): line for line in shipped_marks().splitlines()}
    told = {line.split("|")[1].strip(): line for line in page.splitlines() if "%" in line[-5:]}
    for name in map("`{}`".format, MARKED_BY):
        shares = [int(line.split("|")[-2].strip(" %")) for line in (by_name[name], told[name])]
        # A new question is no reason to write the page anew; `python -m tests.test_docs` would.
        assert abs(shares[0] - shares[1]) <= 3, f"{name}: {shares}"


def in_plugins(formulas: Literal["stack", "plugin"]) -> Iterator[tuple[Item, Half, Question]]:
    """Every question of the plugin that the bank becomes, with the parts that it asks."""
    options = MoodleOptions(variants=2, formulas=formulas)
    kind = {"stack": "stack", "plugin": "formulas"}[formulas]
    for template, items in zip(shipped_templates(), shipped_items(), strict=True):
        if not any(isinstance(part.answer, FormulaAnswer) for part in items[0].parts):
            continue
        found, _ = as_moodle(items, outline(template, template.points, "per_option"), options)
        for half, category in zip(halves(items[0], options), found, strict=True):
            for item, question in zip(items, category, strict=True):
                labels = {part.label for part in half.parts}
                parts = tuple(part for part in item.parts if part.label in labels)
                if question.kind == kind:
                    yield item, replace(half, parts=parts), question


def in_other_names(question: Question, answer: FormulaAnswer) -> dict[str, str]:
    """What the question tells to type for a variable, where that is another letter."""
    told = re.findall(r"\(<code>(\w)</code> = (\w)\)", question.text)
    return {name: other for other, name in told if name in answer.variables}


def ways(question: Question, part: Part) -> Iterator[tuple[str, float, str | None]]:
    """What may be typed for a part, what it earns, and what is said of it."""
    match part.answer:
        case FormulaAnswer() as answer:
            others = in_other_names(question, answer)

            def as_told(formula: Formula) -> str:
                return re.sub(r"\b[ei]\b", lambda it: others.get(it[0], it[0]), typed(formula))

            yield as_told(answer.key), 1, None
            for mistake in answer.mistakes:
                yield as_told(mistake.value), 0, shown_passage(mistake.feedback)
            yield f"({as_told(answer.key)}) * 1.01 + 0.01", 0, None
        case Numeric() as answer:
            low, high = accepted_interval(answer.key, answer.tolerance)
            wide = (high - low) / 1000
            for value in (Fraction(answer.key), low + wide, high - wide, low - wide, high + wide):
                yield str(value), float(mark_number(answer, value).credit), None
            for mistake in answer.mistakes:
                mark = mark_number(answer, mistake.value)
                said = shown_passage(mark.feedback[0]) if mark.feedback else None
                yield str(Fraction(mistake.value)), float(mark.credit), said
        case ComplexAnswer() as answer:
            for value in (answer.key, *(mistake.value for mistake in answer.mistakes)):
                mark = mark_complex(answer, given_exactly(value))
                said = shown_passage(mark.feedback[0]) if mark.feedback else None
                real, imaginary = exact_parts(value)
                yield f"({real})+({imaginary})*i", float(mark.credit), said
        case SingleChoice() as answer:
            texts = [shown_passage(option.text) for option in answer.options]
            heading = f"Part {part.label}<"
            section = question.text[question.text.index(heading) :]
            listed = lxml_html.fromstring(section).xpath("(//ol[@type='A'])[1]/li")
            places = [
                texts.index(shown(etree.tostring(each, encoding="unicode"))) for each in listed
            ]
            for place, option in enumerate(places, 1):
                feedback = answer.options[option].feedback
                said = None if feedback is None else shown_passage(feedback)
                yield str(place), float(answer.options[option].correct), said
    yield "", 0, None


def test_every_shipped_formula_is_marked_by_stack_with_its_mistakes() -> None:
    """Derivations are asked as a whole: one part is answered in each way, the others right."""
    asked: Counter[str] = Counter()
    for item, half, question in in_plugins("stack"):
        variables = {
            in_other_names(question, part.answer).get(name, name): domain
            for part in half.parts
            if isinstance(part.answer, FormulaAnswer)
            for name, domain in part.answer.variables.items()
        }
        tree = StackQuestion(question.element, variables)
        offered = [list(ways(question, part)) for part in half.parts]
        right = [next(text for text, credit, _ in each if credit == 1) for each in offered]
        for place, each in enumerate(offered):
            for text, credit, said in each:
                told = tree.marks([*right[:place], text, *right[place + 1 :]])
                what = f"{item.header.identifier} {half.parts[place].label}: {text}"
                assert (0 if told[place] is None else told[place].score) == credit, what
                if said is not None:
                    assert shown(told[place].feedback) == said, what
        assert tree.share(right) == 1
        total = sum(part.points for part in half.parts)
        for part, value in zip(half.parts, tree.values.values(), strict=True):
            assert value / sum(tree.values.values()) == pytest.approx(float(part.points / total))
        assert tree.run_tests() > sum(map(len, offered)) / 3
        asked["derivation" if item.is_derivation else "alone"] += 1
    assert asked["alone"] > 30
    assert asked["derivation"] > 10


def test_stack_follows_an_earlier_answer_as_the_grader_does() -> None:
    followed = 0
    for _, half, question in in_plugins("stack"):
        labels = [part.label for part in half.parts]
        tree = StackQuestion(question.element, {})
        for place, part in enumerate(half.parts):
            text = question.element.findall("prt")[place].findtext("feedbackvariables/text")
            if not text or isinstance(part.answer, ComplexAnswer):
                continue
            earlier = labels.index(part.carried.part)
            key = Fraction(half.parts[earlier].answer.key)
            for given in (key * 2 + 1, key / 3 - 2, Fraction(0), -key):
                for shift in (Fraction(1), Fraction(101, 100), Fraction(5, 4)):
                    with suppress(ValueError, ArithmeticError):
                        value = Fraction(part.carried.key(given)) * shift
                        ours = mark_part_number(part, value, {part.carried.part: given})
                        typed_in = [""] * len(labels)
                        typed_in[earlier], typed_in[place] = str(given), str(value)
                        assert tree.marks(typed_in)[place].score == float(ours.credit)
                        followed += 1
    assert followed > 20


def test_every_shipped_formula_is_marked_by_the_formulas_plugin() -> None:
    asked: Counter[str] = Counter()
    for item, half, question in in_plugins("plugin"):
        read = PluginQuestion(question.element)
        total = sum(part.points for part in half.parts)
        for number, part in enumerate(half.parts):
            what = f"{item.header.identifier} {part.label}"
            assert read.marks[number] / sum(read.marks) == pytest.approx(float(part.points / total))
            for text, credit, _ in ways(question, part):
                typed_in = [text]
                if isinstance(part.answer, ComplexAnswer):
                    typed_in = re.findall(r"\(([-\d/]+)\)", text) or ["", ""]
                assert read.mark(number, *typed_in) == credit, f"{what}: {text}"
        asked["derivation" if item.is_derivation else "alone"] += 1
    assert asked["alone"] > 30
    assert asked["derivation"] > 8
