"""The keys of all versions on one sheet, and which question of one is which of another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from qgen.document.answers import (
    Acceptance,
    Answer,
    ComplexAnswer,
    FormulaAnswer,
    Matching,
    MatrixAnswer,
    MultipleSelect,
    Numeric,
    Open,
    Ordering,
    ShortAnswer,
    SingleChoice,
    matching_key,
    option_letter,
    ordering_key,
)
from qgen.document.exam import Paper
from qgen.document.formula import latex
from qgen.renderers.complex_numbers import complex_key_tex
from qgen.renderers.matrices import rows_tex
from qgen.renderers.paper.words import Words

MOST_VERSIONS = 8
"""How many columns of keys fit on a page; whoever has more papers takes `key.csv`."""
_NOTHING = "–"


@dataclass(slots=True)
class KeySheet:
    """Collects the keys of papers as they come."""

    words: Words
    _labels: list[str] = field(default_factory=list)
    _keys: list[dict[tuple[int, str], str]] = field(default_factory=list)
    _numbers: list[dict[tuple[str, str], int]] = field(default_factory=list)

    def add(self, paper: Paper) -> None:
        """Takes the keys of a paper, while there is room for its column."""
        self._labels.append(paper.label)
        if len(self._labels) > MOST_VERSIONS:
            return
        keys, numbers = {}, {}
        for number, item in enumerate(paper.items(), 1):
            numbers[(item.header.identifier, item.slot)] = number
            for part in item.parts:
                keys[number, part.label] = self._key(part.answer)
        self._keys.append(keys)
        self._numbers.append(numbers)

    @property
    def is_useful(self) -> bool:
        """True for so many versions that a sheet of them fits on a page."""
        return 0 < len(self._labels) <= MOST_VERSIONS

    def lines(self) -> Iterator[str]:
        """The tables, as markup."""
        words = self.words
        versions = [words.text(label) for label in self._labels]
        # Where orders differ, so do the parts that a number has.
        places = sorted({place for keys in self._keys for place in keys})
        rows = [
            [
                words.text(f"{number} ({part})" if part else f"{number}"),
                *(keys.get((number, part), "") for keys in self._keys),
            ]
            for number, part in places
        ]
        yield _table([words.text(words.labels.questions), *versions], rows)
        if len(self._labels) > 1:
            yield f"#section-heading[{words.title(words.labels.questions)}];"
            yield _table([words.text(words.labels.questions), *versions], list(self._places()))

    def _places(self) -> Iterator[list[str]]:
        """Each question's number in each version."""
        every = dict.fromkeys(key for numbers in self._numbers for key in numbers)
        for identifier, slot in every:
            found = [numbers.get((identifier, slot)) for numbers in self._numbers]
            shown = [_NOTHING if number is None else str(number) for number in found]
            yield [self.words.text(identifier), *map(self.words.text, shown)]

    def _key(self, answer: Answer) -> str:
        words = self.words
        match answer:
            case SingleChoice() | MultipleSelect():
                right = [index for index, each in enumerate(answer.options) if each.correct]
                return words.text(", ".join(map(option_letter, right)) or _NOTHING)
            case Numeric():
                return words.number(answer.key)
            case ComplexAnswer():
                return words.formula(complex_key_tex(answer.key))
            case FormulaAnswer():
                return words.formula(latex(answer.key))
            case MatrixAnswer():
                return words.formula(rows_tex(answer.key))
            case ShortAnswer():
                return words.text(answer.accepted[0])
            case Matching():
                return words.text(matching_key(answer))
            case Ordering():
                return words.text(ordering_key(answer))
            case Open(accepts=Acceptance(example=example)):
                return words.text(f"{words.labels.for_example} ") + self._key(example)
            case Open():
                return words.text(_NOTHING)
            case _:
                assert_never(answer)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    titles = ", ".join(f"[{cell}]" for cell in header)
    cells = ", ".join(f"[{cell}]" for row in rows for cell in row)
    widths = f"(auto, ..(1fr,) * {len(header) - 1})"
    return f"#marks(widths: {widths}, header: ({titles}), {cells});\n"
