"""``mx.sym.np``: NumPy's functions on symbols, from the same definitions as ``mx.np``."""

from . import linalg, random
from ._functions import CREATION
from ._symbol import FUNCTIONS
from ._symbol import _Symbol as _Symbol

FUNCTIONS.update(CREATION)
globals().update(FUNCTIONS)

__all__ = [*FUNCTIONS, "linalg", "random"]
