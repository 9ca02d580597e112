"""``mx.gluon``: blocks, layers, losses, training."""

from . import block, parameter
from .block import Block, HybridBlock
from .parameter import Constant, DeferredInitializationError, Parameter, ParameterDict, tensor_types
