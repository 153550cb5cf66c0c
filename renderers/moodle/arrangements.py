"""Pairs to find and items to put in order, as the question types that Moodle has for them."""

from qgen.document.answers import Matching, Ordering, OrderingCredit
from qgen.document.richtext import Passage
from qgen.renderers.moodle.cloze import can_be_listed
from qgen.renderers.moodle.text import EMPTY_FIELD, MoodleText

_FEWEST_CHOICES = 3
"""Moodle asks for so many wherever the question is edited, old ones at the import too."""
_GRADING: dict[OrderingCredit, str] = {
    "all_or_nothing": "ALL_OR_NOTHING",
    "adjacent": "RELATIVE_NEXT_EXCLUDE_LAST",
}
"""Moodle's grading types that give the same marks as ours."""


def has_matching_type(answer: Matching) -> bool:
    """Whether Moodle's matching can show it: right items as entries of a list, three or more."""
    return len(answer.rights) >= _FEWEST_CHOICES and can_be_listed(answer.rights)


def has_positions_type(answer: Ordering) -> bool:
    """Whether there are as many positions as Moodle's matching needs choices."""
    return len(answer.items) >= _FEWEST_CHOICES


class ArrangementWriter:
    """Writes what is specific to these types; Moodle mixes choices and items by itself."""

    def __init__(self, text: MoodleText, shuffle_options: bool) -> None:
        self._text = text
        shuffles = "true" if shuffle_options else "false"
        self._shuffle = f"<shuffleanswers>{shuffles}</shuffleanswers>\n"

    def pairs(self, answer: Matching) -> str:
        """The pairs, and the right items without a partner beside an empty left one."""
        partners = {pair.right for pair in answer.pairs}
        written = [
            _subquestion(self._text.field(pair.left), self._listed(answer.rights[pair.right]))
            for pair in answer.pairs
        ]
        written += [
            _subquestion(EMPTY_FIELD, self._listed(right))
            for place, right in enumerate(answer.rights)
            if place not in partners
        ]
        return self._shuffle + "".join(written)

    def positions(self, answer: Ordering) -> str:
        """Each item with its position as its partner."""
        written = [
            _subquestion(self._text.field(item), f"<text>{answer.key.index(place) + 1}</text>")
            for place, item in enumerate(answer.items)
        ]
        return self._shuffle + "".join(written)

    def order(self, answer: Ordering) -> str:
        """The items in their right order."""
        written = [
            f'<answer fraction="{position}" format="html">'
            f"{self._text.field(answer.items[place])}"
            f'<feedback format="html">{EMPTY_FIELD}</feedback></answer>\n'
            for position, place in enumerate(answer.key, 1)
        ]
        return (
            "<layouttype>VERTICAL</layouttype>\n<selecttype>ALL</selecttype>\n"
            f"<selectcount>{len(answer.items)}</selectcount>\n"
            f"<gradingtype>{_GRADING[answer.credit]}</gradingtype>\n"
            f"<showgrading>SHOW</showgrading>\n{''.join(written)}"
        )

    def _listed(self, right: Passage) -> str:
        """An entry of a list, which Moodle reads as HTML."""
        return f"<text><![CDATA[{self._text.write(right)}]]></text>"


def _subquestion(left: str, answer: str) -> str:
    return f'<subquestion format="html">{left}<answer>{answer}</answer></subquestion>\n'
