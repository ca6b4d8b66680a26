"""An attacker who knows the rules: what each hidden count can be, given everything that was released."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_diag

Cell = tuple[object, ...]
MANY = 1e5
"""More people than any of the tables holds; keeps what nothing bounds finite."""


class Attack:
    """Unknown counts of people, zero or more, and what was released of them as sums."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self.place = {cell: i for i, cell in enumerate(cells)}
        self.rows: list[np.ndarray] = []
        self.values: list[float] = []

    def total(self, cells: Sequence[Cell]) -> np.ndarray:
        """A sum of cells, as a row of coefficients."""
        row = np.zeros(len(self.place))
        row[[self.place[cell] for cell in cells]] = 1.0
        return row

    def tell(self, cells: Sequence[Cell], value: float) -> None:
        """What was published: a sum of cells, exactly."""
        row = self.total(cells)
        same = [
            known
            for at, known in zip(self.values, self.rows, strict=True)
            if np.array_equal(row, known) and at == value
        ]
        if not same:
            self.rows.append(row)
            self.values.append(float(value))

    def knows(self, rows: Sequence[np.ndarray]) -> bool:
        """Whether each sum of cells follows from what was told, so that a function of them tells nothing more."""
        told = np.array(self.rows) if self.rows else np.zeros((1, len(self.place)))
        rank = np.linalg.matrix_rank(told)
        return bool(np.linalg.matrix_rank(np.vstack([told, *rows])) == rank)

    def ranges_of(self, rows: Sequence[np.ndarray]) -> np.ndarray:
        """Least and most that each sum of cells can be, shape (sums, 2): all of them solved as one linear program."""
        if not rows:
            return np.empty((0, 2))
        objective = np.concatenate([sign * row for row in rows for sign in (1.0, -1.0)])
        known = block_diag([np.array(self.rows)] * (2 * len(rows))) if self.rows else None
        values = np.tile(self.values, 2 * len(rows)) if self.rows else None
        found = linprog(objective, A_eq=known, b_eq=values, bounds=(0, MANY), method="highs")
        assert found.status == 0, found.message
        ends = (objective * found.x).reshape(len(rows), 2, -1).sum(axis=2)
        return ends * [1.0, -1.0]


def too_narrow(low: float, high: float, threshold: int) -> bool:
    """Whether a count is known to within less than the threshold: fewer whole numbers than that are possible."""
    return bool(np.floor(high + 1e-6) - np.ceil(low - 1e-6) + 1 < threshold)


def fourfold_tables(told: Mapping[str, int], ratios: Mapping[str, float]) -> np.ndarray:
    """Every 2 x 2 table of whole numbers (both, a only, b only, neither) that agrees with what was released.

    told : n, and n_a, n_b, n_both where they were shown.
    ratios : values of `MEASURES` as released, in full.
    """
    n = told["n"]
    whole = np.arange(n + 1)
    a, b, both = (np.array([told[name]]) if name in told else whole for name in ("n_a", "n_b", "n_both"))
    grid = np.stack(np.meshgrid(a, b, both, indexing="ij"), axis=-1).reshape(-1, 3)
    tables = np.stack([grid[:, 2], grid[:, 0] - grid[:, 2], grid[:, 1] - grid[:, 2], n - grid @ [1, 1, -1]], axis=1)
    tables = tables[(tables >= 0).all(axis=1)]
    for name, value in ratios.items():
        with np.errstate(divide="ignore", invalid="ignore"):
            tables = tables[np.abs(MEASURES[name](*tables.T) - value) <= 1e-9 * max(1.0, abs(value))]
    return tables


MEASURES = {
    "odds_ratio": lambda both, a, b, neither: both * neither / (a * b),
    "std_error": lambda both, a, b, neither: np.sqrt(1 / both + 1 / a + 1 / b + 1 / neither),
}
