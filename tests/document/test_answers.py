"""The one list of kinds, and the samples that generic tests run over."""

from qgen.document.answers import COMPLEX, DERIVATION, KIND_NAMES, KINDS, marked_by_machine
from tests import samples
from tests.bank import written


def test_every_kind_has_its_samples() -> None:
    assert set(samples.ANSWERS) == {*KINDS, COMPLEX}
    assert {type(answer) for answer in samples.ANSWERS.values()} == set(KIND_NAMES)
    assert set(written.KINDS) == {*KINDS, DERIVATION}


def test_what_platforms_mark_without_a_person() -> None:
    by_person = {name for name, answer in samples.ANSWERS.items() if not marked_by_machine(answer)}
    assert by_person == {COMPLEX, "formula", "matrix", "open"}
