"""Formulas as TeX source that a paper may carry: a closed list of commands, nothing that programs.

A formula is the author's own TeX. Commands that read files, write files, define macros or
change how TeX reads are not on the list, and neither are ways to spell them otherwise.
"""

import re

from qgen.renderers.latex.characters import escape_formula

ENVIRONMENTS = frozenset(
    "aligned array bmatrix Bmatrix cases dcases gathered matrix multlined pmatrix rcases "
    "smallmatrix split subarray vmatrix Vmatrix".split()
)
# Formulas stand in boxes that may shrink, so numbered displays become their inner kinds.
_INNER = {"align": "aligned", "gather": "gathered", "multline": "multlined", "darray": "array"}

COMMANDS = frozenset(
    """
    acute aleph alpha amalg And angle approx approxcolon approxeq arccos arcsin arctan arg
    argmax argmin ast asymp atop backepsilon backprime backsim backsimeq backslash bar barwedge
    Bbb Bbbk because begin beta beth between bf Big big bigcap bigcirc bigcup Bigg bigg Biggl
    biggl Biggm biggm Biggr biggr Bigl bigl Bigm bigm bigodot bigoplus bigotimes Bigr bigr
    bigsqcup bigstar bigtimes bigtriangledown bigtriangleup biguplus bigvee bigwedge binom
    blacklozenge blacksquare blacktriangle blacktriangledown blacktriangleleft
    blacktriangleright bm bmod boldsymbol bot bowtie Box boxdot boxed boxminus boxplus boxtimes
    bra brace brack braket breve bullet Bumpeq bumpeq cal Cap cap cdot cdotp cdots cfrac check
    checkmark chi choose circ circeq circlearrowleft circlearrowright circledast circledcirc
    circleddash circledR circledS clubsuit colon Colonapprox colonapprox Colondash colondash
    Coloneq coloneq Coloneqq coloneqq Colonsim colonsim complement cong coprod copyright cos
    cosh cot coth cramped csc Cup cup curlyeqprec curlyeqsucc curlyvee curlywedge curvearrowleft
    curvearrowright dag dagger daleth Dashcolon dashcolon dashleftarrow dashrightarrow dashv
    dbinom dblcolon ddag ddagger ddddot dddot ddot ddots deg Delta delta det dfrac diagdown
    diagup Diamond diamond diamondsuit digamma dim displaystyle div divideontimes dot Doteq
    doteq doteqdot dotplus dots dotsb dotsc dotsi dotsm dotso doublebarwedge doublecap doublecup
    Downarrow downarrow downdownarrows downharpoonleft downharpoonright ell emph empty emptyset
    end enspace epsilon eqcirc Eqcolon eqcolon Eqqcolon eqqcolon eqsim eqslantgtr eqslantless
    equiv erf erfc eta eth exists exp fallingdotseq fbox Finv flat forall frac frak frown Game
    Gamma gamma gcd ge geq geqq geqslant gets gg ggg gggtr gimel gnapprox gneq gneqq gnsim grave
    gt gtrapprox gtrdot gtreqless gtreqqless gtrless gtrsim gvertneqq hat hbar heartsuit hline
    hom hookleftarrow hookrightarrow hphantom hslash hspace idotsint iff iiiint iiint iint Im
    imath impliedby implies in inf infin infty injlim int intercal iota it jmath Join kappa ker
    ket Lambda lambda land langle lbrace lbrack lceil ldotp ldots le leadsto left Leftarrow
    leftarrow leftarrowtail leftharpoondown leftharpoonup leftleftarrows Leftrightarrow
    leftrightarrow leftrightarrows leftrightharpoons leftrightsquigarrow leftthreetimes leq leqq
    leqslant lessapprox lessdot lesseqgtr lesseqqgtr lessgtr lesssim lfloor lg lgroup lhd lim
    liminf limits limsup ll llbracket llcorner Lleftarrow lll llless lmoustache ln lnapprox lneq
    lneqq lnot lnsim log Longleftarrow longleftarrow Longleftrightarrow longleftrightarrow
    longmapsto Longrightarrow longrightarrow looparrowleft looparrowright lor lozenge lparen lq
    lrcorner Lsh lt ltimes lVert lvert lvertneqq maltese mapsto mathbb mathbf mathbin mathcal
    mathclose mathfrak mathinner mathit mathop mathopen mathord mathpunct mathrel mathring
    mathrm mathscr mathsf mathsterling mathstrut mathtt max measuredangle medspace mho mid
    middle min mod models mp mu multimap N nabla natural ncong ne nearrow neg negmedspace
    negthickspace negthinspace neq nexists ngeq ngeqq ngeqslant ngtr ni nLeftarrow nleftarrow
    nLeftrightarrow nleftrightarrow nleq nleqq nleqslant nless nmid nobreakspace nolimits
    nonumber not notag notin nparallel nprec npreceq nRightarrow nrightarrow nsim nsubseteq
    nsubseteqq nsucc nsucceq nsupseteq nsupseteqq ntriangleleft ntrianglelefteq ntriangleright
    ntrianglerighteq nu nVDash nVdash nvDash nvdash nwarrow odot oint Omega omega ominus
    operatorname operatornamewithlimits oplus oslash otimes over overbrace overbracket
    overleftarrow overleftrightarrow overline overrightarrow overset owns parallel partial perp
    phantom Phi phi Pi pi pitchfork plim pm pmod pod pounds Pr prec precapprox preccurlyeq
    preceq precnapprox precneqq precnsim precsim prime prod projlim propto Psi psi qquad quad R
    rangle ratio rbrace rbrack rceil Re real Reals restriction rfloor rgroup rhd rho right
    Rightarrow rightarrow rightarrowtail rightharpoondown rightharpoonup rightleftarrows
    rightleftharpoons rightrightarrows rightsquigarrow rightthreetimes risingdotseq rm
    rmoustache rparen rq rrbracket Rrightarrow Rsh rtimes rVert rvert scriptscriptstyle
    scriptstyle searrow sec setminus sf sharp Sigma sigma sim Simcolon simcolon simeq sin sinh
    smash smile space spadesuit sphericalangle sqcap sqcup sqrt sqsubset sqsubseteq sqsupset
    sqsupseteq square stackrel star Subset subset subseteq subseteqq subsetneq subsetneqq
    substack succ succapprox succcurlyeq succeq succnapprox succneqq succnsim succsim sum sup
    Supset supset supseteq supseteqq supsetneq supsetneqq surd swarrow tan tanh tau tbinom text
    textbf textit textrm textsc textsf textstyle texttt tfrac th therefore Theta theta
    thickspace thinspace tilde times to top triangle triangledown triangleleft trianglelefteq
    triangleq triangleright trianglerighteq tt twoheadleftarrow twoheadrightarrow ulcorner
    underbar underbrace underbracket underleftarrow underleftrightarrow underline
    underrightarrow underset unlhd unrhd Uparrow uparrow Updownarrow updownarrow upharpoonleft
    upharpoonright uplus Upsilon upsilon upuparrows urcorner varDelta varepsilon varGamma
    varkappa varLambda varnothing varOmega varPhi varphi varPi varpi varPsi varrho varSigma
    varsigma varsubsetneq varsubsetneqq varsupsetneq varsupsetneqq varTheta vartheta vartriangle
    vartriangleleft vartriangleright varUpsilon varXi vcentcolon Vdash vDash vdash vdots vec vee
    veebar Vert vert vphantom Vvdash wedge widehat wp wr xhookleftarrow xhookrightarrow Xi xi
    xLeftarrow xleftarrow xleftharpoondown xleftharpoonup xLeftrightarrow xleftrightarrow
    xleftrightharpoons xmapsto xRightarrow xrightarrow xrightharpoondown xrightharpoonup
    xrightleftharpoons yen Z zeta
    """.split()
)
"""Commands of amsmath, amssymb, mathtools, eucal and bm, and those that the papers define."""

_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*\n?")
_DISPLAY = re.compile(r"\\(begin|end)\s*\{(align|gather|multline|equation|darray)\*?\}")
# A command's letters, or the one sign of `\,` and its like; nothing behind a last backslash.
_COMMAND = re.compile(r"\\([A-Za-z]+|[^A-Za-z]|$)", re.DOTALL)
_GROUP = re.compile(r"\\(begin|end)(?![A-Za-z])\s*(?:\{([^{}]*)\})?")
_BLANKS = re.compile(r"\s+")
_ESCAPED = re.compile(r"\\[^A-Za-z]")


def forbidden_commands(tex: str) -> tuple[str, ...]:
    """What a formula must not hold in a paper, each once: `\\input`, `$`, `^^`, …

    An empty answer means that the formula is safe to set: it uses only `COMMANDS` and
    `ENVIRONMENTS`, its braces close, and it cannot end the formula that it stands in.
    """
    return _forbidden(_plain(tex))


def formula_source(tex: str) -> str | None:
    """The formula as a paper writes it, between `\\(` and `\\)`; None where it is forbidden."""
    plain = _plain(tex)
    return None if _forbidden(plain) else escape_formula(plain)


def _plain(tex: str) -> str:
    """The formula in one line, without comments and with displays as their inner kinds."""
    if "%" in tex:
        tex = _COMMENT.sub(r"\1", tex)
    if "\\begin" in tex:
        tex = _DISPLAY.sub(_inner, tex)
    return _BLANKS.sub(" ", tex)


def _inner(match: re.Match[str]) -> str:
    name = _INNER.get(match[2])
    return rf"\{match[1]}{{{name}}}" if name else ""


def _forbidden(tex: str) -> tuple[str, ...]:
    found = [f"\\{name}" for name in _COMMAND.findall(tex) if _refused(name)]
    if "\\begin" in tex or "\\end" in tex:
        found += [
            f"\\{group[1]}{{{group[2] or ''}}}"
            for group in _GROUP.finditer(tex)
            if group[2] not in ENVIRONMENTS
        ]
    bare = _ESCAPED.sub("", tex)
    found += [sign for sign in ("$", "#", "%") if sign in bare]
    if "^^" in tex:  # TeX reads it before it knows what a backslash is for.
        found.append("^^")
    depth = 0
    for brace in bare:
        depth += (brace == "{") - (brace == "}")
        if depth < 0:
            break
    if depth:
        found.append("{" if depth > 0 else "}")
    return tuple(dict.fromkeys(found))


def _refused(name: str) -> bool:
    if name.isascii() and name.isalpha():
        return name not in COMMANDS
    return name in ("", "(", ")", "[", "]")
