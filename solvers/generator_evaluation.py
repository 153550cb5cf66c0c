"""How sets of samples are scored: precision and recall by neighbours, KID, and FID's bias."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, islice
from math import comb, sqrt
from operator import eq, le, sub
from typing import TYPE_CHECKING, Any

from qgen.document.numbers import fraction
from qgen.document.values import SolverResults
from qgen.solvers.numerics.arguments import (
    Matrix,
    Scalar,
    Vector,
    over_common_denominator,
    require_positive,
    require_vector,
)
from qgen.solvers.numerics.shape_arguments import require_count, require_matrix
from qgen.solvers.routes.registry import check, solver

if TYPE_CHECKING:
    from torch import Tensor

_MOST_POINTS = 60


@solver(
    "generator_evaluation.neighbours",
    results={
        "precision": "share of the generated points within the ball of some real point",
        "recall": "share of the real points within the ball of some generated point",
        "covered": "for each generated point, 1 if it lies within the ball of some real point",
        "reached": "for each real point, 1 if it lies within the ball of some generated point",
        "precision_is_high": "whether the precision is above 1/2",
        "recall_is_high": "whether the recall is above 1/2",
        "on_an_edge": "whether some point lies exactly on the edge of a ball",
        "clearance": "how far at least a point lies inside its deepest ball or outside all balls",
    },
    mistakes={
        "precision_own_balls": "Share of the generated points within the ball of another generated "
        "point: the real points are not used",
        "coverage": "Share of the real points whose ball has a generated point in it",
    },
    examples=(
        {
            "real": ((0,), (1,), (5,), (6,)),
            "generated": ((Fraction(1, 2),), (2,), (Fraction(3, 2),)),
            "k": 1,
        },
        {
            "real": ((0, 0), (2, 0), (0, 3), (4, 4)),
            "generated": ((1, 1), (9, 9), (5, 4), (9, 8)),
            "k": 2,
        },
        {
            "real": ((0,), (10,), (12,)),
            "generated": ((Fraction(21, 2),), (11,), (30,), (40,), (43,)),
            "k": 1,
        },
    ),
)
def neighbours(real: Matrix, generated: Matrix, k: Scalar) -> SolverResults:
    """Precision and recall of generated points; a ball reaches to the k-th nearest of its own set.

    Source: Kynkäänniemi, Karras, Laine, Lehtinen and Aila, Improved precision and recall metric for
    assessing generative models (2019), equations 1 and 2; the share of real points whose ball is
    hit is the coverage of Naeem, Oh, Uh, Choi and Yoo, Reliable fidelity and diversity metrics
    (2020). Raises ValueError for points of different dimensions, equal points in a
    set, and k that is not below the number of points.
    """
    require_matrix("real", real)
    require_matrix("generated", generated, None, len(real[0]))
    least = min(len(real), len(generated))
    if max(len(real), len(generated)) > _MOST_POINTS:
        raise ValueError(f"there must be at most {_MOST_POINTS} points of each kind")
    count = require_count("k", k, 1, least - 1)
    (real_points, generated_points), unit = _on_one_grid(real, generated)
    for name, points in (("real", real_points), ("generated", generated_points)):
        if len(set(points)) < len(points):
            raise ValueError(f"{name} must not have a point twice")
    across = _squares(generated_points, real_points)
    back = list(zip(*across, strict=True))
    among = _squares(generated_points, generated_points)
    of_real = _radii(_squares(real_points, real_points), count)
    of_generated = _radii(among, count)
    covered, reached = _inside(across, of_real), _inside(back, of_generated)
    hit = [min(row) <= radius for row, radius in zip(back, of_real, strict=True)]
    # A point is in its own ball too: it is in that of another where it is in two balls.
    own = [sum(map(le, row, of_generated)) > 1 for row in among]
    precision, recall = fraction(sum(covered), len(covered)), fraction(sum(reached), len(reached))
    edges = [any(map(eq, row, of_real)) for row in across]
    edges += [any(map(eq, row, of_generated)) for row in back]
    roots = [[sqrt(square / unit**2) for square in row] for row in across]
    clearances = (
        _clearance(roots, [sqrt(square / unit**2) for square in of_real]),
        _clearance(zip(*roots, strict=True), [sqrt(square / unit**2) for square in of_generated]),
    )
    return {
        "precision": precision,
        "recall": recall,
        "covered": tuple(covered),
        "reached": tuple(reached),
        "precision_is_high": precision > Fraction(1, 2),
        "recall_is_high": recall > Fraction(1, 2),
        "on_an_edge": any(edges),
        "clearance": min(clearances),
        "precision_own_balls": fraction(sum(own), len(own)),
        "coverage": fraction(sum(hit), len(hit)),
    }


def _on_one_grid(*sets: Matrix) -> tuple[list[list[tuple[int, ...]]], int]:
    """The points as multiples of a unit, and how many units make one.

    There are many distances for each draw, and whole numbers are compared much faster.
    """
    entries = [entry for points in sets for point in points for entry in point]
    parts, unit = over_common_denominator(entries)
    rows = zip(*[iter(parts)] * len(sets[0][0]), strict=True)
    return [list(islice(rows, len(points))) for points in sets], unit


def _squares(points: Sequence[Sequence[int]], others: Sequence[Sequence[int]]) -> list[list[int]]:
    """The squared distance of each of the points to each of the others: axis by axis, a sum."""
    # What is the same for all of them sets none apart, as in points on a line of the plane.
    apart = [axis for axis in zip(*others, *points, strict=True) if len(set(axis)) > 1]
    count = len(others)
    summands = [
        [[(here - there) ** 2 for there in axis[:count]] for here in axis[count:]] for axis in apart
    ]
    if len(summands) == 1:
        return summands[0]
    return [list(map(sum, zip(*rows, strict=True))) for rows in zip(*summands, strict=True)]


def _radii(among: Sequence[Sequence[int]], count: int) -> list[int]:
    """Squared distances from each point to the k-th nearest of the others; itself is the first."""
    return [sorted(row)[count] for row in among]


def _clearance(distances: Iterable[Sequence[float]], reaches: Sequence[float]) -> float:
    """How far at least a point lies inside its deepest ball, or outside all of them."""
    clear: list[float] = [abs(max(map(sub, reaches, row))) for row in distances]
    return min(clear)


def _inside(rows: Iterable[Sequence[int]], radii: Sequence[int]) -> list[int]:
    return [int(any(map(le, row, radii))) for row in rows]


@check("generator_evaluation.neighbours", tolerance=1e-9)
def neighbours_by_ranks(real: "Tensor", generated: "Tensor", k: "Tensor") -> Mapping[str, Any]:
    """No ball is made: a point is inside if fewer than k of the set are nearer to its centre.

    real: [variants, r, d], generated: [variants, g, d], k: [variants].
    """
    import torch

    slack = 1e-9

    def inside(points: "Tensor", centres: "Tensor", own: bool = False) -> "Tensor":
        """[variants, points, centres]: whether the point counts among the k nearest or nearer."""
        to_point = torch.cdist(points, centres, compute_mode="donot_use_mm_for_euclid_dist")
        among = torch.cdist(centres, centres, compute_mode="donot_use_mm_for_euclid_dist")
        among = among + torch.diag_embed(torch.full(among.shape[:2], torch.inf, dtype=among.dtype))
        nearer = (among[:, None] < to_point[..., None] - slack).sum(-1)
        found = nearer < k[:, None, None]
        return found & ~torch.eye(points.shape[1], dtype=torch.bool) if own else found

    def touching(points: "Tensor", centres: "Tensor") -> "Tensor":
        """Whether a point and the k-th nearest of the set are equally far from a centre."""
        to_point = torch.cdist(points, centres, compute_mode="donot_use_mm_for_euclid_dist")
        among = torch.cdist(centres, centres, compute_mode="donot_use_mm_for_euclid_dist")
        among = among + torch.diag_embed(torch.full(among.shape[:2], torch.inf, dtype=among.dtype))
        below = (among[:, None] < to_point[..., None] - slack).sum(-1)
        upto = (among[:, None] < to_point[..., None] + slack).sum(-1)
        return ((below < k[:, None, None]) & (upto >= k[:, None, None]) & (upto > below)).any(-1)

    def depths(points: "Tensor", centres: "Tensor") -> "Tensor":
        """[variants, points]: how deep a point lies in its deepest ball."""
        gaps = (points[:, :, None] - centres[:, None]).square().sum(-1).sqrt()
        among = (centres[:, :, None] - centres[:, None]).square().sum(-1).sqrt().sort(-1).values
        place = k.long()[:, None, None].expand(-1, centres.shape[1], 1)
        return (among.gather(2, place)[:, None, :, 0] - gaps).amax(-1)

    fake_in_real, real_in_fake = inside(generated, real), inside(real, generated)
    covered, reached = fake_in_real.any(-1).double(), real_in_fake.any(-1).double()
    edge = touching(generated, real).any(-1) | touching(real, generated).any(-1)
    return {
        "precision": covered.mean(-1),
        "recall": reached.mean(-1),
        "covered": covered,
        "reached": reached,
        "precision_is_high": 2 * covered.sum(-1) > covered.shape[1],
        "recall_is_high": 2 * reached.sum(-1) > reached.shape[1],
        "on_an_edge": edge,
        "clearance": torch.cat((depths(generated, real), depths(real, generated)), -1)
        .abs()
        .amin(-1),
        "precision_own_balls": inside(generated, generated, own=True).any(-1).double().mean(-1),
        "coverage": fake_in_real.any(1).double().mean(-1),
    }


@solver(
    "generator_evaluation.kernel_distance",
    results={
        "unbiased": "the unbiased estimate of the squared distance, which may be negative",
        "within_real": "mean kernel value over pairs of different real features",
        "within_generated": "mean kernel value over pairs of different generated features",
        "across": "mean kernel value of a real and a generated feature",
        "is_negative": "whether the unbiased estimate is negative",
    },
    mistakes={
        "with_diagonal": "Pairs of a feature with itself count, too: the biased estimate",
        "cross_once": "Subtracts the mixed mean once, not twice",
        "diagonal_dropped": "The sum without pairs of a feature with itself over all n² pairs",
    },
    examples=(
        {"real": (0, 1, 2), "generated": (1, 3, 2), "degree": 2},
        {"real": (-1, 1), "generated": (0, 2), "degree": 3},
        {"real": (Fraction(1, 2), 2, -1), "generated": (2, -1, 0), "degree": 1},
    ),
)
def kernel_distance(real: Vector, generated: Vector, degree: Scalar) -> SolverResults:
    """The unbiased squared maximum mean discrepancy for the kernel (x y + 1)^degree, one feature.

    The mean over pairs of different real features, plus that over different generated ones, less
    twice the mean over mixed pairs. Sources: Gretton, Borgwardt, Rasch, Schölkopf and Smola, A
    kernel two-sample test (2012), lemma 6, equation 3; Bińkowski, Sutherland, Arbel and Gretton,
    Demystifying MMD GANs (2018), for the kernel inception distance. Raises ValueError for fewer
    than two features in a set, and a degree outside 1 to 5.
    """
    require_vector("real", real)
    require_vector("generated", generated)
    if min(len(real), len(generated)) < 2:
        raise ValueError("there must be two features of each kind at least")
    power = require_count("degree", degree, 1, 5)

    # Features in parts of a unit, and values of the kernel in parts of unit^(2 degree).
    parts, unit = over_common_denominator((*real, *generated))
    r, g = len(real), len(generated)
    first, second = parts[:r], parts[r:]

    def kernel(one: int, other: int) -> int:
        value: int = (one * other + unit * unit) ** power
        return value

    def within(features: list[int]) -> tuple[int, int]:
        """The sum over pairs of different features, either way round, and that over equal ones."""
        off = 2 * sum([kernel(a, b) for a, b in combinations(features, 2)])
        return off, sum([kernel(a, a) for a in features])

    whole = unit ** (2 * power)
    (off_real, own_real), (off_made, own_made) = within(first), within(second)
    across = fraction(sum([kernel(a, b) for a in first for b in second]), whole * r * g)
    inner, outer = fraction(off_real, whole * r * (r - 1)), fraction(off_made, whole * g * (g - 1))
    own = fraction(own_real, whole * r * r) + fraction(own_made, whole * g * g)
    dropped = fraction(off_real, whole * r * r) + fraction(off_made, whole * g * g) - 2 * across
    unbiased = inner + outer - 2 * across
    return {
        "unbiased": unbiased,
        "within_real": inner,
        "within_generated": outer,
        "across": across,
        "is_negative": unbiased < 0,
        "with_diagonal": dropped + own,
        "cross_once": inner + outer - across,
        "diagonal_dropped": dropped,
    }


@check("generator_evaluation.kernel_distance", tolerance=1e-8)
def kernel_distance_by_features(
    real: "Tensor", generated: "Tensor", degree: "Tensor"
) -> Mapping[str, Any]:
    """(x y + 1)^m as a scalar product of the powers of x and y, with binomial factors.

    The biased estimate is the squared distance of two mean vectors; the unbiased one takes off a
    share of the scatter of each set. real: [variants, r], generated: [variants, g].
    """
    import torch

    most = int(degree.max())
    powers = torch.arange(most + 1, dtype=torch.float64)
    factors = torch.tensor(
        [[comb(int(m), j) for j in range(most + 1)] for m in degree.tolist()], dtype=torch.float64
    )

    def vectors(features: "Tensor") -> "Tensor":
        return features[..., None] ** powers * factors.sqrt()[:, None]

    first, second = vectors(real), vectors(generated)
    r, g = real.shape[1], generated.shape[1]
    means = first.mean(1), second.mean(1)
    scatter = [rows.var(1, unbiased=True).sum(-1) for rows in (first, second)]
    biased = (means[0] - means[1]).square().sum(-1)
    lengths = [rows.square().sum(-1) for rows in (first, second)]
    inner = means[0].square().sum(-1) - scatter[0] / r
    outer = means[1].square().sum(-1) - scatter[1] / g
    unbiased = biased - scatter[0] / r - scatter[1] / g
    across = torch.linalg.vecdot(*means)
    return {
        "unbiased": unbiased,
        "within_real": inner,
        "within_generated": outer,
        "across": across,
        "is_negative": unbiased < -1e-12,
        "with_diagonal": biased,
        "cross_once": unbiased + across,
        "diagonal_dropped": biased - lengths[0].sum(-1) / r**2 - lengths[1].sum(-1) / g**2,
    }


@solver(
    "generator_evaluation.extrapolated",
    results={
        "limit": "the score for endlessly many samples, if the excess is c / n",
        "slope": "c",
        "rival_is_better": "whether the rival's limit is the lower one",
        "rival_limit": "the rival's limit, with the same c",
        "rival_scores_lower": "whether the rival's score as reported is the lower one",
    },
    mistakes={
        "linear": "Continues the straight line in n by as many samples as lie between the two",
        "root": "Takes the excess for c / √n",
        "mean": "The mean of both scores",
    },
    examples=(
        {"sizes": (5000, 20000), "scores": (20, 14), "rival_size": 10000, "rival_score": 15},
        {
            "sizes": (1000, 3000),
            "scores": (30, Fraction(55, 2)),
            "rival_size": 50000,
            "rival_score": 27,
        },
    ),
)
def extrapolated(
    sizes: Vector, scores: Vector, rival_size: Scalar, rival_score: Scalar
) -> SolverResults:
    """FID without its bias: scores at two numbers of samples lie on limit + c / n.

    Source: Chong and Forsyth, Effectively unbiased FID and Inception Score and where to find
    them (2020), on the bias of order 1 / n and its extrapolation. Raises ValueError
    unless the second size is the larger one and has the lower score.
    """
    require_vector("sizes", sizes, 2)
    require_vector("scores", scores, 2)
    few, many = (require_count("a size", size, 1, 10**9) for size in sizes)
    other = require_count("rival_size", rival_size, 1, 10**9)
    require_positive("rival_score", rival_score)
    for score in scores:
        require_positive("a score", score)
    if few >= many or scores[0] <= scores[1]:
        raise ValueError("the second size must be larger and its score lower")
    slope = (Fraction(scores[0]) - scores[1]) / (fraction(1, few) - fraction(1, many))
    limit = scores[1] - slope / many
    rival = rival_score - slope / other
    return {
        "limit": limit,
        "slope": slope,
        "rival_is_better": rival < limit,
        "rival_limit": rival,
        "rival_scores_lower": rival_score < scores[1],
        "linear": Fraction(2 * scores[1] - scores[0]),
        "root": (scores[1] * sqrt(many) - scores[0] * sqrt(few)) / (sqrt(many) - sqrt(few)),
        "mean": Fraction(scores[0] + scores[1]) / 2,
    }


@check("generator_evaluation.extrapolated", tolerance=1e-8)
def extrapolated_by_regression(
    sizes: "Tensor", scores: "Tensor", rival_size: "Tensor", rival_score: "Tensor"
) -> Mapping[str, Any]:
    """Least squares of the scores on 1 and 1 / n by QR; sizes, scores: [variants, 2]."""
    import torch

    scale = sizes[:, :1]
    design = torch.stack((torch.ones_like(sizes), scale / sizes), -1)
    fitted = torch.linalg.lstsq(design, scores[..., None]).solution[..., 0]
    limit, slope = fitted[:, 0], fitted[:, 1] * scale[:, 0]
    rival = rival_score - fitted[:, 1] * scale[:, 0] / rival_size
    line = torch.stack((torch.ones_like(sizes), sizes / scale), -1)
    straight = torch.linalg.solve(line, scores[..., None])[..., 0]
    steps = sizes / scale
    ahead = 2 * steps[:, 1] - steps[:, 0]
    slower = torch.stack((torch.ones_like(sizes), steps.rsqrt()), -1)
    return {
        "limit": limit,
        "slope": slope,
        "rival_is_better": rival < limit,
        "rival_limit": rival,
        "rival_scores_lower": rival_score < scores.amin(-1),
        "linear": straight[:, 0] + straight[:, 1] * ahead,
        "root": torch.linalg.solve(slower, scores[..., None])[:, 0, 0],
        "mean": scores.mean(-1),
    }
