"""``sym._internal``: the operators whose names begin with an underscore."""

import types

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.compose import make_symbol_function
from .._ops import _spec

__all__ = ["_internal"]

_internal = types.ModuleType("mxnet.symbol._internal", __doc__)
for _name, _op in list(_spec.registry.items()):
    if _name.startswith("_"):
        setattr(_internal, _name, make_symbol_function(_op, _name, _name))
