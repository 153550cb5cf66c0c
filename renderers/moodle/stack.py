"""Formulas as questions of the STACK plugin: typed as formulas, and marked by computer algebra.

The plugin's importer takes almost everything, and what is left out becomes a default that may give
full marks to wrong answers; so every element is written, and tests of its own that a teacher can
run in the plugin: for the key, each known mistake, a blank and a near miss.
"""

import re
from collections.abc import Sequence

from qgen.document.answers import FormulaAnswer
from qgen.document.formula import GREEK, Call, Formula, numbers, operands, typed
from qgen.renderers.moodle.text import cdata, escaped

_KEY, _MISTAKE = "tkey", "tmis"
# Constants, words and functions of the plugin's computer algebra, which a variable cannot be.
_TAKEN = frozenset(
    "e i pi inf minf infinity und ind true false at if is do or del and not then else for in to "
    "thru step while unless return block ln lg log exp sqrt abs sin cos tan tanh max min "
    "sigmoid ans1 prt1".split()
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*")
_UNPROVED = frozenset(("max", "min"))
_TAGS = re.compile(r"(?<!<!\[CDATA)\[(?=\[)|\{(?=[@#])")
_SHORT = 2
_VERSION = "2026010500"
"""Of the plugin that the elements are written for."""
_INPUT_SIZE = 40

_INPUT = "[[input:ans1]] [[validation:ans1]]"
# No text of an item holds such a character.
INPUT_HERE, ELEMENTS_HERE = "\0input", "\0elements"


def name_fault(answer: FormulaAnswer) -> str | None:
    """Why STACK cannot ask for a formula in such variables; None where it can."""
    for name in answer.variables:
        if not _NAME.fullmatch(name) or name in _TAKEN or name.startswith((_KEY, _MISTAKE)):
            return f"'{name}' is no variable in STACK"
    return None


def stack_fault(answer: FormulaAnswer) -> str | None:
    """Why STACK cannot ask for a formula as it is; None where it can."""
    fault = name_fault(answer)
    if fault is not None:
        return fault
    formulas = (answer.key, *(mistake.value for mistake in answer.mistakes))
    if any(isinstance(number, float) for formula in formulas for number in numbers(formula)):
        return "STACK compares exact numbers, and the formula has rounded ones"
    called = {name for formula in formulas for name in _functions(formula)} & _UNPROVED
    if called:
        return f"STACK cannot prove what {' and '.join(sorted(called))} of formulas are"
    return None


def stack_question(question: str, answer: FormulaAnswer, feedback: Sequence[str]) -> str:
    """A question with what is STACK's own in the places kept for it.

    `feedback` are the mistakes' `<text>` elements. Nothing that an author wrote is a tag or a
    value of STACK's then; the name is no HTML, and is shown as it stands.
    """
    name, ending, rest = question.partition("</name>")
    rest = _tags_escaped(rest).replace(INPUT_HERE, _INPUT)
    elements = _elements(answer, [_tags_escaped(each) for each in feedback])
    return name + ending + rest.replace(ELEMENTS_HERE, elements)


def _tags_escaped(xml: str) -> str:
    return _TAGS.sub(lambda found: f"&#{ord(found[0])};", xml)


def _elements(answer: FormulaAnswer, feedback: Sequence[str]) -> str:
    positive = all(domain != "real" for domain in answer.variables.values())
    long_names = [name for name in answer.variables if len(name) > _SHORT and name not in GREEK]
    formulas = (answer.key, *(mistake.value for mistake in answer.mistakes))
    if any("sigmoid" in _functions(formula) for formula in formulas):
        long_names.append("sigmoid")
    parts = [
        f"<stackversion><text>{_VERSION}</text></stackversion>\n",
        f"<questionvariables><text>{cdata(_variables(answer))}</text></questionvariables>\n",
        _html("specificfeedback", "[[feedback:prt1]]"),
        *map(_html, ("questionnote", "questiondescription"), ("", "")),
        f"<questionsimplify>1</questionsimplify>\n<assumepositive>{int(positive)}</assumepositive>\n"
        "<assumereal>1</assumereal>\n",
        *(_html(f"prt{each}", "") for each in ("correct", "partiallycorrect", "incorrect")),
        "<decimals>.</decimals>\n<scientificnotation>*10</scientificnotation>\n"
        "<multiplicationsign>dot</multiplicationsign>\n<sqrtsign>1</sqrtsign>\n"
        "<complexno>i</complexno>\n<inversetrig>cos-1</inversetrig>\n<logicsymbol>lang</logicsymbol>\n"
        "<matrixparens>[</matrixparens>\n<isbroken>0</isbroken>\n"
        "<variantsselectionseed></variantsselectionseed>\n",
        _input(",".join(long_names)),
        _tree(feedback),
        *_tests(len(answer.mistakes)),
    ]
    return "".join(parts)


def _functions(formula: Formula) -> frozenset[str]:
    here = frozenset((formula.function,)) if isinstance(formula, Call) else frozenset[str]()
    return here.union(*map(_functions, operands(formula)))


def _variables(answer: FormulaAnswer) -> str:
    """What is known of the variables, the key and the mistakes, as the plugin computes them."""
    lines: list[str] = []
    for name, domain in sorted(answer.variables.items()):
        match domain:
            case "positive":
                lines.append(f"assume({name}>0);")
            case "nonnegative":
                lines.append(f"assume({name}>=0);")
            case "probability":
                lines.append(f"assume({name}>0,{name}<1);")
            case "real":
                pass
    formulas = (answer.key, *(mistake.value for mistake in answer.mistakes))
    if any("sigmoid" in _functions(formula) for formula in formulas):
        lines.append("sigmoid(qx):=1/(1+exp(-qx));")
    lines.append(f"{_KEY}:{_maxima(answer.key)};")
    lines += [
        f"{_MISTAKE}{number}:{_maxima(mistake.value)};"
        for number, mistake in enumerate(answer.mistakes, 1)
    ]
    return "\n".join(lines)


def _maxima(formula: Formula) -> str:
    return re.sub(r"\bln\(", "log(", typed(formula))


def _html(name: str, content: str) -> str:
    return f'<{name} format="html"><text>{cdata(content)}</text></{name}>\n'


def _input(allowed: str) -> str:
    return (
        f"<input>\n<name>ans1</name>\n<type>algebraic</type>\n<tans>{_KEY}</tans>\n"
        f"<boxsize>{_INPUT_SIZE}</boxsize>\n<strictsyntax>1</strictsyntax>\n"
        "<insertstars>1</insertstars>\n<syntaxhint></syntaxhint>\n"
        "<syntaxattribute>0</syntaxattribute>\n<forbidwords></forbidwords>\n"
        f"<allowwords>{escaped(allowed)}</allowwords>\n<forbidfloat>0</forbidfloat>\n"
        "<requirelowestterms>0</requirelowestterms>\n<checkanswertype>0</checkanswertype>\n"
        "<mustverify>0</mustverify>\n<showvalidation>1</showvalidation>\n<options></options>\n"
        "</input>\n"
    )


def _tree(feedback: Sequence[str]) -> str:
    """A node for the key and one for each mistake, each asked where those before do not hold."""
    last = len(feedback)
    nodes = [_node(0, _KEY, "1", "KEY", "<text></text>", last)]
    nodes += [
        _node(number, f"{_MISTAKE}{number}", "0", f"MISTAKE{number}", text, last)
        for number, text in enumerate(feedback, 1)
    ]
    return (
        "<prt>\n<name>prt1</name>\n<value>1</value>\n<autosimplify>1</autosimplify>\n"
        "<feedbackstyle>1</feedbackstyle>\n<feedbackvariables><text></text></feedbackvariables>\n"
        f"{''.join(nodes)}</prt>\n"
    )


def _node(number: int, against: str, score: str, note: str, feedback: str, last: int) -> str:
    following = number + 1 if number < last else -1
    return (
        f"<node>\n<name>{number}</name>\n<description></description>\n"
        f"<answertest>AlgEquiv</answertest>\n<sans>ans1</sans>\n<tans>{against}</tans>\n"
        "<testoptions></testoptions>\n<quiet>1</quiet>\n<truescoremode>=</truescoremode>\n"
        f"<truescore>{score}</truescore>\n<truepenalty></truepenalty>\n"
        f"<truenextnode>-1</truenextnode>\n<trueanswernote>{note}</trueanswernote>\n"
        f'<truefeedback format="html">{feedback}</truefeedback>\n'
        "<falsescoremode>=</falsescoremode>\n<falsescore>0</falsescore>\n"
        f"<falsepenalty></falsepenalty>\n<falsenextnode>{following}</falsenextnode>\n"
        f"<falseanswernote>NOT{number}</falseanswernote>\n"
        '<falsefeedback format="html"><text></text></falsefeedback>\n</node>\n'
    )


def _tests(mistakes: int) -> list[str]:
    """The plugin's own tests: what is typed, the score, and the note of the node that decides."""
    other = f"NOT{mistakes}"
    cases = [
        (_KEY, "1", "KEY"),
        *((f"{_MISTAKE}{n}", "0", f"MISTAKE{n}") for n in range(1, mistakes + 1)),
        (f"{_KEY}*1001/1000+1/1000", "0", other),
        ("", "", "NULL"),
    ]
    return [
        f"<qtest>\n<testcase>{number}</testcase>\n<description></description>\n"
        f"<testinput>\n<name>ans1</name>\n<value>{typed_in}</value>\n</testinput>\n"
        f"<expected>\n<name>prt1</name>\n<expectedscore>{score}</expectedscore>\n"
        f"<expectedpenalty>{'0' if score else ''}</expectedpenalty>\n"
        f"<expectedanswernote>{note}</expectedanswernote>\n</expected>\n</qtest>\n"
        for number, (typed_in, score, note) in enumerate(cases, 1)
    ]
