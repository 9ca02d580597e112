"""Checkpoints of recurrent networks: weights in files are by gate."""

import warnings

from .. import symbol
from .._checkpoint import load_checkpoint, save_checkpoint
from .._fit import as_list
from .._traceback import user_level

__all__ = ["rnn_unroll", "save_rnn_checkpoint", "load_rnn_checkpoint", "do_rnn_checkpoint"]


def rnn_unroll(cell, length, inputs=None, begin_state=None, input_prefix="", layout="NTC"):
    """Deprecated: call ``cell.unroll``.

    Without ``inputs`` the variables ``t0_data``, ``t1_data`` ... with ``input_prefix`` are taken.
    """
    warnings.warn(
        "rnn_unroll is deprecated. Please call cell.unroll directly.",
        UserWarning,
        stacklevel=user_level(),
    )
    if inputs is None:
        inputs = [symbol.Variable(f"{input_prefix}t{i}_data") for i in range(length)]
    return cell.unroll(length, inputs=inputs, begin_state=begin_state, layout=layout)


def save_rnn_checkpoint(cells, prefix, epoch, symbol, arg_params, aux_params):
    """:func:`mxnet.model.save_checkpoint` with the cells' weights unpacked.

    Fused and stepped cells read each other's files.

    Parameters
    ----------
    cells : BaseRNNCell or list of them
    prefix, epoch, symbol, arg_params, aux_params
        See :func:`mxnet.model.save_checkpoint`.
    """
    for cell in as_list(cells):
        arg_params = cell.unpack_weights(arg_params)
    save_checkpoint(prefix, epoch, symbol, arg_params, aux_params)


def load_rnn_checkpoint(cells, prefix, epoch):
    """Read what :func:`save_rnn_checkpoint` wrote, for these cells.

    Parameters
    ----------
    cells : BaseRNNCell or list of them
    prefix : str
    epoch : int

    Returns
    -------
    (symbol, arg_params, aux_params)
    """
    sym, arg_params, aux_params = load_checkpoint(prefix, epoch)
    for cell in as_list(cells):
        arg_params = cell.pack_weights(arg_params)
    return sym, arg_params, aux_params


def do_rnn_checkpoint(cells, prefix, period=1):
    """Callback at the end of an epoch: :func:`save_rnn_checkpoint` every ``period`` epochs.

    Returns
    -------
    callable ``(epoch, symbol, arg_params, aux_params)``
    """
    period = int(max(1, period))

    def _callback(iter_no, sym=None, arg=None, aux=None):
        if (iter_no + 1) % period == 0:
            save_rnn_checkpoint(cells, prefix, iter_no + 1, sym, arg, aux)

    return _callback
