"""``nd.contrib``: operators of that family."""

from .. import _ops  # noqa: F401  (fills the registry)
from .._frontend.build import fill_namespace
from ._control_flow import cond, foreach, while_loop

__all__ = ["cond", "foreach", "while_loop"]
__all__ += fill_namespace(globals(), "_contrib_")
