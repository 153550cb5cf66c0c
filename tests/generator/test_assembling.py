"""Assembling: papers of sections, in an order of their own, with numbers that stay put."""

from collections.abc import Sequence
from dataclasses import fields
from fractions import Fraction
from typing import Any

from qgen.bank.catalogue import Catalogue
from qgen.bank.loader import LoadedSpec
from qgen.bank.roster import Student
from qgen.document.exam import Item
from qgen.document.richtext import plain_text
from qgen.generator.assembling import exam_document, paper
from qgen.generator.filling import Filler, Filling
from qgen.generator.planning import Slot, plan, version_labels
from qgen.generator.variants import VariantSource
from tests.bank.written import catalogue_of, exam, load_exam_text, question, written
from tests.generator.filled import shown
from tests.generator.test_seeds_and_variants import unsolved
from tests.samples import SampleExam

DRAWN = {"a": {"integers": {"from": 1, "to": 10_000}}}


def drawn(identifier: str, **changes: Any) -> dict[str, Any]:
    return question(id=identifier, parameters=DRAWN, stem="Is it {{ a }}?", **changes)


def choosing(identifier: str) -> dict[str, Any]:
    options = [{"text": each, "correct": each == "p"} for each in "pqrstu"]
    return question("single_choice", id=identifier, options=options)


def made(bank: Catalogue, readers: Sequence[Student] = (), **changes: Any) -> SampleExam:
    """The papers of an exam, as the pipeline makes them, without solvers and pools."""
    loaded, problems = load_exam_text(written(exam(**changes)))
    assert loaded is not None, problems
    slots, problems = plan(loaded, bank)
    assert problems == []
    readers = readers or tuple(Student(label, None) for label in version_labels(loaded.spec))
    items = {slot.key: _items(loaded, slot, readers) for slot in slots}
    head = exam_document(loaded, "slug", slots)
    papers = tuple(
        paper(loaded, reader, slots, {key: each[reader.identifier] for key, each in items.items()})
        for reader in readers
    )
    return SampleExam(
        **{each.name: getattr(head, each.name) for each in fields(head)}, papers=papers
    )


def _items(loaded: LoadedSpec, slot: Slot, readers: Sequence[Student]) -> dict[str, Item]:
    spec = loaded.spec
    source = VariantSource(slot.template, spec.seed, f"paper/{slot.key}", unsolved)
    filler = Filler(
        slot.template,
        Filling(slot.points, spec.scoring.multiple_select, spec.shuffle.options, frozenset()),
    )
    return {
        each.copy: filler.fill(1, each.values, {}, each.random_source)
        for each in source.variants([reader.identifier for reader in readers])
    }


def stems(document: SampleExam, identifier: str) -> list[list[str]]:
    """What each paper prints for a question, wherever it stands."""
    return [
        [plain_text(item.stem) for item in paper.items() if item.header.identifier == identifier]
        for paper in document.papers
    ]


def section(title: str, *questions: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "questions": list(questions), **more}


BANK = catalogue_of(*(drawn(f"q-{n}") for n in range(8)), choosing("c-0"), choosing("c-1"))


def test_the_head_of_an_exam() -> None:
    document = made(
        BANK,
        title="A title", course="CS 726", date="2026-12-04", language="de", duration="2 h",
        pass_mark="80%", attempts={"allowed": 3, "every": "8 h"}, instructions="Be *brief*.",
        scoring={"multiple_select": "all_or_nothing"}, shuffle={"options": False}, versions=2,
        sections=[section("One", "q-1", instructions="Only one."), section("Two", "q-2")],
    )  # fmt: skip
    assert (document.title, document.course, document.date) == ("A title", "CS 726", "2026-12-04")
    assert (document.slug, document.language, document.duration) == ("slug", "de", 120)
    assert (document.pass_mark, document.scoring) == (Fraction(4, 5), "all_or_nothing")
    assert document.attempts is not None
    assert (document.attempts.allowed, document.attempts.every_minutes) == (3, 480)
    assert document.instructions is not None
    assert plain_text(document.instructions) == "Be brief."
    assert not document.shuffle_options
    assert [paper.label for paper in document.papers] == ["A", "B"]
    first = document.papers[0].sections[0]
    assert first.title == "One"
    assert first.instructions is not None
    assert plain_text(first.instructions) == "Only one."
    assert document.papers[0].sections[1].instructions is None


def test_students_have_papers_with_their_names() -> None:
    readers = (Student("s1", "Ada"), Student("s2", None))
    document = made(BANK, readers, sections=[section("One", "q-1")])
    assert [(paper.label, paper.student) for paper in document.papers] == [
        ("s1", "Ada"),
        ("s2", None),
    ]


class TestNumbersStayPut:
    SECTIONS = (section("One", "q-1", "q-2"), section("Two", "q-3"))

    def numbers(self, *sections: Any, bank: Catalogue = BANK, **changes: Any) -> dict[str, Any]:
        document = made(bank, versions=3, sections=list(sections), **changes)
        return {name: stems(document, name) for name in ("q-1", "q-2", "q-3")}

    def test_another_question_in_the_section(self) -> None:
        before = self.numbers(*self.SECTIONS)
        assert self.numbers(section("One", "q-5", "q-1", "q-2"), self.SECTIONS[1]) == before

    def test_another_question_without_parameters(self) -> None:
        before = self.numbers(*self.SECTIONS)
        assert self.numbers(section("One", "c-0", "q-1", "q-2"), self.SECTIONS[1]) == before

    def test_another_section(self) -> None:
        before = self.numbers(*self.SECTIONS)
        assert self.numbers(section("Zero", "q-6"), *self.SECTIONS) == before
        assert self.numbers(*reversed(self.SECTIONS)) == before

    def test_another_question_in_the_bank(self) -> None:
        larger = catalogue_of(drawn("a-new"), *(drawn(f"q-{n}") for n in range(8)))
        assert self.numbers(*self.SECTIONS, bank=larger) == self.numbers(*self.SECTIONS)

    def test_another_version(self) -> None:
        before = self.numbers(*self.SECTIONS)
        more = made(BANK, versions=4, sections=list(self.SECTIONS))
        assert {name: stems(more, name)[:3] for name in before} == before

    def test_other_points_shuffling_and_scoring(self) -> None:
        before = self.numbers(*self.SECTIONS)
        after = self.numbers(
            section("One", "q-1", "q-2", points=5), self.SECTIONS[1], title="Another",
            shuffle={"questions": True, "options": False},
        )  # fmt: skip
        assert after == before

    def test_another_seed_changes_them(self) -> None:
        assert self.numbers(*self.SECTIONS, seed=2) != self.numbers(*self.SECTIONS)

    def test_a_template_twice_has_different_numbers(self) -> None:
        document = made(
            BANK, versions=4, sections=[section("One", "q-1", "q-1"), section("Two", "q-1")]
        )
        for printed in stems(document, "q-1"):
            assert len(set(printed)) == 3

    def test_versions_differ(self) -> None:
        document = made(BANK, versions=26, sections=[section("One", "q-1")])
        assert len({printed for (printed,) in stems(document, "q-1")}) == 26


class TestOrder:
    def order(self, **changes: Any) -> list[tuple[str, ...]]:
        names = [f"q-{n}" for n in range(8)]
        document = made(
            BANK, versions=10, sections=[section("One", *names), section("Two", "c-0")], **changes
        )
        assert all(len(paper.sections) == 2 for paper in document.papers)
        return [
            tuple(item.header.identifier for item in paper.sections[0].items)
            for paper in document.papers
        ]

    def test_that_of_the_spec(self) -> None:
        assert set(self.order()) == {tuple(f"q-{n}" for n in range(8))}

    def test_shuffled_within_its_section(self) -> None:
        orders = self.order(shuffle={"questions": True})
        assert len(set(orders)) == 10
        assert {tuple(sorted(order)) for order in orders} == {tuple(f"q-{n}" for n in range(8))}
        assert orders == self.order(shuffle={"questions": True})

    def test_options_of_one_question_differ_from_paper_to_paper(self) -> None:
        document = made(BANK, versions=12, sections=[section("One", "c-0", "c-1")])
        orders = [
            [tuple(shown(item)) for item in paper.items()]
            for paper in document.papers
        ]  # fmt: skip
        assert len({first for first, _ in orders}) > 8
        # Nor does the right option stand in the same place throughout a paper.
        assert {first.index("p") == second.index("p") for first, second in orders} == {True, False}
