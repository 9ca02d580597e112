"""``gluon.contrib.cnn``: convolutions whose kernel positions are moved by learned offsets."""

from ...._frontend.examples import attach_to as _attach_examples_to
from . import conv_layers
from .conv_layers import *  # noqa: F403

__all__ = conv_layers.__all__

_attach_examples_to(globals())
