"""Arrays with sparse storage: ``CSRNDArray`` and ``RowSparseNDArray``.

A sparse array has one of two forms, or both: its parts (values and index arrays, immutable like
every ``Value``), and the dense array that it stands for.  Operators that know about storage
(``_sparse_ops.py``) work on the parts; for all others, for recording and for gradients the array
is a dense one.  How many rows or elements are stored depends on data, so going from dense to parts
waits for the values and is done on the host.
"""

import math
import warnings
from collections import namedtuple
from typing import Any, cast

import numpy as onp

from .._dtypes import as_dtype, is_floating
from .._engine.program import to_device
from .._engine.segment import alias, append_many, concrete, host_data
from .._engine.state import threads
from .._engine.tape import unrecorded
from .._engine.value import Mark, Value
from .._frontend.dispatch import WRITE_TRACKED, invoke, register_storage
from .._graph.steps import spec_of, spec_of_sparse
from .._ops import _spec
from .._ops._spec import Bound
from .._ops.sparse import without_marks
from .._traceback import user_level
from ..base import NotSupportedForSparseNDArray
from ..context import canonical, current_context, device_of
from ..error import MXNetError, ShapeError, allocate, fail
from ._index import WHOLE
from .ndarray import NDArray, _copied_to_itself, _register_stypes, _wrap

__all__ = [
    "BaseSparseNDArray",
    "CSRNDArray",
    "RowSparseNDArray",
]


class _Clean(Bound):
    """A gradient without the marks of its rows: see ``_ops/sparse.py``."""

    name = "without_marks"

    def run(self, inputs, words):
        return (without_marks(inputs[0]),)


_CLEAN = _Clean()


def value_of(array, ctx, dtype=None):
    """The Value of a NumPy array (which must not change any more)."""
    array = onp.ascontiguousarray(array, dtype).reshape(onp.shape(array))
    return Value(None, 0, spec_of(array.shape, array.dtype, ctx), array)


def host(value):
    """The data of a Value as a NumPy array, not to be written to."""
    return host_data(value)


def _operator(name, scalar, right=None) -> Any:
    """An arithmetic or comparison method: through the operators, which know about storage."""

    def apply(self, other):
        if isinstance(other, NDArray):
            found = self._paired(name, other)
        elif isinstance(other, (bool, int, float, onp.bool_, onp.integer, onp.floating)):
            found = invoke(_spec.get(scalar), [self], {"scalar": other})
        else:
            raise TypeError(f"type {type(other)} not supported")
        return found

    return apply


def _swapped(name, scalar) -> Any:
    def apply(self, other):
        if isinstance(other, NDArray):
            return _broadcast(name, other.tostype("default"), self.tostype("default"))
        if isinstance(other, (bool, int, float, onp.bool_, onp.integer, onp.floating)):
            return invoke(_spec.get(scalar), [self], {"scalar": other})
        raise TypeError(f"type {type(other)} not supported")

    return apply


def _broadcast(name, lhs, rhs):
    return invoke(_spec.get(f"broadcast_{name}"), [lhs, rhs], {})


def _inplace(method):
    def apply(self, other):
        if threads.recording and self._tracked():
            raise MXNetError(WRITE_TRACKED)
        self[:] = method(self, other)
        return self

    return apply


# What is wrong with the parts that an array was made of: found by ``check_format`` (``sizes``: also
# without reading every index), and by whoever uses the values unless they are ``usable``.
Fault = namedtuple("Fault", ["message", "sizes", "usable"])

_known = set()


class BaseSparseNDArray(NDArray):
    """What sparse arrays have in common.

    Their values are read through ``data`` and the index arrays, or as a whole by ``asnumpy``
    and ``tostype('default')``. Operators without a rule for the storage work on the dense array.
    """

    _form = None  # (shape, (Value of data, Values of index arrays)), or None: only the dense array
    _raw = None  # a gradient as the backward pass gave it, rows marked: see _ops/sparse.py
    _fault = None  # a Fault of the parts it was made of
    _stype = None

    def __new__(cls, value=None):
        # operators wrap their results in the class of their first input: dense ones are NDArrays
        return object.__new__(cls) if value is None else _wrap(NDArray, value)

    def __init__(self, value=None):
        self._v = self._base = self._mark = None
        cls = type(self)
        if cls not in _known:  # calls of operators look for sparse inputs from now on
            _known.add(cls)
            register_storage(cls)

    @classmethod
    def _of(cls, shape, parts):
        """The array of given parts (Values; data first)."""
        x = cls()
        x._form = tuple(shape), tuple(parts)
        return x

    def _like(self, value):
        """A gradient with the storage of this one."""
        x = type(self)()
        x._write(value)
        return x

    @classmethod
    def _of_value(cls, value):
        """The array of a dense Value; its parts are made when they are asked for."""
        x = cls()
        x._v = value
        return x

    # ------------------------------------------------------------------ the two forms
    def _parts(self):
        """Values of the parts; waits for the values where only the dense array is there."""
        self._need_parts()
        if self._form is None:
            v = self._v if self._raw is None else self._raw
            a = host(v)
            parts = self._split(a, self._raw is not None)
            self._form = v.spec.shape, tuple([value_of(p, v.spec.ctx) for p in parts])
        return self._form[1]

    def _need_parts(self):
        """Raise where an operator, or who reads values, would meet parts that do not fit."""
        if self._fault is not None and not self._fault.usable:
            raise MXNetError(self._fault.message)

    def _read(self):
        v = self._v
        if v is None:
            self._need_parts()
            if self._form is None:
                v = unrecorded(append_many, _CLEAN, (self._raw,))[0]
            else:
                shape, parts = self._form
                a = self._join(shape, [host(p) for p in parts])
                v = value_of(a, parts[0].spec.ctx)
            self._v = v
        return v

    def _write(self, v):
        mark = self._mark
        self._form = self._raw = self._fault = None
        if mark is not None and mark.req != "null":
            self._v = alias(v, mark)
            return
        self._v = None
        if is_floating(v.spec.dtype) and not v.spec.grad:
            self._raw = v
        else:
            self._v = v

    def _adopt(self, v):
        """As of a dense array: a new value, no gradient."""
        self._form = self._raw = self._fault = None
        mark = self._mark
        self._v = v if mark is None or mark.req == "null" else alias(v, mark)

    def _take(self, other):
        """Stand for what another array of the same storage stands for now."""
        mark = self._mark
        if mark is not None and mark.req != "null":
            form = other._form
            self._write(other._read())
            self._form = form
            return
        self._form, self._raw, self._v = other._form, other._raw, other._v
        self._fault = other._fault
        if self._form is not None:
            self._v = None if other._v is None or not other._v.spec.grad else other._v

    @property
    def _spec(self):
        if self._v is not None:
            return self._v.spec
        if self._raw is not None:
            return self._raw.spec
        shape, parts = cast(tuple, self._form)
        return spec_of_sparse(shape, parts[0].spec.dtype, parts[0].spec.ctx)

    def _tracked(self):
        return self._v is not None and self._v.spec.grad

    def _variable(self, mark):
        """A second handle on the same value, as the variable that ``mark`` belongs to."""
        x, v = type(self)(), self._read()
        concrete(v)  # outside of what is being recorded
        x._v, x._form, x._mark = alias(v, mark), self._form, mark
        return x

    # ------------------------------------------------------------------ attributes
    @property
    def shape(self):
        """Tuple of dimensions."""
        return self._spec.shape

    @property
    def dtype(self):
        """NumPy type of the values."""
        return self._spec.dtype.type

    @property
    def size(self):
        """Number of elements of the dense array (not of those stored)."""
        return math.prod(self._spec.shape)

    @property
    def ndim(self):
        """Number of dimensions."""
        return len(self._spec.shape)

    @property
    def context(self):
        """Device of the array."""
        return self._spec.ctx

    ctx = context

    @property
    def stype(self):
        """Storage type: ``'csr'`` or ``'row_sparse'``."""
        return self._stype

    def _part(self, i):
        """A part as it was given, whether or not it fits the others."""
        parts = self._parts() if self._form is None else self._form[1]
        return _wrap(NDArray, parts[i])

    @property
    def data(self):
        """The stored values (a copy)."""
        return self._part(0)

    @property
    def indices(self):
        """int64 numbers of the columns (csr) or rows (row_sparse) that are stored (a copy)."""
        return self._part(1)

    # private names of 1.x: index arrays by number, ``indptr`` of a csr matrix first
    @property
    def _num_aux(self):
        return len(self._aux)

    @property
    def _aux_types(self):
        return [self._aux_type(i) for i in range(len(self._aux))]

    def _aux_type(self, i):
        return self._aux_data(i).dtype

    def _aux_data(self, i):
        if not 0 <= i < len(self._aux):
            raise MXNetError(
                f"{type(self).__name__}: index array {i}: expected 0 to {len(self._aux) - 1}."
            )
        return self._part(self._aux[i])

    def _data(self):
        return self._part(0)

    def _at(self, idx):
        raise NotSupportedForSparseNDArray(self._at, "[idx]", idx)

    def _slice(self, start, stop):
        raise NotSupportedForSparseNDArray(self._slice, None, start, stop)

    # ------------------------------------------------------------------ reading values
    def asnumpy(self):
        """The dense array as a new ``numpy.ndarray``."""
        self._need_parts()
        if self._form is not None:
            return self._join(self._form[0], [host(p) for p in self._form[1]])
        a = onp.array(host(self._v if self._raw is None else self._raw))
        return a + a.dtype.type(0) if self._raw is not None else a

    def wait_to_read(self):
        """Wait until the values are computed."""
        for v in (*(self._form[1] if self._form else ()), self._v, self._raw):
            if v is not None:
                data = concrete(v)
                if hasattr(data, "block_until_ready"):
                    data.block_until_ready()

    wait_to_write = wait_to_read

    def __repr__(self):
        shape = "x".join([str(d) for d in self.shape])
        return f"\n<{self.__class__.__name__} {shape} @{self.context}>"

    __str__ = __repr__

    def check_format(self, full_check=True):
        """Raise unless the parts fit each other.

        Parameters
        ----------
        full_check : bool    also read every index, not only at sizes

        Raises
        ------
        MXNetError   what is wrong, and where
        """
        fault = self._fault
        if fault is not None and (full_check or fault.sizes):
            raise MXNetError(fault.message)
        if fault is None or fault.usable:
            self._check(self.shape, [host(p) for p in self._parts()], full_check)

    # ------------------------------------------------------------------ copies and conversions
    def tostype(self, stype):
        """The array in another storage.

        Parameters
        ----------
        stype : {'default', 'row_sparse', 'csr'}

        Raises
        ------
        ValueError   csr to row_sparse, or back
        """
        if stype == "default":
            return _wrap(NDArray, self._read())
        if stype == self._stype:
            return self.copy()
        need_stype(stype)
        raise ValueError(f"cast_storage from {self._stype} to {stype} is not supported")

    def copy(self):
        """A new array with the same value on the same device."""
        x = type(self)()
        x._take(self)
        if x._form is None and x._raw is None:
            x._v = self._read()
        return x

    def detach(self):
        """The same value outside of the graph: no gradient flows through it."""
        x = self.copy()
        if x._tracked():
            x._v = _wrap(NDArray, x._v).detach()._read() if x._form is None else None
        return x

    def astype(self, dtype, copy=True):
        """The array with another element type; itself when ``copy=False`` and nothing changes."""
        dtype = as_dtype(dtype, "astype")
        if dtype == self._spec.dtype:
            return self.copy() if copy else self
        data, *indices = self._parts()
        cast = _wrap(NDArray, data).astype(dtype)._read()
        x = self._of(self.shape, (cast, *indices))
        if self._tracked():
            x._v = _wrap(NDArray, self._read()).astype(dtype)._read()
        return x

    def copyto(self, other):
        """Copy into another array (cast to its dtype), or to a new array on a context; returns it.

        Raises
        ------
        TypeError    into an array of another sparse storage
        ShapeError   shapes differ
        """
        if isinstance(other, NDArray):
            if other is self:
                return _copied_to_itself()
            if other.stype == "default":
                return _wrap(NDArray, self._read()).copyto(other)
            if other.stype != self._stype:
                raise TypeError(f"copyto does not support destination NDArray stype {other.stype}")
            need_shape("copyto", other.shape, self.shape)
            if threads.recording and other._tracked():
                raise MXNetError(WRITE_TRACKED)
            x = self._on_context(other.context)
            other._take(x.astype(other.dtype, copy=False))
            return other
        if other.__class__.__name__ == "Context":
            device_of(canonical(other))
            return self._on_context(canonical(other), always=True)
        raise TypeError(f"copyto does not support type {type(other)}")

    def _on_context(self, ctx, always=False):
        if self._spec.ctx is ctx:
            return self.copy() if always else self
        moved = []
        for p in self._parts():
            spec = spec_of(p.spec.shape, p.spec.dtype, ctx)
            moved.append(Value(None, 0, spec, to_device(concrete(p), ctx)))
        return self._of(self.shape, moved)

    def __reduce__(self):
        device = self.context
        return _unpickle, (
            self._stype,
            self.shape,
            tuple([host(p) for p in self._parts()]),
            str(device.device_type),
            device.device_id,
        )

    def reshape(self, *shape, **kwargs):
        """Not for sparse arrays."""
        raise NotSupportedForSparseNDArray(self.reshape, None, *shape)

    # ------------------------------------------------------------------ arithmetic
    def _paired(self, name, other):
        """``self name other`` for arrays: element by element, or broadcast."""
        if name in _ELEMWISE and other.shape == self.shape:
            return invoke(_spec.get(f"elemwise_{name}"), [self, other], {})
        return _broadcast(name, self, other)

    __add__ = _operator("add", "_plus_scalar")
    __sub__ = _operator("sub", "_minus_scalar")
    __mul__ = _operator("mul", "_mul_scalar")
    __truediv__ = __div__ = _operator("div", "_div_scalar")
    __mod__ = _operator("mod", "_mod_scalar")
    __pow__ = _operator("power", "_power_scalar")
    __eq__ = _operator("equal", "_equal_scalar")
    __ne__ = _operator("not_equal", "_not_equal_scalar")
    __gt__ = _operator("greater", "_greater_scalar")
    __ge__ = _operator("greater_equal", "_greater_equal_scalar")
    __lt__ = _operator("lesser", "_lesser_scalar")
    __le__ = _operator("lesser_equal", "_lesser_equal_scalar")
    __radd__ = _swapped("add", "_plus_scalar")
    __rsub__ = _swapped("sub", "_rminus_scalar")
    __rmul__ = _swapped("mul", "_mul_scalar")
    __rtruediv__ = __rdiv__ = _swapped("div", "_rdiv_scalar")
    __rmod__ = _swapped("mod", "_rmod_scalar")
    __rpow__ = _swapped("power", "_rpower_scalar")
    __iadd__ = _inplace(__add__)
    __isub__ = _inplace(__sub__)
    __imul__ = _inplace(__mul__)
    __itruediv__ = __idiv__ = _inplace(__truediv__)
    __imod__ = _inplace(__mod__)

    def __hash__(self):
        return id(self) >> 4

    def __neg__(self):
        return invoke(_spec.get("negative"), [self], {})

    def __abs__(self):
        return invoke(_spec.get("abs"), [self], {})

    # ------------------------------------------------------------------ assignment
    def _assign(self, value):
        """``self[:] = value``"""
        if threads.recording and self._tracked():
            raise MXNetError(WRITE_TRACKED)
        if isinstance(value, NDArray):
            if value is self:
                return
            if value.stype == "default":
                need_shape("assignment", self.shape, value.shape)
                x = type(self)._of_value(value.as_in_context(self.context)._read())
                self._take(x.astype(self.dtype, copy=False))
                return
            value.copyto(self)
            return
        try:
            a = onp.array(value, self._spec.dtype)
        except (TypeError, ValueError):
            raise TypeError(f"type {type(value)} not supported") from None
        need_shape("assignment", self.shape, a.shape)
        warnings.warn(
            f"Assigning non-NDArray object to {type(self).__name__} is not efficient",
            RuntimeWarning,
            stacklevel=user_level(),
        )
        self._take(type(self)._of_value(value_of(a, self.context)))

    # ------------------------------------------------------------------ autograd
    def attach_grad(self, grad_req="write", stype=None):
        """Make the array a variable: see :meth:`NDArray.attach_grad`.

        Parameters
        ----------
        stype : str, default the array's own    storage type of the gradient
        """
        if grad_req not in ("write", "add", "null"):
            raise KeyError(grad_req)
        form, spec = self._form, self._spec
        stype = self._stype if stype is None else stype
        if stype == "default":
            grad = _wrap(NDArray, value_of(onp.zeros(spec.shape, spec.dtype), spec.ctx))
        else:
            grad = empty_of(stype, spec.shape, spec.ctx, spec.dtype)
        self._set_mark(Mark(grad, grad_req))
        self._form = form


_ELEMWISE = frozenset(["add", "sub", "mul", "div"])


class CSRNDArray(BaseSparseNDArray):
    """A matrix in compressed-row storage: ``data``, ``indices`` (columns) and ``indptr``.

    Row ``i`` has the values ``data[indptr[i]:indptr[i + 1]]`` in the columns
    ``indices[indptr[i]:indptr[i + 1]]``. Made by :func:`mxnet.nd.sparse.csr_matrix`.
    """

    _stype = "csr"
    _aux = 2, 1

    @staticmethod
    def _split(a, marked):
        if a.ndim != 2:
            raise ValueError(
                "To convert to a CSR, the NDArray should be 2 Dimensional. Current shape is "
                f"{a.shape}"
            )
        rows, columns = onp.nonzero(a)
        starts = onp.zeros(a.shape[0] + 1, "int64")
        onp.cumsum(onp.bincount(rows, minlength=a.shape[0]), out=starts[1:])
        return a[rows, columns], columns.astype("int64"), starts

    @staticmethod
    def _join(shape, parts):
        data, columns, starts = parts
        # NumPy ends the process where a row has less than no elements
        if starts[0] != 0 or starts[-1] != len(data) or (onp.diff(starts) < 0).any():
            raise MXNetError(
                "CSRNDArray: the row offsets are damaged: expected them to rise from 0 to "
                f"{len(data)}, the number of values."
            )
        a = allocate("CSRNDArray", onp.zeros, shape, data.dtype)
        a[row_numbers(starts), columns] = data
        return a

    @staticmethod
    def _check(shape, parts, full):
        data, columns, starts = parts
        sizes = (
            len(shape) == 2
            and len(starts) == shape[0] + 1
            and len(data) == len(columns)
            and starts[0] == 0
            and starts[-1] == len(data)
        )
        if not sizes:
            raise MXNetError(
                "check_format: indptr of a csr array must begin with 0, end with the number of "
                f"values and have one entry more than rows: got {len(data)} values, "
                f"{len(columns)} indices and indptr of {len(starts)} for shape {shape}."
            )
        if not full:
            return
        if (onp.diff(starts) < 0).any():
            raise MXNetError("check_format: indptr of a csr array must not fall.")
        rows = row_numbers(starts)
        falls = (onp.diff(columns) <= 0) & (onp.diff(rows) == 0)
        if len(columns) and (columns.min() < 0 or columns.max() >= shape[1] or falls.any()):
            raise MXNetError(
                "check_format: indices of csr NDArray should be non-negative, in ascending order "
                f"per row and less than the number of columns, {shape[1]}."
            )

    @property
    def indptr(self):
        """int64 (rows + 1,) where each row begins in ``data`` (a copy)."""
        return self._part(2)

    def asscipy(self):
        """The matrix as ``scipy.sparse.csr_matrix`` (a copy)."""
        import scipy.sparse  # optional

        parts = tuple([onp.array(host(p)) for p in self._parts()])
        return scipy.sparse.csr_matrix(parts, shape=self.shape, dtype=self.dtype)

    def __getitem__(self, key):
        """A row, or a block of rows, as a csr array.

        Parameters
        ----------
        key : int (one row, of shape (1, columns)) or slice without step

        Raises
        ------
        IndexError   a row out of range
        ValueError   anything else
        """
        rows = self.shape[0]
        if isinstance(key, (int, onp.integer)) and not isinstance(key, bool):
            if not -rows <= key < rows:
                raise IndexError(f"index {key} is out of bounds for axis 0 with size {rows}")
            key = key % rows
            return invoke(_spec.get("slice"), [self], {"begin": (key,), "end": (key + 1,)})
        if isinstance(key, slice):
            if key.step not in (None, 1):
                raise ValueError("CSRNDArray only supports continuous slicing on axis 0")
            if key == WHOLE:
                return self
            begin, end, _ = key.indices(rows)
            return invoke(
                _spec.get("slice"), [self], {"begin": (begin,), "end": (max(begin, end),)}
            )
        if isinstance(key, tuple):
            raise ValueError("Multi-dimension indexing is not supported")
        raise ValueError(f"Undefined behaviour for {key}")

    def __setitem__(self, key, value):
        """``x[:] = array``: replace the whole matrix by an array of the same shape.

        Raises
        ------
        ValueError   numbers, parts
        """
        if not (key.__class__ is slice and key == WHOLE):
            raise ValueError("CSRNDArray only supports [:] for assignment")
        if isinstance(value, (bool, int, float, onp.generic)):
            if value == 0:
                zero = empty_of("csr", self.shape, self.context, self._spec.dtype)
                self._take(zero)
                return
            raise ValueError("Assigning numeric types to CSRNDArray is not implemented yet.")
        self._assign(value)


class RowSparseNDArray(BaseSparseNDArray):
    """An array of which some rows are stored: ``data[i]`` is row ``indices[i]``, others are zero.

    Gradients of embeddings have this form. Made by :func:`mxnet.nd.sparse.row_sparse_array`.
    """

    _stype = "row_sparse"
    _aux = (1,)

    @staticmethod
    def _split(a, marked):
        axes = tuple(range(1, a.ndim))
        rows = (a != 0).any(axis=axes)
        if marked:
            absent = ((a == 0) & onp.signbit(a)).all(axis=axes)
            rows = ~absent if absent.any() else rows
        rows = onp.flatnonzero(rows)
        data = a[rows]
        return data + data.dtype.type(0) if marked else data, rows.astype("int64")

    @staticmethod
    def _join(shape, parts):
        data, rows = parts
        a = allocate("RowSparseNDArray", onp.zeros, shape, data.dtype)
        a[rows] = data
        return a

    @staticmethod
    def _check(shape, parts, full):
        data, rows = parts
        if len(data) != len(rows) or data.shape[1:] != shape[1:]:
            raise MXNetError(
                "check_format: a row_sparse array needs one row of data per index: got data "
                f"{list(data.shape)} and {len(rows)} indices for shape {list(shape)}."
            )
        falls = full and (onp.diff(rows) <= 0).any()
        if falls or (full and len(rows) and (rows[0] < 0 or rows[-1] >= shape[0])):
            raise MXNetError(
                "check_format: indices of row_sparse NDArray should be non-negative, less than the "
                f"size of first dimension, {shape[0]}, and in ascending order."
            )

    def _marked(self):
        """The dense Value whose rows that are not stored are negative zeros (a float type)."""
        if self._raw is not None:
            return self._raw
        data, rows = [host(p) for p in self._parts()]
        a = onp.full(self.shape, -0.0, data.dtype)
        a[rows] = data + data.dtype.type(0)
        return value_of(a, self.context)

    def retain(self, indices):
        """The array with those rows only; see :func:`mxnet.nd.sparse.retain`."""
        if not isinstance(indices, NDArray):
            raise TypeError(f"retain: indices must be an NDArray, got {type(indices)}.")
        return invoke(_spec.get("_sparse_retain"), [self, indices], {})

    def __getitem__(self, key):
        """A row as a dense array, or a block of rows as a row_sparse one; ``x[:]`` is ``x``.

        Parameters
        ----------
        key : int or slice without step

        Raises
        ------
        IndexError   a row out of range
        ValueError   anything else
        """
        n = self.shape[0]
        if isinstance(key, (int, onp.integer)) and not isinstance(key, bool):
            if not -n <= key < n:
                raise IndexError(f"index {key} is out of bounds for axis 0 with size {n}")
            key = int(key) % n
            return self._rows(key, key + 1).tostype("default").reshape(self.shape[1:] or (1,))
        if key.__class__ is slice and key.step in (None, 1):
            begin, end, _ = key.indices(n)
            return self if key == WHOLE else self._rows(begin, max(begin, end))
        if isinstance(key, tuple):
            raise ValueError("Multi-dimension indexing is not supported")
        raise ValueError(f"Undefined behaviour for {key}")

    def _rows(self, begin, end):
        if self._tracked():
            block = _wrap(NDArray, self._read())
            block = NDArray.slice_axis(block, axis=0, begin=begin, end=end)
            return type(self)._of_value(block._read())
        data, rows = [host(p) for p in self._parts()]
        inside = (rows >= begin) & (rows < end)
        parts = data[inside], rows[inside] - begin
        shape = end - begin, *self.shape[1:]
        return self._of(shape, [value_of(p, self.context) for p in parts])

    def __setitem__(self, key, value):
        """``x[:] = value``: replace the whole array by a number or an array of the same shape.

        Raises
        ------
        TypeError   parts
        """
        if not (key.__class__ is slice and key == WHOLE):
            raise TypeError("RowSparseNDArray only supports [:] for assignment")
        if isinstance(value, (bool, int, float, onp.generic)):
            spec = self._spec
            if value == 0:
                x = empty_of("row_sparse", spec.shape, spec.ctx, spec.dtype)
            else:
                a = onp.full(spec.shape, value, spec.dtype)
                x = type(self)._of_value(value_of(a, spec.ctx))
            self._take(x)
            return
        self._assign(value)


STYPES = {"csr": CSRNDArray, "row_sparse": RowSparseNDArray}


def scipy_format(x):
    """The name of the format of one of SciPy's sparse matrices (``'csr'``), None for others."""
    if type(x).__module__.partition(".")[0] != "scipy":
        return None
    return getattr(x, "format", None)


def row_numbers(starts):
    """The row of each stored element."""
    counts = onp.diff(starts)
    if (counts < 0).any():  # NumPy ends the process where one is
        raise MXNetError("CSRNDArray: the row offsets are damaged: expected them to rise.")
    return onp.repeat(onp.arange(len(starts) - 1), counts)


def need_stype(stype):
    """Raise unless it is the name of a storage type."""
    if stype not in STYPES and stype != "default":
        raise MXNetError(
            f"Invalid Input: {stype!r}, valid values are: {{'csr', 'default', 'row_sparse'}}, in "
            "operator cast_storage"
        )


def need_shape(where, expected, got):
    """Raise unless two shapes are the same."""
    if tuple(expected) != tuple(got):
        fail(ShapeError, where, "shapes differ", expected=list(expected), got=list(got))


def empty_of(stype, shape, ctx=None, dtype=None):
    """An array of zeros with nothing stored.

    Raises
    ------
    ValueError   unknown storage; a csr array that is no matrix
    """
    ctx = current_context() if ctx is None else canonical(ctx)
    device_of(ctx)
    dtype, shape = as_dtype(dtype, "sparse.zeros"), tuple(shape)
    if stype == "csr":
        if len(shape) != 2:
            raise ValueError(f"a csr array has two dimensions: got shape {shape}.")
        starts = allocate("sparse.zeros", onp.zeros, shape[0] + 1, "int64")
        parts = onp.zeros(0, dtype), onp.zeros(0, "int64"), starts
    elif stype == "row_sparse":
        rows = allocate("sparse.zeros", onp.zeros, (0, *shape[1:]), dtype)
        parts = rows, onp.zeros(0, "int64")
    else:
        raise ValueError(f"unknown storage type {stype}")
    return STYPES[stype]._of(shape, [value_of(p, ctx) for p in parts])


def of_dense(x, stype):
    """A dense array in sparse storage."""
    need_stype(stype)
    if stype == "csr" and x.ndim != 2:
        CSRNDArray._split(onp.zeros(x.shape, bool), False)
    return STYPES[stype]._of_value(x._read())


def _unpickle(stype, shape, parts, device_type, device_id):
    ctx = canonical(current_context().__class__(device_type, device_id))
    return STYPES[stype]._of(shape, [value_of(p, ctx) for p in parts])


_register_stypes(of_dense, empty_of)
