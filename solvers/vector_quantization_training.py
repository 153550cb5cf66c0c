"""Training a VQ-VAE on the line, how long its codes are, and moving averages in the long run."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from math import log, log2
from typing import TYPE_CHECKING, Any

from qgen.document.formula import Formula, Number, Power, Product, Sum, Symbol
from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Scalar,
    require_between_zero_and_one,
    require_positive,
    require_scalar,
)
from qgen.solvers.numerics.shape_arguments import require_count
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_X, _Z, _T = Symbol("x"), Symbol("z"), Symbol("t")


def _linear(*terms: tuple[int | Fraction, Symbol | None]) -> Formula:
    """The sum of the terms, factor times symbol, without those that are zero."""
    parts: list[Formula] = []
    for factor, symbol in terms:
        if not factor:
            continue
        if symbol is None:
            parts.append(Number(factor))
        else:
            parts.append(symbol if factor == 1 else Product((Number(factor), symbol)))
    return Sum(tuple(parts)) if parts else Number(0)


@solver(
    "vector_quantization_training.line",
    results={
        "encoder_formula": "the gradient in z by the straight-through estimator, in x and z",
        "reconstruction": "a e + b",
    },
    mistakes={
        "decoder_at_z_formula": "Puts z in place of the code into the decoder",
        "slope_forgotten_formula": "The reconstruction's part without the decoder's slope a",
        "true_gradient_formula": "Only the commitment term: the quantiser's true derivative is 0",
        "copied_only_formula": "Only the reconstruction's part: the commitment term is forgotten",
        "codebook_term_too_formula": "Lets the codebook term reach the encoder as well",
        "commitment_sign_formula": "The commitment term with the wrong sign",
    },
    examples=(
        {"a": 2, "b": 1, "e": 3, "beta": Fraction(1, 4)},
        {"a": -3, "b": -2, "e": 1, "beta": Fraction(1, 2)},
        {"a": Fraction(1, 2), "b": 0, "e": -4, "beta": 2},
    ),
)
def line(a: Scalar, b: Scalar, e: Scalar, beta: Scalar) -> SolverResults:
    """L = (x − a e − b)² + (sg[z] − e)² + beta (z − sg[e])² with a linear decoder on the line.

    The gradient at the decoder's input, −2 a (x − a e − b), is copied to z, and the commitment
    term adds 2 beta (z − e). Source: van den Oord, Vinyals and Kavukcuoglu, Neural discrete
    representation learning (2017), section 3.2 and equation 3. Raises ValueError for a = 0 and
    beta not above zero.
    """
    for name, value in (("a", a), ("b", b), ("e", e)):
        require_scalar(name, value)
    require_positive("beta", beta)
    if not a:
        raise ValueError("a must not be 0")
    slope, shift, code, weight = map(Fraction, (a, b, e, beta))
    at_code = slope * code + shift

    def gradient(copied: Fraction, pull: Fraction) -> Formula:
        """copied (x − a e − b) + pull (z − e)."""
        constant = -copied * at_code - pull * code
        return _linear((copied, _X), (pull, _Z), (constant, None))

    nothing = Fraction(0)
    return {
        "encoder_formula": gradient(-2 * slope, 2 * weight),
        "reconstruction": at_code,
        "decoder_at_z_formula": _linear(
            (-2 * slope, _X),
            (2 * slope * slope + 2 * weight, _Z),
            (2 * slope * shift - 2 * weight * code, None),
        ),
        "slope_forgotten_formula": gradient(Fraction(-2), 2 * weight),
        "true_gradient_formula": gradient(nothing, 2 * weight),
        "copied_only_formula": gradient(-2 * slope, nothing),
        "codebook_term_too_formula": gradient(-2 * slope, 2 * weight + 2),
        "commitment_sign_formula": gradient(-2 * slope, -2 * weight),
    }


@check("vector_quantization_training.line", tolerance=1e-8)
def line_by_autograd(a: "Tensor", b: "Tensor", e: "Tensor", beta: "Tensor") -> Mapping[str, Any]:
    """Builds the loss with detached tensors and differentiates it; all are [variants]."""
    import torch

    slope, shift, code, weight = (each[:, None] for each in (a, b, e, beta))

    def gradient(
        points: Mapping[str, "Tensor"],
        *,
        fed: str = "copied",
        pull: "Tensor" = weight,
        stopped: bool = True,
        after: bool = False,
    ) -> "Tensor":
        """In z, of the loss with the decoder fed with the code ('copied' past it), or with z.

        `after` takes the derivative of the reconstruction in the decoder's output.
        """
        vector = points["z"].clone().requires_grad_(True)
        offset = {"copied": code - vector, "code": code - vector, "vector": 0 * vector}[fed]
        entering = vector + offset.detach() if fed != "code" else code + 0 * vector
        output = slope * entering + shift
        if after:
            output = output.detach() + vector - vector.detach()
        held = vector.detach() if stopped else vector
        loss = (points["x"] - output) ** 2 + (held - code) ** 2 + pull * (vector - code) ** 2
        return torch.autograd.grad(loss.sum(), vector)[0]

    def wrong(**changed: Any) -> Callable[[Mapping[str, "Tensor"]], "Tensor"]:
        return lambda points: gradient(points, **changed)

    return {
        "encoder_formula": gradient,
        "reconstruction": torch.addcmul(b, a, e),
        "decoder_at_z_formula": wrong(fed="vector"),
        "slope_forgotten_formula": wrong(after=True),
        "true_gradient_formula": wrong(fed="code"),
        "copied_only_formula": wrong(pull=0 * weight),
        "codebook_term_too_formula": wrong(stopped=False),
        "commitment_sign_formula": wrong(pull=-weight),
    }


@solver(
    "vector_quantization_training.code_length",
    results={
        "latents": "positions of the grid, (side / factor)²",
        "bits_per_latent": "log2 of the number of codes",
        "total_bits": "the bits of all latents at equal code lengths",
        "kl": "KL of the one-point posterior from the uniform prior, in nats: latents · ln K",
        "ratio": "bits of the image, 24 a pixel, over those of the code",
    },
    mistakes={
        "one_row_bits": "The bits of one row of the grid: the side is not squared",
        "codes_as_bits": "K bits a position: forgets the logarithm",
        "kl_of_one_position": "ln K: only one position",
        "kl_over_all_grids": "ln (K · latents): adds the numbers of choices inside the logarithm",
    },
    examples=(
        {"side": 256, "factor": 8, "codes": 512},
        {"side": 32, "factor": 4, "codes": 16},
        {"side": 64, "factor": 16, "codes": 1000},
    ),
)
def code_length(side: Scalar, factor: Scalar, codes: Scalar) -> SolverResults:
    """A square colour image of `side` pixels, encoded to a grid smaller by `factor` each way.

    Source: van den Oord, Vinyals and Kavukcuoglu, Neural discrete representation learning (2017),
    section 3.1 for the constant KL term. Raises ValueError for sizes that are not whole, for a
    factor that does not divide the side, and fewer than two codes.
    """
    width = require_count("side", side, 1, 4096)
    step = require_count("factor", factor, 1, width)
    number = require_count("codes", codes, 2, 10**6)
    if width % step:
        raise ValueError(f"factor must divide side, {step} does not divide {width}")
    across = width // step
    latents = across * across
    power = number.bit_length() - 1
    bits = power if number == 1 << power else log2(number)
    image = 24 * width * width
    ratio = fraction(image, latents * bits) if isinstance(bits, int) else image / (latents * bits)
    return {
        "latents": latents,
        "bits_per_latent": bits,
        "total_bits": latents * bits,
        "kl": latents * log(number),
        "ratio": ratio,
        "one_row_bits": across * bits,
        "codes_as_bits": latents * number,
        "kl_of_one_position": log(number),
        "kl_over_all_grids": log(number * latents),
    }


@check("vector_quantization_training.code_length", tolerance=1e-9)
def code_length_by_laws(side: "Tensor", factor: "Tensor", codes: "Tensor") -> Mapping[str, Any]:
    """Entropy and KL of torch's laws, over the grid that pooling leaves; all are [variants]."""
    import torch
    from torch.distributions import Categorical, kl_divergence

    @cache
    def laws(number: int) -> tuple[float, float]:
        """The entropy of the prior, and how far one code stands from it."""
        prior: Any = Categorical(logits=torch.zeros(number, dtype=torch.float64))
        chosen: Any = Categorical(probs=torch.eye(number, 1, dtype=torch.float64)[:, 0])
        return float(prior.entropy()), float(kl_divergence(chosen, prior))

    rows: list[list[float]] = []
    kinds = torch.stack((side, factor, codes), 1).long().tolist()
    known: dict[tuple[int, ...], list[float]] = {}
    for width, step, number in kinds:
        if (width, step, number) not in known:
            image = torch.empty(3, width, width, dtype=torch.uint8, device="meta")
            grid = image[0, ::step, ::step].numel()
            entropy, apart = laws(number)
            each = entropy / log(2)
            known[width, step, number] = [
                float(grid),
                each,
                grid * each,
                grid * apart,
                8 * image.nbytes / (grid * each),
                image[0, 0, ::step].numel() * each,
                float(torch.empty(grid, number, device="meta").numel()),
                apart,
                entropy + log(grid),
            ]
        rows.append(known[width, step, number])
    names = (
        *("latents", "bits_per_latent", "total_bits", "kl", "ratio"),
        *("one_row_bits", "codes_as_bits", "kl_of_one_position", "kl_over_all_grids"),
    )
    columns = torch.tensor(rows, dtype=torch.float64).unbind(-1)
    return dict(zip(names, columns, strict=True))


@solver(
    "vector_quantization_training.long_run",
    results={
        "weight": "the share r of the batch's mean in the new code after one update",
        "step_size": "the step of gradient descent on Σ ‖z − e‖² that does the same once",
        "count_formula": "the running count after t equal batches, a formula in t",
        "code_formula": "the code after t equal batches if the count is the batch's already, in t",
    },
    mistakes={
        "fresh_share": "1 − decay for the weight: forgets that counts differ",
        "undecayed_share": "n / (N + n) for the weight: forgets the decay",
        "half_missed_step": "r / n for the step: forgets the factor 2 of the gradient",
        "step_not_divided": "r / 2 for the step: forgets that the batch has n numbers",
        "count_swapped_formula": "The old count and the batch's change places",
        "weights_swapped_formula": "The old code and the batch's mean change places",
        "straight_line_formula": "The distance shrinks by equal amounts, not by a share of itself",
    },
    domains={
        name: {"t": "positive"}
        for name in (
            *("count_formula", "code_formula", "count_swapped_formula"),
            *("weights_swapped_formula", "straight_line_formula"),
        )
    },
    examples=(
        {"count": 4, "code": 1, "batch": 2, "mean": 3, "decay": Fraction(9, 10)},
        {"count": 2, "code": -1, "batch": 6, "mean": 4, "decay": Fraction(1, 2)},
        {
            "count": Fraction(5, 2),
            "code": Fraction(1, 2),
            "batch": 3,
            "mean": -2,
            "decay": Fraction(4, 5),
        },
    ),
)
def long_run(
    count: Scalar, code: Scalar, batch: Scalar, mean: Scalar, decay: Scalar
) -> SolverResults:
    """Moving averages of one code on the line, fed with batches of n numbers of the same mean.

    N_t = n + decay^t (N − n), and the total goes the same way to n times the mean. Source: van den
    Oord, Vinyals and Kavukcuoglu, Neural discrete representation learning (2017), appendix A.1, for
    the updates. Raises ValueError for counts not above zero, and a decay not between 0 and 1.
    """
    require_positive("count", count)
    require_scalar("code", code)
    number = require_count("batch", batch, 1, 10**6)
    require_scalar("mean", mean)
    require_between_zero_and_one("decay", decay)
    size, start, goal, kept = map(Fraction, (count, code, mean, decay))
    fresh = 1 - kept

    weight = fresh * number / (kept * size + fresh * number)
    powered = Power(Number(kept), _T)

    def towards(end: Fraction, gap: Fraction, factor: Formula) -> Formula:
        parts: tuple[Formula, ...] = (Number(end), Product((Number(gap), factor)))
        return Sum(parts)

    left = Sum((Number(1), Product((Number(-fresh), _T))))
    return {
        "weight": weight,
        "step_size": weight / (2 * number),
        "count_formula": towards(Fraction(number), size - number, powered),
        "code_formula": towards(goal, start - goal, powered),
        "fresh_share": fresh,
        "undecayed_share": number / (size + number),
        "half_missed_step": weight / number,
        "step_not_divided": weight / 2,
        "count_swapped_formula": towards(size, number - size, powered),
        "weights_swapped_formula": towards(start, goal - start, powered),
        "straight_line_formula": towards(goal, start - goal, left),
    }


@check("vector_quantization_training.long_run", tolerance=1e-8)
def long_run_step_by_step(
    count: "Tensor", code: "Tensor", batch: "Tensor", mean: "Tensor", decay: "Tensor"
) -> Mapping[str, Any]:
    """Runs the update once; between whole steps, the flow that leads through them.

    The weight is the slope of the new code in the batch's mean. A step of gradient descent is taken
    with autograd and scaled until it lands where the average does. All are [variants].
    """
    import torch

    def weight(size: "Tensor", kept: "Tensor") -> "Tensor":
        target = mean.clone().requires_grad_(True)
        after = torch.lerp(batch, size, kept)
        total = torch.lerp(batch * target, size * code, kept)
        return torch.autograd.grad((total / after).sum(), target)[0]

    def step(share: "Tensor", error: Callable[["Tensor"], "Tensor"]) -> "Tensor":
        """The step on an error of the distance to the mean that moves the code by this share."""
        leaf = torch.ones_like(code).requires_grad_(True)
        (gradient,) = torch.autograd.grad(error(leaf).sum(), leaf)
        return share / gradient

    def flow(start: "Tensor", goal: "Tensor", points: Mapping[str, "Tensor"]) -> "Tensor":
        """The solution of y' = ln decay · (y − goal), as a matrix exponential on (y, 1)."""
        rate = decay.log()[:, None] * points["t"]
        zero = torch.zeros_like(rate)
        rows = torch.stack((rate, -rate * goal[:, None]), -1), torch.stack((zero, zero), -1)
        moves: Tensor = torch.linalg.matrix_exp(torch.stack(rows, -2))
        return moves[..., 0, 0] * start[:, None] + moves[..., 0, 1]

    def straight(points: Mapping[str, "Tensor"]) -> "Tensor":
        """As far in each step as in the first one, from the count that stays."""
        once = torch.lerp(batch * mean, batch * code, decay) / batch
        return code[:, None] + points["t"] * (once - code)[:, None]

    share = weight(count, decay)
    return {
        "weight": share,
        # n numbers at the mean: their spread does not change the gradient in the code.
        "step_size": step(share, lambda gap: batch * gap**2),
        "count_formula": lambda points: flow(count, batch, points),
        "code_formula": lambda points: flow(code, mean, points),
        "fresh_share": weight(batch, decay),
        "undecayed_share": weight(count, torch.full_like(decay, 1 / 2)),
        "half_missed_step": step(share, lambda gap: batch * gap**2 / 2),
        "step_not_divided": step(share, lambda gap: gap**2),
        "count_swapped_formula": lambda points: flow(batch, count, points),
        "weights_swapped_formula": lambda points: flow(mean, code, points),
        "straight_line_formula": straight,
    }
