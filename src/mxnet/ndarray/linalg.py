"""``nd.linalg``: operators of that family."""

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.build import fill_namespace
from ._names import unknown_name

__all__ = fill_namespace(globals(), "_linalg_")
__getattr__ = unknown_name(__name__, __all__)
