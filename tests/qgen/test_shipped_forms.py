"""The closed forms that come with qgen are those of the shipped questions, and as good as derived.

After a meant change, `python -m tests.closed_forms` writes the file anew.
"""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from qgen import deriving
from qgen.bank.templates import QuestionTemplate
from qgen.checking import How, check_question
from qgen.kept_results import result_key
from qgen.question_solvers import question_solvers
from tests.closed_forms import as_text, requests
from tests.qgen.course import Course, run_python
from tests.shipped import shipped_templates

pytestmark = pytest.mark.slow

ASKED = "entropy-of-a-waiting-time"
DERIVED_ANEW = 3


def shipped() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(deriving.SHIPPED.read_bytes())
    return found


def asked() -> QuestionTemplate:
    (found,) = (each for each in shipped_templates() if each.header.identifier == ASKED)
    return found


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, proofs: Path) -> list[str]:
    """Nothing is known but what is shipped; and what is derived all the same."""
    real = deriving.shipped_forms
    derived: list[str] = []

    def derive(request: dict[str, Any]) -> tuple[dict[str, str], None]:
        derived.append(request["lines"][0]["name"])
        return right, None

    right = real(deriving.derivation_request(asked())) or {}
    monkeypatch.setattr(deriving, "_KNOWN", {})
    monkeypatch.setattr(deriving._SESSION, "derive", derive)
    return derived


def instead(monkeypatch: pytest.MonkeyPatch, folder: Path, content: bytes | None) -> None:
    """Another file takes the place of the one that is shipped."""
    path = folder / "closed_forms.json"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setattr(deriving, "SHIPPED", path)


def with_forms(forms: object) -> bytes:
    digest = deriving.request_digest(deriving.derivation_request(asked()))
    return as_text({**shipped(), digest: forms}).encode()


def test_the_file_holds_what_the_bank_asks_for_and_nothing_else() -> None:
    wanted = dict(requests())
    digests = {deriving.request_digest(request) for request in wanted.values()}
    assert shipped().keys() == digests, "write it with: python -m tests.closed_forms"
    assert deriving.SHIPPED.read_text("utf-8") == as_text(shipped())
    assert [name for name, each in wanted.items() if deriving.shipped_forms(each) is None] == []


def test_computer_algebra_still_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a few questions, since it takes its time; `--again` asks it about all of them.

    Another version of SymPy may write a form otherwise: then numbers must show that it is the same.
    """
    questions = {each.header.identifier: each for each in shipped_templates()}
    for name, request in random.Random("closed forms").sample(sorted(requests()), DERIVED_ANEW):
        forms, failure = deriving.derive_anew(request)
        assert failure is None, name
        if forms != deriving.shipped_forms(request):
            with monkeypatch.context() as otherwise:
                otherwise.setattr(deriving, "_KNOWN", {})
                otherwise.setattr(deriving, "shipped_forms", lambda request, forms=forms: forms)
                assert check_question(questions[name], How(5)).problems == [], name


def test_a_first_build_of_a_shipped_question_needs_no_sympy(course: Course, proofs: Path) -> None:
    # Sources of papers cost the least.
    course.exam(ASKED, bank="builtin", outputs={"latex": {"pdf": "never"}})
    code = (
        "import sys\nfrom pathlib import Path\nfrom qgen.pipeline import BuildRequest, build\n"
        "import qgen.deriving as d\n"
        "def no(*_): raise AssertionError('derived')\n"
        "d._SESSION.derive = no\n"
        "report = build(BuildRequest(Path('exam.yaml'), Path('build')))\n"
        "assert not report.failed, report.problems\n"
        "assert report.tally.proved_now == 2, report.tally\n"
        "assert 'sympy' not in sys.modules\n"
    )
    result = run_python(code, cwd=course.folder)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"\xff",
        b"[]",
        b'{"07ce',
        5,
        {},
        {"entropy": "1"},
        {"entropy": "1", "in_bits": 2},
        {"in_bits": "1", "entropy": "1"},
    ],
    ids=repr,
)
def test_what_is_missing_or_damaged_is_derived(
    content: object, alone: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The whole file (bytes, or none at all), or what it says of the question."""
    before = question_solvers(asked())[0]
    assert alone == []
    whole = content is None or isinstance(content, bytes)
    instead(monkeypatch, tmp_path, content if whole else with_forms(content))
    after, problems = question_solvers(asked())
    assert (alone, problems) == (["entropy"], [])
    assert after[0].content == before[0].content


def test_a_wrong_form_in_the_file_stops_the_build(
    alone: list[str], monkeypatch: pytest.MonkeyPatch, course: Course
) -> None:
    """Although the right one was proved before: neither proofs nor results outlive it."""
    course.exam(ASKED, bank="builtin")
    assert not course.build().failed
    assert check_question(asked(), How(20)).problems == []
    kept = result_key(asked(), (), "a check")
    wrong = {"entropy": "(1 + log(rate))", "in_bits": "((1 - log(rate))/log(2))"}
    instead(monkeypatch, course.folder, with_forms(wrong))
    assert alone == []
    found = [problem for problem in course.build().problems if problem.severity == "error"]
    found += check_question(asked(), How(20)).problems
    assert len(found) > 1
    assert all("'entropy' comes out differently" in str(each) for each in found)
    assert result_key(asked(), (), "a check") != kept
