"""``gluon.contrib.nn``: further layers."""

from ...._frontend.examples import attach_to as _attach_examples_to
from . import basic_layers
from .basic_layers import *  # noqa: F403

__all__ = basic_layers.__all__

_attach_examples_to(globals())
