"""``nd.sparse``: operators of that family."""

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.build import fill_namespace

__all__ = fill_namespace(globals(), "_sparse_")
