"""Meta-analysis: estimates of several studies pooled, with the spread between them, and one's own set among them."""

from comorbid.pooling.compare import compare_with_published
from comorbid.pooling.pool import pool_estimates
from comorbid.pooling.pooled import PooledEstimates

__all__ = ["PooledEstimates", "compare_with_published", "pool_estimates"]
