"""``sym.op``: the operators alone."""

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.compose import fill_symbols
from ..ndarray._names import unknown_name

__all__ = fill_symbols(globals())
__getattr__ = unknown_name(__name__, __all__)
