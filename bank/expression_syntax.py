"""The syntax of expressions: Jinja2's, with powers as mathematics has them."""

import re

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from qgen.bank.entries import ExpressionError

MAX_CHARACTERS = 2_000
_ENVIRONMENT = Environment(autoescape=False)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
RESERVED = frozenset("and or not in is if else true false none True False None".split())
"""Words of the language, which no value can be named."""
# Jinja2 reads decimals as floats, which keep 15 digits of them for certain.
_DECIMAL = re.compile(r"(?<![\w.])([0-9][0-9_]*(?:\.[0-9_]+)?)(?:[eE]([-+]?[0-9]+))?")


class _Parser(Parser):
    """Jinja2's parser, but for powers: it reads -x**2 as (-x)**2 and x**y**z as (x**y)**z.

    Mathematics reads both the other way, so that either reading would surprise somebody.
    """

    def parse_pow(self) -> nodes.Expr:
        """One power, with a plain base and no other power behind it."""
        signed = self.stream.current.type in {"sub", "add"}
        base = self.parse_unary()
        if self.stream.current.type != "pow":
            return base
        line = next(self.stream).lineno
        exponent = self.parse_unary()
        if signed or self.stream.current.type == "pow":
            self.fail("put brackets around one of the signs or powers, as in -(x**2)")
        return nodes.Pow(base, exponent, lineno=line)


def _check_decimals(source: str) -> None:
    """Refuses decimals that a float would not keep: every number means what is written."""
    for digits, exponent in _DECIMAL.findall(source):
        if "." not in digits and not exponent:
            continue
        significant = digits.replace("_", "").replace(".", "").strip("0")
        if len(significant) > 15 or (significant and abs(int(exponent[:5] or 0)) > 250):
            raise ExpressionError(
                "a decimal has at most 15 digits and a power of ten from -250 to 250; "
                "write a fraction such as 1/3"
            )


def parsed(source: str) -> nodes.Expr:
    """The tree of an expression. Raises ExpressionError for what is no one expression."""
    if len(source) > MAX_CHARACTERS:
        raise ExpressionError(f"longer than {MAX_CHARACTERS} characters")
    if _NAME.fullmatch(source) and source not in RESERVED:
        return nodes.Name(source, "load", lineno=1)  # every fourth one, and dear to parse
    if "{{" in source:
        raise ExpressionError("an expression has no holes: write the names without '{{'")
    _check_decimals(source)
    try:
        # The blanks keep a trailing brace or percent sign from closing Jinja2's own braces.
        body = _Parser(_ENVIRONMENT, "{{ " + source + " }}").subparse()
    except TemplateSyntaxError as error:
        # Neither the position nor the end is the author's: the braces were added above.
        reason = re.sub(r" at [0-9]+$", "", str(error.message))
        reason = reason.replace("'end of print statement'", "end of the expression")
        if reason == "unexpected char '^'":
            reason = "a power is written a**2, not a^2"
        raise ExpressionError(f"cannot be read: {reason}") from None
    except ValueError as error:
        raise ExpressionError(f"cannot be read: {error}") from None
    except RecursionError:
        raise ExpressionError("nested too deeply") from None
    output = body[0] if len(body) == 1 else None
    if not isinstance(output, nodes.Output) or len(output.nodes) != 1:
        raise ExpressionError("write one expression")
    node = output.nodes[0]
    if isinstance(node, nodes.TemplateData):
        raise ExpressionError("write one expression")
    return node
