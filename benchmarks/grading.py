"""Marking a cohort: `qgen grade` on so many response files of 40 questions of every kind.

    python benchmarks/grading.py [--students 1000] [--cohort]

The exam has four versions; with `--cohort`, a paper for each student, so that no two have the
same numbers. Of the answers about half are keys, the others named mistakes, blanks, other options
and near misses, each drawn for each student. Seconds and memory are those of the whole process.
"""

import argparse
import csv
import hashlib
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, assert_never

from run import timed

from qgen.banks import open_banks
from qgen.document.answers import (
    ComplexAnswer,
    FormulaAnswer,
    Matching,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    Part,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.complex_numbers import typed_complex
from qgen.document.formula import typed
from qgen.document.numbers import machine_decimal
from qgen.document.values import Complex
from qgen.marking_file import MarkedPaper, MarkingFile

QUESTIONS = 40
VERSIONS = 4
QGEN = [sys.executable, "-c", "from qgen.cli import main; main()"]


def spread() -> list[str]:
    """Forty questions of the shipped bank, as many of each kind as there can be."""
    catalogue, _ = open_banks(())
    kinds: dict[str, list[str]] = {}
    for entry in catalogue.entries.values():
        kinds.setdefault(entry.header.kind, []).append(entry.header.identifier)
    chosen: list[str] = []
    for turn in range(QUESTIONS):
        chosen += [names[turn] for names in kinds.values() if turn < len(names)]
    return chosen[:QUESTIONS]


def answer(part: Part, source: random.Random) -> Any:
    """What one student saves for a part."""
    asked, luck = part.answer, source.random()
    if luck < 0.08:
        return None
    right = luck < 0.55
    match asked:
        case SingleChoice():
            key = next(i for i, option in enumerate(asked.options, 1) if option.correct)
            return key if right else source.randint(1, len(asked.options))
        case MultipleSelect():
            options = enumerate(asked.options, 1)
            return [i for i, each in options if each.correct == (right or source.random() < 0.7)]
        case Matching():
            key = [pair.right + 1 for pair in asked.pairs]
            return key if right else source.sample(range(1, len(asked.rights) + 1), len(key))
        case Ordering():
            order = [place + 1 for place in asked.key]
            return order if right else source.sample(order, len(order))
        case Numeric():
            given = [mistake.value for mistake in asked.mistakes]
            value = source.choice(given) if given and luck < 0.8 else source.randint(-99, 99)
            return machine_decimal(asked.key if right else value)
        case ComplexAnswer():
            unlike = [mistake.value for mistake in asked.mistakes]
            number = source.choice(unlike) if unlike and luck < 0.8 else Complex(3, -7)
            return typed_complex(asked.key if right else number)
        case FormulaAnswer():
            wrong = [mistake.value for mistake in asked.mistakes]
            if not right and wrong and luck < 0.8:
                return typed(source.choice(wrong))
            # Another way to write the key, and one that differs from it.
            return f"2*({typed(asked.key)})/2" if right else f"{typed(asked.key)} + 1/7"
        case ShortAnswer():
            return source.choice(asked.accepted) if right else "something else"
        case Open():
            return "Because the entropy does not depend on it."
        case _:
            assert_never(asked)


def response(exam: str, paper: MarkedPaper, student: str, source: random.Random) -> dict[str, Any]:
    answers = dict(_answers(paper, source))
    data = {
        **{"format": "qgen-responses", "version": 1, "exam": exam, "paper": paper.label},
        **{"student": student, "answers": answers},
        **{"started": "2026-12-04T10:00:00Z", "handed_in": "2026-12-04T11:30:00Z"},
    }
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {**data, "checksum": hashlib.sha256(text.encode()).hexdigest()}


def _answers(paper: MarkedPaper, source: random.Random) -> Iterator[tuple[str, Any]]:
    for number, item in enumerate(paper.items, 1):
        for index, part in enumerate(item.parts, 1):
            name = f"{number}-{index}" if item.is_derivation else str(number)
            yield name, answer(part, source)


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--cohort", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        names = [f"student {number}" for number in range(chosen.students)]
        (work / "roster.csv").write_text("id\n" + "\n".join(names) + "\n")
        papers = {"students": "roster.csv"} if chosen.cohort else {"versions": VERSIONS}
        spec = {
            **{"title": "Forty questions", "seed": 1, "bank": ["builtin"], **papers},
            "sections": [{"title": "All", "questions": spread()}],
            "outputs": {"html": {"mode": "exam"}},
        }
        (work / "exam.yaml").write_text(json.dumps(spec))
        built = timed([*QGEN, "build", "exam.yaml", "--verify", "never"], work, work / "cache")
        print(f"build {built.wall:.1f} s, {built.mebibytes:.0f} MiB")
        keys = MarkingFile(work / "build" / "exam" / "marking.jsonl")
        print(f"marking.jsonl {(work / 'build/exam/marking.jsonl').stat().st_size / 2**20:.1f} MiB")
        (work / "handed-in").mkdir()
        labels = list(keys.students)
        kinds: Counter[str] = Counter()
        for index, name in enumerate(names):
            paper = keys.paper(labels[index % len(labels)])
            kinds.update(type(part.answer).__name__ for item in paper.items for part in item.parts)
            data = response(keys.exam.title, paper, name, random.Random(index))
            (work / "handed-in" / f"{index}.json").write_text(json.dumps(data, ensure_ascii=False))
        print(f"{sum(kinds.values())} answers: {dict(kinds.most_common())}")
        graded = timed([*QGEN, "grade", "build/exam", "handed-in"], work, work / "cache")
        print(
            f"grade {graded.wall:.1f} s, {graded.processor:.1f} s of processor, "
            f"{graded.mebibytes:.0f} MiB"
        )
        with (work / "grades" / "review.csv").open(encoding="utf-8", newline="") as file:
            reasons = Counter(row["reason"] for row in csv.DictReader(file))
        print(f"for a person to look at: {dict(reasons.most_common())}")


if __name__ == "__main__":
    main()
