"""Questions as items of QTI 1.2, so that classic quizzes and New Quizzes read the same key."""

from collections.abc import Iterator
from functools import partial
from typing import Literal

from qgen.document.answers import (
    Answer,
    Numeric,
    Part,
    ShortAnswer,
    SingleChoice,
)
from qgen.document.exam import Item
from qgen.document.richtext import Passage
from qgen.renderers.canvas.answers import Asked, CanvasAnswers
from qgen.renderers.canvas.elements import (
    ANY,
    SCORE,
    block,
    condition,
    equal,
    item_feedback,
    material,
    metadata_element,
    show_feedback,
)
from qgen.renderers.canvas.text import CanvasText
from qgen.renderers.frames import Frames, Pen
from qgen.renderers.labels import Labels
from qgen.renderers.markup_text import attribute
from qgen.renderers.moodle.essay import (
    part_heading,
)
from qgen.renderers.moodle.numbers import grade
from qgen.renderers.moodle.text import escaped
from qgen.renderers.passage_writer import EnclosedText


def says_by_mark(answer: Answer) -> bool:
    """Whether Canvas says something by the mark: where it marks an answer as right or wrong."""
    return isinstance(answer, (SingleChoice, Numeric, ShortAnswer))


class CanvasItems:
    """Writes the items of one exam."""

    def __init__(
        self,
        text: CanvasText,
        shuffle_options: bool,
        multiple: Literal["partial", "all_or_nothing"],
    ) -> None:
        self._text = text
        self._xml = EnclosedText(text, escaped)
        """The same once more escaped, as HTML is the text of an element."""
        self._answers = CanvasAnswers(text, self._xml, shuffle_options, multiple)
        self._frames = Frames(self._xml)
        self._identifier = ""

    def item(self, item: Item, place: int, identifier: str, title: str, labels: Labels) -> str:
        """The part at a place of a question, or the whole of one without parts."""
        self._text.assets = item.assets
        self._identifier = identifier
        written = self._frames.write(item, partial(self._element, place, labels), place)
        self._answers.end(item.parts[place].answer)
        return f'<item ident="{identifier}" title="{attribute(title)}">{written}</item>\n'

    def _element(self, place: int, labels: Labels, pen: Pen, item: Item) -> str:
        """What stands in the item's element."""
        part, write = item.parts[place], pen.text.write
        stem = write(item.stem)
        if part.label:
            heading = escaped(part_heading(part, labels))
            stem = f"{block(stem)}{heading}{write(part.prompt)}"
        asked = self._answers.asked(place, part, stem, labels, pen)
        asked.if_right = _said(part, "right", pen)
        asked.if_wrong += _said(part, "wrong", pen)
        explanations = (part.explanation, item.explanation)
        general = [block(write(each)) for each in explanations if each is not None]
        feedback = [
            *([("general_fb", asked.notes + "".join(general))] if asked.notes or general else []),
            *([("correct_fb", asked.if_right)] if asked.if_right else []),
            *([("general_incorrect_fb", asked.if_wrong)] if asked.if_wrong else []),
            *((f"{option}_fb", html) for option, html in asked.of_options),
        ]
        metadata = [
            ("question_type", asked.kind),
            ("points_possible", grade(part.points)),
            ("assessment_question_identifierref", f"{pen.put(lambda _: self._identifier)}q"),
            *asked.metadata,
        ]
        return (
            f"{metadata_element(metadata)}"
            f"<presentation>{material(stem + asked.stem)}{asked.response}</presentation>"
            f"<resprocessing>{SCORE}{''.join(_conditions(asked, bool(general)))}</resprocessing>"
            f"{''.join(item_feedback(name, html) for name, html in feedback)}"
        )

    def description(self, told: Passage, identifier: str, title: str) -> str:
        """A text that is no question, which begins a section."""
        self._text.assets = {}
        metadata = [("question_type", "text_only_question"), ("points_possible", "0")]
        return (
            f'<item ident="{identifier}" title="{attribute(title)}">{metadata_element(metadata)}'
            f"<presentation>{material(self._xml.write(told))}</presentation>"
            f"<resprocessing>{SCORE}</resprocessing></item>\n"
        )


def _said(part: Part, mark: Literal["right", "wrong"], pen: Pen) -> str:
    """What is said by the mark, which Canvas knows where nothing is partly right."""
    text: Passage | None = getattr(part.by_mark, mark)
    if text is None or not says_by_mark(part.answer):
        return ""
    return block(pen.text.write(text))


def _conditions(asked: Asked, has_general: bool) -> Iterator[str]:
    """Feedback on options comes before the score: what follows would set their worth to nothing."""
    if asked.kind in ("essay_question", "file_upload_question"):
        yield condition("No", ANY, "")
        return
    if has_general:
        yield condition("Yes", ANY, show_feedback("general_fb"))
    for option, _ in asked.of_options:
        yield condition("Yes", equal(option), show_feedback(f"{option}_fb"))
    yield asked.scoring
    if asked.if_right:
        yield condition("Yes", ANY, show_feedback("correct_fb"))
    if asked.if_wrong:
        yield condition("Yes", ANY, show_feedback("general_incorrect_fb"))
