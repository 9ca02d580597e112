"""``sym.image``: the operators named ``_image_*``."""

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.compose import fill_symbols
from . import symbol  # noqa: F401  (the class of the results)

__all__ = fill_symbols(globals(), "_image_")
