"""The program that derives closed forms with SymPy, in a process of its own.

It speaks lines of JSON. A request `{"assumptions": …}` begins a question anew; `{"name": …,
"term": …, "variables": …}` derives one line of it, and the reply has its closed form as an
expression of ours, or an error. SymPy may hang or need all memory: whoever waits for the reply
ends the process, and the process limits its own memory.
"""

import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from qgen.document.derivation import Apply, Term, from_data
from qgen.solvers.derivations.sympy_terms import Deriver, NoClosedForm, sympy, text

_MEMORY = 3 * 1024**3
SIMPLIFYING_SECONDS = 4.0
_AS_ASKED = ("expand", "factor", "series", "solve", "eigenvalues")
"""Operations whose result stays in the form that they give it."""


class _OutOfTime(Exception):
    """An attempt took longer than it is worth."""


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Ends what runs inside after so many seconds, where the system can do that."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def end(*_: object) -> None:
        raise _OutOfTime

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _simplest(value: Any) -> Any:
    """The shortest of a few equal forms; what cannot be simplified in time stays as it is."""
    s = sympy()
    ways: tuple[Callable[[Any], Any], ...] = (s.factor_terms, s.factor, s.simplify)
    found = [value]
    with suppress(_OutOfTime), _at_most(SIMPLIFYING_SECONDS):
        for way in ways:
            # SymPy meets inputs that it cannot handle with all kinds of exceptions.
            with suppress(ArithmeticError, AttributeError, TypeError, ValueError, RecursionError):
                found.append(way(value))
    return min(found, key=s.count_ops)


def _derived(deriver: Deriver, request: Mapping[str, Any]) -> str:
    term = from_data(request["term"])
    value = deriver.derive(request["name"], term, request["variables"])
    if not _stays(term):
        entries = isinstance(value, sympy().MatrixBase)
        simple = value.applyfunc(_simplest) if entries else _simplest(value)
        try:
            written = text(simple)
        except NoClosedForm:
            return text(value)
        deriver.keep(request["name"], simple)
        return written
    return text(value)


def _stays(term: Term) -> bool:
    return isinstance(term, Apply) and term.operation in _AS_ASKED


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows, where only the time limit holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _read_requests(requests: "queue.Queue[str]") -> None:
    for line in sys.stdin:
        requests.put(line)
    # The other end is gone, and nobody waits for a result that may never come.
    os._exit(0)


def main() -> None:
    """Answers requests until the standard input ends."""
    _limit_memory()
    replies, sys.stdout = sys.stdout, sys.stderr
    requests: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()
    sympy()  # imported before the first request, whose time is limited
    print("ready", file=replies, flush=True)
    deriver = Deriver({})
    while True:
        request = json.loads(requests.get())
        reply: dict[str, str] = {}
        if "assumptions" in request:
            deriver = Deriver(request["assumptions"])
        else:
            try:
                reply["form"] = _derived(deriver, request)
            except NoClosedForm as error:
                reply["error"] = str(error)
            except MemoryError:
                reply["error"] = "SymPy needs more memory than it may have"
            except Exception as error:  # SymPy fails with all kinds of exceptions
                reply["error"] = f"SymPy fails with {type(error).__name__}: {error}"[:300]
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main()
