"""The program that tries to prove two formulas equal with SymPy, in a process of its own.

It is started by `sympy_prover` and speaks lines of JSON: a request holds the two formulas in
postfix notation and the variables' domains; the reply is `true`, `false` or `null`. It also
answers whether a formula can be factorised and whether two have a factor in common. SymPy is handed
trees with declared assumptions, never text. It may hang or need all memory: whoever waits for
the reply ends the process, and the process limits its own memory.
"""

import importlib
import json
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from fractions import Fraction
from itertools import product
from typing import Any

from qgen.document.formula import (
    Call,
    Formula,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    operands,
)
from qgen.document.numbers import exact_value

_MEMORY = 2 * 1024**3
_MOST_SPLIT = 2


def _sympy() -> Any:
    """The library, which has no types, imported where it is used."""
    return importlib.import_module("sympy")


def postfix(expression: Formula) -> list[list[Any]]:
    """The tree in postfix notation: `[name, number of operands]` behind the operands.

    Numbers are `["number", "3/4"]`, symbols `["symbol", "x"]`.
    """
    steps: list[list[Any]] = []
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        match node:
            case Number():
                steps.append(["number", str(exact_value(node.value))])
            case Symbol():
                steps.append(["symbol", node.name])
            case Call():
                steps.append([node.function, len(node.arguments)])
            case Sum() | Product() | Quotient() | Power():
                steps.append([type(node).__name__, len(operands(node))])
        waiting.extend(operands(node))
    return steps[::-1]


def _symbols(domains: Mapping[str, str]) -> dict[str, Any]:
    sympy = _sympy()

    known: dict[str, Any] = {"pi": sympy.pi}
    for name, domain in domains.items():
        match domain:
            case "positive" | "probability":
                known[name] = sympy.Symbol(name, positive=True)
            case "nonnegative":
                known[name] = sympy.Symbol(name, nonnegative=True)
            case _:
                known[name] = sympy.Symbol(name, real=True)
    return known


def _built(steps: list[list[Any]], symbols: Mapping[str, Any]) -> Any:
    """The SymPy expression of a formula in postfix notation."""
    sympy = _sympy()

    functions = {
        "Sum": sympy.Add,
        "Product": sympy.Mul,
        "Quotient": lambda top, bottom: top / bottom,
        "Power": lambda base, exponent: base**exponent,
        "ln": sympy.log,
        "abs": sympy.Abs,
        "max": sympy.Max,
        "min": sympy.Min,
        "sigmoid": lambda x: 1 / (1 + sympy.exp(-x)),
        **{name: getattr(sympy, name) for name in ("exp", "sqrt", "sin", "cos", "tanh")},
    }
    stack: list[Any] = []
    for name, detail in steps:
        if name == "number":
            value = Fraction(detail)
            stack.append(sympy.Rational(value.numerator, value.denominator))
        elif name == "symbol":
            stack.append(symbols[detail])
        else:
            arguments = [stack.pop() for _ in range(detail)][::-1]
            stack.append(functions[name](*arguments))
    return stack[0]


def _with_logarithms_of(change: Callable[[Any], Any], expression: Any) -> Any:
    """The expression with the argument of every logarithm changed."""
    sympy = _sympy()

    return expression.replace(sympy.log, lambda argument: sympy.log(change(argument)))


def _ways() -> Iterable[Callable[[Any], Any]]:
    """Ways to simplify a difference, the quick ones first."""
    sympy = _sympy()

    def split_logarithms(x: Any) -> Any:
        merged = _with_logarithms_of(
            lambda argument: sympy.factor(sympy.together(argument)), sympy.expand_log(x)
        )
        return sympy.expand(sympy.expand_log(merged))

    return (
        sympy.expand,
        split_logarithms,
        lambda x: sympy.factor(sympy.together(x)),
        lambda x: sympy.simplify(x.rewrite(sympy.Abs)),
        sympy.simplify,
        lambda x: sympy.simplify(x.rewrite(sympy.exp)),
        lambda x: sympy.simplify(sympy.logcombine(sympy.expand_log(x))),
        lambda x: sympy.simplify(sympy.piecewise_fold(x.rewrite(sympy.Piecewise))),
    )


def _vanishes(difference: Any) -> bool:
    for way in _ways():
        # SymPy meets inputs that it cannot handle with all kinds of exceptions.
        with suppress(Exception):
            if way(difference) == 0:
                return True
    return False


def is_proved(request: Mapping[str, Any]) -> bool:
    """True if SymPy shows that the two formulas of a request are equal on the domains."""
    sympy = _sympy()

    symbols = _symbols(request["domains"])
    difference = _built(request["first"], symbols) - _built(request["second"], symbols)
    if _vanishes(difference):
        return True
    # A probability p = 1/(1 + t) with t > 0 shows that both p and 1 - p are positive.
    shares = {
        symbols[name]: 1 / (1 + sympy.Symbol(f"odds of {name}", positive=True))
        for name, domain in request["domains"].items()
        if domain == "probability"
    }
    if shares and _vanishes(difference.subs(shares)):
        return True
    # Real variables, positive and negative: what happens at zero alone was tried as a point.
    real = [symbols[name] for name, domain in request["domains"].items() if domain == "real"]
    if not 0 < len(real) <= _MOST_SPLIT:
        return False
    halves = [sympy.Symbol(f"size of {symbol}", positive=True) for symbol in real]
    return all(
        _vanishes(
            difference.subs(
                {
                    symbol: sign * half
                    for symbol, half, sign in zip(real, halves, signs, strict=True)
                }
            )
        )
        for signs in product((1, -1), repeat=len(real))
    )


def _has_no_factors(request: Mapping[str, Any]) -> bool:
    """Whether a formula is no product of two that both depend on the variables."""
    (formula,) = _all_built(request)
    _, factors = _sympy().factor_list(formula)
    return bool(sum(power for factor, power in factors if factor.free_symbols) <= 1)


def _are_coprime(request: Mapping[str, Any]) -> bool:
    """Whether nothing but 1 and -1 divides two formulas with whole coefficients."""
    sympy = _sympy()
    above, below = (sympy.fraction(sympy.together(each)) for each in _all_built(request))
    common = sympy.gcd(above[0] * below[1], below[0] * above[1])
    return bool(common in (1, -1))


def _all_built(request: Mapping[str, Any]) -> list[Any]:
    symbols = _symbols(request["domains"])
    return [_built(steps, symbols) for steps in request["formulas"]]


_QUESTIONS: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "equal": is_proved,
    "irreducible": _has_no_factors,
    "coprime": _are_coprime,
}


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows, where only the time limit holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _read_requests(requests: "queue.Queue[str]") -> None:
    for line in sys.stdin:
        requests.put(line)
    # The other end is gone, and nobody waits for a proof that may never end.
    os._exit(0)


def main() -> None:
    """Answers requests until the standard input ends."""
    _limit_memory()
    replies, sys.stdout = sys.stdout, sys.stderr
    requests: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()
    _sympy()  # imported before the first request, whose time is limited

    print("ready", file=replies, flush=True)
    while True:
        request = json.loads(requests.get())
        answer: bool | None
        try:
            answer = _QUESTIONS[request.get("ask", "equal")](request)
        except Exception:  # no answer, whatever SymPy stumbled over
            answer = None
        print(json.dumps(answer), file=replies, flush=True)


if __name__ == "__main__":
    main()
