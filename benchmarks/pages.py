"""How large practice pages are, and how soon they are ready in Chromium.

    python benchmarks/pages.py

Ten questions without variants, and fifty with twenty variants each, of the shipped bank's
questions with parameters and without pictures.
"""

import json
import tempfile
import time
from pathlib import Path

import yaml
from playwright.sync_api import sync_playwright

from qgen.pipeline import BuildRequest, build

BANK = Path(__file__).parents[1] / "bank" / "questions"
SIZES = ((10, 1), (50, 20))


def templates() -> list[str]:
    """The questions that vary, by file and place in it."""
    found = []
    for path in sorted(BANK.rglob("*.yaml")):
        data = yaml.safe_load(path.read_text("utf-8"))
        for question in data if isinstance(data, list) else [data]:
            if "parameters" in question and "figures" not in question:
                found.append(question["id"])
    return found


def built(folder: Path, questions: int, variants: int) -> tuple[Path, float]:
    """The page of so many questions, and the seconds that its build took."""
    names = templates()
    chosen = names[:: len(names) // questions][:questions]
    spec = {
        "title": "Pages",
        "seed": 1,
        "sections": [{"title": "All", "questions": chosen}],
        "outputs": {"html": {"variants": variants}},
    }
    file = folder / f"pages-{questions}.yaml"
    file.write_text(json.dumps(spec))
    start = time.perf_counter()
    report = build(BuildRequest(file, folder, verify="never"))
    assert not report.failed, "\n".join(map(str, report.problems))
    took = time.perf_counter() - start
    return folder / file.stem / "html" / f"{file.stem}-A.html", took


def main() -> None:
    """Prints a line a page."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as session:
        browser = session.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        for questions, variants in SIZES:
            page, took = built(Path(name), questions, variants)
            tab = browser.new_page()
            start = time.perf_counter()
            tab.goto(page.as_uri())
            tab.wait_for_selector("#submit")
            ready = time.perf_counter() - start
            print(
                f"{questions} questions, {variants} variants: {page.stat().st_size / 1000:.0f} kB, "
                f"built in {took:.1f} s, ready in {ready:.2f} s"
            )
        browser.close()


if __name__ == "__main__":
    main()
