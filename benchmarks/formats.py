"""What each format that takes variants costs: processor seconds and memory, few and many variants.

    python benchmarks/formats.py [--variants 1000] [--only moodle,qti]

Ten templates of the shipped bank, of every kind, each with so many variants, and a tenth of them
to see whether memory stays flat; proofs are kept before. Every row is a process of its own. The
last row writes all of these formats in one build, in which each item is made once; papers and
pages, which take no variants, are not in it.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from run import Timing, qgen, timed

TEMPLATES = (
    "variance-of-a-weighted-sum",
    "derivative-in-log-variance",
    "which-factory-made-it",
    "attention-cost-statements",
    "elbo-statements-of-a-table",
    "one-model-against-the-best",
    "compute-optimal-allocation",
    "poisson-log-likelihood",
    "softmax-summaries-matched",
    "entropies-and-divergences-in-order",
)
FORMATS = ("moodle", "gift", "canvas", "qti", "blackboard", "brightspace", "anki", "csv")


def build(formats: Sequence[str], variants: int, folder: Path, cache: Path) -> Timing:
    """One build of these formats."""
    spec = {
        "title": "Formats",
        "seed": 1,
        "sections": [{"title": "All", "questions": list(TEMPLATES)}],
        "outputs": {name: {"variants": variants} for name in formats},
    }
    (folder / "formats.yaml").write_text(json.dumps(spec), "utf-8")
    return timed(qgen("build", "formats.yaml"), folder, cache)


def main() -> None:
    """Prints a row a format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variants", type=int, default=1000, help="variants of each template")
    parser.add_argument("--only", default=",".join(FORMATS), help="some of the formats")
    arguments = parser.parse_args()
    many, few = arguments.variants, max(1, arguments.variants // 10)
    chosen = arguments.only.split(",")
    rows = [(each,) for each in chosen] + ([tuple(chosen)] if len(chosen) > 1 else [])
    print(f"| format | {10 * few} variants | {10 * many} variants | each further one |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cache = folder / "cache"
        build(("csv",), many, folder, cache)
        first: tuple[Timing, Timing] | None = None
        for formats in rows:
            small, large = (build(formats, each, folder, cache) for each in (few, many))
            first = first or (small, large)
            each_one = (large.processor - small.processor) / (10 * (many - few))
            label = formats[0] if len(formats) == 1 else "all of these"
            print(
                f"| {label} | {small.processor:.1f} s, {small.mebibytes:.0f} MiB "
                f"| {large.processor:.1f} s, {large.mebibytes:.0f} MiB "
                f"| {each_one * 1000:.2f} ms |",
                flush=True,
            )
            if len(formats) > 1 and first is not None:
                fewer, more = (
                    small.processor / first[0].processor,
                    large.processor / first[1].processor,
                )
                print(f"\nAll of these cost {fewer:.2f} and {more:.2f} times {chosen[0]} alone.")


if __name__ == "__main__":
    main()
