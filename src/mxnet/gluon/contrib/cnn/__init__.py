"""``gluon.contrib.cnn``: convolutions whose kernel positions are moved by learned offsets."""

from . import conv_layers
from .conv_layers import *  # noqa: F403

__all__ = conv_layers.__all__
