"""Branches: blocks that are applied to the same input. Public in ``gluon.contrib.nn``."""

from ... import ndarray as nd
from ..block import any_arrays
from .basic_layers import HybridSequential, Sequential, _joined

__all__ = ["Concurrent", "HybridConcurrent"]


class Concurrent(Sequential):
    """Blocks applied to the same input; their results joined along an axis.

    Parameters
    ----------
    axis : int, default -1
    prefix, params           see :class:`Block`
    """

    def __init__(self, axis=-1, prefix=None, params=None):
        super().__init__(prefix=prefix, params=params)
        self.axis = axis

    def _empty_copy(self):
        return type(self)(axis=self.axis, prefix=self._prefix)

    def forward(self, x):
        return _joined(nd, [block(x) for block in self._children.values()], self.axis)


class HybridConcurrent(HybridSequential):
    """:class:`Concurrent` of HybridBlocks.

    Parameters
    ----------
    axis : int, default -1
    prefix, params           see :class:`Block`
    """

    def __init__(self, axis=-1, prefix=None, params=None):
        super().__init__(prefix=prefix, params=params)
        self.axis = axis

    def _empty_copy(self):
        return type(self)(axis=self.axis, prefix=self._prefix)

    @any_arrays
    def hybrid_forward(self, F, x):
        return _joined(F, [block(x) for block in self._children.values()], self.axis)
