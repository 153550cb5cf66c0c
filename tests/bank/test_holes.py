"""Every text of a question takes holes or refuses them with its line: none goes out unfilled."""

from time import process_time
from typing import Any

import pytest

from qgen.bank.plain_text import find_holes, open_hole
from tests.bank.written import exam, exam_problems, problems_of, question

DRAWN = {"parameters": {"iso": {"one_of": ["010", "110"]}}}
SHORT = {"mistakes": [{"text": "no", "feedback": "No."}]}


class TestFinding:
    def test_the_inner_braces_are_the_holes(self) -> None:
        assert [tuple(hole) for hole in find_holes("{{{ a }} {{ b\n + 1 }}}")] == [
            ("a", 1, 8),
            ("b + 1", 9, 21),
        ]

    @pytest.mark.parametrize(
        ("text", "position"),
        [("{{ a", 0), ("{{ a }} {{ b", 8), ("x {{{{ a }}", 2), ("{{ a }}", None), ("{ { a", None)],
    )
    def test_an_open_hole(self, text: str, position: int | None) -> None:
        assert open_hole(text) == position

    @pytest.mark.parametrize("text", ["{{ " * 300_000, "{" * 900_000, "{{ a }} {{{ " * 100_000])
    def test_time_grows_with_the_text_and_no_faster(self, text: str) -> None:
        started = process_time()
        list(find_holes(text))
        open_hole(text)
        assert process_time() - started < 2


@pytest.mark.parametrize(
    ("kind", "changes", "place"),
    [
        ("numeric", {"unit": "m^{{ nope }}"}, "15:9"),
        ("short_answer", {"accept": ["ELBO", "the {{ nope }}"]}, "9:9"),
        ("short_answer", {"accept": "the {{ nope }}"}, "7:13"),
        ("short_answer", {"mistakes": [{"text": "{{ nope }}", "feedback": "No."}]}, "10:10"),
    ],
)
def test_a_plain_text_tells_where_its_wrong_hole_is(
    kind: str, changes: dict[str, Any], place: str
) -> None:
    (found,) = problems_of(question(kind, **{**changes, **DRAWN}))
    assert "there is no value named 'nope'" in found
    line = int(found.split(":")[0])
    assert line == _line_of(question(kind, **{**changes, **DRAWN}), "nope"), place


def _line_of(data: dict[str, Any], word: str) -> int:
    from tests.bank.written import written

    lines = written(data).splitlines()
    return next(number for number, line in enumerate(lines, 1) if word in line)


TEXTS: list[tuple[str, dict[str, Any]]] = [
    ("numeric", {"title": "A {{ title"}),
    ("numeric", {"title": "A {{ iso }}"}),
    ("numeric", {"tags": ["{{ iso }}"]}),
    ("numeric", {"source": "{{ iso }}"}),
    ("numeric", {"note": "{{ iso }}"}),
    ("numeric", {"study_note": "{{ iso }}"}),
    ("numeric", {"study_note": "{{ iso"}),
    ("numeric", {"stem": "A {{ iso"}),
    ("numeric", {"stem": "A $x_{{\\rm iso} }$"}),
    ("numeric", {"stem": "A \\{\\{ iso }}"}),
    ("numeric", {"stem": "A &#123;&#123; iso }}"}),
    ("numeric", {"stem": "A `{{ iso`"}),
    ("numeric", {"stem": "A\n\n    {{ iso"}),
    ("numeric", {"explanation": "{{ iso"}),
    ("numeric", {"unit": "{{ iso"}),
    ("numeric", {"answer": "{{ iso }}"}),
    ("numeric", {"let": {"b": "'{{ iso }}'"}}),
    ("numeric", {"parameters": {"iso": {"one_of": ["{{ a }}", "b"]}}}),
    ("short_answer", {"accept": ["{{ iso"]}),
    ("short_answer", {"mistakes": [{"text": "{{ iso", "feedback": "No."}]}),
    ("short_answer", {"mistakes": [{"text": "no", "feedback": "{{ iso"}]}),
    ("open", {"rubric": [{"points": 1, "text": "{{ iso"}]}),
    ("single_choice", {"options": [{"text": "{{ iso", "correct": True}, {"text": "b"}]}),
]


@pytest.mark.parametrize(("kind", "changes"), TEXTS)
def test_what_would_go_out_unfilled_is_refused_where_it_stands(
    kind: str, changes: dict[str, Any]
) -> None:
    data = question(kind, **{**DRAWN, **changes})
    found = problems_of(data)
    assert found, "nothing is reported"
    assert any(int(each.split(":")[0]) > 1 for each in found)


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "{{ a }}"},
        {"course": "{{ a }}"},
        {"instructions": "{{ a }}"},
        {"instructions": "{{ a"},
        {"sections": [{"title": "{{ a }}", "questions": ["a-numeric"]}]},
        {"sections": [{"title": "A", "instructions": "{{ a", "questions": ["a-numeric"]}]},
        {"outputs": {"guide": {"headings": {"a-topic": "{{ a }}"}}}},
    ],
)
def test_an_exam_has_no_values_to_print(changes: dict[str, Any]) -> None:
    assert len(exam_problems(exam(**changes))) == 1
