"""``sym.contrib``: the operators named ``_contrib_*``; loops and branches."""

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.compose import fill_symbols
from ..attribute import AttrScope
from ..ndarray._names import unknown_name
from .symbol import Symbol

__all__ = ["AttrScope", "Symbol"]
__all__ += fill_symbols(globals(), "_contrib_")
__getattr__ = unknown_name(__name__, __all__)
