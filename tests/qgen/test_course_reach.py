"""Which course files rest on themselves alone, so that proofs with them can be kept."""

import pytest

from qgen.course_reach import rests_on_itself
from tests.qgen.course import SOLVERS


@pytest.mark.parametrize(
    "content",
    [
        SOLVERS,
        "from __future__ import annotations\nimport numpy as np, sympy\nnp.linalg.inv",
        "def f():\n    import torch\n    from qgen.course import solver",
        "import re\nre.compile('open')",
        "from scipy.special import gammaln",
    ],
)
def test_a_file_that_reads_nothing(content: str) -> None:
    assert rests_on_itself(content.encode())


@pytest.mark.parametrize(
    "content",
    [
        "from pathlib import Path",
        "import csv",
        "import math, helper",
        "from . import helper",
        "from helper import rates",
        "def f():\n    import json",
        "rates = open('rates.csv')",
        "import numpy as np\nnp.loadtxt('rates.csv')",
        "from numpy import genfromtxt as g",
        "from torch import load as g",
        "import scipy.io as s",
        "from scipy import io",
        "exec('import csv')",
        "print(__file__)",
        "import random",
    ],
)
def test_a_file_that_may_read_others(content: str) -> None:
    assert not rests_on_itself(content.encode())
