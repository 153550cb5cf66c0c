"""Signs of formulas that Typst has a function or a rule for, by how math-core writes them."""

DELIMITERS = frozenset("()[]{}|‖⟨⟩⌈⌉⌊⌋⌜⌝⌞⌟⟦⟧⟮⟯⎰⎱∣∥/\\↑↓↕⇑⇓⇕")
"""What stands at the ends of `\\left … \\right` and grows with what it holds."""
OPENING, CLOSING = frozenset("([{⟨⌈⌊⌜⌞⟦⟮⎰"), frozenset(")]}⟩⌉⌋⌝⌟⟧⟯⎱")
INVISIBLE = frozenset("\N{FUNCTION APPLICATION}\u2062\u2063\u2064")
"""Signs that print nothing; U+2063 is the missing bracket of `\\left.`."""

LARGE_OPERATORS = frozenset("∑∏∐∫∬∭⨌∮∯∰⋃⋂⨆⨅⨄⨁⨂⨀⋁⋀⨉")
SIDE_LIMITS = frozenset("∫∬∭⨌∮∯∰")
"""Large operators whose limits stand at their side."""

OVER_ACCENTS = {
    "ˆ": "\u0302",
    "\u0302": "\u0302",
    "¯": "\u0304",
    "˙": "\u0307",
    "¨": "\u0308",
    "\u20db": "\u20db",
    "\u20dc": "\u20dc",
    "˜": "\u0303",
    "ˇ": "\u030c",
    "˘": "\u0306",
    "´": "\u0301",
    "`": "\u0300",
    "˚": "\u030a",
    "\u20d7": "\u20d7",
    "→": "\u20d7",
    "←": "\u20d6",
    "↔": "\u20e1",
    "⇀": "\u20d1",
    "↼": "\u20d0",
}
"""Accents above, and the combining characters by which Typst calls them."""
LINE = "\N{COMBINING LOW LINE}"
"""What math-core writes for `\\overline` as for `\\underline`."""
OVER_BRACES = {"⏞": "overbrace", "⎴": "overbracket", "⏜": "overparen", "⏠": "overshell"}
UNDER_BRACES = {"⏟": "underbrace", "⎵": "underbracket", "⏝": "underparen", "⏡": "undershell"}
ARROWS = frozenset("→←↔⇒⇐⇔↦↩↪⇀↼⇁↽⇋⇌⇄=")
"""What grows as wide as what stands above or below it."""

RELATIONS = frozenset("=≠<>≤≥≪≫≈≡∼≃≅∝≔≕≜≐∈∉⊂⊆⊃⊇→←↔↦⇒⇐⇔⟹⟸⟺⟶∣⊥⊢≺≻")
BINARY = frozenset("+−±∓×⋅÷∗∘⊙⊗⊕∪∩∧∨∖")
"""Signs that keep a space before them where they open a cell of an aligned formula."""

SCRIPT_ALPHABETS = {"\ufe00": "cal", "\ufe01": "scr"}
"""Typst's functions for `\\mathcal` and `\\mathscr`, by math-core's variation selectors."""
