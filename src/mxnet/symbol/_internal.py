"""``sym._internal``: the operators whose names begin with an underscore."""

import types

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.compose import fill_symbols

__all__ = ["_internal"]

_internal = types.ModuleType("mxnet.symbol._internal", __doc__)
fill_symbols(_internal.__dict__, "")
