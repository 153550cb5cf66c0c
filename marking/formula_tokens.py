"""The words of a typed formula: numbers, names, operators and brackets, with their positions.

Only what is listed here is understood, in plain typing, Unicode or TeX; nothing is evaluated.
"""

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from qgen.document.formula import GREEK
from qgen.marking.number_reader import Refusal

Kind: TypeAlias = Literal[
    "number",
    "name",
    "variable",
    "function",
    "constant",
    "operator",
    "open",
    "close",
    "bar",
    "raised",
    "fraction",
    "end",
]


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a formula.

    `text` is the canonical spelling: `−` is `-`, `α` and `\\alpha` are `alpha`, `x_{1}` is
    `x_1`, `\\exp` keeps its stroke; a bar that can only open or close is `|(` or `|)`.
    `position` counts characters from 1; `spaced` says that a blank stands before it. Here every
    name is a `name`; `formula_names` tells variables, functions and constants apart.
    """

    kind: Kind
    text: str
    position: int
    spaced: bool


LONGEST = 1000

_GREEK_LETTERS = dict(
    zip(
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩϵϑϕϱςµ",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma "
        "tau upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi "
        "Omega epsilon theta phi rho sigma mu".split(),
        strict=True,
    )
)
_GREEK_VARIANTS = {f"var{name}": name for name in "epsilon theta phi rho sigma pi".split()}
_SIGNS = dict(zip("+-−–*∗·⋅∙×/÷∕^,√", "+---******///^,√", strict=True))
_SIGN_COMMANDS = {"cdot": "*", "times": "*", "ast": "*", "div": "/"}
_BARS = {"lvert": "|(", "rvert": "|)", "vert": "|", "mid": "|"}
_FUNCTION_COMMANDS = "exp ln log sqrt sin cos tanh max min abs sigmoid".split()
_BLANKS = "left right big Big bigl bigr Bigl Bigr quad qquad displaystyle limits , ; : !".split()
_FONTS = "operatorname|mathrm|mathit|mathbf|mathsf|text|textit|boldsymbol|bm|vec"
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUBSCRIPTS = str.maketrans({digit: f"_{value}" for value, digit in enumerate("₀₁₂₃₄₅₆₇₈₉")})

_LETTERS = "".join(_GREEK_LETTERS)
_COMMANDS = "|".join(sorted(GREEK | _GREEK_VARIANTS.keys()))
_TOKEN = re.compile(
    rf"""
    (?P<blank> [\s~$\u200b\ufeff]+ | \\[ ] )
  | (?P<number> [0-9]+(?:\.[0-9]*)? | \.[0-9]+ )
  | (?P<raised> ⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+ )
  | (?: \\(?:{_FONTS})\s*\{{\s*(?P<worded>[A-Za-z]+)\s*\}}
      | (?P<word>[A-Za-z]+) | (?P<letter>[{_LETTERS}]) | \\(?P<greek>{_COMMANDS})(?![A-Za-z])
      | \\(?P<function>log)(?=_)
    ) (?P<index> [0-9]* (?:
        [₀-₉]+
      | _\s*(?: \{{[^{{}}]{{0,40}}\}} | [0-9]+ | [A-Za-z]+ | [{_LETTERS}] | \\(?:{_COMMANDS}) )
    )*)
  | (?P<power> \*\* )
  | (?P<opening_bar> \\(?:left|[bB]igg?l)\s*(?:\||\\l?vert(?![A-Za-z])) )
  | (?P<closing_bar> \\(?:right|[bB]igg?r)\s*(?:\||\\r?vert(?![A-Za-z])) )
  | \\(?P<command> [A-Za-z]+ | [^A-Za-z] )
  | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_SCIENTIFIC = re.compile(r"[eE]([+\-−]?[0-9]+)")


def tokens_of(text: str) -> list[Token] | Refusal:
    """The words of a formula with an `end` behind them, or why it cannot be read."""
    if len(text) > LONGEST:
        return Refusal(f"A formula has at most {LONGEST} characters here.")
    tokens: list[Token] = []
    spaced, start = False, 0
    while match := _TOKEN.match(text, start):
        position, start = start + 1, match.end()
        if match["blank"] or match["command"] in _BLANKS:
            spaced = True
            continue
        exponent = _SCIENTIFIC.match(text, start) if match["number"] else None
        if exponent:
            number = match["number"]
            return Refusal(
                f"{number}{exponent[0]} (character {position}) is unclear: "
                f"write {number}*10^({exponent[1]}), or put a * before the e."
            )
        token = _token(match, position, spaced)
        if isinstance(token, Refusal):
            return token
        tokens.append(token)
        spaced = False
    if start < len(text):
        return _not_understood(text[start:], start + 1)
    return [*tokens, Token("end", "", len(text) + 1, spaced)]


def _token(match: re.Match[str], position: int, spaced: bool) -> Token | Refusal:
    def token(kind: Kind, text: str) -> Token:
        return Token(kind, text, position, spaced)

    match match.lastgroup:
        case "number":
            return token("number", match["number"])
        case "raised":
            return token("raised", match["raised"].translate(_SUPERSCRIPTS))
        case "index":
            return token("name", _name(match))
        case "power":
            return token("operator", "^")
        case "opening_bar":
            return token("bar", "|(")
        case "closing_bar":
            return token("bar", "|)")
        case "command":
            return _command(match["command"], position, spaced)
    written = match[0]
    if written in _SIGNS:
        return token("operator", _SIGNS[written])
    if written in "([{":
        return token("open", written)
    if written in ")]}":
        return token("close", written)
    return token("bar", "|") if written == "|" else _not_understood(written, position)


def _name(match: re.Match[str]) -> str:
    greek = match["greek"]
    stem = (
        match["worded"]
        or match["word"]
        or match["function"]
        or (_GREEK_VARIANTS.get(greek, greek) if greek else _GREEK_LETTERS[match["letter"]])
    )
    index = re.sub(r"[{}\s,\\]", "", match["index"].translate(_SUBSCRIPTS))
    return stem + "".join(_GREEK_LETTERS.get(char, char) for char in index)


def _command(name: str, position: int, spaced: bool) -> Token | Refusal:
    if name in _SIGN_COMMANDS:
        return Token("operator", _SIGN_COMMANDS[name], position, spaced)
    if name in _BARS or name == "|":
        return Token("bar", _BARS.get(name, "|"), position, spaced)
    if name in ("frac", "dfrac", "tfrac"):
        return Token("fraction", "frac", position, spaced)
    if name in _FUNCTION_COMMANDS:
        return Token("name", f"\\{name}", position, spaced)
    if name in ("{", "}"):
        return Token("open" if name == "{" else "close", name, position, spaced)
    return _not_understood(f"\\{name}", position)


def _not_understood(written: str, position: int) -> Refusal:
    if written in ("=", "≈"):
        return Refusal("Write only the formula itself, without an equals sign.")
    if written in ("<", ">", "≤", "≥"):
        return Refusal("Write a formula, not an inequality.")
    shown = written if written.isprintable() else f"U+{ord(written[0]):04X}"
    return Refusal(f"“{shown}” (character {position}) is not understood here.")
