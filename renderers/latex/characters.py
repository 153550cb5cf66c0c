"""Plain characters as TeX source: every one is written so that TeX prints it and obeys none."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "\n": " ",
    "\t": " ",
    "\r": " ",
}
_INVISIBLE = {
    "\u00a0": "~",
    "\u202f": r"\,",
    "\u2007": r"\phantom{0}",
    "\u2002": r"\enspace{}",
    "\u2003": r"\quad{}",
    "\u2009": r"\,",
    "\u200a": r"\,",
    "\u00ad": r"\-",
    "\u2011": r"\mbox{-}",
    "\u2010": "-",
    "\u200b": r"\hspace{0pt}",
    "\u200c": "",
    "\u200d": "",
    "\u2060": "",
    "\ufeff": "",
    "\ufe0e": "",
    "\ufe0f": "",
    "\u2028": " ",
    "\u2029": " ",
    "\u0085": " ",
}
# What the T1 and TS1 encodings of Latin Modern have, as inputenc knows them.
_LATIN = frozenset(
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ"
    "ĂăĄąĆćČčĎďĐđĘęĚěĞğİıĹĺĽľŁłŃńŇňŊŋŐőŒœŔŕŘřŚśŞşŠšŢţŤťŮůŰűŸŹźŻżŽž"
    "¡¢£¤¥¦§¨©ª«®¯°±²³´µ¶·¸¹º»¼½¾¿×÷¬–—‘’‚“”„†‡•…‰‹›€™"
)
_ACCENTS = {
    "\u0300": r"\`",
    "\u0301": r"\'",
    "\u0302": r"\^",
    "\u0303": r"\~",
    "\u0304": r"\=",
    "\u0306": r"\u",
    "\u0307": r"\.",
    "\u0308": r"\"",
    "\u030a": r"\r",
    "\u030b": r"\H",
    "\u030c": r"\v",
    "\u0323": r"\d",
    "\u0326": r"\c",
    "\u0327": r"\c",
    "\u0328": r"\k",
    "\u0331": r"\b",
}
_BELOW = frozenset("\u0323\u0326\u0327\u0328\u0331")
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξπρςστυφχψωϑϕϖϱϵΓΔΘΛΞΠΣΥΦΨΩ",
        "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho "
        "varsigma sigma tau upsilon varphi chi psi omega vartheta phi varpi varrho epsilon "
        "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split(),
        strict=True,
    )
)
_SYMBOLS = dict(
    zip(
        "≤≥≠≈≡∼≃≅∝≪≫∈∉∋⊂⊃⊆⊇∪∩∖∅∀∃∄∧∨⊕⊗⊙⊥∥∣∞∂∇√∑∏∫∮∗∘⋅⋆⋯⋮⋱→←↔⇒⇐⇔↦↑↓↗↘⟶⟵⟹⟺⟨⟩⌈⌉⌊⌋ℓℏℜℑℵ∠△□◇○●■✓∴∵⊢⊨±∓",
        "leq geq neq approx equiv sim simeq cong propto ll gg in notin ni subset supset subseteq "
        "supseteq cup cap setminus varnothing forall exists nexists wedge vee oplus otimes odot "
        "perp parallel mid infty partial nabla surd sum prod int oint ast circ cdot star cdots "
        "vdots ddots rightarrow leftarrow leftrightarrow Rightarrow Leftarrow Leftrightarrow "
        "mapsto uparrow downarrow nearrow searrow longrightarrow longleftarrow Longrightarrow "
        "Longleftrightarrow langle rangle lceil rceil lfloor rfloor ell hbar Re Im aleph angle "
        "triangle square lozenge bigcirc bullet blacksquare checkmark therefore because vdash "
        "models pm mp".split(),
        strict=True,
    )
)
_FORMULAS = {
    **{character: f"\\{name}" for character, name in {**_GREEK, **_SYMBOLS}.items()},
    **{
        character: f"\\mathbb{{{letter}}}"
        for character, letter in zip("ℂℕℙℚℝℤ", "CNPQRZ", strict=True)
    },
    **{
        character: f"^{{{digit}}}"
        for character, digit in zip("⁰⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱ", "0456789+-()ni", strict=True)
    },
    **{
        character: f"_{{{digit}}}"
        for character, digit in zip("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-", strict=True)
    },
    **{
        character: f"\\mathrm{{{letter}}}"
        for character, letter in zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo", strict=True)
    },
    "−": "-",
    "∕": "/",
    "′": "'",
    "″": "''",
    "¬": r"\neg",
    "×": r"\times",
    "÷": r"\div",
}

_CJK = "\u2e80-\u2fdf\u3000-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60"
_CJK_RUN = re.compile(f"[{_CJK}]+")
# No line may begin with closing marks, or end with opening ones.
_CJK_GAP = re.compile(
    "(?<=[^（［｛〈《「『【〔])(?=[^、。，．：；？！）］｝〉》」』】〕・ーぁぃぅぇぉっゃゅょァィゥェォッャュョ])"
)
# Stands for a place between two characters; in an author's text it would be unprintable.
_MARK = "\0"
_NOT_ASCII = re.compile(f"[{_CJK}]+|[^\\x00-\\x7f]")
_SAFE = re.compile(r"[A-Za-z0-9 .:;()\[\]/+*=@]*")
_LIGATURES = re.compile(r"(?<=[-',!?])(?=[-',])")
_CODE_BREAK = re.compile(r"(?<=[^A-Za-z0-9 ])(?=[^ ])|(?<=[A-Za-z0-9]{20})(?=[A-Za-z0-9])")


def escape(text: str) -> str:
    """The text as TeX source that prints it; white space of any kind is one blank or a tie.

    Characters that no font of a standard TeX has print as `[U+1F600]`; `unprintable` lists
    them. Chinese and Japanese ones need LuaLaTeX or XeLaTeX.
    """
    if _SAFE.fullmatch(text):
        return text
    return _written(_LIGATURES.sub(_MARK, _normal(text)), _character)


def escape_code(text: str) -> str:
    """One line of code as TeX source for typewriter type: blanks stay, long lines may break."""
    return _written(_CODE_BREAK.sub(_MARK, _normal(text)), _code)


def escape_formula(tex: str) -> str:
    """The TeX source of a formula, whose other characters than ASCII become commands."""
    if tex.isascii():
        return tex
    return _NOT_ASCII.sub(_in_formula, unicodedata.normalize("NFC", tex))


def _in_formula(match: re.Match[str]) -> str:
    written = escape(match.group())
    return f"{{{written}}}" if written.startswith(r"\ensuremath") else rf"\text{{{written}}}"


def unprintable(text: str) -> list[str]:
    """The characters, each once and in order, that a paper can only name by their number."""
    if text.isascii() and text.isprintable():
        return []
    text = unicodedata.normalize("NFC", text)
    return [
        character for character in dict.fromkeys(text) if "\\examunknown" in _character(character)
    ]


def needs_unicode_engine(source: str) -> bool:
    """True for written TeX that pdfLaTeX has no glyphs for, but LuaLaTeX and XeLaTeX have."""
    return "\\examcjk{" in source


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text).replace(_MARK, "\ufffd")


def _written(text: str, write: Callable[[str], str]) -> str:
    return _CJK_RUN.sub(lambda run: _chinese(run.group()), "".join(map(write, text)))


def _chinese(run: str) -> str:
    written = _CJK_GAP.sub(lambda _: r"\examgap{}", run)
    return rf"\examcjk{{{written}}}"


@cache
def _character(character: str) -> str:
    if character == _MARK:
        return "{}"
    if character in _SPECIAL:
        return _SPECIAL[character]
    if " " <= character <= "~" or character in _LATIN:
        return character
    if character in _INVISIBLE:
        return _INVISIBLE[character]
    if character in _FORMULAS:
        return f"\\ensuremath{{{_FORMULAS[character]}}}"
    if _CJK_RUN.fullmatch(character):
        return character
    return _composed(character) or f"\\examunknown{{{ord(character):04X}}}"


def _composed(character: str) -> str | None:
    """An ASCII letter with up to two accents, or letters that are one for typing's sake."""
    base, *marks = list(unicodedata.normalize("NFD", character))
    if marks and base.isascii() and base.isalpha() and all(mark in _ACCENTS for mark in marks):
        written = {"i": r"\i", "j": r"\j"}.get(base, base)
        # An accent above is found with its letter in the font, if nothing below comes between.
        for mark in sorted(marks, key=_BELOW.__contains__):
            written = f"{_ACCENTS[mark]}{{{written}}}"
        return written
    plain = unicodedata.normalize("NFKC", character)
    if plain.isascii() and plain.isalpha() and unicodedata.category(character)[0] == "L":
        return plain
    return None


_CODE = {
    _MARK: r"\allowbreak{}",
    " ": r"\ ",
    "\t": r"\ \ \ \ ",
    "'": r"\textquotesingle{}",
    "-": r"-{}",
    "¬": r"\ensuremath{\neg}",
}


def _code(character: str) -> str:
    return _CODE.get(character) or _character(character)
