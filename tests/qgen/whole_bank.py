"""Exams of the questions that ship, all or some of them."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from qgen.document.exam import Asset, Paper
from qgen.pipeline import BuildRequest, build
from tests.examples import is_thorough
from tests.qgen.handed_in import TITLE, recorded
from tests.qgen.test_examples import shipped_questions
from tests.shipped import shipped_catalogue

SEED = 760_193_482
PICTURE = {"svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>', "pdf": b"%PDF-1.4"}


class WholeBank(NamedTuple):
    """A build, and its one paper as the pipeline made it."""

    folder: Path
    paper: Paper


def build_shipped(
    folder: Path, name: str, outputs: dict[str, dict[str, Any]], every: int = 1
) -> Path:
    """The folder of an exam with all questions that ship, or with every so many."""
    spec = {
        "title": TITLE,
        "seed": SEED,
        "shuffle": {"questions": True},
        "sections": [{"title": "All", "questions": list(shipped_questions())[::every]}],
        "outputs": outputs,
    }
    path = folder / f"{name}.yaml"
    path.write_text(json.dumps(spec), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qgen.loading.find_questions", lambda *_: (shipped_catalogue(), []))
        report = build(BuildRequest(path, folder, verify="never", jobs=2))
    assert not report.failed, "\n".join(map(str, report.problems))
    return folder / name


def build_whole_bank(folder: Path) -> WholeBank:
    """Every question on a page of an exam and on a paper, whose key no route has proved.

    Every day one picture stands for all: drawing them takes as long as all the rest.
    """
    with pytest.MonkeyPatch.context() as patch:
        if not is_thorough():
            patch.setattr(
                "qgen.variant_figures._drawn", lambda order, _: Asset(order.asset, PICTURE)
            )
        papers = recorded(patch)
        outputs: dict[str, dict[str, Any]] = {"latex": {"pdf": "never"}, "html": {"mode": "exam"}}
        built = build_shipped(folder, "everything", outputs)
    return WholeBank(built, papers["A"])
