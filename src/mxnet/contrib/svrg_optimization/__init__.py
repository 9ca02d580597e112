"""Stochastic variance-reduced gradients: :class:`SVRGModule`."""

from ..._frontend.examples import attach_to as _attach_examples_to
from . import svrg_module, svrg_optimizer
from .svrg_module import SVRGModule

__all__ = ["SVRGModule", "svrg_module", "svrg_optimizer"]

_attach_examples_to(globals())
