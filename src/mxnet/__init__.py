"""mxnet-xla: the Apache MXNet 1.x Python API on JAX/XLA. ``import mxnet as mx``."""

import importlib as _importlib
import logging as _logging
import os as _os

# A learner's notebook should not take three quarters of a GPU's memory at import.
_os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
# The runtime's start-up notes are not for users.
_os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from ._garbage import no_garbage as _no_garbage

with _no_garbage():
    import jax as _jax

    if not (_jax_log := _logging.getLogger("jax")).level:
        _jax_log.setLevel(_logging.WARNING)  # a root logger at DEBUG is not for its lines
    _jax.config.update("jax_enable_x64", True)  # float64 and int64 are real in MXNet

    from ._engine.collective import join as _join

    _join()  # a group of processes, if a launcher started this one; before JAX looks for devices

    from ._frontend.examples import attach as _attach_examples
    from ._module_paths import install as _install_paths
    from ._namespaces import show_public_names as _show_public_names

    _install_paths()

    from . import (
        attribute,
        autograd,
        base,
        callback,
        context,
        contrib,
        engine,
        error,
        executor,
        executor_manager,
        gluon,
        image,
        initializer,
        io,
        kvstore,
        lr_scheduler,
        metric,
        model,
        module,
        monitor,
        name,
        ndarray,
        numpy,
        numpy_extension,
        numpy_op_fallback,
        operator,
        optimizer,
        random,
        recordio,
        registry,
        rnn,
        symbol,
        util,
    )
    from . import image as img
    from . import initializer as init
    from . import kvstore as kv
    from . import module as mod
    from . import monitor as mon
    from . import ndarray as nd
    from . import numpy as np
    from . import numpy_extension as npx
    from . import random as rnd
    from . import symbol as sym
    from .attribute import AttrScope
    from .context import Context, cpu, cpu_pinned, current_context, gpu, num_gpus
    from .error import MXNetError
    from .libinfo import __version__
    from .util import (
        is_np_array,
        is_np_shape,
        np_array,
        np_shape,
        set_np_shape,
        use_np,
        use_np_array,
        use_np_shape,
    )

_show_public_names()
# names of nd that stand on what is above it; F.np and F.npx of a hybrid_forward(F, ...) among them
vars(ndarray).update(
    CachedOp=executor.CachedOp,
    np=numpy,
    numpy=numpy,
    npx=numpy_extension,
    numpy_extension=numpy_extension,
)

__all__ = [
    "AttrScope",
    "Context",
    "MXNetError",
    "__version__",
    "attribute",
    "autograd",
    "base",
    "callback",
    "context",
    "contrib",
    "cpu",
    "cpu_pinned",
    "current_context",
    "engine",
    "error",
    "executor",
    "executor_manager",
    "gluon",
    "gpu",
    "image",
    "img",
    "init",
    "initializer",
    "io",
    "kv",
    "kvstore",
    "lr_scheduler",
    "metric",
    "mod",
    "model",
    "module",
    "mon",
    "monitor",
    "name",
    "nd",
    "ndarray",
    "np",
    "npx",
    "num_gpus",
    "numpy",
    "numpy_extension",
    "numpy_op_fallback",
    "operator",
    "optimizer",
    "random",
    "recordio",
    "registry",
    "rnd",
    "rnn",
    "sym",
    "symbol",
    "is_np_array",
    "is_np_shape",
    "np_array",
    "np_shape",
    "set_np_shape",
    "use_np",
    "use_np_array",
    "use_np_shape",
    "util",
]

# Loaded when first asked for: `mx.viz`, `from mxnet.test_utils import *`.
_LAZY = {
    "deploy": "deploy",
    "executor_manager": "executor_manager",
    "kvstore_server": "kvstore_server",
    "library": "library",
    "log": "log",
    "misc": "misc",
    "numpy_dispatch_protocol": "numpy_dispatch_protocol",
    "numpy_op_signature": "numpy_op_signature",
    "onnx": "onnx",
    "profiler": "profiler",
    "rtc": "rtc",
    "runtime": "runtime",
    "test_utils": "test_utils",
    "visualization": "visualization",
    "viz": "visualization",
}


def __getattr__(name):
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = _importlib.import_module(f".{_LAZY[name]}", __name__)
    globals()[name] = found
    _show_public_names()
    return found


def __dir__():
    return sorted({*__all__, *_LAZY, *[n for n in globals() if n.startswith("__")]})


_attach_examples(__name__)

if _os.environ.get("MXNET_PROFILER_AUTOSTART") == "1":
    from . import profiler  # noqa: F401 - it starts
