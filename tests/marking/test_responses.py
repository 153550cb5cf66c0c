"""Whatever stands as a response, something sensible is said of it and nothing breaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgen.document.answers import Matching, Ordering, SingleChoice
from qgen.marking.equivalence import FormulaMark
from qgen.marking.number_reader import Refusal
from qgen.marking.responses import mark_response
from qgen.marking.written_choices import written_response
from tests import samples
from tests.examples import examples

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=5).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
CLOSED = [kind for kind in samples.ANSWERS if kind != "formula"]


@pytest.mark.slow
@examples(200)
@given(st.sampled_from(CLOSED), ANYTHING | st.lists(st.integers(0, 4), max_size=4).map(tuple))
def test_any_value_is_marked_or_left_to_a_person(kind: str, value: object) -> None:
    (part,) = samples.sole(samples.ANSWERS[kind])
    mark = mark_response(part, value, {})
    waits = mark.outcome in ("open", "undecided", "unreadable", "no_answer")
    assert (mark.credit is None) == waits
    assert mark.credit is None or 0 <= mark.credit <= 1


@examples(200)
@given(
    st.sampled_from(list(samples.ANSWERS)),
    st.text(max_size=30) | st.text("ABCDabc123-–,; ().", max_size=12),
)
def test_any_cell_is_read_or_refused_with_a_sentence(kind: str, cell: str) -> None:
    (part,) = samples.sole(samples.ANSWERS[kind])
    found = written_response(part.answer, cell)
    if isinstance(found, Refusal):
        assert found.sentence.endswith(".")
    elif kind != "formula":
        assert mark_response(part, found, {}).outcome != "missing"


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("single_choice", "B", 2),
        ("single_choice", " (b) ", 2),
        ("single_choice", "2", 2),
        ("multiple_select", "A, C", (1, 3)),
        ("multiple_select", "A C", (1, 3)),
        ("multiple_select", "ac", (1, 3)),
        ("multiple_select", "1;3", (1, 3)),
        ("multiple_select", "none", ()),
        ("multiple_select", " ", None),
        ("matching", "1-C, 2-A", (3, 1)),
        ("matching", "2–a", (None, 1)),
        ("matching", "1C;2A", (3, 1)),
        ("matching", "1-3, 2-1", (3, 1)),
        ("matching", "1 -> C", (3, None)),
        ("ordering", "C, A, B", (3, 1, 2)),
        ("ordering", "CAB", (3, 1, 2)),
        ("ordering", "C, -, B", (3, None, 2)),
        ("numeric", "1/17", "1/17"),
        ("short_answer", "A", "A"),
    ],
)
def test_what_a_cell_means(kind: str, cell: str, value: object) -> None:
    assert written_response(samples.ANSWERS[kind], cell) == value


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("single_choice", "A, B"),
        ("single_choice", "AB"),
        ("single_choice", "D"),
        ("single_choice", "0"),
        ("single_choice", "-1"),
        ("single_choice", "²"),
        ("single_choice", "the first"),
        ("multiple_select", "A D"),
        ("multiple_select", "12"),
        ("matching", "C, A"),
        ("matching", "3-A"),
        ("matching", "1-A, 1-B"),
        ("matching", "1-D"),
        ("ordering", "C > A"),
    ],
)
def test_what_a_cell_cannot_mean(kind: str, cell: str) -> None:
    assert isinstance(written_response(samples.ANSWERS[kind], cell), Refusal)


def test_twenty_seven_options_have_letters_of_two_signs() -> None:
    option = samples.ANSWERS["single_choice"]
    assert isinstance(option, SingleChoice)
    many = SingleChoice(option.options[:1] + option.options[1:2] * 26)
    assert written_response(many, "AA") == 27
    assert isinstance(written_response(many, "AB"), Refusal)


@pytest.mark.parametrize("kind", ["matching", "ordering"])
def test_a_list_of_another_length_is_no_answer(kind: str) -> None:
    answer = samples.ANSWERS[kind]
    assert isinstance(answer, Matching | Ordering)
    (part,) = samples.sole(answer)
    for value in ((1,), (1, 2, 3, 1), 1, "1, 2"):
        assert mark_response(part, value, {}).outcome == "no_answer"


def test_an_undecided_formula_is_never_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    undecided = FormulaMark(None, "undecided", "It was read as x.")
    monkeypatch.setattr("qgen.marking.responses.mark_formula", lambda answer, text: undecided)
    (part,) = samples.sole(samples.ANSWERS["formula"])
    mark = mark_response(part, "x_1", {})
    assert (mark.credit, mark.outcome, mark.sentence) == (None, "undecided", "It was read as x.")
