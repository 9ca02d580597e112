"""Operators on sparse arrays: a rule per operator, or the dense operator.

A rule works on the parts of its inputs and gives the storage that 1.9.1 gives, or None where it
does not apply. All else falls back to dense arrays, which is said once per operator in the log (set
``MXNET_STORAGE_FALLBACK_LOG_VERBOSE=0`` for silence).  Where something is being recorded the
values come from the dense operator too, and gradients with them.

What changes how much is stored is done on the host, by SciPy; what keeps the structure goes through
the engine.
"""

import logging
import os

import jax
import jax.numpy as jnp
import numpy as onp

from .._engine.segment import append_many
from .._engine.state import draw, threads
from .._engine.tape import unrecorded
from .._frontend.dispatch import bind, invoke, offer_storage, write_out
from .._ops import _spec
from .._ops._spec import Bound
from .._ops._storage import Csr
from .._ops.shape import unit_steps
from .._ops.sparse import add_rows, by_rows, touched_rows
from .._tables import table
from ..error import DTypeError, MXNetError, ShapeError, fail
from ._sparse_array import (
    BaseSparseNDArray,
    CSRNDArray,
    RowSparseNDArray,
    empty_of,
    host,
    need_stype,
    row_numbers,
    value_of,
)
from .ndarray import NDArray, _wrap

__all__ = ["call"]

_log = logging.getLogger("mxnet.storage")
_said = set()


def call(op, inputs, given, out=None, names=None):
    """Call an operator, some of whose inputs are sparse. Parameters and result as ``invoke``'s."""
    # a parameter whose shape is not known yet has no Value
    tracked = threads.recording and any(x._v is not None and x._tracked() for x in inputs)
    found = None
    if threads.tracing is None:
        if op.storage.parts:
            return _on_parts(op, inputs, given, out)
        found = _RULES.get(op.name, _kept)(op, inputs, _read(op, given), tracked)
    if found is None:
        return _dense(op, inputs, given, out, names)
    if tracked and found.stype != "default" and not found._tracked():
        if found.stype == "row_sparse" and len(inputs) == 1:
            found._v = _row_by_row(op, inputs[0], given)
        else:
            found._v = _dense(op, inputs, given, None, names, say=False)._read()
    return found if out is None else _written(op, found, out)


def _written(op, found, out):
    """An array written into another."""
    if isinstance(out, BaseSparseNDArray) and out.stype == found.stype:
        return found.copyto(out)
    return write_out(op, [found._read()], out)


def _on_parts(op, inputs, given, out):
    """An operator whose function takes and gives the parts of csr arrays."""
    bound, scalars = bind(op, given, len(inputs))
    if bound.needs_key:
        scalars = (*scalars, *map(onp.uint32, draw()))
    ctx = inputs[0].context
    found = []
    for r in bound.run([_for_host(x) for x in inputs], scalars):
        if isinstance(r, Csr):
            parts = r.data, r.indices, r.indptr
            found.append(CSRNDArray._of(r.shape, [value_of(p, ctx) for p in parts]))
        else:
            found.append(_wrap(NDArray, value_of(r, ctx)))
    if out is not None:
        outs = out if isinstance(out, (list, tuple)) else [out]
        for x, o in zip(found, outs):
            _written(op, x, o)
        return out
    return found[0] if len(found) == 1 else found


def _for_host(x):
    if x.stype == "csr":
        data, indices, indptr = (host(p) for p in x._parts())
        return Csr(data, indices, indptr, x.shape)
    return host(x._read())


def _read(op, given):
    """Attributes as Python values: those of a symbol are text."""
    if not any(v.__class__ is str for v in given.values()):
        return given
    static, scalars = op.parse(given)
    scalars = iter(scalars)
    found = {
        n: static[n] if n in static else next(scalars) for n in op.attrs if not op.attrs[n].many
    }
    return {n: found.get(n, v) for n, v in given.items()}


def _dense(op, inputs, given, out, names, say=True):
    if say:
        _say_fallback(op, inputs)
    plain = [_wrap(NDArray, x._read()) if isinstance(x, BaseSparseNDArray) else x for x in inputs]
    before = [x._v for x in plain] if op.mutates else ()
    result = invoke(op, plain, given, out, names)
    for x, p, v in zip(inputs, plain, before):
        if p is not x and p._v is not v:
            x._write(p._v)
    return result


class _ByRows(Bound):
    """An operator of a row_sparse array that works row by row, and so does its gradient."""

    def __init__(self, inner):
        super().__init__()
        self.name, self.n_scalars = inner.name, inner.n_scalars
        self.function = lambda x, scalars: inner.run((x,), scalars)[0]

    def run(self, inputs, scalars):
        """See the class."""
        return (by_rows(self.function, inputs[0], tuple(scalars)),)


_by_rows_of = table()


def _row_by_row(op, x, given):
    """The recorded Value of an operator on a row_sparse array that gives one."""
    inner, scalars = bind(op, given, 1)
    bound = _by_rows_of.get(inner)
    if bound is None:
        bound = _by_rows_of.setdefault(inner, _ByRows(inner))
    return append_many(bound, (x._read(),), scalars, keep=1)[0]


def _say_fallback(op, inputs):
    key = op.name, tuple([x.stype for x in inputs])
    if key in _said or os.environ.get("MXNET_STORAGE_FALLBACK_LOG_VERBOSE", "1") == "0":
        return
    _said.add(key)
    _log.info(
        "%s works on dense arrays: made them of inputs with storage %s", op.name, ", ".join(key[1])
    )


offer_storage(call)


def _on_values(op, x, given):
    """The operator on the stored values; the same structure."""
    data, *indices = x._parts()
    new = unrecorded(invoke, op, [_wrap(NDArray, data)], given)
    return x._of(x.shape, (new._read(), *indices))


def _kept(op, inputs, given, tracked):
    """Operators that are zero at zero."""
    return _on_values(op, inputs[0], given) if op.storage.keeps_zero(given) else None


def _zeros(op, inputs, given, tracked):
    x = inputs[0]
    return empty_of(x.stype, x.shape, x.context, x.dtype)


def _quadratic(op, inputs, given, tracked):
    x = inputs[0]
    return _on_values(op, x, given) if x.stype == "csr" and not float(given.get("c", 0)) else None


def _scatter_div(op, inputs, given, tracked):
    """Of the stored rows only: 0 / 0 of the others is not computed."""
    x, other = inputs
    if x.stype != "row_sparse" or x.shape != other.shape:
        return None
    return _with_dense(x, other, "elemwise_div")


def _fully_connected(op, inputs, given, tracked):
    """A bias of one column is taken with sparse data, as it comes from a row_sparse parameter."""
    if len(inputs) < 3 or inputs[0].stype == "default" or inputs[2].ndim != 2:
        return None
    bias = inputs[2]
    if bias.shape[1] != 1:
        return None
    bias = bias.tostype("default").reshape((-1,))
    return _dense(op, [*inputs[:2], bias], given, None, None)


def _scipy(x):
    """The matrix of a csr array for SciPy (half-precision numbers as float32)."""
    import scipy.sparse  # optional: only who uses csr arithmetic waits for its import

    data, indices, starts = [host(p) for p in x._parts()]
    if data.dtype.itemsize == 2 and data.dtype.kind not in "iu":
        data = data.astype("float32")
    return scipy.sparse.csr_matrix((data, indices, starts), shape=x.shape)


def _from_scipy(m, like):
    """A csr array of SciPy's matrix, with dtype and device of another array."""
    m = m.tocsr()
    m.sort_indices()
    dtype, ctx = onp.dtype(like.dtype), like.context
    parts = m.data.astype(dtype), m.indices.astype("int64"), m.indptr.astype("int64")
    return CSRNDArray._of(m.shape, [value_of(p, ctx) for p in parts])


def _same(op, a, b):
    if a.shape != b.shape:
        fail(
            ShapeError,
            op.name,
            "operands differ in shape",
            expected=f"two arrays of one shape, the first has {a.shape}",
            got=b.shape,
        )
    if a.dtype != b.dtype:
        fail(
            DTypeError,
            op.name,
            "arrays of different types",
            expected=onp.dtype(a.dtype).name,
            got=onp.dtype(b.dtype).name,
            hint="convert with .astype()",
        )


def _rows_of(x, rows):
    """Rows of a row_sparse array as NumPy, zeros for those that are not stored."""
    if x._form is None:  # no need to find out which rows are stored
        a = host(x._v if x._raw is None else x._raw)[rows]
        return a + a.dtype.type(0)
    data, have = [host(p) for p in x._parts()]
    out = onp.zeros((len(rows), *x.shape[1:]), data.dtype)
    order = onp.argsort(have, kind="stable")
    spot = onp.searchsorted(have, rows, sorter=order)
    spot = order[onp.minimum(spot, len(have) - 1)] if len(have) else spot
    found = have[spot] == rows if len(have) else onp.zeros(len(rows), bool)
    out[found] = data[spot[found]]
    return out


def _joined(op, arrays, function):
    """Row-sparse arrays combined row by row, over all rows that any of them stores."""
    rows = onp.unique(onp.concatenate([host(x._parts()[1]) for x in arrays]))
    out = function(*[_rows_of(x, rows) for x in arrays])
    like = arrays[0]
    parts = out.astype(like.dtype, copy=False), rows
    return RowSparseNDArray._of(like.shape, [value_of(p, like.context) for p in parts])


def _sum_or_difference(function):
    def rule(op, inputs, given, tracked):
        a, b = inputs
        _same(op, a, b)
        if a.stype == b.stype == "csr":
            return _from_scipy(function(_scipy(a), _scipy(b)), a)
        if a.stype == b.stype == "row_sparse":
            return _joined(op, inputs, function)
        return None

    return rule


def _larger(function, of_csr):
    """The larger, or smaller, of two elements; zero where both are."""

    def rule(op, inputs, given, tracked):
        a, b = inputs
        if a.stype == b.stype == "csr" and a.shape == b.shape:
            return _from_scipy(of_csr(_scipy(a), _scipy(b)), a)
        if a.stype == b.stype == "row_sparse" and a.shape == b.shape:
            return _joined(op, inputs, function)
        return None

    return rule


def _product(op, inputs, given, tracked):
    a, b = inputs
    _same(op, a, b)
    if a.stype == b.stype == "row_sparse":
        return _joined(op, inputs, onp.multiply)
    if a.stype == b.stype == "csr":
        return _from_scipy(_scipy(a).multiply(_scipy(b)), a)
    if "default" not in (a.stype, b.stype):
        return None
    x, other = (b, a) if a.stype == "default" else (a, b)
    return _with_dense(x, other, "elemwise_mul")


def _with_dense(x, other, name):
    """The stored values combined with the dense array's elements at their places."""
    data, *indices = x._parts()
    dense = onp.broadcast_to(other.asnumpy(), x.shape)
    if x.stype == "csr":
        columns, starts = [host(p) for p in indices]
        there = dense[row_numbers(starts), columns]
    else:
        there = dense[host(indices[0])]
    there = _wrap(NDArray, value_of(there, x.context))
    new = unrecorded(invoke, _spec.get(name), [_wrap(NDArray, data), there], {})
    return x._of(x.shape, (new._read(), *indices))


def _broadcast_with_dense(name):
    def rule(op, inputs, given, tracked):
        a, b = inputs
        if a.stype != "csr" or b.stype != "default" or a.dtype != b.dtype:
            return None
        fits = b.ndim <= 2 and all(n in (1, m) for n, m in zip(b.shape[::-1], a.shape[::-1]))
        return _with_dense(a, b, name) if fits else None

    return rule


def _add_n(op, inputs, given, tracked):
    if any(x.stype != "row_sparse" for x in inputs):
        return None
    for x in inputs[1:]:
        _same(op, inputs[0], x)

    def total(*rows):
        out = rows[0]
        for r in rows[1:]:
            out = out + r
        return out

    return _joined(op, inputs, total)


def _concat(op, inputs, given, tracked):
    import scipy.sparse  # optional: see _scipy

    if any(x.stype != "csr" for x in inputs) or int(given.get("dim", 1)) != 0:
        return None
    for x in inputs[1:]:
        if x.shape[1] != inputs[0].shape[1] or x.dtype != inputs[0].dtype:
            return None  # the dense operator says what is wrong
    return _from_scipy(scipy.sparse.vstack([_scipy(x) for x in inputs]), inputs[0])


def _slice(op, inputs, given, tracked):
    x = inputs[0]
    begin, end, step = [
        (v,) if isinstance(v, (int, onp.integer)) else v
        for v in (given["begin"], given["end"], given.get("step", ()))
    ]
    if x.stype != "csr" or not unit_steps(step) or not begin or not end:
        return None
    if len(begin) > 2 or len(begin) != len(end) or len(step) not in (0, len(begin)):
        return None
    where = [slice(b, e).indices(n)[:2] for b, e, n in zip(begin, end, x.shape)]
    data, columns, starts = [host(p) for p in x._parts()]
    first, last = where[0]
    at = slice(starts[first], starts[max(first, last)])
    shape = (max(last - first, 0), x.shape[1])
    data, columns, starts = data[at], columns[at], starts[first : max(first, last) + 1]
    starts = starts - starts[0]
    if len(where) == 2:
        left, right = where[1]
        inside = (columns >= left) & (columns < right)
        counts = onp.concatenate([[0], onp.cumsum(inside)])
        data, columns, starts = data[inside], columns[inside] - left, counts[starts]
        shape = (shape[0], max(right - left, 0))
    return CSRNDArray._of(shape, [value_of(p, x.context) for p in (data, columns, starts)])


def _take(op, inputs, given, tracked):
    x, at = inputs
    mode = given.get("mode", "clip")
    if x.stype != "csr" or at.stype != "default" or at.ndim != 1 or int(given.get("axis", 0)) != 0:
        return None
    if mode not in ("clip", "wrap"):
        return None
    rows = at.asnumpy().astype("int64")
    n = x.shape[0]
    rows = rows.clip(0, n - 1) if mode == "clip" else rows % n
    return _from_scipy(_scipy(x)[rows], x)


def _retain(op, inputs, given, tracked):
    x, at = inputs
    if x.stype != "row_sparse":
        raise MXNetError(
            f"_sparse_retain: data must be a row_sparse array, got storage {x.stype}. Hint: "
            "convert with .tostype('row_sparse')."
        )
    rows = at.asnumpy().astype("int64").reshape(-1)
    if len(rows) and (rows.min() < 0 or rows.max() >= x.shape[0]):
        raise MXNetError(
            f"_sparse_retain: indices must be row numbers from 0 to {x.shape[0] - 1}, got "
            f"{rows.min()} to {rows.max()}."
        )
    parts = _rows_of(x, rows), rows
    return RowSparseNDArray._of(x.shape, [value_of(p, x.context) for p in parts])


def _embedding(op, inputs, given, tracked):
    """Rows of a row_sparse weight: those that are not stored are zero."""
    x = inputs[1]
    return _dense(op, inputs, given, None, None, say=False) if x.stype == "row_sparse" else None


def _cast(op, inputs, given, tracked):
    return inputs[0].tostype(given["stype"])


def _reduction(op, inputs, given, tracked):
    """Sums and means of a csr matrix."""
    x = inputs[0]
    if x.stype != "csr" or tracked or given.get("exclude"):
        return None
    axis = given.get("axis")
    axes = () if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
    if not all(-2 <= a < 2 for a in axes):
        return None
    axes = {a % 2 for a in axes} or {0, 1}
    m = _scipy(x)
    if x.dtype == onp.float32 or m.dtype != x.dtype:
        m = m.astype("float64")
    total = m.sum() if len(axes) == 2 else onp.asarray(m.sum(axis=min(axes))).reshape(-1)
    if op.name == "mean":
        n = 1
        for a in axes:
            n *= x.shape[a]
        total = total / max(n, 1)
    out = onp.asarray(total).astype(x.dtype)
    if given.get("keepdims"):
        out = out.reshape([1 if a in axes else n for a, n in enumerate(x.shape)])
    elif len(axes) == 2:
        out = out.reshape(1)
    return _wrap(NDArray, value_of(out, x.context))


def _norm(op, inputs, given, tracked):
    x = inputs[0]
    if tracked or given.get("axis") is not None or given.get("keepdims"):
        return None
    return invoke(op, [x.data.reshape(-1)], given)


def _square_sum(op, inputs, given, tracked):
    """Along rows, keeping dimensions, a row_sparse array stays one."""
    x = inputs[0]
    axis = given.get("axis")
    axis = axis[0] if isinstance(axis, (tuple, list)) and len(axis) == 1 else axis
    if x.stype != "row_sparse" or x.ndim != 2 or axis not in (1, -1) or not given.get("keepdims"):
        return None
    data, rows = x._parts()
    new = unrecorded(invoke, op, [_wrap(NDArray, data)], given)
    return RowSparseNDArray._of((x.shape[0], 1), (new._read(), rows))


# ---------------------------------------------------------------------------- products of matrices
class _CSRDot(Bound):
    """``csr . dense`` or ``csr.T . dense``; inputs: values, row and column numbers, dense matrix.

    The lists are padded with positions that are outside, so that matrices of about the same number
    of elements share a program.  The product with the transpose consists of some rows, and, where
    it is wanted (``marked``), so does the gradient of the dense matrix.
    """

    def __init__(self, shape, transpose_a, transpose_b, marked):
        super().__init__()
        self.name = "csr_dot"
        self.shape, self.transpose_a, self.transpose_b = shape, transpose_a, transpose_b
        self.marked = marked

    def run(self, inputs, scalars):
        """See the class."""
        values, rows, columns, dense = inputs
        m, n = self.shape
        if self.transpose_b:
            dense = dense.T
        if self.transpose_a:
            return (_matrix_product(n, (True, self.marked), values, columns, rows, dense),)
        return (_matrix_product(m, (False, self.marked), values, rows, columns, dense),)


def _summed(marked, shape, at, rows):
    if marked:
        return add_rows(shape, at, rows)
    return jnp.zeros(shape, rows.dtype).at[at].add(rows, mode="drop")


def _matrix_product_of(n, marked, values, to, source, dense):
    picked = dense.at[source].get(mode="fill", fill_value=0) * values[:, None]
    return _summed(marked[0], (n, dense.shape[1]), to, picked)


def _product_forward(n, marked, values, to, source, dense):
    out = _matrix_product_of(n, marked, values, to, source, dense)
    return out, (values, to, source, dense)


def _product_backward(n, marked, saved, ct):
    values, to, source, dense = saved
    picked = ct.at[to].get(mode="fill", fill_value=0)
    of_values = jnp.sum(picked * dense.at[source].get(mode="fill", fill_value=0), axis=1)
    of_dense = _summed(marked[1], dense.shape, source, picked * values[:, None])
    return of_values, None, None, of_dense


_matrix_product = jax.custom_vjp(_matrix_product_of, nondiff_argnums=(0, 1))
_matrix_product.defvjp(_product_forward, _product_backward)
_dots = table()


def _csr_dot(x, dense, transpose_a, transpose_b, only):
    """Value of the product; ``only``: rows of ``dense`` that count (a bool each), or None."""
    data, columns, starts = [host(p) for p in x._parts()]
    rows = row_numbers(starts)
    if only is not None:
        used = only[rows if transpose_a else columns]
        data, rows, columns = data[used], rows[used], columns[used]
    n = len(data)
    pad = max(16, 1 << (n - 1).bit_length() if n else 16) - n
    values = [
        onp.concatenate([data, onp.zeros(pad, data.dtype)]),
        onp.concatenate([rows, onp.full(pad, x.shape[0], rows.dtype)]),
        onp.concatenate([columns, onp.full(pad, x.shape[1], columns.dtype)]),
    ]
    mark = dense._mark
    marked = dense.stype == "row_sparse" or (
        mark is not None and mark.grad is not None and mark.grad.stype == "row_sparse"
    )
    key = x.shape, transpose_a, transpose_b, marked
    bound = _dots.get(key)
    if bound is None:
        bound = _dots.setdefault(key, _CSRDot(*key))
    ins = [value_of(v, x.context) for v in values]
    return append_many(bound, [*ins, dense._read()])[0]


def _dot(op, inputs, given, tracked):
    found = _product_of_matrices(op, inputs, given, tracked)
    wanted = given.get("forward_stype")
    if wanted is None:
        return found
    if found is None:
        stored = any(x.stype != "default" for x in inputs)
        found = _dense(op, inputs, given, None, None, say=stored)
    if found.stype == wanted:
        return found
    if wanted == "csr" and found.ndim != 2:
        raise ShapeError(
            f"dot: forward_stype='csr': expected a matrix as the result, got shape {found.shape}."
        )
    # csr and row_sparse have no direct conversion
    return (found if found.stype == "default" else found.tostype("default")).tostype(wanted)


def _product_of_matrices(op, inputs, given, tracked):
    a, b = inputs
    ta, tb = bool(given.get("transpose_a", False)), bool(given.get("transpose_b", False))
    wanted = given.get("forward_stype")
    if wanted is not None:
        need_stype(wanted)
    if "csr" not in (a.stype, b.stype) or (tracked and "csr" in _tracked_stypes(inputs)):
        return None
    if a.ndim != 2 or b.ndim != 2:
        raise ShapeError(
            f"dot: sparse dot only supports 2 dimensional arrays: got {list(a.shape)} and "
            f"{list(b.shape)}. Hint: reshape the vector to a matrix of one column."
        )
    if a.shape[0 if ta else 1] != b.shape[1 if tb else 0]:
        raise ShapeError(
            f"dot: dot shape error: {list(a.shape)} X {list(b.shape)}"
            f"{' (first transposed)' if ta else ''}{' (second transposed)' if tb else ''}: "
            "expected equal inner dimensions."
        )
    if a.dtype != b.dtype or a.dtype not in (onp.float32, onp.float64):
        raise DTypeError(
            "dot: expected two arrays of float32, or two of float64: got "
            f"{onp.dtype(a.dtype).name} and {onp.dtype(b.dtype).name}. Hint: use .astype()."
        )
    if a.stype == "csr" and b.stype == "csr":
        return None
    if a.stype == "csr":
        found = _csr_by_dense(a, b, ta, tb)
    elif a.stype == "default" and not ta and wanted in (None, "csr"):
        found = _dense_by_csr(a, b, tb)
    else:
        return None
    return found


def _tracked_stypes(inputs):
    return [x.stype for x in inputs if x._tracked()]


def _csr_by_dense(a, b, ta, tb):
    only = None
    if b.stype == "row_sparse" and ta and not tb and not b._tracked():
        only = onp.zeros(b.shape[0], bool)
        only[host(b._parts()[1])] = True
    value = _csr_dot(a, b, ta, tb, only)
    if not ta or tb:
        return _wrap(NDArray, value)
    found = RowSparseNDArray._of_value(value)
    if not value.spec.grad:
        found._v, found._raw = None, value
    return found


def _dense_by_csr(a, b, tb):
    m = _scipy(b)
    m = m.T.tocsr() if tb else m
    product = onp.asarray((m.T @ a.asnumpy().T).T, a.dtype)
    columns = onp.unique(m.indices)
    starts = onp.arange(len(product) + 1) * len(columns)
    parts = product[:, columns].reshape(-1), onp.tile(columns, len(product)), starts
    types = a.dtype, "int64", "int64"
    values = [value_of(p, b.context, t) for p, t in zip(parts, types)]
    return CSRNDArray._of(product.shape, values)


# ---------------------------------------------------------------------------- updates
class _Choose(Bound):
    """Touched rows of new arrays, others of old ones.

    Inputs: a gradient with rows marked, the new arrays, the old ones.
    """

    name = "choose_rows"

    def run(self, inputs, scalars):
        """See the class."""
        grad, *arrays = inputs
        rows = touched_rows(grad)
        half = len(arrays) // 2
        return tuple(
            [
                jnp.where(rows.reshape(rows.shape + (1,) * (old.ndim - 1)), new, old)
                for new, old in zip(arrays[:half], arrays[half:])
            ]
        )


_CHOOSE = _Choose()


def _update(op, inputs, given, tracked):
    """An optimizer's update with a row_sparse gradient: of its rows only, states included."""
    weight, grad = inputs[:2]
    if grad.stype != "row_sparse" or not given.get("lazy_update", True):
        return None
    places = [op.inputs.index(name) for name, _ in op.mutates if name != "weight"]
    old = [weight._read(), *[inputs[i]._read() for i in places]]
    copies = [_wrap(NDArray, x._read()) for x in inputs]
    result = unrecorded(invoke, op, copies, given)
    new = [result._read(), *[copies[i]._read() for i in places]]
    chosen = unrecorded(append_many, _CHOOSE, (grad._marked(), *new, *old), keep=len(old))
    for i, v in zip(places, chosen[1:]):
        inputs[i]._write(v)
    return _wrap(NDArray, chosen[0])


# ---------------------------------------------------------------------------- the table
_RULES = {
    "zeros_like": _zeros,
    "_contrib_quadratic": _quadratic,
    "_scatter_elemwise_div": _scatter_div,
    "FullyConnected": _fully_connected,
    "elemwise_add": _sum_or_difference(lambda a, b: a + b),
    "elemwise_sub": _sum_or_difference(lambda a, b: a - b),
    "elemwise_mul": _product,
    "_maximum": _larger(onp.maximum, lambda a, b: a.maximum(b)),
    "_minimum": _larger(onp.minimum, lambda a, b: a.minimum(b)),
    "broadcast_mul": _broadcast_with_dense("elemwise_mul"),
    "broadcast_div": _broadcast_with_dense("elemwise_div"),
    "add_n": _add_n,
    "Concat": _concat,
    "slice": _slice,
    "take": _take,
    "_sparse_retain": _retain,
    "Embedding": _embedding,
    "_contrib_SparseEmbedding": _embedding,
    "cast_storage": _cast,
    "sum": _reduction,
    "mean": _reduction,
    "norm": _norm,
    "_square_sum": _square_sum,
    "dot": _dot,
    "sgd_update": _update,
    "sgd_mom_update": _update,
    "adam_update": _update,
    "_sparse_adagrad_update": _update,
}
