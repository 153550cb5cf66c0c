"""Elements of QTI 1.2 as Canvas reads them; HTML in them is escaped for XML."""

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from qgen.renderers.moodle.text import escaped

SCORE = (
    '<outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>'
)
ANY = "<other/>"


def metadata_element(entries: Iterable[tuple[str, str]]) -> str:
    """Fields by their labels."""
    fields = "".join(
        f"<qtimetadatafield><fieldlabel>{label}</fieldlabel>"
        f"<fieldentry>{entry}</fieldentry></qtimetadatafield>"
        for label, entry in entries
    )
    return f"<itemmetadata><qtimetadata>{fields}</qtimetadata></itemmetadata>"


def block(html: str) -> str:
    """HTML as a block of its own."""
    return f"&lt;div&gt;{html}&lt;/div&gt;"


def listed(rows: Iterable[str], tag: str = "ul") -> str:
    """Rows of HTML as a list: with points, or with numbers as `ol`."""
    lines = "".join(f"&lt;li&gt;{html}&lt;/li&gt;" for html in rows)
    return f"&lt;{tag}&gt;{lines}&lt;/{tag}&gt;"


def condition(continues: str, variables: str, effect: str) -> str:
    """A condition and what it does; with `continues` "Yes" those behind it are read, too."""
    return (
        f'<respcondition continue="{continues}"><conditionvar>{variables}</conditionvar>'
        f"{effect}</respcondition>"
    )


def full_marks(variables: str) -> str:
    """The condition under which everything is right."""
    return condition("No", variables, '<setvar action="Set" varname="SCORE">100</setvar>')


def share_of_marks(blank: str, right: str, count: int) -> str:
    """The condition that gives one of so many equal shares."""
    share = _percentage(count)
    return (
        f'<respcondition><conditionvar><varequal respident="{blank}">{right}</varequal>'
        f'</conditionvar><setvar varname="SCORE" action="Add">{share}</setvar></respcondition>'
    )


@lru_cache(maxsize=64)
def _percentage(count: int) -> str:
    return format(float(Fraction(100, count)), ".2f")


def show_feedback(name: str) -> str:
    """The effect that a feedback is shown."""
    return f'<displayfeedback feedbacktype="Response" linkrefid="{name}"/>'


def equal(value: str, margins: str = "") -> str:
    """Whether this was answered; a number within margins, which are attributes."""
    return f'<varequal respident="response1"{margins}>{value}</varequal>'


def box(kind: str) -> str:
    """A box to type into; `kind` is an attribute, empty for words."""
    return (
        f'<response_str ident="response1" rcardinality="Single"><render_fib{kind}>'
        '<response_label ident="answer1" rshuffle="No"/></render_fib></response_str>'
    )


def choice_list(blank: str, name: str, offered: str) -> str:
    """A blank where one of what is offered is chosen; `name` is what stands before it."""
    return (
        f'<response_lid ident="{blank}"><material><mattext texttype="text/plain">{escaped(name)}'
        f"</mattext></material><render_choice>{offered}</render_choice></response_lid>"
    )


def offered_words(idents: Iterable[str], words: Iterable[str]) -> str:
    """Some plain words to choose from."""
    return "".join(
        f'<response_label ident="{ident}"><material><mattext texttype="text/plain">'
        f"{escaped(word)}</mattext></material></response_label>"
        for ident, word in zip(idents, words, strict=True)
    )


def material(html: str) -> str:
    """HTML as the text of an element."""
    return f'<material><mattext texttype="text/html">{html}</mattext></material>'


def item_feedback(name: str, html: str) -> str:
    """A feedback by its name."""
    return f'<itemfeedback ident="{name}"><flow_mat>{material(html)}</flow_mat></itemfeedback>'
