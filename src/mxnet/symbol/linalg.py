"""``sym.linalg``: the operators named ``_linalg_*``."""

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.compose import fill_symbols
from ..ndarray._names import unknown_name
from . import symbol  # noqa: F401  (the class of the results)

__all__ = fill_symbols(globals(), "_linalg_")
__getattr__ = unknown_name(__name__, __all__)
