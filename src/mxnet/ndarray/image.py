"""``nd.image``: operators of that family."""

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.build import fill_namespace
from ._names import unknown_name

__all__ = fill_namespace(globals(), "_image_")
__getattr__ = unknown_name(__name__, __all__)
