"""The bank's page tells how many questions of which kind each topic has."""

from collections import Counter
from pathlib import Path

from qgen.banks import load_banks
from qgen.document.answers import DERIVATION
from qgen.document.answers import KINDS as ANSWERS

PAGE = Path(__file__).parents[2] / "bank" / "questions" / "README.md"
KINDS = (*ANSWERS, DERIVATION)


def table() -> str:
    """The table of topics as the page must show it."""
    bank, problems = load_banks(())
    assert problems == []
    templates = list(bank.questions.values())
    lines = [
        f"| topic | {' | '.join(KINDS)} | all | drawn |",
        "|---|" + "---|" * (len(KINDS) + 2),
    ]
    topics = sorted({template.header.topic for template in templates})
    for topic in (*topics, None):
        chosen = [each for each in templates if topic in {None, each.header.topic}]
        kinds = Counter(each.header.kind for each in chosen)
        counts = [str(kinds[kind] or "") for kind in KINDS]
        drawn = sum(bool(each.parameters) for each in chosen)
        name = f"`{topic}`" if topic else "**all**"
        lines.append(f"| {name} | {' | '.join(counts)} | {len(chosen)} | {drawn} |")
    return "\n".join(lines)


def test_the_page_counts_every_topic() -> None:
    assert table() in PAGE.read_text(encoding="utf-8"), f"the table should read:\n{table()}"


if __name__ == "__main__":
    print(table())
