"""Complex numbers for one variant's numbers: filled, printed to fit, and what is refused."""

from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from qgen.bank.expressions import compile_expression
from qgen.bank.templates import HoleContext, HoleTemplate
from qgen.document.answers import ComplexAnswer, Numeric
from qgen.document.problem import Place
from qgen.document.richtext import plain_text
from qgen.document.values import Complex
from qgen.generator.drawing import VariantFailure
from qgen.generator.printing import printer
from qgen.hole_prints import compare_signs, compare_words
from qgen.marking.item_checks import item_faults
from qgen.marking.printed_tokens import tex_signs
from qgen.marking.printed_values import Unreadable
from tests.bank.written import problems_of, question, template
from tests.generator.filled import fill

SAID = {"feedback": "No."}


def written(answer: str, **changes: Any) -> dict[str, Any]:
    fields = {"mistakes": [], "number": "complex", "answer": answer, **changes}
    return question("numeric", **fields)


def asked(answer: str, **changes: Any) -> ComplexAnswer:
    (part,) = fill(template(written(answer, **changes))).parts
    assert isinstance(part.answer, ComplexAnswer)
    return part.answer


def test_keys_are_exact_and_may_be_real() -> None:
    assert asked("complex(1/3, 0 - 2)").key == Complex(Fraction(1, 3), -2)
    assert asked("complex(0, 1)**2").key == Complex(-1, 0)
    assert asked("3").key == Complex(3, 0)
    found = asked(
        "complex(1, 2)",
        unit="V",
        form="worked_out",
        mistakes=[{"answer": "conj(complex(1, 2))", "credit": "25%", **SAID}],
    )
    assert (found.unit, found.worked_out) == ("V", True)
    assert [(each.value, each.credit) for each in found.mistakes] == [
        (Complex(1, -2), Fraction(1, 4))
    ]


@pytest.mark.parametrize(
    ("answer", "changes", "message"),
    [
        ("(1, 2)", {}, "'(1, 2)' is (1, 2), not a number"),
        ("'i'", {}, "is i, not a number"),
        ("complex(10**300, 1)", {}, "not a finite number with parts below 10**300"),
        (
            "complex(1, 2)",
            {"mistakes": [{"answer": "complex(1, 2.0)", **SAID}]},
            "the mistake 'complex(1, 2.0)' gives the key 1+2i itself",
        ),
        ("complex(1, 2)", {"proof": "complex(1, 3)"}, "and its proof 'complex(1, 3)' is"),
        ("complex(1, 2) < 3", {}, "complex numbers have no order"),
        ("sqrt(0 - 4)", {}, "write a complex one as complex(0, sqrt(3))"),
    ],
)
def test_what_is_no_complex_number_is_told(
    answer: str, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(VariantFailure) as failure:
        asked(answer, **changes)
    assert message in str(failure.value)


def test_a_real_number_that_comes_out_complex_names_the_field() -> None:
    with pytest.raises(VariantFailure) as failure:
        fill(template(question("numeric", answer="complex(1, 2)", mistakes=[])))
    assert "not a real number; 'number: complex' asks for a complex one" in str(failure.value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (written("1", number="imaginary"), "expected 'real' or 'complex', got 'imaginary'"),
        (written("complex(1)"), "write it as complex(a, b)"),
        (written("cplx(1, 2)"), "there is no function 'cplx' (did you mean 'complex'?)"),
        (
            {**question("numeric", mistakes=[]), "number": "complex", "accept_if": "response == 1"},
            "'accept_if' tells of real numbers only: with 'number: complex', give a key",
        ),
    ],
)
def test_an_authors_mistakes(data: dict[str, Any], message: str) -> None:
    (told,) = problems_of(data)
    assert message in told


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (question("formula", answer="complex(1, 2)*x"), "a formula is made of numbers, variables"),
        (
            question("matrix", answer="(complex(1, 2), 3)"),
            "is complex(1, 2); matrices as answers know real numbers only",
        ),
        (
            question(
                "single_choice",
                options=[{"text": "a", "correct": "complex(1, 2)"}, {"text": "b"}],
            ),
            "is complex(1, 2), neither true nor false",
        ),
    ],
)
def test_other_answers_are_no_complex_numbers(data: dict[str, Any], message: str) -> None:
    with pytest.raises(VariantFailure) as failure:
        fill(template(data))
    assert message in str(failure.value)


def test_a_condition_reads_no_complex_number() -> None:
    data = question("numeric", let={"z": "complex(3, 4)"}, accept_if="response == abs(z)")
    del data["answer"], data["tolerance"], data["mistakes"]
    with pytest.raises(VariantFailure, match="a condition knows real numbers only"):
        fill(template({**data, "example": 5}))


VALUES = [
    Complex(a, b)
    for a, b in product(
        (0, 3, -3, Fraction(1, 3), 0.123456, -2e-9), (1, -1, 2, Fraction(-2, 3), 0.5, -1.7e-8)
    )
]
CONTEXTS: list[dict[str, Any]] = [
    {},
    {"sign": "-"},
    {"sign": "+"},
    {"after_sign": True},
    {"after_operator": True},
    {"after_factor": True},
    {"after_number": True},
    {"powered": True},
    {"bound": True},
    {"coefficient": True, "bound": True},
    {"before_digit": True},
    {"before_fraction": True},
    {"grouped": True},
]


@pytest.mark.parametrize("source", ["z", "z | num(3)"])
@pytest.mark.parametrize("context", CONTEXTS, ids=str)
def test_prints_read_back(source: str, context: dict[str, Any]) -> None:
    expression = compile_expression(source, printing=True)
    for in_math, value in product((True, False), VALUES):
        around = HoleContext(in_math=in_math, decimal=True, **(context if in_math else {}))
        hole = HoleTemplate(expression, around, Place("bank.yaml", 1, 1))
        text = printer(expression.filter, around)(value)
        other = Complex(value.real, -value.imaginary)
        if in_math:
            compare_signs(tex_signs(text), value, hole)
            with pytest.raises(Unreadable):
                compare_signs(tex_signs(text), other, hole)
        else:
            compare_words(hole, value, text)
            with pytest.raises(Unreadable):
                compare_words(hole, other, text)


@pytest.mark.parametrize(
    ("stem", "printed"),
    [
        ("${{ z }}$", "$3 - 2i$"),
        ("$x - {{ z }}$", "$x - (3 - 2i)$"),
        ("$2 \\cdot {{ z }}$", "$2 \\cdot (3 - 2i)$"),
        ("${{ z }}^2$", "$(3 - 2i)^2$"),
        ("${{ z }} x$", "$(3 - 2i) x$"),
        ("$e^{{ z }}$", "$e^{3 - 2i}$"),
        ("${{ z*0.5 }}$", "$1.5 - i$"),
        ("${{ (z/3) | frac }}$", "$1 - \\frac{2}{3}i$"),
        ("{{ z/3 }} there", "1 − 2i/3 there"),
        ("${{ complex(0, 1) }} + {{ complex(0, 0 - 1) }}$", "$i + (-i)$"),
        ("${{ (z, 1) }}$", "$(3 - 2i, 1)$"),
    ],
)
def test_prints_fit_their_place(stem: str, printed: str) -> None:
    item = fill(template(question(stem=stem, let={"z": "complex(3, 0 - 2)"})))
    assert plain_text(item.stem) == printed


@pytest.mark.parametrize(
    ("stem", "message"),
    [
        ("${{ z | percent }}$", "the filter 'percent' prints no complex numbers"),
        ("${{ z | signed }}$", "print re(z) and im(z) apart, or use frac or num"),
        ("```\n{{ z }}\n```", "programs write complex numbers each in its way"),
    ],
)
def test_prints_that_are_refused(stem: str, message: str) -> None:
    with pytest.raises(VariantFailure) as failure:
        fill(template(question(stem=stem, let={"z": "complex(3, 0 - 2)"})))
    assert message in str(failure.value)


def derivation(**carry: Any) -> dict[str, Any]:
    common = {"kind": "numeric", "points": 1, "prompt": "?", "tolerance": {"absolute": 0}}
    first = {**common, "number": "complex", "answer": "complex(3, 4)"}
    second = {**common, "answer": 5, "carry": {"part": "a", "answer": "abs(earlier)"}}
    third = {
        **common,
        "number": "complex",
        "answer": "complex(0 - 7, 24)",
        "carry": {"part": "a", "answer": "earlier**2"},
        **carry,
    }
    return question("derivation", parts=[first, second, third])


def test_what_follows_from_a_complex_number() -> None:
    item = fill(template(derivation()))
    _, second, third = item.parts
    assert isinstance(second.answer, Numeric)
    assert second.carried is not None
    assert third.carried is not None
    assert second.carried.key(Complex(6, 8)) == 10
    assert third.carried.key(Complex(1, 1)) == Complex(0, 2)
    assert third.carried.key(Fraction(2)) == 4
    assert list(item_faults(item, with_formulas=False)) == []
    wrong = fill(template(derivation(carry={"part": "a", "answer": "conj(earlier)"})))
    ((code, message),) = item_faults(wrong, with_formulas=False)
    assert code == "carry"
    assert "from the key of part a follows 3-4i, but the key is -7+24i" in message
