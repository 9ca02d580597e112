"""``mx.np.ndarray``: a handle with NumPy's semantics on the engine's values."""

import numpy as onp

from .._dtypes import as_dtype
from .._engine.segment import append
from .._engine.state import threads
from .._engine.value import Value
from .._frontend.build import _is_plain
from .._frontend.dispatch import WRITE_TRACKED, cast_value, invoke, register_array_class
from .._frontend.methods import METHODS
from .._frontend.numpy import Front, check_options, numpy_functions, plain_number, refuse_array
from .._graph.lower import COPY
from .._graph.node import spec_of
from .._ops import _spec
from .._ops.index import index_op
from .._ops.numpy_elemwise import BINARY_FUNCTIONS
from ..context import current_context
from ..error import MXNetError, TraceError
from ..ndarray._index import parse_key
from ..ndarray.ndarray import NDArray, _index_value, _IndexLens, _inplace, _shared, _wrap

__all__ = ["FRONT", "FUNCTIONS", "call", "create", "ndarray"]


def _attributes(op):
    return {n: a.default for n, a in op.attrs.items() if not a.scalar}


def _binary(name, reflected=False):
    """``x op y`` or, ``reflected``, ``y op x``: straight to the segment, no parsing on the way."""
    row = BINARY_FUNCTIONS[name]
    both = _spec.get(row.both).bind({}, 2)
    scalar = _spec.get(row.left if reflected else row.right)
    attributes = _attributes(scalar)
    lifted = scalar.lift.get("scalar", ())
    whole = scalar.bind({**attributes, "is_int": True}, 1)
    real = scalar.bind({**attributes, "is_int": False}, 1)
    lifts = {v: scalar.bind({"scalar": float(v), **attributes, "is_int": True}, 1) for v in lifted}

    def apply(self, other):
        cls = other.__class__
        if cls is ndarray:
            a, b = (other, self) if reflected else (self, other)
            return _wrap(ndarray, append(both, (a._read(), b._read())))
        if cls is float or cls is int:
            if lifted and other in lifts:
                return _wrap(ndarray, append(lifts[other], (self._read(),)))
            return _wrap(
                ndarray, append(real if cls is float else whole, (self._read(),), (other,))
            )
        if isinstance(other, ndarray):
            a, b = (other, self) if reflected else (self, other)
            return _wrap(ndarray, append(both, (a._read(), b._read())))
        if isinstance(other, (bool, onp.bool_, int, float, onp.integer, onp.floating)):
            other = plain_number(other)
            return apply(self, other if isinstance(other, float) else int(other))
        return _refuse(other)

    return apply


def _refuse(other):
    hint = "make an array of it with mx.np.array()"
    if isinstance(other, NDArray):
        hint = "mx.np and mx.nd do not mix: convert it with .as_np_ndarray()"
    raise TypeError(f"type {type(other)} not supported. Hint: {hint}.")


_INDEX_KINDS = (int, slice, type(None), type(Ellipsis))


def _is_mask(k):
    """Whether a part of a key is a mask."""
    if k.__class__ in _INDEX_KINDS:
        return False
    if isinstance(k, (bool, onp.bool_)):
        return True
    if isinstance(k, NDArray):
        return k._spec.dtype == bool
    if isinstance(k, onp.ndarray):
        return k.dtype == bool
    if isinstance(k, (list, tuple)):
        return onp.asarray(k).dtype == bool if len(k) else False
    return False


def _host(k):
    return k.asnumpy() if isinstance(k, NDArray) else onp.asarray(k)


def _without_masks(key):
    """A key with its masks replaced by the positions that they name; looks at their values."""
    new = []
    for k in key:
        if not _is_mask(k):
            new.append(k)
            continue
        mask = _host(k)
        if mask.ndim == 0:
            if not mask:
                raise IndexError("a False among several indices is not supported")
            new.append(None)
            continue
        new += onp.nonzero(mask)
    return tuple(new)


class ndarray(NDArray):
    """An n-dimensional array with NumPy's semantics, as ``mx.np`` makes them.

    Arrays of no axes and of no elements are allowed, indexing and types follow NumPy; everything
    runs, and is differentiated, as operations on :class:`mxnet.nd.NDArray` do. Arrays are made by
    :func:`mxnet.np.array`, :func:`mxnet.np.zeros` and their like.
    """

    __slots__ = ()
    _numpy = True
    __array_ufunc__ = None

    # ------------------------------------------------------------------ attributes
    @property
    def dtype(self):
        """Type of the elements, a ``numpy.dtype``."""
        return self._read().spec.dtype

    @property
    def grad(self):
        """Gradient buffer, or None before ``attach_grad()``."""
        if self._mark is None:
            return None
        g = self._mark.grad
        return g if isinstance(g, ndarray) else g.as_np_ndarray()

    @property
    def T(self):
        """The transpose (a copy)."""
        return self.transpose()

    device = property(lambda self: self.context, doc="Device of the array.")

    # ------------------------------------------------------------------ looking at values
    def __repr__(self):
        try:
            array = self.asnumpy()
        except TraceError:
            shape = "x".join([str(d) for d in self.shape])
            return f"<{self.__class__.__name__} {shape} @{self.context}, not computed>"
        if array.size:
            text = onp.array2string(array, separator=", ", prefix="array(", suffix=")")
        else:
            text = "[]" if array.shape == (0,) else f"[], shape={array.shape}"
        if array.dtype not in (onp.float32, onp.bool_):
            text += f", dtype={array.dtype}"
        ctx = self.context
        if ctx.device_type != "cpu":
            text += f", ctx={ctx}"
        return f"array({text})"

    def __str__(self):
        try:
            text = str(self.asnumpy())
        except TraceError:
            return repr(self)
        ctx = self.context
        return text if ctx.device_type == "cpu" or self.ndim == 0 else f"{text} @{ctx}"

    def __format__(self, spec):
        if self.ndim == 0:
            return format(self.item(), spec)
        return format(str(self), spec)

    def __bool__(self):
        size = self.size
        if size == 1:
            return bool(self.item())
        if size == 0:
            return False
        raise ValueError("The truth value of an ndarray with multiple elements is ambiguous.")

    __nonzero__ = __bool__

    def _single(self):
        if self.size != 1:
            raise TypeError("only size-1 arrays can be converted to Python scalars")
        return self.item()

    def __float__(self):
        return float(self._single())

    def __int__(self):
        return int(self._single())

    def __complex__(self):
        return complex(self._single())

    def __index__(self):
        if self.ndim == 0 and self.dtype.kind in "iu":
            return int(self.item())
        raise TypeError("only integer scalar arrays can be converted to a scalar index")

    def __len__(self):
        shape = self.shape
        if not shape:
            raise TypeError("len() of unsized object")
        return shape[0]

    def __iter__(self):
        if not self.shape:
            raise TypeError("iteration over a 0-d array")
        for i in range(self.shape[0]):
            yield self[i]

    def __contains__(self, value):
        return bool((self == value).any().item())

    def item(self, *args):
        """One element as a Python number.

        Parameters
        ----------
        *args : none, for the only element; an int, a position in the flattened array; or a tuple
        """
        return self.asnumpy().item(*args)

    def tolist(self):
        """The elements as nested lists of Python numbers."""
        return self.asnumpy().tolist()

    def asscalar(self):
        """Arrays of ``mx.np`` have ``item()``.

        Raises
        ------
        AttributeError
        """
        raise AttributeError("mxnet.numpy.ndarray object has no attribute asscalar; use item()")

    # ------------------------------------------------------------------ arithmetic
    __add__ = _binary("add")
    __radd__ = _binary("add", True)
    __sub__ = _binary("subtract")
    __rsub__ = _binary("subtract", True)
    __mul__ = _binary("multiply")
    __rmul__ = _binary("multiply", True)
    __truediv__ = __div__ = _binary("true_divide")
    __rtruediv__ = __rdiv__ = _binary("true_divide", True)
    __floordiv__ = _binary("floor_divide")
    __rfloordiv__ = _binary("floor_divide", True)
    __mod__ = _binary("mod")
    __rmod__ = _binary("mod", True)
    __pow__ = _binary("power")
    __rpow__ = _binary("power", True)
    __and__ = _binary("bitwise_and")
    __rand__ = _binary("bitwise_and", True)
    __or__ = _binary("bitwise_or")
    __ror__ = _binary("bitwise_or", True)
    __xor__ = _binary("bitwise_xor")
    __rxor__ = _binary("bitwise_xor", True)
    __eq__ = _binary("equal")
    __ne__ = _binary("not_equal")
    __gt__ = _binary("greater")
    __ge__ = _binary("greater_equal")
    __lt__ = _binary("less")
    __le__ = _binary("less_equal")
    __iadd__ = _inplace(__add__)
    __isub__ = _inplace(__sub__)
    __imul__ = _inplace(__mul__)
    __itruediv__ = __idiv__ = _inplace(__truediv__)
    __ifloordiv__ = _inplace(__floordiv__)
    __imod__ = _inplace(__mod__)
    __ipow__ = _inplace(__pow__)
    __iand__ = _inplace(__and__)
    __ior__ = _inplace(__or__)
    __ixor__ = _inplace(__xor__)
    __hash__ = NDArray.__hash__

    def __neg__(self):
        return self * -1 if self._read().spec.dtype == bool else FUNCTIONS["negative"](self)

    def __pos__(self):
        return self.copy()

    def __abs__(self):
        return FUNCTIONS["absolute"](self)

    def __invert__(self):
        return FUNCTIONS["invert"](self)

    def __divmod__(self, other):
        return self // other, self % other

    def __rdivmod__(self, other):
        return other // self, other % self

    def __matmul__(self, other):
        return FUNCTIONS["matmul"](self, other)

    def __rmatmul__(self, other):
        return FUNCTIONS["matmul"](other, self)

    def __imatmul__(self, other):
        return FUNCTIONS["matmul"](self, other)

    # ------------------------------------------------------------------ indexing
    def __getitem__(self, key):
        """Part of the array: a view where integers and slices name one block of memory.

        Integers, slices, ``None``, ``...``, index arrays and masks, as in NumPy.

        Raises
        ------
        IndexError   an index out of range; too many indices
        """
        if key.__class__ is not int and key.__class__ is not slice:
            key = _plain_key(key)
            masks = [k for k in key if _is_mask(k)]
            if masks:
                if len(key) == 1:
                    return call("_npi_masked", [self, _as_mask(key[0], self)], {})
                key = _without_masks(key)
        form, starts, arrays, contiguous = parse_key(key, self._read().spec.shape, NDArray)
        if arrays:
            ins = (self._read(), *[_index_value(a, self) for a in arrays])
            return _wrap(ndarray, append(index_op(form), ins, starts))
        if not contiguous:
            return _wrap(ndarray, append(index_op(form), (self._read(),), starts))
        x = self._view(_IndexLens(form, starts))
        x.__class__ = ndarray
        return x

    def __setitem__(self, key, value):
        """Replace part of the array; ``value`` (number, array-like, ndarray) is broadcast and cast.

        Raises
        ------
        MXNetError   under ``autograd.record()``, where the array or the value is being recorded
        ValueError   shapes that cannot be broadcast
        """
        if isinstance(value, NDArray) and not isinstance(value, ndarray):
            _refuse(value)
        if key.__class__ is not int and key.__class__ is not slice:
            key = _plain_key(key)
            masks = [k for k in key if _is_mask(k)]
            if masks:
                if len(key) == 1:
                    return self._set_masked(key[0], value)
                key = _without_masks(key)
            elif len(key) == 1:
                key = key[0]
        NDArray.__setitem__(self, key, value)
        return None

    def _set_masked(self, mask, value):
        if threads.recording and self._tracked():
            raise MXNetError(WRITE_TRACKED)
        mask = _as_mask(mask, self)
        if isinstance(value, (bool, int, float, onp.generic)):
            new = call("_npi_boolean_mask_assign_scalar", [self, mask],
                       {"value": plain_number(value)})  # fmt: skip
        else:
            if not isinstance(value, ndarray):
                value = ndarray(_host_value(onp.asarray(value, self.dtype), self.context))
            new = call("_npi_boolean_mask_assign_tensor", [self, mask, value], {})
        self._write(new._read())

    # ------------------------------------------------------------------ copies and conversions
    def as_np_ndarray(self):
        """The array itself."""
        return self

    def as_nd_ndarray(self):
        """The same array, not a copy, as :class:`mxnet.nd.NDArray`."""
        return _shared(self, NDArray)

    def astype(self, dtype, order="K", casting="unsafe", subok=True, copy=True):
        """The array with another element type; itself when ``copy=False`` and nothing changes."""
        if order not in ("K", "A", "C"):
            raise ValueError("order must be either 'K', 'A' or 'C'")
        if casting != "unsafe":
            raise ValueError("casting must be equal to 'unsafe'")
        if not subok:
            raise ValueError("subok must be equal to True")
        dtype = as_dtype(dtype, "astype")
        if not copy and dtype == self._spec.dtype:
            return self
        return _wrap(ndarray, cast_value(self._read(), dtype))

    def copy(self, order="C"):
        """A new array with the same value on the same device."""
        if order != "C":
            raise NotImplementedError(f"copy: order {order!r} is not implemented; 'C' is")
        return _wrap(ndarray, append(COPY, (self._read(),)))

    def as_in_ctx(self, ctx):
        """The array on a device: itself when it is there already, otherwise a copy."""
        return self.as_in_context(ctx)

    to_device = as_in_ctx

    def reshape(self, *args, **kwargs):
        """The elements in another shape (a copy); one size may be -1."""
        order = kwargs.pop("order", "C")
        if kwargs:
            raise TypeError(f"reshape() got an unexpected keyword argument {next(iter(kwargs))!r}")
        if not args:
            raise TypeError("reshape() takes exactly 1 argument (0 given)")
        if len(args) == 1 and not hasattr(args[0], "__index__"):
            args = tuple(args[0])
        return call("_np_reshape", [self], {"newshape": args, "order": order})

    def reshape_view(self, *shape, **kwargs):
        """The array in another shape, sharing its memory: writes reach this array."""
        x = NDArray.reshape(self, *shape, **kwargs)
        x.__class__ = ndarray
        return x

    def flatten(self, order="C"):
        """The elements as a vector (a copy)."""
        return self.reshape(-1, order=order)

    def ravel(self, order="C"):
        """The elements as a vector (a copy)."""
        return self.reshape(-1, order=order)

    def transpose(self, *axes):
        """Axes in another order, by default reversed (a copy)."""
        if len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list))):
            axes = axes[0]
        return call("_np_transpose", [self], {"axes": tuple(axes) if axes else ()})

    def swapaxes(self, axis1, axis2):
        """Two axes exchanged (a copy)."""
        return FUNCTIONS["swapaxes"](self, axis1, axis2)

    def squeeze(self, axis=None):
        """Without axes of size 1 (a copy)."""
        return FUNCTIONS["squeeze"](self, axis)

    def broadcast_to(self, shape):
        """Repeat axes of size 1 until the array has a shape."""
        return FUNCTIONS["broadcast_to"](self, shape)

    def broadcast_like(self, other):
        """Repeat axes of size 1 until the array has the shape of another."""
        return FUNCTIONS["broadcast_to"](self, other.shape)

    def repeat(self, repeats, axis=None):
        """Each element repeated."""
        return FUNCTIONS["repeat"](self, repeats, axis)

    # ------------------------------------------------------------------ reductions
    def sum(self, axis=None, dtype=None, out=None, keepdims=False):
        """Sum over axes."""
        return FUNCTIONS["sum"](self, axis, dtype, keepdims, None, out)

    def prod(self, axis=None, dtype=None, out=None, keepdims=False):
        """Product over axes."""
        return FUNCTIONS["prod"](self, axis, dtype, out, keepdims)

    def mean(self, axis=None, dtype=None, out=None, keepdims=False):
        """Mean over axes."""
        return FUNCTIONS["mean"](self, axis, dtype, out, keepdims)

    def std(self, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
        """Standard deviation over axes."""
        return FUNCTIONS["std"](self, axis, dtype, out, ddof, keepdims)

    def var(self, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
        """Variance over axes."""
        return FUNCTIONS["var"](self, axis, dtype, out, ddof, keepdims)

    def max(self, axis=None, out=None, keepdims=False):
        """Largest element over axes."""
        return FUNCTIONS["max"](self, axis, keepdims, out)

    def min(self, axis=None, out=None, keepdims=False):
        """Smallest element over axes."""
        return FUNCTIONS["min"](self, axis, keepdims, out)

    def all(self, axis=None, out=None, keepdims=False):
        """Whether all elements over axes are true."""
        return FUNCTIONS["all"](self, axis, keepdims, out)

    def any(self, axis=None, out=None, keepdims=False):
        """Whether any element over axes is true."""
        return FUNCTIONS["any"](self, axis, keepdims, out)

    def argmax(self, axis=None, out=None):
        """Position of the largest element."""
        return FUNCTIONS["argmax"](self, axis, out)

    def argmin(self, axis=None, out=None):
        """Position of the smallest element."""
        return FUNCTIONS["argmin"](self, axis, out)

    def cumsum(self, axis=None, dtype=None, out=None):
        """Running sums along an axis."""
        return FUNCTIONS["cumsum"](self, axis, dtype, out)

    def sort(self, axis=-1, kind=None, order=None):
        """Elements in order along an axis (a copy)."""
        return FUNCTIONS["sort"](self, axis, kind, order)

    def argsort(self, axis=-1, kind=None, order=None):
        """Positions that put the elements in order along an axis."""
        return FUNCTIONS["argsort"](self, axis, kind, order)

    def clip(self, min=None, max=None, out=None):
        """Values cut to an interval."""
        if min is None and max is None:
            raise ValueError("array_clip: must set either max or min")
        return FUNCTIONS["clip"](self, min, max, out)

    def round(self, decimals=0, out=None, **kwargs):
        """Elements rounded to so many decimals."""
        if kwargs:
            check_options("round", kwargs)
        return FUNCTIONS["round"](self, decimals, out=out)

    def dot(self, b, out=None):
        """Product over the last axis and the last but one of ``b``."""
        return FUNCTIONS["dot"](self, b, out=out)

    def nonzero(self):
        """Positions of the elements that are not 0, a vector for each axis."""
        return FUNCTIONS["nonzero"](self)

    def take(self, indices, axis=None, mode="raise"):
        """Elements at given positions along an axis."""
        return FUNCTIONS["take"](self, indices, axis, mode)

    def diag(self, k=0, **kwargs):
        """Arrays of ``mx.np`` have no such method: see ``mx.np.diag``."""
        return _no_method("diag")

    def attach_grad(self, grad_req="write"):
        """Make the array a variable: ``backward()`` computes its gradient into ``.grad``.

        Parameters
        ----------
        grad_req : {'write', 'add', 'null'}   replace the gradient, add to it, or do not compute it
        """
        NDArray.attach_grad(self, grad_req)

    def tostype(self, stype):
        """A copy in another storage; sparse ones are of ``mx.nd``.

        Raises
        ------
        RuntimeError   a sparse storage
        """
        if stype != "default":
            raise RuntimeError(
                f"tostype: arrays of mx.np are dense, got {stype!r}. "
                "Hint: x.as_nd_ndarray().tostype(...)"
            )
        return self.copy()


def _plain_key(key):
    """A key as a tuple; arrays and lists are one part."""
    return key if key.__class__ is tuple else (key,)


def _as_mask(mask, like):
    """A mask as an array on the device of another."""
    if isinstance(mask, NDArray):
        return mask if isinstance(mask, ndarray) else mask.as_np_ndarray()
    return ndarray(_host_value(onp.asarray(mask), like.context))


def _host_value(data, ctx):
    """The Value of a NumPy array."""
    return Value(None, 0, spec_of(data.shape, as_dtype(data.dtype), ctx), data)


_HINTS = {n: f"mx.npx.{n}" for n in "log_softmax one_hot pick relu sigmoid softmax topk".split()}


def _no_method(name):
    raise AttributeError(
        f"mxnet.numpy.ndarray object has no attribute {name}; "
        f"use {_HINTS.get(name, f'mx.np.{name}')}()"
    )


def _absent(name):
    def method(self, *args, **kwargs):
        return _no_method(name)

    method.__name__ = name
    method.__doc__ = f"A method of ``mx.nd`` arrays only: raises AttributeError ({name})."
    return method


for _name in (*METHODS, "split_v2"):
    if _name not in ndarray.__dict__:
        setattr(ndarray, _name, _absent(_name))


def call(name, inputs, given, out=None):
    """Apply an operator to arrays of ``mx.np``."""
    if out is not None and not isinstance(out, ndarray):
        for o in out if isinstance(out, (list, tuple)) else (out,):
            if not isinstance(o, ndarray):
                refuse_array(name, "out", o, ndarray)
    return invoke(_spec.get(name), inputs, given, out, None, ndarray)


def create(name, given, ctx=None, out=None):
    """Apply an operator without inputs on a device."""
    given = dict(given)
    given["ctx"] = current_context() if ctx is None else ctx
    return invoke(_spec.get(name), [], given, out, None, ndarray)


class _ArrayFront(Front):
    def fast(self, op):
        """A call of an operator with arrays of ``mx.np`` only, straight to the segment."""
        if not _is_plain(op) or op.needs_train or op.variadic:
            return None
        n = len(op.inputs)
        bound = op.bind(op.parse({})[0], n)
        if n == 1:
            return lambda x: _wrap(ndarray, append(bound, (x._read(),)))
        if n == 2:
            return lambda x, y: _wrap(ndarray, append(bound, (x._read(), y._read())))
        return lambda *xs: _wrap(ndarray, append(bound, [x._read() for x in xs]))


FRONT = _ArrayFront(ndarray, call, create, True)
FUNCTIONS = numpy_functions(FRONT)
register_array_class("np", ndarray)
