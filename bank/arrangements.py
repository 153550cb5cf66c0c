"""Templates of the kinds whose answer is an arrangement: pairs to find, items to put in order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from qgen.bank.answer_models import MatchingFields, OrderingFields
from qgen.bank.hole_context import only_hole
from qgen.bank.templates import (
    MatchingTemplate,
    OrderingTemplate,
    PairTemplate,
    Placed,
    ShownText,
)
from qgen.bank.yaml_source import Steps
from qgen.document.problem import Place
from qgen.document.richtext import RichText


class _Reader(Protocol):
    def __call__(self, text: str, *steps: str | int) -> RichText: ...


class _Compiler(Protocol):
    def __call__(self, text: str, *steps: str | int) -> Placed: ...


class _Locator(Protocol):
    def __call__(self, *steps: str | int) -> Place: ...


@dataclass(frozen=True, slots=True)
class ArrangementBuilder:
    """Builds them with a question's own readers of texts, expressions and places."""

    read: _Reader
    compile: _Compiler
    locate: _Locator
    report: Callable[[str, str, Place], None]

    def matching(self, model: MatchingFields, steps: Steps) -> MatchingTemplate:
        """Pairs, and right items without a partner."""
        pairs = tuple(
            PairTemplate(
                self._shown(pair.left, *steps, "pairs", index, "left"),
                self._shown(pair.right, *steps, "pairs", index, "right"),
                None
                if pair.feedback is None
                else self.read(pair.feedback, *steps, "pairs", index, "feedback"),
            )
            for index, pair in enumerate(model.pairs)
        )
        also = tuple(
            self._shown(text, *steps, "also", index) for index, text in enumerate(model.also)
        )
        template = MatchingTemplate(pairs, also)
        lefts = [pair.left for pair in model.pairs]
        rights = [*(pair.right for pair in model.pairs), *model.also]
        self._check_repeated("left item", zip(lefts, template.lefts, strict=True))
        self._check_repeated("right item", zip(rights, template.rights, strict=True))
        return template

    def ordering(self, model: OrderingFields, steps: Steps) -> OrderingTemplate:
        """Items in order, or with the values that decide it."""
        items = tuple(
            self._shown(item.text, *steps, "items", index, "text")
            for index, item in enumerate(model.items)
        )
        values = tuple(
            self.compile(item.value, *steps, "items", index, "value")
            for index, item in enumerate(model.items)
            if item.value is not None
        )
        written = (item.text for item in model.items)
        self._check_repeated("item", zip(written, items, strict=True))
        return OrderingTemplate(items, values, model.credit)

    def _shown(self, text: str, *steps: str | int) -> ShownText:
        read = self.read(text, *steps)
        return ShownText(read, self.locate(*steps), only_hole(read))

    def _check_repeated(self, what: str, texts: Iterable[tuple[str, ShownText]]) -> None:
        """The same source prints alike whatever the numbers are: either could be the right one."""
        seen: dict[str, ShownText] = {}
        for written, shown in texts:
            plain = " ".join(written.split())
            first = seen.setdefault(plain, shown)
            if first is not shown:
                message = f"the {what} '{plain}' stands in line {first.place.line} already"
                self.report("repeated-item", message, shown.place)
