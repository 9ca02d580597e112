"""``sym.sparse``: the operators that know sparse storage, by their plain names."""

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.compose import fill_symbols
from ..ndarray._names import unknown_name

__all__ = fill_symbols(globals(), "_sparse_")
__all__ += fill_symbols(globals())
__getattr__ = unknown_name(__name__, __all__)
