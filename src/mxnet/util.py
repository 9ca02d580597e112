"""``mxnet.util``: environment, devices, and the switches between MXNet's and NumPy's semantics."""

import functools
import os
import threading

from .context import Context, device_of, gpu_memory_info, num_gpus
from .error import MXNetError

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
    shape = False


_flags = _Flags()
_NO_NP = (
    "mx.np is not available yet: NumPy semantics cannot be switched on. "
    "Hint: mx.nd has the operators of MXNet 1.x."
)


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


def is_np_shape():
    """Whether NumPy's shape semantics were asked for.

    It makes no difference to arrays here, where 0 always is a size and ``()`` always a shape.
    """
    return _flags.shape


def set_np_shape(active):
    """Ask for NumPy's shape semantics or not; returns what was before."""
    old, _flags.shape = _flags.shape, bool(active)
    return old


class _NumpyShape:
    def __init__(self, active):
        self._active = active

    def __enter__(self):
        self._old = set_np_shape(self._active)
        return self

    def __exit__(self, *exc):
        set_np_shape(self._old)


def np_shape(active=True):
    """``with`` scope of NumPy's shape semantics."""
    return _NumpyShape(active)


def use_np_shape(func):
    """Decorator: run a function, or the methods of a class, under NumPy's shape semantics."""
    if isinstance(func, type):
        for name, member in list(vars(func).items()):
            if callable(member) and not isinstance(member, type):
                setattr(func, name, use_np_shape(member))
        return func

    @functools.wraps(func)
    def wrapped(*args, **kwargs):
        with np_shape(True):
            return func(*args, **kwargs)

    return wrapped


def is_np_array():
    """Whether functions return ``mx.np`` arrays: not in this version."""
    return False


def np_array(active=True):
    """``with`` scope in which functions return ``mx.np`` arrays; only ``active=False`` is there."""
    if active:
        raise MXNetError(_NO_NP)
    return _NumpyShape(is_np_shape())


def use_np_array(func):
    """Decorator for ``mx.np`` arrays: not available."""
    raise MXNetError(_NO_NP)


def use_np(func):
    """Decorator for NumPy semantics: not available."""
    raise MXNetError(_NO_NP)


def set_np(shape=True, array=True):
    """Switch NumPy semantics on; only the shapes' are there."""
    if array:
        raise MXNetError(_NO_NP)
    set_np_shape(shape)


def reset_np():
    """Switch NumPy semantics off."""
    set_np_shape(False)


def get_cuda_compute_capability(ctx):
    """Compute capability of a CUDA device as one number, e.g. 90; None where it is not known."""
    if not isinstance(ctx, Context) or ctx.device_type != "gpu":
        raise ValueError(f"get_cuda_compute_capability: expected a gpu context, got {ctx!r}.")
    found = getattr(device_of(ctx), "compute_capability", None)
    return None if found is None else int(str(found).replace(".", ""))


# What a universal function of NumPy may be told, and which of it changes nothing here.
_UFUNC_LEGAL = {
    "where": lambda v: isinstance(v, bool),
    "casting": lambda v: v in ("no", "equiv", "safe", "same_kind", "unsafe"),
    "order": lambda v: v in ("K", "A", "C", "F"),
    "dtype": lambda v: isinstance(v, (str, type)),
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
        if value != _UFUNC_DEFAULTS[key]:
            raise NotImplementedError(
                f"{key}={value} is not implemented yet for operator {func.__name__}"
            )


def wrap_np_unary_func(func):
    """Decorator of ``func(x, out=None)``: takes NumPy's options, as long as they are the defaults.

    Raises
    ------
    TypeError             an unknown option
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
