"""Operators: what can be computed. Importing this package fills the registry."""

from . import broadcast, creation, elemwise, indexing, linalg, matmul  # noqa: F401
from . import ordering, reduce, sequence, shape  # noqa: F401
from . import ctc, nn_act, nn_conv, nn_dense, nn_dropout, nn_norm, nn_pool  # noqa: F401
from . import output, random, softmax, update  # noqa: F401
from . import image  # noqa: F401
from . import nn_rnn  # noqa: F401
from . import contrib_boxes, contrib_misc, contrib_vision, quantize, random_pdf  # noqa: F401
from . import spatial  # noqa: F401
from . import sparse  # noqa: F401
