"""``mxnet.util``: environment, devices, and the switches between MXNet's and NumPy's semantics."""

import functools
import inspect
import os
import threading
from typing import Any

import numpy as onp

from .base import c_str, check_call, py_str  # noqa: F401 - imported from here
from .context import Context, device_of, gpu_memory_info, num_gpus

__all__ = [
    "get_cuda_compute_capability",
    "get_gpu_count",
    "get_gpu_memory",
    "getenv",
    "is_np_array",
    "is_np_shape",
    "np_array",
    "np_shape",
    "np_ufunc_legal_option",
    "reset_np",
    "set_module",
    "set_np",
    "set_np_shape",
    "setenv",
    "use_np",
    "use_np_array",
    "use_np_shape",
    "wrap_np_binary_func",
    "wrap_np_unary_func",
]


class _Flags(threading.local):
    """What a thread's scopes ask for; None leaves it to what was set for all threads."""

    shape = None
    array = None


_flags = _Flags()
_everywhere = {"shape": False, "array": False}


def getenv(name):
    """Value of an environment variable, or None."""
    return os.environ.get(name)


def setenv(name, value):
    """Set an environment variable, or remove it with None."""
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def get_gpu_count():
    """Number of GPUs."""
    return num_gpus()


def get_gpu_memory(gpu_dev_id):
    """``(free, total)`` bytes of a GPU's memory."""
    return gpu_memory_info(gpu_dev_id)


def set_module(module):
    """Decorator: set ``__module__`` of what it decorates."""

    def decorate(obj):
        if module is not None:
            obj.__module__ = module
        return obj

    return decorate


def _active(kind):
    own = getattr(_flags, kind)
    return _everywhere[kind] if own is None else own


def _check_no_arrays():
    if is_np_array():
        raise ValueError(
            "NumPy's shape semantics cannot be switched off while its array semantics are on. "
            "Hint: npx.reset_np() switches both off."
        )


class _NumpyScope:
    """``with`` scope, for one thread, in which a semantic is on or off."""

    def __init__(self, kind, active):
        self._kind, self._wanted, self._saved = kind, bool(active), []

    def __enter__(self):
        if self._kind == "shape" and not self._wanted:
            _check_no_arrays()
        self._saved.append(getattr(_flags, self._kind))
        setattr(_flags, self._kind, self._wanted)
        return self

    def __exit__(self, *exc):
        setattr(_flags, self._kind, self._saved.pop())


def _under(kind, func):
    """A function, or a class with all its methods, that runs under a semantic."""
    if isinstance(func, type):  # what it inherits as well: a block is called by its base's method
        for name, member in inspect.getmembers_static(func):
            if inspect.isfunction(member):
                setattr(func, name, _under(kind, member))
            elif isinstance(member, (staticmethod, classmethod)) and name[:2] != "__":
                setattr(func, name, type(member)(_under(kind, member.__func__)))
            elif isinstance(member, property):
                parts: Any = (member.fget, member.fset, member.fdel)
                changed: Any = [f and _under(kind, f) for f in parts]
                fget, fset, fdel = changed
                setattr(func, name, property(fget, fset, fdel, member.__doc__))
        return func
    if not callable(func):
        raise TypeError(f"use_np: expected a function or a class, got {type(func)}")

    @functools.wraps(func)
    def wrapped(*args, **kwargs):
        with _NumpyScope(kind, True):
            return func(*args, **kwargs)

    return wrapped


def is_np_shape():
    """Whether NumPy's shape semantics are on: arrays without axes or elements.

    Returns
    -------
    bool
    """
    return _active("shape")


def set_np_shape(active):
    """Switch NumPy's shape semantics on or off, for all threads.

    Parameters
    ----------
    active : bool

    Returns
    -------
    bool   what was before

    Raises
    ------
    TypeError    neither a bool nor a number
    ValueError   they are switched off where Gluon works on arrays of ``mx.np``
    """
    if not isinstance(active, (int, float)):
        raise TypeError(f"set_np_shape: expected a bool, got {active!r}")
    if not active:
        _check_no_arrays()
    old = is_np_shape()
    _everywhere["shape"], _flags.shape = bool(active), None
    return old


def np_shape(active=True):
    """``with`` scope of NumPy's shape semantics, for this thread.

    Parameters
    ----------
    active : bool, default True

    Returns
    -------
    a context manager

    Raises
    ------
    ValueError   switched off, when it is entered, where Gluon works on arrays of ``mx.np``
    """
    return _NumpyScope("shape", active)


def use_np_shape(func):
    """Decorator: run a function, or the methods of a class, under NumPy's shape semantics.

    Parameters
    ----------
    func : callable or class    a class is changed as it is, with what it inherits

    Returns
    -------
    callable or class

    Raises
    ------
    TypeError   something else
    """
    return _under("shape", func)


def is_np_array():
    """Whether Gluon works on arrays of ``mx.np``.

    Returns
    -------
    bool
    """
    return _active("array")


def np_array(active=True):
    """``with`` scope in which Gluon works on arrays of ``mx.np``, for this thread.

    Parameters
    ----------
    active : bool, default True

    Returns
    -------
    a context manager
    """
    return _NumpyScope("array", active)


def use_np_array(func):
    """Decorator: run a function, or the methods of a class, on arrays of ``mx.np``.

    Parameters
    ----------
    func : callable or class    as for :func:`use_np_shape`

    Returns
    -------
    callable or class

    Raises
    ------
    TypeError   something else
    """
    return _under("array", func)


def use_np(func):
    """Decorator: NumPy's shapes and arrays for a function, or the methods of a class.

    Parameters
    ----------
    func : callable or class    as for :func:`use_np_shape`

    Returns
    -------
    callable or class

    Raises
    ------
    TypeError   something else
    """
    return _under("shape", _under("array", func))


def set_np(shape=True, array=True):
    """Switch NumPy's semantics on, for all threads.

    Parameters
    ----------
    shape : bool    arrays without axes or elements
    array : bool    Gluon works on arrays of ``mx.np``

    Returns
    -------
    None

    Raises
    ------
    ValueError   arrays without shapes
    """
    if not shape and array:
        raise ValueError("NumPy Shape semantics is required in using NumPy array semantics.")
    _everywhere["array"], _flags.array = False, None
    set_np_shape(shape)
    _everywhere["array"] = bool(array)


def reset_np():
    """Switch NumPy's semantics off, for all threads.

    Returns
    -------
    None
    """
    set_np(shape=False, array=False)


def get_cuda_compute_capability(ctx):
    """Compute capability of a CUDA device as one number, e.g. 90.

    Parameters
    ----------
    ctx : Context of a GPU

    Returns
    -------
    int, or None where it is not known

    Raises
    ------
    ValueError     no context of a GPU
    ContextError   there is no such GPU
    """
    if not isinstance(ctx, Context) or ctx.device_type != "gpu":
        raise ValueError(f"get_cuda_compute_capability: expected a gpu context, got {ctx!r}.")
    found = getattr(device_of(ctx), "compute_capability", None)
    return None if found is None else int(str(found).replace(".", ""))


_DTYPES = {"int8", "uint8", "int32", "int64", "float16", "float32", "float64"}
_DTYPES |= {getattr(onp, name) for name in _DTYPES}
# What a universal function of NumPy may be told, and which of it changes nothing here.
_UFUNC_LEGAL = {
    "where": lambda v: True,
    "casting": {"no", "equiv", "safe", "same_kind", "unsafe"}.__contains__,
    "order": lambda v: isinstance(v, str),
    "dtype": _DTYPES.__contains__,
    "subok": lambda v: isinstance(v, bool),
}
_UFUNC_DEFAULTS = {
    "where": True,
    "casting": "same_kind",
    "order": "K",
    "dtype": None,
    "subok": True,
}


def np_ufunc_legal_option(key, value):
    """Whether ``key`` is an option of NumPy's universal functions and ``value`` one of its values.

    Parameters
    ----------
    key : str       ``'where'``, ``'casting'``, ``'order'``, ``'dtype'`` or ``'subok'``
    value : object

    Returns
    -------
    bool
    """
    return key in _UFUNC_LEGAL and bool(_UFUNC_LEGAL[key](value))


def _check_ufunc_options(func, options):
    for key, value in options.items():
        if key not in _UFUNC_DEFAULTS:
            raise TypeError(f"{key} is an invalid keyword to function '{func.__name__}'")
        default = _UFUNC_DEFAULTS[key]
        if value is not default and not np_ufunc_legal_option(key, value):
            raise TypeError(f"{key}={value} not understood for operator {func.__name__}")
        if value != default:
            raise NotImplementedError(
                f"{key}={value} is not implemented yet for operator {func.__name__}"
            )


def wrap_np_unary_func(func):
    """Decorator of ``func(x, out=None)``: takes NumPy's options, as long as they are the defaults.

    Raises
    ------
    TypeError             an unknown option, or a value that is none of its values
    NotImplementedError   another value than the option's default
    """

    @functools.wraps(func)
    def wrapped(x, out=None, **kwargs):
        if kwargs:
            _check_ufunc_options(func, kwargs)
        return func(x, out=out)

    return wrapped


def wrap_np_binary_func(func):
    """Decorator of ``func(x1, x2, out=None)``: as :func:`wrap_np_unary_func`."""

    @functools.wraps(func)
    def wrapped(x1, x2, out=None, **kwargs):
        if kwargs:
            _check_ufunc_options(func, kwargs)
        return func(x1, x2, out=out)

    return wrapped
