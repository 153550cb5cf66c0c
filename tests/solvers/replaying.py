"""Second routes that answer at once what they were asked before."""

from functools import cache

import torch

from qgen.solvers.routes.registry import find_solver


def replayed(function):
    """The second route, which gives anew what it gave for the same arguments.

    A test that spoils one result after another needs the right ones only once. So do functions of
    points among the results, which may take the longest.
    """
    given = {}

    def written(value):
        return value.tolist() if isinstance(value, torch.Tensor) else value

    def again(**arguments):
        key = repr([(name, written(value)) for name, value in arguments.items()])
        if key not in given:
            returned = function(**arguments)
            given[key] = {
                name: _remembering(value) if callable(value) else value
                for name, value in returned.items()
            }
        return given[key]

    return again


def _remembering(function):
    """A function of points, which are known by what they were made of: their values come later."""
    given = {}

    def again(points):
        made_of = repr(vars(points))
        if made_of not in given:
            given[made_of] = function(points)
        return given[made_of]

    return again


@cache
def second_route(name):
    """The replayed second route of a solver that ships, the same one for all tests."""
    return replayed(find_solver(name).check.function)
