"""``mx.np.ndarray``: a handle with NumPy's semantics on the engine's values."""

from typing import Any, cast

import numpy as onp

from .._dtypes import as_dtype
from .._engine.segment import append, host_data
from .._engine.state import threads
from .._engine.value import Value
from .._frontend.build import is_plain, is_straight
from .._frontend.dispatch import WRITE_TRACKED, cast_value, invoke, register_array_class
from .._frontend.methods import METHODS
from .._frontend.numpy import (
    Front,
    NumpyMethods,
    numpy_functions,
    plain_number,
    refuse_array,
)
from .._graph.lower import COPY
from .._graph.steps import spec_of
from .._ops import _spec
from .._ops.index import index_op
from .._ops.numpy_elemwise import BINARY_FUNCTIONS
from .._traceback import shown
from ..context import current_context
from ..error import MXNetError, TraceError, allocate
from ..ndarray._index import parse_key
from ..ndarray.ndarray import (
    NDArray,
    _binary_method,
    _defaults,
    _fixed_numbers,
    _index_value,
    _IndexLens,
    _inplace,
    _is_all,
    _shared,
    _wrap,
)

__all__ = [
    "FRONT",
    "FUNCTIONS",
    "LINALG",
    "call",
    "create",
    "from_host",
    "ndarray",
    "on_host",
    "through_numpy",
]


def _binary(name, reflected=False):
    row = BINARY_FUNCTIONS[name]
    scalar = _spec.get(row.left if reflected else row.right)
    numbers = {
        kind: scalar.bind({**_defaults(scalar), "is_int": kind is int}, 1) for kind in (float, int)
    }
    fixed = _fixed_numbers(scalar, is_int=True)
    refuse = _leave_to_numpy if name == "floor_divide" else _refuse
    return _binary_method(_spec.get(row.both).bind({}, 2), numbers, fixed, refuse, reflected)


def _leave_to_numpy(other):
    """An array of NumPy computes with an array of ``mx.np`` by its own operators."""
    return NotImplemented if isinstance(other, onp.ndarray) else _refuse(other)


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
    """A key with its masks replaced by the positions that they name; reads their values."""
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


class ndarray(NumpyMethods, NDArray):
    """An n-dimensional array with NumPy's semantics, as ``mx.np`` makes them.

    Arrays of no axes and of no elements are allowed, indexing and types follow NumPy; everything
    runs, and is differentiated, as operations on :class:`mxnet.nd.NDArray` do. Arrays are made by
    :func:`mxnet.np.array`, :func:`mxnet.np.zeros` and their like.
    """

    __slots__ = ()
    _numpy = True

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        """NumPy's universal functions on arrays of ``mx.np``: ours, or NumPy's own on the host.

        Ours are used for those that 1.9.1 has itself; also for the others where ours cannot differ
        from NumPy's (:func:`_one_float_type`), and where values are not there (:func:`_own_only`).
        """
        if method != "__call__":
            raise TypeError(
                f"{ufunc.__name__}.{method}: only calls of universal functions are there for "
                "arrays of mx.np"
            )
        name = _UFUNC_NAMES.get(ufunc.__name__, ufunc.__name__)
        function = FUNCTIONS.get(name)
        own = function is not None and name not in fallback_names
        out = kwargs.pop("out", None)
        if out is not None:
            out = out[0] if len(out) == 1 else out
            if isinstance(out, onp.ndarray) and name not in OWN_UFUNCS:
                return through_numpy(ufunc, inputs, {**kwargs, "out": out}, keep=out)
            if not own:
                raise ValueError(f"{ufunc.__name__}: out= is not supported for arrays of mx.np")
            return function(*inputs, out=out, **kwargs)
        if own and (name in OWN_UFUNCS or _own_only() or (not kwargs and _one_float_type(inputs))):
            return function(*inputs, **kwargs)
        return through_numpy(ufunc, inputs, kwargs)

    def __array_function__(self, func, types, args, kwargs):
        """NumPy's functions on arrays of ``mx.np``: ours, or NumPy's own on the host.

        Ours are used for those that 1.9.1 has itself, and where values are not there
        (:func:`_own_only`); the others have the parameters and results that NumPy gives them.
        """
        if not all(issubclass(t, (ndarray, onp.ndarray)) for t in types):
            return NotImplemented
        name = func.__name__
        functions, mine = FUNCTIONS, OWN_FUNCTIONS
        if "linalg" in func.__module__:
            functions, mine = LINALG, OWN_LINALG
        function = functions.get(name)
        if function is None or name in fallback_names or not (name in mine or _own_only()):
            return through_numpy(func, args, kwargs)
        return function(*args, **kwargs)

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

    device = property(lambda self: self.context, doc="Device of the array.")

    # ------------------------------------------------------------------ reading values
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

    def __round__(self, ndigits=0):
        return self.round(0 if ndigits is None else ndigits)

    def __floor__(self):
        return FUNCTIONS["floor"](self)

    def __ceil__(self):
        return FUNCTIONS["ceil"](self)

    def __trunc__(self):
        return FUNCTIONS["trunc"](self)

    def __contains__(self, value):
        return bool((self == value).any().item())

    def item(self, *args):
        """One element as a Python number.

        Parameters
        ----------
        *args : none, for the only element; an int, a position in the flattened array; or a tuple
        """
        try:
            return host_data(self._read()).item(*args)
        except MXNetError as e:
            raise shown(e)  # noqa: B904

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
    __add__: Any = _binary("add")
    __radd__: Any = _binary("add", True)
    __sub__: Any = _binary("subtract")
    __rsub__: Any = _binary("subtract", True)
    __mul__: Any = _binary("multiply")
    __rmul__: Any = _binary("multiply", True)
    __truediv__: Any = _binary("true_divide")
    __rtruediv__: Any = _binary("true_divide", True)
    __div__, __rdiv__ = __truediv__, __rtruediv__
    __floordiv__: Any = _binary("floor_divide")
    __rfloordiv__: Any = _binary("floor_divide", True)
    __mod__: Any = _binary("mod")
    __rmod__: Any = _binary("mod", True)
    __pow__: Any = _binary("power")
    __rpow__: Any = _binary("power", True)
    __and__: Any = _binary("bitwise_and")
    __rand__: Any = _binary("bitwise_and", True)
    __or__: Any = _binary("bitwise_or")
    __ror__: Any = _binary("bitwise_or", True)
    __xor__: Any = _binary("bitwise_xor")
    __rxor__: Any = _binary("bitwise_xor", True)
    __eq__: Any = _binary("equal")
    __ne__: Any = _binary("not_equal")
    __gt__: Any = _binary("greater")
    __ge__: Any = _binary("greater_equal")
    __lt__: Any = _binary("less")
    __le__: Any = _binary("less_equal")
    __iadd__ = _inplace(__add__)
    __isub__ = _inplace(__sub__)
    __imul__ = _inplace(__mul__)
    __itruediv__ = __idiv__ = _inplace(__truediv__)
    __ifloordiv__ = _inplace(__floordiv__)
    __imod__ = _inplace(__mod__)
    # No __ipow__, see NDArray.
    __iand__ = _inplace(__and__)
    __ior__ = _inplace(__or__)
    __ixor__ = _inplace(__xor__)
    __hash__ = NDArray.__hash__

    def __neg__(self):
        return self * -1 if self._read().spec.dtype == bool else FUNCTIONS["negative"](self)

    # ------------------------------------------------------------------ indexing
    def __getitem__(self, key):
        """Part of the array: a view where integers and slices name one block of memory.

        Integers, slices, ``None``, ``...``, index arrays and masks, as in NumPy.

        Raises
        ------
        IndexError   an index out of range; too many indices
        """
        if _is_all(key):
            return self
        if key.__class__ is not int and key.__class__ is not slice:
            key = cast(Any, _plain_key(key))
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
        return self._view(_IndexLens(form, starts))

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
            key = cast(Any, _plain_key(key))
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

    def reshape_view(self, *shape, **kwargs):
        """The array in another shape, sharing its memory: writes reach this array."""
        x = NDArray.reshape(self, *shape, **kwargs)
        x.__class__ = ndarray
        return x

    def broadcast_like(self, other):
        """Repeat axes of size 1 until the array has the shape of another."""
        return FUNCTIONS["broadcast_to"](self, other.shape)

    def nonzero(self):
        """Positions of the elements that are not 0, a vector for each axis."""
        return FUNCTIONS["nonzero"](self)

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


_UFUNC_NAMES = {"conjugate": "positive"}
LINALG = {}  # the functions of np.linalg, by name
fallback_names = set()  # functions that NumPy computes
# Functions of NumPy that arrays of 1.9.1 compute themselves; it lets NumPy compute the others.
OWN_UFUNCS = frozenset(
    "abs absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh bitwise_and bitwise_not "
    "bitwise_or bitwise_xor cbrt ceil copysign cos cosh degrees equal exp expm1 fabs floor greater "
    "greater_equal hypot invert lcm less less_equal log log10 log2 logical_not matmul maximum "
    "minimum mod multiply negative not_equal power reciprocal remainder rint sign sin sinh sqrt "
    "square subtract tan tanh true_divide trunc".split()
)
OWN_FUNCTIONS = frozenset(
    "all amax amin any append argmax argmin argsort around array_split atleast_1d atleast_2d "
    "atleast_3d bincount broadcast_arrays broadcast_to clip column_stack concatenate copy cumsum "
    "delete diag diag_indices_from diagflat diagonal diff dot dsplit dstack ediff1d einsum "
    "empty_like expand_dims fix flip fliplr flipud full_like hsplit hstack inner insert isneginf "
    "isposinf max may_share_memory mean meshgrid min nan_to_num nonzero ones_like outer pad "
    "percentile polyval prod quantile ravel repeat reshape resize roll round shape shares_memory "
    "sort split squeeze stack std sum swapaxes take tensordot tile trace transpose tril unique "
    "unravel_index var vdot vsplit vstack where zeros_like".split()
)
OWN_LINALG = frozenset(
    "cholesky eig eigh eigvals eigvalsh inv norm pinv solve tensorinv tensorsolve".split()
)


def _own_only():
    """Whether NumPy must not compute: gradients are recorded, or a block is being traced."""
    return threads.recording or threads.tracing is not None


def _one_float_type(inputs):
    """Whether arrays of one floating type and numbers are all there is."""
    found = None
    for x in inputs:
        if isinstance(x, ndarray):
            dtype = x._spec.dtype
            if dtype.kind != "f" or found not in (None, dtype):
                return False
            found = dtype
        elif not isinstance(x, (bool, int, float, onp.bool_, onp.integer, onp.floating)):
            return False
    return found is not None


def on_host(x, found=None):
    """Arguments with their arrays as NumPy's; the contexts of the arrays go to ``found``."""
    if isinstance(x, NDArray):
        if found is not None:
            found.append(x.context)
        return x.asnumpy()
    if type(x) in (list, tuple):
        return type(x)([on_host(v, found) for v in x])
    if isinstance(x, dict):
        return {k: on_host(v, found) for k, v in x.items()}
    return x


def from_host(x, ctx):
    """Results with NumPy's arrays as those of ``mx.np``; other objects and numbers as they are."""
    if isinstance(x, onp.ndarray):
        if x.dtype.kind not in "biuf":
            return x
        return _wrap(ndarray, _host_value(onp.ascontiguousarray(x).reshape(x.shape), ctx))
    if type(x) is list:
        return [from_host(v, ctx) for v in x]
    if isinstance(x, tuple):
        return tuple(from_host(v, ctx) for v in x)
    return x


def through_numpy(function, args, kwargs, keep=None):
    """Call a function of NumPy's with arrays of ``mx.np``, which waits for them.

    A result that is the array ``keep`` stays NumPy's.
    """
    contexts = []
    args, kwargs = on_host(tuple(args), contexts), on_host(kwargs, contexts)
    result = allocate(f"mx.np.{function.__name__}", function, *args, **kwargs)
    return from_host(result, contexts[0]) if contexts and result is not keep else result


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
    if _name not in ndarray.__dict__ and _name not in NumpyMethods.__dict__:
        setattr(ndarray, _name, _absent(_name))


def call(name, inputs, given, out=None):
    """Apply an operator to arrays of ``mx.np``."""
    if out is not None and not isinstance(out, ndarray):
        for o in out if isinstance(out, (list, tuple)) else (out,):
            if not isinstance(o, ndarray):
                refuse_array(name, "out", o, ndarray)
    try:
        return invoke(_spec.get(name), inputs, given, out, None, ndarray)
    except MXNetError as e:
        raise shown(e)  # noqa: B904


def create(name, given, ctx=None, out=None):
    """Apply an operator without inputs on a device."""
    given = dict(given)
    given["ctx"] = current_context() if ctx is None else ctx
    try:
        return invoke(_spec.get(name), [], given, out, None, ndarray)
    except MXNetError as e:
        raise shown(e)  # noqa: B904


class _ArrayFront(Front):
    def plain(self, op):
        """Whether calls can go straight to the segment once their attributes are read."""
        return is_straight(op) and not op.needs_train and op.variadic is None

    def bind(self, op, given, n):
        """The operator with its attributes fixed."""
        return op.bind(op.parse(given)[0], n)

    def apply(self, bound, inputs):
        """Append a bound operator to the segment."""
        if len(inputs) == 1:
            (x,) = inputs
            return _wrap(ndarray, append(bound, ((x._base is None and x._v) or x._read(),)))
        return _wrap(ndarray, append(bound, [x._read() for x in inputs]))

    def fast(self, op):
        """A call of an operator with arrays of ``mx.np`` only, straight to the segment."""
        if not is_plain(op) or op.needs_train or op.variadic is not None:
            return None
        n = len(op.inputs)
        bound = op.bind(op.parse({})[0], n)
        if n == 1:
            return lambda x: _wrap(
                ndarray, append(bound, ((x._base is None and x._v) or x._read(),))
            )
        if n == 2:
            return lambda x, y: _wrap(
                ndarray,
                append(
                    bound,
                    (
                        (x._base is None and x._v) or x._read(),
                        (y._base is None and y._v) or y._read(),
                    ),
                ),
            )
        return lambda *xs: _wrap(ndarray, append(bound, [x._read() for x in xs]))


FRONT = _ArrayFront(ndarray, call, create, True)
FUNCTIONS = numpy_functions(FRONT)
ndarray._functions = FUNCTIONS
register_array_class("np", ndarray)
