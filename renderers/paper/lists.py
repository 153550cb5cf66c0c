"""Lists of what is chosen, matched and put in order, as Typst source."""

from collections.abc import Iterable, Sequence

from qgen.document.answers import option_letter
from qgen.document.richtext import Passage
from qgen.renderers.page_measures import SHORT_OPTION
from qgen.renderers.paper.text import PaperText


def lettered(items: Iterable[Passage], shape: str, passages: PaperText) -> str:
    """Options, right items or items to order, each behind its letter in this shape."""
    texts = [passages.write(item) for item in items]
    entries = (f'("{option_letter(index)}", [{text}])' for index, text in enumerate(texts))
    is_short = max(map(len, texts), default=0) < SHORT_OPTION
    function = "short-options" if is_short else "option-list"
    return f"#{function}({shape}, {', '.join(entries)});"


def numbered(lefts: Sequence[tuple[str | None, Passage]], passages: PaperText) -> str:
    """Left items of a matching question, each behind a line for a letter, or behind its own."""
    items = (
        f'(letter-line("{letter or ""}"), "{number}", [{passages.write(text)}])'
        for number, (letter, text) in enumerate(lefts, 1)
    )
    return f"#numbered({', '.join(items)});"
