"""``sym.sparse``: the operators that know sparse storage, by their plain names."""

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.compose import fill_symbols

__all__ = fill_symbols(globals(), "_sparse_", None)
