"""Operators of two arrays whose shapes broadcast, and broadcasting itself."""

from jax import lax

from ..error import ShapeError, fail
from . import _by_numpy
from ._axes import one_axis, paired, spread
from ._spec import Shape, op
from ._storage import Storage, scaled
from .elemwise import BINARY, COMPARE


def _paired_shapes(found, node):
    """The common shape of two arrays whose dimensions are known in part."""
    a, b = (found.get(e) for e in node.inputs)
    if a is None or b is None:
        return
    n = max(len(a), len(b))
    out = []
    for x, y in zip((1,) * (n - len(a)) + a, (1,) * (n - len(b)) + b):
        if x == y or y == 1:
            out.append(x)
        elif x == 1 or x == -1:
            out.append(y)
        elif y == -1:
            out.append(x)
        else:
            return  # evaluation says what is wrong
    found.put((node, 0), tuple(out), node)


def _broadcast(short, fn, meaning, aliases=()):
    name = f"broadcast_{short}"

    def binary(lhs, rhs):
        return fn(*paired(lhs, rhs, name))

    binary.__name__ = name
    binary.__doc__ = f"""Elementwise {meaning}, with broadcasting.

Parameters
----------
lhs, rhs : arrays of one dtype    sizes are equal or 1, axis by axis from the last

Returns
-------
(*S) the common shape, same dtype

Raises
------
ShapeError   if the shapes do not broadcast
"""
    op(
        name,
        aliases=aliases,
        same_dtype=True,
        complete=(_paired_shapes,),
        loss=short in COMPARE,
        storage=Storage(scaled) if short in ("mul", "div") else Storage(),
        by_numpy=_by_numpy.pair(short),
    )(binary)


for _short, (_fn, _meaning, *_) in (*BINARY.items(), *COMPARE.items()):
    _more = {
        "add": ("broadcast_plus", "_sparse_broadcast_add", "_sparse_broadcast_plus"),
        "sub": ("broadcast_minus", "_sparse_broadcast_sub", "_sparse_broadcast_minus"),
        "mul": ("_sparse_broadcast_mul",),
        "div": ("_sparse_broadcast_div",),
    }.get(_short, ())
    _broadcast(_short, _fn, _meaning, _more)


def _grown(data, shape, where):
    """``data`` with axes of size 1 repeated to ``shape``."""
    if len(shape) < data.ndim or any(
        s not in (1, t) for s, t in zip(data.shape, shape[len(shape) - data.ndim :])
    ):
        fail(
            ShapeError,
            where,
            f"array of shape {data.shape} cannot be broadcast",
            expected="only axes of size 1 to grow",
            got=f"requested shape {tuple(shape)}",
        )
    return spread(data, tuple(shape))


@op("broadcast_to")
def broadcast_to(data, *, shape: Shape = ()):
    """Repeat axes of size 1 until the array has a shape.

    Parameters
    ----------
    data : (*S) any dtype
    shape : tuple of int    wanted sizes; 0 keeps an axis

    Returns
    -------
    (*shape) same dtype

    Raises
    ------
    ShapeError   if an axis that differs has not size 1
    """
    if len(shape) == data.ndim:
        shape = tuple(s if t == 0 else t for s, t in zip(data.shape, shape))
    return _grown(data, shape, "broadcast_to")


@op("broadcast_axis", aliases=("broadcast_axes",))
def broadcast_axis(data, *, axis: Shape = (), size: Shape = ()):
    """Repeat the named axes, which have size 1.

    Parameters
    ----------
    data : (*S) any dtype
    axis : int or tuple of int
    size : int or tuple of int    the new size of each

    Returns
    -------
    (*S') same dtype

    Raises
    ------
    ShapeError   if such an axis is larger than 1, or the counts differ
    """
    if len(axis) != len(size):
        fail(
            ShapeError,
            "broadcast_axis",
            "axes and sizes differ in number",
            expected=f"{len(axis)} sizes for axis {axis}",
            got=size,
        )
    shape = list(data.shape)
    for a, n in zip(axis, size):
        shape[one_axis(a, data.ndim, "broadcast_axis")] = n
    return _grown(data, shape, "broadcast_axis")


@op("broadcast_like")
def broadcast_like(lhs, rhs, *, lhs_axes: Shape | None = None, rhs_axes: Shape | None = None):
    """Repeat axes of size 1 of ``lhs`` to the sizes of ``rhs``.

    Parameters
    ----------
    lhs : (*S) any dtype
    rhs : array that gives the sizes
    lhs_axes, rhs_axes : tuple of int, optional   only these axes take the sizes of those

    Returns
    -------
    (*S') dtype of lhs

    Gradient   wrt lhs only
    """
    rhs = lax.stop_gradient(rhs)
    if lhs_axes is None or rhs_axes is None:  # one alone says nothing, as in 1.9.1
        return _grown(lhs, rhs.shape, "broadcast_like")
    if len(lhs_axes) != len(rhs_axes) or not lhs_axes:
        fail(
            ShapeError,
            "broadcast_like",
            "axes do not pair",
            expected="as many lhs_axes as rhs_axes, at least 1",
            got=f"{lhs_axes} and {rhs_axes}",
        )
    shape = list(lhs.shape)
    for a, b in zip(lhs_axes, rhs_axes):
        a = one_axis(a, lhs.ndim, "broadcast_like", "lhs axis")
        shape[a] = rhs.shape[one_axis(b, rhs.ndim, "broadcast_like", "rhs axis")]
    return _grown(lhs, shape, "broadcast_like")
