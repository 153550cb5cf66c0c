"""Same input, same bytes: on any day, in any place, however the proofs were come by."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from qgen.document.formats import FORMATS
from qgen.pipeline import BuildRequest, build
from qgen.typesetting import Engine, find_engine
from tests.qgen.course import EXAMPLES, SOLVERS, Course, choice, digests, formula, numeric, run_qgen

pytestmark = pytest.mark.slow

NEAR = {"TZ": "UTC", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "1"}
FAR = {
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "tr_TR.UTF-8",
    "LANG": "de_DE.UTF-8",
    "PYTHONHASHSEED": "4711",
    "SOURCE_DATE_EPOCH": "1700000000",
    "HOME": "/nonexistent",
    "COLUMNS": "40",
}


def everything() -> dict[str, dict[str, Any]]:
    """Every format with few variants, as a source where it would be compiled."""
    few = {"pdf": "never", "variants": 4}
    return {
        name: {option: few[option] for option in few if hasattr(each.options(), option)}
        for name, each in FORMATS.items()
    }


def write_course(folder: Path) -> None:
    course = Course(folder)
    course.solvers(SOLVERS)
    course.bank(*[numeric(f"square-{n}") for n in range(4)], formula("divergence"), choice("which"))
    course.write("roster.csv", "id,name\ns1,Ada\ns2,Émile\n")
    course.exam(
        versions=None,
        students="roster.csv",
        shuffle={"questions": True, "options": True},
        sections=[
            {"title": "Picked", "pick": 2, "from": {"kinds": ["numeric"]}},
            {"title": "Listed", "questions": ["divergence", "which"]},
        ],
        outputs=everything(),
    )


def built(folder: Path, spec: str, *options: object, cwd: Path, **environment: str) -> Any:
    run = run_qgen("build", spec, "-o", folder, *options, cwd=cwd, **environment)
    assert run.returncode == 0, run.stderr
    (exam,) = folder.iterdir()
    return digests(exam)


def test_sources_do_not_depend_on_the_day_the_place_or_the_proofs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once in this process, whatever ran in it before, and once in a new one far away.

    The losses of this exam name files, which must not say where the course lies.

    The manifest tells the way from the output folder to the spec, which is the same here. The
    second build finds all proofs of the first, and nothing else that it kept.
    """
    near, far = tmp_path / "near", tmp_path / "far" / "near"
    write_course(near)
    write_course(far)
    (tmp_path / "elsewhere").mkdir()
    kept, new = tmp_path / "cache", tmp_path / "new"
    monkeypatch.chdir(near)
    for name, value in {**NEAR, "XDG_CACHE_HOME": str(kept)}.items():
        monkeypatch.setenv(name, value)
    report = build(BuildRequest(spec=Path("exam.yaml"), output=tmp_path / "1"))
    assert report.folder is not None, report.problems
    first = digests(report.folder)
    shutil.copytree(kept / "qgen" / "proofs", new / "qgen" / "proofs")
    proofs = digests(new)
    assert proofs
    other = built(
        tmp_path / "far" / "2",
        str(far / "exam.yaml"),
        *("--jobs", 1),
        cwd=tmp_path / "elsewhere",
        XDG_CACHE_HOME=str(new),
        **FAR,
    )
    assert {name.partition("/")[0] for name in first} >= FORMATS.keys()
    assert other == first
    assert proofs.items() <= digests(new).items()
    losses = json.loads((tmp_path / "1" / "exam" / "manifest.json").read_text("utf-8"))["losses"]
    assert losses


@pytest.mark.tex
@pytest.mark.skipif(not isinstance(find_engine(), Engine), reason="no TeX engine")
def test_the_example_with_its_papers_is_the_same_anywhere(tmp_path: Path) -> None:
    expected = built(tmp_path / "here", str(EXAMPLES / "midterm.yaml"), cwd=tmp_path, **NEAR)
    copy = tmp_path / "copied" / "midterm.yaml"
    copy.parent.mkdir()
    shutil.copy(EXAMPLES / "midterm.yaml", copy)
    arguments = ("../copied/midterm.yaml", "--jobs", 1, "--verify", "always")
    (tmp_path / "elsewhere").mkdir()
    other = built(tmp_path / "out", *arguments, cwd=tmp_path / "elsewhere", **FAR)
    compiled = {name.removesuffix(".pdf") for name in expected if name.endswith(".pdf")}
    sources = {name[:-4] for name in expected if name.endswith((".typ", ".tex"))}
    assert compiled == {name for name in sources if "/assets/" not in name}
    assert len(compiled) >= 9  # papers, solutions, the guide
    # The manifest tells which second routes were run; all else is the same.
    assert other.pop("manifest.json") != expected.pop("manifest.json")
    assert other == expected


def test_other_seeds_and_versions_differ(tmp_path: Path) -> None:
    course = Course(tmp_path)
    write_course(tmp_path)
    one = digests(course.built(seed=1))
    two = digests(course.built(seed=2))
    alike = {name for name in one if one[name] == two.get(name)}
    settings = {f"moodle/settings.{form}" for form in ("html", "md", "txt")}
    style = {"paper/assets/style.typ", "html/index.html"}
    assert {name for name in alike if not name.startswith("guide/")} <= settings | style
    pages = [digest for name, digest in one.items() if name.startswith("html/exam-")]
    assert len(set(pages)) == 2
