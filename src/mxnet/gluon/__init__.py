"""``mx.gluon``: blocks, layers, losses, data, training."""

import importlib

from .._namespaces import show_public_names
from . import block, contrib, data, loss, nn, parameter, rnn, trainer, utils
from .block import Block, HybridBlock, SymbolBlock
from .parameter import (
    Constant,
    DeferredInitializationError,
    Parameter,
    ParameterDict,
    tensor_types,
)
from .trainer import Trainer

__all__ = [
    "Block",
    "Constant",
    "DeferredInitializationError",
    "HybridBlock",
    "Parameter",
    "ParameterDict",
    "SymbolBlock",
    "Trainer",
    "block",
    "contrib",
    "data",
    "loss",
    "model_zoo",
    "nn",
    "parameter",
    "rnn",
    "tensor_types",
    "trainer",
    "utils",
]


def __getattr__(name):
    # networks are imported when somebody asks for them
    if name == "model_zoo":
        found = importlib.import_module(".model_zoo", __name__)
        show_public_names()
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
