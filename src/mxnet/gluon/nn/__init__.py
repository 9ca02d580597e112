"""``gluon.nn``: layers.

A layer holds its settings and parameters; what it computes is the operator of the registry that its
docstring names.  Shapes of parameters that depend on the input may be left at 0: the first forward
pass fills them in.
"""

from ..block import Block, HybridBlock, SymbolBlock
from . import activations, basic_layers, conv_layers
from ._arguments import LayerArgumentError
from .activations import *  # noqa: F403
from .basic_layers import *  # noqa: F403
from .conv_layers import *  # noqa: F403

__all__ = ["Block", "HybridBlock", "LayerArgumentError", "SymbolBlock"]
__all__ += activations.__all__ + basic_layers.__all__ + conv_layers.__all__
