"""Files of data that a format cannot take along and that are too long to print."""

from collections.abc import Iterator
from functools import lru_cache

from qgen.document.data_files import cells, is_long
from qgen.document.exam import Item
from qgen.document.problem import Problem
from qgen.document.richtext import DataLink, RichText, join_parts, walk
from qgen.renderers.item_passages import item_passages


def links_to_data(item: Item) -> bool:
    """Whether any text of an item links to a file of data."""
    return any(_links(text) for text, _ in item_passages(item))


def unprinted_data(item: Item, name: str, *, prints: bool) -> Iterator[Problem]:
    """Losses of a format of this name, which attaches no files, for one item.

    `prints` tells whether it prints short ones.
    """
    for text, printed in item_passages(item):
        for link in _links(text):
            content = join_parts(link.content, printed)
            if is_long(content) or not prints:
                rows = len(cells(content)) - 1
                why = f"{rows} rows are too long to print" if prints else "prints no tables of data"
                message = (
                    f"question '{item.header.identifier}': {name} cannot attach '{link.file}', and "
                    f"{why}; only the words of the link are there"
                )
                yield Problem("data", message, item.header.place, "loss")


@lru_cache(maxsize=4096)
def _links(text: RichText) -> tuple[DataLink, ...]:
    return tuple(node for node in walk(text.blocks) if isinstance(node, DataLink))
