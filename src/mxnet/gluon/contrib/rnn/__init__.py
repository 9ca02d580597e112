"""``gluon.contrib.rnn``: convolutional cells, variational dropout, cells with a projection."""

from ...._frontend.examples import attach_to as _attach_examples_to
from . import conv_rnn_cell, rnn_cell
from .conv_rnn_cell import *  # noqa: F403
from .rnn_cell import *  # noqa: F403

__all__ = conv_rnn_cell.__all__ + rnn_cell.__all__

_attach_examples_to(globals())
