"""Functions of ``mx.sym.np`` that files know as operators in Python: ``resize`` and its like.

They run on the host, as in 1.9.1, and no gradient flows through them.
"""

import ast

import numpy as onp

from ._dtypes import as_dtype
from .operator import CustomOp, CustomOpProp, register

__all__ = [
    "EmptyLike", "EmptyLikeProp", "Resize", "ResizeProp", "Unravel_index", "Unravel_indexProp",
]  # fmt: skip


class _OnHost(CustomOp):
    def _result(self, x):
        raise NotImplementedError

    def forward(self, is_train, req, in_data, out_data, aux):
        """Compute with NumPy."""
        found = onp.asarray(self._result(in_data[0].asnumpy()))
        if req[0] == "add":
            found = found + out_data[0].asnumpy()
        if req[0] != "null":
            out_data[0][...] = found

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        """Not there.

        Raises
        ------
        NotImplementedError   always
        """
        raise NotImplementedError(f"{type(self).__name__}: no gradient flows through it.")


class EmptyLike(_OnHost):
    """An array whose contents do not matter (zeros), in the shape of another."""

    def __init__(self, dtype, order, subok, shape):
        super().__init__()
        self._dtype, self._order, self._subok, self._shape = dtype, order, subok, shape

    def _result(self, x):
        shape = x.shape if self._shape is None else self._shape
        return onp.zeros(shape, self._dtype or x.dtype)


class Resize(_OnHost):
    """The elements, repeated as often as needed, in another shape."""

    def __init__(self, new_shape):
        super().__init__()
        self._new_shape = new_shape

    def _result(self, x):
        return onp.resize(x, self._new_shape)


class Unravel_index(_OnHost):
    """Coordinates of positions in a flattened array, a row for each axis."""

    def __init__(self, shape):
        super().__init__()
        self._shape = shape

    def _result(self, x):
        return onp.stack(onp.unravel_index(x.astype("int64"), self._shape))


def _read(text):
    """A shape, number or None as attributes have them."""
    value = ast.literal_eval(text) if isinstance(text, str) else text
    return (value,) if isinstance(value, int) else value


@register("empty_like_fallback")
class EmptyLikeProp(CustomOpProp):
    """Properties of :class:`EmptyLike`."""

    def __init__(self, dtype="None", order="C", subok="False", shape="None"):
        super().__init__(need_top_grad=True)
        self._dtype = None if dtype in (None, "None") else as_dtype(dtype)
        self._order, self._subok, self._shape = order, subok == "True", _read(shape)

    def infer_shape(self, in_shape):
        """The input's shape, unless another is asked for."""
        return in_shape, [in_shape[0] if self._shape is None else self._shape], []

    def infer_type(self, in_type):
        """The input's type, unless another is asked for."""
        return in_type, [in_type[0] if self._dtype is None else self._dtype.type], []

    def create_operator(self, ctx, in_shapes, in_dtypes):
        """The operator."""
        return EmptyLike(self._dtype, self._order, self._subok, self._shape)


@register("resize_fallback")
class ResizeProp(CustomOpProp):
    """Properties of :class:`Resize`."""

    def __init__(self, new_shape):
        super().__init__(need_top_grad=True)
        self._new_shape = _read(new_shape)

    def list_arguments(self):
        """One input, ``a``."""
        return ["a"]

    def infer_shape(self, in_shape):
        """The shape asked for."""
        return in_shape, [self._new_shape], []

    def create_operator(self, ctx, in_shapes, in_dtypes):
        """The operator."""
        return Resize(self._new_shape)


@register("unravel_index_fallback")
class Unravel_indexProp(CustomOpProp):
    """Properties of :class:`Unravel_index`."""

    def __init__(self, shape):
        super().__init__(need_top_grad=True)
        self._shape = _read(shape)

    def list_arguments(self):
        """One input, ``indices``."""
        return ["indices"]

    def infer_shape(self, in_shape):
        """A row for each axis."""
        return in_shape, [(len(self._shape), *in_shape[0])], []

    def create_operator(self, ctx, in_shapes, in_dtypes):
        """The operator."""
        return Unravel_index(self._shape)
