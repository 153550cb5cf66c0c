"""Asks SymPy for a proof, in a worker process that is ended when its time is up.

The worker is started when it is first needed and kept, because importing SymPy takes about a
second; it is started anew after it had to be ended, and it goes when the program goes.
"""

import atexit
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Literal

from qgen.document.formula import Formula, VariableDomain
from qgen.marking.sympy_worker import postfix

START_SECONDS = 60.0


class Worker:
    """One running worker process: a program of ours that answers lines with lines."""

    def __init__(self, program: str) -> None:
        # Without -P the current folder could stand in for the packages that are imported.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.owner = os.getpid()
        self._replies: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        output = self._process.stdout
        if output is not None:
            for line in output:
                self._replies.put(line.strip())
        self._replies.put("")

    def reply(self, seconds: float) -> str:
        """The next line, or an empty text if none came in time or the process has ended."""
        try:
            return self._replies.get(timeout=seconds)
        except queue.Empty:
            return ""

    def send(self, line: str) -> None:
        """Hands it a line."""
        # A worker that has died is noticed by its missing reply.
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.write(line + "\n")
                self._process.stdin.flush()

    def end(self) -> None:
        """Ends the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


class _Prover:
    """Keeps at most one worker and serves one request at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: Worker | None = None

    def ask(self, request: str, seconds: float) -> str:
        """The reply, or an empty text where none came in time."""
        with self._lock:
            if self._worker is not None and self._worker.owner != os.getpid():
                # This process was forked: the worker belongs to the parent.
                self._worker = None
            if self._worker is None:
                self._worker = Worker("qgen.marking.sympy_worker")
                if self._worker.reply(START_SECONDS) != "ready":
                    self._end()
                    return ""
            self._worker.send(request)
            reply = self._worker.reply(seconds)
            if not reply:
                self._end()
            return reply

    def close(self) -> None:
        with self._lock:
            if self._worker is not None and self._worker.owner == os.getpid():
                self._end()

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None


_PROVER = _Prover()
atexit.register(_PROVER.close)


def prove(
    first: Formula, second: Formula, variables: Mapping[str, VariableDomain], seconds: float
) -> bool:
    """True if SymPy proves the formulas equal within so many seconds; False says nothing.

    Starting the worker is not counted. Formulas must have been compared at points before, also
    where only one of them has a value: SymPy reasons about complex numbers.
    """
    request = {"first": postfix(first), "second": postfix(second), "domains": dict(variables)}
    return _PROVER.ask(json.dumps(request), seconds) == "true"


def ask(
    question: Literal["irreducible", "coprime"],
    formulas: Sequence[Formula],
    variables: Mapping[str, VariableDomain],
    seconds: float,
) -> bool | None:
    """Whether a formula has no factors over the fractions, or two have none in common.

    None where SymPy gives no answer within so many seconds.
    """
    request = {
        "ask": question,
        "formulas": [postfix(each) for each in formulas],
        "domains": dict(variables),
    }
    return {"true": True, "false": False}.get(_PROVER.ask(json.dumps(request), seconds))
