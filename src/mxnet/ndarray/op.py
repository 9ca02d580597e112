"""``nd.op``: the operators without the array constructors."""

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.build import fill_namespace

__all__ = fill_namespace(globals())
