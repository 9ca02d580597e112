"""``gluon.contrib.nn``: further layers."""

from . import basic_layers
from .basic_layers import *  # noqa: F403

__all__ = basic_layers.__all__
