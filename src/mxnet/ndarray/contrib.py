"""``nd.contrib``: operators of that family, and control flow."""

import math

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.build import fill_namespace
from . import random as _random
from ._control_flow import cond, foreach, while_loop
from ._names import unknown_name

__all__ = ["cond", "foreach", "while_loop", "rand_zipfian"]


def rand_zipfian(true_classes, num_sampled, range_max, ctx=None):
    """Draw classes so that small numbers are frequent, as words sorted by frequency are.

    Class k of ``range_max`` has probability ``log((k + 2) / (k + 1)) / log(range_max + 1)``.

    Parameters
    ----------
    true_classes : NDArray (M,) of any number type
    num_sampled : int                     how many classes to draw, with replacement
    range_max : int
    ctx : Context, default the current one

    Returns
    -------
    samples : (num_sampled,) int64
    expected_count_true : (M,) float64            how often the true classes are to be expected
    expected_count_sampled : (num_sampled,) float64
    """
    width = math.log(range_max + 1)
    drawn = _random.uniform(0, width, shape=(num_sampled,), dtype="float64", ctx=ctx)
    # the last number below range_max + 1 rounds up to it
    samples = (drawn.exp() - 1).astype("int64") % range_max

    def expected(classes):
        k = classes.as_in_context(samples.context).astype("float64")
        return ((k + 2) / (k + 1)).log() / width * num_sampled

    return samples, expected(true_classes), expected(samples)


__all__ += fill_namespace(globals(), "_contrib_")
__getattr__ = unknown_name(__name__, __all__)
