"""Every question of the shipped bank as GIFT: read back, and marked as the grader marks it."""

from fractions import Fraction

from qgen.bank.templates import QuestionTemplate
from qgen.banks import load_banks
from qgen.document.exam import ExamDocument, Item, Pool
from qgen.document.formats import GiftOptions
from qgen.document.richtext import plain_text
from qgen.generator.filling import Filling
from qgen.production import Production, Prover, Tally, variant_source
from qgen.proofs import ProofStore
from qgen.question_solvers import question_solvers
from qgen.renderers.gift import GiftWriter
from tests.renderers.gift_marking import assert_marked_alike, letters, shown
from tests.renderers.gift_reader import Question, read

COPIES = ("variant 1", "variant 2")


def items_of(template: QuestionTemplate) -> list[Item]:
    """Two variants, or the one of a question without parameters; no second route is run."""
    solvers, problems = question_solvers(template)
    assert not problems
    filling = Filling(Fraction(2), "right_minus_wrong", True, frozenset())
    source = variant_source(template, solvers, 1, "pool")
    prover = Prover("never", ProofStore(), Tally())
    production = Production(template, solvers, filling, source, prover, figure_limit=0)
    return list(production.items(COPIES if template.parameters else COPIES[:1]))


def as_gift(items: list[Item]) -> list[Question]:
    writer = GiftWriter(GiftOptions(variants=len(items)))
    header = items[0].header
    pool = Pool(header, "Section", items[0].points, len(items) > 1)
    exam = ExamDocument("All questions", "all", "en", "right_minus_wrong", pools=(pool,))
    chunks = [*writer.begin(exam), *(c for item in items for c in writer.variant(pool, item))]
    return read(b"".join(chunk.content for chunk in chunks))


def test_every_shipped_question_is_marked_in_gift_as_the_grader_marks_it() -> None:
    bank, problems = load_banks(())
    assert not problems
    written = 0
    for template in bank.questions.values():
        items = items_of(template)
        asked = [(item, part) for item in items for part in item.parts]
        for question, (item, part) in zip(as_gift(items), asked, strict=True):
            where = f"{template.header.identifier}-v{item.variant:04}{part.label}"
            assert question.idnumber == where
            assert letters(plain_text(item.stem)) in letters(shown(question.text))
            assert letters(plain_text(part.prompt)) in letters(shown(question.text))
            assert_marked_alike(question, part.answer)
            written += 1
    assert written >= len(bank.questions)
