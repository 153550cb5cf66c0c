"""What a browser shows beside the characters of an element."""

from typing import Any


def with_numbers(tree: Any) -> Any:
    """The tree, with the numbers of its numbered lists as characters."""
    for numbered in tree.iter("ol"):
        if numbered.get("type", "1") == "1":
            for number, item in enumerate(numbered.findall("li"), int(numbered.get("start", "1"))):
                item.text = f"{number}. {item.text or ''}"
    return tree
