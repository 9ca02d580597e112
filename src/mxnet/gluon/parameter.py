"""``Parameter``: an array that is trained, on one or several contexts; ``ParameterDict``."""

import warnings
from collections import OrderedDict
from typing import Any, cast

import numpy as onp

from .. import initializer, symbol
from .._dtypes import as_dtype
from .._engine.initial import fill
from .._engine.segment import alias, aside
from .._engine.state import threads
from .._engine.tape import unrecorded
from .._engine.trace import placeholder
from .._frontend.dispatch import DeferredRead
from .._graph.steps import spec_of
from .._interrupt import uninterrupted
from .._traceback import doors, user_level
from ..context import Context, canonical, cpu, current_context, device_of, on_cpu
from ..error import (
    ContextError,
    DeferredInitializationError,
    FormatError,
    GluonArgumentError,
    InitializationError,
    MismatchError,
    MXNetError,  # noqa: F401 - found here in 1.9.1
    nearest,
)
from ..ndarray import NDArray, array, zeros
from ..ndarray import load as _load
from ..ndarray import save as _save
from ..ndarray.ndarray import _shared, _wrap
from ..numpy._creation import array as numpy_array
from ..numpy.multiarray import ndarray
from ..util import is_np_array, is_np_shape, np_array
from .utils import shape_is_known

__all__ = [
    "Context",
    "is_np_array",
    "is_np_shape",
    "shape_is_known",
    "DeferredInitializationError",
    "MismatchError",
    "Parameter",
    "Constant",
    "ParameterDict",
    "tensor_types",
    "DeferredArray",
    "brief",
    "contexts",
    "without_kind",
]

tensor_types = (NDArray,)


def _known(shape):
    return shape is not None and all(d > 0 for d in shape)


def contexts(ctx):
    """A list of canonical contexts of what a user wrote; each device must be there."""
    if ctx is None:
        ctx = [current_context()]
    elif not isinstance(ctx, (list, tuple)):
        ctx = [ctx]
    if not ctx:
        raise ContextError(
            "ctx: expected one context or a list of them, got an empty list. Hint: mx.cpu()."
        )
    found = [canonical(c, "initialize") for c in ctx]
    for c in found:
        device_of(c)
    return found


class Parameter:
    """A trainable array of a block.

    Parameters
    ----------
    name : str
    grad_req : {'write', 'add', 'null'}
    shape : tuple of int, optional          0 or -1: not known yet
    dtype : default float32
    lr_mult, wd_mult : float                multiply the trainer's learning rate and weight decay
    init : Initializer or str, optional
    allow_deferred_init : bool              wait for the first forward pass where the shape is not
        known
    differentiable : bool                   False: never has a gradient
    stype : {'default', 'row_sparse', 'csr'}         storage of the value; see
        :meth:`row_sparse_data`
    grad_stype : {'default', 'row_sparse', 'csr'}    storage of the gradient
    """

    def __init__(
        self,
        name,
        grad_req="write",
        shape=None,
        dtype=onp.float32,
        lr_mult=1.0,
        wd_mult=1.0,
        init=None,
        allow_deferred_init=False,
        differentiable=True,
        stype="default",
        grad_stype="default",
    ):
        for s in (stype, grad_stype):
            if s not in ("default", "row_sparse", "csr"):
                raise AssertionError(
                    f"Parameter '{name}': storage: "
                    f"expected 'default', 'row_sparse' or 'csr', got {s!r}."
                )
        self._var = None
        self._first_shape = None  # before a forward pass completed it
        self._data = None  # context -> NDArray
        self._home = self._only = None  # its one entry, where it has just one
        self._grad_handles = None  # context -> NDArray
        self._numpy = False  # whether the arrays are those of mx.np
        self._deferred_init = ()
        self._differentiable = differentiable
        self._allow_deferred_init = allow_deferred_init
        self._grad_req = None
        self._shape = (
            None if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        )
        self.name = name
        self._dtype = dtype
        self.lr_mult, self.wd_mult = lr_mult, wd_mult
        self.grad_req = grad_req
        self.init = init
        self._stype, self._grad_stype = stype, grad_stype

    def __repr__(self):
        return f"Parameter {self.name} (shape={self.shape}, dtype={self.dtype})"

    # ------------------------------------------------------------------ attributes
    @property
    def grad_req(self):
        """What happens to the gradient: ``'write'``, ``'add'`` or ``'null'``."""
        return self._grad_req

    @grad_req.setter
    def grad_req(self, req):
        if req not in ("write", "add", "null"):
            raise AssertionError(
                f"Parameter '{self.name}': grad_req: "
                f"expected 'write', 'add' or 'null', got {req!r}."
            )
        if not self._differentiable:
            req = "null"
        if self._grad_req == req:
            return
        self._grad_req = req
        if self._data is not None:
            self._attach()

    @property
    def dtype(self):
        """Element type, as it was given."""
        return self._dtype

    @dtype.setter
    def dtype(self, dtype):
        self.cast(dtype)

    @property
    def shape(self) -> Any:  # a tuple, for all but the code that first sets it
        """Shape; what is not known of it yet is 0, or -1 under NumPy's shape semantics."""
        shape = self._known_shape
        return tuple([d or -1 for d in shape]) if shape and is_np_shape() else shape

    @shape.setter
    def shape(self, new):
        if self._shape is not None:
            fits = len(self._shape) == len(new) and all(
                a in (0, -1, None, b) for a, b in zip(self._shape, new)
            )
            if not fits:
                raise AssertionError(
                    f"Parameter '{self.name}': shape does not fit: expected {self._known_shape} "
                    f"(0: any), got {tuple(new)}."
                )
        self._shape = tuple(new)

    @property
    def _known_shape(self) -> Any:
        """The shape, 0 in it for what is not known yet."""
        if self._shape is None:
            return None
        return tuple([0 if d in (-1, None) else d for d in self._shape])

    def _complete_shape(self, shape):
        """Take the shape that a forward pass found out."""
        if self._first_shape is None:
            self._first_shape = self._known_shape
        self.shape = shape

    @property
    def stype(self):
        """Storage type."""
        return self._stype

    # ------------------------------------------------------------------ initialisation
    def initialize(self, init=None, ctx=None, default_init=None, force_reinit=False):
        """Give the parameter its first value, on one or several contexts.

        Parameters
        ----------
        init : Initializer or str, optional    wins over the parameter's own and over
            ``default_init``
        ctx : Context or list of Context       default: the current context
        force_reinit : bool                    also when it has a value already
        """
        default_init = initializer.Uniform() if default_init is None else default_init
        if self._data is not None and not force_reinit:
            warnings.warn(
                f"Parameter '{self.name}' is already initialized: left as it is. "
                "Hint: force_reinit=True initializes it again.",
                stacklevel=user_level(),
            )
            return
        self._data = self._home = self._only = self._grad_handles = None
        self._numpy = is_np_array() and self._stype == "default"
        ctx = contexts(ctx)
        if init is None:
            init = default_init if self.init is None else self.init
        if not _known(self._shape):
            if self._allow_deferred_init:
                self._deferred_init = (init, ctx, default_init, None)
                return
            self._refuse_shape()
        self._deferred_init = (init, ctx, default_init, None)
        self._finish_deferred_init()

    def _refuse_shape(self):
        raise ValueError(
            f"Parameter '{self.name}' cannot be initialized: expected a known shape, got "
            f"{self.shape}. Hint: give all dimensions, e.g. in_units or in_channels."
        )

    def _elsewhere(self, ctx):
        return AssertionError(
            f"Parameter '{self.name}' cannot be loaded on {ctx}: it was initialized on "
            f"{self.list_ctx()}. Hint: reset_ctx() first, or leave ctx out."
        )

    @uninterrupted
    def _finish_deferred_init(self):
        """Make the first value, now that the shape is known."""
        if not self._deferred_init:
            return
        init, ctx, default_init, data = self._deferred_init
        if not _known(self._shape):
            self._refuse_shape()
        self._deferred_init = ()
        with aside():
            if data is None:
                data = _filled(self._shape, as_dtype(self._dtype), ctx[0], self._numpy)
                desc = initializer.InitDesc(self.name, {"__init__": _dumps(init)})
                with np_array(self._numpy):
                    _as_initializer(default_init)(desc, data)
            self._init_impl(data, ctx)

    @uninterrupted
    def _init_impl(self, data, ctx):
        self._data = OrderedDict()
        if data._numpy is not self._numpy:
            data = data.as_np_ndarray() if self._numpy else data.as_nd_ndarray()
        if data.stype != self._stype:
            data = data if data.stype == "default" else data.tostype("default")
            data = data if self._stype == "default" else data.tostype(self._stype)
        for c in ctx:
            self._data[c] = data if data.context == c else data.copyto(c)
        self._home, self._only = next(iter(self._data.items())) if len(ctx) == 1 else (None, None)
        self._attach()

    @uninterrupted
    def _attach(self):
        """Make the arrays variables, as ``grad_req`` says."""
        self._grad_handles = None
        if self._grad_req == "null":
            for x in self._data.values():
                x._mark = None
                x._v = alias(x._read(), None)
            return
        self._grad_handles = OrderedDict()
        with aside():
            for c, x in self._data.items():
                if x.stype == "default":  # a subclass of ndarray may have its own
                    NDArray.attach_grad(x, cast(str, self._grad_req), self._grad_stype)
                else:
                    x.attach_grad(cast(str, self._grad_req), self._grad_stype)
                self._grad_handles[c] = x.grad

    @uninterrupted
    def _load_init(self, data, ctx, cast_dtype=False, dtype_source="current"):
        """Take a loaded array as value."""
        if cast_dtype and dtype_source not in ("current", "saved"):
            raise GluonArgumentError(
                f"dtype_source: expected 'current' or 'saved', got {dtype_source!r}."
            )
        if self._shape is not None:
            fits = len(self.shape) == len(data.shape) and all(
                a in (0, -1, b) for a, b in zip(self.shape, data.shape)
            )
            if not fits:
                raise MismatchError(
                    f"Parameter '{self.name}': the loaded array does not fit: expected shape "
                    f"{self._known_shape} (0: any), got {data.shape}."
                )
            self._shape = tuple([a if a > 0 else b for a, b in zip(self.shape, data.shape)])
        else:
            self._shape = data.shape
        if as_dtype(self._dtype) != as_dtype(data.dtype):
            if not cast_dtype:
                raise MismatchError(
                    f"Parameter '{self.name}': the loaded array does not fit: expected dtype "
                    f"{self.dtype}, got {data.dtype}. Hint: cast_dtype=True converts it."
                )
            if dtype_source == "current":
                data = data.astype(self._dtype)
            elif self._data is None:
                self._dtype = data.dtype
        if self._data is None:
            where = self._deferred_init[1] if self._deferred_init else contexts(ctx)
            if ctx is not None and self._deferred_init and set(where) != set(contexts(ctx)):
                raise self._elsewhere(ctx)
            self._deferred_init = ()
            self._numpy = is_np_array() and self._stype == "default"
            if data.stype == "default":
                data = array(_plain(data), ctx=where[0], dtype=data.dtype)
            self._init_impl(data, where)
        else:
            if ctx is not None and set(self._data) != set(contexts(ctx)):
                raise self._elsewhere(ctx)
            if as_dtype(self._dtype) != as_dtype(data.dtype):  # the file's type, as asked for
                self.cast(data.dtype)
            self.set_data(data.as_np_ndarray() if self._numpy else _plain(data))

    # ------------------------------------------------------------------ values
    def _check(self, table, ctx):
        if table is not None:
            if ctx is None:
                if len(table) == 1:
                    return next(iter(table.values()))
                ctx = current_context()
            found = table.get(ctx)
            if found is None:
                found = table.get(on_cpu(ctx))
            if found is not None:
                return found
            raise ContextError(
                f"Parameter '{self.name}' is not on {ctx}: "
                f"it was initialized on {self.list_ctx()}. "
                "Hint: net.initialize(ctx=[...]) or net.collect_params().reset_ctx(...)."
            )
        if self._deferred_init:
            raise DeferredInitializationError(
                f"Parameter '{self.name}' has not been initialized yet: its shape {self.shape} is "
                "completed by the first forward pass. Hint: run the network once, net(x), or give "
                "in_units, in_channels and the like."
            )
        raise RuntimeError(
            f"Parameter '{self.name}' has not been initialized. Hint: call net.initialize(); and "
            "net.collect_params(), unlike net.params, covers the blocks inside a block."
        )

    def _on(self, ctx):
        """The value on one canonical context, found without the 0.3 us of a look-up, which counts
        where hybridized blocks pass all their parameters.
        """
        return self._only if self._home is ctx else self._check(self._data, ctx)

    def data(self, ctx=None):
        """The value on one context (NDArray; changes to it are changes of the parameter).

        Raises
        ------
        RuntimeError   the storage is sparse, or there is no value on that context
        """
        if self._stype != "default":
            self._refuse_storage("data")
        x = self._check(self._data, ctx)
        trace = threads.tracing
        return x if trace is None else self._in_trace(trace, x)

    def _in_trace(self, trace, x):
        """Inside a hybridized block's trace the parameter is an input of what is being traced."""
        found = trace.captured.get(self)
        if found is None:
            v = placeholder(x._v.spec)
            found = trace.captured[self] = (_wrap(x.__class__, v), v)
        return found[0]

    # private names of 1.x, which subclasses of client libraries copy and call
    _ctx_map = _trainer = None

    def _set_trainer(self, trainer):
        """Belong to a trainer; a parameter with sparse storage belongs to one only."""
        if self._stype != "default" and trainer and self._trainer not in (None, trainer):
            raise RuntimeError(
                f"Parameter '{self.name}': Failed to set the trainer because it was already set: "
                f"{self._stype} parameters take one trainer. Hint: give both groups of parameters "
                "to one Trainer, or leave this one out."
            )
        self._trainer = trainer

    @property
    def _grad(self):
        return self._grad_handles

    @_grad.setter
    def _grad(self, handles):
        self._grad_handles = handles

    @property
    def _ctx_list(self):
        return None if self._data is None else list(self._data)

    @_ctx_list.setter
    def _ctx_list(self, contexts):
        """It follows from the data."""

    def _check_and_get(self, arr_list, ctx):
        """One of the arrays of ``_data`` or ``_grad``; ``ctx=list`` gives all."""
        if ctx is list:
            self._check(arr_list, next(iter(arr_list)) if arr_list else None)
            return list(arr_list.values())
        x = self._check(arr_list, ctx)
        trace = threads.tracing
        return x if trace is None or arr_list is not self._data else self._in_trace(trace, x)

    def _for_forward(self, ctx):
        """The value for a layer's forward pass; a stand-in that learns its shape while it is not
        known.
        """
        if self._numpy:
            return self._for_forward_in_numpy(ctx)
        if self._data is None and self._deferred_init:
            return DeferredArray(self, ctx)
        return self.data(ctx)

    def _for_forward_in_numpy(self, ctx):
        """As an array of ``mx.np``, or of ``mx.nd`` inside a layer that is written with it."""
        inside = not is_np_array()
        if self._data is None and self._deferred_init:
            return (DeferredArray if inside else _NumpyDeferredArray)(self, ctx)
        x = self.data(ctx)
        return _shared(x, NDArray) if inside else x

    def _refuse_storage(self, method):
        raise RuntimeError(
            f"Parameter '{self.name}': {method}() gives values of default storage, and this "
            f"parameter's storage type is {self._stype}. Hint: row_sparse_data() gives rows of "
            "row_sparse parameters."
        )

    def list_data(self):
        """The values on all contexts; errors as :meth:`data`."""
        if self._stype != "default":
            self._refuse_storage("list_data")
        self._check(self._data, self._first_ctx())
        return list(self._data.values())

    def _first_ctx(self):
        return next(iter(self._data)) if self._data else None

    def grad(self, ctx=None):
        """The gradient buffer on one context."""
        if self._data is not None and self._grad_req == "null":
            raise RuntimeError(
                f"Parameter '{self.name}' has no gradient because its grad_req='null'."
            )
        return self._check(self._grad_handles if self._data is not None else None, ctx)

    def list_grad(self):
        """The gradient buffers on all contexts."""
        self.grad(self._first_ctx())
        return list(self._grad_handles.values())

    def list_ctx(self):
        """The contexts the parameter is, or will be, on."""
        if self._data is None:
            if self._deferred_init:
                return self._deferred_init[1]
            raise RuntimeError(f"Parameter '{self.name}' has not been initialized")
        return list(self._data)

    @uninterrupted
    def set_data(self, data):
        """Replace the value on all contexts."""
        self.shape = data.shape
        if self._data is None:
            if not self._deferred_init:
                raise AssertionError(f"Parameter '{self.name}' has not been initialized")
            init, ctx, default_init, _ = self._deferred_init
            data = _plain(data) if isinstance(data, NDArray) else array(data)
            self._deferred_init = (init, ctx, default_init, data.astype(self._dtype))
            self._finish_deferred_init()
            return
        if self._trainer is not None:
            self._trainer._value_was_set(self)
        for x in self._data.values():
            x[:] = data

    def zero_grad(self):
        """Set the gradient buffers to zero."""
        if self._grad_handles is None:
            return
        for g in self._grad_handles.values():
            g[:] = 0

    @uninterrupted
    def reset_ctx(self, ctx):
        """Move the parameter to other contexts."""
        ctx = contexts(ctx)
        if self._data is not None:
            if self._stype == "default":
                data = next(iter(self._data.values())).detach().copy()
            else:
                data = self._reduce()
            self._init_impl(data, ctx)
        elif self._deferred_init:
            init, _, default_init, data = self._deferred_init
            self._deferred_init = (init, ctx, default_init, data)
        else:
            raise ValueError(f"Parameter '{self.name}': reset_ctx before it has been initialized.")

    @uninterrupted
    def cast(self, dtype):
        """Convert value and gradient to another element type."""
        self._dtype = dtype
        if self._data is None:
            return
        where = list(self._data)
        data = next(iter(self._data.values())) if self._stype == "default" else self._reduce()
        self._init_impl(data.detach().astype(dtype), where)

    def var(self):
        """The parameter as a symbol: a variable with its name, shape, type and multipliers.

        Made once, with the shape that was known before the first forward pass completed it.
        """
        if self._var is None:
            self._var = symbol.var(
                self.name,
                shape=self._first_shape or self._known_shape,
                dtype=self.dtype,
                lr_mult=self.lr_mult,
                wd_mult=self.wd_mult,
                init=self._init_attribute(),
                stype=self._stype,
            )
        return self._var.as_np_ndarray() if is_np_array() else self._var

    def _init_attribute(self):
        return self.init

    def list_row_sparse_data(self, row_id):
        """The values on all contexts, with some rows: see :meth:`row_sparse_data`.

        Parameters
        ----------
        row_id : NDArray of row numbers

        Returns
        -------
        list of RowSparseNDArray
        """
        self._need_rows("list_row_sparse_data", row_id)
        return self._fetched(self._check_and_get(self._data, list), row_id)

    def row_sparse_data(self, row_id):
        """The value on the context of ``row_id``: the array itself, holding those rows only.

        The trainer's store has all rows, and updates them; what a forward pass needs is fetched
        here.

        Parameters
        ----------
        row_id : NDArray of row numbers, in any shape and order

        Returns
        -------
        RowSparseNDArray

        Raises
        ------
        RuntimeError   no Trainer has the parameter yet; another storage
        TypeError      ``row_id`` is no NDArray
        """
        self._need_rows("row_sparse_data", row_id)
        return self._fetched([self._check(self._data, row_id.context)], row_id)[0]

    def _need_rows(self, method, row_id):
        if self._stype != "row_sparse":
            raise RuntimeError(
                f"Parameter '{self.name}': {method}() gives rows of row_sparse storage, and this "
                f"parameter's storage is {self._stype}. Hint: use data()."
            )
        if not isinstance(row_id, NDArray):
            raise TypeError(
                f"Parameter '{self.name}': {method}(): row_id must be an NDArray of row numbers, "
                f"got {type(row_id).__name__}. Hint: mx.nd.array([0, 5])."
            )
        if self._trainer is None:
            raise RuntimeError(
                f"Parameter '{self.name}': {method}(): Cannot get row_sparse data when no Trainer "
                "is created with it: the trainer's store has the rows. Hint: make a gluon.Trainer "
                "of the parameters first."
            )

    def _fetched(self, arrays, row_id):
        unrecorded(self._trainer._row_sparse_pull, self, arrays, row_id)
        return arrays

    def _reduce(self):
        """The mean of the values on all contexts, on the CPU: what is saved.

        Of a row_sparse parameter that has a trainer: all rows, from its store.
        """
        if self._stype == "row_sparse" and self._trainer is not None:
            x = zeros(self.shape, cpu(), self.dtype, self._stype)
            self._trainer._row_sparse_pull(self, x, None)
            return x
        values = self._check_and_get(self._data, list)
        if len(values) == 1:
            return values[0].detach().as_in_context(cpu())
        total = values[0].detach().as_in_context(cpu())
        for x in values[1:]:
            total = total + x.detach().as_in_context(cpu())
        return total / len(values)


class DeferredArray(NDArray):
    """Stands for a parameter of unknown shape in a forward pass.

    The first operator that takes it and has an ``infer`` rule completes the shape, the parameter is
    initialised on the spot, and from then on this handle is the parameter's value.
    """

    __slots__ = ("parameter", "where", "real")

    def __init__(self, parameter, ctx):
        NDArray.__init__(self, None)
        self.parameter, self.where, self.real = parameter, ctx, None

    @property
    def __class__(self):  # what operators make is of their inputs' class
        return type(self) if self.real is None else self.real.__class__

    def _read(self):
        if self.real is None:
            if (
                not self.parameter._deferred_init
            ):  # a block called twice: completed by another stand-in
                self.real = self.parameter.data(self.where)
            else:
                raise DeferredRead(self)
        return self.real._read()

    def _write(self, v):
        self._read()
        self.real._write(v)

    def _tracked(self):
        self._read()
        return self.real._tracked()

    @property
    def shape(self):
        """The shape as far as it is known."""
        return self.parameter._known_shape if self.real is None else self.real.shape

    def complete(self, shape):
        """The shape is known now."""
        self.parameter._complete_shape(shape)
        self.parameter._finish_deferred_init()
        self.real = self.parameter.data(self.where)


class _NumpyDeferredArray(DeferredArray, ndarray):
    """A stand-in that is an array of ``mx.np``."""

    __slots__ = ()


def _plain(x):
    """The same array as one of ``mx.nd``."""
    return x.as_nd_ndarray() if x._numpy else x


def _filled(shape, dtype, ctx, numpy=False):
    spec = spec_of(tuple(shape), dtype, ctx)
    return _wrap(ndarray if numpy else NDArray, fill(spec, 0))


def _dumps(init):
    if init is None:
        return ""
    if isinstance(init, (str, initializer.Initializer)):
        return init
    if not callable(getattr(init, "dumps", None)):
        raise InitializationError(
            f"initialize: expected an Initializer or its name, got {type(init).__name__}. Hint: "
            "Mixed and Load, which choose by a parameter's name, are for Module; for Gluon give "
            "layers an initializer of their own (weight_initializer=), or use load_parameters."
        )
    return init.dumps()


def _as_initializer(init):
    return initializer.create(init) if isinstance(init, str) else init


class Constant(Parameter):
    """A parameter that is never trained.

    Parameters
    ----------
    name : str
    value : NDArray or array-like      where arrays are those of ``mx.np``, a NumPy array keeps its
        element type
    """

    def __init__(self, name, value):
        if not isinstance(value, NDArray):
            value = numpy_array(value) if is_np_array() else array(value)
        self.value = value
        super().__init__(
            name,
            grad_req="null",
            shape=value.shape,
            dtype=value.dtype,
            init=initializer._ConstantValue(value),
        )

    def _init_attribute(self):
        return f"Constant_{self.name}"  # the value is among the parameters, not in the graph

    def __repr__(self):
        return f"Constant {self.name} (shape={self.shape}, dtype={self.dtype})"

    @property
    def grad_req(self):
        """Always ``'null'``."""
        return "null"

    @grad_req.setter
    def grad_req(self, req):
        if req != "null":
            warnings.warn(
                f"Constant '{self.name}' is never trained: grad_req={req!r} is ignored.",
                stacklevel=user_level(),
            )
        self._grad_req = "null"


class ParameterDict:
    """Parameters by name.

    Parameters
    ----------
    prefix : str                       put before every name that ``get`` makes
    shared : ParameterDict, optional   whose parameters are taken where the name is there
    """

    def __init__(self, prefix="", shared=None):
        self._prefix, self._shared = prefix, shared
        self._params = OrderedDict()

    def __repr__(self):
        name = self._prefix + " " if self._prefix else ""
        inside = "\n".join("  " + line for p in self.values() for line in repr(p).split("\n"))
        return f"{name}(\n{inside}\n)"

    def __getitem__(self, key):
        try:
            return self._params[key]
        except KeyError:
            hint = nearest(key, self._params)
            if hint:
                raise KeyError(f"{key}; {hint}") from None
            raise

    def __iter__(self):
        return iter(self._params)

    def __len__(self):
        return len(self._params)

    def __contains__(self, key):
        return key in self._params

    def items(self):
        """(name, Parameter) pairs."""
        return self._params.items()

    def keys(self):
        """Names."""
        return self._params.keys()

    def values(self):
        """Parameters."""
        return self._params.values()

    @property
    def prefix(self):
        """The prefix of new names."""
        return self._prefix

    def _find(self, name):
        if name in self._params:
            return self._params[name]
        if self._shared is not None and name in self._shared._params:
            self._params[name] = self._shared._params[name]
            return self._params[name]
        return None

    def get(self, name, **kwargs):
        """The parameter ``prefix + name``; made with ``kwargs`` when it is not there.

        Raises
        ------
        AssertionError   it is there, with other properties
        """
        name = self._prefix + name
        found = self._find(name)
        if found is None:
            found = self._params[name] = Parameter(name, **kwargs)
            return found
        for key, value in kwargs.items():
            have = getattr(found, key, None)
            if have is None:
                if value is not None:
                    setattr(found, key, value)
                continue
            if key == "shape" and value is not None:
                value = (value,) if isinstance(value, int) else tuple(value)
                if len(value) == len(have) and all(
                    a == b or a <= 0 or b <= 0 for a, b in zip(value, have)
                ):
                    found._shape = tuple([max(a, b) for a, b in zip(value, have)])
                    continue
            elif key == "dtype" and as_dtype(value) == as_dtype(have):
                continue
            if value is not None and value != have:
                raise AssertionError(
                    f"Parameter '{name}' is there with another {key}: "
                    f"expected {value!r}, got {have!r}."
                )
        return found

    def get_constant(self, name, value=None):
        """The constant ``prefix + name``; made of ``value`` when it is not there."""
        name = self._prefix + name
        found = self._find(name)
        if found is None:
            if value is None:
                raise KeyError(f"no constant '{name}': give its value to make it")
            found = self._params[name] = Constant(name, value)
        elif value is not None:
            if not isinstance(found, Constant):
                raise AssertionError(f"Parameter '{name}' is there and is no constant.")
            value = value.asnumpy() if isinstance(value, NDArray) else onp.asarray(value)
            if found.shape != value.shape or (found.value.asnumpy() != value).any():
                raise AssertionError(f"Constant '{name}' is there with another value.")
        return found

    def update(self, other):
        """Add the parameters of another dict."""
        for name, p in other.items():
            if name in self._params and self._params[name] is not p:
                raise AssertionError(
                    f"ParameterDict.update: both hold a parameter '{name}', "
                    "and they are not the same one."
                )
        self._params.update(other.items())

    def initialize(self, init=None, ctx=None, verbose=False, force_reinit=False):
        """Initialise all parameters; see :meth:`Parameter.initialize`."""
        init = initializer.Uniform() if init is None else init
        if isinstance(init, str):
            init = initializer.create(init)
        if not callable(init):
            raise AssertionError(f"initialize: expected an Initializer or its name, got {init!r}.")
        if verbose and hasattr(init, "set_verbosity"):
            init.set_verbosity(verbose=verbose)
        for p in self.values():
            p.initialize(None, ctx, init, force_reinit=force_reinit)

    def zero_grad(self):
        """Set all gradient buffers to zero."""
        for p in self.values():
            p.zero_grad()

    def reset_ctx(self, ctx):
        """Move all parameters to other contexts."""
        for p in self.values():
            p.reset_ctx(ctx)

    def list_ctx(self):
        """All contexts the parameters are on."""
        found = []
        for p in self.values():
            found += [c for c in p.list_ctx() if c not in found]
        return found

    def setattr(self, name, value):
        """Set an attribute of all parameters, e.g. ``setattr('grad_req', 'null')``."""
        for p in self.values():
            setattr(p, name, value)

    def save(self, filename, strip_prefix=""):
        """Write all parameters to a file."""
        out = {}
        for p in self.values():
            if not p.name.startswith(strip_prefix):
                raise ValueError(
                    f"save: the name '{p.name}' does not begin with strip_prefix={strip_prefix!r}."
                )
            out[p.name[len(strip_prefix) :]] = p._reduce()
        _save(filename, out, np_shape=is_np_shape())

    def load(
        self,
        filename,
        ctx=None,
        allow_missing=False,
        ignore_extra=False,
        restore_prefix="",
        cast_dtype=False,
        dtype_source="current",
    ):
        """Read parameters from a file; names, options and errors as in :meth:`load_dict`."""
        loaded = _load(filename) or {}  # a file of no arrays does not say whether they had names
        if not isinstance(loaded, dict):
            raise FormatError(f"{filename}: expected named arrays, got a list of {len(loaded)}.")
        self.load_dict(
            loaded,
            ctx,
            allow_missing,
            ignore_extra,
            restore_prefix,
            filename,
            cast_dtype,
            dtype_source,
        )

    def load_dict(
        self,
        param_dict,
        ctx=None,
        allow_missing=False,
        ignore_extra=False,
        restore_prefix="",
        filename=None,
        cast_dtype=False,
        dtype_source="current",
    ):
        """Take parameters from a dict of arrays (``arg:`` and ``aux:`` before names are
        dropped).

        Parameters
        ----------
        param_dict : dict of str to NDArray
        ctx : Context or list of Context, optional
        allow_missing, ignore_extra : bool    let parameters be missing in the dict, or be left over
        restore_prefix : str                  goes before the names in the dict
        filename : str, optional              for messages
        cast_dtype : bool                     convert where the element type is another
        dtype_source : {'current', 'saved'}   to the parameter's type, or the array's

        Raises
        ------
        AssertionError   parameters missing, unknown, of other shape or dtype; ``restore_prefix`` is
            not how the names of all parameters begin
        """
        where = f"file '{filename}'" if filename else "param_dict"
        for name in self.keys() if restore_prefix else ():
            if not name.startswith(restore_prefix):
                raise AssertionError(
                    f"restore_prefix={restore_prefix!r}: the name '{name}' does not begin with it. "
                    f"Hint: the prefix here is {self.prefix!r}."
                )
        plain = {restore_prefix + k: v for k, v in without_kind(param_dict).items()}
        if not allow_missing:
            for name in self.keys():
                if name not in plain:
                    raise MismatchError(
                        f"Parameter '{name}' is missing in {where}, which holds {brief(plain)}. "
                        f"{nearest(name, plain)} Hint: restore_prefix=, or allow_missing=True."
                    )
        for name, data in plain.items():
            if name not in self._params:
                if not ignore_extra:
                    raise MismatchError(
                        f"{where} holds '{name}', which is no parameter here; there are "
                        f"{brief(self.keys())}. {nearest(name, self.keys())} "
                        "Hint: ignore_extra=True."
                    )
                continue
            self._params[name]._load_init(data, ctx, cast_dtype, dtype_source)


def without_kind(arrays):
    """Arrays by name, without the ``arg:`` and ``aux:`` of checkpoints."""
    return {(k[4:] if k.startswith(("arg:", "aux:")) else k): v for k, v in arrays.items()}


def brief(names, limit=10):
    """Some of many names, for messages."""
    names = list(names)
    shown = ", ".join(f"'{n}'" for n in names[:limit])
    return shown + (f", ... ({len(names)} in all)" if len(names) > limit else "")


doors(globals(), but=("data", "grad", "list_data", "list_grad", "list_ctx", "zero_grad", "var"))
