"""``mx.gluon``: blocks, layers, losses, data, training."""

from . import block, data, loss, nn, parameter, utils
from .block import Block, HybridBlock
from .parameter import (
    Constant,
    DeferredInitializationError,
    Parameter,
    ParameterDict,
    tensor_types,
)

__all__ = [
    "Block",
    "Constant",
    "DeferredInitializationError",
    "HybridBlock",
    "Parameter",
    "ParameterDict",
    "block",
    "data",
    "loss",
    "nn",
    "parameter",
    "tensor_types",
    "utils",
]
