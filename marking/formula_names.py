"""What the names in a typed formula stand for: the question's variables, functions, constants."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from qgen.document.formula import GREEK, FunctionName
from qgen.document.problem import did_you_mean
from qgen.marking.formula_tokens import Token
from qgen.marking.number_reader import Refusal

FUNCTIONS: Mapping[str, FunctionName] = {
    "exp": "exp",
    "ln": "ln",
    "log": "ln",
    "sqrt": "sqrt",
    "abs": "abs",
    "sin": "sin",
    "cos": "cos",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "max": "max",
    "min": "min",
}
LOGARITHM = re.compile(r"log_?([1-9][0-9]{0,3})")
"""A logarithm with its base; the parser refuses base one."""
_LONGEST_RUN = 40


def resolve(tokens: Sequence[Token], variables: Set[str]) -> list[Token] | Refusal:
    """The tokens with every `name` turned into a `variable`, `function` or `constant`.

    A name that is none of these but splits in exactly one way into variables (`xy`) becomes
    several tokens. Anything else is refused, with the nearest name.
    """
    resolved: list[Token] = []
    for token, following in zip(tokens, [*tokens[1:], tokens[-1]], strict=True):
        if token.kind != "name":
            resolved.append(token)
            continue
        known = _known(token, following, variables) or _split(token, following, variables)
        if not known:
            return _unknown(token, variables)
        resolved.extend(known)
    return resolved


def _known(token: Token, following: Token, variables: Set[str]) -> list[Token]:
    name = token.text
    if name in variables:
        return [replace(token, kind="variable")]
    alike = [variable for variable in variables if _loose(variable) == _loose(name)]
    if len(alike) == 1:
        return [replace(token, kind="variable", text=alike[0])]
    if name == "sigma" and following.kind == "open":
        return [replace(token, kind="function", text="sigmoid")]
    plain = name.removeprefix("\\").lower()
    if plain in FUNCTIONS or LOGARITHM.fullmatch(plain):
        return [replace(token, kind="function", text=plain)]
    if name in ("e", "pi"):
        return [replace(token, kind="constant")]
    return []


def is_unknown(word: str) -> bool:
    """Whether a word of letters is no name, and in no name, of a formula without variables.

    A quick answer for what is plainly text: of a few words it says wrongly that they may be one.
    """
    plain = word.lower()
    # `log2` and `pipi` are names, too.
    may_be = plain in FUNCTIONS or plain in ("sigma", "log") or not plain.strip("epi")
    return not may_be


def _loose(name: str) -> str:
    return name.replace("_", "")


def _split(token: Token, following: Token, variables: Set[str]) -> list[Token]:
    """The variables that the name runs together (`xy`), if there is just one way to cut it."""
    name = token.text
    if name in GREEK or len(name) > _LONGEST_RUN:
        return []
    spelled = Counter(map(_loose, variables))
    parts = {_loose(word): word for word in sorted(variables) if spelled[_loose(word)] == 1}
    parts.setdefault("pi", "pi")
    # An index belongs to the last variable: x_ab is never x*a*b.
    stem = name.index("_") if "_" in name else len(name)
    ways = _ways(_loose(name), parts, stem)
    if not ways and name.endswith("e") and following.text == "^":
        ways = [[*way, "e"] for way in _ways(name[:-1], parts, stem)]
    if len(ways) != 1:
        return []
    return [
        replace(
            token,
            kind="variable" if word in variables else "constant",
            text=word,
            spaced=token.spaced and index == 0,
        )
        for index, word in enumerate(ways[0])
    ]


def _ways(text: str, parts: Mapping[str, str], stem: int) -> list[list[str]]:
    """At most two ways to cut a text into parts, the last one starting within the stem."""
    # ways[i] holds up to two ways to cut the first i characters: two are enough to see that
    # there is more than one.
    ways: list[list[list[str]]] = [[[]], *([] for _ in text)]
    for end in range(1, len(text) + 1):
        for part, variable in parts.items():
            start = end - len(part)
            if start >= 0 and text.startswith(part, start) and (end <= stem or start < stem):
                ways[end] += [[*way, variable] for way in ways[start]]
        ways[end] = ways[end][:2]
    return ways[-1]


def _unknown(token: Token, variables: Set[str]) -> Refusal:
    name = token.text.removeprefix("\\")
    near = did_you_mean(name, {*variables, *FUNCTIONS, "pi"})
    if not near:
        near = did_you_mean(name.lower(), variables) or did_you_mean(name.upper(), variables)
    listed = ", ".join(sorted(variables)[:12])
    hint = f" The variables are {listed}." if listed else ""
    shown = name if len(name) <= 30 else f"{name[:30]}…"
    return Refusal(f"The name “{shown}” (character {token.position}) is unknown{near}.{hint}")
