"""Small states of many parameters as one array.

A state of its own costs a program some 6 us a step, as argument and as result, however small it is:
two thirds of Adam's step where parameters are many and tiny. Nobody reads states but to save
them. So they lie in one array for each kind, and their handles read their part of it.
"""

import weakref

import numpy as onp

from .._engine.segment import host_data
from .._engine.value import Value
from .._ops.kernels.update import places
from ..ndarray import array
from ..ndarray.ndarray import _Lens

__all__ = ["Pack", "release"]


class _PackedPart(_Lens):
    """What makes a handle stand for its part of a pack, see ``NDArray._read``."""

    __slots__ = ("begin", "number", "pack", "spec")

    def __init__(self, pack, number, begin, spec):
        self.pack, self.number, self.begin, self.spec = pack, number, begin, spec

    def get(self, v):
        """On the host, in memory of its own: the pack is overwritten at the next step."""
        shape = self.spec.shape
        end = self.begin + int(onp.prod(shape))
        part = onp.array(host_data(v)[self.begin : end]).reshape(shape)
        return Value(None, 0, self.spec, part)

    def put(self, v, new):
        """Who writes to a state gets it for himself; the pack's array stays as it is."""
        leaf = self.pack.leaves[self.number]()
        self.pack.dissolve()
        leaf._v = new
        return v


class Pack:
    """States of one kind, float32, on a CPU: made of their handles, which then read from here.

    Attributes
    ----------
    array : NDArray, 1-d    the states one after another, see ``places``
    leaves : list of weak references to the handles; None: they have values of their own again
    """

    __slots__ = ("array", "leaves")

    @staticmethod
    def of(leaves):
        """The pack of these handles: the one that they are in, or a new one."""
        lens = leaves[0]._lens if leaves[0]._base is not None else None
        if lens.__class__ is _PackedPart:
            there = lens.pack.leaves
            if len(there) == len(leaves) and all(a() is b for a, b in zip(there, leaves)):
                return lens.pack
        return Pack(leaves)

    def __init__(self, leaves):
        for x in leaves:
            release(x)
        begins, size = places([x.size for x in leaves])
        whole = onp.zeros(size, "float32")
        for x, begin in zip(leaves, begins):
            whole[begin : begin + x.size] = x.asnumpy().reshape(-1)
        self.array = array(whole, ctx=leaves[0].context)
        self.leaves = [weakref.ref(x) for x in leaves]
        for number, (x, begin) in enumerate(zip(leaves, begins)):
            x._lens = _PackedPart(self, number, begin, x._spec)
            x._base, x._seen, x._v = self.array, None, None

    def dissolve(self):
        """Give the handles values of their own."""
        handles, self.leaves = self.leaves, None
        for x in [handle() for handle in handles or ()]:
            if x is not None:
                x._v = x._read()
                x._base = x._lens = x._seen = None


def release(leaf):
    """See that a handle has a value of its own."""
    if leaf._base is not None and leaf._lens.__class__ is _PackedPart:
        leaf._lens.pack.dissolve()
