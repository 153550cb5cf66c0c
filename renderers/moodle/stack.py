"""Questions of the STACK plugin: typed as formulas, and marked by computer algebra.

The plugin's importer takes almost everything, and what is left out becomes a default that may give
full marks to wrong answers; so every element is written, and tests of its own that a teacher can
run in the plugin: for the key, each known mistake, a blank and a near miss.
"""

import re
from collections.abc import Sequence

from qgen.renderers.moodle.stack_fields import Field, Node
from qgen.renderers.moodle.text import cdata, escaped

_TAGS = re.compile(r"(?<!<!\[CDATA)\[(?=\[)|\{(?=[@#])")
_PLACE = re.compile("\0input([0-9]+)\0")
_VERSION = "2026010500"
"""Of the plugin that the elements are written for."""
_INPUT_SIZE = 40
_ENTRY_SIZE = 8

# No text of an item holds such a character.
ELEMENTS_HERE = "\0elements"


def input_here(number: int) -> str:
    """What stands in a text for the box of a field until the plugin's tags may be written."""
    return f"\0input{number}\0"


def stack_question(question: str, fields: Sequence[Field], headings: Sequence[str]) -> str:
    """A question with what is STACK's own in the places kept for it.

    `headings` stand before what is said of each field. Nothing that an author wrote is a tag or a
    value of STACK's then; the name is no HTML, and is shown as it stands.
    """
    name, ending, rest = question.partition("</name>")
    rest = _PLACE.sub(r"[[input:ans\1]] [[validation:ans\1]]", _tags_escaped(rest))
    return name + ending + rest.replace(ELEMENTS_HERE, _elements(fields, headings))


def _tags_escaped(xml: str) -> str:
    return _TAGS.sub(lambda found: f"&#{ord(found[0])};", xml)


def _elements(fields: Sequence[Field], headings: Sequence[str]) -> str:
    domains = [domain for each in fields for domain in each.domains.values()]
    positive = all(domain != "real" for domain in domains)
    told = "".join(
        f"{_tags_escaped(heading)}[[feedback:prt{field.number}]]"
        for heading, field in zip(headings, fields, strict=True)
    )
    # A tree that reads an earlier box would not run where that is empty, unless it may be.
    may_be_empty = any(field.reads_others for field in fields)
    parts = [
        f"<stackversion><text>{_VERSION}</text></stackversion>\n",
        f"<questionvariables><text>{cdata(_variables(fields))}</text></questionvariables>\n",
        _html("specificfeedback", told),
        *map(_html, ("questionnote", "questiondescription"), ("", "")),
        f"<questionsimplify>1</questionsimplify>\n<assumepositive>{int(positive)}</assumepositive>\n"
        "<assumereal>1</assumereal>\n",
        *(_html(f"prt{each}", "") for each in ("correct", "partiallycorrect", "incorrect")),
        "<decimals>.</decimals>\n<scientificnotation>*10</scientificnotation>\n"
        "<multiplicationsign>dot</multiplicationsign>\n<sqrtsign>1</sqrtsign>\n"
        "<complexno>i</complexno>\n<inversetrig>cos-1</inversetrig>\n<logicsymbol>lang</logicsymbol>\n"
        "<matrixparens>[</matrixparens>\n<isbroken>0</isbroken>\n"
        "<variantsselectionseed></variantsselectionseed>\n",
        *(_input(field, may_be_empty=may_be_empty) for field in fields),
        *map(_tree, fields),
        *_tests(fields, with_blank=not may_be_empty),
    ]
    return "".join(parts)


def _variables(fields: Sequence[Field]) -> str:
    """What is known of the variables, the keys and the mistakes, as the plugin computes them."""
    lines: list[str] = []
    domains = {name: domain for field in fields for name, domain in field.domains.items()}
    for name, domain in sorted(domains.items()):
        match domain:
            case "positive":
                lines.append(f"assume({name}>0);")
            case "nonnegative":
                lines.append(f"assume({name}>=0);")
            case "probability":
                lines.append(f"assume({name}>0,{name}<1);")
            case "real":
                pass
    lines += [line for field in fields for line in field.lines]
    return "\n".join(dict.fromkeys(lines))


def _html(name: str, content: str) -> str:
    return f'<{name} format="html"><text>{cdata(content)}</text></{name}>\n'


def _input(field: Field, *, may_be_empty: bool) -> str:
    options = "allowempty" if may_be_empty and field.kind != "radio" else ""
    return (
        f"<input>\n<name>ans{field.number}</name>\n<type>{field.kind}</type>\n"
        f"<tans>{field.key}</tans>\n"
        f"<boxsize>{_ENTRY_SIZE if field.kind == 'matrix' else _INPUT_SIZE}</boxsize>\n"
        "<strictsyntax>1</strictsyntax>\n"
        "<insertstars>1</insertstars>\n<syntaxhint></syntaxhint>\n"
        "<syntaxattribute>0</syntaxattribute>\n"
        f"<forbidwords>{','.join(field.forbidden)}</forbidwords>\n"
        f"<allowwords>{escaped(','.join(field.allowed))}</allowwords>\n<forbidfloat>0</forbidfloat>\n"
        "<requirelowestterms>0</requirelowestterms>\n<checkanswertype>0</checkanswertype>\n"
        f"<mustverify>0</mustverify>\n<showvalidation>1</showvalidation>\n<options>{options}</options>\n"
        "</input>\n"
    )


def _tree(field: Field) -> str:
    """A node for the key and one for each mistake, each asked where those before do not hold."""
    last = len(field.nodes) - 1
    nodes = [_node(field, number, node, last) for number, node in enumerate(field.nodes)]
    return (
        f"<prt>\n<name>prt{field.number}</name>\n<value>{field.value}</value>\n"
        "<autosimplify>1</autosimplify>\n<feedbackstyle>1</feedbackstyle>\n"
        f"<feedbackvariables><text>{cdata(field.judging + field.following)}</text>"
        "</feedbackvariables>\n"
        f"{''.join(nodes)}</prt>\n"
    )


def _node(field: Field, number: int, node: Node, last: int) -> str:
    following = number + 1 if number < last else -1
    return (
        f"<node>\n<name>{number}</name>\n<description></description>\n"
        f"<answertest>{node.test}</answertest>\n"
        f"<sans>{node.given or f'ans{field.number}'}</sans>\n"
        f"<tans>{node.against}</tans>\n"
        f"<testoptions>{node.margin}</testoptions>\n<quiet>1</quiet>\n"
        "<truescoremode>=</truescoremode>\n"
        f"<truescore>{node.score}</truescore>\n<truepenalty></truepenalty>\n"
        f"<truenextnode>-1</truenextnode>\n<trueanswernote>{node.note}</trueanswernote>\n"
        f'<truefeedback format="html">{_tags_escaped(node.feedback)}</truefeedback>\n'
        "<falsescoremode>=</falsescoremode>\n<falsescore>0</falsescore>\n"
        f"<falsepenalty></falsepenalty>\n<falsenextnode>{following}</falsenextnode>\n"
        f"<falseanswernote>NOT{number}</falseanswernote>\n"
        '<falsefeedback format="html"><text></text></falsefeedback>\n</node>\n'
    )


def _tests(fields: Sequence[Field], *, with_blank: bool) -> list[str]:
    """The plugin's own tests: what is typed, the score, and the note of the node that decides.

    One field at a time is answered in each of the ways that are tested, the others by their keys.
    """
    keys = [field.tests[0] for field in fields]
    cases = [keys]
    for place, field in enumerate(fields):
        cases += [[*keys[:place], each, *keys[place + 1 :]] for each in field.tests[1:]]
    if with_blank:
        cases.append([("", "", "NULL")] * len(fields))
    return [_test(number, fields, case) for number, case in enumerate(cases, 1)]


def _test(number: int, fields: Sequence[Field], case: Sequence[tuple[str, str, str]]) -> str:
    typed_in = [
        f"<testinput>\n<name>ans{field.number}</name>\n<value>{typed}</value>\n</testinput>\n"
        for field, (typed, _, _) in zip(fields, case, strict=True)
    ]
    expected = [
        f"<expected>\n<name>prt{field.number}</name>\n<expectedscore>{score}</expectedscore>\n"
        f"<expectedpenalty>{'0' if score else ''}</expectedpenalty>\n"
        f"<expectedanswernote>{note}</expectedanswernote>\n</expected>\n"
        for field, (_, score, note) in zip(fields, case, strict=True)
    ]
    return (
        f"<qtest>\n<testcase>{number}</testcase>\n<description></description>\n"
        f"{''.join(typed_in)}{''.join(expected)}</qtest>\n"
    )
