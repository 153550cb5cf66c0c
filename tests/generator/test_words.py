"""Plain texts of a variant: a unit, accepted words, usual wrong words."""

import re
from html import unescape

import pytest

from qgen.bank.templates import QuestionTemplate
from qgen.document.answers import Numeric, ShortAnswer
from qgen.document.richtext import plain_text
from qgen.generator.drawing import VariantFailure
from qgen.generator.outline import outline
from qgen.renderers.latex.math import forbidden_commands
from qgen.renderers.math_markup import MathMarkup
from tests.bank.written import question, template
from tests.generator.filled import fill
from tests.generator.printed import tex

DRAWN = {"parameters": {"iso": {"one_of": ["010", "110"]}, "n": {"one_of": [-3, "1/2"]}}}


def words(**changes: object) -> QuestionTemplate:
    return template(question("short_answer", **{**DRAWN, **changes}))


def test_accepted_words_and_mistakes_are_those_of_the_variant() -> None:
    mistakes = [{"text": "{{ n }}", "feedback": "Not {{ iso }}."}]
    found = words(accept=["{{ iso }}", "at {{ n }}, {{ iso }}"], mistakes=mistakes)
    answer = fill(found, {"iso": "010", "n": -3}).parts[0].answer
    assert isinstance(answer, ShortAnswer)
    assert answer.accepted == ("010", "at -3, 010")
    assert [each.text for each in answer.mistakes] == ["-3"]


def test_a_unit_is_that_of_the_variant() -> None:
    found = template(question(unit="m^{{ n }}", **DRAWN))
    answer = fill(found, {"iso": "010", "n": -3}).parts[0].answer
    assert isinstance(answer, Numeric)
    assert answer.unit == "m^−3"


def test_a_value_never_turns_into_a_hole_or_markup() -> None:
    answer = fill(words(accept="{{ iso }}"), {"iso": "*{{ n }}*", "n": 1}).parts[0].answer
    assert isinstance(answer, ShortAnswer)
    assert answer.accepted == ("*{{ n }}*",)


@pytest.mark.parametrize(
    ("accept", "wrong", "iso", "code"),
    [
        ("{{ iso }}", "x", " ", "answer"),
        ("{{ iso }}", "010", "010", "mistake-is-key"),
        ("The  {{ iso }}", "the {{ iso }}", "b", "mistake-is-key"),
    ],
)
def test_numbers_that_spoil_the_words(accept: str, wrong: str, iso: str, code: str) -> None:
    found = words(accept=accept, mistakes=[{"text": wrong, "feedback": "No."}])
    with pytest.raises(VariantFailure) as caught:
        fill(found, {"iso": iso, "n": 1})
    assert caught.value.code == code


def test_words_of_proved_results_are_verified() -> None:
    found = words(accept="{{ name }}", solver="a.b")
    known = {"iso": "010", "n": 1}
    item = fill(found, known, {"name": "x"}, verified=frozenset({"name"}))
    assert item.parts[0].provenance == "verified"
    assert fill(found, known, {"name": "x"}).parts[0].provenance == "computed"
    assert fill(words(accept="ELBO"), known).parts[0].provenance == "stated"


def test_the_outline_has_no_open_hole() -> None:
    item = outline(words(accept="{{ iso }}"), words().points, "per_option")
    answer = item.parts[0].answer
    assert isinstance(answer, ShortAnswer)
    assert answer.accepted == ("0",)


@pytest.mark.parametrize("text", ["\\pi/3", "a^b", "~x_1", "{50%} & #1 $", "\\", "\\\\^^"])
def test_a_drawn_text_in_a_formula_is_shown_by_every_format(text: str) -> None:
    printed = tex("{{ a }}", a=text)
    assert "{{" not in printed
    assert forbidden_commands(printed) == ()
    shown = MathMarkup().convert(printed, is_display=False)
    assert isinstance(shown, str)
    letters = unescape(re.sub("<[^<>]*>", "", shown))
    assert letters.replace("\xa0ˆ", "^").replace("\xa0", " ").replace("∼", "~") == text
    # MathJax takes the characters of \text as they are, but for braces and dollars.
    words = "".join(re.findall(r"\\text{(.*?)}", printed))
    assert not re.search(r"[\\_^~%&#]", words)


@pytest.mark.parametrize("text", ["\\pi/3", "a^b", "~x"])
def test_what_no_format_shows_among_the_words_of_a_formula_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no format shows"):
        tex(r"\text{as {{ a }}}", a=text)


@pytest.mark.parametrize(
    ("let", "hole", "printed"),
    [
        ({"p": "(0.8431, 0.5)[i]"}, "p", "0.8431"),
        ({"table": "(0.8431, 0.5)", "p": "table[i]"}, "p", "0.8431"),
        ({"table": "(0.8431, 0.5)"}, "table", "(0.8431, 0.5)"),
        ({"p": "0.25 + i"}, "1 - p", "0.75"),
        ({"p": "1/4"}, "p", "1/4"),
        ({}, "0.5*(i + 1)", "0.5"),
    ],
)
def test_a_decimal_of_the_author_prints_as_a_decimal(
    let: dict[str, str], hole: str, printed: str
) -> None:
    parameters = {"i": {"integers": {"from": 0, "to": 1}}}
    found = template(question(stem=f"Say {{{{ {hole} }}}}.", parameters=parameters, let=let))
    assert plain_text(fill(found, {"i": 0}).stem) == f"Say {printed}."
