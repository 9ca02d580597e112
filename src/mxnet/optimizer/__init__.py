"""``mx.optimizer``: how gradients change parameters."""

from . import contrib, optimizer
from .optimizer import *  # noqa: F403 - the public names are listed there

__all__ = optimizer.__all__ + ["contrib", "optimizer"]
