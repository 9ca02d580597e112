"""NumPy's operators that rearrange: reshape, transpose, join, split, pad, flip, choose."""

import math
from typing import Any, Literal

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..error import ShapeError, fail
from . import _promotion as rules
from ._axes import axes_of_one, diagonal, number, one_axis, spread
from ._spec import Scalar, Shape, alias, op
from .shape import concat, split_v2, stack, transpose

__all__ = ["numpy_shape"]


def numpy_shape(old, wanted, where="reshape"):
    """The shape that NumPy means: one size may be -1."""
    size = math.prod(old)
    known = [n for n in wanted if n != -1]
    product = math.prod(known)
    missing = len(wanted) - len(known)
    if missing == 1 and product and size % product == 0:
        return tuple(size // product if n == -1 else n for n in wanted)
    if missing or product != size or any(n < 0 for n in known):
        fail(
            ShapeError,
            where,
            f"cannot reshape array of size {size} into shape {tuple(wanted)}",
            expected=f"a shape of {size} elements, at most one size -1",
            got=tuple(wanted),
        )
    return tuple(wanted)


def _order(order, where):
    if order != "C":
        fail(
            ShapeError,
            where,
            "elements are kept row by row only",
            expected="order='C'",
            got=repr(order),
        )


@op("_np_reshape")
def np_reshape(a, *, newshape: Shape, order: str = "C"):
    """The elements in another shape.

    Parameters
    ----------
    a : (*S)
    newshape : int or tuple of int    one size may be -1
    order : str                       'C', rows stay together

    Returns
    -------
    (*newshape) same dtype

    Raises
    ------
    ShapeError   if the number of elements differs
    """
    _order(order, "reshape")
    return lax.reshape(a, numpy_shape(a.shape, newshape))


def extended_shape(old, wanted, reverse=False, where="npx.reshape"):
    """The shape that the codes of ``npx.reshape`` mean.

    -1 is inferred, -2 copies a size, -3 leaves out an axis of size 1, -4 copies all that are left,
    -5 multiplies the next two, -6 splits one into the next two numbers. ``reverse`` reads sizes and
    codes from the right, so that -6 stands behind its two numbers.
    """
    sizes, codes = list(old), list(wanted)
    if reverse:
        sizes, codes = sizes[::-1], codes[::-1]
    new, unknown, i, at = [], None, 0, 0

    def size():
        if i >= len(sizes):
            fail(
                ShapeError,
                where,
                "a code finds no axis",
                expected=f"codes for {len(old)} axes of {tuple(old)}",
                got=tuple(wanted),
            )
        return sizes[i]

    while at < len(codes):
        code = codes[at]
        at += 1
        if code >= 0:
            new.append(code)
            i += 1
        elif code == -1:
            if unknown is not None:
                fail(ShapeError, where, "two sizes are unknown", expected="one -1", got=wanted)
            unknown = len(new)
            new.append(1)
            i += 1
        elif code == -2:
            new.append(size())
            i += 1
        elif code == -3:
            if size() != 1:
                fail(
                    ShapeError,
                    where,
                    "-3 leaves out an axis of size 1",
                    expected=f"axis {i} of size 1",
                    got=tuple(old),
                )
            i += 1
        elif code == -4:
            new += sizes[i:]
            i = len(sizes)
        elif code == -5:
            first = size()
            i += 1
            new.append(first * size())
            i += 1
        elif code == -6:
            whole = size()
            i += 1
            pair = codes[at : at + 2]
            at += 2
            if len(pair) < 2:
                fail(ShapeError, where, "-6 splits an axis", expected="two sizes", got=wanted)
            a, b = pair
            if a == -1 and b > 0:
                a = whole // b
            elif b == -1 and a > 0:
                b = whole // a
            if a * b != whole:
                fail(
                    ShapeError,
                    where,
                    f"an axis of size {whole} cannot be split so",
                    expected=f"two sizes of product {whole}",
                    got=tuple(pair),
                )
            new += [a, b]
        else:
            fail(ShapeError, where, f"no code {code}", expected="-1 to -6", got=tuple(wanted))
    if unknown is not None:
        new[unknown] = -1
    if reverse:
        new = new[::-1]
    return numpy_shape(old, tuple(new), where)


@op("_npx_reshape", aliases=("_npi_reshape",))
def npx_reshape(a, *, newshape: Shape, reverse: bool = False, order: str = "C"):
    """The elements in another shape, with codes for parts of the old one.

    Parameters
    ----------
    a : (*S)
    newshape : int or tuple of int    sizes, or -1: inferred, -2: copied, -3: an axis of size 1 left
        out, -4: all that are left, -5: two multiplied, -6: one split into the next two
    reverse : bool, default False     read the codes from the right
    order : str                       'C', rows stay together

    Returns
    -------
    (*S') same dtype

    Raises
    ------
    ShapeError   if the codes do not fit
    """
    _order(order, "npx.reshape")
    return lax.reshape(a, extended_shape(a.shape, newshape, reverse))


@op("_np_transpose")
def np_transpose(a, *, axes: Shape | None = None):
    """Axes in another order.

    Parameters
    ----------
    a : (*S)
    axes : tuple of int, optional    the old axis at each new place; reversed if not given

    Returns
    -------
    (*S') same dtype

    Raises
    ------
    ShapeError   unless every axis is named once
    """
    return transpose(a, axes=axes or ())


alias("SwapAxis", "_npi_swapaxes")


@op("_np_squeeze")
def np_squeeze(a, *, axis: Shape | None = None):
    """Without axes of size 1.

    Parameters
    ----------
    a : (*S)
    axis : int or tuple of int, optional    these; all of size 1 if not given

    Returns
    -------
    (*S') same dtype

    Raises
    ------
    ShapeError   if a named axis has not size 1
    """
    if not a.ndim and axis in ((0,), (-1,)):
        return a  # as NumPy's: an array without axes is a vector of one here
    return lax.squeeze(a, axes_of_one(a.shape, axis))


@op("_np_moveaxis")
def np_moveaxis(a, *, source: Shape, destination: Shape):
    """Axes moved to other places; the others keep their order.

    Parameters
    ----------
    a : (*S)
    source, destination : int or tuple of int

    Returns
    -------
    (*S') same dtype

    Raises
    ------
    ShapeError   if the axes do not fit
    """
    if len(source) != len(destination):
        fail(
            ShapeError,
            "moveaxis",
            "source and destination differ in number",
            expected=f"{len(source)} places",
            got=destination,
        )
    for k in (*source, *destination):
        one_axis(k, a.ndim, "moveaxis")
    return jnp.moveaxis(a, source, destination)


@op("_npi_broadcast_to")
def np_broadcast_to(array, *, shape: Shape = ()):
    """Axes of size 1 repeated, and leading ones added, until the array has a shape.

    Parameters
    ----------
    array : (*S)
    shape : tuple of int

    Returns
    -------
    (*shape) same dtype

    Raises
    ------
    ShapeError   if an axis that differs has not size 1
    """
    lead = len(shape) - array.ndim
    # -2 keeps the size of an axis
    shape = tuple(
        array.shape[k - lead] if n == -2 and k >= lead else n for k, n in enumerate(shape)
    )
    if lead < 0 or any(s not in (1, t) for s, t in zip(array.shape, shape[lead:])):
        fail(
            ShapeError,
            "broadcast_to",
            f"array of shape {array.shape} cannot be broadcast",
            expected="only axes of size 1 to grow",
            got=f"requested shape {shape}",
        )
    return spread(array, shape)


# ---------------------------------------------------------------------------------- join and split


def _any(arrays, where):
    return rules.to_common(arrays)


@op("_npi_concatenate", promotion=_any)
def np_concatenate(*data, num_args: int | None = None, axis: int | None = 0, dim: int = 1):
    """Arrays joined along an axis.

    Parameters
    ----------
    *data : arrays of one shape but for the axis
    num_args : int           their number; filled in
    axis : int or None       None joins the flattened arrays
    dim : int                kept for symbol files

    Returns
    -------
    array in the type that the arrays meet in

    Raises
    ------
    ShapeError   if the shapes differ elsewhere
    """
    if axis is None:
        data, axis = tuple(lax.reshape(x, (x.size,)) for x in data), 0
    return concat(*data, dim=axis)


@op("_npi_stack", promotion=_any)
def np_stack(*data, axis: int = 0, num_args: int | None = None):
    """Arrays of one shape joined along a new axis.

    Parameters
    ----------
    *data : (*S)
    axis : int, default 0    place of the new axis
    num_args : int           their number; filled in

    Returns
    -------
    (*S with the number of arrays at ``axis``) in the type that the arrays meet in

    Raises
    ------
    ShapeError   if the shapes differ
    """
    return stack(*data, axis=axis)


def _at_least(x, n):
    """``x`` with at least ``n`` axes, as NumPy adds them."""
    if n == 3:
        if x.ndim == 2:
            return lax.expand_dims(x, (2,))
        if x.ndim == 1:
            return lax.expand_dims(x, (0, 2))
        return lax.reshape(x, (1, 1, 1)) if x.ndim == 0 else x
    return lax.reshape(x, (1,) * (n - x.ndim) + x.shape) if x.ndim < n else x


def _define_at_least(n):
    def at_least(*arys, num_args: int | None = None):
        return tuple(_at_least(x, n) for x in arys)

    at_least.__doc__ = f"""Arrays with at least {n} axes.

Parameters
----------
*arys : arrays
num_args : int    their number; filled in

Returns
-------
as many arrays, same dtypes
"""
    op(f"_np_atleast_{n}d", num_outputs=lambda attrs, count: count)(at_least)


for _n in (1, 2, 3):
    _define_at_least(_n)


def _joined(name, ready, axis_of, meaning):
    def join(*data, num_args: int | None = None):
        if not data:
            fail(ShapeError, name, "nothing to join", expected="at least one array", got="none")
        data = tuple(ready(x) for x in data)
        return concat(*data, dim=axis_of(data[0]))

    join.__name__ = name
    join.__doc__ = f"""Arrays joined {meaning}.

Parameters
----------
*data : arrays
num_args : int    their number; filled in

Returns
-------
array in the type that the arrays meet in

Raises
------
ShapeError   if the shapes differ elsewhere
"""
    op(f"_npi_{name}", promotion=_any)(join)


_joined("vstack", lambda x: _at_least(x, 2), lambda x: 0, "row by row")
_joined("hstack", lambda x: _at_least(x, 1), lambda x: 0 if x.ndim == 1 else 1, "side by side")
_joined("dstack", lambda x: _at_least(x, 3), lambda x: 2, "along the third axis")
_joined(
    "column_stack",
    lambda x: lax.reshape(x, (x.size, 1)) if x.ndim < 2 else x,
    lambda x: 1,
    "as columns",
)


def _count_split(attrs, _):
    return attrs["sections"] or len(attrs["indices"])


@op("_npi_hsplit", num_outputs=_count_split, needed={"indices": "()", "axis": "1"})
def np_hsplit(
    data, *, indices: Shape = (), axis: int = 1, squeeze_axis: bool = False, sections: int = 0
):
    """Parts along the second axis, of a vector along the first.

    Parameters
    ----------
    data : (*S)
    indices : tuple of int         where each part begins (the first is 0)
    axis, squeeze_axis             kept for symbol files
    sections : int, default 0      number of equal parts, instead of ``indices``

    Returns
    -------
    as many arrays as parts, same dtype

    Raises
    ------
    ShapeError   if the axis is not divisible
    """
    return split_v2(data, indices=indices, axis=0 if data.ndim == 1 else 1, sections=sections)


@op("_npi_dsplit", num_outputs=_count_split, needed={"indices": "()", "axis": "2"})
def np_dsplit(
    data, *, indices: Shape = (), axis: int = 2, squeeze_axis: bool = False, sections: int = 0
):
    """Parts along the third axis.

    Parameters
    ----------
    data : (*S)
    indices : tuple of int         where each part begins (the first is 0)
    axis, squeeze_axis             kept for symbol files
    sections : int, default 0      number of equal parts, instead of ``indices``

    Returns
    -------
    as many arrays as parts, same dtype

    Raises
    ------
    ShapeError   if the axis is not divisible
    """
    return split_v2(data, indices=indices, axis=2, sections=sections)


# ------------------------------------------------------------------------------- turn, pad, repeat


@op("_npi_flip", needed={"axis": "None"})
def np_flip(data, *, axis: Shape | None = None):
    """The order along axes reversed.

    Parameters
    ----------
    data : (*S)
    axis : int or tuple of int, optional    all axes if not given

    Returns
    -------
    (*S) same dtype

    Raises
    ------
    ShapeError   if an axis is out of range
    """
    axes = range(data.ndim) if axis is None else axis
    return lax.rev(data, sorted({one_axis(a, data.ndim, "flip") for a in axes}))


@op("_np_roll")
def np_roll(data, *, shift: Shape | None = None, axis: Shape | None = None):
    """Elements moved along axes; what leaves at one end comes in at the other.

    Parameters
    ----------
    data : (*S)
    shift : int or tuple of int
    axis : int or tuple of int, optional    without it the flattened array is moved

    Returns
    -------
    (*S) same dtype

    Raises
    ------
    ShapeError   if an axis is out of range
    """
    if shift is None:
        fail(ShapeError, "roll", "no shift given", expected="a shift", got=None)
    if axis is None:
        return jnp.roll(data, sum(shift))
    axes = tuple(one_axis(a, data.ndim, "roll") for a in axis)
    if len(axes) > 1 and len(shift) == 1:
        shift = shift * len(axes)
    elif len(axes) == 1 and len(shift) > 1:
        axes = axes * len(shift)
    return jnp.roll(data, shift, axes)


@op("_npi_rot90", needed={"axes": "(0, 1)"})
def np_rot90(data, *, k: int = 1, axes: Shape | None = (0, 1)):
    """The plane of two axes turned by so many right angles.

    Parameters
    ----------
    data : (*S)
    k : int, default 1
    axes : two ints, default (0, 1)

    Returns
    -------
    (*S') same dtype

    Raises
    ------
    ShapeError   unless there are two different axes
    """
    axes = (0, 1) if axes is None else tuple(axes)
    if len(axes) != 2 or data.ndim < 2:
        fail(ShapeError, "rot90", "no plane", expected="two axes", got=f"axes {axes}")
    a, b = (one_axis(x, data.ndim, "rot90") for x in axes)
    if a == b:
        fail(ShapeError, "rot90", "no plane", expected="two different axes", got=f"axes {axes}")
    return jnp.rot90(data, k, (a, b))


_Mode = Literal["constant", "edge", "reflect", "symmetric", "maximum", "minimum"]


@op("_npi_pad")
def np_pad(
    data,
    *,
    pad_width: object,
    mode: _Mode = "constant",
    constant_value: float = 0.0,
    reflect_type: str = "even",
):
    """Borders added.

    Parameters
    ----------
    data : (*S)
    pad_width : pairs (before, after)   for each axis
    mode : str                          'constant', 'edge', 'reflect', 'symmetric', 'maximum' or
        'minimum'
    constant_value : float, default 0
    reflect_type : str                  'even'

    Returns
    -------
    (*S') same dtype

    Raises
    ------
    ShapeError   if the widths do not fit, or an axis without elements is to grow by what is in it
    """
    width: Any = pad_width
    if len(width) == 1:
        width = tuple(width) * data.ndim
    if len(width) != data.ndim or any(min(w) < 0 for w in width):
        fail(
            ShapeError,
            "pad",
            "the widths do not fit the axes",
            expected=f"{data.ndim} pairs >= 0 for shape {data.shape}",
            got=width,
        )
    pairs = [tuple(w) for w in width]
    if mode == "constant":
        value = jnp.asarray(constant_value).astype(data.dtype)
        return lax.pad(data, value, [(lo, hi, 0) for lo, hi in pairs])
    if 0 in data.shape:
        if any(n == 0 and lo + hi for n, (lo, hi) in zip(data.shape, pairs)):
            fail(
                ShapeError,
                "pad",
                f"an axis without elements has nothing for borders of mode {mode!r}",
                expected="at least one element along each axis that grows",
                got=f"shape {data.shape}, pad_width {width}",
                hint="mode='constant' fills them",
            )
        return jnp.zeros([n + lo + hi for n, (lo, hi) in zip(data.shape, pairs)], data.dtype)
    return jnp.pad(data, pairs, mode)


@op("_npi_repeat_each")
def repeat_each(a, *, repeats: Shape, axis: int | None = None):
    """Each element repeated its own number of times.

    Parameters
    ----------
    a : (*S)
    repeats : tuple of int    one for each element along the axis
    axis : int, optional      without it the array is flattened first

    Returns
    -------
    (*S') same dtype

    Raises
    ------
    ShapeError   if the numbers do not fit
    """
    if axis is None:
        a, axis = lax.reshape(a, (a.size,)), 0
    at = one_axis(axis, a.ndim, "repeat")
    if len(repeats) != a.shape[at] or min(repeats, default=0) < 0:
        fail(
            ShapeError,
            "repeat",
            "the numbers do not fit the axis",
            expected=f"{a.shape[at]} numbers >= 0",
            got=repeats,
        )
    places = onp.repeat(onp.arange(a.shape[at]), repeats)
    return jnp.take(a, places, at)


# ----------------------------------------------------------------------------------- diagonals


@op("_np_diag")
def np_diag(data, *, k: int = 0):
    """A diagonal of a matrix; of a vector, the matrix that has it as diagonal.

    Parameters
    ----------
    data : (N,) or (M, N)
    k : int, default 0    above the main diagonal; below it where negative

    Returns
    -------
    (N + |k|, N + |k|) or a vector, same dtype

    Raises
    ------
    ShapeError   for other numbers of axes
    """
    if data.ndim not in (1, 2):
        fail(ShapeError, "diag", "no matrix", expected="one or two axes", got=data.shape)
    return jnp.diag(data, k) if data.ndim == 1 else diagonal(data, k, 0, 1)


@op("_np_diagflat")
def np_diagflat(data, *, k: int = 0):
    """The matrix that has the elements as diagonal.

    Parameters
    ----------
    data : (*S)
    k : int, default 0    above the main diagonal; below it where negative

    Returns
    -------
    (size + |k|, size + |k|) same dtype
    """
    return jnp.diag(lax.reshape(data, (data.size,)), k)


def _plane(data, axis1, axis2, where):
    if data.ndim < 2:
        fail(ShapeError, where, "no plane", expected="at least two axes", got=data.shape)
    a, b = (one_axis(x, data.ndim, where) for x in (axis1, axis2))
    if a == b:
        fail(ShapeError, where, "no plane", expected="two different axes", got=(axis1, axis2))
    return a, b


@op("_np_diagonal")
def np_diagonal(data, *, offset: int = 0, axis1: int = 0, axis2: int = 1):
    """Diagonals of the planes of two axes.

    Parameters
    ----------
    data : (*S)
    offset : int, default 0        above the main diagonal; below it where negative
    axis1, axis2 : int             default 0 and 1

    Returns
    -------
    (*S without the axes, length of the diagonal) same dtype

    Raises
    ------
    ShapeError   unless there are two different axes
    """
    return diagonal(data, offset, *_plane(data, axis1, axis2, "diagonal"))


@op("_np_trace")
def np_trace(data, *, offset: int = 0, axis1: int = 0, axis2: int = 1):
    """Sums of the diagonals of the planes of two axes.

    Parameters
    ----------
    data : (*S)
    offset : int, default 0        above the main diagonal; below it where negative
    axis1, axis2 : int             default 0 and 1

    Returns
    -------
    (*S without the axes) same dtype

    Raises
    ------
    ShapeError   unless there are two different axes
    """
    found = diagonal(data, offset, *_plane(data, axis1, axis2, "trace"))
    return lax.convert_element_type(jnp.sum(found, -1), data.dtype)


def _triangle(name, keep):
    def triangle(data, *, k: int = 0):
        if data.ndim < 1:
            fail(ShapeError, name, "no matrix", expected="at least one axis", got=data.shape)
        if data.ndim == 1:
            data = jnp.broadcast_to(data, (data.shape[0], data.shape[0]))
        return keep(data, k)

    triangle.__name__ = f"np_{name}"
    part = "lower" if name == "tril" else "upper"
    triangle.__doc__ = f"""The {part} triangles of matrices, zeros elsewhere.

Parameters
----------
data : (*S, M, N), or a vector that is taken for every row
k : int, default 0    the diagonal that is still kept

Returns
-------
(*S, M, N) same dtype
"""
    op(f"_npi_{name}")(triangle)


_triangle("tril", jnp.tril)
_triangle("triu", jnp.triu)


# ------------------------------------------------------------------------------------- choose


def _condition(x):
    return x if x.dtype == bool else lax.ne(x, lax.full_like(x, 0))


def _where_arrays(arrays, where):
    condition, x, y = arrays
    return (condition, *rules.to_common((x, y)))


def _chosen(condition, x, y):
    try:
        shape = jnp.broadcast_shapes(condition.shape, x.shape, y.shape)
    except ValueError:
        fail(
            ShapeError,
            "where",
            "operands could not be broadcast together",
            expected="sizes that are equal or 1, axis by axis from the last",
            got=f"shapes {condition.shape}, {x.shape} and {y.shape}",
        )
    return lax.select(spread(_condition(condition), shape), spread(x, shape), spread(y, shape))


@op("_npi_where", promotion=_where_arrays)
def np_where(condition, x, y):
    """Elements of ``x`` where the condition holds, of ``y`` elsewhere, with broadcasting.

    Parameters
    ----------
    condition, x, y : arrays

    Returns
    -------
    (*S) the common shape, in the type that x and y meet in

    Gradient   to x and y where they are chosen
    """
    return _chosen(condition, x, y)


@op("_npi_where_lscalar")
def where_left_number(condition, x, *, scalar: Scalar = 0.0):
    """A number where the condition holds, elements of ``x`` elsewhere.

    Parameters
    ----------
    condition, x : arrays
    scalar : number

    Returns
    -------
    (*S) the common shape, x's dtype
    """
    return _chosen(condition, number(scalar, x.dtype), x)


@op("_npi_where_rscalar")
def where_right_number(condition, x, *, scalar: Scalar = 0.0):
    """Elements of ``x`` where the condition holds, a number elsewhere.

    Parameters
    ----------
    condition, x : arrays
    scalar : number

    Returns
    -------
    (*S) the common shape, x's dtype
    """
    return _chosen(condition, x, number(scalar, x.dtype))


@op("_npi_where_scalar2")
def where_numbers(condition, *, x: Scalar = 0.0, y: Scalar = 0.0):
    """One number where the condition holds, another elsewhere.

    Parameters
    ----------
    condition : (*S)
    x, y : number

    Returns
    -------
    (*S) float32
    """
    kind = jnp.dtype("float32")
    return _chosen(condition, number(x, kind), number(y, kind))


@op("_npi_clip", needed={"a_min": "-inf", "a_max": "inf"})
def np_clip(data, *, a_min: Scalar | None = None, a_max: Scalar | None = None):
    """Values cut to an interval.

    Parameters
    ----------
    data : (*S)
    a_min, a_max : number or None    may change from call to call without a new compilation

    Returns
    -------
    (*S) same dtype

    Gradient   passes where a_min <= data <= a_max, bounds included
    """
    y = data
    if a_min is not None:
        low = lax.broadcast(number(a_min, data.dtype), data.shape)
        y = lax.select(lax.lt(data, low), low, y)
    if a_max is not None:
        high = lax.broadcast(number(a_max, data.dtype), data.shape)
        y = lax.select(lax.gt(data, high), high, y)
    return y


@op("_np_copy")
def np_copy(a):
    """The array itself.

    Parameters
    ----------
    a : (*S)

    Returns
    -------
    (*S) same dtype
    """
    return a
