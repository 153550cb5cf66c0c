"""Questions from YAML to templates: what is kept, and what is wrong across their fields."""

from collections.abc import Iterator
from copy import deepcopy
from fractions import Fraction
from typing import Any

import pytest

from qgen.bank.templates import ChoiceTemplate, NumericTemplate
from qgen.document.answers import DERIVATION, Tolerance
from qgen.document.answers import KINDS as ANSWERS
from qgen.document.problem import Place
from qgen.document.richtext import Passage, plain_text
from tests.bank.test_unknown_keys import full
from tests.bank.written import KINDS, load_text, messages, problems_of, question, template, written

ALL_KINDS = (*ANSWERS, DERIVATION)


def complaints(**changes: Any) -> list[str]:
    return messages(problems_of({**question(), **changes}))


def part(kind: str, **changes: Any) -> dict[str, Any]:
    return {"kind": kind, "prompt": "Go on.", "points": 1, **KINDS[kind], **changes}


@pytest.mark.parametrize("kind", KINDS)
def test_the_fields_of_every_kind(kind: str) -> None:
    found = template(
        question(
            kind,
            tags=["a", "b"],
            minutes="2.5",
            source="A book",
            language="pt-BR",
            note="For us.",
            explanation="It follows.",
        )
    )
    header = found.header
    assert (header.identifier, header.title, header.kind, header.topic) == (
        f"a-{kind.replace('_', '-')}", "A title", kind, "a-topic",
    )  # fmt: skip
    assert (header.tags, header.difficulty, header.minutes) == (("a", "b"), 2, Fraction(5, 2))
    assert (header.source, header.language, found.note) == ("A book", "pt-BR", "For us.")
    assert header.place == Place("bank.yaml", 1, 1)
    assert found.points == 1
    assert plain_text(Passage(found.stem)) == "A stem."
    assert found.explanation is not None


def test_a_list_of_questions_knows_each_place() -> None:
    text = written([question("numeric"), question("open")])
    bank, problems = load_text(text)
    assert problems == []
    lines = text.splitlines()
    assert [lines[each.header.place.line - 1] for each in bank.questions.values()] == [
        "- id: a-numeric",
        "- id: a-open",
    ]


class TestExactNumbers:
    @pytest.mark.parametrize(
        ("written_as", "value"),
        [("0x1F", 31), ("0o17", 15), ("010", 10), ("1/2", Fraction(1, 2)), ("+3", 3),
         ("1e-3", Fraction(1, 1000)), ("0.1", Fraction(1, 10)), ("5%", Fraction(1, 20)),
         ("' 3 / 4 '", Fraction(3, 4))],
    )  # fmt: skip
    def test_points_and_tolerances(self, written_as: str, value: Fraction) -> None:
        text = written(question()).replace("absolute: 0", f"absolute: {written_as}")
        found = template(f"{text}points: {written_as}\n")
        assert found.points == value
        assert isinstance(found.parts[0].answer, NumericTemplate)
        assert found.parts[0].answer.tolerance == Tolerance("absolute", value)

    @pytest.mark.parametrize(
        ("written_as", "value"),
        [("0x1F", 31), ("0o17", 15), ("010", 10), ("1/2", Fraction(1, 2)),
         ("1e-3", Fraction(1, 1000)), ("0.1 + 0.2", Fraction(3, 10)),
         ("'1/3'", Fraction(1, 3)), ("-0.5", Fraction(-1, 2)), ("1E3", 1000), ("|\n  1 +\n  2", 3)],
    )  # fmt: skip
    def test_answers(self, written_as: str, value: Fraction) -> None:
        text = written(question()).replace("answer: 2", f"answer: {written_as}")
        answer = template(text).parts[0].answer
        assert isinstance(answer, NumericTemplate)
        assert answer.answer.expression.evaluate({}) == value

    def test_yes_is_text(self) -> None:
        text = written(question("short_answer")).replace("- ELBO", "- yes\n- no\n- on")
        assert getattr(template(text).parts[0].answer, "accepted", None) == (
            ("yes",),
            ("no",),
            ("on",),
        )
        text = written(question("single_choice")).replace("correct: true", "correct: yes")
        assert messages(problems_of(text)) == ["in 'yes': there is no value named 'yes'; the "
                                               "question defines none"]  # fmt: skip

    def test_answers_that_a_float_would_not_keep(self) -> None:
        for number in ("1e-400", "0.12345678901234567890", "1e300"):
            text = written(question()).replace("answer: 2", f"answer: {number}")
            (message,) = messages(problems_of(text))
            assert "a decimal has at most 15 digits" in message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tolerance": {}}, "give one of 'absolute', 'relative' and 'significant_digits'"),
        ({"tolerance": {"absolute": 0, "relative": "1%"}},
         "give one of 'absolute', 'relative' and 'significant_digits'"),
        ({"tolerance": {"relative": -1}}, "must not be negative"),
        ({"tolerance": {"significant_digits": 0}}, "must be at least 1, got 0"),
        ({"tolerance": {"significant_digits": 2.5}}, "expected a whole number, got 2.5"),
        ({"tolerance": "1%"}, "expected a mapping, got '1%'; write {relative: 1%}"),
        ({"answer": None}, "expected a number or an expression"),
        ({"answer": []}, "expected a number or an expression"),
        ({"answer": " "}, "expected a number or an expression"),
        ({"answer": "q"}, "in 'q': there is no value named 'q'; the question defines none"),
        ({"stem": "$x^{{y}}$"}, "in 'y': there is no value named 'y'; the question defines none; "
                                "for TeX's own braces write '{ {' with a blank"),
        ({"stem": "  \n"}, "the text is empty"),
        ({"title": ""}, "the text is empty"),
        ({"title": None}, "expected text, got nothing (put it in quotes)"),
        ({"points": 0}, "must be more than 0"),
        ({"points": "1e999999999"},
         "expected a number such as 2, 0.25, 1/3 or 5%, got '1e999999999'"),
        ({"difficulty": 0}, "must be at least 1, got 0"),
        ({"difficulty": "2"}, "expected a whole number, got '2'"),
        ({"id": "a--b"}, "an id is made of small letters, digits and single hyphens, got 'a--b'"),
        ({"id": "x" * 91}, "may have at most 90 characters"),
        ({"solver": "kl"}, "a solver is named as module.function in small letters, got 'kl'"),
        ({"language": "EN"}, "expected a language such as en or pt-BR, got 'EN'"),
        ({"tags": "vae"}, "expected a list, got 'vae'"),
        ({"tags": [7]}, "expected text, got 7 (put it in quotes)"),
        ({"where": 5}, "expected a list, got 5"),
        ({"where": "a > 1"}, "in 'a > 1': there is no value named 'a'; the question defines none"),
        ({"let": ["a"]}, "expected a mapping, got a list"),
        ({"mistakes": [{"answer": 3}]}, "'feedback' is missing"),
        *(
            (
                {"mistakes": [{"answer": 3, "feedback": "No.", "credit": credit}]},
                "a mistake earns more than nothing and less than the key: write a share such as "
                "50%, or leave 'credit' out",
            )
            for credit in (0, 1, "100%", "-1/2", "150%")
        ),
        (
            {"mistakes": [{"answer": 3, "feedback": "No.", "credit": "half"}]},
            "expected a number such as 2, 0.25, 1/3 or 5%, got 'half'",
        ),
        ({"kind": "Numeric"}, "there is no kind 'Numeric' (did you mean 'numeric'?)"),
        ({"kind": ["a"]}, f"there is no kind a list; there are {', '.join(ALL_KINDS)}"),
        ({"kind": None}, f"there is no kind nothing; there are {', '.join(ALL_KINDS)}"),
    ],
)  # fmt: skip
def test_mistakes(changes: dict[str, Any], message: str) -> None:
    assert complaints(**changes) == [message]


class TestChoices:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ([{"text": "a", "correct": True}], "needs at least 2 entries"),
            ([{"text": "a"}, {"text": "b"}],
             "a single choice has exactly one right option; 0 are marked correct"),
            ([{"text": "a", "correct": True}, {"text": "b", "correct": True}],
             "a single choice has exactly one right option; 2 are marked correct"),
            ([{"text": "a", "correct": True}, {"text": ""}], "the text is empty"),
            ([{"text": "a", "correct": True}, {"text": "b", "position": "top"}],
             "expected 'first' or 'last', got 'top'"),
            ([{"text": "a", "correct": True}] + 30 * [{"text": "b"}],
             "may have at most 30 entries"),
        ],
    )  # fmt: skip
    def test_options(self, options: list[dict[str, Any]], message: str) -> None:
        data = {**question("single_choice"), "options": options}
        assert messages(problems_of(data)) == [message]

    @pytest.mark.parametrize("right", [0, 1, 2, 3])
    def test_any_number_of_several_may_be_right(self, right: int) -> None:
        options = [{"text": f"o{n}", "correct": n < right} for n in range(3)]
        answer = template({**question("multiple_select"), "options": options}).parts[0].answer
        assert isinstance(answer, ChoiceTemplate)
        assert [each.correct for each in answer.options] == [n < right for n in range(3)]

    def test_draw(self) -> None:
        options = [{"text": f"o{n}", "correct": n == 0} for n in range(4)]
        data = {**question("single_choice"), "options": options}
        answer = template({**data, "draw": 3}).parts[0].answer
        assert isinstance(answer, ChoiceTemplate)
        assert answer.draw is not None
        assert (answer.draw.options, answer.draw.right) == ((3, 3), None)
        assert messages(problems_of({**data, "draw": 5})) == [
            "'draw' is more than there are options"
        ]
        assert messages(problems_of({**data, "draw": 1})) == ["must be at least 2, got 1"]
        for option in options[1:3]:
            option["position"] = "last"
        assert messages(problems_of({**data, "draw": 2})) == [
            "'draw' leaves no room beside the options that have a position"
        ]

    def test_plain_texts_are_wrong_ones(self) -> None:
        options = ["Basel", {"text": "Bern", "correct": True}, "Zürich: {{ 1 + 1 }}"]
        for kind in ("single_choice", "multiple_select"):
            answer = template({**question(kind), "options": options}).parts[0].answer
            assert isinstance(answer, ChoiceTemplate)
            assert [each.correct for each in answer.options] == [False, True, False]
            assert [each.feedback for each in answer.options] == [None] * 3

    @pytest.mark.parametrize(
        ("kind", "options", "message"),
        [
            ("single_choice", ["a", "b"],
             "a single choice has exactly one right option; 0 are marked correct; a plain text is "
             "a wrong option: write {text: a, correct: true} for the right one"),
            ("multiple_select", ["a", "b"],
             "all options are plain texts, and a plain text is a wrong option: write {text: a, "
             "correct: true} for a right one; where none is right, write one option with "
             "correct: false"),
            ("single_choice", [{"text": "a", "correct": True}, 3],
             'expected a mapping, got 3; write {text: "3", correct: true} for a right option, '
             '"3" for a wrong one'),
            ("single_choice", [{"text": "a", "correct": True}, ""], "the text is empty"),
        ],
    )  # fmt: skip
    def test_what_is_said_of_plain_texts(self, kind: str, options: list[Any], message: str) -> None:
        assert messages(problems_of(question(kind, options=options))) == [message]

    def test_where_nothing_is_right_one_says_so(self) -> None:
        options = ["a", {"text": "b", "correct": False}]
        assert template(question("multiple_select", options=options)).parts

    def test_mistakes_in_plain_texts_have_their_place(self) -> None:
        text = written(question("single_choice", options=None)).replace("options: null\n", "")
        text = "options:\n  - {text: a, correct: true}\n  - is {{ nope }}\n" + text
        assert problems_of(text) == [
            "3:8: in 'nope': there is no value named 'nope'; the question defines none "
            "[unknown-name]"
        ]
        broken = problems_of(text.replace("difficulty: 2", "difficulty: 9"))
        assert any(each.startswith("3:8: in 'nope'") for each in broken), broken

    def test_a_colon_in_a_plain_text_wants_quotes(self) -> None:
        options = [{"text": "a", "correct": True}, {"Bern": "the capital"}]
        found = messages(problems_of(question("single_choice", options=options)))
        assert "unknown key 'Bern'; a text with a colon in it needs quotes" in found


FOUR = [{"text": f"o{n}", "correct": n < 2} for n in range(4)]


class TestDrawOfRightOptions:
    def test_is_a_number_or_a_range(self) -> None:
        data = question("multiple_select", options=FOUR, draw={"options": "2-3", "right": 1})
        answer = template(data).parts[0].answer
        assert isinstance(answer, ChoiceTemplate)
        assert answer.draw is not None
        assert (answer.draw.options, answer.draw.right) == ((2, 3), (1, 1))

    def test_a_single_choice_may_have_several_to_show_one_of(self) -> None:
        draw = {"options": 3, "right": 1}
        assert template(question("single_choice", options=FOUR, draw=draw)).parts
        assert messages(problems_of(question("single_choice", options=FOUR, draw=3))) == [
            "a single choice has exactly one right option; 2 are marked correct; to show one of "
            "several, write draw: {options: …, right: 1}"
        ]

    @pytest.mark.parametrize(
        ("draw", "message"),
        [
            ({"options": 5, "right": 2}, "'draw' is more than there are options"),
            ({"options": "2-5"}, "'draw' is more than there are options"),
            ({"options": 4, "right": 3},
             "'draw' asks for 3 right options, and only 2 can be right"),
            ({"options": 3, "right": "0-1"},
             "'draw' asks for 3 options of which 0 are right, and only 2 can be wrong"),
            ({"options": 2, "right": "1-3"},
             "3 of the options shown are to be right, and only 2 may be shown"),
            ({"options": 1}, "must be at least 2, got 1"),
            ({"options": "3-2"}, "the range begins with its larger number"),
            ({"options": "many"}, "expected a number such as 3, or a range such as 2-3"),
            ({"options": True}, "expected a number such as 3, or a range such as 2-3"),
            ({"right": 1}, "'options' is missing"),
            ("all", "expected a number such as 3, or a range such as 2-3"),
        ],
    )  # fmt: skip
    def test_impossible_demands(self, draw: Any, message: str) -> None:
        data = question("multiple_select", options=FOUR, draw=draw)
        assert messages(problems_of(data)) == [message]

    def test_a_demand_has_its_place(self) -> None:
        text = written(question("multiple_select", options=FOUR))
        (found,) = problems_of(f"draw: {{options: 3, right: 3}}\n{text}")
        assert found.startswith("1:27: 'draw' asks for 3 right options")

    @pytest.mark.parametrize(
        ("placed", "draw", "fits"),
        [
            ({0: "last"}, {"options": 2, "right": "0-2"}, False),
            ({0: "last"}, {"options": 2, "right": "1-2"}, True),
            ({2: "last"}, {"options": 2, "right": 2}, False),
            ({2: "last", 3: "first"}, {"options": 3, "right": 1}, True),
        ],
    )  # fmt: skip
    def test_options_with_a_position_are_always_shown(
        self, placed: dict[int, str], draw: dict[str, Any], fits: bool
    ) -> None:
        options = [dict(each, position=placed.get(n)) for n, each in enumerate(FOUR)]
        options = [{k: v for k, v in each.items() if v is not None} for each in options]
        found = messages(problems_of(question("multiple_select", options=options, draw=draw)))
        room = "'draw' leaves no room for the options that have a position"
        assert found == [] if fits else room in found[0]

    def test_a_single_choice_shows_one(self) -> None:
        data = question("single_choice", options=FOUR, draw={"options": 3, "right": 2})
        assert "a single choice shows exactly one right option: write right: 1" in messages(
            problems_of(data)
        )


class TestOnlyHoles:
    def test_the_only_hole_of_an_option(self) -> None:
        texts = ["{{ a }}", "${{ a + 1 }}$", "x {{ a }}", "$x = {{ a }}$", "$$\n{{ a }}\n$$"]
        options = [{"text": text, "correct": text == texts[0]} for text in texts]
        answer = (
            template(
                {
                    **question("single_choice"),
                    "options": options,
                    "parameters": {"a": {"one_of": [1]}},
                }
            )
            .parts[0]
            .answer
        )
        assert isinstance(answer, ChoiceTemplate)
        assert [each.only_hole is not None for each in answer.options] == [True, True] + [False] * 3


class TestPoints:
    def test_a_rubric_adds_up_to_the_points(self) -> None:
        rubric = [{"points": "1/2", "text": "x"}, {"points": 1.5, "text": "y"}]
        data = {**question("open"), "rubric": rubric}
        assert messages(problems_of(data)) == [
            "the rubric's points add to 2, the question is worth 1"
        ]
        assert template({**data, "points": 2}).points == 2

    def test_parts_add_up_to_the_points(self) -> None:
        parts = [part("numeric"), part("open", points=2, rubric=[{"points": 2, "text": "x"}])]
        data = {**question("derivation"), "parts": parts}
        assert template(data).points == 3
        assert template({**data, "points": 3}).points == 3
        assert messages(problems_of({**data, "points": 4})) == [
            "the parts' points add to 3, the question says 4"
        ]

    def test_the_rubric_of_a_part(self) -> None:
        data = {**question("derivation"), "parts": [part("open", points=2)]}
        assert messages(problems_of(data)) == [
            "the rubric's points add to 1, the question is worth 2"
        ]


class TestParts:
    def test_labels_and_kinds(self) -> None:
        kinds = [kind for kind in KINDS if kind not in ("derivation", "formula")]
        data = {**question("derivation"), "parts": [part(kind) for kind in kinds]}
        labels = [each.label for each in template(data).parts]
        assert labels == list("abcdefghijklmnopqrstuvwxyz"[: len(kinds)])

    def test_a_derivation_is_no_part(self) -> None:
        data = {**question("derivation"), "parts": [part("derivation")]}
        assert messages(problems_of(data)) == [
            f"there is no kind 'derivation'; there are {', '.join(ANSWERS)}"
        ]

    def test_number_of_parts(self) -> None:
        data = question("derivation")
        assert template({**data, "parts": [part("numeric")] * 26}).points == 26
        assert messages(problems_of({**data, "parts": [part("numeric")] * 27})) == [
            "may have at most 26 entries"
        ]
        assert messages(problems_of({**data, "parts": []})) == ["needs at least 1 entry"]

    def test_one_wrong_part_is_one_mistake(self) -> None:
        data = {**question("derivation"), "parts": [part("numeric", answer=None)]}
        assert messages(problems_of(data)) == ["expected a number or an expression"]


class TestHoles:
    def test_equal_holes_are_printed_once(self) -> None:
        found = template(
            question(
                parameters={"a": {"one_of": [1, 2]}},
                stem="{{ a }} {{ a }} ${{ a }}$ $x + {{ a }}$ ${{a}}$ {{ a + 0 }}",
            )
        )
        assert [hole.expression.source for hole in found.holes] == ["a", "a", "a", "a + 0"]

    @pytest.mark.parametrize(
        ("parameters", "decimals"),
        [
            ({"a": {"decimals": {"from": 0, "to": 1, "step": 0.5}}}, [True, True, False]),
            ({"a": {"probabilities": {"length": 2}}}, [True, True, False]),
            ({"a": {"one_of": [1, "1/2"]}}, [False, False, False]),
            ({"a": {"integers": {"from": 0, "to": 1}}}, [False, False, False]),
        ],
    )
    def test_what_prints_as_a_decimal(
        self, parameters: dict[str, Any], decimals: list[bool]
    ) -> None:
        found = template(
            question(
                parameters={**parameters, "n": {"one_of": [3, 4]}},
                let={"b": "a", "m": "n/2"},
                stem="{{ a }} {{ b }} {{ m }}",
            )
        )
        assert [hole.context.decimal for hole in found.holes] == decimals

    def test_one_listed_decimal_makes_a_choice_decimal(self) -> None:
        text = written(question(stem="{{ a }}")) + "parameters: {a: {one_of: [1, 0.5]}}\n"
        assert template(text).holes[0].context.decimal


class TestCarry:
    def test_it_reads_an_earlier_number(self) -> None:
        parts = [part("numeric"), part("numeric", carry={"part": "a", "answer": "2*earlier"})]
        carry = template({**question("derivation"), "parts": parts}).parts[1].carry
        assert carry is not None
        assert (carry.part, carry.answer.expression.names) == ("a", {"earlier"})

    @pytest.mark.parametrize("source", ["b", "c", "z"])
    def test_only_an_earlier_number(self, source: str) -> None:
        parts = [
            part("numeric"),
            part("open"),
            part("numeric", carry={"part": source, "answer": "earlier"}),
        ]
        data = {**question("derivation"), "parts": parts}
        assert messages(problems_of(data)) == [
            f"part '{source}' is no earlier part that asks for a number"
        ]


def leaves(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to every text and number in a question."""
    if isinstance(data, (str, int)):
        yield path
    elif isinstance(data, (dict, list)):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(value, (*path, key))


def with_text(data: dict[str, Any], path: tuple[Any, ...], text: str) -> dict[str, Any]:
    changed = deepcopy(data)
    target: Any = changed
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = text
    return changed


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_what_breaks_a_text_is_said_whatever_else_is_wrong(kind: str) -> None:
    """The texts and expressions of a question without a template are found, of every kind."""
    data = full(kind)
    tried = 0
    # Of a list's entries that are alike, one stands for all.
    alike = {
        tuple(0 if isinstance(step, int) else step for step in path): path for path in leaves(data)
    }
    for path in alike.values():
        # Neither a formula in a text nor an expression.
        changed = with_text(data, path, "$x_{a$")
        found = [
            each
            for each in problems_of(changed)
            if each.endswith(("[expression]", "[math]", "[stray-math]"))
        ]
        if found:
            tried += 1
            assert set(found) <= set(problems_of({**changed, "difficulty": 9})), path
    assert tried


def test_mistakes_in_a_matrix_have_no_credit_of_their_own() -> None:
    mistake = {"answer": "((1, 2), (3, 4))", "feedback": "No.", "credit": "50%"}
    (told,) = messages(problems_of(question("matrix", mistakes=[mistake])))
    assert "credit" in told


def test_mistakes_in_texts_are_reported_beside_others() -> None:
    data = question(
        difficulty=9, stem="$\\frac{$ {{ a + }}", where=["b +"], let={"c": "d +"}, answer="e +"
    )
    found = messages(problems_of(data))
    assert len(found) == 6
    assert sum(each.startswith("the expression '") for each in found) == 3
    assert sum(each.startswith("the hole '") for each in found) == 1
