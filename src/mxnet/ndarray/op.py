"""``nd.op``: the operators without the array constructors."""

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.build import fill_namespace
from ._names import unknown_name

__all__ = fill_namespace(globals())
__getattr__ = unknown_name(__name__, __all__)
