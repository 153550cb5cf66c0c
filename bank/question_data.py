"""The files of data that a question declares, and the places in its texts that link to them."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from qgen.bank.expressions import Expression, ExpressionError, evaluate
from qgen.bank.markup import DATA
from qgen.bank.models import QuestionFields
from qgen.bank.templates import HoleContext, Placed
from qgen.document.data_files import csv_text, name_fault
from qgen.document.problem import Place, Problem, did_you_mean
from qgen.document.values import Value, Values

CONTEXT = HoleContext(in_math=False, as_file=True)

PlaceOf: TypeAlias = Callable[..., Place]
Compile: TypeAlias = Callable[..., Placed]


class QuestionData:
    """Reads one question's files of data, and notes which of them its texts link to."""

    def __init__(self, model: QuestionFields) -> None:
        self._declared = model.data
        self._linked: set[str] = set()

    def file(self, target: str, place: Place, problems: list[Problem]) -> str | None:
        """The name of the file that `data:name` links to; an undeclared name is a problem."""
        name = target.removeprefix(DATA)
        self._linked.add(name)
        if name in self._declared:
            return self._declared[name].file
        hint = did_you_mean(name, self._declared) or (
            f"; there are {', '.join(self._declared)}"
            if self._declared
            else "; the question's 'data' declare none"
        )
        problems.append(Problem("data", f"there are no data '{name}'{hint}", place))
        return None

    def content(self, target: str, compile_at: Compile) -> Expression:
        """What is in the file of declared data, from the values of a variant."""
        name = target.removeprefix(DATA)
        columns = {
            column: compile_at(text, "data", name, "columns", column).expression
            for column, text in self._declared[name].columns.items()
        }
        names = frozenset[str]().union(*(each.names for each in columns.values()))
        return Expression(target, names, lambda known: _content(columns, known), plain=False)

    def problems(self, place: PlaceOf) -> list[Problem]:
        """What is wrong with the declared data, once every text has been read."""
        found: list[Problem] = []
        files: dict[str, str] = {}
        for name, data in self._declared.items():
            here = place("data", name, "file")
            if fault := name_fault(data.file):
                found.append(Problem("data", fault, here))
            if other := files.get(data.file.lower()):
                message = f"'{other}' and '{name}' are both the file {data.file}"
                found.append(Problem("data", message, here))
            files[data.file.lower()] = name
            if name not in self._linked:
                message = f"no text links to the data: write [the data]({DATA}{name})"
                found.append(Problem("data", message, place("data", name, key=True)))
        return found


def _content(columns: Mapping[str, Expression], known: Values) -> Value:
    try:
        return csv_text({name: evaluate(each, known) for name, each in columns.items()})
    except ExpressionError:
        raise
    except ValueError as error:
        raise ExpressionError(str(error)) from None
