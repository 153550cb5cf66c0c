"""Autoregressive flows: how many passes through the network scoring and drawing take."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import Scalar
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor


@solver(
    "flow_autoregressive.passes",
    results={
        "scoring_passes": "passes to find ln p(x) for a given x",
        "drawing_passes": "passes to draw a new x from given noise",
    },
    mistakes={},
    examples=({"d": 50}, {"d": 2}, {"d": 731}),
)
def passes(d: Scalar) -> SolverResults:
    """A masked network reads x and gives the shift and scale of each entry from those before it.

    All entries of a given x are known at once; a new x grows by one entry a pass. Source:
    Papamakarios, Pavlakou and Murray, Masked Autoregressive Flow for Density Estimation (2017),
    section 3.1. Raises ValueError unless d is a whole number from 2 to 1000.
    """
    entries = require_count("d", d, 2, 1000)
    return {"scoring_passes": 1, "drawing_passes": entries}


@check("flow_autoregressive.passes", tolerance=1e-9)
def passes_by_dependencies(d: "Tensor") -> Mapping[str, Any]:
    """Repeats passes until every shift and scale rests on known entries only; d: [variants].

    One run on the largest d tells all: entries behind the d-th do not reach those before.
    """
    import torch

    largest = int(d.max())

    def count(known: "Tensor", *, grows: bool) -> "Tensor":
        """Passes until all outputs are right, where `grows` lets them fix entries of x."""
        taken = torch.zeros(largest, dtype=d.dtype)
        done = torch.zeros(largest, dtype=torch.bool)
        while not bool(done.all()):
            taken += ~done
            # An output is right if all entries before it are known.
            before = torch.cat((torch.ones_like(known[:1]), known[:-1]))
            done = before.cumprod(-1).bool()
            known = known | done if grows else known
        return taken.cummax(0).values[d.long() - 1]

    given = torch.ones(largest, dtype=torch.bool)
    return {
        "scoring_passes": count(given, grows=False),
        "drawing_passes": count(~given, grows=True),
    }
