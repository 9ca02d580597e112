"""``gluon.rnn``: recurrent cells, which make one step, and layers, which run over a sequence.

A cell (``LSTMCell``) is called with one step's input and a list of states; ``unroll`` runs it over
a sequence, and modifiers (dropout, zoneout, residual, bidirectional) wrap it.  A layer (``LSTM``)
runs several levels and directions over a whole sequence as one operator, ``RNN``.
"""

from . import rnn_cell, rnn_layer
from .rnn_cell import *  # noqa: F403
from .rnn_layer import *  # noqa: F403

__all__ = rnn_cell.__all__ + rnn_layer.__all__
