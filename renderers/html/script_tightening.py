"""A page's script in fewer bytes: no comments, no blanks that are not needed, short names.

Each name of a variable becomes one short name in the whole script, so that what is in whose scope
stays as it is; names of properties stay. Fields declared in a class are not known here.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import count, product
from string import ascii_letters
from typing import NamedTuple

_NAME = r"[A-Za-z_$][\w$]*"
_PIECE = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/)"
    r"|(?P<newline>\s*\n\s*)|(?P<blank>[ \t]+)"
    rf"|(?P<text>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')"
    rf"|(?P<name>function\*|{_NAME})"
    r"|(?P<number>[0-9][\w.]*)"
    r"|(?P<sign>\?\.|\.\.\.|=>|&&|\|\||\?\?|\+\+|--|\*\*|[-+*/%=!<>&|^~?:;,.(){}\[\]])",
    re.DOTALL,
)
_PATTERN = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
_QUOTED = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*", re.DOTALL)
# Behind these a value begins, so that a slash begins a pattern.
_BEFORE_A_VALUE = frozenset("( , = : [ ! & | ? { } ; => && || ?? + - * % < > return".split())
_WORDS = frozenset(
    "async await break case catch class const constructor continue default delete do else export "
    "extends false finally for from function function* get if import in instanceof let new null of "
    "return set static super switch this throw true try typeof undefined void while yield".split()
)
# Names of the language and of browsers that also stand for variables of ours are left alone.
_GLOBALS = frozenset(
    "Array BigInt Blob Date Error Event Infinity JSON Map Math NaN Number Object RangeError RegExp "
    "Set String URL document localStorage setInterval setTimeout window".split()
)
_DECLARING = frozenset(("const", "let", "class", "function", "function*"))
# A line that ends or begins with one of these goes on: its break is needless.
_GOES_ON = frozenset("( [ { , ; : ? = => && || ?? + - * / % < > . ?. & | !".split())
_IS_GONE_ON = frozenset(") ] , ; : ? = => && || ?? * % < > . ?. & |".split())


class _Token(NamedTuple):
    kind: str
    text: str


def tightened(script: str) -> str:
    """The script, which does the same as before."""
    end = _Token("newline", "\n")
    tokens = [end, *_without_needless_breaks(list(_tokens(script))), end, end]
    variables = _variables(tokens)
    short = _short_names(tokens, variables)
    for index, is_key in variables.items():
        name = tokens[index].text
        if name in short:
            text = f"{name}:{short[name]}" if is_key else short[name]
            tokens[index] = _Token("name", text)
    return "".join(_written(tokens)).strip("\n") + "\n"


def _tokens(script: str) -> Iterator[_Token]:
    """The script's pieces without comments and blanks; a break of lines is one `newline`."""
    place, last = 0, _Token("newline", "\n")
    quotes: list[int] = []
    depth = 0
    while place < len(script):
        if script[place] == "`" or (script[place] == "}" and quotes and quotes[-1] == depth):
            is_opening = script[place] == "`"
            if not is_opening:
                depth = quotes.pop() - 1
            quoted = _QUOTED.match(script, place + 1)
            assert quoted is not None
            place = quoted.end() + (1 if script[quoted.end()] == "`" else 2)
            if script[place - 1] == "{":
                depth += 1
                quotes.append(depth)
            last = _Token("template", quoted.group())
            yield _Token("template", script[quoted.start() - 1 : place])
            continue
        found = _PIECE.match(script, place)
        if script[place] == "/" and (last.text in _BEFORE_A_VALUE or last.kind == "newline"):
            pattern = _PATTERN.match(script, place)
            if pattern is not None and not (found and found.lastgroup == "comment"):
                place, last = pattern.end(), _Token("pattern", pattern.group())
                yield last
                continue
        if found is None:
            raise ValueError(f"no script: {script[place : place + 40]!r}")
        place = found.end()
        kind = str(found.lastgroup)
        if kind in ("comment", "blank"):
            continue
        last = _Token(kind, "\n" if kind == "newline" else found.group())
        depth += last.text == "{"
        depth -= last.text == "}"
        yield last


def _variables(tokens: Sequence[_Token]) -> dict[int, bool]:
    """The places of names that stand for a variable: true where they stand for a key as well."""
    brackets = [""]
    found: dict[int, bool] = {}
    ends = _ends(tokens)
    for index, token in enumerate(tokens):
        if token.kind == "sign" and token.text in "([{":
            brackets.append(token.text)
        elif token.kind == "sign" and token.text in ")]}" and len(brackets) > 1:
            brackets.pop()
        if token.kind != "name" or token.text in _WORDS:
            continue
        before, after = tokens[index - 1].text, tokens[index + 1].text
        in_braces = brackets[-1] == "{" and before in ("{", ",")
        is_method = (
            after == "(" and before not in _DECLARING and tokens[ends[index + 1] + 1].text == "{"
        )
        if before in (".", "?.") or is_method or (in_braces and after == ":"):
            continue
        # In braces, a name alone is a key and a value at once: `{ earned, points }`.
        found[index] = in_braces and after in (",", "}", "=")
    return found


def _ends(tokens: Sequence[_Token]) -> dict[int, int]:
    """Where each bracket is closed."""
    opened: list[int] = []
    found: dict[int, int] = {}
    for index, token in enumerate(tokens):
        if token.kind == "sign" and token.text in "([{":
            opened.append(index)
        elif token.kind == "sign" and token.text in ")]}" and opened:
            found[opened.pop()] = index
    return found


def _declared(tokens: Sequence[_Token]) -> set[str]:
    """The names that the script gives to variables, functions and classes."""
    found: set[str] = set()
    for start, end in _ends(tokens).items():
        before = [each.text for each in tokens[max(start - 2, 0) : start]]
        is_function = tokens[end + 1].text == "=>" or not _DECLARING.isdisjoint(before)
        is_method = tokens[end + 1].text == "{" and tokens[start].text == "("
        if is_function or is_method or before[-1:] in (["const"], ["let"]):
            found |= {
                tokens[index].text
                for index in range(start + 1, end)
                if tokens[index].kind == "name"
                and tokens[index - 1].text in ("(", ",", "[", "{", ":", "...")
                and tokens[index + 1].text in (",", ")", "]", "}", "=")
            }
    for before_it, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.kind == "name" and (before_it.text in _DECLARING or after.text == "=>"):
            found.add(token.text)
    return found - _WORDS - _GLOBALS


def _short_names(tokens: Sequence[_Token], variables: Mapping[int, bool]) -> dict[str, str]:
    """A short name for each of our own, the shortest for those that stand there most often."""
    ours = _declared(tokens)
    uses = Counter(tokens[index].text for index in variables if tokens[index].text in ours)
    others = {tokens[index].text for index in variables} - ours
    free = (name for name in _names() if name not in others)
    by_use = sorted(uses, key=lambda name: (-uses[name], name))
    return dict(zip(by_use, free, strict=False))


def _names() -> Iterator[str]:
    for length in count(1):
        for letters in product(ascii_letters, repeat=length):
            name = "".join(letters)
            if name not in _WORDS:
                yield name


def _without_needless_breaks(tokens: Sequence[_Token]) -> Iterator[_Token]:
    before = _Token("newline", "\n")
    for index, token in enumerate(tokens):
        if token.kind == "newline":
            after = tokens[index + 1] if index + 1 < len(tokens) else token
            is_needless = (before.kind == "sign" and before.text in _GOES_ON) or (
                after.kind == "sign" and after.text in _IS_GONE_ON
            )
            if is_needless or before.kind == "newline":
                continue
        yield token
        before = token


def _written(tokens: Sequence[_Token]) -> Iterator[str]:
    before = _Token("newline", "\n")
    wordy = ("name", "number")
    for token in tokens:
        if (token.kind in wordy and before.kind in (*wordy, "pattern")) or (
            before.text in ("+", "-") and token.text in ("+", "-", "++", "--")
        ):
            yield " "
        yield token.text
        before = token
