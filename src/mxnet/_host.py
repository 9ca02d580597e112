"""NumPy arrays as arrays of the front ends, and back, without copies where none are needed."""

import numpy as onp

from ._dtypes import as_dtype
from ._engine.segment import host_data
from ._engine.value import Value
from ._graph.steps import spec_of
from .context import canonical, current_context
from .ndarray import NDArray
from .ndarray.ndarray import _wrap
from .numpy.multiarray import ndarray
from .util import is_np_array

__all__ = ["Mirror", "host_array", "on_host"]


def host_array(data, ctx=None, kind=None):
    """The front end's array of a NumPy array that nobody will write to again.

    It is not copied, and moves to its device when first used.

    Parameters
    ----------
    data : numpy.ndarray
    ctx : Context, default the current one
    kind : type of the array, default the one that the front end in force uses

    Returns
    -------
    NDArray, or mxnet.numpy.ndarray where ``mx.npx.set_np()`` is in force and ``kind`` is not given
    """
    ctx = canonical(current_context() if ctx is None else ctx)
    if not data.flags.c_contiguous:
        data = onp.ascontiguousarray(data)
    if kind is None:
        kind = ndarray if is_np_array() else NDArray
    return _wrap(kind, Value(None, 0, spec_of(data.shape, as_dtype(data.dtype), ctx), data))


def on_host(array):
    """An NDArray's present value as a NumPy array that must not be written to.

    It is not copied where it lies in the host's memory.
    """
    return host_data(array._read())


class Mirror:
    """An NDArray's contents on the host, read again only after the array was written to."""

    __slots__ = ("array", "_seen", "_data")

    def __init__(self, array):
        self.array = array
        self._seen = self._data = None

    def read(self):
        """The present contents, a NumPy array that must not be written to."""
        value = self.array._read()
        if value is not self._seen:
            self._data, self._seen = host_data(value), value
        return self._data
