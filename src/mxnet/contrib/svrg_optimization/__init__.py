"""Stochastic variance-reduced gradients: :class:`SVRGModule`."""

from ..._frontend.examples import attach_to as _attach_examples_to
from . import svrg_module
from .svrg_module import SVRGModule

__all__ = ["SVRGModule", "svrg_module"]

_attach_examples_to(globals())
