"""Devices as MXNet names them: ``mx.cpu()``, ``mx.gpu(1)``, ``with mx.gpu():``."""

import logging
import threading

import jax

from ._interrupt import enter_scope, leave_scope, whole
from ._traceback import door
from .error import ContextError

__all__ = [
    "Context",
    "cpu",
    "cpu_pinned",
    "gpu",
    "num_gpus",
    "gpu_memory_info",
    "current_context",
    "set_default",
    "canonical",
    "device_of",
    "HOST_MEMORY",
    "on_cpu",
]

_TYPES = {1: "cpu", 2: "gpu", 3: "cpu_pinned", 5: "cpu_shared"}
HOST_MEMORY = (3, 5)  # types of memory, not of devices: cpu_pinned and cpu_shared
_CODES = {name: code for code, name in _TYPES.items()}
_interned = {}


_plugin_faults = []  # why JAX's plugins for other devices did not start


class _Quiet(logging.Filter):
    """Keeps what JAX logs, with a traceback, of a plugin that does not start.

    Where the libraries for a GPU are installed and no GPU is, that is nobody's concern until
    somebody asks for one.
    """

    def filter(self, record):
        """Whether the record is printed."""
        if "plugin" not in str(record.msg).lower() or not record.exc_info:
            return True
        error = record.exc_info[1]
        text = f"{type(error).__name__}: {error}".splitlines()[0]
        if text not in _plugin_faults:
            _plugin_faults.append(text)
        return False


logging.getLogger("jax._src.xla_bridge").addFilter(_Quiet())


class _ContextStack(threading.local):
    stack: tuple = ()
    default = None  # set_default()


_current = _ContextStack()


class _HasDefault(type):
    @property
    def default_ctx(cls):
        """The context that is current in this thread; may be set."""
        return current_context()

    @default_ctx.setter
    def default_ctx(cls, ctx):
        ctx = canonical(ctx, "default_ctx")
        if _current.stack:
            _current.stack = (*_current.stack[:-1], ctx)
        else:
            _current.default = ctx


class Context(metaclass=_HasDefault):
    """A device: a type (``'cpu'``, ``'gpu'``, ``'cpu_pinned'``, ``'cpu_shared'``) and a number.

    Usable as a scope: arrays made inside ``with ctx:`` live on it.

    Parameters
    ----------
    device_type : str or Context
    device_id : int, default 0
    """

    devtype2str = _TYPES
    devstr2type = _CODES

    def __init__(self, device_type, device_id=0):
        if isinstance(device_type, Context):
            self.device_typeid, self.device_id = device_type.device_typeid, device_type.device_id
            return
        if device_type not in _CODES:
            raise ContextError(
                f"Context: unknown device type {device_type!r}: expected one of {sorted(_CODES)}."
            )
        self.device_typeid = _CODES[device_type]
        self.device_id = int(device_id)

    @property
    def device_type(self):
        """Name of the device's type."""
        return _TYPES[self.device_typeid]

    def __hash__(self):
        return hash((self.device_typeid, self.device_id))

    def __eq__(self, other):
        return (
            isinstance(other, Context)
            and self.device_typeid == other.device_typeid
            and self.device_id == other.device_id
        )

    def __str__(self):
        return f"{self.device_type}({self.device_id})"

    __repr__ = __str__

    @whole
    def __enter__(self):
        mine = canonical(self)
        enter_scope()
        _current.stack = (*_current.stack, mine)
        return self

    @whole
    def __exit__(self, *exc):
        _current.stack = _current.stack[:-1]
        leave_scope()

    def __reduce__(self):
        return Context, (self.device_type, self.device_id)

    def empty_cache(self):
        """Free memory held for reuse. XLA's allocator gives it back by itself: nothing to do."""

    @property
    def default_ctx(self):
        """The context that is current in this thread."""
        return current_context()


def canonical(ctx, where="ctx"):
    """The one Context object that stands for ``ctx``; the engine compares contexts by identity.

    Raises
    ------
    ContextError  for anything that is not a Context, e.g. the function ``mx.gpu`` itself.
    """
    if ctx.__class__ is not Context:
        if isinstance(ctx, Context):
            pass
        elif ctx in (cpu, gpu, cpu_pinned):
            raise ContextError(
                f"{where}: expected a Context, got the function mx.{ctx.__name__}. "
                f"Hint: did you mean mx.{ctx.__name__}()?"
            )
        else:
            raise ContextError(f"{where}: expected a Context such as mx.cpu(), got {ctx!r}.")
    return _interned.setdefault((ctx.device_typeid, ctx.device_id), ctx)


def on_cpu(ctx):
    """The context where what lies in ``ctx`` is computed: ``cpu(i)`` for ``cpu_pinned(i)``."""
    return canonical(Context("cpu", ctx.device_id)) if ctx.device_typeid in HOST_MEMORY else ctx


def _gpus():
    try:
        return jax.local_devices(backend="gpu")
    except RuntimeError:
        return []


def device_of(ctx):
    """The JAX device that stands for a context.

    ``cpu(i)`` is host memory whatever ``i``; where JAX was told to show several host devices, it
    is the i-th.

    Raises
    ------
    ContextError  for a GPU that is not there, listing the devices that are.
    """
    if ctx.device_typeid != 2:
        hosts = jax.local_devices(backend="cpu")
        return hosts[ctx.device_id] if ctx.device_id < len(hosts) else hosts[0]
    found = _gpus()
    if ctx.device_id >= len(found):
        have = ["cpu(0)"] + [f"gpu({i})" for i in range(len(found))]
        faults = "".join(f" JAX's plugin for it did not start ({f})." for f in _plugin_faults)
        raise ContextError(
            f"{ctx}: no such device: this machine offers {', '.join(have)}.{faults} Hint: use "
            "mx.cpu(), or choose by mx.gpu() if mx.context.num_gpus() else mx.cpu(); for an NVIDIA "
            "GPU install mxnet-xla[cuda]."
        )
    return found[ctx.device_id]


def cpu(device_id=0):
    """The CPU as a context.

    Parameters
    ----------
    device_id : int, default 0    all numbers are one device, unless XLA is told to show several

    Returns
    -------
    Context
    """
    return Context("cpu", device_id)


def cpu_pinned(device_id=0):
    """Host memory meant for transfers to a GPU. Operators compute on ``cpu`` what lies there.

    Parameters
    ----------
    device_id : int, default 0

    Returns
    -------
    Context
    """
    return Context("cpu_pinned", device_id)


def gpu(device_id=0):
    """A GPU as a context. Whether it exists is checked when an array is made on it.

    Parameters
    ----------
    device_id : int, default 0

    Returns
    -------
    Context
    """
    return Context("gpu", device_id)


def num_gpus():
    """Number of GPUs that JAX can use in this process.

    Returns
    -------
    int
    """
    return len(_gpus())


@door
def gpu_memory_info(device_id=0):
    """A GPU's memory, as the allocator sees it.

    Parameters
    ----------
    device_id : int, default 0

    Returns
    -------
    free, total : int    bytes

    Raises
    ------
    ContextError   there is no such GPU
    """
    stats = device_of(gpu(device_id)).memory_stats() or {}
    total = stats.get("bytes_limit", 0)
    return total - stats.get("bytes_in_use", 0), total


def current_context():
    """The context that arrays are made on by default in this thread.

    Returns
    -------
    Context    ``cpu(0)`` outside any ``with ctx:``
    """
    stack = _current.stack
    return stack[-1] if stack else _current.default or _CPU


def set_default(ctx):
    """Make ``ctx`` this thread's context outside any ``with ctx:``."""
    _current.default = canonical(ctx)


_CPU = canonical(Context("cpu", 0))
