"""Draws the pictures of the documentation anew, from the example exam.

    python docs/pictures.py

It needs pdftoppm, a TeX engine, Pillow, and playwright with Chromium: `paper.png` is the first page
of a paper, `papers.png` the same page set by Typst and by LaTeX, `page.png` a practice page with a
question answered and marked.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml
from PIL import Image
from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parent
EXAM = DOCS.parent / "examples" / "midterm.yaml"
OUTPUTS: dict[str, Any] = {
    "paper": {"solutions": False},
    "latex": {"pdf": "always", "solutions": False},
    "html": {"mode": "practice"},
}
QGEN = [sys.executable, "-c", "from qgen.cli import main; main()"]
CHROMIUM = "/usr/bin/chromium"
DOTS = 100
"""An inch of a paper."""
SIDE_BY_SIDE = 70
BETWEEN = 8
GREYS = 16
COLOURS = 64
WINDOW = {"width": 600, "height": 780}
SCROLL = "name => scrollTo(0, document.getElementById(name).getBoundingClientRect().top + scrollY)"
SETTLED = 500
"""Milliseconds until the page has moved."""


def built(folder: Path) -> Path:
    """The exam's folder, with one version in three formats."""
    exam = yaml.safe_load(EXAM.read_text("utf-8"))
    path = folder / "midterm.yaml"
    path.write_text(yaml.safe_dump(exam | {"versions": 1, "outputs": OUTPUTS}), "utf-8")
    subprocess.run([*QGEN, "build", path, "--output", folder], check=True)
    return folder / "midterm"


def first_page(pdf: Path, dots: int) -> Image.Image:
    """The first page of a PDF in greys."""
    command = ["pdftoppm", "-r", str(dots), "-f", "1", "-l", "1", "-gray", "-png", pdf]
    picture = pdf.with_suffix(".png")
    picture.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    return Image.open(picture)


def beside(left: Image.Image, right: Image.Image) -> Image.Image:
    """Two pages with a grey bar between."""
    both = Image.new("L", (left.width + BETWEEN + right.width, left.height), 160)
    both.paste(left, (0, 0))
    both.paste(right, (left.width + BETWEEN, 0))
    return both


def practice_page(page: Path, to: Path) -> None:
    """A question with two options ticked, and what the page says of them."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        window = browser.new_page(viewport=WINDOW, color_scheme="light")
        window.goto(page.as_uri())
        first = window.locator("input[type=checkbox][id$='-o1']").first.get_attribute("id") or ""
        question = first.removesuffix("-o1")
        window.check(f"#{question}-o1")
        window.check(f"#{question}-o2")
        window.click(f"#{question}-submit")
        window.evaluate(SCROLL, question)
        window.wait_for_timeout(SETTLED)
        window.screenshot(path=to)
        browser.close()


def main() -> None:
    """Builds the exam, and draws all three."""
    with tempfile.TemporaryDirectory() as name:
        exam = built(Path(name))
        typst, latex = exam / "paper" / "paper-A.pdf", exam / "latex" / "paper-A.pdf"
        first_page(typst, DOTS).quantize(GREYS).save(DOCS / "paper.png", optimize=True)
        pair = beside(first_page(typst, SIDE_BY_SIDE), first_page(latex, SIDE_BY_SIDE))
        pair.quantize(GREYS).save(DOCS / "papers.png", optimize=True)
        shot = Path(name) / "page.png"
        practice_page(exam / "html" / "midterm-A.html", shot)
        Image.open(shot).convert("RGB").quantize(COLOURS).save(DOCS / "page.png", optimize=True)


if __name__ == "__main__":
    main()
