"""What a text prints for given values: through the bank's markup and the generator's printers."""

from dataclasses import replace

from qgen.bank.expressions import Expression, compile_expression, evaluate
from qgen.bank.markup import Handlers, MarkupError, read_markup
from qgen.bank.templates import HoleContext
from qgen.document.richtext import Passage, plain_text
from qgen.document.values import Value
from qgen.generator.printing import printer


def passage(text: str, *, decimal: bool = False, **values: Value) -> Passage:
    """The filled passage of a text; every mistake in the text raises."""
    holes: list[tuple[Expression, HoleContext]] = []

    def hole(source: str, context: HoleContext, offset: int) -> int:
        holes.append((compile_expression(source, printing=True), context))
        return len(holes) - 1

    def image(target: str, offset: int) -> str:
        return target

    def mistake(error: MarkupError) -> None:
        raise error

    rich = read_markup(text, Handlers(hole, image, lambda target, offset: None, mistake))
    return Passage(
        rich,
        tuple(
            printer(expression.filter, _with_decimals(context, decimal))(
                evaluate(expression, values)
            )
            for expression, context in holes
        ),
    )


def _with_decimals(context: HoleContext, decimal: bool) -> HoleContext:
    return replace(context, decimal=decimal)


def printed(text: str, *, decimal: bool = False, **values: Value) -> str:
    """The text as one line, formulas as TeX between dollars."""
    return plain_text(passage(text, decimal=decimal, **values))


def tex(formula: str, *, decimal: bool = False, **values: Value) -> str:
    """The TeX of a formula without its dollars."""
    return printed(f"${formula}$", decimal=decimal, **values).strip("$")
