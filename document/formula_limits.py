r"""How large a formula may be before any library reads it.

The converter to MathML looks at all that follows twice for each bracket that nothing closes, so
that forty of them never end, and a few thousand nested braces overflow its stack.
"""

import re

MOST_CHARACTERS = 5_000
MOST_NESTED = 60
MOST_UNCLOSED = 10

_OPENING = frozenset(
    "lang langle lbrace lBrace lbrack lceil lfloor lgroup llbracket llcorner lmoustache lparen "
    "lvert lVert ulcorner".split()
)
_CLOSING = frozenset(
    "rang rangle rbrace rBrace rbrack rceil rfloor rgroup rrbracket lrcorner rmoustache rparen "
    "rvert rVert urcorner".split()
)
_OPENING_SIGNS = frozenset("([⟨⟦⌈⌊⟮⦃⦅（［｛〈⌜⌞❲｟")
_CLOSING_SIGNS = frozenset(")]⟩⟧⌉⌋⟯⦄⦆）］｝〉⌝⌟❳｠")
_TOKEN = re.compile(
    r"\\(?P<pair>left|right)(?![A-Za-z])\s*(?:\\[A-Za-z]+|\\.|.)?"
    rf"|\\([A-Za-z]+)|(\\.)|([{{}}]|[{re.escape(''.join(_OPENING_SIGNS | _CLOSING_SIGNS))}])",
    re.DOTALL,
)


def formula_fault(tex: str) -> str | None:
    """Why a formula is too large to be read, if it is."""
    if len(tex) > MOST_CHARACTERS:
        return f"it has more than {MOST_CHARACTERS} characters"
    if _brackets(tex) <= MOST_UNCLOSED:
        return None
    unclosed = 0
    groups = [0]  # How many brackets are open in each group that is open.
    for pair, command, escaped, sign in _TOKEN.findall(tex):
        if sign == "{" or pair == "left" or command == "begin":
            groups.append(0)
            if len(groups) > MOST_NESTED:
                return f"it is nested deeper than {MOST_NESTED} levels"
        elif sign == "}" or pair == "right" or command == "end":
            if len(groups) > 1:
                unclosed += groups.pop()
        elif command in _OPENING or escaped == "\\{" or sign in _OPENING_SIGNS:
            groups[-1] += 1
        elif command in _CLOSING or escaped == "\\}" or sign in _CLOSING_SIGNS:
            groups[-1] = max(0, groups[-1] - 1)
    if unclosed + sum(groups) > MOST_UNCLOSED:
        return f"more than {MOST_UNCLOSED} of its brackets are not closed"
    return None


def _brackets(tex: str) -> int:
    r"""So many brackets open at most: signs, and what begins as `\left`, `\begin`, `\ulcorner`."""
    if not tex.isascii():
        return len(tex)
    return sum(map(tex.count, ("{", "(", "[", "\\l", "\\b", "\\u")))
