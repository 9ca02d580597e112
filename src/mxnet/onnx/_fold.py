"""What an ONNX model computes of constants and of shapes, before it runs."""

import math
from typing import Any

import numpy as onp

from ..error import FormatError

__all__ = ["Dim", "fold", "slices"]

_MOST = 1 << 20  # elements that a small file may ask for
_SMALL = 1 << 16  # elements of constants that arithmetic is done on


class Dim:
    """A size that is not known before the network runs; axis ``axis`` of some value, or computed
    of such (``axis`` None).
    """

    def __init__(self, axis=None):
        self.axis = axis

    def _computed(self, other):
        return Dim()

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _computed
    __floordiv__ = __rfloordiv__ = __truediv__ = __rtruediv__ = _computed


def _shape(r, node, a):
    shape = r.shape(node.input[0])
    if shape is None:
        return None
    shape = shape[a.get("start", 0) : a.get("end")]
    found = onp.empty(len(shape), object)
    for i, d in enumerate(shape):
        found[i] = Dim(i) if d is None else d
    return found


def _limited(node, count):
    if not 0 <= count <= _MOST:
        raise FormatError(
            f"onnx: {node.op_type} (node {node.name!r}): a constant of {count} elements; at most "
            f"{_MOST} are made."
        )


def _constant_of_shape(node, a, x):
    shape = tuple(x[0].reshape(-1).tolist())
    if any(isinstance(d, Dim) for d in shape):
        return None
    _limited(node, math.prod(shape) if all(d >= 0 for d in shape) else -1)
    value = a.get("value")
    if value is None:
        return onp.zeros(shape, "float32")
    from_raw = value.int64_data or value.float_data or value.int32_data
    kind = {1: "float32", 6: "int32", 7: "int64", 9: "bool", 11: "float64"}[value.data_type]
    number = from_raw[0] if from_raw else onp.frombuffer(value.raw_data, kind)[0]
    return onp.full(shape, number, kind)


def _range(node, a, x):
    if any(isinstance(i.item(), Dim) for i in x):
        return None
    start, stop, step = (i.item() for i in x)
    _limited(node, max(math.ceil((stop - start) / step), 0))
    return onp.arange(start, stop, step).astype(x[0].dtype)


def _axes(a, x) -> Any:
    axes = a.get("axes")
    if axes is None and len(x) > 1 and x[1] is not None:
        axes = x[1].reshape(-1).tolist()
    return None if axes is None else tuple(axes)


def slices(a, values) -> list[Any]:
    """(start, end, axis, step) of each axis of a ``Slice``, whose inputs have these values."""
    starts, ends, axes, steps, *_ = (
        *(values or (a["starts"], a["ends"], a.get("axes"))),
        None,
        None,
    )
    axes = range(len(starts)) if axes is None else axes
    return list(zip(starts, ends, axes, [1] * len(starts) if steps is None else steps))


def _slice(node, a, x):
    where = [slice(None)] * x[0].ndim
    for start, end, axis, step in slices(
        a, [None if i is None else i.reshape(-1).tolist() for i in x[1:]]
    ):
        where[axis] = slice(start, end if end > -(2**31) else None, step)
    return x[0][tuple(where)]


def _cast(node, a, x):
    kind = {1: "float32", 6: "int32", 7: "int64", 9: "bool", 11: "float64"}.get(a["to"])
    if x[0].dtype == object:
        return x[0] if kind in ("int32", "int64") else None
    return None if kind is None else x[0].astype(kind)


def _div(node, a, x):
    whole = all(i.dtype.kind in "iuO" for i in x)
    return x[0] // x[1] if whole else x[0] / x[1]


def _reshape(node, a, x):
    shape = a.get("shape") or x[1].tolist()
    return x[0].reshape([x[0].shape[i] if d == 0 else d for i, d in enumerate(shape)])


def _unsqueeze(node, a, x):
    return onp.expand_dims(x[0], _axes(a, x))


def _where(node, a, x):
    return onp.where(x[0].astype(bool), x[1], x[2])


def _expand(node, a, x):
    shape = onp.broadcast_shapes(x[0].shape, tuple(x[1].tolist()))
    _limited(node, math.prod(shape))
    return onp.broadcast_to(x[0], shape)


_MOVES = {  # exact for any elements
    "Identity": lambda node, a, x: x[0],
    "Transpose": lambda node, a, x: x[0].transpose(a.get("perm")),
    "Unsqueeze": _unsqueeze,
    "Squeeze": lambda node, a, x: onp.squeeze(x[0], _axes(a, x)),
    "Reshape": _reshape,
}
_SIZES = {
    "Gather": lambda node, a, x: onp.take(x[0], x[1], axis=a.get("axis", 0)),
    "Concat": lambda node, a, x: onp.concatenate(x, axis=a["axis"]),
    "Slice": _slice,
    "Cast": _cast,
    "Add": lambda node, a, x: x[0] + x[1],
    "Sub": lambda node, a, x: x[0] - x[1],
    "Mul": lambda node, a, x: x[0] * x[1],
    "Div": _div,
}
_NUMBERS = {
    "Equal": lambda node, a, x: x[0] == x[1],
    "Floor": lambda node, a, x: onp.floor(x[0]),
    "Ceil": lambda node, a, x: onp.ceil(x[0]),
    "Neg": lambda node, a, x: -x[0],
    "Where": _where,
    "Expand": _expand,
    "ReduceProd": lambda node, a, x: onp.prod(
        x[0], axis=_axes(a, x), keepdims=bool(a.get("keepdims", 1))
    ),
}


def fold(r, node, a):
    """An array in place of a node: of numbers, or of dtype object with int and :class:`Dim`.

    None where the node has to be computed when the network runs.
    """
    kind = node.op_type
    if kind == "Shape":
        found = _shape(r, node, a)
    else:
        parts = []
        for name in node.input:
            part = r.constants.get(name) if name in r.constants else r.sizes.get(name)
            if name and part is None:
                return None
            parts.append(part)
        if not parts or parts[0] is None:
            return None
        open_ = any(p is not None and p.dtype == object for p in parts)
        if kind in ("ConstantOfShape", "Range"):
            f = _constant_of_shape if kind == "ConstantOfShape" else _range
        elif kind in _MOVES:
            f = _MOVES[kind]
        elif open_ or all(p is None or p.size <= _SMALL for p in parts):
            f = _SIZES.get(kind) or (None if open_ else _NUMBERS.get(kind))
        else:
            f = None
        if f is None:
            return None
        with onp.errstate(all="ignore"):
            found = f(node, a, parts)
    if found is None:
        return None
    found = onp.asarray(found)
    _limited(node, found.size if kind in ("Gather", "Add", "Sub", "Mul", "Div", "Where") else 0)
    if found.dtype == object and not any(isinstance(i, Dim) for i in found.reshape(-1)):
        return found.astype("int64")
    return found
