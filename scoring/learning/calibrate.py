"""Regularised logistic regression for points from outcomes: the one door of scikit-learn, an extra of its own.

Columns are brought to one scale before they are fitted, so that one strength suits all; the answer is in the columns'
own units again. Nothing here is left to chance: the same rows give the same weights.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from math import exp, fsum, log, sqrt

from domain.errors import SettingsError

Rows = Sequence[Sequence[float]]

STRENGTHS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Inverse strengths of regularisation (scikit-learn's C) to choose from: the smaller, the nearer to nothing."""
FOLDS = 4
_CERTAIN = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Logit:
    """Log-odds as a sum: `base` and a weight per column."""

    base: float
    weights: tuple[float, ...]

    def log_odds(self, row: Sequence[float]) -> float:
        return self.base + fsum(weight * amount for weight, amount in zip(self.weights, row, strict=True))

    def chance(self, row: Sequence[float]) -> float:
        odds = self.log_odds(row)
        return 1 / (1 + exp(-odds)) if odds > 0 else exp(odds) / (1 + exp(odds))


def require_extra() -> None:
    """SettingsError where scikit-learn is not installed."""
    if find_spec("sklearn") is None:
        raise SettingsError(
            "Calibrating needs scikit-learn, which is an extra: install leadloop[calibrate] "
            "(in a checkout: `pip install '.[calibrate]'`), then try again."
        )


def fit(rows: Rows, won: Sequence[bool], *, strength: float) -> Logit:
    """L2 on the weights, none on the base; a column that never varies weighs nothing."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - seconds to load, and an extra

    scales = [_scale([row[at] for row in rows]) for at in range(len(rows[0]))]
    scaled = [[(x - mean) / spread for x, (mean, spread) in zip(row, scales, strict=True)] for row in rows]
    machine = LogisticRegression(C=strength, solver="newton-cholesky", max_iter=200)
    found = machine.fit(scaled, [int(each) for each in won])
    weights = [float(each) / spread for each, (_, spread) in zip(found.coef_[0], scales, strict=True)]
    shift = fsum(weight * mean for weight, (mean, _) in zip(weights, scales, strict=True))
    return Logit(base=float(found.intercept_[0]) - shift, weights=tuple(weights))


def best_strength(rows: Rows, won: Sequence[bool], *, folds: int = FOLDS) -> float:
    """Rows stand in the order of time. Each piece is foretold from what lies before it, and the strength counts that
    foretells all of them best; of equals the stronger."""
    pieces = list(_pieces(won, folds))
    if not pieces:
        return 0.1
    losses = {
        strength: fsum(
            _loss(fit(rows[:begin], won[:begin], strength=strength), rows[begin:end], won[begin:end])
            for begin, end in pieces
        )
        for strength in STRENGTHS
    }
    return min(STRENGTHS, key=lambda strength: (losses[strength], strength))


def _pieces(won: Sequence[bool], folds: int) -> Iterator[tuple[int, int]]:
    """Each after the first part, where both outcomes lie before it."""
    cuts = [len(won) * part // (folds + 1) for part in range(1, folds + 2)]
    for begin, end in itertools.pairwise(cuts):
        if begin < end and 0 < sum(won[:begin]) < begin:
            yield begin, end


def _loss(logit: Logit, rows: Rows, won: Sequence[bool]) -> float:
    chances = [min(1 - _CERTAIN, max(_CERTAIN, logit.chance(row))) for row in rows]
    return -fsum(log(chance if is_won else 1 - chance) for chance, is_won in zip(chances, won, strict=True))


def _scale(amounts: Sequence[float]) -> tuple[float, float]:
    mean = fsum(amounts) / len(amounts)
    spread = sqrt(fsum((each - mean) ** 2 for each in amounts) / len(amounts))
    return mean, spread or 1.0
