"""``NDArray``: a mutable handle on an immutable value."""

import warnings
from typing import Any

import numpy as onp

from .._dtypes import CODES, as_dtype
from .._engine import barrier
from .._engine.initial import fill
from .._engine.program import export, to_device, wait_for_devices
from .._engine.segment import alias, append, concrete, flush_all, host_data, used_up, wait
from .._engine.state import threads
from .._engine.tape import backward, replaced, unrecorded
from .._engine.value import Mark, Value
from .._frontend.dispatch import (
    WRITE_TRACKED,
    array_class,
    bind,
    cast_value,
    invoke,
    register_array_class,
    write_out,
)
from .._frontend.methods import add_methods
from .._graph.lower import COPY
from .._graph.steps import spec_of
from .._ops import _spec
from .._ops.index import INT, assign_op, index_op
from .._tables import table
from .._traceback import door, shown, user_level
from ..base import integer_types, mx_real_t, numeric_types  # noqa: F401 - imported from here
from ..context import Context, canonical, current_context, device_of  # noqa: F401 - the same
from ..error import (
    AttributeTypeError,
    ContextError,
    MXNetError,
    OutOfMemoryError,
    ShapeError,
    TraceError,
    fail,
    require_equal,
)
from ..util import is_np_shape
from . import _parts
from ._index import WHOLE, parse_key
from ._one import OneElement

__all__ = ["NDArray", "waitall"]

_new = object.__new__
_EXPAND_DIMS = _spec.get("expand_dims")

# 1.9.1's numeric codes, by the names under which client libraries import them
_DTYPE_MX_TO_NP = {-1: None, **{c: d if c == 12 else d.type for c, d in CODES.items()}}
py_slice = slice
_DTYPE_NP_TO_MX = {d: c for c, d in _DTYPE_MX_TO_NP.items()}
_GRAD_REQ_MAP = {"null": 0, "write": 1, "add": 3}
_STORAGE_TYPE_ID_TO_STR = {-1: "undefined", 0: "default", 1: "row_sparse", 2: "csr"}
_STORAGE_TYPE_STR_TO_ID = {s: c for c, s in _STORAGE_TYPE_ID_TO_STR.items()}
_STORAGE_TYPE_UNDEFINED, _STORAGE_TYPE_DEFAULT = -1, 0
_STORAGE_TYPE_ROW_SPARSE, _STORAGE_TYPE_CSR = 1, 2

_INPLACE = (
    "in-place operators and assignment to a part (+=, x[0] = y) cannot be recorded by autograd. "
    "Hint: write y = y + x instead of y += x."
)


def _binary_method(both, numbers, fixed, refuse, reflected=False):
    """``x op y`` or, ``reflected``, ``y op x``: straight to the segment, no parsing on the way.

    Parameters
    ----------
    both : BoundOp              for two arrays, in the order of the call
    numbers : dict              float and int -> BoundOp for a number of that type
    fixed : dict                numbers that have a BoundOp of their own, of an array alone
    refuse : function           raises for an operand of another type
    reflected : bool
    """

    def apply(self, other) -> Any:
        try:
            cls = other.__class__
            # _read() of an array that is no view, without the call
            v = (self._base is None and self._v) or self._read()
            if cls is self.__class__:
                w = (other._base is None and other._v) or other._read()
                return _wrap(cls, append(both, (w, v) if reflected else (v, w)))
            number = numbers.get(cls)
            if number is not None:
                if fixed and other in fixed:
                    return _wrap(self.__class__, append(fixed[other], (v,)))
                return _wrap(self.__class__, append(number, (v,), (other,)))
            if isinstance(other, NDArray) and other._numpy is self._numpy:
                w = other._read()
                return _wrap(cls, append(both, (w, v) if reflected else (v, w)))
            if isinstance(other, (float, onp.floating)):
                return apply(self, float(other))
            if isinstance(other, (int, onp.integer, onp.bool_)):
                return apply(self, int(other))
            return refuse(other)
        except MXNetError as e:
            raise shown(e)  # noqa: B904

    return apply


def _binary(array_op, scalar_op, reflected=False):
    both, scalar = _spec.get(array_op), _spec.get(scalar_op)
    attributes = _defaults(scalar)
    number = scalar.bind(attributes, 1)
    return _binary_method(
        both.bind({}, 2), {float: number, int: number}, _fixed_numbers(scalar), _refuse, reflected
    )


def _unary(name):
    bound = _spec.get(name).bind({}, 1)

    def apply(self):
        try:
            v = (self._base is None and self._v) or self._read()
            return _wrap(self.__class__, append(bound, (v,)))
        except MXNetError as e:
            raise shown(e)  # noqa: B904

    return apply


def _defaults(op):
    """Those of an operator's attributes that are no run-time scalars."""
    return {n: a.default for n, a in op.attrs.items() if not a.scalar}


def _fixed_numbers(op, **attributes):
    """The numbers for which an operator of an array and a number is another program, and that."""
    return {
        v: op.bind({"scalar": float(v), **_defaults(op), **attributes}, 1)
        for v in op.static_values.get("scalar", ())
    }


def _refuse(other):
    hint = "make an array of it with mx.nd.array()"
    if isinstance(other, NDArray):
        hint = "mx.nd and mx.np do not mix: convert it with .as_nd_ndarray()"
    raise TypeError(f"type {type(other)} not supported. Hint: {hint}.")


def _inplace(method):
    def apply(self, other):
        if threads.recording:
            if self._tracked():
                raise MXNetError(WRITE_TRACKED)
            if isinstance(other, NDArray) and other._tracked():
                raise MXNetError(_INPLACE)
        result = method(self, other)
        if result is NotImplemented:
            return result
        result = result._read()
        spec = self._spec
        if result.spec.shape != spec.shape:
            fail(
                ShapeError,
                "in-place operator",
                "the result does not fit the array",
                expected=list(spec.shape),
                got=list(result.spec.shape),
            )
        self._write(result if result.spec.dtype == spec.dtype else cast_value(result, spec.dtype))
        return self

    return apply


def _copied_to_itself():
    message = "You are attempting to copy an array to itself"
    warnings.warn(message, RuntimeWarning, stacklevel=user_level())
    return False


def _wrap(cls, value):
    x = _new(cls)
    x._v = value
    x._base = None
    x._mark = None
    return x


class _Lens:
    """How a view is read from its base, and written back into it."""

    __slots__ = ()
    own = None  # the mark of a view that is a variable itself

    def again(self, v):
        """The view of a tracked base that was written since it was last read.

        No gradient flows through it: as in 1.9.1 only the operator that made a view is recorded,
        and leads on to what the view was made from (see :meth:`NDArray._read`).
        """
        return unrecorded(self.get, v)


class _IndexLens(_Lens):
    """A view that is a block of its base."""

    __slots__ = ("form", "starts")

    def __init__(self, form, starts):
        self.form, self.starts = form, starts

    def get(self, v):
        return append(index_op(self.form), (v,), self.starts)

    def put(self, v, new):
        return append(assign_op(self.form), (v, new), self.starts)


class _ShapeLens(_Lens):
    """A view that is its base in another shape."""

    __slots__ = ("shape", "base_shape")

    def __init__(self, shape, base_shape):
        self.shape, self.base_shape = shape, base_shape

    def get(self, v):
        return _reshape_value(v, self.shape)

    def put(self, v, new):
        return _reshape_value(new, self.base_shape)


class _Alias(_Lens):
    """A view that is its base under another class, and as the base part of a graph."""

    __slots__ = ()

    def get(self, v):
        return v

    again = get

    def put(self, v, new):
        return new


class _DetachLens(_Alias):
    """A view of the value without its graph."""

    __slots__ = ()

    def get(self, v):
        if not v.spec.grad:
            return v
        if v.data is None:
            return unrecorded(append, COPY, (v,))
        return Value(None, 0, v.spec.with_grad(False), v.data)

    again = get


class _VariableLens(_Lens):
    """A view that was made a variable: it still shares its base's memory, but not its graph."""

    __slots__ = ("lens", "own")

    def __init__(self, lens, mark):
        self.lens, self.own = lens, mark

    def get(self, v):
        v = _DETACH.get(self.lens.again(v))
        v = alias(v, None if self.own.req == "null" else self.own)
        if threads.scope:  # as in NDArray._write
            concrete(v)
        return v

    again = get

    def put(self, v, new):
        return self.lens.put(v, new)


_ALIAS, _DETACH = _Alias(), _DetachLens()


def _shared(x, cls):
    """A handle of another class on the array that ``x`` stands for; of the same graph where that is
    part of one by now.
    """
    y = cls.__new__(cls)
    y._seen = y._v = v = x._read()
    y._base, y._lens, y._mark = x, _ALIAS if v.spec.grad else _DETACH, x._mark
    return y


_reshapes = table()
_shapings = table()  # of what users ask for: (shape with codes, reverse) -> bound operator


def _reshape_value(v, shape):
    bound = _reshapes.get(shape)
    if bound is None:
        op = _spec.get("Reshape")
        bound = _reshapes[shape] = op.bind({**_defaults(op), "shape": shape}, 1)
    return append(bound, (v,))


class NDArray:
    """An n-dimensional array on a device, as in MXNet 1.x.

    Operations return at once; they run, many at a time, when a value is read (``asnumpy``,
    ``asscalar``, ``print``, ``wait_to_read``).  Assignment (``x[:] = y``, ``x += 1``) replaces the
    value that the handle stands for; views (``x[1:3]``, ``x.reshape``) write through to their base
    and see its changes.

    Arrays are made by :func:`mxnet.nd.array`, :func:`mxnet.nd.zeros` and their like.
    """

    __slots__ = ("_v", "_base", "_lens", "_seen", "_mark", "__weakref__")
    __array_priority__ = 1000.0
    _numpy = False  # whether the class has the semantics of mx.np
    # NumPy arrays leave ``numpy_array + x`` to us, and we refuse it as the original does
    __array_ufunc__ = None

    take, split_v2 = _parts.take, _parts.split_v2

    def __init__(self, value):
        self._v = value
        self._base = None
        self._mark = None

    # ------------------------------------------------------------------ the value behind the handle
    def _read(self):
        """The Value this handle stands for now."""
        base = self._base
        if base is None:
            return self._v
        v = base._read()
        if v is not self._seen:
            new, old = self._lens.again(v) if v.spec.grad else self._lens.get(v), self._v
            if old is not None and old.spec.grad and not new.spec.grad:
                new = replaced(old, new)
            self._v, self._seen = new, v
        return self._v

    def _write(self, v):
        """Let the handle stand for another Value of the same shape and dtype."""
        base = self._base
        if base is not None:
            if self._lens is _DETACH and threads.recording:
                unrecorded(base._write, v)  # the memory is one, the graph is not
                self._v, self._seen = v, base._read()
                return
            base._write(self._lens.put(base._read(), v))
            self._seen = None
            return
        mark = self._mark
        if mark is not None and mark.req != "null":
            v = alias(v, mark)
            self._v = v
            if threads.scope:  # it may be used in what is being recorded: see _engine/segment.py
                concrete(v)
            return
        if not threads.recording and threads.tracing is None:
            v = _DETACH.get(v)
            if self._v.spec.grad:
                v = replaced(self._v, v)
        self._v = v

    def _adopt(self, v):
        """:meth:`_write` for a Value that nobody else holds: a variable takes it over as it is.

        That saves an alias for each parameter of each step (2 us of 8 for SGD).
        """
        mark = self._mark
        if self._base is not None or mark is None or mark.req == "null":
            self._write(v)
            return
        v.spec, v.mark = v.spec.with_grad(True), mark
        self._v = v
        if threads.scope:  # as in _write
            concrete(v)

    @property
    def _spec(self):
        return self._read().spec

    def _tracked(self):
        """Whether the array is part of what is being recorded."""
        x = self
        while x._base is not None:
            if x._lens.own is not None:
                return x._lens.own.req != "null"
            if x._lens is _DETACH:
                x._read()
                break
            x = x._base
        return x._v.spec.grad and not used_up(x._v)

    # ------------------------------------------------------------------ attributes
    @property
    def shape(self):
        """Tuple of dimensions."""
        return self._read().spec.shape

    @property
    def dtype(self):
        """NumPy type of the elements, e.g. ``numpy.float32``."""
        return self._read().spec.dtype.type

    @property
    def __numpy_dtype__(self):
        """What ``numpy.dtype(x)`` makes of an array, from NumPy 2.4 on."""
        return self._read().spec.dtype

    @property
    def size(self):
        """Number of elements."""
        return _spec.prod(self._read().spec.shape)

    @property
    def ndim(self):
        """Number of dimensions."""
        return len(self._read().spec.shape)

    @property
    def context(self):
        """Device of the array."""
        return self._read().spec.ctx

    ctx = context

    @property
    def stype(self):
        """Storage type: ``'default'`` (dense)."""
        return "default"

    @property
    def T(self):
        """The transpose (a copy)."""
        return self.transpose()

    @property
    def grad(self):
        """Gradient buffer, or None before ``attach_grad()``."""
        if self._mark is None:
            return None
        g = self._mark.grad
        return g.as_nd_ndarray() if g._numpy else g

    @property
    def _fresh_grad(self):
        """Whether a backward pass wrote the gradient since this was last set to False."""
        return self._mark is not None and self._mark.fresh

    @_fresh_grad.setter
    def _fresh_grad(self, value):
        if self._mark is not None:
            self._mark.fresh = bool(value)

    # ------------------------------------------------------------------ reading values
    def asnumpy(self):
        """The array as a new ``numpy.ndarray``; waits for everything pending.

        One element is a number as well: ``float``, ``int`` and ``'%f'`` take it.
        """
        try:
            data = wait((self._base is None and self._v) or self._read())
            a = data.copy() if data.__class__ is onp.ndarray else onp.array(onp.asarray(data))
        except MXNetError as e:
            raise shown(e)  # noqa: B904
        except MemoryError as e:
            raise OutOfMemoryError(
                f"asnumpy: not enough memory for a copy of shape {self.shape}: {e}."
            ) from None
        return a.view(OneElement) if a.size == 1 and a.ndim else a

    def asscalar(self):
        """The single element as a NumPy scalar.

        Raises
        ------
        ValueError   if there is not exactly one element
        """
        v = self._read()
        shape = v.spec.shape
        if shape != (1,) and _spec.prod(shape) != 1:
            raise ValueError("The current array is not a scalar")
        try:
            data = host_data(v)
        except MXNetError as e:
            raise shown(e)  # noqa: B904
        return data[0] if len(shape) == 1 else data.reshape(1)[0]

    def wait_to_read(self):
        """Wait until the value is computed."""
        try:
            wait(self._read())
        except MXNetError as e:
            raise shown(e)  # noqa: B904

    wait_to_write = wait_to_read

    def __repr__(self):
        shape = "x".join([str(d) for d in self.shape])
        try:
            text = str(self.asnumpy())
        except TraceError:
            text = "(not computed: inside a hybridized block)"
        return f"\n{text}\n<{self.__class__.__name__} {shape} @{self.context}>"

    __str__ = __repr__

    def __bool__(self):
        size = self.size
        if size == 0:
            return False
        if size == 1:
            return bool(self.asscalar())
        raise ValueError("The truth value of an NDArray with multiple elements is ambiguous.")

    __nonzero__ = __bool__

    def __len__(self):
        shape = self.shape
        if not shape:
            raise IndexError("len() of an array without dimensions")
        return shape[0]

    def __iter__(self):
        for i in range(len(self)):
            yield self[i]

    def __hash__(self):
        return id(self) >> 4

    def __array__(self, dtype=None, copy=None):
        if copy is False:
            raise ValueError("NDArray: a NumPy array of it is always a copy.")
        a = self.asnumpy()
        return a if dtype is None else a.astype(dtype)

    # ------------------------------------------------------------------ arithmetic
    __add__ = _binary("broadcast_add", "_plus_scalar")
    __radd__ = _binary("broadcast_add", "_plus_scalar", True)
    __sub__ = _binary("broadcast_sub", "_minus_scalar")
    __rsub__ = _binary("broadcast_sub", "_rminus_scalar", True)
    __mul__ = _binary("broadcast_mul", "_mul_scalar")
    __rmul__ = _binary("broadcast_mul", "_mul_scalar", True)
    __truediv__ = __div__ = _binary("broadcast_div", "_div_scalar")
    __rtruediv__ = __rdiv__ = _binary("broadcast_div", "_rdiv_scalar", True)
    __mod__ = _binary("broadcast_mod", "_mod_scalar")
    __rmod__ = _binary("broadcast_mod", "_rmod_scalar", True)
    __pow__ = _binary("broadcast_power", "_power_scalar")
    __rpow__ = _binary("broadcast_power", "_rpower_scalar", True)
    __eq__ = _binary("broadcast_equal", "_equal_scalar")
    __ne__ = _binary("broadcast_not_equal", "_not_equal_scalar")
    __gt__ = _binary("broadcast_greater", "_greater_scalar")
    __ge__ = _binary("broadcast_greater_equal", "_greater_equal_scalar")
    __lt__ = _binary("broadcast_lesser", "_lesser_scalar")
    __le__ = _binary("broadcast_lesser_equal", "_lesser_equal_scalar")
    __iadd__ = _inplace(__add__)
    __isub__ = _inplace(__sub__)
    __imul__ = _inplace(__mul__)
    __itruediv__ = __idiv__ = _inplace(__truediv__)
    __imod__ = _inplace(__mod__)
    # No __ipow__, as in 1.9.1: ``x **= 2`` makes another array, and what shares x keeps its values.

    __neg__, __abs__ = _unary("negative"), _unary("abs")

    # ------------------------------------------------------------------ indexing
    def __getitem__(self, key):
        """Part of the array: a view where the part is one block of memory, otherwise a copy.

        Integers, slices, ``None``, ``...``, and index arrays (lists, NumPy or NDArrays of integers,
        negative ones count from the end).  Integers on all axes give shape ``(1,)``; under
        ``mx.np_shape()``, ``()``.  ``x[:]`` is the array itself.  What a view was made of while
        recording is part of the graph until its base is written; a view made before is not.

        Raises
        ------
        IndexError   an index out of range; too many indices
        """
        if _is_all(key):
            return self
        shape = self._read().spec.shape
        form, starts, arrays, contiguous = parse_key(key, shape, NDArray)
        if arrays:
            ins = (self._read(), *[_index_value(a, self) for a in arrays])
            found = _wrap(self.__class__, append(index_op(form), ins, starts))
            return found if found.shape else found.reshape((1,))
        form = _keep_one_axis(form)
        if not contiguous:
            return _wrap(self.__class__, append(index_op(form), (self._read(),), starts))
        return self._view(_IndexLens(form, starts))

    def _view(self, lens):
        x = _new(self.__class__)
        x._base = self
        x._lens = lens
        x._mark = None
        x._seen = v = self._read()
        x._v = lens.get(v)
        return x

    def __setitem__(self, key, value):
        """Replace part of the array; ``value`` (number, array-like, NDArray) is broadcast and cast.

        Raises
        ------
        MXNetError   under ``autograd.record()``, where the array or the value is being recorded
        ShapeError   shapes that cannot be broadcast
        """
        recording = threads.recording
        whole = key is Ellipsis or (key.__class__ is slice and key == WHOLE)
        if whole and value is self:
            return
        if recording and self._tracked():
            raise MXNetError(WRITE_TRACKED)
        spec = self._read().spec
        if whole:
            if value.__class__ is self.__class__:
                v = value._read()
                if (
                    v.spec.shape == spec.shape
                    and v.spec.dtype == spec.dtype
                    and v.spec.ctx is spec.ctx
                ):
                    self._write(v)  # the common case: values are immutable, so it can be shared
                    return
            elif value.__class__ in (float, int, bool):
                self._write(fill(spec, value))
                return
        if whole and not self._numpy:  # an array without axes has a whole as well
            key = Ellipsis
        form, starts, arrays, _ = parse_key(key, spec.shape, NDArray)
        v = _as_value(value, spec)
        if recording and v.spec.grad and not whole:
            raise MXNetError(_INPLACE)
        if whole:
            if 0 in spec.shape:
                _broadcast_value(v, spec.shape, check_only=True)
                return
            self._write(_broadcast_value(v, spec.shape))
            return
        target = _target_shape(form, spec.shape, arrays)
        v = _broadcast_value(v, target, check_only=True)
        if 0 in target:
            return
        ins = (self._read(), v, *[_index_value(a, self) for a in arrays])
        self._write(append(assign_op(form), ins, starts))

    # ------------------------------------------------------------------ copies and conversions
    @door
    def astype(self, dtype, copy=True):
        """The array with another element type; itself when ``copy=False`` and nothing changes."""
        dtype = as_dtype(dtype, "astype")
        if not copy and dtype == self._spec.dtype:
            return self
        return _wrap(self.__class__, cast_value(self._read(), dtype))

    def copy(self):
        """A new array with the same value on the same device."""
        return _wrap(self.__class__, append(COPY, (self._read(),)))

    @door
    def copyto(self, other):
        """Copy into another array (cast to its dtype), or to a new array on a context; returns
        it.
        """
        if isinstance(other, NDArray):
            if other is self:
                return _copied_to_itself()
            spec = self._spec
            if other.shape != spec.shape:
                fail(
                    ShapeError,
                    "copyto",
                    "shapes differ",
                    expected=list(other.shape),
                    got=list(spec.shape),
                )
            v = self._on(other.context)
            write_out(_spec.get("_copy"), [append(COPY, (v,))], other)
            return other
        if other.__class__.__name__ == "Context":
            ctx = canonical(other)
            v = self._read()
            if ctx is v.spec.ctx:
                return self.copy()
            device_of(ctx)
            return _wrap(self.__class__, barrier.copy_to(v, ctx))
        raise TypeError(f"copyto does not support type {type(other)}")

    def _on(self, ctx):
        v = self._read()
        return v if v.spec.ctx is ctx else barrier.copy_to(v, ctx)

    @door
    def as_in_context(self, context):
        """The array on a device: itself when it is there already, otherwise a copy."""
        ctx = canonical(context, "as_in_context")
        if ctx is self._spec.ctx:
            return self
        return self.copyto(ctx)

    def as_nd_ndarray(self):
        """The array as NDArray: itself."""
        return self

    def as_np_ndarray(self):
        """The same array, not a copy, as :class:`mxnet.np.ndarray`."""
        return _shared(self, array_class("np"))

    def detach(self):
        """The same value outside of the graph: no gradient flows through it. A view: writes reach
        this array.
        """
        x = _new(self.__class__)
        x._base, x._lens, x._mark, x._seen, x._v = self, _DETACH, None, None, None
        return x

    @door
    def reshape(self, *shape, **kwargs):
        """The array in another shape, sharing its memory.

        Parameters
        ----------
        *shape : int, or one tuple; special codes 0 (keep), -1 (infer), -2 (all that remain), -3
            (merge two),
            -4 (split in the two that follow)
        reverse : bool   read codes from the right
        """
        if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
            shape = tuple(shape[0])
        elif not shape:
            shape = kwargs.pop("shape", None)
            if shape is None:
                fail(ShapeError, "reshape", "no shape given", expected="a shape")
            shape = (shape,) if isinstance(shape, int) else tuple(shape)
        reverse = bool(kwargs.pop("reverse", False))
        if kwargs:
            raise TypeError(
                f"reshape() got unknown keyword {', '.join(kwargs)}; it takes shape and reverse"
            )
        v = self._read()
        try:
            bound = _shapings.get((shape, reverse))
        except TypeError:  # a list in the shape
            bound = None
        if bound is None:
            bound, _ = bind(_spec.get("Reshape"), {"shape": shape, "reverse": reverse}, 1)
            if all(n.__class__ is int for n in shape):
                _shapings[shape, reverse] = bound
        value = append(bound, (v,))
        x = _new(self.__class__)
        x._base, x._lens, x._mark = self, _ShapeLens(value.spec.shape, v.spec.shape), None
        x._v, x._seen = value, v
        return x

    def _slice(self, start, stop):
        """Rows as a view, and below one row: what iterators and updaters of 1.x call."""
        return self[start:stop]

    def _at(self, idx):
        return self[idx]

    def _sync_copyfrom(self, source_array):
        """Take the values of an array-like of the same shape.

        Raises
        ------
        ValueError   another shape
        """
        a = onp.asarray(source_array, self.dtype)
        require_equal(ShapeError, "_sync_copyfrom", "Shape inconsistent", self.shape, a.shape)
        self[:] = a

    def slice_assign(self, rhs, begin, end, step):
        """Replace a slice by ``rhs``; returns the array."""
        given = {"begin": begin, "end": end, "step": step}
        return self._replace("_slice_assign", [self, rhs], given)

    def slice_assign_scalar(self, value, begin, end, step):
        """Fill a slice with a number; returns the array."""
        given = {"scalar": value, "begin": begin, "end": end, "step": step}
        return self._replace("_slice_assign_scalar", [self], given)

    def _replace(self, name, inputs, given):
        return invoke(_spec.get(name), inputs, given, out=self)

    def __dlpack__(self, **kwargs):
        v = self._read()
        data = to_device(concrete(v), v.spec.ctx)
        export(data)
        v.data = data
        return data.__dlpack__(**kwargs)

    def __dlpack_device__(self):
        return to_device(concrete(self._read()), self.context).__dlpack_device__()

    @property
    def __cuda_array_interface__(self):
        """The value's memory on a GPU, for CuPy, Numba and their like; there is none on a CPU.

        Read only, as values never change.
        """
        v = self._read()
        if v.spec.ctx.device_type != "gpu":
            raise AttributeError(
                f"__cuda_array_interface__: the array is on {v.spec.ctx}, not on a GPU. "
                "Hint: numpy.from_dlpack(x) or x.asnumpy()."
            )
        data = to_device(concrete(v), v.spec.ctx)
        export(data)
        v.data = data
        return {**data.__cuda_array_interface__, "data": (data.unsafe_buffer_pointer(), True)}

    def to_dlpack_for_read(self):
        """DLPack capsule of the present value, without a copy."""
        return self.__dlpack__()

    def to_dlpack_for_write(self):
        """DLPack capsule of a copy: values never change, so writes cannot reach the array."""
        return self.copy().__dlpack__()

    @property
    def writable(self):
        """Whether the array may be assigned to: always."""
        return True

    @property
    def handle(self):
        """What stands for the array in the engine (there is no C handle): for identity checks."""
        return self._read()

    def __copy__(self):
        return self.copy()

    def __deepcopy__(self, memo):
        return self.copy()

    def flatten(self, inplace=False):
        """As two dimensions, all but the first as one; ``inplace``: a view, which writes to this
        array.
        """
        if not inplace:
            return invoke(_spec.get("Flatten"), [self], {})
        return self.reshape((0, -1))

    def expand_dims(self, axis, inplace=False, **kwargs):
        """With an axis of length 1 at ``axis``; ``inplace``: a view, which writes to this array.

        Raises
        ------
        AssertionError   ``inplace``, and the axis is out of range
        """
        if not inplace:
            if kwargs or self.__class__ is not NDArray:
                return invoke(_EXPAND_DIMS, [self], {"axis": axis, **kwargs})
            return _wrap(NDArray, append(bind(_EXPAND_DIMS, {"axis": axis}, 1)[0], (self._read(),)))
        shape = list(self.shape)
        _need_axis(axis, -len(shape) - 1, len(shape) + 1, len(shape))
        shape.insert(axis if axis >= 0 else len(shape) + 1 + axis, 1)
        return self.reshape(tuple(shape))

    def squeeze(self, axis=None, inplace=False, **kwargs):
        """Without axes of length 1: all, or those named; ``inplace``: a view, which writes to this
        array.

        Raises
        ------
        AssertionError   ``inplace``, and an axis is out of range, named twice, or longer than 1
        """
        if not inplace:
            return invoke(_spec.get("squeeze"), [self], {"axis": axis, **kwargs})
        shape = self.shape
        axes = range(len(shape)) if axis is None else axis
        axes = [axes] if isinstance(axes, int) else list(axes)
        for a in axes:
            _need_axis(a, -len(shape), len(shape), len(shape))
        axes = [a % len(shape) for a in axes]
        if len(set(axes)) < len(axes):
            raise AssertionError(f"axis {axis} contains duplicate which is not allowed.")
        for a in axes:
            if axis is not None and shape[a] != 1:
                raise AssertionError(f"Squeeze target axis {a} must be size 1, got {shape[a]}.")
        kept = [n for i, n in enumerate(shape) if i not in axes or n != 1]
        return self.reshape(tuple(kept) or (1,))

    def broadcast_like(self, other=None, **kwargs):
        """Broadcast to the shape of ``other``; with ``lhs_axes`` and ``rhs_axes`` only these."""
        other = kwargs.pop("rhs", None) if other is None else other
        if not isinstance(other, NDArray):
            fail(
                AttributeTypeError,
                "broadcast_like",
                "the array to be like is missing",
                expected="an NDArray",
                got=type(other).__name__,
            )
        return invoke(_spec.get("broadcast_like"), [self, other], kwargs)

    def __reduce__(self):
        return _unpickle, (
            self.__class__,
            self.asnumpy(),
            str(self.context.device_type),
            self.context.device_id,
        )

    def __getstate__(self):
        """``{'handle': bytes}``, as MXNet 1.x has it in its pickles."""
        return {"handle": _state_format["write"](self)}

    def __setstate__(self, state):
        """Take the value of :meth:`__getstate__`, or of a pickle of MXNet 1.x."""
        handle = state["handle"]
        if handle is None:
            return
        found = _state_format["read"](handle)
        if found.stype != self.stype:
            raise MXNetError(
                f"__setstate__: the storage does not fit: expected {self.stype}, got {found.stype}."
            )
        for cls in type(self).__mro__:
            for slot in getattr(cls, "__slots__", ()):
                if slot != "__weakref__" and hasattr(found, slot):
                    setattr(self, slot, getattr(found, slot))
        if hasattr(found, "__dict__"):
            self.__dict__.update(found.__dict__)

    # ------------------------------------------------------------------ autograd
    @door
    def attach_grad(self, grad_req="write", stype=None):
        """Make the array a variable: ``backward()`` computes its gradient into ``.grad`` (zeros
        until then).

        The array leaves the graph it may have been part of.

        Parameters
        ----------
        grad_req : {'write', 'add', 'null'}   replace the gradient, add to it, or do not compute it
        stype : str, optional                 storage type of the gradient, default dense
        """
        if grad_req not in ("write", "add", "null"):
            raise KeyError(grad_req)
        spec = self._spec
        if stype in (None, "default"):
            grad = _wrap(self.__class__, fill(spec, 0))
        else:
            grad = _stypes["empty"](stype, spec.shape, spec.ctx, spec.dtype)
        self._set_mark(Mark(grad, grad_req))

    def _set_mark(self, mark):
        v = self._read()
        if threads.scope and not threads.aside:  # it may be used in what is being recorded
            concrete(v)
        self._mark = mark
        self._v = alias(v, mark if mark.req != "null" else None)
        if self._base is not None:
            lens = self._lens
            self._lens = _VariableLens(lens.lens if lens.own is not None else lens, mark)
            self._seen = self._base._read()

    @door
    def backward(self, out_grad=None, retain_graph=False, train_mode=True):
        """Gradients of this array with respect to the variables it was computed from, into their
        ``.grad``.

        Parameters
        ----------
        out_grad : NDArray, same shape    gradient of what follows; ones by default
        retain_graph : bool               keep the graph for another pass
        train_mode : bool                 the mode that an ``autograd.Function`` finds in the pass
        """
        grads = [_head_grad(self, out_grad)]
        backward([self._read()], grads, retain_graph, bool(train_mode))

    # ------------------------------------------------------------------ storage
    @door
    def tostype(self, stype):
        """A copy in another storage: ``'default'``, ``'row_sparse'`` or ``'csr'``.

        Raises
        ------
        MXNetError   unknown storage
        ValueError   a csr array of this shape cannot be
        """
        return self.copy() if stype == "default" else _stypes["of_dense"](self, stype)


_stypes = {}


def _register_stypes(of_dense, empty):
    """Sparse arrays are defined above this module and make themselves known here.

    ``of_dense(array, stype)`` converts, ``empty(stype, shape, ctx, dtype)`` makes zeros.
    """
    _stypes.update(of_dense=of_dense, empty=empty)


def _head_grad(head, grad):
    """The Value of a head gradient, checked."""
    if grad is None:
        return None
    if not isinstance(grad, NDArray):
        raise TypeError(f"backward: out_grad must be an NDArray, got {type(grad)}.")
    if grad.shape != head.shape:
        if grad.ndim == head.ndim and grad.shape[1:] == head.shape[1:] and len(grad) > len(head):
            return _head_grad(head, grad[: len(head)])  # as in 1.x, which reads what it needs
        fail(
            ShapeError,
            "backward",
            "out_grad does not fit the array",
            expected=head.shape,
            got=grad.shape,
        )
    if grad.dtype is not head.dtype:
        grad = grad.astype(head.dtype)
    return grad._read()


def _need_axis(axis, low, high, ndim):
    if not low <= axis < high:
        raise AssertionError(f"axis {axis} is out of range for {ndim}d array")


_state_format = {}  # how arrays are written to bytes and read: known above this module


def _register_state_format(write, read):
    """Tell how one array becomes bytes, and an array again, in the format of files."""
    _state_format.update(write=write, read=read)


def _unpickle(cls, array, device_type, device_id):
    ctx = canonical(Context(device_type, device_id))
    try:
        device_of(ctx)
    except ContextError:
        warnings.warn(
            f"an array that was pickled on {ctx} is loaded on cpu(0): this machine has no such "
            "device.",
            UserWarning,
            stacklevel=user_level(),
        )
        ctx = canonical(Context("cpu", 0))
    return _wrap(cls, Value(None, 0, spec_of(array.shape, as_dtype(array.dtype), ctx), array))


def _is_all(key):
    """Whether a key gives the array itself, as in 1.9.1: ``x[:]`` and ``x[()]``, not ``x[...]``."""
    if key.__class__ is slice:
        return key.start is key.stop is None and key.step in (None, 1)
    return key.__class__ is tuple and not key


def _get_broadcast_shape(shape1, shape2):
    """The shape that two shapes are broadcast to; ValueError if they are not. For client code."""
    try:
        return onp.broadcast_shapes(shape1, shape2)
    except ValueError:
        raise ValueError(f"{shape1=} is not broadcastable to {shape2=}") from None


def _keep_one_axis(form):
    """Integers on all axes leave shape ``(1,)``: the last one becomes a slice of one element.

    Where arrays without axes are asked for (:func:`mx.util.np_shape`), they leave ``()``.
    """
    if form and form[-1] == INT and form.count(INT) == len(form) and not is_np_shape():
        return (*form[:-1], (1, 1))
    return form


def _index_value(a, like):
    """The Value of an index array, on the indexed array's context."""
    ctx = like._spec.ctx
    if isinstance(a, NDArray):
        return a._on(ctx)
    return Value(None, 0, spec_of(a.shape, a.dtype, ctx), a)


def _as_value(value, spec):
    """What is assigned, as a Value of the array's dtype on its context."""
    if isinstance(value, NDArray):
        v = value._on(spec.ctx)
        return v if v.spec.dtype == spec.dtype else cast_value(v, spec.dtype)
    try:
        array = onp.array(value, dtype=spec.dtype)
    except (TypeError, ValueError):
        raise TypeError(
            f"NDArray does not support assignment with non-array-like object {value} of type "
            f"{type(value)}"
        ) from None
    return Value(None, 0, spec_of(array.shape, spec.dtype, spec.ctx), array)


def _target_shape(form, shape, arrays):
    """Shape of the part that a form names."""
    probe = onp.broadcast_to(onp.zeros((), "bool"), shape)
    key, axis, arrays = [], 0, iter(arrays)
    for f in form:
        if f == "new":
            key.append(None)
            continue
        if f is None:
            key.append(WHOLE)
        elif f == INT:
            key.append(0)
        elif f == "array":
            key.append(onp.zeros(next(arrays).shape, "int32"))
        else:
            key.append(slice(0, f[0]))
        axis += 1
    return probe[tuple(key)].shape if 0 not in shape else shape


def _broadcast_value(v, shape, check_only=False):
    """A Value broadcast to a shape; leading axes of length one may go."""
    have = v.spec.shape
    while len(have) > len(shape) and have[0] == 1:
        have = have[1:]
    fits = len(have) <= len(shape) and all(a in (1, b) for a, b in zip(have[::-1], shape[::-1]))
    if not fits:
        raise ShapeError(
            "operands could not be broadcast together with remapped shapes[original->remapped]: "
            f"{v.spec.shape} and requested shape {shape}"
        )
    if have != v.spec.shape:
        v = _reshape_value(v, have)
    if check_only or have == shape:
        return v
    if len(have) < len(shape):
        v = _reshape_value(v, (1,) * (len(shape) - len(have)) + have)
    op = _spec.get("broadcast_to")
    return append(op.bind({**_defaults(op), "shape": shape}, 1), (v,))


def waitall():
    """Wait until everything that this thread has asked for is computed.

    Returns
    -------
    None

    Raises
    ------
    MXNetError   what went wrong while it was computed
    """
    flush_all()
    wait_for_devices()


add_methods(NDArray)
register_array_class("nd", NDArray)
