"""Claims of the articles, the numbers published behind them, and the same numbers rebuilt."""

from comorbid.rebuilding import (  # noqa: F401 (each puts its functions into the registry)
    company,
    counts,
    derived,
    simulations,
    surveys,
)
from comorbid.rebuilding.ledger import ledger
from comorbid.rebuilding.numbers import rebuilt_numbers

__all__ = ["ledger", "rebuilt_numbers"]
