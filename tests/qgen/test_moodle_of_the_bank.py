"""Every question of the shipped bank as Moodle XML: read back, and marked as the grader marks."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from qgen.document.answers import FormulaAnswer, Matching, MultipleSelect, Part, ScoringRule
from qgen.document.exam import Asset, ExamDocument, Item, Pool
from qgen.document.formats import MoodleOptions
from qgen.document.formula import typed
from qgen.document.problem import Problem
from qgen.generator.outline import outline
from qgen.renderers.carriage import marks_by_format
from qgen.renderers.moodle.writer import MoodleWriter
from tests.renderers.moodle.moodle_marking import Trial, boxes_of, shown, shown_passage, trials
from tests.renderers.moodle.moodle_reader import Question, read
from tests.renderers.moodle.stack_reader import StackQuestion
from tests.samples import PNG
from tests.shipped import shipped_items, shipped_templates

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


def test_every_mark_but_those_of_open_answers_is_marked_by_moodle() -> None:
    outlines = [outline(each, each.points, "per_option") for each in shipped_templates()]
    marks = marks_by_format({"moodle": MoodleWriter(OPTIONS)}, outlines)["moodle"]
    by_kind: Counter[str] = Counter()
    for item in outlines:
        for part in item.parts:
            by_kind[type(part.answer).__name__] += part.points
    assert marks.person == by_kind["Open"]
    assert marks.lost == 0
    assert marks.machine == sum(by_kind.values(), Fraction(0)) - by_kind["Open"]


def test_every_shipped_formula_is_marked_by_stack_with_its_mistakes() -> None:
    options = MoodleOptions(variants=2, formulas="stack")
    asked, by_values = 0, []
    for template, items in zip(shipped_templates(), shipped_items(), strict=True):
        answer = items[0].parts[0].answer
        if template.header.kind != "formula" or not isinstance(answer, FormulaAnswer):
            continue
        found, _ = as_moodle(items, outline(template, template.points, "per_option"), options)
        for item, question in zip(items, found[0], strict=True):
            answer = item.parts[0].answer
            assert isinstance(answer, FormulaAnswer)
            if question.kind != "stack":
                by_values.append(item.header.identifier)
                continue
            tree = StackQuestion(question.element, answer.variables)
            assert tree.mark(typed(answer.key))[:2] == (1, "KEY")
            for number, mistake in enumerate(answer.mistakes, 1):
                score, note, feedback = tree.mark(typed(mistake.value))
                assert (score, note) == (0, f"MISTAKE{number}"), item.header.identifier
                assert shown(feedback) == shown_passage(mistake.feedback)
            assert tree.run_tests() == len(answer.mistakes) + 3
            asked += 1
    assert asked > 30
    # The plugin takes `e` for a number.
    assert set(by_values) == {"bernoulli-kl-formula", "slope-of-a-bernoulli-kl"}
