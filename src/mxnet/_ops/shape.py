"""Operators that rearrange: reshape, transpose, slice, join, split, repeat, pad."""

import math
import numbers
from itertools import pairwise
from typing import Literal

import jax.numpy as jnp
import numpy as onp
from jax import lax

from ..error import ShapeError, fail
from ._axes import axes_of_one, diagonal, number, one_axis
from ._facts import CLASH, batch_of_data, data_equal, is_full, merge, numbered
from ._spec import Scalar, Shape, op
from ._storage import CSR, Storage, only

__all__ = ["put_slice", "reshaped", "resolved_slice", "take_slice", "unit_steps"]


# -------------------------------------------------------------------------------- reshape


def reshaped(old, wanted, reverse=False, where="Reshape"):
    """The shape that MXNet's special codes mean for an array of shape ``old``.

    0 copies a size, -1 is inferred, -2 copies all that are left, -3 multiplies the next two,
    -4 splits one into the next two numbers (one of them may be -1). ``reverse`` reads sizes and
    codes from the right, so that -4 stands behind its two numbers.
    """
    sizes, codes = list(old), list(wanted)
    if reverse:
        sizes, codes = sizes[::-1], codes[::-1]
    new, unknown, i, at = [], None, 0, 0
    while at < len(codes):
        code = codes[at]
        at += 1
        if code > 0:
            new.append(code)
            i += 1
        elif code == 0:
            new.append(_size(sizes, i, old, wanted, where))
            i += 1
        elif code == -1:
            if unknown is not None:
                _misfit(old, wanted, where, "at most one -1")
            unknown = len(new)
            new.append(1)
            i += 1
        elif code == -2:
            new += sizes[i:]
            i = len(sizes)
        elif code == -3:
            new.append(
                _size(sizes, i, old, wanted, where) * _size(sizes, i + 1, old, wanted, where)
            )
            i += 2
        elif code == -4:
            whole = _size(sizes, i, old, wanted, where)
            if at + 2 > len(codes):
                _misfit(old, wanted, where, "two numbers after -4")
            first, second = codes[at : at + 2]
            at += 2
            i += 1
            if first == -1 and second > 0:
                first = whole // second
            elif second == -1 and first > 0:
                second = whole // first
            if first * second != whole or first < 0:
                _misfit(old, wanted, where, f"two numbers with product {whole} after -4")
            new += [first, second]
        else:
            _misfit(old, wanted, where, "sizes or the codes 0, -1, -2, -3, -4")
    total = math.prod(old)
    if unknown is not None:
        known = math.prod(new)
        new[unknown] = total // known if known else 0
    if math.prod(new) != total:
        _misfit(old, wanted, where, f"a shape of {total} elements")
    return tuple(reversed(new)) if reverse else tuple(new)


def _size(sizes, i, old, wanted, where):
    if i >= len(sizes):
        _misfit(old, wanted, where, "no more copied axes than the array has")
    return sizes[i]


def _misfit(old, wanted, where, expected):
    fail(
        ShapeError,
        where,
        f"array of shape {tuple(old)} cannot be reshaped",
        expected=expected,
        got=f"shape {tuple(wanted)}",
    )


def _legacy_target(old, target, keep_highest):
    """The shape that the old ``target_shape`` parameter means: 0 is inferred."""
    new = list(target)
    if keep_highest and new:
        new[0] = old[0]
        rest = [k for k in range(1, len(new)) if new[k] == 0]
    else:
        rest = [k for k in range(len(new)) if new[k] == 0]
    if len(rest) > 1:
        _misfit(old, target, "Reshape", "at most one 0 in target_shape")
    if rest:
        known = math.prod(n for k, n in enumerate(new) if k not in rest)
        new[rest[0]] = math.prod(old) // known if known else 0
    if math.prod(new) != math.prod(old):
        _misfit(old, target, "Reshape", f"a shape of {math.prod(old)} elements")
    return tuple(new)


def _open_dimension(found, node):
    """The one dimension of the input that is open, from the number of elements."""
    static, _ = node.parse()
    shape, data = static["shape"], found.get(node.inputs[0])
    if data is None:
        return
    if shape and min(shape) > 0:
        found.put((node, 0), tuple(shape), node)
    out = found.get((node, 0))
    if is_full(out) and data.count(-1) == 1:
        rest = -math.prod(data)
        if rest and math.prod(out) % rest == 0:
            open_one = math.prod(out) // rest
            found.put(node.inputs[0], tuple([open_one if d == -1 else d for d in data]), node)


@op("Reshape", aliases=("reshape",), complete=(_open_dimension,))
def reshape(
    data,
    *,
    shape: Shape = (),
    reverse: bool = False,
    target_shape: Shape = (),
    keep_highest: bool = False,
):
    """The same elements in another shape.

    Parameters
    ----------
    data : (*S) any dtype
    shape : tuple of int            sizes, or codes: 0 copies the size of the input's axis, -1 is
                                    inferred from the rest, -2 copies all axes left, -3 merges two
                                    axes, -4 splits one into the two sizes that follow
    reverse : bool, default False   read the codes from the last axis; -4 then stands behind its two
                                    sizes
    target_shape : tuple of int     old form: 0 is inferred
    keep_highest : bool             with target_shape: keep the first axis

    Returns
    -------
    (*shape) same dtype

    Raises
    ------
    ShapeError   if the number of elements would change, or a code asks for a missing axis

    Example      ``(2, 3, 4)``: ``(0, -1)`` gives ``(2, 12)``, ``(-3, 0)`` gives ``(6, 4)``,
                 ``(-4, 1, 2, -2)`` gives ``(1, 2, 3, 4)``
    """
    if not shape and target_shape:
        return lax.reshape(data, _legacy_target(data.shape, target_shape, keep_highest))
    return lax.reshape(data, reshaped(data.shape, shape, reverse))


@op("reshape_like", aliases=("_npx_reshape_like",))
def reshape_like(
    lhs,
    rhs,
    *,
    lhs_begin: int | None = None,
    lhs_end: int | None = None,
    rhs_begin: int | None = None,
    rhs_end: int | None = None,
):
    """``lhs`` in the shape of ``rhs``; with bounds, only those axes of lhs take those of rhs.

    Parameters
    ----------
    lhs : (*S) any dtype
    rhs : array that gives the shape
    lhs_begin, lhs_end, rhs_begin, rhs_end : int, optional    half-open intervals of axes

    Returns
    -------
    (*S') dtype of lhs

    Raises
    ------
    ShapeError   if the number of elements would change

    Gradient   wrt lhs only
    """
    a, b = (
        range(*slice(lo, hi).indices(x.ndim))
        for x, lo, hi in ((lhs, lhs_begin, lhs_end), (rhs, rhs_begin, rhs_end))
    )
    new = lhs.shape[: a.start] + rhs.shape[b.start : b.stop] + lhs.shape[a.stop :]
    if math.prod(new) != lhs.size:
        fail(
            ShapeError,
            "reshape_like",
            "the shapes differ in their number of elements",
            expected=f"{lhs.size} elements for lhs {lhs.shape}",
            got=f"{new} from rhs {rhs.shape}",
        )
    return lax.reshape(lhs, new)


@op("Flatten", aliases=("flatten", "_npx_batch_flatten"), complete=(batch_of_data,))
def flatten(data):
    """All axes but the first as one.

    Parameters
    ----------
    data : (B, *S) any dtype

    Returns
    -------
    (B, prod(S)) same dtype
    """
    if data.ndim == 0:
        return lax.reshape(data, (1, 1))
    return lax.reshape(data, (data.shape[0], math.prod(data.shape[1:])))


def _transposed_shape(found, node):
    out = found.get((node, 0))
    axes = node.parse()[0].get("axes") or ()
    if out is None:
        return
    axes = tuple(axes) or tuple(reversed(range(len(out))))
    if sorted(axes) == list(range(len(out))):
        shape = [-1] * len(out)
        for i, a in enumerate(axes):
            shape[a] = out[i]
        found.put(node.inputs[0], tuple(shape), node)


@op("transpose", complete=(_transposed_shape,))
def transpose(data, *, axes: Shape = ()):
    """Axes in another order.

    Parameters
    ----------
    data : (*S) any dtype
    axes : tuple of int    the old axis at each new place; none given reverses them

    Returns
    -------
    (*S') same dtype

    Raises
    ------
    ShapeError   unless every axis is named once
    """
    order = (
        tuple(one_axis(a, data.ndim, "transpose") for a in axes) or tuple(range(data.ndim))[::-1]
    )
    if sorted(order) != list(range(data.ndim)):
        fail(
            ShapeError,
            "transpose",
            "not an order of the axes",
            expected=f"each of 0 .. {data.ndim - 1} once",
            got=f"axes {axes} for shape {data.shape}",
        )
    return lax.transpose(data, order)


@op("SwapAxis", aliases=("swapaxes",))
def swapaxes(data, *, dim1: int = 0, dim2: int = 0):
    """Two axes exchanged.

    Parameters
    ----------
    data : (*S) any dtype
    dim1, dim2 : int, default 0    negative counts from the end

    Returns
    -------
    (*S') same dtype

    Raises
    ------
    ShapeError   if an axis is out of range
    """
    a, b = (one_axis(d, data.ndim, "SwapAxis") for d in (dim1, dim2))
    order = list(range(data.ndim))
    order[a], order[b] = b, a
    return lax.transpose(data, order)


def _expanded_shape(found, node):
    out = found.get((node, 0))
    axis = node.parse()[0]["axis"]
    if out is not None and -len(out) <= axis < len(out):
        at = axis % len(out)
        found.put(node.inputs[0], out[:at] + out[at + 1 :], node)


@op("expand_dims", aliases=("_npi_expand_dims",), complete=(_expanded_shape,))
def expand_dims(data, *, axis: int):
    """A new axis of size 1.

    Parameters
    ----------
    data : (*S) any dtype
    axis : int    place of the new axis; negative counts from the end of the new shape

    Returns
    -------
    (*S') same dtype

    Raises
    ------
    ShapeError   if the place is out of range
    """
    return lax.expand_dims(data, (one_axis(axis, data.ndim + 1, "expand_dims"),))


@op("squeeze")
def squeeze(data, *, axis: Shape | None = None):
    """Without axes of size 1.

    Parameters
    ----------
    data : (*S) any dtype
    axis : int or tuple of int, optional    these; all of size 1 if not given

    Returns
    -------
    (*S') same dtype; (1,) if no axis would be left

    Raises
    ------
    ShapeError   if a named axis has not size 1
    """
    gone = axes_of_one(data.shape, axis)
    if len(gone) == data.ndim and data.ndim:
        gone = gone[1:]
    return lax.squeeze(data, gone)


# ------------------------------------------------------------------------------------ slice


def resolved_slice(shape, begin, end, step, where="slice"):
    """Python slices over the leading axes of ``shape`` as (start, step, count) for every axis."""
    step = step or ()
    if len(begin) != len(end) or len(begin) > len(shape) or len(step) not in (0, len(begin)):
        fail(
            ShapeError,
            where,
            "the bounds do not fit the axes",
            expected=f"as many begins as ends (and steps), at most {len(shape)} for {tuple(shape)}",
            got=f"begin {tuple(begin)}, end {tuple(end)}, step {tuple(step)}",
        )
    found = []
    for a, n in enumerate(shape):
        lo, hi, by = (
            (begin[a], end[a], step[a] if step else None) if a < len(begin) else (None, None, None)
        )
        if by == 0:
            fail(
                ShapeError,
                where,
                "the step is 0",
                expected="a step other than 0",
                got=f"step {tuple(step)}",
            )
        lo, hi, by = _indices(lo, hi, by, n)
        found.append((lo, by, _count(lo, hi, by)))
    return found


def _indices(lo, hi, by, n):
    """``slice(lo, hi, by).indices(n)``, also where ``n`` is a symbol."""
    if isinstance(n, numbers.Integral):
        return slice(lo, hi, by).indices(n)
    by = 1 if by is None else by
    least, most = (0, n) if by > 0 else (-1, n - 1)

    def inside(i, otherwise):
        if i is None:
            return otherwise
        if i < 0:
            i = i + n
            return least if i < least else i
        return most if i > most else i

    first, last = (least, most) if by > 0 else (most, least)
    return inside(lo, first), inside(hi, last), by


def _count(lo, hi, by):
    """How many numbers there are from ``lo`` to before ``hi``."""
    steps = (hi - lo + by - 1) // by if by > 0 else (lo - hi - by - 1) // -by
    return steps if steps > 0 else 0


def unit_steps(step):
    """Whether a slice of a matrix in compressed rows is one too: what 1.9.1 takes for no steps."""
    return step is not None and tuple(step) in ((), (1,), (None,))


def take_slice(data, spans):
    """The part of ``data`` that ``spans`` of :func:`resolved_slice` name."""
    back = [a for a, (_, by, _) in enumerate(spans) if by < 0]
    starts, stops, steps = [], [], []
    for lo, by, n in spans:
        first = lo + by * (n - 1) if by < 0 and n else lo  # ascending order
        starts.append(first if n else 0)
        stops.append(first + abs(by) * (n - 1) + 1 if n else 0)
        steps.append(abs(by))
    y = lax.slice(data, starts, stops, steps)
    return lax.rev(y, back) if back else y


def put_slice(data, value, spans):
    """``data`` with the part that ``spans`` name replaced by ``value`` (of the part's shape)."""
    if value.size == 0:
        return data
    back = [a for a, (_, by, _) in enumerate(spans) if by < 0]
    if back:
        value = lax.rev(value, back)
    firsts = [lo + by * (n - 1) if by < 0 else lo for lo, by, n in spans]
    if all(abs(by) == 1 or n == 1 for _, by, n in spans):
        if value.shape == data.shape:
            return value
        return lax.dynamic_update_slice(data, value, [onp.int32(f) for f in firsts])
    # strided: spread the value out and select, which vectorises where a scatter would loop
    room = [
        (f, size - f - (abs(by) * (n - 1) + 1), abs(by) - 1)
        for f, size, (_, by, n) in zip(firsts, data.shape, spans)
    ]
    spread = lax.pad(value, jnp.zeros((), data.dtype), room)
    mask = onp.zeros(data.shape, bool)
    mask[
        tuple(slice(f, f + abs(by) * (n - 1) + 1, abs(by)) for f, (_, by, n) in zip(firsts, spans))
    ] = True
    return lax.select(jnp.asarray(mask), spread, data)


@op(
    "slice",
    aliases=("crop", "_sparse_slice", "_npi_slice", "_npx_slice"),
    storage=Storage(
        lambda node, ins, attrs: only(ins, CSR) if unit_steps(attrs.get("step", ())) else None
    ),
)
def slice_(data, *, begin: Shape, end: Shape, step: Shape | None = ()):
    """Part of an array, by begin, end and step along the leading axes, as Python slices.

    Parameters
    ----------
    data : (*S) any dtype
    begin, end : tuple of int or None    negative counts from the end; None means the border
    step : tuple of int or None          negative walks backwards

    Returns
    -------
    (*S') same dtype

    Raises
    ------
    ShapeError   if there are more bounds than axes, or a step is 0
    """
    return take_slice(data, resolved_slice(data.shape, begin, end, step))


@op("slice_axis")
def slice_axis(data, *, axis: int, begin: int, end: int | None):
    """Part of an array along one axis.

    Parameters
    ----------
    data : (*S) any dtype
    axis : int
    begin : int            negative counts from the end
    end : int or None      None means the border

    Returns
    -------
    (*S') same dtype

    Raises
    ------
    ShapeError   if the axis or a bound is out of range
    """
    a = one_axis(axis, data.ndim, "slice_axis")
    n = data.shape[a]
    lo = begin + n if begin < 0 else begin
    hi = n if end is None else end + n if end < 0 else end
    if not 0 <= lo <= hi <= n:
        fail(
            ShapeError,
            "slice_axis",
            "the bounds do not fit the axis",
            expected=f"0 <= begin <= end <= {n} along axis {axis} of shape {data.shape}",
            got=f"begin {begin}, end {end}",
        )
    return lax.slice_in_dim(data, lo, hi, axis=a)


@op("slice_like")
def slice_like(data, shape_like, *, axes: Shape | None = ()):
    """The leading part of an array, of the size of another.

    Parameters
    ----------
    data : (*S) any dtype
    shape_like : array that gives the sizes
    axes : tuple of int     cut only these; none given, or None, means all

    Returns
    -------
    (*S') dtype of data

    Raises
    ------
    ShapeError   if a wanted size exceeds data's

    Gradient   wrt data only
    """
    if not axes and data.ndim != shape_like.ndim:
        fail(
            ShapeError,
            "slice_like",
            "the arrays differ in their number of axes",
            expected=f"{data.ndim} axes",
            got=f"shapes {data.shape} and {shape_like.shape}",
            hint="name the axes to cut",
        )
    new = list(data.shape)
    for a in axes or range(data.ndim):
        a = one_axis(a, data.ndim, "slice_like")
        new[a] = shape_like.shape[one_axis(a, shape_like.ndim, "slice_like")]
        if new[a] > data.shape[a]:
            fail(
                ShapeError,
                "slice_like",
                f"axis {a} is too short",
                expected=f"size <= {data.shape[a]}",
                got=f"shapes {data.shape} and {shape_like.shape}",
            )
    return lax.slice(data, [0] * data.ndim, new)


@op("_slice_assign", aliases=("_crop_assign", "_npi_slice_assign"), same_dtype=True)
def slice_assign(lhs, rhs, *, begin: Shape, end: Shape, step: Shape | None = ()):
    """``lhs`` with a slice replaced by ``rhs``.

    Parameters
    ----------
    lhs : (*S) any dtype
    rhs : array of the slice's shape, same dtype
    begin, end, step : tuple of int or None    as in ``slice``

    Returns
    -------
    (*S) same dtype

    Raises
    ------
    ShapeError   if rhs has not the slice's shape
    """
    spans = resolved_slice(lhs.shape, begin, end, step, "_slice_assign")
    part = tuple(n for _, _, n in spans)
    if rhs.shape != part:
        if math.prod(rhs.shape) != math.prod(part) or [n for n in rhs.shape if n != 1] != [
            n for n in part if n != 1
        ]:
            fail(
                ShapeError,
                "_slice_assign",
                "the value does not fit the slice",
                expected=f"shape {part}",
                got=rhs.shape,
            )
        rhs = lax.reshape(rhs, part)
    return put_slice(lhs, rhs, spans)


@op("_slice_assign_scalar", aliases=("_crop_assign_scalar", "_npi_slice_assign_scalar"))
def slice_assign_scalar(
    data, *, scalar: Scalar = 0.0, begin: Shape, end: Shape, step: Shape | None = ()
):
    """``data`` with a slice filled with a number.

    Parameters
    ----------
    data : (*S) any dtype
    scalar : number, default 0
    begin, end, step : tuple of int or None    as in ``slice``

    Returns
    -------
    (*S) same dtype
    """
    spans = resolved_slice(data.shape, begin, end, step, "_slice_assign_scalar")
    part = lax.broadcast(number(scalar, data.dtype), tuple(n for _, _, n in spans))
    return put_slice(data, part, spans)


@op("Crop", counted=True)
def crop(
    *data,
    num_args: int | None = None,
    offset: Shape = (0, 0),
    h_w: Shape = (0, 0),
    center_crop: bool = False,
):
    """Part of an image batch, of given height and width or of those of a second array.

    Parameters
    ----------
    *data : (B, C, H, W), and optionally an array (B', C', h, w) that gives the size
    num_args : int                   1 or 2; filled in
    offset : (y, x), default (0, 0)  upper left corner
    h_w : (h, w)                     wanted size, without a second array
    center_crop : bool               cut from the middle

    Returns
    -------
    (B, C, h, w) same dtype

    Raises
    ------
    ShapeError   if the part does not lie in the image

    Gradient   wrt the first array only
    """
    if len(data) not in (1, 2) or any(x.ndim != 4 for x in data):
        fail(
            ShapeError,
            "Crop",
            "not image batches",
            expected="one or two arrays (B, C, H, W)",
            got=", ".join(str(x.shape) for x in data) or "none",
        )
    image = data[0]
    height, width = image.shape[2:]
    h, w = data[1].shape[2:] if len(data) == 2 else h_w
    y, x = ((height - h) // 2, (width - w) // 2) if center_crop else offset
    if not (y >= 0 and x >= 0 and h > 0 and w > 0 and y + h <= height and x + w <= width):
        fail(
            ShapeError,
            "Crop",
            "the part does not lie in the image",
            expected=f"a part of ({height}, {width})",
            got=f"size ({h}, {w}) at ({y}, {x})",
        )
    return image[:, :, y : y + h, x : x + w]


# ----------------------------------------------------------------------------- join and split


def _concat_shapes(found, node):
    static, _ = node.parse()
    shapes = [found.get(e) for e in node.inputs]
    out = found.get((node, 0))
    known = next((s for s in (*shapes, out) if s is not None), None)
    if known is None or not -len(known) <= static["dim"] < len(known):
        return
    at, rank = static["dim"] % len(known), len(known)
    common = [-1] * rank
    for s in (*shapes, out):
        if s is None or len(s) != rank:
            continue
        for i, d in enumerate(s):
            if i != at and d != -1:
                common[i] = d
    common[at] = -1
    for e in node.inputs:
        found.put(e, tuple(common), node)
    found.put((node, 0), tuple(common), node)
    sizes = [s[at] if s is not None and len(s) == rank else -1 for s in shapes]
    total = out[at] if out is not None and len(out) == rank else -1
    if -1 not in sizes:
        found.put((node, 0), (*common[:at], sum(sizes), *common[at + 1 :]), node)
    elif total != -1 and sizes.count(-1) == 1:
        i = sizes.index(-1)
        rest = total - sum(sizes) - 1
        if rest >= 0:
            found.put(node.inputs[i], (*common[:at], rest, *common[at + 1 :]), node)


@op(
    "Concat",
    aliases=("concat", "_sparse_concat"),
    same_dtype=True,
    counted=True,
    complete=(_concat_shapes,),
    storage=Storage(lambda node, ins, attrs: only(ins, CSR) if attrs.get("dim", 1) == 0 else None),
)
def concat(*data, num_args: int | None = None, dim: int = 1):
    """Arrays joined along an axis.

    Parameters
    ----------
    *data : arrays of one dtype, of one shape but for the axis ``dim``
    num_args : int           their number; filled in
    dim : int, default 1     negative counts from the end

    Returns
    -------
    array of the common shape, sizes along ``dim`` added; same dtype

    Raises
    ------
    ShapeError   if the shapes differ elsewhere
    """
    if not data:
        fail(ShapeError, "Concat", "nothing to join", expected="at least one array", got="none")
    first = data[0]
    a = one_axis(dim, first.ndim, "Concat", "dim")
    for x in data[1:]:
        if x.ndim != first.ndim or any(
            m != n for k, (m, n) in enumerate(zip(x.shape, first.shape)) if k != a
        ):
            fail(
                ShapeError,
                "Concat",
                "shapes differ besides the joined axis",
                expected=f"{first.shape} but for axis {a}",
                got=x.shape,
            )
    return lax.concatenate(data, a) if len(data) > 1 else first


def _packed_shapes(found, node):
    """Parameters of RNN: first-layer weights of unknown width share what the others leave."""
    total = found.get((node, 0))
    if total is None or total[0] == -1:
        return
    rest, rows, open_ones = total[0], 0, []
    for flat, _ in node.inputs:
        if flat.op_name not in ("Reshape", "reshape"):
            return
        shape = found.get(flat.inputs[0])
        if is_full(shape):
            rest -= math.prod(shape)
        elif shape is not None and len(shape) == 2 and shape[0] != -1:
            rows += shape[0]
            open_ones.append((flat.inputs[0], shape[0]))
        else:
            return
    if rows and rest >= 0 and rest % rows == 0:
        for entry, n in open_ones:
            found.put(entry, (n, rest // rows), node)


@op(
    "_rnn_param_concat",
    aliases=("_npi_rnn_param_concat",),
    same_dtype=True,
    counted=True,
    complete=(_packed_shapes,),
)
def rnn_param_concat(*data, num_args: int | None = None, dim: int = 1):
    """Arrays joined along an axis: the packed parameters of ``RNN``.

    Parameters
    ----------
    *data : arrays of one dtype
    num_args : int           their number; filled in
    dim : int, default 1

    Returns
    -------
    joined array, same dtype
    """
    return concat(*data, dim=dim)


def _stack_shapes(found, node):
    static, _ = node.parse()
    known = None
    for e in node.inputs:
        known = merge(known, found.get(e))
        if known is CLASH:
            return
    n = static["axis"]
    if known is not None and -len(known) - 1 <= n <= len(known):
        at = n % (len(known) + 1)
        found.put((node, 0), (*known[:at], len(node.inputs), *known[at:]), node)


def _stack_by_numpy(ins, axis, num_args=None):
    shape, dtype = ins[0].shape, ins[0].dtype
    axis = axis if axis >= 0 else axis + len(shape) + 1
    out = (*shape[:axis], len(ins), *shape[axis:])
    keys = [(*[slice(None)] * axis, i) for i in range(len(ins))]

    def stack(*arrays):
        found = onp.empty(out, dtype)
        for key, x in zip(keys, arrays):
            found[key] = x
        return found

    return stack


@op(
    "stack",
    same_dtype=True,
    counted=True,
    complete=(_stack_shapes,),
    by_numpy=_stack_by_numpy,
)
def stack(*data, axis: int = 0, num_args: int | None = None):
    """Arrays of one shape joined along a new axis.

    Parameters
    ----------
    *data : (*S) of one dtype
    axis : int, default 0    place of the new axis
    num_args : int           their number; filled in

    Returns
    -------
    (*S with the number of arrays at ``axis``) same dtype

    Raises
    ------
    ShapeError   if the shapes differ
    """
    if not data:
        fail(ShapeError, "stack", "nothing to join", expected="at least one array", got="none")
    first = data[0]
    for x in data[1:]:
        if x.shape != first.shape:
            fail(
                ShapeError,
                "stack",
                "shapes differ",
                expected=f"{first.shape} as the first array has",
                got=x.shape,
            )
    a = one_axis(axis, first.ndim + 1, "stack")
    return lax.concatenate([lax.expand_dims(x, (a,)) for x in data], a)


def _split_shapes(found, node):
    static, _ = node.parse()
    if static["squeeze_axis"]:
        return
    out = None
    for i in range(node.n_visible):
        out = merge(out, found.get((node, i)))
        if out is CLASH:
            return
    if out is None or not -len(out) <= static["axis"] < len(out):
        return
    shape, at = list(out), static["axis"] % len(out)
    for i in range(node.n_visible):
        found.put((node, i), out, node)
    shape[at] = shape[at] * static["num_outputs"] if shape[at] != -1 else -1
    found.put(node.inputs[0], tuple(shape), node)


@op(
    "SliceChannel",
    aliases=("split",),
    num_outputs=lambda attrs, n: attrs["num_outputs"],
    outputs=numbered,
    complete=(_split_shapes,),
)
def split(data, *, num_outputs: int, axis: int = 1, squeeze_axis: bool = False):
    """Equal parts along an axis.

    Parameters
    ----------
    data : (*S) any dtype
    num_outputs : int                  number of parts; divides the axis
    axis : int, default 1
    squeeze_axis : bool, default False    drop the axis, for parts of size 1

    Returns
    -------
    ``num_outputs`` arrays, same dtype

    Raises
    ------
    ShapeError   if the axis is out of range or not divisible
    """
    a = one_axis(axis, data.ndim, "split")
    n = data.shape[a]
    if num_outputs < 1 or n % num_outputs or (squeeze_axis and n != num_outputs):
        fail(
            ShapeError,
            "split",
            "the axis cannot be cut into equal parts",
            expected=f"num_outputs {'equal to' if squeeze_axis else 'that divides'} {n}, axis {a} "
            f"of {data.shape}",
            got=num_outputs,
        )
    width = n // num_outputs
    return _sections(data, a, [k * width for k in range(num_outputs + 1)], squeeze_axis)


def _sections(data, a, borders, squeeze_axis):
    sizes = [hi - lo for lo, hi in pairwise(borders)]
    if borders[0] == 0 and all(n >= 0 for n in sizes):
        # The gradient is one concatenation; that of slices is a padded copy of the whole for each.
        parts = lax.split(data, sizes, axis=a)
    else:
        parts = [lax.slice_in_dim(data, lo, max(lo, hi), axis=a) for lo, hi in pairwise(borders)]
    return tuple(lax.squeeze(x, (a,)) for x in parts) if squeeze_axis else tuple(parts)


def _count_split(attrs, _):
    return attrs["sections"] or len(attrs["indices"])


@op("_split_v2", aliases=("_npi_split",), num_outputs=_count_split, needed={"indices": "()"})
def split_v2(
    data, *, indices: Shape = (), axis: int = 1, squeeze_axis: bool = False, sections: int = 0
):
    """Parts along an axis, equal ones or at given borders.

    Parameters
    ----------
    data : (*S) any dtype
    indices : tuple of int             where each part begins (the first is 0)
    axis : int, default 1
    squeeze_axis : bool, default False    drop the axis, for parts of size 1
    sections : int, default 0          number of equal parts, instead of ``indices``

    Returns
    -------
    as many arrays as parts, same dtype

    Raises
    ------
    ShapeError   if the axis is out of range or not divisible
    """
    a = one_axis(axis, data.ndim, "split_v2")
    n = data.shape[a]
    if sections:
        if sections < 0 or n % sections:
            fail(
                ShapeError,
                "split_v2",
                "the axis cannot be cut into equal parts",
                expected=f"a number that divides {n}, the size of axis {a} of {data.shape}",
                got=sections,
            )
        borders = [k * (n // sections) for k in range(sections + 1)]
    else:
        borders = [min(max(i + n if i < 0 else i, 0), n) for i in indices] + [n]
    if squeeze_axis and any(hi - lo != 1 for lo, hi in pairwise(borders)):
        fail(
            ShapeError,
            "split_v2",
            "squeeze_axis needs parts of size 1",
            expected=f"{n} parts",
            got=f"borders {tuple(borders)}",
        )
    return _sections(data, a, borders, squeeze_axis)


# ----------------------------------------------------------------------------- repeat, pad, flip


@op("tile", aliases=("_npi_tile",))
def tile(data, *, reps: Shape):
    """The whole array repeated along its axes.

    Parameters
    ----------
    data : (*S) any dtype
    reps : tuple of int    repetitions, aligned at the last axis; more than axes adds leading ones

    Returns
    -------
    (*S') same dtype

    Raises
    ------
    ShapeError   if a number is negative
    """
    if any(r < 0 for r in reps):
        fail(
            ShapeError,
            "tile",
            "a number of repetitions is negative",
            expected="reps >= 0",
            got=reps,
        )
    return jnp.tile(data, reps)


@op("repeat", aliases=("_np_repeat",))
def repeat(data, *, repeats: int, axis: int | None = None):
    """Each element repeated.

    Parameters
    ----------
    data : (*S) any dtype
    repeats : int           so many times
    axis : int, optional    along this axis; without it the array is flattened first

    Returns
    -------
    (*S') same dtype

    Raises
    ------
    ShapeError   if the number is negative or the axis out of range
    """
    if repeats < 0:
        fail(
            ShapeError,
            "repeat",
            "the number of repetitions is negative",
            expected="repeats >= 0",
            got=repeats,
        )
    if axis is None:
        data, axis = lax.reshape(data, (data.size,)), 0
    a = one_axis(axis, data.ndim, "repeat")
    kept = [k if k <= a else k + 1 for k in range(data.ndim)]
    wide = data.shape[: a + 1] + (repeats,) + data.shape[a + 1 :]
    y = lax.broadcast_in_dim(data, wide, kept)
    return lax.reshape(y, data.shape[:a] + (data.shape[a] * repeats,) + data.shape[a + 1 :])


@op("Pad", aliases=("pad",))
def pad(
    data,
    *,
    mode: Literal["constant", "edge", "reflect"],
    pad_width: Shape,
    constant_value: float = 0.0,
):
    """Borders added.

    Parameters
    ----------
    data : (*S) any dtype
    mode : 'constant', 'edge' or 'reflect'    a number, the border repeated, or the array mirrored
    pad_width : tuple of 2 * ndim int         (before, after) for each axis
    constant_value : float, default 0

    Returns
    -------
    (*S') same dtype

    Raises
    ------
    ShapeError   unless there are two widths >= 0 per axis, for 'reflect' below its size
    """
    if len(pad_width) != 2 * data.ndim or any(w < 0 for w in pad_width):
        fail(
            ShapeError,
            "Pad",
            "the widths do not fit the axes",
            expected=f"{2 * data.ndim} widths >= 0 for shape {data.shape}",
            got=pad_width,
        )
    pairs = list(zip(pad_width[::2], pad_width[1::2]))
    if mode == "constant":
        value = jnp.asarray(constant_value).astype(data.dtype)
        return lax.pad(data, value, [(lo, hi, 0) for lo, hi in pairs])
    if mode == "reflect" and any(max(w) >= n for w, n in zip(pairs, data.shape) if max(w)):
        fail(
            ShapeError,
            "Pad",
            "too wide to mirror",
            expected=f"widths below the sizes of {data.shape}",
            got=pad_width,
        )
    return jnp.pad(data, pairs, mode)


@op("reverse", aliases=("flip",), complete=(data_equal,))
def reverse(data, *, axis: Shape):
    """The order along axes reversed.

    Parameters
    ----------
    data : (*S) any dtype
    axis : int or tuple of int

    Returns
    -------
    (*S) same dtype

    Raises
    ------
    ShapeError   if an axis is out of range
    """
    return lax.rev(data, sorted({one_axis(a, data.ndim, "reverse") for a in axis}))


@op("diag")
def diag(data, *, k: int = 0, axis1: int = 0, axis2: int = 1):
    """A diagonal of an array; of a vector, the matrix that has it as diagonal.

    Parameters
    ----------
    data : (N,) or (*S) any dtype
    k : int, default 0             positive above, negative below the main diagonal
    axis1, axis2 : int             the axes of the matrices, for two and more axes

    Returns
    -------
    (N + |k|, N + |k|), or (*S without the two axes, length of the diagonal); same dtype

    Raises
    ------
    ShapeError   if the diagonal lies outside the array
    """
    if data.ndim == 0:
        fail(
            ShapeError,
            "diag",
            "a number has no diagonal",
            expected="at least one axis",
            got=data.shape,
        )
    if data.ndim == 1:
        return jnp.diag(data, k)
    a, b = one_axis(axis1, data.ndim, "diag"), one_axis(axis2, data.ndim, "diag")
    if a == b:
        fail(
            ShapeError,
            "diag",
            "the two axes are one",
            expected="different axes",
            got=f"{axis1} and {axis2}",
        )
    if not -data.shape[a] < k < data.shape[b]:
        fail(
            ShapeError,
            "diag",
            "the diagonal lies outside the array",
            expected=f"{-data.shape[a]} < k < {data.shape[b]} for shape {data.shape}",
            got=k,
        )
    return diagonal(data, k, a, b)


def _image_batch(data, block, where, divided):
    if (
        data.ndim != 4
        or block < 1
        or any(data.shape[a] % (block * block if a == 1 else block) for a in divided)
    ):
        fail(
            ShapeError,
            where,
            "the blocks do not fit",
            expected=f"(B, C, H, W) with {'C' if divided == (1,) else 'H and W'} divisible by "
            f"{block * block if divided == (1,) else block}",
            got=data.shape,
        )


@op("depth_to_space")
def depth_to_space(data, *, block_size: int):
    """Channels moved into ``block_size`` x ``block_size`` blocks of pixels.

    Parameters
    ----------
    data : (B, C * b * b, H, W) any dtype
    block_size : int                   b

    Returns
    -------
    (B, C, H * b, W * b) same dtype

    Raises
    ------
    ShapeError   if the channels are not divisible by b * b
    """
    _image_batch(data, block_size, "depth_to_space", (1,))
    n, c, h, w = data.shape
    b = block_size
    y = lax.reshape(data, (n, b, b, c // (b * b), h, w))
    return lax.reshape(lax.transpose(y, (0, 3, 4, 1, 5, 2)), (n, c // (b * b), h * b, w * b))


@op("space_to_depth")
def space_to_depth(data, *, block_size: int):
    """Blocks of ``block_size`` x ``block_size`` pixels moved into channels.

    Parameters
    ----------
    data : (B, C, H * b, W * b) any dtype
    block_size : int                   b

    Returns
    -------
    (B, C * b * b, H, W) same dtype

    Raises
    ------
    ShapeError   if height or width is not divisible by b
    """
    _image_batch(data, block_size, "space_to_depth", (2, 3))
    n, c, h, w = data.shape
    b = block_size
    y = lax.reshape(data, (n, c, h // b, b, w // b, b))
    return lax.reshape(lax.transpose(y, (0, 3, 5, 1, 2, 4)), (n, c * b * b, h // b, w // b))
