"""How large practice pages are, and how soon they are ready in Chromium.

    python benchmarks/pages.py [--tens 100]

Ten questions without variants, and fifty with twenty variants each, of the shipped bank's
questions with parameters and without pictures; then ten without variants that ask for formulas or
hold the most of them. Then so many pages of ten questions drawn at random from the whole bank,
pictures and all.
"""

import argparse
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import sync_playwright

from qgen.pipeline import BuildRequest, build

BANK = Path(__file__).parents[1] / "bank" / "questions"


def everything() -> list[dict[str, Any]]:
    """All questions of the bank."""
    found = []
    for path in sorted(BANK.rglob("*.yaml")):
        data = yaml.safe_load(path.read_text("utf-8"))
        found += data if isinstance(data, list) else [data]
    return found


def templates() -> list[dict[str, Any]]:
    """The questions that vary."""
    return [each for each in everything() if "parameters" in each and "figures" not in each]


def mathematical(questions: list[dict[str, Any]]) -> list[str]:
    """The ten with the most mathematics in them."""

    def formulas(question: dict[str, Any]) -> int:
        return json.dumps(question).count("$")

    return [each["id"] for each in sorted(questions, key=formulas, reverse=True)[:10]]


def spread(questions: list[dict[str, Any]], count: int) -> list[str]:
    """So many from all over the bank."""
    return [each["id"] for each in questions[:: len(questions) // count][:count]]


def built(folder: Path, name: str, chosen: list[str], variants: int) -> tuple[Path, float]:
    """The page of the chosen questions, and the seconds that its build took.

    Where a question has too few variants, the next one of the bank takes its place.
    """
    known = [each["id"] for each in templates()]
    while True:
        spec = {
            "title": "Pages",
            "seed": 1,
            "sections": [{"title": "All", "questions": chosen}],
            "outputs": {"html": {"variants": variants}},
        }
        file = folder / f"{name}.yaml"
        file.write_text(json.dumps(spec))
        start = time.perf_counter()
        report = build(BuildRequest(file, folder, verify="never"))
        took = time.perf_counter() - start
        if not report.failed:
            return folder / file.stem / "html" / f"{file.stem}-A.html", took
        few = [str(each) for each in report.problems if each.code == "too-few-variants"]
        poor = [each for each in chosen if any(f"'{each}'" in text for text in few)]
        assert poor, "\n".join(map(str, report.problems))
        for each in poor:
            place = known.index(each)
            chosen = [
                next(other for other in known[place:] if other not in (*chosen, *poor))
                if other == each
                else other
                for other in chosen
            ]


def random_tens(folder: Path, count: int) -> None:
    """Prints how large pages of ten questions drawn at random are."""
    known, draw = everything(), random.Random(1)
    sizes, pictured, compressed = [], [], 0
    for number in range(count):
        chosen = draw.sample(known, 10)
        page, _ = built(folder, f"random-{number}", [each["id"] for each in chosen], 1)
        content = page.read_bytes()
        pictures = content.count(b"<img ")
        (pictured if pictures > 1 else sizes).append(len(content))
        compressed += b"<noscript>" in content
    print(f"{count} random tens: {compressed} with their solutions compressed")
    for name, found in (("at most one picture", sizes), ("several pictures", pictured)):
        if found:
            found.sort()
            print(
                f"  {name}: {len(found)} pages, {found[0] / 1000:.0f} to {found[-1] / 1000:.1f} kB,"
                f" median {found[len(found) // 2] / 1000:.0f} kB"
            )


def main() -> None:
    """Prints a line a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tens", type=int, default=100, help="how many pages drawn at random")
    tens = parser.parse_args().tens
    questions = templates()
    pages = [
        ("ten", spread(questions, 10), 1),
        ("ten-mathematical", mathematical(questions), 1),
        ("fifty", spread(questions, 50), 20),
    ]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as session:
        browser = session.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        for name, chosen, variants in pages:
            page, took = built(Path(folder), name, chosen, variants)
            tab = browser.new_page()
            seconds = []
            for _ in range(3):
                start = time.perf_counter()
                tab.goto(page.as_uri())
                tab.wait_for_selector("#submit")
                seconds.append(time.perf_counter() - start)
            print(
                f"{name}: {len(chosen)} questions, {variants} variants: "
                f"{page.stat().st_size / 1000:.0f} kB, "
                f"built in {took:.1f} s, ready in {sorted(seconds)[1]:.2f} s"
            )
        browser.close()
        random_tens(Path(folder), tens)


if __name__ == "__main__":
    main()
