"""What ``dir()`` of the public modules shows: the public names. All others can be asked for; so can
names that programs took from a module of 1.9.1 which had only imported them.
"""

import functools
import sys
import types

__all__ = ["IMPORTED", "show_public_names"]

_NETS = "gluon.nn.activations gluon.nn.basic_layers gluon.nn.conv_layers"
_MODULES = "module.bucketing_module module.module module.python_module"

# (modules, where the names are, which ones). No place is the package itself, no names are all that
# are public there, and ``a=b`` is b under the name a.
IMPORTED = (
    ("io.io", "io", None),
    ("numpy.multiarray", "numpy", None),
    ("symbol.symbol", "symbol", None),
    ("image.detection numpy_extension.image", "image", None),
    ("rnn", "io", "DataBatch DataDesc DataIter"),
    ("rnn", "model", "load_checkpoint save_checkpoint"),
    ("rnn.rnn", "rnn", "BaseRNNCell"),
    ("module.base_module", "io", "DataIter"),
    (f"{_MODULES} module.sequential_module", "initializer", "Uniform"),
    ("gluon.block", "symbol", "load_json"),
    ("gluon.trainer", "kvstore", "KVStore"),
    ("kvstore.base kvstore.kvstore_server", "kvstore", "create"),
    ("io.io optimizer.optimizer", "ndarray", "array"),
    ("optimizer.contrib optimizer.optimizer", "ndarray", "NDArray zeros"),
    ("kvstore.base", "ndarray", "NDArray"),
    ("executor_manager module.base_module", "context", "cpu"),
    ("numpy.multiarray symbol.symbol", "context", "Context"),
    ("symbol.symbol", "attribute", "AttrScope"),
    (
        f"{_NETS} gluon.data.dataloader image.detection image.image ndarray.ndarray "
        "optimizer.optimizer",
        "util",
        "is_np_array",
    ),
    ("gluon.data.dataloader", "util", "is_np_shape set_np"),
    ("image image.image numpy_extension.image", "", "io nd recordio"),
    ("image.detection", "", "io nd"),
    ("gluon.data.vision.datasets", "", "image nd recordio"),
    ("gluon.data.dataset", "", "ndarray recordio"),
    ("gluon.data.dataloader", "", "context nd"),
    ("gluon.parameter", "", "autograd context"),
    ("gluon.loss gluon.rnn.rnn_cell gluon.utils initializer monitor executor", "", "ndarray"),
    ("module.base_module rnn.io rnn.rnn_cell", "", "ndarray"),
    ("gluon.rnn.rnn_layer rnn", "", "ndarray symbol"),
    ("gluon.nn.conv_layers operator", "", "symbol"),
    ("gluon.nn.basic_layers module.bucketing_module", "", "sym"),
    ("initializer", "", "random"),
    ("operator", "", "context"),
    ("rnn", "", "init=initializer"),
    ("metric", "", "registry"),
    (f"executor_manager module.executor_group {_MODULES}", "", "nd"),
    ("module.bucketing_module module.executor_group module.module", "", "ctx=context"),
    ("gluon.trainer kvstore.kvstore", "", "opt=optimizer"),
    ("model", "", "io kvs=kvstore nd opt=optimizer sym"),
)


@functools.cache
def _imported():
    """Module -> (name, or None for all, place, name there), from the table."""
    found = {}
    for modules, place, names in IMPORTED:
        for pair in [None] if names is None else names.split():
            name, _, there = (pair or "").partition("=")
            for module in modules.split():
                found.setdefault(f"mxnet.{module}", []).append((name, place, there or name))
    return found


def _ask(path, name):
    """``__getattr__`` of a module."""
    if not name.startswith("_"):
        for known, place, there in _imported()[path]:
            module = sys.modules.get(f"mxnet.{place}" if place else "mxnet")
            if known in (name, "") and (known or name in getattr(module, "__all__", ())):
                return getattr(module, there or name)
    raise AttributeError(f"module {path!r} has no attribute {name!r}")


def _listed(module):
    names = {n for n in vars(module) if n.startswith("__") and n.endswith("__")}
    names.update(module.__all__)
    for name, value in vars(module).items():  # a package's modules
        if isinstance(value, types.ModuleType) and not name.startswith("_"):
            if value.__name__ == f"{module.__name__}.{name}":
                names.add(name)
    return sorted(names)


def show_public_names():
    """Let ``dir()`` of the package's modules that have been imported list what is public."""
    for path, module in list(sys.modules.items()):
        first, *others = path.split(".")
        if first == "mxnet" and not any(p.startswith("_") for p in others):
            names = vars(module)
            if "__all__" in names and "__dir__" not in names:
                module.__dir__ = functools.partial(_listed, module)
            if path in _imported() and "__getattr__" not in names:
                module.__getattr__ = functools.partial(_ask, path)
