"""``sym.contrib``: the operators named ``_contrib_*``; loops and branches."""

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.compose import fill_symbols
from ..attribute import AttrScope
from ..ndarray._names import unknown_name
from ._control_flow import cond, foreach, while_loop
from .symbol import Symbol

__all__ = ["AttrScope", "Symbol", "cond", "foreach", "while_loop"]
__all__ += fill_symbols(globals(), "_contrib_")
__getattr__ = unknown_name(__name__, __all__)
