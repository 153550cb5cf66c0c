"""Printed formulas as signs: TeX, MathML and plain characters, in one alphabet.

This reads what writers wrote, so that a misprint is found. It shares nothing with what prints.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias
from xml.etree import ElementTree

Kind: TypeAlias = Literal[
    "number", "symbol", "name", "words", "operator", "open", "close", "bar", "brace", "script",
    "fraction", "root", "style", "array", "cell", "row", "postfix", "separator",
]  # fmt: skip


class Sign(NamedTuple):
    """One sign of a formula. Groups stand between two of the kind `brace`, tables of `array`."""

    kind: Kind
    text: str


OPEN_GROUP, CLOSE_GROUP = Sign("brace", "{"), Sign("brace", "}")
OPEN_ARRAY, CLOSE_ARRAY = Sign("array", "begin"), Sign("array", "end")
_CELL, _ROW = Sign("cell", "&"), Sign("row", "\\\\")
_GREEK = frozenset(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega "
    "varepsilon varphi vartheta varkappa digamma ell infty hbar partial nabla".split()
)
_FUNCTIONS = frozenset("exp ln log sin cos tan tanh max min sigmoid".split())
_STYLES = frozenset(
    "mathbf boldsymbol mathbb mathcal mathsf mathit vec hat bar tilde widehat widetilde overline "
    "underline mathring dot ddot".split()
)
_NAMES = frozenset({"mathrm", "operatorname"})
_WORDS = frozenset({"text", "textbf", "textit", "mbox", "textrm"})
_FRACTIONS = frozenset({"frac", "dfrac", "tfrac"})
_SIZES = frozenset(
    "left right bigl bigr Bigl Bigr big Big bigg Bigg biggl biggr displaystyle textstyle".split()
)
_OPERATORS = {"+": "+", "-": "-", "−": "-", "*": "*", "/": "/", "×": "*", "⋅": "*", "·": "*"}
_COMMAND_OPERATORS = {"cdot": "*", "times": "*", "div": "/"}
_CHARACTERS = {"backslash": "\\", "_": "_", "&": "&", "#": "#", "$": "$", "{": "{", "}": "}"}
_TEX = re.compile(
    r"\\begin\{(?P<begin>[a-z]*matrix)\}|\\end\{(?P<end>[a-z]*matrix)\}|\\(?P<command>[A-Za-z]+)"
    r"|(?P<row>\\\\)|\\(?P<escaped>.)|(?P<number>\d+(?:(?:\.|\{,\})\d+)?|\.\d+)|(?P<other>\S)",
    re.DOTALL,
)
_PLAIN = re.compile(
    r"(?P<number>\d+(?:\.\d+)?(?:e-?\d+)?)|(?P<name>[A-Za-z]+(?:_[A-Za-z0-9]+)?)|(?P<other>\S)"
)
_LONE_NUMBER = re.compile(r"(-?)([0-9]+(?:\.[0-9]+)?)")
_BRACKETS = {"p": ("(", ")"), "b": ("[", "]")}


def tex_signs(source: str) -> list[Sign]:
    """The signs of a formula's TeX source; what is not known becomes a `separator`."""
    lone = _LONE_NUMBER.fullmatch(source)
    if lone is None:
        return list(_tex(source, 0, len(source)))
    number = Sign("number", lone[2])
    return [Sign("operator", "-"), number] if lone[1] else [number]


def _tex(source: str, start: int, end: int) -> Iterator[Sign]:
    place = start
    sized, after_script = "", False
    while found := _TEX.search(source, place, end):
        place = found.end()
        if after_script and found["number"]:
            # A single digit is all that a script takes.
            place = found.start() + 1
            yield Sign("number", source[found.start()])
            after_script = False
            continue
        after_script = (found["other"] or "") in ("^", "_")
        command, other = found["command"], found["other"] or ""
        if command in _WORDS or command in _NAMES:
            words, place = _argument(source, place, end)
            yield _named(words) if command in _NAMES else Sign("words", _unescaped(words))
        elif other == "|" and sized in ("left", "right"):
            yield Sign("open" if sized == "left" else "close", "|")
        else:
            yield from _tex_sign(found)
        sized = command or ""


def _tex_sign(found: re.Match[str]) -> Iterator[Sign]:
    command, escaped, other = found["command"], found["escaped"], found["other"]
    if found["begin"] is not None or found["end"] is not None:
        name = found["begin"] if found["begin"] is not None else found["end"]
        brackets = _BRACKETS.get(name.removesuffix("matrix"), ("", ""))
        if found["begin"] is not None:
            yield from (*([Sign("open", brackets[0])] if brackets[0] else []), OPEN_ARRAY)
        else:
            yield from (CLOSE_ARRAY, *([Sign("close", brackets[1])] if brackets[1] else []))
    elif found["number"] is not None:
        yield Sign("number", found["number"].replace("{,}", "."))
    elif found["row"] is not None:
        yield _ROW
    elif command is not None:
        yield from _command(command)
    elif escaped is not None:
        if escaped == "%":
            yield Sign("postfix", "%")
        elif escaped in _CHARACTERS:
            yield Sign("words", _CHARACTERS[escaped])
        elif escaped not in ",;:! ":
            yield Sign("separator", escaped)
    else:
        yield from _character(other)


def _command(command: str) -> Iterator[Sign]:
    if command in _SIZES:
        return
    if command in _FRACTIONS:
        yield Sign("fraction", "")
    elif command == "sqrt":
        yield Sign("root", "")
    elif command in _STYLES:
        yield Sign("style", command)
    elif command in _COMMAND_OPERATORS:
        yield Sign("operator", _COMMAND_OPERATORS[command])
    elif command in _GREEK:
        yield Sign("symbol", command)
    elif command in _FUNCTIONS:
        yield Sign("name", command)
    elif command in _CHARACTERS:
        yield Sign("words", _CHARACTERS[command])
    else:
        yield Sign("separator", command)


def _character(character: str) -> Iterator[Sign]:
    """One printed character that is no digit."""
    if character in "{}":
        yield OPEN_GROUP if character == "{" else CLOSE_GROUP
    elif character in "^_":
        yield Sign("script", character)
    elif character == "&":
        yield _CELL
    elif character in _OPERATORS:
        yield Sign("operator", _OPERATORS[character])
    elif character in "([":
        yield Sign("open", character)
    elif character in ")]":
        yield Sign("close", character)
    elif character in "!%":
        yield Sign("postfix", character)
    elif character == "|":
        yield Sign("bar", "|")
    elif character.isalpha():
        yield Sign("symbol", _letter(character))
    elif character not in "~\u2061\u00a0":
        yield Sign("separator", character)


def _letter(character: str) -> str:
    """A letter by its name, whatever its face: `alpha` for α."""
    plain = unicodedata.normalize("NFKC", character)
    words = unicodedata.name(plain[:1], "").split()
    if words[:1] != ["GREEK"]:
        return plain
    name = words[-1] if words[-1] != "SYMBOL" else words[-2]
    name = "LAMBDA" if name == "LAMDA" else name  # as Unicode has it
    return name.title() if "CAPITAL" in words else name.lower()


def _named(words: str) -> Sign:
    return Sign("name", words) if words.isalpha() else Sign("separator", words)


def _argument(source: str, place: int, end: int) -> tuple[str, int]:
    """What a command takes as its argument: a group, or one sign; and where it ends."""
    while place < end and source[place].isspace():
        place += 1
    if source[place : place + 1] != "{":
        return source[place : place + 1], place + 1
    depth = 0
    for index in range(place, end):
        escaped = index > 0 and source[index - 1] == "\\"
        if source[index] in "{}" and not escaped:
            depth += 1 if source[index] == "{" else -1
        if not depth:
            return source[place + 1 : index], index + 1
    return source[place + 1 : end], end


def _unescaped(words: str) -> str:
    return re.sub(r"\\([{}$&#%_ ])", r"\1", words)


def plain_signs(text: str) -> list[Sign]:
    """The signs of a value that is printed among words, as `2*x_1^2 - 1/3`."""
    signs: list[Sign] = []
    for found in _PLAIN.finditer(text):
        if found["number"]:
            signs.append(Sign("number", found["number"]))
        elif found["name"]:
            known = found["name"] in _FUNCTIONS or found["name"] in ("sqrt", "abs")
            signs.append(Sign("name" if known else "symbol", found["name"]))
        else:
            signs += _character(found["other"])
    return signs


def mathml_signs(markup: str) -> list[Sign]:
    """The signs of a `<math>` element. Raises ValueError for what is no element."""
    try:
        return list(_with_decimals(_element(ElementTree.fromstring(markup))))
    except ElementTree.ParseError as error:
        raise ValueError(f"no element: {error}") from None


_DECIMAL_COMMA = Sign("separator", "{,}")


def _with_decimals(signs: Iterator[Sign]) -> Iterator[Sign]:
    """The signs with digits on both sides of a decimal comma as one number."""
    waiting: list[Sign] = []
    for sign in signs:
        if waiting and (sign.kind != "number" if len(waiting) == 2 else sign != _DECIMAL_COMMA):
            yield from waiting
            waiting = []
        if sign.kind == "number" and len(waiting) == 2:
            yield Sign("number", f"{waiting[0].text}.{sign.text}")
            waiting = []
        elif sign.kind == "number" or (waiting and sign == _DECIMAL_COMMA):
            waiting.append(sign)
        else:
            yield sign
    yield from waiting


def _element(element: ElementTree.Element) -> Iterator[Sign]:
    tag, text = element.tag, element.text or ""
    children = list(element)
    if tag == "mn":
        yield Sign("number", text)
    elif tag == "mtext":
        yield Sign("words", text)
    elif tag == "mo" and text == "," and element.get("rspace") == "0":
        yield _DECIMAL_COMMA
    elif tag in ("mi", "mo"):
        yield from _leaf(text.strip())
    elif tag == "mfrac":
        yield Sign("fraction", "")
        yield from (*_group(children[0]), *_group(children[1]))
    elif tag in ("msqrt", "mroot"):
        yield Sign("root" if tag == "msqrt" else "separator", "")
        yield from (OPEN_GROUP, *_elements(children), CLOSE_GROUP)
    elif tag in ("msup", "msub", "msubsup", "munder", "munderover"):
        yield from _element(children[0])
        scripts = {"msup": "^", "msub": "_", "munder": "_"}.get(tag, "_^")
        for script, child in zip(scripts, children[1:], strict=True):
            yield from (Sign("script", script), *_group(child))
    elif tag == "mover":
        yield Sign("style", "".join(children[1].itertext()))
        yield from _group(children[0])
    elif tag == "mtable":
        yield from _table(children)
    else:
        yield from _row_of(children)


def _group(element: ElementTree.Element) -> Iterator[Sign]:
    yield from (OPEN_GROUP, *_element(element), CLOSE_GROUP)


def _elements(elements: list[ElementTree.Element]) -> Iterator[Sign]:
    for element in elements:
        yield from _element(element)


def _row_of(children: list[ElementTree.Element]) -> Iterator[Sign]:
    """A row; bars at its two ends are brackets."""
    ends = [child.text for child in (children[:1] + children[-1:]) if child.tag == "mo"]
    if len(children) > 2 and ends == ["|", "|"]:
        yield from (Sign("open", "|"), *_elements(children[1:-1]), Sign("close", "|"))
    else:
        yield from _elements(children)


def _table(rows: list[ElementTree.Element]) -> Iterator[Sign]:
    yield OPEN_ARRAY
    for number, row in enumerate(rows):
        if number:
            yield _ROW
        for column, cell in enumerate(row):
            if column:
                yield _CELL
            yield from _elements(list(cell))
    yield CLOSE_ARRAY


def _leaf(text: str) -> Iterator[Sign]:
    plain = unicodedata.normalize("NFKC", text.replace("\ufe00", ""))
    if plain.isdecimal():
        yield Sign("number", plain)
    elif len(plain) > 1:
        yield _named(plain)
    elif text in ("{", "}", "\\", "^", "_", "&"):
        yield Sign("words", text)
    elif text:
        yield from _character(text)
