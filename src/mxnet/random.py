"""``mx.random``: the seed, and the draws of ``nd.random``."""

from ._engine.state import seed as _seed
from .context import Context
from .ndarray.random import (
    exponential,
    gamma,
    generalized_negative_binomial,
    multinomial,
    negative_binomial,
    normal,
    poisson,
    randint,
    randn,
    shuffle,
    uniform,
)

__all__ = [
    "Context",
    "seed",
    "uniform",
    "normal",
    "randn",
    "poisson",
    "exponential",
    "gamma",
    "negative_binomial",
    "generalized_negative_binomial",
    "multinomial",
    "shuffle",
    "randint",
]


def seed(seed_state, ctx="all"):
    """Restart the random streams of all threads and devices.

    Draws depend on the seed and on how many draws came before, in program order: the same in lazy,
    op-by-op and hybridized execution, on every device, and from process to process.

    Parameters
    ----------
    seed_state : int
    ctx : Context or 'all'     accepted for compatibility: a stream here belongs to a thread, not
        to a device
    """
    if not hasattr(seed_state, "__index__"):
        raise ValueError("seed_state must be int")
    _seed(seed_state.__index__())
